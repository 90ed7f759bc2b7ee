//! The resumable run.
//!
//! A [`Run`] takes its circuits one after the other: options, plan, method, then an [`Execution`] on the
//! method's engine. An execution makes *passes* over the instructions: a single one where outcomes can be drawn
//! from the final state, one per shot otherwise. All its randomness comes from (experiment seed, shot).

use serde::{Deserialize, Serialize};

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::options::RunOptions;
use super::parallel;
use super::part::{Part, Place, Shots};
use super::plan::{self, Plan};
use super::result::ExperimentData;
use super::saved::Collector;
use super::tally::Tally;
use super::{ExperimentResult, select};
use crate::circuit::expression::{Expr, Slot};
use crate::circuit::operation::{ReadoutError, Save, SaveKind, SaveSubtype, Store};
use crate::circuit::{Bits, Circuit, ClassicalValue, Instruction, Operation, Qubit, Type, lower, validate};
use crate::engine::gather::Gather;
use crate::engine::{Engine, EngineConfig, Outcomes, SavedValue, Threads, drawn};
use crate::error::{AerError, ErrorCode};
use crate::noise::{self, NoiseModel};
use crate::rng::{SampleDraws, ShotRng, experiment_seed};

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
        noise::insert(noise.unwrap_or(&NoiseModel::default()), &mut circuit)?;
        let plan = Plan::new(&mut circuit, options.enable_truncation);
        let limit = options.max_memory_bytes();
        let config = EngineConfig { memory_limit_bytes: limit, ..options.engine.clone() };
        let method = select::choose(options.method, options.precision, &circuit, plan.num_qubits(), &config)?;
        name_states(&mut circuit, method.name())?;
        let state_bytes =
            select::required_bytes(method, options.precision, &circuit, plan.num_qubits(), &config);
        let runs = if plan.sampled { 1 } else { options.shots };
        plan::check_result_memory(&circuit, options.shots, runs, options.memory, plan.num_qubits(), limit)?;
        result.metadata = metadata(&circuit, &plan, &options, method.name(), state_bytes);
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
        ("noise".to_owned(), "ideal".into()),
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

/// A planned circuit and how to run it.
pub struct Job {
    /// The circuit, as [`Plan::new`] left it.
    pub circuit: Circuit,
    /// Its plan.
    pub plan: Plan,
    /// The shots that are run here.
    pub shots: Shots,
    /// The experiment's seed.
    pub seed: u64,
    /// Whether the memory of each shot is kept.
    pub memory: bool,
    /// For the engine.
    pub config: EngineConfig,
    /// For the engine too.
    pub threads: Threads,
    /// Bytes of memory there are; what a loop saves is only known while it runs.
    pub memory_limit: Option<u64>,
}

/// An [`Execution`], whatever its engine.
pub trait Execute {
    /// Does work of about `budget` touched amplitudes; `true` when all is done.
    fn step(&mut self, budget: u64) -> Result<bool, AerError>;

    /// Units done here, units in all, and what they are.
    fn progress(&self) -> (u64, u64, ProgressUnit);

    /// The most threads that have worked on the state at a time.
    fn threads_used(&self) -> u32;

    /// The shots that are run here.
    fn shots(&self) -> Shots;

    /// The first shot that has not been begun, if it and those after it can as well be run elsewhere.
    fn next_shot(&self) -> Option<u64>;

    /// Runs the shots before this one only, which is not before [`Execute::next_shot`].
    fn end_at(&mut self, shot: u64);

    /// What was measured and saved.
    fn finish(self: Box<Self>) -> ExperimentData;
}

