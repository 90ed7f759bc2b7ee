//! Array loops over amplitudes. They know slices and bit positions; no gate, no circuit.
//!
//! A state is two slices of `2^n` numbers, real and imaginary parts; bit `q` of an index is qubit `q`.
//! [`plan`] finds out what a matrix really does, so that engines never ask for names: bits that only control
//! become a mask, bits on which it does nothing vanish, and the rest is a phase, a diagonal, a permutation or
//! dense. The traversal of the state is in [`index`], the innermost loops are in [`scalar`], and everything
//! else composes the two. Costs are stated in amplitudes touched.

pub mod dense;
pub mod diagonal;
pub mod index;
pub mod lanes;
pub mod permutation;
pub mod phases;
pub mod program;
pub mod real;
pub mod reduce;
pub mod rotation;
pub mod sample;
pub mod scalar;
pub mod shared;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;
pub mod svd;
pub mod tensor;
pub mod threads;
pub mod transfer;
pub mod warm;

use smallvec::SmallVec;

use crate::linalg::{Complex, Matrix};
use permutation::Permutation;
use real::Real;

/// Positions of bits: in a matrix, or in an index.
pub type BitPositions = SmallVec<[u32; 4]>;

/// A matrix, ready to be applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Kernel {
    /// Bits of the matrix that must be 1 for anything to happen.
    pub controls: BitPositions,
    /// Bits of the matrix on which the action works, least significant first.
    pub targets: BitPositions,
    /// What happens.
    pub action: Action,
}

/// What a matrix does, cheapest first.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Multiplies by a number; has no targets. The identity is the number 1.
    Phase(Complex),
    /// Multiplies by a number for each value of the targets.
    Diagonal(Vec<Complex>),
    /// Moves amplitudes and multiplies them.
    Permutation(Permutation),
    /// Anything else.
    Dense(Matrix),
}

/// Classifies a square matrix of `2^k` rows. Exact: an entry that is nearly 0 counts as an entry.
#[inline(never)]
pub fn plan(mut matrix: Matrix) -> Kernel {
    if let [a, b, c, d] = *matrix.entries() {
        return plan_one(matrix, [a, b, c, d]);
    }
    let mut controls = BitPositions::new();
    let mut targets: BitPositions = (0..matrix.rows().trailing_zeros()).collect();
    let mut place = 0;
    while place < targets.len() {
        match role(&matrix, place) {
            Role::Target => place += 1,
            role => {
                let bit = targets.remove(place);
                if role == Role::Control {
                    controls.push(bit);
                }
                matrix = where_one(&matrix, place);
            }
        }
    }
    let size = matrix.rows();
    let off_diagonal = |(i, entry): (usize, &Complex)| i / size != i % size && *entry != Complex::ZERO;
    let action = if size == 1 {
        Action::Phase(matrix.at(0, 0))
    } else if !matrix.entries().iter().enumerate().any(off_diagonal) {
        Action::Diagonal((0..size).map(|i| matrix.at(i, i)).collect())
    } else if let Some(permutation) = Permutation::new(&matrix) {
        Action::Permutation(permutation)
    } else {
        Action::Dense(matrix)
    };
    Kernel { controls, targets, action }
}

/// As [`plan`], for the many gates on one bit: a matrix of two rows, and its entries.
#[inline(never)]
fn plan_one(matrix: Matrix, [a, b, c, d]: [Complex; 4]) -> Kernel {
    let [o, l] = [Complex::ZERO, Complex::ONE];
    let (mut controls, mut targets) = (BitPositions::new(), BitPositions::new());
    let action = if b == o && c == o && (a == d || a == l) {
        if a != d {
            controls.push(0);
        }
        Action::Phase(d)
    } else {
        targets.push(0);
        if b == o && c == o {
            Action::Diagonal(vec![a, d])
        } else if a == o && d == o && b != o && c != o {
            Action::Permutation(Permutation::exchange(b, c))
        } else {
            Action::Dense(matrix)
        }
    };
    Kernel { controls, targets, action }
}

/// What a bit is to a matrix.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    /// The matrix works on it.
    Target,
    /// Where the bit is 0, the matrix is the identity.
    Control,
    /// Whatever the bit is, the matrix is the same.
    Idle,
}

#[inline(never)]
fn role(matrix: &Matrix, place: usize) -> Role {
    let one = 1 << place;
    let (mut control, mut idle) = (true, true);
    for row in 0..matrix.rows() {
        for column in 0..matrix.columns() {
            let entry = matrix.at(row, column);
            if (row ^ column) & one != 0 {
                if entry != Complex::ZERO {
                    return Role::Target;
                }
            } else if row & one == 0 {
                control &= entry == if row == column { Complex::ONE } else { Complex::ZERO };
                idle &= entry == matrix.at(row | one, column | one);
            }
        }
    }
    match (idle, control) {
        (true, _) => Role::Idle,
        (false, true) => Role::Control,
        (false, false) => Role::Target,
    }
}

/// The part of the matrix where a bit of row and column is 1.
#[inline(never)]
fn where_one(matrix: &Matrix, place: usize) -> Matrix {
    let half = matrix.rows() / 2;
    let wide = |i: usize| (i >> place << (place + 1)) | 1 << place | (i & ((1 << place) - 1));
    let mut part = Matrix::zeros(half, half);
    for row in 0..half {
        for column in 0..half {
            part.set(row, column, matrix.at(wide(row), wide(column)));
        }
    }
    part
}

impl Kernel {
    /// The kernel on an index: bit `j` of the matrix is bit `bits[j]`, and all bits of the mask `controls` must
    /// be 1 besides.
    pub fn place(self, bits: &[u32], controls: usize) -> Placed {
        let at = |place: &u32| bits[*place as usize];
        let mask = self.controls.iter().fold(controls, |mask, place| mask | 1 << at(place));
        let targets = self.targets.iter().map(at).collect();
        Placed { targets, controls: Controls { mask, values: mask }, action: self.action }
    }
}

/// Where something happens: the bits of `mask` have the values that they have in `values`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Controls {
    /// The bits that matter.
    pub mask: usize,
    /// Their values; 0 elsewhere.
    pub values: usize,
}

impl Controls {
    /// All bits of a mask are 1.
    pub fn ones(mask: usize) -> Self {
        Self { mask, values: mask }
    }
}

/// A kernel at its place: an action on bits of an index.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The bits on which the action works, the first one least significant. None is a control.
    pub targets: BitPositions,
    /// Where it works.
    pub controls: Controls,
    /// What happens.
    pub action: Action,
}

impl Placed {
    /// Amplitudes touched in a state of `len`.
    pub fn touched(&self, len: usize) -> usize {
        let len = len >> self.controls.mask.count_ones();
        match &self.action {
            Action::Phase(factor) if *factor == Complex::ONE => 0,
            Action::Permutation(permutation) => permutation.touched(len, self.targets.len()),
            Action::Phase(_) | Action::Diagonal(_) | Action::Dense(_) => len,
        }
    }

    /// Applies the action to a state.
    #[inline(never)]
    pub fn apply<T: Real>(&self, re: &mut [T], im: &mut [T]) {
        let Self { targets, controls, action } = self;
        match action {
            Action::Phase(factor) => diagonal::phase(re, im, *controls, *factor),
            Action::Diagonal(entries) => diagonal::diagonal(re, im, targets, *controls, entries),
            Action::Permutation(permutation) => permutation.apply(re, im, targets, *controls),
            Action::Dense(matrix) => dense::dense(re, im, targets, *controls, matrix),
        }
    }
}

#[cfg(test)]
mod tests;
