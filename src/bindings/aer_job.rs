//! `AerJob`: the job machine with promises, timers and an executor around it.
//!
//! The exported class holds an `Rc` of [`Job`]; everything asynchronous holds another, so a job that is running
//! outlives the object the user dropped. No borrow is held while JavaScript runs. `done`, `running`,
//! `cancelled`, `in_final_state` and `wait_for_final_state` are inherited from `BaseJob` (JavaScript), which
//! gives the callback the very same object.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Function, Promise};
use serde_json::{Map, Value};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};

use super::convert::{
    as_object, describe, get, get_method, given, js_object, options_from_js, wrong_argument,
};
use super::host::{awaited, call, deferred, is_dict, make_result, now_ms};
use super::js_error::{from_thrown, job_error, throw};
use super::timer::Timer;
use super::wire::{request_to_js, request_to_pool};
use super::worker_executor::is_own_submit;
use super::{circuits, wait, worker_executor};
use crate::error::{AerError, ErrorCode};
use crate::job::{CANCEL_GRACE_S, Effect, JobEvent, JobMachine, JobStatus, Outcome};
use crate::protocol::{PROGRESS_INTERVAL_MS, RunRequest, Source};

/// A job: circuits on their way through an executor. Made by `backend.run`, or by hand and then submitted.
#[wasm_bindgen(skip_typescript)]
#[derive(Debug)]
pub struct AerJob(Rc<Job>);

/// The class itself, so that it can be put under `BaseJob`.
pub fn class() -> JsValue {
    let job = Job::new(JsValue::NULL, String::new(), Array::new(), Options::default());
    super::class_of(&AerJob(Rc::new(job)).into())
}

/// What `AerSimulator.run` calls: `ended` is called once, when the job has ended.
pub fn make_job(
    backend: JsValue,
    job_id: String,
    circuits: JsValue,
    run_options: JsValue,
    ended: Function,
) -> Result<JsValue, JsValue> {
    let options = Options::read(&backend, &run_options).map_err(throw)?;
    let job = Job::new(backend, job_id, circuits::as_list(&circuits), options);
    job.sources().map_err(throw)?;
    let job = Rc::new(Job { ended: Some(ended), ..job });
    Ok(AerJob(job).into())
}

#[wasm_bindgen]
#[allow(missing_docs, reason = "documented where users see it: types.d.ts")]
impl AerJob {
    #[wasm_bindgen(constructor, variadic)]
    pub fn new(
        backend: JsValue,
        job_id: JsValue,
        function: JsValue,
        qobj: JsValue,
        args: Array,
    ) -> Result<AerJob, JsValue> {
        let wrong = |name, found, expected| throw(wrong_argument(name, found, expected));
        let id = job_id.as_string().ok_or_else(|| wrong("job_id", &job_id, "a string"))?;
        if !(function.is_function() || function.is_null() || function.is_undefined()) {
            return Err(wrong("fn", &function, "a function, or null for the backend's own engine"));
        }
        let options = Options::read(&backend, &JsValue::UNDEFINED).map_err(throw)?;
        let job = Job::new(backend, id, circuits::as_list(&qobj), options);
        Ok(Self(Rc::new(Job { function: function.dyn_into().ok(), args, ..job })))
    }

    /// The default pool of workers.
    #[wasm_bindgen(getter, js_name = _executor)]
    pub fn default_executor() -> JsValue {
        worker_executor::default_executor()
    }

    pub fn submit(&self) -> Promise {
        self.answer(async |job| {
            if job.machine.borrow().submitted() {
                return Err(job.error(ErrorCode::JobAlreadySubmitted, "Aer job has already been submitted."));
            }
            job.watch_signal();
            Job::on(&job, JobEvent::Submit);
            match job.refused.borrow_mut().take() {
                Some(refusal) => Err(refusal),
                None => Ok(JsValue::UNDEFINED),
            }
        })
    }

    pub fn status(&self) -> Promise {
        self.answer_submitted(async |job| Ok(job.machine.borrow().status().name().into()))
    }

