//! Circuits from circuits: inverse, composition, parameters bound.

use super::expression::Expr;
use super::{Circuit, Qubit};
use crate::error::{AerError, ErrorCode};

/// The circuit that undoes this one: instructions in reverse order, each inverted. Fails where one has no
/// inverse (measure, reset, loops, …).
pub fn inverse(_circuit: &Circuit) -> Result<Circuit, AerError> {
    Err(AerError::new(ErrorCode::NotImplemented, "inverse"))
}

/// Appends the instructions of another circuit, whose qubit `i` becomes `qubits[i]` and whose bit `j` becomes
/// `clbits[j]`.
pub fn compose(
    _circuit: &mut Circuit,
    _other: &Circuit,
    _qubits: &[Qubit],
    _clbits: &[u32],
) -> Result<(), AerError> {
    Err(AerError::new(ErrorCode::NotImplemented, "compose"))
}

/// The circuit with named parameters replaced, where `value` has an expression for them; gates whose
/// parameters are then all constant become plain gates.
pub fn bind(_circuit: &Circuit, _value: &dyn Fn(&str) -> Option<Expr>) -> Result<Circuit, AerError> {
    Err(AerError::new(ErrorCode::NotImplemented, "bind"))
}

/// The names of a circuit's free parameters, in order of appearance, each once.
pub fn parameters(_circuit: &Circuit) -> Vec<String> {
    Vec::new()
}
