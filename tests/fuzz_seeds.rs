//! The seeds of the fuzz targets (`fuzz/`), run as plain tests: what fuzzing once broke stays mended.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../fuzz/check.rs"]
#[allow(clippy::expect_used, clippy::panic, reason = "a test")]
mod check;

use std::fs;
use std::path::Path;

use aer_wasm::error::AerError;
use aer_wasm::frontend::{Program, qasm, qobj};

fn seeds(target: &str, load: fn(&str) -> Result<Program, AerError>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let programs = paths.iter().filter(|path| check::check(&fs::read_to_string(path).unwrap(), load)).count();
    assert!(2 * programs >= paths.len() && programs > 0, "{programs} of {} seeds are programs", paths.len());
}

#[test]
fn qasm2() {
    seeds("qasm2", |text| qasm::load_v2(text).map(Program::from));
}

#[test]
fn qasm3() {
    seeds("qasm3", |text| qasm::load_v3(text).map(Program::from));
}

#[test]
fn qobj() {
    seeds("qobj", qobj::load);
}
