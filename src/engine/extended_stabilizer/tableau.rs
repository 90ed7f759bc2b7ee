//! A Clifford unitary C, up to its phase, by what it makes of the Pauli operators: C†XC and C†ZC for each qubit.
//!
//! This is the inverse tableau (Gidney, "Stim: a fast stabilizer circuit simulator", arXiv:2103.02202): a gate after
//! C changes a row or two, and what an operator of the qubits is inside of C can be read off. A gate before C changes
//! columns, so each row a little.

use smallvec::SmallVec;

use super::steps::Step;
use crate::circuit::Qubit;

/// Bits.
pub type Words = SmallVec<[u64; 2]>;

/// So many zeros.
pub fn zeros(bits: u32) -> Words {
    Words::from_elem(0, bits.div_ceil(64).max(1) as usize)
}

/// A bit.
pub fn bit(words: &[u64], index: u32) -> bool {
    words.get(index as usize / 64).is_some_and(|word| word >> (index % 64) & 1 == 1)
}

/// Changes a bit.
pub fn flip(words: &mut [u64], index: u32) {
    if let Some(word) = words.get_mut(index as usize / 64) {
        *word ^= 1 << (index % 64);
    }
}

/// Adds bits modulo 2.
fn add(words: &mut [u64], other: &[u64]) {
    for (word, other) in words.iter_mut().zip(other) {
        *word ^= other;
    }
}

/// Whether two words have an odd number of ones in common.
pub fn odd(a: &[u64], b: &[u64]) -> bool {
    a.iter().zip(b).fold(0, |all, (a, b)| all ^ (a & b)).count_ones() % 2 == 1
}

/// The places of ones, ascending.
pub fn ones(words: &[u64]) -> impl Iterator<Item = u32> {
    (0..).zip(words).flat_map(|(index, word): (u32, _)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            let place = (left != 0).then(|| 64 * index + left.trailing_zeros())?;
            left &= left - 1;
            Some(place)
        })
    })
}

/// i^phase X^x Z^z: a product of Pauli operators.
#[derive(Clone, Debug, PartialEq)]
pub struct PauliString {
    /// Modulo 4.
    pub phase: u8,
    /// Where there is an X, to the left of a Z.
    pub x: Words,
    /// Where there is a Z.
    pub z: Words,
}

impl PauliString {
    /// The identity.
    pub fn identity(num_qubits: u32) -> Self {
        Self { phase: 0, x: zeros(num_qubits), z: zeros(num_qubits) }
    }

    /// Multiplies by another one, from the right.
    pub fn times(&mut self, right: &Self) {
        let sign = 2 * u8::from(odd(&self.z, &right.x));
        self.phase = (self.phase + right.phase + sign) & 3;
        add(&mut self.x, &right.x);
        add(&mut self.z, &right.z);
    }

    fn turn(&mut self, quarters: u8) {
        self.phase = (self.phase + quarters) & 3;
    }
}

/// A Clifford unitary up to its phase.
#[derive(Clone, Debug)]
pub struct Tableau {
    /// C†XC of each qubit.
    x: Vec<PauliString>,
    /// C†ZC of each qubit.
    z: Vec<PauliString>,
}

impl Tableau {
    /// The identity.
    pub fn identity(num_qubits: u32) -> Self {
        let row = |qubit: Qubit, is_x: bool| {
            let mut row = PauliString::identity(num_qubits);
            flip(if is_x { &mut row.x } else { &mut row.z }, qubit);
            row
        };
        Self {
            x: (0..num_qubits).map(|qubit| row(qubit, true)).collect(),
            z: (0..num_qubits).map(|qubit| row(qubit, false)).collect(),
        }
    }

    /// Number of qubits.
    pub fn num_qubits(&self) -> u32 {
        self.x.len() as u32
    }

    /// C†XC.
    pub fn x(&self, qubit: Qubit) -> &PauliString {
        &self.x[qubit as usize]
    }

    /// C†ZC.
    pub fn z(&self, qubit: Qubit) -> &PauliString {
        &self.z[qubit as usize]
    }

    /// C†PC for the product P of Z on these qubits.
    pub fn z_product(&self, qubits: &[Qubit]) -> PauliString {
        let mut product = PauliString::identity(self.num_qubits());
        for qubit in qubits {
            product.times(self.z(*qubit));
        }
        product
    }

