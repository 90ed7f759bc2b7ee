//! The statevector engine against the slow reference, statistics of measurement, and errors.
//!
//! Random inputs come from `ChaCha8` with the seeds in the text. Statistical tests state how often they fail
//! by chance; as seeds are fixed, they either pass for ever or show a change.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "helpers of tests may fail like tests"
)]

mod reference;

use std::f64::consts::PI;

use aer_wasm::circuit::gate::Controls;
use aer_wasm::circuit::operation::{Pauli, PauliTerm, SaveKind};
use aer_wasm::circuit::{Bits, Circuit};
use aer_wasm::circuit::{GATES, Gate, Operation, Parameters};
use aer_wasm::engine::drawn::apply_once;
use aer_wasm::engine::statevector;
use aer_wasm::engine::{Engine, EngineConfig, SavedValue};
use aer_wasm::error::AerError;
use aer_wasm::error::ErrorCode;
use aer_wasm::linalg::{Complex, Matrix};
use aer_wasm::rng::SampleDraws;
use aer_wasm::rng::ShotRng;
use reference::{apply, arrangements, distance, probabilities};

type Statevector = statevector::Statevector<f64>;

fn config() -> EngineConfig {
    EngineConfig { zero_threshold: 0.0, ..EngineConfig::default() }
}

fn draws(seed: u64, shots: std::ops::Range<u64>) -> SampleDraws {
    SampleDraws { seed, shots }
}

/// Applies an operation in a shot, and gives its outcome.
fn drawn(
    engine: &mut Statevector,
    operation: &Operation,
    qubits: &[u32],
    rng: &mut ShotRng,
) -> Result<Bits, AerError> {
    let mut draws = vec![rng.clone()];
    let outcome = apply_once(engine, operation, qubits, u32::MAX, &mut draws);
    *rng = draws.remove(0);
    outcome
}

fn measured(engine: &mut Statevector, qubits: &[u32], rng: &mut ShotRng) -> Bits {
    drawn(engine, &Operation::Measure(Box::default()), qubits, rng).unwrap()
}

fn blank() -> Circuit {
    Circuit::new(0, 0)
}

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

    fn complex(&mut self) -> Complex {
        Complex::new(self.real(), self.real())
    }

    fn below(&mut self, n: usize) -> usize {
        (self.0.uniform() * n as f64) as usize
    }

    fn parameters(&mut self, gate: Gate) -> Parameters {
        gate.spec().parameters.iter().map(|_| 2.0 * PI * self.real()).collect()
    }

    fn state(&mut self, num_qubits: u32) -> Vec<Complex> {
        let state: Vec<Complex> = (0..1 << num_qubits).map(|_| self.complex()).collect();
        let norm = state.iter().map(Complex::norm_sqr).sum::<f64>().sqrt();
        state.iter().map(|x| x / norm).collect()
    }

    /// A unitary by Gram and Schmidt from random rows.
    fn unitary(&mut self, num_qubits: u32) -> Matrix {
        let size = 1 << num_qubits;
        let mut rows: Vec<Vec<Complex>> = Vec::new();
        for _ in 0..size {
            let mut row = self.state(num_qubits);
            for done in &rows {
                let overlap: Complex = done.iter().zip(&row).map(|(a, b)| a.conj() * b).sum();
                row.iter_mut().zip(done).for_each(|(x, a)| *x -= overlap * a);
            }
            let norm = row.iter().map(Complex::norm_sqr).sum::<f64>().sqrt();
            rows.push(row.iter().map(|x| x / norm).collect());
        }
        let matrix = Matrix::new(size, size, rows.concat()).unwrap();
        assert!(matrix.unitarity_error() < 1e-12);
        matrix
    }

    fn choice(&mut self, lists: &[Vec<u32>]) -> Vec<u32> {
        lists[self.below(lists.len())].clone()
    }
}

fn boxed(state: &[Complex]) -> Box<[Complex]> {
    state.into()
}

/// An engine in this state.
fn engine(state: &[Complex]) -> Statevector {
    let num_qubits = state.len().ilog2();
    let mut engine = Statevector::new(&blank(), num_qubits, &config()).unwrap();
    let all: Vec<u32> = (0..num_qubits).collect();
    drawn(&mut engine, &Operation::SetStatevector(boxed(state)), &all, &mut ShotRng::new(0, 0)).unwrap();
    finish(&mut engine);
    engine
}

/// Does what was put off.
fn finish(engine: &mut Statevector) {
    while engine.pending() > 0 {
        engine.advance(1 << 20).unwrap();
    }
}

