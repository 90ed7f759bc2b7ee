//! From [`AerError`] to JavaScript's error classes and back.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

use super::convert::{from_js, set, to_js};
use crate::error::{AerError, ErrorCode};

#[wasm_bindgen(module = "/src/js/index.js")]
extern "C" {
    #[wasm_bindgen(reexport, skip_typescript, js_name = AerError)]
    fn aer_error();
    #[wasm_bindgen(reexport, skip_typescript, js_name = JobError)]
    fn job_error_class();
    #[wasm_bindgen(reexport, skip_typescript, js_name = JobTimeoutError)]
    fn job_timeout_error();
    #[wasm_bindgen(reexport, skip_typescript, js_name = JobCancelledError)]
    fn job_cancelled_error();
    fn make_error(class: &str, message: &str, details: &JsValue) -> JsValue;
}

/// The class of an error: jobs have their own.
fn class_of(code: ErrorCode, of_job: bool) -> &'static str {
    match code {
        ErrorCode::JobTimeout => "JobTimeoutError",
        ErrorCode::JobCancelled => "JobCancelledError",
        _ if of_job => "JobError",
        _ => "AerError",
    }
}

/// An `AerError` to throw at the caller of a function.
pub fn throw(error: AerError) -> JsValue {
    make_error(class_of(error.code, false), &error.to_string(), &to_js(&error_details(&error)))
}

/// An error of a job, with its id, what caused it and what did succeed.
pub fn job_error(
    error: &AerError,
    job_id: &str,
    cause: Option<&JsValue>,
    result: Option<&JsValue>,
) -> JsValue {
    let details = to_js(&error_details(error));
    let details: Object = details.unchecked_into();
    set(&details, "job_id", job_id);
    if let Some(cause) = cause {
        set(&details, "cause", cause);
    }
    if let Some(result) = result {
        set(&details, "result", result);
    }
    make_error(class_of(error.code, true), &error.to_string(), &details)
}

/// Everything of the error but its sentence, which the message holds already.
fn error_details(error: &AerError) -> serde_json::Value {
    let mut details = serde_json::to_value(error).unwrap_or_default();
    if let Some(details) = details.as_object_mut() {
        details.remove("message");
    }
    details
}

/// What somebody else's code threw or reported: an [`AerError`] in plain form is taken as it is, of anything
/// else the message is kept, under `code`.
pub fn from_thrown(thrown: &JsValue, code: ErrorCode) -> AerError {
    if !thrown.is_instance_of::<js_sys::Error>()
        && let Some(error) = from_js::<AerError>(thrown)
    {
        return error;
    }
    let message = thrown
        .is_object()
        .then(|| Reflect::get(thrown, &"message".into()).ok()?.as_string())
        .flatten()
        .or_else(|| thrown.as_string())
        .unwrap_or_else(|| format!("{thrown:?}"));
    let own_code = Reflect::get(thrown, &"code".into()).ok().and_then(|c| c.as_string());
    let own_code = own_code.and_then(|own| ErrorCode::ALL.iter().copied().find(|c| c.as_str() == own));
    AerError::new(own_code.unwrap_or(code), message)
}
