//! What is compiled to be fast: kernels, and what feeds them. Generic code is compiled where its types are
//! chosen, so `run`, which chooses an engine, belongs here. With the feature `apart` of the crate, a package of
//! its own (`packages/fast`), whose modules `lib.rs` then takes from here.

pub use aer_wasm_base::{circuit, error, linalg, noise};

pub mod engine;
pub mod kernel;
pub mod rng;
pub mod run;
pub mod transpile;
