//! Random matrices come from `ChaCha8` with the seeds in the text.

use super::*;
use crate::error::ErrorCode;
use crate::rng::ShotRng;

pub(in crate::kernel) struct Random(ShotRng);

impl Random {
    pub(in crate::kernel) fn new(seed: u64) -> Self {
        Self(ShotRng::new(seed, 0))
    }

    fn real(&mut self) -> f64 {
        2.0 * self.0.uniform() - 1.0
    }

    pub(in crate::kernel) fn matrix(&mut self, rows: usize, columns: usize) -> Vec<Complex> {
        (0..rows * columns).map(|_| Complex::new(self.real(), self.real())).collect()
    }

    pub(in crate::kernel) fn size(&mut self, most: usize) -> usize {
        1 + (self.0.uniform() * most as f64) as usize
    }

    /// Orthonormal columns, by Gram and Schmidt, twice.
    fn isometry(&mut self, rows: usize, columns: usize) -> Vec<Complex> {
        let mut done: Vec<Vec<Complex>> = Vec::new();
        for _ in 0..columns {
            let mut column = self.matrix(rows, 1);
            for _ in 0..2 {
                for other in &done {
                    let overlap: Complex = other.iter().zip(&column).map(|(a, b)| a.conj() * b).sum();
                    column.iter_mut().zip(other).for_each(|(x, a)| *x -= overlap * a);
                }
                let norm = column.iter().map(Complex::norm_sqr).sum::<f64>().sqrt();
                for x in &mut column {
                    *x /= norm;
                }
            }
            done.push(column);
        }
        (0..rows).flat_map(|row| done.iter().map(move |column| column[row]).collect::<Vec<_>>()).collect()
    }

    /// A matrix with these singular values.
    fn with_values(&mut self, rows: usize, columns: usize, values: &[f64]) -> Vec<Complex> {
        let mut left = self.isometry(rows, values.len());
        for (place, x) in left.iter_mut().enumerate() {
            *x *= values[place % values.len()];
        }
        let right = self.isometry(columns, values.len());
        naive(&left, values.len(), &adjoint(&right, values.len()), columns)
    }
}

pub(in crate::kernel) fn adjoint(entries: &[Complex], columns: usize) -> Vec<Complex> {
    let rows = entries.len() / columns;
    (0..columns).flat_map(|c| (0..rows).map(move |r| entries[r * columns + c].conj())).collect()
}

pub(in crate::kernel) fn naive(
    left: &[Complex],
    inner: usize,
    right: &[Complex],
    columns: usize,
) -> Vec<Complex> {
    let rows = left.len() / inner;
    let entry = |r: usize, c: usize| (0..inner).map(|k| left[r * inner + k] * right[k * columns + c]).sum();
    (0..rows).flat_map(|r| (0..columns).map(move |c| entry(r, c)).collect::<Vec<_>>()).collect()
}

pub(in crate::kernel) fn distance(a: &[Complex], b: &[Complex]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max)
}

/// What makes it a singular value decomposition: `V†V = 1`, `A = (A V) V†`, and `(A V)†(A V)` is diagonal with the
/// squares of the values, which descend. Errors are in units of the largest value, and of rounding times the size.
fn check(matrix: &[Complex], columns: usize, what: &str) -> Vec<f64> {
    let rows = matrix.len() / columns;
    let found = svd(matrix, columns).unwrap();
    let count = rows.min(columns);
    let (right, values) = (found.right(count).unwrap(), found.values);
    assert_eq!((values.len(), right.len()), (count, count * columns), "{what}");
    assert!(values.iter().all(|value| *value >= 0.0), "{what}: {values:?}");
    assert!(values.is_sorted_by(|a, b| a >= b), "{what}: {values:?}");
    let scale = values[0].max(f64::MIN_POSITIVE);
    let within = 1e-14 * (rows + columns) as f64;
    let adjoint = adjoint(&right, columns);
    let identity: Vec<Complex> =
        (0..count * count).map(|i| Complex::from(f64::from(u8::from(i % (count + 1) == 0)))).collect();
    assert!(distance(&naive(&right, columns, &adjoint, count), &identity) < within, "{what}: V†V");
    let left = naive(matrix, columns, &adjoint, count);
    assert!(distance(&naive(&left, count, &right, columns), matrix) < within * scale, "{what}: A");
    let gram = naive(&self::adjoint(&left, count), rows, &left, count);
    for (place, entry) in gram.iter().enumerate() {
        let (r, c) = (place / count, place % count);
        let expected = if r == c { values[r] * values[r] } else { 0.0 };
        // Each column is off by rounding of the largest value.
        let off = within * scale;
        assert!((entry - expected).norm() <= off * (values[r] + values[c] + off), "{what}: {r} {c}");
    }
    values
}

/// 300 matrices of each family; seed 1.
#[test]
fn decompositions_of_any_shape_hold() {
    let mut random = Random::new(1);
    for _ in 0..300 {
        let (rows, columns) = (random.size(32), random.size(32));
        let matrix = random.matrix(rows, columns);
        check(&matrix, columns, &format!("{rows} by {columns}"));
    }
    for (rows, columns) in [(128, 128), (128, 64), (64, 128), (200, 3), (3, 200)] {
        let matrix = random.matrix(rows, columns);
        check(&matrix, columns, &format!("{rows} by {columns}"));
    }
}

