//! The JavaScript face of the crate: exports, conversions, timers, workers. Nothing else names JavaScript, and
//! nothing else uses this module.
//!
//! One wasm module plays two roles. On the page it exports [`aer_job::AerJob`] and the pool of workers; in a
//! worker [`worker::serve`] runs jobs. Classes whose `this` matters (`BaseJob`, `AerSimulator`,
//! `QuantumCircuit`, `Result`, the errors) are JavaScript in `src/js/`, re-exported from here, and get what
//! they need of the core when the module starts.

pub mod aer_job;
pub mod circuit_builder;
mod circuits;
mod convert;
mod expression;
mod gathered;
mod host;
mod js_error;
mod noise;
mod small_blocks;
mod threads;
mod timer;
mod wait;
mod wire;
pub mod worker;
pub mod worker_executor;

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::circuit::gate::{Controls, GATES};
use crate::engine::Method;
use crate::error::nearest;
use crate::job::JobStatus;
use crate::run::options;
use convert::{js_object, options_from_js, set, to_js};
use js_error::throw;

/// Takes and gives memory.
#[global_allocator]
static MEMORY: small_blocks::SmallBlocks = small_blocks::SmallBlocks::new();

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("bindings/types.d.ts");

#[wasm_bindgen(module = "/src/js/index.js")]
extern "C" {
    fn bind_core(functions: &Object);
}

// What is only re-exported is named as a function, whatever it is: wasm-bindgen honours `skip_typescript` for
// no other import, and types.d.ts declares it.
#[wasm_bindgen(module = "/src/js/index.js")]
extern "C" {
    #[wasm_bindgen(reexport, skip_typescript, js_name = BaseJob)]
    fn base_job();
    #[wasm_bindgen(reexport, skip_typescript, js_name = JobStatus)]
    fn job_status();
    #[wasm_bindgen(reexport, skip_typescript, js_name = JOB_STATUS_DESCRIPTIONS)]
    fn job_status_descriptions();
    #[wasm_bindgen(reexport, skip_typescript, js_name = JOB_FINAL_STATES)]
    fn job_final_states();
    fn inherit_base_job(class: &JsValue);
}

#[wasm_bindgen(module = "/src/js/index.js")]
extern "C" {
    #[wasm_bindgen(reexport, skip_typescript, js_name = AerSimulator)]
    fn aer_simulator();
    #[wasm_bindgen(reexport, skip_typescript, js_name = Aer)]
    fn aer();
    #[wasm_bindgen(reexport, skip_typescript)]
    fn assemble();
}

#[wasm_bindgen(module = "/src/js/index.js")]
extern "C" {
    #[wasm_bindgen(reexport, skip_typescript, js_name = QuantumCircuit)]
    fn quantum_circuit();
    #[wasm_bindgen(reexport, skip_typescript, js_name = QuantumRegister)]
    fn quantum_register();
    #[wasm_bindgen(reexport, skip_typescript, js_name = ClassicalRegister)]
    fn classical_register();
    #[wasm_bindgen(reexport, skip_typescript, js_name = Parameter)]
    fn parameter();
    #[wasm_bindgen(reexport, skip_typescript, js_name = ParameterExpression)]
    fn parameter_expression();
    #[wasm_bindgen(reexport, skip_typescript, js_name = ParameterVector)]
    fn parameter_vector();
    #[wasm_bindgen(reexport, skip_typescript, js_name = CASE_DEFAULT)]
    fn case_default();
    #[wasm_bindgen(reexport, skip_typescript)]
    fn expr();
    #[wasm_bindgen(reexport, skip_typescript)]
    fn types();
}

/// Files that `index.js` loads: named, so that they are copied beside it.
macro_rules! loaded_by_index {
    ($($path:literal $marker:ident;)*) => {
        $(#[wasm_bindgen(module = $path)]
        extern "C" {
            #[wasm_bindgen(js_name = Object)]
            type $marker;
        })*
    };
}

loaded_by_index! {
    "/src/js/aer_simulator.js" AerSimulatorFile;
    "/src/js/base_job.js" BaseJobFile;
    "/src/js/core.js" CoreFile;
    "/src/js/errors.js" ErrorsFile;
    "/src/js/noise.js" NoiseFile;
    "/src/js/operands.js" OperandsFile;
    "/src/js/quantum_circuit.js" QuantumCircuitFile;
    "/src/js/result.js" ResultFile;
    "/src/js/threads.js" ThreadsFile;
    "/src/js/worker_host.js" WorkerHostFile;
}