/// The saved state.
fn saved(engine: &mut Statevector) -> Vec<Complex> {
    let SavedValue::ComplexVector(flat) = engine.save(&SaveKind::Statevector, &[]).unwrap() else {
        panic!("a statevector is a complex vector")
    };
    flat.chunks_exact(2).map(|pair| Complex::new(pair[0], pair[1])).collect()
}

/// Applies an operation to a state by the engine.
fn run(state: &[Complex], operation: &Operation, qubits: &[u32]) -> Vec<Complex> {
    let mut engine = engine(state);
    drawn(&mut engine, operation, qubits, &mut ShotRng::new(0, 0)).unwrap();
    finish(&mut engine);
    saved(&mut engine)
}

fn bits_value(bits: &aer_wasm::circuit::Bits) -> usize {
    (0..64).map(|i| usize::from(bits.get(i)) << i).sum()
}

fn check_gate(gate: Gate, qubits: &[u32], num_qubits: u32, random: &mut Random) {
    let state = random.state(num_qubits);
    let parameters = random.parameters(gate);
    let expected = apply(&state, &gate.full_matrix(&parameters, qubits.len()), qubits);
    let found = run(&state, &Operation::Gate(gate, parameters.clone()), qubits);
    let error = distance(&found, &expected);
    assert!(error < 1e-12, "{} {parameters:?} on {qubits:?}: off by {error}", gate.name());
}

/// Seed 1. Every assignment of up to three qubits of five, 30 random ones of more.
#[test]
fn every_gate_on_every_assignment_of_qubits_agrees_with_the_reference() {
    let mut random = Random::new(1);
    for spec in GATES {
        let counts = match spec.controls {
            Controls::Exactly(controls) => vec![controls + spec.targets],
            Controls::Any => (spec.targets..=(spec.targets + 4).min(5)).collect(),
        };
        for count in counts {
            let all = arrangements(5, count);
            let picked = if count <= 3 { all } else { (0..30).map(|_| random.choice(&all)).collect() };
            for qubits in picked {
                check_gate(spec.gate, &qubits, 5, &mut random);
            }
        }
    }
}

/// Seed 2. On nine qubits runs, tiles and blocks are longer and shorter than what they are made of.
#[test]
fn every_gate_on_a_wider_register_agrees_with_the_reference() {
    let mut random = Random::new(2);
    for spec in GATES {
        let count = spec.num_qubits().unwrap_or(spec.targets + 4);
        for _ in 0..2 {
            let mut qubits: Vec<u32> = (0..9).collect();
            (0..9).for_each(|i| qubits.swap(i, i + random.below(9 - i)));
            check_gate(spec.gate, &qubits[..count], 9, &mut random);
        }
    }
}

/// Seed 3.
#[test]
fn unitaries_of_one_to_four_qubits_agree_in_every_order() {
    let mut random = Random::new(3);
    for count in 1..=4 {
        for qubits in arrangements(4, count) {
            let state = random.state(4);
            let matrix = random.unitary(count as u32);
            let expected = apply(&state, &matrix, &qubits);
            let found = run(&state, &Operation::Unitary(Box::new(matrix)), &qubits);
            assert!(distance(&found, &expected) < 1e-12, "{qubits:?}");
        }
    }
}

/// Seed 4. Three to six qubits of eight: the gathered dense kernel with several tiles.
#[test]
fn wide_unitaries_agree_on_eight_qubits() {
    let mut random = Random::new(4);
    for count in 3..=6 {
        let qubits = random.choice(&arrangements(8, count));
        let state = random.state(8);
        let matrix = random.unitary(count as u32);
        let expected = apply(&state, &matrix, &qubits);
        let found = run(&state, &Operation::Unitary(Box::new(matrix)), &qubits);
        assert!(distance(&found, &expected) < 1e-12, "{qubits:?}");
    }
}

/// Seed 5. The leftmost letter acts on the last qubit.
#[test]
fn pauli_strings_act_from_right_to_left() {
    let mut random = Random::new(5);
    let matrix = |letter: Pauli| match letter {
        Pauli::I => Matrix::identity(2),
        Pauli::X => Gate::X.target_matrix(&[]),
        Pauli::Y => Gate::Y.target_matrix(&[]),
        Pauli::Z => Gate::Z.target_matrix(&[]),
    };
    for qubits in arrangements(4, 3) {
        let letters: Vec<Pauli> =
            (0..3).map(|_| [Pauli::I, Pauli::X, Pauli::Y, Pauli::Z][random.below(4)]).collect();
        let state = random.state(4);
        let expected =
            (0..3).fold(state.clone(), |state, j| apply(&state, &matrix(letters[2 - j]), &[qubits[j]]));
        let found = run(&state, &Operation::Pauli(letters.clone().into()), &qubits);
        assert!(distance(&found, &expected) < 1e-12, "{letters:?} on {qubits:?}");
    }
}

