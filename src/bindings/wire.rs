//! How messages cross between front and worker.
//!
//! A message is JSON text, or an object with the message as `text` and beside it what texts would be slow for. Both
//! sides have a reader of JSON, and a text is cloned at once, where objects are written and read property by property
//! three times on their way. Beside `run` there are the `circuits`; beside `experiment` and the last message of a job
//! the `result` as a text of its own, and for an experiment what was saved, as `data`, and outcomes as numbers, as
//! `packed`. More than [`PLAIN`] counts, or a memory list of more shots, travel as numbers; `unpack_result` makes texts
//! of them when they are read.

use js_sys::{Array, Float64Array, JSON, Object, Uint8Array, Uint32Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use wasm_bindgen::prelude::*;

use super::convert::{from_js, get, js_object, set, to_js};
use super::host::result_of;
use crate::circuit::Bits;
use crate::engine::{Outcomes, SavedValue};
use crate::protocol::{FromWorker, RunRequest, Source, ToWorker};
use crate::run::{Counts, ExperimentData, ExperimentResult, Part, SavedData};

/// A message with nothing beside it.
pub fn message(content: &impl Serialize) -> JsValue {
    text(content).into()
}

fn text(content: &impl Serialize) -> String {
    serde_json::to_string(content).unwrap_or_default()
}

fn read<T: DeserializeOwned>(message: &JsValue) -> Option<T> {
    let text = message.as_string().or_else(|| get(message, "text").as_string())?;
    serde_json::from_str(&text).ok()
}

/// A request as executors get it: an object.
pub fn request_to_js(request: &RunRequest) -> JsValue {
    let object = to_js(request);
    let source = |source: &Source| match source {
        Source::Text(text) => JsValue::from(text),
        Source::Packed(bytes) => Uint8Array::from(&**bytes).into(),
    };
    set(object.unchecked_ref(), "circuits", request.circuits.iter().map(source).collect::<Array>());
    object
}

/// The request of such an object, without its programs.
pub fn bare_request(request: &JsValue) -> Option<RunRequest> {
    from_js(&without_circuits(request))
}

fn without_circuits(request: &JsValue) -> JsValue {
    let bare = Object::new();
    if request.is_object() {
        Object::assign(&bare, request.unchecked_ref());
        set(&bare, "circuits", JsValue::UNDEFINED);
    }
    bare.into()
}

/// A program: a text, or bytes.
pub fn source_from_js(value: &JsValue) -> Option<Source> {
    match value.as_string() {
        Some(text) => Some(Source::Text(text)),
        None => value.dyn_ref::<Uint8Array>().map(|bytes| Source::Packed(bytes.to_vec())),
    }
}

/// Tells a worker to run a request, which is an object of [`request_to_js`].
pub fn run_message(job: u32, request: &JsValue, part: Option<&Part>, threads: u32) -> JsValue {
    let content = js_object([
        ("kind", "run".into()),
        ("job", job.into()),
        ("request", without_circuits(request)),
        ("part", part.map_or(JsValue::UNDEFINED, to_js)),
        ("threads", threads.into()),
    ]);
    let text = JSON::stringify(&content).map_or(JsValue::UNDEFINED, Into::into);
    js_object([("text", text), ("circuits", get(request, "circuits"))])
}

/// A message of the front.
pub fn to_worker(message: &JsValue) -> Option<ToWorker> {
    let mut content = read(message)?;
    if let ToWorker::Run { request, .. } = &mut content {
        let circuits: Array = get(message, "circuits").dyn_into().ok()?;
        request.circuits = circuits.iter().map(|source| source_from_js(&source)).collect::<Option<_>>()?;
    }
    Some(content)
}

/// A message of a worker, and the result beside it.
pub fn from_worker(message: &JsValue) -> Option<(FromWorker, JsValue)> {
    let content = read(message)?;
    let is_bare = message.is_string() || get(message, "result").is_undefined();
    Some((content, if is_bare { JsValue::UNDEFINED } else { result_of(message) }))
}

/// A message with a job's result, which has no experiments in it.
pub fn message_with_result(content: &FromWorker, result: &Map<String, Value>) -> JsValue {
    js_object([("text", message(content)), ("result", message(result))])
}

/// The texts and numbers of an experiment's result.
#[derive(Serialize)]
struct Experiment<'a> {
    shots: u64,
    success: bool,
    status: String,
    seed_simulator: u64,
    time_taken: f64,
    header: &'a Map<String, Value>,
    data: Map<String, Value>,
    metadata: &'a Map<String, Value>,
}

/// A message with an experiment's result, and the buffers that are transferred with it.
pub fn message_with_experiment(content: &FromWorker, result: &ExperimentResult) -> (JsValue, Array) {
    let transfer = Array::new();
    // Parts are put together before anybody reads them.
    let plain = if result.part.is_some() { 0 } else { PLAIN };
    let (data, packed) = measured_to_js(&result.data, plain, &transfer);
    let experiment = Experiment {
        shots: result.shots,
        success: result.success(),
        status: result.status(),
        seed_simulator: result.seed_simulator,
        time_taken: result.time_taken_s,
        header: &result.header,
        data,
        metadata: &result.metadata,
    };
    let message = js_object([("text", message(content)), ("result", message(&experiment))]);
    if !result.data.saved.is_empty() {
        let saved = Object::new();
        for (label, value) in &result.data.saved {
            set(&saved, label, saved_to_js(value, &transfer));
        }
        set(message.unchecked_ref(), "data", saved);
    }
    if !packed.is_undefined() {
        set(message.unchecked_ref(), "packed", packed);
    }
    (message, transfer)
}

/// The most counts, or shots in a memory list, that travel as plain data.
pub const PLAIN: usize = 64;

/// Counts and memory as plain data, or packed where they have more than `plain` entries.
pub fn measured_to_js(
    measured: &ExperimentData,
    plain: usize,
    transfer: &Array,
) -> (Map<String, Value>, JsValue) {
    let (mut data, mut packed) = (Map::new(), vec![]);
    if let Some(counts) = &measured.counts {
        if counts.shots.len() <= plain {
            let counts: Map<String, Value> = counts.iter().map(|(key, shots)| (key, shots.into())).collect();
            data.insert("counts".into(), counts.into());
        } else {
            let shots: Vec<f64> = counts.shots.iter().map(|shots| *shots as f64).collect();
            let shots = Float64Array::from(&*shots);
            transfer.push(&shots.buffer());
            packed.extend([("keys", words_to_js(&counts.memories, transfer)), ("shots", shots.into())]);
        }
    }
    if let Some(memory) = &measured.memory {
        if memory.len() <= plain {
            let texts: Vec<Value> = memory.iter().map(|bits: Bits| bits.to_hex().into()).collect();
            data.insert("memory".into(), texts.into());
        } else {
            packed.push(("memory", words_to_js(memory, transfer)));
        }
    }
    if packed.is_empty() {
        return (data, JsValue::UNDEFINED);
    }
    let object = Object::new();
    for (key, value) in packed {
        set(&object, key, value);
    }
    (data, object.into())
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
