//! Many shots of noisy Clifford circuits against exact distributions: measurements in the middle, resets, feedback,
//! errors of gates and of readout.
//!
//! Random inputs come from `ChaCha8` with the seeds in the text.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail like tests")]

mod reference;

use std::collections::BTreeMap;
use std::sync::Arc;

use aer_wasm::circuit::classical::{Comparison, Relation};
use aer_wasm::circuit::operation::{
    BooleanFunction, ErrorBranch, Measure, Pauli, QuantumError, ReadoutError,
};
use aer_wasm::circuit::{Bits, Circuit, Gate, Instruction, Operation, channel};
use aer_wasm::linalg::Complex;
use aer_wasm::rng::ShotRng;
use aer_wasm::run::{ExperimentResult, Part, Place, Run, RunOptions, Step};
use reference::{apply, arrangements, collapse, probabilities, zero_state};
use serde_json::json;

const QUBITS: u32 = 3;
const CLBITS: u32 = 4;

/// A way that a shot can go.
#[derive(Clone)]
struct Branch {
    probability: f64,
    state: Vec<Complex>,
    memory: u64,
    register: u64,
}

fn put(bits: &mut u64, place: u32, value: bool) {
    *bits = *bits & !(1 << place) | u64::from(value) << place;
}

/// What can come of an operation, by its definition.
fn branches(branch: &Branch, operation: &Operation, qubits: &[u32]) -> Vec<Branch> {
    let outcomes = |branch: &Branch| -> Vec<(usize, Branch)> {
        let likely = probabilities(&branch.state, qubits).into_iter().enumerate().filter(|(_, p)| *p > 1e-9);
        let collapsed = |(outcome, p): (usize, f64)| {
            let state = collapse(&branch.state, qubits, outcome);
            (outcome, Branch { probability: branch.probability * p, state, ..branch.clone() })
        };
        likely.map(collapsed).collect()
    };
    match operation {
        Operation::Measure(measure) => {
            let mut all = outcomes(branch);
            for (outcome, branch) in &mut all {
                for (i, (memory, register)) in measure.memory.iter().zip(&measure.register).enumerate() {
                    put(&mut branch.memory, *memory, *outcome >> i & 1 == 1);
                    put(&mut branch.register, *register, *outcome >> i & 1 == 1);
                }
            }
            all.into_iter().map(|(_, branch)| branch).collect()
        }
        Operation::Reset => {
            let mut all = outcomes(branch);
            for (outcome, branch) in &mut all {
                for (_, qubit) in qubits.iter().enumerate().filter(|(i, _)| *outcome >> i & 1 == 1) {
                    branch.state = apply(&branch.state, &Gate::X.target_matrix(&[]), &[*qubit]);
                }
            }
            all.into_iter().map(|(_, branch)| branch).collect()
        }
        Operation::BooleanFunction(function) => {
            let mut branch = branch.clone();
            let value = function.comparison.evaluate(&Bits::from_u64(branch.register));
            put(&mut branch.register, function.register, value);
            if let Some(place) = function.memory {
                put(&mut branch.memory, place, value);
            }
            vec![branch]
        }
        Operation::ReadoutError(error) => {
            let value = error.memory.iter().rev().fold(0, |value, bit| value << 1 | branch.memory >> bit & 1);
            let row = error.probabilities[value as usize].iter().enumerate();
            let misread = |(recorded, p): (usize, &f64)| {
                let mut branch = Branch { probability: branch.probability * p, ..branch.clone() };
                for (i, (memory, register)) in error.memory.iter().zip(&error.register).enumerate() {
                    put(&mut branch.memory, *memory, recorded >> i & 1 == 1);
                    put(&mut branch.register, *register, recorded >> i & 1 == 1);
                }
                branch
            };
            row.filter(|(_, p)| **p > 0.0).map(misread).collect()
        }
        Operation::QuantumError(error) => error
            .branches
            .iter()
            .flat_map(|choice| {
                let start = Branch { probability: branch.probability * choice.probability, ..branch.clone() };
                choice.instructions.iter().fold(vec![start], |all, step| {
                    let on: Vec<u32> = step.qubits.iter().map(|place| qubits[*place as usize]).collect();
                    all.iter().flat_map(|branch| branches(branch, &step.operation, &on)).collect()
                })
            })
            .collect(),
        _ => {
            let matrix = channel::unitary(operation, qubits.len()).unwrap();
            vec![Branch { state: apply(&branch.state, &matrix, qubits), ..branch.clone() }]
        }
    }
}

