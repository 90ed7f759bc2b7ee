//! An independent part of the state: some qubits, entangled with no other.
//!
//! A register is sparse while few of its amplitudes are not 0. It becomes dense when a matrix mixes what is half full,
//! as permutations and diagonals fill nothing, and sparse again when it is joined to so many qubits in basis states that
//! three quarters are 0.

use super::sparse::Sparse;
use crate::circuit::Qubit;
use crate::engine::dense::{Dense, Entry, Programs};
use crate::error::AerError;
use crate::kernel::index::{extract, mask, set_bits};
use crate::kernel::real::Real;
use crate::kernel::sample::{Sampler, sample_one};
use crate::kernel::{Action, Controls, Placed, reduce};
use crate::linalg::Complex;

/// The form of a register.
#[derive(Clone, Debug)]
pub(super) enum Form<T> {
    Sparse(Sparse),
    Dense(Dense<T>),
}

/// Qubits that are entangled with no other.
#[derive(Clone, Debug)]
pub(super) struct Register<T> {
    /// The qubit of each bit.
    pub qubits: Vec<Qubit>,
    /// The amplitudes by the values of the bits.
    pub form: Form<T>,
}

/// What draws values of a register's bits.
#[derive(Clone, Debug)]
pub(super) enum Drawing {
    /// The cumulative distribution over entries.
    Sparse(Vec<f64>),
    /// What knows it of amplitudes.
    Dense(Sampler),
}

/// Fewest bits of a dense register.
const LEAST_DENSE_BITS: u32 = 4;

/// Most entries of a sparse register: an operation should take no longer than a slice.
const MOST_ENTRIES: u64 = 1 << 19;

/// Whether `2^num_bits` amplitudes are worked on faster than the `support` that are not 0. A dense operation takes
/// about 1 ns an amplitude, and less as part of a program; a sparse one 2 to 20 ns an entry. What is dense stays so
/// down to a quarter.
pub(super) fn is_dense(num_bits: u32, support: u64, dense_now: bool) -> bool {
    let half = 1u64 << (num_bits.clamp(1, 63) - 1);
    let pays = if dense_now { support > half / 2 } else { support >= half };
    num_bits >= LEAST_DENSE_BITS && (pays || support > MOST_ENTRIES)
}

impl<T: Real> Register<T> {
    /// Number of bits.
    pub(super) fn num_bits(&self) -> u32 {
        self.qubits.len() as u32
    }

    /// At most so many amplitudes are not 0.
    pub(super) fn support(&self) -> u64 {
        match &self.form {
            Form::Sparse(sparse) => sparse.len() as u64,
            Form::Dense(dense) => dense.support(),
        }
    }

    /// Whether all amplitudes are kept.
    pub(super) fn is_dense(&self) -> bool {
        matches!(self.form, Form::Dense(_))
    }

    /// Number of operations that were put off.
    pub(super) fn pending(&self) -> u64 {
        match &self.form {
            Form::Sparse(_) => 0,
            Form::Dense(dense) => dense.pending(),
        }
    }

    /// Amplitudes that an operation touches now.
    pub(super) fn work(&self) -> u64 {
        match &self.form {
            Form::Sparse(sparse) => sparse.len() as u64,
            Form::Dense(dense) if dense.puts_off() => 0,
            Form::Dense(dense) => 1 << dense.num_bits(),
        }
    }

    /// A copy, when nothing is put off.
    pub(super) fn try_clone(&self) -> Result<Self, AerError> {
        let form = match &self.form {
            Form::Sparse(sparse) => Form::Sparse(sparse.clone()),
            Form::Dense(dense) => Form::Dense(dense.try_clone()?),
        };
        Ok(Self { qubits: self.qubits.clone(), form })
    }

    /// Becomes a copy of another register, where nothing is put off.
    pub(super) fn copy_from(&mut self, other: &Self) -> Result<(), AerError> {
        match (&mut self.form, &other.form) {
            (Form::Dense(dense), Form::Dense(other)) => dense.copy_from(other)?,
            (Form::Sparse(sparse), Form::Sparse(other)) => sparse.clone_from(other),
            _ => return other.try_clone().map(|copy| *self = copy),
        }
        self.qubits.clone_from(&other.qubits);
        Ok(())
    }

    /// Bytes of the amplitudes.
    pub(super) fn bytes(&self) -> u64 {
        match &self.form {
            Form::Sparse(sparse) => (sparse.len() * size_of::<Entry>()) as u64,
            Form::Dense(dense) => dense.bytes(),
        }
    }

