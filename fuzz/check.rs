//! What holds for every text that anybody may send: reading ends, in circuits or in an error with a reason;
//! circuits are valid, and stay the same when they are written and read again. The fuzz targets and
//! `tests/fuzz_seeds.rs` call this.

use aer_wasm::circuit::operation::Measure;
use aer_wasm::circuit::{Circuit, Instruction, Operation, lower::lower, validate};
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
            assert_eq!(validate::circuit(&circuit), Ok(()));
            if let Some(circuit) = measured(circuit) {
                round_trips(&circuit);
            }
            true
        }
        Err(error) => refused(&error),
    }
}

/// The circuit with every bit measured first, so that no reader can know what a condition will say. `None` where
/// that is not enough: values that are stored may be known.
fn measured(mut circuit: Circuit) -> Option<Circuit> {
    let stores = |step: &Instruction| matches!(step.operation, Operation::Store(_));
    let known = !circuit.variables.is_empty() || circuit.instructions.iter().any(stores);
    if known || circuit.num_qubits == 0 || circuit.num_clbits > 256 {
        return None;
    }
    let measure = |bit| {
        let measure = Measure { memory: vec![bit], register: vec![bit] };
        Instruction::new(Operation::Measure(Box::new(measure)), [0])
    };
    circuit.instructions.splice(0..0, (0..circuit.num_clbits).map(measure));
    Some(circuit)
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
    let lowered = apart(lowered);
    if let Ok(text) = qasm::to_qasm3(circuit) {
        let mut again = qasm::load_v3(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        lower(&mut again).unwrap_or_else(|error| panic!("{error}\n{text}"));
        same(&lowered, Ok(apart(again)), &text);
    }
    // OpenQASM 2 has no labels, no phase, conditions on whole registers only, and one bit of scratch for them.
    let scratch = |step: &Instruction| match &step.operation {
        Operation::BooleanFunction(function) => function.register == lowered.num_clbits,
        _ => step.condition.is_none_or(|bit| bit == lowered.num_clbits),
    };
    if let Ok(text) = qasm::to_qasm2(circuit)
        && lowered.instructions.iter().all(scratch)
    {
        let mut plain = Circuit { global_phase: 0.0, ..lowered };
        plain.instructions.iter_mut().for_each(|step| step.label = None);
        same(&plain, qasm::load_v2(&text), &text);
    }
}

/// The circuit with a measurement, reset or delay for each qubit, and each measurement into both kinds of bits.
fn apart(mut circuit: Circuit) -> Circuit {
    let steps = std::mem::take(&mut circuit.instructions).into_iter().flat_map(|step| {
        let one = |operation, qubit: u32| Instruction {
            operation,
            qubits: [qubit].into_iter().collect(),
            ..step.clone()
        };
        match &step.operation {
            Operation::Reset | Operation::Delay(_) => {
                step.qubits.iter().map(|qubit| one(step.operation.clone(), *qubit)).collect()
            }
            Operation::Measure(measure) if measure.memory.len() == step.qubits.len() => {
                let bits = step.qubits.iter().zip(&measure.memory).enumerate();
                let each = bits.map(|(i, (qubit, bit))| {
                    let register = vec![measure.register.get(i).copied().unwrap_or(*bit)];
                    one(Operation::Measure(Box::new(Measure { memory: vec![*bit], register })), *qubit)
                });
                each.collect()
            }
            _ => vec![step],
        }
    });
    circuit.instructions = steps.collect();
    circuit
}

/// Instructions with their labels numbered in the order they appear.
fn numbered(steps: &[Instruction]) -> Vec<Instruction> {
    let mut labels: Vec<&str> = Vec::new();
    let mut number = |label| {
        let known = labels.iter().position(|known| *known == label);
        known.unwrap_or_else(|| {
            labels.push(label);
            labels.len() - 1
        })
    };
    let renamed = steps.iter().map(|step| match &step.operation {
        Operation::Jump(label) => (step, Some(Operation::Jump(number(label).to_string().into()))),
        Operation::Mark(label) => (step, Some(Operation::Mark(number(label).to_string().into()))),
        _ => (step, None),
    });
    renamed
        .map(|(step, operation)| match operation {
            Some(operation) => Instruction { operation, ..step.clone() },
            None => step.clone(),
        })
        .collect()
}

/// Asserts that two circuits do the same in the same words. Labels, names, headers and metadata are beside the point.
fn same(one: &Circuit, other: Result<Circuit, AerError>, text: &str) {
    let other = other.unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!((one.num_qubits, one.num_clbits), (other.num_qubits, other.num_clbits), "{text}");
    #[allow(clippy::float_cmp, reason = "bit for bit, but for the sign of 0")]
    let same_phase = one.global_phase == other.global_phase;
    assert!(same_phase, "{} is not {} in\n{text}", one.global_phase, other.global_phase);
    let (left, right) = (numbered(&one.instructions), numbered(&other.instructions));
    for (index, (a, b)) in left.iter().zip(&right).enumerate() {
        assert_eq!(a, b, "instruction {index} of\n{text}");
    }
    assert_eq!(one.instructions.len(), other.instructions.len(), "{text}");
}
