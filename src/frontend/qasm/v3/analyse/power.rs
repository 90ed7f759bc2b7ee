//! Powers of unitary matrices.
//!
//! A unitary `U = A + iB` has commuting Hermitian parts, so the eigenvectors of `A cos t + B sin t` for a `t`
//! that mixes no eigenvalues are those of `U`. They come from Jacobi's rotations, which are short, stable and
//! fast enough for the small matrices here (Golub and Van Loan, Matrix Computations, §8.5).

use crate::linalg::{Complex, Matrix, cis, sin_cos};

/// Most qubits of a matrix whose power is taken: 2^21 entries of work per sweep, and some ten sweeps.
pub(super) const MAX_QUBITS: usize = 7;

/// The principal power of a unitary matrix: each eigenvalue `e^{iφ}`, `-π < φ ≤ π`, becomes `e^{ikφ}`.
pub(super) fn power(matrix: &Matrix, exponent: f64) -> Option<Matrix> {
    let size = matrix.rows();
    // Angles at which eigenvalues of common gates do not meet.
    for angle in [0.377_f64, 1.234, 2.321] {
        let mut hermitian = Matrix::zeros(size, size);
        let (sin, cos) = sin_cos(angle);
        let adjoint = matrix.adjoint();
        for row in 0..size {
            for column in 0..size {
                let (u, v) = (matrix.at(row, column), adjoint.at(row, column));
                let (a, b) = ((u + v) / 2.0, (u - v) / Complex::new(0.0, 2.0));
                hermitian.set(row, column, a * cos + b * sin);
            }
        }
        let vectors = eigenvectors(hermitian);
        let diagonal = vectors.adjoint().product(&matrix.product(&vectors)?)?;
        let mut values = Vec::with_capacity(size);
        let mut off: f64 = 0.0;
        for row in 0..size {
            for column in 0..size {
                if row != column {
                    off = off.max(diagonal.at(row, column).norm());
                }
            }
            let mut phase = diagonal.at(row, row).arg();
            // -π is π but for rounding.
            if phase < -std::f64::consts::PI + 1e-9 {
                phase = std::f64::consts::PI;
            }
            values.push(cis(phase * exponent));
        }
        if off < 1e-9 {
            return vectors.product(&Matrix::diagonal(&values))?.product(&vectors.adjoint());
        }
    }
    None
}

/// The eigenvectors of a Hermitian matrix, as columns.
fn eigenvectors(mut a: Matrix) -> Matrix {
    let size = a.rows();
    let mut vectors = Matrix::identity(size);
    for _ in 0..60 {
        let mut off: f64 = 0.0;
        for p in 0..size {
            for q in p + 1..size {
                let b = a.at(p, q);
                let weight = b.norm();
                off = off.max(weight);
                if weight < 1e-15 {
                    continue;
                }
                let turn = b / weight;
                let theta = 0.5 * libm::atan2(2.0 * weight, a.at(p, p).re - a.at(q, q).re);
                let (s, c) = sin_cos(theta);
                for matrix in [&mut a, &mut vectors] {
                    for row in 0..size {
                        let (x, y) = (matrix.at(row, p), matrix.at(row, q));
                        matrix.set(row, p, x * c + y * turn.conj() * s);
                        matrix.set(row, q, y * c - x * turn * s);
                    }
                }
                for column in 0..size {
                    let (x, y) = (a.at(p, column), a.at(q, column));
                    a.set(p, column, x * c + y * turn * s);
                    a.set(q, column, y * c - x * turn.conj() * s);
                }
            }
        }
        if off < 1e-14 {
            break;
        }
    }
    vectors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::circuit::Gate;

    #[test]
    fn roots_multiply_to_the_gate_and_are_principal() {
        for (gate, parameters, n) in [
            (Gate::X, &[][..], 1),
            (Gate::H, &[], 1),
            (Gate::Swap, &[], 2),
            (Gate::Iswap, &[], 2),
            (Gate::Ccx, &[], 3),
            (Gate::U, &[0.3, 1.7, -2.0], 1),
            (Gate::Rxx, &[2.5], 2),
            (Gate::C4x, &[], 5),
        ] {
            let matrix = gate.full_matrix(parameters, n);
            let root = power(&matrix, 1.0 / 3.0).unwrap();
            let cube = root.product(&root).unwrap().product(&root).unwrap();
            assert!(cube.distance(&matrix) < 1e-12, "{}", gate.name());
        }
        let sx = power(&Gate::X.target_matrix(&[]), 0.5).unwrap();
        assert!(sx.distance(&Gate::Sx.target_matrix(&[])) < 1e-14);
        let s = power(&Gate::Z.target_matrix(&[]), -0.5).unwrap();
        assert!(s.distance(&Gate::Sdg.target_matrix(&[])) < 1e-14);
    }
}
