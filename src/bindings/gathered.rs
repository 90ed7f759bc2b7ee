//! The results of a job that several workers ran, as the results of one.

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use super::convert::{get, set, to_js};
use super::host::unpack_result;
use super::wire::{PLAIN, measured_from_js, measured_to_js};
use crate::error::AerError;
use crate::executor::gather::{Gathered, Whole};
use crate::run::Summary;
use crate::run::part::merge_shots;

/// A result of an experiment, or of some of its shots, and when it came.
#[derive(Debug)]
pub struct Received {
    /// The result.
    pub result: JsValue,
    /// When it came, in milliseconds.
    pub ended_ms: f64,
}

/// The experiments that are there, in order.
pub fn take_experiments(gathered: &mut Gathered<Received>) -> Array {
    let most_workers = gathered.most_workers();
    gathered.take_whole().into_values().map(|whole| experiment(whole, most_workers)).collect()
}

/// Turns the `result` of the worker that was the last into that of the whole job, of which everything is there;
/// gives the job's error.
pub fn complete(result: &JsValue, gathered: &mut Gathered<Received>, seconds: f64) -> Option<AerError> {
    let most_workers = gathered.most_workers();
    let mut whole = gathered.take_whole();
    let errors: Vec<_> = whole.values_mut().map(|whole| whole.error.take()).collect();
    let summary = Summary::new(&errors);
    let results: Array = whole.into_values().map(|whole| experiment(whole, most_workers)).collect();
    let result: &Object = result.unchecked_ref();
    set(result, "results", results);
    set(result, "success", summary.success);
    set(result, "status", summary.status);
    set(result, "time_taken", seconds);
    let metadata: Object = get(result, "metadata").unchecked_into();
    set(&metadata, "time_taken_execute", seconds);
    set(&metadata, "parallel_experiments", most_workers.min(errors.len()) as f64);
    summary.error
}

/// One result of the pieces of an experiment.
fn experiment(whole: Whole<Received>, most_workers: usize) -> JsValue {
    let pieces = whole.pieces;
    let first = pieces.first().map(|piece| piece.result.clone()).unwrap_or_default();
    if pieces.len() < 2 {
        return unpack_result(&first);
    }
    let number = |piece: &Received, key: &'static str| get(&piece.result, key).as_f64().unwrap_or_default();
    let shots: f64 = pieces.iter().map(|piece| number(piece, "shots")).sum();
    let begun = pieces.iter().map(|piece| piece.ended_ms - 1000.0 * number(piece, "time_taken"));
    let begun = begun.fold(f64::INFINITY, f64::min);
    let ended = pieces.iter().map(|piece| piece.ended_ms).fold(f64::NEG_INFINITY, f64::max);
    let seconds = (ended - begun) / 1000.0;
    let measured =
        |piece: &Received| measured_from_js(&get(&piece.result, "packed"), number(piece, "shots") as usize);
    let merged = merge_shots(pieces.iter().map(measured));
    let (data, metadata) = (get(&first, "data"), get(&first, "metadata"));
    let (plain, packed) = measured_to_js(&merged, PLAIN, &Array::new());
    Object::assign(data.unchecked_ref::<Object>(), to_js(&plain).unchecked_ref());
    set(metadata.unchecked_ref(), "parallel_shots", most_workers.min(pieces.len()) as f64);
    set(metadata.unchecked_ref(), "time_taken", seconds);
    let result: &Object = first.unchecked_ref();
    set(result, "packed", packed);
    set(result, "shots", shots);
    set(result, "time_taken", seconds);
    unpack_result(&first)
}
