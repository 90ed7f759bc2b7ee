//! The second core of a worker, whose memory is shared with helpers.
//!
//! The crate is built twice. A worker starts with the plain core, which reads a job and sees whether threads pay;
//! if so, the host starts the other build beside it, and that core gets the very message that the plain one got,
//! and answers in its place. Small jobs never wait for it.

use super::host::threads_missing;
use crate::engine::Threads;
use crate::session::Session;

/// Work, in amplitudes touched, that is worth a second core and its threads: about a tenth of a second.
const WORTHWHILE: u64 = 1 << 27;

/// Whether this is the core whose memory is shared.
pub const SHARED: bool = cfg!(target_feature = "atomics");

/// The threads that a job may use: those of its core, but at most so many. They work for it from now on.
pub fn threads(job: u32, most: u32) -> Threads {
    #[cfg(target_feature = "atomics")]
    {
        super::CREW.begin(stop_number(job));
        Threads::new(&super::CREW, most)
    }
    #[cfg(not(target_feature = "atomics"))]
    {
        let _ = job;
        Threads::default().at_most(most)
    }
}

/// What stands for a job where it is told that it is not wanted any more: 0 is none.
pub fn stop_number(job: u32) -> u32 {
    job.wrapping_add(1).max(1)
}

/// Whether the front has told that nobody wants the job that is worked on: its state is worth nothing.
pub fn stopped() -> bool {
    #[cfg(target_feature = "atomics")]
    return super::CREW.stopped();
    #[cfg(not(target_feature = "atomics"))]
    return false;
}

/// Why a job stays with the plain core, which may use so many threads; nothing where it should not.
pub fn reason_for_one(session: &Session, most: u32) -> Option<String> {
    let reason = if let Some(missing) = threads_missing() {
        return Some(missing);
    } else if session.shared_work() == 0 {
        "it has no state of 2^18 amplitudes or more, or option max_parallel_threads is 1"
    } else if session.shared_work() < WORTHWHILE {
        "it is done before threads would have started"
    } else if most < 2 {
        "other jobs have the cores"
    } else {
        return None;
    };
    Some(reason.to_owned())
}