/// The package's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The package's version.
#[wasm_bindgen(skip_typescript)]
pub fn version() -> String {
    VERSION.to_owned()
}

/// Runs once when the module starts: lends the core to the JavaScript classes, where there are users of them.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
    if host::in_worker() {
        return;
    }
    inherit_base_job(&aer_job::class());
    worker_executor::remember_own_submit();
    let core = Object::new();
    set(&core, "version", VERSION);
    set(&core, "statuses", statuses());
    set(&core, "gates", gates());
    set(&core, "CircuitBuilder", circuit_builder::class());
    lend(&core);
    bind_core(&core);
}

/// The functions that JavaScript classes call.
fn lend(core: &Object) {
    let function = |name: &'static str, closure: JsValue| set(core, name, closure);
    function(
        "default_options",
        Closure::<dyn Fn() -> JsValue>::new(|| to_js(&options::as_json())).into_js_value(),
    );
    function(
        "check_options",
        Closure::<dyn Fn(JsValue) -> Result<(), JsValue>>::new(|given: JsValue| {
            options_from_js(&given).map(drop).map_err(throw)
        })
        .into_js_value(),
    );
    function(
        "available_methods",
        Closure::<dyn Fn() -> JsValue>::new(|| {
            let methods = Method::ALL.iter().map(|method| method.name());
            std::iter::once("automatic").chain(methods).map(JsValue::from).collect::<Array>().into()
        })
        .into_js_value(),
    );
    function(
        "nearest",
        Closure::<dyn Fn(String, Array) -> Option<String>>::new(|name: String, known: Array| {
            let known: Vec<String> = known.iter().filter_map(|k| k.as_string()).collect();
            nearest(&name, known.iter().map(String::as_str)).map(str::to_owned)
        })
        .into_js_value(),
    );
    function(
        "expression",
        Closure::<dyn Fn(String) -> Result<JsValue, JsValue>>::new(expression::describe).into_js_value(),
    );
    function(
        "noise",
        Closure::<dyn Fn(String, JsValue) -> Result<JsValue, JsValue>>::new(noise::compute).into_js_value(),
    );
    function(
        "noise_channel",
        Closure::<dyn Fn(String, Array) -> Result<JsValue, JsValue>>::new(noise::channel).into_js_value(),
    );
    function(
        "configuration",
        Closure::<dyn Fn(String, JsValue) -> JsValue>::new(circuits::configuration).into_js_value(),
    );
    function(
        "acceleration",
        Closure::<dyn Fn(JsValue) -> JsValue>::new(circuits::acceleration).into_js_value(),
    );
    function(
        "assemble",
        Closure::<dyn Fn(JsValue, JsValue, String) -> Result<JsValue, JsValue>>::new(circuits::assemble)
            .into_js_value(),
    );
    function("make_job", {
        type MakeJob = dyn Fn(JsValue, String, JsValue, JsValue, Function) -> Result<JsValue, JsValue>;
        Closure::<MakeJob>::new(aer_job::make_job).into_js_value()
    });
    function(
        "wait_for_final_state",
        Closure::<dyn Fn(JsValue, JsValue, JsValue, JsValue) -> js_sys::Promise>::new(
            wait::wait_for_final_state,
        )
        .into_js_value(),
    );
}

fn statuses() -> JsValue {
    let row = |status: &JobStatus| {
        js_object([
            ("name", status.name().into()),
            ("description", status.description().into()),
            ("final", status.is_final().into()),
        ])
    };
    JobStatus::ALL.iter().map(row).collect::<Array>().into()
}

/// The gate table as `{name, parameters, controls (null for any), targets}`.
fn gates() -> JsValue {
    let row = |spec: &crate::circuit::GateSpec| {
        js_object([
            ("name", spec.name.into()),
            ("parameters", spec.parameters.iter().map(|p| JsValue::from(*p)).collect::<Array>().into()),
            (
                "controls",
                match spec.controls {
                    Controls::Exactly(n) => (n as u32).into(),
                    Controls::Any => JsValue::NULL,
                },
            ),
            ("targets", (spec.targets as u32).into()),
        ])
    };
    GATES.iter().map(row).collect::<Array>().into()
}

/// The class of an object that wasm made.
fn class_of(instance: &JsValue) -> JsValue {
    Reflect::get(instance, &"constructor".into()).unwrap_or(JsValue::UNDEFINED)
}
