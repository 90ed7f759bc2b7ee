//! The pool of workers as a pure state machine.
//!
//! It decides when to start a worker, which job it gets, whom to stop and what becomes of the jobs of a
//! worker that is lost; the caller carries out its [`Effect`]s. One worker runs one job, or a part of one, at a
//! time; the rest wait here, first come first served. Its laws, checked under random event orders: every accepted
//! job is ended exactly once; no work waits while a worker idles, neither a job nor what a worker offers to share
//! of its own; a lost worker costs only the job it ran, and not even that if it died before it had taken the job
//! up: such a job goes to one other worker.
//!
//! A worker whose job will take a while offers it for division. While there are workers with nothing to do, or
//! room to start some, it is asked to split off parts, which they run. Every job gets one worker before any gets a
//! second: a job that finds all workers busy has one of those asked to give up what it has not begun yet.
//!
//! Workers that fail before they are ready, [`MAX_FAILED_STARTS`] times in a row, mean that this place cannot
//! start workers; the pool then asks for one that runs on the caller's own event loop ([`Effect::Spawn`] with
//! `inline`).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::error::{AerError, ErrorCode};
use crate::run::Part;

/// A job's number in the pool.
pub type Ticket = u32;

/// A worker's number in the pool.
pub type WorkerId = u32;

/// How long a running job may take to stop by itself before its worker is terminated, in milliseconds.
pub const CANCEL_GRACE_MS: f64 = 40.0;

/// How long a worker may take to become ready, in milliseconds.
pub const START_LIMIT_MS: f64 = 30_000.0;

/// A worker that holds more memory than this after a job is retired: wasm memory never shrinks.
pub const RETIRE_BYTES: f64 = 256.0 * 1024.0 * 1024.0;

/// Failed starts in a row after which no more workers are tried.
pub const MAX_FAILED_STARTS: u32 = 2;

/// Work that takes less than this is not worth starting a worker for, in milliseconds.
pub const START_MS: f64 = 150.0;

/// What the caller has to do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Start a worker, or a stand-in on this event loop; expect `ready` within [`START_LIMIT_MS`].
    Spawn {
        /// The worker.
        worker: WorkerId,
        /// Whether it is a stand-in.
        inline: bool,
    },
    /// Send the job to the worker.
    Run {
        /// The worker.
        worker: WorkerId,
        /// The job.
        job: Ticket,
        /// Which part of it; all if `None`.
        part: Option<Part>,
    },
    /// Ask the worker to give up one of `into` pieces of what is left of its job; [`Pool::split`] takes the answer.
    AskSplit {
        /// The worker.
        worker: WorkerId,
        /// The job.
        job: Ticket,
        /// How many pieces; 1 for all that can be given up.
        into: u32,
    },
    /// Ask the worker to stop the job, and call [`Pool::grace_up`] after [`CANCEL_GRACE_MS`].
    AskCancel {
        /// The worker.
        worker: WorkerId,
        /// The job.
        job: Ticket,
    },
    /// End the worker by force.
    Terminate(WorkerId),
    /// The worker has nothing to do and must not keep the process alive.
    Idle(WorkerId),
    /// Tell the job's owner.
    Notify(Ticket, Notice),
    /// The pool is empty after a shutdown.
    ShutDown,
}

/// What a job's owner is told by the pool itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A worker is being started for it.
    Initializing,
    /// It waits for a worker.
    Queued,
    /// It was cancelled.
    Cancelled,
    /// Its worker was lost, for this reason.
    WorkerLost(AerError),
}

/// The error of a job whose worker was lost.
pub fn worker_lost(reason: &str) -> AerError {
    let text = format!("The worker that ran the job was lost: {}.", reason.trim_end_matches('.'));
    AerError::new(ErrorCode::WorkerLost, text)
        .hint("Jobs that wait go on in a fresh worker; this one can be run again.")
}

/// A job or a part of one, as it waits or runs.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Task {
    job: Ticket,
    part: Option<Part>,
    /// Whether it may be sent to a second worker if the first dies before it takes it up.
    untouched: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Starting,
    Idle,
    Busy(Busy),
}

