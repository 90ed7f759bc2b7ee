//! The chain of tensors: Vidal's form, as Hastings keeps it.
//!
//! A site has a tensor `B[α][s][β]`: `α` and `β` number the Schmidt vectors of the bonds at its left and right, `s` is
//! the value of its qubit. The state is the product of all tensors. Each is right-canonical, `Σ B[α][s][β] B*[γ][s][β]
//! = δ(α, γ)`, and each bond has its Schmidt coefficients, so what a gate changes is local: the tensors of its sites are
//! multiplied, changed, and split again by singular values (Vidal, arXiv:quant-ph/0301063). Hastings' form
//! (arXiv:0903.3253) needs no division by small coefficients, and of a decomposition only the right vectors.
//!
//! An operator that is not unitary changes the Schmidt vectors of all bonds; [`Chain::restore`] finds them anew, as far
//! as there is entanglement. Rows of a tensor lie one after the other, so the same numbers are a matrix with rows
//! `(α, s)` or with columns `(s, β)`, and nothing is ever moved about.

use crate::circuit::Qubit;
use crate::engine::MpsConfig;
use crate::error::{AerError, ErrorCode};
use crate::kernel::svd::svd;
use crate::kernel::tensor::{Operand, product, zeros};
use crate::linalg::{Complex, Matrix};

/// Values below this part of the largest are rounding.
const ROUNDING: f64 = 1e-15;

/// The tensor of a site.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Site {
    /// Schmidt vectors at the left.
    pub(super) left: usize,
    /// Schmidt vectors at the right.
    pub(super) right: usize,
    /// Row by row.
    pub(super) entries: Vec<Complex>,
}

impl Site {
    /// A qubit in a basis state, entangled with nothing.
    fn basis(value: bool) -> Self {
        let (zero, one) =
            (Complex::from(f64::from(u8::from(!value))), Complex::from(f64::from(u8::from(value))));
        Self { left: 1, right: 1, entries: vec![zero, one] }
    }

    /// As a matrix with columns `(s, β)`.
    pub(super) fn wide(&self) -> Operand<'_> {
        Operand::new(&self.entries, 2 * self.right)
    }

    /// As a matrix with rows `(α, s)`.
    pub(super) fn tall(&self) -> Operand<'_> {
        Operand::new(&self.entries, self.right)
    }
}

/// The tensor of several neighbours: `[α][s of each][β]`.
#[derive(Clone, Debug)]
pub(super) struct Merged {
    pub(super) first: usize,
    pub(super) last: usize,
    /// Schmidt vectors at the right.
    pub(super) right: usize,
    pub(super) entries: Vec<Complex>,
}

impl Merged {
    /// Number of sites.
    pub(super) fn len(&self) -> usize {
        self.last - self.first + 1
    }

    /// Multiplies by a matrix on sites, where other sites have given values. `bits[j]` is the site of bit `j` of an
    /// index of the matrix.
    pub(super) fn mix(&mut self, matrix: &Matrix, bits: &[usize], wanted: &[(usize, bool)]) {
        let (run, last) = (self.right, self.last);
        // The last site is the least significant one of the values that lie one after the other.
        let place = |site: &usize| last - site;
        let spread = |value: usize| {
            bits.iter().enumerate().fold(0, |at, (j, site)| at | (value >> j & 1) << place(site))
        };
        let places: Vec<usize> = (0..matrix.rows()).map(spread).collect();
        let mask = places.last().copied().unwrap_or(0);
        let (wanted_mask, wanted) = wanted.iter().fold((0, 0), |(mask, values), (site, value)| {
            (mask | 1 << place(site), values | usize::from(*value) << place(site))
        });
        let mut old = vec![Complex::ZERO; places.len() * run];
        for block in self.entries.chunks_exact_mut(run << (last - self.first + 1)) {
            let bases =
                (0..block.len() / run).filter(|base| base & mask == 0 && base & wanted_mask == wanted);
            for base in bases {
                for (row, place) in places.iter().enumerate() {
                    let at = (base | place) * run;
                    old[row * run..][..run].copy_from_slice(&block[at..at + run]);
                }
                for (row, place) in places.iter().enumerate() {
                    let at = (base | place) * run;
                    let new = &mut block[at..at + run];
                    new.fill(Complex::ZERO);
                    for column in 0..places.len() {
                        let factor = matrix.at(row, column);
                        if factor != Complex::ZERO {
                            for (sum, x) in new.iter_mut().zip(&old[column * run..][..run]) {
                                *sum += factor * x;
                            }
                        }
                    }
                }
            }
        }
    }

