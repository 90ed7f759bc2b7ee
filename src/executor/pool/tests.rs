//! The pool and the job machine together, in a simulated world of workers that answer late, never, or die.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::job::{Effect as JobEffect, JobEvent, JobMachine, JobStatus, Outcome};
use crate::rng::ShotRng;

/// What a simulated worker is about to do.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Doing {
    Loading,
    Resting,
    Running { job: Ticket, asked_to_stop: bool },
}

/// A world: pool, jobs, workers, timers. Every effect is carried out here; every event is chosen at random.
struct World {
    pool: Pool,
    jobs: BTreeMap<Ticket, JobMachine<()>>,
    workers: BTreeMap<WorkerId, Doing>,
    graces: BTreeSet<(WorkerId, Ticket)>,
    job_graces: BTreeSet<Ticket>,
    ends: BTreeMap<Ticket, u32>,
    history: BTreeMap<Ticket, Vec<JobStatus>>,
    shut_down: bool,
}

impl World {
    fn new(max_workers: usize) -> Self {
        Self {
            pool: Pool::new(max_workers),
            jobs: BTreeMap::new(),
            workers: BTreeMap::new(),
            graces: BTreeSet::new(),
            job_graces: BTreeSet::new(),
            ends: BTreeMap::new(),
            history: BTreeMap::new(),
            shut_down: false,
        }
    }

    fn submit(&mut self) {
        let Some((job, effects)) = self.pool.submit() else { return };
        let mut machine = JobMachine::default();
        assert_eq!(machine.on(JobEvent::Submit), [JobEffect::Start]);
        self.jobs.insert(job, machine);
        self.history.insert(job, vec![JobStatus::Initializing]);
        self.carry_out(effects);
    }

