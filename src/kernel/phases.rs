//! Many phases in one pass.

use super::real::{Real, amplitude};
use crate::linalg::Complex;

/// A diagonal matrix that is a product of phases of single bits and of pairs of bits, times a number: any number
/// of Z, RZ, CZ, CP and RZZ in one. The entry at index `x` is
/// `factor * prod_b singles[b]^(x_b) * prod_(a, b) pairs[a, b]^(x_a x_b)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Phases {
    /// The entry at 0; holds scales too, so its modulus need not be 1.
    pub factor: Complex,
    /// Bits, each at most once, and what multiplies where one is 1.
    pub singles: Vec<(u32, Complex)>,
    /// Pairs of bits, the lower one first, each at most once, and what multiplies where both are 1.
    pub pairs: Vec<(u32, u32, Complex)>,
}

impl Default for Phases {
    fn default() -> Self {
        Self { factor: Complex::ONE, singles: Vec::new(), pairs: Vec::new() }
    }
}

impl Phases {
    /// Whether it is the identity.
    pub fn is_identity(&self) -> bool {
        self.factor == Complex::ONE && self.singles.is_empty() && self.pairs.is_empty()
    }

    /// The entry at an index.
    pub fn at(&self, index: usize) -> Complex {
        let is_one = |bit: u32| index >> bit & 1 == 1;
        let singles = self.singles.iter().filter(|(bit, _)| is_one(*bit)).map(|(_, phase)| *phase);
        let pairs =
            self.pairs.iter().filter(|(a, b, _)| is_one(*a) && is_one(*b)).map(|(_, _, phase)| *phase);
        singles.chain(pairs).fold(self.factor, |product, phase| product * phase)
    }

    /// Multiplies a state, whose first amplitude has index `base`.
    pub fn apply<T: Real>(&self, re: &mut [T], im: &mut [T], base: usize) {
        for index in 0..re.len() {
            let product = amplitude(re, im, index) * self.at(base + index);
            (re[index], im[index]) = (T::from_f64(product.re), T::from_f64(product.im));
        }
    }
}
