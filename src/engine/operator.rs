//! An operator as a dense vector: what the unitary and the superoperator method have in common.
//!
//! A matrix is a [`Dense`] register of the bits of its row, which come first, and of its column. Whatever is applied
//! after it acts on the row's bits, so the kernels, the fusion and the cache blocking of the statevector serve here too.

use super::dense::{Dense, Entry, Programs};
use super::gather::Gather;
use super::saved::{self, insufficient_memory, reserve};
use super::{SavedValue, Threads};
use crate::circuit::operation::Pauli;
use crate::circuit::{Operation, Qubit};
use crate::error::AerError;
use crate::kernel::index::{deposit, mask};
use crate::kernel::real::{Real, amplitude};
use crate::kernel::{Action, BitPositions, Kernel, Placed, plan};
use crate::linalg::{Complex, Matrix};

/// Operations that are put off at most.
const MOST_PENDING: u64 = 4096;

/// The size of an address space, in bits: what has no address cannot be simulated.
const ADDRESS_BITS: u32 = if size_of::<usize>() > 4 { 48 } else { 32 };

/// A square matrix of `2^row_bits` rows.
#[derive(Debug)]
pub(super) struct Operator<T: Real> {
    row_bits: u32,
    dense: Dense<T>,
    programs: Programs,
    factor: Complex,
}

impl<T: Real> Operator<T> {
    /// Bytes of a matrix of `2^row_bits` rows; saturates.
    pub(super) fn required_bytes(row_bits: u32) -> u64 {
        let entries = 1u64.checked_shl(row_bits.saturating_mul(2));
        entries.map_or(u64::MAX, |entries| entries.saturating_mul(2 * T::BYTES))
    }

    /// The identity; filling its memory is put off. Refuses what has no address.
    pub(super) fn identity(row_bits: u32) -> Result<Self, AerError> {
        let bytes = Self::required_bytes(row_bits);
        if bytes >= 1 << ADDRESS_BITS {
            return Err(insufficient_memory(bytes));
        }
        let programs = Programs::default();
        Ok(Self { row_bits, dense: Self::dense_identity(row_bits), programs, factor: Complex::ONE })
    }

    fn dense_identity(row_bits: u32) -> Dense<T> {
        let entry = |i: usize| Entry { index: i << row_bits | i, amplitude: Complex::ONE };
        Dense::new(2 * row_bits, (0..1 << row_bits).map(entry).collect())
    }

    /// Back to the identity.
    pub(super) fn reset(&mut self) {
        self.dense = Self::dense_identity(self.row_bits);
        self.factor = Complex::ONE;
    }

    /// Becomes the matrix with these entries, by row and column.
    pub(super) fn replace(&mut self, entry: impl Fn(usize, usize) -> Complex) -> Result<(), AerError> {
        let size = 1usize << self.row_bits;
        let mut entries = Vec::new();
        let short = |_| insufficient_memory(16 << (2 * self.row_bits));
        entries.try_reserve_exact(size * size).map_err(short)?;
        entries.extend(
            (0..size).flat_map(|column| (0..size).map(move |row| (row, column))).map(|(r, c)| entry(r, c)),
        );
        self.dense = Dense::from_amplitudes(&entries, 2 * self.row_bits)?;
        self.factor = Complex::ONE;
        Ok(())
    }

    /// Multiplies by a number.
    pub(super) fn scale(&mut self, factor: Complex) {
        self.factor *= factor;
    }

    /// Applies something to bits of the row, or puts it off.
    pub(super) fn apply(&mut self, placed: Placed) -> Result<(), AerError> {
        if placed.controls.mask == 0
            && let Action::Phase(factor) = &placed.action
        {
            self.factor *= factor;
            return Ok(());
        }
        if !self.dense.puts_off() {
            self.dense.settle(2 * self.row_bits, &mut self.programs)?;
        }
        self.dense.apply(placed);
        Ok(())
    }

    /// Amplitudes that applying something touches now.
    pub(super) fn work(&self) -> u64 {
        if self.dense.puts_off() { 0 } else { 1 << (2 * self.row_bits) }
    }

    /// Number of operations that were put off.
    pub(super) fn pending(&self) -> u64 {
        self.dense.pending()
    }

    /// Whether what was put off must be done before an operation.
    pub(super) fn must_advance(&self, operation: &Operation) -> bool {
        let reads = matches!(operation, Operation::Save(_));
        self.pending() >= if reads { 1 } else { MOST_PENDING }
    }