/// Seed 31: one to seven qubits of seven, in any order, so below, across and above the blocks of kernels.
#[test]
fn diagonals_agree_in_every_order() {
    let mut random = Random::new(31);
    for count in 1..=7usize {
        let qubits = random.choice(&arrangements(7, count));
        let state = random.state(7);
        let entries: Vec<Complex> = (0..1 << count).map(|_| Complex::cis(PI * random.real())).collect();
        let expected = apply(&state, &Matrix::diagonal(&entries), &qubits);
        let found = run(&state, &Operation::Diagonal(entries.into()), &qubits);
        assert!(distance(&found, &expected) < 1e-12, "{qubits:?}");
    }
}

/// Seed 32. The reference is block diagonal: controls are the high bits of the matrix.
#[test]
fn multiplexers_choose_by_their_controls() {
    let mut random = Random::new(32);
    for (targets, controls) in [(1, 0), (1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (1, 4)] {
        let size = 1usize << targets;
        let matrices: Vec<Matrix> = (0..1 << controls).map(|_| random.unitary(targets)).collect();
        let mut whole = Matrix::zeros(size << controls, size << controls);
        for (value, matrix) in matrices.iter().enumerate() {
            for row in 0..size {
                for column in 0..size {
                    whole.set(value * size + row, value * size + column, matrix.at(row, column));
                }
            }
        }
        let qubits = random.choice(&arrangements(7, (targets + controls) as usize));
        let state = random.state(7);
        let found = run(&state, &Operation::Multiplexer(matrices.into()), &qubits);
        let error = distance(&found, &apply(&state, &whole, &qubits));
        assert!(error < 1e-12, "{targets} targets, {controls} controls: {error}");
    }
}

/// Two operators of a channel: the upper halves of the columns of a unitary, and the lower.
fn channel(random: &mut Random, num_qubits: u32) -> Vec<Matrix> {
    let size = 1 << num_qubits;
    let unitary = random.unitary(num_qubits + 1);
    let part = |half: usize| {
        let mut matrix = Matrix::zeros(size, size);
        for row in 0..size {
            for column in 0..size {
                matrix.set(row, column, unitary.at(half * size + row, column));
            }
        }
        matrix
    };
    vec![part(0), part(1)]
}

/// Seed 33, 4000 shots for each of six channels: the operator that was applied is known by the state it left.
/// 5.6 standard deviations of a binomial are passed by chance once in 4e7.
#[test]
fn kraus_applies_one_operator_by_its_probability() {
    let mut random = Random::new(33);
    for count in [1, 1, 1, 2, 2, 2] {
        let operators = channel(&mut random, count);
        let qubits = random.choice(&arrangements(4, count as usize));
        let state = random.state(4);
        let results: Vec<Vec<Complex>> =
            operators.iter().map(|operator| apply(&state, operator, &qubits)).collect();
        let norms: Vec<f64> =
            results.iter().map(|state| state.iter().map(Complex::norm_sqr).sum::<f64>()).collect();
        assert!((norms[0] + norms[1] - 1.0).abs() < 1e-12);
        let operation = Operation::Kraus(operators.into());
        let mut first = 0.0;
        let shots = 4000;
        for shot in 0..shots {
            let mut engine = engine(&state);
            drawn(&mut engine, &operation, &qubits, &mut ShotRng::new(33, shot)).unwrap();
            let found = saved(&mut engine);
            let applied = (0..2).find(|i| {
                let expected: Vec<Complex> = results[*i].iter().map(|x| x / norms[*i].sqrt()).collect();
                distance(&found, &expected) < 1e-12
            });
            first += f64::from(applied.unwrap() == 0);
        }
        let (mean, sigma) = (norms[0] * shots as f64, (norms[0] * norms[1] * shots as f64).sqrt());
        assert!((first - mean).abs() < 5.6 * sigma, "{first} of {mean} on {qubits:?}");
    }
}

#[test]
fn an_impossible_kraus_operator_is_never_applied() {
    let damping = [
        Matrix::square([[Complex::ZERO, Complex::ONE], [Complex::ZERO; 2]]),
        Matrix::square([[Complex::ONE, Complex::ZERO], [Complex::ZERO; 2]]),
    ];
    for shot in 0..200 {
        let mut engine = engine(&[Complex::ONE, Complex::ZERO]);
        let operation = Operation::Kraus(damping.clone().into());
        drawn(&mut engine, &operation, &[0], &mut ShotRng::new(1, shot)).unwrap();
        assert_eq!(saved(&mut engine), [Complex::ONE, Complex::ZERO]);
    }
}

/// The reduced density matrix by its definition: a sum over the values of all other qubits.
fn reduced(state: &[Complex], qubits: &[u32]) -> Matrix {
    let size = 1 << qubits.len();
    let value = |index: usize| qubits.iter().enumerate().map(|(j, q)| ((index >> q) & 1) << j).sum();
    let others = |index: usize| qubits.iter().fold(index, |index, q| index & !(1 << q));
    let mut matrix = Matrix::zeros(size, size);
    for (i, x) in state.iter().enumerate() {
        for (j, y) in state.iter().enumerate().filter(|(j, _)| others(i) == others(*j)) {
            let (row, column): (usize, usize) = (value(i), value(j));
            matrix.set(row, column, matrix.at(row, column) + x * y.conj());
        }
    }
    matrix
}

fn real_vector(value: SavedValue) -> Vec<f64> {
    let SavedValue::RealVector(vector) = value else { panic!("{value:?}") };
    vector
}

/// Seed 34: subsets of eight qubits in any order.
#[test]
fn probabilities_and_density_matrices_of_subsets_agree_with_their_definition() {
    let mut random = Random::new(34);
    for count in [1, 1, 2, 2, 3, 4] {
        let qubits = random.choice(&arrangements(8, count));
        let state = random.state(8);
        let mut engine = engine(&state);
        let expected = probabilities(&state, &qubits);
        let found = real_vector(engine.save(&SaveKind::Probabilities, &qubits).unwrap());
        assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-14), "{qubits:?}");
        let SavedValue::RealDict(dict) = engine.save(&SaveKind::ProbabilitiesDict, &qubits).unwrap() else {
            panic!("a dictionary")
        };
        let keys: Vec<String> = (0..1 << count).map(|value| format!("{value:#x}")).collect();
        assert_eq!(dict, keys.into_iter().zip(found).collect::<Vec<_>>());
        let SavedValue::ComplexMatrix { columns, entries } =
            engine.save(&SaveKind::DensityMatrix, &qubits).unwrap()
        else {
            panic!("a matrix")
        };
        assert_eq!(columns, 1 << count);
        let entries = entries.chunks_exact(2).map(|pair| Complex::new(pair[0], pair[1])).collect();
        let matrix = Matrix::new(columns, columns, entries).unwrap();
        assert!(matrix.distance(&reduced(&state, &qubits)) < 1e-14, "{qubits:?}");
    }
}

