//! The density matrix method: a mixed state by its components in the Pauli basis.
//!
//! `4^n` real numbers say as much as the `4^n` complex entries of the matrix, in half of the memory, and on them every
//! operation is a real matrix ([`pauli`]): a quarter of the arithmetic, less where a matrix is mostly 0, as those of noise
//! and of Clifford gates are. Probabilities, expectation values and partial traces read the few components that they are
//! made of. The matrix itself is made when it is saved, and for operations on more qubits than a transfer matrix is made
//! for.
//!
//! Operations are put off, and merged as long as that makes them cheaper: a gate with its noise, with the gates before it
//! on its qubits ([`Queue`]). [`kernel::transfer`](crate::kernel::transfer) then applies them one by one, resumably.

mod pauli;
mod queue;
mod save;

use std::collections::HashMap;
use std::sync::Arc;

use super::saved::insufficient_memory;
use super::{Engine, EngineConfig, Outcomes, SavedValue, not_applied, supports_branches};
use crate::circuit::gate::Controls as GateControls;
use crate::circuit::operation::{Pauli, QuantumError, SaveKind, SetState};
use crate::circuit::{Bits, Circuit, Gate, Instruction, Operation, Qubit, channel};
use crate::error::{AerError, ErrorCode};
use crate::kernel::index::deposit;
use crate::kernel::real::Real;
use crate::kernel::{self, Action, Kernel};
use crate::linalg::{Complex, Matrix};
use crate::rng::Draws;
use pauli::{Band, Transfer, walsh_hadamard};
use queue::Queue;

/// Most qubits of a transfer matrix.
const MOST_QUBITS: usize = 3;

/// Operations that are put off at most.
const MOST_PENDING: u64 = 4096;

/// Numbers that are written at a time while the state is set up.
const CHUNK: usize = 1 << 16;

/// Quantum errors whose transfer matrices are kept.
const KEPT_ERRORS: usize = 1 << 10;

/// The size of an address space, in bits.
const ADDRESS_BITS: u32 = if size_of::<usize>() > 4 { 48 } else { 31 };

/// Where the probability of an outcome is rounding.
fn negligible<T: Real>() -> f64 {
    if T::BYTES < 8 { 1e-7 } else { 1e-15 }
}

/// The state of the density matrix method, in numbers of type `T`.
pub struct DensityMatrix<T: Real> {
    num_qubits: u32,
    /// `4^n` when set up; those with no X part first.
    components: Vec<T>,
    /// What was put off.
    queue: Queue,
    /// What is being applied, and how many of its columns are done.
    running: Option<(kernel::transfer::Transfer<T>, usize)>,
    /// Transfer matrices of errors, by address.
    errors: HashMap<usize, (Arc<QuantumError>, Transfer)>,
    config: EngineConfig,
}

impl<T: Real> DensityMatrix<T> {
    fn len(&self) -> usize {
        1 << (2 * self.num_qubits)
    }

    fn is_set_up(&self) -> bool {
        self.components.len() == self.len()
    }

    /// Index of the component with these parts.
    fn index(&self, x: usize, z: usize) -> usize {
        x << self.num_qubits | z
    }

    /// The component with these parts, as parts of some qubits.
    fn component(&self, qubits: &[Qubit], x: usize, z: usize) -> f64 {
        self.components.get(self.index(deposit(x, qubits), deposit(z, qubits))).map_or(0.0, |r| r.to_f64())
    }

    /// Does all that was put off.
    fn settle(&mut self) -> Result<(), AerError> {
        while self.pending() > 0 {
            self.advance(u64::MAX)?;
        }
        Ok(())
    }

    /// The transfer matrices that an operation is, in order; `None` where it takes another way.
    fn transfers(
        &mut self,
        operation: &Operation,
        qubits: &[Qubit],
    ) -> Result<Option<Vec<Transfer>>, AerError> {
        let each = |operation: &Operation| {
            let one = channel::superoperator(operation, 1);
            qubits.iter().filter_map(|qubit| Transfer::new(one.as_ref()?, &[*qubit])).collect()
        };
        Ok(match operation {
            Operation::Delay(_) | Operation::Barrier | Operation::QuantumErrorLocation => Some(Vec::new()),
            Operation::Reset => Some(each(operation)),
            Operation::Pauli(letters) => {
                let one = |(letter, qubit): (&Pauli, &Qubit)| {
                    let letter = Operation::Pauli([*letter].into());
                    Transfer::new(&channel::superoperator(&letter, 1)?, &[*qubit])
                };
                Some(letters.iter().rev().zip(qubits).filter_map(one).collect())
            }
            _ if qubits.len() > MOST_QUBITS => None,
            Operation::QuantumError(error) => Some(vec![self.error(error, qubits)?]),
            operation => Some(vec![transfer(operation, qubits)?]),
        })
    }

