//! The kernels of aer-wasm, one by one: `pkg-tests/bench/kernels.mjs` calls them and holds the watch.

use std::cell::RefCell;

use aer_wasm::kernel::real::Real;
use aer_wasm::kernel::rotation::{Rotation, rotate};

/// A state of each precision; one at a time is not empty.
#[derive(Default)]
struct States {
    double: [Vec<f64>; 2],
    single: [Vec<f32>; 2],
}

thread_local! {
    static STATES: RefCell<States> = RefCell::default();
}

/// Numbers of the size that amplitudes have, different from each other.
fn noise<T: Real>(len: usize) -> [Vec<T>; 2] {
    let scale = 1.0 / (len as f64).sqrt();
    [1.0, 3.0].map(|step: f64| (0..len).map(|i| T::from_f64(scale * (1.0 + (i as f64 * step) % 0.9))).collect())
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

/// Applies a kernel to bits some times.
#[unsafe(no_mangle)]
pub extern "C" fn run(kernel: u32, bit: u32, times: u32) {
    STATES.with_borrow_mut(|States { double: [a, b], single: [c, d] }| {
        for _ in 0..times {
            if a.is_empty() { apply(kernel, bit, c, d) } else { apply(kernel, bit, a, b) }
        }
    });
}

fn apply<T: Real>(kernel: u32, bit: u32, re: &mut [T], im: &mut [T]) {
    let rotations = |count: u32| -> Vec<Rotation> {
        (bit..bit + count).map(|bit| Rotation { bit, tangent: 0.1 }).collect()
    };
    match kernel {
        0 => {
            // A plain read and write of everything.
            for part in [re, im] {
                part.iter_mut().for_each(|x| *x = -*x);
            }
        }
        _ => rotate(re, im, &rotations(kernel)),
    }
}
