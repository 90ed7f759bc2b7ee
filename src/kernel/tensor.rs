//! Products of dense complex matrices of any size, for tensors.
//!
//! Both sides are packed so that the innermost loop reads memory in order: the right one in panels of as many columns
//! as a vector has numbers, the left one in blocks of four rows, and no more of the inner size at once than the first
//! cache holds of both (Goto, van de Geijn, "Anatomy of high-performance matrix multiplication", 2008).

use super::lanes::Lanes;
use super::real::Real;
use crate::error::{AerError, ErrorCode};
use crate::linalg::Complex;

type V = <f64 as Real>::Lanes;

/// Numbers in a vector, and columns of a panel.
const LANES: usize = 1 << V::BITS;
/// Rows of a block.
const ROWS: usize = 4;
/// Of the inner size at once.
const DEPTH: usize = 128;

/// A matrix that is read: entries row by row.
#[derive(Clone, Copy, Debug)]
pub struct Operand<'a> {
    entries: &'a [Complex],
    rows: usize,
    columns: usize,
    adjoint: bool,
}

impl<'a> Operand<'a> {
    /// The matrix with these rows of `columns` entries each; entries beyond the last full row are left out.
    pub fn new(entries: &'a [Complex], columns: usize) -> Self {
        let rows = entries.len().checked_div(columns).unwrap_or(0);
        Self { entries: &entries[..rows * columns], rows, columns, adjoint: false }
    }

    /// The conjugate transpose.
    #[must_use]
    pub fn adjoint(self) -> Self {
        Self { adjoint: !self.adjoint, ..self }
    }

    fn shape(&self) -> (usize, usize) {
        if self.adjoint { (self.columns, self.rows) } else { (self.rows, self.columns) }
    }

    /// An entry; 0 outside.
    #[inline]
    fn at(&self, row: usize, column: usize) -> Complex {
        if self.adjoint {
            return Self { adjoint: false, ..*self }.at(column, row).conj();
        }
        if row < self.rows && column < self.columns {
            self.entries[row * self.columns + column]
        } else {
            Complex::ZERO
        }
    }
}

/// So many zeros, or the error that there is no memory for them.
pub fn zeros(len: usize) -> Result<Vec<Complex>, AerError> {
    let mut entries = Vec::new();
    entries.try_reserve_exact(len).map_err(|_| insufficient(len))?;
    entries.resize(len, Complex::ZERO);
    Ok(entries)
}

/// The product of two matrices, row by row. Costs a multiplication for each entry of the left one and column of the
/// right one. The inner sizes must agree.
pub fn product(left: Operand, right: Operand) -> Result<Vec<Complex>, AerError> {
    let ((rows, inner), (other, columns)) = (left.shape(), right.shape());
    if inner != other {
        return Err(internal("The sizes of tensors differ."));
    }
    let mut entries = zeros(rows.saturating_mul(columns))?;
    if entries.is_empty() {
        return Ok(entries);
    }
    let mut panels = Vec::with_capacity(columns.div_ceil(LANES) * inner.min(DEPTH));
    let mut block = Vec::with_capacity(inner.min(DEPTH));
    for from in (0..inner).step_by(DEPTH) {
        let depth = from..inner.min(from + DEPTH);
        panels.clear();
        for column in (0..columns).step_by(LANES) {
            panels.extend(depth.clone().map(|k| split(|l| right.at(k, column + l))));
        }
        for (row, out) in (0..).step_by(ROWS).zip(entries.chunks_mut(ROWS * columns)) {
            block.clear();
            block.extend(depth.clone().map(|k| std::array::from_fn(|r| left.at(row + r, k))));
            for (column, panel) in (0..).step_by(LANES).zip(panels.chunks_exact(depth.len())) {
                let tile = multiply(&block, panel);
                for (out, [re, im]) in out.chunks_exact_mut(columns).zip(tile) {
                    for ((out, re), im) in out[column..].iter_mut().zip(re).zip(im) {
                        *out += Complex::new(re, im);
                    }
                }
            }
        }
    }
    Ok(entries)
}

/// Numbers side by side: real parts, imaginary parts.
type Split = [[f64; LANES]; 2];

#[inline]
fn split(number: impl Fn(usize) -> Complex) -> Split {
    let numbers: [Complex; LANES] = std::array::from_fn(number);
    [numbers.map(|x| x.re), numbers.map(|x| x.im)]
}

/// The product of a block and a panel.
fn multiply(block: &[[Complex; ROWS]], panel: &[Split]) -> [Split; ROWS] {
    let mut sums = [[V::splat(0.0); 2]; ROWS];
    for (numbers, [re, im]) in block.iter().zip(panel) {
        let (re, im) = (V::load(*re), V::load(*im));
        for ([sum, sum_im], x) in sums.iter_mut().zip(numbers) {
            let (x, xi) = (V::splat(x.re), V::splat(x.im));
            *sum = *sum + x * re - xi * im;
            *sum_im = *sum_im + x * im + xi * re;
        }
    }
    sums.map(|sum| sum.map(V::store))
}

pub(super) fn internal(message: &str) -> AerError {
    AerError::new(ErrorCode::Internal, message)
}

pub(super) fn insufficient(len: usize) -> AerError {
    let bytes = (len as u64).saturating_mul(size_of::<Complex>() as u64);
    AerError::new(ErrorCode::InsufficientMemory, "There is not enough memory for a tensor.")
        .found(format!("a need of {bytes} bytes"))
        .hint("Set matrix_product_state_max_bond_dimension, which bounds the tensors.")
}

#[cfg(test)]
mod tests;
