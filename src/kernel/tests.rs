//! What [`plan`] finds, and every kernel against the dense form of its matrix.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::index::{Subspace, deposit, extract, mask};
use super::real::amplitude;
use super::*;
use crate::circuit::{GATES, Gate};
use crate::kernel::reduce::{collapse, norm_sqr, pauli_expectation, prepare, probabilities};
use crate::kernel::rotation::{Rotation, rotate};

const O: Complex = Complex::ZERO;
const L: Complex = Complex::ONE;

fn is_dense(kernel: &Kernel) -> bool {
    matches!(kernel.action, Action::Dense(_))
}

fn kind(kernel: &Kernel) -> (&'static str, usize, usize) {
    let name = match kernel.action {
        Action::Phase(_) => "phase",
        Action::Diagonal(_) => "diagonal",
        Action::Permutation(_) => "permutation",
        Action::Dense(_) => "dense",
    };
    (name, kernel.controls.len(), kernel.targets.len())
}

/// What the matrices on all qubits of gates are: class, controls, targets.
#[test]
fn plan_finds_the_class_of_gates() {
    let expected = [
        (Gate::Id, ("phase", 0, 0)),
        (Gate::X, ("permutation", 0, 1)),
        (Gate::Y, ("permutation", 0, 1)),
        (Gate::Z, ("phase", 1, 0)),
        (Gate::H, ("dense", 0, 1)),
        (Gate::T, ("phase", 1, 0)),
        (Gate::Rz, ("diagonal", 0, 1)),
        (Gate::U, ("dense", 0, 1)),
        (Gate::Cx, ("permutation", 1, 1)),
        (Gate::Cz, ("phase", 2, 0)),
        (Gate::Cp, ("phase", 2, 0)),
        (Gate::Crz, ("diagonal", 1, 1)),
        (Gate::Cu, ("dense", 1, 1)),
        (Gate::Swap, ("permutation", 0, 2)),
        (Gate::Iswap, ("permutation", 0, 2)),
        (Gate::Dcx, ("permutation", 0, 2)),
        (Gate::Ecr, ("dense", 0, 2)),
        (Gate::Rzz, ("diagonal", 0, 2)),
        (Gate::Rxx, ("dense", 0, 2)),
        (Gate::Ccx, ("permutation", 2, 1)),
        (Gate::Ccz, ("phase", 3, 0)),
        (Gate::Cswap, ("permutation", 1, 2)),
        (Gate::Rccx, ("permutation", 1, 2)),
        (Gate::Rc3x, ("permutation", 2, 2)),
        (Gate::C4x, ("permutation", 4, 1)),
    ];
    for (gate, expected) in expected {
        let parameters: Vec<f64> = (1..=gate.spec().parameters.len()).map(|i| 0.3 * i as f64).collect();
        let num_qubits = gate.spec().num_qubits().unwrap();
        let kernel = plan(gate.full_matrix(&parameters, num_qubits));
        assert_eq!(kind(&kernel), expected, "{}", gate.name());
    }
}

#[test]
fn plan_gives_controls_and_targets_their_places() {
    let kernel = plan(Gate::Ccx.full_matrix(&[], 3));
    assert_eq!((kernel.controls.as_slice(), kernel.targets.as_slice()), (&[0, 1][..], &[2][..]));
    // X on bit 1 where bit 0 is 1, with an idle bit 2.
    let kernel = plan(kronecker(&Matrix::identity(2), &Gate::Cx.full_matrix(&[], 2)));
    assert_eq!((kernel.controls.as_slice(), kernel.targets.as_slice()), (&[0][..], &[1][..]));
    // H on bit 2 of three.
    let kernel = plan(kronecker(&Gate::H.target_matrix(&[]), &Matrix::identity(4)));
    assert_eq!((kernel.controls.as_slice(), kernel.targets.as_slice()), (&[][..], &[2][..]));
    assert!(is_dense(&kernel));
}

