//! From gates to a [`Program`]: fusion, reordering and cache blocking.
//!
//! It knows matrices on bits, and no gate by name: what can be fused is found from the entries. Operations are
//! first brought to a canonical form ([`canonical`]): one-bit unitaries merge and come apart as phases and real
//! rotations (Euler angles), phases of one and two bits add up wherever nothing between them moves their bits
//! (phase polynomials: Amy, Maslov and Mosca 2014), swaps, X and the signs of controls are renaming, a controlled
//! gate that meets one-bit gates becomes a controlled phase between two of them, and what cancels is gone.
//!
//! The rest is then put into passes over cache blocks ([`schedule`]; Häner and Steiger 2017, and Doi and Horii
//! 2020, which is Aer's cache blocking): each pass chooses the bits inside its blocks and does all that it can,
//! in any order that is right, with few sweeps of phases. Choices are made by [`cost`], the table of what steps
//! take; where a circuit can be read in several ways, each is scheduled and the
//! cheapest is kept.

mod canonical;
pub mod cost;
mod fuse;
mod schedule;
mod unitary;

use crate::kernel::Placed;
use crate::kernel::program::{Program, Step};
use canonical::Reading;
use schedule::Blocks;

/// Makes a program of operations on a state of `2^num_bits` amplitudes. Costs time in proportion to the operations
/// (and to the bits, where the state is larger than a block).
pub fn compile(operations: &[Placed], num_bits: u32) -> Program {
    compile_for(operations, num_bits, Blocks::of(num_bits))
}

fn compile_for(operations: &[Placed], num_bits: u32, blocks: Blocks) -> Program {
    let (mut best, has_choice) = read_as(operations, num_bits, blocks, Reading::Phases);
    let plain = (has_choice && is_swept_for_pairs(&best)).then_some((operations, Reading::Plain));
    let fused = fuse::fuse(operations, num_bits);
    let fused = fused.as_deref().map(|fused| (fused, Reading::Phases));
    for (operations, reading) in plain.into_iter().chain(fused) {
        let (program, _) = read_as(operations, num_bits, blocks, reading);
        if cost::program(&program) < cost::program(&best) {
            best = program;
        }
    }
    best
}

/// Whether there are few phases of single bits for a sweep: most sweeps are there for pairs, which may have been
/// chosen. Others would be there without them as well.
fn is_swept_for_pairs(program: &Program) -> bool {
    let steps = program.passes.iter().flat_map(|pass| &pass.steps);
    let (sweeps, singles) = steps.fold((0, 0), |(sweeps, singles), step| match step {
        Step::Phases(phases) => (sweeps + 1, singles + phases.singles.len()),
        _ => (sweeps, singles),
    });
    singles < 4 * sweeps
}

/// The program of one reading, and whether another may come out different.
fn read_as(operations: &[Placed], num_bits: u32, blocks: Blocks, reading: Reading) -> (Program, bool) {
    let read = canonical::read(operations, num_bits, reading);
    let passes = schedule::passes(read.items, read.factor, num_bits, blocks);
    (Program { passes, moved: read.moved, flips: read.flips }, read.has_choice)
}

#[cfg(test)]
mod tests;
