//! `WorkerExecutor`: the pool of workers, carried out.
//!
//! [`Pool`] decides; this file starts workers, sends and takes messages, runs timers, and keeps what a job has
//! finished so far, so that a job whose worker is lost still has its partial result. Effects are carried out
//! one after the other even when one of them calls back into the pool.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::{Rc, Weak};

use js_sys::{Array, Function, Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};

use super::convert::{describe, get, interned, js_object, set, to_js};
use super::gathered::{Received, complete, take_experiments};
use super::host::{
    WorkerHandle, available_parallelism, call, deferred, next_task, now_ms, spawn_worker, warn,
};
use super::js_error::throw;
use super::threads::stop_number;
use super::timer::Timer;
use super::wire::{Request, from_worker, message};
use super::worker::serve;
use crate::error::{AerError, ErrorCode};
use crate::executor::gather::Gathered;
use crate::executor::pool::{
    CANCEL_GRACE_MS, Effect, Notice, Pool, START_LIMIT_MS, Ticket, WorkerId, worker_lost,
};
use crate::protocol::{FromWorker, PROTOCOL_VERSION, ToWorker, protocol_mismatch};
use crate::session::envelope;

thread_local! {
    static DEFAULT: JsValue = WorkerExecutor(Link::new(default_workers())).into();
}

/// The pool that every backend uses unless it is given another.
pub fn default_executor() -> JsValue {
    DEFAULT.with(JsValue::clone)
}

thread_local! {
    static OWN_SUBMIT: JsValue = get(&default_executor(), "submit");
}

/// Looks at the pool's `submit` before anybody can replace it.
pub fn remember_own_submit() {
    OWN_SUBMIT.with(|_| ());
}

/// Whether a function is the pool's `submit`, and nobody else's who would not know packed circuits.
pub fn is_own_submit(submit: &Function) -> bool {
    let submit: &JsValue = submit;
    OWN_SUBMIT.with(|own| own == submit)
}

/// One core is left for the page; more than four workers would cost memory before they pay.
fn default_workers() -> usize {
    let cores = get(&get(&js_sys::global(), "navigator"), "hardwareConcurrency").as_f64();
    (cores.unwrap_or(2.0) as usize).saturating_sub(1).clamp(1, 4)
}

/// A pool of workers. Each runs one job at a time; further jobs wait in order.
#[wasm_bindgen(skip_typescript)]
pub struct WorkerExecutor(Rc<Link>);

