//! OpenQASM text.

use crate::circuit::Circuit;
use crate::error::{AerError, ErrorCode};

/// The major version that the text declares, if it declares one.
pub fn version(text: &str) -> Option<u32> {
    let _ = text;
    None
}

/// Reads OpenQASM 2.
pub fn load_v2(text: &str) -> Result<Circuit, AerError> {
    let _ = text;
    Err(AerError::new(ErrorCode::UnsupportedFormat, "OpenQASM 2 is not read yet."))
}

/// Reads OpenQASM 3.
pub fn load_v3(text: &str) -> Result<Circuit, AerError> {
    let _ = text;
    Err(AerError::new(ErrorCode::UnsupportedFormat, "OpenQASM 3 is not read yet.")
        .hint("Write the program as OpenQASM 2, or build it with QuantumCircuit."))
}
