//! The numbers that states are made of: double or single precision.

use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub};

use super::lanes::Lanes;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use super::lanes::Portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use super::simd128::{F32x4, F64x2};
use crate::linalg::Complex;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
type F64x2 = Portable<f64, 2>;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
type F32x4 = Portable<f32, 4>;

/// A real number of a state: `f64` or `f32`.
///
/// Matrices and phases are always `f64`; a kernel turns them into `Self` once, before its loops. Sums over
/// many amplitudes (norms, probabilities, expectation values) are kept in `f64`.
pub trait Real:
    Copy
    + Debug
    + Default
    + PartialEq
    + PartialOrd
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + AddAssign
    + Mul<Output = Self>
    + MulAssign
    + Neg<Output = Self>
    + Sub<Output = Self>
    + Sum
{
    /// Some of them side by side, as kernels work on them.
    type Lanes: Lanes<Real = Self>;
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// Bytes of one number.
    const BYTES: u64 = size_of::<Self>() as u64;

    /// The nearest number.
    fn from_f64(x: f64) -> Self;

    /// The same number.
    fn to_f64(self) -> f64;
}

macro_rules! real {
    ($($float:ty, $lanes:ty;)*) => {
        $(impl Real for $float {
            type Lanes = $lanes;
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;

            #[inline]
            fn from_f64(x: f64) -> Self {
                x as Self
            }

            #[inline]
            fn to_f64(self) -> f64 {
                self.into()
            }
        })*
    };
}

real!(f64, F64x2; f32, F32x4;);

/// The amplitude at an index.
#[inline]
pub fn amplitude<T: Real>(re: &[T], im: &[T], index: usize) -> Complex {
    Complex::new(re[index].to_f64(), im[index].to_f64())
}