    /// The transfer matrix of a quantum error, made once.
    fn error(&mut self, error: &Arc<QuantumError>, qubits: &[Qubit]) -> Result<Transfer, AerError> {
        let key = Arc::as_ptr(error) as usize;
        if let Some((_, transfer)) = self.errors.get(&key)
            && transfer.qubits.len() == qubits.len()
        {
            return Ok(Transfer { qubits: qubits.into(), ..transfer.clone() });
        }
        let transfer = transfer(&Operation::QuantumError(error.clone()), qubits)?;
        if self.errors.len() >= KEPT_ERRORS {
            self.errors.clear();
        }
        self.errors.insert(key, (error.clone(), transfer.clone()));
        Ok(transfer)
    }

    /// Applies an operation on many qubits at once, when nothing is put off.
    fn apply_wide(&mut self, operation: &Operation, qubits: &[Qubit]) -> Result<(), AerError> {
        match operation {
            Operation::QuantumError(error) => self.mix(error, qubits),
            Operation::Superoperator(matrix) if !pauli::keeps_hermitian(matrix, qubits.len()) => {
                Err(not_hermitian(operation))
            }
            Operation::Superoperator(matrix) => {
                let bits = self.both_sides(qubits);
                let placed = kernel::plan((**matrix).clone()).place(&bits, 0);
                self.as_matrix(|re, im| {
                    placed.apply(re, im);
                    Ok(())
                })
            }
            Operation::Kraus(operators) => {
                let steps: Vec<_> = operators
                    .iter()
                    .map(|operator| self.conjugation(kernel::plan(operator.clone()), operator, qubits))
                    .collect();
                self.as_matrix(|re, im| {
                    let (mut sum_re, mut sum_im) = (copy_of(re)?, copy_of(im)?);
                    sum_re.fill(T::ZERO);
                    sum_im.fill(T::ZERO);
                    let (first_re, first_im) = (copy_of(re)?, copy_of(im)?);
                    for step in steps {
                        re.copy_from_slice(&first_re);
                        im.copy_from_slice(&first_im);
                        for placed in step {
                            placed.apply(re, im);
                        }
                        sum_re.iter_mut().zip(&*re).for_each(|(sum, x)| *sum += *x);
                        sum_im.iter_mut().zip(&*im).for_each(|(sum, x)| *sum += *x);
                    }
                    re.copy_from_slice(&sum_re);
                    im.copy_from_slice(&sum_im);
                    Ok(())
                })
            }
            Operation::Diagonal(entries) => {
                let kernel = |entries: Vec<Complex>| Kernel {
                    controls: kernel::BitPositions::new(),
                    targets: (0..qubits.len() as u32).collect(),
                    action: Action::Diagonal(entries),
                };
                let columns: Vec<u32> = self.columns(qubits);
                let rows = kernel(entries.to_vec()).place(qubits, 0);
                let columns = kernel(entries.iter().map(Complex::conj).collect()).place(&columns, 0);
                self.as_matrix(|re, im| {
                    rows.apply(re, im);
                    columns.apply(re, im);
                    Ok(())
                })
            }
            _ => {
                let matrix =
                    channel::unitary(operation, qubits.len()).ok_or_else(|| not_applied(operation.name()))?;
                let both = self.conjugation(kernel::plan(matrix.clone()), &matrix, qubits);
                self.as_matrix(|re, im| {
                    for placed in both {
                        placed.apply(re, im);
                    }
                    Ok(())
                })
            }
        }
    }

    /// The bits of the columns of some qubits.
    fn columns(&self, qubits: &[Qubit]) -> Vec<u32> {
        qubits.iter().map(|qubit| self.num_qubits + qubit).collect()
    }

    /// The bits of the rows and of the columns of some qubits.
    fn both_sides(&self, qubits: &[Qubit]) -> Vec<u32> {
        [qubits.to_vec(), self.columns(qubits)].concat()
    }

    /// A matrix on rows, and its conjugate on columns.
    fn conjugation(&self, rows: Kernel, matrix: &Matrix, qubits: &[Qubit]) -> [kernel::Placed; 2] {
        [rows.place(qubits, 0), kernel::plan(matrix.conjugate()).place(&self.columns(qubits), 0)]
    }

