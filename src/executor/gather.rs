//! What the workers of a job have sent of it so far, put in order.
//!
//! A job that one worker runs comes experiment by experiment. One that was divided comes in pieces of any order,
//! some of them a few shots of an experiment; an experiment is there when all its shots are. Which worker sent
//! what makes no difference to what comes out.

use std::collections::BTreeMap;

use super::pool::WorkerId;
use crate::error::AerError;
use crate::run::{Place, Progress, Shots};

/// What has come of a job. `V` is a result of an experiment, or of some of its shots.
#[derive(Debug)]
pub struct Gathered<V> {
    pieces: BTreeMap<Place, Piece<V>>,
    workers: BTreeMap<WorkerId, Doing>,
    most_workers: usize,
    /// How many parts of the job were begun.
    parts: usize,
    /// The progress that was told last.
    told: Option<Progress>,
}

/// What a worker is at.
#[derive(Debug, Default)]
struct Doing {
    /// How far it is with an experiment that it has not sent yet.
    progress: Option<Progress>,
    /// The last that it has sent of what it runs now.
    sent: Option<usize>,
}

#[derive(Debug)]
struct Piece<V> {
    shots: Option<Shots>,
    error: Option<AerError>,
    value: V,
}

/// An experiment of which everything has come.
#[derive(Debug, PartialEq)]
pub struct Whole<V> {
    /// Why it failed, if it did.
    pub error: Option<AerError>,
    /// Its results in the order of their shots; the failed one alone if it failed.
    pub pieces: Vec<V>,
}

impl<V> Default for Gathered<V> {
    fn default() -> Self {
        Self { pieces: BTreeMap::new(), workers: BTreeMap::new(), most_workers: 0, parts: 0, told: None }
    }
}

impl<V> Gathered<V> {
    /// A worker begins with the job, or a part of it.
    pub fn worker_begins(&mut self, worker: WorkerId) {
        self.parts += 1;
        self.workers.insert(worker, Doing::default());
        self.most_workers = self.most_workers.max(self.workers.len());
    }

    /// A worker has ended what it had of the job.
    pub fn worker_ends(&mut self, worker: WorkerId) {
        self.workers.remove(&worker);
    }

    /// Whether the job was divided.
    pub fn divided(&self) -> bool {
        self.parts > 1
    }

    /// Most workers at a time, so far.
    pub fn most_workers(&self) -> usize {
        self.most_workers
    }

    /// Takes a result.
    pub fn add(
        &mut self,
        worker: WorkerId,
        experiment: usize,
        shots: Option<Shots>,
        error: Option<AerError>,
        value: V,
    ) {
        self.workers.insert(worker, Doing { progress: None, sent: Some(experiment) });
        let place = Place { experiment, shot: shots.map_or(0, |shots| shots.from) };
        self.pieces.insert(place, Piece { shots, error, value });
    }

    /// Takes a worker's progress and gives the job's: the sum of what all have done, in the units of that worker.
    pub fn progress(&mut self, worker: WorkerId, progress: Progress) -> Progress {
        let doing = self.workers.entry(worker).or_default();
        if doing.sent.is_none_or(|sent| progress.experiment > sent) {
            doing.progress = Some(progress);
        }
        let progress = if self.divided() { self.sum(progress) } else { progress };
        // Units of different sizes may not let it go back.
        let fraction = |of: &Progress| of.experiment as f64 + share(of);
        let told = self.told.filter(|told| fraction(told) > fraction(&progress)).unwrap_or(progress);
        self.told = Some(told);
        told
    }

    fn sum(&self, progress: Progress) -> Progress {
        let sent = self.pieces.values().map(|piece| piece.shots.map_or(1.0, |shots| shots.share()));
        let running = self.workers.values().filter_map(|doing| doing.progress.as_ref()).map(share);
        let done = sent.sum::<f64>() + running.sum::<f64>();
        let experiment = (done as usize).min(progress.experiments.saturating_sub(1));
        let of_it = (done - experiment as f64).clamp(0.0, 1.0);
        Progress { experiment, completed: (of_it * progress.total as f64).round() as u64, ..progress }
    }

    /// Whether everything of so many experiments has come.
    pub fn is_whole(&self, experiments: usize) -> bool {
        (0..experiments).all(|experiment| is_whole(self.pieces_of(experiment)))
    }

    fn pieces_of(&self, experiment: usize) -> impl Iterator<Item = &Piece<V>> {
        let (from, to) = (Place { experiment, shot: 0 }, Place { experiment: experiment + 1, shot: 0 });
        self.pieces.range(from..to).map(|(_, piece)| piece)
    }

    /// Takes the experiments that are there, by index.
    pub fn take_whole(&mut self) -> BTreeMap<usize, Whole<V>> {
        let mut all: BTreeMap<usize, Vec<Piece<V>>> = BTreeMap::new();
        for (place, piece) in std::mem::take(&mut self.pieces) {
            all.entry(place.experiment).or_default().push(piece);
        }
        all.retain(|_, pieces| is_whole(pieces.iter()));
        let whole = |mut pieces: Vec<Piece<V>>| match pieces.iter().position(|piece| piece.error.is_some()) {
            Some(at) => {
                let failed = pieces.swap_remove(at);
                Whole { error: failed.error, pieces: vec![failed.value] }
            }
            None => Whole { error: None, pieces: pieces.into_iter().map(|piece| piece.value).collect() },
        };
        all.into_iter().map(|(index, pieces)| (index, whole(pieces))).collect()
    }
}

/// How much of its experiment is done.
fn share(progress: &Progress) -> f64 {
    progress.completed as f64 / progress.total.max(1) as f64
}

/// Whether these are all pieces of an experiment, or one of them failed.
fn is_whole<'a, V: 'a>(mut pieces: impl Iterator<Item = &'a Piece<V>>) -> bool {
    let mut missing = None;
    pieces.any(|piece| {
        let Some(shots) = piece.shots else { return true };
        let left: u64 = missing.unwrap_or(shots.of).saturating_sub(shots.count());
        missing = Some(left);
        left == 0 || piece.error.is_some()
    })
}

#[cfg(test)]
mod tests;
