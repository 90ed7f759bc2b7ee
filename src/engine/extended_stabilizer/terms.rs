//! A state as a sampled sum of stabilizer states, for circuits with too many rotations to be exact.
//!
//! A gate that is no Clifford gate is a sum of a few that are; each term of the sum takes one of them, drawn by its
//! weight. With ξ/δ² terms, ξ the product of the gates' stabilizer extents, the sum is within δ of the state (Bravyi
//! and others, arXiv:1808.00128, §II.C). Outcomes are drawn by a Monte Carlo walk over basis states that flips a bit at
//! a time (§IV.D there): each term keeps the product of the Pauli operators of its walk, so a step is a few
//! instructions per term. A walk begins at an outcome of a term, which is where the state is likely to be. Or they are
//! drawn qubit by qubit, as likely as estimates of [`norm`](super::norm)s say.

use std::f64::consts::FRAC_1_SQRT_2;

use super::ch::{Ch, Row, i_to};
use super::frame::zero_amplitudes;
use super::norm::{Overlap, Quadratic};
use super::steps::Step;
use crate::circuit::{Bits, Qubit};
use crate::engine::saved::insufficient_memory;
use crate::engine::{ExtendedStabilizerConfig, ExtendedStabilizerSampling, Outcomes};
use crate::error::AerError;
use crate::linalg::{Complex, cis};
use crate::rng::ShotRng;

/// The sum.
#[derive(Clone, Debug)]
pub struct Terms {
    num_qubits: u32,
    terms: Vec<Ch>,
    /// How many terms there are once there is a gate that is no Clifford gate.
    most: usize,
    /// Draws what terms take: the same for every shot, and for every run of a circuit.
    rng: ShotRng,
    /// The one walk of all shots, as long as the sum is the same.
    common: Option<Common>,
}

/// How far the walk has come that all shots have in common.
#[derive(Clone, Debug)]
struct Common {
    at: u64,
    /// Steps that are left.
    steps: u64,
    rng: ShotRng,
}

/// Seeds what does not belong to a shot.
const SEED: u64 = 0x1808_0012_8000_0000;

/// Steps of a shot from where the one walk of all shots has come to.
const STEPS_PER_SHOT: u64 = 64;

/// Equatorial states at a time, for which the terms are prepared once.
const STATES: u64 = 64;

/// diag(1, e^{i angle}) as a sum of the identity and S.
fn turn(angle: f64) -> [Complex; 2] {
    let of_s = (cis(angle) - 1.0) / Complex::new(-1.0, 1.0);
    [Complex::ONE - of_s, of_s]
}

/// The stabilizer extent of an elementary gate: the square of the sum of its terms' weights.
pub fn extent(step: Step) -> f64 {
    match step {
        Step::Turn(_, angle) => turn(angle).iter().map(|weight| weight.norm()).sum::<f64>().powi(2),
        Step::Ccz(_) => 16.0 / 9.0,
        _ => 1.0,
    }
}

/// Z with two controls is the sum of these eight Clifford gates over 6, the last one with a minus.
fn ccz_branch([a, b, c]: [Qubit; 3], branch: u64) -> Vec<Step> {
    use Step::{Cz, Z};
    match branch {
        0 => vec![],
        1 => vec![Cz(a, b)],
        2 => vec![Cz(a, c)],
        3 => vec![Cz(b, c)],
        4 => vec![Cz(a, b), Cz(a, c), Z(a)],
        5 => vec![Cz(a, b), Cz(b, c), Z(b)],
        6 => vec![Cz(a, c), Cz(b, c), Z(c)],
        _ => vec![Cz(a, b), Cz(a, c), Cz(b, c), Z(a), Z(b), Z(c), Step::Phase(std::f64::consts::PI)],
    }
}

/// Number of terms of a sum with this extent.
pub fn count(extent: f64, error: f64) -> u64 {
    if extent <= 1.0 { 1 } else { (extent / (error * error)).ceil().min(u64::MAX as f64) as u64 }
}

