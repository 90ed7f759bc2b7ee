//! Programs: many operations in few passes over memory.
//!
//! A [`Pass`] names the bits that lie *inside* its blocks. A block is the `2^inner` amplitudes in which the other
//! bits have fixed values; all steps of the pass are applied to it while it is in cache. A block whose neighbours
//! lie in long runs is worked on where it is, run by run, with rotations across runs; another is copied to a
//! contiguous working memory and back. Steps may move amplitudes only along inside bits, while phases and controls may
//! be on any bit: outside a block they are known numbers. Blocks are independent, so a program can stop and go on
//! after any of them, and threads may share them.

use std::ops::Range;
use std::sync::Mutex;

use super::diagonal::diagonal;
use super::index::{deposit, extract, mask};
use super::lanes::Lanes;
use super::phases::{BlockPhases, Phases, Slots};
use super::real::Real;
use super::rotation::{Rotation, rotate, rotate_across, tangents};
use super::shared::{Alone, Blocks, Layout, Part, Parts, Team};
use super::{Action, BitPositions, Controls, Placed};
use crate::linalg::Complex;

/// Bits inside a block, and the lowest ones that are best always inside.
///
/// Measured in wasm, milliseconds of two circuits (quantum volume, brickwork) by bits inside (low bits): 2^20
/// amplitudes 249, 208 (15, 12), 226, 196 (16, 12), 199, 184 (17, 12), 203, 186 (17, 11); 2^24 amplitudes 6540, 4550
/// (15, 12), 5560, 3920 (17, 12). Blocks of 2^17 are larger than a second-level cache of 1 MiB, but more bits inside
/// mean fewer sweeps of phases, and sweeps and rotations take longer than what a third-level cache delivers. Short
/// runs far apart defeat prefetching and caches, and are copied to a block and back: 3.3 ms and 50 for a pass.
pub const BLOCK_BITS: u32 = 17;

/// See [`BLOCK_BITS`].
pub const LOW_BITS: u32 = 12;

/// Runs of at least `2^LONG_RUN` neighbours are worked on where they are.
const LONG_RUN: usize = 9;

/// Longer runs are cut for threads to share: 3 to 5 % more time for one of them, less in all.
const RUN_BITS: u32 = 13;

/// Operations on a state of `2^num_bits` amplitudes. All bits are positions in the state's index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// What to do, in order.
    pub passes: Vec<Pass>,
    /// Where each bit is found afterwards: bit `b` of the operations' last index is bit `moved[b]` of the state's,
    /// for swaps only rename bits.
    pub moved: Vec<u32>,
    /// The bits of the state's index that are found inverted afterwards, for X gates only rename values.
    pub flips: usize,
}

/// Steps that stay inside blocks.
#[derive(Clone, Debug, PartialEq)]
pub struct Pass {
    /// The bits inside a block, ascending: bit `j` of an index within a block is `inner[j]`.
    pub inner: Vec<u32>,
    /// What to do, in order.
    pub steps: Vec<Step>,
}

/// A step of a pass.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Rotations on different inside bits.
    Rotations(Vec<Rotation>),
    /// Phases on any bits.
    Phases(Phases),
    /// An action whose targets are inside bits, if it moves amplitudes at all; controls are any bits.
    Placed(Placed),
}

/// How far a program has run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The pass.
    pub pass: usize,
    /// The block of this pass that comes next.
    pub block: usize,
}

impl Program {
    /// Whether a run that is here has ended.
    pub fn is_finished(&self, position: Position) -> bool {
        position.pass >= self.passes.len()
    }

    /// Goes on with a run until about `budget` amplitudes have been touched, or to its end; at least one block.
    /// Gives the work that was done. The state comes out the same whatever the budgets and the team.
    pub fn run<T: Real>(&self, re: &mut [T], im: &mut [T], position: &mut Position, budget: u64) -> u64 {
        self.run_by(&Alone, re, im, position, budget)
    }

