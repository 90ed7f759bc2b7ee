//! A state as amplitudes of a few qubits inside of a Clifford unitary: C(|ψ⟩ ⊗ |0…0⟩).
//!
//! A Clifford gate changes C alone. A rotation about a Pauli operator P is one about C†PC inside, which needs at most
//! one more qubit of ψ, and none where its X part is on those that ψ has: so t rotations make at most 2^t amplitudes,
//! and n qubits 2^n. This is the exact sum of stabilizer states C|x⟩ with as few terms as Pauli operators allow, all in
//! one tableau (Aaronson and Gottesman, arXiv:quant-ph/0406196, §VII.C; Yoder, "A generalization of the stabilizer
//! formalism", 2012). A measurement draws from ψ, which loses a qubit, or tosses a coin and leaves ψ alone.

use super::steps::Step;
use super::tableau::{PauliString, Tableau, bit, flip, ones, zeros};
use crate::circuit::{Bits, Qubit};
use crate::engine::Outcomes;
use crate::engine::saved::insufficient_memory;
use crate::error::AerError;
use crate::linalg::{Complex, sin_cos};
use crate::rng::ShotRng;

/// The state.
#[derive(Clone, Debug)]
pub struct Frame {
    tableau: Tableau,
    /// The inner qubit of each bit of an index of `amplitudes`.
    active: Vec<Qubit>,
    amplitudes: Vec<Complex>,
    memory_limit: Option<u64>,
}

/// A Pauli operator i^phase X^x Z^z on the bits of an index.
#[derive(Clone, Copy)]
struct Local {
    phase: u8,
    x: usize,
    z: usize,
}

/// What measuring an operator does.
enum Kind {
    /// The outcome is a coin's; this inner qubit carries it.
    Coin(Qubit),
    /// The outcome is always the same.
    Certain(bool),
    /// ψ decides.
    Drawn(Local),
}

/// How far from 0 or 1 a probability counts as that.
const ROUNDING: f64 = 1e-13;

/// Bytes of an amplitude.
const AMPLITUDE: u64 = size_of::<Complex>() as u64;

impl Frame {
    /// |0…0⟩.
    pub fn new(num_qubits: u32, memory_limit: Option<u64>) -> Self {
        Self {
            tableau: Tableau::identity(num_qubits),
            active: Vec::new(),
            amplitudes: vec![Complex::ONE],
            memory_limit,
        }
    }

