//! The bindings in a browser: `wasm-pack test --headless --chrome -- --test web`.
#![cfg(target_arch = "wasm32")]

#[path = "bindings/jobs.rs"]
mod jobs;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
