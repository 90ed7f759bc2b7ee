//! Conversions between Rust's data and JavaScript's.

use std::cell::RefCell;

use js_sys::{Array, Function, JSON, Object, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};
use wasm_bindgen::prelude::*;

use crate::error::{AerError, ErrorCode};
use crate::run::options;

thread_local! {
    /// Texts that have been used.
    static INTERNED: RefCell<Vec<(&'static str, JsValue)>> = RefCell::default();
}

/// A text of the program itself, such as a key, which is brought across once: that takes longer than to use it.
pub fn interned(text: &'static str) -> JsValue {
    INTERNED.with_borrow_mut(|all| {
        if let Some((_, value)) = all.iter().find(|(known, _)| std::ptr::eq(*known, text)) {
            return value.clone();
        }
        let value = JsValue::from(text);
        all.push((text, value.clone()));
        value
    })
}

/// Sets a property of a plain object, which cannot fail.
pub fn set(object: &Object, key: &'static str, value: impl Into<JsValue>) {
    let _ = Reflect::set(object, &interned(key), &value.into());
}

/// As [`set`], for a key that is not known before.
pub fn set_any(object: &Object, key: &str, value: impl Into<JsValue>) {
    let _ = Reflect::set(object, &key.into(), &value.into());
}

/// A property, or undefined.
pub fn get(object: &JsValue, key: &'static str) -> JsValue {
    Reflect::get(object, &interned(key)).unwrap_or(JsValue::UNDEFINED)
}

/// A plain object.
pub fn js_object<const N: usize>(entries: [(&'static str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (key, value) in entries {
        set(&object, key, value);
    }
    object.into()
}

/// Any serialisable value as plain JavaScript data: maps become objects, nothing becomes null. By way of JSON,
/// which the core speaks anyway, and which one call takes across.
pub fn to_js(value: &impl Serialize) -> JsValue {
    let text = serde_json::to_string(value).unwrap_or_default();
    JSON::parse(&text).unwrap_or(JsValue::UNDEFINED)
}

/// Plain JavaScript data as a value, the same way; `None` if it is not what is wanted.
pub fn from_js<T: DeserializeOwned>(value: &JsValue) -> Option<T> {
    let text = JSON::stringify(value).ok()?;
    serde_json::from_str(&JsValue::from(text).as_string()?).ok()
}

/// The value, unless it is undefined or null.
pub fn given(value: JsValue) -> Option<JsValue> {
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// The value as an object with certain fields, if it is an object.
pub fn as_object<T: JsCast>(value: &JsValue) -> Option<&T> {
    value.is_object().then(|| value.unchecked_ref())
}

/// A method of an object.
pub fn get_method(object: &JsValue, name: &'static str) -> Option<Function> {
    if object.is_object() { get(object, name).dyn_into().ok() } else { None }
}

/// The error of an argument that cannot be used.
pub fn wrong_argument(name: &str, found: &JsValue, expected: &str) -> AerError {
    AerError::new(ErrorCode::InvalidArgument, format!("The argument \"{name}\" is wrong."))
        .found(describe(found))
        .expected(expected)
}

/// A number of seconds, or nothing.
pub fn seconds(value: &JsValue, name: &str) -> Result<Option<f64>, AerError> {
    if value.is_null() || value.is_undefined() {
        return Ok(None);
    }
    match value.as_f64() {
        Some(seconds) if !seconds.is_nan() => Ok(Some(seconds)),
        _ => Err(wrong_argument(name, value, "a number of seconds, or null")),
    }
}

/// What a value is, for messages.
pub fn describe(value: &JsValue) -> String {
    if let Some(text) = value.as_string() {
        let short: String = text.chars().take(40).collect();
        return format!("\"{short}\"");
    }
    match value.as_f64() {
        Some(number) => number.to_string(),
        None if value.is_object() => "an object".to_owned(),
        None => format!("{value:?}").trim_start_matches("JsValue(").trim_end_matches(')').to_owned(),
    }
}

/// The options that travel, checked; those that stay on this page are checked by name and left out.
pub fn options_from_js(given: &JsValue) -> Result<Map<String, Value>, AerError> {
    let mut map = Map::new();
    if given.is_undefined() || given.is_null() {
        return Ok(map);
    }
    if !given.is_object() {
        return Err(AerError::new(ErrorCode::InvalidArgument, "The options are not an object.")
            .found(describe(given))
            .expected("an object such as { shots: 1024 }"));
    }
    for entry in Object::entries(given.unchecked_ref()).iter() {
        let entry: Array = entry.unchecked_into();
        let (key, value) = (entry.get(0).as_string().unwrap_or_default(), entry.get(1));
        let spec = options::spec(&key)?;
        if value.is_undefined() {
            continue;
        }
        if spec.is_host() {
            check_host_option(&key, &value)?;
        } else {
            let value = scalar(&value).or_else(|| from_js(&value)).ok_or_else(|| {
                AerError::new(ErrorCode::InvalidOption, format!("Option \"{key}\" has the wrong type."))
                    .found(describe(&value))
            })?;
            map.insert(key, value);
        }
    }
    options::check(&map)?;
    Ok(map)
}

/// A text, a number or a truth value, as JSON has it.
fn scalar(value: &JsValue) -> Option<Value> {
    match value.as_f64() {
        Some(x) if x.fract() == 0.0 && x.abs() < 9e15 => Some((x as i64).into()),
        // Larger whole numbers are written without a fraction by JSON alone.
        Some(x) if x.fract() == 0.0 => None,
        Some(x) => Number::from_f64(x).map(Value::Number),
        None => value.as_string().map(Value::String).or_else(|| value.as_bool().map(Value::Bool)),
    }
}

fn check_host_option(key: &str, value: &JsValue) -> Result<(), AerError> {
    let has = |method: &'static str| get_method(value, method).is_some();
    let (right, expected) = match key {
        _ if value.is_null() => (true, ""),
        "on_progress" => (value.is_function(), "a function"),
        "signal" => (has("addEventListener"), "an AbortSignal"),
        "executor" => {
            (has("submit") && has("shutdown"), "an executor: an object with the methods submit and shutdown")
        }
        "parameter_binds" => (Array::is_array(value), "an array with one object for each circuit"),
        _ => (false, "nothing: it is not offered yet"),
    };
    if right {
        return Ok(());
    }
    Err(AerError::new(ErrorCode::InvalidOption, format!("Option \"{key}\" has the wrong value."))
        .found(describe(value))
        .expected(expected))
}
