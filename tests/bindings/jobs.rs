//! Jobs through the crate's own exports, in the layout of the test runner: there the worker's file lies where
//! it cannot find the glue again, so after two failed starts the pool runs jobs on this event loop. That is
//! the fallback for pages that may start no worker, and it has to do all that a worker does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use aer_wasm::bindings::aer_job::AerJob;
use js_sys::{Array, JSON, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

const BELL: &str = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg c[2];\n\
                    h q[0];\ncx q[0],q[1];\nmeasure q -> c;\n";

/// A job that takes long: nothing in it cancels or stays apart.
fn long() -> String {
    let chain = (1..22).map(|q| format!("cx q[{}],q[{q}];\n", q - 1)).collect::<Vec<_>>().concat();
    let layers = format!("u3(0.1,0.2,0.3) q;\n{chain}").repeat(200);
    format!("OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[22];\ncreg c[22];\n{layers}measure q -> c;\n")
}

fn job(program: &str) -> AerJob {
    let backend = Object::new().into();
    AerJob::new(backend, "from-rust".into(), JsValue::NULL, program.into(), Array::new()).unwrap()
}

async fn answer(promise: Promise) -> JsValue {
    JsFuture::from(promise).await.unwrap()
}

async fn refusal(promise: Promise) -> String {
    let error = JsFuture::from(promise).await.unwrap_err();
    get(&error, "code").as_string().unwrap()
}

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap()
}

async fn running(job: &AerJob) {
    while answer(job.status()).await != "RUNNING" {
        let promise = Promise::new(&mut |resolve, _| {
            let global = js_sys::global();
            let set_timeout: js_sys::Function = get(&global, "setTimeout").unchecked_into();
            set_timeout.call2(&global, &resolve, &5.into()).unwrap();
        });
        answer(promise).await;
    }
}

#[wasm_bindgen_test]
async fn a_bell_job_gives_its_counts() {
    let job = job(BELL);
    assert_eq!(refusal(job.status()).await, "JOB_NOT_SUBMITTED");
    answer(job.submit()).await;
    let result = answer(job.result(JsValue::UNDEFINED)).await;
    assert_eq!(answer(job.status()).await, "DONE");
    assert_eq!(get(&result, "job_id"), "from-rust");
    let data = get(&get(&get(&result, "results"), "0"), "data");
    let counts = get(&data, "counts");
    let count = |key: &str| get(&counts, key).as_f64().unwrap();
    assert_eq!(Object::keys(counts.unchecked_ref::<Object>()).length(), 2, "{:?}", JSON::stringify(&counts));
    assert_eq!((count("0x0") + count("0x3")) as u32, 1024);
}

#[wasm_bindgen_test]
async fn a_running_job_reports_progress_and_is_cancelled() {
    let job = job(&long());
    answer(job.submit()).await;
    running(&job).await;
    // It is the fallback that runs it: there is no worker.
    let workers: Array = get(&AerJob::default_executor(), "_workers").unchecked_into();
    assert_eq!(workers.length(), 0);
    assert_eq!(refusal(job.result(0.1.into())).await, "JOB_TIMEOUT");
    let progress = answer(job.progress()).await;
    let fraction = get(&progress, "fraction").as_f64().unwrap();
    assert!(fraction > 0.0 && fraction < 1.0, "{fraction}");
    assert_eq!(answer(job.cancel()).await, true);
    assert_eq!(answer(job.status()).await, "CANCELLED");
    assert_eq!(refusal(job.result(JsValue::UNDEFINED)).await, "JOB_CANCELLED");
}

#[wasm_bindgen_test]
async fn a_bad_program_fails_and_the_next_runs() {
    let bad = job("OPENQASM 2.0;\nfoo q[0];\n");
    answer(bad.submit()).await;
    let error = JsFuture::from(bad.result(JsValue::UNDEFINED)).await.unwrap_err();
    assert_eq!(get(&error, "code"), "UNKNOWN_GATE");
    assert_eq!(get(&error, "line"), 2);
    let good = job(BELL);
    answer(good.submit()).await;
    assert!(get(&answer(good.result(JsValue::UNDEFINED)).await, "success").is_truthy());
}
