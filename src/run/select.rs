//! The method of a circuit, and its engine. A method is one row of [`engines!`] for each precision it has.

use super::plan::check_memory;
use super::step::{Execute, Execution, Job};
use crate::circuit::operation::SaveKind;
use crate::circuit::{Circuit, Instruction, Operation};
use crate::engine::extended_stabilizer::ExtendedStabilizer;
use crate::engine::statevector::Statevector;
use crate::engine::{Engine, EngineConfig, Method, Precision};
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
        #[allow(dead_code, reason = "for the plan of a noisy circuit")]
        pub fn has_channels(method: Method) -> bool {
            match (method, Precision::Double) {
                $((Method::$variant, Precision::$precision) => <$engine>::CHANNELS,)*
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
            Ok(match (method, precision) {
                $((Method::$variant, Precision::$precision) => Box::new(Execution::<$engine>::new(job)?),)*
            })
        }
    };
}

engines! {
    Statevector Double => Statevector<f64>;
    Statevector Single => Statevector<f32>;
    ExtendedStabilizer Double => ExtendedStabilizer;
    ExtendedStabilizer Single => ExtendedStabilizer;
}

/// Chooses a method for a planned circuit: the requested one, or the first that can run every instruction in
/// the memory there is. Fails where the method cannot, or the memory is short.
pub fn choose(
    requested: Option<Method>,
    precision: Precision,
    circuit: &Circuit,
    num_qubits: u32,
    config: &EngineConfig,
) -> Result<Method, AerError> {
    let refusal = |method: Method| {
        invalid_instructions(circuit, method, precision).or_else(|| {
            let required = |n| required_bytes(method, precision, circuit, n, config);
            check_memory(&circuit.name, method, num_qubits, required, config.memory_limit_bytes).err()
        })
    };
    // Aer never chooses the extended stabilizer by itself.
    let fits = |method: Method| requested.map_or(method != Method::ExtendedStabilizer, |only| method == only);
    let candidates = Method::ALL.iter().filter(|method| fits(**method));
    let mut first_error = None;
    for method in candidates {
        match refusal(*method) {
            None => return Ok(*method),
            Some(error) => first_error = first_error.or(Some(error)),
        }
    }
    Err(first_error.unwrap_or_else(|| AerError::new(ErrorCode::UnsupportedMethod, "There is no method.")))
}

/// Whether a method can run an operation, or the run does it without the engine.
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
