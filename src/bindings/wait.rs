//! `wait_for_final_state` for every job, ours or a user's: the loop over [`WaitPolicy`].

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::convert::{get, given, seconds, wrong_argument};
use super::host::{awaited, call, deferred, now_ms};
use super::js_error::{job_error, throw};
use super::timer::Timer;
use crate::error::{AerError, ErrorCode};
use crate::job::JobStatus;
use crate::job::wait::WaitPolicy;

/// Seconds between two polls, if the caller does not say.
const DEFAULT_WAIT_S: f64 = 5.0;

struct Arguments {
    policy: WaitPolicy,
    callback: Option<Function>,
    signal: Option<web_sys::AbortSignal>,
}

/// Polls `job.status()` until it is final. `timeout` may be an object `{timeout, wait, callback, signal}`.
pub fn wait_for_final_state(job: JsValue, timeout: JsValue, wait: JsValue, callback: JsValue) -> Promise {
    future_to_promise(async move {
        let arguments = read(&timeout, &wait, &callback).map_err(throw)?;
        let wait = poll(&job, &arguments);
        match &arguments.signal {
            Some(signal) => unless_aborted(wait, signal).await,
            None => wait.await,
        }
        .map(|()| JsValue::UNDEFINED)
    })
}

fn read(timeout: &JsValue, wait: &JsValue, callback: &JsValue) -> Result<Arguments, AerError> {
    if timeout.is_object() && !timeout.is_function() {
        let signal = given(get(timeout, "signal")).map(JsCast::unchecked_into);
        let own = read(&get(timeout, "timeout"), &get(timeout, "wait"), &get(timeout, "callback"))?;
        return Ok(Arguments { signal, ..own });
    }
    let callback = given(callback.clone())
        .map(JsCast::dyn_into::<Function>)
        .transpose()
        .map_err(|other| wrong_argument("callback", &other, "a function, or null"))?;
    let policy = WaitPolicy {
        timeout_s: seconds(timeout, "timeout")?,
        wait_s: seconds(wait, "wait")?.unwrap_or(DEFAULT_WAIT_S),
    };
    Ok(Arguments { policy, callback, signal: None })
}

/// Calls a method of a job that may be anybody's, and waits for what it gives.
async fn ask(job: &JsValue, method: &'static str) -> Result<JsValue, JsValue> {
    let function: Function = get(job, method).dyn_into()?;
    awaited(function.call0(job)).await
}

async fn poll(job: &JsValue, arguments: &Arguments) -> Result<(), JsValue> {
    let Arguments { policy, callback, .. } = arguments;
    let start = now_ms();
    let elapsed_s = || (now_ms() - start) / 1000.0;
    loop {
        let status = ask(job, "status").await?;
        let name = status.as_string().unwrap_or_default();
        if JobStatus::ALL.iter().any(|known| known.is_final() && known.name() == name) {
            return Ok(());
        }
        if policy.timed_out(elapsed_s()) {
            let id = ask(job, "job_id").await?.as_string().unwrap_or_default();
            return Err(job_error(&timeout_error(&id), &id, None, None));
        }
        if let Some(callback) = callback {
            let id = ask(job, "job_id").await?;
            awaited(callback.call3(&JsValue::UNDEFINED, &id, &status, job)).await?;
        }
        Timer::sleep(policy.sleep_s(elapsed_s())).await;
    }
}

/// Waits, until an abort ends the wait wherever it is: asleep, or in a status or a callback that hangs.
async fn unless_aborted(
    wait: impl Future<Output = Result<(), JsValue>>,
    signal: &web_sys::AbortSignal,
) -> Result<(), JsValue> {
    let (aborted, resolve) = deferred();
    let on_abort = Closure::<dyn Fn()>::new(move || call(&resolve, &JsValue::UNDEFINED));
    let listener: &Function = on_abort.as_ref().unchecked_ref();
    let _ = signal.add_event_listener_with_callback("abort", listener);
    let mut aborted = JsFuture::from(aborted);
    let mut wait = pin!(wait);
    let outcome = poll_fn(|context| {
        if signal.aborted() || Pin::new(&mut aborted).poll(context).is_ready() {
            return Poll::Ready(Err(signal.reason()));
        }
        wait.as_mut().poll(context)
    })
    .await;
    let _ = signal.remove_event_listener_with_callback("abort", listener);
    outcome
}

/// The error of a wait that ended before the job.
pub fn timeout_error(job_id: &str) -> AerError {
    AerError::new(ErrorCode::JobTimeout, format!("Timeout while waiting for job {job_id}."))
}
