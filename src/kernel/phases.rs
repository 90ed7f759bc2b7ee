//! Many phases in one pass.
//!
//! A block of amplitudes is cut into *rows* of [`ROW`] neighbours. With the bits above a row fixed, the factors of
//! a row are a number times a table: the number collects the phases of the bits above among themselves, the table
//! those of the row's bits and of pairs across. Rows are visited in ascending order. A row `h` differs from row
//! `h & (h - 1)` in its lowest 1 only, so its number and its table are those of that earlier row times what this
//! bit brings, which is known beforehand; earlier rows that are still needed wait in one slot for each bit. So any
//! quadratic form costs at most three complex products for each amplitude (number, table, amplitude), two where
//! tables repeat, one where the number is 1 or repeats too, and rows whose factors are all 1 are not touched: what
//! changes one half of a state reads no more than that half.
//!
//! Every factor is a product of no more than about as many numbers as the index has bits, so errors stay small.

use super::lanes::Lanes;
use super::real::Real;
use crate::linalg::Complex;

/// A diagonal matrix that is a product of phases of single bits and of pairs of bits, times a number: any number
/// of Z, RZ, CZ, CP and RZZ in one. The entry at index `x` is
/// `factor * prod_b singles[b]^(x_b) * prod_(a, b) pairs[a, b]^(x_a x_b)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Phases {
    /// The entry at 0; holds scales too, so its modulus need not be 1.
    pub factor: Complex,
    /// Bits, each at most once, and what multiplies where one is 1.
    pub singles: Vec<(u32, Complex)>,
    /// Pairs of bits, the lower one first, each at most once, and what multiplies where both are 1.
    pub pairs: Vec<(u32, u32, Complex)>,
}

impl Default for Phases {
    fn default() -> Self {
        Self { factor: Complex::ONE, singles: Vec::new(), pairs: Vec::new() }
    }
}

impl Phases {
    /// Whether it is the identity.
    pub fn is_identity(&self) -> bool {
        self.factor == Complex::ONE && self.singles.is_empty() && self.pairs.is_empty()
    }

    /// The entry at an index.
    pub fn at(&self, index: usize) -> Complex {
        let is_one = |bit: u32| index >> bit & 1 == 1;
        let singles = self.singles.iter().filter(|(bit, _)| is_one(*bit)).map(|(_, phase)| *phase);
        let pairs =
            self.pairs.iter().filter(|(a, b, _)| is_one(*a) && is_one(*b)).map(|(_, _, phase)| *phase);
        singles.chain(pairs).fold(self.factor, |product, phase| product * phase)
    }

    /// Multiplies a state of `2^n` amplitudes, or that part of a larger one whose first amplitude has index `base`,
    /// a multiple of `2^n`. Touches every amplitude at most once.
    #[inline(never)]
    pub fn apply<T: Real>(&self, re: &mut [T], im: &mut [T], base: usize) {
        let inner: Vec<u32> = (0..re.len().trailing_zeros()).collect();
        BlockPhases::new(self, &inner).apply(re, im, base, 0, &mut Slots::default());
    }
}

/// The low bits of an index that are places in a row. Measured in wasm, milliseconds for 2^20 amplitudes with pairs of
/// neighbours (all pairs): 4 bits 1.6 (3.1), 5 bits 1.3 (2.3), 6 bits 1.1 (2.1).
const ROW_BITS: usize = 6;

/// Amplitudes of a row.
const ROW: usize = 1 << ROW_BITS;

/// The bits above a row are fewer than this.
const HIGH: usize = usize::BITS as usize;

/// Factors of the amplitudes of a row.
#[derive(Clone, Copy, Debug)]
struct Table<T> {
    re: [T; ROW],
    im: [T; ROW],
}

impl<T: Real> Table<T> {
    const ONES: Self = Self { re: [T::ONE; ROW], im: [T::ZERO; ROW] };

    #[inline(never)]
    fn new(entries: &[Complex; ROW]) -> Self {
        Self { re: entries.map(|z| T::from_f64(z.re)), im: entries.map(|z| T::from_f64(z.im)) }
    }
}

/// The products of all subsets of some factors.
#[inline(never)]
fn subset_products(factors: &[Complex]) -> [Complex; ROW] {
    let mut products = [Complex::ONE; ROW];
    for (j, factor) in factors.iter().enumerate() {
        for i in 0..1 << j {
            products[1 << j | i] = products[i] * factor;
        }
    }
    products
}

