//! The density matrix, unitary and superop engines against full matrices and explicit Kraus sums, statistics of
//! measurement, and what they refuse.
//!
//! Random inputs come from `ChaCha8` with the seeds in the text. Statistical tests state how often they fail by chance; as
//! seeds are fixed, they either pass for ever or show a change.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail like tests")]

mod reference;

use std::f64::consts::PI;
use std::sync::Arc;

use aer_wasm::circuit::gate::Controls;
use aer_wasm::circuit::operation::{ErrorBranch, Pauli, PauliTerm, QuantumError, SaveKind, SetState};
use aer_wasm::circuit::{Bits, Circuit, GATES, Gate, Instruction, Operation};
use aer_wasm::engine::density_matrix::DensityMatrix;
use aer_wasm::engine::drawn::{apply_once, draw, take};
use aer_wasm::engine::statevector::Statevector;
use aer_wasm::engine::superop::Superop;
use aer_wasm::engine::unitary::Unitary;
use aer_wasm::engine::{Engine, EngineConfig, SavedValue};
use aer_wasm::error::ErrorCode;
use aer_wasm::linalg::{Complex, Matrix};
use aer_wasm::rng::{SampleDraws, ShotRng};
use reference::embed;

/// Random inputs of tests.
struct Random(ShotRng);

impl Random {
    fn new(seed: u64) -> Self {
        Self(ShotRng::new(seed, 0))
    }

    /// Between -1 and 1.
    fn real(&mut self) -> f64 {
        2.0 * self.0.uniform() - 1.0
    }

    fn below(&mut self, n: usize) -> usize {
        (self.0.uniform() * n as f64) as usize
    }

    fn complex(&mut self) -> Complex {
        Complex::new(self.real(), self.real())
    }

    /// A matrix with orthonormal columns, by Gram and Schmidt.
    fn isometry(&mut self, rows: usize, columns: usize) -> Matrix {
        let mut done: Vec<Vec<Complex>> = Vec::new();
        for _ in 0..columns {
            let mut column: Vec<Complex> = (0..rows).map(|_| self.complex()).collect();
            for other in &done {
                let overlap: Complex = other.iter().zip(&column).map(|(a, b)| a.conj() * b).sum();
                column.iter_mut().zip(other).for_each(|(x, a)| *x -= overlap * a);
            }
            let norm = column.iter().map(Complex::norm_sqr).sum::<f64>().sqrt();
            done.push(column.iter().map(|x| x / norm).collect());
        }
        let mut matrix = Matrix::zeros(rows, columns);
        for (j, column) in done.iter().enumerate() {
            column.iter().enumerate().for_each(|(i, x)| matrix.set(i, j, *x));
        }
        matrix
    }

    fn unitary(&mut self, k: usize) -> Matrix {
        self.isometry(1 << k, 1 << k)
    }

    /// Kraus operators: the blocks of an isometry.
    fn kraus(&mut self, k: usize, count: usize) -> Vec<Matrix> {
        let size = 1 << k;
        let isometry = self.isometry(size * count, size);
        isometry
            .entries()
            .chunks(size * size)
            .map(|block| Matrix::new(size, size, block.to_vec()).unwrap())
            .collect()
    }

    /// A mixture of a few random states.
    fn density(&mut self, n: u32) -> Matrix {
        let mut rho = Matrix::zeros(1 << n, 1 << n);
        for weight in [0.5, 0.3, 0.2] {
            let state = self.isometry(1 << n, 1);
            rho.add_scaled(&state.product(&state.adjoint()).unwrap(), weight);
        }
        rho
    }

    fn qubits(&mut self, n: u32, k: usize) -> Vec<u32> {
        let mut all: Vec<u32> = (0..n).collect();
        (0..k).map(|_| all.remove(self.below(all.len()))).collect()
    }

