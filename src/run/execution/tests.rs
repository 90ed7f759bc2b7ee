//! Shots that share states get what they would get alone.

use super::*;
use crate::circuit::operation::{ErrorBranch, Measure, QuantumError};
use crate::circuit::{Gate, Parameters};
use crate::linalg::{Complex, Matrix};
use crate::run::{ExperimentResult, Part, Place, Run, RunOptions, SavedData, Step};

const QUBITS: u32 = 5;

fn gate(gate: Gate, parameters: &[f64], qubits: &[u32]) -> Instruction {
    let parameters: Parameters = parameters.iter().copied().collect();
    Instruction::new(Operation::Gate(gate, parameters), qubits.iter().copied())
}

fn measure(qubit: u32, bit: u32) -> Instruction {
    let measure = Measure { memory: vec![bit], register: vec![bit] };
    Instruction::new(Operation::Measure(Box::new(measure)), [qubit])
}

fn damping(gamma: f64) -> Operation {
    let (zero, one) = (Complex::ZERO, Complex::ONE);
    Operation::Kraus(
        [
            Matrix::square([[one, zero], [zero, Complex::from((1.0 - gamma).sqrt())]]),
            Matrix::square([[zero, Complex::from(gamma.sqrt())], [zero, zero]]),
        ]
        .into(),
    )
}

/// A bit flip, a reset, damping or nothing; on the second of two qubits.
fn error() -> Operation {
    let branch = |probability, instructions| ErrorBranch { probability, instructions };
    Operation::QuantumError(
        QuantumError {
            branches: vec![
                branch(0.7, vec![]),
                branch(0.1, vec![gate(Gate::X, &[], &[1]), gate(Gate::H, &[], &[0])]),
                branch(0.1, vec![Instruction::new(Operation::Reset, [1])]),
                branch(0.1, vec![Instruction::new(damping(0.4), [1]), gate(Gate::X, &[], &[0])]),
            ],
        }
        .into(),
    )
}

/// Everything that is drawn, one thing after the other, between gates that entangle.
fn circuit(num_qubits: u32) -> Circuit {
    let mut circuit = Circuit::new(num_qubits, 8);
    let steps = &mut circuit.instructions;
    let entangle = |steps: &mut Vec<Instruction>| {
        for qubit in 0..num_qubits {
            steps.push(gate(Gate::Ry, &[0.4 + 0.3 * f64::from(qubit)], &[qubit]));
            steps.push(gate(Gate::Cx, &[], &[qubit, (qubit + 1) % num_qubits]));
        }
    };
    entangle(steps);
    steps.push(Instruction::new(error(), [0, 1]));
    steps.push(measure(1, 0));
    steps.push(Instruction {
        operation: Operation::Gate(Gate::X, Parameters::new()),
        qubits: [2].into_iter().collect(),
        condition: Some(0),
        label: None,
    });
    entangle(steps);
    let probabilities = vec![vec![0.9, 0.1], vec![0.2, 0.8]];
    let misread = ReadoutError { memory: vec![0], register: vec![0], probabilities };
    steps.push(Instruction::new(Operation::ReadoutError(Box::new(misread.clone())), []));
    steps.push(Instruction { condition: Some(0), ..Instruction::new(Operation::Reset, [3]) });
    steps.push(Instruction::new(error(), [2, 0]));
    entangle(steps);
    let amplitude = Complex::from(0.5f64.sqrt());
    steps.push(Instruction::new(Operation::Initialize([amplitude, amplitude].into()), [1]));
    steps.extend((0..QUBITS).map(|qubit| measure(qubit, 2 + qubit)));
    let misread = ReadoutError { memory: vec![3], register: vec![3], ..misread };
    steps.push(Instruction::new(Operation::ReadoutError(Box::new(misread)), []));
    circuit.num_register_bits = circuit.register_bits_used();
    circuit
}

fn run(circuit: &Circuit, given: &Value, part: Option<(u64, u64)>, budget: u64) -> ExperimentResult {
    let options = RunOptions::resolve(&[given.as_object().unwrap()]).unwrap();
    let mut run = Run::new(vec![Ok(circuit.clone())], options);
    if let Some((from, to)) = part {
        let place = |shot| Place { experiment: 0, shot };
        run = run.only(Part { from: place(from), to: place(to) });
    }
    while run.step(budget) == Step::Pending {}
    run.take_result(0).unwrap()
}

