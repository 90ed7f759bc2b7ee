//! Jobs divided at random among sessions, and put together again: the results are those of one session.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::protocol::RunRequest;
use crate::rng::ShotRng;
use crate::run::part::merge_shots;
use crate::run::{ExperimentData, ExperimentResult, Step};
use crate::session::Session;

/// Measures, and goes on as the outcome says: runs once per shot.
const CONDITIONAL: &str = "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[3]; creg c[3]; creg d[1];
    ry(0.9) q[0]; measure q[0] -> d[0]; if (d == 1) ry(1.1) q[1]; cx q[1], q[2]; reset q[0]; ry(0.4) q[0];
    measure q -> c;";
const BELL: &str =
    "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[2]; creg c[2]; h q[0]; cx q[0], q[1]; measure q -> c;";
/// Divides by a number that is 0 in one shot of 64.
const SOMETIMES_FAILS: &str = "OPENQASM 3.0; include \"stdgates.inc\"; qubit[6] q; bit[6] c; uint[6] x = 9;
    h q; c = measure q; x = x / uint[6](c); if (x == 3) { x q[0]; } c[0] = measure q[0];";
const NONSENSE: &str = "OPENQASM 2.0; nonsense;";

fn request(circuits: &[&str], options: &Value) -> RunRequest {
    RunRequest {
        circuits: circuits.iter().map(|text| (*text).into()).collect(),
        run_options: options.as_object().unwrap().clone(),
        fallback_seed: 11,
        ..RunRequest::default()
    }
}

fn session(request: &RunRequest) -> Session {
    Session::new(request.clone(), 1 << 30).unwrap()
}

/// What a division may not change: all but which shots were run where.
fn essence(result: ExperimentResult, data: ExperimentData) -> (ExperimentResult, u64) {
    let shots = result.shots;
    (ExperimentResult { data, part: None, shots: 0, ..result }, shots)
}

/// The whole job in one session.
fn undivided(request: &RunRequest) -> Vec<(ExperimentResult, u64)> {
    let mut session = session(request);
    let mut results = Vec::new();
    loop {
        match session.step(u64::MAX) {
            Step::Pending => {}
            Step::Experiment(index) => {
                let mut result = session.take_result(index).unwrap();
                let data = std::mem::take(&mut result.data);
                results.push(essence(result, data));
            }
            Step::Finished => return results,
        }
    }
}

/// The job by up to `workers` sessions, which run in random turns and give up random parts; and how often.
fn divided(request: &RunRequest, workers: usize, seed: u64) -> (Vec<(ExperimentResult, u64)>, u32) {
    let mut rng = ShotRng::new(seed, 0);
    let mut pick = |n: usize| (rng.uniform() * n as f64) as usize;
    let mut gathered = Gathered::default();
    let mut running: BTreeMap<WorkerId, Session> = BTreeMap::from([(0, session(request))]);
    let (mut waiting, mut splits, mut fraction) = (Vec::new(), 0, 0.0);
    gathered.worker_begins(0);
    while !running.is_empty() {
        let at = pick(running.len());
        let (&worker, session_of_it) = running.iter_mut().nth(at).unwrap();
        if pick(4) == 0 {
            let into = 1 + pick(4) as u32;
            if let Some(part) = session_of_it.give_up(into) {
                assert!(part.from < part.to, "{part:?}");
                splits += 1;
                waiting.push(part);
            }
        }
        match session_of_it.step(500) {
            Step::Pending => {}
            Step::Experiment(index) => {
                let result = session_of_it.take_result(index).unwrap();
                gathered.add(worker, index, result.part, result.error.clone(), result);
            }
            Step::Finished => {
                running.remove(&worker);
                gathered.worker_ends(worker);
            }
        }
        if let Some(session) = running.get(&worker) {
            let progress = gathered.progress(worker, session.progress());
            let experiments = progress.experiments as f64;
            let share = progress.completed as f64 / progress.total.max(1) as f64;
            let now = (progress.experiment as f64 + share) / experiments;
            assert!(now <= 1.0 && now >= fraction, "{fraction} to {now}");
            fraction = now;
        }
        while running.len() < workers && !waiting.is_empty() {
            let part = waiting.swap_remove(pick(waiting.len()));
            let fresh = (0..u32::MAX).find(|worker| !running.contains_key(worker)).unwrap();
            running.insert(fresh, session(request).only(part));
            gathered.worker_begins(fresh);
        }
    }
    assert!(waiting.is_empty());
    assert!(gathered.most_workers() <= workers);
    assert!(gathered.is_whole(request.circuits.len()));
    let merge = |(index, mut whole): (usize, Whole<ExperimentResult>)| {
        let shots = whole.pieces.iter().map(|piece| piece.shots).sum();
        let data = merge_shots(whole.pieces.iter_mut().map(|piece| std::mem::take(&mut piece.data)));
        let first = whole.pieces.swap_remove(0);
        assert_eq!(first.error, whole.error, "experiment {index}");
        (essence(first, data).0, shots)
    };
    (gathered.take_whole().into_iter().map(merge).collect(), splits)
}