    /// The mixture of what the branches of an error do.
    fn mix(&mut self, error: &QuantumError, qubits: &[Qubit]) -> Result<(), AerError> {
        let mut sum = copy_of(&self.components)?;
        sum.fill(T::ZERO);
        let before = self.try_clone()?;
        for branch in &error.branches {
            self.copy_from(&before)?;
            for step in &branch.instructions {
                let on: Option<Vec<Qubit>> =
                    step.qubits.iter().map(|place| qubits.get(*place as usize).copied()).collect();
                let on = on.ok_or_else(|| not_applied(step.operation.name()))?;
                if is_wide(&step.operation, &on) {
                    self.settle()?;
                }
                self.apply(&step.operation, &on)?;
            }
            self.settle()?;
            let factor = T::from_f64(branch.probability);
            sum.iter_mut().zip(&self.components).for_each(|(sum, r)| *sum += factor * *r);
        }
        self.components = sum;
        Ok(())
    }

    /// Works on the entries of the matrix: bit `j` of an index is qubit `j` of the row, bit `n + j` of the column. Takes
    /// twice the memory of the state besides.
    fn as_matrix(
        &mut self,
        work: impl FnOnce(&mut [T], &mut [T]) -> Result<(), AerError>,
    ) -> Result<(), AerError> {
        let (mut re, mut im) = (copy_of(&self.components)?, copy_of(&self.components)?);
        let (n, mut band) = (self.num_qubits, Band::new(self.num_qubits));
        let size = 1usize << n;
        for x in 0..size {
            band.entries(x, |z| self.components[self.index(x, z)].to_f64());
            for row in 0..size {
                let at = (row ^ x) << n | row;
                (re[at], im[at]) = (T::from_f64(band.re[row]), T::from_f64(band.im[row]));
            }
        }
        work(&mut re, &mut im)?;
        self.set_entries(|row, column| kernel::real::amplitude(&re, &im, column << n | row));
        Ok(())
    }

    /// Becomes the matrix with these entries, by row and column. The state is set up.
    fn set_entries(&mut self, entry: impl Fn(usize, usize) -> Complex) {
        let (n, mut band) = (self.num_qubits, Band::new(self.num_qubits));
        for x in 0..1usize << n {
            let components = &mut self.components;
            band.components(x, |row| entry(row, row ^ x), |z, r| components[x << n | z] = T::from_f64(r));
        }
    }

    /// Replaces the whole state.
    fn replace(&mut self, entry: impl Fn(usize, usize) -> Complex) -> Result<(), AerError> {
        self.queue = Queue::default();
        self.running = None;
        self.settle()?;
        self.set_entries(entry);
        Ok(())
    }

    /// The probability of each value of some qubits, the first one least significant.
    fn probabilities(&self, qubits: &[Qubit]) -> Vec<f64> {
        let scale = 1.0 / (1u64 << qubits.len()) as f64;
        let mut values: Vec<f64> =
            (0..1usize << qubits.len()).map(|z| scale * self.component(qubits, 0, z)).collect();
        walsh_hadamard(&mut values);
        values
    }
}

/// Whether an operation is applied to the matrix and not to components.
fn is_wide(operation: &Operation, qubits: &[Qubit]) -> bool {
    let local = matches!(
        operation,
        Operation::Delay(_)
            | Operation::Barrier
            | Operation::QuantumErrorLocation
            | Operation::Reset
            | Operation::Pauli(_)
    );
    !local && qubits.len() > MOST_QUBITS
}

/// The transfer matrix of an operation on few qubits.
fn transfer(operation: &Operation, qubits: &[Qubit]) -> Result<Transfer, AerError> {
    let matrix =
        channel::superoperator(operation, qubits.len()).ok_or_else(|| not_applied(operation.name()))?;
    Transfer::new(&matrix, qubits).ok_or_else(|| not_hermitian(operation))
}

/// The error of a channel that makes something else of a density matrix.
fn not_hermitian(operation: &Operation) -> AerError {
    let message = format!("\"{}\" does not map Hermitian matrices to Hermitian ones.", operation.name());
    AerError::new(ErrorCode::InvalidMatrix, message)
}

/// A copy, or the error that there is no memory for it.
fn copy_of<T: Real>(values: &[T]) -> Result<Vec<T>, AerError> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(values.len()).map_err(|_| insufficient_memory(T::BYTES * values.len() as u64))?;
    copy.extend_from_slice(values);
    Ok(copy)
}

/// Whether a gate has as many controls as it is given: Aer has none of these on density matrices and superoperators.
pub(super) fn has_any_controls(gate: Gate) -> bool {
    gate.spec().controls == GateControls::Any
}

