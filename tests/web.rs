//! In a browser: `wasm-pack test --headless --chrome -- --test web`.
//!
//! What needs no JavaScript of ours only: the runner's server gives `.mjs` files no JavaScript type, so a page of
//! it cannot load the bindings. Jobs in a browser are tested on the package, in pkg-tests/web.test.mjs.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn every_error_code_is_its_own() {
    let codes = aer_wasm::error::ErrorCode::ALL;
    let distinct: std::collections::HashSet<_> = codes.iter().map(|code| code.as_str()).collect();
    assert_eq!(distinct.len(), codes.len());
}
