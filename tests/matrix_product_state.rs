//! The matrix product state engine against the slow reference: gates, measurement, saves, truncation, errors.
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
use aer_wasm::circuit::operation::{Pauli, PauliTerm, SaveKind, SetState};
use aer_wasm::circuit::{Bits, Circuit, GATES, Gate, Operation, Parameters};
use aer_wasm::engine::matrix_product_state::MatrixProductState;
use aer_wasm::engine::{Engine, EngineConfig, SavedValue};
use aer_wasm::error::ErrorCode;
use aer_wasm::kernel::svd::svd;
use aer_wasm::linalg::{Complex, Matrix};
use aer_wasm::rng::{SampleDraws, ShotRng};
use serde_json::Value;

use reference::{apply, collapse, distance, probabilities, zero_state};

/// Nothing but rounding is discarded.
fn exact() -> EngineConfig {
    let mut config = EngineConfig { zero_threshold: 0.0, ..EngineConfig::default() };
    config.mps.truncation_threshold = 0.0;
    config
}

fn engine_with(num_qubits: u32, config: &EngineConfig) -> MatrixProductState {
    MatrixProductState::new(&Circuit::new(0, 0), num_qubits, config).unwrap()
}

/// Random inputs of tests.
struct Random(ShotRng);

impl Random {
    fn new(seed: u64) -> Self {
        Self(ShotRng::new(seed, 0))
    }

    fn real(&mut self) -> f64 {
        2.0 * self.0.uniform() - 1.0
    }

    fn below(&mut self, n: usize) -> usize {
        (self.0.uniform() * n as f64) as usize
    }

    fn state(&mut self, num_qubits: u32) -> Vec<Complex> {
        let state: Vec<Complex> =
            (0..1 << num_qubits).map(|_| Complex::new(self.real(), self.real())).collect();
        let norm = state.iter().map(Complex::norm_sqr).sum::<f64>().sqrt();
        state.iter().map(|x| x / norm).collect()
    }

    /// A unitary by Gram and Schmidt from random rows.
    fn unitary(&mut self, num_qubits: u32) -> Matrix {
        let mut rows: Vec<Vec<Complex>> = Vec::new();
        for _ in 0..1 << num_qubits {
            let mut row = self.state(num_qubits);
            for done in &rows {
                let overlap: Complex = done.iter().zip(&row).map(|(a, b)| a.conj() * b).sum();
                row.iter_mut().zip(done).for_each(|(x, a)| *x -= overlap * a);
            }
            let norm = row.iter().map(Complex::norm_sqr).sum::<f64>().sqrt();
            rows.push(row.iter().map(|x| x / norm).collect());
        }
        Matrix::new(rows.len(), rows.len(), rows.concat()).unwrap()
    }

    /// So many different qubits of `n`, in any order.
    fn qubits(&mut self, n: u32, count: usize) -> Vec<u32> {
        let mut all: Vec<u32> = (0..n).collect();
        for place in 0..count {
            let other = place + self.below(all.len() - place);
            all.swap(place, other);
        }
        all.truncate(count);
        all
    }
}

/// A gate, and its matrix on all its qubits.
fn random_gate(random: &mut Random, n: u32) -> (Operation, Matrix, Vec<u32>) {
    loop {
        let spec = &GATES[random.below(GATES.len())];
        let Some(count) = spec.num_qubits().filter(|count| *count <= n as usize) else { continue };
        let parameters: Parameters = spec.parameters.iter().map(|_| PI * random.real()).collect();
        let matrix = spec.gate.full_matrix(&parameters, count);
        return (Operation::Gate(spec.gate, parameters), matrix, random.qubits(n, count));
    }
}

/// Applies random gates to the engine and to a state.
fn scramble(engine: &mut MatrixProductState, state: &mut Vec<Complex>, gates: usize, random: &mut Random) {
    for _ in 0..gates {
        let (operation, matrix, qubits) = random_gate(random, state.len().ilog2());
        engine.apply(&operation, &qubits).unwrap();
        *state = apply(state, &matrix, &qubits);
    }
}

