//! Norms, probabilities, collapse and preparation.

use super::index::{BLOCK_BITS, Subspace, deposit, extract, map_columns, mask};
use super::scalar;
use crate::linalg::Complex;

/// Amplitudes that are summed before the sum joins others: keeps rounding errors small.
pub(super) const CHUNK: usize = 4096;

/// Lanes of a block: the values of the bits below [`BLOCK_BITS`].
const LANES: usize = 1 << BLOCK_BITS;

/// The squared norm. Touches every amplitude.
pub fn norm_sqr(re: &[f64], im: &[f64]) -> f64 {
    chunk_norms(re, im).sum()
}

/// The squared norm of each [`CHUNK`] of amplitudes.
pub(super) fn chunk_norms(re: &[f64], im: &[f64]) -> impl Iterator<Item = f64> {
    re.chunks(CHUNK).zip(im.chunks(CHUNK)).map(|(re, im)| scalar::norm_sqr(re, im))
}

/// The probability of each outcome of some bits, the first one least significant: `2^bits` of them, written
/// over `probabilities`. Touches every amplitude.
pub fn probabilities(re: &[f64], im: &[f64], bits: &[u32], probabilities: &mut [f64]) {
    probabilities.fill(0.0);
    let lanes = re.len().min(LANES);
    let run = Subspace::new(re.len(), mask(bits) & !(lanes - 1), 0).run();
    for (i, (re, im)) in re.chunks_exact(run).zip(im.chunks_exact(run)).enumerate() {
        let mut norms = [0.0; LANES];
        scalar::add_lane_norms(re, im, &mut norms[..lanes]);
        for (lane, norm) in norms[..lanes].iter().enumerate() {
            probabilities[extract(i * run + lane, bits)] += norm;
        }
    }
}

/// Collapses the state to one outcome of some bits and normalises it. The outcome must not have probability
/// 0. Touches every amplitude, those of the outcome twice.
pub fn collapse(re: &mut [f64], im: &mut [f64], bits: &[u32], outcome: usize) {
    let lanes = re.len().min(LANES);
    let (fixed, ones, low) = (mask(bits), deposit(outcome, bits), lanes - 1);
    let kept = |lane: usize| lane & fixed == ones & low;
    let blocks = Subspace::new(re.len(), fixed & !low, ones & !low);

    let mut norms = [0.0; LANES];
    for run in blocks.runs() {
        scalar::add_lane_norms(&re[run.clone()], &im[run], &mut norms[..lanes]);
    }
    let norm: f64 = (0..lanes).filter(|lane| kept(*lane)).map(|lane| norms[lane]).sum();
    let factor = 1.0 / norm.sqrt();

    let factors: [f64; LANES] = std::array::from_fn(|lane| if kept(lane & low) { factor } else { 0.0 });
    for part in [re, im] {
        let mut end = 0;
        for run in blocks.runs() {
            part[end..run.start].fill(0.0);
            scalar::scale_lanes(&factors[..lanes], &mut part[run.clone()]);
            end = run.end;
        }
        part[end..].fill(0.0);
    }
}

/// Writes a state to bits that are all |0⟩, the first one least significant: the amplitude of value `v`
/// becomes `state[v]` times the one of value 0. Touches at most twice every amplitude.
pub fn prepare(re: &mut [f64], im: &mut [f64], bits: &[u32], state: &[Complex]) {
    let space = Subspace::new(re.len(), mask(bits), 0);
    for (value, factor) in state.iter().enumerate().skip(1) {
        let rows = [0, deposit(value, bits)];
        map_columns(re, im, space, rows, |[zero, _]| [zero, factor * zero]);
    }
    if let Some(factor) = state.first() {
        map_columns(re, im, space, [0], |[zero]| [factor * zero]);
    }
}
