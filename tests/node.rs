//! The bindings in Node, and kernels as they are on wasm: `wasm-pack test --node -- --test node`.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp)]

#[path = "bindings/jobs.rs"]
mod jobs;
#[path = "bindings/memory.rs"]
mod memory;
#[path = "kernels/tiers.rs"]
mod tiers;
