//! What a run gives back: Qiskit's Result, as data. Texts and nesting are Aer's (docs/conventions.md).

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::Shots;
use crate::engine::{Outcomes, SavedValue};
use crate::error::{AerError, ErrorCode};

/// The result of one experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct ExperimentResult {
    /// Shots run; 0 for a failed experiment.
    pub shots: u64,
    /// Which shots these are, if the others are run elsewhere.
    pub part: Option<Shots>,
    /// The seed that the experiment used.
    pub seed_simulator: u64,
    /// Seconds; stamped by the caller, as the core has no clock.
    pub time_taken_s: f64,
    /// Passed through from the circuit.
    pub header: Map<String, Value>,
    /// What was measured and saved.
    pub data: ExperimentData,
    /// Method, sampling, qubits, memory and so on.
    pub metadata: Map<String, Value>,
    /// Why it failed, if it did.
    pub error: Option<AerError>,
}

/// What an experiment measured and saved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExperimentData {
    /// Number of shots by memory; absent where nothing was measured.
    pub counts: Option<Counts>,
    /// The memory of each shot, where option `memory` asks for it.
    pub memory: Option<Outcomes>,
    /// Saved values by label.
    pub saved: IndexMap<String, SavedData>,
}

/// Number of shots by memory. Bits, as texts of a million of them would take longer than the shots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Different memories, ascending.
    pub memories: Outcomes,
    /// How many shots had each of them.
    pub shots: Vec<u64>,
}

impl Counts {
    /// Hexadecimal memories, ascending, and their numbers of shots.
    pub fn iter(&self) -> impl Iterator<Item = (String, u64)> {
        self.memories.iter().map(|memory| memory.to_hex()).zip(self.shots.iter().copied())
    }
}

/// What stands under a label.
#[derive(Clone, Debug, PartialEq)]
pub enum SavedData {
    /// One value.
    One(SavedValue),
    /// A value per shot.
    List(Vec<SavedValue>),
    /// Values keyed by the memory.
    ByMemory(IndexMap<String, SavedData>),
}

impl ExperimentResult {
    /// Whether it succeeded.
    pub fn success(&self) -> bool {
        self.error.is_none()
    }

    /// `DONE`, or `ERROR: ` and the reason.
    pub fn status(&self) -> String {
        self.error.as_ref().map_or_else(|| "DONE".to_owned(), |error| format!("ERROR: {error}"))
    }
}

/// The success, status text and error of a whole job, from its experiments in order.
pub struct Summary {
    /// Whether every experiment succeeded.
    pub success: bool,
    /// `COMPLETED`, `PARTIAL COMPLETED`, or `ERROR: ` with each experiment's reason.
    pub status: String,
    /// Why the job failed, if it did: the only reason, or all of them in one.
    pub error: Option<AerError>,
}

impl Summary {
    /// Sums up the experiments' errors (`None` for success).
    pub fn new(errors: &[Option<AerError>]) -> Self {
        let failed: Vec<(usize, &AerError)> =
            errors.iter().enumerate().filter_map(|(i, e)| Some((i, e.as_ref()?))).collect();
        if errors.is_empty() {
            let error = AerError::new(ErrorCode::NoExperiments, "There is no circuit to run.")
                .hint("Give at least one circuit.");
            return Self { success: false, status: format!("ERROR: {error}"), error: Some(error) };
        }
        let one = |(i, error): &(usize, &AerError)| format!(" [Experiment {i}] {error}");
        let listed = failed.iter().map(one).collect::<Vec<_>>().concat();
        let error = match failed.as_slice() {
            [] => None,
            [(index, only)] => Some((*only).clone().at_experiment(*index)),
            [(index, first), rest @ ..] if rest.iter().all(|(_, e)| e.code == first.code) => {
                let mut error = AerError::new(first.code, listed.trim_start());
                error.place.experiment = Some(*index);
                Some(error)
            }
            _ => Some(AerError::new(ErrorCode::SimulationFailed, listed.trim_start())),
        };
        let status = if failed.is_empty() {
            "COMPLETED".to_owned()
        } else if failed.len() < errors.len() {
            "PARTIAL COMPLETED".to_owned()
        } else {
            format!("ERROR: {listed}")
        };
        Self { success: failed.is_empty(), status, error }
    }
}

/// A saved value as JSON: complex numbers are `[re, im]`, matrices lists of rows.
pub fn saved_value_json(value: &SavedValue) -> Value {
    let pairs = |flat: &[f64]| -> Value { flat.chunks_exact(2).map(|c| json!([c[0], c[1]])).collect() };
    match value {
        SavedValue::Real(x) => json!(x),
        SavedValue::RealVector(xs) => json!(xs),
        SavedValue::RealDict(entries) => entries.iter().map(|(key, x)| (key.clone(), json!(x))).collect(),
        SavedValue::ComplexDict(entries) => {
            entries.iter().map(|(key, re, im)| (key.clone(), json!([re, im]))).collect()
        }
        SavedValue::Json(value) => value.clone(),
        SavedValue::ComplexVector(flat) => pairs(flat),
        SavedValue::ComplexMatrix { columns, entries } => entries.chunks(2 * columns).map(pairs).collect(),
    }
}

/// What stands under a label, as JSON.
pub fn saved_json(saved: &SavedData) -> Value {
    match saved {
        SavedData::One(value) => saved_value_json(value),
        SavedData::List(values) => values.iter().map(saved_value_json).collect(),
        SavedData::ByMemory(map) => map.iter().map(|(key, data)| (key.clone(), saved_json(data))).collect(),
    }
}

/// An experiment's result as JSON, with Qiskit's field names.
pub fn experiment_json(result: &ExperimentResult) -> Value {
    let mut data = Map::new();
    if let Some(counts) = &result.data.counts {
        data.insert("counts".into(), counts.iter().map(|(key, shots)| (key, json!(shots))).collect());
    }
    if let Some(memory) = &result.data.memory {
        data.insert("memory".into(), memory.iter().map(|bits| json!(bits.to_hex())).collect());
    }
    for (label, saved) in &result.data.saved {
        data.insert(label.clone(), saved_json(saved));
    }
    json!({
        "shots": result.shots,
        "success": result.success(),
        "status": result.status(),
        "seed_simulator": result.seed_simulator,
        "time_taken": result.time_taken_s,
        "header": result.header,
        "data": data,
        "metadata": result.metadata,
    })
}