/// Seed 35. The reference applies a Pauli string as a matrix and takes the inner product.
#[test]
fn expectation_values_and_variances_agree_with_matrices() {
    let mut random = Random::new(35);
    let letters = [Pauli::I, Pauli::X, Pauli::Y, Pauli::Z];
    let gates = [Gate::Id, Gate::X, Gate::Y, Gate::Z];
    for count in [1, 1, 2, 3, 4, 5, 5, 5, 5] {
        let qubits = random.choice(&arrangements(5, count));
        let state = random.state(5);
        let (mut terms, mut mean, mut square) = (Vec::new(), 0.0, 0.0);
        for _ in 0..4 {
            let string: Vec<usize> = (0..count).map(|_| random.below(4)).collect();
            let mut applied = state.clone();
            for (letter, qubit) in string.iter().rev().zip(&qubits) {
                applied = apply(&applied, &gates[*letter].full_matrix(&[], 1), &[*qubit]);
            }
            let value: Complex = state.iter().zip(&applied).map(|(a, b)| a.conj() * b).sum();
            assert!(value.im.abs() < 1e-12);
            let term = PauliTerm {
                letters: string.iter().map(|letter| letters[*letter]).collect(),
                coefficient: random.real(),
                squared: random.real(),
            };
            mean += term.coefficient * value.re;
            square += term.squared * value.re;
            terms.push(term);
        }
        let mut engine = engine(&state);
        let SavedValue::Real(found) =
            engine.save(&SaveKind::ExpectationValue(terms.clone().into()), &qubits).unwrap()
        else {
            panic!("a number")
        };
        assert!((found - mean).abs() < 1e-13, "{terms:?}");
        let kind = SaveKind::ExpectationValueVariance(terms.into());
        let found = real_vector(engine.save(&kind, &qubits).unwrap());
        assert!((found[0] - mean).abs() < 1e-13 && (found[1] - (square - mean * mean)).abs() < 1e-13);
    }
}

