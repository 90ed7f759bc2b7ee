//! The statevector method: the amplitudes of a pure state, as a product of independent registers.
//!
//! A qubit is in a basis state, which takes no memory, or a bit of a [`register`], whose qubits have met in gates.
//! A gate is its matrix on its targets and its controls; [`kernel::plan`] finds what it really does, and nothing
//! here knows a gate by name. Controls in a basis state are decided at once, swaps exchange names, and what is left
//! joins the registers it acts on: by a tensor product, the larger one below.
//!
//! Registers are [`sparse`] or [`dense`](super::dense); what is done to large dense ones is put off and fused. A qubit that is
//! found in a basis state again, measured or not, leaves its register. The global phase is a number of its own.

mod register;
mod save;
mod sparse;

use smallvec::SmallVec;

use super::dense::{Dense, Entry, NEGLIGIBLE, Programs};
use super::gather::Gather;
use super::saved::insufficient_memory;
use super::{
    Engine, EngineConfig, Outcomes, SavedValue, Threads, kraus_probabilities, not_applied, supports_branches,
};
use crate::circuit::operation::SaveKind;
use crate::circuit::{Bits, Circuit, Instruction, Operation, Qubit};
use crate::error::AerError;
use crate::kernel::index::deposit;
use crate::kernel::permutation::Permutation;
use crate::kernel::real::Real;
use crate::kernel::{self, Action, BitPositions, Controls, Kernel, Placed};
use crate::linalg::{Complex, Matrix, cis};
use crate::rng::Draws;
use register::{Drawing, Form, Register, is_dense};
use sparse::Sparse;

/// Where a qubit is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// In a basis state.
    Known(bool),
    /// A bit of a register.
    In(usize, u32),
}

/// The state of the statevector method, in numbers of type `T` where it is dense.
#[derive(Clone, Debug)]
pub struct Statevector<T: Real> {
    places: Vec<Place>,
    /// The registers; `None` where one was joined to another.
    registers: Vec<Option<Register<T>>>,
    /// Multiplies all amplitudes.
    factor: Complex,
    programs: Programs,
    /// What draws from each register, until the state changes.
    drawings: Vec<Option<Drawing>>,
    config: EngineConfig,
}

/// Controls: qubits and the values that they must have.
type Wanted = SmallVec<[(Qubit, bool); 4]>;

/// Operations that are put off at most for a register: enough for fusion, and few enough to keep.
const MOST_PENDING: u64 = 4096;

/// The size of an address space, in bits: what has no address cannot be simulated.
const ADDRESS_BITS: u32 = if usize::BITS < 47 { usize::BITS } else { 47 };

impl<T: Real> Statevector<T> {
    fn num_qubits(&self) -> u32 {
        self.places.len() as u32
    }

    fn place(&self, qubit: Qubit) -> Place {
        self.places.get(qubit as usize).copied().unwrap_or(Place::Known(false))
    }

    fn put(&mut self, qubit: Qubit, place: Place) {
        if let Some(slot) = self.places.get_mut(qubit as usize) {
            *slot = place;
        }
    }

    /// The registers in use and their numbers.
    fn registers(&self) -> impl Iterator<Item = (usize, &Register<T>)> {
        self.registers.iter().enumerate().filter_map(|(id, register)| Some((id, register.as_ref()?)))
    }

    fn register(&self, id: usize) -> Option<&Register<T>> {
        self.registers.get(id)?.as_ref()
    }

    /// The registers that hold some of the qubits, each once, in the order of the qubits.
    fn registers_of(&self, qubits: &[Qubit]) -> SmallVec<[usize; 4]> {
        let mut found = SmallVec::new();
        for qubit in qubits {
            if let Place::In(id, _) = self.place(*qubit)
                && !found.contains(&id)
            {
                found.push(id);
            }
        }
        found
    }

    /// The register that holds all of the qubits.
    fn register_of_all(&self, qubits: &[Qubit]) -> Option<usize> {
        let Place::In(id, _) = self.place(*qubits.first()?) else { return None };
        qubits.iter().all(|qubit| matches!(self.place(*qubit), Place::In(at, _) if at == id)).then_some(id)
    }