/// `high ⊗ low`.
fn kronecker(high: &Matrix, low: &Matrix) -> Matrix {
    let size = low.rows();
    let mut product = Matrix::zeros(high.rows() * size, high.rows() * size);
    for row in 0..product.rows() {
        for column in 0..product.rows() {
            let entry = high.at(row / size, column / size) * low.at(row % size, column % size);
            product.set(row, column, entry);
        }
    }
    product
}

#[test]
fn plan_is_exact_about_entries_that_are_nearly_zero() {
    let mut nearly = Matrix::identity(2);
    nearly.set(0, 1, Complex::new(1e-300, 0.0));
    assert!(is_dense(&plan(nearly)));
    assert_eq!(plan(Matrix::diagonal(&[L, L, L, L])).action, Action::Phase(L));
    assert_eq!(plan(Matrix::diagonal(&[-L, -L])).action, Action::Phase(-L));
    // Two entries in a column, or an empty row: no permutation.
    assert!(is_dense(&plan(Matrix::square([[O, L], [O, L]]))));
    assert!(is_dense(&plan(Matrix::square([[O, L], [O, O]]))));
}

/// The identity touches nothing, a controlled X half of what X does, a permutation only what moves.
#[test]
fn touched_counts_what_changes() {
    let touched = |gate: Gate, parameters: &[f64]| {
        plan(gate.full_matrix(parameters, gate.spec().num_qubits().unwrap()))
            .place(&[0, 1, 2, 3, 4], 0)
            .touched(1 << 10)
    };
    assert_eq!(touched(Gate::Id, &[]), 0);
    assert_eq!(touched(Gate::H, &[]), 1024);
    assert_eq!(touched(Gate::X, &[]), 1024);
    assert_eq!(touched(Gate::Cx, &[]), 512);
    assert_eq!(touched(Gate::Swap, &[]), 512);
    assert_eq!(touched(Gate::Z, &[]), 512);
    assert_eq!(touched(Gate::Ccz, &[]), 128);
    assert_eq!(touched(Gate::Rzz, &[0.1]), 1024);
    assert_eq!(touched(Gate::Dcx, &[]), 1024);
}

#[test]
fn a_subspace_lists_its_indices_in_order() {
    for fixed in 0..64usize {
        for ones in (0..64usize).filter(|ones| ones & !fixed == 0) {
            let space = Subspace::new(64, fixed, ones);
            let expected: Vec<usize> = (0..64).filter(|index| index & fixed == ones).collect();
            assert_eq!(space.indices().collect::<Vec<_>>(), expected);
            assert_eq!(space.runs().flatten().collect::<Vec<_>>(), expected);
            assert!(space.runs().all(|run| run.len() == space.run()));
            assert_eq!(space.size(), expected.len());
        }
    }
    assert_eq!(Subspace::new(1, 0, 0).indices().collect::<Vec<_>>(), [0]);
}

#[test]
fn extract_undoes_deposit() {
    let bits = [5, 0, 3];
    assert_eq!(deposit(0b101, &bits), 0b10_1000);
    assert!((0..8).all(|value| extract(deposit(value, &bits) | 0b01_0110, &bits) == value));
    assert_eq!(mask(&bits), 0b10_1001);
}

/// Numbers without order, for states and matrices.
fn noise(seed: usize) -> Complex {
    let x = seed as f64 + 1.0;
    Complex::new((x * 12.9898).sin(), (x * 78.233).cos())
}

/// A matrix of one class on `k` bits. Not unitary: kernels do not care.
fn matrix_of(class: usize, k: usize, seed: usize) -> Matrix {
    let size = 1 << k;
    match class {
        // A number where all bits are 1.
        0 => {
            let mut diagonal = vec![L; size];
            diagonal[size - 1] = noise(seed);
            Matrix::diagonal(&diagonal)
        }
        1 => Matrix::diagonal(&(0..size).map(|i| noise(seed + i)).collect::<Vec<_>>()),
        // A permutation: swaps drawn from the noise; with factors in every other case.
        2 => {
            let mut image: Vec<usize> = (0..size).collect();
            for i in 0..size {
                image.swap(i, (noise(seed + i).re.abs() * 1e6) as usize % size);
            }
            let mut matrix = Matrix::zeros(size, size);
            for (column, row) in image.into_iter().enumerate() {
                matrix.set(row, column, if seed.is_multiple_of(2) { L } else { noise(seed + column) });
            }
            matrix
        }
        _ => Matrix::new(size, size, (0..size * size).map(|i| noise(seed + i)).collect()).unwrap(),
    }
}

