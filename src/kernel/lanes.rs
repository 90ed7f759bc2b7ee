//! Numbers side by side: what the innermost loops are written in.
//!
//! A [`Lanes`] is two `f64` or four `f32`, 16 bytes, on which every operation works lane by lane. There are two
//! implementations, [`Portable`] here and `simd128` on wasm, and one source for all loops over them, so they carry
//! out the same operations in the same order and a state comes out with the same bits in each. For the same reason
//! there is no fused multiplication and addition: simd128 has none.
//!
//! A lane is a low bit of an index: lane `l` of the `i`-th chunk of a state is amplitude `i << BITS | l`. Kernels on
//! such bits either work across lanes ([`Lanes::exchange`]), or trade the bit for one that tells chunks apart
//! ([`Lanes::transpose`]).

use std::array::from_fn;
use std::cell::Cell;
use std::ops::{Add, Mul, Neg, Sub};

use super::real::Real;

/// Numbers side by side.
pub trait Lanes:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Neg<Output = Self> + 'static
{
    /// What is in a lane.
    type Real: Real<Lanes = Self>;
    /// How they lie in memory.
    type Memory: Copy + 'static;
    /// A choice for each lane.
    type Mask: Copy + 'static;
    /// Bits of the number of a lane: there are `1 << BITS` lanes.
    const BITS: u32;

    /// The whole chunks of a slice. Cells, so that rows of one state may be seen at the same time.
    fn chunks(reals: &mut [Self::Real]) -> &[Cell<Self::Memory>];

    /// The whole chunks of a slice that is only read.
    fn chunks_of(reals: &[Self::Real]) -> &[Self::Memory];

    /// From memory.
    #[must_use]
    fn load(memory: Self::Memory) -> Self;

    /// To memory.
    fn store(self) -> Self::Memory;

    /// Lane by lane.
    #[must_use]
    fn new(lane: impl FnMut(usize) -> Self::Real) -> Self;

    /// The same number in all lanes.
    #[must_use]
    fn splat(x: Self::Real) -> Self;

    /// The lanes `l ^ 1 << bit`.
    #[must_use]
    fn exchange(self, bit: u32) -> Self;

    /// Trades a bit of the lane for the choice between two: lane `l` of the first result comes from `self` where the
    /// bit of `l` is 0, else from lane `l ^ 1 << bit` of `other`. Its own inverse.
    fn transpose(self, other: Self, bit: u32) -> [Self; 2];

    /// A choice for each lane.
    fn mask(lane: impl FnMut(usize) -> bool) -> Self::Mask;

    /// The lanes of `self` where the mask is true, else those of `other`.
    #[must_use]
    fn select(self, other: Self, mask: Self::Mask) -> Self;
}

/// Lanes without SIMD instructions of our own: the native ones, and the scalar twin of the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Portable<T, const N: usize>(pub [T; N]);

macro_rules! lane_by_lane {
    ($($operator:ident $method:ident)*) => {
        $(impl<T: Real, const N: usize> $operator for Portable<T, N> {
            type Output = Self;

            #[inline]
            fn $method(self, other: Self) -> Self {
                Self(from_fn(|l| self.0[l].$method(other.0[l])))
            }
        })*
    };
}

lane_by_lane!(Add add Sub sub Mul mul);

impl<T: Real, const N: usize> Neg for Portable<T, N> {
    type Output = Self;

    #[inline]
    fn neg(self) -> Self {
        Self(self.0.map(T::neg))
    }
}

impl<T: Real<Lanes = Self>, const N: usize> Lanes for Portable<T, N> {
    type Real = T;
    type Memory = [T; N];
    type Mask = [bool; N];
    const BITS: u32 = N.trailing_zeros();

    #[inline]
    fn chunks(reals: &mut [T]) -> &[Cell<[T; N]>] {
        Cell::from_mut(reals.as_chunks_mut().0).as_slice_of_cells()
    }

    #[inline]
    fn chunks_of(reals: &[T]) -> &[[T; N]] {
        reals.as_chunks().0
    }

    #[inline]
    fn load(memory: [T; N]) -> Self {
        Self(memory)
    }

    #[inline]
    fn store(self) -> [T; N] {
        self.0
    }

    #[inline]
    fn new(lane: impl FnMut(usize) -> T) -> Self {
        Self(from_fn(lane))
    }

    #[inline]
    fn splat(x: T) -> Self {
        Self([x; N])
    }

    #[inline]
    fn exchange(self, bit: u32) -> Self {
        Self(from_fn(|l| self.0[l ^ 1 << bit]))
    }

    #[inline]
    fn transpose(self, other: Self, bit: u32) -> [Self; 2] {
        let one = 1 << bit;
        [
            Self(from_fn(|l| if l & one == 0 { self.0[l] } else { other.0[l ^ one] })),
            Self(from_fn(|l| if l & one == 0 { self.0[l | one] } else { other.0[l] })),
        ]
    }

    #[inline]
    fn mask(lane: impl FnMut(usize) -> bool) -> [bool; N] {
        from_fn(lane)
    }

    #[inline]
    fn select(self, other: Self, mask: [bool; N]) -> Self {
        Self(from_fn(|l| if mask[l] { self.0[l] } else { other.0[l] }))
    }
}
