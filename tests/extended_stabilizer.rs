//! The extended stabilizer engine: CH forms and frames against the slow reference, exact sums, sampled sums, and
//! distributions of outcomes.
//!
//! Random inputs come from `ChaCha8` with the seeds in the text. Statistical tests state how often they fail
//! by chance; as seeds are fixed, they either pass for ever or show a change.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail like tests")]

mod reference;

use std::f64::consts::{FRAC_PI_2, PI};

use aer_wasm::circuit::operation::{Measure, Pauli, Save, SaveKind, SaveSubtype};
use aer_wasm::circuit::{Bits, Circuit, Gate, Instruction, Operation, Parameters};
use aer_wasm::engine::drawn::apply_once;
use aer_wasm::engine::extended_stabilizer::ExtendedStabilizer;
use aer_wasm::engine::extended_stabilizer::ch::Ch;
use aer_wasm::engine::extended_stabilizer::steps::steps;
use aer_wasm::engine::{Engine, EngineConfig, ExtendedStabilizerSampling, SavedValue};
use aer_wasm::error::ErrorCode;
use aer_wasm::linalg::{Complex, Matrix};
use aer_wasm::rng::{SampleDraws, ShotRng};
use aer_wasm::run::{Part, Place, Run, RunOptions, Step};
use reference::{apply, collapse, distance, probabilities, zero_state};

/// Random inputs of tests.
struct Random(ShotRng);

impl Random {
    fn new(seed: u64) -> Self {
        Self(ShotRng::new(seed, 0))
    }

    fn below(&mut self, n: usize) -> usize {
        (self.0.uniform() * n as f64) as usize
    }

    fn angle(&mut self) -> f64 {
        (2.0 * self.0.uniform() - 1.0) * 2.0 * PI
    }

    /// So many different qubits of `n`.
    fn qubits(&mut self, n: u32, count: usize) -> Vec<u32> {
        let mut all: Vec<u32> = (0..n).collect();
        (0..count).for_each(|i| all.swap(i, i + self.below(n as usize - i)));
        all[..count].to_vec()
    }

    fn clifford(&mut self, n: u32) -> Instruction {
        let quarter = FRAC_PI_2 * self.below(9) as f64 - PI;
        let (gate, parameters, count) = match self.below(20) {
            0 => (Gate::Id, vec![], 1),
            1 => (Gate::X, vec![], 1),
            2 => (Gate::Y, vec![], 1),
            3 => (Gate::Z, vec![], 1),
            4 => (Gate::S, vec![], 1),
            5 => (Gate::Sdg, vec![], 1),
            6 => (Gate::Sx, vec![], 1),
            7 => (Gate::Sxdg, vec![], 1),
            8 => (Gate::P, vec![quarter], 1),
            9 => (Gate::Rz, vec![quarter], 1),
            10 => (Gate::U, vec![quarter, FRAC_PI_2, -PI], 1),
            11 => (Gate::U2, vec![quarter, PI], 1),
            12 => (Gate::Cx, vec![], 2),
            13 => (Gate::Cy, vec![], 2),
            14 => (Gate::Cz, vec![], 2),
            15 => (Gate::Swap, vec![], 2),
            16 => (Gate::Ecr, vec![], 2),
            _ => (Gate::H, vec![], 1),
        };
        Instruction::gate(gate, parameters, self.qubits(n, count))
    }

    fn other(&mut self, n: u32) -> Instruction {
        let angle = self.angle();
        let (gate, parameters, count) = match self.below(7) {
            0 => (Gate::T, vec![], 1),
            1 => (Gate::Tdg, vec![], 1),
            2 => (Gate::P, vec![angle], 1),
            3 => (Gate::U1, vec![angle], 1),
            4 => (Gate::Rz, vec![angle], 1),
            5 => (Gate::Ccx, vec![], 3),
            _ => (Gate::Ccz, vec![], 3),
        };
        Instruction::gate(gate, parameters, self.qubits(n, count))
    }

    /// A circuit of Clifford gates and a share of others, which saves its state.
    fn circuit(&mut self, n: u32, gates: usize, share: f64) -> Circuit {
        let mut circuit = Circuit::new(n, n);
        circuit.instructions = (0..gates)
            .map(|_| if self.0.uniform() < share { self.other(n) } else { self.clifford(n) })
            .collect();
        circuit
    }
}

