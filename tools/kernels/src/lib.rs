//! The kernels of aer-wasm, one by one: `pkg-tests/bench/kernels.mjs` calls them in wasm and holds the watch,
//! `benches/kernels.rs` does it natively.

pub mod cases;

use std::cell::RefCell;

use cases::{KERNELS, aligned, apply, noise};

/// A state of each precision; one at a time is not empty.
#[derive(Default)]
struct States {
    double: [Vec<f64>; 2],
    single: [Vec<f32>; 2],
}

thread_local! {
    static STATES: RefCell<States> = RefCell::default();
}

/// The number of kernels.
#[unsafe(no_mangle)]
pub extern "C" fn kernels() -> usize {
    KERNELS.len()
}

/// Where the name of a kernel begins.
#[unsafe(no_mangle)]
pub extern "C" fn name(kernel: usize) -> *const u8 {
    KERNELS[kernel].0.as_ptr()
}

/// How long it is.
#[unsafe(no_mangle)]
pub extern "C" fn name_len(kernel: usize) -> usize {
    KERNELS[kernel].0.len()
}

/// The number of bits that a kernel works on.
#[unsafe(no_mangle)]
pub extern "C" fn bits(kernel: usize) -> u32 {
    KERNELS[kernel].1
}

/// Makes the state of `2^num_bits` amplitudes that the kernels work on.
#[unsafe(no_mangle)]
pub extern "C" fn prepare(num_bits: u32, single: bool) {
    STATES.with_borrow_mut(|states| {
        *states = States::default();
        if single {
            states.single = noise(1 << num_bits);
        } else {
            states.double = noise(1 << num_bits);
        }
    });
}

/// Applies a kernel some times, to neighbouring bits from the first one.
#[unsafe(no_mangle)]
pub extern "C" fn run(kernel: usize, first: u32, times: u32) {
    STATES.with_borrow_mut(|States { double: [a, b], single: [c, d] }| {
        if a.is_empty() {
            apply(kernel, first, times, aligned(c), aligned(d));
        } else {
            apply(kernel, first, times, aligned(a), aligned(b));
        }
    });
}
