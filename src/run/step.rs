//! The resumable run.
//!
//! A [`Run`] takes its circuits one after the other: options, plan, method, then an
//! [`Execution`](super::execution::Execution) on the method's engine.

use serde::{Deserialize, Serialize};

use serde_json::{Map, Value};

use super::ExperimentResult;
use super::execution::{Execute, Job};
use super::options::RunOptions;
use super::parallel;
use super::part::{Part, Place, Shots};
use super::plan::{self, Plan};
use super::result::ExperimentData;
use super::select::{self, Choice};
use crate::circuit::operation::SaveKind;
use crate::circuit::{Circuit, Operation, lower, validate};
use crate::engine::{EngineConfig, Threads};
use crate::error::AerError;
use crate::noise::{self, NoiseModel};
use crate::rng::experiment_seed;

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Index of the experiment that runs.
    pub experiment: usize,
    /// Number of experiments.
    pub experiments: usize,
    /// Units done of this experiment.
    pub completed: u64,
    /// Units of this experiment.
    pub total: u64,
    /// What is counted.
    pub unit: ProgressUnit,
}

/// What progress counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProgressUnit {
    /// Operations of a circuit that runs once.
    Operations,
    /// Shots of a circuit that runs once per shot.
    Shots,
}

/// What a slice of work ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The budget is used up; there is more to do.
    Pending,
    /// An experiment ended, well or not: take it with [`Run::take_result`], then go on.
    Experiment(usize),
    /// All experiments have ended.
    Finished,
}

/// A job being executed.
pub struct Run {
    circuits: Vec<Option<Result<Circuit, AerError>>>,
    options: RunOptions,
    threads: Threads,
    /// The experiment that runs or comes next.
    index: usize,
    /// What of the job is run here.
    part: Part,
    /// What each experiment is expected to take beside the others, in amplitudes touched.
    weights: Vec<f64>,
    /// The weight of the experiments that have ended here.
    done: f64,
    current: Option<Current>,
    results: Vec<Option<ExperimentResult>>,
    progress: Progress,
}

/// The experiment that runs.
struct Current {
    execution: Box<dyn Execute>,
    result: ExperimentResult,
    state_bytes: u64,
}

/// The most of what [`Run::is_brief`], in qubits and in amplitudes touched: a matrix of as many qubits has 16 MiB.
const BRIEF_QUBITS: u32 = 10;
const BRIEF_WORK: f64 = 2_097_152.0;

impl Run {
    /// A run of circuits in order; one that was refused by its front end fails alone.
    pub fn new(circuits: Vec<Result<Circuit, AerError>>, options: RunOptions) -> Self {
        let experiments = circuits.len();
        Self {
            weights: circuits.iter().map(weight).collect(),
            circuits: circuits.into_iter().map(Some).collect(),
            options,
            threads: Threads::default(),
            index: 0,
            part: Part { from: Place::default(), to: Place { experiment: experiments, shot: 0 } },
            done: 0.0,
            current: None,
            results: (0..experiments).map(|_| None).collect(),
            progress: Progress {
                experiment: 0,
                experiments,
                completed: 0,
                total: 0,
                unit: ProgressUnit::Operations,
            },
        }
    }

    /// Lends threads to the experiments to come.
    pub fn lend_threads(&mut self, threads: Threads) {
        self.threads = threads;
    }

    /// How many threads experiments may use now.
    pub fn threads(&self) -> u32 {
        self.threads.at_most(self.options.max_threads()).count()
    }

    /// About how many amplitudes will be touched in states on which several threads may work; a guess.
    pub fn shared_work(&self) -> u64 {
        if self.options.max_threads() == 1 {
            return 0;
        }
        let circuits = self.circuits.iter().skip(self.index).flatten().flatten();
        circuits.map(parallel::shared_work).fold(0, u64::saturating_add)
    }

    /// Whether it looks as if it took a few milliseconds: the circuits are small, and so is the number of shots.
    pub fn is_brief(&self) -> bool {
        let small = |circuit: &Option<Result<Circuit, AerError>>| match circuit {
            Some(Ok(circuit)) => circuit.num_qubits <= BRIEF_QUBITS && circuit.config.is_empty(),
            _ => true,
        };
        let work = self.weights.iter().map(|weight| weight + self.options.shots as f64).sum::<f64>();
        work <= BRIEF_WORK && self.circuits.iter().all(small)
    }