/// Seed 36: a state of 13 qubits, so more than a chunk of a sum; ⟨ZZ…Z⟩ is a sum of signed probabilities.
#[test]
fn expectation_values_of_a_wide_state_are_sums_over_all_of_it() {
    let state = Random::new(36).state(13);
    let parity = |i: usize| if i.count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
    let expected: f64 = state.iter().enumerate().map(|(i, x)| parity(i) * x.norm_sqr()).sum();
    let term = PauliTerm { letters: [Pauli::Z; 13].into(), coefficient: 1.0, squared: 0.0 };
    let all: Vec<u32> = (0..13).collect();
    let found = engine(&state).save(&SaveKind::ExpectationValue([term].into()), &all).unwrap();
    let SavedValue::Real(found) = found else { panic!("a number") };
    assert!((found - expected).abs() < 1e-13, "{found} {expected}");
}

#[test]
fn amplitudes_are_picked_and_dictionaries_leave_out_zeros() {
    let state = [0.0, 0.6, 1e-12, 0.8].map(|x| Complex::new(0.0, x));
    let config = EngineConfig::default();
    let mut engine = Statevector::new(&blank(), 2, &config).unwrap();
    drawn(&mut engine, &Operation::SetStatevector(boxed(&state)), &[0, 1], &mut ShotRng::new(0, 0)).unwrap();
    let mut save = |kind: SaveKind| engine.save(&kind, &[0, 1]).unwrap();
    assert_eq!(
        save(SaveKind::Amplitudes([3, 2, 3].into())),
        SavedValue::ComplexVector(vec![0.0, 0.8, 0.0, 0.0, 0.0, 0.8])
    );
    let squares = real_vector(save(SaveKind::AmplitudesSquared([1, 0].into())));
    assert!((squares[0] - 0.36).abs() < 1e-15 && squares[1] == 0.0);
    assert_eq!(
        save(SaveKind::StatevectorDict),
        SavedValue::ComplexDict(vec![("0x1".into(), 0.0, 0.6), ("0x3".into(), 0.0, 0.8)])
    );
    assert_eq!(save(SaveKind::State), save(SaveKind::Statevector));
    let SavedValue::RealDict(entries) = save(SaveKind::ProbabilitiesDict) else { panic!("a dictionary") };
    assert_eq!(entries.len(), 2);
}

#[test]
fn barrier_and_delay_do_nothing() {
    let state = Random::new(6).state(3);
    assert_eq!(run(&state, &Operation::Barrier, &[0, 1, 2]), state);
    assert_eq!(run(&state, &Operation::Delay(10.0), &[1]), state);
}

#[test]
fn a_new_engine_is_zero_and_becomes_zero_again() {
    let mut engine = Statevector::new(&blank(), 3, &config()).unwrap();
    assert_eq!(saved(&mut engine), reference::zero_state(3));
    drawn(&mut engine, &Operation::Gate(Gate::H, Parameters::new()), &[1], &mut ShotRng::new(0, 0)).unwrap();
    assert_ne!(saved(&mut engine), reference::zero_state(3));
    engine.reset_to_zero();
    assert_eq!(saved(&mut engine), reference::zero_state(3));
}

/// Seed 7. Also on a state without qubits.
#[test]
fn global_phase_multiplies_every_amplitude() {
    let mut random = Random::new(7);
    for num_qubits in [0, 1, 4, 8] {
        let state = random.state(num_qubits);
        let mut engine = engine(&state);
        engine.apply_global_phase(0.7);
        let expected: Vec<Complex> = state.iter().map(|x| x * Complex::cis(0.7)).collect();
        assert!(distance(&saved(&mut engine), &expected) < 1e-14);
    }
}

#[test]
fn save_makes_small_parts_zero() {
    let state = [Complex::new(0.6, 1e-11), Complex::new(-1e-11, 0.8)];
    let mut engine = Statevector::new(&blank(), 1, &EngineConfig::default()).unwrap();
    drawn(&mut engine, &Operation::SetStatevector(boxed(&state)), &[0], &mut ShotRng::new(0, 0)).unwrap();
    let value = engine.save(&SaveKind::Statevector, &[0]).unwrap();
    assert_eq!(value, SavedValue::ComplexVector(vec![0.6, 0.0, 0.0, 0.8]));
}

/// Seed 8. The whole register in every order, exactly as given.
#[test]
fn initialize_of_all_qubits_places_amplitudes_exactly() {
    let mut random = Random::new(8);
    for qubits in arrangements(3, 3) {
        let state = random.state(3);
        let found = run(&random.state(3), &Operation::Initialize(boxed(&state)), &qubits);
        for (value, amplitude) in state.iter().enumerate() {
            let index: usize = (0..3).map(|j| (value >> j & 1) << qubits[j]).sum();
            assert_eq!(found[index], *amplitude);
        }
    }
}

