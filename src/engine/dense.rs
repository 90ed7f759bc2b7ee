//! A register with all its amplitudes, and the work on it that was put off. Of a statevector, or of an operator as a
//! vector.
//!
//! Where there are many amplitudes an operation is not applied at once but joins a list, which
//! [`transpile::compile`] turns into a program that passes over memory a few times. Growing by the bits of another
//! register is put off in the same way, so a slice of work never takes long: [`Dense::advance`] does as much as it is
//! told. Swaps and X gates of a program only change where the bits are found, and whether they are inverted.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::gather::Gather;
use super::saved::insufficient_memory;
use super::{SHARED_BITS, Threads};
use crate::error::AerError;
use crate::kernel::index::{Subspace, deposit, extract, mask, set_bits};
use crate::kernel::program::{Position, Program};
use crate::kernel::real::{Real, amplitude};
use crate::kernel::shared::{Growing, Team as _};
use crate::kernel::{self, Action, Controls, Placed, permutation, reduce, scalar};
use crate::linalg::{Complex, Matrix};
use crate::transpile;

/// Bits from which operations are put off: below, a state stays in cache and compiling takes longer than it saves.
const PUT_OFF_BITS: u32 = 10;

/// Bits from which memory is reserved for the largest state there can be, as there is no room for a copy.
const LARGE_BITS: u32 = 20;

/// Amplitudes made at a time while a register grows.
const CHUNK: usize = 1 << 14;

/// What is taken for 0: the square of an amplitude that is below the rounding errors of gates on a state of
/// norm 1. A million of them left out change the norm by less than 1e-12.
pub(super) const NEGLIGIBLE: f64 = 1e-30;

/// An amplitude that is not 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Entry {
    /// Its index.
    pub index: usize,
    /// The amplitude.
    pub amplitude: Complex,
}

/// The mask of the lowest bits.
pub(super) fn low_bits(num_bits: u32) -> usize {
    1usize.checked_shl(num_bits).map_or(usize::MAX, |end| end - 1)
}

/// A register of `2^n` amplitudes.
#[derive(Clone, Debug)]
pub(super) struct Dense<T> {
    re: Vec<T>,
    im: Vec<T>,
    /// Which bit of an index of the memory each bit of the register is.
    at: Vec<u32>,
    /// The bits of an index of the memory that are inverted.
    flips: usize,
    /// At most so many amplitudes are not 0.
    support: u64,
    /// What was put off, in order.
    tasks: VecDeque<Task>,
    /// Operations in the tasks.
    put_off: u64,
}

/// Work that was put off.
#[derive(Clone, Debug)]
enum Task {
    /// The first: so many zeros, then these entries in their places.
    Fill { len: usize, entries: Vec<Entry> },
    /// More bits: the amplitudes of their values, which multiply those there are.
    Grow(Growth),
    /// Operations on bits of the register.
    Apply(Vec<Placed>),
    /// A program of so many operations, and how far it has run.
    Run(Arc<Program>, Position, u64),
}

/// A register that grows.
#[derive(Clone, Debug)]
struct Growth {
    top: Vec<Complex>,
    /// The amplitudes before; 0 where it has not begun.
    old: usize,
    /// How many of them have been multiplied by the amplitude of value 0, which comes last.
    scaled: usize,
}

/// Programs that were compiled, for operations that come again with each shot.
#[derive(Clone, Debug, Default)]
pub(super) struct Programs {
    compiled: VecDeque<(u32, Vec<Placed>, Arc<Program>)>,
    operations: usize,
    /// Who runs them.
    pub(super) threads: Threads,
    /// The most threads that have run one.
    pub(super) threads_used: u32,
}

impl Programs {
    /// Operations of all programs that are kept.
    const KEPT: usize = 1 << 13;

    /// Who runs a program on so many bits.
    fn team(&mut self, num_bits: u32) -> Threads {
        let team = self.threads.at_most(if num_bits < SHARED_BITS { 1 } else { u32::MAX });
        self.threads_used = self.threads_used.max(team.count());
        team
    }

    #[inline(never)]
    fn get(&mut self, operations: Vec<Placed>, num_bits: u32) -> Arc<Program> {
        let known = self.compiled.iter().find(|(bits, known, _)| *bits == num_bits && *known == operations);
        if let Some((_, _, program)) = known {
            return program.clone();
        }
        let program = Arc::new(transpile::compile(&operations, num_bits));
        self.operations += operations.len();
        self.compiled.push_back((num_bits, operations, program.clone()));
        while self.operations > Self::KEPT
            && let Some((_, oldest, _)) = self.compiled.pop_front()
        {
            self.operations -= oldest.len();
        }
        program
    }
}

