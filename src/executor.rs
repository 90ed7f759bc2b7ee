//! Executors: where jobs run.
//!
//! The scheduling of the pool of workers is the pure state machine [`pool::Pool`]; `bindings` gives it real
//! workers, messages and timers. The interface that a page may implement itself is in `types.d.ts`.

pub mod gather;
pub mod pool;
