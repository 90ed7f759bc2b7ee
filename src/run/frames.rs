//! Many shots of a Clifford circuit from one: Pauli frames.
//!
//! One shot, the *reference*, runs on the tableau; its random outcomes are 0 and nothing goes wrong in it. Any other shot
//! is it up to a Pauli string, its *frame*: two bits per qubit, which gates move about, errors flip, and of which a
//! measurement shows one (Gidney: "Stim: a fast stabilizer circuit simulator", arXiv:2103.02202, section 3). What is
//! sharp has a random `Z` in its frame, so that outcomes are random where those of the reference could have been other.
//! A Pauli gate under a condition is never done in the reference: each shot has it in its frame or not. A reset at random
//! is done in frames where the qubit of the reference is in a basis state; where it is not, the circuit runs as any other.
//!
//! The bits of [`BLOCK`] shots lie side by side and are worked on together. A block has a random stream of its own, and
//! parts of a job run whole blocks and leave out what is not theirs, so a shot is the same however shots are divided.
//! Rare errors are found by the distance from one to the next, which costs nothing for shots without.

use std::cmp::Ordering::{Equal, Greater, Less};

use smallvec::SmallVec;

use super::execution::{Execute, Execution, Job};
use super::part::Shots;
use super::result::ExperimentData;
use super::step::ProgressUnit;
use super::tally::Tally;
use crate::circuit::classical::Comparison;
use crate::circuit::operation::{BooleanFunction, Pauli, QuantumError, ReadoutError};
use crate::circuit::{Bits, Instruction, Operation, Qubit};
use crate::engine::drawn::{self, Drawn};
use crate::engine::gather::transpose;
use crate::engine::saved::insufficient_memory;
use crate::engine::stabilizer::clifford::Clifford;
use crate::engine::stabilizer::tableau::{Step, x_row, z_row};
use crate::engine::stabilizer::{Stabilizer, pauli_bits};
use crate::engine::{Engine, Maker, Outcomes};
use crate::error::AerError;
use crate::rng::BlockRng;

/// Shots of a block.
const BLOCK: u64 = 1024;

/// Words of a plane.
const WORDS: usize = BLOCK as usize / 64;

/// Above this probability, errors are found shot by shot.
const RARE: f64 = 0.2;

/// A bit of each shot of a block.
type Plane = [u64; WORDS];

/// What becomes of the frame, or the bits, of a shot.
#[derive(Clone, Debug, PartialEq)]
enum Act {
    /// A gate on the frames' rows.
    Gate(SmallVec<[Step; 4]>, SmallVec<[Qubit; 4]>),
    /// A Pauli string where a register bit is 1.
    Flip(Vec<Kick>, u32),
    /// A measurement with this outcome of the reference, to a memory and a register bit.
    Measure { qubit: Qubit, reference: bool, memory: Option<u32>, register: Option<u32> },
    /// The qubit is |0⟩.
    Reset(Qubit),
    /// One of several things with some probability, and where the register bit is 1.
    Noise(Noise, Option<u32>),
    /// The readout error that is this instruction.
    Misread(usize),
    /// The comparison that is this instruction.
    Compare(usize),
}

/// What an error does to one shot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kick {
    /// Flips a bit of the frame: a row of the tableau.
    Flip(usize),
    /// Sets the qubit, which has this value in the reference, to |0⟩.
    Reset(Qubit, bool),
}

/// Errors, and their probabilities.
#[derive(Clone, Debug, PartialEq)]
struct Noise {
    /// That anything happens.
    probability: f64,
    /// What happens, each with the sum of the probabilities up to it.
    kinds: Vec<(f64, Vec<Kick>)>,
}

/// A circuit as frames.
pub struct Frames {
    job: Job,
    reference: Stabilizer,
    /// The next instruction of the reference.
    cursor: usize,
    acts: Vec<Act>,
    /// The next act, while a block is run.
    act: usize,
    /// The first shot of the block that is run or comes next.
    first: u64,
    rng: BlockRng,
    /// A row each, as in the tableau.
    frames: Vec<Plane>,
    memory: Vec<Plane>,
    register: Vec<Plane>,
    tally: Tally,
    memories: Outcomes,
    /// What runs the job after all, if frames cannot.
    general: Option<Box<Execution>>,
}