fn scrambled(n: u32, gates: usize, random: &mut Random) -> (MatrixProductState, Vec<Complex>) {
    let (mut engine, mut state) = (engine_with(n, &exact()), zero_state(n));
    scramble(&mut engine, &mut state, gates, random);
    (engine, state)
}

fn complex(flat: &[f64]) -> Vec<Complex> {
    flat.chunks_exact(2).map(|pair| Complex::new(pair[0], pair[1])).collect()
}

fn saved(engine: &mut MatrixProductState) -> Vec<Complex> {
    match engine.save(&SaveKind::Statevector, &[]).unwrap() {
        SavedValue::ComplexVector(flat) => complex(&flat),
        other => panic!("{other:?}"),
    }
}

fn bits_of(value: usize) -> Bits {
    Bits::from_u64(value as u64)
}

/// Seed 1. Every gate of the table, those with any number of controls too, on qubits in any order of a state that is
/// entangled and whose chain is out of order.
#[test]
fn every_gate_agrees_with_the_reference() {
    let mut random = Random::new(1);
    for spec in GATES {
        let count = spec.num_qubits().unwrap_or(spec.targets + 3);
        for _ in 0..4 {
            let (mut engine, state) = scrambled(6, 12, &mut random);
            let parameters: Parameters = spec.parameters.iter().map(|_| PI * random.real()).collect();
            let qubits = random.qubits(6, count);
            let expected = apply(&state, &spec.gate.full_matrix(&parameters, count), &qubits);
            engine.apply(&Operation::Gate(spec.gate, parameters), &qubits).unwrap();
            let error = distance(&saved(&mut engine), &expected);
            assert!(error < 1e-12, "{} on {qubits:?}: off by {error}", spec.gate.name());
        }
    }
    assert!(GATES.iter().any(|spec| spec.controls == Controls::Any));
}

/// Seed 2. Long random circuits of one to eight qubits, at either direction of swaps; all amplitudes, with the phase.
#[test]
fn random_circuits_agree_with_the_reference() {
    let mut random = Random::new(2);
    for n in 1..=8 {
        for swap_right in [false, true] {
            let mut config = exact();
            config.mps.swap_right = swap_right;
            let (mut engine, mut state) = (engine_with(n, &config), zero_state(n));
            scramble(&mut engine, &mut state, 40, &mut random);
            engine.apply_global_phase(0.7);
            let expected: Vec<Complex> = state.iter().map(|x| x * Complex::cis(0.7)).collect();
            assert!(distance(&saved(&mut engine), &expected) < 1e-11, "{n} qubits");
            engine.reset_to_zero();
            assert_eq!(saved(&mut engine), zero_state(n));
        }
    }
}

/// Seed 3: unitaries, diagonals, multiplexers, Pauli strings and preparations.
#[test]
fn matrices_agree_with_the_reference() {
    let mut random = Random::new(3);
    for round in 0..60 {
        let (mut engine, state) = scrambled(6, 15, &mut random);
        let count = 1 + round % 4;
        let qubits = random.qubits(6, count);
        let (operation, matrix) = match round / 4 % 4 {
            0 => {
                let matrix = random.unitary(count as u32);
                (Operation::Unitary(Box::new(matrix.clone())), matrix)
            }
            1 => {
                let entries: Vec<Complex> =
                    (0..1 << count).map(|_| Complex::cis(PI * random.real())).collect();
                let matrix = Matrix::diagonal(&entries);
                (Operation::Diagonal(entries.into()), matrix)
            }
            2 => {
                // One target; matrix k where the controls have value k.
                let matrices: Vec<Matrix> = (0..1 << (count - 1)).map(|_| random.unitary(1)).collect();
                let mut whole = Matrix::zeros(1 << count, 1 << count);
                for (value, matrix) in matrices.iter().enumerate() {
                    for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                        whole.set(2 * value + row, 2 * value + column, matrix.at(row, column));
                    }
                }
                (Operation::Multiplexer(matrices.into()), whole)
            }
            _ => {
                let letters: Vec<Pauli> =
                    (0..count).map(|_| [Pauli::I, Pauli::X, Pauli::Y, Pauli::Z][random.below(4)]).collect();
                let matrix = aer_wasm::circuit::channel::pauli(&letters);
                (Operation::Pauli(letters.into()), matrix)
            }
        };
        engine.apply(&operation, &qubits).unwrap();
        let error = distance(&saved(&mut engine), &apply(&state, &matrix, &qubits));
        assert!(error < 1e-12, "{} on {qubits:?}: off by {error}", operation.name());
    }
}