#[wasm_bindgen]
#[allow(missing_docs, reason = "documented where users see it: types.d.ts")]
impl WorkerExecutor {
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue) -> Result<WorkerExecutor, JsValue> {
        let given = if options.is_object() { get(&options, "max_workers") } else { JsValue::UNDEFINED };
        let max_workers = match given.as_f64() {
            _ if given.is_undefined() || given.is_null() => default_workers(),
            Some(n) if n >= 1.0 && n.fract() == 0.0 && n <= 1024.0 => n as usize,
            _ => {
                return Err(throw(
                    AerError::new(ErrorCode::InvalidOption, "Option \"max_workers\" has the wrong value.")
                        .found(describe(&given))
                        .expected("an integer from 1 to 1024"),
                ));
            }
        };
        Ok(Self(Link::new(max_workers)))
    }

    /// The most workers at a time.
    #[wasm_bindgen(getter)]
    pub fn max_workers(&self) -> usize {
        self.0.pool.borrow().max_workers()
    }

    /// Whether jobs run on the caller's own event loop, because no worker can be started here.
    #[wasm_bindgen(getter)]
    pub fn inline(&self) -> bool {
        self.0.pool.borrow().inline()
    }

    /// Jobs that have not ended.
    #[wasm_bindgen(getter)]
    pub fn pending(&self) -> usize {
        self.0.pool.borrow().pending()
    }

    /// The workers as their hosts know them, for tests that kill one.
    #[wasm_bindgen(getter, js_name = _workers)]
    pub fn workers(&self) -> Array {
        self.0.workers.borrow().values().filter_map(WorkerLink::raw).collect()
    }

    /// Takes a job; throws after a shutdown. Events go to `on_event`; what is returned has `cancel()`.
    pub fn submit(&self, request: JsValue, on_event: Function) -> Result<JsValue, JsValue> {
        let request = Request::new(&request);
        let submitted = self.0.pool.borrow_mut().submit();
        let Some((ticket, effects)) = submitted else {
            return Err(throw(
                AerError::new(
                    ErrorCode::ExecutorShutDown,
                    "The executor has been shut down and takes no more jobs.",
                )
                .hint("Make a new WorkerExecutor."),
            ));
        };
        let job = PoolJob {
            request,
            on_event,
            gathered: Gathered::default(),
            experiments: 0,
            started_ms: now_ms(),
            stopped: false,
            error: None,
        };
        self.0.jobs.borrow_mut().insert(ticket, job);
        self.0.carry_out(effects);
        let link = self.0.clone();
        let cancel = Closure::<dyn Fn()>::new(move || {
            let effects = link.pool.borrow_mut().cancel(ticket);
            link.carry_out(effects);
        });
        Ok(js_object([("cancel", cancel.into_js_value())]))
    }

    /// Takes no more jobs; resolves when the pending ones have ended and the workers are gone.
    pub fn shutdown(&self, options: JsValue) -> Promise {
        let flag = |key: &'static str, default: bool| {
            let given = if options.is_object() { get(&options, key) } else { JsValue::UNDEFINED };
            if given.is_undefined() { default } else { given.is_truthy() }
        };
        let (wait, cancel) = (flag("wait", true), flag("cancel_futures", false));
        let link = self.0.clone();
        let (gone, resolve) = deferred();
        link.shutdowns.borrow_mut().push(resolve);
        let effects = link.pool.borrow_mut().shut_down(cancel);
        link.carry_out(effects);
        future_to_promise(async move {
            if wait {
                JsFuture::from(gone).await?;
                let terminated = link.terminated.borrow().clone();
                JsFuture::from(terminated).await?;
            }
            Ok(JsValue::UNDEFINED)
        })
    }
}

/// Sends an event to a job's owner.
fn tell(on_event: &Function, kind: &'static str, fields: &[(&'static str, JsValue)]) {
    let event = Object::new();
    set(&event, "kind", interned(kind));
    for (key, value) in fields {
        set(&event, key, value);
    }
    call(on_event, &event);
}

struct PoolJob {
    request: Request,
    on_event: Function,
    /// What its workers have sent.
    gathered: Gathered<Received>,
    experiments: usize,
    started_ms: f64,
    /// Whether a worker has stopped it as asked.
    stopped: bool,
    /// Why a worker could not run it at all.
    error: Option<AerError>,
}

impl PoolJob {
    fn tell(&self, kind: &'static str, fields: &[(&'static str, JsValue)]) {
        tell(&self.on_event, kind, fields);
    }

    /// The end of a job that its worker did not end: what had succeeded is kept.
    fn tell_end_without_worker(mut self, error: Option<&AerError>) {
        let partial = self.partial_result(error);
        match error {
            None => self.tell("cancelled", &[("result", partial)]),
            Some(error) => self.tell("failed", &[("error", to_js(error)), ("result", partial)]),
        }
    }

    /// The end of a job that ran in several workers, with the result of the last.
    fn tell_end_of_parts(mut self, result: JsValue) {
        if self.stopped || !result.is_object() || !self.gathered.is_whole(self.experiments) {
            let error = self.error.take().filter(|_| !self.stopped);
            return self.tell_end_without_worker(error.as_ref());
        }
        let seconds = (now_ms() - self.started_ms) / 1000.0;
        match complete(&result, &mut self.gathered, seconds) {
            None => self.tell("done", &[("result", result)]),
            Some(error) => self.tell("failed", &[("error", to_js(&error)), ("result", result)]),
        }
    }

    fn partial_result(&mut self, error: Option<&AerError>) -> JsValue {
        let Some(request) = self.request.bare() else { return JsValue::UNDEFINED };
        let results = take_experiments(&mut self.gathered);
        let status = match error {
            _ if results.length() > 0 => "PARTIAL COMPLETED".to_owned(),
            Some(error) => format!("ERROR: {error}"),
            None => "CANCELLED".to_owned(),
        };
        let result = to_js(&envelope(&request, false, &status, None, None));
        set(result.unchecked_ref(), "results", results);
        result
    }
}

