//! The statevector as a product of registers: random circuits against the slow reference, whatever form the registers
//! take on the way, in both precisions.
//!
//! Random inputs come from `ChaCha8` with the seeds in the text.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail like tests")]

mod reference;

use std::f64::consts::PI;

use aer_wasm::circuit::gate::Controls;
use aer_wasm::circuit::operation::{Pauli, PauliTerm, SaveKind};
use aer_wasm::circuit::{Bits, Circuit};
use aer_wasm::circuit::{GATES, Gate, Operation, Parameters};
use aer_wasm::engine::drawn::apply_once;
use aer_wasm::engine::statevector::Statevector;
use aer_wasm::engine::{Engine, EngineConfig, SavedValue};
use aer_wasm::error::AerError;
use aer_wasm::error::ErrorCode;
use aer_wasm::kernel::real::Real;
use aer_wasm::linalg::{Complex, Matrix};
use aer_wasm::rng::SampleDraws;
use aer_wasm::rng::ShotRng;
use reference::{apply, collapse, distance, probabilities, zero_state};

fn config() -> EngineConfig {
    EngineConfig { zero_threshold: 0.0, ..EngineConfig::default() }
}

fn draws(seed: u64, shots: std::ops::Range<u64>) -> SampleDraws {
    SampleDraws { seed, shots }
}

/// Applies an operation in a shot, and gives its outcome.
fn drawn<T: Real>(
    engine: &mut Statevector<T>,
    operation: &Operation,
    qubits: &[u32],
    rng: &mut ShotRng,
) -> Result<Bits, AerError> {
    let mut draws = vec![rng.clone()];
    let outcome = apply_once(engine, operation, qubits, u32::MAX, &mut draws);
    *rng = draws.remove(0);
    outcome
}

fn measured<T: Real>(engine: &mut Statevector<T>, qubits: &[u32], rng: &mut ShotRng) -> Bits {
    drawn(engine, &Operation::Measure(Box::default()), qubits, rng).unwrap()
}

fn blank() -> Circuit {
    Circuit::new(0, 0)
}

struct Random(ShotRng);

impl Random {
    fn new(seed: u64) -> Self {
        Self(ShotRng::new(seed, 0))
    }

    fn below(&mut self, n: usize) -> usize {
        (self.0.uniform() * n as f64) as usize
    }

    /// So many different qubits of `n`.
    fn qubits(&mut self, count: usize, n: u32) -> Vec<u32> {
        let mut qubits: Vec<u32> = (0..n).collect();
        (0..count).for_each(|i| qubits.swap(i, i + self.below(n as usize - i)));
        qubits.truncate(count);
        qubits
    }

    fn gate(&mut self, gate: Gate, n: u32) -> (Operation, Vec<u32>) {
        let spec = gate.spec();
        let count = match spec.controls {
            Controls::Exactly(controls) => controls + spec.targets,
            Controls::Any => spec.targets + self.below(4),
        };
        let angle = |random: &mut Self| [2.0 * PI * random.0.uniform(), 0.0, PI, PI / 2.0][random.below(4)];
        let parameters: Parameters = spec.parameters.iter().map(|_| angle(self)).collect();
        (Operation::Gate(gate, parameters), self.qubits(count.min(n as usize), n))
    }
}

/// The operation's matrix on its qubits.
fn matrix(operation: &Operation, count: usize) -> Matrix {
    match operation {
        Operation::Gate(gate, parameters) => gate.full_matrix(parameters, count),
        Operation::Diagonal(entries) => Matrix::diagonal(entries),
        other => panic!("{}", other.name()),
    }
}

fn finish<T: Real>(engine: &mut Statevector<T>) {
    while engine.pending() > 0 {
        engine.advance(3000).unwrap();
    }
}

fn saved<T: Real>(engine: &mut Statevector<T>) -> Vec<Complex> {
    let SavedValue::ComplexVector(flat) = engine.save(&SaveKind::Statevector, &[]).unwrap() else {
        panic!("a statevector is a complex vector")
    };
    flat.chunks_exact(2).map(|pair| Complex::new(pair[0], pair[1])).collect()
}