    fn gate(&mut self, most_qubits: usize) -> (Operation, usize, Matrix) {
        let fits = |gate: &&aer_wasm::circuit::gate::GateSpec| match gate.controls {
            Controls::Exactly(controls) => controls + gate.targets <= most_qubits,
            Controls::Any => false,
        };
        let specs: Vec<_> = GATES.iter().filter(fits).collect();
        let spec = specs[self.below(specs.len())];
        let k = spec.targets + if let Controls::Exactly(controls) = spec.controls { controls } else { 0 };
        let parameters: Vec<f64> = spec.parameters.iter().map(|_| PI * self.real()).collect();
        let matrix = spec.gate.full_matrix(&parameters, k);
        (Operation::Gate(spec.gate, parameters.into_iter().collect()), k, matrix)
    }
}

/// An operation, its qubits, and what it is by Kraus operators on them.
struct Step {
    operation: Operation,
    qubits: Vec<u32>,
    kraus: Vec<Matrix>,
}

fn letter_matrix(letter: Pauli) -> Matrix {
    let (o, l, i) = (Complex::ZERO, Complex::ONE, Complex::I);
    Matrix::square(match letter {
        Pauli::I => [[l, o], [o, l]],
        Pauli::X => [[o, l], [l, o]],
        Pauli::Y => [[o, -i], [i, o]],
        Pauli::Z => [[l, o], [o, -l]],
    })
}

fn string_matrix(letters: &[Pauli]) -> Matrix {
    letters.iter().fold(Matrix::identity(1), |product, letter| product.kron(&letter_matrix(*letter)))
}

/// `Σ conj(K) ⊗ K`.
fn superoperator(kraus: &[Matrix]) -> Matrix {
    let size = kraus[0].rows();
    let mut sum = Matrix::zeros(size * size, size * size);
    for operator in kraus {
        let conjugate = operator.entries().iter().map(Complex::conj).collect();
        sum.add_scaled(&Matrix::new(size, size, conjugate).unwrap().kron(operator), 1.0);
    }
    sum
}

const RESET: [[[Complex; 2]; 2]; 2] = [
    [[Complex::ONE, Complex::ZERO], [Complex::ZERO, Complex::ZERO]],
    [[Complex::ZERO, Complex::ONE], [Complex::ZERO, Complex::ZERO]],
];

/// All products of operators of two lists, the second ones later.
fn products(first: &[Matrix], then: &[Matrix]) -> Vec<Matrix> {
    let both = then.iter().flat_map(|b| first.iter().map(move |a| b.product(a).unwrap()));
    both.collect()
}

