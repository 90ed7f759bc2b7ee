//! The innermost loops: the only code that a SIMD twin replaces.

use super::real::{Real, amplitude};
use crate::linalg::Complex;

/// Replaces every column of rows of equal length by what `map` makes of it.
#[inline]
pub fn map_rows<T: Real, const D: usize>(
    re: [&mut [T]; D],
    im: [&mut [T]; D],
    map: impl Fn([Complex; D]) -> [Complex; D],
) {
    let lanes = re.first().map_or(0, |row| row.len());
    let re = re.map(|row| &mut row[..lanes]);
    let im = im.map(|row| &mut row[..lanes]);
    for lane in 0..lanes {
        let column = map(std::array::from_fn(|d| Complex::new(re[d][lane].to_f64(), im[d][lane].to_f64())));
        for d in 0..D {
            re[d][lane] = T::from_f64(column[d].re);
            im[d][lane] = T::from_f64(column[d].im);
        }
    }
}

/// Replaces the column that begins at each index by what `map` makes of it.
#[inline]
pub fn map_columns<T: Real, const D: usize>(
    re: &mut [T],
    im: &mut [T],
    indices: impl Iterator<Item = usize>,
    offsets: [usize; D],
    map: impl Fn([Complex; D]) -> [Complex; D],
) {
    for index in indices {
        let at = offsets.map(|offset| index + offset);
        let column = map(at.map(|at| amplitude(re, im, at)));
        for (at, amplitude) in at.into_iter().zip(column) {
            (re[at], im[at]) = (T::from_f64(amplitude.re), T::from_f64(amplitude.im));
        }
    }
}

/// Multiplies by one number.
pub fn scale<T: Real>(factor: Complex, re: &mut [T], im: &mut [T]) {
    let (a, b) = (T::from_f64(factor.re), T::from_f64(factor.im));
    for (x, y) in re.iter_mut().zip(im) {
        (*x, *y) = (a * *x - b * *y, a * *y + b * *x);
    }
}

/// Multiplies by a number per lane.
pub fn multiply<T: Real>(factor_re: &[T], factor_im: &[T], re: &mut [T], im: &mut [T]) {
    let factors = factor_re.iter().zip(factor_im);
    for ((a, b), (x, y)) in factors.zip(re.iter_mut().zip(im)) {
        (*x, *y) = (*a * *x - *b * *y, *a * *y + *b * *x);
    }
}

/// The sum of squared moduli. Eight partial sums, so that lanes are independent.
pub fn norm_sqr<T: Real>(re: &[T], im: &[T]) -> f64 {
    let mut sums = [0.0; 8];
    let (re_chunks, re_rest) = re.as_chunks::<8>();
    let (im_chunks, im_rest) = im.as_chunks::<8>();
    for (x, y) in re_chunks.iter().zip(im_chunks) {
        for lane in 0..8 {
            let (x, y) = (x[lane].to_f64(), y[lane].to_f64());
            sums[lane] += x * x + y * y;
        }
    }
    let rest: f64 =
        re_rest.iter().zip(im_rest).map(|(x, y)| x.to_f64() * x.to_f64() + y.to_f64() * y.to_f64()).sum();
    sums.iter().sum::<f64>() + rest
}

/// Adds squared moduli to `norms`, one for each index modulo its length.
pub fn add_lane_norms<T: Real>(re: &[T], im: &[T], norms: &mut [f64]) {
    for (re, im) in re.chunks_exact(norms.len()).zip(im.chunks_exact(norms.len())) {
        for ((x, y), norm) in re.iter().zip(im).zip(&mut *norms) {
            let (x, y) = (x.to_f64(), y.to_f64());
            *norm += x * x + y * y;
        }
    }
}

/// Multiplies by a real number for each index modulo their number.
pub fn scale_lanes<T: Real>(factors: &[T], part: &mut [T]) {
    for block in part.chunks_exact_mut(factors.len()) {
        for (x, factor) in block.iter_mut().zip(factors) {
            *x *= *factor;
        }
    }
}

/// Adds products of three numbers, one for each lane, to sums by lane modulo their number.
#[inline(never)]
pub fn add_signed_products<T: Real>(signs: &[f64], a: &[T], b: &[T], sums: &mut [f64; 8]) {
    let (sign_chunks, signs) = signs.as_chunks::<8>();
    let ((a_chunks, a), (b_chunks, b)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for ((sign, a), b) in sign_chunks.iter().zip(a_chunks).zip(b_chunks) {
        for lane in 0..8 {
            sums[lane] += sign[lane] * a[lane].to_f64() * b[lane].to_f64();
        }
    }
    for (((sign, a), b), sum) in signs.iter().zip(a).zip(b).zip(sums) {
        *sum += sign * a.to_f64() * b.to_f64();
    }
}
