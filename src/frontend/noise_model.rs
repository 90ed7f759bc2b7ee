//! Noise models as JSON: what Qiskit's `NoiseModel.to_dict(serializable=True)` gives and Aer takes.
//!
//! `{errors: [{type: "qerror", operations, instructions, probabilities, gate_qubits?, noise_qubits?},
//! {type: "roerror", operations, probabilities, gate_qubits?}]}`. Instructions are a Qobj's, with positions among the
//! qubits of the instruction that errs. Other keys are ignored, as by Aer.

use serde_json::{Map, Value, json};

use super::qobj;
use crate::circuit::Qubits;
use crate::circuit::operation::ErrorBranch;
use crate::error::{AerError, ErrorCode};
use crate::noise::{NoiseModel, QuantumEntry, QuantumError, ReadoutEntry, ReadoutError};

fn invalid(message: impl Into<String>) -> AerError {
    AerError::new(ErrorCode::InvalidNoiseModel, message)
}

/// A field that has to be a list.
fn list<'a>(of: &'a Map<String, Value>, key: &str) -> Result<&'a Vec<Value>, AerError> {
    match of.get(key) {
        Some(Value::Array(list)) => Ok(list),
        other => Err(invalid(format!("NoiseModel: field \"{key}\" is missing or no list."))
            .found(found(other.unwrap_or(&Value::Null)))),
    }
}

fn found(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn number(value: &Value) -> Result<f64, AerError> {
    value.as_f64().ok_or_else(|| {
        AerError::new(ErrorCode::InvalidParameter, "A probability is no number.").found(found(value))
    })
}

/// The lists of qubits under a key; none if it is absent.
fn qubit_lists(of: &Map<String, Value>, key: &str) -> Result<Vec<Qubits>, AerError> {
    match of.get(key) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(_) => list(of, key)?.iter().map(|qubits| qobj::indices(qubits, "qubit")).collect(),
    }
}

/// Reads a whole model.
pub fn read(model: &Value) -> Result<NoiseModel, AerError> {
    let Value::Object(fields) = model else {
        return Err(invalid("NoiseModel: it is not an object.").found(found(model)));
    };
    let mut read = NoiseModel::default();
    if fields.get("errors").is_none_or(Value::is_null) {
        return Ok(read);
    }
    for (index, entry) in list(fields, "errors")?.iter().enumerate() {
        add(&mut read, entry).map_err(|mut error| {
            // The instructions of an error are not those of a circuit.
            let at = match error.place.instruction.take().and_then(|_| error.place.name.take()) {
                Some(name) => format!("\"{name}\" of error {index} of the noise model."),
                None => format!("Error {index} of the noise model."),
            };
            let hint = error.hint.take().map_or(at.clone(), |hint| format!("{at} {hint}"));
            error.hint(hint)
        })?;
    }
    Ok(read)
}

fn add(model: &mut NoiseModel, entry: &Value) -> Result<(), AerError> {
    let Value::Object(fields) = entry else {
        return Err(invalid("NoiseModel: an error is not an object.").found(found(entry)));
    };
    let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default();
    match kind {
        "qerror" => {
            let operations = list(fields, "operations")?.iter().map(|name| match name {
                Value::String(name) => Ok(name.as_str().into()),
                other => Err(invalid("NoiseModel: an operation is no name.").found(found(other))),
            });
            model.add_quantum(QuantumEntry {
                operations: operations.collect::<Result<_, _>>()?,
                error: quantum_error(entry)?,
                qubits: qubit_lists(fields, "gate_qubits")?,
                noise_qubits: qubit_lists(fields, "noise_qubits")?,
            })
        }
        "roerror" => model.add_readout(ReadoutEntry {
            error: readout_error(entry)?,
            qubits: qubit_lists(fields, "gate_qubits")?,
        }),
        other => Err(invalid(format!("NoiseModel: Invalid noise type ({other})"))
            .expected("\"qerror\" or \"roerror\"")),
    }
}

/// Reads what an entry says of its quantum error: `instructions`, `probabilities`, and `num_qubits` where there are
/// more than the instructions name.
pub fn quantum_error(entry: &Value) -> Result<QuantumError, AerError> {
    let fields = entry.as_object().ok_or_else(|| invalid("QuantumError: it is not an object."))?;
    let (circuits, probabilities) = (list(fields, "instructions")?, list(fields, "probabilities")?);
    if circuits.len() != probabilities.len() {
        return Err(invalid("QuantumError: probabilities not matching with instructions.")
            .found(format!("{} probabilities", probabilities.len()))
            .expected(format!("{}, one for each circuit", circuits.len())));
    }
    let branch = |(circuit, probability): (&Value, &Value)| {
        let Value::Array(steps) = circuit else {
            return Err(invalid("QuantumError: a circuit is no list of instructions.").found(found(circuit)));
        };
        Ok(ErrorBranch {
            probability: number(probability)?,
            instructions: steps.iter().map(qobj::error_instruction).collect::<Result<_, _>>()?,
        })
    };
    let branches = circuits.iter().zip(probabilities).map(branch);
    let num_qubits = fields.get("num_qubits").and_then(Value::as_u64).unwrap_or(1);
    QuantumError::on(u32::try_from(num_qubits).unwrap_or(u32::MAX), branches.collect::<Result<_, _>>()?)
}

/// Reads what an entry says of its readout error: `probabilities`.
pub fn readout_error(entry: &Value) -> Result<ReadoutError, AerError> {
    let fields = entry.as_object().ok_or_else(|| invalid("ReadoutError: it is not an object."))?;
    let row = |row: &Value| match row {
        Value::Array(row) => row.iter().map(number).collect(),
        other => Err(invalid("ReadoutError: a row is no list of probabilities.").found(found(other))),
    };
    ReadoutError::new(list(fields, "probabilities")?.iter().map(row).collect::<Result<_, _>>()?)
}

/// A whole model, which [`read`] reads back to the same.
pub fn write(model: &NoiseModel) -> Value {
    let put = |mut entry: Value, key: &str, lists: &[Qubits]| {
        if !lists.is_empty() {
            entry[key] = lists.iter().map(|qubits| json!(qubits.as_slice())).collect();
        }
        entry
    };
    let quantum = model.quantum().iter().map(|entry| {
        let mut json = quantum_error_json(&entry.error);
        json["operations"] = json!(entry.operations);
        put(put(json, "gate_qubits", &entry.qubits), "noise_qubits", &entry.noise_qubits)
    });
    let readout = model.readout().iter().map(|e| put(readout_error_json(&e.error), "gate_qubits", &e.qubits));
    json!({ "errors": quantum.chain(readout).collect::<Vec<_>>() })
}

/// A quantum error as an entry without operations.
pub fn quantum_error_json(error: &QuantumError) -> Value {
    let circuit =
        |branch: &ErrorBranch| -> Value { branch.instructions.iter().map(qobj::instruction_json).collect() };
    let mut entry = json!({
        "type": "qerror",
        "operations": [],
        "instructions": error.branches().iter().map(circuit).collect::<Vec<_>>(),
        "probabilities": error.branches().iter().map(|branch| branch.probability).collect::<Vec<_>>(),
    });
    if error.num_qubits() > error.qubits_used() {
        entry["num_qubits"] = error.num_qubits().into();
    }
    entry
}

/// A readout error as an entry for all qubits.
pub fn readout_error_json(error: &ReadoutError) -> Value {
    json!({ "type": "roerror", "operations": ["measure"], "probabilities": error.probabilities() })
}