    /// Only this part of the job is run here.
    #[must_use]
    pub fn only(mut self, part: Part) -> Self {
        let end = Place { experiment: self.circuits.len(), shot: 0 };
        self.part = Part { from: part.from, to: part.to.min(end) };
        self.index = part.from.experiment;
        self
    }

    /// Does work of about `budget` touched amplitudes, or up to the end of an experiment.
    pub fn step(&mut self, budget: u64) -> Step {
        let index = self.index;
        let mut current = if let Some(current) = self.current.take() {
            current
        } else {
            let here = (Place { experiment: index, shot: 0 }) < self.part.to;
            let circuit = self.circuits.get_mut(index).filter(|_| here).and_then(Option::take);
            let Some(circuit) = circuit else { return Step::Finished };
            self.progress = Progress { experiment: index, completed: 0, total: 0, ..self.progress };
            match start(circuit, index, &self.options, self.threads, self.part) {
                Ok(current) => current,
                Err(failed) => return self.end(*failed),
            }
        };
        let done = current.execution.step(budget);
        (self.progress.completed, self.progress.total, self.progress.unit) = current.execution.progress();
        match done {
            Ok(false) => {
                self.current = Some(current);
                Step::Pending
            }
            Ok(true) => {
                let Current { execution, mut result, .. } = current;
                let shots = execution.shots();
                (result.shots, result.part) = (shots.count(), part_of(shots));
                result.metadata.insert("parallel_state_update".into(), execution.threads_used().into());
                result.metadata.extend(execution.metadata());
                result.data = execution.finish();
                self.end(result)
            }
            Err(error) => {
                let part = part_of(current.execution.shots());
                self.end(failed(ExperimentResult { part, ..current.result }, error, index))
            }
        }
    }

