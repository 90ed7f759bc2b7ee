//! `setTimeout`, wherever the global object has it: page, worker or Node.

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::convert::get;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: &JsValue);
}

/// The longest delay that `setTimeout` takes, in milliseconds; longer ones would fire at once.
const LONGEST_MS: f64 = 2_147_483_647.0;

/// A timeout that is cleared when dropped.
pub struct Timer {
    id: JsValue,
    _callback: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls back once, after a time. With `hold` false it does not keep a Node process alive.
    pub fn new(seconds: f64, hold: bool, callback: impl FnOnce() + 'static) -> Self {
        let callback = Closure::once(callback);
        // Rounded up, as Node cuts fractions: a deadline must not be looked at before it has passed.
        let milliseconds = (seconds * 1000.0).ceil().clamp(0.0, LONGEST_MS);
        let id = set_timeout(callback.as_ref().unchecked_ref(), milliseconds);
        if !hold && let Ok(unref) = get(&id, "unref").dyn_into::<Function>() {
            let _ = unref.call0(&id);
        }
        Self { id, _callback: callback }
    }

    /// Sleeps.
    pub async fn sleep(seconds: f64) {
        let (promise, resolve) = super::host::deferred();
        let _timer = Self::new(seconds, true, move || super::host::call(&resolve, &JsValue::UNDEFINED));
        let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.id);
    }
}