/// Seed 4: what is projected, reset and prepared among entangled qubits; the state goes on rightly afterwards.
#[test]
fn projections_and_preparations_agree_with_the_reference() {
    let mut random = Random::new(4);
    for round in 0..60 {
        let (mut engine, mut state) = scrambled(6, 20, &mut random);
        let count = 1 + round % 5;
        let qubits = random.qubits(6, count);
        let chances = probabilities(&state, &qubits);
        let outcome = (0..chances.len()).max_by(|a, b| chances[*a].total_cmp(&chances[*b])).unwrap();
        engine.project(&qubits, &bits_of(outcome)).unwrap();
        state = collapse(&state, &qubits, outcome);
        assert!(distance(&saved(&mut engine), &state) < 1e-11, "{qubits:?}");
        // In the basis state |outcome>, so this takes it to the prepared one.
        let prepared = random.state(count as u32);
        engine.apply(&Operation::Initialize(prepared.clone().into()), &qubits).unwrap();
        let mut matrix = Matrix::zeros(1 << count, 1 << count);
        (0..1 << count).for_each(|row| matrix.set(row, outcome, prepared[row]));
        state = apply(&state, &matrix, &qubits);
        assert!(distance(&saved(&mut engine), &state) < 1e-11, "{qubits:?}");
        scramble(&mut engine, &mut state, 20, &mut random);
        assert!(distance(&saved(&mut engine), &state) < 1e-11, "{qubits:?}");
        let one = random.qubits(6, 1);
        let zero_or_one = usize::from(probabilities(&state, &one)[1] > 0.5);
        engine.project(&one, &bits_of(zero_or_one)).unwrap();
        engine.apply(&Operation::Reset, &one).unwrap();
        let mut reset = Matrix::zeros(2, 2);
        reset.set(0, zero_or_one, Complex::ONE);
        state = apply(&collapse(&state, &one, zero_or_one), &reset, &one);
        assert!(distance(&saved(&mut engine), &state) < 1e-11, "{one:?}");
    }
}

/// Seed 5: amplitude damping and a random operator on two qubits.
#[test]
fn kraus_operators_agree_with_the_reference() {
    let mut random = Random::new(5);
    for round in 0..40 {
        let (mut engine, state) = scrambled(6, 20, &mut random);
        let count = 1 + round % 2;
        let qubits = random.qubits(6, count);
        let unitary = random.unitary(count as u32);
        // Two operators whose squares sum to the identity.
        let weights: Vec<f64> = (0..1 << count).map(|_| random.real().abs()).collect();
        let part = |of: &dyn Fn(f64) -> f64| {
            let diagonal: Vec<Complex> = weights.iter().map(|w| Complex::from(of(*w).sqrt())).collect();
            Matrix::diagonal(&diagonal).product(&unitary).unwrap()
        };
        let operators = [part(&|w| w), part(&|w| 1.0 - w)];
        let found = engine.kraus_probabilities(&operators, &qubits).unwrap();
        for (operator, probability) in operators.iter().zip(found) {
            let mut after = apply(&state, operator, &qubits);
            let expected: f64 = after.iter().map(Complex::norm_sqr).sum();
            assert!((probability - expected).abs() < 1e-12, "{probability} for {expected}");
            for x in &mut after {
                *x /= expected.sqrt();
            }
            let mut scaled = Matrix::zeros(operator.rows(), operator.columns());
            scaled.add_scaled(operator, 1.0 / expected.sqrt());
            let mut engine = engine.try_clone().unwrap();
            engine.apply_kraus_operator(&scaled, &qubits).unwrap();
            assert!(distance(&saved(&mut engine), &after) < 1e-11, "{qubits:?}");
            scramble(&mut engine, &mut after, 10, &mut random);
            assert!(distance(&saved(&mut engine), &after) < 1e-11, "{qubits:?}");
        }
    }
}

