//! `aer-wasm`: Qiskit Aer for the web.
//!
//! The core reads circuits ([`frontend`]), checks them ([`circuit`]), runs them in slices ([`run`] over an
//! [`engine`] over [`kernel`]s) and describes jobs as pure state machines ([`job`], [`executor`]). Only
//! `bindings`, present on wasm, knows JavaScript. docs/architecture.md has the picture and the rules.

#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
pub mod bindings;
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
#[path = "bindings/shared_memory.rs"]
pub mod bindings;
#[cfg(not(feature = "apart"))]
pub mod circuit;
pub mod draw;
#[cfg(not(feature = "apart"))]
pub mod engine;
#[cfg(not(feature = "apart"))]
pub mod error;
pub mod executor;
pub mod frontend;
pub mod job;
#[cfg(not(feature = "apart"))]
pub mod kernel;
#[cfg(not(feature = "apart"))]
pub mod linalg;
#[cfg(not(feature = "apart"))]
pub mod noise;
pub mod protocol;
#[cfg(not(feature = "apart"))]
pub mod rng;
#[cfg(not(feature = "apart"))]
pub mod run;
pub mod session;
#[cfg(not(feature = "apart"))]
pub mod transpile;

#[cfg(feature = "apart")]
pub use aer_wasm_fast::{circuit, engine, error, kernel, linalg, noise, rng, run, transpile};