/// [`Phases`], made ready for the blocks of a pass: the bits *inside* are those of an index within a block, and
/// the others have known values in each block.
#[derive(Clone, Debug)]
pub struct BlockPhases<T> {
    factor: Complex,
    /// Masks of one or two outside bits, and what multiplies the block where all of them are 1.
    outside: Vec<(usize, Complex)>,
    /// Masks of an outside bit, inside bits, and the phase of the pair.
    across: Vec<(usize, usize, Complex)>,
    /// The phases of inside bits that are places in a row.
    row_singles: [Complex; ROW_BITS],
    /// The factors of pairs of these.
    row_pairs: [Complex; ROW],
    /// Both together: the table where all other bits are 0.
    table: Table<T>,
    /// Whether there is anything but 1 in it.
    table_is_ones: bool,
    /// The inside bits above the row.
    high: Vec<HighBit<T>>,
}

/// An inside bit above the row.
#[derive(Clone, Debug)]
struct HighBit<T> {
    /// Its phase.
    single: Complex,
    /// The phases of its pairs with each lower bit above the row.
    pairs: Vec<Complex>,
    /// The factors of its pairs with bits of the row, unless all are 1.
    table: Option<Table<T>>,
    /// Whether it and all below it, down to the row, are in no pair with lower bits.
    is_unpaired: bool,
}

/// The working memory of [`BlockPhases::apply`]. For each bit above the row, and for the row 0: factors of the
/// last visited row whose lowest 1 it was.
#[derive(Clone, Debug, Default)]
pub struct Slots<T> {
    slots: Vec<Slot<T>>,
}

#[derive(Clone, Debug)]
struct Slot<T> {
    /// The number.
    scalar: Complex,
    /// What the number is multiplied by when a lower bit becomes 1.
    factors: [Complex; HIGH],
    /// The slot whose table is this row's.
    table_at: usize,
    /// Whether that table is all 1.
    is_ones: bool,
    /// A table, which may be older than the slot.
    table: Table<T>,
    /// Which table it is: changes whenever it does.
    stamp: usize,
    /// The stamp of the table that it was made from.
    made_from: usize,
}

impl<T: Real> Slot<T> {
    const NEW: Self = Self {
        scalar: Complex::ONE,
        factors: [Complex::ONE; HIGH],
        table_at: 0,
        is_ones: true,
        table: Table::ONES,
        stamp: 0,
        made_from: 0,
    };
}

impl<T: Real> BlockPhases<T> {
    /// For blocks with these inside bits, ascending.
    #[inline(never)]
    pub fn new(phases: &Phases, inner: &[u32]) -> Self {
        let mut row_singles = [Complex::ONE; ROW_BITS];
        let mut row_pairs = [[Complex::ONE; ROW_BITS]; ROW_BITS];
        let mut across_row = vec![[Complex::ONE; ROW_BITS]; inner.len().saturating_sub(ROW_BITS)];
        let mut high: Vec<HighBit<T>> = (0..across_row.len())
            .map(|t| HighBit {
                single: Complex::ONE,
                pairs: vec![Complex::ONE; t],
                table: None,
                is_unpaired: true,
            })
            .collect();
        let (mut outside, mut across) = (Vec::new(), Vec::new());
        for (bit, phase) in &phases.singles {
            match inner.binary_search(bit) {
                Ok(place) if place < ROW_BITS => row_singles[place] *= phase,
                Ok(place) => high[place - ROW_BITS].single *= phase,
                Err(_) => outside.push((1 << bit, *phase)),
            }
        }
        for (a, b, phase) in &phases.pairs {
            match (inner.binary_search(a), inner.binary_search(b)) {
                (Ok(a), Ok(b)) => {
                    let (low, up) = (a.min(b), a.max(b));
                    if up < ROW_BITS {
                        row_pairs[up][low] *= phase;
                    } else if low < ROW_BITS {
                        across_row[up - ROW_BITS][low] *= phase;
                    } else {
                        high[up - ROW_BITS].pairs[low - ROW_BITS] *= phase;
                    }
                }
                (Ok(place), Err(_)) => across.push((1 << b, place, *phase)),
                (Err(_), Ok(place)) => across.push((1 << a, place, *phase)),
                (Err(_), Err(_)) => outside.push((1 << a | 1 << b, *phase)),
            }
        }
        let mut is_unpaired = true;
        for (bit, pairs) in high.iter_mut().zip(&across_row) {
            if pairs.iter().any(|phase| *phase != Complex::ONE) {
                bit.table = Some(Table::new(&subset_products(pairs)));
            }
            is_unpaired &= bit.table.is_none() && bit.pairs.iter().all(|phase| *phase == Complex::ONE);
            bit.is_unpaired = is_unpaired;
        }
        let mut products = [Complex::ONE; ROW];
        for (j, pairs) in row_pairs.iter().enumerate() {
            let with_lower = subset_products(&pairs[..j]);
            for i in 0..1 << j {
                products[1 << j | i] = products[i] * with_lower[i];
            }
        }
        let mut phases = Self {
            factor: phases.factor,
            outside,
            across,
            row_singles,
            row_pairs: products,
            table: Table::ONES,
            table_is_ones: true,
            high,
        };
        (phases.table, phases.table_is_ones) = phases.row_table(&phases.row_singles);
        phases
    }

