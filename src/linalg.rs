//! Small dense complex matrices: what gates, unitaries and states are made of before a kernel runs them.

use num_complex::Complex64;

/// A complex number in double precision.
pub type Complex = Complex64;

/// Sine and cosine of an angle in radians, for which the angle is reduced once; the same bits on every platform.
pub fn sin_cos(angle: f64) -> (f64, f64) {
    libm::sincos(angle)
}

/// `e^{iφ}`.
pub fn cis(phi: f64) -> Complex {
    let (sin, cos) = sin_cos(phi);
    Complex::new(cos, sin)
}

/// A dense complex matrix, row-major. For a matrix that acts on qubits `[q0, q1, …]`, bit `j` of a row or
/// column index is the value of `qj`: the first qubit is the least significant bit, as in Qiskit.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    entries: Vec<Complex>,
}

impl Matrix {
    /// A matrix from its entries, row by row. `None` unless there are `rows * columns` of them.
    pub fn new(rows: usize, columns: usize, entries: Vec<Complex>) -> Option<Self> {
        (rows.checked_mul(columns) == Some(entries.len())).then_some(Self { rows, columns, entries })
    }

    /// A square matrix from an array of rows.
    pub fn square<const N: usize>(rows: [[Complex; N]; N]) -> Self {
        Self { rows: N, columns: N, entries: rows.as_flattened().to_vec() }
    }

    /// The matrix of this size with zeros everywhere.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, columns, entries: vec![Complex::ZERO; rows * columns] }
    }

    /// The identity.
    pub fn identity(size: usize) -> Self {
        Self::diagonal(&vec![Complex::ONE; size])
    }

    /// The square matrix with this diagonal.
    pub fn diagonal(diagonal: &[Complex]) -> Self {
        let size = diagonal.len();
        let mut matrix = Self::zeros(size, size);
        for (entry, value) in matrix.entries.iter_mut().step_by(size + 1).zip(diagonal) {
            *entry = *value;
        }
        matrix
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All entries, row by row.
    pub fn entries(&self) -> &[Complex] {
        &self.entries
    }

    /// The entry of a row and a column; panics outside of the matrix.
    pub fn at(&self, row: usize, column: usize) -> Complex {
        self.entries[row * self.columns + column]
    }

    /// Changes the entry of a row and a column; panics outside of the matrix.
    pub fn set(&mut self, row: usize, column: usize, value: Complex) {
        self.entries[row * self.columns + column] = value;
    }

    /// The matrix of the conjugate numbers.
    #[must_use]
    pub fn conjugate(&self) -> Self {
        Self { entries: self.entries.iter().map(Complex::conj).collect(), ..*self }
    }

    /// The conjugate transpose.
    #[must_use]
    pub fn adjoint(&self) -> Self {
        let mut adjoint = Self::zeros(self.columns, self.rows);
        for row in 0..self.rows {
            for column in 0..self.columns {
                adjoint.set(column, row, self.at(row, column).conj());
            }
        }
        adjoint
    }

    /// The product `self · right`. `None` unless the inner sizes agree.
    pub fn product(&self, right: &Self) -> Option<Self> {
        (self.columns == right.rows).then(|| {
            let mut product = Self::zeros(self.rows, right.columns);
            for row in 0..self.rows {
                for column in 0..right.columns {
                    let sum = (0..self.columns).map(|k| self.at(row, k) * right.at(k, column)).sum();
                    product.set(row, column, sum);
                }
            }
            product
        })
    }

    /// The same operation with `controls` more qubits in front (the least significant bits), applied only
    /// where all of them are 1.
    #[must_use]
    pub fn controlled(&self, controls: usize) -> Self {
        let stride = 1 << controls;
        let mut matrix = Self::identity(self.rows * stride);
        for row in 0..self.rows {
            for column in 0..self.columns {
                matrix.set(row * stride + stride - 1, column * stride + stride - 1, self.at(row, column));
            }
        }
        matrix
    }

    /// The Kronecker product: this matrix on the more significant qubits, the other one below.
    #[must_use]
    pub fn kron(&self, low: &Self) -> Self {
        let mut product = Self::zeros(self.rows * low.rows, self.columns * low.columns);
        for row in 0..product.rows {
            for column in 0..product.columns {
                let entry = self.at(row / low.rows, column / low.columns)
                    * low.at(row % low.rows, column % low.columns);
                product.set(row, column, entry);
            }
        }
        product
    }

    /// Adds a multiple of a matrix of the same size.
    pub fn add_scaled(&mut self, other: &Self, factor: f64) {
        for (sum, entry) in self.entries.iter_mut().zip(&other.entries) {
            *sum += entry * factor;
        }
    }

    /// The largest absolute difference to another matrix; infinite if the sizes differ.
    pub fn distance(&self, other: &Self) -> f64 {
        if (self.rows, self.columns) != (other.rows, other.columns) {
            return f64::INFINITY;
        }
        let differences = self.entries.iter().zip(&other.entries).map(|(a, b)| (a - b).norm());
        differences.fold(0.0, f64::max)
    }

    /// How far the matrix is from unitary: the largest entry of `|M M† − 1|`; infinite if it is not square.
    /// Costs the cube of the size.
    pub fn unitarity_error(&self) -> f64 {
        self.product(&self.adjoint())
            .map_or(f64::INFINITY, |product| product.distance(&Self::identity(self.rows)))
    }
}
