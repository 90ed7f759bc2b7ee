#![no_main]

#[path = "../check.rs"]
mod check;

use aer_wasm::frontend::qobj;

libfuzzer_sys::fuzz_target!(|text: &str| {
    check::check(text, qobj::load);
});
