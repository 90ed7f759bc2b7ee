//! Writing OpenQASM 3.

use crate::circuit::Circuit;
use crate::error::{AerError, ErrorCode};

/// The circuit as OpenQASM 3, which is read back to the same.
pub fn write(_circuit: &Circuit) -> Result<String, AerError> {
    Err(AerError::new(ErrorCode::NotImplemented, "to_qasm3"))
}
