use super::*;
use crate::linalg::Complex;
use crate::rng::DrawRng;

/// Splits amplitudes into real and imaginary parts.
fn parts(state: &[Complex]) -> (Vec<f64>, Vec<f64>) {
    state.iter().map(|a| (a.re, a.im)).unzip()
}

/// A state of random amplitudes, a third of them 0.
fn random_state(num_bits: u32, seed: u64) -> Vec<Complex> {
    let mut rng = DrawRng::new(seed, 1, 0);
    let mut amplitude = || {
        let zero = rng.uniform() < 0.3;
        let (x, y) = (rng.uniform() - 0.5, rng.uniform() - 0.5);
        if zero { Complex::ZERO } else { Complex::new(x, y) }
    };
    (0..1 << num_bits).map(|_| amplitude()).collect()
}

/// What is drawn, by a sampler that reads the state in slices of about `budget`.
fn draw<T: Real>(re: &[T], im: &[T], numbers: &[f64], budget: u64) -> Vec<usize> {
    let mut sampler = Sampler::new(re.len());
    let mut read = 0;
    loop {
        match sampler.advance(re, im, budget) {
            0 => break,
            more => read += more,
        }
    }
    assert_eq!(read, re.len() as u64);
    sampler.draw(re, im, numbers)
}

fn numbers(seed: u64, count: usize) -> Vec<f64> {
    let mut rng = DrawRng::new(seed, 0, 0);
    (0..count).map(|_| rng.uniform()).collect()
}

/// Seed 15. A draw is the inverse of the cumulative distribution over indices, found here by a plain loop. 3 and
/// 12 bits are tables, 14 bits are chunks.
#[test]
fn a_draw_inverts_the_cumulative_distribution() {
    for num_bits in [0, 3, 12, 14] {
        let state = random_state(num_bits, 15);
        let (re, im) = parts(&state);
        let numbers = numbers(15, 500);
        let total: f64 = state.iter().map(Complex::norm_sqr).sum();
        let drawn = draw(&re, &im, &numbers, u64::MAX);
        for (number, index) in numbers.iter().zip(drawn) {
            let below: f64 = state[..index].iter().map(Complex::norm_sqr).sum();
            let level = number * total;
            let slack = 1e-13 * total;
            assert!(below - slack <= level && level <= below + state[index].norm_sqr() + slack);
        }
        for number in &numbers[..100] {
            let index = sample_one(&re, &im, *number);
            let below: f64 = state[..index].iter().map(Complex::norm_sqr).sum();
            assert!((number * total - below) <= state[index].norm_sqr() + 1e-13 * total);
            assert!(number * total >= below - 1e-13 * total);
        }
    }
}

/// Seed 21. Bit for bit: however the reading is cut into slices, and whatever is drawn along.
#[test]
fn a_draw_depends_on_the_state_and_its_number_only() {
    for num_bits in [5, 12, 13, 15] {
        let (re, im) = parts(&random_state(num_bits, 21));
        let numbers = numbers(21, 700);
        let together = draw(&re, &im, &numbers, u64::MAX);
        for budget in [1, 300, 4096] {
            assert_eq!(draw(&re, &im, &numbers, budget), together, "{num_bits} bits, slices of {budget}");
        }
        let mut apart = draw(&re, &im, &numbers[..100], u64::MAX);
        apart.extend(draw(&re, &im, &numbers[100..101], u64::MAX));
        apart.extend(draw(&re, &im, &numbers[101..], u64::MAX));
        assert_eq!(apart, together);
        let reversed: Vec<f64> = numbers.iter().rev().copied().collect();
        let mut backwards = draw(&re, &im, &reversed, u64::MAX);
        backwards.reverse();
        assert_eq!(backwards, together);
    }
}