/// A random operation: only unitary ones for `noise` false.
fn step(random: &mut Random, n: u32, noise: bool) -> Step {
    let most = (n as usize).min(4);
    let width = |random: &mut Random, most: usize| 1 + random.below(most);
    let letters = |random: &mut Random, k: usize| -> Box<[Pauli]> {
        (0..k).map(|_| [Pauli::I, Pauli::X, Pauli::Y, Pauli::Z][random.below(4)]).collect()
    };
    let (operation, k, kraus) = match random.below(if noise { 11 } else { 6 }) {
        0..3 => {
            let (operation, k, matrix) = random.gate(most);
            (operation, k, vec![matrix])
        }
        3 => {
            let k = width(random, most);
            let matrix = random.unitary(k);
            (Operation::Unitary(Box::new(matrix.clone())), k, vec![matrix])
        }
        4 => {
            let k = width(random, most);
            let entries: Vec<Complex> = (0..1 << k).map(|_| Complex::cis(PI * random.real())).collect();
            let matrix = Matrix::diagonal(&entries);
            (Operation::Diagonal(entries.into()), k, vec![matrix])
        }
        5 => {
            let k = n as usize;
            let letters = letters(random, k);
            let matrix = string_matrix(&letters);
            (Operation::Pauli(letters), k, vec![matrix])
        }
        6 => {
            let k = width(random, most);
            let kraus = random.kraus(k, 2);
            (Operation::Kraus(kraus.clone().into()), k, kraus)
        }
        7 => {
            let k = width(random, most);
            let kraus = random.kraus(k, 3);
            (Operation::Superoperator(Box::new(superoperator(&kraus))), k, kraus)
        }
        8 => {
            let kraus: Vec<Matrix> = RESET.into_iter().map(Matrix::square).collect();
            let both: Vec<Matrix> =
                kraus.iter().flat_map(|high| kraus.iter().map(|low| high.kron(low))).collect();
            if n > 1 { (Operation::Reset, 2, both) } else { (Operation::Reset, 1, kraus) }
        }
        9 => {
            // Depolarizing.
            let (k, p) = (width(random, 2.min(most)), 0.3);
            let strings = 1usize << (2 * k);
            let all = [Pauli::I, Pauli::X, Pauli::Y, Pauli::Z];
            let (mut branches, mut kraus) = (Vec::new(), Vec::new());
            for string in 0..strings {
                let letters: Box<[Pauli]> = (0..k).map(|j| all[string >> (2 * j) & 3]).collect();
                let probability = p / strings as f64 + if string == 0 { 1.0 - p } else { 0.0 };
                let mut scaled = Matrix::zeros(1 << k, 1 << k);
                scaled.add_scaled(&string_matrix(&letters), probability.sqrt());
                kraus.push(scaled);
                let instructions = vec![Instruction::new(Operation::Pauli(letters), 0..k as u32)];
                branches.push(ErrorBranch { probability, instructions });
            }
            (Operation::QuantumError(Arc::new(QuantumError { branches })), k, kraus)
        }
        _ => {
            // Short circuits, each of a few steps on some of the qubits.
            let k = width(random, most);
            let (mut branches, mut kraus) = (Vec::new(), Vec::new());
            for probability in [0.6f64, 0.4] {
                let mut scaled = Matrix::zeros(1 << k, 1 << k);
                scaled.add_scaled(&Matrix::identity(1 << k), probability.sqrt());
                let (mut own, mut instructions) = (vec![scaled], Vec::new());
                for _ in 0..2 {
                    let width = width(random, k.min(2));
                    let qubits = random.qubits(k as u32, width);
                    let (operation, on) = match random.below(3) {
                        0 if width == 1 => {
                            (Operation::Reset, RESET.into_iter().map(Matrix::square).collect())
                        }
                        1 => {
                            let kraus = random.kraus(width, 2);
                            (Operation::Kraus(kraus.clone().into()), kraus)
                        }
                        _ => {
                            let matrix = random.unitary(width);
                            (Operation::Unitary(Box::new(matrix.clone())), vec![matrix])
                        }
                    };
                    let on: Vec<Matrix> = on.iter().map(|matrix| embed(matrix, &qubits, k as u32)).collect();
                    own = products(&own, &on);
                    instructions.push(Instruction::new(operation, qubits));
                }
                kraus.extend(own);
                branches.push(ErrorBranch { probability, instructions });
            }
            (Operation::QuantumError(Arc::new(QuantumError { branches })), k, kraus)
        }
    };
    Step { operation, qubits: random.qubits(n, k), kraus }
}

/// `Σ K ρ K†`.
fn sum(kraus: &[Matrix], qubits: &[u32], rho: &Matrix) -> Matrix {
    let n = rho.rows().ilog2();
    let mut out = Matrix::zeros(rho.rows(), rho.rows());
    for operator in kraus {
        let full = embed(operator, qubits, n);
        out.add_scaled(&full.product(rho).unwrap().product(&full.adjoint()).unwrap(), 1.0);
    }
    out
}

fn config() -> EngineConfig {
    EngineConfig { zero_threshold: 0.0, ..EngineConfig::default() }
}

fn engine<E: Engine>(n: u32) -> E {
    E::new(&Circuit::new(n, 0), n, &config()).unwrap_or_else(|error| panic!("{error}"))
}

fn settle<E: Engine>(engine: &mut E, slice: u64) {
    while engine.pending() > 0 {
        engine.advance(slice).unwrap();
    }
}

/// Applies an operation as a run does.
fn apply<E: Engine>(engine: &mut E, operation: &Operation, qubits: &[u32]) {
    if engine.must_advance(operation, qubits) {
        settle(engine, u64::MAX);
    }
    engine.apply(operation, qubits).unwrap();
}

fn saved<E: Engine>(engine: &mut E, kind: &SaveKind, qubits: &[u32]) -> SavedValue {
    settle(engine, u64::MAX);
    engine.save(kind, qubits).unwrap()
}