/// The probability of each memory.
fn distribution(circuit: &Circuit) -> BTreeMap<u64, f64> {
    let start = Branch { probability: 1.0, state: zero_state(circuit.num_qubits), memory: 0, register: 0 };
    let mut all = vec![start];
    for step in &circuit.instructions {
        let mut next: Vec<Branch> = Vec::new();
        for branch in &all {
            let skipped = step.condition.is_some_and(|bit| branch.register >> bit & 1 == 0);
            let more =
                if skipped { vec![branch.clone()] } else { branches(branch, &step.operation, &step.qubits) };
            for branch in more {
                // Ways that meet again go on together.
                let same = |other: &&mut Branch| {
                    (other.memory, other.register) == (branch.memory, branch.register)
                        && reference::distance(&other.state, &branch.state) < 1e-9
                };
                match next.iter_mut().find(same) {
                    Some(other) => other.probability += branch.probability,
                    None => next.push(branch),
                }
            }
        }
        all = next;
    }
    let mut distribution = BTreeMap::new();
    for branch in all {
        *distribution.entry(branch.memory).or_default() += branch.probability;
    }
    distribution
}

struct Random(ShotRng);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        (self.0.uniform() * n as f64) as usize
    }

    fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    fn qubits(&mut self, count: usize) -> Vec<u32> {
        self.pick(&arrangements(QUBITS, count))
    }

    fn clbits(&mut self, count: usize) -> Vec<u32> {
        self.pick(&arrangements(CLBITS, count))
    }

    /// Probabilities that sum to 1; the first one is as large as the others together, or the only one.
    fn probabilities(&mut self, count: usize) -> Vec<f64> {
        let rest: Vec<f64> = (1..count).map(|_| self.0.uniform() * self.pick(&[0.02, 0.5])).collect();
        let scale = 0.5 / rest.iter().sum::<f64>().max(0.5);
        let rest: Vec<f64> = rest.iter().map(|p| p * scale).collect();
        [vec![1.0 - rest.iter().sum::<f64>()], rest].concat()
    }

    fn pauli(&mut self) -> Operation {
        Operation::Gate(self.pick(&[Gate::X, Gate::Y, Gate::Z]), [].into_iter().collect())
    }

    fn clifford(&mut self) -> Instruction {
        let quarter = std::f64::consts::FRAC_PI_2;
        let (gate, angles, count) = self.pick(&[
            (Gate::H, vec![], 1),
            (Gate::S, vec![], 1),
            (Gate::Sx, vec![], 1),
            (Gate::U, vec![quarter, quarter, 2.0 * quarter], 1),
            (Gate::Cx, vec![], 2),
            (Gate::Cz, vec![], 2),
            (Gate::Cy, vec![], 2),
            (Gate::Swap, vec![], 2),
            (Gate::Iswap, vec![], 2),
            (Gate::Ecr, vec![], 2),
            (Gate::Dcx, vec![], 2),
            (Gate::Rzx, vec![quarter], 2),
        ]);
        Instruction::gate(gate, angles, self.qubits(count))
    }

    fn noise(&mut self, resets: bool) -> Instruction {
        let count = 1 + self.below(2);
        let branches = self.probabilities(4).into_iter().enumerate().map(|(index, probability)| {
            let letters: Vec<Pauli> =
                (0..count).map(|_| self.pick(&[Pauli::I, Pauli::X, Pauli::Y, Pauli::Z])).collect();
            let flips = Instruction::new(Operation::Pauli(letters.into()), 0..count as u32);
            let place = self.below(count) as u32;
            let instructions = match index {
                0 => vec![Instruction::gate(Gate::Id, [], [place])],
                1 if resets => vec![
                    Instruction::gate(Gate::Y, [], [place]),
                    Instruction::new(Operation::Reset, [place]),
                    Instruction::new(self.pauli(), [place]),
                ],
                _ => vec![flips, Instruction::new(self.pauli(), [place])],
            };
            ErrorBranch { probability, instructions }
        });
        let error = QuantumError { branches: branches.collect() };
        Instruction::new(Operation::QuantumError(Arc::new(error)), self.qubits(count))
    }

    fn measure(&mut self) -> Instruction {
        let count = 1 + self.below(2);
        let bits = self.clbits(count);
        let measure = Measure { memory: bits.clone(), register: bits };
        Instruction::new(Operation::Measure(Box::new(measure)), self.qubits(count))
    }

    fn misreading(&mut self) -> Instruction {
        let bits = self.pick(&[1, 2]);
        let (memory, rows) = (self.clbits(bits), 1 << bits);
        let mut probabilities: Vec<Vec<f64>> = (0..rows).map(|_| self.probabilities(rows)).collect();
        probabilities.iter_mut().enumerate().for_each(|(value, row)| row.rotate_right(value));
        let error = ReadoutError { register: memory.clone(), memory, probabilities };
        Instruction::new(Operation::ReadoutError(Box::new(error)), [])
    }

    fn comparison(&mut self) -> Instruction {
        let relation = self.pick(&[
            Relation::Equal,
            Relation::NotEqual,
            Relation::Less,
            Relation::LessEqual,
            Relation::Greater,
            Relation::GreaterEqual,
        ]);
        let (mask, value) = (Bits::from_u64(self.below(16) as u64), Bits::from_u64(self.below(16) as u64));
        let function = BooleanFunction {
            comparison: Comparison { mask, relation, value },
            register: CLBITS,
            memory: self.pick(&[None, Some(CLBITS - 1)]),
        };
        Instruction::new(Operation::BooleanFunction(Box::new(function)), [])
    }

    fn circuit(&mut self, resets: bool) -> Circuit {
        let mut circuit = Circuit::new(QUBITS, CLBITS);
        circuit.num_register_bits = CLBITS + 1;
        for round in 0..3 {
            for _ in 0..5 {
                circuit.instructions.push(self.clifford());
            }
            let conditional = |step: Instruction, bit: usize| {
                let condition = Some([0, 1, CLBITS][bit]);
                Instruction { condition, ..step }
            };
            let mut some = vec![
                self.measure(),
                self.noise(resets),
                self.comparison(),
                conditional(Instruction::new(self.pauli(), self.qubits(1)), self.below(3)),
            ];
            match round {
                0 => some.push(Instruction::new(Operation::Reset, self.qubits(1))),
                1 => some.push(self.misreading()),
                _ => some.push(conditional(self.noise(false), self.below(3))),
            }
            while !some.is_empty() {
                let step = some.remove(self.below(some.len()));
                circuit.instructions.push(step);
            }
        }
        circuit.instructions.push(self.clifford());
        circuit.instructions.push(self.measure());
        circuit
    }
}

