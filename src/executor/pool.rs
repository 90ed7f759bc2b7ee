//! The pool of workers as a pure state machine.
//!
//! It decides when to start a worker, which job it gets, whom to stop and what becomes of the jobs of a
//! worker that is lost; the caller carries out its [`Effect`]s. One worker runs one job at a time; the rest
//! wait here, first come first served. Its laws, checked under random event orders: every accepted job is
//! ended exactly once; no job waits while a worker idles; a lost worker costs only the job it ran, and not
//! even that if it died before it had taken the job up: such a job goes to one other worker.
//!
//! Workers that fail before they are ready, [`MAX_FAILED_STARTS`] times in a row, mean that this place cannot
//! start workers; the pool then asks for one that runs on the caller's own event loop ([`Effect::Spawn`] with
//! `inline`).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::error::{AerError, ErrorCode};

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Starting,
    Idle,
    Busy { job: Ticket, cancelling: bool },
}

/// The pool.
#[derive(Debug)]
pub struct Pool {
    max_workers: usize,
    workers: BTreeMap<WorkerId, State>,
    queue: VecDeque<Ticket>,
    /// Jobs that may be sent to a second worker if the first dies before it takes them up.
    untouched: BTreeSet<Ticket>,
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
            untouched: BTreeSet::new(),
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
        self.queue.len() + self.busy()
    }

    /// Workers that run a job.
    pub fn busy(&self) -> usize {
        self.workers.values().filter(|state| matches!(state, State::Busy { .. })).count()
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
        self.queue.push_back(job);
        self.untouched.insert(job);
        let mut effects = self.schedule();
        if self.queue.contains(&job) {
            let starting = effects.iter().any(|effect| matches!(effect, Effect::Spawn { .. }));
            let notice = if starting { Notice::Initializing } else { Notice::Queued };
            effects.push(Effect::Notify(job, notice));
        }
        Some((job, effects))
    }

    /// Stops a job: at once if it waits, by asking its worker if it runs. Unknown jobs are ignored.
    pub fn cancel(&mut self, job: Ticket) -> Vec<Effect> {
        if let Some(at) = self.queue.iter().position(|queued| *queued == job) {
            self.queue.remove(at);
            self.untouched.remove(&job);
            let mut effects = vec![Effect::Notify(job, Notice::Cancelled)];
            effects.extend(self.finish_shutdown());
            return effects;
        }
        for (&worker, state) in &mut self.workers {
            if *state == (State::Busy { job, cancelling: false }) {
                *state = State::Busy { job, cancelling: true };
                return vec![Effect::AskCancel { worker, job }];
            }
        }
        vec![]
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
    pub fn taken_up(&mut self, job: Ticket) {
        self.untouched.remove(&job);
    }

    /// Whether this worker runs this job now: messages about any other are to be dropped.
    pub fn runs(&self, worker: WorkerId, job: Ticket) -> bool {
        matches!(self.workers.get(&worker), Some(State::Busy { job: running, .. }) if *running == job)
    }

    /// The worker says that its job has ended, and how much memory it holds.
    pub fn finished(&mut self, worker: WorkerId, job: Ticket, memory_bytes: f64) -> Vec<Effect> {
        if !self.runs(worker, job) {
            return vec![];
        }
        self.untouched.remove(&job);
        if memory_bytes > RETIRE_BYTES && !self.inline() {
            return self.drop_worker(worker);
        }
        self.workers.insert(worker, State::Idle);
        self.settle(worker)
    }

    /// The grace of a cancel is over: a worker that still runs the job is terminated.
    pub fn grace_up(&mut self, worker: WorkerId, job: Ticket) -> Vec<Effect> {
        if self.workers.get(&worker) != Some(&State::Busy { job, cancelling: true }) || self.inline() {
            return vec![];
        }
        self.untouched.remove(&job);
        let mut effects = vec![Effect::Notify(job, Notice::Cancelled)];
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
        match self.workers.get(&worker) {
            None => return effects,
            Some(State::Starting) => self.failed_starts += 1,
            // Asked to stop, and it did: with more force than was meant.
            Some(State::Busy { job, cancelling: true }) => {
                self.untouched.remove(job);
                effects.push(Effect::Notify(*job, Notice::Cancelled));
            }
            Some(State::Busy { job, cancelling: false }) if self.untouched.remove(job) => {
                self.queue.push_front(*job);
            }
            Some(State::Busy { job, cancelling: false }) => {
                effects.push(Effect::Notify(*job, Notice::WorkerLost(error.clone())));
            }
            Some(State::Idle) => {}
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
            for job in self.queue.drain(..) {
                self.untouched.remove(&job);
                effects.push(Effect::Notify(job, Notice::Cancelled));
            }
            let running: Vec<Ticket> = self
                .workers
                .values()
                .filter_map(|state| match state {
                    State::Busy { job, .. } => Some(*job),
                    _ => None,
                })
                .collect();
            for job in running {
                effects.extend(self.cancel(job));
            }
        }
        if already && self.queue.is_empty() {
            effects.push(Effect::ShutDown);
        } else {
            effects.extend(self.finish_shutdown());
        }
        effects
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

    /// Hands waiting jobs to idle workers and starts workers for the rest.
    fn schedule(&mut self) -> Vec<Effect> {
        let mut effects = vec![];
        for (&worker, state) in &mut self.workers {
            if *state == State::Idle {
                let Some(job) = self.queue.pop_front() else { break };
                *state = State::Busy { job, cancelling: false };
                effects.push(Effect::Run { worker, job });
            }
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
        effects
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