/// What a worker does.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Busy {
    task: Task,
    cancelling: bool,
    /// What it could share: milliseconds of work, among so many workers of this job.
    offer: Option<(f64, u32)>,
    /// Splits that it was asked for and has not answered.
    asked: u32,
    /// Whether it was asked to give up all that it can.
    yielding: bool,
}

/// The pool.
#[derive(Debug)]
pub struct Pool {
    max_workers: usize,
    workers: BTreeMap<WorkerId, State>,
    queue: VecDeque<Task>,
    /// Jobs that were accepted and have not ended.
    open: BTreeSet<Ticket>,
    next_ticket: Ticket,
    next_worker: WorkerId,
    failed_starts: u32,
    closed: bool,
}

impl Pool {
    /// An empty pool of at most this many workers (at least one).
    pub fn new(max_workers: usize) -> Self {
        Self {
            max_workers: max_workers.max(1),
            workers: BTreeMap::new(),
            queue: VecDeque::new(),
            open: BTreeSet::new(),
            next_ticket: 0,
            next_worker: 0,
            failed_starts: 0,
            closed: false,
        }
    }

    /// The most workers at a time.
    pub fn max_workers(&self) -> usize {
        if self.inline() { 1 } else { self.max_workers }
    }

    /// Jobs that have not ended.
    pub fn pending(&self) -> usize {
        self.open.len()
    }

    /// Workers that run a job.
    pub fn busy_workers(&self) -> usize {
        self.all_busy().count()
    }

    /// Whether the job has not ended: a part of it waits or runs.
    pub fn is_open(&self, job: Ticket) -> bool {
        self.open.contains(&job)
    }

    /// Whether jobs run on the caller's own event loop, because no worker can be started here.
    pub fn inline(&self) -> bool {
        self.failed_starts >= MAX_FAILED_STARTS
    }

    /// Whether it has been shut down.
    pub fn closed(&self) -> bool {
        self.closed
    }

    /// Takes a job. `None` after a shutdown.
    pub fn submit(&mut self) -> Option<(Ticket, Vec<Effect>)> {
        if self.closed {
            return None;
        }
        let job = self.next_ticket;
        self.next_ticket += 1;
        self.open.insert(job);
        self.queue.push_back(Task { job, part: None, untouched: true });
        let mut effects = self.schedule();
        if self.queue.iter().any(|task| task.job == job) {
            let starting = effects.iter().any(|effect| matches!(effect, Effect::Spawn { .. }));
            let notice = if starting { Notice::Initializing } else { Notice::Queued };
            effects.push(Effect::Notify(job, notice));
        }
        Some((job, effects))
    }

    /// Stops a job: at once if it waits, by asking its workers if it runs. Unknown jobs are ignored.
    pub fn cancel(&mut self, job: Ticket) -> Vec<Effect> {
        if !self.open.contains(&job) {
            return vec![];
        }
        let mut effects = self.stop(job);
        if self.workers_of(job) == 0 {
            effects.extend(self.end(job, Notice::Cancelled));
            effects.extend(self.finish_shutdown());
        }
        effects
    }

    /// The worker takes jobs now.
    pub fn ready(&mut self, worker: WorkerId) -> Vec<Effect> {
        match self.workers.get_mut(&worker) {
            Some(state @ State::Starting) => {
                *state = State::Idle;
                if !self.inline() {
                    self.failed_starts = 0;
                }
                self.settle(worker)
            }
            _ => vec![],
        }
    }

    /// The worker has begun with the job.
    pub fn taken_up(&mut self, worker: WorkerId, job: Ticket) {
        if let Some(busy) = self.busy(worker, job) {
            busy.task.untouched = false;
        }
    }

    /// Whether this worker runs this job now: messages about any other are to be dropped.
    pub fn runs(&self, worker: WorkerId, job: Ticket) -> bool {
        matches!(self.workers.get(&worker), Some(State::Busy(busy)) if busy.task.job == job)
    }