    fn end(&mut self, result: ExperimentResult) -> Step {
        let index = self.index;
        self.done += self.weight(index) * result.part.map_or(1.0, |shots| shots.share());
        self.results[index] = Some(result);
        self.index += 1;
        Step::Experiment(index)
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// Takes the result of an experiment that has ended.
    pub fn take_result(&mut self, experiment: usize) -> Option<ExperimentResult> {
        self.results.get_mut(experiment)?.take()
    }

    /// The weight of what was done here of the current experiment and of what is still to be done, and those of
    /// its shots that can be divided.
    fn current(&self) -> (f64, f64, Option<Shots>) {
        let weight = self.weight(self.index);
        let Some(current) = &self.current else { return (0.0, weight, None) };
        let (completed, total, _) = current.execution.progress();
        let shots = current.execution.shots();
        let done = completed as f64 / total.max(1) as f64;
        let divisible = current.execution.next_shot().filter(|next| *next < shots.to);
        let divisible = divisible.map(|from| Shots { from, ..shots });
        (weight * done, weight * (shots.share() - done).max(0.0), divisible)
    }

    /// The experiments after the current one, which are run here unless they are given up.
    fn later(&self) -> std::ops::Range<usize> {
        let to = self.part.to;
        let end = to.experiment + usize::from(to.shot > 0);
        self.index + 1..end.max(self.index + 1)
    }

    fn weight(&self, experiment: usize) -> f64 {
        self.weights.get(experiment).copied().unwrap_or_default()
    }

    /// How much can be given up, measured by what was done so far: 3 is three times as much. And how many workers
    /// may share it, by the options and by the memory that they take.
    pub fn divisible(&self) -> (f64, u64) {
        let (done, left, shots) = self.current();
        let [threads, experiments, shots_at_a_time] = self.at_most();
        let (mut much, mut at_most) = (0.0, 0);
        if shots.is_some() && shots_at_a_time > 1 {
            (much, at_most) = (left, shots_at_a_time);
        }
        let later: f64 = self.later().map(|experiment| self.weight(experiment)).sum();
        if later > 0.0 && experiments > 1 {
            (much, at_most) = (much + later, at_most.max(experiments));
        }
        let done = self.done + done;
        // Where nothing is done yet, the current experiment takes at least as long as it took so far.
        let measure = if done > 0.0 { done } else { left };
        (if much > 0.0 { much / measure } else { 0.0 }, at_most.min(threads))
    }

    /// Most workers, experiments and shots at a time.
    fn at_most(&self) -> [u64; 3] {
        let all = |limit: u64| if limit == 0 { u64::MAX } else { limit };
        let declared = |circuit: &Option<Result<Circuit, AerError>>| match circuit {
            Some(Ok(circuit)) => 16u64.checked_shl(circuit.num_qubits).unwrap_or(u64::MAX),
            _ => 0,
        };
        let later = self.circuits.get(self.later()).into_iter().flatten().map(declared);
        let bytes = later.chain(self.current.as_ref().map(|current| current.state_bytes)).max().unwrap_or(0);
        let memory = self.options.parallel_memory_bytes() / bytes.max(1);
        let RunOptions { max_parallel_threads, max_parallel_experiments, max_parallel_shots, .. } =
            self.options;
        [all(max_parallel_threads).min(memory), all(max_parallel_experiments), all(max_parallel_shots)]
    }

    /// Gives up about one of `into` pieces of what is left: its end, which the caller has then to have run
    /// elsewhere. With one piece all that can be spared is given up. `None` if nothing can.
    pub fn give_up(&mut self, into: u32) -> Option<Part> {
        let [_, experiments, shots_at_a_time] = self.at_most();
        let ((_, current, shots), later) = (self.current(), self.later());
        let shots = shots.filter(|_| into <= 1 || shots_at_a_time > 1);
        let later = if into <= 1 || experiments > 1 { later } else { later.start..later.start };
        let all = current + later.clone().map(|experiment| self.weight(experiment)).sum::<f64>();
        let mut kept = all * (1.0 - 1.0 / f64::from(into.max(1)));
        let at = match shots {
            Some(shots) if kept < current || later.is_empty() => {
                let share = if later.is_empty() { kept / all } else { kept / current };
                let shot = shots.from + (share.clamp(0.0, 1.0) * shots.count() as f64) as u64;
                Place { experiment: self.index, shot: shot.min(shots.to - 1) }
            }
            _ => {
                kept -= current;
                let mut experiment = later.start;
                while experiment + 1 < later.end && kept >= self.weight(experiment) / 2.0 {
                    kept -= self.weight(experiment);
                    experiment += 1;
                }
                later.contains(&experiment).then_some(Place { experiment, shot: 0 })?
            }
        };
        if at.experiment == self.index
            && let Some(current) = &mut self.current
        {
            current.execution.end_at(at.shot);
        }
        let part = Part { from: at, to: self.part.to };
        self.part.to = at;
        Some(part)
    }
}

/// What a circuit is expected to take: its operations on all its amplitudes.
fn weight(circuit: &Result<Circuit, AerError>) -> f64 {
    circuit.as_ref().map_or(0.0, |circuit| {
        (circuit.instructions.len() + 1) as f64 * (circuit.num_qubits.min(40) as f64).exp2().max(32.0)
    })
}

fn part_of(shots: Shots) -> Option<Shots> {
    (!shots.whole()).then_some(shots)
}

/// Aer's form of a failure: no shots, no data, the reason.
fn failed(result: ExperimentResult, error: AerError, index: usize) -> ExperimentResult {
    ExperimentResult {
        shots: 0,
        data: ExperimentData::default(),
        error: Some(error.at_experiment(index)),
        ..result
    }
}

/// Prepares an experiment and makes its engine.
fn start(
    circuit: Result<Circuit, AerError>,
    index: usize,
    options: &RunOptions,
    threads: Threads,
    part: Part,
) -> Result<Current, Box<ExperimentResult>> {
    let mut result = ExperimentResult {
        shots: 0,
        part: None,
        seed_simulator: experiment_seed(options.seed(), index),
        time_taken_s: 0.0,
        header: circuit.as_ref().map(Circuit::result_header).unwrap_or_default(),
        data: ExperimentData::default(),
        metadata: Map::new(),
        error: None,
    };
    let prepared = circuit.and_then(|mut circuit| {
        let own_seed = circuit.config.contains_key("seed_simulator");
        let options = options.clone().with(&circuit.config)?;
        if own_seed {
            result.seed_simulator = options.seed();
        }
        result.shots = options.shots;
        lower::lower(&mut circuit)?;
        let noise = options.noise.get(index).and_then(Option::as_deref);
        let misread = readout_errors(&circuit);
        noise::insert(noise.unwrap_or(&NoiseModel::default()), &mut circuit)?;
        let misread = readout_errors(&circuit) > misread;
        let plan = Plan::new(&mut circuit, options.enable_truncation);
        let limit = options.max_memory_bytes();
        let config = EngineConfig { memory_limit_bytes: limit, ..options.engine.clone() };
        let Choice { method, reason } = select::choose(
            options.method,
            options.precision,
            &circuit,
            plan.num_qubits(),
            options.shots,
            &config,
        )?;
        let channels = select::has_channels(method);
        let plan = plan.with_channels(&circuit, channels);
        name_states(&mut circuit, method.name())?;
        let state_bytes =
            select::required_bytes(method, options.precision, &circuit, plan.num_qubits(), &config);
        let runs = if plan.sampled { 1 } else { options.shots };
        plan::check_result_memory(&circuit, options.shots, runs, options.memory, plan.num_qubits(), limit)?;
        result.metadata = metadata(&circuit, &plan, &options, method.name(), state_bytes);
        result.metadata.insert("method_reason".into(), reason.into());
        result.metadata.insert("noise".into(), noise_name(&circuit, channels, misread).into());
        let first = if part.from.experiment == index { part.from.shot } else { 0 };
        let last = if part.to.experiment == index { part.to.shot } else { options.shots };
        let shots = Shots { from: first.min(options.shots), to: last.min(options.shots), of: options.shots };
        let job = Job {
            circuit,
            plan,
            shots,
            seed: result.seed_simulator,
            memory: options.memory,
            config,
            threads: threads.at_most(options.max_threads()),
            memory_limit: limit,
        };
        Ok((select::start(method, options.precision, job)?, state_bytes))
    });
    match prepared {
        Ok((execution, state_bytes)) => Ok(Current { execution, result, state_bytes }),
        Err(error) => Err(Box::new(failed(result, error, index))),
    }
}

/// Aer's label for a state without one: the name of the method.
const METHOD_LABEL: &str = "_method_";

fn name_states(circuit: &mut Circuit, method: &str) -> Result<(), AerError> {
    for step in &mut circuit.instructions {
        if let Operation::Save(save) = &mut step.operation
            && (&save.kind, save.label.as_str()) == (&SaveKind::State, METHOD_LABEL)
        {
            method.clone_into(&mut save.label);
            return validate::labels(circuit);
        }
    }
    Ok(())
}

fn readout_errors(circuit: &Circuit) -> usize {
    circuit.instructions.iter().filter(|step| matches!(step.operation, Operation::ReadoutError(_))).count()
}

/// Aer's word for how noise is simulated.
fn noise_name(circuit: &Circuit, channels: bool, misread: bool) -> &'static str {
    let noisy = circuit.instructions.iter().any(|step| matches!(step.operation, Operation::QuantumError(_)));
    match (noisy, channels, misread) {
        (true, true, _) => "superop",
        (true, false, _) => "circuit",
        (false, _, true) => "readout",
        (false, _, false) => "ideal",
    }
}