/// Seed 6. Every save of subsets in any order, after gates on distant qubits.
#[test]
fn saves_agree_with_the_reference() {
    let mut random = Random::new(6);
    for round in 0..40 {
        let (mut engine, state) = scrambled(6, 25, &mut random);
        let indices: Vec<u64> = vec![0, 63, 17, 64, 5, u64::MAX];
        let at = |index: &u64| state.get(*index as usize).copied().unwrap_or_default();
        let SavedValue::ComplexVector(flat) =
            engine.save(&SaveKind::Amplitudes(indices.clone().into()), &[]).unwrap()
        else {
            panic!("amplitudes")
        };
        assert!(distance(&complex(&flat), &indices.iter().map(at).collect::<Vec<_>>()) < 1e-12);
        let SavedValue::RealVector(squares) =
            engine.save(&SaveKind::AmplitudesSquared(indices.clone().into()), &[]).unwrap()
        else {
            panic!("squares")
        };
        assert!(squares.iter().zip(&indices).all(|(x, i)| (x - at(i).norm_sqr()).abs() < 1e-12));

        let qubits = random.qubits(6, 1 + round % 6);
        let SavedValue::RealVector(found) = engine.save(&SaveKind::Probabilities, &qubits).unwrap() else {
            panic!("probabilities")
        };
        let expected = probabilities(&state, &qubits);
        assert_eq!(found.len(), expected.len());
        assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12), "{qubits:?}");

        let few = &qubits[..qubits.len().min(3)];
        let SavedValue::ComplexMatrix { columns, entries } =
            engine.save(&SaveKind::DensityMatrix, few).unwrap()
        else {
            panic!("density matrix")
        };
        assert_eq!(columns, 1 << few.len());
        for (place, found) in complex(&entries).iter().enumerate() {
            let mut unit = Matrix::zeros(columns, columns);
            // ρ[row][column] is the mean of |column><row|.
            unit.set(place % columns, place / columns, Complex::ONE);
            let moved = apply(&state, &unit, few);
            let expected: Complex = state.iter().zip(&moved).map(|(a, b)| a.conj() * b).sum();
            assert!((found - expected).norm() < 1e-12, "{few:?}");
        }

        let letters: Vec<Pauli> =
            qubits.iter().map(|_| [Pauli::I, Pauli::X, Pauli::Y, Pauli::Z][random.below(4)]).collect();
        let term = PauliTerm { letters: letters.clone().into(), coefficient: 0.7, squared: 0.3 };
        let moved = apply(&state, &aer_wasm::circuit::channel::pauli(&letters), &qubits);
        let mean: f64 = state.iter().zip(&moved).map(|(a, b)| (a.conj() * b).re).sum();
        let kind = SaveKind::ExpectationValueVariance(vec![term].into());
        let SavedValue::RealVector(found) = engine.save(&kind, &qubits).unwrap() else { panic!("variance") };
        assert!((found[0] - 0.7 * mean).abs() < 1e-12, "{letters:?} on {qubits:?}");
        assert!((found[1] - (0.3 * mean - 0.49 * mean * mean)).abs() < 1e-12);
        // Saving changes nothing.
        assert!(distance(&saved(&mut engine), &state) < 1e-12);
    }
}