/// Whether the shots of a job differ from each other by Pauli strings, as far as can be said without running it.
pub fn can_run(job: &Job) -> bool {
    !job.plan.sampled && job.circuit.instructions.iter().all(fits)
}

fn fits(step: &Instruction) -> bool {
    match &step.operation {
        Operation::Delay(_)
        | Operation::Barrier
        | Operation::Pauli(_)
        | Operation::BooleanFunction(_)
        | Operation::ReadoutError(_)
        | Operation::QuantumErrorLocation => true,
        Operation::Measure(_) | Operation::Reset => step.condition.is_none(),
        Operation::QuantumError(error) => {
            let mut inner = error.branches.iter().flat_map(|branch| &branch.instructions);
            inner.all(|step| matches!(step.operation, Operation::Reset) || pauli(step).is_some())
        }
        operation => match Clifford::of(operation, step.qubits.len()) {
            Some(clifford) => step.condition.is_none() || clifford.as_pauli().is_some(),
            None => false,
        },
    }
}

/// The rows that a Pauli gate flips in a frame; `None` if it is something else.
fn pauli(step: &Instruction) -> Option<Vec<Kick>> {
    let kicks = |bits: &mut dyn Iterator<Item = (Qubit, (bool, bool))>| {
        let rows = bits.flat_map(|(qubit, (x, z))| {
            let qubit = qubit as usize;
            [(x, x_row(qubit)), (z, z_row(qubit))]
        });
        rows.filter(|(flips, _)| *flips).map(|(_, row)| Kick::Flip(row)).collect()
    };
    let qubits = || step.qubits.iter().copied();
    match &step.operation {
        Operation::Delay(_) | Operation::Barrier | Operation::QuantumErrorLocation => Some(Vec::new()),
        Operation::Pauli(letters) => {
            let letter = |letter: &Pauli| pauli_bits(*letter);
            Some(kicks(&mut qubits().rev().zip(letters.iter().map(letter))))
        }
        operation => {
            let clifford = Clifford::of(operation, step.qubits.len())?;
            let mut bits = clifford.as_pauli()?;
            Some(kicks(&mut qubits().zip(&mut bits)))
        }
    }
}

impl Noise {
    /// Of an error on some qubits; `None` where frames cannot do it.
    fn new(error: &QuantumError, qubits: &[Qubit], reference: &Stabilizer) -> Option<Self> {
        let (mut probability, mut kinds) = (0.0, Vec::new());
        for branch in &error.branches {
            let mut kicks = Vec::new();
            for step in &branch.instructions {
                let on = step.qubits.iter().filter_map(|place| qubits.get(*place as usize).copied());
                let step = Instruction::new(step.operation.clone(), on);
                if matches!(step.operation, Operation::Reset) {
                    for qubit in &step.qubits {
                        kicks.push(Kick::Reset(*qubit, reference.certain(*qubit)?));
                    }
                } else {
                    kicks.extend(pauli(&step)?);
                }
            }
            if !kicks.is_empty() && branch.probability > 0.0 {
                probability += branch.probability;
                kinds.push((probability, kicks));
            }
        }
        Some(Self { probability: probability.min(1.0), kinds })
    }

    /// What happens for a number in [0, 1), given that something does.
    fn choose(&self, number: f64) -> &[Kick] {
        let below = number * self.kinds.last().map_or(0.0, |(sum, _)| *sum);
        let chosen = self.kinds.partition_point(|(sum, _)| *sum <= below).min(self.kinds.len().max(1) - 1);
        self.kinds.get(chosen).map_or(&[], |(_, kicks)| kicks)
    }
}

