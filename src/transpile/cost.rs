//! What a program costs: the one table that decisions are made from.
//!
//! Units are nanoseconds for each amplitude of the state, measured in wasm with SIMD and double precision on blocks
//! that are in cache. Only their ratios matter.

use crate::kernel::program::{Program, Step};
use crate::kernel::{Action, Placed};

/// A rotation of one bit: a multiplication and an addition for each real number.
pub const ROTATION: f64 = 0.3;

/// A sweep of any number of phases.
pub const SWEEP: f64 = 1.1;

/// What each pair adds to a sweep, and each single.
pub const PAIR: f64 = 0.006;

/// Multiplying by a number what controls leave of the state: reading and writing it, and four multiplications.
pub const PHASE: f64 = 0.6;

/// Multiplying by a table.
pub const DIAGONAL: f64 = 1.2;

/// Reading and writing two amplitudes in exchanged places.
pub const EXCHANGE: f64 = 0.9;

/// A dense matrix of real numbers on one bit.
pub const REAL_1: f64 = 0.7;

/// A dense matrix on one bit; twice as much for every bit more.
pub const DENSE_1: f64 = 1.5;

/// A pass over a state that is larger than the caches: copying to a block and back.
pub const PASS: f64 = 1.0;

/// The cost of a number where these bits are 1.
pub fn phase(bits: usize) -> f64 {
    PHASE * 0.5_f64.powi(bits.count_ones().cast_signed())
}

/// The cost of an action at its place.
pub fn placed(placed: &Placed) -> f64 {
    let part = 0.5_f64.powi(placed.controls.mask.count_ones().cast_signed());
    part * match &placed.action {
        Action::Phase(_) => PHASE,
        Action::Diagonal(_) => DIAGONAL,
        Action::Permutation(_) => EXCHANGE,
        Action::Dense(matrix) if matrix.rows() == 2 && matrix.entries().iter().all(|z| z.im == 0.0) => REAL_1,
        Action::Dense(matrix) => DENSE_1 * matrix.rows() as f64 / 2.0,
    }
}

/// The cost of a step.
pub fn step(step: &Step) -> f64 {
    match step {
        Step::Rotations(rotations) => ROTATION * rotations.len() as f64,
        Step::Phases(phases) => SWEEP + PAIR * (phases.pairs.len() + phases.singles.len()) as f64,
        Step::Placed(placed) => self::placed(placed),
    }
}

/// The cost of a program.
#[inline(never)]
pub fn program(program: &Program) -> f64 {
    program.passes.iter().map(|pass| PASS + pass.steps.iter().map(step).sum::<f64>()).sum()
}
