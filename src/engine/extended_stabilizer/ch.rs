//! A stabilizer state with its phase: the CH-form `ω U_C U_H |s⟩` (Bravyi, Browne, Calpin, Campbell, Gosset and Howard,
//! "Simulation of quantum circuits by low-rank stabilizer decompositions", arXiv:1808.00128, §IV.A), up to 64 qubits.
//!
//! `U_C` is made of gates that leave |0…0⟩ alone and `U_H` of Hadamard gates. Of `U_C` is known what it makes of Pauli
//! operators: `U_C† Z U_C = Π Z^g` and `U_C† X U_C = i^phase Π X^f Π Z^m`.

use std::f64::consts::FRAC_1_SQRT_2;

use super::steps::Step;
use crate::circuit::Qubit;
use crate::linalg::{Complex, cis};

/// What `U_C` makes of the operators of a qubit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Row {
    /// Of Z: where there is a Z.
    pub g: u64,
    /// Of X: where there is an X, to the left of a Z.
    pub f: u64,
    /// Of X: where there is a Z.
    pub m: u64,
    /// Of X: the power of i.
    pub phase: u8,
}

/// A stabilizer state.
#[derive(Clone, Debug)]
pub struct Ch {
    /// Of each qubit.
    pub rows: Vec<Row>,
    /// Where `U_H` has a Hadamard gate.
    pub v: u64,
    /// The basis state.
    pub s: u64,
    /// The factor.
    pub omega: Complex,
}

fn odd(bits: u64) -> bool {
    bits.count_ones() % 2 == 1
}

fn sign(negative: bool) -> f64 {
    if negative { -1.0 } else { 1.0 }
}

/// i to a power.
pub fn i_to(power: u8) -> Complex {
    match power & 3 {
        0 => Complex::ONE,
        1 => Complex::I,
        2 => -Complex::ONE,
        _ => -Complex::I,
    }
}

impl Ch {
    /// Most qubits.
    pub const MAX_QUBITS: u32 = 64;

    /// Bytes of a state.
    pub fn bytes(num_qubits: u32) -> u64 {
        (size_of::<Self>() + num_qubits as usize * size_of::<Row>()) as u64
    }

    /// |0…0⟩.
    pub fn new(num_qubits: u32) -> Self {
        let row = |qubit: u32| Row { g: 1 << qubit, f: 1 << qubit, m: 0, phase: 0 };
        Self { rows: (0..num_qubits).map(row).collect(), v: 0, s: 0, omega: Complex::ONE }
    }

    fn row(&self, qubit: Qubit) -> Row {
        self.rows[qubit as usize]
    }

    /// Applies an elementary gate; those that are no Clifford gates do nothing here.
    pub fn apply(&mut self, step: Step) {
        match step {
            Step::H(q) => self.hadamard(q),
            Step::S(q) | Step::Sdg(q) => {
                let row = &mut self.rows[q as usize];
                row.m ^= row.g;
                row.phase = (row.phase + if step == Step::S(q) { 3 } else { 1 }) & 3;
            }
            Step::X(q) => {
                let (u, negative) = self.x(q);
                self.s = u;
                self.omega *= i_to(self.row(q).phase) * sign(negative);
            }
            Step::Z(q) => {
                let (t, negative) = self.z(q);
                self.s = t;
                self.omega *= sign(negative);
            }
            Step::Cx(c, t) => {
                let (of_c, of_t) = (self.row(c), self.row(t));
                self.rows[t as usize].g ^= of_c.g;
                let row = &mut self.rows[c as usize];
                row.phase = (of_c.phase + of_t.phase + 2 * u8::from(odd(of_c.m & of_t.f))) & 3;
                row.f ^= of_t.f;
                row.m ^= of_t.m;
            }
            Step::Cz(a, b) => {
                let (of_a, of_b) = (self.row(a).g, self.row(b).g);
                self.rows[a as usize].m ^= of_b;
                self.rows[b as usize].m ^= of_a;
            }
            Step::Phase(phase) => self.omega *= cis(phase),
            Step::Turn(..) | Step::Ccz(_) => {}
        }
    }

    /// What Z on a qubit makes of s, and whether it changes the sign.
    fn z(&self, q: Qubit) -> (u64, bool) {
        let g = self.row(q).g;
        (self.s ^ g & self.v, odd(g & !self.v & self.s))
    }

    /// The same of X, but for the power of i.
    fn x(&self, q: Qubit) -> (u64, bool) {
        let Row { f, m, .. } = self.row(q);
        // Z^m, then X^f: each flips s on one side of v, and signs on the other.
        let s = self.s ^ m & self.v;
        (s ^ f & !self.v, odd(m & !self.v & self.s) ^ odd(f & self.v & s))
    }