fn save() -> Instruction {
    let save = Save { kind: SaveKind::Statevector, label: "s".into(), subtype: SaveSubtype::Single };
    Instruction::new(Operation::Save(Box::new(save)), [])
}

fn matrix(step: &Instruction) -> Matrix {
    let Operation::Gate(gate, parameters) = &step.operation else { panic!("a gate") };
    gate.full_matrix(parameters, step.qubits.len())
}

fn expected(circuit: &Circuit) -> Vec<Complex> {
    let gates = circuit.instructions.iter().filter(|step| matches!(step.operation, Operation::Gate(..)));
    gates.fold(zero_state(circuit.num_qubits), |state, step| apply(&state, &matrix(step), &step.qubits))
}

fn config() -> EngineConfig {
    EngineConfig { zero_threshold: 0.0, ..EngineConfig::default() }
}

/// An engine after the gates of a circuit, whose state can be saved.
fn engine(circuit: &Circuit, config: &EngineConfig) -> ExtendedStabilizer {
    let mut circuit = circuit.clone();
    circuit.instructions.push(save());
    let mut engine = ExtendedStabilizer::new(&circuit, circuit.num_qubits, config).unwrap();
    for step in &circuit.instructions {
        if let Operation::Gate(..) = step.operation {
            engine.apply(&step.operation, &step.qubits).unwrap();
        }
    }
    engine
}

fn saved(engine: &mut ExtendedStabilizer) -> Vec<Complex> {
    let SavedValue::ComplexVector(flat) = engine.save(&SaveKind::Statevector, &[]).unwrap() else {
        panic!("a statevector is a complex vector")
    };
    flat.chunks_exact(2).map(|pair| Complex::new(pair[0], pair[1])).collect()
}

fn value(bits: &Bits) -> usize {
    bits.low_u64() as usize
}

/// Total variation distance between counts and probabilities.
fn variation(counts: &[f64], probabilities: &[f64]) -> f64 {
    let shots: f64 = counts.iter().sum();
    counts.iter().zip(probabilities).map(|(count, p)| (count / shots - p).abs()).sum::<f64>() / 2.0
}

/// A bound that the distance exceeds once in 1e9: it has mean at most √(k/4N), and moves by 1/N with a shot.
fn bound(outcomes: usize, shots: usize) -> f64 {
    let (k, n) = (outcomes as f64, shots as f64);
    (k / (4.0 * n)).sqrt() + (1e9f64.ln() / (2.0 * n)).sqrt()
}

fn counts(engine: &mut ExtendedStabilizer, qubits: &[u32], seed: u64, shots: u64) -> Vec<f64> {
    let mut draws = SampleDraws { seed, shots: 0..shots };
    let mut counts = vec![0.0; 1 << qubits.len()];
    for outcome in engine.sample_measure(qubits, &mut draws).unwrap().iter() {
        counts[value(&outcome)] += 1.0;
    }
    counts
}

/// Seed 1.
#[test]
fn a_ch_form_is_the_state_with_its_phase() {
    let mut random = Random::new(1);
    for n in [1, 2, 3, 5] {
        for _ in 0..40 {
            let circuit = Circuit {
                instructions: (0..60)
                    .map(|_| {
                        loop {
                            let step = random.clifford(n.max(2));
                            if step.qubits.iter().all(|qubit| *qubit < n) {
                                break step;
                            }
                        }
                    })
                    .collect(),
                ..Circuit::new(n, 0)
            };
            let mut ch = Ch::new(n);
            let mut state = zero_state(n);
            for step in &circuit.instructions {
                steps(&step.operation, &step.qubits).unwrap().into_iter().for_each(|step| ch.apply(step));
                state = apply(&state, &matrix(step), &step.qubits);
                let found: Vec<Complex> = (0..1 << n).map(|index| ch.amplitude(index)).collect();
                assert!(distance(&found, &state) < 1e-12, "{step:?}");
            }
            for qubit in 0..n {
                let [zero, one] = probabilities(&state, &[qubit])[..] else { panic!("a qubit") };
                assert_eq!(ch.certain(qubit), (one < 1e-9 || zero < 1e-9).then_some(one > 0.5));
                let outcome = if zero < 1e-9 || one < 1e-9 { one > 0.5 } else { random.below(2) == 1 };
                state = collapse(&state, &[qubit], usize::from(outcome));
                ch.project(qubit, outcome);
                let found: Vec<Complex> = (0..1 << n).map(|index| ch.amplitude(index)).collect();
                assert!(distance(&found, &state) < 1e-12);
            }
        }
    }
}

