use super::*;
use crate::circuit::classical::{Comparison, Relation};
use crate::circuit::operation::{BooleanFunction, Measure, Pauli, Save, SaveKind, SaveSubtype};
use crate::circuit::{Bits, Gate};

fn check(operation: Operation, qubits: &[u32]) -> Result<(), ErrorCode> {
    let step = Instruction::new(operation, qubits.iter().copied());
    instruction(&step, &Circuit::new(3, 2)).map_err(|error| {
        assert!(!error.message.is_empty());
        error.code
    })
}

fn gate(gate: Gate, parameters: &[f64]) -> Operation {
    Operation::Gate(gate, parameters.into())
}

fn measure(memory: &[u32], register: &[u32]) -> Operation {
    Operation::Measure(Box::new(Measure { memory: memory.into(), register: register.into() }))
}

fn bfunc(mask: u64, register: u32, memory: Option<u32>) -> Operation {
    let comparison =
        Comparison { mask: Bits::from_u64(mask), relation: Relation::Equal, value: Bits::from_u64(0) };
    Operation::BooleanFunction(Box::new(BooleanFunction { comparison, register, memory }))
}

fn save(subtype: SaveSubtype) -> Operation {
    Operation::Save(Box::new(Save { kind: SaveKind::Statevector, label: "a".into(), subtype }))
}

fn amplitudes(values: &[f64]) -> Box<[Complex]> {
    values.iter().map(|x| Complex::from(*x)).collect()
}

#[test]
fn valid_instructions_pass() {
    for (operation, qubits) in [
        (gate(Gate::Cx, &[]), vec![2, 0]),
        (gate(Gate::Mcx, &[]), vec![1]),
        (gate(Gate::U, &[1.0, -2.0, 1e9]), vec![0]),
        (Operation::Barrier, vec![]),
        (Operation::Pauli([Pauli::X, Pauli::Y].into()), vec![1, 2]),
        (Operation::Initialize(amplitudes(&[0.6, 0.0, 0.0, -0.8])), vec![2, 1]),
        (measure(&[1, 0], &[]), vec![0, 2]),
        (bfunc(3, 1, Some(0)), vec![]),
        (save(SaveSubtype::CList), vec![0, 1, 2]),
        (Operation::Unitary(Box::new(Gate::Ecr.full_matrix(&[], 2))), vec![0, 1]),
    ] {
        assert_eq!(check(operation.clone(), &qubits), Ok(()), "{operation:?}");
    }
}

#[test]
fn invalid_instructions_are_refused() {
    use ErrorCode::*;
    let square = |entries: &[f64]| {
        Operation::Unitary(Box::new(Matrix::new(2, 2, amplitudes(entries).into()).unwrap()))
    };
    for (code, operation, qubits) in [
        (QubitOutOfRange, gate(Gate::H, &[]), vec![3]),
        (DuplicateQubit, gate(Gate::Ccx, &[]), vec![0, 1, 0]),
        (QubitCount, gate(Gate::Cx, &[]), vec![0]),
        (QubitCount, gate(Gate::Mcswap, &[]), vec![0]),
        (ParameterCount, gate(Gate::Rx, &[]), vec![0]),
        (ParameterCount, gate(Gate::H, &[0.0]), vec![0]),
        (InvalidParameter, gate(Gate::Rx, &[f64::NAN]), vec![0]),
        (InvalidParameter, gate(Gate::P, &[f64::INFINITY]), vec![0]),
        (InvalidParameter, Operation::Delay(f64::NAN), vec![0]),
        (InvalidParameter, Operation::Pauli([Pauli::X].into()), vec![1, 2]),
        (InvalidState, Operation::Initialize(amplitudes(&[1.0, 0.0])), vec![2, 1]),
        (InvalidState, Operation::Initialize(amplitudes(&[1.0, 1e-3])), vec![2]),
        (InvalidState, Operation::Initialize(amplitudes(&[f64::NAN, 1.0])), vec![2]),
        (QubitCount, Operation::SetStatevector(amplitudes(&[1.0, 0.0])), vec![0]),
        (InvalidMatrix, square(&[1.0, 1e-6, 0.0, 1.0]), vec![0]),
        (InvalidMatrix, square(&[1.0, f64::NAN, 0.0, 1.0]), vec![0]),
        (InvalidMatrix, square(&[1.0, 0.0, 0.0, 1.0]), vec![0, 1]),
        (ClbitOutOfRange, measure(&[2], &[]), vec![0]),
        (ClbitOutOfRange, measure(&[0], &[2]), vec![0]),
        (InvalidParameter, measure(&[0, 1], &[]), vec![0]),
        (ClbitOutOfRange, bfunc(1, 2, None), vec![]),
        (ClbitOutOfRange, bfunc(4, 1, None), vec![]),
        (ClbitOutOfRange, bfunc(1, 1, Some(2)), vec![]),
        (InvalidParameter, save(SaveSubtype::Average), vec![0, 1, 2]),
        (QubitCount, save(SaveSubtype::Single), vec![0, 1]),
    ] {
        assert_eq!(check(operation.clone(), &qubits), Err(code), "{operation:?} on {qubits:?}");
    }
}

#[test]
fn a_circuit_is_checked_as_a_whole() {
    let code = |circuit: &Circuit| super::circuit(circuit).unwrap_err().code;
    let whole = Circuit::new(1, 0);
    assert_eq!(super::circuit(&whole), Ok(()));
    assert_eq!(code(&Circuit { global_phase: f64::NAN, ..whole.clone() }), ErrorCode::InvalidParameter);
    assert_eq!(code(&Circuit { num_qubits: u32::MAX, ..whole.clone() }), ErrorCode::QubitOutOfRange);
    assert_eq!(code(&Circuit { num_clbits: u32::MAX, ..whole.clone() }), ErrorCode::ClbitOutOfRange);
    let twice = vec![Instruction::new(save(SaveSubtype::Single), [0]); 2];
    let error = super::circuit(&Circuit { instructions: twice, ..whole.clone() }).unwrap_err();
    assert_eq!((error.code, error.place.instruction), (ErrorCode::DuplicateKey, Some(1)));
    let mut conditional = Instruction::gate(Gate::X, [], [0]);
    conditional.condition = Some(0);
    assert_eq!(code(&Circuit { instructions: vec![conditional], ..whole }), ErrorCode::ClbitOutOfRange);
}
