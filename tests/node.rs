//! The bindings in Node, and kernels as they are on wasm: `wasm-pack test --node -- --test node`.
#![cfg(target_arch = "wasm32")]

#[path = "bindings/jobs.rs"]
mod jobs;
#[path = "kernels/tiers.rs"]
mod tiers;
