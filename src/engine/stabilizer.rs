//! The stabilizer method: what a Clifford circuit has made of |0…0⟩, in bits.
//!
//! With `U` the circuit so far, the state is kept as `U† P U` for `P` each `X_q` and `Z_q`: the [`tableau`] of the
//! *inverse* circuit (Gidney: "Stim: a fast stabilizer circuit simulator", arXiv:2103.02202). A gate multiplies the rows
//! of its own qubits, which are contiguous words. `Z_q` is sharp if its row has no X bits, and the sign of the row is
//! its outcome. Only an outcome that is random costs a pass over all rows (Aaronson and Gottesman,
//! arXiv:quant-ph/0406196), and many shots are drawn without collapse from the [`outcomes`] that are possible.
//!
//! Whether an operation is [`clifford`] is read from its matrix, so nothing here knows a gate by name. The global phase
//! is not kept. Memory: `n² / 2` bytes, 50 MB for 10,000 qubits.

pub mod clifford;
pub mod outcomes;
mod save;
pub mod tableau;

use std::collections::HashMap;
use std::sync::Arc;

use smallvec::SmallVec;

use super::{Engine, EngineConfig, Outcomes, SavedValue, not_applied, supports_branches};
use crate::circuit::operation::{Pauli, SaveKind, SetState};
use crate::circuit::{Bits, Circuit, Gate, Instruction, Operation, Qubit};
use crate::error::{AerError, ErrorCode};
use crate::rng::Draws;
use clifford::Clifford;
use outcomes::OutcomeSpace;
use tableau::{Tableau, x_row, z_row};

/// A gate with its parameters and the number of its qubits.
type Name = (Gate, SmallVec<[u64; 4]>, usize);

/// Gates with parameters that are remembered.
const MOST_REMEMBERED: usize = 1024;

/// The state of the stabilizer method.
#[derive(Debug)]
pub struct Stabilizer {
    tableau: Tableau,
    /// What measurements can give, until the state changes.
    outcomes: Option<OutcomeSpace>,
    /// Gates with parameters that were examined.
    known: HashMap<Name, Option<Arc<Clifford>>>,
    config: EngineConfig,
}

impl Stabilizer {
    /// The Pauli strings that the circuit makes `X` and `Z` of each qubit from.
    pub fn tableau(&self) -> &Tableau {
        &self.tableau
    }

    /// The outcome of measuring a qubit, if it is certain.
    pub fn certain(&self, qubit: Qubit) -> Option<bool> {
        let row = z_row(qubit as usize);
        self.tableau.first_x(row).is_none().then(|| self.tableau.row(row).1 == 2)
    }

    fn clifford(&mut self, operation: &Operation, num_qubits: usize) -> Option<Arc<Clifford>> {
        let Operation::Gate(gate, parameters) = operation else { return Clifford::of(operation, num_qubits) };
        if parameters.is_empty() {
            return Clifford::of(operation, num_qubits);
        }
        let name = (*gate, parameters.iter().map(|angle| angle.to_bits()).collect(), num_qubits);
        if self.known.len() >= MOST_REMEMBERED {
            self.known.clear();
        }
        self.known.entry(name).or_insert_with(|| Clifford::of(operation, num_qubits)).clone()
    }

    /// Negates what anticommutes with a Pauli letter on a qubit.
    fn flip(&mut self, qubit: Qubit, x: bool, z: bool) {
        let qubit = qubit as usize;
        if x {
            self.tableau.turn(z_row(qubit), 2);
        }
        if z {
            self.tableau.turn(x_row(qubit), 2);
        }
    }

    fn all_qubits(&self) -> Vec<Qubit> {
        (0..self.tableau.num_qubits() as Qubit).collect()
    }

    /// What measuring these qubits, or more of them, can give.
    fn outcomes(&mut self, qubits: &[Qubit]) -> &OutcomeSpace {
        let known = self.outcomes.take().filter(|space| space.has(qubits));
        let space = known.unwrap_or_else(|| OutcomeSpace::of(&self.tableau, qubits));
        self.outcomes.insert(space)
    }
}

/// Whether a Pauli letter has an X, and a Z.
pub const fn pauli_bits(pauli: Pauli) -> (bool, bool) {
    (matches!(pauli, Pauli::X | Pauli::Y), matches!(pauli, Pauli::Z | Pauli::Y))
}

impl Engine for Stabilizer {
    fn supports(step: &Instruction) -> bool {
        match &step.operation {
            Operation::Pauli(_)
            | Operation::Delay(_)
            | Operation::Barrier
            | Operation::Reset
            | Operation::Measure(_)
            | Operation::BooleanFunction(_)
            | Operation::ReadoutError(_)
            | Operation::QuantumErrorLocation => true,
            Operation::SetState(set) => matches!(**set, SetState::Stabilizer(_)),
            Operation::Save(save) => matches!(
                save.kind,
                SaveKind::State
                    | SaveKind::Stabilizer
                    | SaveKind::Clifford
                    | SaveKind::Probabilities
                    | SaveKind::ProbabilitiesDict
                    | SaveKind::AmplitudesSquared(_)
                    | SaveKind::ExpectationValue(_)
                    | SaveKind::ExpectationValueVariance(_)
            ),
            Operation::QuantumError(_) => supports_branches(&step.operation, Self::supports),
            operation => Clifford::of(operation, step.qubits.len()).is_some(),
        }
    }

