//! Norms, probabilities, collapse and preparation.

use super::index::{BLOCK_BITS, Subspace, deposit, extract, map_columns, mask};
use super::lanes::Lanes;
use super::real::{Real, amplitude};
use super::scalar;
use crate::linalg::Complex;

/// Amplitudes that are summed before the sum joins others: keeps rounding errors small.
pub(super) const CHUNK: usize = 4096;

/// Lanes of a block: the values of the bits below [`BLOCK_BITS`].
const LANES: usize = 1 << BLOCK_BITS;

/// The squared norm. Touches every amplitude.
pub fn norm_sqr<T: Real>(re: &[T], im: &[T]) -> f64 {
    chunk_norms(re, im).sum()
}

/// The squared norm of each [`CHUNK`] of amplitudes.
pub(super) fn chunk_norms<T: Real>(re: &[T], im: &[T]) -> impl Iterator<Item = f64> {
    re.chunks(CHUNK).zip(im.chunks(CHUNK)).map(|(re, im)| scalar::norm_sqr(re, im))
}

/// The probability of each outcome of some bits, the first one least significant: `2^bits` of them, written
/// over `probabilities`. Touches every amplitude.
pub fn probabilities<T: Real>(re: &[T], im: &[T], bits: &[u32], probabilities: &mut [f64]) {
    probabilities.fill(0.0);
    let lanes = re.len().min(LANES);
    let run = Subspace::new(re.len(), mask(bits) & !(lanes - 1), 0).run();
    let in_lane: [usize; LANES] = std::array::from_fn(|lane| extract(lane, bits));
    for (i, (re, im)) in re.chunks_exact(run).zip(im.chunks_exact(run)).enumerate() {
        let mut norms = [0.0; LANES];
        scalar::add_lane_norms(re, im, &mut norms[..lanes]);
        let first = extract(i * run, bits);
        for (norm, outcome) in norms[..lanes].iter().zip(in_lane) {
            probabilities[first | outcome] += norm;
        }
    }
}

/// The reduced density matrix of some bits, the first one least significant, written over `entries`: row by
/// row, re and im interleaved, `2 * 4^bits` numbers. Touches every amplitude and multiplies it with `2^bits`.
pub fn density_matrix<T: Real>(re: &[T], im: &[T], bits: &[u32], entries: &mut [f64]) {
    let size = 1usize << bits.len();
    let offsets: Vec<usize> = (0..size).map(|value| deposit(value, bits)).collect();
    entries.fill(0.0);
    for index in Subspace::new(re.len(), mask(bits), 0).indices() {
        for (row, a) in offsets.iter().enumerate() {
            let Complex { re: x, im: y } = amplitude(re, im, index + a);
            if x == 0.0 && y == 0.0 {
                continue;
            }
            for (column, b) in offsets[..=row].iter().enumerate() {
                let Complex { re: u, im: v } = amplitude(re, im, index + b);
                let at = 2 * (row * size + column);
                entries[at] += x * u + y * v;
                entries[at + 1] += y * u - x * v;
            }
        }
    }
    for row in 0..size {
        for column in 0..row {
            let (lower, upper) = (2 * (row * size + column), 2 * (column * size + row));
            (entries[upper], entries[upper + 1]) = (entries[lower], -entries[lower + 1]);
        }
    }
}