    /// C becomes G·C for a Clifford gate G; others do nothing here.
    pub fn after(&mut self, step: Step) {
        match step {
            Step::H(q) => std::mem::swap(&mut self.x[q as usize], &mut self.z[q as usize]),
            Step::S(q) => self.turn_x(q, 3),
            Step::Sdg(q) => self.turn_x(q, 1),
            Step::X(q) => self.z[q as usize].turn(2),
            Step::Z(q) => self.x[q as usize].turn(2),
            Step::Cx(c, t) => {
                let (x, z) = (self.x(t).clone(), self.z(c).clone());
                self.x[c as usize].times(&x);
                self.z[t as usize].times(&z);
            }
            Step::Cz(a, b) => {
                let (of_a, of_b) = (self.z(a).clone(), self.z(b).clone());
                self.x[a as usize].times(&of_b);
                self.x[b as usize].times(&of_a);
            }
            Step::Phase(_) | Step::Turn(..) | Step::Ccz(_) => {}
        }
    }

    /// S†XS = i³XZ.
    fn turn_x(&mut self, q: Qubit, quarters: u8) {
        let row = &mut self.x[q as usize];
        row.times(&self.z[q as usize]);
        row.turn(quarters);
    }

    fn rows(&mut self) -> impl Iterator<Item = &mut PauliString> {
        self.x.iter_mut().chain(&mut self.z)
    }

    /// C becomes C·V† for a Clifford gate V on the inside.
    pub fn before(&mut self, step: Step) {
        for row in self.rows() {
            conjugate(row, step);
        }
    }

    /// C becomes C·V† for the V that makes +X on `pivot` of an operator that has an X there. V does nothing to states
    /// in which `pivot` is |0⟩: it is made of gates that `pivot` controls.
    pub fn isolate(&mut self, operator: &PauliString, pivot: Qubit) {
        let isolate = Isolate::new(operator, pivot);
        for row in self.rows() {
            isolate.conjugate(row);
        }
    }

    /// C becomes C·V† for the V that makes a Z on `pivot` of Z on `pivot` and on these other qubits: gates that
    /// `pivot` is the target of.
    pub fn gather(&mut self, others: &[u64], pivot: Qubit) {
        for row in self.rows() {
            if odd(&row.x, others) {
                flip(&mut row.x, pivot);
            }
            if bit(&row.z, pivot) {
                add(&mut row.z, others);
            }
        }
    }

    /// What C makes of X on an inner qubit: C X C†, as gates; the last is its phase.
    pub fn image_of_x(&self, inner: Qubit) -> Vec<Step> {
        let n = self.num_qubits();
        let mut pulled = PauliString::identity(n);
        let mut steps = Vec::new();
        // It has an X where it anticommutes with Z, and a Z where with X.
        for q in (0..n).filter(|q| bit(&self.z(*q).z, inner)) {
            pulled.times(self.x(q));
            steps.push(Step::X(q));
        }
        for q in (0..n).filter(|q| bit(&self.x(*q).z, inner)) {
            pulled.times(self.z(q));
            steps.push(Step::Z(q));
        }
        // A product is applied from its right end.
        steps.reverse();
        steps.push(Step::Phase(-std::f64::consts::FRAC_PI_2 * f64::from(pulled.phase)));
        steps
    }

    /// Gates whose product, the first one rightmost, is C up to a phase.
    pub fn gates(mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        for q in 0..self.num_qubits() {
            let row = self.x(q).clone();
            self.sweep(row, q, &mut steps);
            let row = self.z(q).clone();
            if bit(&row.x, q) || ones(&row.x).chain(ones(&row.z)).any(|other| other != q) {
                self.inside(Step::H(q), &mut steps);
                let row = self.z(q).clone();
                self.sweep(row, q, &mut steps);
                self.inside(Step::H(q), &mut steps);
            }
            if self.x(q).phase == 2 {
                self.inside(Step::Z(q), &mut steps);
            }
            if self.z(q).phase == 2 {
                self.inside(Step::X(q), &mut steps);
            }
        }
        steps
    }

