//! The kernels that are measured.

use std::f64::consts::TAU;
use std::hint::black_box;

use aer_wasm::kernel::lanes::Lanes;
use aer_wasm::kernel::real::Real;
use aer_wasm::kernel::rotation::{Rotation, rotate};
use aer_wasm::kernel::{Kernel, plan, reduce};
use aer_wasm::linalg::{Complex, Matrix};

/// Everything that is measured: a name, the number of bits that it works on, and what it does. All matrices are
/// unitary, so a state stays as large as it is.
pub const KERNELS: &[(&str, u32, Work)] = &[
    ("plain pass", 0, Work::Plain),
    ("rotation", 1, Work::Rotations),
    ("2 rotations", 2, Work::Rotations),
    ("3 rotations", 3, Work::Rotations),
    ("4 rotations", 4, Work::Rotations),
    ("12 rotations", 12, Work::Rotations),
    ("dense, real", 1, Work::Matrix(real)),
    ("dense", 1, Work::Matrix(dense)),
    ("dense, controlled", 2, Work::Controlled(dense)),
    ("dense on 2", 2, Work::Matrix(dense)),
    ("dense on 3", 3, Work::Matrix(dense)),
    ("dense on 4", 4, Work::Matrix(dense)),
    ("x", 1, Work::Matrix(flip)),
    ("cx", 2, Work::Controlled(flip)),
    ("ccx", 3, Work::Controlled(flip)),
    ("swap", 2, Work::Matrix(swap)),
    ("y", 1, Work::Matrix(turned_flip)),
    ("phase", 1, Work::Controlled(phase)),
    ("cphase", 2, Work::Controlled(phase)),
    ("diagonal", 1, Work::Matrix(diagonal)),
    ("diagonal on 2", 2, Work::Matrix(diagonal)),
    ("norm", 0, Work::Norm),
    ("probabilities", 2, Work::Probabilities),
    ("density matrix", 2, Work::Density),
    ("pauli string", 3, Work::Pauli),
    ("collapse", 1, Work::Collapse),
];

/// How a kernel is called.
#[derive(Clone, Copy)]
pub enum Work {
    Plain,
    Rotations,
    /// This matrix on all bits.
    Matrix(fn(usize) -> Matrix),
    /// This matrix on the first bit, controlled by the others; with one bit, on none.
    Controlled(fn(usize) -> Matrix),
    Norm,
    Probabilities,
    Density,
    Pauli,
    Collapse,
}

/// A unitary without zeros: the Fourier transform between phases.
fn dense(size: usize) -> Matrix {
    let angle = |row: usize, column: usize| {
        TAU * (row * column) as f64 / size as f64 + 0.7 * row as f64 + 0.3 * column as f64
    };
    let entry = |i: usize| Complex::cis(angle(i / size, i % size)) / (size as f64).sqrt();
    Matrix::new(size, size, (0..size * size).map(entry).collect()).unwrap()
}

fn real(_: usize) -> Matrix {
    let (sin, cos) = 0.3_f64.sin_cos();
    Matrix::square([[cos.into(), (-sin).into()], [sin.into(), cos.into()]])
}

/// Ones and a factor on the other diagonal.
fn reversed(size: usize, factor: Complex) -> Matrix {
    let mut matrix = Matrix::zeros(size, size);
    (0..size).for_each(|row| matrix.set(row, size - 1 - row, factor));
    matrix
}

fn flip(size: usize) -> Matrix {
    reversed(size, Complex::ONE)
}

fn turned_flip(size: usize) -> Matrix {
    reversed(size, Complex::I)
}

fn swap(size: usize) -> Matrix {
    let mut matrix = Matrix::zeros(size, size);
    [0, 2, 1, 3].into_iter().enumerate().for_each(|(row, column)| matrix.set(row, column, Complex::ONE));
    matrix
}

fn phase(size: usize) -> Matrix {
    Matrix::diagonal(&vec![Complex::cis(0.3); size])
}

fn diagonal(size: usize) -> Matrix {
    Matrix::diagonal(&(0..size).map(|i| Complex::cis(0.3 + i as f64)).collect::<Vec<_>>())
}

/// Numbers of the size that amplitudes have, different from each other.
pub fn noise<T: Real>(len: usize) -> [Vec<T>; 2] {
    let scale = 1.0 / (len as f64).sqrt();
    [1.0, 3.0].map(|step: f64| {
        (0..len + 64).map(|i| T::from_f64(scale * (1.0 + (i as f64 * step) % 0.9))).collect()
    })
}

/// All but the first numbers, from a cache line's beginning.
pub fn aligned<T>(part: &mut [T]) -> &mut [T] {
    let skip = part.as_ptr().align_offset(64).min(64);
    let len = part.len() - 64;
    &mut part[skip..][..len]
}

/// Applies a kernel some times, to neighbouring bits from the first one.
pub fn apply<T: Real>(kernel: usize, first: u32, times: u32, re: &mut [T], im: &mut [T]) {
    let (_, count, work) = KERNELS[kernel];
    let bits: Vec<u32> = (first..first + count).collect();
    let placed = |kernel: Kernel, targets: usize| {
        let controls = bits[targets.min(bits.len())..].iter().fold(0, |mask, bit| mask | 1 << bit);
        kernel.place(&bits[..targets.min(bits.len())], controls)
    };
    let placed = match work {
        Work::Matrix(matrix) => placed(plan(matrix(1 << count)), count as usize),
        Work::Controlled(matrix) => {
            let kernel = plan(matrix(2));
            let targets = usize::from(!kernel.targets.is_empty());
            placed(kernel, targets)
        }
        _ => placed(plan(Matrix::identity(1)), 0),
    };
    let rotations: Vec<Rotation> = bits.iter().map(|bit| Rotation { bit: *bit, tangent: 0.1 }).collect();
    let mut outcomes = vec![0.0; 2 << (2 * count.min(3))];
    for time in 0..times {
        match work {
            Work::Plain => {
                for part in [&mut *re, &mut *im] {
                    for line in T::Lanes::chunks(part).chunks_exact(4) {
                        for vector in line {
                            vector.set((-T::Lanes::load(vector.get())).store());
                        }
                    }
                }
            }
            Work::Rotations => {
                rotate(re, im, &rotations);
                // What grows is taken back before it is too large.
                if time % 64 == 63 {
                    let scale = T::from_f64(1.01_f64.powf(-32.0 * f64::from(count)));
                    re.iter_mut().chain(&mut *im).for_each(|x| *x *= scale);
                }
            }
            Work::Matrix(_) | Work::Controlled(_) => placed.apply(re, im),
            Work::Norm => {
                black_box(reduce::norm_sqr(re, im));
            }
            Work::Probabilities => reduce::probabilities(re, im, &bits, &mut outcomes[..1 << count]),
            Work::Density => reduce::density_matrix(re, im, &bits, &mut outcomes),
            Work::Pauli => {
                black_box(reduce::pauli_expectation(re, im, 0b110 << first, 0b011 << first));
            }
            Work::Collapse => reduce::collapse(re, im, &bits, 0),
        }
    }
    black_box(&outcomes);
}
