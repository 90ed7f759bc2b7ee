//! The innermost loops, over contiguous slices of equal length: the only code that a SIMD twin replaces.

use crate::linalg::Complex;

/// Multiplies the column of `D` rows by a matrix, lane by lane.
pub fn dense<const D: usize>(matrix: &[[Complex; D]; D], re: [&mut [f64]; D], im: [&mut [f64]; D]) {
    let lanes = re[0].len();
    let re = re.map(|row| &mut row[..lanes]);
    let im = im.map(|row| &mut row[..lanes]);
    for lane in 0..lanes {
        let mut x = [0.0; D];
        let mut y = [0.0; D];
        for d in 0..D {
            x[d] = re[d][lane];
            y[d] = im[d][lane];
        }
        for d in 0..D {
            let (mut a, mut b) = (0.0, 0.0);
            for e in 0..D {
                let m = matrix[d][e];
                a += m.re * x[e] - m.im * y[e];
                b += m.re * y[e] + m.im * x[e];
            }
            re[d][lane] = a;
            im[d][lane] = b;
        }
    }
}

/// `sum += factor * x`, lane by lane.
pub fn add_scaled(factor: Complex, x_re: &[f64], x_im: &[f64], sum_re: &mut [f64], sum_im: &mut [f64]) {
    let x = x_re.iter().zip(x_im);
    for ((x, y), (a, b)) in x.zip(sum_re.iter_mut().zip(sum_im)) {
        *a += factor.re * x - factor.im * y;
        *b += factor.re * y + factor.im * x;
    }
}

/// Multiplies by one number.
pub fn scale(factor: Complex, re: &mut [f64], im: &mut [f64]) {
    for (x, y) in re.iter_mut().zip(im) {
        (*x, *y) = (factor.re * *x - factor.im * *y, factor.re * *y + factor.im * *x);
    }
}

/// Multiplies by a number per lane.
pub fn multiply(factor_re: &[f64], factor_im: &[f64], re: &mut [f64], im: &mut [f64]) {
    let factors = factor_re.iter().zip(factor_im);
    for ((a, b), (x, y)) in factors.zip(re.iter_mut().zip(im)) {
        (*x, *y) = (a * *x - b * *y, a * *y + b * *x);
    }
}

/// Exchanges two rows and multiplies them: the first becomes `to[0]` times the second, and vice versa.
pub fn exchange_scaled(to: [Complex; 2], re: [&mut [f64]; 2], im: [&mut [f64]; 2]) {
    let ([x0, x1], [y0, y1]) = (re, im);
    for ((x0, y0), (x1, y1)) in x0.iter_mut().zip(y0).zip(x1.iter_mut().zip(y1)) {
        let first = (to[0].re * *x1 - to[0].im * *y1, to[0].re * *y1 + to[0].im * *x1);
        (*x1, *y1) = (to[1].re * *x0 - to[1].im * *y0, to[1].re * *y0 + to[1].im * *x0);
        (*x0, *y0) = first;
    }
}

/// The second row becomes `factor` times the first.
pub fn copy_scaled(factor: Complex, re: [&mut [f64]; 2], im: [&mut [f64]; 2]) {
    let ([x0, x1], [y0, y1]) = (re, im);
    for ((x0, y0), (x1, y1)) in x0.iter().zip(y0.iter()).zip(x1.iter_mut().zip(y1)) {
        *x1 = factor.re * x0 - factor.im * y0;
        *y1 = factor.re * y0 + factor.im * x0;
    }
}

/// The sum of squared moduli. Eight partial sums, so that lanes are independent.
pub fn norm_sqr(re: &[f64], im: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (re_chunks, re_rest) = re.as_chunks::<8>();
    let (im_chunks, im_rest) = im.as_chunks::<8>();
    for (x, y) in re_chunks.iter().zip(im_chunks) {
        for lane in 0..8 {
            sums[lane] += x[lane] * x[lane] + y[lane] * y[lane];
        }
    }
    let rest: f64 = re_rest.iter().zip(im_rest).map(|(x, y)| x * x + y * y).sum();
    sums.iter().sum::<f64>() + rest
}