    /// Does all that was put off.
    #[inline(never)]
    pub(super) fn settle(&mut self, largest: u32, programs: &mut Programs) -> Result<(), AerError> {
        match &mut self.form {
            Form::Sparse(_) => Ok(()),
            Form::Dense(dense) => dense.settle(largest, programs),
        }
    }

    /// The amplitudes that are not 0. Nothing may be put off.
    #[inline(never)]
    pub(super) fn entries(&self) -> Vec<Entry> {
        match &self.form {
            Form::Sparse(sparse) => sparse.entries().collect(),
            Form::Dense(dense) => dense.entries(),
        }
    }

    /// All amplitudes, by the value of the bits. Nothing may be put off.
    #[inline(never)]
    pub(super) fn amplitudes(&self) -> Vec<Complex> {
        match &self.form {
            Form::Sparse(sparse) => {
                let mut amplitudes = vec![Complex::ZERO; 1 << sparse.num_bits()];
                for entry in sparse.entries() {
                    amplitudes[entry.index] = entry.amplitude;
                }
                amplitudes
            }
            Form::Dense(dense) => dense.amplitudes().collect(),
        }
    }

    /// Makes it sparse. Nothing may be put off.
    #[inline(never)]
    pub(super) fn make_sparse(&mut self) -> &mut Sparse {
        if self.is_dense() {
            self.form = Form::Sparse(Sparse::new(self.num_bits(), self.entries()));
        }
        match &mut self.form {
            Form::Sparse(sparse) => sparse,
            Form::Dense(_) => unreachable!("it was made sparse"),
        }
    }

    /// Makes it dense; filling its memory may be put off.
    #[inline(never)]
    pub(super) fn make_dense(&mut self) -> &mut Dense<T> {
        if let Form::Sparse(sparse) = &self.form {
            self.form = Form::Dense(Dense::new(sparse.num_bits(), sparse.entries().collect()));
        }
        match &mut self.form {
            Form::Dense(dense) => dense,
            Form::Sparse(_) => unreachable!("it was made dense"),
        }
    }

    /// Applies an operation on bits, or puts it off.
    #[inline(never)]
    pub(super) fn apply(
        &mut self,
        operation: Placed,
        largest: u32,
        programs: &mut Programs,
    ) -> Result<(), AerError> {
        if let (Form::Sparse(sparse), Action::Dense(matrix)) = (&self.form, &operation.action) {
            // As many entries as there may be afterwards, at worst; of one bit, as many as there are.
            let most = (sparse.len() as u64).saturating_mul(matrix.rows() as u64) / 2;
            if is_dense(self.num_bits(), most, false) {
                self.make_dense();
            }
        }
        match &mut self.form {
            Form::Sparse(sparse) => sparse.apply(&operation),
            Form::Dense(dense) => {
                if !dense.puts_off() {
                    dense.settle(largest, programs)?;
                }
                dense.apply(operation);
            }
        }
        Ok(())
    }

    /// What draws values of the bits, while the register stays as it is; nothing is read yet.
    #[inline(never)]
    pub(super) fn drawing(&self) -> Drawing {
        match &self.form {
            Form::Sparse(sparse) => Drawing::Sparse(sparse.cumulative()),
            Form::Dense(dense) => Drawing::Dense(Sampler::new(dense.parts().0.len())),
        }
    }

    /// Reads about `budget` more amplitudes for a drawing; gives how many, and 0 once all are read.
    #[inline(never)]
    pub(super) fn read_for(&self, drawing: &mut Drawing, budget: u64) -> u64 {
        match (&self.form, drawing) {
            (Form::Dense(dense), Drawing::Dense(sampler)) => {
                let (re, im) = dense.parts();
                sampler.advance(re, im, budget)
            }
            _ => 0,
        }
    }

    /// A value of all bits for each number in [0, 1).
    #[inline(never)]
    pub(super) fn draw(&self, drawing: &Drawing, numbers: &[f64]) -> Vec<usize> {
        match (&self.form, drawing) {
            (Form::Sparse(sparse), Drawing::Sparse(cumulative)) => {
                numbers.iter().map(|number| sparse.draw(cumulative, *number)).collect()
            }
            (Form::Dense(dense), Drawing::Dense(sampler)) => {
                let (re, im) = dense.parts();
                let mut values = sampler.draw(re, im, numbers);
                let gather = dense.gather();
                for value in &mut values {
                    *value = gather.apply((*value ^ dense.flips()) as u64) as usize;
                }
                values
            }
            _ => vec![0; numbers.len()],
        }
    }

    /// A value of all bits for a number in [0, 1).
    #[inline(never)]
    pub(super) fn draw_one(&self, number: f64) -> usize {
        match &self.form {
            Form::Sparse(sparse) => sparse.draw(&sparse.cumulative(), number),
            Form::Dense(dense) => {
                let (re, im) = dense.parts();
                dense.gather().apply((sample_one(re, im, number) ^ dense.flips()) as u64) as usize
            }
        }
    }

