//! The canonical form: what is left of operations when all that is free has been done by renaming and merging.
//!
//! Operations are read in order. Each bit has a pending matrix, which one-bit gates change; where something comes
//! that does not commute with it, it is taken apart by Euler angles: a phase and a rotation become an [`Item`],
//! X inverts the bit's name, and the phase that is left stays pending. Diagonal matrices of two bits become
//! phases of bits and of pairs; pairs that meet are one. What is last on its bits is taken back when it can merge
//! with what comes, so that inverses cancel.

use super::unitary::{
    Euler, IDENTITY, ROUNDING, Small, UNITARY, adjoint, direction, eigen, euler, inverted, is_diagonal,
    is_phase, is_unitary, mixes, multiply_left, multiply_right, product, snap, split,
};
use crate::kernel::index::{mask, set_bits};
use crate::kernel::permutation::Permutation;
use crate::kernel::rotation::Rotation;
use crate::kernel::{Action, BitPositions, Controls, Placed};
use crate::linalg::{Complex, Matrix};

/// How a controlled gate is done that is no phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As a controlled phase between two gates on the target, where one of them merges with a neighbour.
    Phases,
    /// As it is.
    Plain,
}

/// Something that has to be done.
#[derive(Clone, Debug)]
pub struct Item {
    /// The bits along which amplitudes move.
    pub moves: usize,
    /// The bits that are only looked at: items that only look at the same bits commute.
    pub looks: usize,
    /// What it is.
    pub kind: Kind,
}

/// What has to be done.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Nothing any more: it has merged with something else.
    Gone,
    /// A phase of a bit, then its rotation.
    Turn(Complex, Rotation),
    /// A phase of a bit.
    Single(u32, Complex),
    /// A phase of a pair of bits.
    Pair(u32, u32, Complex),
    /// Anything else.
    Placed(Box<Placed>),
}

/// Operations in canonical form.
#[derive(Debug)]
pub struct Canonical {
    /// What to do, in order.
    pub items: Vec<Item>,
    /// A number that everything is multiplied by.
    pub factor: Complex,
    /// See `Program::moved`.
    pub moved: Vec<u32>,
    /// See `Program::flips`.
    pub flips: usize,
    /// Whether the other reading may come out different.
    pub has_choice: bool,
}

/// Widest matrix that is changed instead of changing the state before it.
const WIDEST: usize = 6;

/// No item, or one that is to be looked for.
const NONE: u32 = u32::MAX;
const LOST: u32 = u32::MAX - 1;

/// Furthest that is looked back over what commutes.
const FARTHEST: usize = 32;

struct Reader {
    reading: Reading,
    out: Canonical,
    /// By bit of the state, as all that follows.
    pending: Vec<Small>,
    /// The items that move a bit, and those that look at it.
    moving: Vec<Vec<u32>>,
    looking: Vec<Vec<u32>>,
    /// The last pair item of each two bits.
    pairs: Vec<u32>,
}

/// Reads operations on `num_bits` bits.
pub fn read(operations: &[Placed], num_bits: u32, reading: Reading) -> Canonical {
    let bits = num_bits as usize;
    let mut reader = Reader {
        reading,
        out: Canonical {
            items: Vec::with_capacity(operations.len()),
            factor: Complex::ONE,
            moved: (0..num_bits).collect(),
            flips: 0,
            has_choice: false,
        },
        pending: vec![IDENTITY; bits],
        moving: vec![Vec::new(); bits],
        looking: vec![Vec::new(); bits],
        pairs: vec![NONE; bits * bits],
    };
    for (operation, next) in operations.iter().zip(look_ahead(operations, bits)) {
        reader.operation(operation, next);
    }
    for bit in 0..num_bits {
        reader.flush(bit);
    }
    reader.out
}

/// What the first target of an operation meets next, phases and flips of single bits apart.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    /// A gate on this bit alone that mixes its values.
    Mixes,
    /// The same operation again.
    Same,
    /// Anything else, or nothing.
    Other,
}

