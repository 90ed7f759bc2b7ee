//! Diagonal matrices and phases.

use super::Controls;
use super::index::{BLOCK_BITS, Subspace, deposit, extract, mask};
use super::real::{Real, amplitude};
use super::scalar;
use crate::linalg::Complex;

/// Multiplies by `factor` where the `controls` have their values: phases of any number of bits.
///
/// Touches `len / 2^controls` amplitudes, low bits counting as none.
#[inline(never)]
pub fn phase<T: Real>(re: &mut [T], im: &mut [T], controls: Controls, factor: Complex) {
    diagonal(re, im, &[], controls, &[factor]);
}

/// Multiplies by `entries[value of the bits]`, the first bit least significant, where the
/// `controls` have their values.
///
/// One pass for each value of the bits from [`BLOCK_BITS`] up, over the blocks where the bits have that value,
/// with the factors of one block made ready: so each amplitude is touched at most once, and none in blocks
/// where every factor is 1.
#[inline(never)]
pub fn diagonal<T: Real>(re: &mut [T], im: &mut [T], bits: &[u32], controls: Controls, entries: &[Complex]) {
    let len = re.len();
    let block = len.min(1 << BLOCK_BITS);
    let low = block - 1;
    // Where in `entries` a value of the high bits begins, and which bits of the index they are.
    let high_bits: Vec<u32> = bits.iter().copied().filter(|bit| *bit >= BLOCK_BITS).collect();
    let high_places: Vec<u32> =
        (0..).zip(bits).filter(|(_, bit)| **bit >= BLOCK_BITS).map(|(place, _)| place).collect();
    let (low_places, low_bits): (Vec<u32>, Vec<u32>) =
        (0..).zip(bits.iter().copied()).filter(|(_, bit)| *bit < BLOCK_BITS).unzip();
    let fixed = mask(&high_bits) | (controls.mask & !low);
    let mut factor_re = [T::ONE; 1 << BLOCK_BITS];
    let mut factor_im = [T::ZERO; 1 << BLOCK_BITS];
    for value in 0..1usize << high_bits.len() {
        let first = deposit(value, &high_places);
        for lane in (0..block).filter(|lane| lane & controls.mask == controls.values & low) {
            let entry = entries[first + deposit(extract(lane, &low_bits), &low_places)];
            (factor_re[lane], factor_im[lane]) = (T::from_f64(entry.re), T::from_f64(entry.im));
        }
        let (factor_re, factor_im) = (&factor_re[..block], &factor_im[..block]);
        let factor = amplitude(factor_re, factor_im, 0);
        let uniform = factor_re.iter().zip(factor_im).all(|(x, y)| (*x, *y) == (factor_re[0], factor_im[0]));
        if uniform && factor == Complex::ONE {
            continue;
        }
        let space = Subspace::new(len, fixed, deposit(value, &high_bits) | (controls.values & !low));
        for run in space.runs() {
            let (re, im) = (&mut re[run.clone()], &mut im[run]);
            if uniform {
                scalar::scale(factor, re, im);
            } else {
                for (re, im) in re.chunks_exact_mut(block).zip(im.chunks_exact_mut(block)) {
                    scalar::multiply(factor_re, factor_im, re, im);
                }
            }
        }
    }
}
