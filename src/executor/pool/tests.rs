//! The pool and the job machine together, in a simulated world of workers that answer late, never, or die.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::*;
use crate::job::{Effect as JobEffect, JobEvent, JobMachine, JobStatus, Outcome};
use crate::rng::ShotRng;
use crate::run::Place;

/// The work of every simulated job.
const WHOLE: Part = part(0, 48);

const fn part(from: u64, to: u64) -> Part {
    Part { from: Place { experiment: 0, shot: from }, to: Place { experiment: 0, shot: to } }
}

/// Most workers of a simulated job.
fn at_most(job: Ticket) -> u32 {
    2 + job % 3
}

/// What a simulated worker is about to do.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Doing {
    Loading,
    Resting,
    Running { job: Ticket, part: Part, asked_to_stop: bool },
}

/// A world: pool, jobs, workers, timers. Every effect is carried out here; every event is chosen at random.
struct World {
    pool: Pool,
    jobs: BTreeMap<Ticket, JobMachine<()>>,
    workers: BTreeMap<WorkerId, Doing>,
    graces: BTreeSet<(WorkerId, Ticket)>,
    job_graces: BTreeSet<Ticket>,
    /// Splits that workers were asked for: into how many pieces.
    asks: VecDeque<(WorkerId, Ticket, u32)>,
    /// Workers that have said that they could share, and have not been asked in vain since.
    offers: BTreeSet<WorkerId>,
    /// Workers that were asked for all that they can give.
    yielding: BTreeSet<WorkerId>,
    /// How often each unit of work of a job was done, and how its parts ended.
    done: BTreeMap<Ticket, [u32; WHOLE.to.shot as usize]>,
    ended_parts: BTreeMap<Ticket, Vec<Outcome<()>>>,
    ends: BTreeMap<Ticket, u32>,
    history: BTreeMap<Ticket, Vec<JobStatus>>,
    shut_down: bool,
    /// Whether it was shut down with everything stopped.
    stopped_all: bool,
    /// What happened, so that the test can tell that it tests something.
    seen: [u32; 4],
}

const DIVIDED: usize = 0;
const DIVIDED_AND_DONE: usize = 1;
const MADE_ROOM: usize = 2;
const DIVIDED_AND_LOST: usize = 3;

impl World {
    fn new(max_workers: usize) -> Self {
        Self {
            pool: Pool::new(max_workers),
            jobs: BTreeMap::new(),
            workers: BTreeMap::new(),
            graces: BTreeSet::new(),
            job_graces: BTreeSet::new(),
            asks: VecDeque::new(),
            offers: BTreeSet::new(),
            yielding: BTreeSet::new(),
            done: BTreeMap::new(),
            ended_parts: BTreeMap::new(),
            ends: BTreeMap::new(),
            history: BTreeMap::new(),
            shut_down: false,
            stopped_all: false,
            seen: [0; 4],
        }
    }

    fn submit(&mut self) {
        let Some((job, effects)) = self.pool.submit() else { return };
        let mut machine = JobMachine::default();
        assert_eq!(machine.on(JobEvent::Submit), [JobEffect::Start]);
        self.jobs.insert(job, machine);
        self.history.insert(job, vec![JobStatus::Initializing]);
        self.done.insert(job, [0; _]);
        self.carry_out(effects);
    }

