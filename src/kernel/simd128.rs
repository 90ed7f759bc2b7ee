//! [`Lanes`] as the 128-bit vectors of wasm.

#![allow(unsafe_code, reason = "an array of 16 bytes is a vector")]

use std::array::from_fn;
use std::cell::Cell;
use std::mem::transmute;
use std::ops::{Add, Mul, Neg, Sub};

use core::arch::wasm32::{
    f32x4_add, f32x4_mul, f32x4_neg, f32x4_splat, f32x4_sub, f64x2_add, f64x2_mul, f64x2_neg, f64x2_splat,
    f64x2_sub, i32x4_shuffle, i64x2_shuffle, v128, v128_bitselect,
};

use super::lanes::Lanes;

macro_rules! vectors {
    ($(
        $(#[$doc:meta])*
        $name:ident = $n:literal of $real:ident bits $bits:ident: $add:ident $sub:ident $mul:ident $neg:ident $splat:ident
        exchange($x:ident, $exchange_bit:ident) $exchange:block
        transpose($a:ident, $b:ident, $transpose_bit:ident) $transpose:block
    )*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            #[repr(transparent)]
            pub struct $name(v128);

            vectors!(@operator $name Add add $add, Sub sub $sub, Mul mul $mul);

            impl Neg for $name {
                type Output = Self;

                #[inline]
                fn neg(self) -> Self {
                    Self($neg(self.0))
                }
            }

            impl Lanes for $name {
                type Real = $real;
                type Memory = [$real; $n];
                type Mask = v128;
                const BITS: u32 = usize::trailing_zeros($n);

                #[inline]
                fn chunks(reals: &mut [$real]) -> &[Cell<[$real; $n]>] {
                    Cell::from_mut(reals.as_chunks_mut().0).as_slice_of_cells()
                }

                #[inline]
                fn chunks_of(reals: &[$real]) -> &[[$real; $n]] {
                    reals.as_chunks().0
                }

                #[inline]
                fn load(memory: [$real; $n]) -> Self {
                    // SAFETY: 16 bytes without padding, and every pattern of bits is a vector.
                    Self(unsafe { transmute::<[$real; $n], v128>(memory) })
                }

                #[inline]
                fn store(self) -> [$real; $n] {
                    // SAFETY: 16 bytes without padding, and every pattern of bits is an array of floats.
                    unsafe { transmute::<v128, [$real; $n]>(self.0) }
                }

                #[inline]
                fn new(lane: impl FnMut(usize) -> $real) -> Self {
                    Self::load(from_fn(lane))
                }

                #[inline]
                fn splat(x: $real) -> Self {
                    Self($splat(x))
                }

                #[inline]
                fn exchange(self, $exchange_bit: u32) -> Self {
                    let $x = self.0;
                    Self($exchange)
                }

                #[inline]
                fn transpose(self, other: Self, $transpose_bit: u32) -> [Self; 2] {
                    let ($a, $b) = (self.0, other.0);
                    $transpose.map(Self)
                }

                #[allow(clippy::float_cmp, reason = "exact on purpose")]
                fn equals(self, x: $real) -> bool {
                    self.store() == [x; $n]
                }

                #[inline]
                fn mask(mut lane: impl FnMut(usize) -> bool) -> v128 {
                    Self::new(|l| $real::from_bits(if lane(l) { $bits::MAX } else { 0 })).0
                }

                #[inline]
                fn select(self, other: Self, mask: v128) -> Self {
                    Self(v128_bitselect(self.0, other.0, mask))
                }
            }
        )*
    };
    (@operator $name:ident $($operator:ident $method:ident $intrinsic:ident),*) => {
        $(impl $operator for $name {
            type Output = Self;

            #[inline]
            fn $method(self, other: Self) -> Self {
                Self($intrinsic(self.0, other.0))
            }
        })*
    };
}

vectors! {
    /// Two numbers of double precision.
    F64x2 = 2 of f64 bits u64: f64x2_add f64x2_sub f64x2_mul f64x2_neg f64x2_splat
    exchange(x, _bit) { i64x2_shuffle::<1, 0>(x, x) }
    transpose(a, b, _bit) { [i64x2_shuffle::<0, 2>(a, b), i64x2_shuffle::<1, 3>(a, b)] }

    /// Four numbers of single precision.
    F32x4 = 4 of f32 bits u32: f32x4_add f32x4_sub f32x4_mul f32x4_neg f32x4_splat
    exchange(x, bit) {
        if bit == 0 { i32x4_shuffle::<1, 0, 3, 2>(x, x) } else { i32x4_shuffle::<2, 3, 0, 1>(x, x) }
    }
    transpose(a, b, bit) {
        if bit == 0 {
            [i32x4_shuffle::<0, 4, 2, 6>(a, b), i32x4_shuffle::<1, 5, 3, 7>(a, b)]
        } else {
            [i32x4_shuffle::<0, 1, 4, 5>(a, b), i32x4_shuffle::<2, 3, 6, 7>(a, b)]
        }
    }
}
