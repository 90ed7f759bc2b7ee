//! From the tree to a circuit.

use crate::circuit::Circuit;
use crate::error::{AerError, ErrorCode};
use crate::frontend::LoadOptions;

/// Reads and analyses a program.
pub fn circuit(_source: &str, _options: LoadOptions) -> Result<Circuit, AerError> {
    Err(AerError::new(ErrorCode::UnsupportedFormat, "OpenQASM 3 is not read yet.")
        .hint("Write the program as OpenQASM 2, or build it with QuantumCircuit."))
}
