//! Real rotations without their scale: one multiplication and one addition for each number of a state.
//!
//! Every 2 x 2 unitary is, up to phases before and after and a scale, `[[1, -t], [t, 1]]` with `|t| <= 1` (Euler
//! angles; where the sine is larger than the cosine, a quarter turn is taken out first, which is a permutation
//! and a sign). Real and imaginary parts do not mix, so both are plain arrays of reals. The scale
//! `1 / sqrt(1 + t^2)` of many rotations is multiplied in once, with phases.
//!
//! Functions with a hot loop are kept apart (`inline(never)`): an engine of wasm begins with slow code and optimises
//! function by function, so a small one is fast milliseconds after it was first met, and a large one late.
//!
//! Rotations are applied in ascending order of their bits, as many at once as there are registers for: all those on
//! the bits inside a *tile* of eight vectors, then three bits at a time on eight rows of vectors. What happens to a
//! number does not depend on how this is grouped, nor on how a state is cut into blocks.

use std::array::from_fn;
use std::cell::Cell;

use smallvec::SmallVec;

use super::index::{Subspace, deposit, mask};
use super::lanes::Lanes;
use super::real::Real;

/// The matrix `[[1, -t], [t, 1]]` on a bit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rotation {
    /// The bit.
    pub bit: u32,
    /// `t`, at most 1 in size.
    pub tangent: f64,
}

impl Rotation {
    /// What makes a rotation unitary: `1 / sqrt(1 + t^2)`.
    pub fn scale(self) -> f64 {
        1.0 / libm::hypot(self.tangent, 1.0)
    }
}

/// Vectors in a tile.
const TILE: usize = 8;

/// Columns of vectors for which addresses are worked out once.
const UNROLL: usize = 2;

/// Bytes that stay in the cache nearest to the processor while several groups of bits are rotated.
const NEAR_BYTES: usize = 1 << 14;

/// Applies rotations on different bits. Touches every amplitude about once for three rotations.
#[inline(never)]
pub fn rotate<T: Real>(re: &mut [T], im: &mut [T], rotations: &[Rotation]) {
    let rotations = ascending(rotations);
    let vectors = T::Lanes::chunks_of(re).len();
    let below = |bits: u32| rotations.partition_point(|rotation| rotation.bit < bits);
    let (in_tile, above_tile) = rotations.split_at(below(T::Lanes::BITS + TILE.trailing_zeros()));
    let near = (NEAR_BYTES / T::BYTES as usize).min(re.len());
    let (near_rotations, far) =
        above_tile.split_at(below(near.trailing_zeros()).saturating_sub(in_tile.len()));
    for part in [re, im] {
        if vectors < TILE {
            rotations.iter().for_each(|rotation| rotate_few(part, *rotation));
            continue;
        }
        for part in part.chunks_exact_mut(near) {
            let part = T::Lanes::chunks(part);
            rotate_tiles::<T::Lanes>(part, in_tile);
            rotate_rows::<T::Lanes>(part, near_rotations);
        }
        rotate_rows::<T::Lanes>(T::Lanes::chunks(part), far);
    }
}

#[inline(never)]
fn ascending(rotations: &[Rotation]) -> SmallVec<[Rotation; 16]> {
    let mut rotations: SmallVec<[Rotation; 16]> = rotations.into();
    rotations.sort_unstable_by_key(|rotation| rotation.bit);
    rotations
}

/// One rotation of fewer numbers than a tile has.
fn rotate_few<T: Real>(part: &mut [T], Rotation { bit, tangent }: Rotation) {
    let tangent = T::from_f64(tangent);
    for pair in part.chunks_exact_mut(2 << bit) {
        let (low, high) = pair.split_at_mut(1 << bit);
        for (x, y) in low.iter_mut().zip(high) {
            (*x, *y) = (*x - tangent * *y, *y + tangent * *x);
        }
    }
}

