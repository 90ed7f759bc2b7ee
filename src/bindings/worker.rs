//! The worker's side of the protocol: one job at a time, in slices, with an ear for `cancel`.
//!
//! A slice computes for [`SLICE_MS`], then lets messages in. So a cancel and a progress report need no shared
//! memory, and the same loop can run on the page's own event loop where no worker can be started.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Function};
use serde_json::{Map, Value, json};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::convert::get;
use super::host::{MEMORY_LIMIT_BYTES, call, next_task, now_ms, start_threads};
use super::threads::{SHARED, reason_for_one, stopped, threads};
use super::timer::Timer;
use super::wire::{message, message_with_experiment, message_with_result, to_worker};
use crate::engine::SHARED_BITS;
use crate::error::AerError;
use crate::kernel::warm::warm_up;
use crate::protocol::{
    DIVIDE_MS, FromWorker, PROGRESS_INTERVAL_MS, PROTOCOL_VERSION, RunRequest, SLICE_MS, ToWorker,
};
use crate::run::{Part, Step};
use crate::session::{Session, envelope};

/// Amplitudes touched between two looks at the clock: about half a millisecond, or some for several threads, of which
/// one waits for the others at the end of each step; programs of theirs last longer still (`Team::patience`).
const BUDGET: u64 = if SHARED { 1 << 23 } else { 1 << 19 };

/// A job that is read in less goes on in the same turn, in milliseconds.
const AT_ONCE_MS: f64 = 2.0;

/// How long after its first job a worker makes ready for larger ones, in seconds: not while jobs follow each other.
const IDLE_S: f64 = 0.05;

/// Serves jobs: `post(message, transfer)` sends to the front; what is returned takes the front's messages.
#[wasm_bindgen]
pub fn serve(post: Function) -> Function {
    let handler = attend(post.clone());
    let worker = Worker::new(post);
    worker.send(&FromWorker::Ready { protocol: PROTOCOL_VERSION });
    handler
}

/// As [`serve`], without telling that it is ready.
pub fn attend(post: Function) -> Function {
    let worker = Rc::new(Worker::new(post));
    Closure::<dyn Fn(JsValue)>::new(move |message: JsValue| Worker::take(&worker, message))
        .into_js_value()
        .unchecked_into()
}

struct Worker {
    post: Function,
    /// Messages that wait for the next, each with what it transfers: the end of a job leaves in one piece.
    outbox: RefCell<Vec<(JsValue, Array)>>,
    active: RefCell<Option<Active>>,
    /// Takes messages for the core with threads, once there is one.
    other: RefCell<Option<Function>>,
    /// The job that was passed on to it last.
    passed: Cell<Option<u32>>,
    /// Runs hot loops before they are needed.
    warm_up: OnceCell<Timer>,
}

struct Active {
    job: u32,
    /// As it came.
    message: JsValue,
    request: RunRequest,
    part: Option<Part>,
    /// Threads that it may use.
    threads: u32,
    /// Why it runs on one thread, if it does.
    reason: Option<String>,
    /// Whether it waits for the core with threads.
    waits: bool,
    session: Option<Session>,
    cancelled: bool,
    started_ms: f64,
    /// When the job had been read.
    read_ms: f64,
    experiment_started_ms: f64,
    progress_sent_ms: f64,
    offered_ms: f64,
}

impl Active {
    /// How long the work would take that others could do meanwhile, and how many workers may run the job; `None`
    /// where it is too little to make up for another reading of the job.
    fn offer(&self, now: f64) -> Option<(f64, u32)> {
        let (much, at_most) = self.session.as_ref()?.divisible();
        let left_ms = much * (now - self.read_ms);
        let worth = left_ms > DIVIDE_MS + 2.0 * (self.read_ms - self.started_ms) && at_most > 1;
        worth.then(|| (left_ms, u32::try_from(at_most).unwrap_or(u32::MAX)))
    }
}

/// What follows a slice.
enum Next {
    Slice,
    OtherCore,
    End,
}

impl Worker {
    fn new(post: Function) -> Self {
        Self {
            post,
            outbox: RefCell::default(),
            active: RefCell::default(),
            other: RefCell::default(),
            passed: Cell::default(),
            warm_up: OnceCell::default(),
        }
    }

    /// Sends a message, after those that wait.
    fn send(&self, content: &FromWorker) {
        self.hold(content);
        self.release();
    }

    /// As [`Self::send`], but it leaves with the next message.
    fn hold(&self, content: &FromWorker) {
        self.hold_parcel(message(content), Array::new());
    }

    fn hold_parcel(&self, message: JsValue, transfer: Array) {
        self.outbox.borrow_mut().push((message, transfer));
    }

