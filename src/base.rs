//! What is compiled to be small: errors, matrices, circuits, noise. With the feature `apart` of the crate, a package of
//! its own (`packages/base`), whose modules `lib.rs` then takes from here.

pub mod circuit;
pub mod error;
pub mod linalg;
pub mod noise;