    /// The worker could share this many milliseconds of work, if no more than `at_most` workers run the job.
    pub fn offer(&mut self, worker: WorkerId, job: Ticket, left_ms: f64, at_most: u32) -> Vec<Effect> {
        match self.busy(worker, job) {
            Some(busy) => busy.offer = Some((left_ms, at_most)),
            None => return vec![],
        }
        self.schedule()
    }

    /// The worker's answer to [`Effect::AskSplit`]: the part that it will not do, if there is one.
    pub fn split(&mut self, worker: WorkerId, job: Ticket, part: Option<Part>) -> Vec<Effect> {
        let Some(busy) = self.busy(worker, job) else { return vec![] };
        busy.asked = busy.asked.saturating_sub(1);
        match part {
            // What a job that is being stopped gives up is done by nobody.
            Some(_) if busy.cancelling => {}
            Some(_) => {
                let pieces = f64::from(busy.asked) + 2.0;
                busy.offer =
                    busy.offer.map(|(left_ms, at_most)| (left_ms * (pieces - 1.0) / pieces, at_most));
                self.queue.push_back(Task { job, part, untouched: true });
            }
            // It offers again when it has something.
            None => (busy.offer, busy.yielding) = (None, false),
        }
        self.schedule()
    }

    /// The worker says that what it had of the job has ended, and how much memory it holds. The job has ended if
    /// it is no longer [`Pool::is_open`].
    pub fn finished(&mut self, worker: WorkerId, job: Ticket, memory_bytes: f64) -> Vec<Effect> {
        if !self.runs(worker, job) {
            return vec![];
        }
        self.workers.insert(worker, State::Idle);
        if self.workers_of(job) == 0 && !self.waits(job) {
            self.open.remove(&job);
        }
        if memory_bytes > RETIRE_BYTES && !self.inline() {
            return self.drop_worker(worker);
        }
        self.settle(worker)
    }

    /// The grace of a cancel is over: a worker that still runs the job is terminated.
    pub fn grace_up(&mut self, worker: WorkerId, job: Ticket) -> Vec<Effect> {
        if self.inline() || !self.busy(worker, job).is_some_and(|busy| busy.cancelling) {
            return vec![];
        }
        let mut effects = Vec::from_iter(self.end(job, Notice::Cancelled));
        effects.extend(self.drop_worker(worker));
        effects
    }

    /// A worker that is still not ready is given up.
    pub fn start_limit_up(&mut self, worker: WorkerId) -> Vec<Effect> {
        match self.workers.get(&worker) {
            Some(State::Starting) => {
                let reason = format!("it was not ready after {} s", START_LIMIT_MS / 1000.0);
                self.lost(worker, &worker_lost(&reason))
            }
            _ => vec![],
        }
    }

    /// The worker died: it trapped, ran out of memory, was killed or could not be loaded.
    pub fn lost(&mut self, worker: WorkerId, error: &AerError) -> Vec<Effect> {
        let mut effects = vec![];
        match self.workers.remove(&worker) {
            None => return effects,
            Some(State::Starting) => self.failed_starts += 1,
            Some(State::Idle) => {}
            // Asked to stop, and it did: with more force than was meant.
            Some(State::Busy(Busy { task, cancelling: true, .. })) => {
                effects.extend(self.end(task.job, Notice::Cancelled));
            }
            Some(State::Busy(Busy { task, .. })) if task.untouched => {
                self.queue.push_front(Task { untouched: false, ..task });
            }
            Some(State::Busy(Busy { task, .. })) => {
                effects.extend(self.end(task.job, Notice::WorkerLost(error.clone())));
                effects.extend(self.stop(task.job));
            }
        }
        effects.extend(self.drop_worker(worker));
        effects
    }

