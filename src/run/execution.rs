//! A circuit on its engine.
//!
//! Shots that have drawn the same so far are a [`Group`]: they share a state and classical bits, and what is done is done
//! once for all of them. Where they draw (a measurement in the middle, a reset, an error of a noise model) the group
//! parts; its state is copied for all but the last part, and the smallest part goes first, so that at most as many states
//! wait as the number of shots has binary digits. Aer calls this shot branching. A part for which there is no memory is
//! run shot by shot from the beginning.
//!
//! Measurements at the end, after which nothing reads their qubits or any bit, do not part a group: outcomes are drawn
//! from its state. A circuit that draws nothing before has one group, and no list of shots, however many they are; others
//! take their shots in chunks. All randomness comes from (experiment seed, shot), and what a shot draws does not depend
//! on the shots beside it.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::part::Shots;
use super::plan::{self, Plan};
use super::result::ExperimentData;
use super::saved::Collector;
use super::step::ProgressUnit;
use super::tally::Tally;
use crate::circuit::expression::{Expr, Slot};
use crate::circuit::operation::{ReadoutError, Save, SaveKind, SaveSubtype, Store};
use crate::circuit::{Bits, Circuit, ClassicalValue, Instruction, Operation, Qubit, Type};
use crate::engine::drawn::{self, Drawn};
use crate::engine::gather::Gather;
use crate::engine::{AnyEngine, Engine, EngineConfig, Maker, Outcomes, SavedValue, Threads};
use crate::error::{AerError, ErrorCode};
use crate::rng::{SampleDraws, ShotRng};

/// A planned circuit and how to run it.
#[derive(Clone)]
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

    /// What the metadata of the result tell of the method.
    fn metadata(&self) -> Map<String, Value> {
        Map::new()
    }

    /// The first shot that has not been begun, if it and those after it can as well be run elsewhere.
    fn next_shot(&self) -> Option<u64>;

    /// Runs the shots before this one only, which is not before [`Execute::next_shot`].
    fn end_at(&mut self, shot: u64);

    /// What was measured and saved.
    fn finish(self: Box<Self>) -> ExperimentData;
}

/// Shots that have drawn the same so far.
struct Group {
    engine: AnyEngine,
    /// The next instruction of the circuit.
    cursor: usize,
    /// What a quantum error has put before it, the next one last.
    ahead: Vec<Instruction>,
    /// The shots, ascending; none where all are drawn from the final state.
    shots: Vec<u64>,
    /// The random numbers of each shot, once there was something to draw.
    rngs: Vec<ShotRng>,
    memory: Bits,
    register: Bits,
    /// Instructions executed so far.
    steps: u64,
    /// Values of saves before this step were taken in another group.
    saved_until: u64,
    /// What the shots have drawn of the next instruction, if they differ; the largest part first.
    parts: Vec<Part>,
    /// Whether the engine is ready to draw outcomes.
    prepared: bool,
}

/// Shots of a group that have drawn the same.
struct Part {
    drawn: Drawn,
    shots: Vec<u64>,
    rngs: Vec<ShotRng>,
}

/// A value that was saved, for some shots, until it stands in order.
struct Entry {
    /// The save instruction.
    cursor: usize,
    step: u64,
    shots: Vec<u64>,
    memory: Bits,
    value: SavedValue,
}

/// A circuit on its engine.
pub struct Execution {
    job: Job,
    maker: Maker,
    group: Option<Group>,
    /// Groups that have parted, and wait for their smaller parts.
    waiting: Vec<Group>,
    /// Engines to be used again.
    spare: Vec<AnyEngine>,
    /// Shots for which there was no memory, and how many of their steps have saved what they had to.
    alone: Vec<(u64, u64)>,
    /// The end of the shots that have been begun; when sampling, the next to be drawn.
    begun: u64,
    /// Shots done.
    done: u64,
    /// What is drawn in the end.
    tail: Tail,
    tally: Tally,
    /// The memory of each shot, where it is asked for; and of the chunk's shots, in any order.
    memories: Outcomes,
    chunk_memories: Vec<(u64, Bits)>,
    saved: Collector,
    chunk_saved: Vec<Entry>,
    /// Bytes that loops have added to lists.
    listed: u64,
    /// Whether a shot may miss a save instruction of the circuit.
    may_miss_saves: bool,
    /// Whether other shots may run elsewhere: they save nothing.
    divisible: bool,
    threads_used: u32,
    metadata: Map<String, Value>,
}