#[inline(never)]
fn look_ahead(operations: &[Placed], bits: usize) -> Vec<Next> {
    let mut next = vec![Next::Other; operations.len()];
    let mut coming: Vec<Option<&Placed>> = vec![None; bits];
    for (next, operation) in next.iter_mut().zip(operations).rev() {
        if let Some(first) = operation.targets.first() {
            *next = match coming[*first as usize] {
                Some(coming) if is_single(coming) => Next::Mixes,
                Some(coming) if coming == operation => Next::Same,
                _ => Next::Other,
            };
        }
        if is_single(operation) && !matches!(operation.action, Action::Dense(_)) {
            continue;
        }
        set_bits(mask(&operation.targets) | operation.controls.mask)
            .for_each(|bit| coming[bit as usize] = Some(operation));
    }
    next
}

/// Whether only one bit has to do with it.
fn is_single(operation: &Placed) -> bool {
    operation.targets.len() + operation.controls.mask.count_ones() as usize == 1
}

impl Reader {
    #[inline(never)]
    fn operation(&mut self, operation: &Placed, next: Next) {
        let targets: BitPositions =
            operation.targets.iter().map(|bit| self.out.moved[*bit as usize]).collect();
        let controls = self.renamed(operation.controls);
        match (&operation.action, &*targets, controls.mask.count_ones()) {
            (Action::Phase(factor), ..) => self.phase(controls, *factor),
            (Action::Diagonal(entries), ..) => self.diagonal(targets, controls, entries),
            (Action::Permutation(_) | Action::Dense(_), &[bit], _) => {
                let matrix = small(&operation.action);
                if !is_unitary(&matrix) {
                    self.whole_of(operation, targets, controls);
                } else if controls.mask == 0 {
                    self.turn(bit, &matrix);
                } else {
                    self.controlled(&matrix, bit, controls, next, &operation.action);
                }
            }
            (Action::Permutation(permutation), &[low, high], 0) => {
                self.permutation_2(&matrix(&operation.action, 2), [low, high], permutation);
            }
            (Action::Dense(matrix), &[low, high], 0) => self.dense_2(matrix, [low, high]),
            _ => self.whole_of(operation, targets, controls),
        }
    }

    #[inline(never)]
    fn whole_of(&mut self, operation: &Placed, targets: BitPositions, controls: Controls) {
        self.whole(operation.action.clone(), targets, controls);
    }

    /// Controls as bits of the state; their values are still those of the operation.
    fn renamed(&self, controls: Controls) -> Controls {
        let mut out = Controls::default();
        for bit in set_bits(controls.mask) {
            let to = self.out.moved[bit as usize];
            out.mask |= 1 << to;
            out.values |= (controls.values >> bit & 1) << to;
        }
        out
    }

    fn is_inverted(&self, bit: u32) -> bool {
        self.out.flips >> bit & 1 == 1
    }

    /// A one-bit gate.
    #[inline(never)]
    fn turn(&mut self, bit: u32, matrix: &Small) {
        let matrix = inverted(*matrix, self.is_inverted(bit));
        let pending = &mut self.pending[bit as usize];
        *pending = product(&matrix, pending);
    }

    /// A phase of an index bit, of its value in the state.
    fn single(&mut self, bit: u32, phase: Complex) {
        let [_, row] = &mut self.pending[bit as usize];
        *row = row.map(|entry| snap(entry * phase));
    }

    /// Makes the pending matrix diagonal, with 1 at the top: puts off what moves amplitudes.
    #[inline(never)]
    fn settle(&mut self, bit: u32) {
        while mixes(&self.pending[bit as usize]) {
            if self.take_single(bit) || self.take_back(bit) || self.give_back(bit) {
                continue;
            }
            let Euler { inverts, factor, before, tangent, after } = euler(&self.pending[bit as usize]);
            self.out.flips ^= usize::from(inverts) << bit;
            self.out.factor *= factor;
            self.push(Item {
                moves: 1 << bit,
                looks: 0,
                kind: Kind::Turn(before, Rotation { bit, tangent }),
            });
            self.pending[bit as usize] = [[Complex::ONE, Complex::ZERO], [Complex::ZERO, after]];
        }
        let [mut top, mut low] = self.pending[bit as usize];
        if top[0] == Complex::ZERO {
            self.out.flips ^= 1 << bit;
            (top, low) = (low, top);
        }
        self.out.factor *= top[0];
        let phase = snap(low[1] / top[0]);
        self.pending[bit as usize] = [[Complex::ONE, Complex::ZERO], [Complex::ZERO, phase]];
    }

