//! What can be saved of a statevector. Numbers below the zero threshold become 0; memory is asked for before
//! it is filled, and no save takes more than its value.

use super::Statevector;
use super::amplitudes::insufficient_memory;
use crate::circuit::Qubit;
use crate::circuit::operation::{Pauli, PauliTerm, SaveKind};
use crate::engine::SavedValue;
use crate::error::{AerError, ErrorCode};
use crate::kernel::index::mask;
use crate::kernel::reduce;

/// So many zeros, or the error that there is no memory for them.
fn zeros(len: Option<usize>) -> Result<Vec<f64>, AerError> {
    let short = || insufficient_memory(len.map_or(u64::MAX, |len| (len as u64).saturating_mul(8)));
    let len = len.ok_or_else(short)?;
    let mut values = Vec::new();
    values.try_reserve_exact(len).map_err(|_| short())?;
    values.resize(len, 0.0);
    Ok(values)
}

/// A dictionary of so many entries, with memory for them and for their keys, or the error that there is none.
fn dictionary<T>(len: usize, entries: impl Iterator<Item = T>) -> Result<Vec<T>, AerError> {
    /// Bytes that a key takes of the heap, at most.
    const KEY: usize = 32;
    let bytes = len.saturating_mul(size_of::<T>() + KEY);
    let short = |_| insufficient_memory(bytes as u64);
    let mut dictionary = Vec::new();
    dictionary.try_reserve_exact(len).map_err(short)?;
    // Keys are many small allocations, which cannot fail typed: this one tells whether they will fit.
    Vec::<u8>::new().try_reserve_exact(len.saturating_mul(KEY)).map_err(short)?;
    dictionary.extend(entries);
    Ok(dictionary)
}

fn key(index: usize) -> String {
    format!("{index:#x}")
}

impl Statevector {
    /// The value that a save instruction asks for.
    ///
    /// Costs one pass over the state; one for each term of an expectation value; a density matrix of `k` qubits
    /// costs a pass times `2^k`.
    pub(super) fn saved_value(&self, save: &SaveKind, qubits: &[Qubit]) -> Result<SavedValue, AerError> {
        let threshold = self.config.zero_threshold;
        let chop = |x: f64| if x.abs() < threshold { 0.0 } else { x };
        let (re, im) = self.amplitudes.parts();
        let picked = |indices: &[u64]| -> Vec<[f64; 2]> {
            let at = |index: &u64| usize::try_from(*index).ok().filter(|index| *index < re.len());
            indices.iter().map(|index| at(index).map_or([0.0; 2], |index| [re[index], im[index]])).collect()
        };
        Ok(match save {
            SaveKind::Statevector | SaveKind::State => {
                SavedValue::ComplexVector(self.amplitudes.to_interleaved(threshold)?)
            }
            SaveKind::StatevectorDict => {
                let kept = || re.iter().zip(im).enumerate().filter(|(_, (x, y))| x.hypot(**y) > threshold);
                let entries = kept().map(|(i, (x, y))| (key(i), chop(*x), chop(*y)));
                SavedValue::ComplexDict(dictionary(kept().count(), entries)?)
            }
            SaveKind::Amplitudes(indices) => {
                SavedValue::ComplexVector(picked(indices).into_iter().flatten().map(chop).collect())
            }
            SaveKind::AmplitudesSquared(indices) => SavedValue::RealVector(
                picked(indices).into_iter().map(|[x, y]| chop(x * x + y * y)).collect(),
            ),
            SaveKind::Probabilities => {
                let mut probabilities = self.probabilities(qubits)?;
                for p in &mut probabilities {
                    *p = chop(*p);
                }
                SavedValue::RealVector(probabilities)
            }
            SaveKind::ProbabilitiesDict => {
                let probabilities = self.probabilities(qubits)?;
                let kept = || probabilities.iter().enumerate().filter(|(_, p)| **p > threshold);
                SavedValue::RealDict(dictionary(kept().count(), kept().map(|(i, p)| (key(i), *p)))?)
            }
            SaveKind::DensityMatrix => {
                let mut entries = self.density_matrix(qubits)?;
                for x in &mut entries {
                    *x = chop(*x);
                }
                SavedValue::ComplexMatrix { columns: 1 << qubits.len(), entries }
            }
            SaveKind::ExpectationValue(terms) => SavedValue::Real(chop(self.moments(terms, qubits).0)),
            SaveKind::ExpectationValueVariance(terms) => {
                let (mean, square) = self.moments(terms, qubits);
                SavedValue::RealVector(vec![chop(mean), chop(square - mean * mean)])
            }
            other => {
                let message = format!("\"{}\" is not for the statevector method.", other.name());
                return Err(AerError::new(ErrorCode::UnsupportedInstruction, message));
            }
        })
    }

    fn probabilities(&self, qubits: &[Qubit]) -> Result<Vec<f64>, AerError> {
        let mut probabilities = zeros(1usize.checked_shl(qubits.len() as u32))?;
        let (re, im) = self.amplitudes.parts();
        reduce::probabilities(re, im, qubits, &mut probabilities);
        Ok(probabilities)
    }

    /// The reduced density matrix, row by row, interleaved.
    pub(super) fn density_matrix(&self, qubits: &[Qubit]) -> Result<Vec<f64>, AerError> {
        let bits = 2 * qubits.len() as u32 + 1;
        let mut entries = zeros(1usize.checked_shl(bits))?;
        let (re, im) = self.amplitudes.parts();
        reduce::density_matrix(re, im, qubits, &mut entries);
        Ok(entries)
    }

    /// The sums of expectation values, with the coefficients of the operator and with those of its square.
    fn moments(&self, terms: &[PauliTerm], qubits: &[Qubit]) -> (f64, f64) {
        let (re, im) = self.amplitudes.parts();
        let mut sums = (0.0, 0.0);
        for term in terms {
            let positions = |wanted: [Pauli; 2]| {
                let letters = term.letters.iter().rev().zip(qubits);
                let matching = letters.filter(|(letter, _)| wanted.contains(letter));
                mask(&matching.map(|(_, qubit)| *qubit).collect::<Vec<_>>())
            };
            let (flips, signs) = (positions([Pauli::X, Pauli::Y]), positions([Pauli::Z, Pauli::Y]));
            let value = reduce::pauli_expectation(re, im, flips, signs);
            sums.0 += term.coefficient * value;
            sums.1 += term.squared * value;
        }
        sums
    }
}