    pub fn job_id(&self) -> Promise {
        Promise::resolve(&JsValue::from(self.0.id.as_str()))
    }

    pub fn backend(&self) -> Promise {
        Promise::resolve(&self.0.backend)
    }

    pub fn circuits(&self) -> Promise {
        Promise::resolve(&JsValue::from(self.0.circuits.slice(0, self.0.circuits.length())))
    }

    pub fn executor(&self) -> Promise {
        Promise::resolve(&self.0.options.executor)
    }

    pub fn qobj(&self) -> Promise {
        self.answer(async |job| job.qobj().map_err(|error| job_error(&error, &job.id, None, None)))
    }

    pub fn result(&self, timeout: JsValue) -> Promise {
        self.answer_submitted(async move |job| {
            let timeout_s = super::convert::seconds(&timeout, "timeout").map_err(throw)?;
            if !job.settled_within(timeout_s).await {
                return Err(job_error(&wait::timeout_error(&job.id), &job.id, None, None));
            }
            job.outcome()
        })
    }

    pub fn cancel(&self) -> Promise {
        self.answer_submitted(async |job| {
            Job::on(&job, JobEvent::Cancel);
            job.settled_within(None).await;
            Ok((job.machine.borrow().status() == JobStatus::Cancelled).into())
        })
    }

    pub fn error_message(&self) -> Promise {
        self.answer_submitted(async |job| {
            Ok(match job.machine.borrow().outcome() {
                Some(Outcome::Failed(error, _)) => error.to_string().into(),
                _ => JsValue::NULL,
            })
        })
    }

    pub fn progress(&self) -> Promise {
        self.answer_submitted(async |job| Ok(job.progress()))
    }
}

impl AerJob {
    fn answer(&self, what: impl AsyncFnOnce(Rc<Job>) -> Result<JsValue, JsValue> + 'static) -> Promise {
        future_to_promise(what(self.0.clone()))
    }

    fn answer_submitted(
        &self,
        what: impl AsyncFnOnce(Rc<Job>) -> Result<JsValue, JsValue> + 'static,
    ) -> Promise {
        self.answer(async |job: Rc<Job>| {
            if !job.machine.borrow().submitted() {
                let text = "Job not submitted yet!. You have to .submit() first!";
                return Err(job.error(ErrorCode::JobNotSubmitted, text));
            }
            what(job).await
        })
    }
}

/// What a job takes from its backend and from `run`.
#[derive(Debug, Default)]
struct Options {
    backend_name: String,
    backend_options: Map<String, Value>,
    run_options: Map<String, Value>,
    executor: JsValue,
    /// Whether that is a pool of the package: only it knows packed circuits, and requests as they travel.
    to_pool: bool,
    max_runtime_s: Option<f64>,
    on_progress: Option<Function>,
    signal: Option<web_sys::AbortSignal>,
    parameter_binds: Option<JsValue>,
}

#[wasm_bindgen]
extern "C" {
    /// The options that stay on this page.
    type HostOptions;
    #[wasm_bindgen(method, getter, structural)]
    fn executor(this: &HostOptions) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn on_progress(this: &HostOptions) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn signal(this: &HostOptions) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn parameter_binds(this: &HostOptions) -> JsValue;

    /// What an executor tells of a job.
    type ExecutorEvent;
    #[wasm_bindgen(method, getter, structural)]
    fn kind(this: &ExecutorEvent) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn result(this: &ExecutorEvent) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn error(this: &ExecutorEvent) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn progress(this: &ExecutorEvent) -> JsValue;
}