fn matrix<E: Engine>(engine: &mut E, kind: &SaveKind, qubits: &[u32]) -> Matrix {
    let SavedValue::ComplexMatrix { columns, entries } = saved(engine, kind, qubits) else {
        panic!("no matrix")
    };
    let entries: Vec<Complex> = entries.chunks(2).map(|pair| Complex::new(pair[0], pair[1])).collect();
    Matrix::new(entries.len() / columns, columns, entries).unwrap()
}

fn all(n: u32) -> Vec<u32> {
    (0..n).collect()
}

fn set_density<E: Engine>(engine: &mut E, rho: &Matrix) {
    let set = Operation::SetState(Box::new(SetState::DensityMatrix(rho.clone())));
    apply(engine, &set, &all(rho.rows().ilog2()));
}

fn close(found: &Matrix, expected: &Matrix, tolerance: f64, what: &str) {
    let distance = found.distance(expected);
    assert!(distance < tolerance, "{what}: {distance:e}");
}

/// Seeds 1 to 12 of circuits on 1 to 5 qubits: gates, matrices and channels of all kinds, from a random mixed state.
fn density_matrices_agree<E: Engine>(tolerance: f64) {
    for seed in 1..=12 {
        let mut random = Random::new(seed);
        let n = 1 + seed as u32 % 5;
        let mut rho = random.density(n);
        let mut engine: E = engine(n);
        set_density(&mut engine, &rho);
        for _ in 0..40 / n {
            let Step { operation, qubits, kraus } = step(&mut random, n, true);
            assert!(
                E::supports(&Instruction::new(operation.clone(), qubits.clone())),
                "{}",
                operation.name()
            );
            apply(&mut engine, &operation, &qubits);
            rho = sum(&kraus, &qubits, &rho);
        }
        close(&matrix(&mut engine, &SaveKind::State, &all(n)), &rho, tolerance, &format!("seed {seed}"));
    }
}

#[test]
fn density_matrices_are_what_kraus_sums_say() {
    density_matrices_agree::<DensityMatrix<f64>>(1e-12);
    density_matrices_agree::<DensityMatrix<f32>>(1e-5);
}

/// Every gate but those with any number of controls, on random qubits of 5 in a random mixed state (seed 21).
#[test]
fn every_gate_is_its_matrix_on_both_sides() {
    let mut random = Random::new(21);
    let n = 5;
    for spec in GATES {
        let Controls::Exactly(controls) = spec.controls else {
            let step =
                Instruction::new(Operation::Gate(spec.gate, [0.0; 4].into_iter().collect()), [0, 1, 2]);
            assert!(!DensityMatrix::<f64>::supports(&step) && !Superop::<f64>::supports(&step));
            continue;
        };
        let k = controls + spec.targets;
        let parameters: Vec<f64> = spec.parameters.iter().map(|_| PI * random.real()).collect();
        let qubits = random.qubits(n, k);
        let rho = random.density(n);
        let mut engine: DensityMatrix<f64> = engine(n);
        set_density(&mut engine, &rho);
        apply(&mut engine, &Operation::Gate(spec.gate, parameters.iter().copied().collect()), &qubits);
        let expected = sum(&[spec.gate.full_matrix(&parameters, k)], &qubits, &rho);
        close(&matrix(&mut engine, &SaveKind::State, &all(n)), &expected, 1e-12, spec.name);
    }
}

/// Seeds 31 to 38 of circuits on 1 to 3 qubits, of which the last are large enough to be compiled.
fn superoperators_agree<E: Engine>(tolerance: f64) {
    for seed in 31..=38 {
        let mut random = Random::new(seed);
        let n = 1 + seed as u32 % 3;
        let mut engine: E = engine(n);
        let steps: Vec<Step> = (0..12).map(|_| step(&mut random, n, true)).collect();
        for Step { operation, qubits, .. } in &steps {
            assert!(
                E::supports(&Instruction::new(operation.clone(), qubits.clone())),
                "{}",
                operation.name()
            );
            apply(&mut engine, operation, qubits);
        }
        let found = matrix(&mut engine, &SaveKind::Superoperator, &all(n));
        let rho = random.density(n);
        let expected = steps.iter().fold(rho.clone(), |rho, step| sum(&step.kraus, &step.qubits, &rho));
        let size = 1usize << n;
        let mut after = Matrix::zeros(size, size);
        for (row, column) in (0..size).flat_map(|row| (0..size).map(move |column| (row, column))) {
            let entry = |from: usize| found.at(column * size + row, from) * rho.at(from % size, from / size);
            after.set(row, column, (0..size * size).map(entry).sum());
        }
        close(&after, &expected, tolerance, &format!("seed {seed}"));
    }
}