impl<T: Real> Dense<T> {
    /// The register with these entries, each index once.
    #[inline(never)]
    pub(super) fn new(num_bits: u32, entries: Vec<Entry>) -> Self {
        Self {
            re: Vec::new(),
            im: Vec::new(),
            at: (0..num_bits).collect(),
            flips: 0,
            support: entries.len() as u64,
            tasks: VecDeque::from([Task::Fill { len: low_bits(num_bits).saturating_add(1), entries }]),
            put_off: 1,
        }
    }

    /// The register with these amplitudes, `2^n` of them.
    #[inline(never)]
    pub(super) fn from_amplitudes(state: &[Complex], largest: u32) -> Result<Self, AerError> {
        let mut dense = Self::new(state.len().trailing_zeros(), Vec::new());
        dense.tasks.clear();
        dense.put_off = 0;
        dense.support = state.len() as u64;
        dense.reserve(state.len(), largest)?;
        dense.re.extend(state.iter().map(|x| T::from_f64(x.re)));
        dense.im.extend(state.iter().map(|x| T::from_f64(x.im)));
        Ok(dense)
    }

    /// Number of bits.
    pub(super) fn num_bits(&self) -> u32 {
        self.at.len() as u32
    }

    /// At most so many amplitudes are not 0.
    pub(super) fn support(&self) -> u64 {
        self.support
    }

    /// Number of operations that were put off.
    pub(super) fn pending(&self) -> u64 {
        self.put_off
    }

    /// Whether operations are put off rather than applied at once.
    pub(super) fn puts_off(&self) -> bool {
        self.num_bits() >= PUT_OFF_BITS
    }

    /// A copy, when nothing is put off.
    pub(super) fn try_clone(&self) -> Result<Self, AerError> {
        let mut copy =
            Self { re: Vec::new(), im: Vec::new(), tasks: VecDeque::new(), at: Vec::new(), ..*self };
        copy.copy_from(self)?;
        Ok(copy)
    }

    /// Becomes a copy of another register, where nothing is put off.
    pub(super) fn copy_from(&mut self, other: &Self) -> Result<(), AerError> {
        for (part, from) in [(&mut self.re, &other.re), (&mut self.im, &other.im)] {
            part.clear();
            part.try_reserve_exact(from.len()).map_err(|_| insufficient_memory(other.bytes()))?;
            part.extend_from_slice(from);
        }
        self.at.clone_from(&other.at);
        self.tasks.clear();
        (self.flips, self.support, self.put_off) = (other.flips, other.support, 0);
        Ok(())
    }

    /// Bytes of the amplitudes.
    pub(super) fn bytes(&self) -> u64 {
        (2 * T::BYTES) << self.num_bits().min(58)
    }

    /// Adds bits above the others: the amplitudes of their values.
    pub(super) fn grow(&mut self, top: Vec<Complex>) {
        let old = self.num_bits();
        self.at.extend(old..old + top.len().trailing_zeros());
        self.support *= top.iter().filter(|x| **x != Complex::ZERO).count() as u64;
        self.tasks.push_back(Task::Grow(Growth { top, old: 0, scaled: 0 }));
        self.put_off += 1;
    }

    /// Applies an operation, or puts it off.
    #[inline(never)]
    pub(super) fn apply(&mut self, operation: Placed) {
        if let Action::Dense(_) = operation.action {
            let most = 1u64 << self.num_bits().min(63);
            self.support = self.support.saturating_mul(1 << operation.targets.len().min(32)).min(most);
        }
        if !self.puts_off() && self.tasks.is_empty() {
            let physical = self.physical(operation);
            self.unflip(mask(&physical.targets) | physical.controls.mask);
            physical.apply(&mut self.re, &mut self.im);
            return;
        }
        self.put_off += 1;
        match self.tasks.back_mut() {
            Some(Task::Apply(operations)) => operations.push(operation),
            _ => self.tasks.push_back(Task::Apply(vec![operation])),
        }
    }

    /// The operation on an index of the memory.
    #[inline(never)]
    fn physical(&self, Placed { mut targets, controls, action }: Placed) -> Placed {
        for bit in &mut targets {
            *bit = self.at[*bit as usize];
        }
        let bits = |index: usize| if index == 0 { 0 } else { deposit(index, &self.at) };
        let controls = Controls { mask: bits(controls.mask), values: bits(controls.values) };
        Placed { targets, controls, action }
    }

    /// Undoes inversions.
    #[inline(never)]
    fn unflip(&mut self, bits: usize) {
        for bit in set_bits(self.flips & bits) {
            let space = Subspace::new(self.re.len(), 1 << bit, 0);
            permutation::exchange(&mut self.re, &mut self.im, space, [0, 1 << bit]);
        }
        self.flips &= !bits;
    }