/// What a step has come to.
enum Progressed {
    /// More is to be done.
    On(u64),
    /// The group has parted.
    Parted,
    /// The group is at its end.
    Ended(u64),
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

/// Shots of the first chunk that is run together, and of the largest. Each is as large as all before it, so that work
/// can be divided early on.
const LEAST_SHOTS: u64 = 8;
const MOST_SHOTS: u64 = 4096;

/// Bytes of a state that is kept to be used again; and where others are kept already.
const SPARE_BYTES: u64 = 64 << 20;
const SMALL_BYTES: u64 = 1 << 20;

/// Bytes that copies of states may take.
const COPIES_BYTES: u64 = 1 << 30;

impl Execution {
    /// Takes the engine's memory.
    pub fn new(job: Job, maker: Maker) -> Result<Self, AerError> {
        let mut engine = (maker.new)(&job.circuit, job.plan.num_qubits(), &job.config)?;
        engine.lend_threads(job.threads);
        let num_clbits = job.circuit.num_clbits;
        let mut execution = Self {
            group: None,
            waiting: Vec::new(),
            spare: vec![engine],
            alone: Vec::new(),
            begun: job.shots.from,
            done: 0,
            tail: Tail::new(&job.circuit, job.plan.deferred_from),
            tally: Tally::new(num_clbits),
            memories: Outcomes::zeros(num_clbits as usize, 0),
            chunk_memories: Vec::new(),
            saved: Collector::default(),
            chunk_saved: Vec::new(),
            listed: 0,
            may_miss_saves: job.circuit.instructions.iter().any(jumps),
            divisible: !job.plan.sampled && !job.circuit.instructions.iter().any(saves),
            threads_used: 1,
            metadata: Map::new(),
            job,
            maker,
        };
        if execution.job.plan.sampled {
            execution.group = Some(execution.begin(Vec::new(), 0)?);
        }
        Ok(execution)
    }

    /// Whether shots leave anything in the memory.
    fn counts(&self) -> bool {
        self.job.plan.measures && self.job.circuit.num_clbits > 0
    }

    /// A group at the beginning of the circuit.
    #[inline(never)]
    fn begin(&mut self, shots: Vec<u64>, saved_until: u64) -> Result<Group, AerError> {
        let job = &self.job;
        let mut engine = match self.spare.pop() {
            Some(engine) => engine,
            None => self.new_engine()?,
        };
        engine.reset_to_zero();
        apply_phase(&mut *engine, &job.circuit);
        Ok(Group {
            engine,
            cursor: 0,
            ahead: Vec::new(),
            shots,
            rngs: Vec::new(),
            memory: Bits::zeros(job.circuit.num_clbits),
            register: Bits::zeros(job.circuit.num_register_bits),
            steps: 0,
            saved_until,
            parts: Vec::new(),
            prepared: false,
        })
    }

    #[inline(never)]
    fn new_engine(&self) -> Result<AnyEngine, AerError> {
        let mut engine = (self.maker.new)(&self.job.circuit, self.job.plan.num_qubits(), &self.job.config)?;
        engine.lend_threads(self.job.threads);
        Ok(engine)
    }

