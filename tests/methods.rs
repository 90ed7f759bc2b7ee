//! Every method against one slow obvious simulator: density matrices of whole systems, one for each value that the
//! memory may have, with which probabilities are exact. Circuits are random, of what a method says that it runs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod reference;

use std::collections::BTreeMap;

use aer_wasm::circuit::operation::{ErrorBranch, Measure, QuantumError, ReadoutError, Save, SaveKind};
use aer_wasm::circuit::{Circuit, GATES, Instruction, Operation, channel};
use aer_wasm::engine::{Method, SavedValue};
use aer_wasm::error::ErrorCode;
use aer_wasm::linalg::{Complex, Matrix};
use aer_wasm::run::options::RunOptions;
use aer_wasm::run::{ExperimentResult, Run, SavedData, Step};
use reference::{apply, embed, zero_state};
use serde_json::json;

const QUBITS: u32 = 3;
const BITS: u32 = 4;

/// The `SplitMix64` generator.
struct Random(u64);

impl Random {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.draw() % bound as u64) as usize
    }

    fn qubits(&mut self, count: usize) -> Vec<u32> {
        let mut all: Vec<u32> = (0..QUBITS).collect();
        (0..count).map(|_| all.remove(self.below(all.len()))).collect()
    }

    /// Any angle, or a quarter turn: Clifford methods have those only.
    fn angle(&mut self) -> f64 {
        let quarters = f64::from(self.below(8) as u32) * std::f64::consts::FRAC_PI_2;
        if self.below(2) == 0 { quarters } else { self.below(6000) as f64 / 1000.0 - 3.0 }
    }

    fn gate(&mut self) -> Instruction {
        loop {
            let spec = &GATES[self.below(GATES.len())];
            let count = spec.num_qubits().unwrap_or(1 + self.below(QUBITS as usize));
            if count > QUBITS as usize || count <= spec.targets.saturating_sub(1) {
                continue;
            }
            let parameters = spec.parameters.iter().map(|_| self.angle()).collect();
            return Instruction::new(Operation::Gate(spec.gate, parameters), self.qubits(count));
        }
    }
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

/// What is not a gate: noise, measurements, resets, conditions.
fn other(random: &mut Random) -> Instruction {
    let gate = |random: &mut Random, qubits: &[u32]| loop {
        let step = random.gate();
        if step.qubits.len() == qubits.len() {
            break Instruction { qubits: qubits.iter().copied().collect(), ..step };
        }
    };
    match random.below(6) {
        0 => measure(random.below(QUBITS as usize) as u32, random.below(BITS as usize) as u32),
        1 => Instruction::new(Operation::Reset, random.qubits(1)),
        2 => Instruction { condition: Some(random.below(BITS as usize) as u32), ..random.gate() },
        3 => Instruction::new(damping(0.3), random.qubits(1)),
        4 => {
            let branch = |probability, instructions| ErrorBranch { probability, instructions };
            let branches = vec![
                branch(0.6, vec![]),
                branch(0.2, vec![gate(random, &[1, 0])]),
                branch(0.1, vec![gate(random, &[0]), Instruction::new(Operation::Reset, [1])]),
                branch(0.1, vec![gate(random, &[1])]),
            ];
            let error = Operation::QuantumError(QuantumError { branches }.into());
            Instruction::new(error, random.qubits(2))
        }
        _ => {
            let bit = random.below(BITS as usize) as u32;
            let probabilities = vec![vec![0.95, 0.05], vec![0.2, 0.8]];
            let error = ReadoutError { memory: vec![bit], register: vec![bit], probabilities };
            Instruction::new(Operation::ReadoutError(Box::new(error)), [])
        }
    }
}

/// The state of the slow simulator: a density matrix whose trace is the probability of the memory, for each memory.
type Ensemble = BTreeMap<usize, Matrix>;

fn add(ensemble: &mut Ensemble, memory: usize, part: &Matrix) {
    let size = part.rows();
    ensemble.entry(memory).or_insert_with(|| Matrix::zeros(size, size)).add_scaled(part, 1.0);
}

/// `K ρ K†` on some qubits.
fn conjugated(rho: &Matrix, operator: &Matrix, qubits: &[u32]) -> Matrix {
    let whole = embed(operator, qubits, QUBITS);
    whole.product(rho).unwrap().product(&whole.adjoint()).unwrap()
}

fn projector(value: usize) -> Matrix {
    let mut projector = Matrix::zeros(2, 2);
    projector.set(value, value, Complex::ONE);
    projector
}