    /// Does about `budget` of the work that was put off; gives the work it was.
    pub(super) fn advance(&mut self, budget: u64) -> Result<u64, AerError> {
        self.dense.advance(budget, 2 * self.row_bits, &mut self.programs)
    }

    /// Lends threads.
    pub(super) fn lend_threads(&mut self, threads: Threads) {
        self.programs.threads = threads;
    }

    /// The most threads that have worked at a time.
    pub(super) fn threads_used(&self) -> u32 {
        self.programs.threads_used.max(1)
    }

    /// A copy, when nothing is put off.
    pub(super) fn try_clone(&self) -> Result<Self, AerError> {
        let mut programs = Programs::default();
        programs.threads = self.programs.threads;
        Ok(Self { row_bits: self.row_bits, dense: self.dense.try_clone()?, programs, factor: self.factor })
    }

    /// Becomes a copy of another one, where nothing is put off.
    pub(super) fn copy_from(&mut self, other: &Self) -> Result<(), AerError> {
        self.factor = other.factor;
        self.dense.copy_from(&other.dense)
    }

    /// Bytes of the entries.
    pub(super) fn bytes(&self) -> u64 {
        self.dense.bytes()
    }

    /// The matrix, as it is saved. Nothing may be put off.
    pub(super) fn matrix(&mut self, threshold: f64) -> Result<SavedValue, AerError> {
        self.dense.settle(2 * self.row_bits, &mut self.programs)?;
        let (size, bits) = (1usize << self.row_bits, 2 * self.row_bits);
        let mut entries = Vec::new();
        reserve(&mut entries, 2usize.checked_shl(bits))?;
        let (re, im) = self.dense.parts();
        let (at, _) = self.dense.place(&(0..bits).collect::<Vec<_>>());
        let (gather, flips) = (Gather::new((0..).zip(at)), self.dense.flips());
        for row in 0..size {
            for column in 0..size {
                let index = gather.apply((column << self.row_bits | row) as u64) as usize ^ flips;
                let entry = self.factor * amplitude(re, im, index);
                entries.extend([saved::chop(entry.re, threshold), saved::chop(entry.im, threshold)]);
            }
        }
        Ok(SavedValue::ComplexMatrix { columns: size, entries })
    }
}

/// A unitary operation on bits of an index, in order: qubit `q` is bit `first + q`, and with `conjugated` all matrices
/// are the conjugate ones. `None` where it is not unitary.
pub(super) fn unitary(
    operation: &Operation,
    qubits: &[Qubit],
    first: u32,
    conjugated: bool,
) -> Option<Vec<Placed>> {
    let bits: BitPositions = qubits.iter().map(|qubit| first + qubit).collect();
    let number = |x: Complex| if conjugated { x.conj() } else { x };
    let matrix = |matrix: Matrix| if conjugated { matrix.conjugate() } else { matrix };
    Some(match operation {
        Operation::Gate(gate, parameters) => {
            let (controls, targets) = bits.split_at(gate.num_controls(qubits.len()));
            vec![plan(matrix(gate.target_matrix(parameters))).place(targets, mask(controls))]
        }
        Operation::Unitary(unitary) => vec![plan(matrix((**unitary).clone())).place(&bits, 0)],
        Operation::Diagonal(entries) => {
            let action = Action::Diagonal(entries.iter().copied().map(number).collect());
            let targets = (0..qubits.len() as u32).collect();
            vec![Kernel { controls: BitPositions::new(), targets, action }.place(&bits, 0)]
        }
        Operation::Pauli(letters) => {
            let one = |(letter, bit): (&Pauli, &u32)| {
                Some(plan(matrix(letter.gate()?.target_matrix(&[]))).place(&[*bit], 0))
            };
            letters.iter().rev().zip(&bits).filter_map(one).collect()
        }
        Operation::Multiplexer(matrices) => {
            let (targets, controls) =
                bits.split_at(qubits.len().saturating_sub(matrices.len().trailing_zeros() as usize));
            let one = |(value, part): (usize, &Matrix)| {
                let mut placed = plan(matrix(part.clone())).place(targets, 0);
                placed.controls.mask |= mask(controls);
                placed.controls.values |= deposit(value, controls);
                placed
            };
            matrices.iter().enumerate().map(one).collect()
        }
        Operation::Delay(_) | Operation::Barrier | Operation::QuantumErrorLocation => Vec::new(),
        _ => return None,
    })
}