/// Seed 2. As many gates that are no Clifford gates as there are others.
#[test]
fn an_exact_sum_is_the_state_with_its_phase() {
    let mut random = Random::new(2);
    for n in [3, 4, 6] {
        for share in [0.0, 0.1, 0.5] {
            for _ in 0..15 {
                let circuit = random.circuit(n, 50, share);
                let mut engine = engine(&circuit, &config());
                assert!(engine.is_exact());
                let found = saved(&mut engine);
                assert!(distance(&found, &expected(&circuit)) < 1e-10, "{n} qubits, share {share}");
            }
        }
    }
}

/// Each T gate doubles the terms, until there are as many as amplitudes.
#[test]
fn terms_are_as_few_as_rotations_allow() {
    let gate = |gate, qubits: &[u32]| Instruction::gate(gate, [], qubits.iter().copied());
    let terms = |n: u32, gates: Vec<Instruction>| {
        engine(&Circuit { instructions: gates, ..Circuit::new(n, 0) }, &config()).num_terms()
    };
    assert_eq!(terms(2, vec![gate(Gate::T, &[0])]), 1, "of |0⟩ a T gate makes a phase");
    assert_eq!(terms(2, vec![gate(Gate::H, &[0]), gate(Gate::T, &[0])]), 2);
    let twice = vec![gate(Gate::H, &[0]), gate(Gate::T, &[0]), gate(Gate::T, &[0])];
    assert_eq!(terms(2, twice), 2, "the same operator twice");
    let hth = |qubit| vec![gate(Gate::H, &[qubit]), gate(Gate::T, &[qubit])];
    assert_eq!(terms(5, (0..5).flat_map(hth).collect()), 32);
    let again = [0, 0, 0, 0].into_iter().flat_map(hth).collect();
    assert_eq!(terms(5, again), 2, "one qubit, however many gates");
    let ccz = (0..3).map(|qubit| gate(Gate::H, &[qubit])).chain([gate(Gate::Ccz, &[0, 1, 2])]).collect();
    assert_eq!(terms(3, ccz), 8);
    let known =
        vec![gate(Gate::X, &[0]), gate(Gate::H, &[1]), gate(Gate::H, &[2]), gate(Gate::Ccx, &[0, 1, 2])];
    assert_eq!(terms(3, known), 1, "a control in a basis state decides");
}

/// Seed 3. A hundred thousand shots of all qubits and of some, in any order; a false alarm once in 1e9 each.
#[test]
fn exact_sums_are_sampled_exactly() {
    let mut random = Random::new(3);
    for share in [0.0, 0.15, 0.5] {
        for _ in 0..4 {
            let circuit = random.circuit(5, 60, share);
            let mut engine = engine(&circuit, &config());
            for count in [5, 3] {
                let (qubits, shots) = (random.qubits(5, count), 100_000);
                let found = counts(&mut engine, &qubits, 7, shots);
                let wanted = probabilities(&expected(&circuit), &qubits);
                for (count, p) in found.iter().zip(&wanted) {
                    assert!(*p > 1e-12 || *count == 0.0, "an impossible outcome");
                }
                let distance = variation(&found, &wanted);
                assert!(distance < bound(1 << count, shots as usize), "off by {distance}");
            }
        }
    }
}