#[test]
fn superoperators_are_what_kraus_sums_say() {
    superoperators_agree::<Superop<f64>>(1e-12);
    superoperators_agree::<Superop<f32>>(1e-5);
}

/// Seeds 41 to 48 of circuits on 1 to 6 qubits, with a phase of the whole, gates of any number of controls and
/// multiplexers.
fn unitaries_agree<E: Engine>(tolerance: f64) {
    for seed in 41..=48 {
        let mut random = Random::new(seed);
        let n = 1 + seed as u32 % 6;
        let mut engine: E = engine(n);
        engine.apply_global_phase(0.7);
        let mut product = Matrix::zeros(1 << n, 1 << n);
        (0..1 << n).for_each(|i| product.set(i, i, Complex::cis(0.7)));
        for turn in 0..20 {
            let Step { operation, qubits, kraus } = match turn % 5 {
                3 if n > 1 => {
                    let matrices: Vec<Matrix> = (0..2).map(|_| random.unitary(1)).collect();
                    let mut whole = Matrix::zeros(4, 4);
                    for (i, entry) in (0..8).map(|i| (i, matrices[i >> 2].entries()[i & 3])) {
                        whole.set(i >> 2 << 1 | i >> 1 & 1, i >> 2 << 1 | i & 1, entry);
                    }
                    let qubits = random.qubits(n, 2);
                    Step { operation: Operation::Multiplexer(matrices.into()), qubits, kraus: vec![whole] }
                }
                4 => {
                    let qubits = random.qubits(n, n as usize);
                    let parameters = [random.real(), random.real(), random.real(), random.real()];
                    let matrix = Gate::Mcu.full_matrix(&parameters, n as usize);
                    let operation = Operation::Gate(Gate::Mcu, parameters.into_iter().collect());
                    Step { operation, qubits, kraus: vec![matrix] }
                }
                _ => step(&mut random, n, false),
            };
            assert!(
                E::supports(&Instruction::new(operation.clone(), qubits.clone())),
                "{}",
                operation.name()
            );
            apply(&mut engine, &operation, &qubits);
            product = embed(&kraus[0], &qubits, n).product(&product).unwrap();
        }
        close(
            &matrix(&mut engine, &SaveKind::Unitary, &all(n)),
            &product,
            tolerance,
            &format!("seed {seed}"),
        );
    }
}

#[test]
fn unitaries_are_products_of_matrices() {
    unitaries_agree::<Unitary<f64>>(1e-12);
    unitaries_agree::<Unitary<f32>>(1e-5);
}

/// Setting the state, and going back to the beginning (seed 51).
#[test]
fn states_are_set_and_reset() {
    let mut random = Random::new(51);
    let n = 3;
    let unitary = random.unitary(3);
    let set = |state| Operation::SetState(Box::new(state));

    let mut engine: Unitary<f64> = engine(n);
    apply(&mut engine, &Operation::Gate(Gate::H, [].into_iter().collect()), &[1]);
    apply(&mut engine, &set(SetState::Unitary(unitary.clone())), &all(n));
    close(&matrix(&mut engine, &SaveKind::State, &all(n)), &unitary, 1e-15, "unitary");
    engine.reset_to_zero();
    close(&matrix(&mut engine, &SaveKind::State, &all(n)), &Matrix::identity(8), 1e-15, "identity");

    let mut engine: Superop<f64> = self::engine(n);
    let expected = superoperator(std::slice::from_ref(&unitary));
    apply(&mut engine, &set(SetState::Unitary(unitary.clone())), &all(n));
    close(&matrix(&mut engine, &SaveKind::State, &all(n)), &expected, 1e-14, "conjugation");
    let channel = superoperator(&random.kraus(3, 2));
    apply(&mut engine, &set(SetState::Superoperator(channel.clone())), &all(n));
    close(&matrix(&mut engine, &SaveKind::State, &all(n)), &channel, 1e-15, "superoperator");

    let mut engine: DensityMatrix<f64> = self::engine(n);
    let state = random.isometry(8, 1);
    apply(&mut engine, &Operation::Gate(Gate::H, [].into_iter().collect()), &[1]);
    apply(&mut engine, &Operation::SetStatevector(state.entries().into()), &all(n));
    let pure = state.product(&state.adjoint()).unwrap();
    close(&matrix(&mut engine, &SaveKind::State, &all(n)), &pure, 1e-14, "pure");
    engine.reset_to_zero();
    let mut zero = Matrix::zeros(8, 8);
    zero.set(0, 0, Complex::ONE);
    close(&matrix(&mut engine, &SaveKind::State, &all(n)), &zero, 1e-15, "zero");
}

