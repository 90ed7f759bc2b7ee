//! Real matrices on a vector of real numbers.
//!
//! As in [`dense`](super::dense) a matrix on `k` bits meets the vector in columns, the chunks of lanes in which the
//! bits have each of their values; a bit inside the lanes is reached by exchanging lanes. Columns go through a small
//! buffer, eight at a time. Rows in which nothing changes are not written, inputs that nothing needs are not read, and
//! entries that are 0 cost nothing: the matrices of noise and of Clifford gates are mostly 0.

use std::array::from_fn;
use std::cell::Cell;

use smallvec::SmallVec;

use super::Controls;
use super::index::{deposit, extract, mask};
use super::lanes::{Lanes, Spread};
use super::real::Real;

/// Columns whose inputs are multiplied with the same coefficient.
const COLUMNS: usize = 8;

/// A real matrix at its place, ready for vectors of one length.
pub struct Transfer<T: Real> {
    /// Bits of a chunk's index that tell the rows of a column apart.
    fixed: usize,
    /// Number of columns.
    columns: usize,
    /// Where the inputs are in a column, and by what their lanes are exchanged.
    inputs: Vec<(usize, usize)>,
    /// Where the rows that change are in a column, and where their terms end.
    rows: Vec<(usize, usize)>,
    /// An input and its coefficient.
    terms: Vec<(usize, T::Lanes)>,
}

impl<T: Real> Transfer<T> {
    /// The matrix, row by row, on bits of the index of a vector of `len` numbers, the first one least significant.
    /// The vector is at least one chunk of lanes.
    pub fn new(len: usize, bits: &[u32], matrix: &[f64]) -> Self {
        let spread = Spread::<T::Lanes>::new(len, bits, Controls::default());
        let lanes = 1usize << T::Lanes::BITS;
        let size = 1usize << bits.len();
        let num_rows = 1usize << spread.high.len();
        let value =
            |row: usize, lane: usize| extract(deposit(row, &spread.high) << T::Lanes::BITS | lane, bits);
        let mut used: SmallVec<[Option<usize>; 16]> = SmallVec::new();
        used.resize(num_rows * spread.across.len(), None);
        let (mut inputs, mut rows, mut terms) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..num_rows {
            let changes = (0..lanes).any(|lane| {
                let at = value(row, lane);
                (0..size).any(|column| matrix[at * size + column] - f64::from(u8::from(at == column)) != 0.0)
            });
            if !changes {
                continue;
            }
            for (x, across) in spread.across.iter().enumerate() {
                for column in 0..num_rows {
                    let coefficient =
                        |lane: usize| matrix[value(row, lane) * size + value(column, lane ^ across)];
                    if (0..lanes).all(|lane| coefficient(lane) == 0.0) {
                        continue;
                    }
                    let input = *used[x * num_rows + column].get_or_insert_with(|| {
                        inputs.push((deposit(column, &spread.high), *across));
                        inputs.len() - 1
                    });
                    terms.push((input, T::Lanes::new(|lane| T::from_f64(coefficient(lane)))));
                }
            }
            rows.push((deposit(row, &spread.high), terms.len()));
        }
        Self { fixed: mask(&spread.high), columns: spread.space.size(), inputs, rows, terms }
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Numbers touched in a column, as a measure of work: those read, and a part of the products.
    pub fn work_per_column(&self) -> u64 {
        let lanes = 1 << T::Lanes::BITS;
        lanes * (self.inputs.len() + self.terms.len() / 4).max(1) as u64
    }

    /// Applies the matrix to `count` columns, from the `first` one on.
    #[inline(never)]
    pub fn apply(&self, vector: &mut [T], first: usize, count: usize) {
        let vector = T::Lanes::chunks(vector);
        let zero = T::Lanes::splat(T::ZERO);
        let mut inputs = vec![[zero; COLUMNS]; self.inputs.len()];
        let free: SmallVec<[u32; 32]> = (0..usize::BITS).filter(|bit| self.fixed >> bit & 1 == 0).collect();
        let mut index = deposit(first, &free);
        let mut left = count.min(self.columns.saturating_sub(first));
        while left > 0 {
            let here = left.min(COLUMNS);
            // Where there are fewer, the last is done more than once, with the same result.
            let columns: [usize; COLUMNS] = from_fn(|column| {
                let at = index;
                if column + 1 < here {
                    index = ((index | self.fixed) + 1) & !self.fixed;
                }
                at
            });
            index = ((index | self.fixed) + 1) & !self.fixed;
            left -= here;
            self.columns_at(vector, columns, &mut inputs);
        }
    }

    #[inline]
    fn columns_at(
        &self,
        vector: &[Cell<<T::Lanes as Lanes>::Memory>],
        columns: [usize; COLUMNS],
        inputs: &mut [[T::Lanes; COLUMNS]],
    ) {
        for (input, (offset, across)) in inputs.iter_mut().zip(&self.inputs) {
            *input = columns.map(|index| T::Lanes::load(vector[index + offset].get()));
            // What is known outside of a loop need not be found out within.
            *input = match across {
                0 => *input,
                1 => input.map(|x| x.across(1)),
                2 => input.map(|x| x.across(2)),
                _ => input.map(|x| x.across(3)),
            };
        }
        let mut first = 0;
        for (offset, end) in &self.rows {
            let mut sums = [T::Lanes::splat(T::ZERO); COLUMNS];
            for (input, coefficient) in &self.terms[first..*end] {
                let input = &inputs[*input];
                for column in 0..COLUMNS {
                    sums[column] = sums[column] + *coefficient * input[column];
                }
            }
            first = *end;
            for (index, sum) in columns.into_iter().zip(sums) {
                vector[index + offset].set(sum.store());
            }
        }
    }
}

#[cfg(test)]
mod tests;