/// A circuit on its engine.
pub struct Execution<E> {
    job: Job,
    engine: E,
    /// The shot of this pass; when sampling, the next to be drawn.
    shot: u64,
    /// The next instruction of this pass.
    cursor: usize,
    /// That of this shot, where there is one.
    rng: Vec<ShotRng>,
    /// What the shots have in common, and what it left.
    beginning: Beginning<E>,
    memory: Bits,
    register: Bits,
    /// When sampling: the qubits to draw, and how the memory comes from them, in order.
    outcome_qubits: Vec<Qubit>,
    shown: Vec<Shown>,
    /// How the memory comes from an outcome, where both are a word and nothing is misread.
    /// Then also which bits of the memory are written.
    gather: Option<(Gather, u64)>,
    /// When sampling: whether the engine is ready to draw.
    prepared: bool,
    tally: Tally,
    /// The memory of each shot, where it is asked for.
    memories: Outcomes,
    saved: Collector,
    /// Bytes that loops have added to lists.
    listed: u64,
    /// Whether a shot may miss a save instruction of the circuit.
    may_miss_saves: bool,
    /// Whether other shots may run elsewhere: they have no state in common, and save nothing.
    divisible: bool,
}

/// The instructions at the beginning of a circuit whose effect is the same in every shot, and what they left.
struct Beginning<E> {
    /// How many they are; 0 when they need not be looked at any more.
    len: usize,
    /// The state, the memory and the register after them.
    after: Option<(E, Bits, Bits)>,
}

/// What makes the memory of a drawn shot.
#[derive(Clone, Copy, Debug)]
enum Shown {
    /// The memory bit shows a qubit, by its position among those drawn.
    Outcome(u32, u32),
    /// The readout error that is this instruction changes the memory.
    Misread(usize),
}

/// Work of a step besides the amplitudes, so that steps of small states count too.
const OVERHEAD: u64 = 32;

/// Work of drawing a shot: some 60 nanoseconds.
const DRAW: u64 = 64;

/// Work of misreading a shot: about a microsecond.
const MISREAD: u64 = 1024;

/// Work of drawing at a time, if there are shots for it. As shots walk over the state together, the more the
/// better; but a slice of a large state must stay short.
const CHUNK: u64 = 1 << 22;

impl<E: Engine> Execution<E> {
    /// Takes the engine's memory.
    pub fn new(job: Job) -> Result<Self, AerError> {
        let mut engine = E::new(&job.circuit, job.plan.num_qubits(), &job.config)?;
        engine.lend_threads(job.threads);
        apply_phase(&mut engine, &job.circuit);
        let (outcome_qubits, shown) =
            if job.plan.sampled { shown_outcomes(&job.circuit) } else { (Vec::new(), Vec::new()) };
        let num_clbits = job.circuit.num_clbits;
        Ok(Self {
            gather: gather(&shown, outcome_qubits.len(), num_clbits),
            prepared: false,
            tally: Tally::new(num_clbits),
            memories: Outcomes::zeros(num_clbits as usize, 0),
            engine,
            shot: job.shots.from,
            cursor: 0,
            rng: vec![ShotRng::new(job.seed, job.shots.from)],
            beginning: Beginning {
                len: if job.plan.sampled || job.shots.count() < 2 {
                    0
                } else {
                    common_beginning(&job.circuit)
                },
                after: None,
            },
            memory: Bits::zeros(num_clbits),
            register: Bits::zeros(job.circuit.num_register_bits),
            outcome_qubits,
            shown,
            saved: Collector::default(),
            listed: 0,
            may_miss_saves: job.circuit.instructions.iter().any(jumps),
            divisible: !job.plan.sampled && !job.circuit.instructions.iter().any(saves),
            job,
        })
    }

    /// Whether shots leave anything in the memory.
    fn counts(&self) -> bool {
        self.job.plan.measures && self.job.circuit.num_clbits > 0
    }

    /// Whether the instruction under the cursor reads the state, so that nothing may be put off any longer.
    fn must_advance(&self) -> bool {
        match self.job.circuit.instructions.get(self.cursor) {
            None => true,
            Some(_) if self.ends_beginning() => true,
            Some(step) if matches!(step.operation, Operation::Measure(_)) && self.job.plan.sampled => false,
            Some(step) => self.engine.must_advance(&step.operation, &step.qubits),
        }
    }

    /// Executes the instruction under the cursor; gives the work it was.
    fn execute(&mut self) -> Result<u64, AerError> {
        let cursor = self.cursor;
        self.perform().map_err(|error| match self.job.circuit.instructions.get(cursor) {
            Some(step) => error.at_instruction(cursor, step.operation.name()),
            None => error,
        })
    }