/// Seed 7. What is saved is the state in the order of the qubits, and can be set again; so can a state that is in no
/// canonical form.
#[test]
fn tensors_are_read_as_they_are_written() {
    let mut random = Random::new(7);
    for n in 1..=6 {
        let (mut engine, state) = scrambled(n, 20, &mut random);
        let SavedValue::Json(mut tensors) = engine.save(&SaveKind::MatrixProductState, &[]).unwrap() else {
            panic!("tensors")
        };
        assert_eq!(tensors[0].as_array().unwrap().len(), n as usize);
        for lambdas in tensors[1].as_array().unwrap() {
            let squares: f64 = lambdas.as_array().unwrap().iter().map(|x| x.as_f64().unwrap().powi(2)).sum();
            assert!((squares - 1.0).abs() < 1e-12);
        }
        let set = |tensors| Operation::SetState(Box::new(SetState::MatrixProductState(tensors)));
        let mut other = engine_with(n, &exact());
        other.apply(&set(tensors.clone()), &[]).unwrap();
        assert!(distance(&saved(&mut other), &state) < 1e-10);
        if n > 1 {
            // Lambdas swallowed by the tensors before: the same state, written in another way.
            let ones = |old: &Value| old.as_array().unwrap().iter().map(|_| 1.0).collect::<Value>();
            for site in 0..n as usize - 1 {
                let old = tensors[1][site].take();
                tensors[1][site] = ones(&old);
                let rows = tensors[0][site].as_array_mut().unwrap().iter_mut();
                for row in rows.flat_map(|matrix| matrix.as_array_mut().unwrap()) {
                    for (entry, lambda) in row.as_array_mut().unwrap().iter_mut().zip(old.as_array().unwrap())
                    {
                        for part in entry.as_array_mut().unwrap() {
                            *part = (part.as_f64().unwrap() * lambda.as_f64().unwrap()).into();
                        }
                    }
                }
            }
            other.apply(&set(tensors.clone()), &[]).unwrap();
            assert!(distance(&saved(&mut other), &state) < 1e-10);
            let (operation, matrix, qubits) = random_gate(&mut random, n);
            other.apply(&operation, &qubits).unwrap();
            assert!(distance(&saved(&mut other), &apply(&state, &matrix, &qubits)) < 1e-10);
        }
        for bad in ["[]", "[[], []]", "[[1], []]", "[[[[[1]], [[\"x\"]]]], []]", "[[[[[2]], [[0]]]], []]"] {
            if bad.contains('2') && n > 1 {
                continue;
            }
            let error = other.apply(&set(serde_json::from_str(bad).unwrap()), &[]).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidState, "{bad}");
        }
    }
}

/// Seed 8. 20,000 shots of all qubits, of some out of order, and of one, by both algorithms: chi-square of at most 32
/// outcomes beyond 31 + 6 · √62 has a chance below 1e-7 each.
#[test]
fn outcomes_have_their_probabilities() {
    let mut random = Random::new(8);
    for listed in [false, true] {
        let mut config = exact();
        config.mps.sample_by_probabilities = listed;
        for qubits in [vec![0, 1, 2, 3, 4], vec![4, 1, 3], vec![3, 2], vec![2]] {
            let (mut engine, mut state) = (engine_with(5, &config), zero_state(5));
            scramble(&mut engine, &mut state, 25, &mut random);
            let shots = 20_000;
            let outcomes =
                engine.sample_measure(&qubits, &mut SampleDraws { seed: 9, shots: 0..shots }).unwrap();
            let mut counts = vec![0u64; 1 << qubits.len()];
            outcomes.iter().for_each(|bits| counts[bits.low_u64() as usize] += 1);
            let mut square = 0.0;
            for (count, p) in counts.iter().zip(probabilities(&state, &qubits)) {
                let expected = p * shots as f64;
                if expected < 1e-6 {
                    assert_eq!(*count, 0, "{qubits:?}");
                } else {
                    square += (*count as f64 - expected).powi(2) / expected.max(1.0);
                }
            }
            let freedom = counts.len() as f64 - 1.0;
            assert!(square < freedom + 6.0 * (2.0 * freedom).sqrt() + 12.0, "{qubits:?}: {square}");
            // However shots are divided.
            let rest = engine.sample_measure(&qubits, &mut SampleDraws { seed: 9, shots: 777..800 }).unwrap();
            assert!(rest.iter().eq(outcomes.iter().skip(777).take(23)), "{qubits:?}");
        }
    }
}