/// Seed 4. Measurements, resets and gates in turn, against the reference; each shot has its own random numbers.
#[test]
fn a_measurement_in_between_collapses_the_state_and_keeps_its_phase() {
    let mut random = Random::new(4);
    for round in 0..60 {
        let n = 4;
        let circuit = random.circuit(n, 80, 0.3);
        let mut whole = circuit.clone();
        whole.instructions.push(save());
        let mut engine = ExtendedStabilizer::new(&whole, n, &config()).unwrap();
        let mut state = zero_state(n);
        for (index, step) in circuit.instructions.iter().enumerate() {
            engine.apply(&step.operation, &step.qubits).unwrap();
            state = apply(&state, &matrix(step), &step.qubits);
            if index % 7 != 6 {
                continue;
            }
            let count = 1 + random.below(2);
            let qubits = random.qubits(n, count);
            let mut draws = vec![ShotRng::new(round, index as u64)];
            let outcome = engine.sample_measure(&qubits, &mut draws).unwrap().iter().next().unwrap();
            assert!(probabilities(&state, &qubits)[value(&outcome)] > 1e-9, "an impossible outcome");
            engine.project(&qubits, &outcome).unwrap();
            state = collapse(&state, &qubits, value(&outcome));
            if random.below(2) == 0 {
                engine.apply(&Operation::Reset, &qubits).unwrap();
                for (place, qubit) in qubits.iter().enumerate() {
                    if value(&outcome) >> place & 1 == 1 {
                        state = apply(&state, &Gate::X.target_matrix(&[]), &[*qubit]);
                    }
                }
            }
            let copy = engine.try_clone().unwrap();
            engine.reset_to_zero();
            engine.copy_from(&copy).unwrap();
            assert!(distance(&saved(&mut engine), &state) < 1e-9, "round {round}, step {index}");
        }
    }
}

/// Seed 5. One measurement on the way and all in the end, 20,000 shots one by one: a false alarm once in 1e9.
#[test]
fn outcomes_on_the_way_have_their_probabilities() {
    let mut random = Random::new(5);
    let (first, second) = (random.circuit(3, 25, 0.3), random.circuit(3, 25, 0.3));
    let mut wanted = vec![0.0; 16];
    let state = expected(&first);
    for outcome in 0..2 {
        let p = probabilities(&state, &[1])[outcome];
        if p > 1e-12 {
            let after = second.instructions.iter().fold(collapse(&state, &[1], outcome), |state, step| {
                apply(&state, &matrix(step), &step.qubits)
            });
            for (rest, q) in probabilities(&after, &[0, 1, 2]).into_iter().enumerate() {
                wanted[outcome | rest << 1] += p * q;
            }
        }
    }
    let measure = Operation::Measure(Box::default());
    let start = engine(&first, &config());
    let mut found = vec![0.0; 16];
    for shot in 0..20_000 {
        let mut engine = start.try_clone().unwrap();
        let mut draws = vec![ShotRng::new(5, shot)];
        let one = apply_once(&mut engine, &measure, &[1], 3, &mut draws).unwrap();
        for step in &second.instructions {
            engine.apply(&step.operation, &step.qubits).unwrap();
        }
        let rest = apply_once(&mut engine, &measure, &[0, 1, 2], 3, &mut draws).unwrap();
        found[value(&one) | value(&rest) << 1] += 1.0;
    }
    let distance = variation(&found, &wanted);
    assert!(distance < bound(16, 20_000), "off by {distance}");
}

/// What a shot draws must not depend on the others.
#[test]
fn shots_may_be_divided() {
    for config in [
        config(),
        sampled(ExtendedStabilizerSampling::Metropolis),
        sampled(ExtendedStabilizerSampling::ResampledMetropolis),
        estimating(3, 2),
    ] {
        let circuit = Random::new(6).circuit(5, 60, 0.2);
        let mut engine = engine(&circuit, &config);
        let qubits = [4, 0, 2];
        let mut draw = |shots| {
            let mut draws = SampleDraws { seed: 3, shots };
            engine.sample_measure(&qubits, &mut draws).unwrap().words
        };
        let (all, parts) = (draw(0..40), [draw(0..7), draw(7..8), draw(8..40)].concat());
        assert_eq!(all, parts);
    }
}

/// So little memory that sums are sampled; Monte Carlo walks are short, which is long for few qubits.
fn sampled(sampling_method: ExtendedStabilizerSampling) -> EngineConfig {
    let mut config = EngineConfig { memory_limit_bytes: Some(1), ..config() };
    config.extended_stabilizer.sampling_method = sampling_method;
    config.extended_stabilizer.metropolis_mixing_time = 100;
    config.extended_stabilizer.approximation_error = 0.1;
    config
}

/// The same with a few terms, and outcomes by norms.
fn estimating(samples: u64, repetitions: u64) -> EngineConfig {
    let mut config = sampled(ExtendedStabilizerSampling::NormEstimation);
    config.extended_stabilizer.approximation_error = 0.5;
    config.extended_stabilizer.norm_estimation_samples = samples;
    config.extended_stabilizer.norm_estimation_repetitions = repetitions;
    config
}

