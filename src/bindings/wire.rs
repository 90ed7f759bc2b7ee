//! How messages cross between front and worker.
//!
//! A message is JSON text, or an object with the message as `text` and beside it what texts would be slow for. Both
//! sides have a reader of JSON, and a text is cloned at once, where objects are written and read property by property
//! three times on their way. Beside `run` there are the request, as `request_text`, and its `circuits`; beside
//! `experiment` and the last message of a job the `result` as a text of its own, and for an experiment what was
//! saved, as `data`, and outcomes as numbers, as `packed`. More than [`PLAIN`] counts, or a memory list of more shots,
//! travel as numbers; `unpack_result` makes texts of them when they are read.

use js_sys::{Array, Float64Array, JSON, Object, Uint8Array, Uint32Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use wasm_bindgen::prelude::*;

use super::convert::{as_object, get, js_object, set, set_any, to_js};
use super::host::result_of;
use crate::circuit::Bits;
use crate::engine::{Outcomes, SavedValue};
use crate::protocol::{FromWorker, RunRequest, Source, ToWorker};
use crate::run::{Counts, ExperimentData, ExperimentResult, Part, SavedData};

/// A message with nothing beside it.
pub fn message(content: &impl Serialize) -> JsValue {
    serde_json::to_string(content).unwrap_or_default().into()
}

#[wasm_bindgen]
extern "C" {
    /// An object with what crosses; its fields are read without making their names first.
    type Parcel;
    #[wasm_bindgen(method, getter, structural)]
    fn text(this: &Parcel) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn request_text(this: &Parcel) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn circuits(this: &Parcel) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn result(this: &Parcel) -> JsValue;
}

fn read<T: DeserializeOwned>(text: &JsValue) -> Option<T> {
    serde_json::from_str(&text.as_string()?).ok()
}

/// A message, and what travels beside it.
fn open<T: DeserializeOwned>(message: &JsValue) -> Option<(T, Option<&Parcel>)> {
    let parcel: Option<&Parcel> = as_object(message);
    let content = parcel.map_or_else(|| read(message), |parcel| read(&parcel.text()))?;
    Some((content, parcel))
}

fn sources_to_js(circuits: &[Source]) -> Array {
    let source = |source: &Source| match source {
        Source::Text(text) => JsValue::from(text),
        Source::Packed(bytes) => Uint8Array::from(&**bytes).into(),
    };
    circuits.iter().map(source).collect()
}

/// A program: a text, or bytes.
pub fn source_from_js(value: &JsValue) -> Option<Source> {
    match value.as_string() {
        Some(text) => Some(Source::Text(text)),
        None => value.dyn_ref::<Uint8Array>().map(|bytes| Source::Packed(bytes.to_vec())),
    }
}

/// A request as any executor gets it: an object.
pub fn request_to_js(request: &RunRequest) -> JsValue {
    let object = to_js(request);
    set(object.unchecked_ref(), "circuits", sources_to_js(&request.circuits));
    object
}

/// A request as the package's own pool takes it: as it travels.
pub fn request_to_pool(request: &RunRequest) -> JsValue {
    js_object([("request_text", message(request)), ("circuits", sources_to_js(&request.circuits).into())])
}

/// A request on its way through the pool.
#[derive(Clone, Debug)]
pub struct Request {
    text: JsValue,
    circuits: JsValue,
}

impl Request {
    /// What was submitted: an object of [`request_to_js`] or of [`request_to_pool`].
    pub fn new(given: &JsValue) -> Self {
        let Some(parcel) = as_object::<Parcel>(given) else {
            return Self { text: JsValue::UNDEFINED, circuits: JsValue::UNDEFINED };
        };
        let (text, circuits) = (parcel.request_text(), parcel.circuits());
        if text.is_string() {
            return Self { text, circuits };
        }
        let bare: Object = Object::assign(&Object::new(), given.unchecked_ref());
        set(&bare, "circuits", JsValue::UNDEFINED);
        Self { text: JSON::stringify(&bare).map_or(JsValue::UNDEFINED, Into::into), circuits }
    }

    /// It without its programs.
    pub fn bare(&self) -> Option<RunRequest> {
        read(&self.text)
    }

    /// Tells a worker to run it.
    pub fn run_message(&self, job: u32, part: Option<Part>, threads: u32) -> JsValue {
        let content = ToWorker::Run { job, request: RunRequest::default(), part, threads };
        js_object([
            ("text", message(&content)),
            ("request_text", self.text.clone()),
            ("circuits", self.circuits.clone()),
        ])
    }
}

/// A message of the front.
pub fn to_worker(message: &JsValue) -> Option<ToWorker> {
    let (mut content, parcel) = open(message)?;
    if let ToWorker::Run { request, .. } = &mut content {
        let parcel = parcel?;
        let circuits: Array = parcel.circuits().dyn_into().ok()?;
        *request = read(&parcel.request_text())?;
        request.circuits = circuits.iter().map(|source| source_from_js(&source)).collect::<Option<_>>()?;
    }
    Some(content)
}

/// A message of a worker, and the result beside it.
pub fn from_worker(message: &JsValue) -> Option<(FromWorker, JsValue)> {
    let (content, parcel) = open(message)?;
    let result = match parcel {
        Some(parcel) if !parcel.result().is_undefined() => result_of(message).ok()?,
        _ => JsValue::UNDEFINED,
    };
    Some((content, result))
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
            set_any(&saved, label, saved_to_js(value, &transfer));
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
    let words = |key: &'static str, len: usize| -> Option<Outcomes> {
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
                set_any(&object, key, saved_to_js(saved, transfer));
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
                set_any(&object, key, *x);
            }
            object.into()
        }
        SavedValue::ComplexDict(entries) => {
            let object = Object::new();
            for (key, re, im) in entries {
                set_any(&object, key, Array::of2(&(*re).into(), &(*im).into()));
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