/// The state of 200 qubits: what no other method holds.
#[test]
fn wide_states_are_sampled_and_projected() {
    let mut engine = engine_with(200, &EngineConfig::default());
    let gate = |gate, qubits: &[u32]| (Operation::Gate(gate, Parameters::new()), qubits.to_vec());
    let chain = (1..200).map(|qubit| gate(Gate::Cx, &[qubit - 1, qubit]));
    for (operation, qubits) in std::iter::once(gate(Gate::H, &[0])).chain(chain) {
        engine.apply(&operation, &qubits).unwrap();
    }
    assert!(engine.bytes() < 200 * 32 * 8);
    let all: Vec<u32> = (0..200).collect();
    let outcomes = engine.sample_measure(&all, &mut SampleDraws { seed: 3, shots: 0..1000 }).unwrap();
    let ones = outcomes.iter().filter(|bits| bits.get(0)).count();
    assert!(outcomes.iter().all(|bits| (0..200).all(|bit| bits.get(bit) == bits.get(0))));
    // Fails by chance once in 1e9: six deviations of 15.8.
    assert!(ones.abs_diff(500) < 97, "{ones}");
    engine.project(&[77], &bits_of(1)).unwrap();
    let outcomes = engine.sample_measure(&all, &mut SampleDraws { seed: 3, shots: 0..10 }).unwrap();
    assert!(outcomes.iter().all(|bits| (0..200).all(|bit| bits.get(bit))));
    assert!(engine.bytes() <= 200 * 40, "a product again");
}

/// The squared Schmidt coefficients beyond the first `most`, of the cut above each qubit but the last.
fn beyond(state: &[Complex], most: usize) -> Vec<f64> {
    let cuts = 1..state.len().ilog2();
    let tail = |bits: u32| svd(state, 1usize << bits).unwrap().values.iter().skip(most).map(|x| x * x).sum();
    cuts.map(tail).collect()
}

/// Seed 10. No state of these bond dimensions is closer than the largest tail of a cut (Eckart and Young), and
/// decompositions one after the other lose at most the sum of the tails (Oseledets 2011, theorem 2.2).
#[test]
fn truncation_loses_what_it_discards() {
    let mut random = Random::new(10);
    for most in 1..=8usize {
        let state = random.state(6);
        let mut config = exact();
        config.mps.max_bond_dimension = Some(most as u64);
        let mut engine = engine_with(6, &config);
        engine.apply(&Operation::SetStatevector(state.clone().into()), &[]).unwrap();
        let found = saved(&mut engine);
        let overlap: Complex = state.iter().zip(&found).map(|(a, b)| a.conj() * b).sum();
        let norm: f64 = found.iter().map(Complex::norm_sqr).sum();
        assert!((norm - 1.0).abs() < 1e-12);
        let (lost, tails) = (1.0 - overlap.norm_sqr(), beyond(&state, most));
        let largest = tails.iter().copied().fold(0.0, f64::max);
        let sum: f64 = tails.iter().sum();
        assert!(largest - 1e-12 < lost && lost < sum + 1e-12, "{most}: {lost}, of {tails:?}");
        assert_eq!(most < 8, largest > 1e-6);
        let SavedValue::Json(tensors) = engine.save(&SaveKind::MatrixProductState, &[]).unwrap() else {
            panic!("tensors")
        };
        let bonds = tensors[1].as_array().unwrap();
        assert!(bonds.iter().all(|bond| bond.as_array().unwrap().len() <= most));
    }
    // Two qubits with known coefficients: cos and sin of an angle.
    for (threshold, kept) in [(1e-3, 1), (1e-5, 2)] {
        let mut config = exact();
        config.mps.truncation_threshold = threshold;
        let mut engine = engine_with(2, &config);
        let angle: f64 = 0.02;
        let state = [angle.cos(), 0.0, 0.0, angle.sin()].map(Complex::from);
        engine.apply(&Operation::SetStatevector(state.into()), &[]).unwrap();
        let found = saved(&mut engine);
        assert_eq!(found.iter().filter(|x| x.norm() > 1e-12).count(), kept);
        let norm: f64 = found.iter().map(Complex::norm_sqr).sum();
        assert!((norm - 1.0).abs() < 1e-12);
    }
}

