//! Two-by-two matrices: Euler angles, eigenvectors, singular values.

use crate::linalg::{Complex, Matrix};

/// A matrix on one bit, by rows.
pub type Small = [[Complex; 2]; 2];

const O: Complex = Complex::ZERO;
const L: Complex = Complex::ONE;

/// The identity.
pub const IDENTITY: Small = [[L, O], [O, L]];

/// What is smaller is rounding: entries of products of unitary matrices below it become 0.
pub const ROUNDING: f64 = 4e-15;

/// How far from unitary a matrix may be that is treated as one.
pub const UNITARY: f64 = 1e-12;

/// The product of two matrices, without entries that are but rounding.
pub fn product(a: &Small, b: &Small) -> Small {
    let [[x, y], [z, w]] = b;
    a.map(|[p, q]| [snap(p * x + q * z), snap(p * y + q * w)])
}

/// 0 or 1 for what is within rounding of it.
pub fn snap(z: Complex) -> Complex {
    let near = |x: f64| x.abs() < ROUNDING;
    match (near(z.re), near(z.im)) {
        (true, true) => O,
        (false, true) if near(z.re - 1.0) => L,
        _ => z,
    }
}

/// The conjugate transpose.
pub fn adjoint([[a, b], [c, d]]: &Small) -> Small {
    [[a.conj(), c.conj()], [b.conj(), d.conj()]]
}

/// The matrix with rows and columns exchanged where the bit is found inverted.
pub fn inverted([[a, b], [c, d]]: Small, is_inverted: bool) -> Small {
    if is_inverted { [[d, c], [b, a]] } else { [[a, b], [c, d]] }
}

/// Whether only the diagonal is not 0.
pub fn is_diagonal(m: &Small) -> bool {
    m[0][1] == O && m[1][0] == O
}

/// Whether it mixes the values of the bit: neither the diagonal nor the other one is 0.
pub fn mixes(m: &Small) -> bool {
    !(is_diagonal(m) || m[0][0] == O && m[1][1] == O)
}

/// Whether a number has modulus 1.
pub fn is_phase(z: Complex) -> bool {
    (z.norm_sqr() - 1.0).abs() < UNITARY
}

/// Whether the matrix is unitary.
pub fn is_unitary(m: &Small) -> bool {
    let [[a, b], [c, d]] = m;
    (a.norm_sqr() + b.norm_sqr() - 1.0).abs() < UNITARY
        && (c.norm_sqr() + d.norm_sqr() - 1.0).abs() < UNITARY
        && (a * c.conj() + b * d.conj()).norm_sqr() < UNITARY * UNITARY
}

/// The modulus of a number that is neither huge nor tiny: without the care that `norm` takes of those.
fn modulus(z: Complex) -> f64 {
    z.norm_sqr().sqrt()
}

/// The number with this direction and modulus 1; 1 for 0.
#[inline(never)]
pub fn direction(z: Complex) -> Complex {
    let norm = modulus(z);
    if norm == 0.0 { L } else { snap(z / norm) }
}

/// `factor * X^inverts * diag(1, after) * [[1, -tangent], [tangent, 1]] / sqrt(1 + tangent^2) * diag(1, before)`.
#[derive(Clone, Copy, Debug)]
pub struct Euler {
    pub inverts: bool,
    pub factor: Complex,
    pub before: Complex,
    pub tangent: f64,
    pub after: Complex,
}

/// The Euler angles of a unitary matrix that [`mixes`]; the tangent is at most 1 in size.
#[inline(never)]
pub fn euler(m: &Small) -> Euler {
    // With some room, so that what should be 1 does not turn on rounding.
    let inverts = m[1][0].norm_sqr() > m[0][0].norm_sqr() * (1.0 + 1e-9);
    let [[a, b], [c, _]] = if inverts { [m[1], m[0]] } else { *m };
    let factor = direction(a);
    let (before, sign) = match direction(-b * factor.conj()) {
        before if before.re < -ROUNDING => (-before, -1.0),
        before => (before, 1.0),
    };
    let after = direction(c * factor.conj() * sign);
    Euler { inverts, factor, before, tangent: sign * modulus(c) / modulus(a), after }
}

/// Eigenvectors of a unitary matrix as columns, and eigenvalues. `m = v * diag(e) * v†`.
#[inline(never)]
pub fn eigen(m: &Small) -> (Small, [Complex; 2]) {
    let half = (m[0][0] + m[1][1]) / 2.0;
    let across = (m[0][0] - m[1][1]) / 2.0;
    let root = (across * across + m[0][1] * m[1][0]).sqrt();
    if root.norm() < ROUNDING {
        return (IDENTITY, [m[0][0], m[1][1]]);
    }
    // Up to a number, what is left without the trace is a Pauli matrix along some axis.
    let z = (across / root).re;
    let off = m[1][0] / root;
    let (x, y) = if z >= 0.0 { (Complex::from(1.0 + z), off) } else { (off.conj(), Complex::from(1.0 - z)) };
    let norm = (x.norm_sqr() + y.norm_sqr()).sqrt();
    let (x, y) = (snap(x / norm), snap(y / norm));
    ([[x, -y.conj()], [y, x.conj()]], [direction(half + root), direction(half - root)])
}