/// Seed 7. The error of the norm is 0.1 in the mean square.
#[test]
fn a_sampled_sum_is_near_the_state() {
    let mut random = Random::new(7);
    for _ in 0..6 {
        let circuit = random.circuit(5, 40, 0.15);
        let mut engine = engine(&circuit, &sampled(ExtendedStabilizerSampling::ResampledMetropolis));
        assert!(!engine.is_exact());
        let overlap: Complex =
            saved(&mut engine).iter().zip(expected(&circuit)).map(|(a, b)| a.conj() * b).sum();
        assert!(overlap.norm() > 0.98, "overlap {overlap}");
        assert!((overlap - overlap.norm()).norm() < 0.2, "the phase is near too: {overlap}");
    }
}

/// Seed 8. Walks over states in which every outcome can be reached bit by bit. 2,000 shots: the distance of the sum is
/// below 0.1, and sampling exceeds its bound once in 1e9. A walk of all shots goes on from the same place, so that its
/// shots are less independent.
#[test]
fn walks_draw_from_the_distribution() {
    let mut random = Random::new(8);
    let mut circuit = random.circuit(4, 30, 0.1);
    circuit.instructions.extend((0..4).flat_map(|q| {
        [
            Instruction::gate(Gate::H, [], [q]),
            Instruction::gate(Gate::T, [], [q]),
            Instruction::gate(Gate::H, [], [q]),
        ]
    }));
    for method in [ExtendedStabilizerSampling::ResampledMetropolis, ExtendedStabilizerSampling::Metropolis] {
        let mut engine = engine(&circuit, &sampled(method));
        assert!(!engine.is_exact());
        let qubits = [2, 0, 1, 3];
        let distance =
            variation(&counts(&mut engine, &qubits, 1, 2000), &probabilities(&expected(&circuit), &qubits));
        assert!(distance < 0.1 + bound(16, 2000), "{method:?}: off by {distance}");
    }
}

/// Seed 10. Against the amplitudes of the sum itself. The ratio of two estimates is off in the mean by p(1−p)|1−2p| times
/// twice the variance of a median of three means of 40, below 1/70: less than 0.003 for each of four qubits. Beyond
/// that, 2,000 shots exceed their bound once in 1e9.
#[test]
fn outcomes_are_as_likely_as_norms() {
    let mut random = Random::new(10);
    for _ in 0..2 {
        let mut circuit = random.circuit(4, 30, 0.1);
        circuit.instructions.extend(
            (0..4).flat_map(|q| [Gate::H, Gate::T, Gate::H].map(|gate| Instruction::gate(gate, [], [q]))),
        );
        let mut engine = engine(&circuit, &estimating(40, 3));
        assert!(engine.num_terms() > 4);
        let qubits = [2, 0, 1];
        let wanted = probabilities(&saved(&mut engine), &qubits);
        let distance = variation(&counts(&mut engine, &qubits, 1, 2000), &wanted);
        assert!(distance < 0.012 + bound(8, 2000), "off by {distance}");
    }
}

/// Seed 3 of the shots. Two outcomes that no walk goes between: all qubits alike, 0 with cos²(π/8). 400 shots; a false
/// alarm once in 1e9, besides 0.003 as above.
#[test]
fn norms_know_outcomes_that_are_far_apart() {
    let n = 8;
    let mut circuit = Circuit::new(n, n);
    circuit.instructions.extend([Gate::H, Gate::T, Gate::H].map(|gate| Instruction::gate(gate, [], [0])));
    circuit.instructions.extend((1..n).map(|q| Instruction::gate(Gate::Cx, [], [q - 1, q])));
    let mut config = estimating(40, 3);
    config.extended_stabilizer.approximation_error = 0.3;
    let mut engine = engine(&circuit, &config);
    assert!(!engine.is_exact());
    let all: Vec<u32> = (0..n).collect();
    let wanted = probabilities(&saved(&mut engine), &all);
    let found = counts(&mut engine, &all, 3, 400);
    assert_eq!(found[0] + found[255], 400.0, "nothing between");
    let distance = variation(&found, &wanted);
    assert!(distance < 0.003 + bound(2, 400), "off by {distance}");
}

