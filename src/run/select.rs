//! The method of a circuit, and its engine. A method is one row of [`engines!`] for each precision it has.

use super::execution::{Execute, Execution, Job};
use super::frames::{self, Frames};
use super::plan::{can_sample, check_memory};
use crate::circuit::operation::SaveKind;
use crate::circuit::{Circuit, Instruction, Operation};
use crate::engine::density_matrix::DensityMatrix;
use crate::engine::extended_stabilizer::ExtendedStabilizer;
use crate::engine::matrix_product_state::MatrixProductState;
use crate::engine::stabilizer::Stabilizer;
use crate::engine::statevector::Statevector;
use crate::engine::superop::Superop;
use crate::engine::unitary::Unitary;
use crate::engine::{Engine, EngineConfig, Maker, Method, Precision};
use crate::error::{AerError, ErrorCode};

macro_rules! engines {
    ($($variant:ident $precision:ident => $engine:ty;)*) => {
        /// Whether a method can run an instruction.
        pub fn supports(method: Method, precision: Precision, step: &Instruction) -> bool {
            match (method, precision) {
                $((Method::$variant, Precision::$precision) => <$engine>::supports(step),)*
            }
        }

        /// Whether a method has a channel for what others draw.
        pub fn has_channels(method: Method) -> bool {
            match (method, Precision::Double) {
                $((Method::$variant, Precision::$precision) => <$engine>::has_channels(),)*
            }
        }

        /// Bytes that a state of `num_qubits` takes in a method for a circuit; saturates.
        pub fn required_bytes(
            method: Method,
            precision: Precision,
            circuit: &Circuit,
            num_qubits: u32,
            config: &EngineConfig,
        ) -> u64 {
            match (method, precision) {
                $((Method::$variant, Precision::$precision) => {
                    <$engine>::required_bytes(circuit, num_qubits, config)
                })*
            }
        }

        /// Makes the engine of a method, and starts a job on it.
        pub fn start(method: Method, precision: Precision, job: Job) -> Result<Box<dyn Execute>, AerError> {
            if method == Method::Stabilizer && frames::can_run(&job) {
                return Ok(Box::new(Frames::new(job)?));
            }
            Ok(match (method, precision) {
                $((Method::$variant, Precision::$precision) => Box::new(Execution::new(job, Maker::of::<$engine>())?),)*
            })
        }
    };
}

engines! {
    Statevector Double => Statevector<f64>;
    Statevector Single => Statevector<f32>;
    DensityMatrix Double => DensityMatrix<f64>;
    DensityMatrix Single => DensityMatrix<f32>;
    Stabilizer Double => Stabilizer;
    Stabilizer Single => Stabilizer;
    MatrixProductState Double => MatrixProductState;
    MatrixProductState Single => MatrixProductState;
    ExtendedStabilizer Double => ExtendedStabilizer;
    ExtendedStabilizer Single => ExtendedStabilizer;
    Unitary Double => Unitary<f64>;
    Unitary Single => Unitary<f32>;
    Superop Double => Superop<f64>;
    Superop Single => Superop<f32>;
}

/// A method, and why it is this one.
#[derive(Debug)]
pub struct Choice {
    /// The method.
    pub method: Method,
    /// One sentence.
    pub reason: String,
}

/// Chooses a method for a planned circuit of `num_qubits` qubits: the requested one, or the best that can run every
/// instruction in the memory there is. Fails where the method cannot, or the memory is short.
///
/// The rule is Aer's (`Controller::automatic_simulation_method`), where a gate is Clifford if its matrix is: a noisy
/// circuit that can be sampled and has more shots than amplitudes is run as a density matrix, a Clifford circuit as a
/// stabilizer state, any other by the first of the others that can.
pub fn choose(
    requested: Option<Method>,
    precision: Precision,
    circuit: &Circuit,
    num_qubits: u32,
    shots: u64,
    config: &EngineConfig,
) -> Result<Choice, AerError> {
    let lacks_memory = |method: Method| {
        let required = |n| required_bytes(method, precision, circuit, n, config);
        check_memory(&circuit.name, method, num_qubits, required, config.memory_limit_bytes).err()
    };
    let refusal =
        |method: Method| invalid_instructions(circuit, method, precision).or_else(|| lacks_memory(method));
    if let Some(method) = requested {
        let reason = "It was asked for.".to_owned();
        return refusal(method).map_or(Ok(Choice { method, reason }), |error| {
            Err(with_alternatives(error, method, |other| refusal(other).is_none()))
        });
    }
    let noisy = circuit.instructions.iter().any(|step| matches!(step.operation, Operation::QuantumError(_)));
    let amplitudes = 1u64.checked_shl(num_qubits).unwrap_or(u64::MAX);
    if noisy
        && num_qubits < MOST_NOISY_QUBITS
        && shots > amplitudes
        && can_sample(circuit, num_qubits as usize, true)
        && refusal(Method::DensityMatrix).is_none()
    {
        let reason = format!(
            "The circuit is noisy and {shots} shots are more than its {amplitudes} amplitudes: noise is applied as channels, once for all shots."
        );
        return Ok(Choice { method: Method::DensityMatrix, reason });
    }
    let mut first_error: Option<(Method, AerError)> = None;
    for (method, because) in AUTOMATIC {
        let wide = first_error.as_ref().is_some_and(|(_, error)| error.code == ErrorCode::InsufficientMemory);
        if wide && *method == Method::MatrixProductState && !stays_small(circuit, num_qubits, config) {
            continue;
        }
        match refusal(*method) {
            None => {
                let reason = match &first_error {
                    Some((Method::Statevector, error)) if error.code == ErrorCode::InsufficientMemory => {
                        format!("A statevector does not fit the memory, and {because}.")
                    }
                    _ => format!("{}{}.", because[..1].to_uppercase(), &because[1..]),
                };
                return Ok(Choice { method: *method, reason });
            }
            // What a stabilizer state cannot do is no news.
            Some(_) if *method == Method::Stabilizer => {}
            Some(error) => first_error = first_error.or(Some((*method, error))),
        }
    }
    Err(first_error.map_or_else(
        || AerError::new(ErrorCode::UnsupportedMethod, "There is no method."),
        |(method, error)| with_alternatives(error, method, |other| refusal(other).is_none()),
    ))
}