/// Unitary `l` and `r` with `l† * m * r†` diagonal, and how much the singular values of `m` differ, from 0 to 1.
#[inline(never)]
fn singular(m: &Small) -> Option<(f64, Small, Small)> {
    let [[a, b], [c, d]] = m;
    // m† m, hermitian.
    let (p, q) = (a.norm_sqr() + c.norm_sqr(), b.norm_sqr() + d.norm_sqr());
    let off = b.conj() * a + d.conj() * c;
    let (z, root) = ((p - q) / 2.0, libm::hypot((p - q) / 2.0, off.norm()));
    if p + q < 1e-3 {
        return None;
    }
    let apart = 2.0 * root / (p + q);
    if apart < 1e-9 {
        let scale = 1.0 / p.sqrt();
        return Some((apart, m.map(|row| row.map(|entry| entry * scale)), IDENTITY));
    }
    let (x, y) =
        if z >= 0.0 { (Complex::from(root + z), off) } else { (off.conj(), Complex::from(root - z)) };
    let norm = (x.norm_sqr() + y.norm_sqr()).sqrt();
    let (x, y) = (x / norm, y / norm);
    let r = [[x.conj(), y.conj()], [-y, x]];
    // The larger singular value's left vector; the other is at right angles.
    let (u, v) = (a * x + b * y, c * x + d * y);
    let norm = (u.norm_sqr() + v.norm_sqr()).sqrt();
    let (u, v) = (u / norm, v / norm);
    Some((apart, [[u, -v.conj()], [v, u.conj()]], r))
}

/// A 4 x 4 matrix as `(l1 ⊗ l0) * diagonal * (r1 ⊗ r0)`, where it is one: any number of controlled gates and
/// rotations about one axis of each bit, and gates on each.
pub struct Split {
    pub left: [Small; 2],
    pub diagonal: [Complex; 4],
    pub right: [Small; 2],
}

/// Splits a unitary 4 x 4 matrix whose operator-Schmidt rank is at most 2.
///
/// Then its four blocks have the same singular vectors, so those of nearly any sum of them diagonalise all.
#[inline(never)]
pub fn split(m: &Matrix) -> Option<Split> {
    // A sum of the blocks by the values of one bit; `bit` is the other one.
    let guess = |weights: [Complex; 4], bit: usize| {
        let mut sum = [[O; 2]; 2];
        for (block, weight) in weights.iter().enumerate() {
            let (row, column) = (block >> 1, block & 1);
            for (i, sums) in sum.iter_mut().enumerate() {
                for (j, sum) in sums.iter_mut().enumerate() {
                    let entry = match bit {
                        0 => m.at(row << 1 | i, column << 1 | j),
                        _ => m.at(i << 1 | row, j << 1 | column),
                    };
                    *sum += weight * entry;
                }
            }
        }
        singular(&sum)
    };
    let weights = [
        [1.0, 0.0, 0.7, 0.2, 0.3, -0.5, 0.9, 0.4],
        [0.3, 0.8, -0.6, 0.1, 0.9, 0.2, -0.4, 0.7],
        [0.0, 0.6, 0.5, -0.9, 0.2, 0.8, 1.0, -0.3],
    ]
    .map(|w: [f64; 8]| std::array::from_fn(|i| Complex::new(w[2 * i], w[2 * i + 1])));
    let best = |bit| {
        let guesses = weights.iter().filter_map(|weights| guess(*weights, bit));
        guesses.max_by(|a, b| a.0.total_cmp(&b.0))
    };
    let ((_, l0, r0), (_, l1, r1)) = (best(0)?, best(1)?);
    let middle = kronecker(&adjoint(&l1), &adjoint(&l0))
        .product(m)?
        .product(&kronecker(&adjoint(&r1), &adjoint(&r0)))?;
    let off = (0..16).filter(|i| i / 4 != i % 4).map(|i| middle.entries()[i].norm()).fold(0.0, f64::max);
    (off < 2.0 * ROUNDING).then(|| Split {
        left: [l0, l1],
        diagonal: std::array::from_fn(|i| direction(middle.at(i, i))),
        right: [r0, r1],
    })
}

/// `high ⊗ low`: the first bit is `low`'s.
#[inline(never)]
pub fn kronecker(high: &Small, low: &Small) -> Matrix {
    let entry = |i: usize| high[i >> 3][i >> 1 & 1] * low[i >> 2 & 1][i & 1];
    Matrix::new(4, 4, (0..16).map(entry).collect()).unwrap_or_else(|| Matrix::identity(4))
}

/// The matrix that applies `m` on one bit of a matrix on several, after it.
#[inline(never)]
pub fn multiply_left(m: &Small, place: usize, matrix: &mut Matrix) {
    let one = 1 << place;
    for row in (0..matrix.rows()).filter(|row| row & one == 0) {
        for column in 0..matrix.columns() {
            let (x, y) = (matrix.at(row, column), matrix.at(row | one, column));
            matrix.set(row, column, snap(m[0][0] * x + m[0][1] * y));
            matrix.set(row | one, column, snap(m[1][0] * x + m[1][1] * y));
        }
    }
}

/// The matrix that applies `m` on one bit before a matrix on several.
#[inline(never)]
pub fn multiply_right(m: &Small, place: usize, matrix: &mut Matrix) {
    let one = 1 << place;
    for column in (0..matrix.columns()).filter(|column| column & one == 0) {
        for row in 0..matrix.rows() {
            let (x, y) = (matrix.at(row, column), matrix.at(row, column | one));
            matrix.set(row, column, snap(x * m[0][0] + y * m[1][0]));
            matrix.set(row, column | one, snap(x * m[0][1] + y * m[1][1]));
        }
    }
}
