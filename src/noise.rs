//! Noise: what goes wrong beside the instructions of a circuit.
//!
//! A [`NoiseModel`] is a list of errors, each with the instructions that it goes with. [`insert`] writes them into
//! a circuit as instructions of their own, so that what runs circuits knows nothing of models. [`QuantumError`] and
//! [`ReadoutError`] are the errors; [`channel`] makes those that Qiskit has names for, [`device`] those of a device
//! from its numbers.
//!
//! What goes where is Aer's (`src/noise/noise_model.hpp` of 0.14.2, `qiskit_aer/noise` of 0.17.2).

pub mod channel;
pub mod device;
mod error;
mod insert;
pub mod kraus;
mod readout;

use std::collections::BTreeSet;

use crate::circuit::{Gate, Qubit, Qubits, validate};
use crate::error::{AerError, ErrorCode};

pub use error::QuantumError;
pub use insert::insert;
pub use readout::ReadoutError;

/// Which errors go with which instructions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NoiseModel {
    quantum: Vec<QuantumEntry>,
    readout: Vec<ReadoutEntry>,
}

/// A quantum error and the instructions that it goes with. Several of the same instruction are applied in order.
#[derive(Clone, Debug, PartialEq)]
pub struct QuantumEntry {
    /// The error.
    pub error: QuantumError,
    /// Labels of instructions, or names of those without a label.
    pub operations: Vec<Box<str>>,
    /// The qubits of the instruction, in order; errors of these replace those of all qubits. None: all qubits.
    pub qubits: Vec<Qubits>,
    /// The qubits of the error, if they are others; the error is then added to those on the instruction's own.
    pub noise_qubits: Vec<Qubits>,
}

/// A readout error and the qubits whose measurements it goes with. None: each qubit.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadoutEntry {
    /// The error.
    pub error: ReadoutError,
    /// The measured qubits, in order; errors of these replace those of all qubits.
    pub qubits: Vec<Qubits>,
}

impl QuantumEntry {
    /// Checks the qubits, and how many they are: `fits(those of the error, those of an instruction)`.
    fn check(&self, fits: impl Fn(usize, usize) -> bool) -> Result<(), AerError> {
        let width = self.error.num_qubits() as usize;
        for name in &self.operations {
            if let Some(expected) = Gate::by_name(name).and_then(|gate| gate.spec().num_qubits())
                && !fits(width, expected)
            {
                return Err(unfit(width, expected, name));
            }
        }
        // An error on other qubits says by itself how many they are.
        let own = if self.noise_qubits.is_empty() { &self.qubits } else { &self.noise_qubits };
        if let Some(qubits) = own.iter().find(|qubits| !fits(width, qubits.len())) {
            return Err(mismatch("error", qubits.len(), width));
        }
        self.qubits.iter().chain(&self.noise_qubits).try_for_each(|qubits| known(qubits))
    }
}

impl ReadoutEntry {
    /// Checks the qubits, and how many they are.
    fn check(&self) -> Result<(), AerError> {
        let width = self.error.num_qubits() as usize;
        if self.qubits.is_empty() && width != 1 {
            return Err(AerError::new(
                ErrorCode::QubitCount,
                "All-qubit readout errors must be defined as single-qubit errors.",
            )
            .found(format!("{width} qubits"))
            .expected("1"));
        }
        self.qubits.iter().try_for_each(|qubits| {
            if qubits.len() != width {
                return Err(mismatch("readout error", qubits.len(), width));
            }
            known(qubits)
        })
    }
}

impl NoiseModel {
    /// The quantum errors, in the order in which they are applied.
    pub fn quantum(&self) -> &[QuantumEntry] {
        &self.quantum
    }

    /// The readout errors.
    pub fn readout(&self) -> &[ReadoutEntry] {
        &self.readout
    }

    /// Whether nothing goes wrong.
    pub fn is_ideal(&self) -> bool {
        self.quantum.is_empty() && self.readout.is_empty()
    }

    /// Adds a quantum error. One that is wider than its instruction is refused; one that is narrower acts on the
    /// first qubits.
    pub fn add_quantum(&mut self, entry: QuantumEntry) -> Result<(), AerError> {
        entry.check(|width, expected| width <= expected)?;
        self.quantum.push(entry);
        Ok(())
    }

    /// Adds a quantum error that has as many qubits as its instruction, as Qiskit does: one that changes nothing
    /// is left out.
    pub fn add_fitting_quantum(&mut self, entry: QuantumEntry) -> Result<(), AerError> {
        entry.check(|width, expected| width == expected)?;
        if !entry.error.ideal() {
            self.quantum.push(entry);
        }
        Ok(())
    }

    /// Adds a readout error.
    pub fn add_readout(&mut self, entry: ReadoutEntry) -> Result<(), AerError> {
        entry.check()?;
        self.readout.push(entry);
        Ok(())
    }

    /// Adds a readout error in place of those on the same qubits, as Qiskit does: one that changes nothing is left
    /// out.
    pub fn replace_readout(&mut self, entry: ReadoutEntry) -> Result<(), AerError> {
        entry.check()?;
        if entry.error.ideal() {
            return Ok(());
        }
        let kept = |mut other: ReadoutEntry| {
            let everywhere = other.qubits.is_empty();
            other.qubits.retain(|own| !entry.qubits.contains(own));
            let stays = if everywhere { !entry.qubits.is_empty() } else { !other.qubits.is_empty() };
            stays.then_some(other)
        };
        self.readout = std::mem::take(&mut self.readout).into_iter().filter_map(kept).collect();
        self.readout.push(entry);
        Ok(())
    }

    /// The labels and names of instructions with errors, in alphabetical order.
    pub fn noise_instructions(&self) -> Vec<&str> {
        let quantum = self.quantum.iter().flat_map(|entry| &entry.operations).map(|name| &**name);
        let readout = self.readout.iter().map(|_| "measure");
        quantum.chain(readout).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The qubits that errors name.
    pub fn noise_qubits(&self) -> Vec<Qubit> {
        let quantum = self.quantum.iter().flat_map(|entry| entry.qubits.iter().chain(&entry.noise_qubits));
        let readout = self.readout.iter().flat_map(|entry| &entry.qubits);
        quantum.chain(readout).flatten().copied().collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// Checks that qubits are different, and some circuit may have them.
fn known(qubits: &[Qubit]) -> Result<(), AerError> {
    validate::qubits(qubits, crate::circuit::MAX_BITS)
}

/// Qiskit's sentence for an error that does not fit its instruction.
fn unfit(width: usize, expected: usize, name: &str) -> AerError {
    AerError::new(
        ErrorCode::QubitCount,
        format!("{width} qubit QuantumError cannot be applied to {expected} qubit instruction \"{name}\"."),
    )
}

fn mismatch(what: &str, found: usize, width: usize) -> AerError {
    AerError::new(
        ErrorCode::QubitCount,
        format!("Number of qubits ({found}) does not match the {what} size ({width})."),
    )
}