    /// Leaves nothing pending.
    #[inline(never)]
    fn flush(&mut self, bit: u32) {
        self.settle(bit);
        self.take_single(bit);
        let phase = self.pending[bit as usize][1][1];
        if phase != Complex::ONE && !self.give_back(bit) {
            self.pending[bit as usize] = IDENTITY;
            self.push(Item { moves: 0, looks: 1 << bit, kind: Kind::Single(bit, phase) });
        }
    }

    /// The last item that a bit meets, if it moves the bit.
    fn last(&self, bit: u32) -> Option<u32> {
        let id = *self.moving[bit as usize].last()?;
        self.looking[bit as usize].last().is_none_or(|looking| *looking < id).then_some(id)
    }

    /// Makes the last item of a bit pending again, if it is a turn.
    #[inline(never)]
    fn take_back(&mut self, bit: u32) -> bool {
        let Some(id) = self.last(bit) else { return false };
        let Kind::Turn(before, rotation) = &self.out.items[id as usize].kind else { return false };
        let (scale, t) = (rotation.scale(), rotation.tangent);
        let turn =
            [[Complex::from(scale), before * (-t * scale)], [Complex::from(t * scale), before * scale]];
        let pending = &mut self.pending[bit as usize];
        *pending = product(pending, &turn);
        self.remove(id);
        true
    }

    /// What looks at a bit and has come after all that moves it, latest first.
    #[inline(never)]
    fn open(&self, bit: u32) -> BitPositions {
        let moved = self.moving[bit as usize].last().copied();
        let looking = self.looking[bit as usize].iter().rev().take(FARTHEST).copied();
        looking.take_while(|id| Some(*id) > moved).collect()
    }

    /// Makes a phase of a bit pending again, if nothing has moved the bit since.
    #[inline(never)]
    fn take_single(&mut self, bit: u32) -> bool {
        for id in self.open(bit) {
            if let Kind::Single(_, phase) = self.out.items[id as usize].kind {
                for row in &mut self.pending[bit as usize] {
                    row[1] = snap(row[1] * phase);
                }
                self.remove(id);
                return true;
            }
        }
        false
    }

    /// Makes what is pending part of the last item, if it is a dense matrix.
    #[inline(never)]
    fn give_back(&mut self, bit: u32) -> bool {
        let Some(id) = self.last(bit) else { return false };
        let Kind::Placed(placed) = &mut self.out.items[id as usize].kind else { return false };
        let place = placed.targets.iter().position(|target| *target == bit);
        let (Action::Dense(matrix), 0, Some(place)) = (&mut placed.action, placed.controls.mask, place)
        else {
            return false;
        };
        let pending = std::mem::replace(&mut self.pending[bit as usize], IDENTITY);
        multiply_left(&pending, place, matrix);
        true
    }

    #[inline(never)]
    fn push(&mut self, item: Item) -> u32 {
        let id = self.out.items.len() as u32;
        for (bits, lists) in [(item.moves, &mut self.moving), (item.looks, &mut self.looking)] {
            set_bits(bits).for_each(|bit| lists[bit as usize].push(id));
        }
        self.out.items.push(item);
        id
    }

    #[inline(never)]
    fn remove(&mut self, id: u32) {
        let item = &mut self.out.items[id as usize];
        item.kind = Kind::Gone;
        for (bits, lists) in [(item.moves, &mut self.moving), (item.looks, &mut self.looking)] {
            for bit in set_bits(bits) {
                if let Some(at) = lists[bit as usize].iter().rposition(|other| *other == id) {
                    lists[bit as usize].remove(at);
                }
            }
        }
    }

    /// Whether nothing has moved these bits since an item.
    fn is_open(&self, id: u32, bits: usize) -> bool {
        let mut open = true;
        set_bits(bits)
            .for_each(|bit| open &= self.moving[bit as usize].last().is_none_or(|moving| *moving < id));
        open
    }

