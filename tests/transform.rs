//! Inverse, composition and binding of circuits, judged by what the circuits do.

#![allow(clippy::unwrap_used, reason = "a test")]

use aer_wasm::circuit::classical::{Comparison, Relation};
use aer_wasm::circuit::expression::BinaryOp;
use aer_wasm::circuit::operation::{BooleanFunction, Measure, Pauli, Save, SaveKind, SaveSubtype, Store};
use aer_wasm::circuit::transform::{bind, compose, inverse, parameters};
use aer_wasm::circuit::{
    Bits, Circuit, ControlFlow, Expr, GATES, Gate, Instruction, Operation, Slot, Type, Variable, validate,
};
use aer_wasm::engine::SavedValue;
use aer_wasm::error::ErrorCode;
use aer_wasm::run::options::RunOptions;
use aer_wasm::run::result::SavedData;
use aer_wasm::run::{Run, Step};

fn of(num_qubits: u32, num_clbits: u32, instructions: Vec<Instruction>) -> Circuit {
    let mut circuit = Circuit { instructions, ..Circuit::new(num_qubits, num_clbits) };
    circuit.num_register_bits = circuit.register_bits_used();
    validate::circuit(&circuit).unwrap();
    circuit
}

/// The final amplitudes, interleaved.
fn final_state(mut circuit: Circuit) -> Vec<f64> {
    let save = Save { kind: SaveKind::Statevector, label: "sv".into(), subtype: SaveSubtype::Single };
    circuit.instructions.push(Instruction::new(Operation::Save(Box::new(save)), 0..circuit.num_qubits));
    let mut run = Run::new(vec![Ok(circuit)], RunOptions::resolve(&[]).unwrap());
    while run.step(u64::MAX) == Step::Pending {}
    let result = run.take_result(0).unwrap();
    assert_eq!(result.error, None);
    let SavedData::One(SavedValue::ComplexVector(state)) = &result.data.saved["sv"] else { panic!() };
    state.clone()
}

fn near(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12)
}

/// A state without symmetries.
fn preparation(num_qubits: u32) -> Vec<Instruction> {
    let turn = |q: u32| Instruction::gate(Gate::U, [0.3 + f64::from(q), 0.7, -0.4 * f64::from(q)], [q]);
    let tie = |q: u32| Instruction::gate(Gate::Crx, [0.9], [q, q + 1]);
    (0..num_qubits).map(turn).chain((0..num_qubits - 1).map(tie)).collect()
}

fn measure(qubit: u32, bit: u32) -> Instruction {
    Instruction::new(
        Operation::Measure(Box::new(Measure { memory: vec![bit], register: vec![bit] })),
        [qubit],
    )
}

fn store(target: Slot, value: Expr) -> Instruction {
    Instruction::new(Operation::Store(Box::new(Store { target, value })), [])
}

fn if_else(
    condition: Expr,
    then: Vec<Instruction>,
    otherwise: Vec<Instruction>,
    qubits: &[u32],
) -> Instruction {
    let flow = ControlFlow::IfElse { condition, then, otherwise };
    Instruction::new(Operation::ControlFlow(Box::new(flow)), qubits.iter().copied())
}

#[test]
fn every_gate_is_undone_plain_and_computed() {
    for spec in GATES {
        let qubits = spec.num_qubits().unwrap_or(spec.targets + 2) as u32;
        let values = (0..spec.parameters.len()).map(|i| 0.7 - 0.4 * i as f64);
        let plain = Instruction::gate(spec.gate, values.clone(), 0..qubits);
        // The same values, but from the register, so that they stay expressions.
        let slot = |i: usize| Slot::new(64 * i as u32, Type::FLOAT);
        let sets = values.enumerate().map(|(i, value)| store(slot(i), Expr::float(value)));
        let reads = (0..spec.parameters.len()).map(|i| Expr::read(slot(i)));
        let computed = Instruction::new(Operation::ComputedGate(spec.gate, reads.collect()), 0..qubits);
        for step in [plain, computed] {
            if spec.parameters.is_empty() && matches!(step.operation, Operation::ComputedGate(..)) {
                continue;
            }
            let before: Vec<Instruction> = sets.clone().chain(preparation(qubits)).collect();
            let undone = inverse(&of(qubits, 0, vec![step.clone()])).unwrap().instructions;
            let all = before.iter().cloned().chain([step]).chain(undone).collect();
            assert!(
                near(&final_state(of(qubits, 0, all)), &final_state(of(qubits, 0, before))),
                "{}",
                spec.name
            );
        }
    }
}