/// Applies an operation as a run does.
fn act<T: Real>(engine: &mut Statevector<T>, operation: &Operation, qubits: &[u32]) {
    while engine.must_advance(operation, qubits) {
        engine.advance(5000).unwrap();
    }
    drawn(engine, operation, qubits, &mut ShotRng::new(0, 0)).unwrap();
}

/// All amplitudes agree, and what is saved otherwise with them.
fn check<T: Real>(engine: &mut Statevector<T>, state: &[Complex], tolerance: f64, random: &mut Random) {
    let n = state.len().ilog2();
    let found = saved(engine);
    let error = distance(&found, state);
    assert!(error < tolerance, "off by {error}");
    let qubits = random.qubits(3.min(n as usize), n);
    let SavedValue::RealVector(found) = engine.save(&SaveKind::Probabilities, &qubits).unwrap() else {
        panic!("a vector")
    };
    let expected = probabilities(state, &qubits);
    assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < tolerance), "{found:?} {expected:?}");

    // A density matrix of two qubits by its definition.
    let pair = random.qubits(2.min(n as usize), n);
    let SavedValue::ComplexMatrix { columns, entries } =
        engine.save(&SaveKind::DensityMatrix, &pair).unwrap()
    else {
        panic!("a matrix")
    };
    let value = |index: usize| pair.iter().enumerate().map(|(j, q)| (index >> q & 1) << j).sum::<usize>();
    let others = |index: usize| pair.iter().fold(index, |index, q| index & !(1 << q));
    let mut density = vec![Complex::ZERO; columns * columns];
    for (i, x) in state.iter().enumerate() {
        for (j, y) in (0..columns).map(|v| {
            let j = pair.iter().enumerate().fold(others(i), |j, (place, q)| j | (v >> place & 1) << q);
            (j, state[j])
        }) {
            density[value(i) * columns + value(j)] += x * y.conj();
        }
    }
    let entries: Vec<Complex> = entries.chunks_exact(2).map(|pair| Complex::new(pair[0], pair[1])).collect();
    assert!(distance(&entries, &density) < tolerance, "density of {pair:?}");

    let letters: Vec<Pauli> =
        qubits.iter().map(|_| [Pauli::I, Pauli::X, Pauli::Y, Pauli::Z][random.below(4)]).collect();
    let applied = letters.iter().rev().zip(&qubits).fold(state.to_vec(), |state, (letter, qubit)| {
        let gate = match letter {
            Pauli::I => Gate::Id,
            Pauli::X => Gate::X,
            Pauli::Y => Gate::Y,
            Pauli::Z => Gate::Z,
        };
        apply(&state, &gate.target_matrix(&[]), &[*qubit])
    });
    let expected: f64 = state.iter().zip(&applied).map(|(a, b)| (a.conj() * b).re).sum();
    let term = PauliTerm { letters: letters.clone().into(), coefficient: 1.0, squared: 0.0 };
    let SavedValue::Real(found) = engine.save(&SaveKind::ExpectationValue([term].into()), &qubits).unwrap()
    else {
        panic!("a number")
    };
    assert!((found - expected).abs() < 4.0 * tolerance, "{letters:?} on {qubits:?}: {found} {expected}");

    let indices: Vec<u64> = (0..4).map(|_| random.below(state.len()) as u64).collect();
    let SavedValue::ComplexVector(found) =
        engine.save(&SaveKind::Amplitudes(indices.clone().into()), &[]).unwrap()
    else {
        panic!("a vector")
    };
    for (pair, index) in found.chunks_exact(2).zip(indices) {
        assert!((Complex::new(pair[0], pair[1]) - state[index as usize]).norm() < tolerance);
    }
}