/// Aer's metadata of an experiment, as far as it holds here.
fn metadata(
    circuit: &Circuit,
    plan: &Plan,
    options: &RunOptions,
    method: &str,
    state_bytes: u64,
) -> Map<String, Value> {
    let mut metadata = plan.metadata();
    let saves = circuit.instructions.iter().filter_map(|step| match &step.operation {
        Operation::Save(save) => Some(save),
        _ => None,
    });
    let (types, subtypes): (Map<String, Value>, Map<String, Value>) = saves
        .map(|save| {
            let (kind, subtype) = (save.kind.name().into(), save.subtype.name().into());
            ((save.label.clone(), kind), (save.label.clone(), subtype))
        })
        .unzip();
    metadata.extend([
        ("method".to_owned(), method.into()),
        ("device".to_owned(), "CPU".into()),
        ("num_clbits".to_owned(), circuit.num_clbits.into()),
        ("num_bind_params".to_owned(), 1.into()),
        ("runtime_parameter_bind".to_owned(), false.into()),
        ("batched_shots_optimization".to_owned(), false.into()),
        ("parallel_shots".to_owned(), 1.into()),
        ("parallel_state_update".to_owned(), 1.into()),
        ("fusion".to_owned(), options.fusion_json()),
        ("required_memory_mb".to_owned(), plan::mebibytes(state_bytes).into()),
        ("max_memory_mb".to_owned(), options.max_memory_bytes().map(|bytes| bytes >> 20).into()),
        ("result_types".to_owned(), types.into()),
        ("result_subtypes".to_owned(), subtypes.into()),
    ]);
    metadata
}

#[cfg(test)]
mod tests;