    fn perform(&mut self) -> Result<u64, AerError> {
        let Self { job, engine, rng, memory, register, .. } = self;
        let Some(step) = job.circuit.instructions.get(self.cursor) else { return Ok(0) };
        if step.condition.is_some_and(|bit| !register.get(bit)) {
            return Ok(0);
        }
        let work = || engine.work(&step.operation, &step.qubits);
        match &step.operation {
            // Outcomes are drawn, and misread, in the end.
            Operation::Measure(_) | Operation::ReadoutError(_) if job.plan.sampled => Ok(0),
            Operation::Measure(measure) => {
                let work = work();
                let outcome =
                    drawn::apply_once(engine, &step.operation, &step.qubits, job.plan.num_qubits(), rng)?;
                for (bits, places) in [(memory, &measure.memory), (register, &measure.register)] {
                    for (i, place) in places.iter().enumerate() {
                        bits.set(*place, outcome.get(i as u32));
                    }
                }
                Ok(work)
            }
            Operation::BooleanFunction(function) => {
                let value = function.evaluate(register);
                register.set(function.register, value);
                if let Some(bit) = function.memory {
                    memory.set(bit, value);
                }
                Ok(0)
            }
            Operation::ReadoutError(error) => {
                rng.iter_mut().for_each(|rng| misread(error, memory, register, rng));
                Ok(0)
            }
            Operation::Save(save) => {
                // Only the last shot's value counts: spare the others.
                let last = job.plan.sampled || self.shot + 1 >= job.shots.to;
                let certain = step.condition.is_none() && !self.may_miss_saves;
                if save.subtype == SaveSubtype::Single && certain && !last {
                    return Ok(0);
                }
                let work = if matches!(save.kind, SaveKind::Variable(_)) { 0 } else { work() };
                if self.may_miss_saves {
                    self.listed = check_listed(self.listed, save, work, job)?;
                }
                let value = match &save.kind {
                    SaveKind::Variable(slot) => SavedValue::Json(variable(slot, register)?),
                    kind => engine.save(kind, &step.qubits)?,
                };
                self.saved.add(save, &self.memory, value);
                Ok(work)
            }
            Operation::Mark(_) => Ok(0),
            Operation::Jump(_) => {
                // The mark itself has nothing to do, and the cursor moves on.
                self.cursor = job.plan.targets.get(self.cursor).copied().unwrap_or(usize::MAX - 1);
                Ok(0)
            }
            Operation::Store(store) => assign(store, job.circuit.num_clbits, memory, register)
                .map(|()| u64::from(store.target.ty.width())),
            Operation::ComputedGate(gate, expressions) => {
                let values = expressions.iter().map(|expression| expression.evaluate_f64(register));
                values.collect::<Result<_, _>>().and_then(|parameters| {
                    let gate = Operation::Gate(*gate, parameters);
                    let work = engine.work(&gate, &step.qubits);
                    engine.apply(&gate, &step.qubits).map(|()| work)
                })
            }
            operation => {
                let work = work();
                drawn::apply_once(engine, operation, &step.qubits, job.plan.num_qubits(), rng)?;
                Ok(work)
            }
        }
    }

    /// Begins the pass of the next shot; gives the work it was.
    fn begin_pass(&mut self) -> Result<u64, AerError> {
        self.rng = vec![ShotRng::new(self.job.seed, self.shot)];
        if let Some((engine, memory, register)) = &self.beginning.after {
            self.cursor = self.beginning.len;
            self.memory.clone_from(memory);
            self.register.clone_from(register);
            let work = engine.bytes() / 16;
            return self.engine.copy_from(engine).map(|()| work);
        }
        self.cursor = 0;
        self.memory = Bits::zeros(self.job.circuit.num_clbits);
        self.register = Bits::zeros(self.job.circuit.num_register_bits);
        self.engine.reset_to_zero();
        apply_phase(&mut self.engine, &self.job.circuit);
        Ok(0)
    }