/// Seed 9. On |0…0⟩ nothing is random and nothing is rounded but one product.
#[test]
fn initialize_of_some_qubits_of_a_new_state_is_exact() {
    let mut random = Random::new(9);
    for qubits in arrangements(4, 2) {
        let part = random.state(2);
        let mut engine = Statevector::new(&blank(), 4, &config()).unwrap();
        drawn(&mut engine, &Operation::Initialize(boxed(&part)), &qubits, &mut ShotRng::new(0, 0)).unwrap();
        let found = saved(&mut engine);
        for (index, amplitude) in found.iter().enumerate() {
            let others = index & !(1 << qubits[0] | 1 << qubits[1]);
            let value = (index >> qubits[0] & 1) | (index >> qubits[1] & 1) << 1;
            assert_eq!(*amplitude, if others == 0 { part[value] } else { Complex::ZERO });
        }
    }
}

/// Seed 10. On an entangled state, initialize leaves the others in what measuring and dropping its qubits
/// would leave: the result is one of the collapsed states with the part prepared, each as often as Born says.
/// 4,000 shots for each of 12 pairs; of 48 counts one is off by chance once in 2e7 runs.
#[test]
fn initialize_of_entangled_qubits_resets_them_first() {
    let mut random = Random::new(10);
    let shots = 4000;
    for qubits in arrangements(4, 2) {
        let (state, part) = (random.state(4), random.state(2));
        let branches: Vec<Vec<Complex>> = (0..4)
            .map(|outcome| {
                let mut branch = reference::collapse(&state, &qubits, outcome);
                for j in (0..2).filter(|j| outcome >> j & 1 == 1) {
                    branch = apply(&branch, &Gate::X.target_matrix(&[]), &[qubits[j]]);
                }
                let mut preparation = Matrix::zeros(4, 4);
                (0..4).for_each(|value| preparation.set(value, 0, part[value]));
                apply(&branch, &preparation, &qubits)
            })
            .collect();
        let mut counts = [0u32; 4];
        for shot in 0..shots {
            let mut engine = engine(&state);
            let mut rng = ShotRng::new(10, shot);
            drawn(&mut engine, &Operation::Initialize(boxed(&part)), &qubits, &mut rng).unwrap();
            let found = saved(&mut engine);
            counts[branches.iter().position(|branch| distance(branch, &found) < 1e-12).unwrap()] += 1;
        }
        assert_counts(&counts, &probabilities(&state, &qubits));
    }
}

/// Seed 11. As above for reset, on every arrangement of one to three qubits; of 248 counts one is off by chance
/// once in 4e6 runs.
#[test]
fn reset_leaves_zeros_and_the_collapsed_rest() {
    let mut random = Random::new(11);
    for qubits in (1..=3).flat_map(|count| arrangements(4, count)) {
        let state = random.state(4);
        let mut counts = vec![0; 1 << qubits.len()];
        for shot in 0..1000 {
            let mut engine = engine(&state);
            drawn(&mut engine, &Operation::Reset, &qubits, &mut ShotRng::new(11, shot)).unwrap();
            let found = saved(&mut engine);
            let outcome = (0..counts.len()).find(|outcome| {
                let mut branch = reference::collapse(&state, &qubits, *outcome);
                for j in (0..qubits.len()).filter(|j| outcome >> j & 1 == 1) {
                    branch = apply(&branch, &Gate::X.target_matrix(&[]), &[qubits[j]]);
                }
                distance(&branch, &found) < 1e-12
            });
            counts[outcome.unwrap()] += 1;
        }
        assert_counts(&counts, &probabilities(&state, &qubits));
    }
}

/// Each count is as near to its mean as Bernstein's inequality lets a right one be, but for once in 1e9 counts.
fn assert_counts(counts: &[u32], probabilities: &[f64]) {
    let shots = f64::from(counts.iter().sum::<u32>());
    let log = (2.0 / 1e-9_f64).ln();
    for (outcome, (count, p)) in counts.iter().zip(probabilities).enumerate() {
        let (mean, variance) = (shots * p, shots * p * (1.0 - p));
        let bound = log / 3.0 + (log * log / 9.0 + 2.0 * log * variance).sqrt();
        assert!(
            (f64::from(*count) - mean).abs() < bound,
            "outcome {outcome}: {count} of {shots}, expected {mean} ± {bound}"
        );
    }
}