    fn job(&mut self, job: Ticket, event: JobEvent<()>) {
        let machine = self.jobs.get_mut(&job).unwrap();
        let effects = machine.on(event);
        let status = machine.status();
        let history = self.history.get_mut(&job).unwrap();
        if history.last() != Some(&status) {
            assert!(history.last() < Some(&status), "{job} went back: {history:?} then {status:?}");
            history.push(status);
        }
        for effect in effects {
            match effect {
                JobEffect::AskCancel => {
                    let effects = self.pool.cancel(job);
                    self.carry_out(effects);
                }
                JobEffect::ArmGrace => {
                    self.job_graces.insert(job);
                }
                JobEffect::Settle => *self.ends.entry(job).or_default() += 1,
                JobEffect::Start | JobEffect::ArmRuntime => {}
            }
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Spawn { worker, .. } => {
                    assert!(self.workers.insert(worker, Doing::Loading).is_none());
                }
                Effect::Run { worker, job } => {
                    assert_eq!(self.workers[&worker], Doing::Resting, "a job was sent to a busy worker");
                    self.workers.insert(worker, Doing::Running { job, asked_to_stop: false });
                    self.pool.taken_up(job);
                    self.job(job, JobEvent::Status(JobStatus::Validating));
                }
                Effect::AskCancel { worker, job } => {
                    assert_eq!(self.workers[&worker], Doing::Running { job, asked_to_stop: false });
                    self.workers.insert(worker, Doing::Running { job, asked_to_stop: true });
                    self.graces.insert((worker, job));
                }
                Effect::Terminate(worker) => {
                    self.workers.remove(&worker);
                }
                Effect::Idle(worker) => assert_eq!(self.workers[&worker], Doing::Resting),
                Effect::Notify(job, notice) => {
                    let event = match notice {
                        Notice::Initializing => JobEvent::Status(JobStatus::Initializing),
                        Notice::Queued => JobEvent::Status(JobStatus::Queued),
                        Notice::Cancelled => JobEvent::Ended(Outcome::Cancelled(None)),
                        Notice::WorkerLost(error) => JobEvent::Ended(Outcome::Failed(error, None)),
                    };
                    self.job(job, event);
                }
                Effect::ShutDown => {
                    assert_eq!(self.pool.pending(), 0);
                    assert!(self.workers.is_empty(), "a worker outlived the shutdown");
                    self.shut_down = true;
                }
            }
        }
    }

    /// One random thing happens.
    fn happen(&mut self, mut pick: impl FnMut(usize) -> usize) {
        let any_job = |world: &Self, at: usize| (!world.jobs.is_empty()).then_some(at as Ticket);
        match pick(12) {
            0..=2 => self.submit(),
            3 | 4 => {
                let at = pick(self.jobs.len().max(1));
                if let Some(job) = any_job(self, at) {
                    self.job(job, JobEvent::Cancel);
                }
            }
            5 => {
                let at = pick(self.jobs.len().max(1));
                if let Some(job) = any_job(self, at) {
                    self.job(job, JobEvent::RuntimeUp);
                }
            }
            6..=9 if !self.workers.is_empty() => {
                let at = pick(self.workers.len());
                let (worker, doing) = self.workers.iter().nth(at).map(|(w, d)| (*w, *d)).unwrap();
                let fate = pick(10);
                self.advance(worker, doing, fate);
            }
            10 if !self.graces.is_empty() => {
                let (worker, job) = self.graces.pop_first().unwrap();
                let effects = self.pool.grace_up(worker, job);
                self.carry_out(effects);
            }
            11 if !self.workers.is_empty() => {
                let at = pick(self.workers.len());
                let worker = *self.workers.keys().nth(at).unwrap();
                self.kill(worker);
            }
            _ => {}
        }
        self.check();
    }

    fn advance(&mut self, worker: WorkerId, doing: Doing, fate: usize) {
        let effects = match doing {
            Doing::Loading if fate == 0 => return self.kill(worker),
            Doing::Loading => {
                self.workers.insert(worker, Doing::Resting);
                self.pool.ready(worker)
            }
            Doing::Resting => return,
            Doing::Running { job, asked_to_stop } => {
                self.workers.insert(worker, Doing::Resting);
                let outcome = match fate {
                    0 => Outcome::Failed(
                        crate::error::AerError::new(crate::error::ErrorCode::Internal, "no luck"),
                        None,
                    ),
                    1..=5 if asked_to_stop => Outcome::Cancelled(None),
                    _ => Outcome::Done(()),
                };
                assert!(self.pool.runs(worker, job));
                self.job(job, JobEvent::Ended(outcome));
                let memory = if fate == 9 { 1e12 } else { 0.0 };
                self.pool.finished(worker, job, memory)
            }
        };
        self.carry_out(effects);
    }

    fn kill(&mut self, worker: WorkerId) {
        self.workers.remove(&worker);
        let effects = self.pool.lost(worker, &worker_lost("killed"));
        self.carry_out(effects);
    }

    fn check(&self) {
        assert!(self.workers.len() <= self.pool.max_workers.max(1));
        let idle = self.workers.values().any(|doing| *doing == Doing::Resting);
        assert!(!idle || self.pool.queue.is_empty(), "a job waits while a worker idles");
        for (job, machine) in &self.jobs {
            let ends = self.ends.get(job).copied().unwrap_or(0);
            assert_eq!(ends, u32::from(machine.outcome().is_some()), "job {job} settled {ends} times");
        }
    }

    /// Lets everything run to its end: workers answer, timers fire.
    fn drain(&mut self) {
        for _ in 0..10_000 {
            if let Some((worker, job)) = self.graces.pop_first() {
                let effects = self.pool.grace_up(worker, job);
                self.carry_out(effects);
            } else if let Some(job) = self.job_graces.pop_first() {
                self.job(job, JobEvent::GraceUp);
            } else if let Some((worker, doing)) =
                self.workers.iter().find(|(_, d)| **d != Doing::Resting).map(|(w, d)| (*w, *d))
            {
                self.advance(worker, doing, 7);
            } else {
                break;
            }
            self.check();
        }
        assert_eq!(self.pool.pending(), 0, "jobs were left in the pool");
        for (job, machine) in &self.jobs {
            assert!(machine.outcome().is_some(), "job {job} was left in {:?}", machine.status());
        }
    }
}

/// 4,000 random histories (seed 20261121) of up to 120 events over one to three workers.
#[test]
fn random_histories_leave_no_job_pending_and_no_state_inconsistent() {
    for history in 0..4_000 {
        let mut rng = ShotRng::new(20_261_121, history);
        let mut pick = |n: usize| (rng.uniform() * n as f64) as usize;
        let mut world = World::new(1 + history as usize % 3);
        for _ in 0..pick(120) {
            world.happen(&mut pick);
        }
        if pick(2) == 0 {
            let effects = world.pool.shut_down(pick(2) == 0);
            world.carry_out(effects);
            assert!(world.pool.submit().is_none());
            world.drain();
            assert!(world.shut_down, "the shutdown did not end");
        } else {
            world.drain();
        }
    }
}