    /// Applies a matrix to qubits, the first one least significant, where the controls are |1⟩.
    #[inline(never)]
    fn apply_matrix(
        &mut self,
        matrix: Matrix,
        targets: &[Qubit],
        controls: &[Qubit],
    ) -> Result<(), AerError> {
        let kernel = kernel::plan(matrix);
        // The usual case, where there is nothing to decide, to rename or to join.
        let may_be_free = match kernel.action {
            Action::Phase(factor) if factor == Complex::ONE => true,
            Action::Phase(_) | Action::Permutation(_) => controls.is_empty() && kernel.controls.is_empty(),
            Action::Diagonal(_) | Action::Dense(_) => false,
        };
        if !may_be_free
            && let Some(id) = self.register_of_all(targets)
            && let Some(controls) = self.mask_in(id, controls)
        {
            let bits: BitPositions = targets.iter().filter_map(|qubit| self.bit(*qubit)).collect();
            return self.operate(id, kernel.place(&bits, controls));
        }
        self.apply_kernel(kernel, targets, controls.iter().map(|qubit| (*qubit, true)).collect())
    }

    /// The bit of its register that a qubit is.
    fn bit(&self, qubit: Qubit) -> Option<u32> {
        match self.place(qubit) {
            Place::In(_, bit) => Some(bit),
            Place::Known(_) => None,
        }
    }

    /// The bits of a register that qubits are, if all of them are in it.
    fn mask_in(&self, id: usize, qubits: &[Qubit]) -> Option<usize> {
        qubits.iter().try_fold(0, |mask, qubit| match self.place(*qubit) {
            Place::In(at, bit) if at == id => Some(mask | 1 << bit),
            _ => None,
        })
    }

    #[inline(never)]
    fn apply_kernel(&mut self, kernel: Kernel, qubits: &[Qubit], wanted: Wanted) -> Result<(), AerError> {
        let Kernel { controls, targets, mut action } = kernel;
        let controls = controls.iter().filter_map(|place| Some((*qubits.get(*place as usize)?, true)));
        let Some(left) = self.undecided(wanted.into_iter().chain(controls)) else { return Ok(()) };
        let mut targets: SmallVec<[Qubit; 4]> =
            targets.iter().filter_map(|place| qubits.get(*place as usize).copied()).collect();
        if let Action::Diagonal(entries) = &mut action {
            self.decide(&mut targets, entries);
            if targets.is_empty() {
                action = Action::Phase(entries.first().copied().unwrap_or(Complex::ONE));
            }
        }
        match &action {
            Action::Phase(factor) if *factor == Complex::ONE => return Ok(()),
            Action::Phase(factor) if left.is_empty() => {
                self.factor *= factor;
                return Ok(());
            }
            Action::Permutation(permutation) if left.is_empty() && self.rename(permutation, &targets) => {
                return Ok(());
            }
            _ => {}
        }
        let met: SmallVec<[Qubit; 8]> =
            targets.iter().copied().chain(left.iter().map(|(qubit, _)| *qubit)).collect();
        let id = self.join(&met)?;
        let placed = self.placed(action, &targets, &left);
        self.operate(id, placed)
    }

    /// The controls that are not decided by a basis state; `None` where one has the other value.
    #[inline(never)]
    fn undecided(&self, wanted: impl Iterator<Item = (Qubit, bool)>) -> Option<Wanted> {
        let mut left = Wanted::new();
        for (qubit, value) in wanted {
            match self.place(qubit) {
                Place::Known(known) if known != value => return None,
                Place::Known(_) => {}
                Place::In(..) => left.push((qubit, value)),
            }
        }
        Some(left)
    }

