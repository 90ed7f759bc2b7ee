//! Values of save instructions, made of what engines compute. Numbers below the zero threshold become 0; memory is
//! asked for before it is filled.

use super::{Method, SavedValue};
use crate::circuit::operation::{Pauli, PauliTerm, SaveKind};
use crate::error::{AerError, ErrorCode};
use crate::linalg::Complex;

/// The number, or 0 below the threshold.
pub fn chop(x: f64, threshold: f64) -> f64 {
    if x.abs() < threshold { 0.0 } else { x }
}

/// The error of an allocation that failed.
pub fn insufficient_memory(bytes: u64) -> AerError {
    AerError::new(ErrorCode::InsufficientMemory, "There is not enough memory for the state.")
        .found(format!("a need of {bytes} bytes"))
        .hint("Use fewer qubits: each one less halves the memory.")
}

/// Memory for so many numbers, or the error that there is none.
pub fn reserve(values: &mut Vec<f64>, len: Option<usize>) -> Result<(), AerError> {
    let short = || insufficient_memory(len.map_or(u64::MAX, |len| (len as u64).saturating_mul(8)));
    values.try_reserve_exact(len.ok_or_else(short)?).map_err(|_| short())
}

/// A dictionary for so many entries, with memory for them and for their keys, or the error that there is none.
pub fn dictionary<T>(len: usize) -> Result<Vec<T>, AerError> {
    /// Bytes that a key takes of the heap, at most.
    const KEY: usize = 32;
    let bytes = len.saturating_mul(size_of::<T>() + KEY);
    let short = |_| insufficient_memory(bytes as u64);
    let mut dictionary = Vec::new();
    dictionary.try_reserve_exact(len).map_err(short)?;
    // Keys are many small allocations, which cannot fail typed: this one tells whether they will fit.
    Vec::<u8>::new().try_reserve_exact(len.saturating_mul(KEY)).map_err(short)?;
    Ok(dictionary)
}

/// The key of a basis state.
pub fn key(index: usize) -> String {
    format!("{index:#x}")
}

/// Complex numbers, interleaved.
pub fn interleaved(
    values: impl ExactSizeIterator<Item = Complex>,
    threshold: f64,
) -> Result<Vec<f64>, AerError> {
    let mut flat = Vec::new();
    reserve(&mut flat, values.len().checked_mul(2))?;
    flat.extend(values.flat_map(|x| [chop(x.re, threshold), chop(x.im, threshold)]));
    Ok(flat)
}

/// `save_probabilities` or `save_probabilities_dict`, from the probability of each value of the qubits.
pub fn probabilities(save: &SaveKind, mut values: Vec<f64>, threshold: f64) -> Result<SavedValue, AerError> {
    if matches!(save, SaveKind::ProbabilitiesDict) {
        let kept = || values.iter().enumerate().filter(|(_, p)| **p > threshold);
        let mut entries = dictionary(kept().count())?;
        entries.extend(kept().map(|(i, p)| (key(i), *p)));
        return Ok(SavedValue::RealDict(entries));
    }
    for p in &mut values {
        *p = chop(*p, threshold);
    }
    Ok(SavedValue::RealVector(values))
}

/// `save_expval` or `save_expval_var`, from the expectation value of each Pauli string, whose *leftmost* letter is for
/// the last qubit.
pub fn expectation(
    save: &SaveKind,
    terms: &[PauliTerm],
    threshold: f64,
    mut value: impl FnMut(&[Pauli]) -> Result<f64, AerError>,
) -> Result<SavedValue, AerError> {
    let (mut mean, mut square) = (0.0, 0.0);
    for term in terms {
        let value = value(&term.letters)?;
        mean += term.coefficient * value;
        square += term.squared * value;
    }
    Ok(match save {
        SaveKind::ExpectationValueVariance(_) => {
            SavedValue::RealVector(vec![chop(mean, threshold), chop(square - mean * mean, threshold)])
        }
        _ => SavedValue::Real(chop(mean, threshold)),
    })
}

/// The error of a save that a method cannot do.
pub fn unsupported(save: &SaveKind, method: Method) -> AerError {
    let message = format!("\"{}\" is not for the {} method.", save.name(), method.name());
    AerError::new(ErrorCode::UnsupportedInstruction, message)
}