#[test]
fn a_circuit_is_undone_in_reverse_with_its_blocks_and_phase() {
    let unitary = Gate::Rzx.full_matrix(&[0.4], 2);
    let diagonal = Gate::P.target_matrix(&[0.8]);
    let flow = if_else(
        Expr::bit(0),
        vec![Instruction::gate(Gate::S, [], [1]), Instruction::gate(Gate::Rx, [0.3], [1])],
        vec![Instruction::gate(Gate::T, [], [0])],
        &[0, 1],
    );
    let mut circuit = of(
        2,
        1,
        vec![
            Instruction::gate(Gate::Ry, [0.2], [0]),
            Instruction::new(Operation::Unitary(Box::new(unitary)), [1, 0]),
            Instruction::new(Operation::Pauli([Pauli::Y, Pauli::X].into()), [0, 1]),
            Instruction::new(Operation::Barrier, [0, 1]),
            flow,
            Instruction::gate(Gate::Iswap, [], [0, 1]),
        ],
    );
    circuit.global_phase = 0.6;
    let back = inverse(&circuit).unwrap();
    assert_eq!(back.name, "circuit_dg");
    for bit in [false, true] {
        let mut both = of(2, 1, preparation(2));
        both.instructions.push(store(Slot::new(0, Type::Bool), Expr::bool(bit)));
        let before = final_state(both.clone());
        compose(&mut both, &circuit, &[0, 1], &[0]).unwrap();
        assert!(!near(&final_state(both.clone()), &before));
        compose(&mut both, &back, &[0, 1], &[0]).unwrap();
        assert!(near(&final_state(both), &before), "{bit}");
    }
    let entries = [diagonal.at(0, 0), diagonal.at(1, 1)];
    let diagonal = of(1, 0, vec![Instruction::new(Operation::Diagonal(entries.into()), [0])]);
    let Operation::Diagonal(inverted) = &inverse(&diagonal).unwrap().instructions[0].operation else {
        panic!()
    };
    assert_eq!(**inverted, [entries[0].conj(), entries[1].conj()]);
}

#[test]
fn what_has_no_inverse_is_named() {
    let endless = ControlFlow::While { condition: Expr::bool(true), body: vec![] };
    for (step, name) in [
        (measure(0, 0), "measure"),
        (Instruction::new(Operation::Reset, [0]), "reset"),
        (Instruction::new(Operation::ControlFlow(Box::new(endless)), []), "while_loop"),
        (store(Slot::new(0, Type::Bool), Expr::bool(true)), "store"),
    ] {
        let error = inverse(&of(1, 1, vec![Instruction::gate(Gate::X, [], [0]), step])).unwrap_err();
        assert_eq!(error.code, ErrorCode::UnsupportedInstruction);
        assert_eq!((error.place.instruction, error.place.name.as_deref()), (Some(1), Some(name)));
        assert!(error.message.contains(name));
    }
}

fn bfunc(mask: u64, relation: Relation, value: u64, register: u32) -> Instruction {
    let comparison = Comparison { mask: Bits::from_u64(mask), relation, value: Bits::from_u64(value) };
    let function = BooleanFunction { comparison, register, memory: None };
    Instruction::new(Operation::BooleanFunction(Box::new(function)), [])
}

#[test]
fn composition_moves_qubits_bits_and_variables() {
    let variable = Slot::new(3, Type::Uint(2));
    let sum =
        Expr::binary(BinaryOp::Add, Expr::read(variable.clone()), Expr::uint(Bits::from_u64(1), 2)).unwrap();
    let mut other = of(
        2,
        2,
        vec![
            measure(1, 0),
            bfunc(3, Relation::Equal, 1, 2),
            if_else(Expr::bit(2), vec![Instruction::gate(Gate::Cx, [], [0, 1])], vec![], &[0, 1]),
            store(variable.clone(), sum),
        ],
    );
    other.variables.push(Variable { name: "n".into(), slot: variable.clone() });
    other.global_phase = 0.25;
    let mut circuit = of(3, 4, vec![]);
    circuit.global_phase = 0.5;
    compose(&mut circuit, &other, &[2, 0], &[3, 1]).unwrap();
    validate::circuit(&circuit).unwrap();
    assert_eq!((circuit.num_register_bits, circuit.global_phase), (7, 0.75));
    // Bits 0 and 1 became 3 and 1; bits 2 to 4 are 4 to 6.
    let moved = Slot::new(5, Type::Uint(2));
    let sum =
        Expr::binary(BinaryOp::Add, Expr::read(moved.clone()), Expr::uint(Bits::from_u64(1), 2)).unwrap();
    assert_eq!(
        circuit.instructions,
        [
            measure(0, 3),
            bfunc(0b1010, Relation::Equal, 0b1000, 4),
            if_else(Expr::bit(4), vec![Instruction::gate(Gate::Cx, [], [2, 0])], vec![], &[0, 2]),
            store(moved.clone(), sum),
        ]
    );
    assert_eq!(circuit.variables, [Variable { name: "n".into(), slot: moved }]);
    let before = circuit.clone();
    assert_eq!(compose(&mut circuit, &other, &[0, 1], &[0, 1]).unwrap_err().code, ErrorCode::DuplicateKey);
    assert_eq!(circuit, before);
}