    /// Sends what waits: a message, or a list of several.
    fn release(&self) {
        let messages = self.outbox.take();
        let post = |message: &JsValue, transfer: &Array| {
            self.post.call2(&JsValue::UNDEFINED, message, transfer).is_ok()
        };
        if let [_, _, ..] = &*messages {
            let all: Array = messages.iter().map(|(message, _)| message).collect();
            let transfers: Array = messages.iter().flat_map(|(_, transfer)| transfer.iter()).collect();
            if post(&all, &transfers) {
                return;
            }
        }
        for (message, transfer) in &messages {
            // A port that is closed has nobody behind it who would miss the message.
            post(message, transfer);
        }
    }

    fn take(worker: &Rc<Self>, message: JsValue) {
        match to_worker(&message) {
            Some(ToWorker::Run { job, request, part, threads }) => {
                let now = now_ms();
                worker.passed.set(None);
                *worker.active.borrow_mut() = Some(Active {
                    job,
                    message,
                    request,
                    part,
                    threads: threads.max(1),
                    reason: None,
                    waits: false,
                    session: None,
                    cancelled: false,
                    started_ms: now,
                    read_ms: now,
                    experiment_started_ms: now,
                    progress_sent_ms: now,
                    offered_ms: f64::MIN,
                });
                worker.send(&FromWorker::Validating { job });
                Self::schedule(worker);
            }
            Some(ToWorker::Cancel { job } | ToWorker::Split { job, .. })
                if worker.passed.get() == Some(job) =>
            {
                if let Some(other) = &*worker.other.borrow() {
                    call(other, &message);
                }
            }
            Some(ToWorker::Cancel { job }) => {
                let waits = match worker.active.borrow_mut().as_mut() {
                    Some(active) if active.job == job => {
                        active.cancelled = true;
                        active.waits
                    }
                    _ => false,
                };
                if waits {
                    Self::slice(worker);
                }
            }
            Some(ToWorker::Split { job, into }) => {
                let mut active = worker.active.borrow_mut();
                let part = active.as_mut().filter(|active| active.job == job).and_then(|active| {
                    let worth = into <= 1 || active.offer(now_ms()).is_some();
                    active.session.as_mut().filter(|_| worth)?.give_up(into)
                });
                worker.send(&FromWorker::Split { job, part });
            }
            // The front reads the version before it sends anything else: this is a defect, and must be seen.
            None => wasm_bindgen::throw_str("aer-wasm worker: unknown message"),
        }
    }

    fn schedule(worker: &Rc<Self>) {
        let worker = worker.clone();
        next_task(Closure::once_into_js(move || Self::slice(&worker)).unchecked_ref());
    }

    fn slice(worker: &Rc<Self>) {
        let Some(mut active) = worker.active.borrow_mut().take() else { return };
        if active.cancelled {
            return worker.send(&FromWorker::Cancelled { job: active.job, memory_bytes: memory_bytes() });
        }
        let next = worker.advance(&mut active);
        worker.release();
        match next {
            Next::End => {
                worker.warm_up.get_or_init(|| Timer::new(IDLE_S, false, warm_up::<f64>));
                return;
            }
            Next::Slice => Self::schedule(worker),
            Next::OtherCore => {
                active.waits = true;
                let (worker, job, threads) = (worker.clone(), active.job, active.threads);
                spawn_local(async move { worker.pass_on(job, threads).await });
            }
        }
        *worker.active.borrow_mut() = Some(active);
    }

    /// Passes a job that waits on to the core with threads. Where there is none, it goes on here.
    async fn pass_on(self: Rc<Self>, job: u32, threads: u32) {
        let started = start_threads(threads, &self.post).await;
        let mut slot = self.active.borrow_mut();
        let Some(mut active) = slot.take_if(|active| active.job == job && active.waits) else { return };
        match started {
            Ok(handler) => {
                drop(slot);
                let handler: Function = handler.unchecked_into();
                call(&handler, &active.message);
                self.passed.set(Some(job));
                *self.other.borrow_mut() = Some(handler);
            }
            Err(thrown) => {
                active.waits = false;
                active.reason = get(&thrown, "message").as_string().or(Some("threads did not start".into()));
                *slot = Some(active);
                self.send(&FromWorker::Running { job });
                Self::schedule(&self);
            }
        }
    }

