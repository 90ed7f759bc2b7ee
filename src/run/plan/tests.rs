use super::*;
use crate::circuit::classical::{Comparison, Relation};
use crate::circuit::operation::{BooleanFunction, Measure, ReadoutError, Save, SaveKind, SaveSubtype};
use crate::circuit::{Bits, Gate, Instruction};
use crate::linalg::{Complex, Matrix};

fn gate(gate: Gate, qubits: &[u32]) -> Instruction {
    Instruction::gate(gate, [], qubits.iter().copied())
}

fn measure(qubit: u32, bit: u32) -> Instruction {
    let measure = Measure { memory: vec![bit], register: vec![bit] };
    Instruction::new(Operation::Measure(Box::new(measure)), [qubit])
}

fn reset(qubit: u32) -> Instruction {
    Instruction::new(Operation::Reset, [qubit])
}

fn initialize(qubits: &[u32]) -> Instruction {
    let mut amplitudes = vec![Complex::ZERO; 1 << qubits.len()];
    amplitudes[0] = Complex::ONE;
    Instruction::new(Operation::Initialize(amplitudes.into()), qubits.iter().copied())
}

fn save(num_qubits: u32, subtype: SaveSubtype) -> Instruction {
    let save = Save { kind: SaveKind::Statevector, label: "sv".into(), subtype };
    Instruction::new(Operation::Save(Box::new(save)), 0..num_qubits)
}

fn bfunc() -> Instruction {
    let (mask, value) = (Bits::from_u64(1), Bits::from_u64(1));
    let comparison = Comparison { mask, relation: Relation::Equal, value };
    let function = BooleanFunction { comparison, register: 2, memory: None };
    Instruction::new(Operation::BooleanFunction(Box::new(function)), [])
}

fn circuit(num_qubits: u32, instructions: Vec<Instruction>) -> Circuit {
    Circuit { instructions, ..Circuit::new(num_qubits, 2) }
}

#[test]
fn idle_qubits_are_left_out_and_the_others_renumbered() {
    // Qubit 3 acts on 1 before 1 is measured; 0 and 2 reach nothing, nor does what comes after.
    let steps = vec![
        gate(Gate::H, &[0]),
        gate(Gate::Cx, &[3, 1]),
        Instruction::new(Operation::Barrier, 0..5),
        gate(Gate::Cx, &[0, 2]),
        measure(1, 0),
        gate(Gate::Cx, &[1, 4]),
        gate(Gate::H, &[3]),
    ];
    let mut truncated = circuit(5, steps.clone());
    let plan = Plan::new(&mut truncated, true).with_channels(&truncated, false);
    assert_eq!(plan.active, [1, 3]);
    assert!(plan.remapped && plan.sampled && plan.measures);
    assert_eq!(truncated.instructions, [gate(Gate::Cx, &[1, 0]), measure(0, 0)]);
    assert_eq!(plan.metadata()["input_qubit_map"], json!([[1, 0], [3, 1]]));
    assert_eq!(plan.metadata()["num_qubits"], json!(2));

    let mut whole = circuit(5, steps);
    let plan = Plan::new(&mut whole, false).with_channels(&whole, false);
    assert_eq!((plan.num_qubits(), plan.remapped, whole.instructions.len()), (5, false, 6));
    assert!(!plan.sampled, "cx acts on the measured qubit");
}

/// The identity as a channel.
fn kraus(qubit: u32) -> Instruction {
    Instruction::new(Operation::Kraus([Matrix::identity(2)].into()), [qubit])
}

fn misread() -> Instruction {
    let probabilities = vec![vec![0.9, 0.1], vec![0.0, 1.0]];
    let error = ReadoutError { memory: vec![0], register: vec![], probabilities };
    Instruction::new(Operation::ReadoutError(Box::new(error)), [])
}

#[test]
fn truncation_leaves_readout_errors_and_the_channels_that_reach_them() {
    let mut circuit = circuit(4, vec![kraus(3), kraus(1), measure(1, 0), misread()]);
    let plan = Plan::new(&mut circuit, true).with_channels(&circuit, false);
    assert_eq!(plan.active, [1]);
    assert_eq!(circuit.instructions, [kraus(0), measure(0, 0), misread()]);
}

