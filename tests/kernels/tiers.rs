//! Kernels over the vectors of the processor and over portable lanes give the same bits.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub};

use aer_wasm::kernel::index::mask;
use aer_wasm::kernel::lanes::Portable;
use aer_wasm::kernel::phases::Phases;
use aer_wasm::kernel::program::{Pass, Position, Program, Step};
use aer_wasm::kernel::real::Real;
use aer_wasm::kernel::rotation::{Rotation, rotate};
use aer_wasm::kernel::{Placed, plan, reduce};
use aer_wasm::linalg::{Complex, Matrix};
use wasm_bindgen_test::wasm_bindgen_test;

/// A number whose lanes are portable.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
struct Plain<F>(F);

macro_rules! plain {
    ($($float:ident $lanes:literal)*) => {
        $(
            plain!(@operators $float Add add, Sub sub, Mul mul);

            impl Neg for Plain<$float> {
                type Output = Self;
                fn neg(self) -> Self {
                    Self(-self.0)
                }
            }

            impl AddAssign for Plain<$float> {
                fn add_assign(&mut self, other: Self) {
                    self.0 += other.0;
                }
            }

            impl MulAssign for Plain<$float> {
                fn mul_assign(&mut self, other: Self) {
                    self.0 *= other.0;
                }
            }

            impl Sum for Plain<$float> {
                fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
                    Self(numbers.map(|x| x.0).sum())
                }
            }

            impl Real for Plain<$float> {
                type Lanes = Portable<Self, $lanes>;
                const ZERO: Self = Self(0.0);
                const ONE: Self = Self(1.0);
                fn from_f64(x: f64) -> Self {
                    Self(x as $float)
                }
                fn to_f64(self) -> f64 {
                    self.0.into()
                }
            }
        )*
    };
    (@operators $float:ident $($operator:ident $method:ident),*) => {
        $(impl $operator for Plain<$float> {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                Self(self.0.$method(other.0))
            }
        })*
    };
}

plain!(f64 2 f32 4);

/// Numbers in [-1, 1) without order: an xorshift.
struct Noise(u64);

impl Noise {
    fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    fn below(&mut self, end: usize) -> usize {
        (self.bits() % end as u64) as usize
    }

    fn real(&mut self) -> f64 {
        self.bits() as f64 / (1u64 << 52) as f64 - 1.0
    }

    fn complex(&mut self) -> Complex {
        Complex::new(self.real(), self.real())
    }

    /// Different bits below `num_bits`, in any order.
    fn positions(&mut self, count: u32, num_bits: u32) -> Vec<u32> {
        let mut bits: Vec<u32> = (0..num_bits).collect();
        (0..num_bits as usize).for_each(|i| bits.swap(i, self.below(num_bits as usize)));
        bits.truncate(count as usize);
        bits
    }

    /// A kernel of any class on up to four bits with any controls.
    fn placed(&mut self, num_bits: u32) -> Placed {
        let bits = self.below(num_bits.min(4) as usize + 1) as u32;
        let bits = self.positions(bits, num_bits);
        let size = 1 << bits.len();
        let matrix = match self.below(4) {
            0 => Matrix::diagonal(&(0..size).map(|_| self.complex()).collect::<Vec<_>>()),
            class @ (1 | 2) => {
                let mut matrix = Matrix::zeros(size, size);
                for (row, column) in self.positions(size as u32, size as u32).into_iter().enumerate() {
                    matrix.set(row, column as usize, if class == 1 { Complex::ONE } else { self.complex() });
                }
                matrix
            }
            _ => Matrix::new(size, size, (0..size * size).map(|_| self.complex()).collect()).unwrap(),
        };
        let controls = self.below(1 << num_bits) & self.below(1 << num_bits) & !mask(&bits);
        plan(matrix).place(&bits, controls)
    }

    fn rotations(&mut self, num_bits: u32) -> Vec<Rotation> {
        let count = self.below(num_bits as usize + 1) as u32;
        let bits = self.positions(count, num_bits);
        bits.into_iter().map(|bit| Rotation { bit, tangent: self.real() }).collect()
    }

    fn phases(&mut self, num_bits: u32) -> Phases {
        let mut phases = Phases { factor: self.complex(), ..Phases::default() };
        for bit in 0..num_bits {
            if self.below(2) == 0 {
                phases.singles.push((bit, Complex::cis(self.real())));
            }
            for high in bit + 1..num_bits {
                if self.below(4) == 0 {
                    phases.pairs.push((bit, high, Complex::cis(self.real())));
                }
            }
        }
        phases
    }
}

/// Everything that kernels make of a state: its bits, and the numbers read from it.
fn outcome<T: Real>(num_bits: u32, seed: u64) -> Vec<u64> {
    let mut noise = Noise(seed);
    let (mut re, mut im): (Vec<T>, Vec<T>) =
        (0..1 << num_bits).map(|_| (T::from_f64(noise.real()), T::from_f64(noise.real()))).unzip();
    for _ in 0..4 {
        noise.placed(num_bits).apply(&mut re, &mut im);
        rotate(&mut re, &mut im, &noise.rotations(num_bits));
    }
    let inner = 1 + noise.below(num_bits as usize) as u32;
    let mut inner = noise.positions(inner, num_bits);
    inner.sort_unstable();
    let mut rotations = noise.rotations(num_bits);
    rotations.retain(|rotation| inner.contains(&rotation.bit));
    let steps = vec![Step::Phases(noise.phases(num_bits)), Step::Rotations(rotations)];
    let program = Program { passes: vec![Pass { inner, steps }], ..Program::default() };
    program.run(&mut re, &mut im, &mut Position::default(), u64::MAX);

    let bits = noise.positions(2.min(num_bits), num_bits);
    let mut read = vec![reduce::norm_sqr(&re, &im)];
    let mut probabilities = vec![0.0; 1 << bits.len()];
    reduce::probabilities(&re, &im, &bits, &mut probabilities);
    let mut density = vec![0.0; 2 << (2 * bits.len())];
    reduce::density_matrix(&re, &im, &bits, &mut density);
    read.extend(probabilities.into_iter().chain(density));
    let all = (1 << num_bits) - 1;
    read.push(reduce::pauli_expectation(&re, &im, seed as usize & all, (seed >> 16) as usize & all));
    reduce::collapse(&mut re, &mut im, &bits, 0);
    read.extend(re.into_iter().chain(im).map(T::to_f64));
    read.into_iter().map(f64::to_bits).collect()
}

/// 2^1 to 2^9 amplitudes, 100 seeds each; a difference in one bit of one number is one too many.
#[wasm_bindgen_test]
fn vectors_and_portable_lanes_give_the_same_bits() {
    const { assert!(cfg!(target_feature = "simd128"), "the kernels are not built for SIMD") };
    for num_bits in 1..=9 {
        for seed in 1..=100u64 {
            let seed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            assert_eq!(outcome::<f64>(num_bits, seed), outcome::<Plain<f64>>(num_bits, seed));
            assert_eq!(outcome::<f32>(num_bits, seed), outcome::<Plain<f32>>(num_bits, seed));
        }
    }
}