/// Parts of a random state (seed 61): qubits in any order.
#[test]
fn saves_are_traces_of_the_matrix() {
    let mut random = Random::new(61);
    let (n, rho) = (4, random.density(4));
    let mut engine: DensityMatrix<f64> = engine(n);
    set_density(&mut engine, &rho);
    for qubits in [vec![2], vec![3, 0], vec![1, 3, 2], vec![2, 0, 3, 1]] {
        let size = 1usize << qubits.len();
        let value = |index: usize| -> usize {
            qubits.iter().enumerate().map(|(j, qubit)| (index >> qubit & 1) << j).sum()
        };
        let rest = |index: usize| qubits.iter().fold(index, |index, qubit| index & !(1 << qubit));
        let mut reduced = Matrix::zeros(size, size);
        for (row, column) in (0..16).flat_map(|row| (0..16).map(move |column| (row, column))) {
            if rest(row) == rest(column) {
                let (to, from) = (value(row), value(column));
                reduced.set(to, from, reduced.at(to, from) + rho.at(row, column));
            }
        }
        close(&matrix(&mut engine, &SaveKind::DensityMatrix, &qubits), &reduced, 1e-13, "partial trace");
        let SavedValue::RealVector(p) = saved(&mut engine, &SaveKind::Probabilities, &qubits) else {
            panic!()
        };
        assert!((0..size).all(|i| (p[i] - reduced.at(i, i).re).abs() < 1e-13));
        let letters: Box<[Pauli]> =
            (0..qubits.len()).map(|i| [Pauli::Y, Pauli::X, Pauli::Z][i % 3]).collect();
        let product = string_matrix(&letters).product(&reduced).unwrap();
        let mean: f64 = (0..size).map(|i| product.at(i, i).re).sum();
        let terms = [PauliTerm { letters, coefficient: 0.5, squared: 0.25 }];
        let kind = SaveKind::ExpectationValueVariance(terms.into());
        let SavedValue::RealVector(found) = saved(&mut engine, &kind, &qubits) else { panic!() };
        assert!((found[0] - 0.5 * mean).abs() < 1e-13);
        assert!((found[1] - (0.25 * mean - 0.25 * mean * mean)).abs() < 1e-13);
    }
    let kind = SaveKind::AmplitudesSquared([3, 0, 15].into());
    let SavedValue::RealVector(found) = saved(&mut engine, &kind, &all(n)) else { panic!() };
    assert!([3, 0, 15].iter().zip(&found).all(|(i, p)| (p - rho.at(*i, *i).re).abs() < 1e-13));
    assert!(engine.save(&SaveKind::Statevector, &all(n)).is_err());
}