/// The expectation value of a Pauli string: X or Y on the bits of the mask `flips`, Z or Y on those of
/// `signs`. Touches every amplitude once, and copies no more than a block at a time.
pub fn pauli_expectation<T: Real>(re: &[T], im: &[T], flips: usize, signs: usize) -> f64 {
    // The string sends |j⟩ to i^turns |j ^ flips⟩, with a minus where an odd number of `signs` is 1 in j. Of
    // each term only the real part is taken: the imaginary parts add up to 0.
    let turns = (flips & signs).count_ones() as usize % 4;
    let turned = turns % 2;
    let lanes = re.len().min(LANES);
    let (low, high) = (flips & (lanes - 1), flips & !(lanes - 1));
    let lane_signs = lane_signs(signs);
    // Blocks that change places have the same terms: one of them counts twice.
    let highest = high.checked_ilog2().map_or(0, |bit| 1 << bit);
    let (mut flipped_re, mut flipped_im) = ([T::ZERO; LANES], [T::ZERO; LANES]);
    let mut sum = 0.0;
    for run in Subspace::new(re.len(), highest, 0).runs() {
        for chunk in run.clone().step_by(CHUNK) {
            // Terms that are added, and those that are taken off.
            let mut sums = [[0.0; 8]; 2];
            for start in (chunk..run.end.min(chunk + CHUNK)).step_by(lanes) {
                let (here, there) = (start..start + lanes, start ^ high..(start ^ high) + lanes);
                let [u, v] = if low == 0 {
                    [&re[there.clone()], &im[there]]
                } else {
                    exchange_lanes(low, &re[there.clone()], &mut flipped_re);
                    exchange_lanes(low, &im[there], &mut flipped_im);
                    [&flipped_re[..lanes], &flipped_im[..lanes]]
                };
                let odd = parity(start & signs);
                let [with_re, with_im] = if turned == 0 { [u, v] } else { [v, u] };
                let signs = &lane_signs[..lanes];
                scalar::add_signed_products(signs, &re[here.clone()], with_re, &mut sums[odd]);
                scalar::add_signed_products(signs, &im[here], with_im, &mut sums[odd ^ turned]);
            }
            let [plus, minus] = sums.map(|sums| sums.iter().sum::<f64>());
            sum += plus - minus;
        }
    }
    let times = if highest == 0 { 1.0 } else { 2.0 };
    if turns < 2 { times * sum } else { -times * sum }
}

/// For each lane -1 where an odd number of bits of a mask is 1 in it, else 1.
#[inline(never)]
fn lane_signs(mask: usize) -> [f64; LANES] {
    let mut signs = [1.0; LANES];
    for (lane, sign) in signs.iter_mut().enumerate() {
        if parity(lane & mask) == 1 {
            *sign = -1.0;
        }
    }
    signs
}

/// 1 where an odd number of bits is 1, else 0.
fn parity(bits: usize) -> usize {
    bits.count_ones() as usize % 2
}

/// The numbers at `l ^ by` for each `l`; as many as a power of two above `by`.
#[inline(never)]
fn exchange_lanes<T: Real>(by: usize, from: &[T], to: &mut [T]) {
    let (vectors, within) = (by >> T::Lanes::BITS, by & ((1 << T::Lanes::BITS) - 1));
    if from.len() < 1 << T::Lanes::BITS {
        to.iter_mut().zip(0..from.len()).for_each(|(to, lane)| *to = from[lane ^ by]);
        return;
    }
    let from = T::Lanes::chunks_of(from);
    for (to, number) in T::Lanes::chunks(to).iter().zip(0..from.len()) {
        to.set(T::Lanes::load(from[number ^ vectors]).across(within).store());
    }
}

/// Collapses the state to one outcome of some bits and normalises it. The outcome must not have probability
/// 0. Touches every amplitude, those of the outcome twice.
pub fn collapse<T: Real>(re: &mut [T], im: &mut [T], bits: &[u32], outcome: usize) {
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

    let factors: [T; LANES] =
        std::array::from_fn(|lane| if kept(lane & low) { T::from_f64(factor) } else { T::ZERO });
    for part in [re, im] {
        let mut end = 0;
        for run in blocks.runs() {
            part[end..run.start].fill(T::ZERO);
            scalar::scale_lanes(&factors[..lanes], &mut part[run.clone()]);
            end = run.end;
        }
        part[end..].fill(T::ZERO);
    }
}

/// Writes a state to bits that are all |0⟩, the first one least significant: the amplitude of value `v`
/// becomes `state[v]` times the one of value 0. Touches at most twice every amplitude.
pub fn prepare<T: Real>(re: &mut [T], im: &mut [T], bits: &[u32], state: &[Complex]) {
    let space = Subspace::new(re.len(), mask(bits), 0);
    for (value, factor) in state.iter().enumerate().skip(1) {
        let rows = [0, deposit(value, bits)];
        map_columns(re, im, space, rows, |[zero, _]| [zero, factor * zero]);
    }
    if let Some(factor) = state.first() {
        map_columns(re, im, space, [0], |[zero]| [factor * zero]);
    }
}