impl<T: Real> Engine for DensityMatrix<T> {
    fn has_channels() -> bool {
        true
    }

    /// As in Aer neither initialisations nor gates with any number of controls; but all other gates.
    fn supports(step: &Instruction) -> bool {
        match &step.operation {
            Operation::QuantumError(_) => supports_branches(&step.operation, Self::supports),
            Operation::Gate(gate, _) => !has_any_controls(*gate),
            Operation::Unitary(_)
            | Operation::Diagonal(_)
            | Operation::Kraus(_)
            | Operation::Superoperator(_)
            | Operation::Pauli(_)
            | Operation::Delay(_)
            | Operation::ReadoutError(_)
            | Operation::QuantumErrorLocation
            | Operation::Barrier
            | Operation::Reset
            | Operation::SetStatevector(_)
            | Operation::Measure(_)
            | Operation::BooleanFunction(_) => true,
            Operation::SetState(set) => matches!(**set, SetState::DensityMatrix(_)),
            Operation::Save(save) => matches!(
                save.kind,
                SaveKind::State
                    | SaveKind::AmplitudesSquared(_)
                    | SaveKind::Probabilities
                    | SaveKind::ProbabilitiesDict
                    | SaveKind::DensityMatrix
                    | SaveKind::ExpectationValue(_)
                    | SaveKind::ExpectationValueVariance(_)
            ),
            _ => false,
        }
    }

    fn required_bytes(_circuit: &Circuit, num_qubits: u32, _config: &EngineConfig) -> u64 {
        let len = 1u64.checked_shl(num_qubits.saturating_mul(2));
        let bytes = len.map_or(u64::MAX, |len| len.saturating_mul(T::BYTES));
        // It is one piece of memory, which takes at most half of the addresses.
        if bytes > isize::MAX as u64 { bytes.saturating_mul(2) } else { bytes }
    }

    /// Takes memory as the state is set up, which is the first thing that is put off.
    fn new(circuit: &Circuit, num_qubits: u32, config: &EngineConfig) -> Result<Self, AerError> {
        let bytes = Self::required_bytes(circuit, num_qubits, config);
        if bytes >= 1 << ADDRESS_BITS {
            return Err(insufficient_memory(bytes));
        }
        Ok(Self {
            num_qubits,
            components: Vec::new(),
            queue: Queue::default(),
            running: None,
            errors: HashMap::new(),
            config: config.clone(),
        })
    }

    fn reset_to_zero(&mut self) {
        self.components.clear();
        self.queue = Queue::default();
        self.running = None;
    }

    fn try_clone(&self) -> Result<Self, AerError> {
        Ok(Self {
            num_qubits: self.num_qubits,
            components: copy_of(&self.components)?,
            queue: Queue::default(),
            running: None,
            errors: HashMap::new(),
            config: self.config.clone(),
        })
    }

    fn copy_from(&mut self, other: &Self) -> Result<(), AerError> {
        self.queue = Queue::default();
        self.running = None;
        if self.components.len() == other.components.len() {
            self.components.copy_from_slice(&other.components);
        } else {
            self.components = copy_of(&other.components)?;
        }
        Ok(())
    }

    fn bytes(&self) -> u64 {
        T::BYTES * self.len() as u64
    }

    /// It does not show.
    fn apply_global_phase(&mut self, _phase: f64) {}

    fn work(&self, operation: &Operation, qubits: &[Qubit]) -> u64 {
        let (len, size) = (self.len() as u64, 1u64 << qubits.len().min(31));
        match operation {
            Operation::SetStatevector(_) | Operation::SetState(_) => 2 * len,
            // Into the matrix and back, and what is done to it.
            Operation::Kraus(operators) if is_wide(operation, qubits) => {
                len.saturating_mul(4 + size * operators.len() as u64)
            }
            Operation::QuantumError(error) if is_wide(operation, qubits) => {
                len.saturating_mul(4 * error.branches.len() as u64)
            }
            Operation::Superoperator(_) if is_wide(operation, qubits) => len.saturating_mul(4 + size * size),
            _ if is_wide(operation, qubits) && !matches!(operation, Operation::Save(_)) => {
                len.saturating_mul(4 + size)
            }
            Operation::Measure(_) => size,
            Operation::Save(save) => match &save.kind {
                SaveKind::DensityMatrix => 4 * size * size,
                SaveKind::ExpectationValue(terms) | SaveKind::ExpectationValueVariance(terms) => {
                    terms.len() as u64
                }
                SaveKind::Probabilities | SaveKind::ProbabilitiesDict => 4 * size,
                SaveKind::AmplitudesSquared(_) => 4 << self.num_qubits,
                _ => 4 * len,
            },
            _ => 0,
        }
    }

