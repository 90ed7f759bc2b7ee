//! One state, several threads: blocks are handed out, each once.
//!
//! A [`Layout`] says which amplitudes make a block: those whose *inside* bits take all values while the other bits
//! are those of the block's number. So different blocks have no amplitude in common, and together they are the
//! state. [`Blocks`] hands out each block once, to whoever asks first; a [`Block`] may then read and write its
//! amplitudes as if it had borrowed them alone. A state that is [`Growing`] is made longer piece by piece.

#![allow(unsafe_code, reason = "threads write to different blocks of one state")]

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::slice;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::index::deposit;
use super::lanes::Lanes;
use super::real::Real;
use crate::linalg::Complex;

/// Threads that work together.
pub trait Team: Sync {
    /// How many there are, the calling one included.
    fn threads(&self) -> usize;

    /// Does `task(0)` to `task(count - 1)`, each once, in any order and at the same time. Returns when all is done.
    fn for_each(&self, count: usize, task: &(dyn Fn(usize) + Sync));

    /// Whether nobody wants the state any more: what is left to do may be left out, and the state is worth nothing.
    fn stopped(&self) -> bool {
        false
    }

    /// How many times longer a step may last than that of one thread that nobody can stop.
    fn patience(&self) -> u64 {
        1
    }
}

/// The calling thread alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

impl Team for Alone {
    fn threads(&self) -> usize {
        1
    }

    fn for_each(&self, count: usize, task: &(dyn Fn(usize) + Sync)) {
        (0..count).for_each(task);
    }
}

/// Which amplitudes make a block.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Amplitudes of the state.
    len: usize,
    /// The bits inside, ascending.
    inner: Vec<u32>,
    /// The other bits, ascending.
    outer: Vec<u32>,
    /// Neighbours that are in one block.
    run: usize,
    /// Where the runs of block 0 begin.
    runs: Vec<usize>,
}

impl Layout {
    /// Blocks of a state of `2^num_bits` amplitudes with these bits inside; what is no bit of the state is left out.
    pub fn new(inner: &[u32], num_bits: u32) -> Self {
        let inside =
            inner.iter().filter(|bit| **bit < num_bits).fold(0usize, |inside, bit| inside | 1 << bit);
        let (inner, outer): (Vec<u32>, Vec<u32>) = (0..num_bits).partition(|bit| inside >> bit & 1 == 1);
        let (low, high) = inner.split_at((!inside).trailing_zeros().min(num_bits) as usize);
        let runs = (0..1 << high.len()).map(|value| deposit(value, high)).collect();
        Self { len: 1 << num_bits, run: 1 << low.len(), runs, outer, inner }
    }

    /// The bits inside, ascending: bit `j` of an index within a block is `inner[j]`.
    pub fn inner(&self) -> &[u32] {
        &self.inner
    }

    /// Amplitudes of a block.
    pub fn block_len(&self) -> usize {
        1 << self.inner.len()
    }

    /// Number of blocks.
    pub fn num_blocks(&self) -> usize {
        1 << self.outer.len()
    }

    /// The lowest bits inside that are the lowest of the index: `2^low_bits` neighbours are a run.
    pub fn low_bits(&self) -> usize {
        self.run.trailing_zeros() as usize
    }

    /// Runs of a block.
    pub fn num_runs(&self) -> usize {
        self.runs.len()
    }
}

/// Blocks of a state that nobody has yet.
#[derive(Debug)]
pub struct Blocks<'a, T> {
    re: *mut T,
    im: *mut T,
    layout: &'a Layout,
    next: AtomicUsize,
    end: usize,
    state: PhantomData<&'a mut [T]>,
}

// SAFETY: all that is shared is an atomic counter, a layout that is only read, and two pointers, which are used
// only through a `Block`. No two blocks have an amplitude in common, and no block is handed out twice.
unsafe impl<T: Real> Sync for Blocks<'_, T> {}