    /// As [`Program::run`], by a team; at least one block for each of its threads.
    #[inline(never)]
    pub fn run_by<T: Real>(
        &self,
        team: &dyn Team,
        re: &mut [T],
        im: &mut [T],
        position: &mut Position,
        budget: u64,
    ) -> u64 {
        let mut work = 0;
        let threads = team.threads().max(1);
        let scratch: Vec<Mutex<Scratch<T>>> = (0..threads).map(|_| Mutex::default()).collect();
        while let Some(pass) = self.passes.get(position.pass) {
            let pass = LoweredPass::new(pass, re.len().trailing_zeros(), threads > 1);
            let left = pass.layout.num_blocks().saturating_sub(position.block);
            // As many for each thread, so that there is little to help with.
            let wanted = (budget.saturating_sub(work) / pass.work_per_block) as usize;
            let blocks = wanted.clamp(1, left.max(1)).next_multiple_of(threads).min(left);
            let range = position.block..position.block + blocks;
            pass.run_blocks(re, im, range, team, &scratch);
            work += pass.work_per_block * blocks as u64;
            *position = if blocks < left {
                Position { block: position.block + blocks, ..*position }
            } else {
                Position { pass: position.pass + 1, block: 0 }
            };
            if work >= budget {
                break;
            }
        }
        work
    }
}

/// The working memory of a thread.
#[derive(Debug, Default)]
struct Scratch<T> {
    re: Vec<T>,
    im: Vec<T>,
    slots: Slots<T>,
}

/// A [`Pass`], made ready for states of one length: bits inside blocks and bits outside are told apart.
#[derive(Debug)]
pub struct LoweredPass<T> {
    layout: Layout,
    stages: Vec<Stage<T>>,
    /// The runs on which each stage works at a time.
    parts: Vec<Parts>,
    work_per_block: u64,
}

/// What is done to a block before anything else.
#[derive(Debug)]
enum Stage<T> {
    /// Steps on each run by itself.
    Runs(Vec<LoweredStep<T>>),
    /// Up to three rotations on bits of the number of a run.
    Across(Vec<Rotation>),
    /// Steps on the whole block, copied to working memory.
    Copied(Vec<LoweredStep<T>>),
}

/// A step on the index within a block, where outside bits have known values.
#[derive(Debug)]
enum LoweredStep<T> {
    Rotations(Vec<Rotation>),
    Phases {
        phases: Box<BlockPhases<T>>,
        /// The low bits of an index that are those of the index in a block of these phases.
        within: usize,
    },
    /// A diagonal whose table is chosen by outside bits, in blocks where outside bits have their values.
    Diagonal {
        outside: Controls,
        /// Bits whose value chooses the table.
        chosen_by: BitPositions,
        targets: BitPositions,
        controls: Controls,
        /// The tables, one after the other.
        entries: Vec<Complex>,
    },
    /// Any other action.
    Placed {
        outside: Controls,
        placed: Placed,
    },
}

impl<T: Real> LoweredPass<T> {
    /// Makes a pass ready for states of `2^num_bits` amplitudes.
    #[inline(never)]
    fn new(pass: &Pass, num_bits: u32, is_shared: bool) -> Self {
        let highest_target = pass.steps.iter().filter_map(|step| match step {
            Step::Placed(Placed { targets, action: Action::Permutation(_) | Action::Dense(_), .. }) => {
                targets.iter().max()
            }
            _ => None,
        });
        let moved_bits = highest_target.max().map_or(0, |bit| bit + 1);
        let most_low = if is_shared { RUN_BITS.max(moved_bits) } else { num_bits };
        let layout = Layout::new(&pass.inner, num_bits, most_low);
        let low_bits = layout.low_bits();
        let is_copied = layout.num_runs() > 1 && (low_bits < LONG_RUN || moved_bits as usize > low_bits);
        let stages = if is_copied {
            vec![Stage::Copied(
                pass.steps.iter().map(|step| LoweredStep::new(step, layout.inner())).collect(),
            )]
        } else {
            Stage::on_runs(&pass.steps, layout.inner(), low_bits)
        };
        let len = layout.block_len();
        let copies = if is_copied { 3 * len as u64 } else { 0 };
        let work = pass.steps.iter().map(|step| step.work(len)).sum::<u64>() + copies;
        let parts = stages.iter().map(|stage| layout.parts(stage.together())).collect();
        Self { layout, stages, parts, work_per_block: work.max(1) }
    }