impl Options {
    /// `backend` may be any object; an `AerSimulator` brings options.
    fn read(backend: &JsValue, run_given: &JsValue) -> Result<Self, AerError> {
        let context = match get_method(backend, "_context") {
            Some(method) => method.call0(backend).unwrap_or(JsValue::UNDEFINED),
            None => JsValue::UNDEFINED,
        };
        let kept = get(&context, "kept");
        let backend_options = options_from_js(&get(&context, "sent"))?;
        let run_options = options_from_js(run_given)?;
        let host = |read: fn(&HostOptions) -> JsValue| {
            [run_given, &kept].into_iter().find_map(|from| given(read(as_object(from)?)))
        };
        let max_runtime_s = run_options.get("max_runtime_s").or_else(|| backend_options.get("max_runtime_s"));
        let executor = host(HostOptions::executor).unwrap_or_else(worker_executor::default_executor);
        Ok(Self {
            to_pool: get_method(&executor, "submit").is_some_and(|submit| is_own_submit(&submit)),
            executor,
            backend_name: get(&context, "name").as_string().unwrap_or_else(|| "aer_simulator".into()),
            max_runtime_s: max_runtime_s.and_then(Value::as_f64),
            on_progress: host(HostOptions::on_progress).and_then(|value| value.dyn_into().ok()),
            signal: host(HostOptions::signal).map(JsCast::unchecked_into),
            parameter_binds: host(HostOptions::parameter_binds),
            backend_options,
            run_options,
        })
    }
}

/// The last that was heard of a job's progress.
#[derive(Clone, Copy, Debug)]
struct LastProgress {
    started_ms: f64,
    ended_ms: Option<f64>,
    shown_ms: f64,
}

#[derive(Debug)]
struct Job {
    backend: JsValue,
    id: String,
    function: Option<Function>,
    args: Array,
    circuits: Array,
    options: Options,
    sources: OnceCell<Result<Vec<Source>, AerError>>,
    machine: RefCell<JobMachine<JsValue>>,
    settled: Promise,
    settle: Function,
    handle: RefCell<JsValue>,
    timers: RefCell<Vec<Timer>>,
    cause: RefCell<Option<JsValue>>,
    refused: RefCell<Option<JsValue>>,
    progress: RefCell<JsValue>,
    last_progress: Cell<Option<LastProgress>>,
    on_abort: RefCell<Option<Closure<dyn Fn()>>>,
    ended: Option<Function>,
}

impl std::fmt::Debug for Timer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Timer")
    }
}

impl Job {
    fn new(backend: JsValue, id: String, circuits: Array, options: Options) -> Self {
        let (settled, settle) = deferred();
        Self {
            backend,
            id,
            function: None,
            args: Array::new(),
            circuits,
            options,
            sources: OnceCell::new(),
            machine: RefCell::default(),
            settled,
            settle,
            handle: RefCell::new(JsValue::UNDEFINED),
            timers: RefCell::default(),
            cause: RefCell::default(),
            refused: RefCell::default(),
            progress: RefCell::new(JsValue::UNDEFINED),
            last_progress: Cell::new(None),
            on_abort: RefCell::default(),
            ended: None,
        }
    }

    fn error(&self, code: ErrorCode, message: &str) -> JsValue {
        job_error(&AerError::new(code, message), &self.id, None, None)
    }

    /// The circuits as they travel, made once.
    fn sources(&self) -> Result<&[Source], AerError> {
        let make =
            || circuits::sources(&self.circuits, self.options.parameter_binds.as_ref(), self.options.to_pool);
        self.sources.get_or_init(make).as_deref().map_err(Clone::clone)
    }

    fn qobj(&self) -> Result<JsValue, AerError> {
        let mut config = self.options.backend_options.clone();
        config.extend(self.options.run_options.clone());
        circuits::whole_qobj(&self.circuits, self.sources()?, &config, &self.id)
    }

    /// Feeds the machine and does what it says.
    fn on(job: &Rc<Self>, event: JobEvent<JsValue>) {
        let effects = job.machine.borrow_mut().on(event);
        for effect in effects {
            match effect {
                Effect::Start => Self::start(job),
                Effect::AskCancel => job.ask_cancel(),
                Effect::ArmGrace if job.function.is_some() => Self::on(job, JobEvent::GraceUp),
                Effect::ArmGrace => Self::arm(job, CANCEL_GRACE_S, JobEvent::GraceUp),
                Effect::ArmRuntime => {
                    let started_ms = now_ms();
                    job.last_progress.set(Some(LastProgress { started_ms, ended_ms: None, shown_ms: 0.0 }));
                    if let Some(seconds) = job.options.max_runtime_s {
                        Self::arm(job, seconds, JobEvent::RuntimeUp);
                    }
                }
                Effect::Settle => job.settle_all(),
            }
        }
    }