    /// The table of the pairs in a row and these phases of its bits, and whether it is all 1.
    #[inline(never)]
    fn row_table(&self, singles: &[Complex; ROW_BITS]) -> (Table<T>, bool) {
        let mut entries = subset_products(singles);
        for (entry, pairs) in entries.iter_mut().zip(&self.row_pairs) {
            *entry *= pairs;
        }
        (Table::new(&entries), entries.iter().all(|entry| *entry == Complex::ONE))
    }

    /// Multiplies a block, whose first amplitude has index `base`, or a part of it: the amplitudes from number `start` on,
    /// which is a multiple of their number, and that is a multiple of [`ROW`]. What becomes of an amplitude does not
    /// depend on the parts.
    #[inline(never)]
    pub fn apply(&self, re: &mut [T], im: &mut [T], base: usize, start: usize, slots: &mut Slots<T>) {
        let num_high = self.high.len();
        if slots.slots.len() <= num_high {
            slots.slots.resize(num_high + 1, Slot::NEW);
        }
        let slots = &mut slots.slots[..=num_high];
        self.enter(base, slots);
        // Stamps tell apart the tables made here.
        let mut stamp = slots[num_high].stamp;
        let len = re.len().min(ROW);
        let (first, num_rows) = (start / len, re.len() / len);
        let lowest_of = |row: usize| if row == 0 { num_high } else { row.trailing_zeros() as usize };
        let mut above = num_high;
        for bit in (0..num_high).rev().filter(|bit| first >> bit & 1 == 1) {
            self.step(slots, above, bit, &mut stamp);
            above = bit;
        }
        let mut done = 0;
        while done < num_rows {
            let row = first + done;
            let lowest = lowest_of(row);
            if done != 0 {
                self.step(slots, lowest_of(row & (row - 1)), lowest, &mut stamp);
            }
            let slot = &slots[lowest];
            // Rows whose lower bits change nothing are all alike.
            let is_flat = (lowest == 0 || self.high[lowest - 1].is_unpaired)
                && slot.factors[..lowest].iter().all(|factor| *factor == Complex::ONE);
            let count = if is_flat { (1 << lowest).min(num_rows - done) } else { 1 };
            let part = done * len..(done + count) * len;
            let (re, im) = (&mut re[part.clone()], &mut im[part]);
            match (slot.is_ones, slot.scalar == Complex::ONE) {
                (true, true) => {}
                (true, false) => scale(slot.scalar, re, im),
                (false, _) => multiply(slot.scalar, &slots[slot.table_at].table, re, im),
            }
            done += count;
        }
    }

    /// The slot of row 0: what the values of the outside bits make of the phases of inside bits.
    #[inline(never)]
    fn enter(&self, base: usize, slots: &mut [Slot<T>]) {
        for slot in slots.iter_mut() {
            slot.made_from = 0;
        }
        let num_high = self.high.len();
        let slot = &mut slots[num_high];
        slot.scalar = self.factor;
        for (mask, phase) in &self.outside {
            if base & mask == *mask {
                slot.scalar *= phase;
            }
        }
        for (factor, bit) in slot.factors.iter_mut().zip(&self.high) {
            *factor = bit.single;
        }
        let mut row_singles = self.row_singles;
        let mut is_shared = true;
        for (mask, place, phase) in &self.across {
            if base & mask != 0 {
                if *place < ROW_BITS {
                    row_singles[*place] *= phase;
                    is_shared = false;
                } else {
                    slot.factors[*place - ROW_BITS] *= phase;
                }
            }
        }
        (slot.table, slot.is_ones) =
            if is_shared { (self.table, self.table_is_ones) } else { self.row_table(&row_singles) };
        (slot.table_at, slot.stamp) = (num_high, 1);
    }