    /// Runs blocks, shared by a team. There is a scratch for each of its threads.
    #[inline(never)]
    fn run_blocks(
        &self,
        re: &mut [T],
        im: &mut [T],
        range: Range<usize>,
        team: &dyn Team,
        scratch: &[Mutex<Scratch<T>>],
    ) {
        let most = self.parts.iter().map(Parts::count).max().unwrap_or(0).saturating_mul(range.len());
        let threads = scratch.len().min(team.threads()).min(most);
        let blocks = Blocks::new(re, im, (&self.layout, &self.parts), range, threads);
        team.for_each(threads, &|thread| {
            if let Some(Ok(mut scratch)) = scratch.get(thread).map(Mutex::lock) {
                blocks.work(thread, &|| team.stopped(), |stage, part| {
                    self.stages[stage].apply(part, &mut scratch);
                });
            }
        });
    }
}

impl<T: Real> Stage<T> {
    /// Steps on blocks with these inside bits, the lowest of which make runs.
    #[inline(never)]
    fn on_runs(steps: &[Step], inner: &[u32], low_bits: usize) -> Vec<Self> {
        let mut stages = Vec::new();
        let mut on_runs = Vec::new();
        // Phases are worked out as if no run had been cut, for the same bits however that is done.
        let uncut = inner.iter().zip(0..).take_while(|(bit, low)| **bit == *low).count();
        for step in steps {
            let mut rotations = match step {
                Step::Rotations(rotations) => rotations.clone(),
                Step::Phases(phases) => {
                    on_runs.push(LoweredStep::phases(phases, &inner[..uncut], (1 << uncut) - 1));
                    continue;
                }
                Step::Placed(_) => {
                    on_runs.push(LoweredStep::new(step, &inner[..low_bits]));
                    continue;
                }
            };
            rotations.sort_unstable_by_key(|rotation| rotation.bit);
            let (in_run, across) =
                rotations.split_at(rotations.partition_point(|rotation| (rotation.bit as usize) < low_bits));
            if !in_run.is_empty() {
                on_runs.push(LoweredStep::Rotations(in_run.to_vec()));
            }
            let number = |bit: u32| inner[low_bits..].iter().take_while(|inner| **inner < bit).count() as u32;
            for rotations in across.chunks(3) {
                if !on_runs.is_empty() {
                    stages.push(Self::Runs(std::mem::take(&mut on_runs)));
                }
                let on_number = |rotation: &Rotation| Rotation { bit: number(rotation.bit), ..*rotation };
                stages.push(Self::Across(rotations.iter().map(on_number).collect()));
            }
        }
        if !on_runs.is_empty() {
            stages.push(Self::Runs(on_runs));
        }
        stages
    }

    /// The bits of the number of a run in which those differ that are worked on together.
    fn together(&self) -> usize {
        match self {
            Self::Runs(_) => 0,
            Self::Across(rotations) => rotations.iter().fold(0, |mask, rotation| mask | 1 << rotation.bit),
            Self::Copied(_) => usize::MAX,
        }
    }

    #[inline(never)]
    fn apply(&self, mut part: Part<'_, T>, scratch: &mut Scratch<T>) {
        match self {
            Self::Runs(steps) => {
                let (base, re, im) = part.run();
                for step in steps {
                    step.apply(re, im, base, &mut scratch.slots);
                }
            }
            Self::Across(rotations) => match **rotations {
                [_, _, _] => rotate_runs::<T, 8>(&mut part, rotations),
                [_, _] => rotate_runs::<T, 4>(&mut part, rotations),
                _ => rotate_runs::<T, 2>(&mut part, rotations),
            },
            Self::Copied(steps) => scratch.copied(&mut part, steps),
        }
    }
}