enum WorkerLink {
    Thread(WorkerHandle),
    Inline(Function),
}

impl WorkerLink {
    fn raw(&self) -> Option<JsValue> {
        match self {
            Self::Thread(handle) => Some(get(handle, "worker")),
            Self::Inline(_) => None,
        }
    }

    fn post(&self, message: &JsValue) -> Result<(), JsValue> {
        match self {
            Self::Thread(handle) => handle.post(message),
            Self::Inline(handler) => handler.call1(&JsValue::UNDEFINED, message).map(drop),
        }
    }

    fn stop(&self, job: Ticket) {
        if let Self::Thread(handle) = self {
            handle.stop(stop_number(job));
        }
    }

    fn hold(&self, busy: bool) {
        if let Self::Thread(handle) = self {
            handle.hold(busy);
        }
    }
}

/// The pool with its workers, jobs and timers.
struct Link {
    pool: RefCell<Pool>,
    workers: RefCell<BTreeMap<WorkerId, WorkerLink>>,
    jobs: RefCell<BTreeMap<Ticket, PoolJob>>,
    shutdowns: RefCell<Vec<Function>>,
    /// Resolves when every worker that was told to end is gone.
    terminated: RefCell<Promise>,
    effects: RefCell<VecDeque<Effect>>,
    busy: Cell<bool>,
    this: Weak<Link>,
}

impl Link {
    fn new(max_workers: usize) -> Rc<Self> {
        Rc::new_cyclic(|this| Self {
            pool: RefCell::new(Pool::new(max_workers)),
            workers: RefCell::default(),
            jobs: RefCell::default(),
            shutdowns: RefCell::default(),
            terminated: RefCell::new(Promise::resolve(&JsValue::UNDEFINED)),
            effects: RefCell::default(),
            busy: Cell::new(false),
            this: this.clone(),
        })
    }

    /// Carries out effects in order; those that come up meanwhile wait their turn.
    fn carry_out(&self, effects: Vec<Effect>) {
        self.effects.borrow_mut().extend(effects);
        if self.busy.replace(true) {
            return;
        }
        loop {
            let next = self.effects.borrow_mut().pop_front();
            let Some(effect) = next else { break };
            self.carry_out_one(effect);
        }
        self.busy.set(false);
    }

    fn carry_out_one(&self, effect: Effect) {
        match effect {
            Effect::Spawn { worker, inline } => self.spawn(worker, inline),
            Effect::Run { worker, job, part } => {
                let request = self.jobs.borrow_mut().get_mut(&job).map(|job| {
                    job.gathered.worker_begins(worker);
                    job.request.clone()
                });
                let threads = available_parallelism() / (self.pool.borrow().busy_workers() as u32).max(1);
                self.with_worker(worker, |link| link.hold(true));
                if let Some(request) = request {
                    self.post(worker, &request.run_message(job, part, threads));
                }
            }
            Effect::AskSplit { worker, job, into } => {
                self.post(worker, &message(&ToWorker::Split { job, into }));
            }
            Effect::AskCancel { worker, job } => {
                self.post(worker, &message(&ToWorker::Cancel { job }));
                self.with_worker(worker, |link| link.stop(job));
                self.after(CANCEL_GRACE_MS, move |link| link.pool.borrow_mut().grace_up(worker, job));
            }
            Effect::Terminate(worker) => {
                let link = self.workers.borrow_mut().remove(&worker);
                if let Some(WorkerLink::Thread(handle)) = link {
                    let (before, end) = (self.terminated.borrow().clone(), handle.terminate());
                    *self.terminated.borrow_mut() = future_to_promise(async move {
                        let _ = JsFuture::from(before).await;
                        let _ = JsFuture::from(Promise::resolve(&end)).await;
                        Ok(JsValue::UNDEFINED)
                    });
                }
            }
            Effect::Idle(worker) => self.with_worker(worker, |link| link.hold(false)),
            Effect::Notify(ticket, notice) => self.notify(ticket, notice),
            Effect::ShutDown => {
                for resolve in self.shutdowns.take() {
                    call(&resolve, &JsValue::UNDEFINED);
                }
            }
        }
    }