    #[inline(never)]
    fn pair(&mut self, a: u32, b: u32, phase: Complex) {
        let phase = snap(phase);
        if phase == Complex::ONE {
            return;
        }
        let (low, high) = (a.min(b), a.max(b));
        let Some(id) = self.open_pair(low, high) else {
            let slot = self.slot(low, high);
            self.pairs[slot] =
                self.push(Item { moves: 0, looks: 1 << low | 1 << high, kind: Kind::Pair(low, high, phase) });
            return;
        };
        if let Kind::Pair(_, _, old) = &mut self.out.items[id as usize].kind {
            *old = snap(*old * phase);
            if *old == Complex::ONE {
                self.take_pair(low, high);
            }
        }
    }

    fn slot(&self, low: u32, high: u32) -> usize {
        high as usize * self.pending.len() + low as usize
    }

    /// The pair item that nothing has come after that moves one of its bits.
    #[inline(never)]
    fn open_pair(&self, low: u32, high: u32) -> Option<u32> {
        let is_it = |id: &u32| matches!(self.out.items[*id as usize].kind, Kind::Pair(a, b, _) if (a, b) == (low, high));
        let id = match self.pairs[self.slot(low, high)] {
            NONE => None,
            LOST => self.open(low).iter().copied().find(is_it),
            id => Some(id),
        };
        id.filter(|id| self.is_open(*id, 1 << low | 1 << high))
    }

    /// Takes the open pair item of two bits out, and gives its phase.
    #[inline(never)]
    fn take_pair(&mut self, a: u32, b: u32) -> Complex {
        let (low, high) = (a.min(b), a.max(b));
        let Some(id) = self.open_pair(low, high) else { return Complex::ONE };
        let Kind::Pair(_, _, phase) = self.out.items[id as usize].kind else { return Complex::ONE };
        self.remove(id);
        let slot = self.slot(low, high);
        self.pairs[slot] = LOST;
        phase
    }

    /// A number where bits have values.
    #[inline(never)]
    fn phase(&mut self, controls: Controls, factor: Complex) {
        let mut bits = BitPositions::new();
        bits.extend(set_bits(controls.mask));
        match *bits {
            [] => self.out.factor *= factor,
            _ if !is_phase(factor) => self.whole(Action::Phase(factor), BitPositions::new(), controls),
            [bit] => {
                let mut diagonal = IDENTITY;
                let value = controls.values >> bit & 1;
                diagonal[value][value] = factor;
                self.turn(bit, &diagonal);
            }
            [low, high] => {
                let value = controls.values >> low & 1 | (controls.values >> high & 1) << 1;
                let mut entries = [Complex::ONE; 4];
                entries[value] = factor;
                self.diagonal_2([low, high], entries);
            }
            _ => {
                bits.iter().for_each(|bit| self.settle(*bit));
                let values = controls.values ^ self.out.flips & controls.mask;
                let placed = Placed {
                    targets: BitPositions::new(),
                    controls: Controls { mask: controls.mask, values },
                    action: Action::Phase(factor),
                };
                self.item(placed, 0, controls.mask);
            }
        }
    }

    #[inline(never)]
    fn diagonal(&mut self, targets: BitPositions, controls: Controls, entries: &[Complex]) {
        let of_phases = entries.iter().all(|entry| is_phase(*entry));
        match (&*targets, controls.mask.count_ones(), entries) {
            (&[bit], 0, [a, b]) if of_phases => {
                self.turn(bit, &[[*a, Complex::ZERO], [Complex::ZERO, *b]]);
            }
            (&[bit], 1, [a, b]) if of_phases => {
                let control = controls.mask.trailing_zeros();
                let mut all = [Complex::ONE; 4];
                let value = controls.values >> control & 1;
                (all[value], all[value | 2]) = (*a, *b);
                self.diagonal_2([control, bit], all);
            }
            (&[low, high], 0, [a, b, c, d]) if of_phases => self.diagonal_2([low, high], [*a, *b, *c, *d]),
            _ => self.whole(Action::Diagonal(entries.to_vec()), targets, controls),
        }
    }