    /// The next group: a part of what waits, a shot that has to be run alone, or the next chunk. `None` at the end.
    #[inline(never)]
    fn next_group(&mut self) -> Result<Option<Group>, AerError> {
        while let Some(mut parent) = self.waiting.pop() {
            let Some(part) = parent.parts.pop() else { continue };
            if parent.parts.is_empty() {
                return self.enter(parent, part).map(Some);
            }
            let copy = self.copy(&*parent.engine);
            let child = copy.map(|engine| Group {
                engine,
                cursor: parent.cursor,
                ahead: parent.ahead.clone(),
                shots: Vec::new(),
                rngs: Vec::new(),
                memory: parent.memory.clone(),
                register: parent.register.clone(),
                steps: parent.steps,
                saved_until: parent.saved_until,
                parts: Vec::new(),
                prepared: false,
            });
            if child.is_none() {
                let steps = parent.steps.max(parent.saved_until);
                self.alone.extend(part.shots.iter().map(|shot| (*shot, steps)));
            }
            self.waiting.push(parent);
            if let Some(child) = child {
                return self.enter(child, part).map(Some);
            }
        }
        if let Some((shot, saved_until)) = self.alone.pop() {
            return self.begin(vec![shot], saved_until).map(Some);
        }
        self.end_chunk();
        let left = self.job.shots.to - self.begun;
        if self.job.plan.sampled || left == 0 {
            return Ok(None);
        }
        let so_far = self.begun - self.job.shots.from;
        // A last half is left to be divided as long as it is worth it.
        let most = if self.divisible { left.div_ceil(2).max(MOST_SHOTS / 64) } else { left };
        let len = so_far.clamp(LEAST_SHOTS, MOST_SHOTS).min(most).min(left);
        let shots = (self.begun..self.begun + len).collect();
        self.begun += len;
        self.begin(shots, 0).map(Some)
    }

    /// A copy of a state, if there is memory for it.
    #[inline(never)]
    fn copy(&mut self, engine: &dyn Engine) -> Option<AnyEngine> {
        if let Some(mut copy) = self.spare.pop() {
            return (self.maker.copy_from)(&mut *copy, engine).is_ok().then_some(copy);
        }
        let bytes: u64 =
            self.waiting.iter().map(|group| group.engine.bytes()).sum::<u64>() + 2 * engine.bytes();
        let most = self.job.memory_limit.map_or(COPIES_BYTES, |limit| (limit / 2).min(COPIES_BYTES));
        if bytes > most.saturating_add(engine.bytes()) {
            return None;
        }
        let mut copy = (self.maker.try_clone)(engine).ok()?;
        copy.lend_threads(self.job.threads);
        Some(copy)
    }

    /// The group of a part: does the instruction as it was drawn.
    #[inline(never)]
    fn enter(&mut self, mut group: Group, part: Part) -> Result<Group, AerError> {
        (group.shots, group.rngs) = (part.shots, part.rngs);
        let cursor = group.cursor;
        let circuit = &self.job.circuit;
        let ahead = group.ahead.last().cloned();
        if let Some(step) = ahead.as_ref().or_else(|| circuit.instructions.get(cursor)) {
            take(step, &mut group, &part.drawn).map_err(|error| at(error, circuit, cursor))?;
        }
        Ok(group)
    }

    /// Does a piece of work of a group.
    fn advance(&mut self, group: &mut Group, budget: u64) -> Result<Progressed, AerError> {
        if self.must_advance(group) && group.engine.pending() > 0 {
            return group.engine.advance(budget).map(Progressed::On);
        }
        if !group.parts.is_empty() {
            return Ok(Progressed::Parted);
        }
        if group.ahead.is_empty() && group.cursor >= self.job.circuit.instructions.len() {
            return self.finish_group(group, budget);
        }
        let cursor = group.cursor;
        self.perform(group).map(Progressed::On).map_err(|error| at(error, &self.job.circuit, cursor))
    }

    /// Whether the next instruction reads the state, so that nothing may be put off any longer.
    fn must_advance(&self, group: &Group) -> bool {
        if !group.parts.is_empty() {
            return true;
        }
        let next = group.ahead.last().or_else(|| self.job.circuit.instructions.get(group.cursor));
        match next {
            None => true,
            Some(_) if self.is_deferred(group) => false,
            Some(step) => group.engine.must_advance(&step.operation, &step.qubits),
        }
    }

    /// Whether the next instruction is drawn, or misread, in the end.
    fn is_deferred(&self, group: &Group) -> bool {
        group.ahead.is_empty()
            && group.cursor >= self.job.plan.deferred_from
            && self.job.circuit.instructions.get(group.cursor).is_some_and(|step| {
                matches!(step.operation, Operation::Measure(_) | Operation::ReadoutError(_))
            })
    }