/// Whatever rounding does, what is drawn has a positive probability: zeros stand first, last and between, norms
/// are a little off 1, and the numbers are the smallest and the largest there are.
#[test]
fn a_draw_never_has_probability_zero() {
    let largest = 1.0 - f64::EPSILON / 2.0;
    let numbers = [largest, 0.0, 0.5, 1.0 / 3.0, 2.0 / 3.0, f64::MIN_POSITIVE];
    for num_bits in [3, 12, 14] {
        let top = (1 << num_bits) - 1;
        for norm in [1.0, 1.0 - 1e-16, 1.0 - 1e-8, 1.0 + 1e-8, 7.0] {
            for support in [vec![1], vec![2, 5], vec![1, 3, 6], vec![top / 2, top], vec![1, top / 3, top - 1]]
            {
                let mut re = vec![0.0; top + 1];
                for index in &support {
                    re[*index] = (norm / support.len() as f64).sqrt();
                }
                let im = vec![0.0; top + 1];
                let drawn = draw(&re, &im, &numbers, 1000);
                assert!(drawn.iter().all(|index| support.contains(index)), "{support:?}: {drawn:?}");
                assert_eq!((Some(&drawn[0]), Some(&drawn[1])), (support.last(), support.first()));
                let alone: Vec<usize> = numbers.iter().map(|number| sample_one(&re, &im, *number)).collect();
                assert!(alone.iter().all(|index| support.contains(index)), "{support:?}: {alone:?}");
            }
        }
    }
}

/// Seed 16. Sums in another order differ in the last bits: the largest number may lie beyond the sum over the
/// amplitudes of the last chunk that is not empty, and must not slip to the zeros after it.
#[test]
fn a_draw_does_not_slip_beyond_the_last_amplitude() {
    for round in 0..40 {
        let (mut re, mut im) = parts(&random_state(13, 16 + round));
        for part in [&mut re, &mut im] {
            part[3000..].fill(0.0);
        }
        let last = (0..3000).rposition(|i| re[i] != 0.0 || im[i] != 0.0).unwrap();
        for number in [1.0 - f64::EPSILON / 2.0, 1.0 - 1e-15, 1.0 - 1e-14] {
            let index = draw(&re, &im, &[number], u64::MAX)[0];
            assert!(index <= last && (re[index] != 0.0 || im[index] != 0.0), "{number}: {index}");
        }
        assert_eq!(draw(&re, &im, &[1.0 - f64::EPSILON / 2.0], u64::MAX), [last]);
    }
}

/// Single precision sums as double does: the same amplitudes in either width give the same draws.
#[test]
fn widths_agree_on_amplitudes_that_both_have() {
    for num_bits in [4, 14] {
        let (re, im) = parts(&random_state(num_bits, 17));
        let narrow: (Vec<f32>, Vec<f32>) =
            (re.iter().map(|x| *x as f32).collect(), im.iter().map(|x| *x as f32).collect());
        let widened: (Vec<f64>, Vec<f64>) =
            (narrow.0.iter().map(|x| (*x).into()).collect(), narrow.1.iter().map(|x| (*x).into()).collect());
        let numbers = numbers(17, 300);
        let narrow = draw(&narrow.0, &narrow.1, &numbers, u64::MAX);
        assert_eq!(narrow, draw(&widened.0, &widened.1, &numbers, u64::MAX));
    }
}

/// A list of amplitudes need not have a power of two of them.
#[test]
fn any_number_of_amplitudes_will_do() {
    for len in [1, 3, 1000, 5000] {
        let (re, im) = (vec![1.0; len], vec![0.0; len]);
        let numbers: Vec<f64> = (0..len).map(|i| (i as f64 + 0.5) / len as f64).collect();
        assert_eq!(draw(&re, &im, &numbers, 100), (0..len).collect::<Vec<_>>());
    }
}

#[test]
fn numbers_are_sorted_with_their_places() {
    for count in [0, 1, 2, 1000] {
        let numbers = numbers(18, count);
        let sorted = ascending(&numbers);
        assert!(sorted.windows(2).all(|pair| pair[0].0 <= pair[1].0));
        let mut places: Vec<u32> = sorted.iter().map(|(_, place)| *place).collect();
        assert!(sorted.iter().all(|(number, place)| numbers[*place as usize].to_bits() == number.to_bits()));
        places.sort_unstable();
        assert_eq!(places, (0..count as u32).collect::<Vec<_>>());
    }
    assert_eq!(ascending(&[0.75, 0.75, 0.25]), [(0.25, 2), (0.75, 0), (0.75, 1)]);
}