impl<'a, T: Real> Blocks<'a, T> {
    /// The blocks of a range of numbers; none if the state has not the length that the layout is for.
    pub fn new(re: &'a mut [T], im: &'a mut [T], layout: &'a Layout, range: Range<usize>) -> Self {
        let fits = re.len() == layout.len && im.len() == layout.len;
        debug_assert!(fits, "a layout is for one length");
        let end = if fits { range.end.min(layout.num_blocks()) } else { 0 };
        Self {
            re: re.as_mut_ptr(),
            im: im.as_mut_ptr(),
            layout,
            next: range.start.into(),
            end,
            state: PhantomData,
        }
    }

    /// The next block.
    pub fn claim(&self) -> Option<Block<'_, T>> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.end).then(|| Block {
            re: self.re,
            im: self.im,
            base: deposit(number, &self.layout.outer),
            layout: self.layout,
            state: PhantomData,
        })
    }
}

/// A state that grows by multiples of its first `old` amplitudes.
#[derive(Debug)]
pub struct Growing<'a, T> {
    /// Real parts.
    pub re: &'a mut Vec<T>,
    /// Imaginary parts, as many.
    pub im: &'a mut Vec<T>,
    /// A number of amplitudes that is a multiple of `chunk`; there are as many at least.
    pub old: usize,
    /// Neighbours that have one factor, and are one piece of work.
    pub chunk: usize,
}

impl<T: Real> Growing<'_, T> {
    /// Appends chunks, shared by a team: the first `old` amplitudes again and again, each chunk times the factor of its
    /// number. Only as many as there is memory for; gives their number,
    /// which is 0 where the fields are not as they should be.
    pub fn append(
        &mut self,
        chunks: usize,
        factor: &(dyn Fn(usize) -> Complex + Sync),
        team: &dyn Team,
    ) -> usize {
        let Self { re, im, old, chunk } = self;
        let (old, chunk, len) = (*old, *chunk, re.len());
        let is_sound = im.len() == len && chunk > 0 && old.is_multiple_of(chunk) && (1..=len).contains(&old);
        debug_assert!(is_sound && len.is_multiple_of(chunk), "pieces are whole");
        if !(is_sound && len.is_multiple_of(chunk)) {
            return 0;
        }
        let chunks = chunks.min((re.capacity().min(im.capacity()) - len) / chunk);
        let parts = Parts(re.as_mut_ptr(), im.as_mut_ptr());
        let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        team.for_each(chunks, &|_| {
            // Whatever the team does, each chunk is written once.
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number < chunks {
                let to = len + number * chunk;
                // SAFETY: a piece reads below `old`, where nobody writes, and writes `chunk` places of its own between
                // the length and the capacity, as what may not have been written before.
                unsafe { parts.append(to % old, to, chunk, factor(number)) };
                done.fetch_add(1, Ordering::Release);
            }
        });
        if done.load(Ordering::Acquire) < chunks {
            return 0;
        }
        // SAFETY: these places are within the capacity, and all of them have been written.
        unsafe {
            re.set_len(len + chunks * chunk);
            im.set_len(len + chunks * chunk);
        }
        chunks
    }
}

/// Real and imaginary parts of a state that grows.
struct Parts<T>(*mut T, *mut T);

// SAFETY: `append` is told to touch different places by different threads.
unsafe impl<T: Real> Sync for Parts<T> {}

impl<T: Real> Parts<T> {
    /// Writes a multiple of a chunk behind the state.
    ///
    /// # Safety
    ///
    /// `from + chunk` numbers have been written and stay, `to + chunk` are in memory, and nobody else reads or writes
    /// those from `to` on.
    unsafe fn append(&self, from: usize, to: usize, chunk: usize, factor: Complex) {
        // SAFETY: as the caller says.
        let [(old_re, new_re), (old_im, new_im)] = [self.0, self.1].map(|part| unsafe {
            (
                slice::from_raw_parts(part.add(from).cast_const(), chunk),
                slice::from_raw_parts_mut(part.add(to).cast::<MaybeUninit<T>>(), chunk),
            )
        });
        let (a, b) = (T::from_f64(factor.re), T::from_f64(factor.im));
        let old = old_re.iter().zip(old_im);
        let new = new_re.iter_mut().zip(new_im);
        for ((re, im), (x, y)) in new.zip(old) {
            re.write(a * *x - b * *y);
            im.write(a * *y + b * *x);
        }
    }
}