    /// A diagonal matrix of two bits.
    #[inline(never)]
    fn diagonal_2(&mut self, [low, high]: [u32; 2], entries: [Complex; 4]) {
        if self.joins_dense(|| Matrix::diagonal(&entries), [low, high]) {
            return;
        }
        self.settle(low);
        self.settle(high);
        let flip = usize::from(self.is_inverted(low)) | usize::from(self.is_inverted(high)) << 1;
        self.quadratic([low, high], std::array::from_fn(|value| entries[value ^ flip]));
    }

    /// A diagonal matrix of the values in the state of two settled bits.
    #[inline(never)]
    fn quadratic(&mut self, [low, high]: [u32; 2], [a, b, c, d]: [Complex; 4]) {
        self.out.factor *= a;
        self.single(low, direction(b * a.conj()));
        self.single(high, direction(c * a.conj()));
        self.pair(low, high, direction(a * d * (b * c).conj()));
    }

    /// A one-bit gate with controls that is not diagonal. Of a permutation `action` is the exchange.
    #[inline(never)]
    fn controlled(&mut self, matrix: &Small, bit: u32, controls: Controls, next: Next, action: &Action) {
        let is_single = controls.mask.is_power_of_two();
        let control = controls.mask.trailing_zeros();
        if is_single && self.joins_dense(|| controlled(matrix, controls.values != 0), [control, bit]) {
            return;
        }
        let is_flip = is_diagonal(&[matrix[1], matrix[0]]);
        let (before, behind) = (mixes(&self.pending[bit as usize]), next == Next::Mixes);
        let merges =
            if is_single { (before || behind) && next != Next::Same } else { is_flip && before && behind };
        self.out.has_choice |= merges;
        if merges && self.reading == Reading::Phases {
            let (vectors, values) = eigen(matrix);
            self.turn(bit, &adjoint(&vectors));
            for (value, factor) in
                values.into_iter().enumerate().filter(|(_, factor)| *factor != Complex::ONE)
            {
                let Controls { mask, values } = controls;
                self.phase(Controls { mask: mask | 1 << bit, values: values | value << bit }, factor);
            }
            self.turn(bit, &vectors);
            return;
        }
        if !(is_flip && is_single) {
            return self.whole(action.clone(), BitPositions::from_slice(&[bit]), controls);
        }
        // Phases of the target and of the pair before are phases of target xor control behind.
        self.settle(control);
        self.settle(bit);
        while self.take_single(bit) {}
        let pair = self.take_pair(control, bit);
        let phase = std::mem::replace(&mut self.pending[bit as usize], IDENTITY)[1][1];
        let value = usize::from(controls.values != 0) ^ usize::from(self.is_inverted(control));
        self.exchange(bit, Controls { mask: controls.mask, values: value << control });
        let behind = |index: usize| match (index & 1, index >> 1 ^ usize::from(index & 1 == value)) {
            (_, 0) => Complex::ONE,
            (0, _) => phase,
            _ => phase * pair,
        };
        self.quadratic([control, bit], std::array::from_fn(behind));
        // A gate like Y is the exchange and a diagonal behind.
        let mut entries = [matrix[0][1], matrix[1][0]];
        if self.is_inverted(bit) {
            entries.reverse();
        }
        let entry = |index: usize| if index & 1 == value { entries[index >> 1] } else { Complex::ONE };
        self.quadratic([control, bit], std::array::from_fn(entry));
    }

    /// X where bits of the state have values; nothing is pending on the bit.
    #[inline(never)]
    fn exchange(&mut self, bit: u32, controls: Controls) {
        let action = Action::Permutation(Permutation::exchange(Complex::ONE, Complex::ONE));
        let targets = BitPositions::from_slice(&[bit]);
        self.item(Placed { targets, controls, action }, 1 << bit, controls.mask);
    }