/// Seed 2. Values are found again: of low rank, equal, of huge ratios, and in pairs that nearly agree.
#[test]
fn singular_values_are_those_that_a_matrix_was_made_of() {
    type Family = fn(usize, &mut Random) -> f64;
    let families: [(&str, Family); 5] = [
        ("low rank", |i, _| if i < 3 { 1.0 / (i + 1) as f64 } else { 0.0 }),
        ("equal", |_, _| 0.7),
        ("huge ratios", |i, _| 10f64.powf(-3.0 * i as f64)),
        ("pairs", |i, random| 1.0 / (1 + i / 2) as f64 + 1e-15 * random.real()),
        ("tiny", |i, _| 1e-150 / (i + 1) as f64),
    ];
    let mut random = Random::new(2);
    for (name, family) in families {
        for _ in 0..300 {
            let (rows, columns) = (random.size(20), random.size(20));
            let mut values: Vec<f64> = (0..rows.min(columns)).map(|i| family(i, &mut random)).collect();
            values.sort_by(|a, b| b.total_cmp(a));
            let matrix = random.with_values(rows, columns, &values);
            let found = check(&matrix, columns, name);
            for (found, value) in found.iter().zip(&values) {
                assert!((found - value).abs() < 1e-13 * values[0], "{name}: {found} for {value}");
            }
        }
    }
}

/// Seed 3: the products of two-qubit states and gates, with exact zeros.
#[test]
fn zeros_and_single_entries_decompose() {
    let mut random = Random::new(3);
    for _ in 0..300 {
        let (rows, columns) = (random.size(16), random.size(16));
        let mut matrix = vec![Complex::ZERO; rows * columns];
        let values = check(&matrix, columns, "zero");
        assert!(values.iter().all(|value| *value == 0.0));
        for _ in 0..random.size(rows * columns) - 1 {
            let place = random.size(rows * columns) - 1;
            matrix[place] = Complex::new(random.real(), 0.0);
        }
        check(&matrix, columns, "sparse");
    }
}

#[test]
fn numbers_that_are_none_are_refused() {
    let mut matrix = vec![Complex::ONE; 16];
    matrix[5] = Complex::new(f64::NAN, 0.0);
    assert_eq!(svd(&matrix, 4).unwrap_err().code, ErrorCode::Internal);
}

/// Ones on the diagonal and above it: `2 cos(kπ / (2n + 1))`.
#[test]
fn a_bidiagonal_matrix_of_ones_has_the_values_of_a_path() {
    for n in [1_usize, 2, 3, 50, 131] {
        let matrix: Vec<Complex> = (0..n * n)
            .map(|i| Complex::from(f64::from(u8::from(i % n == i / n || i % n == i / n + 1))))
            .collect();
        for (k, value) in (1..).zip(check(&matrix, n, "path")) {
            let expected = 2.0 * (f64::from(k) * std::f64::consts::PI / (2 * n + 1) as f64).cos();
            assert!((value - expected).abs() < 1e-14 * n as f64, "{n} {k}: {value} for {expected}");
        }
    }
}

/// The 10 by 10 Hilbert matrix, by LAPACK (numpy 2); the smallest of its values is `1e-13`.
#[test]
fn hilbert_matrices_have_the_values_that_others_find() {
    let matrix: Vec<Complex> =
        (0..100).map(|i| Complex::from(1.0 / f64::from(i / 10 + i % 10 + 1))).collect();
    let expected = [
        1.751_919_670_265_177_6,
        0.342_929_548_483_509_15,
        0.035_741_816_271_639_25,
        0.002_530_890_768_670_04,
        0.000_128_749_614_276_379_38,
        4.729_689_293_188_225e-06,
        1.228_967_738_763_775_2e-07,
        2.147_438_824_952_263e-09,
        2.266_745_341_435_916_8e-11,
        1.093_281_379_060_225_1e-13,
    ];
    for (value, expected) in check(&matrix, 10, "Hilbert").iter().zip(expected) {
        assert!((value - expected).abs() < 1e-14, "{value} for {expected}");
    }
}

/// The discrete Fourier transform: every value is the root of its size.
#[test]
fn fourier_transforms_have_equal_values() {
    for n in [2_usize, 16, 100] {
        let matrix: Vec<Complex> = (0..n * n)
            .map(|i| Complex::cis(std::f64::consts::TAU * ((i / n) * (i % n) % n) as f64 / n as f64))
            .collect();
        let values = check(&matrix, n, "Fourier");
        assert!(
            values.iter().all(|value| (value / (n as f64).sqrt() - 1.0).abs() < 1e-13),
            "{n}: {values:?}"
        );
    }
}

/// Seed 5. A power of two changes no digit.
#[test]
fn tiny_and_huge_matrices_decompose_like_others() {
    let matrix = Random::new(5).matrix(24, 17);
    let plain = svd(&matrix, 17).unwrap();
    for exponent in [-1000, -530, 530, 1000] {
        let factor = 2f64.powi(exponent);
        let scaled: Vec<Complex> = matrix.iter().map(|x| x * factor).collect();
        let found = svd(&scaled, 17).unwrap();
        assert_eq!(found.right(17).unwrap(), plain.right(17).unwrap(), "{exponent}");
        let expected: Vec<f64> = plain.values.iter().map(|value| value * factor).collect();
        assert_eq!(found.values, expected, "{exponent}");
    }
}

/// Seed 6.
#[test]
fn the_first_right_vectors_are_those_of_the_largest_values() {
    let found = svd(&Random::new(6).matrix(20, 31), 31).unwrap();
    let all = found.right(20).unwrap();
    for count in 0..=20 {
        assert_eq!(found.right(count).unwrap(), all[..count * 31]);
    }
    assert_eq!(found.right(21).unwrap(), all);
}
