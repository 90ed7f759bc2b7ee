//! One state, several threads: its blocks are handed out in parts, each once.
//!
//! A [`Layout`] says which amplitudes make a block: those whose *inside* bits take all values while the other bits
//! are those of the block's number. So different blocks have no amplitude in common, and together they are the
//! state. What is done to a block comes in stages, and a stage in [`Parts`] that have no amplitude in common. A thread
//! takes a block and goes through its stages, while it is in cache; once no block is left, it takes parts of those
//! that others are at, so that all are done at about the same time. [`Blocks`] hands out each part once, and a stage
//! only when the one before is done; a [`Part`] may then read and write its amplitudes as if it had borrowed them
//! alone. A state that is [`Growing`] is made longer piece by piece.

#![allow(unsafe_code, reason = "threads write to different blocks of one state")]

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::slice;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use super::BitPositions;
use super::index::{deposit, set_bits};
use super::lanes::Lanes;
use super::real::Real;
use crate::linalg::Complex;

/// Threads that work together.
pub trait Team: Sync {
    /// How many there are, the calling one included.
    fn threads(&self) -> usize;

    /// Does `task(0)` to `task(count - 1)`, each once, in any order and at the same time. Returns when all is done.
    fn for_each(&self, count: usize, task: &(dyn Fn(usize) + Sync));

    /// Whether nobody wants the state any more: what is left to do may be left out, and the state is worth nothing. Once
    /// it is so, it stays so until the end of the task.
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
    /// Runs have `2^most_low` amplitudes or fewer.
    pub fn new(inner: &[u32], num_bits: u32, most_low: u32) -> Self {
        let inside =
            inner.iter().filter(|bit| **bit < num_bits).fold(0usize, |inside, bit| inside | 1 << bit);
        let (inner, outer): (Vec<u32>, Vec<u32>) = (0..num_bits).partition(|bit| inside >> bit & 1 == 1);
        let (low, high) = inner.split_at((!inside).trailing_zeros().min(num_bits).min(most_low) as usize);
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

    /// Some of the lowest bits inside that are the lowest of the index: `2^low_bits` neighbours are a run.
    pub fn low_bits(&self) -> usize {
        self.run.trailing_zeros() as usize
    }

    /// Runs of a block.
    pub fn num_runs(&self) -> usize {
        self.runs.len()
    }

    /// Parts of runs whose numbers differ in these bits only.
    pub fn parts(&self, together: usize) -> Parts {
        let all = self.num_runs() - 1;
        Parts { together: set_bits(all & together).collect(), apart: set_bits(all & !together).collect() }
    }
}

/// A stage of what is done to a block: which of its runs are one part.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The bits of the number of a run in which those of one part differ.
    together: BitPositions,
    /// The other bits of the number.
    apart: BitPositions,
}

impl Parts {
    /// How many there are in a block.
    pub fn count(&self) -> usize {
        1 << self.apart.len()
    }
}

/// Blocks of a state, on which threads work.
#[derive(Debug)]
pub struct Blocks<'a, T> {
    re: *mut T,
    im: *mut T,
    layout: &'a Layout,
    stages: &'a [Parts],
    /// The first block that nobody has, and the end.
    next: AtomicUsize,
    end: usize,
    /// Blocks that are not done.
    left: AtomicUsize,
    seats: Vec<Seat>,
    state: PhantomData<&'a mut [T]>,
}

/// Where a thread is, so that others can help.
#[derive(Debug, Default)]
struct Seat {
    taken: AtomicBool,
    block: AtomicUsize,
    stage: AtomicUsize,
    /// How many parts of the stage are left, and above it a number that no other stage has that this seat comes to. While
    /// some are left, `block` and `stage` stay as they are; so whoever takes one off knows what he has.
    left: AtomicU64,
    /// Parts of the stage that are done.
    done: AtomicUsize,
}

/// Counts a part as done when it is dropped: whoever waits for one in which a thread panicked would wait for good.
struct Done<'a>(&'a AtomicUsize);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Release);
    }
}