    fn with_worker(&self, worker: WorkerId, act: impl FnOnce(&WorkerLink)) {
        if let Some(link) = self.workers.borrow().get(&worker) {
            act(link);
        }
    }

    fn post(&self, worker: WorkerId, message: &JsValue) {
        let posted = self.workers.borrow().get(&worker).map(|link| link.post(message));
        if let Some(Err(thrown)) = posted {
            self.lose(worker, &worker_lost(&describe(&get(&thrown, "message"))));
        }
    }

    fn lose(&self, worker: WorkerId, error: &AerError) {
        self.jobs.borrow_mut().values_mut().for_each(|job| job.gathered.worker_ends(worker));
        let effects = self.pool.borrow_mut().lost(worker, error);
        self.carry_out(effects);
    }

    fn notify(&self, ticket: Ticket, notice: Notice) {
        match notice {
            Notice::Initializing => self.tell(ticket, "initializing"),
            Notice::Queued => self.tell(ticket, "queued"),
            Notice::Cancelled => {
                if let Some(job) = self.take_job(ticket) {
                    job.tell_end_without_worker(None);
                }
            }
            Notice::WorkerLost(error) => {
                if let Some(job) = self.take_job(ticket) {
                    job.tell_end_without_worker(Some(&error));
                }
            }
        }
    }

    fn take_job(&self, ticket: Ticket) -> Option<PoolJob> {
        self.jobs.borrow_mut().remove(&ticket)
    }

    fn tell(&self, ticket: Ticket, kind: &'static str) {
        self.tell_with(ticket, kind, &[]);
    }

