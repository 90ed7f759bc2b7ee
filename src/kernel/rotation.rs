//! Real rotations without their scale: one multiplication and one addition for each number of a state.
//!
//! Every 2 x 2 unitary is, up to phases before and after and a scale, `[[1, -t], [t, 1]]` with `|t| <= 1` (Euler
//! angles; where the sine is larger than the cosine, a quarter turn is taken out first, which is a permutation
//! and a sign). Real and imaginary parts do not mix, so both are plain arrays of reals. The scale
//! `1 / sqrt(1 + t^2)` of many rotations is multiplied in once, with phases.

use super::Controls;
use super::dense::dense_1;
use super::real::Real;
use crate::linalg::Complex;

/// The matrix `[[1, -t], [t, 1]]` on a bit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rotation {
    /// The bit.
    pub bit: u32,
    /// `t`, at most 1 in size.
    pub tangent: f64,
}

impl Rotation {
    /// What makes a rotation unitary: `1 / sqrt(1 + t^2)`.
    pub fn scale(self) -> f64 {
        1.0 / self.tangent.hypot(1.0)
    }
}

/// Applies rotations on different bits.
pub fn rotate<T: Real>(re: &mut [T], im: &mut [T], rotations: &[Rotation]) {
    for Rotation { bit, tangent } in rotations {
        let matrix = [[1.0, -tangent], [*tangent, 1.0]].map(|row| row.map(Complex::from));
        dense_1(re, im, *bit, Controls::default(), &matrix);
    }
}