    /// A permutation of two bits: swaps and inverted bits are renamed, so that one exchange is left, or none.
    #[inline(never)]
    fn permutation_2(&mut self, matrix: &Matrix, [low, high]: [u32; 2], permutation: &Permutation) {
        let row =
            |column: usize| (0..4).find(|row| matrix.at(*row, column) != Complex::ZERO).unwrap_or_default();
        let entries: [Complex; 4] = std::array::from_fn(|column| matrix.at(row(column), column));
        if !entries.iter().all(|entry| is_phase(*entry)) {
            let targets = BitPositions::from_slice(&[low, high]);
            return self.whole(Action::Permutation(permutation.clone()), targets, Controls::default());
        }
        if self.joins_dense(|| matrix.clone(), [low, high]) {
            return;
        }
        self.diagonal_2([low, high], entries);
        // An affine map of the bits: v -> zero + v_0 * one + v_1 * two.
        let (zero, one, two) = (row(0), row(0) ^ row(1), row(0) ^ row(2));
        let x = [[Complex::ZERO, Complex::ONE], [Complex::ONE, Complex::ZERO]];
        let action = Action::Permutation(Permutation::exchange(Complex::ONE, Complex::ONE));
        let mut controlled_x = |control: u32, bit: u32| {
            self.controlled(&x, bit, Controls::ones(1 << control), Next::Other, &action);
        };
        match (one, two) {
            (1 | 2, 3) => controlled_x(high, low),
            (3, 1 | 2) => controlled_x(low, high),
            _ => {}
        }
        let mut bits = [low, high];
        if let (2, 1 | 3) | (3, 1) = (one, two) {
            bits.reverse();
            for to in &mut self.out.moved {
                *to = if *to == low {
                    high
                } else if *to == high {
                    low
                } else {
                    *to
                };
            }
        }
        for (place, bit) in bits.into_iter().enumerate() {
            if zero >> place & 1 == 1 {
                self.turn(bit, &x);
            }
        }
    }

    /// A dense matrix of two bits.
    #[inline(never)]
    fn dense_2(&mut self, matrix: &Matrix, bits: [u32; 2]) {
        if self.joins_dense(|| matrix.clone(), bits) {
            return;
        }
        let split = if matrix.unitarity_error() < UNITARY { split(matrix) } else { None };
        if let Some(split) = split {
            for (bit, gate) in bits.into_iter().zip(&split.right) {
                self.turn(bit, gate);
            }
            self.diagonal_2(bits, split.diagonal);
            for (bit, gate) in bits.into_iter().zip(&split.left) {
                self.turn(bit, gate);
            }
        } else {
            self.whole(Action::Dense(matrix.clone()), BitPositions::from_slice(&bits), Controls::default());
        }
    }

    /// Whether the last item of both bits was a dense matrix on them, which this one then joined.
    fn joins_dense(&mut self, matrix: impl FnOnce() -> Matrix, bits: [u32; 2]) -> bool {
        let [last, other] = bits.map(|bit| self.last(bit));
        match last.filter(|_| last == other) {
            Some(id) if matches!(self.out.items[id as usize].kind, Kind::Placed(_)) => {
                self.joins_item(id, &matrix(), bits)
            }
            _ => false,
        }
    }

    #[inline(never)]
    fn joins_item(&mut self, id: u32, matrix: &Matrix, [low, high]: [u32; 2]) -> bool {
        let flips = [low, high].map(|bit| self.is_inverted(bit));
        let pending = [low, high].map(|bit| self.pending[bit as usize]);
        let Kind::Placed(placed) = &mut self.out.items[id as usize].kind else { return false };
        let (Action::Dense(dense), [a, _], 0) = (&mut placed.action, &*placed.targets, placed.controls.mask)
        else {
            return false;
        };
        if placed.targets.len() != 2 {
            return false;
        }
        let mut matrix = flipped(matrix, usize::from(flips[0]) | usize::from(flips[1]) << 1);
        multiply_right(&pending[0], 0, &mut matrix);
        multiply_right(&pending[1], 1, &mut matrix);
        if *a != low {
            let swapped = |i: usize| i >> 1 | (i & 1) << 1;
            let entry = |i: usize| matrix.at(swapped(i >> 2), swapped(i & 3));
            let entries = (0..16).map(entry).collect();
            matrix = Matrix::new(4, 4, entries).unwrap_or(matrix);
        }
        let Some(product) = matrix.product(dense) else { return false };
        let is_identity = product.distance(&Matrix::identity(4)) < 2.0 * ROUNDING;
        *dense = product;
        if is_identity {
            self.remove(id);
        }
        self.pending[low as usize] = IDENTITY;
        self.pending[high as usize] = IDENTITY;
        true
    }