/// Gates with measurements and resets between them, against the reference, which is told the outcomes.
fn walk<T: Real>(seed: u64, n: u32, steps: usize, check_every: usize, tolerance: f64) {
    let mut random = Random::new(seed);
    let mut engine = Statevector::<T>::new(&blank(), n, &config()).unwrap();
    let mut state = zero_state(n);
    for step in 0..steps {
        match random.below(14) {
            0 => {
                let count = (1 + random.below(2)).min(n as usize);
                let qubits = random.qubits(count, n);
                let measure = Operation::Measure(Box::default());
                while engine.must_advance(&measure, &qubits) {
                    engine.advance(5000).unwrap();
                }
                let outcome = measured(&mut engine, &qubits, &mut ShotRng::new(seed, step as u64));
                let outcome = (0..qubits.len()).map(|i| usize::from(outcome.get(i as u32)) << i).sum();
                assert!(probabilities(&state, &qubits)[outcome] > 1e-9, "an impossible outcome");
                state = collapse(&state, &qubits, outcome);
            }
            1 => {
                let entries: Vec<Complex> = (0..8).map(|_| Complex::cis(PI * random.0.uniform())).collect();
                let (operation, qubits) = (Operation::Diagonal(entries.into()), random.qubits(3, n));
                state = apply(&state, &matrix(&operation, 3), &qubits);
                act(&mut engine, &operation, &qubits);
            }
            2 => {
                let qubits = random.qubits(3, n);
                let gates = [Gate::H, Gate::Sx, Gate::Id, Gate::Y].map(|gate| gate.target_matrix(&[]));
                for (value, gate) in gates.iter().enumerate() {
                    let mut whole = Matrix::identity(8);
                    for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                        whole.set(2 * value + row, 2 * value + column, gate.at(row, column));
                    }
                    state = apply(&state, &whole, &qubits);
                }
                act(&mut engine, &Operation::Multiplexer(gates.into()), &qubits);
            }
            _ => {
                let gate = GATES[random.below(GATES.len())].gate;
                let (operation, qubits) = random.gate(gate, n);
                state = apply(&state, &matrix(&operation, qubits.len()), &qubits);
                act(&mut engine, &operation, &qubits);
            }
        }
        if step % check_every == 0 || step + 1 == steps {
            finish(&mut engine);
            check(&mut engine, &state, tolerance, &mut random);
        }
    }
}

/// Seeds 1000 to 1029: registers of up to six bits, which become sparse and dense in turn.
#[test]
fn random_circuits_agree_with_the_reference_at_every_step() {
    for seed in 0..30 {
        walk::<f64>(1000 + seed, 5 + seed as u32 % 2, 60, 1, 1e-11);
    }
}

/// Seeds 1100 to 1111.
#[test]
fn single_precision_agrees_within_its_own() {
    for seed in 0..12 {
        walk::<f32>(1100 + seed, 5, 60, 3, 2e-5);
    }
}

/// Gates that only permute a state with few amplitudes, on so many qubits that the registers are sparse while it
/// spreads, dense and put off when it has spread, and sparse again when all is undone.
fn there_and_back<T: Real>(seed: u64, n: u32, tolerance: f64) {
    let mut random = Random::new(seed);
    let mut engine = Statevector::<T>::new(&blank(), n, &config()).unwrap();
    let mut state = zero_state(n);
    let mut done: Vec<(Operation, Vec<u32>)> = Vec::new();
    let ladder = (0..n).map(|q| vec![q]).chain((1..n).map(|q| vec![q - 1, q]));
    for (step, ladder) in (0..60).zip(ladder.map(Some).chain(std::iter::repeat(None))) {
        if let Some(qubits) = ladder {
            let operation = match qubits.len() {
                1 => Operation::Gate(Gate::Ry, [0.3 + f64::from(step)].into_iter().collect()),
                _ => Operation::Gate(Gate::Cx, Parameters::new()),
            };
            state = apply(&state, &matrix(&operation, qubits.len()), &qubits);
            act(&mut engine, &operation, &qubits);
            done.push((operation, qubits));
            continue;
        }
        let gate = match step % 3 {
            0 => [Gate::H, Gate::Ry, Gate::U, Gate::X][random.below(4)],
            1 => [Gate::Cx, Gate::Ccx, Gate::Swap, Gate::Cp][random.below(4)],
            _ => [Gate::Cx, Gate::Cz, Gate::Rzz, Gate::Y][random.below(4)],
        };
        let (operation, qubits) = random.gate(gate, n);
        state = apply(&state, &matrix(&operation, qubits.len()), &qubits);
        act(&mut engine, &operation, &qubits);
        done.push((operation, qubits));
    }
    let pending = engine.pending();
    finish(&mut engine);
    check(&mut engine, &state, tolerance, &mut random);
    for (operation, qubits) in done.iter().rev() {
        let inverse = matrix(operation, qubits.len()).adjoint();
        act(&mut engine, &Operation::Unitary(Box::new(inverse)), qubits);
    }
    finish(&mut engine);
    check(&mut engine, &zero_state(n), tolerance, &mut random);
    assert!(n < 10 || pending > 0, "nothing was put off");
}

