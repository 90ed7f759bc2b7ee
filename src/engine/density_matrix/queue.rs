//! Transfer matrices that were put off, merged where that makes them cheaper.

use std::collections::VecDeque;

use super::pauli::Transfer;
use crate::circuit::Qubits;

/// Most qubits of what is merged.
const MOST_MERGED: usize = 2;

/// Operations in order. The places of those that were merged into others stay empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    transfers: VecDeque<Option<Transfer>>,
    /// How many of them are there.
    len: u64,
    /// How many have left the queue, empty places too.
    gone: usize,
    /// For each qubit the last operation on it, by its number since the beginning; 0 where there is none, else 1 more.
    last: Vec<usize>,
}

impl Queue {
    /// Number of operations.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// The next operation.
    pub(super) fn pop(&mut self) -> Option<Transfer> {
        while let Some(next) = self.transfers.pop_front() {
            self.gone += 1;
            if next.is_some() {
                self.len -= 1;
                return next;
            }
        }
        None
    }

    /// The operation of a number, if it is still here.
    fn at(&mut self, number: usize) -> Option<&mut Option<Transfer>> {
        self.transfers.get_mut(number.checked_sub(self.gone + 1)?)
    }

    fn last(&self, qubit: u32) -> usize {
        self.last.get(qubit as usize).copied().unwrap_or_default()
    }

    fn set_last(&mut self, qubits: &Qubits, number: usize) {
        for qubit in qubits {
            let at = *qubit as usize;
            if self.last.len() <= at {
                self.last.resize(at + 1, 0);
            }
            self.last[at] = number;
        }
    }

    /// Whether an operation comes last on all of its qubits.
    fn is_last(&self, transfer: &Transfer, number: usize) -> bool {
        transfer.qubits.iter().all(|qubit| self.last(*qubit) == number)
    }

    /// Adds an operation: to one that comes last on its qubits, or with those that do so on some of them.
    pub(super) fn push(&mut self, mut new: Transfer) {
        if new.cost() == 0.0 {
            return;
        }
        let mut numbers = Qubits::new();
        for qubit in &new.qubits {
            let number = self.last(*qubit) as u32;
            if number > 0 && !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        for number in numbers.into_iter().map(|number| number as usize) {
            let Some(Some(old)) = self.at(number).cloned() else { continue };
            let contains = |a: &Transfer, b: &Transfer| b.qubits.iter().all(|qubit| a.qubits.contains(qubit));
            let joins = contains(&old, &new) && new.qubits.iter().all(|qubit| self.last(*qubit) == number);
            let is_joined = contains(&new, &old) && self.is_last(&old, number);
            if !(joins || is_joined) || old.qubits.len().max(new.qubits.len()) > MOST_MERGED {
                continue;
            }
            let both = old.then(&new);
            if both.cost() > old.cost() + new.cost() {
                continue;
            }
            if joins {
                if let Some(place) = self.at(number) {
                    *place = Some(both);
                }
                return;
            }
            if let Some(place) = self.at(number) {
                *place = None;
                self.len -= 1;
            }
            new = both;
        }
        self.transfers.push_back(Some(new));
        self.len += 1;
        let number = self.gone + self.transfers.len();
        if let Some(Some(new)) = self.transfers.back() {
            let qubits = new.qubits.clone();
            self.set_last(&qubits, number);
        }
    }
}