#[test]
fn nothing_remains_where_nothing_is_measured_or_saved() {
    let mut idle = circuit(60, (0..60).map(|q| gate(Gate::H, &[q])).collect());
    let plan = Plan::new(&mut idle, true).with_channels(&idle, false);
    assert_eq!((plan.num_qubits(), plan.measures, idle.instructions.len()), (0, false, 0));
}

#[test]
fn sampling_follows_aers_rules() {
    let conditional = |mut step: Instruction| {
        step.condition = Some(0);
        step
    };
    let (h0, h1, m0, m1) = (gate(Gate::H, &[0]), gate(Gate::H, &[1]), measure(0, 0), measure(1, 1));
    for (sampled, steps, why) in [
        (true, vec![h0.clone(), m0.clone(), m1.clone()], "trailing measurements"),
        (true, vec![h0.clone(), m0.clone(), h1.clone(), m1.clone()], "a gate on another qubit"),
        (true, vec![h0.clone(), m0.clone(), m0.clone()], "a second look"),
        (true, vec![h0.clone(), save(2, SaveSubtype::Single), m0.clone()], "a save before"),
        (true, vec![initialize(&[1]), m0.clone(), m1.clone()], "initialize first"),
        (true, vec![h0.clone(), initialize(&[0, 1]), m0.clone()], "initialize everything"),
        (true, vec![conditional(h0.clone()), m0.clone()], "a condition before"),
        (false, vec![m0.clone(), h0.clone(), m0.clone()], "a gate on what was measured"),
        (false, vec![h0.clone(), m0.clone(), conditional(h1.clone()), m1.clone()], "a condition after"),
        (false, vec![h0.clone(), conditional(m0.clone())], "a conditional measurement"),
        (false, vec![h0.clone(), m0.clone(), save(2, SaveSubtype::Single)], "a save after"),
        (false, vec![h0.clone(), m0.clone(), bfunc()], "a bfunc after"),
        (false, vec![reset(0), m0.clone()], "a reset"),
        (false, vec![kraus(0), m0.clone()], "a channel"),
        (true, vec![h0.clone(), m0.clone(), misread()], "a readout error"),
        (false, vec![h0.clone(), misread(), m0.clone()], "a readout error of what was not measured"),
        (false, vec![h0.clone(), initialize(&[1]), m0.clone(), m1.clone()], "a late initialize of a part"),
    ] {
        let mut circuit = circuit(2, steps);
        let plan = Plan::new(&mut circuit, false).with_channels(&circuit, false);
        assert_eq!(plan.sampled, sampled, "{why}");
    }
}

#[test]
fn memory_is_checked_with_numbers_and_without_overflow() {
    let required = |n: u32| 16u64.saturating_mul(1u64.checked_shl(n).unwrap_or(u64::MAX));
    let check = |n, limit| check_memory("big", Method::Statevector, n, required, limit);
    assert!(check(20, Some(16 << 20)).is_ok());
    assert!(check(60, None).is_ok());
    let error = check(40, Some(24105 << 20)).unwrap_err();
    assert_eq!(error.code, ErrorCode::InsufficientMemory);
    assert_eq!(
        error.message,
        "Insufficient memory to run circuit big using the statevector simulator. \
         Required memory: 16777216M, max memory: 24105M."
    );
    assert_eq!(error.expected.as_deref(), Some("at most 30 qubits in this memory"));
    for n in [60, 64, 1000] {
        assert_eq!(check(n, Some(4 << 30)).unwrap_err().found, Some(format!("{n} qubits")));
    }
}

#[test]
fn lists_of_results_are_checked_too() {
    let check = |subtype, shots, runs, memory| {
        let circuit = circuit(20, vec![save(20, subtype)]);
        check_result_memory(&circuit, shots, runs, memory, 20, Some(1 << 30))
    };
    assert!(check(SaveSubtype::Single, 1 << 40, 1 << 40, false).is_ok());
    assert!(check(SaveSubtype::List, 1 << 40, 1, false).is_ok());
    assert!(check(SaveSubtype::List, 65, 65, false).is_err());
    assert!(check(SaveSubtype::CSingle, 1 << 40, 1 << 40, false).is_ok(), "two bits, four values");
    assert!(check(SaveSubtype::CList, u64::MAX, u64::MAX, true).is_err());
    assert!(check(SaveSubtype::Single, 1 << 53, 1, true).is_err());
}