/// Calls a function with each shot of a block that something of this probability happens to.
fn each_event(probability: f64, rng: &mut BlockRng, mut happens: impl FnMut(usize, &mut BlockRng)) {
    if probability <= 0.0 {
        return;
    }
    if probability < RARE {
        // The distances between events are distributed geometrically.
        let scale = libm::log1p(-probability).recip();
        let distance = |rng: &mut BlockRng| (libm::log(1.0 - rng.uniform()) * scale) as usize;
        let mut shot = distance(rng);
        while shot < BLOCK as usize {
            happens(shot, rng);
            shot = shot.saturating_add(1).saturating_add(distance(rng));
        }
        return;
    }
    for (index, word) in chances(probability, rng).into_iter().enumerate() {
        let mut left = word;
        while left != 0 {
            happens(64 * index + left.trailing_zeros() as usize, rng);
            left &= left - 1;
        }
    }
}

/// Bits that are 1 with this probability.
fn chances(probability: f64, rng: &mut BlockRng) -> Plane {
    if probability >= 1.0 {
        return [u64::MAX; WORDS];
    }
    if probability < RARE {
        let mut plane = [0; WORDS];
        each_event(probability, rng, |shot, _| plane[shot / 64] |= 1 << (shot % 64));
        return plane;
    }
    // Binary digits of 64 random numbers at a time are compared with those of the probability, until all are decided.
    let digits = (probability * 2f64.powi(64)) as u64;
    std::array::from_fn(|_| {
        let (mut below, mut open, mut left) = (0, u64::MAX, digits);
        while open != 0 && left != 0 {
            let random = rng.word();
            if left >> 63 == 1 {
                below |= open & !random;
                open &= random;
            } else {
                open &= !random;
            }
            left <<= 1;
        }
        below
    })
}

fn random_plane(rng: &mut BlockRng) -> Plane {
    std::array::from_fn(|_| rng.word())
}

fn xor(into: &mut Plane, by: &Plane) {
    into.iter_mut().zip(by).for_each(|(into, by)| *into ^= by);
}

/// A plane of so many; zeros if there is none.
fn plane(planes: &[Plane], index: u32) -> Plane {
    planes.get(index as usize).copied().unwrap_or([0; WORDS])
}

/// Writes a plane where a mask is 1.
fn write(planes: &mut [Plane], index: u32, value: &Plane, mask: &Plane) {
    if let Some(plane) = planes.get_mut(index as usize) {
        plane.iter_mut().zip(value).zip(mask).for_each(|((bit, value), mask)| *bit ^= (*bit ^ value) & mask);
    }
}

/// A comparison for each shot.
fn compare(comparison: &Comparison, register: &[Plane]) -> Plane {
    let Comparison { mask, relation, value } = comparison;
    let top = mask.highest().max(value.highest()).map_or(0, |top| top + 1);
    let (mut less, mut greater, mut equal) = ([0; WORDS], [0; WORDS], [u64::MAX; WORDS]);
    for bit in (0..top).rev() {
        let masked = if mask.get(bit) { plane(register, bit) } else { [0; WORDS] };
        let wanted = if value.get(bit) { u64::MAX } else { 0 };
        for i in 0..WORDS {
            less[i] |= equal[i] & !masked[i] & wanted;
            greater[i] |= equal[i] & masked[i] & !wanted;
            equal[i] &= !(masked[i] ^ wanted);
        }
    }
    let mut holds = [0; WORDS];
    for (ordering, plane) in [(Less, less), (Equal, equal), (Greater, greater)] {
        if relation.holds(ordering) {
            xor(&mut holds, &plane);
        }
    }
    holds
}

fn zero_planes(count: usize) -> Result<Vec<Plane>, AerError> {
    let mut planes = Vec::new();
    let short = |_| insufficient_memory((count * size_of::<Plane>()) as u64);
    planes.try_reserve_exact(count).map_err(short)?;
    planes.resize(count, [0; WORDS]);
    Ok(planes)
}

impl Frames {
    /// Takes the memory of the reference and of a block.
    pub fn new(job: Job) -> Result<Self, AerError> {
        let num_qubits = job.plan.num_qubits();
        let num_clbits = job.circuit.num_clbits;
        let first = job.shots.from / BLOCK * BLOCK;
        Ok(Self {
            reference: Stabilizer::new(&job.circuit, num_qubits, &job.config)?,
            cursor: 0,
            acts: Vec::new(),
            act: 0,
            first,
            rng: BlockRng::new(job.seed, first / BLOCK),
            frames: zero_planes(2 * num_qubits as usize)?,
            memory: zero_planes(num_clbits as usize)?,
            register: zero_planes(job.circuit.num_register_bits as usize)?,
            tally: Tally::new(num_clbits),
            memories: Outcomes::zeros(num_clbits as usize, 0),
            general: None,
            job,
        })
    }