/// What an operation that touches no bits does to a density matrix.
fn evolved(rho: &Matrix, operation: &Operation, qubits: &[u32]) -> Matrix {
    let mut sum = Matrix::zeros(rho.rows(), rho.rows());
    match operation {
        Operation::Kraus(operators) => {
            operators.iter().for_each(|k| sum.add_scaled(&conjugated(rho, k, qubits), 1.0));
        }
        Operation::Reset => {
            for value in 0..2 {
                let mut lowers = Matrix::zeros(2, 2);
                lowers.set(0, value, Complex::ONE);
                sum.add_scaled(&conjugated(rho, &lowers, qubits), 1.0);
            }
        }
        Operation::QuantumError(error) => {
            for branch in &error.branches {
                let mut part = rho.clone();
                for step in &branch.instructions {
                    let at: Vec<u32> = step.qubits.iter().map(|place| qubits[*place as usize]).collect();
                    part = evolved(&part, &step.operation, &at);
                }
                sum.add_scaled(&part, branch.probability);
            }
        }
        _ => sum = conjugated(rho, &channel::unitary(operation, qubits.len()).unwrap(), qubits),
    }
    sum
}

fn ensemble(circuit: &Circuit) -> Ensemble {
    let mut zero = Matrix::zeros(1 << QUBITS, 1 << QUBITS);
    zero.set(0, 0, Complex::ONE);
    let mut ensemble = Ensemble::from([(0, zero)]);
    for step in &circuit.instructions {
        let mut next = Ensemble::new();
        for (memory, rho) in &ensemble {
            if step.condition.is_some_and(|bit| memory >> bit & 1 == 0) {
                add(&mut next, *memory, rho);
                continue;
            }
            match &step.operation {
                Operation::Measure(measure) => {
                    let bit = measure.memory[0];
                    for value in 0..2 {
                        let part = conjugated(rho, &projector(value), &step.qubits);
                        add(&mut next, memory & !(1 << bit) | value << bit, &part);
                    }
                }
                Operation::ReadoutError(error) => {
                    let bit = error.memory[0];
                    for (value, probability) in error.probabilities[memory >> bit & 1].iter().enumerate() {
                        let mut part = Matrix::zeros(rho.rows(), rho.rows());
                        part.add_scaled(rho, *probability);
                        add(&mut next, memory & !(1 << bit) | value << bit, &part);
                    }
                }
                operation => add(&mut next, *memory, &evolved(rho, operation, &step.qubits)),
            }
        }
        ensemble = next;
    }
    ensemble
}

fn run(circuit: Circuit, method: Method, precision: &str, shots: u64) -> ExperimentResult {
    let given = json!({
        "method": method.name(), "shots": shots, "seed_simulator": 11, "precision": precision,
        "extended_stabilizer_approximation_error": 0.01, "enable_truncation": false,
    });
    let options = RunOptions::resolve(&[given.as_object().unwrap()]).unwrap();
    let mut run = Run::new(vec![Ok(circuit)], options);
    while run.step(10_000) == Step::Pending {}
    run.take_result(0).unwrap()
}

/// Whether a method runs an instruction.
fn can_run(method: Method, step: &Instruction) -> bool {
    let mut circuit = Circuit::new(QUBITS, BITS);
    circuit.instructions = vec![step.clone()];
    circuit.num_register_bits = BITS;
    let result = run(circuit, method, "double", 1);
    result.error.is_none_or(|error| {
        assert_eq!(error.code, ErrorCode::UnsupportedInstruction, "{} {step:?} {error}", method.name());
        false
    })
}

fn random_circuit(random: &mut Random, method: Method, others: bool, len: usize) -> Circuit {
    let mut circuit = Circuit::new(QUBITS, BITS);
    while circuit.instructions.len() < len {
        let step = if others && random.below(3) == 0 { other(random) } else { random.gate() };
        if can_run(method, &step) {
            circuit.instructions.push(step);
        }
    }
    circuit.num_register_bits = BITS;
    circuit
}

/// The kind of save that shows all of a method's state, if there is one.
fn whole_state(method: Method) -> SaveKind {
    match method.name() {
        "density_matrix" => SaveKind::DensityMatrix,
        "unitary" => SaveKind::Unitary,
        "superop" => SaveKind::Superoperator,
        "stabilizer" => SaveKind::Probabilities,
        _ => SaveKind::Statevector,
    }
}

fn numbers(value: &SavedData) -> Vec<f64> {
    match value {
        SavedData::One(
            SavedValue::ComplexVector(x)
            | SavedValue::RealVector(x)
            | SavedValue::ComplexMatrix { entries: x, .. },
        ) => x.clone(),
        other => panic!("{other:?}"),
    }
}

fn interleaved(values: &[Complex]) -> Vec<f64> {
    values.iter().flat_map(|x| [x.re, x.im]).collect()
}