    /// A deadline keeps a Node process alive: whoever awaits the job is to learn of its end.
    fn arm(job: &Rc<Self>, seconds: f64, event: JobEvent<JsValue>) {
        let weak = Rc::downgrade(job);
        let timer = Timer::new(seconds, true, move || {
            if let Some(job) = weak.upgrade() {
                Self::on(&job, event);
            }
        });
        job.timers.borrow_mut().push(timer);
    }

    fn settle_all(&self) {
        // Timers may not be dropped from within their own callback: a later task does it.
        let timers = std::mem::take(&mut *self.timers.borrow_mut());
        spawn_local(async move { drop(timers) });
        if let Some(last) = self.last_progress.get() {
            self.last_progress.set(Some(LastProgress { ended_ms: Some(now_ms()), ..last }));
        }
        if let (Some(signal), Some(on_abort)) = (&self.options.signal, self.on_abort.borrow_mut().take()) {
            let _ = signal.remove_event_listener_with_callback("abort", on_abort.as_ref().unchecked_ref());
            spawn_local(async move { drop(on_abort) });
        }
        call(&self.settle, &JsValue::UNDEFINED);
        if let Some(ended) = &self.ended {
            call(ended, &JsValue::UNDEFINED);
        }
    }

    /// Waits for the end, but no longer than this; whether the job has ended.
    async fn settled_within(&self, timeout_s: Option<f64>) -> bool {
        let ended = || self.machine.borrow().outcome().is_some();
        match timeout_s {
            _ if ended() => true,
            Some(seconds) if seconds <= 0.0 => false,
            None => {
                let _ = JsFuture::from(self.settled.clone()).await;
                true
            }
            Some(seconds) => {
                let (timed_out, resolve) = deferred();
                let timer = Timer::new(seconds, true, move || call(&resolve, &JsValue::UNDEFINED));
                let _ = JsFuture::from(Promise::race(&Array::of2(&self.settled, &timed_out))).await;
                drop(timer);
                ended()
            }
        }
    }

    /// The result of a job that has ended, or its error.
    fn outcome(&self) -> Result<JsValue, JsValue> {
        let machine = self.machine.borrow();
        match machine.outcome() {
            Some(Outcome::Done(result)) => Ok(result.clone()),
            Some(Outcome::Failed(error, result)) => {
                Err(job_error(error, &self.id, self.cause.borrow().as_ref(), result.as_ref()))
            }
            Some(Outcome::Cancelled(result)) => {
                let error = AerError::new(ErrorCode::JobCancelled, format!("Job {} was cancelled.", self.id));
                Err(job_error(&error, &self.id, None, result.as_ref()))
            }
            None => Err(self.error(ErrorCode::Internal, "The job has not ended.")),
        }
    }

    fn watch_signal(self: &Rc<Self>) {
        let Some(signal) = &self.options.signal else { return };
        let weak = Rc::downgrade(self);
        let on_abort = Closure::<dyn Fn()>::new(move || {
            if let Some(job) = weak.upgrade() {
                Self::on(&job, JobEvent::Cancel);
            }
        });
        let _ = signal.add_event_listener_with_callback("abort", on_abort.as_ref().unchecked_ref());
        *self.on_abort.borrow_mut() = Some(on_abort);
    }

    fn start(job: &Rc<Self>) {
        if job.options.signal.as_ref().is_some_and(web_sys::AbortSignal::aborted) {
            return Self::on(job, JobEvent::Ended(Outcome::Cancelled(None)));
        }
        if let Some(function) = &job.function {
            return Self::start_function(job, function);
        }
        if let Err(error) = Self::start_on_executor(job) {
            Self::on(job, JobEvent::Ended(Outcome::Failed(error, None)));
        }
    }