/// Seeds 1200 to 1205.
#[test]
fn circuits_that_are_undone_give_zero_again() {
    for seed in 0..4 {
        there_and_back::<f64>(1200 + seed, 8, 1e-11);
        there_and_back::<f32>(1200 + seed, 8, 2e-5);
    }
    there_and_back::<f64>(1204, 10, 1e-11);
    there_and_back::<f32>(1205, 10, 2e-5);
}

fn gate(gate: Gate) -> Operation {
    Operation::Gate(gate, Parameters::new())
}

/// A state of 24 qubits takes 256 MiB where it is dense: entangled, but with two amplitudes, it takes no time.
#[test]
fn few_amplitudes_stay_few() {
    let mut engine = Statevector::<f64>::new(&blank(), 24, &config()).unwrap();
    act(&mut engine, &gate(Gate::H), &[0]);
    for qubit in 1..24 {
        act(&mut engine, &gate(Gate::Cx), &[qubit - 1, qubit]);
        assert!(engine.work(&gate(Gate::H), &[qubit]) <= 2);
    }
    assert_eq!(engine.pending(), 0);
    let all: Vec<u32> = (0..24).collect();
    let outcomes = engine.sample_measure(&all, &mut draws(1, 0..100)).unwrap();
    let ones = outcomes.words.iter().filter(|word| **word == (1 << 24) - 1).count();
    let zeros = outcomes.words.iter().filter(|word| **word == 0).count();
    // 2^-100 twice that all are alike.
    assert!(ones + zeros == 100 && ones > 0 && zeros > 0);
    let SavedValue::ComplexVector(found) =
        engine.save(&SaveKind::Amplitudes([0, 1, (1 << 24) - 1].into()), &[]).unwrap()
    else {
        panic!("a vector")
    };
    let h = std::f64::consts::FRAC_1_SQRT_2;
    assert!(found.iter().zip([h, 0.0, 0.0, 0.0, h, 0.0]).all(|(a, b)| (a - b).abs() < 1e-15), "{found:?}");
    for qubit in (1..24).rev() {
        act(&mut engine, &gate(Gate::Cx), &[qubit - 1, qubit]);
    }
    act(&mut engine, &gate(Gate::H), &[0]);
    assert_eq!(engine.work(&gate(Gate::H), &[0]), 0, "a basis state again");
}

/// What could never be dense is refused when it is made, with what it would take.
#[test]
fn too_many_qubits_are_refused_in_single_precision_too() {
    assert_eq!(Statevector::<f32>::required_bytes(&blank(), 28, &config()), 2 << 30);
    assert_eq!(Statevector::<f64>::required_bytes(&blank(), 27, &config()), 2 << 30);
    let error = Statevector::<f32>::new(&blank(), 60, &config()).unwrap_err();
    assert_eq!(error.code, ErrorCode::InsufficientMemory);
    assert!(
        error.to_string().contains(&Statevector::<f32>::required_bytes(&blank(), 60, &config()).to_string()),
        "{error}"
    );
}
