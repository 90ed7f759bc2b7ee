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
use std::iter::repeat_n;
use std::ops::{Add, Mul, Neg, Sub};

use smallvec::SmallVec;

use super::index::{self, Subspace, deposit};
use super::real::Real;
use super::{BitPositions, Controls};
use crate::linalg::Complex;

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

    /// The lanes `l ^ by`.
    #[inline]
    #[must_use]
    fn across(self, by: usize) -> Self {
        match by {
            0 => self,
            1 => self.exchange(0),
            2 => self.exchange(1),
            _ => self.exchange(0).exchange(1),
        }
    }

    /// Trades a bit of the lane for the choice between two: lane `l` of the first result comes from `self` where the
    /// bit of `l` is 0, else from lane `l ^ 1 << bit` of `other`. Its own inverse.
    fn transpose(self, other: Self, bit: u32) -> [Self; 2];

    /// Whether all lanes are this number.
    fn equals(self, x: Self::Real) -> bool;

    /// A choice for each lane.
    fn mask(lane: impl FnMut(usize) -> bool) -> Self::Mask;

    /// The lanes of `self` where the mask is true, else those of `other`.
    #[must_use]
    fn select(self, other: Self, mask: Self::Mask) -> Self;
}

/// Complex numbers, lane by lane.
pub fn complex<L: Lanes>(lane: impl Fn(usize) -> Complex) -> [L; 2] {
    [L::new(|l| L::Real::from_f64(lane(l).re)), L::new(|l| L::Real::from_f64(lane(l).im))]
}

/// The product of complex numbers.
#[inline]
pub fn times<L: Lanes>([a, b]: [L; 2], [x, y]: [L; 2]) -> [L; 2] {
    [a * x - b * y, a * y + b * x]
}

/// Calls a function with a state of whole vectors: this one, or a copy of it with zeros behind.
pub fn whole_vectors<T: Real>(re: &mut [T], im: &mut [T], apply: impl FnOnce(&mut [T], &mut [T])) {
    let (len, lanes) = (re.len(), 1 << T::Lanes::BITS);
    if len >= lanes {
        return apply(re, im);
    }
    let padded = |part: &[T]| -> SmallVec<[T; 4]> {
        part.iter().copied().chain(repeat_n(T::ZERO, lanes - len)).collect()
    };
    let (mut wide_re, mut wide_im) = (padded(re), padded(im));
    apply(&mut wide_re, &mut wide_im);
    re.copy_from_slice(&wide_re[..len]);
    im.copy_from_slice(&wide_im[..len]);
}

/// How the bits of a kernel fall on lanes and on vectors.
#[derive(Debug)]
pub struct Spread<L: Lanes> {
    /// The vectors that hold a column's first row.
    pub space: Subspace,
    /// The targets that tell vectors apart, as bits of a vector's index.
    pub high: BitPositions,
    /// What exchanges lanes by each combination of the targets that are bits of a lane.
    pub across: SmallVec<[usize; 4]>,
    /// The lanes where the controls have their values, if not all.
    pub mask: Option<L::Mask>,
}

impl<L: Lanes> Spread<L> {
    /// For a state of `len` amplitudes, at least one vector.
    pub fn new(len: usize, targets: &[u32], controls: Controls) -> Self {
        let (low, high): (BitPositions, BitPositions) =
            targets.iter().copied().partition(|bit| *bit < L::BITS);
        let high: BitPositions = high.iter().map(|bit| bit - L::BITS).collect();
        let across = (0..1 << low.len()).map(|x| deposit(x, &low)).collect();
        let in_lane = controls.mask & ((1 << L::BITS) - 1);
        let mask = (in_lane != 0).then(|| L::mask(|l| l & in_lane == controls.values & in_lane));
        let fixed = controls.mask >> L::BITS | index::mask(&high);
        Self { space: Subspace::new(len >> L::BITS, fixed, controls.values >> L::BITS), high, across, mask }
    }
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

    fn equals(self, x: T) -> bool {
        self.0 == [x; N]
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