/// Bytes of so many terms, and of the walk over them.
pub fn bytes(num_qubits: u32, terms: u64) -> u64 {
    let walk = size_of::<Still>() + size_of::<Moving>() + num_qubits as usize * size_of::<Row>();
    terms.saturating_mul(Ch::bytes(num_qubits) + walk as u64)
}

impl Terms {
    /// |0…0⟩, which will be so many terms.
    pub fn new(num_qubits: u32, most: u64) -> Self {
        Self {
            num_qubits,
            terms: vec![Ch::new(num_qubits)],
            most: usize::try_from(most).unwrap_or(usize::MAX).max(1),
            rng: ShotRng::new(SEED, 0),
            common: None,
        }
    }

    /// |0…0⟩ again.
    pub fn reset(&mut self) {
        *self = Self::new(self.num_qubits, self.most as u64);
    }

    /// Number of terms.
    pub fn num_terms(&self) -> usize {
        self.terms.len()
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> u64 {
        self.num_terms() as u64 * Ch::bytes(self.num_qubits)
    }

    /// A copy, or the error that there is no memory for it.
    pub fn try_clone(&self) -> Result<Self, AerError> {
        Vec::<u8>::new()
            .try_reserve_exact(self.bytes() as usize)
            .map_err(|_| insufficient_memory(self.bytes()))?;
        Ok(self.clone())
    }

    /// Multiplies by e^{i phase}.
    pub fn phase(&mut self, phase: f64) {
        self.terms.iter_mut().for_each(|term| term.omega *= cis(phase));
    }

    /// Applies an elementary gate.
    pub fn apply(&mut self, step: Step) -> Result<(), AerError> {
        self.common = None;
        match step {
            Step::Turn(qubit, angle) => {
                self.multiply()?;
                let weights = turn(angle);
                let sum = weights[0].norm() + weights[1].norm();
                let factors = weights.map(|weight| weight / weight.norm() * sum);
                for term in &mut self.terms {
                    let takes_s = self.rng.uniform() * sum >= weights[0].norm();
                    term.omega *= factors[usize::from(takes_s)];
                    if takes_s {
                        term.apply(Step::S(qubit));
                    }
                }
            }
            Step::Ccz(qubits) => {
                self.multiply()?;
                for term in &mut self.terms {
                    term.omega *= 8.0 / 6.0;
                    for step in ccz_branch(qubits, (8.0 * self.rng.uniform()) as u64) {
                        term.apply(step);
                    }
                }
            }
            step => self.terms.iter_mut().for_each(|term| term.apply(step)),
        }
        Ok(())
    }

    /// Makes as many terms as there will be of the one there is.
    fn multiply(&mut self) -> Result<(), AerError> {
        let [term] = &mut *self.terms else { return Ok(()) };
        term.omega /= self.most as f64;
        let (term, bytes) = (term.clone(), bytes(self.num_qubits, self.most as u64));
        let short = |_| insufficient_memory(bytes);
        self.terms.try_reserve_exact(self.most.saturating_sub(1)).map_err(short)?;
        // Terms are many small allocations, which cannot fail typed: this one tells whether they will fit.
        Vec::<u8>::new().try_reserve_exact(usize::try_from(bytes).unwrap_or(usize::MAX)).map_err(short)?;
        self.terms.resize(self.most, term);
        Ok(())
    }

    /// Collapses a qubit to an outcome, but does not normalise.
    pub fn project(&mut self, qubit: Qubit, outcome: bool) {
        self.common = None;
        self.terms.retain_mut(|term| project(term, qubit, outcome));
    }

    /// Sets a qubit that is in a basis state to |0⟩.
    pub fn reset_qubit(&mut self, qubit: Qubit) {
        self.common = None;
        for term in &mut self.terms {
            if term.certain(qubit) == Some(true) {
                term.apply(Step::X(qubit));
            }
        }
    }

    /// Work of a shot, a step of a walk being one for each term.
    pub fn draw_work(&self, num_drawn: u64, config: &ExtendedStabilizerConfig) -> u64 {
        let (n, len) = (u64::from(self.num_qubits), self.num_terms() as u64);
        let steps = match config.sampling_method {
            // A sum of one term is drawn from as it is.
            _ if len < 2 => 0,
            ExtendedStabilizerSampling::ResampledMetropolis => config.metropolis_mixing_time,
            ExtendedStabilizerSampling::Metropolis => STEPS_PER_SHOT,
            ExtendedStabilizerSampling::NormEstimation => {
                let states =
                    config.norm_estimation_samples.saturating_mul(config.norm_estimation_repetitions);
                states.saturating_mul(num_drawn * 2 * n * n)
            }
        };
        // Flips to the beginning are steps too.
        steps.saturating_add(n).saturating_mul(len)
    }

    /// Does about `budget` of the work that all shots have in common; gives the work it was, and 0 at the end.
    pub fn prepare_sampling(
        &mut self,
        budget: u64,
        config: &ExtendedStabilizerConfig,
    ) -> Result<u64, AerError> {
        if config.sampling_method != ExtendedStabilizerSampling::Metropolis || self.num_terms() < 2 {
            return Ok(0);
        }
        let mut common = self.common.take().unwrap_or_else(|| {
            let mut rng = ShotRng::new(SEED, 1);
            Common { at: self.outcome_of_a_term(&mut rng), steps: config.metropolis_mixing_time, rng }
        });
        let len = self.num_terms().max(1) as u64;
        // Beginning takes a step for each qubit.
        let steps = (budget / len).max(u64::from(self.num_qubits) + 1).min(common.steps);
        if steps > 0 {
            let mut walk = Walk::new(self)?;
            walk.begin(common.at);
            walk.steps(steps, &mut common.rng);
            (common.at, common.steps) = (walk.at, common.steps - steps);
        }
        self.common = Some(common);
        Ok(steps.saturating_mul(len))
    }

    /// Draws an outcome of the qubits for each shot.
    pub fn sample(
        &mut self,
        qubits: &[Qubit],
        shots: Vec<ShotRng>,
        config: &ExtendedStabilizerConfig,
    ) -> Result<Outcomes, AerError> {
        while self.prepare_sampling(u64::MAX, config)? > 0 {}
        let mut outcomes = Outcomes::zeros(qubits.len(), 0);
        if config.sampling_method == ExtendedStabilizerSampling::NormEstimation && self.num_terms() > 1 {
            for mut rng in shots {
                let drawn = self.draw(qubits, &mut rng, config);
                outcomes.push(bits(drawn.into_iter().map(|(_, outcome)| outcome)).words());
            }
            return Ok(outcomes);
        }
        let mut walk = Walk::new(self)?;
        let mixing = if self.num_terms() == 1 { 0 } else { config.metropolis_mixing_time };
        for mut rng in shots {
            if let Some(common) = &self.common {
                walk.begin(common.at);
                walk.steps(STEPS_PER_SHOT, &mut rng);
            } else {
                walk.begin(self.outcome_of_a_term(&mut rng));
                walk.steps(mixing, &mut rng);
            }
            outcomes.push(bits(qubits.iter().map(|qubit| walk.at >> qubit & 1 == 1)).words());
        }
        Ok(outcomes)
    }

    /// Draws the qubits one after the other, each as likely as the norms of what it may leave.
    fn draw(
        &self,
        qubits: &[Qubit],
        rng: &mut ShotRng,
        config: &ExtendedStabilizerConfig,
    ) -> Vec<(Qubit, bool)> {
        let mut drawn = Vec::with_capacity(qubits.len());
        for qubit in qubits {
            let [zero, one] = self.norms(&drawn, *qubit, rng, config);
            let is_one = one > 0.0 && rng.uniform() * (zero + one) >= zero;
            drawn.push((*qubit, is_one));
        }
        drawn
    }

    /// Estimates the square norms of what is left of the sum if a qubit is 0, and if it is 1, after others were drawn:
    /// medians of means.
    fn norms(
        &self,
        drawn: &[(Qubit, bool)],
        qubit: Qubit,
        rng: &mut ShotRng,
        config: &ExtendedStabilizerConfig,
    ) -> [f64; 2] {
        let samples = config.norm_estimation_samples.max(1);
        let states = samples.saturating_mul(config.norm_estimation_repetitions.max(1));
        let (mut overlap, mut term) = (Overlap::default(), Ch::new(0));
        // Of each repetition; a factor that all have does not matter.
        let mut norms: [Vec<f64>; 2] = Default::default();
        let mut first = 0;
        while first < states {
            let phis: Vec<Quadratic> =
                (0..STATES.min(states - first)).map(|_| Quadratic::random(self.num_qubits, rng)).collect();
            let mut sums = vec![[Complex::ZERO; 2]; phis.len()];
            for whole in &self.terms {
                term.clone_from(whole);
                if !drawn.iter().all(|(qubit, outcome)| project(&mut term, *qubit, *outcome)) {
                    continue;
                }
                let phases = Quadratic::of(&term);
                for (phi, sum) in phis.iter().zip(&mut sums) {
                    let [zero, one] = overlap.parts(phi, &term, &phases, qubit);
                    sum[0] += zero;
                    sum[1] += one;
                }
            }
            for (index, sum) in (first..).zip(sums) {
                for (norms, sum) in norms.iter_mut().zip(sum) {
                    if index.is_multiple_of(samples) {
                        norms.push(0.0);
                    }
                    if let Some(norm) = norms.last_mut() {
                        *norm += sum.norm_sqr();
                    }
                }
            }
            first += STATES.min(states - first);
        }
        norms.map(median)
    }

    /// A basis state, drawn from a term that is drawn itself.
    fn outcome_of_a_term(&self, rng: &mut ShotRng) -> u64 {
        let index = (rng.uniform() * self.num_terms() as f64) as usize;
        let Some(term) = self.terms.get(index) else { return 0 };
        let coins = (0..self.num_qubits).fold(0, |all, q| all | u64::from(rng.uniform() < 0.5) << q);
        let f = term.s & !term.v | coins & term.v;
        (0..)
            .zip(&term.rows)
            .fold(0, |all, (q, row): (u32, _)| all | u64::from((row.g & f).count_ones() & 1) << q)
    }

    /// All amplitudes, normalised.
    pub fn amplitudes(&self) -> Result<Vec<Complex>, AerError> {
        let mut amplitudes = zero_amplitudes(self.num_qubits)?;
        let mut walk = Walk::new(self)?;
        walk.begin(0);
        amplitudes[0] = walk.amplitude;
        // In the order of Gray's code a bit changes at a time.
        for count in 1..amplitudes.len() {
            let flip = count.trailing_zeros();
            walk.accept(flip, walk.proposed(flip));
            amplitudes[walk.at as usize] = walk.amplitude;
        }
        let norm = amplitudes.iter().map(Complex::norm_sqr).sum::<f64>().sqrt();
        for amplitude in &mut amplitudes {
            *amplitude /= norm;
        }
        Ok(amplitudes)
    }
}

/// Collapses a qubit of a term, but does not normalise; whether anything is left.
fn project(term: &mut Ch, qubit: Qubit, outcome: bool) -> bool {
    if let Some(certain) = term.certain(qubit) {
        return certain == outcome;
    }
    term.project(qubit, outcome);
    term.omega *= FRAC_1_SQRT_2;
    true
}

/// The middle one, or the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = |index: usize| values.get(index).copied().unwrap_or_default();
    f64::midpoint(middle(values.len().saturating_sub(1) / 2), middle(values.len() / 2))
}

