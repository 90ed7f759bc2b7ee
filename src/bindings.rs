//! Bindings