/// Seed 12. The state after a measurement is the reference's collapse for the outcome, and outcomes are as
/// frequent as Born says: of 633 counts one is off by chance once in 1e6 runs.
#[test]
fn measure_collapses_to_its_outcome_with_its_probability() {
    let mut random = Random::new(12);
    for qubits in (0..=4).flat_map(|count| arrangements(4, count)) {
        let state = random.state(4);
        let mut counts = vec![0; 1 << qubits.len()];
        for shot in 0..1000 {
            let mut engine = engine(&state);
            let outcome = bits_value(&measured(&mut engine, &qubits, &mut ShotRng::new(12, shot)));
            counts[outcome] += 1;
            let expected = reference::collapse(&state, &qubits, outcome);
            assert!(distance(&saved(&mut engine), &expected) < 1e-12);
            let again = bits_value(&measured(&mut engine, &qubits, &mut ShotRng::new(13, shot)));
            assert_eq!(again, outcome);
        }
        assert_counts(&counts, &probabilities(&state, &qubits));
    }
}

/// Seeds 14 to 17. Chi-square of 20,000 shots on each set of qubits of a random state, against a bound that a
/// right sampler exceeds once in 1e6 draws: 64 draws, so a false alarm once in 15,000 runs.
#[test]
fn samples_follow_the_probabilities() {
    let mut random = Random::new(14);
    // The 1 - 1e-6 quantile of chi-square with 1, 3, 7 and 15 degrees of freedom.
    let bounds = [23.93, 30.66, 40.52, 56.49];
    for qubits in (1..=4).flat_map(|count| arrangements(4, count)) {
        let state = random.state(4);
        let expected = probabilities(&state, &qubits);
        let mut counts = vec![0u32; expected.len()];
        for outcome in engine(&state)
            .sample_measure(&qubits, &mut draws(14 + u64::from(qubits[0]), 0..20_000))
            .unwrap()
            .iter()
        {
            counts[bits_value(&outcome)] += 1;
        }
        let chi_square: f64 = counts
            .iter()
            .zip(&expected)
            .map(|(count, p)| (f64::from(*count) - p * 20_000.0).powi(2) / (p * 20_000.0))
            .sum();
        assert!(chi_square < bounds[qubits.len() - 1], "{qubits:?}: {chi_square}");
    }
}

/// Seed 18. Chi-square of 200,000 shots over the upper 6 of 14 qubits, of which no table is made: with 63 degrees
/// of freedom 136.6 is exceeded by chance once in 4e6 runs.
#[test]
fn samples_of_large_states_follow_the_probabilities() {
    let state = Random::new(18).state(14);
    let qubits: Vec<u32> = (8..14).collect();
    let expected = probabilities(&state, &qubits);
    let mut counts = [0u32; 64];
    for word in engine(&state).sample_measure(&qubits, &mut draws(18, 0..200_000)).unwrap().words {
        counts[word as usize] += 1;
    }
    let chi_square: f64 = counts
        .iter()
        .zip(&expected)
        .map(|(count, p)| (f64::from(*count) - p * 200_000.0).powi(2) / (p * 200_000.0))
        .sum();
    assert!(chi_square < 136.6, "{chi_square}");
}

/// Seed 15. However shots are divided, and however the preparation is: the outcome of a shot stays. 3 qubits are
/// drawn from a table, 14 from chunks.
#[test]
fn a_sample_depends_on_its_seed_and_shot_only() {
    let mut random = Random::new(15);
    for num_qubits in [3, 14] {
        let state = random.state(num_qubits);
        let mut one = engine(&state);
        let qubits: Vec<u32> = (0..num_qubits).rev().collect();
        let together = one.sample_measure(&qubits, &mut draws(15, 0..500)).unwrap();
        assert_eq!(together.len(), 500);
        assert_eq!(saved(&mut one), state, "sampling leaves the state alone");
        let mut other = engine(&state);
        while other.prepare_sampling(100) > 0 {}
        let mut words = Vec::new();
        for shots in [0..1, 1..8, 8..8, 8..333, 333..500] {
            words.extend(other.sample_measure(&qubits, &mut draws(15, shots)).unwrap().words);
        }
        assert_eq!(words, together.words);
        assert_ne!(one.sample_measure(&qubits, &mut draws(16, 0..500)).unwrap(), together, "another seed");
    }
}

