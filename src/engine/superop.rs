//! The superop method: the superoperator of the circuit, on column-stacked density matrices, as an [`Operator`].
//!
//! Of the `2n` bits of a row, bit `q` is qubit `q` of the row of the density matrix and bit `n + q` that of its column: a
//! gate acts on the former, its conjugate on the latter, and a channel is one matrix on both ([`channel`]).

use std::collections::HashMap;
use std::sync::Arc;

use super::density_matrix::has_any_controls;
use super::operator::{Operator, unitary};
use super::saved::unsupported;
use super::{Engine, EngineConfig, Method, Outcomes, SavedValue, Threads, not_applied, supports_branches};
use crate::circuit::operation::{QuantumError, SaveKind, SetState};
use crate::circuit::{Bits, Circuit, Instruction, Operation, Qubit, channel};
use crate::error::AerError;
use crate::kernel::real::Real;
use crate::kernel::{Kernel, plan};
use crate::rng::Draws;

/// Most qubits of a channel: its matrix is as large as the state of as many qubits.
const MOST_QUBITS: usize = 5;

/// Quantum errors whose superoperators are kept.
const KEPT_ERRORS: usize = 1 << 8;

/// The state of the superop method, in numbers of type `T`.
#[derive(Debug)]
pub struct Superop<T: Real> {
    num_qubits: u32,
    operator: Operator<T>,
    /// Superoperators of errors, by address and number of qubits.
    errors: HashMap<(usize, usize), (Arc<QuantumError>, Kernel)>,
    zero_threshold: f64,
}

impl<T: Real> Superop<T> {
    /// The superoperator of an operation, ready to be placed; that of an error is made once.
    fn channel(&mut self, operation: &Operation, num_qubits: usize) -> Result<Kernel, AerError> {
        let make = || {
            let matrix = channel::superoperator(operation, num_qubits);
            matrix.map(plan).ok_or_else(|| not_applied(operation.name()))
        };
        let Operation::QuantumError(error) = operation else { return make() };
        let key = (Arc::as_ptr(error) as usize, num_qubits);
        if let Some((_, kernel)) = self.errors.get(&key) {
            return Ok(kernel.clone());
        }
        let kernel = make()?;
        if self.errors.len() >= KEPT_ERRORS {
            self.errors.clear();
        }
        self.errors.insert(key, (error.clone(), kernel.clone()));
        Ok(kernel)
    }
}

impl<T: Real> Engine for Superop<T> {
    fn has_channels() -> bool {
        true
    }

    /// As in Aer neither initialisations nor gates with any number of controls; but all other gates.
    fn supports(step: &Instruction) -> bool {
        match &step.operation {
            Operation::QuantumError(_) => {
                step.qubits.len() <= MOST_QUBITS && supports_branches(&step.operation, Self::supports)
            }
            Operation::Kraus(_) | Operation::Superoperator(_) => step.qubits.len() <= MOST_QUBITS,
            Operation::Gate(gate, _) => !has_any_controls(*gate),
            Operation::Unitary(_)
            | Operation::Diagonal(_)
            | Operation::Pauli(_)
            | Operation::Delay(_)
            | Operation::ReadoutError(_)
            | Operation::QuantumErrorLocation
            | Operation::Barrier
            | Operation::Reset
            | Operation::BooleanFunction(_) => true,
            Operation::SetState(set) => {
                matches!(**set, SetState::Unitary(_) | SetState::Superoperator(_))
            }
            Operation::Save(save) => matches!(save.kind, SaveKind::State | SaveKind::Superoperator),
            _ => false,
        }
    }

    fn required_bytes(_circuit: &Circuit, num_qubits: u32, _config: &EngineConfig) -> u64 {
        Operator::<T>::required_bytes(num_qubits.saturating_mul(2))
    }

    fn new(_circuit: &Circuit, num_qubits: u32, config: &EngineConfig) -> Result<Self, AerError> {
        Ok(Self {
            num_qubits,
            operator: Operator::identity(num_qubits.saturating_mul(2))?,
            errors: HashMap::new(),
            zero_threshold: config.zero_threshold,
        })
    }

    fn reset_to_zero(&mut self) {
        self.operator.reset();
    }

    fn try_clone(&self) -> Result<Self, AerError> {
        Ok(Self {
            num_qubits: self.num_qubits,
            operator: self.operator.try_clone()?,
            errors: HashMap::new(),
            zero_threshold: self.zero_threshold,
        })
    }

    fn copy_from(&mut self, other: &Self) -> Result<(), AerError> {
        self.operator.copy_from(&other.operator)
    }

    fn bytes(&self) -> u64 {
        self.operator.bytes()
    }

    /// It does not show.
    fn apply_global_phase(&mut self, _phase: f64) {}

    fn work(&self, operation: &Operation, _qubits: &[Qubit]) -> u64 {
        match operation {
            Operation::Save(_) | Operation::SetState(_) => self.operator.bytes() / 16,
            _ => 2 * self.operator.work(),
        }
    }

    fn apply(&mut self, operation: &Operation, qubits: &[Qubit]) -> Result<(), AerError> {
        let n = self.num_qubits;
        if let Operation::SetState(set) = operation {
            let (mask, size) = ((1usize << n) - 1, 1usize << (2 * n));
            return match &**set {
                SetState::Superoperator(matrix) if matrix.rows() == size => {
                    self.operator.replace(|row, column| matrix.at(row, column))
                }
                SetState::Unitary(matrix) if matrix.rows() == mask + 1 => {
                    self.operator.replace(|row, column| {
                        matrix.at(row & mask, column & mask) * matrix.at(row >> n, column >> n).conj()
                    })
                }
                _ => Err(not_applied(operation.name())),
            };
        }
        let sides =
            [(0, false), (n, true)].map(|(first, conjugated)| unitary(operation, qubits, first, conjugated));
        if let [Some(rows), Some(columns)] = sides {
            return rows.into_iter().chain(columns).try_for_each(|placed| self.operator.apply(placed));
        }
        let mut place = |operation: &Operation, qubits: &[Qubit]| {
            let kernel = self.channel(operation, qubits.len())?;
            let bits: Vec<u32> = qubits.iter().copied().chain(qubits.iter().map(|qubit| n + qubit)).collect();
            self.operator.apply(kernel.place(&bits, 0))
        };
        match operation {
            Operation::Reset => qubits.iter().try_for_each(|qubit| place(operation, &[*qubit])),
            _ => place(operation, qubits),
        }
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
            SaveKind::State | SaveKind::Superoperator => self.operator.matrix(self.zero_threshold),
            other => Err(unsupported(other, Method::Superop)),
        }
    }
}
