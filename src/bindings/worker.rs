//! The worker's side of the protocol: one job at a time, in slices, with an ear for `cancel`.
//!
//! A slice computes for [`SLICE_MS`], then lets messages in. So a cancel and a progress report need no shared
//! memory, and the same loop can run on the page's own event loop where no worker can be started.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Function};
use serde_json::{Map, json};
use wasm_bindgen::prelude::*;

use super::circuits::MEMORY_LIMIT_BYTES;
use super::convert::{experiment_to_js, get, request_from_js, set, to_js};
use super::host::{next_task, now_ms};
use crate::error::AerError;
use crate::protocol::{FromWorker, PROGRESS_INTERVAL_MS, PROTOCOL_VERSION, RunRequest, SLICE_MS, ToWorker};
use crate::run::Step;
use crate::session::{Session, envelope};

/// Amplitudes touched between two looks at the clock: about half a millisecond.
const BUDGET: u64 = 1 << 19;

/// Serves jobs: `post(message, transfer)` sends to the front; what is returned takes the front's messages.
#[wasm_bindgen]
pub fn serve(post: Function) -> Function {
    let worker = Rc::new(Worker { post, active: RefCell::default() });
    worker.send(&FromWorker::Ready { protocol: PROTOCOL_VERSION });
    Closure::<dyn Fn(JsValue)>::new(move |message: JsValue| Worker::take(&worker, message))
        .into_js_value()
        .unchecked_into()
}

/// A message of the front.
fn to_worker(message: &JsValue) -> Option<ToWorker> {
    let job = get(message, "job").as_f64()? as u32;
    match get(message, "kind").as_string()?.as_str() {
        "run" => Some(ToWorker::Run { job, request: request_from_js(&get(message, "request"))? }),
        "cancel" => Some(ToWorker::Cancel { job }),
        _ => None,
    }
}

struct Worker {
    post: Function,
    active: RefCell<Option<Active>>,
}

struct Active {
    job: u32,
    request: RunRequest,
    session: Option<Session>,
    cancelled: bool,
    started_ms: f64,
    experiment_started_ms: f64,
    progress_sent_ms: f64,
}

impl Worker {
    fn send(&self, message: &FromWorker) {
        self.send_with(message, None, &Array::new());
    }

    fn send_with(&self, message: &FromWorker, result: Option<JsValue>, transfer: &Array) {
        let message = to_js(message);
        if let Some(result) = result {
            set(message.unchecked_ref(), "result", result);
        }
        // A port that is closed has nobody behind it who would miss the message.
        let _ = self.post.call2(&JsValue::UNDEFINED, &message, transfer);
    }

    fn take(worker: &Rc<Self>, message: JsValue) {
        match to_worker(&message) {
            Some(ToWorker::Run { job, request }) => {
                let now = now_ms();
                *worker.active.borrow_mut() = Some(Active {
                    job,
                    request,
                    session: None,
                    cancelled: false,
                    started_ms: now,
                    experiment_started_ms: now,
                    progress_sent_ms: now,
                });
                worker.send(&FromWorker::Validating { job });
                Self::schedule(worker);
            }
            Some(ToWorker::Cancel { job }) => {
                if let Some(active) = worker.active.borrow_mut().as_mut() {
                    active.cancelled |= active.job == job;
                }
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
        if worker.advance(&mut active) {
            *worker.active.borrow_mut() = Some(active);
            Self::schedule(worker);
        }
    }

    /// Works for a slice; whether there is more to do.
    fn advance(&self, active: &mut Active) -> bool {
        let job = active.job;
        let slice_started_ms = now_ms();
        let Some(session) = &mut active.session else {
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
            match Session::with_progress(request, MEMORY_LIMIT_BYTES, &progress) {
                Ok(session) => active.session = Some(session),
                Err(error) => {
                    self.fail(active, error);
                    return false;
                }
            }
            self.send(&FromWorker::Running { job });
            return true;
        };
        loop {
            match session.step(BUDGET) {
                Step::Pending => {}
                Step::Experiment(index) => {
                    let now = now_ms();
                    if let Some(mut result) = session.take_result(index) {
                        result.time_taken_s = (now - active.experiment_started_ms) / 1000.0;
                        if result.success() {
                            result.metadata.insert("time_taken".into(), result.time_taken_s.into());
                        }
                        let (result, transfer) = experiment_to_js(&result);
                        self.send_with(&FromWorker::Experiment { job }, Some(result), &transfer);
                    }
                    active.experiment_started_ms = now;
                }
                Step::Finished => {
                    self.finish(active);
                    return false;
                }
            }
            let now = now_ms();
            if now - slice_started_ms >= SLICE_MS {
                if now - active.progress_sent_ms >= PROGRESS_INTERVAL_MS {
                    active.progress_sent_ms = now;
                    self.send(&FromWorker::Progress { job, progress: session.progress() });
                }
                return true;
            }
        }
    }

    fn finish(&self, active: &Active) {
        let Some(session) = &active.session else { return };
        let (job, memory_bytes) = (active.job, memory_bytes());
        self.send(&FromWorker::Progress { job, progress: session.progress() });
        let result = finished(active, session.envelope());
        let message = match session.summary().error {
            None => FromWorker::Done { job, memory_bytes },
            Some(error) => FromWorker::Failed { job, error, memory_bytes },
        };
        self.send_with(&message, Some(result), &Array::new());
    }

    fn fail(&self, active: &Active, error: AerError) {
        let envelope = envelope(&active.request, false, &format!("ERROR: {error}"), None, None);
        let message = FromWorker::Failed { job: active.job, error, memory_bytes: memory_bytes() };
        self.send_with(&message, Some(finished(active, envelope)), &Array::new());
    }
}

/// The envelope with what only a host knows: date, times, memory.
fn finished(active: &Active, mut envelope: Map<String, serde_json::Value>) -> JsValue {
    let seconds = (now_ms() - active.started_ms) / 1000.0;
    envelope.insert("date".into(), String::from(js_sys::Date::new_0().to_iso_string()).into());
    envelope.insert("time_taken".into(), seconds.into());
    envelope.insert(
        "metadata".into(),
        json!({
            "time_taken_execute": seconds,
            "omp_enabled": false,
            "parallel_experiments": 1,
            "max_memory_mb": MEMORY_LIMIT_BYTES >> 20,
            "max_gpu_memory_mb": 0,
        }),
    );
    to_js(&envelope)
}

/// The memory of this wasm instance, which never shrinks.
fn memory_bytes() -> f64 {
    core::arch::wasm32::memory_size(0) as f64 * 65536.0
}