    /// Runs the next instruction of the reference; gives the work it was.
    fn refer(&mut self) -> Result<u64, AerError> {
        let Some(step) = self.job.circuit.instructions.get(self.cursor) else { return Ok(0) };
        let work = self.reference.work(&step.operation, &step.qubits);
        match (&step.operation, step.condition) {
            (Operation::ReadoutError(_), _) => self.acts.push(Act::Misread(self.cursor)),
            (Operation::BooleanFunction(_), _) => self.acts.push(Act::Compare(self.cursor)),
            (Operation::QuantumError(error), condition) => {
                match Noise::new(error, &step.qubits, &self.reference) {
                    Some(noise) if noise.kinds.is_empty() => {}
                    Some(noise) => self.acts.push(Act::Noise(noise, condition)),
                    None => {
                        self.general =
                            Some(Box::new(Execution::new(self.job.clone(), Maker::of::<Stabilizer>())?));
                        return Ok(work);
                    }
                }
            }
            (_, Some(condition)) => {
                let kicks = pauli(step).filter(|kicks| !kicks.is_empty());
                self.acts.extend(kicks.map(|kicks| Act::Flip(kicks, condition)));
            }
            (Operation::Measure(measure), _) => {
                for (i, qubit) in step.qubits.iter().enumerate() {
                    self.reference.project(&[*qubit], &Bits::default())?;
                    let reference = self.reference.certain(*qubit).unwrap_or(false);
                    let (memory, register) =
                        (measure.memory.get(i).copied(), measure.register.get(i).copied());
                    self.acts.push(Act::Measure { qubit: *qubit, reference, memory, register });
                }
            }
            (Operation::Reset, _) => {
                self.reference.project(&step.qubits, &Bits::default())?;
                self.reference.apply(&step.operation, &step.qubits)?;
                self.acts.extend(step.qubits.iter().map(|qubit| Act::Reset(*qubit)));
            }
            (operation, _) => {
                self.reference.apply(operation, &step.qubits)?;
                // A Pauli string is in the reference and in no frame.
                if let Some(clifford) = Clifford::of(operation, step.qubits.len())
                    && !clifford.steps.is_empty()
                {
                    self.acts.push(Act::Gate(clifford.steps.clone(), step.qubits.clone()));
                }
            }
        }
        self.cursor += 1;
        Ok(work)
    }

    /// Whether shots leave anything in the memory.
    fn counts(&self) -> bool {
        self.job.plan.measures && self.job.circuit.num_clbits > 0
    }

    fn begin_block(&mut self) -> u64 {
        self.rng = BlockRng::new(self.job.seed, self.first / BLOCK);
        self.memory.fill([0; WORDS]);
        self.register.fill([0; WORDS]);
        for (row, plane) in self.frames.iter_mut().enumerate() {
            *plane = if row % 2 == z_row(0) { random_plane(&mut self.rng) } else { [0; WORDS] };
        }
        (self.frames.len() + self.memory.len() + self.register.len()) as u64
    }

