//! Runs of gates on the same two bits as one matrix.
//!
//! Where three controlled gates or more follow each other on a pair, a dense matrix may be cheaper than a sweep of
//! phases for each; where they are rotations about one axis, one phase is left of all.

use super::unitary::snap;
use crate::kernel::index::{deposit, extract, mask, set_bits};
use crate::kernel::{Action, BitPositions, Controls, Placed, plan};
use crate::linalg::{Complex, Matrix};

/// So many gates on a pair are a run that is worth a matrix.
const WORTH: u32 = 3;

/// Gates on a pair of bits, one after the other.
struct Run {
    bits: [u32; 2],
    operations: Vec<Placed>,
    weight: Weight,
}

/// The gates of a run that are on both bits, and whether any moves amplitudes.
#[derive(Clone, Copy, Default)]
struct Weight {
    gates: u32,
    moves: bool,
}

impl Weight {
    fn add(&mut self, operation: &Placed) {
        self.gates += 1;
        self.moves |= matches!(operation.action, Action::Permutation(_) | Action::Dense(_));
    }

    fn is_enough(self) -> bool {
        self.moves && self.gates >= WORTH
    }
}

/// Whether enough gates of two bits are in runs to try.
#[inline(never)]
fn has_runs(operations: &[Placed], num_bits: u32) -> bool {
    // The mask of the pair that each bit was last part of, and how many gates it had, at the lower bit.
    let mut pairs = vec![(0, Weight::default()); num_bits as usize];
    let (mut in_runs, mut total) = (0, 0);
    for operation in operations {
        let all = mask(&operation.targets) | operation.controls.mask;
        if all.count_ones() < 2 {
            continue;
        }
        total += 1;
        let low = all.trailing_zeros() as usize;
        let high = all.ilog2() as usize;
        let goes_on = all.count_ones() == 2 && pairs[low].0 == all && pairs[high].0 == all;
        if !goes_on {
            set_bits(all).for_each(|bit| pairs[bit as usize] = (all, Weight::default()));
        }
        pairs[low].1.add(operation);
        if all.count_ones() == 2 && pairs[low].1.is_enough() {
            in_runs += if pairs[low].1.gates == WORTH { WORTH } else { 1 };
        }
    }
    in_runs > 0 && 4 * in_runs >= total
}

/// The operations with runs as one matrix each; `None` where that changes nothing.
#[inline(never)]
pub fn fuse(operations: &[Placed], num_bits: u32) -> Option<Vec<Placed>> {
    if !has_runs(operations, num_bits) {
        return None;
    }
    let mut out = Vec::with_capacity(operations.len());
    let mut runs: Vec<Run> = Vec::new();
    // The open run of each bit.
    let mut open: Vec<Option<usize>> = vec![None; num_bits as usize];
    let mut is_changed = false;
    for operation in operations {
        let all = mask(&operation.targets) | operation.controls.mask;
        let bits: BitPositions = (0..num_bits).filter(|bit| all >> bit & 1 == 1).collect();
        let run = bits.first().and_then(|bit| open[*bit as usize]);
        let is_pair = bits.len() == 2;
        if let Some(run) = run
            && (bits.len() == 1 || is_pair && open[bits[1] as usize] == Some(run))
        {
            runs[run].operations.push(operation.clone());
            if is_pair {
                runs[run].weight.add(operation);
            }
            continue;
        }
        for bit in &bits {
            if let Some(run) = open[*bit as usize] {
                is_changed |= runs[run].close(&mut out);
                runs[run].bits.iter().for_each(|bit| open[*bit as usize] = None);
            }
        }
        if is_pair {
            bits.iter().for_each(|bit| open[*bit as usize] = Some(runs.len()));
            let mut weight = Weight::default();
            weight.add(operation);
            runs.push(Run { bits: [bits[0], bits[1]], operations: vec![operation.clone()], weight });
        } else {
            out.push(operation.clone());
        }
    }
    for bit in 0..open.len() {
        if let Some(run) = open[bit] {
            is_changed |= runs[run].close(&mut out);
            runs[run].bits.iter().for_each(|bit| open[*bit as usize] = None);
        }
    }
    is_changed.then_some(out)
}

impl Run {
    /// Puts out what it is: its operations, or a matrix.
    #[inline(never)]
    fn close(&mut self, out: &mut Vec<Placed>) -> bool {
        if !self.weight.is_enough() {
            out.append(&mut self.operations);
            return false;
        }
        // The columns of the identity are the high bits of a state.
        let (mut re, mut im) = ([0.0; 16], [0.0; 16]);
        (0..4).for_each(|i| re[5 * i] = 1.0);
        for Placed { targets, controls, action } in self.operations.drain(..) {
            let place = |bit: &u32| u32::from(*bit == self.bits[1]);
            let Controls { mask, values } = controls;
            let controls = Controls { mask: extract(mask, &self.bits), values: extract(values, &self.bits) };
            Placed { targets: targets.iter().map(place).collect(), controls, action }
                .apply::<f64>(&mut re, &mut im);
        }
        let entry = |i: usize| {
            let at = deposit(i, &[2, 3, 0, 1]);
            snap(Complex::new(re[at], im[at]))
        };
        let matrix = Matrix::new(4, 4, (0..16).map(entry).collect()).unwrap_or_else(|| Matrix::identity(4));
        out.push(plan(matrix).place(&self.bits, 0));
        true
    }
}