    /// Executes the next instruction, or finds what the shots draw of it; gives the work it was.
    #[inline(never)]
    fn perform(&mut self, group: &mut Group) -> Result<u64, AerError> {
        if self.is_deferred(group) {
            group.step();
            return Ok(0);
        }
        let ahead = group.ahead.last().cloned();
        let Some(step) = ahead.as_ref().or_else(|| self.job.circuit.instructions.get(group.cursor)) else {
            return Ok(0);
        };
        if step.condition.is_some_and(|bit| !group.register.get(bit)) {
            group.step();
            return Ok(0);
        }
        let plan = &self.job.plan;
        if drawn::is_drawn(&step.operation, &step.qubits, plan.num_qubits(), plan.channels)
            || matches!(step.operation, Operation::ReadoutError(_))
        {
            return draw_and_take(step, group, self.job.seed);
        }
        let done = match &step.operation {
            Operation::Save(_) => self.save(group)?,
            Operation::BooleanFunction(_)
            | Operation::Mark(_)
            | Operation::Jump(_)
            | Operation::Store(_)
            | Operation::ComputedGate(..) => classical(step, group, &self.job)?,
            operation => {
                let work = group.engine.work(operation, &step.qubits);
                group.engine.apply(operation, &step.qubits)?;
                work
            }
        };
        group.step();
        Ok(done)
    }

    /// Saves what the next instruction says; gives the work it was.
    #[inline(never)]
    fn save(&mut self, group: &mut Group) -> Result<u64, AerError> {
        let job = &self.job;
        let Some(step) = group.ahead.last().or_else(|| job.circuit.instructions.get(group.cursor)) else {
            return Ok(0);
        };
        let Operation::Save(save) = &step.operation else { return Ok(0) };
        // Only the last shot's value counts: spare the others.
        let last = job.plan.sampled || group.shots.last().is_some_and(|shot| shot + 1 >= job.shots.to);
        let certain = step.condition.is_none() && !self.may_miss_saves;
        let spared = save.subtype == SaveSubtype::Single && certain && !last;
        if group.steps < group.saved_until || spared {
            return Ok(0);
        }
        let done = match &save.kind {
            SaveKind::Variable(_) => 0,
            _ => group.engine.work(&step.operation, &step.qubits),
        };
        if self.may_miss_saves {
            let shots = group.shots.len().max(1) as u64;
            self.listed = check_listed(self.listed, save, done, shots, job)?;
        }
        let value = match &save.kind {
            SaveKind::Variable(slot) => SavedValue::Json(variable(slot, &group.register)?),
            kind => group.engine.save(kind, &step.qubits)?,
        };
        self.keep(group, value);
        Ok(done)
    }

    /// Draws the shots of a group from its final state.
    #[inline(never)]
    fn finish_group(&mut self, group: &mut Group, budget: u64) -> Result<Progressed, AerError> {
        let Self { job, tail, .. } = self;
        let sampled = job.plan.sampled;
        if !sampled {
            group.seed(job.seed);
        }
        let left = if sampled { job.shots.to - self.begun } else { group.shots.len() as u64 };
        if left == 0 || !(job.plan.measures && job.circuit.num_clbits > 0) {
            self.done += group.shots.len() as u64;
            return Ok(Progressed::Ended(0));
        }
        if !group.prepared && !tail.qubits.is_empty() && left > 1 {
            let work = group.engine.prepare_sampling(budget);
            group.prepared = work == 0;
            return Ok(Progressed::On(work));
        }
        let show = if tail.gather.is_some() { DRAW } else { DRAW + MISREAD };
        let each = show.saturating_add(group.engine.draw_work(&tail.qubits));
        let len = left.min((CHUNK / each).max(1));
        let later = if sampled { Default::default() } else { group.split_off(len as usize) };
        let mut words = if sampled {
            let mut draws = SampleDraws { seed: job.seed, shots: self.begun..self.begun + len };
            group.engine.sample_measure(&tail.qubits, &mut draws)?
        } else {
            group.engine.sample_measure(&tail.qubits, &mut group.rngs)?
        };
        if let Some((gather, written)) = tail.gather.as_ref().filter(|_| sampled || !job.memory) {
            let kept = group.memory.low_u64() & !written;
            words.words.iter_mut().for_each(|word| *word = kept | gather.apply(*word));
            self.count(words.words);
        } else {
            self.show(group, &words);
        }
        self.done += len;
        let work = each.saturating_mul(len);
        if sampled {
            self.begun += len;
        } else if later.0.is_empty() {
            return Ok(Progressed::Ended(work));
        } else {
            (group.shots, group.rngs) = later;
        }
        Ok(Progressed::On(work))
    }

