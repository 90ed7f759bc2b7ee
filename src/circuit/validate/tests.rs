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

fn flow(flow: ControlFlow) -> Operation {
    Operation::ControlFlow(Box::new(flow))
}

fn gate_on(qubit: u32) -> Instruction {
    Instruction::gate(Gate::X, [], [qubit])
}

#[test]
fn control_flow_is_checked_with_its_blocks() {
    use ErrorCode::*;
    let bit = Expr::bit;
    let when = |condition: Expr, then| flow(ControlFlow::IfElse { condition, then, otherwise: vec![] });
    let repeat = |body| flow(ControlFlow::For { parameter: None, values: vec![1], body });
    let leave = |outer| Instruction::new(flow(ControlFlow::Break { outer }), []);
    let next = |outer| Instruction::new(flow(ControlFlow::Continue { outer }), []);
    let inside = |operation| vec![Instruction::new(operation, [0])];
    let switch = |target: Expr, values: &[i64]| {
        flow(ControlFlow::Switch { target, cases: vec![(values.into(), vec![])], default: vec![] })
    };
    let deep = |levels| (0..levels).fold(when(bit(0), vec![]), |inner, _| when(bit(0), inside(inner)));
    let endless = flow(ControlFlow::While { condition: bit(1), body: vec![gate_on(0), leave(0)] });
    let wide = Expr::read(crate::circuit::Slot::new(1, Type::Uint(2)));
    for (expected, operation) in [
        (Ok(()), when(bit(1), vec![gate_on(0)])),
        (Ok(()), endless),
        (Ok(()), repeat(inside(repeat(vec![leave(1), next(0)])))),
        (Ok(()), deep(200)),
        (Ok(()), switch(bit(0), &[0, 1])),
        (Ok(()), flow(ControlFlow::End)),
        (Err(SemanticError), deep(256)),
        (Err(ClbitOutOfRange), when(bit(2), vec![])),
        (Err(ClbitOutOfRange), when(wide.condition().unwrap(), vec![])),
        (Err(InvalidConditional), when(Expr::float(1.0), vec![])),
        (Err(QubitOutOfRange), when(bit(0), vec![gate_on(3)])),
        (Err(QubitCount), when(bit(0), vec![gate_on(1)])),
        (Err(QubitCount), when(bit(0), inside(gate(Gate::Cx, &[])))),
        (Err(SemanticError), flow(ControlFlow::Break { outer: 0 })),
        (Err(SemanticError), when(bit(0), vec![leave(0)])),
        (Err(SemanticError), repeat(inside(when(bit(0), vec![next(1)])))),
        (Err(SemanticError), switch(Expr::float(1.0), &[])),
        (Err(SemanticError), switch(bit(0), &[1, 1])),
        (Err(SemanticError), when(bit(0), inside(Operation::Mark("a".into())))),
    ] {
        assert_eq!(check(operation.clone(), &[0]), expected, "{operation:?}");
    }
}

#[test]
fn jumps_variables_and_labels_in_blocks_are_checked_in_the_whole() {
    let step = |operation| Instruction::new(operation, [0]);
    let error = |instructions: Vec<Instruction>, variables: Vec<crate::circuit::Variable>| {
        super::circuit(&Circuit { instructions, variables, ..Circuit::new(1, 2) }).unwrap_err()
    };
    let jump = error(vec![step(Operation::Jump("x".into()))], vec![]);
    assert_eq!(jump.message, "Invalid jump destination:\"x\".");
    let mark = error(vec![step(Operation::Mark("x".into())); 2], vec![]);
    assert_eq!(
        (mark.message.as_str(), mark.place.instruction),
        ("Duplicated mark destination:\"x\".", Some(1))
    );
    let condition = Expr::bit(0);
    let block = || vec![Instruction::new(save(SaveSubtype::Single), [0])];
    let twice = ControlFlow::IfElse { condition, then: block(), otherwise: block() };
    assert_eq!(error(vec![step(flow(twice))], vec![]).code, ErrorCode::DuplicateKey);
    let variable = |first| crate::circuit::Variable {
        name: "v".into(),
        slot: crate::circuit::Slot::new(first, Type::Bool),
    };
    assert_eq!(error(vec![], vec![variable(2)]).code, ErrorCode::ClbitOutOfRange);
    assert_eq!(error(vec![], vec![variable(0), variable(1)]).code, ErrorCode::DuplicateKey);
}

#[test]
fn computed_gates_and_stores_are_checked() {
    use ErrorCode::*;
    let slot = crate::circuit::Slot::new;
    let computed = |gate, parameters: &[Expr]| Operation::ComputedGate(gate, parameters.into());
    let store = |target, value| Operation::Store(Box::new(Store { target, value }));
    let complex = Expr::float(1.0).cast(Type::Complex).unwrap();
    let theta = Expr::parameter("theta");
    let mut liar = Expr::bit(0);
    liar.ty = Type::Int(8);
    for (expected, operation, qubits) in [
        (Ok(()), computed(Gate::Rx, &[theta.clone()]), vec![0]),
        (Ok(()), store(slot(1, Type::Bool), Expr::bit(0)), vec![]),
        (Err(ParameterCount), computed(Gate::Rx, &[]), vec![0]),
        (Err(QubitCount), computed(Gate::Rx, &[theta]), vec![0, 1]),
        (Err(InvalidParameter), computed(Gate::Rx, &[complex]), vec![0]),
        (Err(ClbitOutOfRange), computed(Gate::Rx, &[Expr::bit(2)]), vec![0]),
        (Err(ClbitOutOfRange), store(slot(2, Type::Bool), Expr::bit(0)), vec![]),
        (Err(SemanticError), store(slot(0, Type::Bool), Expr::int(1)), vec![]),
        (Err(SemanticError), store(slot(0, Type::Int(65)), Expr::int(1)), vec![]),
        (Err(SemanticError), computed(Gate::Rx, &[liar]), vec![0]),
    ] {
        assert_eq!(check(operation.clone(), &qubits), expected, "{operation:?}");
    }
}
