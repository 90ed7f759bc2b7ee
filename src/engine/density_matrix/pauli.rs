//! Density matrices and operations in the Pauli basis.
//!
//! A density matrix of `k` qubits is `2^-k Σ r_P P`, with real components `r_P = tr(P ρ)`. Bit `j` of the index of a
//! component says whether Z is part of the letter for qubit `j`, bit `k + j` whether X is, and Y has both. An operation
//! is then a real matrix, its Pauli transfer matrix `tr(P S(Q)) / 2^k` (Chow et al., arXiv:1202.5344; O'Brien, Tarasinski
//! and `DiCarlo`, arXiv:1703.04136, simulate with it): a Clifford gate is a permutation with signs, depolarizing and
//! dephasing are diagonal.
//!
//! Between components and entries is a Walsh-Hadamard transform for each difference of row and column: entry
//! `(v, v ^ x)` is `2^-k Σ_z (-1)^{v·z} (-i)^{|x & z|} r_{x,z}`.

use smallvec::SmallVec;

use crate::circuit::{Qubit, Qubits};
use crate::kernel::index::{deposit, extract};
use crate::linalg::{Complex, Matrix};

/// What is nearer to 0, 1 or -1 is rounding.
const ROUNDING: f64 = 4e-15;

/// How far from real a transfer matrix may be.
const REAL: f64 = 1e-7;

/// A Pauli transfer matrix on some qubits.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Transfer {
    pub(super) qubits: Qubits,
    /// `4^k` rows.
    pub(super) entries: Vec<f64>,
}

impl Transfer {
    /// The transfer matrix of a superoperator on as many qubits; `None` where it does not map Hermitian matrices to
    /// such. Costs `k 16^k`.
    pub(super) fn new(superoperator: &Matrix, qubits: &[Qubit]) -> Option<Self> {
        let (k, size) = (qubits.len(), superoperator.rows());
        let mut entries = superoperator.entries().to_vec();
        let i = Complex::I;
        for j in 0..k {
            let [z, x] = [1 << j, 1 << (k + j)];
            for base in (0..size).filter(|at| at & (z | x) == 0) {
                // Rows are traces with each letter, columns are the letters themselves. The bit of the row of ρ is
                // that of Z, the bit of the column that of X.
                for other in 0..size {
                    let at = [base, base | z, base | x, base | z | x];
                    let [a, b, c, d] = at.map(|row| entries[row * size + other]);
                    let rows = [a + d, a - d, b + c, i * (c - b)];
                    at.into_iter().zip(rows).for_each(|(row, entry)| entries[row * size + other] = entry);
                }
                for other in 0..size {
                    let at = [base, base | z, base | x, base | z | x];
                    let [a, b, c, d] = at.map(|column| entries[other * size + column] * 0.5);
                    let columns = [a + d, a - d, b + c, i * (b - c)];
                    at.into_iter()
                        .zip(columns)
                        .for_each(|(column, entry)| entries[other * size + column] = entry);
                }
            }
        }
        let is_real = entries.iter().all(|entry| entry.im.abs() <= REAL);
        is_real.then(|| Self {
            qubits: qubits.into(),
            entries: entries.into_iter().map(|entry| snap(entry.re)).collect(),
        })
    }

    /// The projection of a qubit to a value, without normalisation.
    pub(super) fn projection(qubit: Qubit, value: bool) -> Self {
        let sign = if value { -0.5 } else { 0.5 };
        let mut entries = vec![0.0; 16];
        (entries[0], entries[1], entries[4], entries[5]) = (0.5, sign, sign, 0.5);
        Self { qubits: [qubit].into_iter().collect(), entries }
    }

    /// Multiplies the result.
    pub(super) fn scale(&mut self, factor: f64) {
        self.entries.iter_mut().for_each(|entry| *entry *= factor);
    }

    /// The bits of an index of components of `num_qubits` qubits.
    pub(super) fn bits(&self, num_qubits: u32) -> SmallVec<[u32; 8]> {
        self.qubits.iter().copied().chain(self.qubits.iter().map(|qubit| num_qubits + qubit)).collect()
    }

    fn size(&self) -> usize {
        1 << (2 * self.qubits.len())
    }