/// The first one is bit 0.
fn bits(values: impl ExactSizeIterator<Item = bool>) -> Bits {
    let mut bits = Bits::zeros(values.len() as u32);
    for (place, value) in (0..).zip(values) {
        bits.set(place, value);
    }
    bits
}

/// What a walk knows of a term and does not change.
#[derive(Clone, Copy)]
struct Still {
    s: u64,
    not_v: u64,
    /// s where there is a Hadamard gate.
    signs: u64,
    /// The factor of each amplitude that is not 0.
    factor: Complex,
}

/// The product of Pauli operators i^phase X^f Z^m that a walk has come to, of a term.
#[derive(Clone, Copy, Default)]
struct Moving {
    f: u64,
    m: u64,
    phase: u8,
}

/// A walk over basis states.
struct Walk {
    num_qubits: u32,
    /// The rows of all terms, qubit by qubit.
    rows: Vec<Row>,
    still: Vec<Still>,
    moving: Vec<Moving>,
    /// Where it is.
    at: u64,
    /// The amplitude there.
    amplitude: Complex,
}

impl Walk {
    fn new(terms: &Terms) -> Result<Self, AerError> {
        let len = terms.num_terms();
        let short = |_| insufficient_memory(bytes(terms.num_qubits, len as u64));
        let (mut rows, mut still, mut moving) = (Vec::new(), Vec::new(), Vec::new());
        rows.try_reserve_exact(len * terms.num_qubits as usize).map_err(short)?;
        still.try_reserve_exact(len).map_err(short)?;
        moving.try_reserve_exact(len).map_err(short)?;
        for q in 0..terms.num_qubits as usize {
            rows.extend(terms.terms.iter().map(|term| term.rows[q]));
        }
        still.extend(terms.terms.iter().map(|term| Still {
            s: term.s,
            not_v: !term.v,
            signs: term.s & term.v,
            factor: term.omega * FRAC_1_SQRT_2.powi(term.v.count_ones().cast_signed()),
        }));
        moving.resize(len, Moving::default());
        Ok(Self { num_qubits: terms.num_qubits, rows, still, moving, at: 0, amplitude: Complex::ZERO })
    }