fn memories(result: &ExperimentResult) -> Vec<String> {
    assert!(result.error.is_none(), "{:?}", result.error);
    result.data.memory.as_ref().unwrap().iter().map(|bits| bits.to_hex()).collect()
}

/// Seed 5: no chance, as both sides draw the same numbers.
#[test]
fn shots_get_what_they_would_get_alone() {
    let given = json!({"shots": 300, "seed_simulator": 5, "memory": true});
    let circuit = circuit(QUBITS);
    let together = memories(&run(&circuit, &given, None, u64::MAX));
    assert_eq!(together.len(), 300);
    assert!(together.iter().collect::<std::collections::HashSet<_>>().len() > 20);
    let alone: Vec<String> =
        (0..300).flat_map(|shot| memories(&run(&circuit, &given, Some((shot, shot + 1)), 50))).collect();
    assert_eq!(together, alone);
    let parts = [(0, 7), (7, 150), (150, 300)];
    let parts: Vec<String> =
        parts.into_iter().flat_map(|part| memories(&run(&circuit, &given, Some(part), 777))).collect();
    assert_eq!(together, parts);
}

/// States of 17 qubits take 2 MiB: with 3 MiB none can be copied.
#[test]
fn shots_without_memory_for_copies_run_alone() {
    let circuit = circuit(17);
    let given =
        |limit: u64| json!({"shots": 12, "seed_simulator": 6, "memory": true, "max_memory_mb": limit});
    let enough = run(&circuit, &given(1000), None, u64::MAX);
    let short = run(&circuit, &given(3), None, u64::MAX);
    assert_eq!(memories(&enough), memories(&short));
}

/// Saves of each kind, before and after shots part, alone and together.
#[test]
fn saves_come_once_per_shot_and_in_order() {
    let mut circuit = circuit(QUBITS);
    let save = |subtype, label: &str| {
        let kind = match subtype {
            SaveSubtype::List | SaveSubtype::CSingle | SaveSubtype::Single => SaveKind::Statevector,
            _ => SaveKind::Probabilities,
        };
        let qubits = 0..QUBITS;
        Instruction::new(Operation::Save(Box::new(Save { kind, label: label.into(), subtype })), qubits)
    };
    let middle = circuit.instructions.len() / 2;
    circuit.instructions.insert(middle, save(SaveSubtype::List, "middle"));
    for (label, subtype) in [
        ("list", SaveSubtype::List),
        ("single", SaveSubtype::Single),
        ("c_single", SaveSubtype::CSingle),
        ("average", SaveSubtype::Average),
        ("c_accum", SaveSubtype::CAccum),
    ] {
        circuit.instructions.push(save(subtype, label));
    }
    let given = |limit: i64| json!({"shots": 40, "seed_simulator": 7, "max_memory_mb": limit});
    let together = run(&circuit, &given(-1), None, u64::MAX).data.saved;
    let values = |label: &str| match &together[label] {
        SavedData::List(values) => values.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!((values("middle").len(), values("list").len()), (40, 40));
    let alone: Vec<_> =
        (0..40).map(|shot| run(&circuit, &given(-1), Some((shot, shot + 1)), u64::MAX).data.saved).collect();
    for (shot, alone) in alone.iter().enumerate() {
        for label in ["middle", "list"] {
            assert_eq!(alone[label], SavedData::List(vec![values(label)[shot].clone()]), "{label} {shot}");
        }
    }
    assert_eq!(together["single"], SavedData::One(values("list")[39].clone()));
}

#[test]
fn a_preparation_of_fresh_qubits_needs_no_run_per_shot() {
    let mut circuit = Circuit::new(2, 2);
    let state = [Complex::ZERO, Complex::ONE];
    circuit.instructions = vec![
        Instruction::new(Operation::Initialize(state.into()), [1]),
        gate(Gate::T, &[], &[1]),
        measure(0, 0),
        measure(1, 1),
    ];
    circuit.num_register_bits = 2;
    for method in ["statevector", "matrix_product_state"] {
        let result = run(&circuit, &json!({"shots": 9, "memory": true, "method": method}), None, 1000);
        assert_eq!(memories(&result), ["0x2"; 9], "{method}");
        assert_eq!(result.metadata["measure_sampling"], true);
    }
}
