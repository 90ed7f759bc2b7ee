//! Programs: many operations in few passes over memory.
//!
//! A [`Pass`] names the bits that lie *inside* its blocks. A block is the `2^inner` amplitudes in which the other
//! bits have fixed values; it is copied to a working memory that stays in cache, all steps of the pass are applied
//! there, and it is copied back. Steps may move amplitudes only along inside bits, while phases and controls may
//! be on any bit: outside a block they are known numbers. Blocks are independent, so a program can stop and go on
//! after any of them, and threads may share them.

use super::index::{Subspace, deposit, extract, mask};
use super::phases::Phases;
use super::real::Real;
use super::rotation::{Rotation, rotate};
use super::{Action, Controls, Placed};

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
    /// Gives the work that was done.
    pub fn run<T: Real>(&self, re: &mut [T], im: &mut [T], position: &mut Position, budget: u64) -> u64 {
        let mut work = 0;
        while let Some(pass) = self.passes.get(position.pass) {
            let blocks = re.len() >> pass.inner.len();
            let block_work = (pass.steps.len() as u64 + 1) << pass.inner.len();
            while position.block < blocks {
                pass.run_block(re, im, position.block);
                position.block += 1;
                work += block_work;
                if work >= budget {
                    return work;
                }
            }
            *position = Position { pass: position.pass + 1, block: 0 };
        }
        work
    }
}

impl Pass {
    fn run_block<T: Real>(&self, re: &mut [T], im: &mut [T], block: usize) {
        let inner = mask(&self.inner);
        let outer: Vec<u32> = (0..re.len().trailing_zeros()).filter(|bit| inner >> bit & 1 == 0).collect();
        let base = deposit(block, &outer);
        let indices: Vec<usize> = Subspace::new(re.len(), re.len() - 1 & !inner, base).indices().collect();
        let mut block_re: Vec<T> = indices.iter().map(|index| re[*index]).collect();
        let mut block_im: Vec<T> = indices.iter().map(|index| im[*index]).collect();
        let local = |bit: u32| self.inner.iter().position(|inner| *inner == bit).unwrap_or_default() as u32;
        for step in &self.steps {
            match step {
                Step::Rotations(rotations) => {
                    let at = |rotation: &Rotation| Rotation { bit: local(rotation.bit), ..*rotation };
                    rotate(&mut block_re, &mut block_im, &rotations.iter().map(at).collect::<Vec<_>>());
                }
                Step::Phases(phases) => {
                    for (local, index) in indices.iter().enumerate() {
                        let slot = local..=local;
                        phases.apply(&mut block_re[slot.clone()], &mut block_im[slot], *index);
                    }
                }
                Step::Placed(placed) => {
                    let (mut targets, mut controls) = (placed.targets.clone(), placed.controls);
                    let mut action = placed.action.clone();
                    if let Action::Diagonal(entries) = &mut action {
                        // Outside bits have known values.
                        let kept: Vec<u32> = (0..targets.len() as u32)
                            .filter(|j| inner >> targets[*j as usize] & 1 == 1)
                            .collect();
                        let known = targets
                            .iter()
                            .enumerate()
                            .fold(0, |known, (j, bit)| known | (base >> bit & 1 & !(inner >> bit)) << j);
                        *entries = (0..1 << kept.len())
                            .map(|value| entries[known | deposit(value, &kept)])
                            .collect();
                        targets.retain(|bit| inner >> *bit & 1 == 1);
                    }
                    if (base ^ controls.values) & controls.mask & !inner != 0 {
                        continue;
                    }
                    controls = Controls {
                        mask: extract(controls.mask, &self.inner),
                        values: extract(controls.values, &self.inner),
                    };
                    targets.iter_mut().for_each(|bit| *bit = local(*bit));
                    Placed { targets, controls, action }.apply(&mut block_re, &mut block_im);
                }
            }
        }
        for (local, index) in indices.into_iter().enumerate() {
            (re[index], im[index]) = (block_re[local], block_im[local]);
        }
    }
}