    /// Runs the user's own function on this event loop: `fn(qobj, job_id, ...args)`.
    fn start_function(job: &Rc<Self>, function: &Function) {
        let (job, function) = (job.clone(), function.clone());
        spawn_local(async move {
            // It may have been cancelled meanwhile.
            if job.machine.borrow().outcome().is_some() {
                return;
            }
            Self::on(&job, JobEvent::Status(JobStatus::Running));
            let outcome = match job.qobj() {
                Err(error) => Outcome::Failed(error, None),
                Ok(qobj) => {
                    let arguments = Array::of2(&qobj, &job.id.as_str().into()).concat(&job.args);
                    match awaited(function.apply(&JsValue::UNDEFINED, &arguments)).await {
                        Ok(value) => Self::result_outcome(&value),
                        Err(thrown) => Outcome::Failed(job.blame(&thrown, ErrorCode::FunctionFailed), None),
                    }
                }
            };
            Self::on(&job, JobEvent::Ended(outcome));
        });
    }

    /// What a dict or Result says: failed experiments mean a failed job.
    fn result_outcome(value: &JsValue) -> Outcome<JsValue> {
        let invalid = |found: &JsValue| {
            let error = AerError::new(ErrorCode::InvalidResult, "This is not a Result.")
                .found(describe(found))
                .expected("a Result, or its dict with an array \"results\"");
            Outcome::Failed(error, None)
        };
        if !is_dict(value) {
            return invalid(value);
        }
        match make_result(value) {
            Err(thrown) => invalid(&thrown),
            Ok(result) if get(&result, "success") == JsValue::FALSE => {
                let status = get(&result, "status").as_string().unwrap_or_default();
                let text = status.strip_prefix("ERROR:").unwrap_or(&status).trim().to_owned();
                Outcome::Failed(AerError::new(ErrorCode::SimulationFailed, text), Some(result))
            }
            Ok(result) => Outcome::Done(result),
        }
    }

