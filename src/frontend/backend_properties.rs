//! A device's numbers as JSON: Qiskit's `BackendProperties.to_dict()`.
//!
//! `{qubits: [[{name, value, unit}, …] of each qubit], gates: [{gate, qubits, parameters: [{name, value, unit}, …]}]}`,
//! of which `T1`, `T2`, `frequency`, `readout_error`, `prob_meas1_prep0`, `prob_meas0_prep1`, `gate_length` and
//! `gate_error` are read.

use serde_json::Value;

use super::qobj;
use crate::error::{AerError, ErrorCode};
use crate::noise::device::{DeviceOptions, GateNumbers, QubitNumbers};

/// Factors from units of time to nanoseconds.
const NANOSECONDS: [(&str, f64); 6] =
    [("s", 1e9), ("ms", 1e6), ("µs", 1e3), ("μs", 1e3), ("us", 1e3), ("ns", 1.0)];

/// Factors from units of frequency to gigahertz.
const GIGAHERTZ: [(&str, f64); 6] =
    [("Hz", 1e-9), ("kHz", 1e-6), ("KHz", 1e-6), ("MHz", 1e-3), ("GHz", 1.0), ("THz", 1e3)];

/// A device's qubits and gates.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// Its qubits.
    pub qubits: Vec<QubitNumbers>,
    /// Its gates, each once for each place where it can be done.
    pub gates: Vec<GateNumbers>,
}

fn invalid(message: impl Into<String>) -> AerError {
    AerError::new(ErrorCode::InvalidNoiseModel, message)
}

fn list<'a>(of: &'a Value, key: &str) -> Result<&'a Vec<Value>, AerError> {
    of.get(key).and_then(Value::as_array).ok_or_else(|| {
        invalid(format!("Backend properties are missing the required field '{key}'."))
            .expected("a list, as in Qiskit's BackendProperties.to_dict()")
    })
}

fn unknown_unit(unit: &str, units: &[(&str, f64)]) -> AerError {
    let known: Vec<&str> = units.iter().map(|(name, _)| *name).collect();
    invalid("A unit is not known.").found(format!("\"{unit}\"")).expected(known.join(", "))
}

/// The value of the first item of a name, in the first unit of the list; `None` where it is not known.
fn item(items: &[Value], name: &str, units: &[(&str, f64)]) -> Result<Option<f64>, AerError> {
    let Some(item) = items.iter().find(|item| item.get("name").and_then(Value::as_str) == Some(name)) else {
        return Ok(None);
    };
    let Some(value) = item.get("value").filter(|value| !value.is_null()) else { return Ok(None) };
    let value = value
        .as_f64()
        .ok_or_else(|| invalid(format!("The value of '{name}' is no number.")).found(value.to_string()))?;
    match item.get("unit").and_then(Value::as_str).filter(|unit| !unit.is_empty() && !units.is_empty()) {
        None => Ok(Some(value)),
        Some(unit) => match units.iter().find(|(known, _)| *known == unit) {
            Some((_, factor)) => Ok(Some(value * factor)),
            None => Err(unknown_unit(unit, units)),
        },
    }
}

/// Reads a device's properties.
pub fn read(properties: &Value) -> Result<Device, AerError> {
    let qubit = |items: &Value| {
        let items = items.as_array().ok_or_else(|| invalid("The properties of a qubit are not a list."))?;
        let known = |name: &str, units| Ok(item(items, name, units)?.unwrap_or(f64::INFINITY));
        let one_for_zero = item(items, "prob_meas1_prep0", &[])?;
        let zero_for_one = item(items, "prob_meas0_prep1", &[])?;
        let either = item(items, "readout_error", &[])?;
        Ok(QubitNumbers {
            t1: known("T1", &NANOSECONDS)?,
            t2: known("T2", &NANOSECONDS)?,
            frequency: known("frequency", &GIGAHERTZ)?,
            readout: one_for_zero.zip(zero_for_one).or(either.zip(either)).map(<[f64; 2]>::from),
        })
    };
    let gate = |gate: &Value| {
        let name = gate.get("gate").and_then(Value::as_str);
        let parameters = list(gate, "parameters")?;
        Ok(GateNumbers {
            name: name.ok_or_else(|| invalid("A gate of the device has no name."))?.into(),
            qubits: qobj::indices(gate.get("qubits").unwrap_or(&Value::Null), "qubit")?,
            length: item(parameters, "gate_length", &NANOSECONDS)?,
            error: item(parameters, "gate_error", &[])?,
        })
    };
    Ok(Device {
        qubits: list(properties, "qubits")?.iter().map(qubit).collect::<Result<_, AerError>>()?,
        gates: list(properties, "gates")?.iter().map(gate).collect::<Result<_, AerError>>()?,
    })
}

/// Reads the keyword arguments of Qiskit's `NoiseModel.from_backend_properties`.
pub fn options(given: &Value) -> Result<DeviceOptions, AerError> {
    let mut options = DeviceOptions::default();
    let wrong = |name: &str, value: &Value, expected: &str| {
        AerError::new(ErrorCode::InvalidArgument, format!("The option \"{name}\" is wrong."))
            .found(value.to_string())
            .expected(expected)
    };
    let entries = given.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let mut lengths = None;
    let mut unit = "ns";
    for (name, value) in entries {
        let truth = || value.as_bool().ok_or_else(|| wrong(name, value, "true or false"));
        match name.as_str() {
            "gate_error" => options.gate_error = truth()?,
            "readout_error" => options.readout_error = truth()?,
            "thermal_relaxation" => options.thermal_relaxation = truth()?,
            "temperature" => {
                options.temperature = value.as_f64().ok_or_else(|| wrong(name, value, "millikelvin"))?;
            }
            "gate_lengths" => lengths = Some(value),
            "gate_length_units" => {
                unit = value.as_str().ok_or_else(|| wrong(name, value, "a unit of time"))?;
            }
            _ => {
                return Err(AerError::new(ErrorCode::UnknownOption, format!("Invalid option {name}."))
                    .expected("gate_error, readout_error, thermal_relaxation, temperature, gate_lengths, gate_length_units"));
            }
        }
    }
    let (_, factor) = NANOSECONDS
        .into_iter()
        .find(|(known, _)| *known == unit)
        .ok_or_else(|| unknown_unit(unit, &NANOSECONDS))?;
    let expected = "a list of [name, qubits or null, length]";
    let length = |entry: &Value| match entry.as_array().map(Vec::as_slice) {
        Some([Value::String(name), qubits, Value::Number(length)]) => {
            let qubits = match qubits {
                Value::Null => None,
                qubits => Some(qobj::indices(qubits, "qubit")?),
            };
            Ok((name.as_str().into(), qubits, length.as_f64().unwrap_or_default() * factor))
        }
        _ => Err(wrong("gate_lengths", entry, expected)),
    };
    if let Some(lengths) = lengths {
        let lengths = lengths.as_array().ok_or_else(|| wrong("gate_lengths", lengths, expected))?;
        options.gate_lengths = lengths.iter().map(length).collect::<Result<_, _>>()?;
    }
    Ok(options)
}