    fn required_bytes(_: &Circuit, num_qubits: u32, _: &EngineConfig) -> u64 {
        tableau::required_bytes(num_qubits)
    }

    fn new(_: &Circuit, num_qubits: u32, config: &EngineConfig) -> Result<Self, AerError> {
        let tableau = Tableau::new(num_qubits as usize)?;
        Ok(Self { tableau, outcomes: None, known: HashMap::new(), config: config.clone() })
    }

    fn reset_to_zero(&mut self) {
        self.outcomes = None;
        self.tableau.reset();
    }

    fn try_clone(&self) -> Result<Self, AerError> {
        let (tableau, known) = (self.tableau.try_clone()?, self.known.clone());
        Ok(Self { tableau, outcomes: None, known, config: self.config.clone() })
    }

    fn copy_from(&mut self, other: &Self) -> Result<(), AerError> {
        self.outcomes = None;
        self.tableau.copy_from(&other.tableau);
        Ok(())
    }

    fn bytes(&self) -> u64 {
        tableau::required_bytes(self.tableau.num_qubits() as u32)
    }

    fn apply_global_phase(&mut self, _: f64) {}

    /// Words over 2, as an amplitude has two.
    fn work(&self, operation: &Operation, qubits: &[Qubit]) -> u64 {
        let (row, n) = (self.tableau.row_words() as u64, self.tableau.num_qubits() as u64);
        let count = qubits.len() as u64;
        match operation {
            Operation::Pauli(_) | Operation::Delay(_) | Operation::Barrier => count,
            Operation::Measure(_) | Operation::Reset => count * (2 * n + row),
            Operation::SetState(_) => n * n * row,
            Operation::Save(save) => match &save.kind {
                SaveKind::ExpectationValue(terms) | SaveKind::ExpectationValueVariance(terms) => {
                    terms.len() as u64 * count * row
                }
                _ => n * (n + row),
            },
            _ => 1 + count * row,
        }
    }

    fn apply(&mut self, operation: &Operation, qubits: &[Qubit]) -> Result<(), AerError> {
        self.outcomes = None;
        match operation {
            Operation::Delay(_) | Operation::Barrier | Operation::QuantumErrorLocation => {}
            Operation::Pauli(letters) => {
                for (qubit, letter) in qubits.iter().rev().zip(letters) {
                    let (x, z) = pauli_bits(*letter);
                    self.flip(*qubit, x, z);
                }
            }
            Operation::Reset => {
                for qubit in qubits {
                    if self.certain(*qubit) == Some(true) {
                        self.flip(*qubit, true, false);
                    }
                }
            }
            Operation::SetState(set) => match &**set {
                SetState::Stabilizer(value) => self.tableau = save::read(value, self.tableau.num_qubits())?,
                other => return Err(not_applied(other.name())),
            },
            _ => {
                let clifford = self.clifford(operation, qubits.len()).ok_or_else(|| {
                    let message = format!("\"{}\" with these parameters is not Clifford.", operation.name());
                    AerError::new(ErrorCode::UnsupportedInstruction, message)
                        .hint("Choose the method \"statevector\", \"matrix_product_state\" or \"automatic\".")
                })?;
                clifford.apply(&mut self.tableau, qubits);
            }
        }
        Ok(())
    }

    fn prepare_sampling(&mut self, budget: u64) -> u64 {
        let all = self.all_qubits();
        let mut space = match self.outcomes.take() {
            Some(space) if space.is_of(&all) => space,
            _ => OutcomeSpace::new(&all),
        };
        let mut done = 0;
        while done < budget.max(1) {
            match space.advance(&self.tableau) {
                0 => break,
                work => done += work,
            }
        }
        self.outcomes = Some(space);
        done
    }

    fn sample_measure(&mut self, qubits: &[Qubit], draws: &mut dyn Draws) -> Result<Outcomes, AerError> {
        Ok(self.outcomes(qubits).draw(qubits, draws))
    }

    fn project(&mut self, qubits: &[Qubit], outcome: &Bits) -> Result<(), AerError> {
        for (qubit, index) in qubits.iter().zip(0..) {
            if let Some(pivot) = self.tableau.first_x(z_row(*qubit as usize)) {
                self.outcomes = None;
                self.tableau.collapse(*qubit as usize, pivot, outcome.get(index));
            }
        }
        Ok(())
    }

    fn save(&mut self, save: &SaveKind, qubits: &[Qubit]) -> Result<SavedValue, AerError> {
        self.save_value(save, qubits)
    }
}