/// Seeds 0 to 39 of the division; nothing else is random, so there is no false alarm.
#[test]
fn results_do_not_depend_on_the_division() {
    let jobs: [(&[&str], Value); 5] = [
        (&[CONDITIONAL], json!({"shots": 700, "seed_simulator": 4, "memory": true})),
        (&[CONDITIONAL, BELL, CONDITIONAL, BELL], json!({"shots": 200, "memory": true})),
        (&[BELL, NONSENSE, CONDITIONAL, SOMETIMES_FAILS], json!({"shots": 300, "seed_simulator": 8})),
        (&[SOMETIMES_FAILS, SOMETIMES_FAILS], json!({"shots": 20, "seed_simulator": 2, "memory": true})),
        (&[BELL, CONDITIONAL], json!({"shots": 0})),
    ];
    let mut splits = 0;
    let mut failed = 0;
    for (circuits, options) in &jobs {
        let request = request(circuits, options);
        let whole = undivided(&request);
        failed += whole.iter().filter(|(result, _)| result.error.is_some()).count();
        for workers in [1, 2, 4] {
            for seed in 0..40 {
                let (results, split) = divided(&request, workers, seed);
                assert_eq!(results, whole, "{circuits:?} by {workers}, seed {seed}");
                splits += split;
            }
        }
    }
    assert!(splits > 2_000 && failed >= 2, "{splits} splits, {failed} failed");
}

#[test]
fn the_options_say_what_may_be_divided() {
    let divide = |circuits: &[&str], options: Value| {
        let mut session = session(&request(circuits, &options));
        session.step(300);
        let (much, at_most) = session.divisible();
        assert_eq!(much > 0.0, at_most > 0, "{options}");
        let part = session.give_up(2);
        (at_most, part.map(|part| (part.from.experiment, part.from.shot > 0)))
    };
    let all = u64::MAX;
    let memory = (1 << 29) / (16 << 3);
    let two = [CONDITIONAL; 2];
    assert_eq!(divide(&two[..1], json!({})), (memory, Some((0, true))));
    assert_eq!(divide(&two[..1], json!({"max_parallel_shots": 1})), (0, None));
    assert_eq!(divide(&two[..1], json!({"max_parallel_shots": 3})).0, 3);
    assert_eq!(divide(&two[..1], json!({"max_parallel_threads": 2, "max_parallel_shots": 3})).0, 2);
    assert_eq!(divide(&two[..1], json!({"max_memory_mb": -1})).0, all / (16 << 3));
    assert_eq!(divide(&two, json!({"max_parallel_shots": 1})), (memory, Some((1, false))));
    assert_eq!(divide(&two, json!({"max_parallel_experiments": 1})), (memory, Some((0, true))));
    assert_eq!(divide(&two, json!({"max_parallel_experiments": 1, "max_parallel_shots": 1})), (0, None));
    assert_eq!(divide(&[BELL], json!({"shots": 1 << 20})), (0, None), "one state serves all shots");
}

#[test]
fn an_experiment_is_there_when_all_its_shots_are() {
    let shots = |from, to| Some(Shots { from, to, of: 10 });
    let mut gathered = Gathered::default();
    gathered.add(0, 0, None, None, "a");
    gathered.add(0, 1, shots(4, 10), None, "c");
    assert!(gathered.is_whole(1) && !gathered.is_whole(2));
    gathered.add(1, 1, shots(0, 4), None, "b");
    gathered.add(1, 2, shots(0, 4), None, "d");
    assert!(gathered.is_whole(2) && !gathered.is_whole(3));
    let whole = |pieces: &[&'static str]| Whole { error: None, pieces: pieces.to_vec() };
    assert_eq!(gathered.take_whole(), BTreeMap::from([(0, whole(&["a"])), (1, whole(&["b", "c"]))]));
}