/// 100,000 outcomes of three of four qubits (seed 71). The statistic has 7 degrees of freedom: above 45 by chance once in
/// 7e6.
#[test]
fn outcomes_have_the_probabilities_of_the_diagonal() {
    let mut random = Random::new(71);
    let (n, rho, qubits) = (4, random.density(4), [3, 0, 2]);
    let mut engine: DensityMatrix<f64> = engine(n);
    set_density(&mut engine, &rho);
    let shots = 100_000;
    let outcomes = engine.sample_measure(&qubits, &mut SampleDraws { seed: 71, shots: 0..shots }).unwrap();
    let mut counts = [0.0; 8];
    outcomes.words.iter().for_each(|word| counts[*word as usize] += 1.0);
    let mut statistic = 0.0;
    for (outcome, count) in counts.into_iter().enumerate() {
        let agrees = |i: usize| (0..3).all(|j| i >> qubits[j] & 1 == outcome >> j & 1);
        let p: f64 = (0..16).filter(|i| agrees(*i)).map(|i| rho.at(i, i).re).sum();
        let expected = p * shots as f64;
        statistic += (count - expected) * (count - expected) / expected;
    }
    assert!(statistic < 45.0, "{statistic}");
    // However shots are divided.
    let some = engine.sample_measure(&qubits, &mut SampleDraws { seed: 71, shots: 500..600 }).unwrap();
    assert_eq!(some.words, outcomes.words[500..600]);
}

/// What is left of a random state after an outcome (seed 81), and that the same outcome comes again.
#[test]
fn projections_keep_what_was_found() {
    let mut random = Random::new(81);
    let (n, rho, qubits) = (3, random.density(3), [2, 0]);
    for outcome in 0..4usize {
        let mut engine: DensityMatrix<f64> = engine(n);
        set_density(&mut engine, &rho);
        engine.project(&qubits, &Bits::from_u64(outcome as u64)).unwrap();
        let mut projector = Matrix::zeros(4, 4);
        projector.set(outcome, outcome, Complex::ONE);
        let left = sum(&[projector], &qubits, &rho);
        let trace: f64 = (0..8).map(|i| left.at(i, i).re).sum();
        let mut expected = Matrix::zeros(8, 8);
        expected.add_scaled(&left, 1.0 / trace);
        close(&matrix(&mut engine, &SaveKind::State, &all(n)), &expected, 1e-13, "projection");
        let again = engine.sample_measure(&qubits, &mut SampleDraws { seed: 1, shots: 0..100 }).unwrap();
        assert!(again.words.iter().all(|word| *word == outcome as u64));
    }
}

/// Work that is cut into slices comes out the same, bit by bit, and so do copies (seed 91).
#[test]
fn slices_and_copies_change_nothing() {
    let mut random = Random::new(91);
    let n = 5;
    let steps: Vec<Step> = (0..30).map(|_| step(&mut random, n, true)).collect();
    let mut results = Vec::new();
    for slice in [1, 1000, u64::MAX] {
        let mut engine: DensityMatrix<f64> = engine(n);
        for Step { operation, qubits, .. } in &steps {
            if engine.must_advance(operation, qubits) {
                settle(&mut engine, slice);
            }
            engine.apply(operation, qubits).unwrap();
        }
        settle(&mut engine, slice);
        let copy = matrix(&mut engine.try_clone().unwrap(), &SaveKind::State, &all(n));
        let mut other: DensityMatrix<f64> = self::engine(n);
        apply(&mut other, &Operation::Gate(Gate::H, [].into_iter().collect()), &[1]);
        other.copy_from(&engine).unwrap();
        results.extend([
            matrix(&mut engine, &SaveKind::State, &all(n)),
            copy,
            matrix(&mut other, &SaveKind::State, &all(n)),
        ]);
    }
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn what_cannot_be_is_refused() {
    // Multiplies everything by i: Hermitian matrices do not stay so.
    let imaginary = Matrix::diagonal(&[Complex::I; 4]);
    let mut engine: DensityMatrix<f64> = engine(1);
    let error = engine.apply(&Operation::Superoperator(Box::new(imaginary)), &[0]).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidMatrix);

    let step = |operation: Operation, qubits: &[u32]| Instruction::new(operation, qubits.iter().copied());
    let measure = step(Operation::Measure(Box::default()), &[0]);
    let reset = step(Operation::Reset, &[0]);
    let kraus = step(Operation::Kraus([Matrix::identity(2)].into()), &[0]);
    let initialize = step(Operation::Initialize([Complex::ONE, Complex::ZERO].into()), &[0]);
    let multiplexer = step(Operation::Multiplexer([Matrix::identity(2)].into()), &[0]);
    let supported = |step: &Instruction| {
        [DensityMatrix::<f64>::supports(step), Superop::<f64>::supports(step), Unitary::<f64>::supports(step)]
    };
    assert_eq!(supported(&measure), [true, false, false]);
    assert_eq!(supported(&reset), [true, true, false]);
    assert_eq!(supported(&kraus), [true, true, false]);
    assert_eq!(supported(&initialize), [false; 3]);
    assert_eq!(supported(&multiplexer), [false, false, true]);
    let branch = ErrorBranch { probability: 1.0, instructions: vec![reset] };
    let error = Operation::QuantumError(Arc::new(QuantumError { branches: vec![branch] }));
    assert_eq!(supported(&step_of(error)), [true, true, false]);
    // 15 qubits take more than an address space has on wasm, and more than any limit allows.
    let circuit = Circuit::new(0, 0);
    assert_eq!(DensityMatrix::<f64>::required_bytes(&circuit, 13, &config()), 1 << 29);
    assert_eq!(DensityMatrix::<f32>::required_bytes(&circuit, 13, &config()), 1 << 28);
    assert_eq!(Unitary::<f64>::required_bytes(&circuit, 13, &config()), 1 << 30);
    assert_eq!(Superop::<f64>::required_bytes(&circuit, 6, &config()), 1 << 28);
    for bytes in
        [DensityMatrix::<f64>::required_bytes, Unitary::<f64>::required_bytes, Superop::<f64>::required_bytes]
    {
        assert_eq!(bytes(&circuit, u32::MAX, &config()), u64::MAX);
    }
}

