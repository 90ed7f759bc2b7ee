//! Qobj JSON (`QasmQobj`, schema 1.3).

use super::Program;
use crate::circuit::Circuit;
use crate::error::{AerError, ErrorCode};

/// Reads a Qobj.
pub fn load(text: &str) -> Result<Program, AerError> {
    let _ = text;
    Err(AerError::new(ErrorCode::InvalidQobj, "stub"))
}

/// The circuit as a Qobj experiment (`{header, config, instructions}`), which [`load`] reads back to the same.
pub fn experiment_json(circuit: &Circuit) -> serde_json::Value {
    let _ = circuit;
    serde_json::Value::Null
}