    fn apply(&mut self, operation: &Operation, qubits: &[Qubit]) -> Result<(), AerError> {
        match operation {
            Operation::SetStatevector(state) => {
                let at = |index: usize| state.get(index).copied().unwrap_or_default();
                self.replace(|row, column| at(row) * at(column).conj())
            }
            Operation::SetState(set) => match &**set {
                SetState::DensityMatrix(matrix) if matrix.rows() == 1 << self.num_qubits => {
                    self.replace(|row, column| matrix.at(row, column))
                }
                _ => Err(not_applied(operation.name())),
            },
            _ => {
                if let Some(transfers) = self.transfers(operation, qubits)? {
                    for transfer in transfers {
                        self.queue.push(transfer);
                    }
                    return Ok(());
                }
                self.settle()?;
                self.apply_wide(operation, qubits)
            }
        }
    }

    fn pending(&self) -> u64 {
        u64::from(!self.is_set_up()) + u64::from(self.running.is_some()) + self.queue.len()
    }

    fn must_advance(&self, operation: &Operation, qubits: &[Qubit]) -> bool {
        let pending = self.pending();
        match operation {
            _ if pending == 0 => false,
            Operation::Measure(_) | Operation::Save(_) => true,
            Operation::SetStatevector(_) | Operation::SetState(_) => !self.is_set_up(),
            operation => pending >= MOST_PENDING || is_wide(operation, qubits),
        }
    }

    fn advance(&mut self, budget: u64) -> Result<u64, AerError> {
        let (len, mut work) = (self.len(), 0);
        while work < budget {
            let filled = self.components.len();
            if filled < len {
                if filled == 0 {
                    let short = |_| insufficient_memory(T::BYTES * len as u64);
                    self.components.try_reserve_exact(len).map_err(short)?;
                }
                // Of |0…0⟩ all products of Z are 1.
                let ones = 1usize << self.num_qubits;
                let end = if filled < ones { ones } else { len.min(filled + CHUNK) };
                self.components.resize(end, if filled < ones { T::ONE } else { T::ZERO });
                work += (end - filled) as u64;
            } else if let Some((transfer, done)) = &mut self.running {
                let left = transfer.columns() - *done;
                let wanted = usize::try_from((budget - work) / transfer.work_per_column()).unwrap_or(left);
                let count = wanted.clamp(4, left.max(4)).min(left);
                transfer.apply(&mut self.components, *done, count);
                work += transfer.work_per_column() * count as u64;
                *done += count;
                if *done == transfer.columns() {
                    self.running = None;
                }
            } else if let Some(next) = self.queue.pop() {
                let bits = next.bits(self.num_qubits);
                self.running = Some((kernel::transfer::Transfer::new(len, &bits, &next.entries), 0));
            } else {
                break;
            }
        }
        Ok(work)
    }

    fn sample_measure(&mut self, qubits: &[Qubit], draws: &mut dyn Draws) -> Result<Outcomes, AerError> {
        self.settle()?;
        let mut below = self.probabilities(qubits);
        let mut sum = 0.0;
        for p in &mut below {
            sum += if *p > negligible::<T>() { *p } else { 0.0 };
            *p = sum;
        }
        // What rounding leaves above falls on the last outcome that there is.
        let last = below.partition_point(|level| *level < sum);
        let numbers = draws.numbers(0);
        let mut outcomes = Outcomes::zeros(qubits.len(), numbers.len());
        for (word, number) in outcomes.words.iter_mut().zip(numbers) {
            *word = below.partition_point(|level| *level <= number * sum).min(last) as u64;
        }
        Ok(outcomes)
    }

    fn project(&mut self, qubits: &[Qubit], outcome: &Bits) -> Result<(), AerError> {
        self.settle()?;
        let value = (0..).zip(qubits).fold(0, |value, (i, _)| value | usize::from(outcome.get(i)) << i);
        let probability = self.probabilities(qubits).get(value).copied().unwrap_or_default();
        let mut factor = 1.0 / probability.max(f64::MIN_POSITIVE);
        for (i, qubit) in (0..).zip(qubits) {
            let mut projection = Transfer::projection(*qubit, outcome.get(i));
            projection.scale(std::mem::replace(&mut factor, 1.0));
            self.queue.push(projection);
        }
        Ok(())
    }

    fn save(&mut self, save: &SaveKind, qubits: &[Qubit]) -> Result<SavedValue, AerError> {
        self.saved_value(save, qubits)
    }
}