fn step_of(operation: Operation) -> Instruction {
    Instruction::new(operation, [0])
}

/// Trajectories of a statevector, 20,000 shots of a circuit of 3 qubits with Kraus operators, resets and a measurement
/// within (seed 101), against the diagonal. 7 degrees of freedom: above 45 by chance once in 7e6.
#[test]
fn trajectories_agree_with_channels() {
    let mut random = Random::new(101);
    let n = 3;
    let h = || Operation::Gate(Gate::H, [].into_iter().collect());
    let cx = || Operation::Gate(Gate::Cx, [].into_iter().collect());
    let kraus = |random: &mut Random, k: usize| Operation::Kraus(random.kraus(k, 3).into());
    let steps: Vec<(Operation, Vec<u32>)> = vec![
        (h(), vec![0]),
        (cx(), vec![0, 1]),
        (kraus(&mut random, 1), vec![1]),
        (cx(), vec![1, 2]),
        (kraus(&mut random, 2), vec![2, 0]),
        (Operation::Reset, vec![1]),
        (Operation::Unitary(Box::new(random.unitary(2))), vec![1, 2]),
        (kraus(&mut random, 1), vec![0]),
        (Operation::Unitary(Box::new(random.unitary(2))), vec![0, 1]),
    ];
    let mut exact: DensityMatrix<f64> = engine(n);
    for (operation, qubits) in &steps {
        apply(&mut exact, operation, qubits);
    }
    let SavedValue::RealVector(p) = saved(&mut exact, &SaveKind::Probabilities, &all(n)) else { panic!() };

    let shots = 20_000;
    let mut counts = [0.0; 8];
    let mut engine: Statevector<f64> = self::engine(n);
    for shot in 0..shots {
        let mut rng = vec![ShotRng::new(101, shot)];
        engine.reset_to_zero();
        for (operation, qubits) in &steps {
            if engine.must_advance(operation, qubits) {
                settle(&mut engine, u64::MAX);
            }
            apply_once(&mut engine, operation, qubits, n, &mut rng).unwrap();
        }
        settle(&mut engine, u64::MAX);
        let measure = Operation::Measure(Box::default());
        let drawn = draw(&mut engine, &measure, &all(n), &mut rng).unwrap();
        take(&mut engine, &measure, &all(n), &drawn[0]).unwrap();
        let aer_wasm::engine::drawn::Drawn::Outcome(outcome) = &drawn[0] else { panic!() };
        counts[outcome.low_u64() as usize] += 1.0;
    }
    let term = |(count, p): (&f64, &f64)| (count - p * shots as f64).powi(2) / (p * shots as f64);
    let statistic: f64 = counts.iter().zip(&p).map(term).sum();
    assert!(statistic < 45.0, "{statistic}");
}
