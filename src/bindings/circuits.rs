//! What a user may give to `run`, as texts that travel, and as a Qobj.

use js_sys::{Array, JSON, Reflect};
use serde_json::{Map, Value};
use wasm_bindgen::prelude::*;

use super::convert::{describe, get, get_method, options_from_js, to_js};
use super::js_error::throw;
use crate::circuit::GATES;
use crate::engine::{Engine, Method, statevector::Statevector};
use crate::error::{AerError, ErrorCode};
use crate::frontend::{self, qobj};

/// Wasm cannot address more.
pub const MEMORY_LIMIT_BYTES: u64 = (4 << 30) - (64 << 20);

/// The circuits as given: one stays one, an array is copied, as it may change later.
pub fn as_list(given: &JsValue) -> Array {
    if Array::is_array(given) { Array::from(given) } else { Array::of1(given) }
}

/// The text of each circuit: OpenQASM and JSON as they are, a `QuantumCircuit` or a Qobj object as Qobj JSON.
pub fn texts(circuits: &Array) -> Result<Vec<String>, AerError> {
    circuits
        .iter()
        .enumerate()
        .map(|(index, circuit)| text(&circuit).map_err(|e| e.at_experiment(index)))
        .collect()
}

fn text(circuit: &JsValue) -> Result<String, AerError> {
    if let Some(text) = circuit.as_string() {
        return Ok(text);
    }
    if let Some(to_text) = get_method(circuit, "_to_qobj_text")
        && let Some(text) = to_text.call0(circuit).ok().and_then(|text| text.as_string())
    {
        return Ok(text);
    }
    let wrong = || {
        AerError::new(ErrorCode::InvalidArgument, "This is not a circuit.")
            .found(describe(circuit))
            .expected("a QuantumCircuit, OpenQASM text, or a Qobj as object or JSON text")
    };
    if !circuit.is_object() || circuit.is_function() || Array::is_array(circuit) {
        return Err(wrong());
    }
    JSON::stringify(circuit).map(String::from).map_err(|thrown| {
        AerError::new(ErrorCode::InvalidQobj, "The Qobj cannot be written as JSON.")
            .found(get(&thrown, "message").as_string().unwrap_or_default())
    })
}

/// The whole Qobj of circuits: a single Qobj object is given back itself.
pub fn whole_qobj(
    circuits: &Array,
    texts: &[String],
    config: &Map<String, Value>,
    id: &str,
) -> Result<JsValue, AerError> {
    let only = circuits.get(0);
    if circuits.length() == 1
        && only.is_object()
        && Reflect::has(&only, &"experiments".into()).unwrap_or(false)
    {
        return Ok(only);
    }
    if let [text] = texts
        && frontend::sniff(text) == frontend::Format::Qobj
        && only.is_string()
    {
        return JSON::parse(text).map_err(|_| AerError::new(ErrorCode::SyntaxError, "The Qobj is not JSON."));
    }
    let mut all = vec![];
    for (index, text) in texts.iter().enumerate() {
        let program = frontend::load(text).map_err(|e| e.at_experiment(index))?;
        for circuit in program.circuits {
            all.push(circuit.map_err(|e| e.at_experiment(index))?);
        }
    }
    Ok(to_js(&qobj::qobj_json(&all, config.clone(), id, Map::new())))
}

/// `assemble(circuits, options)`.
pub fn assemble(circuits: JsValue, options: JsValue, id: String) -> Result<JsValue, JsValue> {
    let list = as_list(&circuits);
    let qobj = || whole_qobj(&list, &texts(&list)?, &options_from_js(&options)?, &id);
    qobj().map_err(throw)
}

/// `backend.configuration()`.
pub fn configuration(name: String, options: JsValue) -> JsValue {
    let limit = get(&options, "max_memory_mb").as_f64().filter(|mb| *mb > 0.0);
    let bytes = limit.map_or(MEMORY_LIMIT_BYTES, |mb| MEMORY_LIMIT_BYTES.min((mb as u64) << 20));
    let n_qubits = (0..64).take_while(|n| Statevector::required_bytes(*n) <= bytes).last().unwrap_or(0);
    let basis_gates: Vec<&str> = GATES.iter().map(|spec| spec.name).collect();
    to_js(&serde_json::json!({
        "backend_name": name,
        "backend_version": super::VERSION,
        "n_qubits": n_qubits,
        "url": null,
        "simulator": true,
        "local": true,
        "conditional": true,
        "memory": true,
        "open_pulse": false,
        "max_shots": 1_000_000,
        "coupling_map": null,
        "description": Method::Statevector.description(),
        "basis_gates": basis_gates,
        "custom_instructions": [
            "initialize", "pauli", "reset", "save_statevector", "set_statevector", "unitary",
        ],
        "gates": [],
    }))
}
