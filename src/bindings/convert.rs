//! Conversions between Rust's data and JavaScript's.

use js_sys::{Array, Float64Array, Function, JSON, Object, Reflect, Uint8Array, Uint32Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use wasm_bindgen::prelude::*;

use crate::circuit::Bits;
use crate::engine::{Outcomes, SavedValue};
use crate::error::{AerError, ErrorCode};
use crate::protocol::{RunRequest, Source};
use crate::run::{Counts, ExperimentData, ExperimentResult, SavedData, options};

/// Sets a property of a plain object, which cannot fail.
pub fn set(object: &Object, key: &str, value: impl Into<JsValue>) {
    let _ = Reflect::set(object, &key.into(), &value.into());
}

/// A property, or undefined.
pub fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A plain object.
pub fn js_object<const N: usize>(entries: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (key, value) in entries {
        set(&object, key, value);
    }
    object.into()
}

/// Any serialisable value as plain JavaScript data: maps become objects, nothing becomes null. By way of JSON,
/// which the core speaks anyway, and which one call takes across.
pub fn to_js(value: &impl Serialize) -> JsValue {
    let text = serde_json::to_string(value).unwrap_or_default();
    JSON::parse(&text).unwrap_or(JsValue::UNDEFINED)
}

/// Plain JavaScript data as a value, the same way; `None` if it is not what is wanted.
pub fn from_js<T: DeserializeOwned>(value: &JsValue) -> Option<T> {
    let text = JSON::stringify(value).ok()?;
    serde_json::from_str(&JsValue::from(text).as_string()?).ok()
}

/// A request as JavaScript data that can be cloned; its programs, which may be large, are copied once.
pub fn request_to_js(request: &RunRequest) -> JsValue {
    let RunRequest { job_id, backend_name, circuits, backend_options, run_options, fallback_seed } = request;
    js_object([
        ("job_id", job_id.into()),
        ("backend_name", backend_name.into()),
        ("circuits", circuits.iter().map(source_to_js).collect::<Array>().into()),
        ("backend_options", to_js(backend_options)),
        ("run_options", to_js(run_options)),
        ("fallback_seed", (*fallback_seed).into()),
    ])
}

/// The request of [`request_to_js`].
pub fn request_from_js(value: &JsValue) -> Option<RunRequest> {
    let text = |key: &str| get(value, key).as_string();
    let circuits: Array = get(value, "circuits").dyn_into().ok()?;
    Some(RunRequest {
        job_id: text("job_id")?,
        backend_name: text("backend_name")?,
        circuits: circuits.iter().map(|source| source_from_js(&source)).collect::<Option<_>>()?,
        backend_options: from_js(&get(value, "backend_options"))?,
        run_options: from_js(&get(value, "run_options"))?,
        fallback_seed: get(value, "fallback_seed").as_f64()? as u32,
    })
}

fn source_to_js(source: &Source) -> JsValue {
    match source {
        Source::Text(text) => text.into(),
        Source::Packed(bytes) => Uint8Array::from(&**bytes).into(),
    }
}

/// A program: a text, or bytes.
pub fn source_from_js(value: &JsValue) -> Option<Source> {
    match value.as_string() {
        Some(text) => Some(Source::Text(text)),
        None => value.dyn_ref::<Uint8Array>().map(|bytes| Source::Packed(bytes.to_vec())),
    }
}

/// The value, unless it is undefined or null.
pub fn given(value: JsValue) -> Option<JsValue> {
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// A method of an object.
pub fn get_method(object: &JsValue, name: &str) -> Option<Function> {
    if object.is_object() { get(object, name).dyn_into().ok() } else { None }
}

/// The error of an argument that cannot be used.
pub fn wrong_argument(name: &str, found: &JsValue, expected: &str) -> AerError {
    AerError::new(ErrorCode::InvalidArgument, format!("The argument \"{name}\" is wrong."))
        .found(describe(found))
        .expected(expected)
}

/// A number of seconds, or nothing.
pub fn seconds(value: &JsValue, name: &str) -> Result<Option<f64>, AerError> {
    if value.is_null() || value.is_undefined() {
        return Ok(None);
    }
    match value.as_f64() {
        Some(seconds) if !seconds.is_nan() => Ok(Some(seconds)),
        _ => Err(wrong_argument(name, value, "a number of seconds, or null")),
    }
}

/// What a value is, for messages.
pub fn describe(value: &JsValue) -> String {
    if let Some(text) = value.as_string() {
        let short: String = text.chars().take(40).collect();
        return format!("\"{short}\"");
    }
    match value.as_f64() {
        Some(number) => number.to_string(),
        None if value.is_object() => "an object".to_owned(),
        None => format!("{value:?}").trim_start_matches("JsValue(").trim_end_matches(')').to_owned(),
    }
}

/// The options that travel, checked; those that stay on this page are checked by name and left out.
pub fn options_from_js(given: &JsValue) -> Result<Map<String, Value>, AerError> {
    let mut map = Map::new();
    if given.is_undefined() || given.is_null() {
        return Ok(map);
    }
    if !given.is_object() {
        return Err(AerError::new(ErrorCode::InvalidArgument, "The options are not an object.")
            .found(describe(given))
            .expected("an object such as { shots: 1024 }"));
    }
    for entry in Object::entries(given.unchecked_ref()).iter() {
        let entry: Array = entry.unchecked_into();
        let (key, value) = (entry.get(0).as_string().unwrap_or_default(), entry.get(1));
        let spec = options::spec(&key)?;
        if value.is_undefined() {
            continue;
        }
        if spec.is_host() {
            check_host_option(&key, &value)?;
        } else {
            let value = from_js(&value).ok_or_else(|| {
                AerError::new(ErrorCode::InvalidOption, format!("Option \"{key}\" has the wrong type."))
                    .found(describe(&value))
            })?;
            map.insert(key, value);
        }
    }
    options::check(&map)?;
    Ok(map)
}

fn check_host_option(key: &str, value: &JsValue) -> Result<(), AerError> {
    let has = |method: &str| get_method(value, method).is_some();
    let (right, expected) = match key {
        _ if value.is_null() => (true, ""),
        "on_progress" => (value.is_function(), "a function"),
        "signal" => (has("addEventListener"), "an AbortSignal"),
        "executor" => {
            (has("submit") && has("shutdown"), "an executor: an object with the methods submit and shutdown")
        }
        "parameter_binds" => (Array::is_array(value), "an array with one object for each circuit"),
        _ => (false, "nothing: it is not offered yet"),
    };
    if right {
        return Ok(());
    }
    Err(AerError::new(ErrorCode::InvalidOption, format!("Option \"{key}\" has the wrong value."))
        .found(describe(value))
        .expected(expected))
}

/// The most counts, or shots in a memory list, that travel as plain data.
pub const PLAIN: usize = 64;

/// An experiment's result, and the buffers in it that may be transferred. Many counts, or a long memory list,
/// travel as numbers under `packed`, beside the `data` that `unpack_result` puts them into.
pub fn experiment_to_js(result: &ExperimentResult) -> (JsValue, Array) {
    let (transfer, data) = (Array::new(), Object::new());
    // Parts are put together before anybody reads them.
    let plain = if result.part.is_some() { 0 } else { PLAIN };
    let packed = measured_to_js(&result.data, &data, plain, &transfer);
    for (label, saved) in &result.data.saved {
        set(&data, label, saved_to_js(saved, &transfer));
    }
    let object = js_object([
        ("shots", (result.shots as f64).into()),
        ("success", result.success().into()),
        ("status", result.status().into()),
        ("seed_simulator", (result.seed_simulator as f64).into()),
        ("time_taken", result.time_taken_s.into()),
        ("header", to_js(&result.header)),
        ("data", data.into()),
        ("metadata", to_js(&result.metadata)),
    ]);
    set(object.unchecked_ref(), "packed", packed);
    (object, transfer)
}

/// Puts counts and memory into `data`, or packs what has more than `plain` entries.
pub fn measured_to_js(measured: &ExperimentData, data: &Object, plain: usize, transfer: &Array) -> JsValue {
    let packed = Object::new();
    if let Some(counts) = &measured.counts {
        if counts.shots.len() <= plain {
            let object = Object::new();
            for (key, shots) in counts.iter() {
                set(&object, &key, shots as f64);
            }
            set(data, "counts", object);
        } else {
            let shots: Vec<f64> = counts.shots.iter().map(|shots| *shots as f64).collect();
            set(&packed, "keys", words_to_js(&counts.memories, transfer));
            let shots = Float64Array::from(&*shots);
            transfer.push(&shots.buffer());
            set(&packed, "shots", shots);
        }
    }
    if let Some(memory) = &measured.memory {
        if memory.len() <= plain {
            let texts = memory.iter().map(|bits: Bits| JsValue::from(bits.to_hex()));
            set(data, "memory", texts.collect::<Array>());
        } else {
            set(&packed, "memory", words_to_js(memory, transfer));
        }
    }
    if Object::keys(&packed).length() > 0 { packed.into() } else { JsValue::UNDEFINED }
}

/// What [`measured_to_js`] packed of so many shots, read back.
pub fn measured_from_js(packed: &JsValue, num_shots: usize) -> ExperimentData {
    let words = |key: &str, len: usize| -> Option<Outcomes> {
        let halves = get(packed, key).dyn_into::<Uint32Array>().ok()?.to_vec();
        let width = halves.len() / len.max(1);
        let word = |pair: &[u32]| pair.iter().rev().fold(0, |word, half| word << 32 | u64::from(*half));
        let words = halves.chunks_exact(width.max(1)).flat_map(|one| one.chunks(2).map(word));
        Some(Outcomes { words_per_shot: width.div_ceil(2).max(1), words: words.collect() })
    };
    let counts = get(packed, "shots").dyn_into::<Float64Array>().ok().and_then(|shots| {
        let shots: Vec<u64> = shots.to_vec().into_iter().map(|shots| shots as u64).collect();
        Some(Counts { memories: words("keys", shots.len())?, shots })
    });
    ExperimentData { counts, memory: words("memory", num_shots), ..ExperimentData::default() }
}

/// Outcomes as 32-bit words, the least significant first: one for each where that is enough, else an even number.
fn words_to_js(outcomes: &Outcomes, transfer: &Array) -> JsValue {
    let halves = |word: &u64| [*word as u32, (*word >> 32) as u32];
    let short = outcomes.words_per_shot == 1 && outcomes.words.iter().all(|word| *word >> 32 == 0);
    let words: Vec<u32> = if short {
        outcomes.words.iter().map(|word| *word as u32).collect()
    } else {
        outcomes.words.iter().flat_map(halves).collect()
    };
    let array = Uint32Array::from(&*words);
    transfer.push(&array.buffer());
    array.into()
}

fn saved_to_js(saved: &SavedData, transfer: &Array) -> JsValue {
    match saved {
        SavedData::One(value) => value_to_js(value, transfer),
        SavedData::List(values) => values.iter().map(|v| value_to_js(v, transfer)).collect::<Array>().into(),
        SavedData::ByMemory(map) => {
            let object = Object::new();
            for (key, saved) in map {
                set(&object, key, saved_to_js(saved, transfer));
            }
            object.into()
        }
    }
}

fn value_to_js(value: &SavedValue, transfer: &Array) -> JsValue {
    let complex = |flat: &[f64]| {
        let array = Float64Array::from(flat);
        transfer.push(&array.buffer());
        array
    };
    match value {
        SavedValue::Real(x) => (*x).into(),
        SavedValue::RealVector(xs) => to_js(xs),
        SavedValue::RealDict(entries) => {
            let object = Object::new();
            for (key, x) in entries {
                set(&object, key, *x);
            }
            object.into()
        }
        SavedValue::ComplexDict(entries) => {
            let object = Object::new();
            for (key, re, im) in entries {
                set(&object, key, Array::of2(&(*re).into(), &(*im).into()));
            }
            object.into()
        }
        SavedValue::Json(value) => to_js(value),
        SavedValue::ComplexVector(flat) => complex(flat).into(),
        SavedValue::ComplexMatrix { columns, entries } => {
            let (all, width) = (complex(entries), 2 * *columns as u32);
            (0..all.length() / width.max(1))
                .map(|row| JsValue::from(all.subarray(row * width, (row + 1) * width)))
                .collect::<Array>()
                .into()
        }
    }
}
