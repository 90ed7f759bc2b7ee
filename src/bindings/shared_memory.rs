//! The JavaScript face of the build whose memory is shared: it serves jobs, and helps; it has no front.
#![allow(dead_code, reason = "parts of these files are for the front alone")]

#[path = "convert.rs"]
mod convert;
#[path = "host.rs"]
mod host;
#[path = "threads.rs"]
mod threads;
#[path = "timer.rs"]
mod timer;
#[path = "wire.rs"]
mod wire;
#[path = "worker.rs"]
pub mod worker;

use crate::kernel::threads::Crew;
use js_sys::Function;
use wasm_bindgen::prelude::*;

/// Whoever shares the memory shares this.
static CREW: Crew = Crew::new();

/// Runs when an instance starts, in the worker and in its helpers.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// As [`worker::serve`], in a worker that is ready already.
#[wasm_bindgen]
pub fn attend(post: Function) -> Function {
    worker::attend(post)
}

/// Counts the calling worker as a helper.
#[wasm_bindgen]
pub fn enlist() {
    CREW.enlist();
}

/// Where in memory, in bytes, the number of a job is written to stop it: see [`Crew::stop_word`].
#[wasm_bindgen]
pub fn stop_word() -> usize {
    CREW.stop_word().as_ptr() as usize
}

/// Lends the calling worker to the crew, for good.
#[wasm_bindgen]
pub fn help() {
    CREW.help();
}

/// Tells that a helper has trapped.
#[wasm_bindgen]
pub fn help_failed() {
    CREW.fail();
}
