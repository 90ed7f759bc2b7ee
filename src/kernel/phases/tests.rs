use super::*;
use crate::kernel::index::deposit;
use crate::kernel::real::amplitude;
use crate::kernel::tests::Numbers;

/// Phases on `num_bits` bits, where a single or a pair is there with this probability. Some are signs or 1.
pub(in crate::kernel) fn random_phases(numbers: &mut Numbers, num_bits: u32, density: f64) -> Phases {
    let phase = |numbers: &mut Numbers| match numbers.below(6) {
        0 => -Complex::ONE,
        1 => Complex::ONE,
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
    BlockPhases::new(phases, inner).apply(&mut re, &mut im, base, &mut Slots::default());
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