    /// An action on bits of a register.
    #[inline(never)]
    fn placed(&self, action: Action, targets: &[Qubit], controls: &[(Qubit, bool)]) -> Placed {
        let bit = |qubit: Qubit| self.bit(qubit).unwrap_or_default();
        let mut mask = Controls::default();
        for (qubit, value) in controls {
            mask.mask |= 1 << bit(*qubit);
            mask.values |= usize::from(*value) << bit(*qubit);
        }
        Placed { targets: targets.iter().map(|qubit| bit(*qubit)).collect(), controls: mask, action }
    }

    /// Leaves out the targets of a diagonal that are in a basis state.
    #[inline(never)]
    fn decide(&self, targets: &mut SmallVec<[Qubit; 4]>, entries: &mut Vec<Complex>) {
        let known = |qubit: &Qubit| matches!(self.place(*qubit), Place::Known(_));
        if !targets.iter().any(known) {
            return;
        }
        let (mut value, mut free) = (0, Vec::new());
        for (place, qubit) in (0..).zip(&*targets) {
            match self.place(*qubit) {
                Place::Known(is_one) => value |= usize::from(is_one) << place,
                Place::In(..) => free.push(place),
            }
        }
        *entries =
            (0..1 << free.len()).map(|free_value| entries[value | deposit(free_value, &free)]).collect();
        targets.retain(|qubit| !known(qubit));
    }

    /// Carries out a permutation without touching amplitudes, where that can be done.
    #[inline(never)]
    fn rename(&mut self, permutation: &Permutation, targets: &[Qubit]) -> bool {
        let images = permutation.images(targets.len());
        let plain = images.iter().all(|(_, factor)| *factor == Complex::ONE);
        let known = |qubit: &Qubit| match self.place(*qubit) {
            Place::Known(value) => Some(value),
            Place::In(..) => None,
        };
        if let Some(values) = targets.iter().map(known).collect::<Option<SmallVec<[bool; 4]>>>() {
            let value = (0..).zip(values).fold(0, |value, (place, bit)| value | usize::from(bit) << place);
            let Some((to, factor)) = images.get(value).copied() else { return false };
            self.factor *= factor;
            for (place, qubit) in targets.iter().enumerate() {
                self.put(*qubit, Place::Known(to >> place & 1 == 1));
            }
            return true;
        }
        match (&*images, targets) {
            ([(1, _), (0, _)], [qubit]) if plain => {
                let Place::In(id, bit) = self.place(*qubit) else { return false };
                match self.registers.get_mut(id) {
                    Some(Some(Register { form: Form::Sparse(sparse), .. })) => {
                        sparse.flip(bit);
                        true
                    }
                    _ => false,
                }
            }
            ([(0, _), (2, _), (1, _), (3, _)], [a, b]) if plain => {
                let places = [self.place(*a), self.place(*b)];
                for (qubit, place) in [(*b, places[0]), (*a, places[1])] {
                    self.put(qubit, place);
                    if let Place::In(id, bit) = place
                        && let Some(Some(register)) = self.registers.get_mut(id)
                        && let Some(slot) = register.qubits.get_mut(bit as usize)
                    {
                        *slot = qubit;
                    }
                }
                true
            }
            _ => false,
        }
    }

    /// Applies an operation to a register, and looks what has become of it.
    #[inline(never)]
    fn operate(&mut self, id: usize, operation: Placed) -> Result<(), AerError> {
        let largest = self.num_qubits();
        let Some(Some(register)) = self.registers.get_mut(id) else { return Ok(()) };
        let moves = matches!(operation.action, Action::Dense(_) | Action::Permutation(_));
        register.apply(operation, largest, &mut self.programs)?;
        if moves {
            self.tidy(id);
        }
        Ok(())
    }

    /// Lets the qubits that are in a basis state leave a sparse register.
    #[inline(never)]
    fn tidy(&mut self, id: usize) {
        let Some(Some(register)) = self.registers.get_mut(id) else { return };
        let gone = register.take_constants();
        self.part(id, &gone);
    }