    /// Fills the slot of the row in which bit `to` becomes 1 after the row in slot `from`, above it.
    #[inline(never)]
    fn step(&self, slots: &mut [Slot<T>], from: usize, to: usize, stamp: &mut usize) {
        let (below, above) = slots.split_at_mut(from);
        let (slot, source, bit) = (&mut below[to], &above[0], &self.high[to]);
        // A factor of 1 is none: it could change the sign of a zero, and rows that are alike are done without.
        let factor = source.factors[to];
        slot.scalar = if factor == Complex::ONE { source.scalar } else { source.scalar * factor };
        for ((factor, before), phase) in slot.factors.iter_mut().zip(&source.factors).zip(&bit.pairs) {
            *factor = before * phase;
        }
        let Some(table) = &bit.table else {
            (slot.table_at, slot.is_ones) = (source.table_at, source.is_ones);
            return;
        };
        let before = &above[source.table_at - from];
        if slot.made_from != before.stamp {
            slot.made_from = before.stamp;
            *stamp += 1;
            slot.stamp = *stamp;
            product(&before.table, table, &mut slot.table);
        }
        (slot.table_at, slot.is_ones) = (to, false);
    }
}

/// The product of two complex numbers, lane by lane.
#[inline]
fn times<L: Lanes>((a, b): (L, L), (x, y): (L, L)) -> (L, L) {
    (a * x - b * y, a * y + b * x)
}

/// A number in all lanes.
#[inline]
fn splat<L: Lanes>(z: Complex) -> (L, L) {
    (L::splat(L::Real::from_f64(z.re)), L::splat(L::Real::from_f64(z.im)))
}

/// Applies a function to whole vectors of amplitudes and of factors, which are repeated.
#[inline]
fn for_vectors<L: Lanes>(
    table: &Table<L::Real>,
    re: &mut [L::Real],
    im: &mut [L::Real],
    map: impl Fn((L, L), (L, L)) -> (L, L),
) {
    let (a, b) = (L::chunks_of(&table.re), L::chunks_of(&table.im));
    let (re, im) = (L::chunks(re), L::chunks(im));
    for (re, im) in re.chunks(a.len()).zip(im.chunks(a.len())) {
        for ((a, b), (x, y)) in a.iter().zip(b).zip(re.iter().zip(im)) {
            let (re, im) = map((L::load(*a), L::load(*b)), (L::load(x.get()), L::load(y.get())));
            x.set(re.store());
            y.set(im.store());
        }
    }
}

/// The products of the entries of two tables.
#[inline(never)]
fn product<T: Real>(a: &Table<T>, b: &Table<T>, result: &mut Table<T>) {
    *result = *a;
    for_vectors::<T::Lanes>(b, &mut result.re, &mut result.im, times);
}

/// Multiplies rows, or a part of one, by a number times a table.
#[inline(never)]
fn multiply<T: Real>(scalar: Complex, table: &Table<T>, re: &mut [T], im: &mut [T]) {
    let vectors = re.len() >> T::Lanes::BITS << T::Lanes::BITS;
    let factor = splat(scalar);
    if vectors > ROW {
        let mut scaled = *table;
        for_vectors::<T::Lanes>(table, &mut scaled.re, &mut scaled.im, |entry, _| times(factor, entry));
        for_vectors::<T::Lanes>(&scaled, re, im, times);
    } else if vectors > 0 {
        for_vectors::<T::Lanes>(table, re, im, |entry, amplitude| times(times(factor, entry), amplitude));
    }
    let (a, b) = (T::from_f64(scalar.re), T::from_f64(scalar.im));
    for i in vectors..re.len() {
        let (c, d) = (a * table.re[i] - b * table.im[i], a * table.im[i] + b * table.re[i]);
        (re[i], im[i]) = (c * re[i] - d * im[i], c * im[i] + d * re[i]);
    }
}

/// Multiplies all amplitudes by a number.
#[inline(never)]
fn scale<T: Real>(factor: Complex, re: &mut [T], im: &mut [T]) {
    let vectors = re.len() >> T::Lanes::BITS << T::Lanes::BITS;
    let splatted = splat(factor);
    for (x, y) in T::Lanes::chunks(re).iter().zip(T::Lanes::chunks(im)) {
        let (re, im) = times(splatted, (T::Lanes::load(x.get()), T::Lanes::load(y.get())));
        x.set(re.store());
        y.set(im.store());
    }
    let (a, b) = (T::from_f64(factor.re), T::from_f64(factor.im));
    for (x, y) in re.iter_mut().zip(im).skip(vectors) {
        (*x, *y) = (a * *x - b * *y, a * *y + b * *x);
    }
}

#[cfg(test)]
pub(super) mod tests;