/// The walk of all shots may be done in pieces: no chance, as the numbers are the same.
#[test]
fn the_common_walk_may_be_divided() {
    let circuit = Random::new(6).circuit(5, 60, 0.2);
    let mut whole = engine(&circuit, &sampled(ExtendedStabilizerSampling::Metropolis));
    let mut pieces = whole.try_clone().unwrap();
    let mut steps = 0;
    while pieces.prepare_sampling(1) > 0 {
        steps += 1;
    }
    assert!(steps > 10, "{steps} pieces");
    let draw = |engine: &mut ExtendedStabilizer| {
        engine.sample_measure(&[0, 1, 2, 3, 4], &mut SampleDraws { seed: 1, shots: 0..50 }).unwrap().words
    };
    let drawn = draw(&mut whole);
    assert_eq!(draw(&mut pieces), drawn);
    // What changes the state ends the walk.
    for engine in [&mut whole, &mut pieces] {
        engine.apply(&Operation::Gate(Gate::X, Parameters::new()), &[3]).unwrap();
    }
    pieces.reset_to_zero();
    for step in &circuit.instructions {
        pieces.apply(&step.operation, &step.qubits).unwrap();
    }
    pieces.apply(&Operation::Gate(Gate::X, Parameters::new()), &[3]).unwrap();
    let after = draw(&mut whole);
    assert_eq!(draw(&mut pieces), after);
    assert_ne!(after, drawn);
}

/// Seed 11. A shot is some 100,000 units of work, or two; about 40 go into a slice, of shots that are all drawn from one
/// state and of those that run in chunks, the largest of 64. No chance, as the numbers are the same.
#[test]
fn slices_are_short_and_change_nothing() {
    let n = 16;
    let mut circuit = Circuit::new(n, n);
    let measure = |qubit: u32| {
        let measure = Measure { memory: vec![qubit], register: vec![] };
        Instruction::new(Operation::Measure(Box::new(measure)), [qubit])
    };
    circuit.instructions.extend(
        (0..n).flat_map(|q| [Gate::H, Gate::T, Gate::H].map(|gate| Instruction::gate(gate, [], [q]))),
    );
    circuit.instructions.extend((0..n).map(measure));
    let mut listed = circuit.clone();
    listed.instructions.insert(0, Instruction::new(Operation::Reset, [0]));
    let run = |circuit: &Circuit, method: &str, mixing: u64, part: Option<[u64; 2]>| {
        let options = serde_json::json!({
            "method": "extended_stabilizer",
            "shots": 150,
            "seed_simulator": 11,
            "memory": true,
            "max_memory_mb": 1,
            "extended_stabilizer_sampling_method": method,
            "extended_stabilizer_metropolis_mixing_time": mixing,
            "extended_stabilizer_approximation_error": 0.5,
            "extended_stabilizer_norm_estimation_samples": 2,
            "extended_stabilizer_norm_estimation_repetitions": 1,
        });
        let options = RunOptions::resolve(&[options.as_object().unwrap()]).unwrap();
        let mut run = Run::new(vec![Ok(circuit.clone())], options);
        if let Some([from, to]) = part {
            let place = |shot| Place { experiment: 0, shot };
            run = run.only(Part { from: place(from), to: place(to) });
        }
        let mut steps = 0;
        while run.step(1) == Step::Pending {
            steps += 1;
        }
        let result = run.take_result(0).unwrap();
        assert!(result.error.is_none(), "{:?}", result.error);
        let memory: Vec<Bits> = result.data.memory.unwrap().iter().collect();
        (steps, memory)
    };
    for circuit in [&circuit, &listed] {
        let (cheap, _) = run(circuit, "resampled_metropolis", 1, None);
        for method in ["resampled_metropolis", "norm_estimation"] {
            let (steps, all) = run(circuit, method, 2000, None);
            assert!(steps > cheap, "{method}: {steps} slices, and {cheap} of cheap shots");
            let parts = [[0, 3], [3, 150]].map(|part| run(circuit, method, 2000, Some(part)).1);
            assert_eq!(all, parts.concat());
            assert!(all.windows(2).any(|pair| pair[0] != pair[1]));
        }
    }
}