/// Looks at the others' work before a thread ends that finds nothing to help with: about half a millisecond for few.
const LOOKS: u32 = if cfg!(target_arch = "wasm32") { 1 << 18 } else { 1 << 14 };

// SAFETY: all that is shared are atomics, a layout and stages that are only read, and two pointers, which are used only
// through a `Part`. No two blocks have an amplitude in common and none is begun twice (`next`); no two parts of a stage
// of a block have one in common and none is handed out twice (`Seat::left`, whose seat has one owner); and a stage
// begins when all parts of the one before are done (`Seat::done`), which it sees. Nobody can keep a part for longer than
// the call that does it.
unsafe impl<T: Real> Sync for Blocks<'_, T> {}

impl<'a, T: Real> Blocks<'a, T> {
    /// The blocks of a range of numbers, for so many threads; none if the state has not the length that the layout is
    /// for. The stages are the layout's.
    pub fn new(
        re: &'a mut [T],
        im: &'a mut [T],
        (layout, stages): (&'a Layout, &'a [Parts]),
        range: Range<usize>,
        threads: usize,
    ) -> Self {
        let fits = re.len() == layout.len && im.len() == layout.len;
        debug_assert!(fits, "a layout is for one length");
        let end = if fits && !stages.is_empty() { range.end.min(layout.num_blocks()) } else { 0 };
        Self {
            re: re.as_mut_ptr(),
            im: im.as_mut_ptr(),
            layout,
            stages,
            next: range.start.into(),
            end,
            left: end.saturating_sub(range.start).into(),
            seats: (0..threads).map(|_| Seat::default()).collect(),
            state: PhantomData,
        }
    }