/// Aer's limit for density matrices that are chosen for noise.
const MOST_NOISY_QUBITS: u32 = 30;

/// What is tried, in order, and why it is good.
const AUTOMATIC: &[(Method, &str)] = &[
    (Method::Stabilizer, "every instruction is Clifford"),
    (Method::Statevector, "a statevector runs every instruction, and fits the memory"),
    (Method::DensityMatrix, "a density matrix is the first method that runs every instruction"),
    (Method::MatrixProductState, "a matrix product state is the first method that can run it"),
    (Method::Unitary, "what is saved is the unitary of the circuit"),
    (Method::Superop, "what is saved is the superoperator of the circuit"),
];

/// Whether a matrix product state of a circuit fits the memory for certain: each cut of the chain has a bond dimension of
/// at most 2 for each controlled gate across it, 4 for another gate of two qubits. Where no gate joins qubits there is
/// nothing that it does better; Aer refuses such circuits for want of memory, and so does this.
fn stays_small(circuit: &Circuit, num_qubits: u32, config: &EngineConfig) -> bool {
    let mut crossed = vec![0u32; (num_qubits as usize).saturating_sub(1)];
    let joining = |step: &&Instruction| step.qubits.len() > 1 && !is_apart(&step.operation);
    for step in circuit.instructions.iter().filter(joining) {
        let controlled = match &step.operation {
            Operation::Gate(gate, _) => gate.num_controls(step.qubits.len()) > 0 && gate.spec().targets == 1,
            _ => false,
        };
        let (first, last) =
            step.qubits.iter().fold((u32::MAX, 0), |(low, high), qubit| (low.min(*qubit), high.max(*qubit)));
        for cut in first..last {
            let left = step.qubits.iter().filter(|qubit| **qubit <= cut).count() as u32;
            let bits = if controlled { 1 } else { 2 * left.min(step.qubits.len() as u32 - left) };
            if let Some(cut) = crossed.get_mut(cut as usize) {
                *cut = cut.saturating_add(bits);
            }
        }
    }
    let bond = |cut: Option<u32>| {
        let Some(cut) = cut.filter(|cut| *cut + 1 < num_qubits) else { return 1 };
        let bits = crossed.get(cut as usize).copied().unwrap_or(0).min(cut + 1).min(num_qubits - cut - 1);
        let bond = 1u64.checked_shl(bits).unwrap_or(u64::MAX);
        bond.min(config.mps.max_bond_dimension.unwrap_or(u64::MAX))
    };
    let tensor = |qubit: u32| bond(qubit.checked_sub(1)).saturating_mul(bond(Some(qubit))).saturating_mul(32);
    let bytes = (0..num_qubits).map(tensor).fold(0, u64::saturating_add);
    let joins = crossed.iter().any(|bits| *bits > 0);
    joins && config.memory_limit_bytes.is_none_or(|limit| bytes <= limit / 4)
}

/// Whether an instruction on several qubits is one on each.
fn is_apart(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Measure(_)
            | Operation::Reset
            | Operation::Barrier
            | Operation::Delay(_)
            | Operation::Pauli(_)
            | Operation::Save(_)
    )
}

/// An error that says which methods would do.
fn with_alternatives(error: AerError, refused: Method, can: impl Fn(Method) -> bool) -> AerError {
    let others = Method::ALL.iter().filter(|other| **other != refused && can(**other));
    let names: Vec<String> = others.map(|method| format!("\"{}\"", method.name())).collect();
    match &*names {
        [] => error,
        [name] => error.hint(format!("Method {name} can run it.")),
        [names @ .., last] => error.hint(format!("Methods {} and {last} can run it.", names.join(", "))),
    }
}

/// Whether a method can run an operation, or the run does it without the engine.
#[inline(never)]
fn can_run(method: Method, precision: Precision, step: &Instruction) -> bool {
    match &step.operation {
        Operation::Jump(_) | Operation::Mark(_) | Operation::Store(_) => true,
        Operation::Save(save) if matches!(save.kind, SaveKind::Variable(_)) => true,
        Operation::ComputedGate(gate, parameters) => {
            let parameters = std::iter::repeat_n(0.0, parameters.len());
            let gate = Operation::Gate(*gate, parameters.collect());
            supports(method, precision, &Instruction { operation: gate, ..step.clone() })
        }
        _ => supports(method, precision, step),
    }
}

/// The error, in Aer's words, of a circuit with instructions that a method cannot run.
fn invalid_instructions(circuit: &Circuit, method: Method, precision: Precision) -> Option<AerError> {
    let unsupported = circuit.instructions.iter().filter(|step| !can_run(method, precision, step));
    let mut names: Vec<&str> = unsupported.map(|step| step.operation.name()).collect();
    names.sort_unstable();
    names.dedup();
    (!names.is_empty()).then(|| {
        AerError::new(
            ErrorCode::UnsupportedInstruction,
            format!(
                "Circuit {} contains invalid instructions {{{}}} for \"{}\" method.",
                circuit.name,
                names.join(", "),
                method.name()
            ),
        )
    })
}