    /// After qubits have left a register.
    #[inline(never)]
    fn part(&mut self, id: usize, gone: &[(Qubit, bool)]) {
        if gone.is_empty() {
            return;
        }
        for (qubit, value) in gone {
            self.put(*qubit, Place::Known(*value));
        }
        let Some(Some(register)) = self.registers.get(id) else { return };
        if register.qubits.is_empty() {
            // What is left is a number.
            self.factor *= register.amplitudes().first().copied().unwrap_or_default();
            self.registers[id] = None;
            return;
        }
        for (bit, qubit) in (0..).zip(register.qubits.clone()) {
            self.put(qubit, Place::In(id, bit));
        }
    }

    #[inline(never)]
    fn insert(&mut self, register: Register<T>) -> usize {
        let id = self.registers.iter().position(Option::is_none).unwrap_or(self.registers.len());
        for (bit, qubit) in (0..).zip(&register.qubits) {
            if let Some(slot) = self.places.get_mut(*qubit as usize) {
                *slot = Place::In(id, bit);
            }
        }
        if id == self.registers.len() {
            self.registers.push(None);
        }
        self.registers[id] = Some(register);
        id
    }

    /// Makes one register of all that hold some of the qubits, and of those that are in basis states.
    fn join(&mut self, qubits: &[Qubit]) -> Result<usize, AerError> {
        match self.register_of_all(qubits) {
            Some(id) => Ok(id),
            None => self.join_registers(qubits),
        }
    }

    #[inline(never)]
    fn join_registers(&mut self, qubits: &[Qubit]) -> Result<usize, AerError> {
        let met = self.registers_of(qubits);
        let mut known = Vec::new();
        let mut value = 0;
        for qubit in qubits {
            if let Place::Known(is_one) = self.place(*qubit)
                && !known.contains(qubit)
            {
                value |= usize::from(is_one) << known.len();
                known.push(*qubit);
            }
        }
        let basis = Sparse::basis(known.len() as u32, value);
        let known = Register { form: Form::Sparse(basis), qubits: known };
        // The largest stays below.
        let base =
            met.iter().copied().max_by_key(|id| self.register(*id).map(|r| (r.num_bits(), r.is_dense())));
        let Some(base) = base else { return Ok(self.insert(known)) };
        let Some(mut base) = self.registers.get_mut(base).and_then(Option::take) else {
            return Ok(self.insert(known));
        };
        let mut others: Vec<Register<T>> =
            met.iter().filter_map(|id| self.registers.get_mut(*id).and_then(Option::take)).collect();
        if !known.qubits.is_empty() {
            others.push(known);
        }
        let num_bits = others.iter().map(Register::num_bits).sum::<u32>() + base.num_bits();
        let support = others.iter().map(Register::support).fold(base.support(), u64::saturating_mul);
        let dense = is_dense(num_bits, support, base.is_dense());
        let largest = self.num_qubits();
        for register in &mut others {
            register.settle(largest, &mut self.programs)?;
        }
        if dense {
            let register = base.make_dense();
            for other in &others {
                register.grow(other.amplitudes());
                if !register.puts_off() {
                    register.settle(largest, &mut self.programs)?;
                }
            }
        } else {
            base.settle(largest, &mut self.programs)?;
            let register = base.make_sparse();
            for other in &mut others {
                register.join(other.make_sparse());
            }
        }
        for other in others {
            base.qubits.extend(other.qubits);
        }
        Ok(self.insert(base))
    }

    /// Whether an operation needs what was put off.
    #[inline(never)]
    fn needs_settled(&self, operation: &Operation, qubits: &[Qubit], pending: u64) -> bool {
        let met = self.registers_of(qubits);
        let met: SmallVec<[&Register<T>; 4]> = met.iter().filter_map(|id| self.register(*id)).collect();
        let waiting = met.iter().filter(|register| register.pending() > 0).count();
        match operation {
            Operation::Save(_) => true,
            Operation::Measure(_) | Operation::Reset | Operation::Initialize(_) | Operation::Kraus(_) => {
                waiting > 0
            }
            Operation::Gate(..)
            | Operation::ComputedGate(..)
            | Operation::Unitary(_)
            | Operation::Diagonal(_)
            | Operation::Pauli(_)
            | Operation::Multiplexer(_) => {
                let known =
                    qubits.iter().filter(|qubit| matches!(self.place(**qubit), Place::Known(_))).count();
                pending >= MOST_PENDING
                    || waiting > 0 && met.len() + known > 1 && Self::joins_settled(&met, known)
            }
            _ => false,
        }
    }

