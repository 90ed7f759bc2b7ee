//! The unitary method: the matrix of the circuit, as an [`Operator`] whose row bits are the qubits.

use super::operator::{Operator, unitary};
use super::saved::unsupported;
use super::{Engine, EngineConfig, Method, Outcomes, SavedValue, Threads, not_applied, supports_branches};
use crate::circuit::operation::{SaveKind, SetState};
use crate::circuit::{Bits, Circuit, Instruction, Operation, Qubit};
use crate::error::AerError;
use crate::kernel::real::Real;
use crate::linalg::cis;
use crate::rng::Draws;

/// The state of the unitary method, in numbers of type `T`.
#[derive(Debug)]
pub struct Unitary<T: Real> {
    operator: Operator<T>,
    zero_threshold: f64,
}

impl<T: Real> Engine for Unitary<T> {
    fn supports(step: &Instruction) -> bool {
        match &step.operation {
            Operation::QuantumError(_) => supports_branches(&step.operation, Self::supports),
            Operation::Gate(..)
            | Operation::Unitary(_)
            | Operation::Diagonal(_)
            | Operation::Multiplexer(_)
            | Operation::Pauli(_)
            | Operation::Delay(_)
            | Operation::ReadoutError(_)
            | Operation::QuantumErrorLocation
            | Operation::Barrier
            | Operation::BooleanFunction(_) => true,
            Operation::SetState(set) => matches!(**set, SetState::Unitary(_)),
            Operation::Save(save) => matches!(save.kind, SaveKind::State | SaveKind::Unitary),
            _ => false,
        }
    }

    fn required_bytes(_circuit: &Circuit, num_qubits: u32, _config: &EngineConfig) -> u64 {
        Operator::<T>::required_bytes(num_qubits)
    }

    fn new(_circuit: &Circuit, num_qubits: u32, config: &EngineConfig) -> Result<Self, AerError> {
        Ok(Self { operator: Operator::identity(num_qubits)?, zero_threshold: config.zero_threshold })
    }

    fn reset_to_zero(&mut self) {
        self.operator.reset();
    }

    fn try_clone(&self) -> Result<Self, AerError> {
        Ok(Self { operator: self.operator.try_clone()?, zero_threshold: self.zero_threshold })
    }

    fn copy_from(&mut self, other: &Self) -> Result<(), AerError> {
        self.operator.copy_from(&other.operator)
    }

    fn bytes(&self) -> u64 {
        self.operator.bytes()
    }

    fn apply_global_phase(&mut self, phase: f64) {
        self.operator.scale(cis(phase));
    }

    fn work(&self, operation: &Operation, _qubits: &[Qubit]) -> u64 {
        match operation {
            Operation::Save(_) | Operation::SetState(_) => self.operator.bytes() / 16,
            _ => self.operator.work(),
        }
    }

    fn apply(&mut self, operation: &Operation, qubits: &[Qubit]) -> Result<(), AerError> {
        if let Operation::SetState(set) = operation
            && let SetState::Unitary(matrix) = &**set
        {
            return self.operator.replace(|row, column| matrix.at(row, column));
        }
        let steps = unitary(operation, qubits, 0, false).ok_or_else(|| not_applied(operation.name()))?;
        steps.into_iter().try_for_each(|placed| self.operator.apply(placed))
    }

    fn pending(&self) -> u64 {
        self.operator.pending()
    }

    fn must_advance(&self, operation: &Operation, _qubits: &[Qubit]) -> bool {
        self.operator.must_advance(operation)
    }

    fn advance(&mut self, budget: u64) -> Result<u64, AerError> {
        self.operator.advance(budget)
    }

    fn lend_threads(&mut self, threads: Threads) {
        self.operator.lend_threads(threads);
    }

    fn threads_used(&self) -> u32 {
        self.operator.threads_used()
    }

    fn sample_measure(&mut self, _qubits: &[Qubit], _draws: &mut dyn Draws) -> Result<Outcomes, AerError> {
        Err(not_applied("measure"))
    }

    fn project(&mut self, _qubits: &[Qubit], _outcome: &Bits) -> Result<(), AerError> {
        Err(not_applied("measure"))
    }

    fn save(&mut self, save: &SaveKind, _qubits: &[Qubit]) -> Result<SavedValue, AerError> {
        match save {
            SaveKind::State | SaveKind::Unitary => self.operator.matrix(self.zero_threshold),
            other => Err(unsupported(other, Method::Unitary)),
        }
    }
}
