//! The stabilizer engine against matrices: gates, measurements, saves, and what it refuses.
//!
//! Random inputs come from `ChaCha8` with the seeds in the text.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "helpers of tests may fail like tests"
)]

mod reference;

use std::f64::consts::{FRAC_PI_2, PI};

use aer_wasm::circuit::gate::Controls;
use aer_wasm::circuit::operation::{Pauli, PauliTerm, Save, SaveKind, SaveSubtype, SetState};
use aer_wasm::circuit::{Bits, Circuit, GATES, Gate, Instruction, Operation, channel};
use aer_wasm::engine::stabilizer::Stabilizer;
use aer_wasm::engine::{Engine, EngineConfig, SavedValue};
use aer_wasm::error::ErrorCode;
use aer_wasm::linalg::{Complex, Matrix};
use aer_wasm::rng::{SampleDraws, ShotRng};
use reference::{apply, arrangements, collapse, embed, probabilities, zero_state};
use serde_json::{Value, json};

fn engine(num_qubits: u32) -> Stabilizer {
    Stabilizer::new(&Circuit::new(num_qubits, 0), num_qubits, &EngineConfig::default()).unwrap()
}

fn draws(seed: u64, shots: std::ops::Range<u64>) -> SampleDraws {
    SampleDraws { seed, shots }
}

struct Random(ShotRng);

impl Random {
    fn new(seed: u64) -> Self {
        Self(ShotRng::new(seed, 0))
    }