    /// Counts outcomes of one word, after they have been changed to memories.
    #[inline(never)]
    fn count(&mut self, words: Vec<u64>) {
        if self.job.memory {
            self.memories.words.extend_from_slice(&words);
        }
        self.tally.add_words(words);
    }

    /// Counts the memories that a group's outcomes make, bit by bit.
    #[inline(never)]
    fn show(&mut self, group: &Group, words: &Outcomes) {
        let job = &self.job;
        for index in 0..words.len() {
            let shot = group.shots.get(index).copied().unwrap_or(self.begun + index as u64);
            let rng = || match group.rngs.get(index) {
                Some(rng) => rng.clone(),
                None => ShotRng::new(job.seed, shot),
            };
            let memory = self.tail.show(&job.circuit, &group.memory, words, index, rng);
            if job.memory && !job.plan.sampled {
                self.chunk_memories.push((shot, memory.clone()));
            } else if job.memory {
                self.memories.push(memory.words());
            }
            self.tally.add(memory);
        }
    }

    /// Puts what the shots of a chunk have left in order.
    #[inline(never)]
    fn end_chunk(&mut self) {
        self.chunk_memories.sort_unstable_by_key(|(shot, _)| *shot);
        for (_, memory) in self.chunk_memories.drain(..) {
            self.memories.push(memory.words());
        }
        let entries = std::mem::take(&mut self.chunk_saved);
        let mut order: Vec<(u64, u64, usize)> = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            order.extend(entry.shots.iter().map(|shot| (*shot, entry.step, index)));
        }
        order.sort_unstable();
        for (_, _, index) in order {
            let entry = &entries[index];
            if let Some(Operation::Save(save)) =
                self.job.circuit.instructions.get(entry.cursor).map(|step| &step.operation)
            {
                self.saved.add(save, &entry.memory, entry.value.clone(), 1);
            }
        }
    }

    /// Takes a value that a group has saved.
    #[inline(never)]
    fn keep(&mut self, group: &Group, value: SavedValue) {
        let step = self.job.circuit.instructions.get(group.cursor).map(|step| &step.operation);
        let Some(Operation::Save(save)) = step else { return };
        if group.shots.is_empty() || save.subtype.adds() {
            self.saved.add(save, &group.memory, value, group.shots.len().max(1) as u64);
        } else {
            let (shots, memory) = (group.shots.clone(), group.memory.clone());
            self.chunk_saved.push(Entry { cursor: group.cursor, step: group.steps, shots, memory, value });
        }
    }

    /// After a group has come to its end.
    #[inline(never)]
    fn retire(&mut self, group: Group) {
        self.threads_used = self.threads_used.max(group.engine.threads_used());
        if self.metadata.is_empty() {
            self.metadata = group.engine.metadata();
        }
        // A large state gives its memory back: the next may need all there is.
        let bytes = group.engine.bytes();
        if bytes <= SMALL_BYTES || bytes <= SPARE_BYTES && self.spare.is_empty() {
            self.spare.push(group.engine);
        }
    }
}

impl Group {
    /// The next instruction has been done.
    fn step(&mut self) {
        self.steps += 1;
        if self.ahead.pop().is_none() {
            self.cursor += 1;
        }
    }

    /// Makes the random numbers of its shots, unless it has them.
    #[inline(never)]
    fn seed(&mut self, seed: u64) {
        if self.rngs.is_empty() {
            self.rngs = self.shots.iter().map(|shot| ShotRng::new(seed, *shot)).collect();
        }
    }

    /// Takes away the shots from an index on, and their random numbers.
    fn split_off(&mut self, index: usize) -> (Vec<u64>, Vec<ShotRng>) {
        (self.shots.split_off(index), self.rngs.split_off(index))
    }

