//! What holds for every text that anybody may send: reading ends, in circuits or in an error with a reason;
//! circuits are valid, and stay the same when they are written and read again. The fuzz targets and
//! `tests/fuzz_seeds.rs` call this.

use aer_wasm::circuit::{Circuit, lower::lower, validate};
use aer_wasm::error::{AerError, ErrorCode};
use aer_wasm::frontend::{Program, qasm, qobj};
use serde_json::Map;

/// Longest circuit that is written and read again: the rest is the same, only slow.
const LONGEST: usize = 2_000;

/// Reads a text, checks what comes out, and says whether it was a program.
pub fn check(text: &str, load: fn(&str) -> Result<Program, AerError>) -> bool {
    match load(text) {
        Ok(program) => program.circuits.into_iter().map(read).fold(true, |all, one| all & one),
        Err(error) => refused(&error),
    }
}

fn refused(error: &AerError) -> bool {
    assert!(!error.message.is_empty(), "an error without a sentence");
    assert_ne!(error.code, ErrorCode::Internal, "{error}");
    false
}

fn read(circuit: Result<Circuit, AerError>) -> bool {
    match circuit {
        Ok(circuit) => {
            round_trips(&circuit);
            true
        }
        Err(error) => refused(&error),
    }
}

/// Checks that a circuit is valid and comes back from every format that has words for it.
pub fn round_trips(circuit: &Circuit) {
    assert_eq!(validate::circuit(circuit), Ok(()));
    if circuit.instructions.len() > LONGEST {
        return;
    }
    let mut lowered = circuit.clone();
    if let Err(error) = lower(&mut lowered) {
        refused(&error);
        return;
    }
    if lowered.instructions.len() > LONGEST {
        return;
    }
    let text = qobj::qobj_json(std::slice::from_ref(circuit), Map::new(), "again", Map::new()).to_string();
    let again = qobj::load(&text).unwrap_or_else(|error| panic!("{error}\n{text}")).circuits.pop();
    same(&lowered, again.expect("one experiment"), &text);
    if let Ok(text) = qasm::to_qasm3(circuit) {
        let mut again = qasm::load_v3(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        lower(&mut again).unwrap_or_else(|error| panic!("{error}\n{text}"));
        same(&lowered, Ok(again), &text);
    }
    if let Ok(text) = qasm::to_qasm2(circuit) {
        same(&Circuit { global_phase: 0.0, ..lowered }, qasm::load_v2(&text), &text);
    }
}

/// Asserts that two circuits do the same in the same words. Names, headers and metadata are beside the point.
fn same(one: &Circuit, other: Result<Circuit, AerError>, text: &str) {
    let other = other.unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!((one.num_qubits, one.num_clbits), (other.num_qubits, other.num_clbits), "{text}");
    assert_eq!(one.global_phase.to_bits(), other.global_phase.to_bits(), "{text}");
    for (index, (a, b)) in one.instructions.iter().zip(&other.instructions).enumerate() {
        assert_eq!(a, b, "instruction {index} of\n{text}");
    }
    assert_eq!(one.instructions.len(), other.instructions.len(), "{text}");
}