    /// Whether the first shot is where the shots part.
    fn ends_beginning(&self) -> bool {
        self.cursor == self.beginning.len && self.beginning.len > 0 && self.shot == 0
    }

    /// Keeps the state for the other shots, if that is cheaper than making it again.
    fn keep_beginning(&mut self) -> bool {
        if self.beginning.after.is_some() {
            return false;
        }
        match (self.engine.bytes() <= 64 << 20).then(|| self.engine.try_clone()) {
            Some(Ok(engine)) => {
                self.beginning.after = Some((engine, self.memory.clone(), self.register.clone()));
            }
            _ => self.beginning.len = 0,
        }
        true
    }

    /// Draws the next shots from the final state; gives the work it was.
    fn draw(&mut self) -> Result<u64, AerError> {
        let work = if self.gather.is_some() { DRAW } else { DRAW + MISREAD };
        let chunk = (CHUNK / work).min(self.job.shots.to - self.shot);
        let shots = self.shot..self.shot + chunk;
        let mut draws = SampleDraws { seed: self.job.seed, shots: shots.clone() };
        let mut outcomes = self.engine.sample_measure(&self.outcome_qubits, &mut draws)?;
        if let Some((gather, written)) = &self.gather {
            let kept = self.memory.low_u64() & !written;
            for word in &mut outcomes.words {
                *word = kept | gather.apply(*word);
            }
            if self.job.memory {
                self.memories.words.extend_from_slice(&outcomes.words);
            }
            self.tally.add_words(outcomes.words);
        } else {
            for (index, shot) in shots.enumerate() {
                let memory = self.show(&outcomes, index, shot);
                self.record(memory);
            }
        }
        self.shot += chunk;
        Ok(chunk * work)
    }

    /// The memory of a drawn shot.
    fn show(&mut self, outcomes: &Outcomes, index: usize, shot: u64) -> Bits {
        let mut memory = self.memory.clone();
        let mut rng = None;
        for shown in &self.shown {
            match *shown {
                Shown::Outcome(place, from) => memory.set(place, outcomes.get(index, from)),
                Shown::Misread(instruction) => {
                    if let Some(Operation::ReadoutError(error)) =
                        self.job.circuit.instructions.get(instruction).map(|step| &step.operation)
                    {
                        let rng = rng.get_or_insert_with(|| ShotRng::new(self.job.seed, shot));
                        misread(error, &mut memory, &mut self.register, rng);
                    }
                }
            }
        }
        memory
    }

    /// Counts a shot.
    fn record(&mut self, memory: Bits) {
        if self.job.memory {
            self.memories.push(memory.words());
        }
        self.tally.add(memory);
    }
}

impl<E: Engine> Execute for Execution<E> {
    fn step(&mut self, budget: u64) -> Result<bool, AerError> {
        let mut left = budget;
        loop {
            let sampled = self.job.plan.sampled;
            let work = if self.shot >= self.job.shots.to && !sampled {
                return Ok(true);
            } else if self.engine.pending() > 0 && self.must_advance() {
                self.engine.advance(left)?
            } else if self.ends_beginning() && self.keep_beginning() {
                0
            } else if self.cursor < self.job.circuit.instructions.len() {
                let work = self.execute()?;
                self.cursor += 1;
                work
            } else if sampled && !(self.counts() && self.shot < self.job.shots.to) {
                return Ok(true);
            } else if sampled && !self.prepared {
                let work = self.engine.prepare_sampling(left);
                self.prepared = work == 0;
                work
            } else if sampled {
                self.draw()?
            } else {
                if self.counts() {
                    let memory = std::mem::take(&mut self.memory);
                    self.record(memory);
                }
                self.shot += 1;
                if self.shot < self.job.shots.to { self.begin_pass()? } else { 0 }
            };
            left = left.saturating_sub(work.saturating_add(OVERHEAD));
            if left == 0 {
                return Ok(false);
            }
        }
    }