impl<T: Real> Scratch<T> {
    /// Steps on a copy of a block.
    fn copied(&mut self, block: &mut Part<'_, T>, steps: &[LoweredStep<T>]) {
        let len = block.len();
        if self.re.len() < len {
            self.re.resize(len, T::ZERO);
            self.im.resize(len, T::ZERO);
        }
        let (re, im) = (&mut self.re[..len], &mut self.im[..len]);
        block.gather(re, im);
        for step in steps {
            step.apply(re, im, block.base(), &mut self.slots);
        }
        block.scatter(re, im);
    }
}

/// Rotations on bits of the number of a run; all `D` runs of a part are rotated at once.
#[inline(never)]
fn rotate_runs<T: Real, const D: usize>(part: &mut Part<'_, T>, rotations: &[Rotation]) {
    for rows in part.rows().into_iter().flatten() {
        rotate_across::<T::Lanes, D>(rows.map(T::Lanes::chunks), tangents(rotations));
    }
}

impl Step {
    /// Amplitudes touched in a block of `len`; three rotations count as one touch, for they are done at once.
    fn work(&self, len: usize) -> u64 {
        match self {
            Self::Rotations(rotations) => (rotations.len().div_ceil(3) * len) as u64,
            Self::Phases(_) => len as u64,
            Self::Placed(placed) => {
                let columns = match &placed.action {
                    Action::Dense(_) => 1 << placed.targets.len().saturating_sub(1),
                    _ => 1,
                };
                (columns * placed.touched(len)) as u64
            }
        }
    }
}

impl<T: Real> LoweredStep<T> {
    /// For blocks with these inside bits, ascending.
    #[inline(never)]
    fn new(step: &Step, inner: &[u32]) -> Self {
        let inside = mask(inner);
        let local = |bit: &u32| (inside & ((1 << bit) - 1)).count_ones();
        let is_inside = |bit: &u32| inside >> bit & 1 == 1;
        match step {
            Step::Rotations(rotations) => Self::Rotations(
                rotations
                    .iter()
                    .map(|rotation| Rotation { bit: local(&rotation.bit), ..*rotation })
                    .collect(),
            ),
            Step::Phases(phases) => Self::phases(phases, inner, 0),
            Step::Placed(Placed { targets, controls, action }) => {
                let outside = Controls { mask: controls.mask & !inside, values: controls.values & !inside };
                let controls =
                    Controls { mask: extract(controls.mask, inner), values: extract(controls.values, inner) };
                if let Action::Diagonal(entries) = action {
                    let (inside, chosen_by): (BitPositions, BitPositions) =
                        (0..targets.len() as u32).partition(|place| is_inside(&targets[*place as usize]));
                    let order: BitPositions = inside.iter().chain(&chosen_by).copied().collect();
                    let at = |place: &u32| targets[*place as usize];
                    return Self::Diagonal {
                        outside,
                        chosen_by: chosen_by.iter().map(at).collect(),
                        targets: inside.iter().map(|place| local(&at(place))).collect(),
                        controls,
                        entries: (0..entries.len()).map(|i| entries[deposit(i, &order)]).collect(),
                    };
                }
                let targets = targets.iter().map(local).collect();
                Self::Placed { outside, placed: Placed { targets, controls, action: action.clone() } }
            }
        }
    }

    fn phases(phases: &Phases, inner: &[u32], within: usize) -> Self {
        Self::Phases { phases: Box::new(BlockPhases::new(phases, inner)), within }
    }

    /// Applies the step to a block, whose first amplitude has index `base`.
    fn apply(&self, re: &mut [T], im: &mut [T], base: usize, slots: &mut Slots<T>) {
        let is_on = |outside: &Controls| base & outside.mask == outside.values;
        match self {
            Self::Rotations(rotations) => rotate(re, im, rotations),
            Self::Phases { phases, within } => phases.apply(re, im, base, base & within, slots),
            Self::Diagonal { outside, chosen_by, targets, controls, entries } if is_on(outside) => {
                let len = 1 << targets.len();
                let start = extract(base, chosen_by) * len;
                diagonal(re, im, targets, *controls, &entries[start..start + len]);
            }
            Self::Placed { outside, placed } if is_on(outside) => placed.apply(re, im),
            Self::Diagonal { .. } | Self::Placed { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests;
