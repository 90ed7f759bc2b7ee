//! Parts of a job, so that several workers may run it together.
//!
//! The work of a job is a line: its experiments in order, and within an experiment that runs once per shot and
//! saves nothing its shots in order. A [`Part`] is a piece of that line. A run that was given a part, or the whole,
//! may give up the end of it while it runs ([`super::Run::give_up`]): so work is divided by what is seen to take
//! long, not by what was expected, and what is small is never divided. All randomness comes from (seed,
//! experiment, shot), so results do not depend on the division; [`merge_shots`] puts them together.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::ExperimentData;

/// A place in the work of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Index of the experiment.
    pub experiment: usize,
    /// A shot of it; 0 where its shots are not divided.
    pub shot: u64,
}

/// The work from one place up to another, which is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Where it begins.
    pub from: Place,
    /// Where it ends.
    pub to: Place,
}

/// Shots of an experiment that were run together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shots {
    /// The first.
    pub from: u64,
    /// The one after the last.
    pub to: u64,
    /// How many the experiment has in all.
    pub of: u64,
}

impl Shots {
    /// How many they are.
    pub fn count(&self) -> u64 {
        self.to.saturating_sub(self.from)
    }

    /// Which share of all they are.
    pub fn share(&self) -> f64 {
        if self.whole() { 1.0 } else { self.count() as f64 / self.of as f64 }
    }

    /// Whether they are all that there are.
    pub fn whole(&self) -> bool {
        self.count() == self.of
    }
}

/// What the shots of an experiment gave, from what its parts gave in the order of their shots. Parts save nothing.
pub fn merge_shots(parts: impl IntoIterator<Item = ExperimentData>) -> ExperimentData {
    let mut merged = ExperimentData::default();
    for part in parts {
        match (&mut merged.counts, part.counts) {
            (Some(sums), Some(counts)) => {
                for (memory, count) in counts {
                    *sums.entry(memory).or_default() += count;
                }
            }
            (sums, counts) => *sums = sums.take().or(counts),
        }
        match (&mut merged.memory, part.memory) {
            (Some(all), Some(memory)) => all.extend(memory),
            (all, memory) => *all = all.take().or(memory),
        }
        merged.saved.extend(part.saved);
    }
    merged.counts.iter_mut().for_each(|counts| counts.sort_by(|a, _, b, _| by_value(a, b)));
    merged
}

/// The order of hexadecimal numbers without leading zeros.
fn by_value(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests;