    fn progress(&self) -> (u64, u64, ProgressUnit) {
        if self.job.plan.sampled {
            // Drawing is the last operation.
            let (instructions, draws) =
                (self.job.circuit.instructions.len() as u64, u64::from(self.counts()));
            let drawn = u64::from(self.shot >= self.job.shots.to) * draws;
            let done = (self.cursor as u64).saturating_sub(self.engine.pending());
            let completed = if done < instructions { done } else { instructions + drawn };
            (completed, instructions + draws, ProgressUnit::Operations)
        } else {
            (self.shot - self.job.shots.from, self.job.shots.of, ProgressUnit::Shots)
        }
    }

    fn threads_used(&self) -> u32 {
        self.engine.threads_used()
    }

    fn shots(&self) -> Shots {
        self.job.shots
    }

    fn next_shot(&self) -> Option<u64> {
        self.divisible.then_some(self.shot + 1)
    }

    fn end_at(&mut self, shot: u64) {
        self.job.shots.to = shot.clamp(self.shot + 1, self.job.shots.to.max(self.shot + 1));
    }

    fn finish(self: Box<Self>) -> ExperimentData {
        let counted = self.counts() && self.job.shots.count() > 0;
        let Self { job, tally, memories, saved, .. } = *self;
        ExperimentData {
            counts: counted.then(|| tally.finish()),
            memory: (counted && job.memory).then_some(memories),
            saved: saved.finish(),
        }
    }
}

/// Assigns a value to its register bits and to the memory bits of the same indices.
fn assign(store: &Store, num_clbits: u32, memory: &mut Bits, register: &mut Bits) -> Result<(), AerError> {
    let value = store.value.evaluate(register)?;
    let (first, width) = (store.target.locate(register)?, store.target.ty.width());
    let bits = value.to_bits(store.target.ty);
    register.write(first, width, &bits);
    memory.write(first, width.min(num_clbits.saturating_sub(first)), &bits);
    Ok(())
}

/// The value of a variable: a number (an angle in radians), a truth value, or `[re, im]`; beyond 64 bits a
/// hexadecimal text.
fn variable(slot: &Slot, register: &Bits) -> Result<Value, AerError> {
    let bits = register.slice(slot.locate(register)?, slot.ty.width());
    let value = ClassicalValue::from_bits(&bits, slot.ty);
    Ok(match (&value, slot.ty) {
        (_, Type::Angle(_)) => json!(Expr::constant(value, slot.ty).as_f64()),
        (ClassicalValue::Bool(value), _) => json!(value),
        (ClassicalValue::Uint(bits), _) if bits.highest().is_none_or(|top| top < 64) => json!(bits.low_u64()),
        (ClassicalValue::Uint(bits), _) => json!(bits.to_hex()),
        (ClassicalValue::Int(value), _) => json!(value),
        (ClassicalValue::Float(value), _) => json!(value),
        (ClassicalValue::Complex(re, im), _) => json!([re, im]),
    })
}

/// Bytes listed so far and by this save too, which a loop may repeat without end.
fn check_listed(listed: u64, save: &Save, work: u64, job: &Job) -> Result<u64, AerError> {
    if !matches!(save.subtype, SaveSubtype::List | SaveSubtype::CList) {
        return Ok(listed);
    }
    // Work is what is read; what is kept is not more than a state and its frame.
    let listed = listed.saturating_add(16 * work.max(4));
    match job.memory_limit {
        Some(limit) if listed > limit => Err(AerError::new(
            ErrorCode::InsufficientMemory,
            format!("Insufficient memory for the results of circuit {}.", job.circuit.name),
        )
        .found(format!("{} MiB of values under \"{}\"", plan::mebibytes(listed), save.label))
        .expected(format!("at most {} MiB", limit >> 20))
        .hint("Save less often within a loop.")),
        _ => Ok(listed),
    }
}

/// The global phase shows only where a state is saved.
fn apply_phase<E: Engine>(engine: &mut E, circuit: &Circuit) {
    if circuit.global_phase != 0.0 {
        engine.apply_global_phase(circuit.global_phase);
    }
}