    /// Parts shots that have not drawn the same.
    #[inline(never)]
    fn part(&mut self, drawn: Vec<Drawn>) {
        let mut parts: IndexMap<Drawn, (Vec<u64>, Vec<ShotRng>)> = IndexMap::new();
        let shots = std::mem::take(&mut self.shots).into_iter().zip(std::mem::take(&mut self.rngs));
        for ((shot, rng), drawn) in shots.zip(drawn) {
            let part = parts.entry(drawn).or_default();
            part.0.push(shot);
            part.1.push(rng);
        }
        self.parts = parts.into_iter().map(|(drawn, (shots, rngs))| Part { drawn, shots, rngs }).collect();
        self.parts.sort_by_key(|part| std::cmp::Reverse(part.shots.len()));
    }
}

/// Finds what the shots draw of an instruction, and does it if that is the same for all; gives the work it was.
#[inline(never)]
fn draw_and_take(step: &Instruction, group: &mut Group, seed: u64) -> Result<u64, AerError> {
    let work = group.engine.work(&step.operation, &step.qubits) + group.shots.len() as u64;
    let drawn = draw(step, group, seed)?;
    match &*drawn {
        [] => {}
        [first, others @ ..] if others.iter().all(|other| other == first) => take(step, group, first)?,
        _ => group.part(drawn),
    }
    Ok(work)
}

/// What has to do with bits, or needs them; gives the work it was.
#[inline(never)]
fn classical(step: &Instruction, group: &mut Group, job: &Job) -> Result<u64, AerError> {
    let Group { engine, memory, register, cursor, .. } = group;
    match &step.operation {
        Operation::BooleanFunction(function) => {
            let value = function.evaluate(register);
            register.set(function.register, value);
            if let Some(bit) = function.memory {
                memory.set(bit, value);
            }
            Ok(0)
        }
        // The mark itself has nothing to do, and the cursor moves on.
        Operation::Jump(_) => {
            *cursor = job.plan.targets.get(*cursor).copied().unwrap_or(usize::MAX - 1);
            Ok(0)
        }
        Operation::Store(store) => {
            assign(store, job.circuit.num_clbits, memory, register)?;
            Ok(u64::from(store.target.ty.width()))
        }
        Operation::ComputedGate(gate, expressions) => {
            let values = expressions.iter().map(|expression| expression.evaluate_f64(register));
            let gate = Operation::Gate(*gate, values.collect::<Result<_, _>>()?);
            let work = engine.work(&gate, &step.qubits);
            engine.apply(&gate, &step.qubits)?;
            Ok(work)
        }
        _ => Ok(0),
    }
}

/// What each shot of a group draws of an instruction.
#[inline(never)]
fn draw(step: &Instruction, group: &mut Group, seed: u64) -> Result<Vec<Drawn>, AerError> {
    group.seed(seed);
    match &step.operation {
        Operation::ReadoutError(error) => {
            Ok(group.rngs.iter_mut().map(|rng| recorded(error, &group.memory, rng)).collect())
        }
        // Where one state serves all shots, there is one outcome.
        operation if group.shots.is_empty() => {
            drawn::draw(&mut *group.engine, operation, &step.qubits, &mut vec![ShotRng::new(seed, 0)])
        }
        operation => drawn::draw(&mut *group.engine, operation, &step.qubits, &mut group.rngs),
    }
}

/// Does an instruction as it was drawn.
#[inline(never)]
fn take(step: &Instruction, group: &mut Group, drawn: &Drawn) -> Result<(), AerError> {
    let Group { engine, memory, register, .. } = group;
    let mut ahead = Vec::new();
    match (&step.operation, drawn) {
        (Operation::QuantumError(error), Drawn::Choice(branch, _)) => {
            let instructions = error.branches.get(*branch).map(|branch| &branch.instructions);
            for inner in instructions.into_iter().flatten().rev() {
                let qubits =
                    inner.qubits.iter().filter_map(|place| step.qubits.get(*place as usize).copied());
                ahead.push(Instruction::new(inner.operation.clone(), qubits));
            }
        }
        (Operation::ReadoutError(error), Drawn::Choice(value, _)) => {
            for (bits, places) in [(memory, &error.memory), (register, &error.register)] {
                write(bits, places, |i| value >> i & 1 == 1);
            }
        }
        (operation, drawn) => {
            drawn::take(&mut **engine, operation, &step.qubits, drawn)?;
            if let (Operation::Measure(measure), Drawn::Outcome(outcome)) = (operation, drawn) {
                for (bits, places) in [(memory, &measure.memory), (register, &measure.register)] {
                    write(bits, places, |i| outcome.get(i));
                }
            }
        }
    }
    group.step();
    group.ahead.append(&mut ahead);
    Ok(())
}

