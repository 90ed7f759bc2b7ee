//! Norms, probabilities and projections.

use super::index::{Subspace, extract, for_each_rows, mask};
use super::scalar;
use crate::linalg::Complex;

/// Amplitudes that are summed before the sum joins others: keeps rounding errors small.
pub(super) const BLOCK: usize = 4096;

/// The squared norm. Touches every amplitude.
pub fn norm_sqr(re: &[f64], im: &[f64]) -> f64 {
    block_norms(re, im).sum()
}

/// The squared norm of each [`BLOCK`] of amplitudes.
pub(super) fn block_norms(re: &[f64], im: &[f64]) -> impl Iterator<Item = f64> {
    re.chunks(BLOCK).zip(im.chunks(BLOCK)).map(|(re, im)| scalar::norm_sqr(re, im))
}

/// The squared norm of a part of the state. Touches `space.size()` amplitudes.
pub fn subspace_norm_sqr(re: &[f64], im: &[f64], space: Subspace) -> f64 {
    space.runs().map(|run| norm_sqr(&re[run.clone()], &im[run])).sum()
}

/// The probability of each outcome of some bits, the first one least significant: adds to `probabilities`,
/// `2^bits` of them. Touches every amplitude.
pub fn add_probabilities(re: &[f64], im: &[f64], bits: &[u32], probabilities: &mut [f64]) {
    let run = Subspace::new(re.len(), mask(bits), 0).run();
    for (i, (re, im)) in re.chunks_exact(run).zip(im.chunks_exact(run)).enumerate() {
        probabilities[extract(i * run, bits)] += norm_sqr(re, im);
    }
}

/// Makes every amplitude outside of the subspace 0 and multiplies the others. Touches every amplitude.
pub fn project(re: &mut [f64], im: &mut [f64], space: Subspace, factor: f64) {
    let mut end = 0;
    for run in space.runs() {
        for part in [&mut *re, &mut *im] {
            part[end..run.start].fill(0.0);
            part[run.clone()].iter_mut().for_each(|x| *x *= factor);
        }
        end = run.end;
    }
    re[end..].fill(0.0);
    im[end..].fill(0.0);
}

/// Collapses the state to one outcome of some bits and normalises it. The outcome must not have probability
/// 0. Touches every amplitude.
pub fn collapse(re: &mut [f64], im: &mut [f64], bits: &[u32], outcome: usize) {
    let space = Subspace::new(re.len(), mask(bits), super::index::deposit(outcome, bits));
    let norm = subspace_norm_sqr(re, im, space).sqrt();
    project(re, im, space, 1.0 / norm);
}

/// Writes a state to bits that are all |0⟩, the first one least significant: the amplitude of value `v`
/// becomes `state[v]` times the one of value 0. Touches at most twice every amplitude.
pub fn prepare(re: &mut [f64], im: &mut [f64], bits: &[u32], state: &[Complex]) {
    let space = Subspace::new(re.len(), mask(bits), 0);
    for (value, factor) in state.iter().enumerate().skip(1) {
        let rows = [0, super::index::deposit(value, bits)];
        for_each_rows(re, im, space, rows, |re, im| scalar::copy_scaled(*factor, re, im));
    }
    if let Some(factor) = state.first() {
        for_each_rows(re, im, space, [0], |[re], [im]| scalar::scale(*factor, re, im));
    }
}