/// The measured qubits, each once, and how the memory comes from them. Qubits do not change between
/// measurements when sampling, so without readout errors only the last measurement into a bit counts.
fn shown_outcomes(circuit: &Circuit) -> (Vec<Qubit>, Vec<Shown>) {
    let mut positions: IndexMap<Qubit, u32> = IndexMap::new();
    let mut last: IndexMap<u32, u32> = IndexMap::new();
    let mut all = Vec::new();
    let mut misread_at_all = false;
    for (index, step) in circuit.instructions.iter().enumerate() {
        match &step.operation {
            Operation::Measure(measure) => {
                for (bit, qubit) in measure.memory.iter().zip(&step.qubits) {
                    let next = positions.len() as u32;
                    let position = *positions.entry(*qubit).or_insert(next);
                    last.insert(*bit, position);
                    all.push(Shown::Outcome(*bit, position));
                }
            }
            Operation::ReadoutError(_) => {
                misread_at_all = true;
                all.push(Shown::Misread(index));
            }
            _ => {}
        }
    }
    if !misread_at_all {
        all = last.into_iter().map(|(bit, position)| Shown::Outcome(bit, position)).collect();
    }
    (positions.into_keys().collect(), all)
}

/// Whether an instruction saves something.
fn saves(step: &Instruction) -> bool {
    matches!(step.operation, Operation::Save(_))
}

/// How the memory comes from outcomes if both are a word and nothing is misread, and which bits it writes.
fn gather(shown: &[Shown], outcome_bits: usize, num_clbits: u32) -> Option<(Gather, u64)> {
    if outcome_bits > 64 || num_clbits > 64 {
        return None;
    }
    let pairs: Option<Vec<(u32, u32)>> = shown
        .iter()
        .map(|shown| match *shown {
            Shown::Outcome(place, from) => Some((from, place)),
            Shown::Misread(_) => None,
        })
        .collect();
    pairs.map(|pairs| {
        let written = pairs.iter().fold(0, |written, (_, place)| written | 1 << place);
        (Gather::new(pairs), written)
    })
}

/// How many instructions at the beginning do the same in every shot and save nothing.
fn common_beginning(circuit: &Circuit) -> usize {
    let mut touched = vec![false; circuit.num_qubits as usize];
    let same = |step: &&Instruction| {
        let mut fresh = true;
        for qubit in &step.qubits {
            if let Some(touched) = touched.get_mut(*qubit as usize) {
                fresh &= !std::mem::replace(touched, true);
            }
        }
        match step.operation {
            // What is |0⟩ still is not measured.
            Operation::Reset | Operation::Initialize(_) => fresh,
            Operation::Measure(_)
            | Operation::Kraus(_)
            | Operation::Superoperator(_)
            | Operation::ReadoutError(_)
            | Operation::Save(_)
            | Operation::Jump(_)
            | Operation::Mark(_) => false,
            _ => true,
        }
    };
    circuit.instructions.iter().take_while(same).count()
}

/// Whether instructions may be left out after this one.
fn jumps(step: &Instruction) -> bool {
    matches!(step.operation, Operation::Jump(_) | Operation::ControlFlow(_))
}

/// Replaces the bits that a readout error concerns by a value drawn from its table.
fn misread(error: &ReadoutError, memory: &mut Bits, register: &mut Bits, rng: &mut ShotRng) {
    let number = rng.uniform();
    let value =
        error.memory.iter().enumerate().fold(0, |value, (i, bit)| value | usize::from(memory.get(*bit)) << i);
    let row = error.probabilities.get(value).map(Vec::as_slice).unwrap_or_default();
    let mut below = 0.0;
    let mut drawn = value;
    for (outcome, probability) in row.iter().enumerate().filter(|(_, p)| **p > 0.0) {
        drawn = outcome;
        below += probability;
        if number < below {
            break;
        }
    }
    for (bits, places) in [(memory, &error.memory), (register, &error.register)] {
        for (i, place) in places.iter().enumerate() {
            bits.set(*place, drawn >> i & 1 == 1);
        }
    }
}

#[cfg(test)]
mod tests;
