//! Products and singular values of dense complex matrices of any size, for tensors.
//!
//! Both are `faer`'s, behind one function each: its singular value decomposition (bidiagonalisation, then divide and
//! conquer) is right on the low-rank matrices that tensors are made of, where others return wrong factors. Of the
//! decomposition only the singular values and the right vectors are computed: the left ones, times the values, are
//! the matrix times the right vectors, which is exact for vectors that belong to tiny values too.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::matmul::matmul;
use faer::linalg::svd::{self, ComputeSvdVectors};
use faer::{Accum, Mat, MatMut, MatRef, Par};

use crate::error::{AerError, ErrorCode};
use crate::linalg::Complex;

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

    fn view(&self) -> MatRef<'a, Complex> {
        MatRef::from_row_major_slice(self.entries, self.rows, self.columns)
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
    let out = MatMut::from_row_major_slice_mut(&mut entries, rows, columns);
    let (add, one, par) = (Accum::Add, Complex::ONE, Par::Seq);
    match (left.adjoint, right.adjoint) {
        (false, false) => matmul(out, add, left.view(), right.view(), one, par),
        (false, true) => matmul(out, add, left.view(), right.view().adjoint(), one, par),
        (true, false) => matmul(out, add, left.view().adjoint(), right.view(), one, par),
        (true, true) => matmul(out, add, left.view().adjoint(), right.view().adjoint(), one, par),
    }
    Ok(entries)
}

/// The singular values of a matrix, and the right vectors: `A = (A V) V†`, where the columns of `A V` are orthogonal
/// and as long as the values.
#[derive(Clone, Debug, PartialEq)]
pub struct Svd {
    /// The values, largest first; as many as the smaller size of the matrix.
    pub values: Vec<f64>,
    /// `V†`, row by row: a row for each value.
    pub right: Vec<Complex>,
}

/// Decomposes a matrix, given row by row. Accurate to rounding, relative to the largest value. Costs about ten
/// multiplications for each entry and row, or column, whichever are fewer.
pub fn svd(entries: &[Complex], columns: usize) -> Result<Svd, AerError> {
    let Operand { entries, rows, .. } = Operand::new(entries, columns);
    let count = rows.min(columns);
    if count == 0 {
        return Ok(Svd { values: Vec::new(), right: Vec::new() });
    }
    let length = entries.iter().map(Complex::norm_sqr).sum::<f64>().sqrt();
    let normal = length.is_finite() && length > f64::MIN_POSITIVE.sqrt();
    if columns == 1 {
        return Ok(Svd { values: vec![length], right: vec![Complex::ONE] });
    }
    if rows == 1 && normal {
        return Ok(Svd { values: vec![length], right: entries.iter().map(|x| x / length).collect() });
    }
    // Row by row, a matrix is its transpose column by column; the left vectors of that are the rows of V†.
    let transposed = MatRef::from_column_major_slice(entries, columns, rows);
    let (vectors, none) = (ComputeSvdVectors::Thin, ComputeSvdVectors::No);
    let scratch = svd::svd_scratch::<Complex>(columns, rows, vectors, none, Par::Seq, Default::default());
    let mut memory = MemBuffer::try_new(scratch).map_err(|_| insufficient(entries.len()))?;
    let mut right = zeros(columns * count)?;
    let mut values = Mat::<Complex>::zeros(count, 1);
    let found = svd::svd(
        transposed,
        values.as_mut().col_mut(0).as_diagonal_mut(),
        Some(MatMut::from_column_major_slice_mut(&mut right, columns, count)),
        None,
        Par::Seq,
        MemStack::new(&mut memory),
        Default::default(),
    );
    found.map_err(|_| internal("The singular values of a tensor were not found."))?;
    Ok(Svd { values: (0..count).map(|i| values[(i, 0)].re).collect(), right })
}

fn internal(message: &str) -> AerError {
    AerError::new(ErrorCode::Internal, message)
}

fn insufficient(len: usize) -> AerError {
    let bytes = (len as u64).saturating_mul(size_of::<Complex>() as u64);
    AerError::new(ErrorCode::InsufficientMemory, "There is not enough memory for a tensor.")
        .found(format!("a need of {bytes} bytes"))
        .hint("Set matrix_product_state_max_bond_dimension, which bounds the tensors.")
}

#[cfg(test)]
mod tests;