const SHOTS: u64 = 20_000;

fn run_part(circuit: &Circuit, method: &str, part: Option<[u64; 2]>, budget: u64) -> ExperimentResult {
    let options = json!({ "method": method, "shots": SHOTS, "seed_simulator": 11, "memory": true, "enable_truncation": false });
    let options = RunOptions::resolve(&[options.as_object().unwrap()]).unwrap();
    let mut run = Run::new(vec![Ok(circuit.clone())], options);
    if let Some([from, to]) = part {
        let place = |shot| Place { experiment: 0, shot };
        run = run.only(Part { from: place(from), to: place(to) });
    }
    while run.step(budget) == Step::Pending {}
    let result = run.take_result(0).unwrap();
    assert!(result.success(), "{:?}", result.error);
    result
}

fn run(circuit: &Circuit, method: &str) -> ExperimentResult {
    run_part(circuit, method, None, 1 << 20)
}

/// Chi-square over outcomes that are expected 5 times or more, the others taken together. With up to 16 degrees of
/// freedom it exceeds 30 + 2.5 of them less than once in 2e7.
fn check(result: &ExperimentResult, expected: &BTreeMap<u64, f64>, what: &str) {
    let counts = result.data.counts.as_ref().unwrap();
    let mut found: BTreeMap<u64, u64> =
        counts.memories.words.iter().copied().zip(counts.shots.iter().copied()).collect();
    let (mut square, mut kinds, mut rare) = (0.0, 0, (0.0, 0.0));
    for (memory, probability) in expected {
        let (count, mean) = (found.remove(memory).unwrap_or(0) as f64, probability * SHOTS as f64);
        if mean < 5.0 {
            rare = (rare.0 + count, rare.1 + mean);
        } else {
            square += (count - mean).powi(2) / mean;
            kinds += 1;
        }
    }
    assert!(found.is_empty(), "{what}: impossible {found:?}");
    if rare.1 > 0.0 {
        square += (rare.0 - rare.1).powi(2) / rare.1.max(1.0);
        kinds += 1;
    }
    let degrees = f64::from((kinds - 1).max(1));
    assert!(square <= 30.0 + 2.5 * degrees, "{what}: {square} for {degrees}, {expected:?} {counts:?}");
}

