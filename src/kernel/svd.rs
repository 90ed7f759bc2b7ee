//! Singular values and right vectors of dense complex matrices of any size, for tensors.
//!
//! Golub and Kahan's algorithm: reflections from both sides leave two real diagonals (Golub, Kahan 1965; both sides in
//! one pass, after Howell et al., "Cache efficient bidiagonalization using BLAS 2.5 operators", 2008), and implicit QR
//! steps make them one (Golub, Reinsch 1970). Reflections begin at the right, which leaves a lower bidiagonal matrix of
//! every shape; turning it into an upper one changes left vectors only. Those are never computed: times the values,
//! they are the matrix times the right vectors, which is exact for vectors that belong to tiny values too. For the same
//! reason signs and phases on the left are left alone, and what is not kept of the right is not computed either.
//!
//! Rows are split, all real parts before all imaginary ones, so that lanes are columns. Rotations of a sweep touch row
//! after row of the vectors of the bidiagonal matrix; some sweeps at a time go through panels of eight columns, which
//! the first cache holds.

use std::mem::take;

use super::lanes::Lanes;
use super::real::Real;
use super::tensor::{insufficient, internal, zeros};
use crate::error::AerError;
use crate::linalg::Complex;

type V = <f64 as Real>::Lanes;

/// Numbers in a vector.
const LANES: usize = 1 << V::BITS;
/// Columns of a panel.
const PANEL: usize = 8;
/// Rows that are reflected together.
const ROWS: usize = 4;
/// Rotations that wait, for each row, until they are carried out.
const WAITING: usize = 16;
/// Sweeps for each value, at most; two are usual.
const SWEEPS: usize = 60;
/// Of a matrix whose entries are about 1, what is no direction any more: squares of less lose digits.
const NOTHING: f64 = 1e-145;

/// The singular values of a matrix, and what its right vectors are made of: `A = (A V) V†`, where the columns of
/// `A V` are orthogonal and as long as the values.
#[derive(Clone, Debug, PartialEq)]
pub struct Svd {
    /// The values, largest first; as many as the smaller size of the matrix.
    pub values: Vec<f64>,
    columns: usize,
    /// The row of `vectors` for each value.
    order: Vec<usize>,
    /// Right vectors of the bidiagonal matrix, which are rows.
    vectors: Panels,
    /// The phase of each column of the bidiagonal matrix.
    phases: Vec<Complex>,
    /// What each right reflection is made of, in split rows.
    reflections: Vec<f64>,
}

/// Decomposes a matrix, given row by row. Accurate to rounding, relative to the largest value. Costs about three
/// multiplications for each entry and row, or column, whichever are fewer, and as many for all right vectors.
pub fn svd(entries: &[Complex], columns: usize) -> Result<Svd, AerError> {
    let rows = entries.len().checked_div(columns).unwrap_or(0);
    let count = rows.min(columns);
    let largest = entries.iter().fold(0.0, |most: f64, x| most.max(x.re.abs()).max(x.im.abs()));
    if !entries.iter().all(|x| x.re.is_finite() && x.im.is_finite()) {
        return Err(internal("The singular values of a tensor were not found."));
    }
    // A power of two, so that scaling rounds nothing.
    let exponent = ((largest.to_bits() >> 52) as i32 - 1023).clamp(-1022, 1022);
    let scale = f64::from_bits(((1023 - exponent) as u64) << 52);
    let mut matrix = reals(row_len(columns) * rows)?;
    for (row, from) in split_rows(&mut matrix, columns).zip(entries.chunks_exact(columns.max(1))) {
        let (re, im) = row.split_at_mut(row.len() / 2);
        for ((re, im), x) in re.iter_mut().zip(im).zip(from) {
            (*re, *im) = (x.re * scale, x.im * scale);
        }
    }
    let Bidiagonal { diagonal, below } = bidiagonal(&mut matrix, rows, columns);
    matrix.truncate(row_len(columns) * count);

    // Phases of rows and columns make both diagonals real.
    let mut row_phase = Complex::ONE;
    let mut phases = Vec::with_capacity(count);
    for (x, y) in diagonal.iter().zip(&below) {
        let column_phase = phase(*x).conj() * row_phase;
        phases.push(column_phase.conj());
        row_phase = phase(*y) * column_phase;
    }
    let mut diagonal: Vec<f64> = diagonal.into_iter().map(length).collect();
    let mut above: Vec<f64> = below.into_iter().map(length).collect();
    for k in 0..count {
        let (c, s, r) = rotation(diagonal[k], above[k]);
        (diagonal[k], above[k]) = (r, 0.0);
        if let Some(next) = diagonal.get_mut(k + 1) {
            above[k] = s * *next;
            *next *= c;
        }
    }

    let mut vectors = Panels::identity(count)?;
    diagonalize(&mut diagonal, &mut above, &mut vectors)?;
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| diagonal[*b].abs().total_cmp(&diagonal[*a].abs()));
    let values = order.iter().map(|place| diagonal[*place].abs() / scale).collect();
    Ok(Svd { values, columns, order, vectors, phases, reflections: matrix })
}

