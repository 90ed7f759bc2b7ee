//! Dense matrices on a few bits.

use super::index::{Subspace, deposit, map_columns, mask};
use super::scalar;
use crate::linalg::{Complex, Matrix};

/// Lanes that [`dense`] gathers at a time.
const LANES: usize = 16;

/// Applies a 2 x 2 matrix to `bit` where all bits of the mask `controls` are 1. The mask does not hold `bit`.
///
/// Touches `len / 2^controls` amplitudes.
pub fn dense_1(re: &mut [f64], im: &mut [f64], bit: u32, controls: usize, matrix: &[[Complex; 2]; 2]) {
    let row = 1 << bit;
    let space = Subspace::new(re.len(), controls | row, controls);
    if matrix.as_flattened().iter().all(|entry| entry.im == 0.0) {
        // H and RY: half the work.
        let [[a, b], [c, d]] = matrix.map(|row| row.map(|entry| entry.re));
        map_columns(re, im, space, [0, row], |[x, y]| [x * a + y * b, x * c + y * d]);
    } else {
        map_columns(re, im, space, [0, row], |column| product(matrix, column));
    }
}

/// Applies a 4 x 4 matrix to two bits, the first one least significant, where all bits of the mask `controls`
/// are 1.
///
/// Touches `len / 2^controls` amplitudes.
pub fn dense_2(re: &mut [f64], im: &mut [f64], bits: [u32; 2], controls: usize, matrix: &[[Complex; 4]; 4]) {
    let space = Subspace::new(re.len(), controls | mask(&bits), controls);
    let rows = [0, 1, 2, 3].map(|value| deposit(value, &bits));
    map_columns(re, im, space, rows, |column| product(matrix, column));
}

/// A matrix times a column.
#[inline]
fn product<const D: usize>(matrix: &[[Complex; D]; D], column: [Complex; D]) -> [Complex; D] {
    matrix.map(|row| (1..D).fold(row[0] * column[0], |sum, d| sum + row[d] * column[d]))
}

/// Number of values that [`dense`] needs as scratch for a matrix of `size` rows.
pub fn scratch_len(size: usize) -> usize {
    2 * LANES * (size + 1)
}

/// Applies a matrix of any size to bits, the first one least significant, where all bits of the mask
/// `controls` are 1. `scratch` holds [`scratch_len`] values; what they are does not matter.
///
/// Touches `len / 2^controls` amplitudes, and multiplies each by a column of the matrix.
pub fn dense(
    re: &mut [f64],
    im: &mut [f64],
    bits: &[u32],
    controls: usize,
    matrix: &Matrix,
    scratch: &mut [f64],
) {
    let space = Subspace::new(re.len(), controls | mask(bits), controls);
    dense_where(re, im, bits, space, matrix, scratch);
}

/// [`dense`] in any subspace, in which the bits are fixed to 0.
///
/// Touches `2^bits * space.size()` amplitudes, and multiplies each by a column of the matrix.
pub fn dense_where(
    re: &mut [f64],
    im: &mut [f64],
    bits: &[u32],
    space: Subspace,
    matrix: &Matrix,
    scratch: &mut [f64],
) {
    let size = matrix.rows();
    let lanes = space.size().min(LANES);
    let (sum_re, rest) = scratch.split_at_mut(lanes);
    let (sum_im, rest) = rest.split_at_mut(lanes);
    let (x_re, rest) = rest.split_at_mut(size * lanes);
    let (x_im, _) = rest.split_at_mut(size * lanes);
    let mut at = [0; LANES];
    let at = &mut at[..lanes];
    let mut indices = space.indices();
    for _ in 0..space.size() / lanes {
        for (slot, index) in at.iter_mut().zip(&mut indices) {
            *slot = index;
        }
        let columns = x_re.chunks_exact_mut(lanes).zip(x_im.chunks_exact_mut(lanes));
        for (column, (x_re, x_im)) in columns.enumerate() {
            let offset = deposit(column, bits);
            for ((x, y), index) in x_re.iter_mut().zip(x_im).zip(&*at) {
                (*x, *y) = (re[index + offset], im[index + offset]);
            }
        }
        for (row, factors) in matrix.entries().chunks_exact(size).enumerate() {
            sum_re.fill(0.0);
            sum_im.fill(0.0);
            let columns = x_re.chunks_exact(lanes).zip(x_im.chunks_exact(lanes));
            for (factor, (x_re, x_im)) in factors.iter().zip(columns) {
                scalar::add_scaled(*factor, x_re, x_im, sum_re, sum_im);
            }
            let offset = deposit(row, bits);
            for ((a, b), index) in sum_re.iter().zip(&*sum_im).zip(&*at) {
                (re[index + offset], im[index + offset]) = (*a, *b);
            }
        }
    }
}