/// Seed 1, 20 circuits of 12 gates each: states agree to the last digits, global phases included.
#[test]
fn states_agree_with_the_slow_simulator() {
    for (method, precision) in Method::ALL.iter().flat_map(|m| [(*m, "double"), (*m, "single")]) {
        let mut random = Random(1);
        let tolerance = if precision == "double" { 1e-9 } else { 2e-5 };
        let mut different = std::collections::HashSet::new();
        for _ in 0..20 {
            let mut circuit = random_circuit(&mut random, method, false, 12);
            let whole = circuit.instructions.iter().fold(Matrix::identity(1 << QUBITS), |product, step| {
                different.insert(step.operation.name().to_owned());
                let matrix = channel::unitary(&step.operation, step.qubits.len()).unwrap();
                embed(&matrix, &step.qubits, QUBITS).product(&product).unwrap()
            });
            let state = apply(&zero_state(QUBITS), &whole, &(0..QUBITS).collect::<Vec<_>>());
            let kind = whole_state(method);
            let expected = match kind {
                SaveKind::Unitary => interleaved(whole.entries()),
                SaveKind::Superoperator => interleaved(channel::conjugation(&whole).entries()),
                SaveKind::Probabilities => state.iter().map(Complex::norm_sqr).collect(),
                SaveKind::DensityMatrix => {
                    let entries = state.iter().flat_map(|a| state.iter().map(move |b| a * b.conj()));
                    interleaved(&entries.collect::<Vec<_>>())
                }
                _ => interleaved(&state),
            };
            let subtype = kind.subtypes()[0];
            let save = Save { kind, label: "state".into(), subtype };
            circuit.instructions.push(Instruction::new(Operation::Save(Box::new(save)), 0..QUBITS));
            let result = run(circuit, method, precision, 1);
            assert!(result.error.is_none(), "{} {:?}", method.name(), result.error);
            let found = numbers(&result.data.saved["state"]);
            assert_eq!(found.len(), expected.len());
            // The extended stabilizer may leave terms out; it is compared by fidelity.
            if method.name() == "extended_stabilizer" {
                let pairs = |x: &[f64]| x.chunks(2).map(|p| Complex::new(p[0], p[1])).collect::<Vec<_>>();
                let overlap: Complex =
                    pairs(&found).iter().zip(pairs(&expected)).map(|(a, b)| a.conj() * b).sum();
                assert!(overlap.norm_sqr() > 0.95, "{overlap}");
                continue;
            }
            let error = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(error < tolerance, "{} {precision}: off by {error}", method.name());
        }
        assert!(different.len() > 10, "{}: {different:?}", method.name());
    }
}

/// Seed 2, 12 circuits for each method that measures, of gates, measurements in the middle, resets, conditions, Kraus
/// operators, mixtures and readout errors, as far as it has them; 3,000 shots each. A count is off by six standard
/// deviations and six shots by chance less than once in 1e9, and there are about 16 in each circuit.
#[test]
fn counts_agree_with_exact_probabilities() {
    for method in Method::ALL {
        if !can_run(*method, &measure(0, 0)) {
            continue;
        }
        let mut random = Random(2);
        let mut kinds = std::collections::BTreeSet::new();
        for round in 0..12 {
            let mut circuit = random_circuit(&mut random, *method, true, 14);
            circuit.instructions.extend((0..QUBITS).map(|qubit| measure(qubit, qubit)));
            kinds.extend(circuit.instructions.iter().map(|step| step.operation.name().to_owned()));
            let shots = 3000;
            let exact = ensemble(&circuit);
            let result = run(circuit.clone(), *method, "double", shots);
            let counts: BTreeMap<String, u64> =
                result.data.counts.as_ref().unwrap_or_else(|| panic!("{:?}", result.error)).iter().collect();
            let trace = |rho: &Matrix| (0..rho.rows()).map(|i| rho.at(i, i).re).sum::<f64>();
            // An approximate method is off by its own error too.
            let own = if method.name() == "extended_stabilizer" { 0.1 } else { 0.0 };
            for memory in 0..1usize << BITS {
                let p = exact.get(&memory).map_or(0.0, trace);
                let count = counts.get(&format!("{memory:#x}")).copied().unwrap_or(0) as f64;
                let (mean, sigma) =
                    (p * shots as f64, (p * (1.0 - p).max(0.0) * shots as f64).max(0.0).sqrt());
                assert!(p > 1e-9 || count == 0.0 || own > 0.0, "{} {round} {memory}", method.name());
                assert!(
                    (count - mean).abs() <= 6.0 * sigma + 6.0 + own * shots as f64,
                    "{} circuit {round}, memory {memory}: {count} shots, expected {mean}\n{circuit:?}",
                    method.name()
                );
            }
        }
        for kind in ["measure", "reset", "roerror"] {
            assert!(kinds.contains(kind), "{} never ran {kind}", method.name());
        }
    }
}