impl Svd {
    /// `V†` row by row: the rows of the largest `count` values.
    pub fn right(&self, count: usize) -> Result<Vec<Complex>, AerError> {
        let order = &self.order[..count.min(self.order.len())];
        let mut right = zeros(order.len() * self.columns)?;
        let mut block = reals(row_len(self.columns) * ROWS)?;
        for (places, to) in order.chunks(ROWS).zip(right.chunks_mut(ROWS * self.columns.max(1))) {
            block.fill(0.0);
            for (row, place) in split_rows(&mut block, self.columns).zip(places) {
                let (re, im) = row.split_at_mut(row.len() / 2);
                let phased = self.vectors.row(*place).zip(&self.phases).map(|(x, phase)| phase * x);
                for ((re, im), x) in re.iter_mut().zip(im).zip(phased) {
                    (*re, *im) = (x.re, x.im);
                }
            }
            let reflections = self.reflections.chunks_exact(row_len(self.columns)).enumerate();
            for (k, reflection) in reflections.rev() {
                for row in split_rows(&mut block, self.columns).take(places.len()) {
                    let x = dot(row, reflection, k);
                    subtract(row, x, reflection, k);
                }
            }
            for (row, to) in split_rows(&mut block, self.columns).zip(to.chunks_exact_mut(self.columns)) {
                let (re, im) = row.split_at(row.len() / 2);
                for ((to, re), im) in to.iter_mut().zip(re).zip(im) {
                    *to = Complex::new(*re, *im);
                }
            }
        }
        Ok(right)
    }
}

/// So many zeros, or the error that there is no memory for them.
fn reals(len: usize) -> Result<Vec<f64>, AerError> {
    let mut entries = Vec::new();
    entries.try_reserve_exact(len).map_err(|_| insufficient(len / 2))?;
    entries.resize(len, 0.0);
    Ok(entries)
}

/// Numbers of a split row of so many columns.
fn row_len(columns: usize) -> usize {
    2 * columns.next_multiple_of(LANES).max(LANES)
}

fn split_rows(matrix: &mut [f64], columns: usize) -> impl Iterator<Item = &mut [f64]> {
    matrix.chunks_exact_mut(row_len(columns))
}

/// `|x|`. Not by `hypot`, which is not the same everywhere.
fn length(x: Complex) -> f64 {
    x.norm_sqr().sqrt()
}

/// `x / |x|`.
fn phase(x: Complex) -> Complex {
    let length = length(x);
    if length > NOTHING { x / length } else { Complex::ONE }
}

/// The rotation that takes `(f, g)` to `(r, 0)`: `[c, s, r]` with `r = c f + s g`.
#[inline]
fn rotation(f: f64, g: f64) -> (f64, f64, f64) {
    if g.abs() <= NOTHING {
        return (1.0, 0.0, f);
    }
    let r = (f * f + g * g).sqrt();
    (f / r, g / r, r)
}

/// The real and the imaginary parts of split rows, in vectors, from the one that has a column.
macro_rules! parts {
    ($chunks:ident($row:expr), $from:expr) => {{
        let row = $row;
        let half = row.len() / 2 / LANES;
        let (re, im) = V::$chunks(row).split_at(half);
        re[$from / LANES..].iter().zip(&im[$from / LANES..half])
    }};
}

/// `Σ a b*` from a column on.
#[inline]
fn dot(a: &[f64], b: &[f64], from: usize) -> Complex {
    let zero = V::splat(0.0);
    let mut sums = [zero; 4];
    for ((a, ai), (b, bi)) in parts!(chunks_of(a), from).zip(parts!(chunks_of(b), from)) {
        let (a, ai, b, bi) = (V::load(*a), V::load(*ai), V::load(*b), V::load(*bi));
        sums = [sums[0] + a * b, sums[1] + ai * bi, sums[2] + ai * b, sums[3] + a * bi];
    }
    let sum = |x: V| -> f64 { x.store().iter().sum() };
    Complex::new(sum(sums[0] + sums[1]), sum(sums[2] - sums[3]))
}

