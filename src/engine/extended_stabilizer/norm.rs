//! Norms of sums of stabilizer states, estimated.
//!
//! An equatorial state is 2^{−n/2} Σ i^{q(x)} |x⟩ with a quadratic form q. For a random one, φ, the mean of 2^n |⟨φ|ψ⟩|²
//! is ‖ψ‖², and the variance is at most ‖ψ‖⁴, whatever the number of terms: the fast norm estimation of Bravyi and others
//! (arXiv:1808.00128; first with random stabilizer states, Bravyi and Gosset, arXiv:1601.07601).
//!
//! `U_C†` of a CH form makes an equatorial state of an equatorial state, and `⟨s| U_H` of that is a sum of powers of i over
//! the bits where there is a Hadamard gate. Bits are summed one after the other: each leaves a factor and a quadratic
//! form, and may bind another bit. Forms are bits in words, so that an inner product takes about n² instructions.

use std::f64::consts::FRAC_1_SQRT_2;

use super::ch::{Ch, i_to};
use crate::circuit::Qubit;
use crate::linalg::Complex;
use crate::rng::ShotRng;

/// The function i^{Σ d_j y_j} (−1)^{Σ_{j<k} K_jk y_j y_k} of at most 64 bits.
#[derive(Clone, Debug, Default)]
pub struct Quadratic {
    /// K, which is symmetric and has no diagonal.
    rows: Vec<u64>,
    /// The lower bit of each d.
    low: u64,
    /// The upper bit of each d.
    high: u64,
}

/// The places of ones.
fn ones(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
        bits &= bits - 1;
        Some(place)
    })
}

fn odd(bits: u64) -> bool {
    bits.count_ones() % 2 == 1
}

impl Quadratic {
    /// A random one: any of them is as likely.
    pub fn random(num_bits: u32, rng: &mut ShotRng) -> Self {
        let mut form = Self { rows: vec![0; num_bits as usize], low: rng.word(), high: rng.word() };
        for j in 0..form.rows.len() {
            let below = rng.word() & ((1 << j) - 1);
            form.rows[j] |= below;
            ones(below).for_each(|k| form.rows[k] |= 1 << j);
        }
        form
    }

    /// The phases that `U_C†` gives to basis states.
    pub fn of(ch: &Ch) -> Self {
        let mut form = Self::default();
        for (place, row) in ch.rows.iter().enumerate() {
            let linked = ch.rows.iter().enumerate().filter(|(other, _)| *other != place);
            form.rows.push(linked.fold(0, |bits, (other, of)| bits | u64::from(odd(row.m & of.f)) << other));
            form.add(1 << place, row.phase);
        }
        form
    }

    /// d_j.
    fn at(&self, j: usize) -> u8 {
        (self.low >> j & 1 | (self.high >> j & 1) << 1) as u8
    }

    /// Adds to each d of these bits.
    fn add(&mut self, bits: u64, value: u8) {
        if value & 2 != 0 {
            self.high ^= bits;
        }
        if value & 1 != 0 {
            self.high ^= self.low & bits;
            self.low ^= bits;
        }
    }

    /// Adds a power of i to the parity of these bits, which is the square of their number modulo 4.
    fn add_parity(&mut self, bits: u64, value: u8) {
        self.add(bits, value);
        if value & 1 != 0 {
            ones(bits).for_each(|j| self.rows[j] ^= bits & !(1 << j));
        }
    }

    /// The product with another function, whose bits are parities of new ones: of `U_C†`'s basis states.
    fn substituted(&self, other: &Self, ch: &Ch, made: &mut Self) {
        made.rows.clear();
        made.rows.resize(self.rows.len(), 0);
        (made.low, made.high) = (0, 0);
        for (p, row) in ch.rows.iter().enumerate() {
            let linked = self.rows[p] ^ other.rows[p];
            let gathered = |bits| ones(bits).fold(0, |all, q| all ^ ch.rows[q].g);
            let before = gathered(linked & ((1 << p) - 1));
            let all = before ^ gathered(linked & !((1 << p) - 1));
            made.high ^= row.g & before;
            made.add_parity(row.g, (self.at(p) + other.at(p)) & 3);
            ones(row.g).for_each(|j| made.rows[j] ^= all);
        }
        // What the products have of squares stands in d.
        for (j, row) in made.rows.iter_mut().enumerate() {
            *row &= !(1 << j);
        }
    }

    /// The sum over all values of these bits, where others are 0. What is left is no function any more.
    fn sum(&mut self, mut free: u64) -> Complex {
        let mut sum = Complex::ONE;
        while free != 0 {
            let j = free.trailing_zeros() as usize;
            free &= free - 1;
            let linked = self.rows[j] & free;
            match self.at(j) {
                // 1 ± i is one of them by a power of i.
                1 => {
                    sum *= Complex::new(1.0, 1.0);
                    self.add_parity(linked, 3);
                }
                3 => {
                    sum *= Complex::new(1.0, -1.0);
                    self.add_parity(linked, 1);
                }
                // 1 ± 1 binds the parity of others: one of them is a parity.
                d if linked == 0 => {
                    if d == 2 {
                        return Complex::ZERO;
                    }
                    sum *= 2.0;
                }
                d => {
                    let k = linked.trailing_zeros() as usize;
                    free &= !(1 << k);
                    let (others, of_k, met) = (linked & free, self.at(k), self.rows[k] & free);
                    sum *= 2.0;
                    if d == 2 {
                        sum *= i_to(of_k);
                        self.add(met, 2);
                    }
                    self.add_parity(others, if d == 2 { (4 - of_k) & 3 } else { of_k });
                    self.add(others & met, 2);
                    ones(others).for_each(|i| self.rows[i] ^= met);
                    ones(met).for_each(|i| self.rows[i] ^= others);
                }
            }
        }
        sum
    }
}

/// The inner products of an equatorial state with stabilizer states.
#[derive(Debug, Default)]
pub struct Overlap {
    inner: Quadratic,
    turned: Quadratic,
}

impl Overlap {
    /// 2^{n/2} ⟨φ|ψ⟩ for the parts of ψ in which a qubit is 0 and 1; `phases` is [`Quadratic::of`] ψ.
    pub fn parts(&mut self, phi: &Quadratic, ch: &Ch, phases: &Quadratic, qubit: Qubit) -> [Complex; 2] {
        let Self { inner, turned } = self;
        phi.substituted(phases, ch, inner);
        // Bits without a Hadamard gate have the value of s, others its signs.
        let fixed = ch.s & !ch.v;
        let mut power = 0u8;
        for j in ones(fixed) {
            power = power.wrapping_add(inner.at(j));
            power = power.wrapping_add(2 * u8::from(odd(inner.rows[j] & fixed & ((1 << j) - 1))));
        }
        for j in ones(ch.v) {
            inner.add(1 << j, 2 * u8::from(odd(inner.rows[j] & fixed)));
        }
        inner.add(ch.s & ch.v, 2);
        // Z on the qubit, before the state is.
        let z = ch.rows[qubit as usize].g;
        turned.rows.clone_from(&inner.rows);
        (turned.low, turned.high) = (inner.low, inner.high);
        turned.add(z, 2);
        let whole = inner.sum(ch.v);
        let turned = turned.sum(ch.v) * if odd(z & fixed) { -1.0 } else { 1.0 };
        let scale = FRAC_1_SQRT_2.powi(ch.v.count_ones().cast_signed()) / 2.0;
        [whole + turned, whole - turned].map(|sum| ch.omega * (i_to(power) * sum).conj() * scale)
    }
}

#[cfg(test)]
mod tests;