    /// This, then another one, on the qubits of both.
    pub(super) fn then(&self, later: &Self) -> Self {
        let mut qubits = self.qubits.clone();
        qubits.extend(later.qubits.iter().copied().filter(|qubit| !self.qubits.contains(qubit)));
        let (before, behind) = (self.on(&qubits), later.on(&qubits));
        let size = 1usize << (2 * qubits.len());
        let mut entries = vec![0.0; size * size];
        for (sums, row) in entries.chunks_exact_mut(size).zip(behind.chunks_exact(size)) {
            for (factor, row) in
                row.iter().zip(before.chunks_exact(size)).filter(|(factor, _)| **factor != 0.0)
            {
                sums.iter_mut().zip(row).for_each(|(sum, entry)| *sum += factor * entry);
            }
        }
        for entry in &mut entries {
            *entry = snap(*entry);
        }
        Self { qubits, entries }
    }

    /// The matrix on more qubits.
    fn on(&self, qubits: &[Qubit]) -> Vec<f64> {
        if *self.qubits == *qubits {
            return self.entries.clone();
        }
        let place = |qubit: &Qubit| qubits.iter().position(|other| other == qubit).unwrap_or_default() as u32;
        let z = self.qubits.iter().map(place);
        let bits: SmallVec<[u32; 8]> = z.clone().chain(z.map(|place| place + qubits.len() as u32)).collect();
        let (size, own) = (1usize << (2 * qubits.len()), self.size());
        let all = deposit(usize::MAX, &bits);
        let mut entries = vec![0.0; size * size];
        for row in 0..size {
            let from = &self.entries[extract(row, &bits) * own..][..own];
            for (column, entry) in from.iter().enumerate() {
                entries[row * size + (row & !all | deposit(column, &bits))] = *entry;
            }
        }
        entries
    }

    /// What applying it costs for each component, about in nanoseconds.
    pub(super) fn cost(&self) -> f64 {
        let size = self.size();
        let (mut rows, mut terms) = (0, 0);
        for (at, row) in self.entries.chunks_exact(size).enumerate() {
            let count = row.iter().filter(|entry| **entry != 0.0).count();
            if count != 1 || row[at] - 1.0 != 0.0 {
                rows += 1;
                terms += count;
            }
        }
        (ROW * rows as f64 + TERM * terms as f64) / size as f64
    }
}

/// What a row costs, and what each of its terms, measured in wasm with SIMD in cache.
const ROW: f64 = 0.85;
const TERM: f64 = 0.17;

fn snap(x: f64) -> f64 {
    let nearest = x.round();
    if nearest.abs() <= 1.0 && (x - nearest).abs() < ROUNDING { nearest } else { x }
}

/// `Σ_z (-1)^{v·z} values[z]` for each `v`, in place.
pub(super) fn walsh_hadamard(values: &mut [f64]) {
    let mut half = 1;
    while half < values.len() {
        for pair in values.chunks_exact_mut(2 * half) {
            let (low, high) = pair.split_at_mut(half);
            for (a, b) in low.iter_mut().zip(high) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
}

/// A working memory for the entries whose row and column differ by the same bits.
#[derive(Debug)]
pub(super) struct Band {
    pub(super) re: Vec<f64>,
    pub(super) im: Vec<f64>,
}

impl Band {
    /// For matrices of `k` qubits.
    pub(super) fn new(k: u32) -> Self {
        Self { re: vec![0.0; 1 << k], im: vec![0.0; 1 << k] }
    }

    /// From the components with this X part, by their Z part, to the entries `(v, v ^ x)` by `v`.
    pub(super) fn entries(&mut self, x: usize, component: impl Fn(usize) -> f64) {
        let scale = 1.0 / self.re.len() as f64;
        for (z, (re, im)) in self.re.iter_mut().zip(&mut self.im).enumerate() {
            let value = scale * component(z);
            (*re, *im) = match (x & z).count_ones() % 4 {
                0 => (value, 0.0),
                1 => (0.0, -value),
                2 => (-value, 0.0),
                _ => (0.0, value),
            };
        }
        walsh_hadamard(&mut self.re);
        if x != 0 {
            walsh_hadamard(&mut self.im);
        }
    }

    /// From the entries `(v, v ^ x)` to the components with this X part, which `store` takes by their Z part.
    pub(super) fn components(
        &mut self,
        x: usize,
        entry: impl Fn(usize) -> Complex,
        mut store: impl FnMut(usize, f64),
    ) {
        for v in 0..self.re.len() {
            let Complex { re, im } = entry(v);
            (self.re[v], self.im[v]) = (re, im);
        }
        walsh_hadamard(&mut self.re);
        walsh_hadamard(&mut self.im);
        for z in 0..self.re.len() {
            let value = match (x & z).count_ones() % 4 {
                0 => self.re[z],
                1 => -self.im[z],
                2 => -self.re[z],
                _ => self.im[z],
            };
            store(z, value);
        }
    }
}