/// `a -= x b` from a column on.
#[inline]
fn subtract(a: &mut [f64], x: Complex, b: &[f64], from: usize) {
    let (x, xi) = (V::splat(x.re), V::splat(x.im));
    for ((a, ai), (b, bi)) in parts!(chunks(a), from).zip(parts!(chunks_of(b), from)) {
        let (b, bi) = (V::load(*b), V::load(*bi));
        a.set((V::load(a.get()) - x * b + xi * bi).store());
        ai.set((V::load(ai.get()) - x * bi - xi * b).store());
    }
}

/// Makes of `x` the `w` of the reflection `1 - w w†` that leaves nothing of `x` but its first entry, and gives that.
/// All zeros where there is nothing to reflect.
fn reflection(re: &mut [f64], im: &mut [f64]) -> Complex {
    let square: f64 = re.iter().zip(&*im).map(|(re, im)| re * re + im * im).sum();
    let ([first, ..], [first_im, ..]) = (&mut *re, &mut *im) else { return Complex::ZERO };
    if square <= NOTHING * NOTHING {
        re.fill(0.0);
        im.fill(0.0);
        return Complex::ZERO;
    }
    let (x, all) = (Complex::new(*first, *first_im), square.sqrt());
    let left = -phase(x) * all;
    (*first, *first_im) = (x.re - left.re, x.im - left.im);
    let factor = (all * (all + length(x))).sqrt().recip();
    for x in re.iter_mut().chain(im) {
        *x *= factor;
    }
    left
}

/// The diagonal of a lower bidiagonal matrix, and what is below each of it: 0 below the last row.
struct Bidiagonal {
    diagonal: Vec<Complex>,
    below: Vec<Complex>,
}

/// Reflects a matrix of split rows from both sides until it is bidiagonal. The first rows, which have a number on the
/// diagonal, become what the reflections from the right are made of.
fn bidiagonal(matrix: &mut [f64], rows: usize, columns: usize) -> Bidiagonal {
    let (len, count) = (row_len(columns), rows.min(columns));
    let half = len / 2;
    let mut result = Bidiagonal { diagonal: Vec::with_capacity(count), below: Vec::with_capacity(count) };
    // The last reflection from the left, `A -= left (left† A)`, of which the rows below are yet to be told.
    let (mut left, mut left_im) = (vec![0.0; rows], vec![0.0; rows]);
    let mut sums = vec![0.0; len];
    for k in 0..count {
        let (done, rest) = matrix.split_at_mut((k + 1) * len);
        let right = &mut done[k * len..];
        subtract(right, Complex::new(left[k], left_im[k]), &sums, k);
        let (re, im) = right.split_at_mut(half);
        re[..k].fill(0.0);
        im[..k].fill(0.0);
        result.diagonal.push(reflection(&mut re[k..columns], &mut im[k..columns]));
        for ((row, x), xi) in rest.chunks_exact_mut(len).zip(&mut left[k + 1..]).zip(&mut left_im[k + 1..]) {
            subtract(row, Complex::new(*x, *xi), &sums, k);
            let along = dot(row, right, k);
            subtract(row, along, right, k);
            (*x, *xi) = (row[k], row[half + k]);
        }
        result.below.push(reflection(&mut left[k + 1..], &mut left_im[k + 1..]));
        sums.fill(0.0);
        for ((row, x), xi) in rest.chunks_exact(len).zip(&left[k + 1..]).zip(&left_im[k + 1..]) {
            subtract(&mut sums, Complex::new(-x, *xi), row, k + 1);
        }
    }
    result
}

/// A square matrix in panels of columns, each of them row by row, and rotations of rows that are yet to be done.
#[derive(Clone, Debug, PartialEq)]
struct Panels {
    entries: Vec<f64>,
    rows: usize,
    /// The first row of each sweep, and how many rotations it has.
    sweeps: Vec<(usize, usize)>,
    /// Cosines and sines.
    rotations: Vec<(f64, f64)>,
}

impl Panels {
    fn identity(rows: usize) -> Result<Self, AerError> {
        let mut entries = reals(rows * rows.next_multiple_of(PANEL))?;
        for place in 0..rows {
            entries[(place / PANEL * rows + place) * PANEL + place % PANEL] = 1.0;
        }
        Ok(Self { entries, rows, sweeps: Vec::new(), rotations: Vec::new() })
    }

    fn row(&self, row: usize) -> impl Iterator<Item = &f64> {
        self.entries
            .chunks_exact((self.rows * PANEL).max(1))
            .flat_map(move |panel| &panel[row * PANEL..][..PANEL])
    }

