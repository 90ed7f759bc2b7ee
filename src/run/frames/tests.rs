use serde_json::json;

use super::*;
use crate::circuit::operation::{ErrorBranch, Measure, Save, SaveKind, SaveSubtype};
use crate::circuit::{Circuit, Gate};
use crate::run::plan::Plan;
use crate::run::{RunOptions, Threads};

fn job(instructions: Vec<Instruction>) -> Job {
    let mut circuit = Circuit { instructions, ..Circuit::new(3, 3) };
    let plan = Plan::new(&mut circuit, false);
    let options = RunOptions::resolve(&[json!({}).as_object().unwrap()]).unwrap();
    Job {
        circuit,
        plan: Plan { sampled: false, ..plan },
        shots: Shots { from: 0, to: 100, of: 100 },
        seed: 1,
        memory: false,
        config: options.engine,
        threads: Threads::default(),
        memory_limit: None,
    }
}

fn gate(gate: Gate, qubits: &[u32]) -> Instruction {
    Instruction::gate(gate, [], qubits.iter().copied())
}

fn measure(qubit: u32) -> Instruction {
    let measure = Measure { memory: vec![qubit], register: vec![qubit] };
    Instruction::new(Operation::Measure(Box::new(measure)), [qubit])
}

fn on_condition(step: Instruction) -> Instruction {
    Instruction { condition: Some(0), ..step }
}

fn error(instructions: Vec<Instruction>) -> Instruction {
    let branch = |probability, instructions| ErrorBranch { probability, instructions };
    let branches = vec![branch(0.5, vec![]), branch(0.5, instructions)];
    Instruction::new(Operation::QuantumError(QuantumError { branches }.into()), [0])
}

#[test]
fn frames_run_what_differs_by_pauli_strings_only() {
    let reset = || Instruction::new(Operation::Reset, [0]);
    let save = Save { kind: SaveKind::Stabilizer, label: "s".into(), subtype: SaveSubtype::Single };
    for (step, expected) in [
        (gate(Gate::Ecr, &[0, 1]), true),
        (gate(Gate::T, &[0]), false),
        (on_condition(gate(Gate::Y, &[1])), true),
        (on_condition(gate(Gate::H, &[1])), false),
        (reset(), true),
        (on_condition(reset()), false),
        (on_condition(measure(1)), false),
        (error(vec![gate(Gate::X, &[0]), reset()]), true),
        (on_condition(error(vec![gate(Gate::X, &[0])])), true),
        (error(vec![gate(Gate::H, &[0])]), false),
        (Instruction::new(Operation::Save(Box::new(save)), [0, 1, 2]), false),
        (Instruction::new(Operation::Mark("m".into()), []), false),
    ] {
        assert_eq!(can_run(&job(vec![measure(0), step.clone()])), expected, "{step:?}");
    }
}

/// A reset at random of what is not in a basis state is for the general execution.
#[test]
fn random_resets_need_a_basis_state() {
    for (before, general) in [(Gate::X, false), (Gate::H, true)] {
        let reset = error(vec![Instruction::new(Operation::Reset, [0])]);
        let mut frames = Frames::new(job(vec![gate(before, &[0]), reset, measure(0)])).unwrap();
        while !frames.step(1).unwrap() {}
        assert_eq!(frames.general.is_some(), general);
        assert_eq!(frames.shots().count(), 100);
        let counts = Box::new(frames).finish().counts.unwrap();
        assert_eq!(counts.shots.iter().sum::<u64>(), 100);
    }
}

/// 200 blocks, seed 1: 204,800 chances; the mean of their number is within six deviations but once in 5e8.
#[test]
fn chances_are_as_probable_as_they_should_be() {
    for probability in [0.0, 0.003, 0.1, 0.19, 0.2, 0.3, 0.5, 0.77, 1.0] {
        let (mut bits, mut events, blocks) = (0, 0, 200);
        for block in 0..blocks {
            let mut rng = BlockRng::new(1, block);
            bits += chances(probability, &mut rng).iter().map(|word| word.count_ones()).sum::<u32>();
            each_event(probability, &mut rng, |shot, _| {
                assert!(shot < BLOCK as usize);
                events += 1;
            });
        }
        let chances = (blocks * BLOCK) as f64;
        let (mean, deviation) = (probability * chances, (probability * (1.0 - probability) * chances).sqrt());
        for found in [bits, events] {
            assert!((f64::from(found) - mean).abs() <= 6.0 * deviation, "{found} for {mean}");
        }
    }
}
