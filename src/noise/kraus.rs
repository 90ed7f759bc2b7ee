//! Kraus operators of a channel, from its Choi matrix.
//!
//! The Choi matrix of a channel on matrices of size `d` has entry `(i d + a, j d + b)` of `E(|i⟩⟨j|)[a, b]`, as in
//! Qiskit. Its eigenvectors, each times the root of its eigenvalue and read as a matrix by columns, are Kraus
//! operators, the fewest there are. The eigenvectors come from Jacobi's method (Golub and Van Loan, "Matrix
//! Computations", §8.5), which is exact where an entry is zero and needs no library; matrices here are small.

use crate::circuit::{channel, validate};
use crate::error::{AerError, ErrorCode};
use crate::linalg::{Complex, Matrix};

/// Below this an eigenvalue counts as 0: rounding makes less, and Qiskit, which leaves out what is below 1e-8, loses
/// as much of the trace.
const TOLERANCE: f64 = 1e-14;

/// How far a given matrix may be from a channel, entry by entry.
const DEVIATION: f64 = validate::UNITARY_TOLERANCE;

/// The Choi matrix of a superoperator on column-stacked density matrices, and back: it is its own inverse.
pub fn reshuffled(matrix: &Matrix) -> Matrix {
    let size = matrix.rows().isqrt();
    let mut other = Matrix::zeros(matrix.rows(), matrix.columns());
    for (i, j) in (0..size).flat_map(|i| (0..size).map(move |j| (i, j))) {
        for (a, b) in (0..size).flat_map(|a| (0..size).map(move |b| (a, b))) {
            other.set(i * size + a, j * size + b, matrix.at(b * size + a, j * size + i));
        }
    }
    other
}

/// The fewest Kraus operators of a channel, largest first; the first entry of each that is not 0 is positive.
pub fn from_choi(choi: &Matrix) -> Vec<Matrix> {
    let size = choi.rows().isqrt();
    let operator = |(value, vector): (f64, Vec<Complex>)| {
        let first = vector.iter().find(|entry| entry.norm() > 1e-8).copied().unwrap_or(Complex::ONE);
        let factor = first.conj() / first.norm() * value.max(0.0).sqrt();
        let mut matrix = Matrix::zeros(size, size);
        for (index, entry) in vector.iter().enumerate() {
            matrix.set(index % size, index / size, entry * factor);
        }
        matrix
    };
    eigen(choi).into_iter().filter(|(value, _)| value.abs() > TOLERANCE).map(operator).collect()
}

/// The fewest Kraus operators that do the same.
pub fn canonical(operators: &[Matrix]) -> Vec<Matrix> {
    channel::kraus(operators).map(|matrix| from_choi(&reshuffled(&matrix))).unwrap_or_default()
}

/// Checks that a superoperator is a channel: it keeps the trace, and is completely positive, which is checked up
/// to two qubits only.
pub fn check_channel(superoperator: &Matrix) -> Result<(), AerError> {
    let refused = |reason: &str, found: f64| {
        AerError::new(ErrorCode::InvalidMatrix, "Input quantum channel is not CPTP.")
            .found(format!("{reason} of {found:.3e}"))
            .expected("a completely positive map that keeps the trace")
    };
    let size = superoperator.rows().isqrt();
    let mut deviation = 0f64;
    for column in 0..size * size {
        let trace: Complex = (0..size).map(|i| superoperator.at(i * size + i, column)).sum();
        let expected = f64::from(column / size == column % size);
        deviation = deviation.max((trace - expected).norm());
    }
    if deviation > DEVIATION {
        return Err(refused("a change of the trace", deviation));
    }
    if size > 4 {
        return Ok(());
    }
    let choi = reshuffled(superoperator);
    let skew = choi.distance(&choi.adjoint());
    if skew > DEVIATION {
        return Err(refused("a deviation from Hermitian", skew));
    }
    match eigen(&choi).last() {
        Some((least, _)) if *least < -DEVIATION => Err(refused("an eigenvalue of its Choi matrix", *least)),
        _ => Ok(()),
    }
}

/// Eigenvalues and eigenvectors of a Hermitian matrix, largest first. Costs some ten times the cube of the size.
fn eigen(hermitian: &Matrix) -> Vec<(f64, Vec<Complex>)> {
    const SWEEPS: usize = 50;
    let size = hermitian.rows();
    let (mut a, mut vectors) = (hermitian.clone(), Matrix::identity(size));
    let scale = a.entries().iter().map(|entry| entry.norm()).fold(f64::MIN_POSITIVE, f64::max);
    for _ in 0..SWEEPS {
        let mut rotated = false;
        for (p, q) in (0..size).flat_map(|p| (p + 1..size).map(move |q| (p, q))) {
            let entry = a.at(p, q);
            let magnitude = entry.norm();
            if magnitude <= 1e-17 * scale {
                continue;
            }
            rotated = true;
            // The rotation that makes this entry 0.
            let tau = (a.at(q, q).re - a.at(p, p).re) / (2.0 * magnitude);
            let tangent = tau.signum() / (tau.abs() + (1.0 + tau * tau).sqrt());
            let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
            let (sine, phase) = (tangent * cosine, entry.conj() / magnitude);
            for matrix in [&mut a, &mut vectors] {
                for row in 0..size {
                    let (x, y) = (matrix.at(row, p), matrix.at(row, q) * phase);
                    matrix.set(row, p, x * cosine - y * sine);
                    matrix.set(row, q, x * sine + y * cosine);
                }
            }
            for column in 0..size {
                let (x, y) = (a.at(p, column), a.at(q, column) * phase.conj());
                a.set(p, column, x * cosine - y * sine);
                a.set(q, column, x * sine + y * cosine);
            }
            a.set(p, q, Complex::ZERO);
            a.set(q, p, Complex::ZERO);
        }
        if !rotated {
            break;
        }
    }
    let vector = |k: usize| (0..size).map(|row| vectors.at(row, k)).collect();
    let mut pairs: Vec<(f64, Vec<Complex>)> = (0..size).map(|k| (a.at(k, k).re, vector(k))).collect();
    pairs.sort_by(|x, y| y.0.total_cmp(&x.0));
    pairs
}