#[test]
fn the_first_job_sees_its_worker_start_and_the_second_waits() {
    let mut pool = Pool::new(1);
    let (first, effects) = pool.submit().unwrap();
    assert_eq!(
        effects,
        [Effect::Spawn { worker: 0, inline: false }, Effect::Notify(first, Notice::Initializing)]
    );
    let (second, effects) = pool.submit().unwrap();
    assert_eq!(effects, [Effect::Notify(second, Notice::Queued)]);
    assert_eq!(pool.ready(0), [Effect::Run { worker: 0, job: first }]);
    assert_eq!(pool.finished(0, first, 0.0), [Effect::Run { worker: 0, job: second }]);
    assert_eq!(pool.finished(0, second, 0.0), [Effect::Idle(0)]);
}

#[test]
fn a_lost_worker_costs_its_job_and_the_next_gets_a_fresh_one() {
    let mut pool = Pool::new(1);
    let (first, _) = pool.submit().unwrap();
    let (second, _) = pool.submit().unwrap();
    pool.ready(0);
    pool.taken_up(first);
    assert_eq!(
        pool.lost(0, &worker_lost("trap")),
        [
            Effect::Notify(first, Notice::WorkerLost(worker_lost("trap"))),
            Effect::Terminate(0),
            Effect::Spawn { worker: 1, inline: false },
        ]
    );
    assert_eq!(pool.ready(1), [Effect::Run { worker: 1, job: second }]);
}

#[test]
fn a_worker_that_does_not_stop_is_terminated_after_the_grace() {
    let mut pool = Pool::new(1);
    let (job, _) = pool.submit().unwrap();
    pool.ready(0);
    assert_eq!(pool.cancel(job), [Effect::AskCancel { worker: 0, job }]);
    assert_eq!(pool.cancel(job), []);
    assert_eq!(pool.grace_up(0, job), [Effect::Notify(job, Notice::Cancelled), Effect::Terminate(0)]);
    assert_eq!(pool.finished(0, job, 0.0), [], "a late answer was taken");
}

#[test]
fn workers_that_never_start_are_replaced_by_the_callers_own_loop() {
    let mut pool = Pool::new(4);
    let (job, _) = pool.submit().unwrap();
    assert!(pool.lost(0, &worker_lost("404")).contains(&Effect::Spawn { worker: 1, inline: false }));
    assert!(pool.start_limit_up(1).contains(&Effect::Spawn { worker: 2, inline: true }));
    assert!(pool.inline());
    assert_eq!(pool.ready(2), [Effect::Run { worker: 2, job }]);
}

#[test]
fn a_worker_that_grew_large_is_retired() {
    let mut pool = Pool::new(1);
    let (job, _) = pool.submit().unwrap();
    pool.ready(0);
    assert_eq!(pool.finished(0, job, RETIRE_BYTES * 2.0), [Effect::Terminate(0)]);
}

#[test]
fn shutdown_waits_for_the_pending_and_may_be_asked_twice() {
    let mut pool = Pool::new(1);
    let (job, _) = pool.submit().unwrap();
    pool.ready(0);
    assert_eq!(pool.shut_down(false), []);
    assert!(pool.submit().is_none());
    assert_eq!(pool.finished(0, job, 0.0), [Effect::Idle(0), Effect::Terminate(0), Effect::ShutDown]);
    assert_eq!(pool.shut_down(true), [Effect::ShutDown]);
}

#[test]
fn a_job_that_its_worker_never_took_up_goes_to_one_other_worker() {
    let mut pool = Pool::new(1);
    let (job, _) = pool.submit().unwrap();
    assert!(pool.ready(0).contains(&Effect::Run { worker: 0, job }));
    assert_eq!(
        pool.lost(0, &worker_lost("it died")),
        [Effect::Terminate(0), Effect::Spawn { worker: 1, inline: false }]
    );
    assert!(pool.ready(1).contains(&Effect::Run { worker: 1, job }));
    assert!(
        pool.lost(1, &worker_lost("it died"))
            .contains(&Effect::Notify(job, Notice::WorkerLost(worker_lost("it died"))))
    );
    assert_eq!(pool.pending(), 0);
}

#[test]
fn a_job_that_its_worker_took_up_is_lost_with_it() {
    let mut pool = Pool::new(1);
    let (job, _) = pool.submit().unwrap();
    pool.ready(0);
    pool.taken_up(job);
    assert!(
        pool.lost(0, &worker_lost("it died"))
            .contains(&Effect::Notify(job, Notice::WorkerLost(worker_lost("it died"))))
    );
}
