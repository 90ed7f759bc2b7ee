//! What holds for every text that anybody may send: reading ends, in circuits or in an error with a reason;
//! circuits are valid, and stay the same when they are written and read again. The fuzz targets and
//! `tests/fuzz_seeds.rs` call this.

use aer_wasm::circuit::{Circuit, Operation, lower::lower, validate};
use aer_wasm::error::{AerError, ErrorCode};
use aer_wasm::frontend::{Program, qasm, qobj};
use serde_json::Map;

/// Longest circuit that is written and read again: the rest is the same, only slow.
const LONGEST: usize = 2_000;

/// Reads a text, checks what comes out, and says whether it was a program.
pub fn check(text: &str, load: fn(&str) -> Result<Program, AerError>) -> bool {
    match load(text) {
        Ok(program) => program.circuits.into_iter().map(check_circuit).fold(true, |all, one| all & one),
        Err(error) => refused(&error),
    }
}

fn refused(error: &AerError) -> bool {
    assert!(!error.message.is_empty(), "an error without a sentence");
    assert_ne!(error.code, ErrorCode::Internal, "{error}");
    false
}

fn check_circuit(circuit: Result<Circuit, AerError>) -> bool {
    let circuit = match circuit {
        Ok(circuit) => circuit,
        Err(error) => return refused(&error),
    };
    assert_eq!(validate::circuit(&circuit), Ok(()));
    if circuit.instructions.len() > LONGEST {
        return true;
    }
    let mut lowered = circuit.clone();
    if let Err(error) = lower(&mut lowered) {
        refused(&error);
        return true;
    }
    if lowered.instructions.len() > LONGEST {
        return true;
    }
    let text = qobj::qobj_json(&[circuit.clone()], Map::new(), "again", Map::new()).to_string();
    same(&lowered, qobj::load(&text).expect("a Qobj of ours").circuits.pop().expect("one experiment"), &text);
    if let Ok(text) = qasm::to_qasm3(&circuit) {
        let mut again = qasm::load_v3(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        lower(&mut again).unwrap_or_else(|error| panic!("{error}\n{text}"));
        same(&lowered, Ok(again), &text);
    }
    if let Ok(text) = qasm::to_qasm2(&circuit) {
        same(&Circuit { global_phase: 0.0, ..lowered }, qasm::load_v2(&text), &text);
    }
    true
}

/// Asserts that two circuits do the same in the same words. Names, headers and metadata are beside the point.
fn same(one: &Circuit, other: Result<Circuit, AerError>, text: &str) {
    let other = other.unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!((one.num_qubits, one.num_clbits), (other.num_qubits, other.num_clbits), "{text}");
    assert_eq!(one.global_phase.to_bits(), other.global_phase.to_bits(), "{text}");
    let barrier = |step: &&aer_wasm::circuit::Instruction| step.operation != Operation::Barrier;
    let steps = |circuit: &Circuit| circuit.instructions.iter().filter(barrier).cloned().collect::<Vec<_>>();
    assert_eq!(steps(one), steps(&other), "{text}");
}
