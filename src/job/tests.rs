use super::*;
use crate::rng::ShotRng;

type Machine = JobMachine<u8>;

fn submitted() -> Machine {
    let mut machine = Machine::default();
    machine.on(JobEvent::Submit);
    machine
}

#[test]
fn a_job_passes_its_statuses_and_ends_once() {
    let mut machine = Machine::default();
    assert!(!machine.submitted());
    assert_eq!(machine.on(JobEvent::Submit), [Effect::Start]);
    assert_eq!(machine.on(JobEvent::Submit), []);
    assert_eq!(machine.on(JobEvent::Status(JobStatus::Queued)), []);
    assert_eq!(machine.on(JobEvent::Status(JobStatus::Validating)), [Effect::ArmRuntime]);
    assert_eq!(machine.on(JobEvent::Status(JobStatus::Running)), []);
    assert_eq!(machine.on(JobEvent::Status(JobStatus::Queued)), []);
    assert_eq!(machine.status(), JobStatus::Running);
    assert_eq!(machine.on(JobEvent::Ended(Outcome::Done(7))), [Effect::Settle]);
    assert_eq!(machine.on(JobEvent::Ended(Outcome::Cancelled)), []);
    assert_eq!(machine.outcome(), Some(&Outcome::Done(7)));
}

#[test]
fn a_cancel_asks_the_executor_and_ends_without_it_after_the_grace() {
    let mut machine = submitted();
    assert_eq!(machine.on(JobEvent::GraceUp), []);
    assert_eq!(machine.on(JobEvent::Cancel), [Effect::AskCancel, Effect::ArmGrace]);
    assert_eq!(machine.on(JobEvent::Cancel), []);
    assert_eq!(machine.on(JobEvent::GraceUp), [Effect::Settle]);
    assert_eq!(machine.status(), JobStatus::Cancelled);
}

#[test]
fn a_job_that_ends_while_it_is_being_cancelled_is_done() {
    let mut machine = submitted();
    machine.on(JobEvent::Cancel);
    machine.on(JobEvent::Ended(Outcome::Done(1)));
    assert_eq!(machine.status(), JobStatus::Done);
}

#[test]
fn a_job_over_its_runtime_ends_in_error() {
    let mut machine = submitted();
    machine.on(JobEvent::RuntimeUp);
    machine.on(JobEvent::Ended(Outcome::Cancelled));
    assert_eq!(machine.status(), JobStatus::Error);
    let Some(Outcome::Failed(error, None)) = machine.outcome() else { panic!() };
    assert_eq!(error.code, ErrorCode::MaxRuntimeExceeded);
}

#[test]
fn statuses_have_qiskits_names_and_three_are_final() {
    let names: Vec<_> = JobStatus::ALL.iter().map(|s| s.name()).collect();
    assert_eq!(names, ["INITIALIZING", "QUEUED", "VALIDATING", "RUNNING", "CANCELLED", "DONE", "ERROR"]);
    assert_eq!(JobStatus::ALL.iter().filter(|s| s.is_final()).count(), 3);
}

/// 5,000 random orders of 30 events (seed 5): forward only, one end, and an end after every cancel's grace.
#[test]
fn random_orders_keep_the_laws() {
    for history in 0..5_000 {
        let mut rng = ShotRng::new(5, history);
        let mut pick = |n: usize| (rng.uniform() * n as f64) as usize;
        let mut machine = submitted();
        let (mut settled, mut status, mut stopping) = (0, machine.status(), false);
        for _ in 0..30 {
            let event = match pick(9) {
                0..=4 => JobEvent::Status(JobStatus::ALL[pick(7)]),
                5 => JobEvent::Cancel,
                6 => JobEvent::RuntimeUp,
                7 => JobEvent::GraceUp,
                _ => JobEvent::Ended(match pick(3) {
                    0 => Outcome::Done(1),
                    1 => Outcome::Failed(AerError::new(ErrorCode::Internal, "x"), None),
                    _ => Outcome::Cancelled,
                }),
            };
            let effects = machine.on(event);
            settled += effects.iter().filter(|e| **e == Effect::Settle).count();
            stopping |= effects.contains(&Effect::ArmGrace);
            assert!(machine.status() >= status);
            status = machine.status();
            assert_eq!(settled, usize::from(machine.outcome().is_some()));
            assert_eq!(status.is_final(), machine.outcome().is_some());
        }
        machine.on(JobEvent::GraceUp);
        assert!(!stopping || machine.outcome().is_some());
    }
}
