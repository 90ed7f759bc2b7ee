//! What the host gives: workers, a clock, tasks, promises.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Wasm cannot address more.
pub const MEMORY_LIMIT_BYTES: u64 = (4 << 30) - (64 << 20);

#[wasm_bindgen(module = "/src/js/index.js")]
extern "C" {
    /// A worker as `worker_host.js` gives it.
    pub type WorkerHandle;

    /// Starts a worker; throws where none can be made.
    #[wasm_bindgen(catch)]
    pub fn spawn_worker(on_message: &Function, on_lost: &Function) -> Result<WorkerHandle, JsValue>;

    /// Sends plain data.
    #[wasm_bindgen(method, catch)]
    pub fn post(this: &WorkerHandle, data: &JsValue) -> Result<(), JsValue>;

    /// Tells its core with threads, where it has one, that a job is not wanted any more, though it computes.
    #[wasm_bindgen(method)]
    pub fn stop(this: &WorkerHandle, number: u32);

    /// Ends it by force, without a word. In Node a promise of its end.
    #[wasm_bindgen(method)]
    pub fn terminate(this: &WorkerHandle) -> JsValue;

    /// Whether it keeps a Node process alive.
    #[wasm_bindgen(method)]
    pub fn hold(this: &WorkerHandle, busy: bool);

    /// Calls back after waiting messages had their turn.
    pub fn next_task(callback: &Function);

    /// Milliseconds on a clock that never goes back.
    pub fn now_ms() -> f64;

    /// How many threads the machine runs at a time.
    pub fn available_parallelism() -> u32;

    /// Whether this is a worker of the package, where nobody uses its classes.
    pub fn in_worker() -> bool;

    /// Why jobs run on one thread here; nothing where they need not.
    pub fn threads_missing() -> Option<String>;

    /// Starts threads for this worker, or more of them; a promise of the function that takes messages for the
    /// core that has them.
    #[wasm_bindgen(catch)]
    pub async fn start_threads(count: u32, post: &Function) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(reexport)]
    fn share_module(module: &JsValue);
}

#[wasm_bindgen(module = "/src/js/index.js")]
extern "C" {
    #[wasm_bindgen(reexport, skip_typescript, js_name = Result)]
    fn js_result();

    /// Whether a value can be made a Result.
    pub fn is_dict(value: &JsValue) -> bool;

    /// The Result of a dict, or the Result itself.
    #[wasm_bindgen(catch)]
    pub fn make_result(dict: &JsValue) -> Result<JsValue, JsValue>;

    /// The result that came with a message; throws where that is no JSON.
    #[wasm_bindgen(catch)]
    pub fn result_of(message: &JsValue) -> Result<JsValue, JsValue>;

    /// Puts the counts of an experiment that travelled as numbers into its data.
    pub fn unpack_result(experiment: &JsValue) -> JsValue;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn error(message: &JsValue);
    #[wasm_bindgen(js_namespace = console, js_name = warn)]
    pub fn warn(message: &str);
}

/// A promise and the function that resolves it.
#[expect(clippy::expect_used, reason = "the executor of a Promise runs at once, whoever the user is")]
pub fn deferred() -> (Promise, Function) {
    let mut resolver = None;
    let promise = Promise::new(&mut |resolve, _| resolver = Some(resolve));
    (promise, resolver.expect("a resolver"))
}

/// Waits for what a call gave, if that is a promise.
pub async fn awaited(returned: Result<JsValue, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(&returned?)).await
}

/// Calls somebody else's function; what it throws is not ours, and is shown where uncaught errors are.
pub fn call(function: &Function, argument: &JsValue) {
    if let Err(thrown) = function.call1(&JsValue::UNDEFINED, argument) {
        error(&thrown);
    }
}
