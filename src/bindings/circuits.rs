//! What a user may give to `run`, as it travels, and as a Qobj.

use js_sys::{Array, JSON, Object, Reflect};
use serde_json::{Map, Value, json};
use wasm_bindgen::prelude::*;

use super::convert::{describe, get, get_method, given, options_from_js, set, to_js, wrong_argument};
use super::host::{MEMORY_LIMIT_BYTES, available_parallelism, threads_missing};
use super::js_error::{from_thrown, throw};
use super::wire::source_from_js;
use crate::engine::Method;
use crate::error::{AerError, ErrorCode};
use crate::frontend::{self, LoadOptions, qobj};
use crate::protocol::Source;
use crate::run::capabilities::{Capabilities, capabilities};
use crate::session::load;

/// The circuits as given: one stays one, an array is copied, as it may change later.
pub fn as_list(given: &JsValue) -> Array {
    if Array::is_array(given) { Array::from(given) } else { Array::of1(given) }
}

/// What travels of each circuit: OpenQASM and JSON as they are, a Qobj object as JSON, a `QuantumCircuit` as bytes if
/// they are `packed`, else as Qobj JSON. `binds` has an object of parameters and their values for each circuit, which
/// then has one experiment for each value.
pub fn sources(circuits: &Array, binds: Option<&JsValue>, packed: bool) -> Result<Vec<Source>, AerError> {
    if let Some(binds) = binds {
        let count = Array::from(binds).length();
        if count != circuits.length() {
            return Err(AerError::new(
                ErrorCode::InvalidOption,
                "Option \"parameter_binds\" has an object too many or too few.",
            )
            .found(count.to_string())
            .expected(format!("{}, one for each circuit", circuits.length())));
        }
    }
    let bind = |index: usize| binds.map(|binds| Array::from(binds).get(index as u32));
    circuits
        .iter()
        .enumerate()
        .map(|(index, circuit)| source(&circuit, bind(index), packed).map_err(|e| e.at_experiment(index)))
        .collect()
}

/// `{theta: [0.1, 0.2]}` as `[{theta: tokens}, {theta: tokens}]`; keys are names or parameters.
fn bind_list(values: &JsValue) -> Result<Vec<Value>, AerError> {
    let wrong = |found: &JsValue, expected: &str| wrong_argument("parameter_binds", found, expected);
    let entries = match values.dyn_ref::<js_sys::Map>() {
        Some(map) => Array::from(&map.entries()),
        None if values.is_object() && !Array::is_array(values) => Object::entries(values.unchecked_ref()),
        None => return Err(wrong(values, "an object or a Map of parameters and their values")),
    };
    let mut all: Vec<Map<String, Value>> = vec![];
    for (index, entry) in entries.iter().map(JsCast::unchecked_into::<Array>).enumerate() {
        let (key, value) = (entry.get(0), entry.get(1));
        let name = key.as_string().or_else(|| get(&key, "name").as_string());
        let name = name.ok_or_else(|| wrong(&key, "a parameter or its name"))?;
        let list = if value.is_object() { Array::from(&value) } else { Array::of1(&value) };
        if index == 0 {
            all.resize_with(list.length() as usize, Map::new);
        }
        if all.len() != list.length() as usize {
            let found = format!("{} values for \"{name}\"", list.length());
            return Err(wrong(&found.into(), &format!("{} values for each parameter", all.len())));
        }
        for (values, value) in all.iter_mut().zip(list.iter()) {
            let number = value.as_f64().filter(|x| x.is_finite());
            let number = number.ok_or_else(|| wrong(&value, "finite numbers"))?;
            values.insert(name.clone(), json!([{"float": number}]));
        }
    }
    if entries.length() > 0 && all.is_empty() {
        return Err(wrong(&"no values".into(), "at least one value for each parameter"));
    }
    Ok(all.into_iter().map(Value::Object).collect())
}

