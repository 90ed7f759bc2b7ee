//! Threads that share independent pieces of work, such as the blocks of a pass.
//!
//! A [`Crew`] is a pool of helpers around one owner, who has the work. The owner opens a gate, takes pieces like
//! everybody else until none is left, closes the gate, and waits for those that came in: so a helper that the
//! system does not schedule delays nobody. Helpers look for work for about two milliseconds before they sleep,
//! because waking takes longer than the gap between two passes. Who does a piece is left to chance; what comes
//! out is not, as long as the pieces are independent.
//!
//! The host starts the threads: each enlists, calls [`Crew::help`] and stays there. [`Threads`] is what engines get: a
//! crew and how many of it they may use. Without a crew everything runs on the calling thread.
#![allow(unsafe_code, reason = "helpers run a closure of the owner, which waits for them")]

use super::shared::Team;
use std::cell::UnsafeCell;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Looks at a word before a thread goes to sleep: about two milliseconds.
const LOOKS: u32 = if cfg!(target_arch = "wasm32") { 1 << 20 } else { 1 << 16 };

/// See [`Team::patience`].
const PATIENCE: u64 = 8;

/// The gate is open: helpers may come in. The bits below count those inside.
const OPEN: u32 = 1 << 31;

/// A thread-safe function of the number of a piece.
type Work<'a> = dyn Fn(usize) + Sync + 'a;

/// The work at hand.
#[derive(Clone, Copy)]
struct Task {
    /// Valid while the gate is open or somebody is inside.
    work: *const Work<'static>,
    count: usize,
}

/// A pool of helpers.
pub struct Crew {
    /// The number of the task: it changes when there is a new one.
    round: AtomicU32,
    /// [`OPEN`] or not, and the number of helpers inside.
    gate: AtomicU32,
    /// How many may be inside.
    limit: AtomicU32,
    /// Written by the owner while the gate is closed and nobody is inside; read by those inside.
    task: UnsafeCell<Option<Task>>,
    /// The next piece.
    next: AtomicUsize,
    /// Whether somebody owns the crew now.
    owned: AtomicBool,
    /// Threads that have come to help.
    helpers: AtomicU32,
    /// A helper failed: the crew helps no more.
    failed: AtomicBool,
    dismissed: AtomicBool,
    /// The job that is worked on; 0 is none.
    job: AtomicU32,
    /// The job that nobody wants any more.
    stop: AtomicU32,
    /// Where helpers wait for a task.
    started: Bell,
    /// Where the owner waits for the helpers inside.
    finished: Bell,
}

// SAFETY: `task` is the only field that is not thread-safe by itself. The owner, of whom there is one (`owned`),
// writes it while the gate is closed and empty, and then opens the gate with Release; a helper reads it after it
// has come in with Acquire, and the gate is not empty until it has left. What it points to is `Sync`.
unsafe impl Sync for Crew {}
// SAFETY: as above; nothing in it belongs to a certain thread.
unsafe impl Send for Crew {}

impl Default for Crew {
    fn default() -> Self {
        Self::new()
    }
}

impl Crew {
    /// A crew without helpers.
    pub const fn new() -> Self {
        Self {
            round: AtomicU32::new(0),
            gate: AtomicU32::new(0),
            limit: AtomicU32::new(0),
            task: UnsafeCell::new(None),
            next: AtomicUsize::new(0),
            owned: AtomicBool::new(false),
            helpers: AtomicU32::new(0),
            failed: AtomicBool::new(false),
            dismissed: AtomicBool::new(false),
            job: AtomicU32::new(0),
            stop: AtomicU32::new(0),
            started: Bell::new(),
            finished: Bell::new(),
        }
    }

    /// Counts the calling thread as a helper. What follows is [`Crew::help`].
    pub fn enlist(&self) {
        self.helpers.fetch_add(1, Ordering::Relaxed);
    }

    /// Lends the calling thread, which has enlisted, to the crew, until [`Crew::dismiss`].
    pub fn help(&self) {
        let mut seen = 0;
        while !self.dismissed.load(Ordering::Relaxed) {
            self.started.wait_while(|| {
                self.round.load(Ordering::SeqCst) == seen && !self.dismissed.load(Ordering::SeqCst)
            });
            seen = self.round.load(Ordering::Acquire);
            if self.enter() {
                // SAFETY: this thread is inside, so the task is not written, and its owner waits.
                if let Some(task) = unsafe { *self.task.get() } {
                    // SAFETY: as above: the closure lives until the owner has seen this thread leave.
                    self.take_pieces(unsafe { &*task.work }, task.count);
                }
                self.gate.fetch_sub(1, Ordering::SeqCst);
                self.finished.ring();
            }
        }
        self.helpers.fetch_sub(1, Ordering::Relaxed);
    }

    /// Sends the helpers home.
    pub fn dismiss(&self) {
        self.dismissed.store(true, Ordering::SeqCst);
        self.started.ring();
    }

    /// A helper tells that it could not finish its piece. An owner that waits for it fails too.
    pub fn fail(&self) {
        self.failed.store(true, Ordering::SeqCst);
        self.finished.ring();
    }

    /// Tells which job is worked on from now on; its number is not 0.
    pub fn begin(&self, job: u32) {
        self.job.store(job, Ordering::Relaxed);
    }

    /// Whether the number of the job that is worked on stands in [`Crew::stop_word`].
    pub fn stopped(&self) -> bool {
        let job = self.job.load(Ordering::Relaxed);
        job != 0 && self.stop.load(Ordering::Relaxed) == job
    }