    /// Whether joining registers, and so many qubits in basis states, needs what was put off on one of them: all but
    /// the largest are read, and that one too if it becomes sparse.
    #[inline(never)]
    fn joins_settled(met: &[&Register<T>], known: usize) -> bool {
        let num_bits = met.iter().map(|register| register.num_bits()).sum::<u32>() + known as u32;
        let support = met.iter().map(|register| register.support()).fold(1, u64::saturating_mul);
        let largest =
            met.iter().enumerate().max_by_key(|(_, register)| (register.num_bits(), register.is_dense()));
        let largest = largest.map(|(place, _)| place);
        let others = met.iter().enumerate().filter(|(place, _)| Some(*place) != largest);
        !is_dense(num_bits, support, true) || others.into_iter().any(|(_, register)| register.pending() > 0)
    }

    /// Applies matrix `v` to the targets, which come first, where the controls have value `v`.
    #[inline(never)]
    fn multiplex(&mut self, matrices: &[Matrix], qubits: &[Qubit]) -> Result<(), AerError> {
        let Some(size) = matrices.first().map(Matrix::rows) else { return Ok(()) };
        let (targets, controls) = qubits.split_at((size.trailing_zeros() as usize).min(qubits.len()));
        for (value, matrix) in matrices.iter().enumerate() {
            let wanted =
                (0..).zip(controls).map(|(place, qubit): (u32, _)| (*qubit, value >> place & 1 == 1));
            self.apply_kernel(kernel::plan(matrix.clone()), targets, wanted.collect())?;
        }
        Ok(())
    }

    /// Keeps the part of the state where qubits have these values; they leave their registers.
    #[inline(never)]
    fn collapse(&mut self, qubits: &[Qubit], outcome: &Bits) -> Result<(), AerError> {
        let largest = self.num_qubits();
        for id in self.registers_of(qubits) {
            let Some(Some(register)) = self.registers.get_mut(id) else { continue };
            register.settle(largest, &mut self.programs)?;
            let mut kept = Controls::default();
            for (place, qubit) in (0..).zip(qubits) {
                if let Some(Place::In(found, bit)) = self.places.get(*qubit as usize)
                    && *found == id
                {
                    kept.mask |= 1 << bit;
                    kept.values |= usize::from(outcome.get(place)) << bit;
                }
            }
            let gone = register.collapse(kept);
            self.part(id, &gone);
            self.tidy(id);
        }
        Ok(())
    }

    /// The error of qubits that should be in basis states.
    fn check_known(&self, qubits: &[Qubit]) -> Result<(), AerError> {
        let known = |qubit: &Qubit| matches!(self.place(*qubit), Place::Known(_));
        if qubits.iter().all(known) { Ok(()) } else { Err(not_applied("reset")) }
    }

    /// Sets qubits that are in basis states to |0⟩.
    fn reset(&mut self, qubits: &[Qubit]) -> Result<(), AerError> {
        self.check_known(qubits)?;
        for qubit in qubits {
            self.put(*qubit, Place::Known(false));
        }
        Ok(())
    }

    /// Prepares qubits that are in basis states; `state[v]` is the amplitude of value `v`.
    #[inline(never)]
    fn prepare(&mut self, state: &[Complex], qubits: &[Qubit]) -> Result<(), AerError> {
        let entries = || {
            let all =
                state.iter().enumerate().map(|(index, amplitude)| Entry { index, amplitude: *amplitude });
            all.filter(|entry| entry.amplitude.norm_sqr() > NEGLIGIBLE)
        };
        let (num_bits, largest) = (qubits.len() as u32, self.num_qubits());
        let form = if is_dense(num_bits, entries().count() as u64, false) {
            Form::Dense(Dense::from_amplitudes(state, largest)?)
        } else {
            Form::Sparse(Sparse::new(num_bits, entries().collect()))
        };
        let id = self.insert(Register { qubits: qubits.to_vec(), form });
        self.tidy(id);
        Ok(())
    }

