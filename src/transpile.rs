//! From gates to a [`Program`]: fusion, reordering and cache blocking.
//!
//! It knows matrices on bits, and no gate by name: what can be fused is found from [`kernel::plan`]'s classes.

use crate::kernel::Placed;
use crate::kernel::program::{Pass, Program, Step};

/// Makes a program of operations on a state of `2^num_bits` amplitudes.
pub fn compile(operations: &[Placed], num_bits: u32) -> Program {
    let inner: Vec<u32> = (0..num_bits).collect();
    let steps = operations.iter().cloned().map(Step::Placed).collect();
    Program { passes: vec![Pass { inner: inner.clone(), steps }], moved: inner, flips: 0 }
}
