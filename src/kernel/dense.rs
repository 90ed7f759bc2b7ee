//! Dense matrices on a few bits.
//!
//! A matrix on `k` bits meets a state in *columns*: the vectors of lanes in which the target bits have each of their
//! values. Where a target is itself a bit of the lanes, a vector holds both of its values, and meets itself with
//! lanes exchanged; the matrix is then spread over lanes. Either way a vector takes `2^k` products, wherever the
//! targets are. Controls in lanes choose between old and new. One and two bits stay in registers; more go
//! through a small buffer, four columns at a time, and entries that are 0 are left out.

use std::array::from_fn;
use std::cell::Cell;

use super::Controls;
use super::index::{deposit, extract};
use super::lanes::{self, Lanes, Spread, complex, whole_vectors};
use super::real::Real;
use crate::linalg::Matrix;

/// Applies a matrix of any size to bits, the first one least significant, where the `controls`
/// have their values.
///
/// Touches `len / 2^controls` amplitudes, and multiplies each by a column of the matrix.
#[inline(never)]
pub fn dense<T: Real>(re: &mut [T], im: &mut [T], bits: &[u32], controls: Controls, matrix: &Matrix) {
    whole_vectors(re, im, |re, im| {
        let spread = Spread::<T::Lanes>::new(re.len(), bits, controls);
        let rows = 1 << spread.high.len();
        let is_real = matrix.entries().iter().all(|entry| entry.im == 0.0);
        let coefficients = coefficients::<T::Lanes>(&spread, bits, matrix);
        let (re, im) = (T::Lanes::chunks(re), T::Lanes::chunks(im));
        match (rows, matrix.rows(), is_real) {
            (2, 2, true) => in_registers::<T::Lanes, 2, 2, true>(re, im, &spread, &coefficients),
            (2, 2, false) => in_registers::<T::Lanes, 2, 2, false>(re, im, &spread, &coefficients),
            (1, 2, _) => in_registers::<T::Lanes, 1, 2, false>(re, im, &spread, &coefficients),
            (4, 4, _) => in_registers::<T::Lanes, 4, 4, false>(re, im, &spread, &coefficients),
            (2, 4, _) => in_registers::<T::Lanes, 2, 4, false>(re, im, &spread, &coefficients),
            _ => in_buffer::<T::Lanes>(re, im, &spread, rows, &coefficients),
        }
    });
}

/// What each of a column's inputs is multiplied with for each of its rows, row by row. Input `x * rows + row` is the
/// vector of a row, its lanes exchanged by `across[x]`.
#[inline(never)]
fn coefficients<L: Lanes>(spread: &Spread<L>, bits: &[u32], matrix: &Matrix) -> Vec<[L; 2]> {
    let rows = 1usize << spread.high.len();
    let lanes = 1usize << L::BITS;
    // The value of the bits in each lane of each row.
    let values: Vec<usize> = (0..rows)
        .flat_map(|row| {
            let first = deposit(row, &spread.high) << L::BITS;
            (first..first + lanes).map(|index| extract(index, bits))
        })
        .collect();
    let mut coefficients = Vec::with_capacity(rows * matrix.rows());
    for row in values.chunks_exact(lanes) {
        for across in &spread.across {
            for column in values.chunks_exact(lanes) {
                coefficients.push(complex(|l| matrix.at(row[l], column[l ^ across])));
            }
        }
    }
    coefficients
}