    /// Anything else, as an item of its own.
    #[inline(never)]
    fn whole(&mut self, mut action: Action, targets: BitPositions, controls: Controls) {
        set_bits(controls.mask).for_each(|bit| self.settle(bit));
        match &mut action {
            Action::Phase(_) => {}
            Action::Diagonal(entries) => {
                targets.iter().for_each(|bit| self.settle(*bit));
                let flips = self.flips_of(&targets);
                *entries = (0..entries.len()).map(|value| entries[value ^ flips]).collect();
            }
            Action::Dense(dense) if controls.mask == 0 && targets.len() <= WIDEST => {
                let flips = self.flips_of(&targets);
                *dense = flipped(dense, flips);
                for (place, bit) in targets.iter().enumerate() {
                    while self.take_back(*bit) {}
                    let pending = std::mem::replace(&mut self.pending[*bit as usize], IDENTITY);
                    if pending != IDENTITY {
                        multiply_right(&pending, place, dense);
                    }
                }
            }
            Action::Dense(dense) if targets.len() == 1 => {
                // A phase that is pending may stay so, if the matrix turns against it.
                self.settle(targets[0]);
                let phase = self.pending[targets[0] as usize][1][1];
                *dense = flipped(dense, self.flips_of(&targets));
                dense.set(0, 1, dense.at(0, 1) * phase);
                dense.set(1, 0, dense.at(1, 0) / phase);
            }
            Action::Permutation(_) | Action::Dense(_) => {
                targets.iter().for_each(|bit| self.flush(*bit));
                let flips = self.flips_of(&targets);
                if targets.len() > WIDEST {
                    for bit in &targets {
                        if self.is_inverted(*bit) {
                            self.out.flips ^= 1 << bit;
                            self.exchange(*bit, Controls::default());
                        }
                    }
                } else if flips != 0 {
                    let matrix = flipped(&matrix(&action, targets.len()), flips);
                    action = match Permutation::new(&matrix) {
                        Some(permutation) => Action::Permutation(permutation),
                        None => Action::Dense(matrix),
                    };
                }
            }
        }
        let values = controls.values ^ self.out.flips & controls.mask;
        let controls = Controls { mask: controls.mask, values };
        let bits = mask(&targets);
        let (moves, looks) = match action {
            Action::Phase(_) | Action::Diagonal(_) => (0, bits),
            Action::Permutation(_) | Action::Dense(_) => (bits, 0),
        };
        self.item(Placed { targets, controls, action }, moves, looks | controls.mask);
    }

    fn flips_of(&self, bits: &[u32]) -> usize {
        bits.iter()
            .enumerate()
            .fold(0, |flips, (place, bit)| flips | usize::from(self.is_inverted(*bit)) << place)
    }

    /// A placed item, unless it undoes one that nothing has come after.
    #[inline(never)]
    fn item(&mut self, placed: Placed, moves: usize, looks: usize) {
        let same = if moves != 0 {
            self.last(moves.trailing_zeros()).filter(|id| self.may_join(*id, &placed))
        } else {
            let open = if looks == 0 { BitPositions::new() } else { self.open(looks.trailing_zeros()) };
            open.into_iter().find(|id| self.may_join(*id, &placed))
        };
        let mut targets_open = true;
        set_bits(moves).for_each(|bit| targets_open &= self.last(bit) == same);
        let Some(id) = same.filter(|id| targets_open && self.is_open(*id, looks)) else {
            self.push(Item { moves, looks, kind: Kind::Placed(Box::new(placed)) });
            return;
        };
        let Kind::Placed(old) = &mut self.out.items[id as usize].kind else { return };
        let vanishes = match (&mut old.action, &placed.action) {
            (Action::Phase(old), Action::Phase(new)) => {
                *old = snap(*old * new);
                *old == Complex::ONE
            }
            (Action::Diagonal(old), Action::Diagonal(new)) => {
                old.iter_mut().zip(new).for_each(|(old, new)| *old = snap(*old * new));
                old.iter().all(|entry| *entry == Complex::ONE)
            }
            (Action::Dense(old), Action::Dense(new)) => {
                *old = new.product(old).unwrap_or_else(|| old.clone());
                old.distance(&Matrix::identity(old.rows())) < 2.0 * ROUNDING
            }
            // Only exchanges join.
            _ => true,
        };
        if vanishes {
            self.remove(id);
        }
    }