/// Seed 9. A sum that is sampled collapses term by term.
#[test]
fn a_sampled_sum_collapses() {
    let mut random = Random::new(9);
    let circuit = random.circuit(4, 40, 0.2);
    let mut engine = engine(&circuit, &sampled(ExtendedStabilizerSampling::ResampledMetropolis));
    let mut state = expected(&circuit);
    for qubit in 0..3 {
        let outcome = usize::from(probabilities(&state, &[qubit])[1] > 0.5);
        engine.project(&[qubit], &Bits::from_u64(outcome as u64)).unwrap();
        engine.apply(&Operation::Reset, &[qubit]).unwrap();
        state = collapse(&state, &[qubit], outcome);
        if outcome == 1 {
            state = apply(&state, &Gate::X.target_matrix(&[]), &[qubit]);
        }
        let overlap: Complex = saved(&mut engine).iter().zip(&state).map(|(a, b)| a.conj() * b).sum();
        assert!(overlap.norm() > 0.98, "overlap {overlap}");
    }
}

#[test]
fn wide_circuits_need_no_amplitudes() {
    let n = 200;
    let mut circuit = Circuit::new(n, n);
    circuit.instructions.push(Instruction::gate(Gate::H, [], [0]));
    circuit.instructions.extend((1..n).map(|q| Instruction::gate(Gate::Cx, [], [q - 1, q])));
    circuit.instructions.extend([150, 3, 77].map(|q| Instruction::gate(Gate::T, [], [q])));
    let mut engine = ExtendedStabilizer::new(&circuit, n, &config()).unwrap();
    for step in &circuit.instructions {
        engine.apply(&step.operation, &step.qubits).unwrap();
    }
    assert_eq!(engine.num_terms(), 2);
    let all: Vec<u32> = (0..n).collect();
    let mut draws = SampleDraws { seed: 1, shots: 0..100 };
    let ones: Vec<u32> =
        engine.sample_measure(&all, &mut draws).unwrap().iter().map(|bits| bits.count_ones()).collect();
    assert!(ones.iter().all(|ones| *ones == 0 || *ones == n), "{ones:?}");
    assert!(ones.contains(&0) && ones.contains(&n));
}

#[test]
fn memory_is_known_beforehand() {
    let mut circuit = Circuit::new(40, 40);
    let gates =
        (0..40).flat_map(|q| [Instruction::gate(Gate::H, [], [q]), Instruction::gate(Gate::T, [], [q])]);
    circuit.instructions.extend(gates);
    let config = EngineConfig { memory_limit_bytes: Some(2 << 30), ..config() };
    let needed = ExtendedStabilizer::required_bytes(&circuit, 40, &config);
    // (cos π/8)^−80 / 0.05² terms of 40 rows.
    let terms = (PI / 8.0).cos().powi(-80) / 0.0025;
    assert!((terms * 40.0 * 32.0..terms * 40.0 * 100.0).contains(&(needed as f64)), "{needed} bytes");
    let engine = ExtendedStabilizer::new(&circuit, 40, &config).unwrap();
    assert!(!engine.is_exact());
    let few = EngineConfig { memory_limit_bytes: Some(1 << 20), ..config };
    let mut engine = ExtendedStabilizer::new(&Circuit::new(40, 0), 40, &few).unwrap();
    let error =
        circuit.instructions.iter().find_map(|step| engine.apply(&step.operation, &step.qubits).err());
    assert_eq!(error.unwrap().code, ErrorCode::InsufficientMemory);
}

#[test]
fn what_is_not_supported_is_refused() {
    let supports = |operation, qubits: &[u32]| {
        ExtendedStabilizer::supports(&Instruction::new(operation, qubits.iter().copied()))
    };
    let gate = |gate: Gate, parameters: &[f64]| Operation::Gate(gate, Parameters::from(parameters));
    assert!(supports(gate(Gate::T, &[]), &[0]));
    assert!(supports(gate(Gate::Rz, &[0.3]), &[0]));
    assert!(supports(gate(Gate::U, &[FRAC_PI_2, 0.3, 0.4]), &[0]));
    assert!(supports(Operation::Pauli([Pauli::X, Pauli::Y].into()), &[0, 1]));
    assert!(!supports(gate(Gate::U, &[0.3, 0.3, 0.4]), &[0]));
    assert!(!supports(gate(Gate::Rx, &[0.1]), &[0]));
    assert!(!supports(gate(Gate::Mcx, &[]), &[0, 1, 2, 3]));
    assert!(!supports(Operation::Unitary(Box::new(Matrix::identity(2))), &[0]));
    let expectation = Save {
        kind: SaveKind::ExpectationValue([].into()),
        label: "e".into(),
        subtype: SaveSubtype::Average,
    };
    assert!(!supports(Operation::Save(Box::new(expectation)), &[0]));
}