    /// Where whoever shares the memory writes the number of a job to stop it. It says which, so that one that comes
    /// too late stops no other.
    pub fn stop_word(&self) -> &AtomicU32 {
        &self.stop
    }

    /// Comes in, if the gate is open and there is room.
    fn enter(&self) -> bool {
        let room = |gate: u32| gate & OPEN != 0 && gate & !OPEN < self.limit.load(Ordering::Relaxed);
        let one_more = |gate: u32| room(gate).then_some(gate + 1);
        self.gate.fetch_update(Ordering::Acquire, Ordering::Acquire, one_more).is_ok()
    }

    fn take_pieces(&self, work: &Work<'_>, count: usize) {
        loop {
            let piece = self.next.fetch_add(1, Ordering::Relaxed);
            if piece >= count {
                return;
            }
            work(piece);
        }
    }

    /// Does `work(0)` to `work(count - 1)`, each once, with at most so many helpers.
    fn share(&self, helpers: u32, count: usize, work: &Work<'_>) {
        if self.owned.swap(true, Ordering::Acquire) {
            // Work within work, or of another thread.
            return (0..count).for_each(work);
        }
        self.limit.store(helpers.min((count - 1) as u32), Ordering::Relaxed);
        self.next.store(0, Ordering::Relaxed);
        // SAFETY: only the lifetime is left out; this function does not end while anybody uses the task.
        #[allow(clippy::transmute_ptr_to_ptr, reason = "a cast cannot change the lifetime")]
        let work_for_all = unsafe { std::mem::transmute::<*const Work<'_>, *const Work<'static>>(work) };
        // SAFETY: the gate is closed and empty, and this is the owner.
        unsafe { *self.task.get() = Some(Task { work: work_for_all, count }) };
        self.gate.store(OPEN, Ordering::Release);
        self.round.fetch_add(1, Ordering::SeqCst);
        self.started.ring();
        self.take_pieces(work, count);
        self.gate.fetch_and(!OPEN, Ordering::AcqRel);
        self.finished
            .wait_while(|| self.gate.load(Ordering::SeqCst) != 0 && !self.failed.load(Ordering::SeqCst));
        assert!(!self.failed.load(Ordering::SeqCst), "a thread that helps has failed");
        self.owned.store(false, Ordering::Release);
    }
}

impl fmt::Debug for Crew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crew").field("helpers", &self.helpers).finish_non_exhaustive()
    }
}

/// Where threads wait for something: first awake, then asleep.
struct Bell {
    /// How many are asleep, so that nobody is called who is awake.
    asleep: AtomicU32,
    bed: Mutex<()>,
    alarm: Condvar,
}

impl Bell {
    const fn new() -> Self {
        Self { asleep: AtomicU32::new(0), bed: Mutex::new(()), alarm: Condvar::new() }
    }

    /// Waits. What `waiting` reads is changed with [`Ordering::SeqCst`], and then the bell is rung.
    fn wait_while(&self, waiting: impl Fn() -> bool) {
        for _ in 0..LOOKS {
            if !waiting() {
                return;
            }
            std::hint::spin_loop();
        }
        let mut bed = self.lie_down();
        self.asleep.fetch_add(1, Ordering::SeqCst);
        while waiting() {
            bed = self.alarm.wait(bed).unwrap_or_else(PoisonError::into_inner);
        }
        self.asleep.fetch_sub(1, Ordering::SeqCst);
    }

    fn ring(&self) {
        if self.asleep.load(Ordering::SeqCst) > 0 {
            // Whoever is between looking and sleeping holds the lock.
            drop(self.lie_down());
            self.alarm.notify_all();
        }
    }

    fn lie_down(&self) -> MutexGuard<'_, ()> {
        self.bed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The threads that an engine may use.
#[derive(Clone, Copy, Debug, Default)]
pub struct Threads {
    crew: Option<&'static Crew>,
    most: u32,
}

impl Threads {
    /// At most this many threads: the calling one and helpers of the crew.
    pub fn new(crew: &'static Crew, most: u32) -> Self {
        Self { crew: Some(crew), most }
    }

    /// These threads, but at most so many.
    #[must_use]
    pub fn at_most(self, most: u32) -> Self {
        Self { most: self.most.min(most), ..self }
    }

    /// How many threads there are, the calling one included.
    pub fn count(self) -> u32 {
        let helpers = |crew: &Crew| {
            if crew.failed.load(Ordering::Relaxed) { 0 } else { crew.helpers.load(Ordering::Relaxed) }
        };
        self.crew.map_or(1, |crew| (helpers(crew) + 1).min(self.most).max(1))
    }
}

impl Team for Threads {
    fn threads(&self) -> usize {
        self.count() as usize
    }

    fn for_each(&self, count: usize, work: &Work<'_>) {
        let helpers = self.count() - 1;
        match self.crew {
            Some(crew) if helpers > 0 && count > 1 => crew.share(helpers, count, work),
            _ => (0..count).for_each(work),
        }
    }

    /// Nor does anybody want a state of which a helper failed to do a part.
    fn stopped(&self) -> bool {
        let has_failed =
            |crew: &Crew| crew.owned.load(Ordering::Relaxed) && crew.failed.load(Ordering::Relaxed);
        self.crew.is_some_and(|crew| crew.stopped() || has_failed(crew))
    }

    /// All meet at the end of a step, so there should be few; a block is short, and can be the last.
    fn patience(&self) -> u64 {
        if self.count() > 1 { PATIENCE } else { 1 }
    }
}

#[cfg(test)]
mod tests;
