//! `aer-wasm-bindgen IN.wasm OUT_DIR`: writes the glue `aer_wasm.js`, its types and `aer_wasm_bg.wasm`.
//!
//! One target, `web`, serves every kind of consumer: it takes its module as an argument. The default module
//! path is left out, so that a bundler sees no second `new URL(…)` of the wasm and emits it once.

use std::{env, fs, path::Path, process::ExitCode};

use wasm_bindgen_cli_support::Bindgen;

mod order;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, out_dir] = arguments.as_slice() else {
        eprintln!("usage: aer-wasm-bindgen IN.wasm OUT_DIR");
        return ExitCode::from(2);
    };
    match generate(input, out_dir) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("aer-wasm-bindgen: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn generate(input: &str, out_dir: &str) -> anyhow::Result<()> {
    Bindgen::new()
        .input_path(input)
        .web(true)?
        .omit_default_module_path(true)
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name("aer_wasm")
        .generate(out_dir)?;
    let wasm = Path::new(out_dir).join("aer_wasm_bg.wasm");
    fs::write(&wasm, order::similar_functions_together(&fs::read(&wasm)?)?)?;
    Ok(())
}