    /// Does the next act for the shots of the block; gives the work it was, in planes.
    fn perform(&mut self) -> u64 {
        let Self { job, acts, act, frames, memory, register, rng, .. } = self;
        let Some(act) = acts.get(*act) else { return 0 };
        let instruction = |index: usize| job.circuit.instructions.get(index);
        let mask = |register: &[Plane], condition: Option<u32>| {
            condition.map_or([u64::MAX; WORDS], |bit| plane(register, bit))
        };
        match act {
            Act::Gate(steps, qubits) => {
                let row = |row: &u8| 2 * qubits[usize::from(row / 2)] as usize + usize::from(row % 2);
                for step in steps {
                    match step {
                        Step::Exchange(a, b) => frames.swap(row(a), row(b)),
                        // From before the gate to behind it, so with the roles exchanged.
                        Step::Multiply(by, into) => {
                            let by = frames[row(by)];
                            xor(&mut frames[row(into)], &by);
                        }
                    }
                }
                return steps.len() as u64;
            }
            Act::Flip(kicks, condition) => {
                let mask = plane(register, *condition);
                for kick in kicks {
                    if let Kick::Flip(row) = kick {
                        xor(&mut frames[*row], &mask);
                    }
                }
            }
            Act::Measure { qubit, reference, memory: to_memory, register: to_register } => {
                let (x, z) = (x_row(*qubit as usize), z_row(*qubit as usize));
                let certain = [if *reference { u64::MAX } else { 0 }; WORDS];
                let mut outcome = frames[x];
                xor(&mut outcome, &certain);
                for (bits, place) in [(memory, to_memory), (register, to_register)] {
                    if let Some(plane) = place.and_then(|place| bits.get_mut(place as usize)) {
                        *plane = outcome;
                    }
                }
                xor(&mut frames[z], &random_plane(rng));
            }
            Act::Reset(qubit) => {
                frames[x_row(*qubit as usize)] = [0; WORDS];
                frames[z_row(*qubit as usize)] = random_plane(rng);
            }
            Act::Noise(noise, condition) => {
                let mask = mask(register, *condition);
                each_event(noise.probability, rng, |shot, rng| {
                    let kicks = noise.choose(rng.uniform());
                    let (word, bit) = (shot / 64, 1 << (shot % 64));
                    if mask[word] & bit == 0 {
                        return;
                    }
                    for kick in kicks {
                        match *kick {
                            Kick::Flip(row) => frames[row][word] ^= bit,
                            Kick::Reset(qubit, value) => {
                                let (x, z) = (x_row(qubit as usize), z_row(qubit as usize));
                                let random = rng.word() & bit;
                                frames[x][word] = frames[x][word] & !bit | if value { bit } else { 0 };
                                frames[z][word] ^= random;
                            }
                        }
                    }
                });
            }
            Act::Misread(index) => {
                if let Some(step) = instruction(*index)
                    && let Operation::ReadoutError(error) = &step.operation
                {
                    misread(error, &mask(register, step.condition), memory, register, rng);
                }
            }
            Act::Compare(index) => {
                if let Some(step) = instruction(*index)
                    && let Operation::BooleanFunction(function) = &step.operation
                {
                    let BooleanFunction { comparison, register: to, memory: also } = &**function;
                    let (value, mask) = (compare(comparison, register), mask(register, step.condition));
                    write(register, *to, &value, &mask);
                    if let Some(place) = also {
                        write(memory, *place, &value, &mask);
                    }
                    return 1 + u64::from(comparison.mask.highest().unwrap_or(0));
                }
            }
        }
        2
    }

    /// Counts the shots of the block that are to be run here; gives the work it was, in planes.
    fn record(&mut self) -> u64 {
        let here = |shot: u64| (self.job.shots.from..self.job.shots.to).contains(&shot);
        if !self.counts() {
            return 1;
        }
        let words = self.memory.len().div_ceil(64);
        let mut squares = vec![[0u64; 64]; words];
        for group in 0..WORDS {
            for (square, planes) in squares.iter_mut().zip(self.memory.chunks(64)) {
                *square = [0; 64];
                square.iter_mut().zip(planes).for_each(|(word, plane)| *word = plane[group]);
                transpose(square);
            }
            let first = self.first + 64 * group as u64;
            let shots = (0..64).filter(|index| here(first + *index as u64));
            if words == 1 {
                let shots = shots.map(|index| squares[0][index]);
                if self.job.memory {
                    self.memories.words.extend(shots.clone());
                }
                self.tally.add_words(shots);
                continue;
            }
            for index in shots {
                let memory: SmallVec<[u64; 16]> = squares.iter().map(|square| square[index]).collect();
                if self.job.memory {
                    self.memories.push(&memory);
                }
                self.tally.add(Bits::from_words(&memory));
            }
        }
        8 * self.memory.len() as u64
    }
}

