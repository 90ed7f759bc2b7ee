//! A job's life as a pure state machine: no promises, no timers, no workers.
//!
//! [`JobMachine`] is fed with what the user asks and what the executor reports, and answers with
//! [`Effect`]s for the bindings to carry out. Its laws, which the tests check under random event orders:
//! a status only moves forward; a job ends exactly once; what comes after the end changes nothing; once a
//! cancel or a deadline is armed the job ends, whether the executor answers or not.

pub mod wait;

use crate::error::{AerError, ErrorCode};

/// Defines [`JobStatus`]: one row per status, in the order in which a job passes them.
macro_rules! statuses {
    ($($variant:ident = $name:literal : $description:literal;)*) => {
        /// The status of a job; names and descriptions are Qiskit's. The order is the order of life.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum JobStatus { $(#[doc = $description] $variant,)* }

        impl JobStatus {
            /// Every status.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name, which is the value in JavaScript.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// Qiskit's sentence.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $description),* }
            }
        }
    };
}

statuses! {
    Initializing = "INITIALIZING": "job is being initialized";
    Queued = "QUEUED": "job is queued";
    Validating = "VALIDATING": "job is being validated";
    Running = "RUNNING": "job is actively running";
    Cancelled = "CANCELLED": "job has been cancelled";
    Done = "DONE": "job has successfully run";
    Error = "ERROR": "job incurred error";
}

impl JobStatus {
    /// Whether a job in this status has ended.
    pub fn is_final(self) -> bool {
        self >= Self::Cancelled
    }
}

/// How a job ended. `R` is a result.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome<R> {
    /// It ran; every experiment succeeded.
    Done(R),
    /// It failed; the result holds what did succeed.
    Failed(AerError, Option<R>),
    /// It was cancelled; the result holds what had succeeded.
    Cancelled(Option<R>),
}

/// What happens to a job.
#[derive(Clone, Debug, PartialEq)]
pub enum JobEvent<R> {
    /// The user submits it.
    Submit,
    /// The executor reports a status before the end.
    Status(JobStatus),
    /// The executor reports the end.
    Ended(Outcome<R>),
    /// The user cancels it.
    Cancel,
    /// It has run for as long as it may.
    RuntimeUp,
    /// The executor has had its time to answer a cancel.
    GraceUp,
}

/// What the bindings have to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Hand the job to its executor.
    Start,
    /// Ask the executor to stop it.
    AskCancel,
    /// Send [`JobEvent::GraceUp`] after [`CANCEL_GRACE_S`].
    ArmGrace,
    /// Send [`JobEvent::RuntimeUp`] after `max_runtime_s`, if the job has one.
    ArmRuntime,
    /// Settle everybody who waits for the end, and stop the timers.
    Settle,
}

/// How long an executor may take to answer a cancel before the job ends without it, in seconds. The pool of
/// workers answers far sooner; this is for executors that never do.
pub const CANCEL_GRACE_S: f64 = 2.0;

/// The life of one job.
#[derive(Clone, Debug)]
pub struct JobMachine<R> {
    submitted: bool,
    status: JobStatus,
    outcome: Option<Outcome<R>>,
    stop: Option<Stop>,
    runtime_armed: bool,
}

/// Why a job is being stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    Cancel,
    Runtime,
}

impl<R> Default for JobMachine<R> {
    fn default() -> Self {
        Self {
            submitted: false,
            status: JobStatus::Initializing,
            outcome: None,
            stop: None,
            runtime_armed: false,
        }
    }
}

impl<R> JobMachine<R> {
    /// Whether it has been submitted.
    pub fn submitted(&self) -> bool {
        self.submitted
    }

    /// The status now; `INITIALIZING` before submission.
    pub fn status(&self) -> JobStatus {
        self.status
    }

    /// How it ended, once it has.
    pub fn outcome(&self) -> Option<&Outcome<R>> {
        self.outcome.as_ref()
    }

    /// Whether it was asked to stop, whatever came of it.
    pub fn stopping(&self) -> bool {
        self.stop.is_some()
    }

    /// Takes an event and says what to do.
    pub fn on(&mut self, event: JobEvent<R>) -> Vec<Effect> {
        if self.outcome.is_some() {
            return vec![];
        }
        match event {
            JobEvent::Submit if self.submitted => vec![],
            JobEvent::Submit => {
                self.submitted = true;
                vec![Effect::Start]
            }
            JobEvent::Status(status) => self.advance(status),
            JobEvent::Ended(outcome) => self.end(outcome),
            JobEvent::Cancel => self.stop(Stop::Cancel),
            JobEvent::RuntimeUp => self.stop(Stop::Runtime),
            JobEvent::GraceUp if self.stop.is_some() => self.end(Outcome::Cancelled(None)),
            JobEvent::GraceUp => vec![],
        }
    }

    fn advance(&mut self, status: JobStatus) -> Vec<Effect> {
        if status <= self.status || status.is_final() {
            return vec![];
        }
        self.status = status;
        let taken_up = status >= JobStatus::Validating;
        if taken_up && !std::mem::replace(&mut self.runtime_armed, taken_up) {
            return vec![Effect::ArmRuntime];
        }
        vec![]
    }

    fn stop(&mut self, why: Stop) -> Vec<Effect> {
        if self.stop.is_some() {
            return vec![];
        }
        self.stop = Some(why);
        if !self.submitted {
            return self.end(Outcome::Cancelled(None));
        }
        vec![Effect::AskCancel, Effect::ArmGrace]
    }

    fn end(&mut self, outcome: Outcome<R>) -> Vec<Effect> {
        let outcome = match outcome {
            Outcome::Cancelled(partial) if self.stop == Some(Stop::Runtime) => Outcome::Failed(
                AerError::new(ErrorCode::MaxRuntimeExceeded, "The job ran longer than its max_runtime_s.")
                    .hint("Raise max_runtime_s, or run a smaller circuit or fewer shots."),
                partial,
            ),
            outcome => outcome,
        };
        self.status = match &outcome {
            Outcome::Done(_) => JobStatus::Done,
            Outcome::Failed(..) => JobStatus::Error,
            Outcome::Cancelled(_) => JobStatus::Cancelled,
        };
        self.outcome = Some(outcome);
        vec![Effect::Settle]
    }
}

#[cfg(test)]
mod tests;
