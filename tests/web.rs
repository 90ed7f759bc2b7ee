//! The bindings in a browser: `wasm-pack test --headless --chrome -- --test web`.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn every_error_code_is_its_own() {
    let codes = aer_wasm::error::ErrorCode::ALL;
    let distinct: std::collections::HashSet<_> = codes.iter().map(|code| code.as_str()).collect();
    assert_eq!(distinct.len(), codes.len());
}
