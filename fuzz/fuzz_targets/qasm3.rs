#![no_main]

#[path = "../check.rs"]
mod check;

use aer_wasm::frontend::{Program, qasm};

libfuzzer_sys::fuzz_target!(|text: &str| {
    check::check(text, |text| qasm::load_v3(text).map(Program::from));
});
