use super::*;
use crate::engine::EngineConfig;

/// A sum of a few dozen terms.
fn sum(n: u32) -> Terms {
    let mut terms = Terms::new(n, 24);
    for round in 0..3 {
        for q in 0..n {
            for step in [
                Step::H(q),
                Step::Turn(q, std::f64::consts::FRAC_PI_4),
                Step::Cx(q, (q + 1 + round) % n),
                Step::S(q),
            ] {
                terms.apply(step).unwrap();
            }
        }
    }
    terms.apply(Step::Ccz([0, 1, 2])).unwrap();
    terms.apply(Step::H(1)).unwrap();
    terms
}

/// Seed 4. A mean of 400 is off by half once in 100 at most, as its variance is at most 1/400; five of nine are, and so
/// the median is, once in 8e7. Nothing, one and three qubits were drawn before.
#[test]
fn norms_are_estimated() {
    let terms = sum(4);
    assert_eq!(terms.num_terms(), 24);
    let amplitudes = terms.amplitudes().unwrap();
    let mut config = EngineConfig::default().extended_stabilizer;
    (config.norm_estimation_samples, config.norm_estimation_repetitions) = (400, 9);
    let mut rng = ShotRng::new(4, 0);
    let drawn = [(2, true), (0, false), (3, true)];
    let mut scale = None;
    for before in [0, 1, 3] {
        let (drawn, qubit) = (&drawn[..before], 1);
        let found = terms.norms(drawn, qubit, &mut rng, &config);
        for (value, found) in found.into_iter().enumerate() {
            let fits = |index: usize| {
                drawn.iter().all(|(q, outcome)| (index >> q & 1 == 1) == *outcome)
                    && index >> qubit & 1 == value
            };
            let wanted: f64 =
                (0..16).filter(|index| fits(*index)).map(|index| amplitudes[index].norm_sqr()).sum();
            assert!(wanted > 1e-3, "a norm to compare with");
            // The sum is not normalised, the amplitudes are.
            let scale = *scale.get_or_insert_with(|| {
                let mut walk = Walk::new(&terms).unwrap();
                walk.begin(5);
                400.0 * walk.amplitude.norm_sqr() / amplitudes[5].norm_sqr()
            });
            let found = found / scale;
            assert!((found / wanted - 1.0).abs() < 0.5, "{found} is not {wanted}, after {drawn:?}");
        }
    }
}

#[test]
fn medians_are_in_the_middle() {
    assert_eq!(median(vec![3.0, 1.0, 7.0]).to_bits(), 3f64.to_bits());
    assert_eq!(median(vec![3.0, 1.0, 7.0, 4.0]).to_bits(), 3.5f64.to_bits());
    assert_eq!(median(vec![]).to_bits(), 0f64.to_bits());
}