    /// Number of amplitudes.
    pub fn num_terms(&self) -> usize {
        self.amplitudes.len()
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> u64 {
        AMPLITUDE * self.amplitudes.capacity() as u64 + tableau_bytes(self.tableau.num_qubits())
    }

    /// A copy, or the error that there is no memory for it.
    pub fn try_clone(&self) -> Result<Self, AerError> {
        let mut amplitudes = reserved(self.num_terms())?;
        amplitudes.extend_from_slice(&self.amplitudes);
        Ok(Self {
            tableau: self.tableau.clone(),
            active: self.active.clone(),
            amplitudes,
            memory_limit: self.memory_limit,
        })
    }

    /// Applies a Clifford gate.
    pub fn clifford(&mut self, step: Step) {
        self.tableau.after(step);
    }

    /// What measuring Z on a qubit would give, where that is certain.
    pub fn certain(&self, qubit: Qubit) -> Option<bool> {
        match kind(&self.active, self.tableau.z(qubit)) {
            Kind::Certain(outcome) => Some(outcome),
            _ => None,
        }
    }

    /// Applies exp(−i angle/2 Z⋯Z) on these qubits.
    pub fn rotate(&mut self, qubits: &[Qubit], angle: f64) -> Result<(), AerError> {
        let operator = self.tableau.z_product(qubits);
        let (sin, cos) = sin_cos(angle / 2.0);
        let local = match kind(&self.active, &operator) {
            Kind::Certain(value) => Local { phase: 2 * u8::from(value), x: 0, z: 0 },
            Kind::Drawn(local) => local,
            Kind::Coin(pivot) => {
                let needed = AMPLITUDE.saturating_mul(2 * self.num_terms() as u64);
                let limit = self.memory_limit.unwrap_or(u64::MAX);
                if needed > limit || self.amplitudes.try_reserve_exact(self.num_terms()).is_err() {
                    return Err(insufficient_memory(needed));
                }
                self.tableau.isolate(&operator, pivot);
                for index in 0..self.num_terms() {
                    let added = self.amplitudes[index] * Complex::new(0.0, -sin);
                    self.amplitudes[index] *= cos;
                    self.amplitudes.push(added);
                }
                self.active.push(pivot);
                return Ok(());
            }
        };
        let negative = Complex::new(0.0, -sin) * i_to(local.phase);
        if local.x == 0 {
            let factors = [Complex::from(cos) + negative, Complex::from(cos) - negative];
            for (index, amplitude) in self.amplitudes.iter_mut().enumerate() {
                *amplitude *= factors[parity(index & local.z)];
            }
            return Ok(());
        }
        let half = 1 << local.x.ilog2();
        let signed = [negative, -negative];
        for start in (0..self.num_terms()).step_by(2 * half) {
            for x in start..start + half {
                let y = x ^ local.x;
                let (of_x, of_y) = (self.amplitudes[x], self.amplitudes[y]);
                self.amplitudes[x] = of_x * cos + signed[parity(y & local.z)] * of_y;
                self.amplitudes[y] = of_y * cos + signed[parity(x & local.z)] * of_x;
            }
        }
        Ok(())
    }

    /// Collapses a qubit to an outcome that can be, and gives the gates that do the same to C|0…0⟩: `None` where it
    /// is to be collapsed too.
    pub fn project(&mut self, qubit: Qubit, outcome: bool) -> Result<Option<Vec<Step>>, AerError> {
        let operator = self.tableau.z(qubit).clone();
        match kind(&self.active, &operator) {
            Kind::Certain(_) => Ok(Some(Vec::new())),
            Kind::Coin(pivot) => {
                toss(&mut self.tableau, &operator, pivot);
                if outcome {
                    self.tableau.before(Step::X(pivot));
                }
                Ok(None)
            }
            Kind::Drawn(local) => {
                let probability = probability(&self.amplitudes, local, outcome);
                self.amplitudes = collapsed(&self.amplitudes, local, outcome, probability)?;
                let left = leave(&mut self.tableau, &mut self.active, &operator, local);
                if local.x != 0 {
                    if outcome {
                        self.tableau.before(Step::X(left));
                    }
                    return Ok(None);
                }
                if outcome == (local.phase == 2) {
                    return Ok(Some(Vec::new()));
                }
                let image = self.tableau.image_of_x(left);
                self.tableau.before(Step::X(left));
                Ok(Some(image))
            }
        }
    }

    /// Draws an outcome of the qubits for each shot: bit `i` is `qubits[i]`.
    pub fn sample(&self, qubits: &[Qubit], shots: Vec<ShotRng>) -> Result<Outcomes, AerError> {
        let mut outcomes = Outcomes::zeros(qubits.len(), shots.len());
        let shots = shots.into_iter().enumerate();
        let shots =
            shots.map(|(index, rng)| Shot { index, rng, flips: zeros(qubits.len() as u32) }).collect();
        let branch = Branch {
            tableau: self.tableau.clone(),
            active: self.active.clone(),
            drawn: Bits::zeros(qubits.len() as u32),
        };
        branch.descend(&self.amplitudes, qubits, 0, shots, &mut outcomes)?;
        Ok(outcomes)
    }

    /// All amplitudes of C(|ψ⟩ ⊗ |0…0⟩) and those of C|0…0⟩, up to the phase of C.
    pub fn amplitudes(&self) -> Result<[Vec<Complex>; 2], AerError> {
        let gates = self.tableau.clone().gates();
        let n = self.tableau.num_qubits();
        let mut states = [zero_amplitudes(n)?, zero_amplitudes(n)?];
        let [state, zero] = &mut states;
        zero[0] = Complex::ONE;
        for (index, amplitude) in self.amplitudes.iter().enumerate() {
            let place = (0..).zip(&self.active).map(|(bit, qubit): (u32, _)| (index >> bit & 1) << qubit);
            state[place.sum::<usize>()] = *amplitude;
        }
        for gate in gates {
            apply(state, gate);
            apply(zero, gate);
        }
        Ok(states)
    }
}

/// Bytes of the tableau.
pub fn tableau_bytes(num_qubits: u32) -> u64 {
    let n = u64::from(num_qubits);
    2 * n * (size_of::<PauliString>() as u64 + if n > 128 { 2 * n / 8 } else { 0 })
}

/// A shot that is drawn: its random numbers, and the bits in which it differs from its branch.
struct Shot {
    index: usize,
    rng: ShotRng,
    flips: super::tableau::Words,
}

/// Shots that drew the same of ψ. A coin makes no branch: heads is tails and then a Pauli operator, of which only
/// the qubits that it flips matter.
#[derive(Clone)]
struct Branch {
    tableau: Tableau,
    active: Vec<Qubit>,
    /// The outcomes of shots without flips.
    drawn: Bits,
}

impl Branch {
    /// Measures the qubits from a place on.
    fn descend(
        mut self,
        amplitudes: &[Complex],
        qubits: &[Qubit],
        from: usize,
        mut shots: Vec<Shot>,
        outcomes: &mut Outcomes,
    ) -> Result<(), AerError> {
        for place in from..qubits.len() {
            let operator = self.tableau.z(qubits[place]).clone();
            match kind(&self.active, &operator) {
                Kind::Certain(outcome) => self.drawn.set(place as u32, outcome),
                Kind::Coin(pivot) => {
                    toss(&mut self.tableau, &operator, pivot);
                    let mut flips = zeros(qubits.len() as u32);
                    for (later, qubit) in (0..).zip(qubits).skip(place) {
                        if bit(&self.tableau.z(*qubit).z, pivot) {
                            flip(&mut flips, later);
                        }
                    }
                    for shot in &mut shots {
                        if shot.rng.uniform() < 0.5 {
                            for (word, flip) in shot.flips.iter_mut().zip(&flips) {
                                *word ^= flip;
                            }
                        }
                    }
                }
                Kind::Drawn(local) => {
                    let of_one = probability(amplitudes, local, true);
                    let (ones, zeros): (Vec<Shot>, Vec<Shot>) =
                        shots.into_iter().partition_map(|mut shot| (shot.rng.uniform() < of_one, shot));
                    let left = leave(&mut self.tableau, &mut self.active, &operator, local);
                    for (outcome, shots) in [(false, zeros), (true, ones)] {
                        if shots.is_empty() {
                            continue;
                        }
                        let probability = if outcome { of_one } else { 1.0 - of_one };
                        let amplitudes = collapsed(amplitudes, local, outcome, probability)?;
                        let mut branch = self.clone();
                        branch.drawn.set(place as u32, outcome);
                        if outcome != (local.x == 0 && local.phase == 2) {
                            branch.tableau.before(Step::X(left));
                        }
                        branch.descend(&amplitudes, qubits, place + 1, shots, outcomes)?;
                    }
                    return Ok(());
                }
            }
        }
        let words = outcomes.words_per_shot;
        for shot in shots {
            for (k, word) in shot.flips.iter().enumerate() {
                let drawn = self.drawn.words().get(k).copied().unwrap_or_default();
                outcomes.words[shot.index * words + k] = drawn ^ word;
            }
        }
        Ok(())
    }
}

/// Splits by a test that needs the item itself.
trait PartitionMap: Iterator + Sized {
    fn partition_map<T>(self, test: impl FnMut(Self::Item) -> (bool, T)) -> (Vec<T>, Vec<T>) {
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        for (passes, item) in self.map(test) {
            if passes { yes.push(item) } else { no.push(item) }
        }
        (yes, no)
    }
}

impl<I: Iterator> PartitionMap for I {}

/// What measuring an operator does. Inner qubits that are not active are |0⟩.
fn kind(active: &[Qubit], operator: &PauliString) -> Kind {
    let on_active = |words: &[u64]| -> usize {
        (0..)
            .zip(active)
            .fold(0, |all, (place, qubit): (u32, _)| all | usize::from(bit(words, *qubit)) << place)
    };
    if let Some(pivot) = ones(&operator.x).find(|qubit| !active.contains(qubit)) {
        return Kind::Coin(pivot);
    }
    let local = Local { phase: operator.phase, x: on_active(&operator.x), z: on_active(&operator.z) };
    if local.x | local.z == 0 { Kind::Certain(local.phase == 2) } else { Kind::Drawn(local) }
}

/// Makes of an operator with an X on an inner |0⟩ a Z there, so that its outcome is 0.
fn toss(tableau: &mut Tableau, operator: &PauliString, pivot: Qubit) {
    tableau.isolate(operator, pivot);
    tableau.before(Step::H(pivot));
}

/// After [`collapsed`]: the inner qubit that is not active any more is |0⟩, and the operator is ±Z there: + where
/// it had an X, and its own sign otherwise.
fn leave(tableau: &mut Tableau, active: &mut Vec<Qubit>, operator: &PauliString, local: Local) -> Qubit {
    let highest = if local.x == 0 { local.z } else { local.x }.ilog2();
    let left = active.remove(highest as usize);
    if local.x == 0 {
        let mut others = zeros(tableau.num_qubits());
        for qubit in active.iter().filter(|qubit| bit(&operator.z, **qubit)) {
            flip(&mut others, *qubit);
        }
        tableau.gather(&others, left);
    } else {
        toss(tableau, operator, left);
    }
    left
}

/// i to a power.
fn i_to(power: u8) -> Complex {
    match power & 3 {
        0 => Complex::ONE,
        1 => Complex::I,
        2 => -Complex::ONE,
        _ => -Complex::I,
    }
}

fn parity(bits: usize) -> usize {
    bits.count_ones() as usize & 1
}

/// Memory for so many amplitudes.
fn reserved(len: usize) -> Result<Vec<Complex>, AerError> {
    let mut amplitudes = Vec::new();
    amplitudes
        .try_reserve_exact(len)
        .map_err(|_| insufficient_memory(AMPLITUDE.saturating_mul(len as u64)))?;
    Ok(amplitudes)
}

/// As many zeros as so many qubits have amplitudes.
pub fn zero_amplitudes(num_qubits: u32) -> Result<Vec<Complex>, AerError> {
    let len = 1usize.checked_shl(num_qubits).ok_or_else(|| insufficient_memory(u64::MAX))?;
    let mut amplitudes = reserved(len)?;
    amplitudes.resize(len, Complex::ZERO);
    Ok(amplitudes)
}

/// The probability of an outcome.
fn probability(amplitudes: &[Complex], local: Local, outcome: bool) -> f64 {
    let mean = if local.x == 0 {
        let mut sums = [0.0; 2];
        for (index, amplitude) in amplitudes.iter().enumerate() {
            sums[parity(index & local.z)] += amplitude.norm_sqr();
        }
        if local.phase == 2 { sums[1] - sums[0] } else { sums[0] - sums[1] }
    } else {
        let half = 1 << local.x.ilog2();
        let mut sums = [Complex::ZERO; 2];
        for start in (0..amplitudes.len()).step_by(2 * half) {
            for x in start..start + half {
                let y = x ^ local.x;
                sums[parity(y & local.z)] += amplitudes[x].conj() * amplitudes[y];
            }
        }
        2.0 * (i_to(local.phase) * (sums[0] - sums[1])).re
    };
    let probability = (if outcome { 1.0 - mean } else { 1.0 + mean }) / 2.0;
    // What rounding left of certainty is certain.
    match probability {
        p if p < ROUNDING => 0.0,
        p if p > 1.0 - ROUNDING => 1.0,
        p => p,
    }
}

/// The amplitudes after an outcome, normalised. The highest bit of the operator is not there any more: it is 0 where
/// the operator has an X, and otherwise follows from the rest.
fn collapsed(
    amplitudes: &[Complex],
    local: Local,
    outcome: bool,
    probability: f64,
) -> Result<Vec<Complex>, AerError> {
    let mut left = reserved(amplitudes.len() / 2)?;
    if local.x == 0 {
        let highest = 1 << local.z.ilog2();
        let wanted = usize::from(outcome != (local.phase == 2));
        let scale = 1.0 / probability.sqrt();
        for start in (0..amplitudes.len()).step_by(2 * highest) {
            for x in start..start + highest {
                let place = if parity(x & local.z) == wanted { x } else { x | highest };
                left.push(amplitudes[place] * scale);
            }
        }
    } else {
        let highest = 1 << local.x.ilog2();
        let scale = 1.0 / (2.0 * probability).sqrt();
        let sign = if outcome { -scale } else { scale };
        let signed = [i_to(local.phase) * sign, i_to(local.phase) * -sign];
        for start in (0..amplitudes.len()).step_by(2 * highest) {
            for x in start..start + highest {
                let y = x ^ local.x;
                left.push(amplitudes[x] * scale + signed[parity(y & local.z)] * amplitudes[y]);
            }
        }
    }
    Ok(left)
}

/// A Clifford gate on all amplitudes.
fn apply(state: &mut [Complex], step: Step) {
    let one = |index: usize, qubit: Qubit| index >> qubit & 1 == 1;
    let multiply = |state: &mut [Complex], qubit: Qubit, factor: Complex| {
        let at = state.iter_mut().enumerate().filter(|(index, _)| one(*index, qubit));
        at.for_each(|(_, amplitude)| *amplitude *= factor);
    };
    match step {
        Step::H(q) => {
            for low in (0..state.len()).filter(|index| !one(*index, q)) {
                let (a, b) = (state[low], state[low | 1 << q]);
                state[low] = (a + b) * std::f64::consts::FRAC_1_SQRT_2;
                state[low | 1 << q] = (a - b) * std::f64::consts::FRAC_1_SQRT_2;
            }
        }
        Step::S(q) => multiply(state, q, Complex::I),
        Step::Sdg(q) => multiply(state, q, -Complex::I),
        Step::Z(q) => multiply(state, q, -Complex::ONE),
        Step::X(q) => {
            for low in (0..state.len()).filter(|index| !one(*index, q)) {
                state.swap(low, low | 1 << q);
            }
        }
        Step::Cx(c, t) => {
            for low in (0..state.len()).filter(|index| one(*index, c) && !one(*index, t)) {
                state.swap(low, low | 1 << t);
            }
        }
        Step::Cz(a, b) => {
            for (_, amplitude) in
                state.iter_mut().enumerate().filter(|(index, _)| one(*index, a) && one(*index, b))
            {
                *amplitude = -*amplitude;
            }
        }
        Step::Phase(_) | Step::Turn(..) | Step::Ccz(_) => {}
    }
}