    /// Does about `budget` of the work that was put off; gives the work it was. `largest` is the number of bits
    /// that a register may come to have.
    #[inline(never)]
    pub(super) fn advance(
        &mut self,
        budget: u64,
        largest: u32,
        programs: &mut Programs,
    ) -> Result<u64, AerError> {
        let mut work = 0;
        while work < budget
            && let Some(task) = self.tasks.pop_front()
        {
            match task {
                Task::Fill { len, entries } => {
                    self.reserve(len, largest)?;
                    work += self.extend_with_zeros(len, budget - work);
                    if self.re.len() < len {
                        self.tasks.push_front(Task::Fill { len, entries });
                        continue;
                    }
                    work += entries.len() as u64;
                    for Entry { index, amplitude } in entries {
                        (self.re[index], self.im[index]) =
                            (T::from_f64(amplitude.re), T::from_f64(amplitude.im));
                    }
                    self.put_off -= 1;
                }
                Task::Grow(mut growth) => {
                    let team = programs.team(self.num_bits());
                    work += self.multiply(&mut growth, budget - work, largest, &team)?;
                    if growth.scaled < growth.old {
                        self.tasks.push_front(Task::Grow(growth));
                        continue;
                    }
                    self.put_off -= 1;
                }
                Task::Apply(operations) => {
                    let count = operations.len() as u64;
                    // Bits that are found inverted: the program begins with X gates, which cost it nothing.
                    let flips = std::mem::take(&mut self.flips);
                    let operations = if flips == 0 && (0..).zip(&self.at).all(|(bit, at)| bit == *at) {
                        operations
                    } else {
                        let operations = operations.into_iter().map(|operation| self.physical(operation));
                        set_bits(flips).map(not).chain(operations).collect()
                    };
                    let program = programs.get(operations, self.re.len().trailing_zeros());
                    self.tasks.push_front(Task::Run(program, Position::default(), count));
                }
                Task::Run(program, mut position, count) => {
                    let team = programs.team(self.num_bits());
                    let budget = (budget - work).saturating_mul(team.patience());
                    work += program.run_by(&team, &mut self.re, &mut self.im, &mut position, budget);
                    if !program.is_finished(position) {
                        self.tasks.push_front(Task::Run(program, position, count));
                        continue;
                    }
                    for bit in &mut self.at {
                        *bit = program.moved.get(*bit as usize).copied().unwrap_or(*bit);
                    }
                    self.flips = program.flips;
                    self.put_off -= count;
                }
            }
        }
        Ok(work)
    }

    /// Does all that was put off.
    pub(super) fn settle(&mut self, largest: u32, programs: &mut Programs) -> Result<(), AerError> {
        while !self.tasks.is_empty() {
            self.advance(u64::MAX, largest, programs)?;
        }
        Ok(())
    }

    /// Memory for `len` amplitudes, or for as many as there may come to be.
    #[inline(never)]
    fn reserve(&mut self, len: usize, largest: u32) -> Result<(), AerError> {
        let most = if len.trailing_zeros() < LARGE_BITS { len } else { low_bits(largest).saturating_add(1) };
        let bytes = (2 * T::BYTES).saturating_mul(len as u64);
        for part in [&mut self.re, &mut self.im] {
            let missing = |len: usize, part: &Vec<T>| len.saturating_sub(part.len());
            part.try_reserve_exact(missing(most.max(len), part))
                .or_else(|_| part.try_reserve_exact(missing(len, part)))
                .map_err(|_| insufficient_memory(bytes))?;
        }
        Ok(())
    }

    #[inline(never)]
    fn extend_with_zeros(&mut self, len: usize, budget: u64) -> u64 {
        let mut work = 0;
        while work < budget && self.re.len() < len {
            let end = len.min(self.re.len() + CHUNK);
            work += (end - self.re.len()) as u64;
            self.re.resize(end, T::ZERO);
            self.im.resize(end, T::ZERO);
        }
        work
    }