#[test]
fn composition_refuses_what_does_not_fit_and_leaves_the_circuit() {
    let pair = || Expr::read(Slot::new(0, Type::Uint(2))).condition().unwrap();
    let test = of(1, 2, vec![if_else(pair(), vec![Instruction::gate(Gate::X, [], [0])], vec![], &[0])]);
    let less = of(1, 3, vec![bfunc(3, Relation::Less, 2, 2)]);
    let circuit = of(2, 3, vec![]);
    for (other, qubits, clbits, code) in [
        (&test, vec![0, 1], vec![0, 1], ErrorCode::QubitCount),
        (&test, vec![2], vec![0, 1], ErrorCode::QubitOutOfRange),
        (&test, vec![0], vec![0], ErrorCode::ClbitOutOfRange),
        (&test, vec![0], vec![0, 0], ErrorCode::ClbitOutOfRange),
        (&test, vec![0], vec![0, 3], ErrorCode::ClbitOutOfRange),
        // Torn apart, or turned round.
        (&test, vec![0], vec![0, 2], ErrorCode::ClbitOutOfRange),
        (&test, vec![0], vec![1, 0], ErrorCode::ClbitOutOfRange),
        (&less, vec![0], vec![1, 0, 2], ErrorCode::ClbitOutOfRange),
    ] {
        let mut composed = circuit.clone();
        assert_eq!(
            compose(&mut composed, other, &qubits, &clbits).unwrap_err().code,
            code,
            "{qubits:?} {clbits:?}"
        );
        assert_eq!(composed, circuit);
    }
    let mut composed = circuit.clone();
    compose(&mut composed, &test, &[1], &[1, 2]).unwrap();
    compose(&mut composed, &less, &[1], &[0, 2, 1]).unwrap();
    let mark = of(1, 0, vec![Instruction::new(Operation::Mark("a".into()), [0])]);
    compose(&mut composed, &mark, &[0], &[]).unwrap();
    compose(&mut composed, &mark, &[0], &[]).unwrap();
    validate::circuit(&composed).unwrap();
}

#[test]
fn binding_reaches_blocks_but_not_the_parameters_of_loops() {
    let rx =
        |name: &str| Instruction::new(Operation::ComputedGate(Gate::Rx, [Expr::parameter(name)].into()), [0]);
    let body = vec![rx("i"), rx("theta")];
    let repeat = ControlFlow::For { parameter: Some("i".into()), values: vec![1, 2], body };
    let repeat = Instruction::new(Operation::ControlFlow(Box::new(repeat)), [0]);
    let circuit = of(1, 0, vec![rx("phi"), repeat, rx("i"), rx("phi")]);
    assert_eq!(parameters(&circuit), ["phi", "theta", "i"]);
    let value = |name: &str| match name {
        "phi" => Some(Expr::float(0.5)),
        "i" => Some(Expr::float(9.0)),
        _ => None,
    };
    let bound = bind(&circuit, &value).unwrap();
    assert_eq!(parameters(&bound), ["theta"]);
    assert_eq!(bound.instructions[0], Instruction::gate(Gate::Rx, [0.5], [0]));
    assert_eq!(bound.instructions[2], Instruction::gate(Gate::Rx, [9.0], [0]));
    assert_eq!(bound.instructions[1], circuit.instructions[1]);
    let all = bind(&bound, &|_| Some(Expr::float(0.25))).unwrap();
    let plain = vec![0.5, 1.0, 0.25, 2.0, 0.25, 9.0, 0.5];
    let plain = plain.into_iter().map(|x| Instruction::gate(Gate::Rx, [x], [0])).collect();
    assert!(near(&final_state(all), &final_state(of(1, 0, plain))));
}