    /// Keeps the amplitudes where some bits have these values and makes the norm 1. The bits leave the register;
    /// gives their qubits.
    #[inline(never)]
    pub(super) fn collapse(&mut self, kept: Controls) -> Vec<(Qubit, bool)> {
        match &mut self.form {
            Form::Sparse(sparse) => {
                sparse.collapse(kept);
                sparse.remove(kept.mask);
            }
            Form::Dense(dense) => dense.collapse(kept),
        }
        self.forget(kept)
    }

    /// Takes out the bits that have the same value in all entries, if it is sparse; gives their qubits.
    #[inline(never)]
    pub(super) fn take_constants(&mut self) -> Vec<(Qubit, bool)> {
        let Form::Sparse(sparse) = &mut self.form else { return Vec::new() };
        let constants = sparse.constants();
        if constants.mask == 0 {
            return Vec::new();
        }
        sparse.remove(constants.mask);
        self.forget(constants)
    }

    #[inline(never)]
    fn forget(&mut self, bits: Controls) -> Vec<(Qubit, bool)> {
        let gone = set_bits(bits.mask).map(|bit| (self.qubits[bit as usize], bits.values >> bit & 1 == 1));
        let gone = gone.collect();
        let mut bit = 0..;
        self.qubits.retain(|_| bit.next().is_some_and(|bit: u32| bits.mask >> bit & 1 == 0));
        gone
    }

    /// The probability of each value of some bits, the first one least significant, written over `probabilities`.
    pub(super) fn probabilities(&self, bits: &[u32], probabilities: &mut [f64]) {
        match &self.form {
            Form::Sparse(sparse) => {
                probabilities.fill(0.0);
                for entry in sparse.entries() {
                    probabilities[extract(entry.index, bits)] += entry.amplitude.norm_sqr();
                }
            }
            Form::Dense(dense) => {
                let ((re, im), (at, flips)) = (dense.parts(), dense.place(bits));
                reduce::probabilities(re, im, &at, probabilities);
                invert(probabilities, flips);
            }
        }
    }

    /// The reduced density matrix of some bits, the first one least significant, row by row.
    pub(super) fn density_matrix(&self, bits: &[u32]) -> Vec<Complex> {
        match &self.form {
            Form::Sparse(sparse) => sparse.density_matrix(bits),
            Form::Dense(dense) => {
                let ((re, im), (at, flips)) = (dense.parts(), dense.place(bits));
                let mut flat = vec![0.0; 2 << (2 * bits.len())];
                reduce::density_matrix(re, im, &at, &mut flat);
                let mut entries: Vec<Complex> =
                    flat.chunks_exact(2).map(|pair| Complex::new(pair[0], pair[1])).collect();
                invert(&mut entries, flips | flips << bits.len());
                entries
            }
        }
    }

    /// The expectation value of a Pauli string: X or Y on the bits of the mask `flips`, Z or Y on those of `signs`.
    pub(super) fn pauli_expectation(&self, flips: usize, signs: usize) -> f64 {
        match &self.form {
            Form::Sparse(sparse) => {
                let mut entries: Vec<Entry> = sparse.entries().collect();
                entries.sort_unstable_by_key(|entry| entry.index);
                let turn = [Complex::ONE, Complex::I, -Complex::ONE, -Complex::I];
                let turn = turn[(flips & signs).count_ones() as usize % 4];
                let term = |entry: &Entry| {
                    let to = entry.index ^ flips;
                    let at = entries.binary_search_by_key(&to, |entry| entry.index).ok()?;
                    let part = (entries[at].amplitude.conj() * turn * entry.amplitude).re;
                    Some(if (entry.index & signs).count_ones().is_multiple_of(2) { part } else { -part })
                };
                entries.iter().filter_map(term).sum()
            }
            Form::Dense(dense) => {
                let (re, im) = dense.parts();
                let at = |bits: usize| mask(&dense.place(&set_bits(bits).collect::<Vec<_>>()).0);
                let (flips, signs) = (at(flips), at(signs));
                let value = reduce::pauli_expectation(re, im, flips, signs);
                // Z and Y are inverted with their bits.
                if (signs & dense.flips()).count_ones().is_multiple_of(2) { value } else { -value }
            }
        }
    }
}

/// Exchanges the entries of values that differ in the bits of a mask.
fn invert<X>(values: &mut [X], flips: usize) {
    for value in 0..values.len() {
        if value < value ^ flips {
            values.swap(value, value ^ flips);
        }
    }
}