    /// Visits the numbers of each left vector and value of all sites, with the value of some of them; bit `j` of it is
    /// `bits[j]`.
    pub(super) fn each_value(&mut self, bits: &[usize], mut visit: impl FnMut(usize, &mut [Complex])) {
        let (run, last, mask) = (self.right, self.last, (1usize << self.len()) - 1);
        for (place, numbers) in self.entries.chunks_exact_mut(run).enumerate() {
            let all = place & mask;
            let value = bits.iter().enumerate().fold(0, |at, (j, site)| at | (all >> (last - site) & 1) << j);
            visit(value, numbers);
        }
    }

    /// Makes amplitudes of what is there for value 0 of sites, which are all, and has nothing for others.
    pub(super) fn prepare(&mut self, state: &[Complex], bits: &[usize]) {
        let run = self.right;
        let zeros: Vec<Complex> = self
            .entries
            .chunks_exact(run << self.len())
            .flat_map(|block| block[..run].iter().copied())
            .collect();
        let (mut visited, values) = (0, 1usize << self.len());
        self.each_value(bits, |value, numbers| {
            let amplitude = state.get(value).copied().unwrap_or_default();
            let from = &zeros[visited / values * run..][..run];
            numbers.iter_mut().zip(from).for_each(|(x, zero)| *x = amplitude * zero);
            visited += 1;
        });
    }
}

/// How much of a state a decomposition keeps.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Keep {
    /// All but rounding.
    All,
    /// What the options say.
    Limited,
}

/// A decomposition of which some was discarded: `V†`, and coefficients whose squares sum to 1.
struct Kept {
    coefficients: Vec<f64>,
    right: Vec<Complex>,
    /// The length of what was decomposed, less what was discarded.
    norm: f64,
}

/// The tensors in a row.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    pub(super) sites: Vec<Site>,
    /// Schmidt coefficients of the bond at the right of each site; 1 at the end.
    pub(super) coefficients: Vec<Vec<f64>>,
    /// The qubit of each site.
    pub(super) qubits: Vec<Qubit>,
    /// The site of each qubit.
    pub(super) places: Vec<usize>,
    threshold: f64,
    max_bond: usize,
    memory_limit_bytes: Option<u64>,
    /// The largest sum of squares that was discarded at once since this was last taken.
    pub(super) discarded: f64,
}

