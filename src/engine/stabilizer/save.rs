//! What can be saved of a stabilizer state, and the form in which it can be set.

use serde_json::{Value, json};

use super::tableau::{Tableau, x_row, z_row};
use super::{Stabilizer, pauli_bits};
use crate::circuit::operation::{Pauli, SaveKind};
use crate::circuit::{Bits, Qubit};
use crate::engine::saved::{self, dictionary, insufficient_memory, reserve};
use crate::engine::{Method, SavedValue};
use crate::error::{AerError, ErrorCode};

/// The keys of a tableau, and where the rows of its generators are.
const KEYS: [(&str, RowOf); 2] = [("stabilizer", z_row), ("destabilizer", x_row)];

/// The row of a qubit.
type RowOf = fn(usize) -> usize;

/// The tableau of the inverse circuit, from `{stabilizer: [...], destabilizer: [...]}`.
pub(super) fn read(value: &Value, num_qubits: usize) -> Result<Tableau, AerError> {
    let invalid = |what: &str| {
        AerError::new(ErrorCode::InvalidState, format!("The stabilizer state is not valid: {what}."))
            .expected(format!("{num_qubits} Pauli strings of {num_qubits} letters I, X, Y, Z, with a sign"))
    };
    let mut tableau = Tableau::new(num_qubits)?;
    for (key, row) in KEYS {
        let labels = value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if labels.len() != num_qubits {
            return Err(invalid(&format!("\"{key}\" has {} generators", labels.len())));
        }
        for (index, label) in labels.iter().enumerate() {
            if !label.as_str().is_some_and(|label| tableau.set_label(row(index), label)) {
                return Err(invalid(&format!("generator {index} of \"{key}\" is {label}")));
            }
        }
    }
    let message = "each stabilizer must anticommute with its destabilizer, and all others commute";
    tableau.inverse()?.ok_or_else(|| invalid(message))
}

impl Stabilizer {
    pub(super) fn save_value(&mut self, save: &SaveKind, qubits: &[Qubit]) -> Result<SavedValue, AerError> {
        let threshold = self.config.zero_threshold;
        match save {
            SaveKind::State | SaveKind::Stabilizer | SaveKind::Clifford => self.generators(),
            SaveKind::Probabilities => self.probabilities(qubits),
            SaveKind::ProbabilitiesDict => self.probabilities_dict(qubits),
            SaveKind::AmplitudesSquared(indices) => Ok(self.amplitudes_squared(indices)),
            SaveKind::ExpectationValue(terms) | SaveKind::ExpectationValueVariance(terms) => {
                saved::expectation(save, terms, threshold, |letters| Ok(self.expectation(letters, qubits)))
            }
            _ => Err(saved::unsupported(save, Method::Stabilizer)),
        }
    }

    /// `{stabilizer: [...], destabilizer: [...]}`: what the circuit makes of each `Z`, and of each `X`.
    fn generators(&self) -> Result<SavedValue, AerError> {
        let n = self.tableau.num_qubits();
        // A letter is a byte.
        let bytes = 2 * n as u64 * (n as u64 + 32);
        let short = |_| insufficient_memory(bytes);
        Vec::<u8>::new().try_reserve_exact(usize::try_from(bytes).unwrap_or(usize::MAX)).map_err(short)?;
        let unitary = || AerError::new(ErrorCode::Internal, "The tableau is not that of a unitary.");
        let forward = self.tableau.inverse()?.ok_or_else(unitary)?;
        let labels = |row: RowOf| -> Value { (0..n).map(|i| forward.label(row(i))).collect() };
        let [stabilizer, destabilizer] = KEYS.map(|(_, row)| labels(row));
        Ok(SavedValue::Json(json!({ "stabilizer": stabilizer, "destabilizer": destabilizer })))
    }

    /// The outcomes of qubits that are possible, each as probable as the others; and how probable.
    fn possible(&mut self, qubits: &[Qubit]) -> Result<(Vec<Bits>, f64), AerError> {
        let most = self.config.stabilizer_max_snapshot_probabilities;
        if qubits.len() as u64 > most {
            return Err(AerError::new(
                ErrorCode::InsufficientMemory,
                "Probabilities of too many qubits are saved.",
            )
            .found(format!("{} qubits", qubits.len()))
            .expected(format!("at most {most}"))
            .hint("Save fewer qubits, or raise the option \"stabilizer_max_snapshot_probabilities\"."));
        }
        let space = super::OutcomeSpace::of(&self.tableau, qubits);
        let free = space.num_free();
        let mut outcomes = dictionary(1usize.checked_shl(free as u32).unwrap_or(usize::MAX))?;
        outcomes.extend(space.outcomes());
        outcomes.sort_unstable();
        Ok((outcomes, (-(free as f64)).exp2()))
    }

    fn probabilities(&mut self, qubits: &[Qubit]) -> Result<SavedValue, AerError> {
        let (outcomes, probability) = self.possible(qubits)?;
        let len = 1usize.checked_shl(qubits.len() as u32);
        let mut values = Vec::new();
        reserve(&mut values, len)?;
        values.resize(len.unwrap_or(0), 0.0);
        let kept = saved::chop(probability, self.config.zero_threshold);
        for outcome in outcomes {
            if let Some(value) = values.get_mut(outcome.low_u64() as usize) {
                *value = kept;
            }
        }
        Ok(SavedValue::RealVector(values))
    }

    fn probabilities_dict(&mut self, qubits: &[Qubit]) -> Result<SavedValue, AerError> {
        let (outcomes, probability) = self.possible(qubits)?;
        let mut entries = Vec::new();
        if probability > self.config.zero_threshold {
            entries = dictionary(outcomes.len())?;
            entries.extend(outcomes.iter().map(|outcome| (outcome.to_hex(), probability)));
        }
        Ok(SavedValue::RealDict(entries))
    }

    fn amplitudes_squared(&mut self, indices: &[u64]) -> SavedValue {
        let all = self.all_qubits();
        let threshold = self.config.zero_threshold;
        self.outcomes = self.outcomes.take().filter(|space| space.is_of(&all));
        let space = self.outcomes(&all);
        let probability = saved::chop((-(space.num_free() as f64)).exp2(), threshold);
        // All qubits in order, so that a place is a qubit; bits beyond the index are 0.
        let bit = |index: u64, place: usize| place < 64 && index >> place & 1 == 1;
        let beyond = |index: u64| index.checked_shr(all.len() as u32).is_some_and(|bits| bits > 0);
        let possible = |index: u64| !beyond(index) && space.is_possible(|place| bit(index, place));
        let values = indices.iter().map(|index| if possible(*index) { probability } else { 0.0 });
        SavedValue::RealVector(values.collect())
    }

    /// The expectation value of a Pauli string, whose leftmost letter is for the last qubit: ±1 or 0.
    fn expectation(&self, letters: &[Pauli], qubits: &[Qubit]) -> f64 {
        let letters = qubits.iter().rev().zip(letters).map(|(qubit, letter)| {
            let (x, z) = pauli_bits(*letter);
            (*qubit as usize, x, z)
        });
        let image = self.tableau.image(letters);
        match (image.first_x(), image.phase) {
            (Some(_), _) => 0.0,
            (None, 2) => -1.0,
            (None, _) => 1.0,
        }
    }
}
