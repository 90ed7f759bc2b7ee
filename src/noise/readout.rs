//! Readout errors: what is recorded instead of what was measured.

use crate::error::{AerError, ErrorCode};

/// How far the sum of probabilities may be from 1 (Qiskit's).
const TOLERANCE: f64 = 1e-8;

/// Most qubits: a table has `4^n` entries.
const MAX_QUBITS: u32 = 10;

/// A table of `2^n` rows: row `m` has the probabilities of recording each value where the outcome was `m`; bit `j`
/// of a value is the `j`-th qubit.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadoutError {
    num_qubits: u32,
    probabilities: Vec<Vec<f64>>,
}

fn invalid(message: &str) -> AerError {
    AerError::new(ErrorCode::InvalidParameter, message)
}

impl ReadoutError {
    /// A readout error from its table, which must be square, with a distribution in each row.
    pub fn new(probabilities: Vec<Vec<f64>>) -> Result<Self, AerError> {
        let size = probabilities.len();
        let square = probabilities.iter().all(|row| row.len() == size);
        let num_qubits = size.checked_ilog2().unwrap_or(0);
        if !size.is_power_of_two() || !square || num_qubits == 0 || num_qubits > MAX_QUBITS {
            return Err(invalid("Input readout error probabilities is not a 2^N by 2^N matrix.")
                .found(match probabilities.iter().find(|row| row.len() != size) {
                    Some(row) => format!("{size} rows, one of {} numbers", row.len()),
                    None => format!("{size} rows"),
                })
                .expected(format!("2^N rows of 2^N probabilities, with N from 1 to {MAX_QUBITS}")));
        }
        for (value, row) in probabilities.iter().enumerate() {
            let sum: f64 = row.iter().sum();
            let probable = row.iter().all(|p| *p >= 0.0);
            if !probable || (sum - 1.0).abs() > TOLERANCE || !sum.is_finite() {
                return Err(invalid("A row of the readout error is no distribution.")
                    .found(format!("row {value}: {row:?}, with a sum of {sum}"))
                    .expected("probabilities that add up to 1"));
            }
        }
        Ok(Self { num_qubits, probabilities })
    }

    /// Number of qubits.
    pub fn num_qubits(&self) -> u32 {
        self.num_qubits
    }

    /// The table.
    pub fn probabilities(&self) -> &[Vec<f64>] {
        &self.probabilities
    }

    /// Whether all is recorded as it was measured.
    pub fn ideal(&self) -> bool {
        let square = |p: f64| p * p;
        let rows = self.probabilities.iter().enumerate();
        let distance: f64 = rows
            .flat_map(|(m, row)| row.iter().enumerate().map(move |(n, p)| square(p - f64::from(m == n))))
            .sum();
        distance.sqrt() < 5e-13
    }

    /// The matrix product `other · self` of the tables, which Qiskit calls composition; with `front`, `self · other`.
    pub fn compose(&self, other: &Self, front: bool) -> Result<Self, AerError> {
        if self.num_qubits != other.num_qubits {
            return Err(AerError::new(ErrorCode::QubitCount, "Both readout errors need as many qubits.")
                .found(other.num_qubits.to_string())
                .expected(self.num_qubits.to_string()));
        }
        let (left, right) = if front { (self, other) } else { (other, self) };
        let product = left.probabilities.iter().map(|row| {
            let entry = |n: usize| row.iter().zip(&right.probabilities).map(|(p, to)| p * to[n]).sum();
            (0..row.len()).map(entry).collect()
        });
        Self::new(product.collect())
    }

    /// The product of the table with itself, `n` times; at least once.
    pub fn power(&self, n: u32) -> Result<Self, AerError> {
        if n == 0 {
            return Err(invalid("Can only power with positive integer powers.").found("0"));
        }
        let (mut product, mut square, mut left) = (None::<Self>, self.clone(), n);
        loop {
            if left & 1 == 1 {
                product = Some(match product {
                    None => square.clone(),
                    Some(product) => product.compose(&square, false)?,
                });
            }
            left >>= 1;
            if left == 0 {
                return Ok(product.unwrap_or(square));
            }
            square = square.compose(&square, false)?;
        }
    }

    /// Both errors side by side: the other on the first qubits, this one on those after.
    pub fn tensor(&self, other: &Self) -> Result<Self, AerError> {
        if self.num_qubits + other.num_qubits > MAX_QUBITS {
            return Err(AerError::new(ErrorCode::QubitCount, "The readout error would be too wide.")
                .found(format!("{} qubits", self.num_qubits + other.num_qubits))
                .expected(format!("at most {MAX_QUBITS}")));
        }
        let rows = self.probabilities.iter().flat_map(|high| {
            other.probabilities.iter().map(move |low| {
                high.iter().flat_map(|p| low.iter().map(move |q| p * q)).collect::<Vec<f64>>()
            })
        });
        Self::new(rows.collect())
    }
}
