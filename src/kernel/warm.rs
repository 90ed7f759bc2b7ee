//! Hot loops, run before they are needed.
//!
//! An engine of wasm begins with code that is compiled quickly and runs slowly, and compiles a function again, better
//! and on another thread, once it has run for a while; a call that is under way ends in the old code. A worker that
//! waits for its next job lets that happen here, on a small state: two milliseconds, and about 25 of another thread.

use super::phases::Phases;
use super::program::{Pass, Position, Program, Step};
use super::real::Real;
use super::rotation::Rotation;
use super::{plan, reduce};
use crate::linalg::{Complex, Matrix};

/// Bits of the state: small enough for the nearest cache but one.
const BITS: u32 = 13;

/// How often each loop is run: engines count calls as well as rounds.
const TIMES: usize = 4;

/// Runs the loops that most circuits spend their time in: rotations, sweeps of phases, exchanges, norms.
pub fn warm_up<T: Real>() {
    let (mut re, mut im) = (vec![T::ZERO; 1 << BITS], vec![T::ZERO; 1 << BITS]);
    let program = program();
    for _ in 0..TIMES {
        re.fill(T::ONE);
        im.fill(T::ZERO);
        program.run(&mut re, &mut im, &mut Position::default(), u64::MAX);
        std::hint::black_box(reduce::norm_sqr(&re, &im));
    }
}

fn program() -> Program {
    let inner: Vec<u32> = (0..BITS).collect();
    // Those on the lowest bits have a loop of their own, the others one for each number of bits at once.
    let rotations = |count: u32| {
        let rotation = |bit| Rotation { bit, tangent: 0.5 };
        Step::Rotations((0..4).chain(5..5 + count).map(rotation).collect())
    };
    let pairs = inner.windows(2).map(|pair| (pair[0], pair[1], Complex::I)).collect();
    let phases = Phases { factor: Complex::I, singles: Vec::new(), pairs };
    let x = Matrix::square([[Complex::ZERO, Complex::ONE], [Complex::ONE, Complex::ZERO]]);
    let exchange = Step::Placed(plan(x).place(&[8], 1 << 4));
    let steps = vec![rotations(1), rotations(2), rotations(3), Step::Phases(phases), exchange];
    Program { passes: vec![Pass { inner, steps }], moved: (0..BITS).collect(), flips: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All of it is unitary, but for rotations, which leave out `1 / sqrt(1 + t^2)` each.
    #[test]
    fn it_does_what_its_steps_say() {
        let (mut re, mut im) = (vec![1.0; 1 << BITS], vec![0.0; 1 << BITS]);
        program().run(&mut re, &mut im, &mut Position::default(), u64::MAX);
        let rotations = 3 * 4 + 1 + 2 + 3;
        let expected = f64::from(1 << BITS) * 1.25f64.powi(rotations);
        let norm: f64 = re.iter().chain(&im).map(|x| x * x).sum();
        assert!((norm / expected - 1.0).abs() < 1e-12, "{norm} {expected}");
    }
}