    fn below(&mut self, n: usize) -> usize {
        (self.0.uniform() * n as f64) as usize
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// Different qubits of `n`.
    fn qubits(&mut self, n: u32, count: usize) -> Vec<u32> {
        self.pick(&arrangements(n, count)).clone()
    }

    /// A gate of the table on at most `n` qubits that its matrix says is Clifford, at random angles.
    fn clifford(&mut self, n: u32) -> (Operation, Vec<u32>) {
        loop {
            let spec = self.pick(GATES);
            let count = match spec.controls {
                Controls::Exactly(controls) => controls + spec.targets,
                Controls::Any => spec.targets + self.below(2),
            };
            if count > n as usize {
                continue;
            }
            let angles = spec.parameters.iter().map(|_| FRAC_PI_2 * self.below(8) as f64).collect();
            let operation = Operation::Gate(spec.gate, angles);
            if is_clifford(&channel::unitary(&operation, count).unwrap()) {
                return (operation, self.qubits(n, count));
            }
        }
    }

    /// A circuit of such gates, applied to an engine; and its unitary.
    fn circuit(&mut self, engine: &mut Stabilizer, n: u32, length: usize) -> Matrix {
        let mut unitary = Matrix::identity(1 << n);
        for _ in 0..length {
            let (operation, qubits) = self.clifford(n);
            engine.apply(&operation, &qubits).unwrap();
            let matrix = channel::unitary(&operation, qubits.len()).unwrap();
            unitary = embed(&matrix, &qubits, n).product(&unitary).unwrap();
        }
        unitary
    }
}

/// Every Pauli string of some qubits, leftmost letter for the last one.
fn strings(num_qubits: usize) -> Vec<Vec<Pauli>> {
    (0..num_qubits).fold(vec![vec![]], |strings, _| {
        let longer = |string: Vec<Pauli>| {
            [Pauli::I, Pauli::X, Pauli::Y, Pauli::Z].map(|letter| [string.clone(), vec![letter]].concat())
        };
        strings.into_iter().flat_map(longer).collect()
    })
}

fn scaled(matrix: &Matrix, factor: f64) -> Matrix {
    let mut scaled = Matrix::zeros(matrix.rows(), matrix.columns());
    scaled.add_scaled(matrix, factor);
    scaled
}

/// By the definition: every Pauli string becomes one, up to its sign.
fn is_clifford(unitary: &Matrix) -> bool {
    let all: Vec<Matrix> =
        strings(unitary.rows().ilog2() as usize).iter().map(|letters| channel::pauli(letters)).collect();
    all.iter().all(|pauli| {
        let image = unitary.product(pauli).unwrap().product(&unitary.adjoint()).unwrap();
        all.iter().any(|other| [1.0, -1.0].iter().any(|sign| image.distance(&scaled(other, *sign)) < 1e-9))
    })
}

/// A label as a matrix.
fn matrix_of(label: &str) -> Matrix {
    let (sign, letters) = label.split_at(1);
    scaled(&channel::pauli(&Pauli::from_letters(letters).unwrap()), if sign == "-" { -1.0 } else { 1.0 })
}

fn save(engine: &mut Stabilizer, kind: &SaveKind, qubits: &[u32]) -> Value {
    aer_wasm::run::result::saved_value_json(&engine.save(kind, qubits).unwrap())
}

fn labels(tableau: &Value, key: &str) -> Vec<String> {
    tableau[key].as_array().unwrap().iter().map(|label| label.as_str().unwrap().to_owned()).collect()
}

/// Checks that a tableau is that of a unitary: `U X_i U†` and `U Z_i U†`.
fn check_tableau(tableau: &Value, unitary: &Matrix, n: u32, what: &str) {
    for (key, gate) in [("destabilizer", Gate::X), ("stabilizer", Gate::Z)] {
        for (qubit, label) in labels(tableau, key).iter().enumerate() {
            let pauli = embed(&gate.target_matrix(&[]), &[qubit as u32], n);
            let image = unitary.product(&pauli).unwrap().product(&unitary.adjoint()).unwrap();
            assert!(image.distance(&matrix_of(label)) < 1e-9, "{what}: {key} {qubit} is {label}");
        }
    }
}

fn step(operation: Operation, qubits: &[u32]) -> Instruction {
    Instruction::new(operation, qubits.iter().copied())
}

#[test]
fn gates_are_supported_if_their_matrices_are_clifford_and_do_what_these_say() {
    let n = 3;
    let mut random = Random::new(1);
    let mut supported = 0;
    for spec in GATES.iter().filter(|spec| spec.num_qubits().is_none_or(|count| count <= 3)) {
        let counts = match spec.num_qubits() {
            Some(count) => vec![count],
            None => (spec.targets..=3).collect(),
        };
        for count in counts {
            // Every multiple of a quarter turn for one angle, random ones for more, and what is none.
            let angle = |random: &mut Random, round: usize| {
                if spec.parameters.len() == 1 {
                    FRAC_PI_2 * (round as f64 - 4.0)
                } else {
                    FRAC_PI_2 * random.below(8) as f64
                }
            };
            let rounds = if spec.parameters.is_empty() { 1 } else { 9 };
            for round in 0..=rounds {
                let off = if round == rounds { 0.3 } else { 0.0 };
                let angles = spec.parameters.iter().map(|_| angle(&mut random, round) + off).collect();
                let operation = Operation::Gate(spec.gate, angles);
                let matrix = channel::unitary(&operation, count).unwrap();
                let clifford = is_clifford(&matrix);
                let qubits = random.qubits(n, count);
                let what = format!("{operation:?} on {qubits:?}");
                assert_eq!(Stabilizer::supports(&step(operation.clone(), &qubits)), clifford, "{what}");
                if !clifford {
                    continue;
                }
                supported += 1;
                let unitary_matrix = Operation::Unitary(Box::new(matrix.clone()));
                for operation in [operation, unitary_matrix] {
                    let mut engine = engine(n);
                    let before = random.circuit(&mut engine, n, 12);
                    engine.apply(&operation, &qubits).unwrap();
                    let unitary = embed(&matrix, &qubits, n).product(&before).unwrap();
                    let tableau = save(&mut engine, &SaveKind::Clifford, &[0, 1, 2]);
                    check_tableau(&tableau, &unitary, n, &what);
                }
            }
        }
    }
    assert!(supported > 200, "{supported}");
}

#[test]
fn pauli_strings_act_as_their_matrices() {
    let n = 4;
    let mut random = Random::new(2);
    for letters in strings(3) {
        let mut engine = engine(n);
        let before = random.circuit(&mut engine, n, 15);
        let qubits = random.qubits(n, 3);
        engine.apply(&Operation::Pauli(letters.clone().into()), &qubits).unwrap();
        let unitary = embed(&channel::pauli(&letters), &qubits, n).product(&before).unwrap();
        let tableau = save(&mut engine, &SaveKind::State, &[0, 1, 2, 3]);
        check_tableau(&tableau, &unitary, n, &format!("{letters:?}"));
    }
}

#[test]
fn what_is_not_clifford_is_refused() {
    let gate = |gate, angles: &[f64]| Operation::Gate(gate, angles.into());
    let kraus = Operation::Kraus(vec![Matrix::identity(2)].into());
    let superop = Operation::Superoperator(Box::new(Matrix::identity(4)));
    let hadamard = Gate::H.target_matrix(&[]);
    let save =
        |kind| Operation::Save(Box::new(Save { kind, label: "s".into(), subtype: SaveSubtype::Single }));
    for (operation, qubits, expected) in [
        (gate(Gate::T, &[]), vec![0], false),
        (gate(Gate::Rz, &[0.3]), vec![0], false),
        (gate(Gate::Rz, &[PI / 4.0]), vec![0], false),
        (gate(Gate::Rz, &[FRAC_PI_2]), vec![0], true),
        (gate(Gate::U, &[FRAC_PI_2, 0.0, PI]), vec![0], true),
        (gate(Gate::Rxx, &[FRAC_PI_2]), vec![0, 1], true),
        (gate(Gate::Ch, &[]), vec![0, 1], false),
        (gate(Gate::Cs, &[]), vec![0, 1], false),
        (gate(Gate::Cp, &[PI]), vec![0, 1], true),
        (gate(Gate::Ccx, &[]), vec![0, 1, 2], false),
        (gate(Gate::Mcx, &[]), vec![0], true),
        (gate(Gate::Mcx, &[]), vec![0, 1], true),
        (gate(Gate::Mcx, &[]), (0..30).collect(), false),
        (Operation::Unitary(Box::new(hadamard.kron(&hadamard).kron(&hadamard))), vec![0, 1, 2], true),
        (Operation::Diagonal([Complex::ONE, Complex::I].into()), vec![0], true),
        (Operation::Diagonal([Complex::ONE, Complex::cis(0.1)].into()), vec![0], false),
        (Operation::Multiplexer([Matrix::identity(2), Gate::X.target_matrix(&[])].into()), vec![0, 1], true),
        (Operation::Multiplexer([Matrix::identity(2), hadamard.clone()].into()), vec![0, 1], false),
        (kraus, vec![0], false),
        (superop, vec![0], false),
        (Operation::Initialize([Complex::ONE, Complex::ZERO].into()), vec![0], false),
        (save(SaveKind::Statevector), vec![0], false),
        (save(SaveKind::DensityMatrix), vec![0], false),
        (save(SaveKind::Stabilizer), vec![0], true),
    ] {
        assert_eq!(Stabilizer::supports(&step(operation.clone(), &qubits)), expected, "{operation:?}");
    }
    let refused = engine(1).apply(&gate(Gate::Rz, &[0.3]), &[0]).unwrap_err();
    assert_eq!(refused.code, ErrorCode::UnsupportedInstruction);
}

fn state_of(unitary: &Matrix, n: u32) -> Vec<Complex> {
    apply(&zero_state(n), unitary, &(0..n).collect::<Vec<_>>())
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

fn saved_probabilities(engine: &mut Stabilizer, qubits: &[u32]) -> Vec<f64> {
    match engine.save(&SaveKind::Probabilities, qubits).unwrap() {
        SavedValue::RealVector(values) => values,
        other => panic!("{other:?}"),
    }
}

/// Measures, resets and gates in any order: after each, probabilities, expectation values and generators are those of
/// the state.
#[test]
fn measured_states_are_those_of_the_reference() {
    let n = 4;
    let all = [0, 1, 2, 3];
    let mut random = Random::new(3);
    for round in 0..60 {
        let mut engine = engine(n);
        let mut state = zero_state(n);
        for _ in 0..6 {
            let unitary = random.circuit(&mut engine, n, 6);
            state = state_of_from(&state, &unitary, n);
            let count = 1 + random.below(4);
            let qubits = random.qubits(n, count);
            let expected = probabilities(&state, &qubits);
            let found = saved_probabilities(&mut engine, &qubits);
            assert!(distance(&found, &expected) < 1e-9, "{found:?} {expected:?}");
            let shot = (round * 7) as u64;
            let outcome = engine.sample_measure(&qubits, &mut draws(round as u64, shot..shot + 1)).unwrap();
            let outcome = outcome.iter().next().unwrap();
            assert!(expected[outcome.low_u64() as usize] > 1e-9);
            engine.project(&qubits, &outcome).unwrap();
            state = collapse(&state, &qubits, outcome.low_u64() as usize);
            if random.below(2) == 0 {
                engine.apply(&Operation::Reset, &qubits).unwrap();
                for (_, qubit) in qubits.iter().enumerate().filter(|(j, _)| outcome.get(*j as u32)) {
                    state = apply(&state, &Gate::X.target_matrix(&[]), &[*qubit]);
                }
            }
            let saved = saved_probabilities(&mut engine, &all);
            assert!(distance(&saved, &probabilities(&state, &all)) < 1e-9);
            let tableau = save(&mut engine, &SaveKind::Stabilizer, &all);
            for label in labels(&tableau, "stabilizer") {
                let moved = apply(&state, &matrix_of(&label), &all);
                assert!(reference::distance(&moved, &state) < 1e-9, "{label}");
            }
            check_pairs(&tableau);
            let indices: Box<[u64]> = [5, 0, 15, 16, 9].into();
            let squares = save(&mut engine, &SaveKind::AmplitudesSquared(indices.clone()), &all);
            for (index, square) in indices.iter().zip(squares.as_array().unwrap()) {
                let expected = state.get(*index as usize).map_or(0.0, Complex::norm_sqr);
                assert!((square.as_f64().unwrap() - expected).abs() < 1e-9);
            }
            let letters = random.pick(&strings(3)).clone();
            let qubits = random.qubits(n, 3);
            let moved = apply(&state, &channel::pauli(&letters), &qubits);
            let expected: Complex = state.iter().zip(&moved).map(|(a, b)| a.conj() * b).sum();
            let term = PauliTerm { letters: letters.into(), coefficient: 2.0, squared: 3.0 };
            let mean = save(&mut engine, &SaveKind::ExpectationValue([term.clone()].into()), &qubits);
            assert!((mean.as_f64().unwrap() - 2.0 * expected.re).abs() < 1e-9);
            let both = save(&mut engine, &SaveKind::ExpectationValueVariance([term].into()), &qubits);
            let variance = 3.0 * expected.re - (2.0 * expected.re).powi(2);
            assert!((both[1].as_f64().unwrap() - variance).abs() < 1e-9);
        }
    }
}

fn state_of_from(state: &[Complex], unitary: &Matrix, n: u32) -> Vec<Complex> {
    apply(state, unitary, &(0..n).collect::<Vec<_>>())
}

/// Stabilizers commute with all but their destabilizers, which commute with each other.
fn check_pairs(tableau: &Value) {
    let [stabilizers, destabilizers] = ["stabilizer", "destabilizer"].map(|key| labels(tableau, key));
    let commute = |a: &str, b: &str| {
        let (a, b) = (matrix_of(a), matrix_of(b));
        a.product(&b).unwrap().distance(&b.product(&a).unwrap()) < 1e-9
    };
    for i in 0..stabilizers.len() {
        for j in 0..stabilizers.len() {
            assert!(commute(&stabilizers[i], &stabilizers[j]));
            assert!(commute(&destabilizers[i], &destabilizers[j]));
            assert_eq!(commute(&stabilizers[i], &destabilizers[j]), i != j);
        }
    }
}

/// Outcomes by exact probability: 4096 shots of each of 20 random states, seed 4. Chi-square with as many degrees as
/// outcomes less one (1, 3, 7 or 15) exceeds 30 + 2.5 of them less than once in 2e7.
#[test]
fn outcomes_are_drawn_by_their_probabilities_however_shots_are_divided() {
    let n = 5;
    let mut random = Random::new(4);
    for round in 0..20 {
        let mut engine = engine(n);
        let unitary = random.circuit(&mut engine, n, 20);
        let qubits = random.qubits(n, 4);
        let expected = probabilities(&state_of(&unitary, n), &qubits);
        let shots = 4096;
        let drawn = engine.sample_measure(&qubits, &mut draws(round, 0..shots)).unwrap();
        let mut counts = [0u32; 16];
        for outcome in &drawn.words {
            counts[*outcome as usize] += 1;
        }
        let mut square = 0.0;
        for (count, probability) in counts.iter().zip(&expected) {
            if *probability < 1e-9 {
                assert_eq!(*count, 0);
            } else {
                let mean = probability * shots as f64;
                square += (f64::from(*count) - mean).powi(2) / mean;
            }
        }
        let degrees = expected.iter().filter(|p| **p > 1e-9).count() as f64 - 1.0;
        assert!(square <= 30.0 + 2.5 * degrees, "{square} for {degrees}");
        let mut divided = Vec::new();
        for (from, to) in [(0, 1), (1, 70), (70, 1500), (1500, shots)] {
            divided.extend(engine.sample_measure(&qubits, &mut draws(round, from..to)).unwrap().words);
        }
        assert_eq!(drawn.words, divided);
        // What was prepared for all qubits serves for some.
        while engine.prepare_sampling(1) > 0 {}
        let prepared = engine.sample_measure(&qubits, &mut draws(round, 0..shots)).unwrap();
        let impossible = |outcome: &u64| expected[*outcome as usize] < 1e-9;
        assert!(!prepared.words.iter().any(impossible));
    }
}

/// More qubits than a word, more free outcomes than a number has bits: pairs agree, and all else is free. 200 shots of
/// 130 pairs, seed 5: each pair's outcome is 1 between 50 and 150 times but once in 1e11.
#[test]
fn wide_states_are_sampled() {
    let n = 260;
    let mut engine = engine(n);
    for qubit in 0..n / 2 {
        engine.apply(&Operation::Gate(Gate::H, [].into_iter().collect()), &[qubit]).unwrap();
        engine.apply(&Operation::Gate(Gate::Cx, [].into_iter().collect()), &[qubit, n - 1 - qubit]).unwrap();
    }
    engine.apply(&Operation::Gate(Gate::X, [].into_iter().collect()), &[n - 1]).unwrap();
    let qubits: Vec<u32> = (0..n).collect();
    let drawn = engine.sample_measure(&qubits, &mut draws(5, 0..200)).unwrap();
    assert_eq!((drawn.words_per_shot, drawn.len()), (5, 200));
    for qubit in 0..n / 2 {
        let ones = (0..200).filter(|shot| drawn.get(*shot, qubit)).count();
        assert!((50..=150).contains(&ones), "{ones}");
        for shot in 0..200 {
            assert_eq!(drawn.get(shot, qubit) ^ (qubit == 0), drawn.get(shot, n - 1 - qubit));
        }
    }
    let outcome = drawn.iter().nth(7).unwrap();
    engine.project(&qubits, &outcome).unwrap();
    let again = engine.sample_measure(&qubits, &mut draws(6, 0..3)).unwrap();
    assert!(again.iter().all(|other| other == outcome));
    let copy = engine.try_clone().unwrap().sample_measure(&qubits, &mut draws(6, 0..1)).unwrap();
    assert_eq!(copy.iter().next(), Some(outcome));
    engine.reset_to_zero();
    let zeros = engine.sample_measure(&qubits, &mut draws(6, 0..1)).unwrap();
    assert_eq!(zeros.iter().next(), Some(Bits::default()));
}

#[test]
fn what_is_saved_can_be_set() {
    let n = 4;
    let mut random = Random::new(6);
    for _ in 0..20 {
        let mut first = engine(n);
        let before = random.circuit(&mut first, n, 20);
        let tableau = save(&mut first, &SaveKind::Clifford, &[0, 1, 2, 3]);
        let mut second = engine(n);
        random.circuit(&mut second, n, 5);
        second.apply(&Operation::SetState(Box::new(SetState::Stabilizer(tableau))), &[0, 1, 2, 3]).unwrap();
        let after = random.circuit(&mut second, n, 5);
        let tableau = save(&mut second, &SaveKind::Clifford, &[0, 1, 2, 3]);
        check_tableau(&tableau, &after.product(&before).unwrap(), n, "set");
    }
    for wrong in [
        json!({"stabilizer": ["+ZI", "+IZ"], "destabilizer": ["+XI", "+IX"]}),
        json!({"stabilizer": ["+IZ", "+ZI"], "destabilizer": ["+IX", "+IX"]}),
        json!({"stabilizer": ["+IZ", "+ZQ"], "destabilizer": ["+IX", "+XI"]}),
        json!({"stabilizer": ["+IZ"], "destabilizer": ["+IX", "+XI"]}),
        json!({"stabilizer": ["+IZ", 3], "destabilizer": ["+IX", "+XI"]}),
        json!({"stabilizer": ["", "+"], "destabilizer": ["-", "+XI"]}),
        json!(null),
    ] {
        let set = |value: &Value| Operation::SetState(Box::new(SetState::Stabilizer(value.clone())));
        let result = engine(2).apply(&set(&wrong), &[0, 1]);
        if wrong["destabilizer"][0] == "+XI" {
            // The qubits' order is free, as long as the pairs are.
            assert!(result.is_ok());
        } else {
            assert_eq!(result.unwrap_err().code, ErrorCode::InvalidState, "{wrong}");
        }
    }
}

#[test]
fn probabilities_of_too_many_qubits_are_refused() {
    let qubits: Vec<u32> = (0..40).collect();
    let refused = engine(40).save(&SaveKind::ProbabilitiesDict, &qubits).unwrap_err();
    assert!(refused.to_string().contains("40 qubits"), "{refused}");
    let config = EngineConfig { stabilizer_max_snapshot_probabilities: 40, ..EngineConfig::default() };
    let mut engine = Stabilizer::new(&Circuit::new(40, 0), 40, &config).unwrap();
    let saved = engine.save(&SaveKind::ProbabilitiesDict, &qubits).unwrap();
    assert_eq!(saved, SavedValue::RealDict(vec![("0x0".into(), 1.0)]));
    assert_eq!(Stabilizer::required_bytes(&Circuit::default(), 10_000, &config) >> 20, 48);
}
