//! Clifford operations: found by their matrix, not by their name.
//!
//! An operation `G` is Clifford if it takes every Pauli string to a Pauli string. `G† P G` for each `X` and `Z` of its
//! qubits says what becomes of the rows of a tableau: each new row is a product of old ones. Elimination makes of this
//! a sequence of steps in place. With the roles of the two rows of a step exchanged, the same sequence moves the bits
//! of a Pauli string from before `G` to behind it (its matrix is the transposed inverse), which is what Pauli frames
//! take.

use std::sync::{Arc, LazyLock};

use smallvec::SmallVec;

use super::tableau::{Step, Tableau, x_row, z_row};
use crate::circuit::{GATES, Operation, channel};
use crate::linalg::{Complex, Matrix};

/// Most qubits of a matrix that is examined.
const MOST_QUBITS: usize = 5;

/// How far an entry may be from that of a Pauli string.
const TOLERANCE: f64 = 1e-10;

/// What a Clifford operation does to the rows of its qubits, `2j` and `2j + 1` being those of its `j`-th.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clifford {
    /// What makes the new rows up to powers of i.
    pub steps: SmallVec<[Step; 4]>,
    /// The powers of i to multiply them by.
    pub phases: SmallVec<[u8; 4]>,
}

/// A Pauli string of few qubits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Image {
    x: usize,
    z: usize,
    negative: bool,
}

impl Clifford {
    /// That of an operation on so many qubits, if it is one.
    pub fn of(operation: &Operation, num_qubits: usize) -> Option<Arc<Self>> {
        static FIXED: LazyLock<Vec<Option<Arc<Clifford>>>> = LazyLock::new(|| {
            let fixed = GATES.iter().map(|spec| {
                let num_qubits = spec.num_qubits().filter(|_| spec.parameters.is_empty())?;
                Clifford::of_matrix(&spec.gate.full_matrix(&[], num_qubits)).map(Arc::new)
            });
            fixed.collect()
        });
        match operation {
            Operation::Gate(gate, parameters)
                if parameters.is_empty() && gate.spec().num_qubits() == Some(num_qubits) =>
            {
                FIXED.get(*gate as usize).cloned().flatten()
            }
            Operation::Gate(..)
            | Operation::Unitary(_)
            | Operation::Diagonal(_)
            | Operation::Multiplexer(_)
                if num_qubits <= MOST_QUBITS =>
            {
                Self::of_matrix(&channel::unitary(operation, num_qubits)?).map(Arc::new)
            }
            _ => None,
        }
    }

    /// That of a unitary matrix, if it is one.
    pub fn of_matrix(matrix: &Matrix) -> Option<Self> {
        let adjoint = matrix.adjoint();
        let num_qubits = matrix.rows().checked_ilog2()? as usize;
        let images: Option<SmallVec<[Image; 4]>> =
            (0..2 * num_qubits).map(|row| image(matrix, &adjoint, row)).collect();
        let images = images?;
        let mut rows: SmallVec<[u32; 4]> = images
            .iter()
            .map(|image| {
                let bit = |row: usize| if row % 2 == 1 { image.z } else { image.x } >> (row / 2) & 1;
                (0..2 * num_qubits).fold(0, |bits, row| bits | (bit(row) as u32) << row)
            })
            .collect();
        let steps = eliminate(&mut rows)?;
        let mut tableau = Tableau::new(num_qubits).ok()?;
        for step in &steps {
            tableau.step(*step, usize::from);
        }
        let phase =
            |(row, image): (usize, &Image)| (4 + 2 * u8::from(image.negative) - tableau.row(row).1) % 4;
        let phases = images.iter().enumerate().map(phase).collect();
        Some(Self { steps, phases })
    }

    /// Does it to the rows of its qubits.
    pub fn apply(&self, tableau: &mut Tableau, qubits: &[u32]) {
        let row = |row: u8| {
            let qubit = qubits.get(usize::from(row / 2)).map_or(0, |qubit| *qubit as usize);
            if row % 2 == 1 { z_row(qubit) } else { x_row(qubit) }
        };
        for step in &self.steps {
            tableau.step(*step, row);
        }
        for (i, phase) in self.phases.iter().enumerate() {
            if *phase != 0 {
                tableau.turn(row(i as u8), *phase);
            }
        }
    }

    /// If it is a Pauli string up to a phase: whether it has an X, and a Z, at each qubit.
    pub fn as_pauli(&self) -> Option<impl Iterator<Item = (bool, bool)>> {
        // An X negates the row of Z, and a Z that of X.
        self.steps
            .is_empty()
            .then(|| self.phases.chunks_exact(2).map(|phases| (phases[1] == 2, phases[0] == 2)))
    }
}

/// `U† P U` for the `X` or `Z` of a qubit, if it is a Pauli string.
fn image(unitary: &Matrix, adjoint: &Matrix, row: usize) -> Option<Image> {
    let (size, bit, is_z) = (unitary.rows(), 1usize << (row / 2), row % 2 == 1);
    let mut moved = Matrix::zeros(size, size);
    for (r, c) in (0..size).flat_map(|r| (0..size).map(move |c| (r, c))) {
        let entry = if is_z { unitary.at(r, c) } else { unitary.at(r ^ bit, c) };
        moved.set(r, c, if is_z && r & bit != 0 { -entry } else { entry });
    }
    let product = adjoint.product(&moved)?;
    // Row 0 has a single entry, at the X bits; entry `r ^ x` of row `r` differs from it by the signs of Z bits.
    let x = (0..size).max_by(|a, b| product.at(0, *a).norm().total_cmp(&product.at(0, *b).norm()))?;
    let unit = product.at(0, x);
    let sign = |r: usize| (product.at(r, r ^ x) * unit.conj()).re < 0.0;
    let z = (0..size.trailing_zeros()).fold(0, |z, j| z | usize::from(sign(1 << j)) << j);
    // The string with letters X, Y, Z: row r has i^(number of Y), and the sign of the Z bits in the column.
    let parity = |bits: usize| bits.count_ones() % 2 == 1;
    let power = match (x & z).count_ones() % 4 {
        0 => Complex::ONE,
        1 => Complex::I,
        2 => -Complex::ONE,
        _ => -Complex::I,
    };
    let entry = |r: usize| if parity((r ^ x) & z) { -power } else { power };
    let negative = (unit * entry(0).conj()).re < 0.0;
    let expected = |r: usize, c: usize| match (c == r ^ x, negative) {
        (false, _) => Complex::ZERO,
        (true, true) => -entry(r),
        (true, false) => entry(r),
    };
    let near = |r: usize, c: usize| (product.at(r, c) - expected(r, c)).norm() <= TOLERANCE;
    (0..size).all(|r| (0..size).all(|c| near(r, c))).then_some(Image { x, z, negative })
}

/// Steps that make these rows, each a set of old rows, in place of the old ones.
fn eliminate(rows: &mut [u32]) -> Option<SmallVec<[Step; 4]>> {
    let mut steps = SmallVec::new();
    for column in 0..rows.len() {
        let pivot = (column..rows.len()).find(|row| rows[*row] >> column & 1 == 1)?;
        if pivot != column {
            rows.swap(pivot, column);
            steps.push(Step::Exchange(pivot as u8, column as u8));
        }
        for row in 0..rows.len() {
            if row != column && rows[row] >> column & 1 == 1 {
                rows[row] ^= rows[column];
                steps.push(Step::Multiply(row as u8, column as u8));
            }
        }
    }
    // Each step undoes itself.
    steps.reverse();
    Some(steps)
}
