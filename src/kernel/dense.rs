//! Dense matrices on a few bits.

use super::Controls;
use super::index::{Subspace, deposit, map_columns, mask};
use super::real::{Real, amplitude};
use crate::linalg::{Complex, Matrix};

/// Applies a 2 x 2 matrix to `bit` where the `controls` have their values; `bit` is none of them.
///
/// Touches `len / 2^controls` amplitudes.
pub fn dense_1<T: Real>(
    re: &mut [T],
    im: &mut [T],
    bit: u32,
    controls: Controls,
    matrix: &[[Complex; 2]; 2],
) {
    let row = 1 << bit;
    let space = Subspace::new(re.len(), controls.mask | row, controls.values);
    if matrix.as_flattened().iter().all(|entry| entry.im == 0.0) {
        // H and RY: half the work.
        let [[a, b], [c, d]] = matrix.map(|row| row.map(|entry| entry.re));
        map_columns(re, im, space, [0, row], |[x, y]| [x * a + y * b, x * c + y * d]);
    } else {
        map_columns(re, im, space, [0, row], |column| product(matrix, column));
    }
}

/// Applies a 4 x 4 matrix to two bits, the first one least significant, where the `controls` have
/// their values.
///
/// Touches `len / 2^controls` amplitudes.
pub fn dense_2<T: Real>(
    re: &mut [T],
    im: &mut [T],
    bits: [u32; 2],
    controls: Controls,
    matrix: &[[Complex; 4]; 4],
) {
    let space = Subspace::new(re.len(), controls.mask | mask(&bits), controls.values);
    let rows = [0, 1, 2, 3].map(|value| deposit(value, &bits));
    map_columns(re, im, space, rows, |column| product(matrix, column));
}

/// A matrix times a column.
#[inline]
fn product<const D: usize>(matrix: &[[Complex; D]; D], column: [Complex; D]) -> [Complex; D] {
    matrix.map(|row| (1..D).fold(row[0] * column[0], |sum, d| sum + row[d] * column[d]))
}

/// Applies a matrix of any size to bits, the first one least significant, where the `controls`
/// have their values.
///
/// Touches `len / 2^controls` amplitudes, and multiplies each by a column of the matrix.
pub fn dense<T: Real>(re: &mut [T], im: &mut [T], bits: &[u32], controls: Controls, matrix: &Matrix) {
    let space = Subspace::new(re.len(), controls.mask | mask(bits), controls.values);
    dense_where(re, im, bits, space, matrix);
}

/// [`dense`] in any subspace, in which the bits are fixed to 0.
///
/// Touches `2^bits * space.size()` amplitudes, and multiplies each by a column of the matrix.
pub fn dense_where<T: Real>(re: &mut [T], im: &mut [T], bits: &[u32], space: Subspace, matrix: &Matrix) {
    let size = matrix.rows();
    let offsets: Vec<usize> = (0..size).map(|value| deposit(value, bits)).collect();
    let mut column = vec![Complex::ZERO; size];
    for index in space.indices() {
        for (x, offset) in column.iter_mut().zip(&offsets) {
            *x = amplitude(re, im, index + offset);
        }
        for (row, offset) in matrix.entries().chunks_exact(size).zip(&offsets) {
            let sum: Complex = row.iter().zip(&column).map(|(factor, x)| factor * x).sum();
            (re[index + offset], im[index + offset]) = (T::from_f64(sum.re), T::from_f64(sum.im));
        }
    }
}