    fn tell_with(&self, ticket: Ticket, kind: &'static str, fields: &[(&'static str, JsValue)]) {
        // The owner may call back: nothing is borrowed meanwhile.
        let on_event = self.jobs.borrow().get(&ticket).map(|job| job.on_event.clone());
        if let Some(on_event) = on_event {
            tell(&on_event, kind, fields);
        }
    }

    fn after(&self, milliseconds: f64, then: impl FnOnce(&Rc<Self>) -> Vec<Effect> + 'static) {
        let this = self.this.clone();
        let timer = Rc::new(RefCell::new(None));
        let own = timer.clone();
        *timer.borrow_mut() = Some(Timer::new(milliseconds / 1000.0, false, move || {
            if let Some(link) = this.upgrade() {
                let effects = then(&link);
                link.carry_out(effects);
            }
            // The timer keeps itself until it has fired, and may not be dropped from within.
            spawn_local(async move { drop(own) });
        }));
    }

    fn spawn(&self, worker: WorkerId, inline: bool) {
        let this = self.this.clone();
        let on_message = Closure::<dyn Fn(JsValue)>::new(move |message: JsValue| {
            if let Some(link) = this.upgrade() {
                link.take_messages(worker, &message);
            }
        });
        if inline {
            warn(
                "aer-wasm: no worker can be started here; jobs run on this page's own event loop, in slices.",
            );
            let on_message: Function = on_message.into_js_value().unchecked_into();
            // As from a worker, messages come later and never from within a call.
            let post = Closure::<dyn Fn(JsValue)>::new(move |message: JsValue| {
                let on_message = on_message.clone();
                next_task(Closure::once_into_js(move || call(&on_message, &message)).unchecked_ref());
            });
            let handler = serve(post.into_js_value().unchecked_into());
            self.workers.borrow_mut().insert(worker, WorkerLink::Inline(handler));
            return;
        }
        let this = self.this.clone();
        let on_lost = Closure::<dyn Fn(String)>::new(move |reason: String| {
            if let Some(link) = this.upgrade() {
                link.lose(worker, &worker_lost(&reason));
            }
        });
        let on_message = on_message.into_js_value();
        match spawn_worker(on_message.unchecked_ref(), on_lost.into_js_value().unchecked_ref()) {
            Ok(handle) => {
                self.workers.borrow_mut().insert(worker, WorkerLink::Thread(handle));
                self.after(START_LIMIT_MS, move |link| link.pool.borrow_mut().start_limit_up(worker));
            }
            Err(thrown) => {
                self.lose(worker, &worker_lost(&describe(&get(&thrown, "message"))));
            }
        }
    }

    /// Takes what a worker sent: a message, or a list of them.
    fn take_messages(&self, worker: WorkerId, sent: &JsValue) {
        match sent.dyn_ref::<Array>() {
            Some(messages) => messages.iter().for_each(|message| self.take_message(worker, &message)),
            None => self.take_message(worker, sent),
        }
    }

    fn take_message(&self, worker: WorkerId, message: &JsValue) {
        let Some((parsed, result)) = from_worker(message) else {
            return self.lose(worker, &protocol_mismatch("a message that cannot be read"));
        };
        let runs = |job: Ticket| self.pool.borrow().runs(worker, job);
        match parsed {
            FromWorker::Ready { protocol } if protocol == PROTOCOL_VERSION => {
                let effects = self.pool.borrow_mut().ready(worker);
                self.carry_out(effects);
            }
            FromWorker::Ready { protocol } => {
                self.lose(worker, &protocol_mismatch(&format!("protocol {protocol}")));
            }
            FromWorker::Validating { job } if runs(job) => {
                self.pool.borrow_mut().taken_up(worker, job);
                self.tell(job, "validating");
            }
            FromWorker::Running { job } if runs(job) => self.tell(job, "running"),
            FromWorker::Progress { job, progress } if runs(job) => {
                let progress = self.jobs.borrow_mut().get_mut(&job).map(|job| {
                    job.experiments = progress.experiments;
                    to_js(&job.gathered.progress(worker, progress))
                });
                self.tell_with(job, "progress", &[("progress", progress.unwrap_or_default())]);
            }
            FromWorker::Offer { job, left_ms, at_most } if runs(job) => {
                let effects = self.pool.borrow_mut().offer(worker, job, left_ms, at_most);
                self.carry_out(effects);
            }
            FromWorker::Split { job, part } if runs(job) => {
                let effects = self.pool.borrow_mut().split(worker, job, part);
                self.carry_out(effects);
            }
            FromWorker::Experiment { job, index, shots, error } if runs(job) => {
                if let Some(job) = self.jobs.borrow_mut().get_mut(&job) {
                    let received = Received { result, ended_ms: now_ms() };
                    job.gathered.add(worker, index, shots, error, received);
                }
            }
            FromWorker::Done { job, memory_bytes } if runs(job) => {
                self.finish(worker, job, memory_bytes, "done", result, None);
            }
            FromWorker::Failed { job, memory_bytes, error } if runs(job) => {
                self.finish(worker, job, memory_bytes, "failed", result, Some(error));
            }
            FromWorker::Cancelled { job, memory_bytes } if runs(job) => {
                self.finish(worker, job, memory_bytes, "cancelled", result, None);
            }
            // About a job that has ended: dropped.
            _ => {}
        }
    }

    /// The worker ended its job, or its part of one: the owner of a job that has ended gets the whole result, the
    /// worker its next job.
    fn finish(
        &self,
        worker: WorkerId,
        ticket: Ticket,
        memory_bytes: f64,
        kind: &'static str,
        result: JsValue,
        error: Option<AerError>,
    ) {
        if let Some(job) = self.jobs.borrow_mut().get_mut(&ticket)
            && error.is_some()
        {
            job.error = error;
        }
        let effects = self.pool.borrow_mut().finished(worker, ticket, memory_bytes);
        let over = !self.pool.borrow().is_open(ticket);
        let job = if over { self.take_job(ticket) } else { None };
        if let Some(mut job) = job {
            if job.gathered.divided() {
                job.stopped |= kind == "cancelled";
                job.tell_end_of_parts(result);
            } else if result.is_object() {
                set(result.unchecked_ref(), "results", take_experiments(&mut job.gathered));
                let error = job.error.as_ref().map_or(JsValue::UNDEFINED, to_js);
                job.tell(kind, &[("result", result), ("error", error)]);
            } else {
                job.tell_end_without_worker(None);
            }
        } else if let Some(job) = self.jobs.borrow_mut().get_mut(&ticket) {
            job.gathered.worker_ends(worker);
            job.stopped |= kind == "cancelled";
        }
        self.carry_out(effects);
    }
}