/// The sum over columns, for each index by itself.
fn slow(state: &[Complex], matrix: &Matrix, bits: &[u32], controls: usize) -> Vec<Complex> {
    (0..state.len())
        .map(|index| {
            if index & controls != controls {
                return state[index];
            }
            let (row, rest) = (extract(index, bits), index & !mask(bits));
            (0..matrix.rows())
                .map(|column| matrix.at(row, column) * state[rest | deposit(column, bits)])
                .sum()
        })
        .collect()
}

/// A state of numbers of the width `T`, and the same numbers as complex ones.
fn state_of<T: Real>(seed: usize, num_bits: u32) -> (Vec<T>, Vec<T>, Vec<Complex>) {
    let (re, im): (Vec<T>, Vec<T>) = (0..1 << num_bits)
        .map(|i| noise(seed + 31 * i))
        .map(|x| (T::from_f64(x.re), T::from_f64(x.im)))
        .unzip();
    let state = (0..1 << num_bits).map(|i| amplitude(&re, &im, i)).collect();
    (re, im, state)
}

/// What rounding may do to sums of a few products of numbers of size 1.
fn tolerance<T: Real>() -> f64 {
    if T::BYTES == 8 { 1e-12 } else { 2e-5 }
}

fn check<T: Real>(class: usize, seed: usize, num_bits: u32, bits: &[u32], controls: usize) {
    let (mut re, mut im, state) = state_of::<T>(seed, num_bits);
    let matrix = matrix_of(class, bits.len(), seed);
    let expected = slow(&state, &matrix, bits, controls);
    let kernel = plan(matrix);
    assert!(is_dense(&kernel) == (class == 3 && !bits.is_empty()), "class {class} came out as {kernel:?}");
    kernel.place(bits, controls).apply(&mut re, &mut im);
    for (index, expected) in expected.iter().enumerate() {
        let error = (expected - amplitude(&re, &im, index)).norm();
        let what = format!("class {class}, bits {bits:?}, controls {controls:b}, index {index}: {error}");
        assert!(error < tolerance::<T>(), "{what}");
    }
}

/// One and two targets at all positions with every mask of controls, on 2^1 to 2^7 amplitudes.
#[test]
fn kernels_of_one_and_two_bits_agree_with_the_plain_sum_at_all_positions() {
    for num_bits in 1..=7 {
        for low in 0..num_bits {
            for high in 0..num_bits {
                let bits = if low == high { vec![low] } else { vec![low, high] };
                for controls in (0..1 << num_bits).filter(|controls| controls & mask(&bits) == 0) {
                    for class in 0..4 {
                        check::<f64>(class, controls + 17 * class, num_bits, &bits, controls);
                        check::<f32>(class, controls + 17 * class, num_bits, &bits, controls);
                    }
                }
            }
        }
    }
}

/// Any number of bits from none to four in any order, on 2^1 to 2^10 amplitudes; proptest's own fixed seed.
#[test]
fn kernels_of_any_bits_agree_with_the_plain_sum() {
    let strategy = (1..=10u32).prop_flat_map(|num_bits| {
        let order = Just((0..num_bits).collect::<Vec<_>>()).prop_shuffle();
        (Just(num_bits), order, 0..=num_bits.min(4) as usize, any::<u16>(), 0..4usize, 0..1000usize)
    });
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let config = Config { cases: 3000, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, rng)
        .run(&strategy, |(num_bits, order, count, controls, class, seed)| {
            let bits = &order[..count];
            let controls = controls as usize & ((1 << num_bits) - 1) & !mask(bits);
            check::<f64>(class, seed, num_bits, bits, controls);
            check::<f32>(class, seed, num_bits, bits, controls);
            Ok(())
        })
        .unwrap();
}