    /// Whether a new item and an old one are one action at the same place.
    #[inline(never)]
    fn may_join(&self, id: u32, new: &Placed) -> bool {
        let Kind::Placed(old) = &self.out.items[id as usize].kind else { return false };
        if old.targets != new.targets || old.controls != new.controls {
            return false;
        }
        match (&old.action, &new.action) {
            (Action::Phase(_), Action::Phase(_)) | (Action::Diagonal(_), Action::Diagonal(_)) => true,
            (Action::Dense(dense), Action::Dense(_)) => dense.rows() <= 8,
            (Action::Permutation(old), Action::Permutation(new)) => {
                old == new && self.is_involution(&Action::Permutation(old.clone()), id)
            }
            _ => false,
        }
    }

    /// Whether a permutation on few bits is its own inverse.
    fn is_involution(&self, action: &Action, id: u32) -> bool {
        let Kind::Placed(placed) = &self.out.items[id as usize].kind else { return false };
        let bits = placed.targets.len();
        if bits > 3 {
            return false;
        }
        let matrix = matrix(action, bits);
        matrix.product(&matrix).is_some_and(|square| square == Matrix::identity(1 << bits))
    }
}

/// The matrix of an action on so many bits: what it makes of the identity, whose columns are a state's high bits.
#[inline(never)]
fn matrix(action: &Action, bits: usize) -> Matrix {
    if let Action::Dense(matrix) = action {
        return matrix.clone();
    }
    let size = 1 << bits;
    let mut re = vec![0.0; size * size];
    let mut im = vec![0.0; size * size];
    (0..size).for_each(|i| re[i * size + i] = 1.0);
    let placed =
        Placed { targets: (0..bits as u32).collect(), controls: Controls::default(), action: action.clone() };
    placed.apply::<f64>(&mut re, &mut im);
    let mut matrix = Matrix::zeros(size, size);
    for column in 0..size {
        for row in 0..size {
            let at = column << bits | row;
            matrix.set(row, column, Complex::new(re[at], im[at]));
        }
    }
    matrix
}

/// [`matrix`] of an action on one bit.
#[inline(never)]
fn small(action: &Action) -> Small {
    let mut entries = IDENTITY;
    match action {
        Action::Dense(matrix) => {
            entries.as_flattened_mut().iter_mut().zip(matrix.entries()).for_each(|(to, entry)| *to = *entry);
        }
        Action::Permutation(permutation) => {
            let (mut re, mut im) = ([1.0, 0.0, 0.0, 1.0], [0.0; 4]);
            permutation.apply::<f64>(&mut re, &mut im, &[0], Controls::default());
            let entry =
                |row: usize, column: usize| Complex::new(re[column << 1 | row], im[column << 1 | row]);
            entries = [[entry(0, 0), entry(0, 1)], [entry(1, 0), entry(1, 1)]];
        }
        Action::Phase(_) | Action::Diagonal(_) => {}
    }
    entries
}

/// The matrix on a control and a target, if the control has this value.
#[inline(never)]
fn controlled(matrix: &Small, value: bool) -> Matrix {
    let mut out = Matrix::identity(4);
    let at = usize::from(value);
    for (i, row) in matrix.iter().enumerate() {
        for (j, entry) in row.iter().enumerate() {
            out.set(i << 1 | at, j << 1 | at, *entry);
        }
    }
    out
}

/// The matrix on bits of which some are inverted.
#[inline(never)]
fn flipped(matrix: &Matrix, flips: usize) -> Matrix {
    if flips == 0 {
        return matrix.clone();
    }
    let mut out = Matrix::zeros(matrix.rows(), matrix.columns());
    for row in 0..matrix.rows() {
        for column in 0..matrix.columns() {
            out.set(row ^ flips, column ^ flips, matrix.at(row, column));
        }
    }
    out
}
