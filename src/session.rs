//! A request being executed: programs to circuits, circuits to a [`Run`], results to an envelope.
//!
//! This is what a worker does with a job, without the worker; native tests run the very same code.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::circuit::operation::{Save, SaveKind, SaveSubtype};
use crate::circuit::{Circuit, Instruction, Operation};
use crate::error::AerError;
use crate::frontend::{self, LoadOptions, Program, Reading, noise_model, qobj};
use crate::noise::NoiseModel;
use crate::protocol::{RunRequest, Source};
use crate::run::options::RunOptions;
use crate::run::{ExperimentResult, Part, Progress, ProgressUnit, Run, Step, Summary, Threads};

/// The option that is read here: what it says is for the reader of noise models.
const NOISE_MODEL: &str = "noise_model";

/// A request being executed.
pub struct Session {
    run: Run,
    request: RunRequest,
    qobj_id: Option<String>,
    header: Option<Map<String, Value>>,
    errors: Vec<Option<AerError>>,
}

impl Session {
    /// Reads and checks the programs and the options. A program that is invalid fails alone; an error here is
    /// one of the whole job.
    pub fn new(request: RunRequest, memory_limit_bytes: u64) -> Result<Self, AerError> {
        Self::with_progress(request, memory_limit_bytes, &|_| ())
    }

    /// As [`Session::new`], and tells how far the reading of long texts is: `completed` instructions of as many
    /// as there will be if the rest of the text is like what was read.
    pub fn with_progress(
        mut request: RunRequest,
        memory_limit_bytes: u64,
        progress: &dyn Fn(Progress),
    ) -> Result<Self, AerError> {
        // They may be large, and are of no use once they are read.
        let sources = std::mem::take(&mut request.circuits);
        let read = |(experiment, source): (usize, &Source)| {
            let tell = |reading: Reading| {
                let completed = reading.instructions as u64;
                let estimate = reading.total_bytes as f64 / reading.bytes.max(1) as f64 * completed as f64;
                progress(Progress {
                    experiment,
                    experiments: sources.len(),
                    completed,
                    total: completed.max(estimate as u64),
                    unit: ProgressUnit::Operations,
                });
            };
            let options = LoadOptions { progress: Some(&tell), ..LoadOptions::default() };
            let options = options.with_given(&request.backend_options).with_given(&request.run_options);
            load(source, options)
        };
        let programs: Vec<_> = sources.iter().enumerate().map(read).collect();
        drop(sources);
        let alone = programs.len() == 1;
        let (mut circuits, mut config, mut qobj_id, mut header) = (vec![], Map::new(), None, None);
        for program in programs {
            match program {
                Err(error) if alone => return Err(error),
                Err(error) => circuits.push(Err(error)),
                Ok(program) if alone => {
                    (config, qobj_id, header) = (program.config, program.qobj_id, program.header);
                    circuits = program.circuits;
                }
                // Of several texts, each one's config is for its own circuits.
                Ok(program) => circuits.extend(program.circuits.into_iter().map(|circuit| {
                    circuit.map(|mut circuit| {
                        for (key, value) in &program.config {
                            circuit.config.entry(key.clone()).or_insert_with(|| value.clone());
                        }
                        circuit
                    })
                })),
            }
        }
        let final_state = match &*request.backend_name {
            "statevector_simulator" => Some(SaveKind::Statevector),
            "unitary_simulator" => Some(SaveKind::Unitary),
            _ => None,
        };
        if let Some(kind) = final_state {
            circuits.iter_mut().flatten().for_each(|circuit| save_final_state(circuit, &kind));
        }
        let noise = noise(&[&request.backend_options, &config, &request.run_options], &mut circuits)?;
        let options = RunOptions {
            fallback_seed: request.fallback_seed.into(),
            noise,
            memory_limit_bytes,
            ..RunOptions::resolve(&[&request.backend_options, &config, &request.run_options])?
        };
        let errors = vec![None; circuits.len()];
        Ok(Self { run: Run::new(circuits, options), request, qobj_id, header, errors })
    }

    /// Lends threads to the run.
    pub fn lend_threads(&mut self, threads: Threads) {
        self.run.lend_threads(threads);
    }

    /// How many threads the run may use now.
    pub fn threads(&self) -> u32 {
        self.run.threads()
    }