    /// Hands the job to its executor through the documented interface, whoever made it.
    fn start_on_executor(job: &Rc<Self>) -> Result<(), AerError> {
        let Some(submit) = get_method(&job.options.executor, "submit") else {
            return Err(AerError::new(ErrorCode::ExecutorFailed, "The executor has no method submit."));
        };
        let request = RunRequest {
            job_id: job.id.clone(),
            backend_name: job.options.backend_name.clone(),
            circuits: job.sources()?.to_vec(),
            backend_options: job.options.backend_options.clone(),
            run_options: job.options.run_options.clone(),
            fallback_seed: (js_sys::Math::random() * f64::from(u32::MAX)) as u32,
        };
        let on_event = {
            let job = job.clone();
            Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| Self::on_executor_event(&job, &event))
        };
        let write = if job.options.to_pool { request_to_pool } else { request_to_js };
        let handle = submit.call2(&job.options.executor, &write(&request), &on_event.into_js_value());
        match handle {
            Ok(handle) => {
                *job.handle.borrow_mut() = handle.clone();
                Self::watch_handle(job, handle);
                Ok(())
            }
            Err(thrown) => {
                let error = job.blame(&thrown, ErrorCode::ExecutorFailed);
                *job.refused.borrow_mut() = Some(job_error(&error, &job.id, Some(&thrown), None));
                Err(error)
            }
        }
    }

    /// An asynchronous `submit` that fails, fails the job.
    fn watch_handle(job: &Rc<Self>, handle: JsValue) {
        if get_method(&handle, "then").is_none() {
            return;
        }
        let (job, promise) = (job.clone(), Promise::resolve(&handle));
        spawn_local(async move {
            match JsFuture::from(promise).await {
                Ok(handle) => {
                    *job.handle.borrow_mut() = handle;
                    // A cancel that came too early for the executor is passed on now.
                    if job.machine.borrow().stopping() {
                        job.ask_cancel();
                    }
                }
                Err(thrown) => {
                    let error = job.blame(&thrown, ErrorCode::ExecutorFailed);
                    Self::on(&job, JobEvent::Ended(Outcome::Failed(error, None)));
                }
            }
        });
    }

    /// The error of what somebody else's code threw, which is kept as its cause.
    fn blame(&self, thrown: &JsValue, code: ErrorCode) -> AerError {
        *self.cause.borrow_mut() = Some(thrown.clone());
        from_thrown(thrown, code)
    }

    fn on_executor_event(job: &Rc<Self>, event: &JsValue) {
        let event = as_object(event);
        let field = |read: fn(&ExecutorEvent) -> JsValue| event.map_or(JsValue::UNDEFINED, read);
        let kind = field(ExecutorEvent::kind).as_string().unwrap_or_default();
        let result = || {
            let result = field(ExecutorEvent::result);
            if is_dict(&result) { make_result(&result).ok() } else { None }
        };
        let event = match kind.as_str() {
            "initializing" => JobEvent::Status(JobStatus::Initializing),
            "queued" => JobEvent::Status(JobStatus::Queued),
            "validating" => JobEvent::Status(JobStatus::Validating),
            "running" => JobEvent::Status(JobStatus::Running),
            "progress" => return job.take_progress(&field(ExecutorEvent::progress)),
            "done" => JobEvent::Ended(Self::result_outcome(&field(ExecutorEvent::result))),
            "cancelled" => JobEvent::Ended(Outcome::Cancelled(result())),
            "failed" => {
                let error = field(ExecutorEvent::error);
                if error.is_instance_of::<js_sys::Error>() {
                    *job.cause.borrow_mut() = Some(error.clone());
                }
                JobEvent::Ended(Outcome::Failed(from_thrown(&error, ErrorCode::ExecutorFailed), result()))
            }
            _ => {
                let error = AerError::new(ErrorCode::ExecutorFailed, "The executor sent an unknown event.")
                    .found(format!("kind \"{kind}\""));
                JobEvent::Ended(Outcome::Failed(error, None))
            }
        };
        Self::on(job, event);
    }

    fn ask_cancel(&self) {
        let handle = self.handle.borrow().clone();
        let Some(cancel) = get_method(&handle, "cancel") else { return };
        spawn_local(async move {
            if let Err(thrown) = awaited(cancel.call0(&handle)).await {
                let reason = from_thrown(&thrown, ErrorCode::ExecutorFailed);
                super::host::warn(&format!("aer-wasm: the executor's cancel threw: {reason}"));
            }
        });
    }

    fn take_progress(self: &Rc<Self>, progress: &JsValue) {
        if self.machine.borrow().outcome().is_some() {
            return;
        }
        *self.progress.borrow_mut() = progress.clone();
        let (Some(on_progress), Some(last)) = (&self.options.on_progress, self.last_progress.get()) else {
            return;
        };
        if now_ms() - last.shown_ms >= PROGRESS_INTERVAL_MS {
            self.last_progress.set(Some(LastProgress { shown_ms: now_ms(), ..last }));
            call(on_progress, &self.progress());
        }
    }

    /// `{experiment, experiments, completed, total, unit, fraction, elapsed_s}`.
    fn progress(&self) -> JsValue {
        let heard = self.progress.borrow();
        let number = |key: &'static str| get(&heard, key).as_f64();
        let experiments = number("experiments").unwrap_or_else(|| f64::from(self.circuits.length()));
        let experiment = number("experiment").unwrap_or(0.0);
        let (completed, total) = (number("completed").unwrap_or(0.0), number("total").unwrap_or(0.0));
        let done = self.machine.borrow().status() == JobStatus::Done;
        let share = if total > 0.0 { (completed / total).clamp(0.0, 1.0) } else { 0.0 };
        let fraction = if done { 1.0 } else { (experiment + share) / experiments.max(1.0) };
        let elapsed_ms = self
            .last_progress
            .get()
            .map_or(0.0, |last| last.ended_ms.unwrap_or_else(now_ms) - last.started_ms);
        let unit = get(&heard, "unit");
        js_object([
            ("experiment", experiment.into()),
            ("experiments", experiments.into()),
            ("completed", if done { total } else { completed }.into()),
            ("total", total.into()),
            ("unit", if unit.is_undefined() { "operations".into() } else { unit }),
            ("fraction", fraction.into()),
            ("elapsed_s", (elapsed_ms / 1000.0).into()),
        ])
    }
}