fn write(bits: &mut Bits, places: &[u32], value: impl Fn(u32) -> bool) {
    for (i, place) in (0..).zip(places) {
        bits.set(*place, value(i));
    }
}

/// The value that a readout error records for what the memory has.
#[inline(never)]
fn recorded(error: &ReadoutError, memory: &Bits, rng: &mut ShotRng) -> Drawn {
    let number = rng.uniform();
    let bits = error.memory.iter().enumerate();
    let value = bits.fold(0, |value, (i, bit)| value | usize::from(memory.get(*bit)) << i);
    drawn::choose(error.probabilities.get(value).map(Vec::as_slice).unwrap_or_default(), number)
}

/// The place of an error.
fn at(error: AerError, circuit: &Circuit, cursor: usize) -> AerError {
    match circuit.instructions.get(cursor) {
        Some(step) => error.at_instruction(cursor, step.operation.name()),
        None => error,
    }
}

impl Execute for Execution {
    fn step(&mut self, budget: u64) -> Result<bool, AerError> {
        let mut left = budget;
        loop {
            let Some(mut group) = (match self.group.take() {
                Some(group) => Some(group),
                None => self.next_group()?,
            }) else {
                return Ok(true);
            };
            let work = loop {
                match self.advance(&mut group, left)? {
                    Progressed::On(work) => {
                        left = left.saturating_sub(work.saturating_add(OVERHEAD));
                        if left == 0 {
                            self.group = Some(group);
                            return Ok(false);
                        }
                    }
                    Progressed::Parted => {
                        self.waiting.push(group);
                        break 0;
                    }
                    Progressed::Ended(work) => {
                        self.retire(group);
                        break work;
                    }
                }
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
            let instructions = self.job.circuit.instructions.len() as u64;
            let draws = u64::from(self.counts());
            let drawn = u64::from(self.begun >= self.job.shots.to) * draws;
            let done = self
                .group
                .as_ref()
                .map_or(instructions, |group| (group.cursor as u64).saturating_sub(group.engine.pending()));
            let completed = if done < instructions { done } else { instructions + drawn };
            (completed, instructions + draws, ProgressUnit::Operations)
        } else {
            (self.done, self.job.shots.of, ProgressUnit::Shots)
        }
    }

    fn threads_used(&self) -> u32 {
        self.group.as_ref().map_or(1, |group| group.engine.threads_used()).max(self.threads_used)
    }

    fn shots(&self) -> Shots {
        self.job.shots
    }

    fn metadata(&self) -> Map<String, Value> {
        self.metadata.clone()
    }

    fn next_shot(&self) -> Option<u64> {
        self.divisible.then_some(self.begun.max(self.job.shots.from + 1))
    }

    fn end_at(&mut self, shot: u64) {
        let least = self.begun.max(self.job.shots.from + 1);
        self.job.shots.to = shot.clamp(least, self.job.shots.to.max(least));
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

/// What makes the memory of a drawn shot.
#[derive(Clone, Copy, Debug)]
enum Shown {
    /// Memory bits from the first on show qubits, from the second position among those drawn on; and how many.
    Outcomes(u32, u32, u32),
    /// The readout error that is this instruction changes the memory.
    Misread(usize),
}

/// What is drawn from the final state of a group.
struct Tail {
    /// The qubits that are measured, each once.
    qubits: Vec<Qubit>,
    /// How the memory comes from them, in order.
    shown: Vec<Shown>,
    /// The same, where both are a word and nothing is misread; and which bits of the memory are written.
    gather: Option<(Gather, u64)>,
}

impl Tail {
    /// The measurements and readout errors from an instruction on. Their qubits do not change any more, so without
    /// readout errors only the last measurement into a bit counts.
    fn new(circuit: &Circuit, from: usize) -> Self {
        let mut positions: IndexMap<Qubit, u32> = IndexMap::new();
        let mut last: IndexMap<u32, u32> = IndexMap::new();
        let mut shown = Vec::new();
        let mut misread_at_all = false;
        for (index, step) in circuit.instructions.iter().enumerate().skip(from) {
            match &step.operation {
                Operation::Measure(measure) => {
                    for (bit, qubit) in measure.memory.iter().zip(&step.qubits) {
                        let next = positions.len() as u32;
                        let position = *positions.entry(*qubit).or_insert(next);
                        last.insert(*bit, position);
                        shown.push(Shown::Outcomes(*bit, position, 1));
                    }
                }
                Operation::ReadoutError(_) => {
                    misread_at_all = true;
                    shown.push(Shown::Misread(index));
                }
                _ => {}
            }
        }
        if !misread_at_all {
            shown = last.into_iter().map(|(bit, position)| Shown::Outcomes(bit, position, 1)).collect();
        }
        let gather = gather(&shown, positions.len(), circuit.num_clbits);
        // Neighbours go to neighbours together: a word at a time, not a bit.
        shown.dedup_by(|next, before| match (next, before) {
            (Shown::Outcomes(place, from, more), Shown::Outcomes(first, first_from, len)) => {
                let joins = (*place, *from) == (*first + *len, *first_from + *len);
                *len += if joins { *more } else { 0 };
                joins
            }
            _ => false,
        });
        Self { qubits: positions.into_keys().collect(), shown, gather }
    }

    /// The memory of a drawn shot.
    #[inline(never)]
    fn show(
        &self,
        circuit: &Circuit,
        memory: &Bits,
        outcomes: &Outcomes,
        index: usize,
        rng: impl Fn() -> ShotRng,
    ) -> Bits {
        let mut memory = memory.clone();
        let mut made = None;
        let outcome = outcomes.row(index);
        for shown in &self.shown {
            match *shown {
                Shown::Outcomes(place, from, len) => memory.write(place, len, &outcome.slice(from, len)),
                Shown::Misread(instruction) => {
                    let step = circuit.instructions.get(instruction).map(|step| &step.operation);
                    if let Some(Operation::ReadoutError(error)) = step
                        && let Drawn::Choice(value, _) =
                            recorded(error, &memory, made.get_or_insert_with(&rng))
                    {
                        write(&mut memory, &error.memory, |i| value >> i & 1 == 1);
                    }
                }
            }
        }
        memory
    }
}

/// Assigns a value to its register bits and to the memory bits of the same indices.
#[inline(never)]
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
#[inline(never)]
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

/// Bytes listed so far and by this save too, for so many shots, which a loop may repeat without end.
#[inline(never)]
fn check_listed(listed: u64, save: &Save, work: u64, shots: u64, job: &Job) -> Result<u64, AerError> {
    if !matches!(save.subtype, SaveSubtype::List | SaveSubtype::CList) {
        return Ok(listed);
    }
    // Work is what is read; what is kept is not more than a state and its frame.
    let listed = listed.saturating_add((16 * work.max(4)).saturating_mul(shots));
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
fn apply_phase(engine: &mut dyn Engine, circuit: &Circuit) {
    if circuit.global_phase != 0.0 {
        engine.apply_global_phase(circuit.global_phase);
    }
}

/// Whether an instruction saves something.
fn saves(step: &Instruction) -> bool {
    matches!(step.operation, Operation::Save(_))
}

/// How the memory comes from outcomes if both are a word and nothing is misread, and which bits it writes.
#[inline(never)]
fn gather(shown: &[Shown], outcome_bits: usize, num_clbits: u32) -> Option<(Gather, u64)> {
    if outcome_bits > 64 || num_clbits > 64 {
        return None;
    }
    let pairs: Option<Vec<(u32, u32)>> = shown
        .iter()
        .map(|shown| match *shown {
            Shown::Outcomes(place, from, _) => Some((from, place)),
            Shown::Misread(_) => None,
        })
        .collect();
    pairs.map(|pairs| {
        let written = pairs.iter().fold(0, |written, (_, place)| written | 1 << place);
        (Gather::new(pairs), written)
    })
}

/// Whether instructions may be left out after this one.
fn jumps(step: &Instruction) -> bool {
    matches!(step.operation, Operation::Jump(_) | Operation::ControlFlow(_))
}

#[cfg(test)]
mod tests;