    fn hadamard(&mut self, q: Qubit) {
        let (t, t_negative) = self.z(q);
        let (u, u_negative) = self.x(q);
        self.omega *= sign(t_negative) * FRAC_1_SQRT_2;
        self.superpose(t, u, self.row(q).phase + 2 * u8::from(t_negative != u_negative));
    }

    /// What measuring a qubit gives, where that is certain.
    pub fn certain(&self, qubit: Qubit) -> Option<bool> {
        let (t, negative) = self.z(qubit);
        (t == self.s).then_some(negative)
    }

    /// Collapses a qubit to an outcome that can be; gives the probability.
    pub fn project(&mut self, qubit: Qubit, outcome: bool) -> f64 {
        let (t, negative) = self.z(qubit);
        if t == self.s {
            return 1.0;
        }
        self.omega *= FRAC_1_SQRT_2;
        self.superpose(self.s, t, 2 * u8::from(outcome != negative));
        0.5
    }

    /// The state `ω U_C U_H (|t⟩ + i^power |u⟩)`, of which |t⟩ and |u⟩ are brought together: Proposition 4.
    fn superpose(&mut self, t: u64, u: u64, power: u8) {
        let differ = t ^ u;
        if differ == 0 {
            self.s = t;
            self.omega *= Complex::ONE + i_to(power);
            return;
        }
        let outside = differ & !self.v;
        let plain = outside != 0;
        let q = if plain { outside } else { differ }.trailing_zeros();
        let pivot = 1 << q;
        // Gates before U_C, between the pivot and the other bits that differ.
        if plain {
            let (x, z) = (outside ^ pivot, differ & self.v);
            for row in &mut self.rows {
                if row.f & pivot != 0 {
                    row.f ^= x;
                }
                if odd(row.g & x) {
                    row.g ^= pivot;
                }
                if odd(row.m & x) {
                    row.m ^= pivot;
                }
                let met = odd(row.f & z);
                if row.f & pivot != 0 {
                    row.m ^= z;
                    row.phase = (row.phase + 2 * u8::from(met)) & 3;
                }
                if met {
                    row.m ^= pivot;
                }
            }
        } else {
            let controls = differ ^ pivot;
            for row in &mut self.rows {
                if odd(row.f & controls) {
                    row.f ^= pivot;
                }
                if row.g & pivot != 0 {
                    row.g ^= controls;
                }
                if row.m & pivot != 0 {
                    row.m ^= controls;
                }
            }
        }
        // What is left of the two differs at the pivot alone: |0⟩ + i^power |1⟩ there.
        let (base, power) = if t & pivot == 0 {
            (t, power)
        } else {
            self.omega *= i_to(power);
            (u, (4 - power % 4) % 4)
        };
        let (turned, hadamard, one, factor) = match (plain, power & 3) {
            (true, power) => (power % 2 == 1, true, power >= 2, Complex::from(std::f64::consts::SQRT_2)),
            (false, 0) => (false, false, false, Complex::from(std::f64::consts::SQRT_2)),
            (false, 1) => (true, true, true, Complex::new(1.0, 1.0)),
            (false, 2) => (false, false, true, Complex::from(std::f64::consts::SQRT_2)),
            (false, _) => (true, true, false, Complex::new(1.0, -1.0)),
        };
        self.omega *= factor;
        if turned {
            for row in &mut self.rows {
                if row.f & pivot != 0 {
                    row.m ^= pivot;
                    row.phase = (row.phase + 3) & 3;
                }
            }
        }
        self.v = if hadamard { self.v | pivot } else { self.v & !pivot };
        self.s = if one { base | pivot } else { base & !pivot };
    }

    /// The amplitude of a basis state.
    pub fn amplitude(&self, index: u64) -> Complex {
        let (mut f, mut m, mut phase) = (0, 0, 0u8);
        for row in self.rows.iter().zip(0..).filter(|(_, q)| index >> q & 1 == 1).map(|(row, _)| row) {
            phase = (phase + row.phase + 2 * u8::from(odd(m & row.f))) & 3;
            f ^= row.f;
            m ^= row.m;
        }
        if (f ^ self.s) & !self.v != 0 {
            return Complex::ZERO;
        }
        let scale = FRAC_1_SQRT_2.powi(self.v.count_ones().cast_signed());
        self.omega * i_to(phase) * sign(odd(f & m) ^ odd(f & self.s & self.v)) * scale
    }
}