    /// The rows of a qubit.
    fn rows(&self, qubit: Qubit) -> &[Row] {
        let len = self.still.len();
        &self.rows[qubit as usize * len..][..len]
    }

    /// Begins anew at a basis state.
    fn begin(&mut self, at: u64) {
        self.moving.fill(Moving::default());
        self.at = 0;
        self.go_to(at);
        if at == 0 {
            let amplitude =
                |still: &Still| if still.s & still.not_v == 0 { still.factor } else { Complex::ZERO };
            self.amplitude = self.still.iter().map(amplitude).sum();
        }
    }

    /// Goes to a basis state.
    fn go_to(&mut self, at: u64) {
        let mut left = self.at ^ at;
        while left != 0 {
            let qubit = left.trailing_zeros();
            left &= left - 1;
            let amplitude = if left == 0 { self.proposed(qubit) } else { Complex::ZERO };
            self.accept(qubit, amplitude);
        }
    }

    /// The amplitude after flipping a bit.
    fn proposed(&self, qubit: Qubit) -> Complex {
        let mut sum = Complex::ZERO;
        for ((row, still), moving) in self.rows(qubit).iter().zip(&self.still).zip(&self.moving) {
            let (f, m) = (moving.f ^ row.f, moving.m ^ row.m);
            if (f ^ still.s) & still.not_v == 0 {
                // One count of ones for both signs.
                let odd = (moving.m & row.f ^ f & (m ^ still.signs)).count_ones() as u8 & 1;
                sum += still.factor * i_to(moving.phase + row.phase + 2 * odd);
            }
        }
        sum
    }

    /// Flips a bit, after which the amplitude is this.
    fn accept(&mut self, qubit: Qubit, amplitude: Complex) {
        let len = self.still.len();
        let rows = &self.rows[qubit as usize * len..][..len];
        for (row, moving) in rows.iter().zip(&mut self.moving) {
            let odd = (moving.m & row.f).count_ones() as u8 & 1;
            moving.phase = (moving.phase + row.phase + 2 * odd) & 3;
            moving.f ^= row.f;
            moving.m ^= row.m;
        }
        self.at ^= 1 << qubit;
        self.amplitude = amplitude;
    }

    fn steps(&mut self, steps: u64, rng: &mut ShotRng) {
        let steps = if self.num_qubits == 0 { 0 } else { steps };
        for _ in 0..steps {
            let qubit = (rng.uniform() * f64::from(self.num_qubits)) as u32;
            let amplitude = self.proposed(qubit);
            if rng.uniform() * self.amplitude.norm_sqr() < amplitude.norm_sqr() {
                self.accept(qubit, amplitude);
            }
        }
    }
}

#[cfg(test)]
mod tests;
