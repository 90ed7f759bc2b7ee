//! What is under `NoiseModel`, `QuantumError` and `ReadoutError`: functions of plain data. The JavaScript classes hold
//! dictionaries, as `to_dict()` gives them, and ask here for whatever there is to compute or to check.

use js_sys::{Array, Object};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use super::convert::{describe, from_js, get, to_js, wrong_argument};
use super::js_error::throw;
use crate::circuit::Qubits;
use crate::error::{AerError, ErrorCode};
use crate::frontend::{backend_properties, noise_model, qobj};
use crate::linalg::Matrix;
use crate::noise::channel::{self, Channel};
use crate::noise::{NoiseModel, QuantumError, ReadoutError, device};

/// `depolarizing_error(0.01, 2)` and the like: an error that is given by numbers, the last of which may come in an
/// object, by name.
pub fn channel(name: String, given: Array) -> Result<JsValue, JsValue> {
    let make = || {
        let channel = Channel::by_name(&name)
            .ok_or_else(|| AerError::new(ErrorCode::Internal, "No error has this name.").found(&*name))?;
        told(&channel.make(&values(channel, &given)?))
    };
    make().map(|value| to_js(&value)).map_err(throw)
}

/// The value of each parameter.
fn values(channel: &Channel, given: &Array) -> Result<Vec<f64>, AerError> {
    let last = given.get(given.length().saturating_sub(1));
    let named = last.is_object().then_some(&last);
    let positional = given.length() - u32::from(named.is_some());
    let names = || channel.parameters.iter().map(|(name, _)| *name);
    let signature = || format!("{}({})", channel.name, names().collect::<Vec<_>>().join(", "));
    let known = |key: &JsValue| names().skip(positional as usize).any(|name| key == name);
    let strange = named
        .and_then(|options| Object::keys(options.unchecked_ref::<Object>()).iter().find(|key| !known(key)));
    if positional as usize > channel.parameters.len() || strange.is_some() {
        return Err(AerError::new(ErrorCode::InvalidArgument, "There is an argument too many.")
            .found(strange.map_or_else(|| format!("{positional} arguments"), |key| describe(&key)))
            .expected(signature()));
    }
    let value = |(index, (name, default)): (u32, &(&'static str, Option<f64>))| {
        let value = match named {
            Some(options) if index >= positional => get(options, name),
            _ => given.get(index),
        };
        let value = if index < positional || named.is_some() { value } else { JsValue::UNDEFINED };
        match (value.as_f64().or_else(|| value.as_bool().map(f64::from)), default) {
            (Some(number), _) => Ok(number),
            (None, Some(default)) if value.is_undefined() => Ok(*default),
            _ => Err(wrong_argument(name, &value, "a number")),
        }
    };
    (0..).zip(channel.parameters).map(value).collect()
}

/// What an error is, for the class.
fn told(error: &Result<QuantumError, AerError>) -> Result<Value, AerError> {
    let error = error.as_ref().map_err(Clone::clone)?;
    Ok(json!({ "num_qubits": error.num_qubits(), "entry": noise_model::quantum_error_json(error) }))
}

fn told_readout(error: &Result<ReadoutError, AerError>) -> Result<Value, AerError> {
    let error = error.as_ref().map_err(Clone::clone)?;
    Ok(json!({ "num_qubits": error.num_qubits(), "entry": noise_model::readout_error_json(error) }))
}

fn wrong(name: &str, found: &Value, expected: &str) -> AerError {
    AerError::new(ErrorCode::InvalidArgument, format!("The argument \"{name}\" is wrong."))
        .found(found.to_string())
        .expected(expected)
}

/// `[[what, probability], …]`.
fn terms<T>(given: &Value, read: impl Fn(&Value) -> Result<T, AerError>) -> Result<Vec<(T, f64)>, AerError> {
    let expected = "a list of [operator, probability]";
    let list = given.as_array().ok_or_else(|| wrong("noise_ops", given, expected))?;
    let term = |term: &Value| match term.as_array().map(Vec::as_slice) {
        Some([what, Value::Number(probability)]) => {
            Ok((read(what)?, probability.as_f64().unwrap_or(f64::NAN)))
        }
        _ => Err(wrong("noise_ops", term, expected)),
    };
    list.iter().map(term).collect()
}

fn rows(matrix: &Matrix) -> Value {
    let pairs = |row: &[crate::linalg::Complex]| row.iter().map(|x| json!([x.re, x.im])).collect();
    matrix.entries().chunks(matrix.columns().max(1)).map(pairs).collect::<Vec<Value>>().into()
}

/// A function of plain data, by its name.
pub fn compute(name: String, given: JsValue) -> Result<JsValue, JsValue> {
    let given: Value = from_js(&given).unwrap_or_default();
    computed(&name, &given).map(|value| to_js(&value)).map_err(throw)
}

fn computed(name: &str, given: &Value) -> Result<Value, AerError> {
    let error = || noise_model::quantum_error(&given["error"]);
    let other = || noise_model::quantum_error(&given["other"]);
    let readout = || noise_model::readout_error(&given["error"]);
    let other_readout = || noise_model::readout_error(&given["other"]);
    let model = || noise_model::read(&given["model"]);
    let front = given["front"] == true;
    let power = || {
        let n = given["n"].as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
        n.ok_or_else(|| wrong("n", &given["n"], "a positive integer"))
    };
    match name {
        "quantum_error" => told(&error()),
        "compose" => match &given["qargs"] {
            Value::Null => told(&error()?.compose(&other()?, front)),
            qargs if front => Err(wrong("qargs", qargs, "null where `front` is true")),
            qargs => {
                let qubits: Qubits = serde_json::from_value::<Vec<u32>>(qargs.clone())
                    .map_err(|_| wrong("qargs", qargs, "a list of qubits"))?
                    .into();
                told(&error()?.compose_on(&other()?, &qubits))
            }
        },
        "tensor" => told(&error()?.tensor(&other()?)),
        "power" => told(&error()?.power(power()?)),
        "ideal" => Ok(error()?.ideal().into()),
        "to_quantumchannel" => Ok(rows(&error()?.superoperator()?)),
        "pauli_error" => {
            let letters = |value: &Value| match value {
                Value::String(letters) => qobj::paulis(letters).map(Vec::from),
                other => Err(wrong("noise_ops", other, "a string of I, X, Y and Z")),
            };
            told(&channel::pauli_error(terms(&given["terms"], letters)?))
        }
        "mixed_unitary_error" => told(&channel::mixed_unitary_error(terms(&given["terms"], qobj::matrix)?)),
        "kraus_error" => {
            let operators = given["operators"].as_array().map(Vec::as_slice).unwrap_or_default();
            let operators = qobj::matrices(operators)?.into_vec();
            told(&channel::kraus_error(operators, given["canonical_kraus"] == true))
        }
        "readout_error" => told_readout(&readout()),
        "readout_compose" => told_readout(&readout()?.compose(&other_readout()?, front)),
        "readout_tensor" => told_readout(&readout()?.tensor(&other_readout()?)),
        "readout_power" => told_readout(&readout()?.power(power()?)),
        "readout_ideal" => Ok(readout()?.ideal().into()),
        "add_quantum" => {
            let mut fitting = NoiseModel::default();
            for entry in model()?.quantum() {
                fitting.add_fitting_quantum(entry.clone())?;
            }
            Ok(noise_model::write(&fitting))
        }
        "replace_readout" => {
            let mut replaced = NoiseModel::default();
            for entry in model()?.readout() {
                replaced.replace_readout(entry.clone())?;
            }
            Ok(noise_model::write(&replaced))
        }
        "read" => Ok(noise_model::write(&model()?)),
        "names" => {
            let model = model()?;
            Ok(json!({ "instructions": model.noise_instructions(), "qubits": model.noise_qubits() }))
        }
        "device" => {
            let device = backend_properties::read(&given["properties"])?;
            let options = backend_properties::options(&given["options"])?;
            device::noise_model(&device.qubits, &device.gates, &options)
                .map(|model| noise_model::write(&model))
        }
        _ => Err(AerError::new(ErrorCode::Internal, "Nothing of this name is computed.").found(name)),
    }
}
