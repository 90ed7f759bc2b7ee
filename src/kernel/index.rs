//! Which amplitudes a kernel touches, and in what order.
//!
//! A [`Subspace`] is the set of indices in which some bits have fixed values (controls are 1, targets 0); the
//! other bits are free. Free bits below the lowest fixed one make contiguous *runs*. A kernel works on *rows*:
//! the subspace, shifted by one offset for each value of the targets; a *column* is one amplitude of each
//! row. [`map_columns`] applies a function to every column, over slices where runs are long, index by index
//! where they are short.

use std::ops::Range;

use super::Controls;
use super::real::Real;
use super::scalar;
use crate::linalg::Complex;

/// Bits of an index that are resolved inside a block of neighbours; the others tell blocks apart.
pub const BLOCK_BITS: u32 = 6;

/// The shortest run that is worth a slice of its own.
const SHORTEST_RUN: usize = 8;

/// The indices below `len`, a power of two, whose bits in `fixed` are those of `ones`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subspace {
    len: usize,
    fixed: usize,
    ones: usize,
}

impl Subspace {
    /// The subspace of a state of `len` amplitudes; `ones` lies in `fixed`, `fixed` below `len`.
    pub fn new(len: usize, fixed: usize, ones: usize) -> Self {
        debug_assert!(len.is_power_of_two() && fixed < len && ones & !fixed == 0);
        Self { len, fixed, ones }
    }

    /// Number of indices.
    pub fn size(self) -> usize {
        self.len >> self.fixed.count_ones()
    }

    /// The fixed bits that are not among the targets, which are fixed to 0.
    pub fn controls(self, targets: usize) -> Controls {
        Controls { mask: self.fixed & !targets, values: self.ones }
    }

    /// Length of the contiguous runs.
    pub fn run(self) -> usize {
        if self.fixed == 0 { self.len } else { 1 << self.fixed.trailing_zeros() }
    }

    /// The runs, in ascending order.
    pub fn runs(self) -> impl Iterator<Item = Range<usize>> {
        let run = self.run();
        self.steps(run).map(move |start| start..start + run)
    }

    /// The indices, in ascending order.
    pub fn indices(self) -> impl Iterator<Item = usize> {
        self.steps(1)
    }

    /// Every `step`-th index, where `step` is a power of two that divides the run. Adding 1 with all bits to
    /// skip set carries over them, so the free bits count up.
    fn steps(self, step: usize) -> impl Iterator<Item = usize> {
        let skip = self.fixed | (step - 1);
        let mut free = 0usize;
        (0..self.len >> skip.count_ones()).map(move |_| {
            let index = free | self.ones;
            free = ((free | skip) + 1) & !skip;
            index
        })
    }
}

/// The mask of some bit positions.
pub fn mask(bits: &[u32]) -> usize {
    bits.iter().fold(0, |mask, bit| mask | 1 << bit)
}

/// The bits that are 1, ascending.
pub fn set_bits(mut mask: usize) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let lowest = (mask != 0).then(|| mask.trailing_zeros())?;
        mask &= mask - 1;
        Some(lowest)
    })
}

/// The index in which bit `bits[j]` is bit `j` of `value` and the others are 0.
pub fn deposit(value: usize, bits: &[u32]) -> usize {
    bits.iter().enumerate().fold(0, |index, (j, bit)| index | (value >> j & 1) << bit)
}

/// The value of which bit `j` is bit `bits[j]` of `index`.
pub fn extract(index: usize, bits: &[u32]) -> usize {
    bits.iter().enumerate().fold(0, |value, (j, bit)| value | (index >> bit & 1) << j)
}

/// Replaces every column by what `map` makes of it: entry `d` of column `i` is the amplitude at the `i`-th
/// index of `space`, plus `offsets[d]`. Offsets are different and made of fixed bits that are 0.
///
/// Touches `D * space.size()` amplitudes, each once.
pub fn map_columns<T: Real, const D: usize>(
    re: &mut [T],
    im: &mut [T],
    space: Subspace,
    offsets: [usize; D],
    map: impl Fn([Complex; D]) -> [Complex; D],
) {
    if space.run() < SHORTEST_RUN {
        scalar::map_columns(re, im, space.indices(), offsets, map);
        return;
    }
    for run in space.runs() {
        let rows = offsets.map(|offset| run.start + offset..run.end + offset);
        let (Ok(re), Ok(im)) = (re.get_disjoint_mut(rows.clone()), im.get_disjoint_mut(rows)) else {
            unreachable!("rows differ in fixed bits")
        };
        scalar::map_rows(re, im, &map);
    }
}