    fn job(&mut self, job: Ticket, event: JobEvent<()>) {
        let machine = self.jobs.get_mut(&job).unwrap();
        let effects = machine.on(event);
        let status = machine.status();
        let history = self.history.get_mut(&job).unwrap();
        if history.last() != Some(&status) && !effects.is_empty() {
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

    fn divided(&self, job: Ticket) -> bool {
        self.workers
            .values()
            .filter(|doing| matches!(doing, Doing::Running { job: own, .. } if *own == job))
            .count()
            > 1
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Spawn { worker, .. } => {
                    assert!(self.workers.insert(worker, Doing::Loading).is_none());
                }
                Effect::Run { worker, job, part } => {
                    assert_eq!(self.workers[&worker], Doing::Resting, "a job was sent to a busy worker");
                    let doing = Doing::Running { job, part: part.unwrap_or(WHOLE), asked_to_stop: false };
                    self.workers.insert(worker, doing);
                    self.pool.taken_up(worker, job);
                    self.seen[DIVIDED] += u32::from(part.is_some());
                    self.job(job, JobEvent::Status(JobStatus::Validating));
                }
                Effect::AskSplit { worker, job, into } => {
                    assert!(matches!(self.workers[&worker], Doing::Running { job: own, .. } if own == job));
                    assert!(self.offers.contains(&worker), "asked for what was not offered");
                    if into == 1 {
                        self.seen[MADE_ROOM] += 1;
                        self.yielding.insert(worker);
                    }
                    self.asks.push_back((worker, job, into));
                }
                Effect::AskCancel { worker, job } => {
                    let Some(Doing::Running { job: own, asked_to_stop, .. }) = self.workers.get_mut(&worker)
                    else {
                        panic!("worker {worker} has nothing to stop");
                    };
                    assert_eq!((*own, *asked_to_stop), (job, false));
                    *asked_to_stop = true;
                    self.graces.insert((worker, job));
                }
                Effect::Terminate(worker) => {
                    self.forget(worker);
                    self.workers.remove(&worker);
                }
                Effect::Idle(worker) => assert_eq!(self.workers[&worker], Doing::Resting),
                Effect::Notify(job, notice) => {
                    let event = match notice {
                        Notice::Initializing => JobEvent::Status(JobStatus::Initializing),
                        Notice::Queued => JobEvent::Status(JobStatus::Queued),
                        Notice::Cancelled => JobEvent::Ended(Outcome::Cancelled(None)),
                        Notice::WorkerLost(error) => {
                            self.seen[DIVIDED_AND_LOST] += u32::from(self.divided(job));
                            JobEvent::Ended(Outcome::Failed(error, None))
                        }
                    };
                    if event != JobEvent::Status(JobStatus::Initializing)
                        && matches!(event, JobEvent::Ended(_))
                    {
                        assert!(!self.pool.is_open(job));
                    }
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

    /// What was said by or to a worker means nothing any more.
    fn forget(&mut self, worker: WorkerId) {
        self.asks.retain(|(asked, ..)| *asked != worker);
        self.offers.remove(&worker);
        self.yielding.remove(&worker);
    }

    /// One random thing happens.
    fn happen(&mut self, mut pick: impl FnMut(usize) -> usize) {
        let any_job = |world: &Self, at: usize| (!world.jobs.is_empty()).then_some(at as Ticket);
        match pick(20) {
            0..=2 => self.submit(),
            3 => {
                let at = pick(self.jobs.len().max(1));
                if let Some(job) = any_job(self, at) {
                    self.job(job, JobEvent::Cancel);
                }
            }
            4 => {
                let at = pick(self.jobs.len().max(1));
                if let Some(job) = any_job(self, at) {
                    self.job(job, JobEvent::RuntimeUp);
                }
            }
            5..=9 if !self.workers.is_empty() => {
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
            11 if !self.workers.is_empty() && pick(2) == 0 => {
                let at = pick(self.workers.len());
                let worker = *self.workers.keys().nth(at).unwrap();
                self.kill(worker);
            }
            12..=15 if !self.workers.is_empty() => {
                let at = pick(self.workers.len());
                let left_ms = 50.0 + pick(1000) as f64;
                if let (&worker, &Doing::Running { job, .. }) = self.workers.iter().nth(at).unwrap() {
                    self.offers.insert(worker);
                    let effects = self.pool.offer(worker, job, left_ms, at_most(job));
                    self.carry_out(effects);
                }
            }
            16..=19 => self.answer(pick(4)),
            _ => {}
        }
        self.check();
    }

    /// A worker answers the oldest question for a split; with fate 0 it keeps what it has.
    fn answer(&mut self, fate: usize) {
        let Some((worker, job, into)) = self.asks.pop_front() else { return };
        let Some(Doing::Running { part: own, .. }) = self.workers.get_mut(&worker) else { return };
        let left = own.to.shot - own.from.shot;
        let mut given = None;
        if fate > 0 && left > 1 {
            let kept = (left * u64::from(into - 1) / u64::from(into)).max(1);
            given = Some(part(own.from.shot + kept, own.to.shot));
            own.to.shot = own.from.shot + kept;
        } else {
            self.offers.remove(&worker);
            self.yielding.remove(&worker);
        }
        let effects = self.pool.split(worker, job, given);
        self.carry_out(effects);
    }

    fn advance(&mut self, worker: WorkerId, doing: Doing, fate: usize) {
        let effects = match doing {
            Doing::Loading if fate == 0 => return self.kill(worker),
            Doing::Loading => {
                self.workers.insert(worker, Doing::Resting);
                self.pool.ready(worker)
            }
            Doing::Resting => return,
            Doing::Running { job, part, asked_to_stop } => {
                // It answers what it was asked before it says that it has ended.
                while let Some(at) = self.asks.iter().position(|(asked, ..)| *asked == worker) {
                    let ask = self.asks.remove(at).unwrap();
                    self.asks.push_front(ask);
                    self.answer(0);
                }
                let part = match self.workers[&worker] {
                    Doing::Running { part, .. } => part,
                    _ => part,
                };
                self.workers.insert(worker, Doing::Resting);
                self.forget(worker);
                let outcome = match fate {
                    0 => Outcome::Failed(
                        crate::error::AerError::new(crate::error::ErrorCode::Internal, "no luck"),
                        None,
                    ),
                    1..=5 if asked_to_stop => Outcome::Cancelled(None),
                    _ => Outcome::Done(()),
                };
                assert!(self.pool.runs(worker, job));
                if outcome == Outcome::Done(()) {
                    for unit in part.from.shot..part.to.shot {
                        self.done.get_mut(&job).unwrap()[unit as usize] += 1;
                    }
                }
                self.ended_parts.entry(job).or_default().push(outcome);
                let was_open = self.pool.is_open(job);
                let memory = if fate == 9 { 1e12 } else { 0.0 };
                let effects = self.pool.finished(worker, job, memory);
                if was_open && !self.pool.is_open(job) {
                    self.end(job);
                }
                effects
            }
        };
        self.carry_out(effects);
    }

    /// The last part of a job has ended.
    fn end(&mut self, job: Ticket) {
        let parts = &self.ended_parts[&job];
        let stopping = self.jobs[&job].stopping() || self.stopped_all;
        let outcome = match parts.iter().find(|outcome| **outcome != Outcome::Done(())) {
            Some(outcome) => outcome.clone(),
            None if self.done[&job].iter().all(|times| *times == 1) => Outcome::Done(()),
            None => {
                assert!(stopping, "work was lost: {:?}", self.done[&job]);
                Outcome::Cancelled(None)
            }
        };
        self.seen[DIVIDED_AND_DONE] += u32::from(parts.len() > 1 && outcome == Outcome::Done(()));
        self.job(job, JobEvent::Ended(outcome));
    }

    fn kill(&mut self, worker: WorkerId) {
        let effects = self.pool.lost(worker, &worker_lost("killed"));
        self.forget(worker);
        self.carry_out(effects);
    }

    fn check(&self) {
        assert!(self.workers.len() <= self.pool.max_workers.max(1));
        let idle = self.workers.values().filter(|doing| **doing == Doing::Resting).count();
        assert!(idle == 0 || self.pool.queue.is_empty(), "a job waits while a worker idles");
        let running = |job: Ticket| -> Vec<WorkerId> {
            let own = |doing: &Doing| matches!(doing, Doing::Running { job: own, .. } if *own == job);
            self.workers.iter().filter(|(_, doing)| own(doing)).map(|(worker, _)| *worker).collect()
        };
        let steady = |worker: &WorkerId| {
            !self.yielding.contains(worker)
                && matches!(self.workers[worker], Doing::Running { asked_to_stop: false, .. })
        };
        for (job, machine) in &self.jobs {
            let ends = self.ends.get(job).copied().unwrap_or(0);
            assert_eq!(ends, u32::from(machine.outcome().is_some()), "job {job} settled {ends} times");
            let workers = running(*job);
            let yielding = workers.iter().filter(|worker| self.yielding.contains(worker)).count();
            assert!(workers.len() <= at_most(*job) as usize + yielding, "job {job} has {workers:?}");
            assert!(self.done[job].iter().all(|times| *times <= 1), "work was done twice");
            // An idle worker is asked for by somebody, if anybody may.
            let asked = self.asks.iter().filter(|(_, of, _)| of == job).count();
            let could = workers.len() + asked < at_most(*job) as usize
                && workers.iter().any(|worker| steady(worker) && self.offers.contains(worker));
            assert!(idle <= self.asks.len() || !could, "job {job} is not divided while a worker idles");
        }
        // Jobs that nobody runs have somebody make room, if anybody can.
        let waiting: BTreeSet<Ticket> =
            self.pool.queue.iter().map(|task| task.job).filter(|job| running(*job).is_empty()).collect();
        let coming = self.workers.iter().filter(|(worker, doing)| {
            **doing == Doing::Loading || { matches!(doing, Doing::Running { .. }) && !steady(worker) }
        });
        let can_make_room = self.jobs.keys().any(|job| {
            let steady: Vec<_> = running(*job).into_iter().filter(steady).collect();
            steady.len() > 1 && steady.iter().any(|worker| self.offers.contains(worker))
        });
        assert!(waiting.len() <= coming.count() || !can_make_room, "a job waits and nobody makes room");
    }

    /// Lets everything run to its end: workers answer, timers fire.
    fn drain(&mut self) {
        for _ in 0..10_000 {
            if let Some((worker, job)) = self.graces.pop_first() {
                let effects = self.pool.grace_up(worker, job);
                self.carry_out(effects);
            } else if let Some(job) = self.job_graces.pop_first() {
                self.job(job, JobEvent::GraceUp);
            } else if !self.asks.is_empty() {
                self.answer(1);
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

/// 6,000 random histories (seed 20261121) of up to 160 events over one to four workers.
#[test]
fn random_histories_leave_no_job_pending_and_no_state_inconsistent() {
    let mut seen = [0; 4];
    for history in 0..6_000 {
        let mut rng = ShotRng::new(20_261_121, history);
        let mut pick = |n: usize| (rng.uniform() * n as f64) as usize;
        let mut world = World::new(1 + history as usize % 4);
        for _ in 0..pick(160) {
            world.happen(&mut pick);
        }
        if pick(2) == 0 {
            world.stopped_all = pick(2) == 0;
            let effects = world.pool.shut_down(world.stopped_all);
            world.carry_out(effects);
            assert!(world.pool.submit().is_none());
            world.drain();
            assert!(world.shut_down, "the shutdown did not end");
        } else {
            world.drain();
        }
        seen.iter_mut().zip(world.seen).for_each(|(all, one)| *all += one);
    }
    // Deterministic: a change of these laws' test world that no longer divides jobs would show here.
    assert!(seen.iter().all(|times| *times > 150), "divided, done, made room, lost: {seen:?}");
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
    assert_eq!(pool.ready(0), [Effect::Run { worker: 0, job: first, part: None }]);
    assert_eq!(pool.finished(0, first, 0.0), [Effect::Run { worker: 0, job: second, part: None }]);
    assert_eq!(pool.finished(0, second, 0.0), [Effect::Idle(0)]);
}

#[test]
fn a_lost_worker_costs_its_job_and_the_next_gets_a_fresh_one() {
    let mut pool = Pool::new(1);
    let (first, _) = pool.submit().unwrap();
    let (second, _) = pool.submit().unwrap();
    pool.ready(0);
    pool.taken_up(0, first);
    assert_eq!(
        pool.lost(0, &worker_lost("trap")),
        [
            Effect::Notify(first, Notice::WorkerLost(worker_lost("trap"))),
            Effect::Terminate(0),
            Effect::Spawn { worker: 1, inline: false },
        ]
    );
    assert_eq!(pool.ready(1), [Effect::Run { worker: 1, job: second, part: None }]);
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
    assert_eq!(pool.ready(2), [Effect::Run { worker: 2, job, part: None }]);
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
    assert!(pool.ready(0).contains(&Effect::Run { worker: 0, job, part: None }));
    assert_eq!(
        pool.lost(0, &worker_lost("it died")),
        [Effect::Terminate(0), Effect::Spawn { worker: 1, inline: false }]
    );
    assert!(pool.ready(1).contains(&Effect::Run { worker: 1, job, part: None }));
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
    pool.taken_up(0, job);
    assert!(
        pool.lost(0, &worker_lost("it died"))
            .contains(&Effect::Notify(job, Notice::WorkerLost(worker_lost("it died"))))
    );
}

#[test]
fn idle_workers_are_given_equal_parts_of_what_a_worker_offers() {
    let mut pool = Pool::new(3);
    let jobs: Vec<Ticket> = (0..3).map(|_| pool.submit().unwrap().0).collect();
    (0..3).for_each(|worker| drop(pool.ready(worker)));
    pool.finished(1, jobs[1], 0.0);
    pool.finished(2, jobs[2], 0.0);
    let ask = |into| Effect::AskSplit { worker: 0, job: jobs[0], into };
    assert_eq!(pool.offer(0, jobs[0], 90.0, 9), [ask(3), ask(2)]);
    assert_eq!(pool.offer(0, jobs[0], 90.0, 9), [], "nobody is left to give to");
    let run = |worker, from, to| Effect::Run { worker, job: jobs[0], part: Some(part(from, to)) };
    assert_eq!(pool.split(0, jobs[0], Some(part(20, 30))), [run(1, 20, 30)]);
    assert_eq!(pool.split(0, jobs[0], Some(part(10, 20))), [run(2, 10, 20)]);
    assert_eq!(pool.finished(0, jobs[0], 0.0), [Effect::Idle(0)]);
    assert!(pool.is_open(jobs[0]));
    // Whoever is done first helps the others.
    assert_eq!(pool.offer(2, jobs[0], 60.0, 9), [Effect::AskSplit { worker: 2, job: jobs[0], into: 2 }]);
    assert_eq!(pool.split(2, jobs[0], None), []);
    for worker in [1, 2] {
        assert!(pool.is_open(jobs[0]));
        pool.finished(worker, jobs[0], 0.0);
    }
    assert_eq!((pool.is_open(jobs[0]), pool.pending()), (false, 0));
}

#[test]
fn a_worker_is_started_only_for_work_that_takes_long() {
    let mut pool = Pool::new(2);
    let (job, _) = pool.submit().unwrap();
    pool.ready(0);
    assert_eq!(pool.offer(0, job, START_MS * 0.9, 2), []);
    assert_eq!(pool.offer(0, job, START_MS * 1.1, 1), [], "no second worker is allowed");
    assert_eq!(pool.offer(0, job, START_MS * 1.1, 2), [Effect::AskSplit { worker: 0, job, into: 2 }]);
    assert_eq!(pool.split(0, job, Some(part(1, 2))), [Effect::Spawn { worker: 1, inline: false }]);
    // The first is done before the second has started.
    assert_eq!(pool.finished(0, job, 0.0), [Effect::Run { worker: 0, job, part: Some(part(1, 2)) }]);
}

#[test]
fn a_small_job_does_not_wait_for_the_end_of_a_large_one() {
    let mut pool = Pool::new(2);
    let (large, _) = pool.submit().unwrap();
    pool.ready(0);
    pool.offer(0, large, 1e4, 2);
    pool.split(0, large, Some(part(10, 20)));
    assert_eq!(pool.ready(1), [Effect::Run { worker: 1, job: large, part: Some(part(10, 20)) }]);
    pool.offer(1, large, 1e4, 2);
    let (small, effects) = pool.submit().unwrap();
    let ask = Effect::AskSplit { worker: 1, job: large, into: 1 };
    assert_eq!(effects, [ask, Effect::Notify(small, Notice::Queued)]);
    assert_eq!(pool.split(1, large, Some(part(11, 20))), []);
    assert_eq!(pool.finished(1, large, 0.0), [Effect::Run { worker: 1, job: small, part: None }]);
    assert_eq!(
        pool.finished(1, small, 0.0),
        [Effect::Run { worker: 1, job: large, part: Some(part(11, 20)) }]
    );
}

#[test]
fn the_loss_of_one_worker_ends_the_job_in_all() {
    let mut pool = Pool::new(2);
    let (job, _) = pool.submit().unwrap();
    pool.ready(0);
    pool.offer(0, job, 1e4, 2);
    pool.split(0, job, Some(part(10, 20)));
    pool.ready(1);
    pool.taken_up(1, job);
    let lost = worker_lost("trap");
    assert_eq!(
        pool.lost(1, &lost),
        [
            Effect::Notify(job, Notice::WorkerLost(lost.clone())),
            Effect::AskCancel { worker: 0, job },
            Effect::Terminate(1)
        ]
    );
    assert_eq!(pool.pending(), 0);
    assert_eq!(pool.grace_up(0, job), [Effect::Terminate(0)], "told twice");
}