/// Every gate of the table does the same by its target matrix and a mask as by its full matrix, where the
/// plan has to find the controls by itself.
#[test]
fn a_mask_and_controls_found_in_the_matrix_are_the_same() {
    for spec in GATES {
        let num_qubits = spec.num_qubits().unwrap_or(spec.targets + 2);
        let parameters: Vec<f64> = (1..=spec.parameters.len()).map(|i| 0.4 * i as f64).collect();
        let controls = spec.gate.num_controls(num_qubits);
        let bits: Vec<u32> = (0..num_qubits as u32).rev().collect();
        let run = |kernel: Kernel, bits: &[u32], controls: usize| {
            let (mut re, mut im): (Vec<f64>, Vec<f64>) = (0..256).map(|i| (noise(i).re, noise(i).im)).unzip();
            kernel.place(bits, controls).apply(&mut re, &mut im);
            (re, im)
        };
        let full = plan(spec.gate.full_matrix(&parameters, num_qubits));
        assert!(full.controls.len() >= controls);
        let target = plan(spec.gate.target_matrix(&parameters));
        assert_eq!(
            run(full, &bits, 0),
            run(target, &bits[controls..], mask(&bits[..controls])),
            "{}",
            spec.name
        );
    }
}

/// Norms of 2^1 to 2^13 amplitudes against the plain sum; marginals of all pairs of bits add up.
#[test]
fn norms_and_probabilities_agree_with_the_plain_sum() {
    for num_bits in 1..=13u32 {
        let (re, im): (Vec<f64>, Vec<f64>) = (0..1 << num_bits).map(|i| (noise(i).re, noise(i).im)).unzip();
        let square = |i: usize| re[i] * re[i] + im[i] * im[i];
        let total: f64 = (0..re.len()).map(square).sum();
        assert!((norm_sqr(&re, &im) / total - 1.0).abs() < 1e-13);
        for (a, b) in (0..num_bits).flat_map(|a| (0..num_bits).map(move |b| (a, b))).filter(|(a, b)| a != b) {
            let mut found = [f64::NAN; 4];
            probabilities(&re, &im, &[a, b], &mut found);
            for (outcome, found) in found.into_iter().enumerate() {
                let agrees = |i: &usize| extract(*i, &[a, b]) == outcome;
                let expected: f64 = (0..re.len()).filter(agrees).map(square).sum();
                assert!((found - expected).abs() < 1e-12 * total);
            }
        }
    }
}

/// Seed 41. Strings on low, on high and on both kinds of bits, with any number of Y.
#[test]
fn expectation_values_of_pauli_strings_agree_with_the_plain_sum() {
    fn check<T: Real>(numbers: &mut Numbers, num_bits: u32) {
        let (re, im) = numbers.state::<T>(num_bits);
        let len = re.len();
        let (flips, signs) = (numbers.below(len), numbers.below(len));
        let i_to = |turns: u32| [L, Complex::I, -L, -Complex::I][turns as usize % 4];
        // The string sends |j⟩ to i^turns |j ^ flips⟩, with a sign.
        let expected: Complex = (0..len)
            .map(|j| {
                let factor = i_to((flips & signs).count_ones() + 2 * (j & signs).count_ones());
                amplitude(&re, &im, j ^ flips).conj() * factor * amplitude(&re, &im, j)
            })
            .sum();
        let found = pauli_expectation(&re, &im, flips, signs);
        let tolerance = tolerance::<T>() * len as f64;
        assert!((found - expected.re).abs() < tolerance && expected.im.abs() < tolerance);
    }
    let mut numbers = Numbers::new(41);
    for round in 0..400 {
        check::<f64>(&mut numbers, round % 10);
        check::<f32>(&mut numbers, round % 10);
    }
    check::<f64>(&mut numbers, 14);
}

