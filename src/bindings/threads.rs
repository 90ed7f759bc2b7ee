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

/// The threads that a job may use: those of its core, but at most so many.
pub fn threads(most: u32) -> Threads {
    #[cfg(target_feature = "atomics")]
    return Threads::new(&super::CREW, most);
    #[cfg(not(target_feature = "atomics"))]
    return Threads::default().at_most(most);
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