/// What is drawn after a change comes from the changed state, though the sampler was ready before.
#[test]
fn samples_follow_the_state_when_it_changes() {
    let mut engine = Statevector::new(&blank(), 1, &config()).unwrap();
    let mut rng = ShotRng::new(0, 0);
    let gate = |gate| Operation::Gate(gate, Parameters::new());
    assert_eq!(engine.sample_measure(&[0], &mut draws(1, 0..20)).unwrap().words, [0; 20]);
    drawn(&mut engine, &gate(Gate::X), &[0], &mut rng).unwrap();
    assert_eq!(engine.sample_measure(&[0], &mut draws(1, 0..20)).unwrap().words, [1; 20]);
    drawn(&mut engine, &gate(Gate::H), &[0], &mut rng).unwrap();
    let drawn = engine.sample_measure(&[0], &mut draws(1, 0..20)).unwrap().words;
    assert!(drawn.contains(&0) && drawn.contains(&1));
    let outcome = bits_value(&measured(&mut engine, &[0], &mut rng)) as u64;
    assert_eq!(engine.sample_measure(&[0], &mut draws(1, 0..20)).unwrap().words, [outcome; 20]);
    engine.reset_to_zero();
    assert_eq!(engine.sample_measure(&[0], &mut draws(1, 0..20)).unwrap().words, [0; 20]);
}

/// Matrices and states are accepted with small errors, which add up: the norm need not be 1.
#[test]
fn measuring_does_not_need_a_norm_of_1() {
    let state = [Complex::new(0.5, 0.0), Complex::new(0.0, 0.5)];
    let mut engine = engine(&state);
    measured(&mut engine, &[0], &mut ShotRng::new(0, 0));
    assert_eq!(saved(&mut engine).iter().map(Complex::norm_sqr).sum::<f64>(), 1.0);
}

#[test]
fn sampling_no_shots_or_no_qubits_is_allowed() {
    let mut engine = Statevector::new(&blank(), 2, &config()).unwrap();
    assert!(engine.sample_measure(&[0, 1], &mut draws(0, 0..0)).unwrap().is_empty());
    assert_eq!(engine.sample_measure(&[], &mut draws(0, 0..3)).unwrap().words, [0; 3]);
    assert_eq!(bits_value(&measured(&mut engine, &[], &mut ShotRng::new(0, 0))), 0);
}

#[test]
fn too_many_qubits_are_a_typed_error() {
    for num_qubits in [58, 60, 63, 64, 1000] {
        let error = Statevector::new(&blank(), num_qubits, &config()).unwrap_err();
        assert_eq!(error.code, ErrorCode::InsufficientMemory);
        assert!(
            error
                .to_string()
                .contains(&Statevector::required_bytes(&blank(), num_qubits, &config()).to_string()),
            "{error}"
        );
        assert!(error.hint.is_some());
    }
    assert_eq!(Statevector::required_bytes(&blank(), 20, &config()), 16 << 20);
    assert_eq!(Statevector::required_bytes(&blank(), 59, &config()), 1 << 63);
    assert_eq!(Statevector::required_bytes(&blank(), 60, &config()), u64::MAX);
    assert_eq!(Statevector::required_bytes(&blank(), 1000, &config()), u64::MAX);
}

/// Seed 36. Work is counted where it is done: at once in a small register, nothing in a basis state, and when it
/// is no longer put off in a large one.
#[test]
fn work_counts_what_is_touched_at_once() {
    let gate = |gate| Operation::Gate(gate, Parameters::new());
    let dense = Operation::Unitary(Box::new(Matrix::identity(16)));
    let small = engine(&Random::new(36).state(8));
    assert_eq!(small.work(&gate(Gate::H), &[3]), 256);
    assert_eq!(small.work(&dense, &[0, 1, 2, 3]), 8 * 256);
    assert_eq!(small.work(&Operation::Barrier, &[0]), 0);
    let mut new = Statevector::new(&blank(), 12, &config()).unwrap();
    assert_eq!(new.work(&gate(Gate::H), &[3]), 0);
    assert_eq!(new.pending(), 0);
    let (all, state): (Vec<u32>, _) = ((0..12).collect(), Random::new(36).state(12));
    drawn(&mut new, &Operation::SetStatevector(boxed(&state)), &all, &mut ShotRng::new(0, 0)).unwrap();
    drawn(&mut new, &gate(Gate::H), &[3], &mut ShotRng::new(0, 0)).unwrap();
    let pending = new.pending();
    assert!(pending > 0);
    let mut work = 0;
    while new.pending() > 0 {
        work += new.advance(1).unwrap();
        assert!(new.pending() <= pending);
    }
    assert!(work >= 2 << 12, "{work}");
}

#[test]
fn an_engine_declines_what_is_not_its_to_apply() {
    let mut engine = Statevector::new(&blank(), 1, &config()).unwrap();
    let measure = Operation::Measure(Box::default());
    let error = engine.apply(&measure, &[0]).unwrap_err();
    assert_eq!(error.code, ErrorCode::Internal);
}