    /// See [`Run::shared_work`].
    pub fn shared_work(&self) -> u64 {
        self.run.shared_work()
    }

    /// See [`Run::is_brief`].
    pub fn is_brief(&self) -> bool {
        self.run.is_brief()
    }

    /// Only this part of the job is run here.
    #[must_use]
    pub fn only(mut self, part: Part) -> Self {
        self.run = self.run.only(part);
        self
    }

    /// How much can be given up, where 1 is what was done so far, and how many workers may share it.
    pub fn divisible(&self) -> (f64, u64) {
        self.run.divisible()
    }

    /// Gives up a piece of what is left: see [`Run::give_up`].
    pub fn give_up(&mut self, into: u32) -> Option<Part> {
        self.run.give_up(into)
    }

    /// Does work of about `budget` touched amplitudes: see [`Run::step`].
    pub fn step(&mut self, budget: u64) -> Step {
        self.run.step(budget)
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.run.progress()
    }

    /// Takes the result of an experiment that has ended.
    pub fn take_result(&mut self, experiment: usize) -> Option<ExperimentResult> {
        let result = self.run.take_result(experiment)?;
        if let Some(slot) = self.errors.get_mut(experiment) {
            slot.clone_from(&result.error);
        }
        Some(result)
    }

    /// Success, status and error of the whole job, once all results are taken.
    pub fn summary(&self) -> Summary {
        Summary::new(&self.errors)
    }

    /// The result without its experiments. The caller adds `date` and times.
    pub fn envelope(&self) -> Map<String, Value> {
        let summary = self.summary();
        envelope(
            &self.request,
            summary.success,
            &summary.status,
            self.qobj_id.as_deref(),
            self.header.as_ref(),
        )
    }
}

/// Reads a program.
pub fn load(source: &Source, options: LoadOptions) -> Result<Program, AerError> {
    match source {
        Source::Text(text) => frontend::load_with(text, options),
        Source::Packed(bytes) => qobj::unpack(bytes, options),
    }
}

/// The noise of each circuit: its own where it brings some, else that of the strongest layer of options, weakest
/// first. One that cannot be read fails its circuit alone.
fn noise(
    layers: &[&Map<String, Value>],
    circuits: &mut [Result<Circuit, AerError>],
) -> Result<Vec<Option<Arc<NoiseModel>>>, AerError> {
    let model = |options: &Map<String, Value>| {
        let value = options.get(NOISE_MODEL).filter(|value| !value.is_null());
        value.map(noise_model::read).transpose().map(|model| model.map(Arc::new))
    };
    let strongest = layers.iter().rev().find(|layer| layer.get(NOISE_MODEL).is_some_and(|v| !v.is_null()));
    let common = strongest.map_or(Ok(None), |layer| model(layer))?;
    let own = |(index, circuit): (usize, &mut Result<Circuit, AerError>)| match circuit
        .as_ref()
        .map_or(Ok(None), |circuit| model(&circuit.config))
    {
        Ok(own) => own.or_else(|| common.clone()),
        Err(error) => {
            *circuit = Err(error.at_experiment(index));
            None
        }
    };
    Ok(circuits.iter_mut().enumerate().map(own).collect())
}

/// The result of a request without its experiments.
pub fn envelope(
    request: &RunRequest,
    success: bool,
    status: &str,
    qobj_id: Option<&str>,
    header: Option<&Map<String, Value>>,
) -> Map<String, Value> {
    let envelope = json!({
        "backend_name": request.backend_name,
        "backend_version": env!("CARGO_PKG_VERSION"),
        "qobj_id": qobj_id.filter(|id| !id.is_empty()).unwrap_or(&request.job_id),
        "job_id": request.job_id,
        "header": header,
        "success": success,
        "status": status,
    });
    match envelope {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The older `statevector_simulator` and `unitary_simulator` always give the state at the end.
fn save_final_state(circuit: &mut Circuit, kind: &SaveKind) {
    if circuit.instructions.iter().any(|step| matches!(step.operation, Operation::Save(_))) {
        return;
    }
    let label = kind.name().trim_start_matches("save_").into();
    let save = Save { kind: kind.clone(), label, subtype: SaveSubtype::Single };
    circuit.instructions.push(Instruction::new(Operation::Save(Box::new(save)), 0..circuit.num_qubits));
}