    /// Takes no more jobs; with `cancel` stops those that wait and run. [`Effect::ShutDown`] comes when the
    /// last one has ended and all workers are gone.
    pub fn shut_down(&mut self, cancel: bool) -> Vec<Effect> {
        let already = std::mem::replace(&mut self.closed, true) && self.workers.is_empty();
        let mut effects = vec![];
        if cancel {
            for job in self.open.clone() {
                effects.extend(self.stop(job));
                if self.workers_of(job) == 0 {
                    effects.extend(self.end(job, Notice::Cancelled));
                }
            }
        }
        if already && self.pending() == 0 {
            effects.push(Effect::ShutDown);
        } else {
            effects.extend(self.finish_shutdown());
        }
        effects
    }

    fn busy(&mut self, worker: WorkerId, job: Ticket) -> Option<&mut Busy> {
        match self.workers.get_mut(&worker) {
            Some(State::Busy(busy)) if busy.task.job == job => Some(busy),
            _ => None,
        }
    }

    fn all_busy(&self) -> impl Iterator<Item = (WorkerId, &Busy)> {
        self.workers.iter().filter_map(|(worker, state)| match state {
            State::Busy(busy) => Some((*worker, busy)),
            _ => None,
        })
    }

    fn workers_of(&self, job: Ticket) -> usize {
        self.all_busy().filter(|(_, busy)| busy.task.job == job).count()
    }

    fn waits(&self, job: Ticket) -> bool {
        self.queue.iter().any(|task| task.job == job)
    }

    /// Drops what waits of a job, and asks the workers that run it to stop.
    fn stop(&mut self, job: Ticket) -> Vec<Effect> {
        self.queue.retain(|task| task.job != job);
        let mut effects = vec![];
        for (&worker, state) in &mut self.workers {
            if let State::Busy(busy) = state
                && busy.task.job == job
                && !std::mem::replace(&mut busy.cancelling, true)
            {
                effects.push(Effect::AskCancel { worker, job });
            }
        }
        effects
    }

    /// Ends a job, unless it has ended.
    fn end(&mut self, job: Ticket, notice: Notice) -> Option<Effect> {
        self.open.remove(&job).then_some(Effect::Notify(job, notice))
    }

    /// Gives a worker that has just become idle its next job, or lets it rest.
    fn settle(&mut self, worker: WorkerId) -> Vec<Effect> {
        let mut effects = self.schedule();
        if self.workers.get(&worker) == Some(&State::Idle) {
            effects.push(Effect::Idle(worker));
        }
        effects.extend(self.finish_shutdown());
        effects
    }

    fn drop_worker(&mut self, worker: WorkerId) -> Vec<Effect> {
        self.workers.remove(&worker);
        let mut effects = vec![Effect::Terminate(worker)];
        effects.extend(self.schedule());
        effects.extend(self.finish_shutdown());
        effects
    }

    /// Hands what waits to idle workers, starts workers for the rest, and has work divided while there are more.
    fn schedule(&mut self) -> Vec<Effect> {
        let mut effects = vec![];
        let idle: Vec<WorkerId> = self
            .workers
            .iter()
            .filter(|(_, state)| **state == State::Idle)
            .map(|(worker, _)| *worker)
            .collect();
        for worker in idle {
            let Some(task) = self.next_task() else { break };
            let busy = Busy { task, cancelling: false, offer: None, asked: 0, yielding: false };
            self.workers.insert(worker, State::Busy(busy));
            effects.push(Effect::Run { worker, job: task.job, part: task.part });
        }
        let starting = self.workers.values().filter(|state| **state == State::Starting).count();
        let inline = self.inline();
        for _ in starting..self.queue.len() {
            if self.workers.len() >= self.max_workers() {
                break;
            }
            let worker = self.next_worker;
            self.next_worker += 1;
            self.workers.insert(worker, State::Starting);
            effects.push(Effect::Spawn { worker, inline });
        }
        self.share(&mut effects);
        self.make_room(&mut effects);
        effects
    }

    /// Takes what is to run next: the oldest of the jobs that nobody runs, else the oldest part of one.
    fn next_task(&mut self) -> Option<Task> {
        let rank = |task: &Task| (self.workers_of(task.job) > 0, task.job);
        let (at, _) = self.queue.iter().enumerate().min_by_key(|(_, task)| rank(task))?;
        self.queue.remove(at)
    }