    /// Goes on to grow; gives the work it was.
    #[inline(never)]
    fn multiply(
        &mut self,
        growth: &mut Growth,
        budget: u64,
        largest: u32,
        team: &Threads,
    ) -> Result<u64, AerError> {
        if growth.old == 0 {
            growth.old = self.re.len();
            self.reserve(growth.old.saturating_mul(growth.top.len()), largest)?;
        }
        let (old, start) = (growth.old, self.re.len());
        let chunk = CHUNK.min(old);
        let chunks = |len: usize| (len / chunk).min((budget / chunk as u64).max(1) as usize);
        let appended = chunks((old * growth.top.len()).saturating_sub(start));
        if appended > 0 {
            let factor = |number: usize| growth.top[(start + number * chunk) / old];
            let mut growing = Growing { re: &mut self.re, im: &mut self.im, old, chunk };
            return match growing.append(appended, &factor, team) {
                0 => Err(insufficient_memory((2 * T::BYTES).saturating_mul((old * growth.top.len()) as u64))),
                appended => Ok((appended * chunk) as u64),
            };
        }
        let factor = growth.top.first().copied().unwrap_or_default();
        let here = growth.scaled..growth.scaled + chunks(old - growth.scaled) * chunk;
        growth.scaled = here.end;
        let work = here.len() as u64;
        let pieces = self.re[here.clone()].chunks_mut(chunk).zip(self.im[here].chunks_mut(chunk));
        let pieces = Mutex::new(pieces);
        team.for_each(work as usize / chunk, &|_| {
            let piece = pieces.lock().ok().and_then(|mut pieces| pieces.next());
            if let Some((re, im)) = piece {
                scale(factor, re, im);
            }
        });
        Ok(work)
    }

    /// Real and imaginary parts in the memory's order. Nothing may be put off.
    pub(super) fn parts(&self) -> (&[T], &[T]) {
        (&self.re, &self.im)
    }

    /// Where bits of the register are in an index of the memory, and the value of the inverted ones.
    pub(super) fn place(&self, bits: &[u32]) -> (Vec<u32>, usize) {
        let at: Vec<u32> = bits.iter().map(|bit| self.at[*bit as usize]).collect();
        let flips = extract(self.flips, &at);
        (at, flips)
    }

    /// The index of the memory of a value of all bits.
    pub(super) fn index(&self, value: usize) -> usize {
        deposit(value, &self.at) ^ self.flips
    }

    /// The bits of an index of the memory that are inverted.
    pub(super) fn flips(&self) -> usize {
        self.flips
    }

    /// All amplitudes, by the value of the bits.
    pub(super) fn amplitudes(&self) -> impl Iterator<Item = Complex> {
        (0..self.re.len()).map(|value| amplitude(&self.re, &self.im, self.index(value)))
    }

    /// The entries of the register.
    #[inline(never)]
    pub(super) fn entries(&self) -> Vec<Entry> {
        let least = if T::BYTES < 8 { NEGLIGIBLE_SINGLE } else { NEGLIGIBLE };
        let all = self.amplitudes().enumerate().map(|(index, amplitude)| Entry { index, amplitude });
        all.filter(|entry| entry.amplitude.norm_sqr() > least).collect()
    }

    /// From an index of the memory without inversions to the value of the bits.
    pub(super) fn gather(&self) -> Gather {
        Gather::new(self.at.iter().copied().zip(0..))
    }

    /// Keeps the amplitudes where some bits have these values, without those bits, and makes the norm 1.
    #[inline(never)]
    pub(super) fn collapse(&mut self, kept: Controls) {
        let fixed = deposit(kept.mask, &self.at);
        let values = deposit(kept.values, &self.at) ^ self.flips & fixed;
        let space = Subspace::new(self.re.len(), fixed, values);
        let mut len = 0;
        for run in space.runs() {
            let size = run.len();
            self.re.copy_within(run.clone(), len);
            self.im.copy_within(run, len);
            len += size;
        }
        self.re.truncate(len);
        self.im.truncate(len);
        let norm = reduce::norm_sqr(&self.re, &self.im);
        scalar::scale(Complex::from(1.0 / norm.sqrt()), &mut self.re, &mut self.im);
        let below = |bit: u32| (fixed & low_bits(bit)).count_ones();
        let left: Vec<u32> = set_bits(!fixed & low_bits(self.num_bits())).collect();
        self.flips = extract(self.flips, &left);
        let gone = kept.mask;
        self.at = (0..self.num_bits())
            .zip(&self.at)
            .filter(|(bit, _)| gone >> bit & 1 == 0)
            .map(|(_, at)| at - below(*at))
            .collect();
        self.support = self.support.min(len as u64);
    }
}

/// Below this, the square of an amplitude in single precision is a rounding error.
const NEGLIGIBLE_SINGLE: f64 = 1e-16;

fn scale<T: Real>(factor: Complex, re: &mut [T], im: &mut [T]) {
    if factor != Complex::ONE {
        scalar::scale(factor, re, im);
    }
}

/// The X gate on a bit.
#[inline(never)]
fn not(bit: u32) -> Placed {
    let x = Matrix::square([[Complex::ZERO, Complex::ONE], [Complex::ONE, Complex::ZERO]]);
    kernel::plan(x).place(&[bit], 0)
}
