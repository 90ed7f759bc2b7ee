//! Parts of a job, so that several workers may run it together.
//!
//! The work of a job is a line: its experiments in order, and within an experiment that runs once per shot and
//! saves nothing its shots in order. A [`Part`] is a piece of that line. A run that was given a part, or the whole,
//! may give up the end of it while it runs ([`super::Run::give_up`]): so work is divided by what is seen to take
//! long, not by what was expected, and what is small is never divided. All randomness comes from (seed,
//! experiment, shot), so results do not depend on the division; [`merge_shots`] puts them together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Counts, ExperimentData};
use crate::circuit::Bits;
use crate::engine::Outcomes;

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
    let mut counts: Option<BTreeMap<Bits, u64>> = None;
    let mut memory: Option<Outcomes> = None;
    for part in parts {
        if let Some(more) = part.counts {
            let counts = counts.get_or_insert_default();
            for (memory, shots) in more.memories.iter().zip(more.shots) {
                *counts.entry(memory).or_default() += shots;
            }
        }
        match (&mut memory, part.memory) {
            (Some(all), Some(more)) => append(all, more),
            (all, more) => *all = all.take().or(more),
        }
    }
    let counts = counts.map(|counts| {
        let words_per_shot = counts.keys().map(|memory| memory.words().len()).max().unwrap_or(1).max(1);
        let mut memories = Outcomes { words_per_shot, words: vec![] };
        for memory in counts.keys() {
            memories.push(memory.words());
        }
        Counts { memories, shots: counts.into_values().collect() }
    });
    ExperimentData { counts, memory, ..ExperimentData::default() }
}

/// Adds outcomes, of which one part may need more words than another.
fn append(all: &mut Outcomes, more: Outcomes) {
    if all.words_per_shot == more.words_per_shot {
        all.words.extend(more.words);
        return;
    }
    let mut wide = Outcomes { words_per_shot: all.words_per_shot.max(more.words_per_shot), words: vec![] };
    for part in [&*all, &more] {
        let width = part.words_per_shot.max(1);
        part.words.chunks_exact(width).for_each(|words| wide.push(words));
    }
    *all = wide;
}

#[cfg(test)]
mod tests;