/// Seed 1: 40 circuits.
#[test]
fn noisy_circuits_with_feedback_have_their_exact_distribution() {
    let mut random = Random(ShotRng::new(1, 0));
    for round in 0..40 {
        let circuit = random.circuit(false);
        let expected = distribution(&circuit);
        assert!((expected.values().sum::<f64>() - 1.0).abs() < 1e-9);
        check(&run(&circuit, "stabilizer"), &expected, &format!("{round}: {:#?}", circuit.instructions));
    }
}

/// Seed 2: 25 circuits, of which some need the general execution.
#[test]
fn errors_that_reset_have_their_exact_distribution() {
    let mut random = Random(ShotRng::new(2, 0));
    for round in 0..25 {
        let circuit = random.circuit(true);
        let expected = distribution(&circuit);
        check(&run(&circuit, "stabilizer"), &expected, &format!("{round}: {:#?}", circuit.instructions));
    }
}

#[test]
fn shots_do_not_depend_on_parts_or_slices() {
    let mut random = Random(ShotRng::new(3, 0));
    for _ in 0..6 {
        let resets = random.below(2) == 0;
        let circuit = random.circuit(resets);
        let whole = run(&circuit, "stabilizer").data.memory.unwrap();
        let mut parts = Vec::new();
        for part in [[0, 1], [1, 1000], [1000, 1024], [1024, 5000], [5000, SHOTS]] {
            parts.extend(run_part(&circuit, "stabilizer", Some(part), 1000).data.memory.unwrap().words);
        }
        assert_eq!(whole.words, parts);
    }
}

/// A rare error in a long row of qubits: with probability 1e-3 on 200 qubits, 20,000 shots have 4,000,000 chances and
/// 4000 errors, give or take 6 deviations of 63 (once in 5e8).
#[test]
fn rare_errors_happen_as_often_as_they_should() {
    let n = 200;
    let mut circuit = Circuit::new(n, n);
    let flip = Instruction::gate(Gate::X, [], [0]);
    let branch = |probability, instructions| ErrorBranch { probability, instructions };
    let error = Arc::new(QuantumError { branches: vec![branch(0.999, vec![]), branch(0.001, vec![flip])] });
    for qubit in 0..n {
        circuit.instructions.push(Instruction::new(Operation::QuantumError(error.clone()), [qubit]));
    }
    let bits: Vec<u32> = (0..n).collect();
    let measure = Measure { memory: bits.clone(), register: bits.clone() };
    circuit.instructions.push(Instruction::new(Operation::Measure(Box::new(measure)), bits));
    let counts = run(&circuit, "stabilizer").data.counts.unwrap();
    let errors: u64 = counts
        .memories
        .iter()
        .zip(&counts.shots)
        .map(|(bits, shots)| u64::from(bits.count_ones()) * shots)
        .sum();
    assert!(errors.abs_diff(4000) < 380, "{errors}");
    assert_eq!(counts.shots.iter().sum::<u64>(), SHOTS);
}
