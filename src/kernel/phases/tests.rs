use super::*;
use crate::kernel::index::deposit;
use crate::kernel::real::amplitude;
use crate::kernel::tests::Numbers;

/// Phases on `num_bits` bits, where a single or a pair is there with this probability. Some are signs, 1 or i.
pub(in crate::kernel) fn random_phases(numbers: &mut Numbers, num_bits: u32, density: f64) -> Phases {
    let phase = |numbers: &mut Numbers| match numbers.below(7) {
        0 => -Complex::ONE,
        1 => Complex::ONE,
        2 => Complex::I,
        _ => Complex::cis(numbers.uniform() * 7.0),
    };
    let mut phases = Phases { factor: phase(numbers) * (0.5 + numbers.uniform()), ..Phases::default() };
    for b in 0..num_bits {
        if numbers.uniform() < density {
            phases.singles.push((b, phase(numbers)));
        }
        for a in 0..b {
            if numbers.uniform() < density {
                phases.pairs.push((a, b, phase(numbers)));
            }
        }
    }
    if numbers.below(2) == 0 {
        phases.factor = Complex::ONE;
    }
    phases
}

/// A block after phases, against the definition of its entries.
fn check<T: Real>(phases: &Phases, inner: &[u32], base: usize, tolerance: f64, numbers: &mut Numbers) {
    let (mut re, mut im) = numbers.state::<T>(inner.len() as u32);
    let before: Vec<Complex> = (0..re.len()).map(|i| amplitude(&re, &im, i)).collect();
    let block = BlockPhases::new(phases, inner);
    let mut slots = Slots::default();
    // In pieces too, with what other pieces have left in the slots: the same bits.
    let (mut cut_re, mut cut_im) = (re.clone(), im.clone());
    block.apply(&mut re, &mut im, base, 0, &mut slots);
    let piece = 1 << numbers.below(inner.len() + 1);
    for (number, (re, im)) in cut_re.chunks_mut(piece).zip(cut_im.chunks_mut(piece)).enumerate().rev() {
        if piece >= ROW {
            block.apply(re, im, base, number * piece, &mut slots);
        }
    }
    assert!(piece < ROW || (&cut_re, &cut_im) == (&re, &im), "{phases:?} on {inner:?} at {base} by {piece}");
    for (i, before) in before.iter().enumerate() {
        let expected = before * phases.at(base | deposit(i, inner));
        let error = (amplitude(&re, &im, i) - expected).norm();
        assert!(error <= tolerance * expected.norm(), "{phases:?} on {inner:?} at {base}, {i}: {error:e}");
    }
}

/// Seed 1. 12 bits make products of at most 78 phases in the reference; each rounds by about 2e-16 relative, at
/// random, so 1e-14 is many standard deviations away, for any seed.
#[test]
fn any_quadratic_form_multiplies_by_its_entries() {
    let mut numbers = Numbers::new(1);
    for num_bits in 0..=12 {
        for density in [0.0, 0.05, 0.3, 1.0] {
            for _ in 0..5 {
                let phases = random_phases(&mut numbers, num_bits, density);
                let inner: Vec<u32> = (0..num_bits).collect();
                check::<f64>(&phases, &inner, 0, 1e-14, &mut numbers);
                check::<f32>(&phases, &inner, 0, 4e-6, &mut numbers);
                // Some bits are outside.
                let inside = numbers.below(1 << num_bits);
                let (inner, outer): (Vec<u32>, Vec<u32>) =
                    (0..num_bits).partition(|bit| inside >> bit & 1 == 1);
                let base = deposit(numbers.below(1 << num_bits), &outer);
                check::<f64>(&phases, &inner, base, 1e-14, &mut numbers);
            }
        }
    }
}

/// Rows that are alike are done at once, where no piece ends between them: the signs of zeros are the same.
#[test]
fn pieces_of_a_block_have_the_same_zeros() {
    let factor = Complex::new(-1.0, 0.0);
    let phases = Phases { factor, singles: vec![(8, Complex::I)], pairs: Vec::new() };
    let block = BlockPhases::new(&phases, &(0..9).collect::<Vec<u32>>());
    let by = |piece: usize| {
        let (mut re, mut im) = (vec![1.0_f64; 512], vec![-0.0; 512]);
        for (number, (re, im)) in re.chunks_mut(piece).zip(im.chunks_mut(piece)).enumerate() {
            block.apply(re, im, 0, number * piece, &mut Slots::default());
        }
        re.into_iter().chain(im).map(f64::to_bits).collect::<Vec<_>>()
    };
    assert_eq!(by(ROW), by(512));
}

#[test]
fn a_part_of_a_state_knows_where_it_begins() {
    let mut numbers = Numbers::new(2);
    let phases = random_phases(&mut numbers, 9, 0.5);
    let (mut re, mut im) = numbers.state::<f64>(9);
    let (mut part_re, mut part_im) = (re.clone(), im.clone());
    phases.apply(&mut re, &mut im, 0);
    for base in (0..512).step_by(64) {
        phases.apply(&mut part_re[base..base + 64], &mut part_im[base..base + 64], base);
    }
    for i in 0..512 {
        assert!((amplitude(&re, &im, i) - amplitude(&part_re, &part_im, i)).norm() < 1e-14);
    }
}

/// What is multiplied by 1 is not read: an infinity there would become no number.
#[test]
fn amplitudes_that_do_not_change_are_not_touched() {
    let one_pair = |a, b| Phases { pairs: vec![(a, b, Complex::cis(0.3))], ..Phases::default() };
    let one_bit = Phases { singles: vec![(11, Complex::I)], ..Phases::default() };
    for (phases, changed) in
        [(one_bit, 1 << 11), (one_pair(8, 11), 1 << 8 | 1 << 11), (one_pair(2, 11), 1 << 11)]
    {
        let state: Vec<f64> =
            (0..1 << 12).map(|i| if i & changed == changed { 1.0 } else { f64::INFINITY }).collect();
        let (mut re, mut im) = (state.clone(), state.clone());
        phases.apply(&mut re, &mut im, 0);
        for i in (0..1 << 12).filter(|i| i & changed != changed) {
            assert_eq!((re[i], im[i]), (f64::INFINITY, f64::INFINITY), "{phases:?} at {i}");
        }
    }
}
