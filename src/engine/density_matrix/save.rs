//! What can be saved of a density matrix: each value is made of the components that it depends on.

use super::DensityMatrix;
use super::pauli::Band;
use crate::circuit::Qubit;
use crate::circuit::operation::{Pauli, SaveKind};
use crate::engine::saved::{self, reserve};
use crate::engine::{Engine, Method, SavedValue};
use crate::error::{AerError, ErrorCode};
use crate::kernel::real::Real;

impl<T: Real> DensityMatrix<T> {
    /// The value that a save instruction asks for. Costs `k 4^k` for a density matrix of `k` qubits, `k 2^k` for
    /// probabilities, one component for each Pauli string.
    pub(super) fn saved_value(&self, save: &SaveKind, qubits: &[Qubit]) -> Result<SavedValue, AerError> {
        let threshold = self.config.zero_threshold;
        if self.pending() > 0 {
            return Err(AerError::new(ErrorCode::Internal, "The state is not ready to be saved."));
        }
        let all = || (0..self.num_qubits).collect::<Vec<Qubit>>();
        Ok(match save {
            SaveKind::State => self.matrix(&all())?,
            SaveKind::DensityMatrix => self.matrix(qubits)?,
            SaveKind::Probabilities | SaveKind::ProbabilitiesDict => {
                saved::probabilities(save, self.probabilities(qubits), threshold)?
            }
            SaveKind::AmplitudesSquared(indices) => {
                let values = self.probabilities(&all());
                let value = |index: &u64| usize::try_from(*index).ok().and_then(|index| values.get(index));
                let chopped = |index| saved::chop(value(index).copied().unwrap_or_default(), threshold);
                SavedValue::RealVector(indices.iter().map(chopped).collect())
            }
            SaveKind::ExpectationValue(terms) | SaveKind::ExpectationValueVariance(terms) => {
                saved::expectation(save, terms, threshold, |letters| Ok(self.pauli(letters, qubits)))?
            }
            other => return Err(saved::unsupported(other, Method::DensityMatrix)),
        })
    }

    /// The component of a Pauli string.
    fn pauli(&self, letters: &[Pauli], qubits: &[Qubit]) -> f64 {
        let parts = letters.iter().rev().enumerate().fold((0, 0), |(x, z), (place, letter)| match letter {
            Pauli::I => (x, z),
            Pauli::X => (x | 1 << place, z),
            Pauli::Y => (x | 1 << place, z | 1 << place),
            Pauli::Z => (x, z | 1 << place),
        });
        self.component(qubits, parts.0, parts.1)
    }

    /// The reduced density matrix of some qubits, the first one least significant.
    fn matrix(&self, qubits: &[Qubit]) -> Result<SavedValue, AerError> {
        let threshold = self.config.zero_threshold;
        let size = 1usize << qubits.len();
        let len = 2usize.checked_shl(2 * qubits.len() as u32);
        let mut entries = Vec::new();
        reserve(&mut entries, len)?;
        entries.resize(len.unwrap_or_default(), 0.0);
        let mut band = Band::new(qubits.len() as u32);
        for x in 0..size {
            band.entries(x, |z| self.component(qubits, x, z));
            for (row, (re, im)) in band.re.iter().zip(&band.im).enumerate() {
                let at = 2 * (row * size + (row ^ x));
                (entries[at], entries[at + 1]) = (saved::chop(*re, threshold), saved::chop(*im, threshold));
            }
        }
        Ok(SavedValue::ComplexMatrix { columns: size, entries })
    }
}
