//! What is random in an operation: drawn for many shots of one state at once, then done.
//!
//! A measurement, a reset and an initialisation draw an outcome of their qubits; Kraus operators and quantum errors one
//! of theirs. Shots that drew the same go on in the same state. What a shot draws depends on the state and its own
//! numbers, never on the other shots.

use super::{Engine, not_applied};
use crate::circuit::{Bits, Operation, Qubit};
use crate::error::AerError;
use crate::linalg::Matrix;
use crate::rng::Draws;

/// What a shot draws.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Drawn {
    /// The outcome of measuring the qubits: bit `i` is the `i`-th of them.
    Outcome(Bits),
    /// One of several: a Kraus operator, a branch of a quantum error; and its probability, as bits.
    Choice(usize, u64),
}

/// Whether an operation on `qubits` of `num_qubits` draws something on an engine that [has
/// channels](Engine::has_channels) or not.
pub fn is_drawn(operation: &Operation, qubits: &[Qubit], num_qubits: u32, channels: bool) -> bool {
    match operation {
        Operation::Measure(_) => true,
        Operation::Reset | Operation::Kraus(_) | Operation::QuantumError(_) => !channels,
        Operation::Initialize(_) => !channels && (qubits.len() as u32) < num_qubits,
        _ => false,
    }
}

/// What each shot draws of an operation that [`is_drawn`].
pub fn draw(
    engine: &mut dyn Engine,
    operation: &Operation,
    qubits: &[Qubit],
    draws: &mut dyn Draws,
) -> Result<Vec<Drawn>, AerError> {
    let probabilities = match operation {
        Operation::Kraus(operators) => engine.kraus_probabilities(operators, qubits)?,
        Operation::QuantumError(error) => error.branches.iter().map(|branch| branch.probability).collect(),
        _ => return Ok(engine.sample_measure(qubits, draws)?.iter().map(Drawn::Outcome).collect()),
    };
    Ok(draws.numbers(0).into_iter().map(|number| choose(&probabilities, number)).collect())
}

/// The choice of a number in [0, 1). What rounding makes of an impossible one is never chosen.
pub fn choose(probabilities: &[f64], number: f64) -> Drawn {
    let (mut below, mut chosen) = (0.0, Drawn::Choice(0, 1f64.to_bits()));
    for (index, probability) in probabilities.iter().enumerate().filter(|(_, p)| **p > f64::EPSILON) {
        chosen = Drawn::Choice(index, probability.to_bits());
        below += probability;
        if number < below {
            break;
        }
    }
    chosen
}

/// Does an operation as it was drawn. A branch of a quantum error is for the caller.
pub fn take(
    engine: &mut dyn Engine,
    operation: &Operation,
    qubits: &[Qubit],
    drawn: &Drawn,
) -> Result<(), AerError> {
    match (operation, drawn) {
        (Operation::Measure(_), Drawn::Outcome(outcome)) => engine.project(qubits, outcome),
        (Operation::Reset | Operation::Initialize(_), Drawn::Outcome(outcome)) => {
            engine.project(qubits, outcome)?;
            engine.apply(operation, qubits)
        }
        (Operation::Kraus(operators), Drawn::Choice(index, probability)) => {
            let Some(operator) = operators.get(*index) else { return Err(not_applied("kraus")) };
            let mut scaled = Matrix::zeros(operator.rows(), operator.columns());
            scaled.add_scaled(operator, 1.0 / f64::from_bits(*probability).sqrt());
            engine.apply_kraus_operator(&scaled, qubits)
        }
        _ => Err(not_applied(operation.name())),
    }
}

/// Applies any operation but a quantum error in a single shot; gives the outcome, if it has one.
pub fn apply_once<E: Engine>(
    engine: &mut E,
    operation: &Operation,
    qubits: &[Qubit],
    num_qubits: u32,
    draws: &mut dyn Draws,
) -> Result<Bits, AerError> {
    if !is_drawn(operation, qubits, num_qubits, E::has_channels()) {
        return engine.apply(operation, qubits).map(|()| Bits::default());
    }
    let drawn = draw(engine, operation, qubits, draws)?.into_iter().next();
    let drawn = drawn.unwrap_or(Drawn::Outcome(Bits::default()));
    take(engine, operation, qubits, &drawn)?;
    Ok(match drawn {
        Drawn::Outcome(outcome) => outcome,
        Drawn::Choice(..) => Bits::default(),
    })
}