/// Seed 11. The same circuit with the default threshold is right to the root of it.
#[test]
fn the_default_threshold_is_not_seen() {
    let mut random = Random::new(11);
    for _ in 0..10 {
        let (mut engine, mut state) = (engine_with(7, &EngineConfig::default()), zero_state(7));
        scramble(&mut engine, &mut state, 40, &mut random);
        assert!(distance(&saved(&mut engine), &state) < 1e-6);
    }
}

#[test]
fn memory_is_answered_before_it_is_taken() {
    let mut random = Random::new(12);
    let config = EngineConfig { memory_limit_bytes: Some(100_000), ..exact() };
    let mut engine = engine_with(40, &config);
    let error = (0..400).find_map(|step| {
        let matrix = random.unitary(2);
        let qubit = step % 39;
        engine.apply(&Operation::Unitary(Box::new(matrix)), &[qubit, qubit + 1]).err()
    });
    let error = error.unwrap();
    assert_eq!(error.code, ErrorCode::InsufficientMemory);
    assert!(error.hint.as_deref().unwrap().contains("matrix_product_state_max_bond_dimension"));
    assert!(engine.bytes() <= 100_000);
    // With a bond limit it fits.
    let mut config = config;
    config.mps.max_bond_dimension = Some(4);
    let mut engine = engine_with(40, &config);
    for step in 0..400 {
        let qubit = step % 39;
        engine.apply(&Operation::Unitary(Box::new(random.unitary(2))), &[qubit, qubit + 1]).unwrap();
    }
    assert!(engine.save(&SaveKind::Statevector, &[]).is_err());
}

/// The text is native Aer's for this circuit (0.18).
#[test]
fn the_log_tells_bonds() {
    let mut config = EngineConfig::default();
    config.mps.log_data = true;
    let mut engine = engine_with(5, &config);
    for (gate, qubits) in
        [(Gate::H, vec![0]), (Gate::Cx, vec![0, 1]), (Gate::Cx, vec![1, 2]), (Gate::Cx, vec![0, 4])]
    {
        engine.apply(&Operation::Gate(gate, Parameters::new()), &qubits).unwrap();
    }
    let metadata = engine.metadata();
    assert_eq!(
        metadata["MPS_log_data"],
        "{I0:cx on qubits 0,1, BD=[2 1 1 1],  I1:cx on qubits 1,2, BD=[2 2 1 1],  \
         internal_swap on qubits 4,3, BD=[2 2 1 1],  internal_swap on qubits 3,2, BD=[2 2 2 1],  \
         internal_swap on qubits 2,1, BD=[2 2 2 1],  I2:cx on qubits 0,4, BD=[2 2 2 1],  }"
    );
    assert_eq!(metadata["matrix_product_state_truncation_threshold"], 1e-16);
}