fn source(circuit: &JsValue, binds: Option<JsValue>, packed: bool) -> Result<Source, AerError> {
    let binds = binds.and_then(given).map(|values| bind_list(&values)).transpose()?.unwrap_or_default();
    if let Some(write) = get_method(circuit, if packed { "_packed" } else { "_to_qobj_text" }) {
        let binds = Value::Array(binds).to_string();
        let written = write
            .call1(circuit, &binds.into())
            .map_err(|thrown| from_thrown(&thrown, ErrorCode::InvalidArgument))?;
        // What is no program is the error.
        return source_from_js(&written).ok_or_else(|| from_thrown(&written, ErrorCode::InvalidArgument));
    }
    if !binds.is_empty() {
        return Err(AerError::new(ErrorCode::InvalidOption, "Only a QuantumCircuit has parameters to bind.")
            .found(describe(circuit)));
    }
    if let Some(text) = circuit.as_string() {
        return Ok(text.into());
    }
    let wrong = || {
        AerError::new(ErrorCode::InvalidArgument, "This is not a circuit.")
            .found(describe(circuit))
            .expected("a QuantumCircuit, OpenQASM text, or a Qobj as object or JSON text")
    };
    if !circuit.is_object() || circuit.is_function() || Array::is_array(circuit) {
        return Err(wrong());
    }
    JSON::stringify(circuit).map(|text| String::from(text).into()).map_err(|thrown| {
        AerError::new(ErrorCode::InvalidQobj, "The Qobj cannot be written as JSON.")
            .found(get(&thrown, "message").as_string().unwrap_or_default())
    })
}

/// The whole Qobj of circuits: a single Qobj object is given back itself.
pub fn whole_qobj(
    circuits: &Array,
    sources: &[Source],
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
    if let [Source::Text(text)] = sources
        && frontend::sniff(text) == frontend::Format::Qobj
        && only.is_string()
    {
        return JSON::parse(text).map_err(|_| AerError::new(ErrorCode::SyntaxError, "The Qobj is not JSON."));
    }
    let mut config = config.clone();
    let source = [config.remove("inputs"), config.remove("includes")];
    let options: Map<String, Value> = ["inputs", "includes"]
        .into_iter()
        .zip(source)
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect();
    let mut all = vec![];
    for (index, source) in sources.iter().enumerate() {
        let program =
            load(source, LoadOptions::default().with_given(&options)).map_err(|e| e.at_experiment(index))?;
        for circuit in program.circuits {
            all.push(circuit.map_err(|e| e.at_experiment(index))?);
        }
    }
    Ok(to_js(&qobj::qobj_json(&all, config, id, Map::new())))
}

/// `assemble(circuits, options)`.
pub fn assemble(circuits: JsValue, options: JsValue, id: String) -> Result<JsValue, JsValue> {
    let list = as_list(&circuits);
    let binds = given(get(&options, "parameter_binds"));
    let qobj = || {
        let config = options_from_js(&options)?;
        whole_qobj(&list, &sources(&list, binds.as_ref(), true)?, &config, &id)
    };
    qobj().map_err(throw)
}

/// `backend.acceleration()`: what a job of this backend that is alone may use, and why.
pub fn acceleration(options: JsValue) -> JsValue {
    let most = get(&options, "max_parallel_threads").as_f64().filter(|most| *most >= 1.0);
    let threads = available_parallelism().min(most.map_or(u32::MAX, |most| most as u32));
    let (threads, reason) = match threads_missing() {
        Some(missing) => (1, missing),
        None if threads < 2 => (1, "option max_parallel_threads is 1".to_owned()),
        None => {
            (threads, "large states are shared by the threads of the cores that other jobs leave".to_owned())
        }
    };
    to_js(&json!({"simd": cfg!(target_feature = "simd128"), "threads": threads, "reason": reason}))
}

/// `backend.configuration()`.
pub fn configuration(name: String, options: JsValue) -> JsValue {
    let limit = get(&options, "max_memory_mb").as_f64().filter(|mb| *mb > 0.0);
    let bytes = limit.map_or(MEMORY_LIMIT_BYTES, |mb| MEMORY_LIMIT_BYTES.min((mb as u64) << 20));
    let name_of = get(&options, "method").as_string().unwrap_or_default();
    let method = Method::ALL.iter().copied().find(|method| method.name() == name_of);
    let Capabilities { n_qubits, basis_gates, custom_instructions } = capabilities(method, bytes);
    let configuration = to_js(&json!({
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
        "description": method.map_or("A method is chosen for each circuit.", Method::description),
        "basis_gates": basis_gates,
        "custom_instructions": custom_instructions,
        "gates": [],
    }));
    set(configuration.unchecked_ref(), "acceleration", acceleration(options));
    configuration
}