    /// Reads the job; what follows, if not its steps.
    fn read(&self, active: &mut Active) -> Option<Next> {
        let job = active.job;
        let circuits = std::mem::take(&mut active.request.circuits);
        let request = RunRequest { circuits, ..active.request.clone() };
        let sent_ms = Cell::new(now_ms());
        // The message leaves at once, though the worker is busy: reading is one piece of work.
        let progress = |progress| {
            let now = now_ms();
            if now - sent_ms.get() >= PROGRESS_INTERVAL_MS {
                sent_ms.set(now);
                self.send(&FromWorker::Progress { job, progress });
            }
        };
        let session = match Session::with_progress(request, MEMORY_LIMIT_BYTES, &progress) {
            Ok(session) => session,
            Err(error) => {
                self.fail(active, error);
                return Some(Next::End);
            }
        };
        let mut session = match active.part {
            Some(part) => session.only(part),
            None => session,
        };
        if SHARED {
            session.lend_threads(threads(job, active.threads));
        } else {
            active.reason = reason_for_one(&session, active.threads);
        }
        active.session = Some(session);
        active.read_ms = now_ms();
        active.experiment_started_ms = active.read_ms;
        if !SHARED && active.reason.is_none() {
            return Some(Next::OtherCore);
        }
        let brief = active.session.as_ref().is_some_and(Session::is_brief);
        self.hold(&FromWorker::Running { job });
        if !brief {
            self.release();
        }
        (active.read_ms - active.started_ms > AT_ONCE_MS).then_some(Next::Slice)
    }

    /// Works for a slice.
    fn advance(&self, active: &mut Active) -> Next {
        let job = active.job;
        let slice_started_ms = now_ms();
        if active.session.is_none()
            && let Some(next) = self.read(active)
        {
            return next;
        }
        let Some(session) = &mut active.session else { return Next::End };
        loop {
            let step = session.step(BUDGET);
            if stopped() {
                active.cancelled = true;
                return Next::Slice;
            }
            match step {
                Step::Pending => {}
                Step::Experiment(index) => {
                    let now = now_ms();
                    if let Some(mut result) = session.take_result(index) {
                        result.time_taken_s = (now - active.experiment_started_ms) / 1000.0;
                        if result.success() {
                            result.metadata.insert("time_taken".into(), result.time_taken_s.into());
                        }
                        let message = FromWorker::Experiment {
                            job,
                            index,
                            shots: result.part,
                            error: result.error.clone(),
                        };
                        let (parcel, transfer) = message_with_experiment(&message, &result);
                        self.hold_parcel(parcel, transfer);
                        if index + 1 < session.progress().experiments {
                            self.release();
                        }
                    }
                    active.experiment_started_ms = now;
                }
                Step::Finished => {
                    self.finish(active);
                    return Next::End;
                }
            }
            let now = now_ms();
            if now - slice_started_ms >= SLICE_MS {
                if now - active.progress_sent_ms >= PROGRESS_INTERVAL_MS {
                    active.progress_sent_ms = now;
                    self.send(&FromWorker::Progress { job, progress: session.progress() });
                }
                if now - active.offered_ms >= PROGRESS_INTERVAL_MS
                    && let Some((left_ms, at_most)) = active.offer(now)
                {
                    active.offered_ms = now;
                    self.send(&FromWorker::Offer { job, left_ms, at_most });
                }
                return Next::Slice;
            }
        }
    }

    fn finish(&self, active: &Active) {
        let Some(session) = &active.session else { return };
        let (job, memory_bytes) = (active.job, memory_bytes());
        let progress = FromWorker::Progress { job, progress: session.progress() };
        self.hold(&progress);
        let message = match session.summary().error {
            None => FromWorker::Done { job, memory_bytes },
            Some(error) => FromWorker::Failed { job, error, memory_bytes },
        };
        self.hold_parcel(message_with_result(&message, &finished(active, session.envelope())), Array::new());
    }

    fn fail(&self, active: &Active, error: AerError) {
        let envelope = envelope(&active.request, false, &format!("ERROR: {error}"), None, None);
        let message = FromWorker::Failed { job: active.job, error, memory_bytes: memory_bytes() };
        self.hold_parcel(message_with_result(&message, &finished(active, envelope)), Array::new());
    }
}

/// The envelope with what only a host knows: date, times, memory.
fn finished(active: &Active, mut envelope: Map<String, Value>) -> Map<String, Value> {
    let seconds = (now_ms() - active.started_ms) / 1000.0;
    let threads = active.session.as_ref().map_or(1, Session::threads);
    let reason = match &active.reason {
        Some(reason) => reason.clone(),
        None => format!("it has states of 2^{SHARED_BITS} amplitudes or more"),
    };
    envelope.insert("date".into(), String::from(js_sys::Date::new_0().to_iso_string()).into());
    envelope.insert("time_taken".into(), seconds.into());
    envelope.insert(
        "metadata".into(),
        json!({
            "time_taken_execute": seconds,
            "omp_enabled": threads > 1,
            "parallel_experiments": 1,
            "max_memory_mb": MEMORY_LIMIT_BYTES >> 20,
            "max_gpu_memory_mb": 0,
            "acceleration": { "simd": cfg!(target_feature = "simd128"), "threads": threads, "reason": reason },
        }),
    );
    envelope
}

/// The memory of this wasm instance, which never shrinks.
fn memory_bytes() -> f64 {
    core::arch::wasm32::memory_size(0) as f64 * 65536.0
}
