//! Writing OpenQASM 2.

use crate::circuit::Circuit;
use crate::error::{AerError, ErrorCode};

/// The circuit as OpenQASM 2, which is read back to the same. Fails where OpenQASM 2 has no words for it.
pub fn write(_circuit: &Circuit) -> Result<String, AerError> {
    Err(AerError::new(ErrorCode::NotImplemented, "to_qasm2"))
}