    /// Carries out what waits.
    fn rotate(&mut self) {
        let (sweeps, rotations) = (take(&mut self.sweeps), take(&mut self.rotations));
        for panel in self.entries.chunks_exact_mut((self.rows * PANEL).max(1)) {
            let mut rest = &rotations[..];
            for (first, len) in &sweeps {
                let (now, later) = rest.split_at(*len);
                sweep(&mut panel[first * PANEL..], now);
                rest = later;
            }
        }
        (self.sweeps, self.rotations) = (sweeps, rotations);
        self.sweeps.clear();
        self.rotations.clear();
    }
}

/// Rotates each row of a panel with the next one, in turn.
fn sweep(panel: &mut [f64], rotations: &[(f64, f64)]) {
    const WIDTH: usize = PANEL / LANES;
    let rows = V::chunks(panel).as_chunks::<WIDTH>().0;
    let Some((first, rows)) = rows.split_first() else { return };
    let mut place = first;
    let mut carried: [V; WIDTH] = std::array::from_fn(|l| V::load(first[l].get()));
    for (next, (c, s)) in rows.iter().zip(rotations) {
        let (c, s) = (V::splat(*c), V::splat(*s));
        for l in 0..WIDTH {
            let x = V::load(next[l].get());
            place[l].set((c * carried[l] + s * x).store());
            carried[l] = c * x - s * carried[l];
        }
        place = next;
    }
    for (to, x) in place.iter().zip(carried) {
        to.set(x.store());
    }
}

/// QR steps on an upper bidiagonal matrix until nothing is above the diagonal; rows of `vectors` are rotated along.
fn diagonalize(diagonal: &mut [f64], above: &mut [f64], vectors: &mut Panels) -> Result<(), AerError> {
    let (d, e) = (diagonal, above);
    let rounding = 2.0 * f64::EPSILON * d.iter().chain(&*e).fold(0.0, |most: f64, x| most.max(x.abs()));
    let mut sweeps_left = SWEEPS * d.len();
    let mut last = d.len().saturating_sub(1);
    while last > 0 {
        if e[last - 1].abs() <= rounding {
            last -= 1;
            continue;
        }
        let first = (0..last).rev().find(|i| e[*i].abs() <= rounding).map_or(0, |i| i + 1);
        if let Some(zero) = (first..last).rev().find(|i| d[*i].abs() <= rounding) {
            // Its row is emptied, by rotations from the left.
            d[zero] = 0.0;
            let mut f = take(&mut e[zero]);
            for i in zero + 1..=last {
                let (c, s, r) = rotation(d[i], f);
                d[i] = r;
                f = -s * e[i];
                e[i] *= c;
            }
            continue;
        }
        if sweeps_left == 0 {
            return Err(internal("The singular values of a tensor were not found."));
        }
        sweeps_left -= 1;
        let mut f = d[first] - shift(d, e, first, last) / d[first];
        let mut g = e[first];
        for i in first..last {
            let (c, s, r) = rotation(f, g);
            vectors.rotations.push((c, s));
            if i > first {
                e[i - 1] = r;
            }
            f = c * d[i] + s * e[i];
            e[i] = c * e[i] - s * d[i];
            g = s * d[i + 1];
            d[i + 1] *= c;
            let (c, s, r) = rotation(f, g);
            d[i] = r;
            f = c * e[i] + s * d[i + 1];
            d[i + 1] = c * d[i + 1] - s * e[i];
            if i + 1 < last {
                g = s * e[i + 1];
                e[i + 1] *= c;
            }
        }
        e[last - 1] = f;
        vectors.sweeps.push((first, last - first));
        if vectors.rotations.len() >= WAITING * vectors.rows {
            vectors.rotate();
        }
    }
    vectors.rotate();
    Ok(())
}

/// Wilkinson's shift: of the last two rows and columns of `B† B`, the eigenvalue nearer to the last number.
fn shift(d: &[f64], e: &[f64], first: usize, last: usize) -> f64 {
    if d[last] == 0.0 {
        return 0.0;
    }
    let before = if last - 1 > first { e[last - 2] } else { 0.0 };
    let (x, y) = (d[last - 1], e[last - 1]);
    let (a, b, c) = (x * x + before * before, x * y, d[last] * d[last] + y * y);
    let delta = (a - c) / 2.0;
    let root = (delta * delta + b * b).sqrt();
    let by = if delta < 0.0 { delta - root } else { delta + root };
    if by == 0.0 { c } else { c - b * b / by }
}

#[cfg(test)]
pub(super) mod tests;