    /// Asks for parts for workers that have nothing to do, or that could be started: of those jobs of which most
    /// is left.
    fn share(&mut self, effects: &mut Vec<Effect>) {
        let unused =
            self.workers.values().filter(|state| matches!(state, State::Idle | State::Starting)).count();
        let asked: usize = self.all_busy().map(|(_, busy)| busy.asked as usize).sum();
        let claimed = self.queue.len() + asked;
        let room = self.max_workers().saturating_sub(self.workers.len());
        let mut pieces: BTreeMap<WorkerId, u32> = BTreeMap::new();
        for nth in claimed..unused + room {
            let least_ms = if nth < unused { 0.0 } else { START_MS };
            let best = self
                .all_busy()
                .filter(|(_, busy)| !busy.cancelling && !busy.yielding)
                .filter_map(|(worker, busy)| {
                    let (left_ms, at_most) = busy.offer?;
                    let left_ms = left_ms / f64::from(1 + busy.asked);
                    let share = self.claims(busy.task.job) < at_most as usize && left_ms > least_ms;
                    share.then_some((left_ms, worker, busy.task.job))
                })
                .max_by(|(a, ..), (b, ..)| a.total_cmp(b));
            let Some((_, worker, job)) = best else { break };
            if let Some(busy) = self.busy(worker, job) {
                busy.asked += 1;
                *pieces.entry(worker).or_insert(1) += 1;
            }
        }
        for (worker, pieces) in pieces {
            let Some(State::Busy(busy)) = self.workers.get(&worker) else { continue };
            let job = busy.task.job;
            // A quarter, then a third of the rest, then a half of that: equal pieces.
            effects.extend((2..=pieces).rev().map(|into| Effect::AskSplit { worker, job, into }));
        }
    }

    /// How many workers run a job, or will if every part that was asked for is given.
    fn claims(&self, job: Ticket) -> usize {
        let running = self.all_busy().filter(|(_, busy)| busy.task.job == job);
        running.map(|(_, busy)| 1 + busy.asked as usize).sum::<usize>()
            + self.queue.iter().filter(|task| task.job == job).count()
    }

    /// Where jobs that nobody runs wait for busy workers, has those asked to give up what they can whose jobs
    /// others run too.
    fn make_room(&mut self, effects: &mut Vec<Effect>) {
        let waiting: BTreeSet<Ticket> =
            self.queue.iter().map(|task| task.job).filter(|job| self.workers_of(*job) == 0).collect();
        let coming = self.workers.values().filter(|state| match state {
            State::Starting | State::Idle => true,
            State::Busy(busy) => busy.yielding || busy.cancelling,
        });
        for _ in coming.count()..waiting.len() {
            let steady = |job: Ticket| {
                let all = self.all_busy().filter(|(_, busy)| busy.task.job == job);
                all.filter(|(_, busy)| !busy.yielding && !busy.cancelling).count()
            };
            let candidates = self
                .all_busy()
                .filter(|(_, busy)| !busy.yielding && !busy.cancelling && busy.offer.is_some());
            let most = candidates
                .map(|(worker, busy)| (steady(busy.task.job), worker, busy.task.job))
                .filter(|(workers, ..)| *workers > 1)
                .max();
            let Some((_, worker, job)) = most else { break };
            if let Some(busy) = self.busy(worker, job) {
                busy.yielding = true;
                busy.asked += 1;
                effects.push(Effect::AskSplit { worker, job, into: 1 });
            }
        }
    }

    /// After a shutdown: ends workers that nothing waits for, and says when all are gone.
    fn finish_shutdown(&mut self) -> Vec<Effect> {
        if !self.closed || self.pending() > 0 {
            return vec![];
        }
        let workers = std::mem::take(&mut self.workers);
        workers.into_keys().map(Effect::Terminate).chain([Effect::ShutDown]).collect()
    }
}

#[cfg(test)]
mod tests;