    /// Does parts: `work` gets the number of the stage and the part. Returns when all are done, when nothing is left that
    /// this thread can do, or when they are stopped, which has to be for good. To be called by each thread with a number
    /// of its own.
    pub fn work(&self, thread: usize, stopped: &dyn Fn() -> bool, mut work: impl FnMut(usize, Part<'_, T>)) {
        let Some(seat) = self.seats.get(thread).filter(|seat| !seat.taken.swap(true, Ordering::Relaxed))
        else {
            return;
        };
        // What has been claimed is done in any case: others wait for it.
        let mut do_next = |seat: &Seat| {
            let Some((stage, part)) = self.claim(seat) else { return false };
            let _done = Done(&seat.done);
            work(stage, part);
            true
        };
        let mut turn = 0;
        while let Some(block) = self.next_block() {
            seat.block.store(block, Ordering::Relaxed);
            for (number, parts) in self.stages.iter().enumerate() {
                turn += 1;
                seat.stage.store(number, Ordering::Relaxed);
                seat.done.store(0, Ordering::Relaxed);
                seat.left.store(turn << 32 | parts.count() as u64, Ordering::Release);
                while seat.done.load(Ordering::Acquire) < parts.count() {
                    if stopped() {
                        return;
                    }
                    if !do_next(seat) {
                        std::hint::spin_loop();
                    }
                }
            }
            self.left.fetch_sub(1, Ordering::Relaxed);
        }
        let mut looks = 0;
        while looks < LOOKS && self.left.load(Ordering::Relaxed) > 0 && !stopped() {
            looks += 1;
            if self.seats.iter().any(&mut do_next) {
                looks = 0;
            } else {
                std::hint::spin_loop();
            }
        }
    }

    fn next_block(&self) -> Option<usize> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.end).then_some(number)
    }

    /// The next part of the stage at which the owner of a seat is, if one is left.
    fn claim(&self, seat: &Seat) -> Option<(usize, Part<'_, T>)> {
        let mut left = seat.left.load(Ordering::Acquire);
        loop {
            let part = (left as u32).checked_sub(1)?;
            let (block, stage) = (seat.block.load(Ordering::Relaxed), seat.stage.load(Ordering::Relaxed));
            match seat.left.compare_exchange_weak(left, left - 1, Ordering::Acquire, Ordering::Acquire) {
                Ok(_) => {
                    let (layout, parts) = (self.layout, &self.stages[stage]);
                    let base = deposit(block, &layout.outer);
                    let first = deposit(part as usize, &parts.apart);
                    let (re, im, state) = (self.re, self.im, PhantomData);
                    return Some((stage, Part { re, im, base, first, parts, layout, state }));
                }
                Err(now) => left = now,
            }
        }
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
        let pointers = Pointers(re.as_mut_ptr(), im.as_mut_ptr());
        let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        team.for_each(chunks, &|_| {
            // Whatever the team does, each chunk is written once.
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number < chunks {
                let to = len + number * chunk;
                // SAFETY: a piece reads below `old`, where nobody writes, and writes `chunk` places of its own between
                // the length and the capacity, as what may not have been written before.
                unsafe { pointers.append(to % old, to, chunk, factor(number)) };
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
struct Pointers<T>(*mut T, *mut T);

// SAFETY: `append` is told to touch different places by different threads.
unsafe impl<T: Real> Sync for Pointers<T> {}

impl<T: Real> Pointers<T> {
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

/// Some runs of a block.
#[derive(Debug)]
pub struct Part<'a, T> {
    re: *mut T,
    im: *mut T,
    base: usize,
    /// The number of its first run.
    first: usize,
    parts: &'a Parts,
    layout: &'a Layout,
    state: PhantomData<&'a mut [T]>,
}

impl<T: Real> Part<'_, T> {
    /// The index of the first amplitude of its block: outside bits have their values, inside bits are 0.
    pub fn base(&self) -> usize {
        self.base
    }

    /// How many runs it has.
    pub fn num_runs(&self) -> usize {
        1 << self.parts.together.len()
    }

    /// How many amplitudes it has.
    #[allow(clippy::len_without_is_empty, reason = "no part is empty")]
    pub fn len(&self) -> usize {
        self.layout.run << self.parts.together.len()
    }

    /// Its first run: the index of its first amplitude, and its amplitudes.
    pub fn run(&mut self) -> (usize, &mut [T], &mut [T]) {
        let start = self.start(0);
        let (re, im) = self.run_at(start);
        (start, re, im)
    }

    /// All of its runs at the same time: their real and imaginary parts. `None` if there are not `D`.
    pub fn rows<const D: usize>(&mut self) -> Option<[[&mut [T]; D]; 2]> {
        if self.num_runs() != D {
            return None;
        }
        let at: [usize; D] = std::array::from_fn(|number| self.start(number));
        // SAFETY: as in `run_at`; and runs with different numbers have no amplitude in common.
        Some(
            [self.re, self.im]
                .map(|part| at.map(|at| unsafe { slice::from_raw_parts_mut(part.add(at), self.layout.run) })),
        )
    }

    /// Copies the amplitudes to slices that are as long.
    #[inline(never)]
    pub fn gather(&mut self, re: &mut [T], im: &mut [T]) {
        let rows = re.chunks_exact_mut(self.layout.run).zip(im.chunks_exact_mut(self.layout.run));
        for (number, (re, im)) in rows.take(self.num_runs()).enumerate() {
            let (from_re, from_im) = self.run_at(self.start(number));
            copy(from_re, re);
            copy(from_im, im);
        }
    }

    /// Copies the amplitudes back.
    #[inline(never)]
    pub fn scatter(&mut self, re: &[T], im: &[T]) {
        let rows = re.chunks_exact(self.layout.run).zip(im.chunks_exact(self.layout.run));
        for (number, (re, im)) in rows.take(self.num_runs()).enumerate() {
            let (to_re, to_im) = self.run_at(self.start(number));
            copy(re, to_re);
            copy(im, to_im);
        }
    }

    /// Where a run begins; `number` is below `num_runs`.
    fn start(&self, number: usize) -> usize {
        self.base + self.layout.runs[self.first | deposit(number, &self.parts.together)]
    }

    /// The run that begins at one of the places of `start`.
    fn run_at(&mut self, at: usize) -> (&mut [T], &mut [T]) {
        // SAFETY: a block's base, a run's start in it and places in a run have no bit in common and are below `len`, and
        // so is their sum. Both slices of the state have `len` numbers (`Blocks::new`) and are borrowed for as long as
        // this part lives. All places of the run are the part's own, and the result borrows it.
        unsafe {
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