/// Rotations on bits inside a tile.
#[inline(never)]
fn rotate_tiles<L: Lanes>(part: &[Cell<L::Memory>], rotations: &[Rotation]) {
    if rotations.is_empty() {
        return;
    }
    let real = |tangent: f64| L::Real::from_f64(tangent);
    let tangent = |bit: u32| rotations.iter().find(|r| r.bit == bit).map(|r| real(r.tangent));
    // In a vector, lanes meet their neighbours: those where the bit is 0 lose what the others win.
    let in_lanes: [Option<L>; 2] = from_fn(|bit| {
        let tangent = tangent(bit as u32).filter(|_| (bit as u32) < L::BITS)?;
        Some(L::new(|l| if l >> bit & 1 == 0 { -tangent } else { tangent }))
    });
    let in_rows: [Option<L>; 3] = from_fn(|bit| tangent(L::BITS + bit as u32).map(L::splat));
    for tile in part.as_chunks::<TILE>().0 {
        let mut x: [L; TILE] = from_fn(|row| L::load(tile[row].get()));
        for (bit, tangent) in in_lanes.into_iter().enumerate() {
            if let Some(tangent) = tangent {
                x = x.map(|x| x + tangent * x.exchange(bit as u32));
            }
        }
        for (bit, tangent) in in_rows.into_iter().enumerate() {
            if let Some(tangent) = tangent {
                x = rotated(x, bit, tangent);
            }
        }
        for (cell, x) in tile.iter().zip(x) {
            cell.set(x.store());
        }
    }
}

/// Rows after a rotation on a bit of their number.
#[inline]
fn rotated<L: Lanes, const D: usize>(x: [L; D], bit: usize, tangent: L) -> [L; D] {
    from_fn(|row| {
        let other = tangent * x[row ^ 1 << bit];
        if row >> bit & 1 == 0 { x[row] - other } else { x[row] + other }
    })
}

/// Rotations on bits above a tile, ascending.
fn rotate_rows<L: Lanes>(part: &[Cell<L::Memory>], rotations: &[Rotation]) {
    for rotations in rotations.chunks(3) {
        match *rotations {
            [a, b, c] => rotate_group::<L, 8>(part, &[a, b, c]),
            [a, b] => rotate_group::<L, 4>(part, &[a, b]),
            [a] => rotate_group::<L, 2>(part, &[a]),
            _ => {}
        }
    }
}

/// As many rotations at once as the number `D` of rows has bits.
#[inline(never)]
fn rotate_group<L: Lanes, const D: usize>(part: &[Cell<L::Memory>], rotations: &[Rotation]) {
    let bits: SmallVec<[u32; 3]> = rotations.iter().map(|rotation| rotation.bit - L::BITS).collect();
    let offsets: [usize; D] = from_fn(|row| deposit(row, &bits));
    let space = Subspace::new(part.len(), mask(&bits), 0);
    let len = space.run();
    let tangents: [L; 3] = tangents(rotations);
    for run in space.runs() {
        rotate_across(offsets.map(|offset| &part[run.start + offset..][..len]), tangents);
    }
}

/// The tangents of up to three rotations, in all lanes.
pub(super) fn tangents<L: Lanes>(rotations: &[Rotation]) -> [L; 3] {
    from_fn(|bit| L::splat(L::Real::from_f64(rotations.get(bit).map_or(0.0, |r| r.tangent))))
}

/// Rotations on the bits of the number of a row. Rows have equal length, a multiple of a few vectors.
#[inline]
pub(super) fn rotate_across<L: Lanes, const D: usize>(rows: [&[Cell<L::Memory>]; D], tangents: [L; 3]) {
    let rows = rows.map(|row| row.as_chunks::<UNROLL>().0);
    for i in 0..rows.first().map_or(0, |row| row.len()) {
        for j in 0..UNROLL {
            let mut x: [L; D] = from_fn(|row| L::load(rows[row][i][j].get()));
            for (bit, tangent) in tangents.into_iter().enumerate().take(D.trailing_zeros() as usize) {
                x = rotated(x, bit, tangent);
            }
            for (row, x) in rows.iter().zip(x) {
                row[i][j].set(x.store());
            }
        }
    }
}