impl Chain {
    pub(super) fn new(num_qubits: u32, config: &MpsConfig, memory_limit_bytes: Option<u64>) -> Self {
        let len = num_qubits as usize;
        Self {
            sites: vec![Site::basis(false); len],
            coefficients: vec![vec![1.0]; len],
            qubits: (0..num_qubits).collect(),
            places: (0..len).collect(),
            threshold: config.truncation_threshold,
            max_bond: config
                .max_bond_dimension
                .map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX))
                .max(1),
            memory_limit_bytes,
            discarded: 0.0,
        }
    }

    /// Back to |0…0⟩.
    pub(super) fn clear(&mut self) {
        self.sites.fill(Site::basis(false));
        self.coefficients.fill(vec![1.0]);
        self.qubits = (0..self.sites.len() as u32).collect();
        self.places = (0..self.sites.len()).collect();
    }

    /// Number of sites.
    pub(super) fn len(&self) -> usize {
        self.sites.len()
    }

    /// The site of a qubit.
    pub(super) fn place(&self, qubit: Qubit) -> usize {
        self.places.get(qubit as usize).copied().unwrap_or_default()
    }

    /// Schmidt coefficients at the left of a site.
    pub(super) fn left_of(&self, site: usize) -> &[f64] {
        match site.checked_sub(1).and_then(|before| self.coefficients.get(before)) {
            Some(coefficients) => coefficients,
            None => &[1.0],
        }
    }

    /// Bytes of all tensors.
    pub(super) fn bytes(&self) -> u64 {
        self.sites.iter().map(|site| 16 * site.entries.len() as u64 + 8 * site.right as u64).sum()
    }

    /// Checks that there is room for so many numbers more.
    pub(super) fn check_room(&self, numbers: usize) -> Result<(), AerError> {
        let needed = self.bytes().saturating_add((numbers as u64).saturating_mul(16));
        match self.memory_limit_bytes {
            Some(limit) if needed > limit => {
                let most = self.sites.iter().map(|site| site.right).max().unwrap_or(1);
                Err(AerError::new(
                    ErrorCode::InsufficientMemory,
                    "There is not enough memory for the tensors of the matrix product state.",
                )
                .found(format!("a need of {needed} bytes at bond dimension {most}"))
                .expected(format!("at most {limit} bytes"))
                .hint("Set matrix_product_state_max_bond_dimension, which bounds the tensors."))
            }
            _ => Ok(()),
        }
    }

    /// Multiplies the tensor of a site by a matrix on its qubit.
    pub(super) fn apply_one(&mut self, matrix: &Matrix, site: usize) {
        let Some(site) = self.sites.get_mut(site) else { return };
        let m = [matrix.at(0, 0), matrix.at(0, 1), matrix.at(1, 0), matrix.at(1, 1)];
        for row in site.entries.chunks_exact_mut(2 * site.right) {
            let (zero, one) = row.split_at_mut(site.right);
            for (x, y) in zero.iter_mut().zip(one) {
                (*x, *y) = (m[0] * *x + m[1] * *y, m[2] * *x + m[3] * *y);
            }
        }
    }

    /// Numbers of the tensor of neighbours; saturates.
    pub(super) fn merged_len(&self, first: usize, last: usize) -> usize {
        let (Some(left), Some(right)) = (self.sites.get(first), self.sites.get(last)) else { return 0 };
        let values = 1usize.checked_shl((last - first + 1) as u32).unwrap_or(usize::MAX);
        left.left.saturating_mul(right.right).saturating_mul(values)
    }

    /// The tensor of neighbours.
    pub(super) fn merge(&self, first: usize, last: usize) -> Result<Merged, AerError> {
        // The tensor, the same with weights, its vectors, and what finding them takes.
        self.check_room(self.merged_len(first, last).saturating_mul(5))?;
        let mut merged = Merged {
            first,
            last,
            right: self.sites[first].right,
            entries: self.sites[first].entries.clone(),
        };
        for site in &self.sites[first + 1..=last] {
            merged.entries = product(Operand::new(&merged.entries, merged.right), site.wide())?;
            merged.right = site.right;
        }
        Ok(merged)
    }

    /// Decomposes a matrix and discards what may be.
    fn decompose(&mut self, entries: &[Complex], columns: usize, keep: Keep) -> Result<Kept, AerError> {
        let mut found = svd(entries, columns)?;
        let values = &mut found.values;
        let total: f64 = values.iter().map(|value| value * value).sum();
        let floor = ROUNDING * values.first().copied().unwrap_or_default();
        let mut count = values.iter().take_while(|value| **value > floor).count().max(1);
        if keep == Keep::Limited {
            count = count.min(self.max_bond);
            let mut lost: f64 = values[count..].iter().map(|value| value * value).sum();
            while count > 1 {
                lost += values[count - 1] * values[count - 1];
                if lost > self.threshold * total {
                    break;
                }
                count -= 1;
            }
        }
        let lost: f64 = values[count..].iter().map(|value| value * value).sum();
        if keep == Keep::Limited && total > 0.0 {
            self.discarded = self.discarded.max(lost / total);
        }
        values.truncate(count);
        let norm = values.iter().map(|value| value * value).sum::<f64>().sqrt();
        if norm > 0.0 {
            for value in values {
                *value /= norm;
            }
        }
        Ok(Kept { right: found.right(count)?, coefficients: found.values, norm })
    }

    /// Splits a tensor into those of its sites, so that each is right-canonical and the state normalised.
    pub(super) fn split(&mut self, merged: Merged) -> Result<(), AerError> {
        let Merged { first, last, mut right, mut entries } = merged;
        for site in (first + 1..=last).rev() {
            let weighted = self.weighted(&entries, first);
            let Kept { coefficients, right: vectors, norm } =
                self.decompose(&weighted, 2 * right, Keep::Limited)?;
            entries =
                product(Operand::new(&entries, 2 * right), Operand::new(&vectors, 2 * right).adjoint())?;
            scale(&mut entries, norm);
            let left = coefficients.len();
            self.sites[site] = Site { left, right, entries: vectors };
            self.coefficients[site - 1] = coefficients;
            right = left;
        }
        let left = self.left_of(first).len();
        self.sites[first] = Site { left, right, entries };
        Ok(())
    }

    /// A tensor that begins at a site, times the Schmidt coefficients at its left.
    pub(super) fn weighted(&self, entries: &[Complex], site: usize) -> Vec<Complex> {
        let left = self.left_of(site);
        let row = (entries.len() / left.len().max(1)).max(1);
        let rows = entries.chunks_exact(row).zip(left);
        rows.flat_map(|(row, weight)| row.iter().map(move |x| x * weight)).collect()
    }

    /// Finds Schmidt vectors and coefficients anew after something that was not unitary, or not in this form, was done
    /// to the tensors of some neighbours, and normalises. Gives the length that the state had.
    pub(super) fn restore(&mut self, first: usize, last: usize) -> Result<f64, AerError> {
        let largest = self.sites.iter().map(|site| site.entries.len()).max().unwrap_or(0);
        self.check_room(largest.saturating_mul(4))?;
        // Right-canonical again, from the right; what is left of a site goes to the one before.
        for site in (first + 1..=last).rev() {
            let columns = 2 * self.sites[site].right;
            let entries = std::mem::take(&mut self.sites[site].entries);
            let kept = self.decompose(&entries, columns, Keep::All)?;
            let rest =
                product(Operand::new(&entries, columns), Operand::new(&kept.right, columns).adjoint())?;
            let left = kept.coefficients.len();
            self.sites[site] = Site { left, entries: kept.right, right: columns / 2 };
            self.append(site - 1, &rest, left)?;
        }
        // Before the first, the vectors at the left are as they were.
        let (mut site, mut length) = (first, None);
        loop {
            let columns = 2 * self.sites[site].right;
            let entries = std::mem::take(&mut self.sites[site].entries);
            let weighted = self.weighted(&entries, site);
            if self.sites[site].left == 1 {
                let norm = weighted.iter().map(Complex::norm_sqr).sum::<f64>().sqrt();
                self.sites[site].entries = entries;
                scale(&mut self.sites[site].entries, norm);
                length.get_or_insert(norm);
                break;
            }
            let kept = self.decompose(&weighted, columns, Keep::Limited)?;
            let mut rest =
                product(Operand::new(&entries, columns), Operand::new(&kept.right, columns).adjoint())?;
            scale(&mut rest, kept.norm);
            length.get_or_insert(kept.norm);
            let left = kept.coefficients.len();
            self.sites[site] = Site { left, entries: kept.right, right: columns / 2 };
            self.coefficients[site - 1] = kept.coefficients;
            site -= 1;
            self.append(site, &rest, left)?;
        }
        // From there to the right, the vectors at the right are as they were.
        for site in first..self.len().saturating_sub(1) {
            let right = self.sites[site].right;
            if right == 1 {
                self.coefficients[site] = vec![1.0];
                if site >= last {
                    break;
                }
                continue;
            }
            let weighted = self.weighted(&self.sites[site].entries, site);
            let kept = self.decompose(&weighted, right, Keep::Limited)?;
            let count = kept.coefficients.len();
            let vectors = Operand::new(&kept.right, right);
            self.sites[site].entries = product(self.sites[site].tall(), vectors.adjoint())?;
            scale(&mut self.sites[site].entries, kept.norm);
            self.sites[site].right = count;
            let next = &self.sites[site + 1];
            let entries = product(vectors, next.wide())?;
            self.sites[site + 1] = Site { left: count, right: next.right, entries };
            self.coefficients[site] = kept.coefficients;
        }
        Ok(length.unwrap_or(1.0))
    }

    /// Multiplies the tensor of a site from the right by a matrix of `columns` columns.
    fn append(&mut self, site: usize, matrix: &[Complex], columns: usize) -> Result<(), AerError> {
        let entries = product(self.sites[site].tall(), Operand::new(matrix, columns))?;
        self.sites[site] = Site { left: self.sites[site].left, right: columns, entries };
        Ok(())
    }

    /// Exchanges the qubits of a site and the next one; the state is the same.
    pub(super) fn exchange(&mut self, site: usize) -> Result<(), AerError> {
        let mut merged = self.merge(site, site + 1)?;
        let run = merged.right;
        for block in merged.entries.chunks_exact_mut(4 * run) {
            let (front, back) = block.split_at_mut(2 * run);
            front[run..].swap_with_slice(&mut back[..run]);
        }
        self.split(merged)?;
        self.rename(self.qubits[site], self.qubits[site + 1]);
        Ok(())
    }

    /// Exchanges the names of two qubits.
    pub(super) fn rename(&mut self, a: Qubit, b: Qubit) {
        let (at, to) = (self.place(a), self.place(b));
        self.places.swap(a as usize, b as usize);
        self.qubits.swap(at, to);
    }

    /// Takes the qubit of a site to another site, by exchanging neighbours; tells the sites of each exchange.
    pub(super) fn shift(
        &mut self,
        from: usize,
        to: usize,
        tell: &mut dyn FnMut(&Self, usize, usize),
    ) -> Result<(), AerError> {
        let mut at = from;
        while at != to {
            let next = if at < to { at + 1 } else { at - 1 };
            self.exchange(at.min(next))?;
            tell(self, at, next);
            at = next;
        }
        Ok(())
    }

    /// Brings qubits together; gives the first and the last of their sites.
    pub(super) fn gather(
        &mut self,
        qubits: &[Qubit],
        to_right: bool,
        tell: &mut dyn FnMut(&Self, usize, usize),
    ) -> Result<(usize, usize), AerError> {
        let mut sites: Vec<usize> = qubits.iter().map(|qubit| self.place(*qubit)).collect();
        sites.sort_unstable();
        let count = sites.len();
        // Two meet where the options say; more of them where the one in the middle is.
        let meet = match (count, to_right) {
            (0..=2, false) => 0,
            (0..=2, true) => count.saturating_sub(1),
            _ => count / 2,
        };
        let Some(middle) = sites.get(meet).copied() else { return Ok((0, 0)) };
        for (step, site) in (1..).zip(sites[..meet].iter().rev()) {
            self.shift(*site, middle - step, tell)?;
        }
        for (step, site) in (1..).zip(&sites[meet + 1..]) {
            self.shift(*site, middle + step, tell)?;
        }
        Ok((middle - meet, middle + count - 1 - meet))
    }

    /// Puts every qubit at the site of its number.
    pub(super) fn sort(&mut self) -> Result<(), AerError> {
        for site in 0..self.len() {
            let from = self.place(site as Qubit);
            self.shift(from, site, &mut |_, _, _| {})?;
        }
        Ok(())
    }

    /// Becomes the product state of basis states with a tensor of all qubits: `2^n` amplitudes.
    pub(super) fn set_amplitudes(&mut self, state: &[Complex]) -> Result<(), AerError> {
        self.clear();
        let Some(last) = self.len().checked_sub(1) else { return Ok(()) };
        self.check_room(state.len().saturating_mul(5))?;
        let bits = self.len() as u32;
        let mut entries = zeros(state.len())?;
        for (index, entry) in entries.iter_mut().enumerate() {
            *entry = state[reverse(index, bits)];
        }
        self.split(Merged { first: 0, last, right: 1, entries })
    }
}

/// Divides by a number that is not 0.
fn scale(entries: &mut [Complex], by: f64) {
    if by > 0.0 {
        let factor = by.recip();
        for x in entries {
            *x *= factor;
        }
    }
}

/// The lowest `bits` bits of an index, last to first.
pub(super) fn reverse(index: usize, bits: u32) -> usize {
    index.reverse_bits().checked_shr(usize::BITS - bits).unwrap_or(0)
}
