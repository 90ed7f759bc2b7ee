//! The polling policy of `wait_for_final_state`: when to stop, and how long to sleep.
//!
//! The loop is Qiskit's to the letter: read the status; while it is not final, first test the timeout, then
//! call back, then sleep. Only the last sleep differs: it is cut at the deadline.

/// How a caller waits; seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WaitPolicy {
    /// How long to wait at most; for ever if absent.
    pub timeout_s: Option<f64>,
    /// Time between two polls.
    pub wait_s: f64,
}

impl WaitPolicy {
    /// Whether the deadline has passed.
    pub fn timed_out(&self, elapsed_s: f64) -> bool {
        self.timeout_s.is_some_and(|timeout| elapsed_s >= timeout)
    }

    /// How long to sleep before the next poll.
    pub fn sleep_s(&self, elapsed_s: f64) -> f64 {
        let wait = self.wait_s.max(0.0);
        self.timeout_s.map_or(wait, |timeout| wait.min((timeout - elapsed_s).max(0.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_sleep_ends_at_the_deadline() {
        let policy = WaitPolicy { timeout_s: Some(7.0), wait_s: 5.0 };
        assert!((policy.sleep_s(0.0) - 5.0).abs() < 1e-12);
        assert!((policy.sleep_s(5.0) - 2.0).abs() < 1e-12);
        assert!(policy.sleep_s(8.0).abs() < 1e-12);
        assert!(!policy.timed_out(6.9) && policy.timed_out(7.0));
    }

    #[test]
    fn zero_timeout_ends_before_the_first_callback_and_none_never_does() {
        assert!(WaitPolicy { timeout_s: Some(0.0), wait_s: 5.0 }.timed_out(0.0));
        assert!(!WaitPolicy { timeout_s: None, wait_s: 5.0 }.timed_out(1e9));
    }
}
