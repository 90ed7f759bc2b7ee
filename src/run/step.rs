//! The resumable run.

use serde::{Deserialize, Serialize};

use super::ExperimentResult;
use crate::circuit::Circuit;
use crate::error::AerError;

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Index of the experiment that runs.
    pub experiment: usize,
    /// Number of experiments.
    pub experiments: usize,
    /// Units done of this experiment.
    pub completed: u64,
    /// Units of this experiment.
    pub total: u64,
    /// What is counted.
    pub unit: ProgressUnit,
}

/// What progress counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProgressUnit {
    /// Operations of a circuit that runs once.
    Operations,
    /// Shots of a circuit that runs once per shot.
    Shots,
}

/// What a slice of work ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The budget is used up; there is more to do.
    Pending,
    /// An experiment ended, well or not: take it with [`Run::take_result`], then go on.
    Experiment(usize),
    /// All experiments have ended.
    Finished,
}

/// A job being executed.
pub struct Run {
    circuits: Vec<Result<Circuit, AerError>>,
}

impl Run {
    /// Does work of about `budget` touched amplitudes, or up to the end of an experiment.
    pub fn step(&mut self, budget: u64) -> Step {
        let _ = budget;
        Step::Finished
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        Progress {
            experiment: 0,
            experiments: self.circuits.len(),
            completed: 0,
            total: 0,
            unit: ProgressUnit::Operations,
        }
    }

    /// Takes the result of an experiment that has ended.
    pub fn take_result(&mut self, experiment: usize) -> Option<ExperimentResult> {
        let _ = experiment;
        None
    }
}