    /// Whatever is no gate.
    #[inline(never)]
    fn apply_other(&mut self, operation: &Operation, qubits: &[Qubit]) -> Result<(), AerError> {
        match operation {
            Operation::Unitary(matrix) => self.apply_matrix((**matrix).clone(), qubits, &[]),
            Operation::Pauli(letters) => {
                for (letter, qubit) in letters.iter().rev().zip(qubits) {
                    if let Some(gate) = letter.gate() {
                        self.apply_matrix(gate.target_matrix(&[]), &[*qubit], &[])?;
                    }
                }
                Ok(())
            }
            Operation::Diagonal(entries) => {
                let kernel = Kernel {
                    controls: BitPositions::new(),
                    targets: (0..qubits.len() as u32).collect(),
                    action: Action::Diagonal(entries.to_vec()),
                };
                self.apply_kernel(kernel, qubits, Wanted::new())
            }
            Operation::Multiplexer(matrices) => self.multiplex(matrices, qubits),
            Operation::Delay(_) | Operation::Barrier | Operation::QuantumErrorLocation => Ok(()),
            Operation::Reset => self.reset(qubits),
            Operation::Initialize(state) if qubits.len() as u32 == self.num_qubits() => {
                self.replace(state, qubits)
            }
            Operation::Initialize(state) => {
                self.reset(qubits)?;
                self.prepare(state, qubits)
            }
            Operation::SetStatevector(state) => {
                let all: Vec<Qubit> = (0..self.num_qubits()).collect();
                self.replace(state, &all)
            }
            _ => Err(not_applied(operation.name())),
        }
    }

    /// The work of what reads the state.
    #[inline(never)]
    fn work_of_reading(&self, operation: &Operation, qubits: &[Qubit]) -> u64 {
        let len = 1u64 << self.num_qubits().min(63);
        let work = |register: &Register<T>| {
            if register.is_dense() { 1 << register.num_bits().min(63) } else { register.support() }
        };
        let met = self.registers_of(qubits);
        let read: u64 = met.iter().filter_map(|id| self.register(*id)).map(work).sum();
        match operation {
            // Draw, norm and collapse.
            Operation::Measure(_) | Operation::Reset => 3 * read,
            Operation::Initialize(state) | Operation::SetStatevector(state) => 3 * read + state.len() as u64,
            // The density matrix, then the operator.
            Operation::Kraus(_) => columns(read, qubits.len()).saturating_mul(3),
            Operation::Save(save) => match &save.kind {
                SaveKind::DensityMatrix => columns(len, qubits.len()),
                SaveKind::ExpectationValue(terms) | SaveKind::ExpectationValueVariance(terms) => {
                    read.saturating_mul(terms.len() as u64)
                }
                SaveKind::Amplitudes(indices) | SaveKind::AmplitudesSquared(indices) => indices.len() as u64,
                SaveKind::Probabilities | SaveKind::ProbabilitiesDict => read.max(1 << qubits.len().min(63)),
                _ => len,
            },
            _ => 0,
        }
    }

    /// Replaces the whole state.
    fn replace(&mut self, state: &[Complex], qubits: &[Qubit]) -> Result<(), AerError> {
        self.reset_to_zero();
        self.prepare(state, qubits)
    }
}

/// The work of a dense matrix: it multiplies each amplitude by a column; one of two rows is what counts as 1.
fn columns(touched: u64, targets: usize) -> u64 {
    touched.saturating_mul(1 << targets.saturating_sub(1).min(32))
}