/// Replaces the bits that a readout error concerns by values drawn from its table, where the mask is 1.
fn misread(
    error: &ReadoutError,
    mask: &Plane,
    memory: &mut [Plane],
    register: &mut [Plane],
    rng: &mut BlockRng,
) {
    let mut recorded: SmallVec<[Plane; 2]> = error.memory.iter().map(|bit| plane(memory, *bit)).collect();
    if let [bits] = recorded.as_mut_slice() {
        let chance = |from: usize, to: usize| {
            error.probabilities.get(from).and_then(|row| row.get(to)).copied().unwrap_or(0.0)
        };
        let (rises, falls) = (chances(chance(0, 1), rng), chances(chance(1, 0), rng));
        for i in 0..WORDS {
            bits[i] ^= rises[i] & !bits[i] | falls[i] & bits[i];
        }
    } else {
        for shot in 0..BLOCK as usize {
            let (word, place) = (shot / 64, shot % 64);
            let value = recorded.iter().rev().fold(0, |value, bits| value << 1 | (bits[word] >> place & 1));
            let row = error.probabilities.get(value as usize).map(Vec::as_slice).unwrap_or_default();
            if let Drawn::Choice(drawn, _) = drawn::choose(row, rng.uniform()) {
                for (j, bits) in recorded.iter_mut().enumerate() {
                    bits[word] = bits[word] & !(1 << place) | (drawn as u64 >> j & 1) << place;
                }
            }
        }
    }
    for (planes, places) in [(memory, &error.memory), (register, &error.register)] {
        for (place, value) in places.iter().zip(&recorded) {
            write(planes, *place, value, mask);
        }
    }
}

impl Execute for Frames {
    fn step(&mut self, budget: u64) -> Result<bool, AerError> {
        let mut left = budget;
        loop {
            if let Some(general) = &mut self.general {
                return general.step(left);
            }
            let work = if self.first >= self.job.shots.to {
                return Ok(true);
            } else if self.cursor < self.job.circuit.instructions.len() {
                let cursor = self.cursor;
                self.refer().map_err(|error| match self.job.circuit.instructions.get(cursor) {
                    Some(step) => error.at_instruction(cursor, step.operation.name()),
                    None => error,
                })?
            } else {
                let planes = if self.act == 0 { self.begin_block() } else { 0 };
                let planes = planes + self.perform();
                self.act += 1;
                let recorded = if self.act >= self.acts.len() {
                    let work = self.record();
                    self.act = 0;
                    self.first += BLOCK;
                    work
                } else {
                    0
                };
                (planes + recorded) * WORDS as u64
            };
            left = left.saturating_sub(work.saturating_add(1));
            if left == 0 {
                return Ok(false);
            }
        }
    }

    fn progress(&self) -> (u64, u64, ProgressUnit) {
        if let Some(general) = &self.general {
            return general.progress();
        }
        let Shots { from, to, of } = self.job.shots;
        (self.first.clamp(from, to) - from, of, ProgressUnit::Shots)
    }

    fn threads_used(&self) -> u32 {
        1
    }

    fn shots(&self) -> Shots {
        self.general.as_ref().map_or(self.job.shots, |general| general.shots())
    }

    fn next_shot(&self) -> Option<u64> {
        match &self.general {
            Some(general) => general.next_shot(),
            None => Some(self.first.saturating_add(BLOCK).min(self.job.shots.to)),
        }
    }

    fn end_at(&mut self, shot: u64) {
        if let Some(general) = &mut self.general {
            return general.end_at(shot);
        }
        let (least, to) = (self.first.saturating_add(BLOCK), self.job.shots.to);
        self.job.shots.to = shot.clamp(least.min(to), to);
    }

    fn finish(self: Box<Self>) -> ExperimentData {
        if let Some(general) = self.general {
            return general.finish();
        }
        let counted = self.counts() && self.job.shots.count() > 0;
        let Self { job, tally, memories, .. } = *self;
        ExperimentData {
            counts: counted.then(|| tally.finish()),
            memory: (counted && job.memory).then_some(memories),
            ..ExperimentData::default()
        }
    }
}

#[cfg(test)]
mod tests;