/// Columns of `ROWS` vectors that make `D` inputs, all in registers.
#[inline(never)]
fn in_registers<L: Lanes, const ROWS: usize, const D: usize, const REAL: bool>(
    re: &[Cell<L::Memory>],
    im: &[Cell<L::Memory>],
    spread: &Spread<L>,
    coefficients: &[[L; 2]],
) {
    let coefficients: [[[L; 2]; D]; ROWS] = from_fn(|row| from_fn(|d| coefficients[row * D + d]));
    let offsets: [usize; ROWS] = from_fn(|row| deposit(row, &spread.high));
    let across: [usize; 4] = from_fn(|x| spread.across.get(x).copied().unwrap_or(0));
    let (re, im) = (re, &im[..re.len()]);
    for index in spread.space.indices() {
        let rows: [[L; 2]; ROWS] =
            offsets.map(|offset| [L::load(re[index + offset].get()), L::load(im[index + offset].get())]);
        let inputs: [[L; 2]; D] = from_fn(|d| rows[d % ROWS].map(|x| x.across(across[d / ROWS])));
        for row in 0..ROWS {
            let mut sum = times::<L, REAL>(coefficients[row][0], inputs[0]);
            for d in 1..D {
                let term = times::<L, REAL>(coefficients[row][d], inputs[d]);
                sum = [sum[0] + term[0], sum[1] + term[1]];
            }
            if let Some(mask) = spread.mask {
                sum = [sum[0].select(rows[row][0], mask), sum[1].select(rows[row][1], mask)];
            }
            re[index + offsets[row]].set(sum[0].store());
            im[index + offsets[row]].set(sum[1].store());
        }
    }
}

/// A product of complex numbers, the first of which may be real.
#[inline]
fn times<L: Lanes, const REAL: bool>(a: [L; 2], x: [L; 2]) -> [L; 2] {
    if REAL { [a[0] * x[0], a[0] * x[1]] } else { lanes::times(a, x) }
}

/// Columns whose inputs are multiplied with the same coefficient.
const COLUMNS: usize = 4;

/// Columns of any number of vectors, through a buffer.
#[inline(never)]
fn in_buffer<L: Lanes>(
    re: &[Cell<L::Memory>],
    im: &[Cell<L::Memory>],
    spread: &Spread<L>,
    rows: usize,
    coefficients: &[[L; 2]],
) {
    let offsets: Vec<usize> = (0..rows).map(|row| deposit(row, &spread.high)).collect();
    let size = rows * spread.across.len();
    // Of each row the inputs that matter.
    let terms: Vec<Vec<(usize, [L; 2])>> = coefficients
        .chunks_exact(size)
        .map(|row| row.iter().copied().enumerate().filter(|(_, entry)| !is_zero(*entry)).collect())
        .collect();
    let zero = L::splat(L::Real::ZERO);
    let mut inputs = vec![[[zero; 2]; COLUMNS]; size];
    let mut indices = spread.space.indices();
    while let Some(first) = indices.next() {
        // Where there are fewer, the first is done more than once, with the same result.
        let columns: [usize; COLUMNS] =
            from_fn(|column| if column == 0 { first } else { indices.next().unwrap_or(first) });
        for (inputs, across) in inputs.chunks_exact_mut(rows).zip(&spread.across) {
            for (input, offset) in inputs.iter_mut().zip(&offsets) {
                *input = columns
                    .map(|index| [re, im].map(|part| L::load(part[index + offset].get()).across(*across)));
            }
        }
        for (row, (terms, offset)) in terms.iter().zip(&offsets).enumerate() {
            let mut sums = [[zero; 2]; COLUMNS];
            for (input, coefficient) in terms {
                let inputs = &inputs[*input];
                for column in 0..COLUMNS {
                    let term = times::<L, false>(*coefficient, inputs[column]);
                    sums[column] = [sums[column][0] + term[0], sums[column][1] + term[1]];
                }
            }
            for (index, (mut sum, old)) in columns.into_iter().zip(sums.into_iter().zip(inputs[row])) {
                if let Some(mask) = spread.mask {
                    sum = [sum[0].select(old[0], mask), sum[1].select(old[1], mask)];
                }
                re[index + offset].set(sum[0].store());
                im[index + offset].set(sum[1].store());
            }
        }
    }
}

/// Whether a coefficient is 0 in all lanes.
fn is_zero<L: Lanes>(coefficient: [L; 2]) -> bool {
    coefficient.into_iter().all(|part| part.equals(L::Real::ZERO))
}
