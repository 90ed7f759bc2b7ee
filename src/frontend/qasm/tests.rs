use super::*;
use crate::circuit::validate;
use crate::frontend::{Format, load, sniff};

macro_rules! examples {
    ($($name:literal)*) => {
        const EXAMPLES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../examples/", $name, ".qasm")))),*];
    };
}

examples! { "bell" "ghz" "teleport" "qft" "grover" }

#[test]
fn the_examples_load() {
    let sizes: Vec<_> = EXAMPLES
        .iter()
        .map(|(name, text)| {
            let circuit = load_v2(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(validate::circuit(&circuit), Ok(()), "{name}");
            (circuit.num_qubits, circuit.num_clbits, circuit.instructions.len())
        })
        .collect();
    // Of teleportation 12 statements, two of which are a comparison and a gate.
    assert_eq!(sizes, [(2, 2, 4), (5, 5, 10), (3, 3, 14), (3, 3, 20), (3, 3, 46)]);
}

#[test]
fn the_version_is_found_behind_blanks_and_comments() {
    for (text, expected) in [
        ("OPENQASM 2.0;", Some(2)),
        ("OPENQASM 2;", Some(2)),
        ("\u{feff}\n // OPENQASM 2.0;\n/* x */ OPENQASM 3.0;", Some(3)),
        ("OPENQASM 3.1;", Some(3)),
        ("OPENQASM;", None),
        ("OPENQASM 99999999999.0;", None),
        ("qreg q[1];", None),
        ("/* OPENQASM 3.0;", None),
        ("", None),
    ] {
        assert_eq!(version(text), expected, "{text}");
    }
    assert_eq!(sniff("// a\nOPENQASM 3;"), Format::Qasm3);
    // OpenQASM 3 may leave the version out; what could be both is taken for OpenQASM 2.
    for (text, expected) in [
        ("include \"stdgates.inc\"; qreg q[1];", Format::Qasm3),
        ("// qreg q[1];\nqubit q;", Format::Qasm3),
        ("gate g(θ) a { U(θ, 0, 0) a; }", Format::Qasm3),
        ("gate g a { ctrl @ U(0, 0, 0) a; } const int n = 2;", Format::Qasm3),
        ("def f() {}", Format::Qasm3),
        ("x $0;", Format::Qasm3),
        ("include \"qelib1.inc\"; qubit q;", Format::Qasm2),
        ("gate bit a { U(0, 0, 0) a; } qreg q[1]; bit q[0];", Format::Qasm2),
        ("opaque f a; qubit q;", Format::Qasm2),
        ("gate g a { U(0, 0, 0) a; }", Format::Qasm2),
    ] {
        assert_eq!(sniff(text), expected, "{text}");
    }
    assert_eq!(load("OPENQASM 2.0; qreg q[1];").unwrap().circuits.len(), 1);
}
