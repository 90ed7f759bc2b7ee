use super::*;
use crate::engine::extended_stabilizer::steps::Step;

/// A stabilizer state of random gates.
fn random_ch(n: u32, rng: &mut ShotRng) -> Ch {
    let mut ch = Ch::new(n);
    let below = |most: u32, rng: &mut ShotRng| (rng.uniform() * f64::from(most)) as u32;
    for _ in 0..40 {
        let a = below(n, rng);
        let b = (a + 1 + below(n - 1, rng)) % n;
        ch.apply(match below(7, rng) {
            0 | 1 => Step::H(a),
            2 => Step::S(a),
            3 => Step::X(a),
            4 => Step::Cz(a, b),
            5 => Step::Cx(a, b),
            _ => Step::Phase(rng.uniform()),
        });
    }
    ch
}

/// The value of a form.
fn value(form: &Quadratic, x: u64) -> Complex {
    let pairs: u32 = ones(x).map(|j| (form.rows[j] & x & ((1 << j) - 1)).count_ones()).sum();
    i_to(ones(x).fold(2 * (pairs & 1) as u8, |power, j| (power + form.at(j)) & 3))
}

/// 2^{n/2} ⟨φ|ψ⟩ for the parts, amplitude by amplitude.
fn slow(phi: &Quadratic, ch: &Ch, qubit: Qubit) -> [Complex; 2] {
    let mut parts = [Complex::ZERO; 2];
    for x in 0..1 << ch.rows.len() {
        parts[(x >> qubit & 1) as usize] += value(phi, x).conj() * ch.amplitude(x);
    }
    parts
}

/// Seed 1.
#[test]
fn sums_of_forms_are_what_their_values_add_up_to() {
    let mut rng = ShotRng::new(1, 0);
    for _ in 0..300 {
        let form = Quadratic::random(6, &mut rng);
        let free = rng.word() & 63;
        let wanted: Complex = (0..64).filter(|x| x & !free == 0).map(|x| value(&form, x)).sum();
        assert!((form.clone().sum(free) - wanted).norm() < 1e-9, "{form:?}");
    }
}

/// Seed 2.
#[test]
fn overlaps_are_those_of_the_amplitudes() {
    let mut rng = ShotRng::new(2, 0);
    let mut overlap = Overlap::default();
    for n in [2, 3, 5] {
        for _ in 0..60 {
            let ch = random_ch(n, &mut rng);
            let phi = Quadratic::random(n, &mut rng);
            for qubit in 0..n {
                let found = overlap.parts(&phi, &ch, &Quadratic::of(&ch), qubit);
                for (found, wanted) in found.iter().zip(slow(&phi, &ch, qubit)) {
                    assert!((found - wanted).norm() < 1e-9, "{found} is not {wanted}");
                }
            }
        }
    }
}

/// All 512 equatorial states of three qubits: their mean is the norm, without chance. Seed 3 makes the sums.
#[test]
fn the_mean_over_all_equatorial_states_is_the_norm() {
    let mut rng = ShotRng::new(3, 0);
    let mut overlap = Overlap::default();
    for _ in 0..4 {
        let sum: Vec<Ch> = (0..3).map(|_| random_ch(3, &mut rng)).collect();
        let mut wanted = [0.0; 2];
        for x in 0..8 {
            let amplitude: Complex = sum.iter().map(|ch| ch.amplitude(x)).sum();
            wanted[(x >> 1 & 1) as usize] += amplitude.norm_sqr();
        }
        let mut found = [0.0; 2];
        for all in 0..512u64 {
            let [ab, ac, bc] = [6, 7, 8].map(|bit| all >> bit & 1);
            let rows = vec![ab << 1 | ac << 2, ab | bc << 2, ac | bc << 1];
            let phi = Quadratic { rows, low: all & 7, high: all >> 3 & 7 };
            let mut parts = [Complex::ZERO; 2];
            for ch in &sum {
                let [zero, one] = overlap.parts(&phi, ch, &Quadratic::of(ch), 1);
                parts = [parts[0] + zero, parts[1] + one];
            }
            for (found, part) in found.iter_mut().zip(parts) {
                *found += part.norm_sqr() / 512.0;
            }
        }
        assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?}, not {wanted:?}");
    }
}