/// A block of a state.
#[derive(Debug)]
pub struct Block<'a, T> {
    re: *mut T,
    im: *mut T,
    base: usize,
    layout: &'a Layout,
    state: PhantomData<&'a mut [T]>,
}

impl<T: Real> Block<'_, T> {
    /// The index of its first amplitude: outside bits have their values, inside bits are 0.
    pub fn base(&self) -> usize {
        self.base
    }

    /// One of the runs: the index of its first amplitude, and its amplitudes.
    pub fn run(&mut self, number: usize) -> Option<(usize, &mut [T], &mut [T])> {
        let start = *self.layout.runs.get(number)?;
        let base = self.base + start;
        let (re, im) = self.run_at(start);
        Some((base, re, im))
    }

    /// Some runs at the same time: their real and imaginary parts. `None` if two are the same, or one is none.
    pub fn rows<const D: usize>(&mut self, numbers: [usize; D]) -> Option<[[&mut [T]; D]; 2]> {
        let is_new = |i: usize| !numbers[..i].contains(&numbers[i]) && numbers[i] < self.layout.runs.len();
        if !(0..D).all(is_new) {
            return None;
        }
        let at = numbers.map(|number| self.base + self.layout.runs[number]);
        // SAFETY: as in `run_at`; and runs with different numbers have no amplitude in common.
        Some(
            [self.re, self.im]
                .map(|part| at.map(|at| unsafe { slice::from_raw_parts_mut(part.add(at), self.layout.run) })),
        )
    }

    /// Copies the amplitudes to slices of the block's length.
    #[inline(never)]
    pub fn gather(&mut self, re: &mut [T], im: &mut [T]) {
        let rows = re.chunks_exact_mut(self.layout.run).zip(im.chunks_exact_mut(self.layout.run));
        for (start, (re, im)) in self.layout.runs.iter().zip(rows) {
            let (from_re, from_im) = self.run_at(*start);
            copy(from_re, re);
            copy(from_im, im);
        }
    }

    /// Copies the amplitudes back.
    #[inline(never)]
    pub fn scatter(&mut self, re: &[T], im: &[T]) {
        let rows = re.chunks_exact(self.layout.run).zip(im.chunks_exact(self.layout.run));
        for (start, (re, im)) in self.layout.runs.iter().zip(rows) {
            let (to_re, to_im) = self.run_at(*start);
            copy(re, to_re);
            copy(im, to_im);
        }
    }

    /// The run that begins `start` after the block's first amplitude; `start` is one of the layout's `runs`.
    fn run_at(&mut self, start: usize) -> (&mut [T], &mut [T]) {
        // SAFETY: base and start have no bit in common, both are below `len`, and so is their sum with all bits of
        // a run. Both slices of the state have `len` numbers (`Blocks::new`) and are borrowed for as long as this
        // block lives. All indices of the run are the block's own, and the result borrows the block.
        unsafe {
            let at = self.base + start;
            (
                slice::from_raw_parts_mut(self.re.add(at), self.layout.run),
                slice::from_raw_parts_mut(self.im.add(at), self.layout.run),
            )
        }
    }
}

/// Copies short runs. In wasm `memory.copy` is a call out of the module, which costs more than such a run; so this is
/// a loop over vectors, with something in it that is not known to be a copy.
#[inline]
fn copy<T: Real>(from: &[T], to: &mut [T]) {
    const AT_ONCE: usize = 8;
    let vectors = from.len() >> T::Lanes::BITS;
    if vectors < AT_ONCE {
        from.iter().zip(to).for_each(|(from, to)| *to = *from);
        return;
    }
    let (from, to) = (T::Lanes::chunks_of(from), T::Lanes::chunks(to));
    for (from, to) in from.chunks_exact(AT_ONCE).zip(to.chunks_exact(AT_ONCE)) {
        let vectors: [T::Lanes; AT_ONCE] = std::array::from_fn(|i| T::Lanes::load(from[i]));
        for (to, vector) in to.iter().zip(vectors) {
            to.set(vector.store());
        }
    }
}