impl<T: Real> Engine for Statevector<T> {
    fn supports(step: &Instruction) -> bool {
        match &step.operation {
            Operation::QuantumError(_) => supports_branches(&step.operation, Self::supports),
            Operation::Gate(..)
            | Operation::Unitary(_)
            | Operation::Diagonal(_)
            | Operation::Multiplexer(_)
            | Operation::Kraus(_)
            | Operation::Pauli(_)
            | Operation::Delay(_)
            | Operation::ReadoutError(_)
            | Operation::QuantumErrorLocation
            | Operation::Barrier
            | Operation::Reset
            | Operation::Initialize(_)
            | Operation::SetStatevector(_)
            | Operation::Measure(_)
            | Operation::BooleanFunction(_) => true,
            Operation::Save(save) => matches!(
                save.kind,
                SaveKind::State
                    | SaveKind::Statevector
                    | SaveKind::StatevectorDict
                    | SaveKind::Amplitudes(_)
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
        1u64.checked_shl(num_qubits).map_or(u64::MAX, |len| len.saturating_mul(2 * T::BYTES))
    }

    /// Takes no memory for amplitudes yet, but refuses what could never become dense.
    fn new(circuit: &Circuit, num_qubits: u32, config: &EngineConfig) -> Result<Self, AerError> {
        let bytes = Self::required_bytes(circuit, num_qubits, config);
        if bytes >= 1 << ADDRESS_BITS {
            return Err(insufficient_memory(bytes));
        }
        Ok(Self {
            places: vec![Place::Known(false); num_qubits as usize],
            registers: Vec::new(),
            factor: Complex::ONE,
            programs: Programs::default(),
            drawings: Vec::new(),
            config: config.clone(),
        })
    }

    fn reset_to_zero(&mut self) {
        self.places.fill(Place::Known(false));
        self.registers.clear();
        self.drawings.clear();
        self.factor = Complex::ONE;
    }

    fn apply_global_phase(&mut self, phase: f64) {
        self.factor *= cis(phase);
    }

    #[inline(never)]
    fn work(&self, operation: &Operation, qubits: &[Qubit]) -> u64 {
        let touched = || -> u64 {
            let met = self.registers_of(qubits);
            met.iter().filter_map(|id| self.register(*id)).map(Register::work).sum()
        };
        match operation {
            Operation::Gate(gate, _) => columns(touched(), gate.spec().targets),
            Operation::Unitary(_) => columns(touched(), qubits.len()),
            Operation::Pauli(_) | Operation::Diagonal(_) => touched(),
            Operation::Multiplexer(matrices) => {
                columns(touched(), qubits.len().saturating_sub(matrices.len().trailing_zeros() as usize))
            }
            _ => self.work_of_reading(operation, qubits),
        }
    }

    fn apply(&mut self, operation: &Operation, qubits: &[Qubit]) -> Result<(), AerError> {
        self.drawings.clear();
        match operation {
            Operation::Gate(gate, parameters) => {
                let (controls, targets) = qubits.split_at(gate.num_controls(qubits.len()));
                self.apply_matrix(gate.target_matrix(parameters), targets, controls)
            }
            _ => self.apply_other(operation, qubits),
        }
    }

    fn pending(&self) -> u64 {
        self.registers().map(|(_, register)| register.pending()).sum()
    }

    fn must_advance(&self, operation: &Operation, qubits: &[Qubit]) -> bool {
        if let Operation::Gate(..) = operation
            && let Some(register) = self.register_of_all(qubits).and_then(|id| self.register(id))
        {
            return register.pending() >= MOST_PENDING;
        }
        let pending = self.pending();
        pending > 0 && self.needs_settled(operation, qubits, pending)
    }

    fn advance(&mut self, budget: u64) -> Result<u64, AerError> {
        let (largest, mut work) = (self.num_qubits(), 0);
        for register in self.registers.iter_mut().flatten() {
            if let Form::Dense(dense) = &mut register.form
                && work < budget
            {
                work += dense.advance(budget - work, largest, &mut self.programs)?;
            }
        }
        Ok(work)
    }

    fn lend_threads(&mut self, threads: Threads) {
        self.programs.threads = threads;
    }

    fn threads_used(&self) -> u32 {
        self.programs.threads_used.max(1)
    }

    fn try_clone(&self) -> Result<Self, AerError> {
        let registers =
            self.registers.iter().map(|register| register.as_ref().map(Register::try_clone).transpose());
        let mut programs = Programs::default();
        programs.threads = self.programs.threads;
        Ok(Self {
            places: self.places.clone(),
            registers: registers.collect::<Result<_, _>>()?,
            factor: self.factor,
            programs,
            drawings: Vec::new(),
            config: self.config.clone(),
        })
    }

    fn copy_from(&mut self, other: &Self) -> Result<(), AerError> {
        self.places.clone_from(&other.places);
        self.registers.resize_with(other.registers.len(), || None);
        for (register, other) in self.registers.iter_mut().zip(&other.registers) {
            match (register.as_mut(), other) {
                (Some(register), Some(other)) => register.copy_from(other)?,
                (_, other) => *register = other.as_ref().map(Register::try_clone).transpose()?,
            }
        }
        self.drawings.clear();
        self.factor = other.factor;
        Ok(())
    }

    fn bytes(&self) -> u64 {
        self.registers().map(|(_, register)| register.bytes()).sum()
    }

    fn prepare_sampling(&mut self, budget: u64) -> u64 {
        self.drawings.resize(self.registers.len(), None);
        let mut work = 0;
        for (register, drawing) in self.registers.iter().zip(&mut self.drawings) {
            if let Some(register) = register
                && work < budget
            {
                let drawing = drawing.get_or_insert_with(|| register.drawing());
                work += register.read_for(drawing, budget - work);
            }
        }
        work
    }

    fn sample_measure(&mut self, qubits: &[Qubit], draws: &mut dyn Draws) -> Result<Outcomes, AerError> {
        let len = draws.shots();
        // A single shot walks over the state itself.
        let alone = len == 1 && self.drawings.is_empty();
        while !alone && self.prepare_sampling(u64::MAX) > 0 {}
        let mut outcomes = Outcomes::zeros(qubits.len(), len);
        for (word, qubits) in qubits.chunks(64).enumerate() {
            let ones = (0..).zip(qubits).filter(|(_, qubit)| self.place(**qubit) == Place::Known(true));
            let ones = ones.fold(0, |ones, (place, _): (u32, _)| ones | 1 << place);
            if ones != 0 {
                outcomes.set(word, (0..len).map(|_| ones));
            }
        }
        for id in self.registers_of(qubits) {
            let Some(register) = self.register(id) else { continue };
            let stream = register.qubits.iter().min().copied().unwrap_or_default();
            let numbers = draws.numbers(stream);
            let values = match self.drawings.get(id) {
                Some(Some(drawing)) => register.draw(drawing, &numbers),
                _ => numbers.iter().map(|number| register.draw_one(*number)).collect(),
            };
            for (word, qubits) in qubits.chunks(64).enumerate() {
                let pairs = (0..).zip(qubits).filter_map(|(place, qubit)| match self.place(*qubit) {
                    Place::In(found, bit) if found == id => Some((bit, place)),
                    _ => None,
                });
                let gather = Gather::new(pairs);
                outcomes.set(word, values.iter().map(|value| gather.apply(*value as u64)));
            }
        }
        Ok(outcomes)
    }

    fn project(&mut self, qubits: &[Qubit], outcome: &Bits) -> Result<(), AerError> {
        self.drawings.clear();
        self.collapse(qubits, outcome)
    }

    fn kraus_probabilities(&mut self, operators: &[Matrix], qubits: &[Qubit]) -> Result<Vec<f64>, AerError> {
        // The norms come from the reduced density matrix, so the state is copied for none of them.
        Ok(kraus_probabilities(operators, &self.density_matrix(qubits)?))
    }

    fn apply_kraus_operator(&mut self, operator: &Matrix, qubits: &[Qubit]) -> Result<(), AerError> {
        self.drawings.clear();
        self.apply_matrix(operator.clone(), qubits, &[])
    }

    fn save(&mut self, save: &SaveKind, qubits: &[Qubit]) -> Result<SavedValue, AerError> {
        self.saved_value(save, qubits)
    }
}
