//! Front ends: from what a user brings to circuits.
//!
//! [`load`] looks at a text, chooses the format and gives a [`Program`]: circuits in order, each read or
//! refused on its own, and what the text says about the whole job (a Qobj's `config`, `header`, `qobj_id`).

pub mod backend_properties;
pub mod noise_model;
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

/// What a text needs besides itself, and who wants to know how far the reading is.
#[derive(Clone, Copy, Default)]
pub struct LoadOptions<'a> {
    /// Values for the `input`s of OpenQASM 3 programs, by name.
    pub inputs: Option<&'a Map<String, Value>>,
    /// The texts of files that OpenQASM programs include, by name; each a string.
    pub includes: Option<&'a Map<String, Value>>,
    /// Called now and then while a long text is read.
    pub progress: Option<&'a dyn Fn(Reading)>,
}

impl<'a> LoadOptions<'a> {
    /// These, but `inputs` and `includes` as options of a run say.
    #[must_use]
    pub fn with_given(self, options: &'a Map<String, Value>) -> Self {
        let object = |key| options.get(key).and_then(Value::as_object);
        Self {
            inputs: object("inputs").or(self.inputs),
            includes: object("includes").or(self.includes),
            ..self
        }
    }
}

/// How far the reading of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Bytes read.
    pub bytes: usize,
    /// Bytes there are.
    pub total_bytes: usize,
    /// Instructions read.
    pub instructions: usize,
}

/// Reads a text of any known format that needs nothing else. An error here is one of the whole text.
pub fn load(text: &str) -> Result<Program, AerError> {
    load_with(text, LoadOptions::default())
}

/// Reads a text of any known format. An error here is one of the whole text.
pub fn load_with(text: &str, options: LoadOptions) -> Result<Program, AerError> {
    match sniff(text) {
        Format::Qobj => qobj::load_with(text, options),
        Format::Qasm2 => qasm::load_v2_with(text, options).map(Program::from),
        Format::Qasm3 => qasm::load_v3_with(text, options).map(Program::from),
    }
}

impl From<Circuit> for Program {
    fn from(circuit: Circuit) -> Self {
        Self { circuits: vec![Ok(circuit)], ..Self::default() }
    }
}

/// Tells the format: JSON starts with a brace; an OpenQASM text says its version, or shows it by the first
/// statement that only one version has; everything else is taken for OpenQASM 2, whose parser then says what is
/// wrong.
pub fn sniff(text: &str) -> Format {
    if text.trim_start().starts_with('{') {
        return Format::Qobj;
    }
    match qasm::version(text) {
        Some(major) if major >= 3 => Format::Qasm3,
        None if qasm::shows_version_3(text) => Format::Qasm3,
        _ => Format::Qasm2,
    }
}