    fn inside(&mut self, step: Step, steps: &mut Vec<Step>) {
        self.before(step);
        steps.push(step);
    }

    /// Makes ±X on a qubit of a row, which has nothing on the qubits before.
    fn sweep(&mut self, mut row: PauliString, q: Qubit, steps: &mut Vec<Step>) {
        let mut gate = |row: &mut PauliString, step: Step| {
            conjugate(row, step);
            self.inside(step, steps);
        };
        for i in q..row_bits(&row) {
            match (bit(&row.x, i), bit(&row.z, i)) {
                (true, true) => gate(&mut row, Step::S(i)),
                (false, true) => gate(&mut row, Step::H(i)),
                _ => {}
            }
        }
        if !bit(&row.x, q)
            && let Some(i) = ones(&row.x.clone()).next()
        {
            gate(&mut row, Step::Cx(i, q));
        }
        for i in ones(&row.x.clone()).filter(|i| *i != q) {
            gate(&mut row, Step::Cx(q, i));
        }
    }
}

fn row_bits(row: &PauliString) -> u32 {
    64 * row.x.len() as u32
}

/// P becomes V P V†.
fn conjugate(row: &mut PauliString, step: Step) {
    match step {
        Step::H(q) => {
            let (x, z) = (bit(&row.x, q), bit(&row.z, q));
            if x != z {
                flip(&mut row.x, q);
                flip(&mut row.z, q);
            }
            row.turn(2 * u8::from(x && z));
        }
        // SXS† = iXZ.
        Step::S(q) | Step::Sdg(q) => {
            if bit(&row.x, q) {
                flip(&mut row.z, q);
                row.turn(if step == Step::S(q) { 1 } else { 3 });
            }
        }
        Step::X(q) => row.turn(2 * u8::from(bit(&row.z, q))),
        Step::Z(q) => row.turn(2 * u8::from(bit(&row.x, q))),
        Step::Cx(c, t) => {
            if bit(&row.x, c) {
                flip(&mut row.x, t);
            }
            if bit(&row.z, t) {
                flip(&mut row.z, c);
            }
        }
        Step::Cz(a, b) => {
            let (of_a, of_b) = (bit(&row.x, a), bit(&row.x, b));
            row.turn(2 * u8::from(of_a && of_b));
            if of_a {
                flip(&mut row.z, b);
            }
            if of_b {
                flip(&mut row.z, a);
            }
        }
        Step::Phase(_) | Step::Turn(..) | Step::Ccz(_) => {}
    }
}

/// The gates of [`Tableau::isolate`]: X controlled by the pivot, then Z, then a phase on the pivot itself.
struct Isolate {
    pivot: Qubit,
    x: Words,
    z: Words,
    /// S to this power on the pivot.
    quarters: u8,
}

impl Isolate {
    fn new(operator: &PauliString, pivot: Qubit) -> Self {
        let mut left = operator.clone();
        let mut x = operator.x.clone();
        flip(&mut x, pivot);
        let mut isolate = Self { pivot, x, z: zeros(0), quarters: 0 };
        isolate.conjugate(&mut left);
        isolate.z = left.z.clone();
        if bit(&left.z, pivot) {
            flip(&mut isolate.z, pivot);
        }
        let z = std::mem::take(&mut isolate.x);
        isolate.conjugate(&mut left);
        // iXZ becomes −X by S, and X by S†; −X becomes X by Z.
        isolate.quarters = match (bit(&left.z, pivot), left.phase) {
            (true, 1) => 3,
            (true, _) => 1,
            (false, 2) => 2,
            _ => 0,
        };
        isolate.x = z;
        isolate
    }

    fn conjugate(&self, row: &mut PauliString) {
        let here = bit(&row.x, self.pivot);
        if here {
            add(&mut row.x, &self.x);
        }
        if odd(&row.z, &self.x) {
            flip(&mut row.z, self.pivot);
        }
        let met = odd(&row.x, &self.z);
        if met {
            flip(&mut row.z, self.pivot);
        }
        if here {
            row.turn(2 * u8::from(met) + self.quarters);
            add(&mut row.z, &self.z);
            if self.quarters % 2 == 1 {
                flip(&mut row.z, self.pivot);
            }
        }
    }
}
