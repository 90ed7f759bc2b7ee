//! Front ends: from what a user brings to circuits.
//!
//! [`load`] looks at a text, chooses the format and gives a [`Program`]: circuits in order, each read or
//! refused on its own, and what the text says about the whole job (a Qobj's `config`, `header`, `qobj_id`).

pub mod qasm;
pub mod qobj;

use serde_json::{Map, Value};

use crate::circuit::Circuit;
use crate::error::AerError;

/// What a text describes.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The circuits in order; one that is invalid is refused alone.
    pub circuits: Vec<Result<Circuit, AerError>>,
    /// Options for the whole job (a Qobj's `config`), weaker than those given to `run`.
    pub config: Map<String, Value>,
    /// A Qobj's id.
    pub qobj_id: Option<String>,
    /// A Qobj's header, passed through to the result.
    pub header: Option<Map<String, Value>>,
}

/// The formats that can be told apart by looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Qobj JSON.
    Qobj,
    /// OpenQASM 2.
    Qasm2,
    /// OpenQASM 3.
    Qasm3,
}

/// Reads a text of any known format. An error here is one of the whole text.
pub fn load(text: &str) -> Result<Program, AerError> {
    match sniff(text) {
        Format::Qobj => qobj::load(text),
        Format::Qasm2 => qasm::load_v2(text).map(Program::from),
        Format::Qasm3 => qasm::load_v3(text).map(Program::from),
    }
}

impl From<Circuit> for Program {
    fn from(circuit: Circuit) -> Self {
        Self { circuits: vec![Ok(circuit)], ..Self::default() }
    }
}

/// Tells the format: JSON starts with a brace; `OPENQASM 3` says so; everything else is taken for OpenQASM 2,
/// whose parser then says what is wrong.
pub fn sniff(text: &str) -> Format {
    if text.trim_start().starts_with('{') {
        return Format::Qobj;
    }
    match qasm::version(text) {
        Some(major) if major >= 3 => Format::Qasm3,
        _ => Format::Qasm2,
    }
}