/// All ordered pairs of nine bits, which are low, high or one of each; the rest of the state is zero.
#[test]
fn collapse_keeps_one_outcome_and_prepare_writes_to_zeros() {
    for (a, b) in (0..9).flat_map(|a| (0..9).map(move |b| (a, b))).filter(|(a, b)| a != b) {
        for outcome in 0..4 {
            let state: Vec<Complex> = (0..512).map(noise).collect();
            let kept = |index: &usize| extract(*index, &[a, b]) == outcome;
            let norm = (0..512).filter(kept).map(|index| state[index].norm_sqr()).sum::<f64>().sqrt();
            let mut re: Vec<f64> = state.iter().map(|x| x.re).collect();
            let mut im: Vec<f64> = state.iter().map(|x| x.im).collect();
            collapse(&mut re, &mut im, &[a, b], outcome);
            for index in 0..512 {
                let expected = if kept(&index) { state[index] / norm } else { O };
                assert!((expected - Complex::new(re[index], im[index])).norm() < 1e-14);
            }
            if outcome == 0 {
                let part: Vec<Complex> = (0..4).map(|value| noise(value + 7)).collect();
                prepare(&mut re, &mut im, &[a, b], &part);
                for index in 0..512 {
                    let zero = state[index & !mask(&[a, b])] / norm;
                    let expected = part[extract(index, &[a, b])] * zero;
                    assert!((expected - Complex::new(re[index], im[index])).norm() < 1e-14);
                }
            }
        }
    }
}

/// Rotations on every set of bits of 2^1 to 2^10 amplitudes do to the last bit what one after the other does,
/// ascending; in both precisions.
#[test]
fn rotations_at_once_are_rotations_one_by_one() {
    fn check<T: Real>() {
        for num_bits in 1..=10u32 {
            for set in 0..1usize << num_bits {
                let bits = (0..num_bits).rev().filter(|bit| set >> bit & 1 == 1);
                let rotations: Vec<Rotation> =
                    bits.map(|bit| Rotation { bit, tangent: noise(bit as usize).re }).collect();
                let numbers = |seed: usize| -> Vec<T> {
                    (0..1 << num_bits).map(|i| T::from_f64(noise(seed + i).re)).collect()
                };
                let (mut re, mut im) = (numbers(set), numbers(set + 5));
                let (mut expected_re, mut expected_im) = (re.clone(), im.clone());
                rotate(&mut re, &mut im, &rotations);
                for Rotation { bit, tangent } in rotations.into_iter().rev() {
                    let tangent = T::from_f64(tangent);
                    for part in [&mut expected_re, &mut expected_im] {
                        for low in (0..1usize << num_bits).filter(|index| index >> bit & 1 == 0) {
                            let (x, y) = (part[low], part[low | 1 << bit]);
                            (part[low], part[low | 1 << bit]) = (x - tangent * y, y + tangent * x);
                        }
                    }
                }
                assert_eq!((re, im), (expected_re, expected_im), "{set:b} of {num_bits} bits");
            }
        }
    }
    check::<f64>();
    check::<f32>();
}

/// Numbers from a seed.
pub(super) struct Numbers(u64);

impl Numbers {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// `SplitMix64` (Steele, Lea and Flood, 2014).
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    /// In [0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Below a number that is not 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// The same in another order.
    pub(super) fn shuffled(&mut self, items: &[u32]) -> Vec<u32> {
        let mut items = items.to_vec();
        for i in 1..items.len() {
            items.swap(i, self.below(i + 1));
        }
        items
    }

    /// Any amplitudes, not normalised.
    pub(super) fn state<T: Real>(&mut self, num_bits: u32) -> (Vec<T>, Vec<T>) {
        let mut part = || (0..1 << num_bits).map(|_| T::from_f64(self.uniform() - 0.5)).collect();
        (part(), part())
    }
}
