//! What save instructions leave while shots come in: each subtype of Aer, in one place.
//!
//! A label has one slot, or (`c_*`) one for each value of the memory. A slot keeps the last value, all of
//! them, or their sum; a mean is the sum divided in the end, by the shots of its own slot.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::SavedData;
use crate::circuit::Bits;
use crate::circuit::operation::{Save, SaveSubtype};
use crate::engine::SavedValue;

/// Collects saved values, by label.
#[derive(Debug, Default)]
pub struct Collector {
    labels: IndexMap<String, Label>,
}

#[derive(Debug)]
struct Label {
    subtype: SaveSubtype,
    /// By memory; a subtype that does not ask for it has one slot, of no name.
    slots: IndexMap<String, Slot>,
}

#[derive(Debug, Default)]
struct Slot {
    /// One value, or for a list all of them.
    values: Vec<SavedValue>,
    shots: u64,
}

impl Collector {
    /// Takes the value that a save has in so many shots, when the memory is so. What is listed is for one shot.
    pub fn add(&mut self, save: &Save, memory: &Bits, mut value: SavedValue, shots: u64) {
        use SaveSubtype as S;
        // Looked up before it is inserted: a label is cloned once, not in every shot.
        if !self.labels.contains_key(&save.label) {
            let label = Label { subtype: save.subtype, slots: IndexMap::new() };
            self.labels.insert(save.label.clone(), label);
        }
        let Some(label) = self.labels.get_mut(&save.label) else { return };
        let key = match save.subtype {
            S::CSingle | S::CList | S::CAverage | S::CAccum => memory.to_hex(),
            S::Single | S::List | S::Average | S::Accum => String::new(),
        };
        let slot = label.slots.entry(key).or_default();
        slot.shots += shots;
        if shots > 1 && save.subtype.adds() {
            each(&mut value, |x| x * shots as f64);
        }
        match (save.subtype, slot.values.first_mut()) {
            (S::List | S::CList, _) | (_, None) => slot.values.push(value),
            (S::Single | S::CSingle, Some(last)) => *last = value,
            (S::Average | S::CAverage | S::Accum | S::CAccum, Some(sum)) => add(sum, value),
        }
    }

    /// What stands under each label in the result.
    pub fn finish(self) -> IndexMap<String, SavedData> {
        self.labels.into_iter().map(|(label, data)| (label, data.finish())).collect()
    }
}

impl Label {
    fn finish(self) -> SavedData {
        use SaveSubtype as S;
        let subtype = self.subtype;
        let mut slots = self.slots.into_iter().map(|(key, mut slot)| {
            let data = match subtype {
                S::List | S::CList => SavedData::List(slot.values),
                _ => {
                    let mut value = slot.values.pop().unwrap_or(SavedValue::Json(serde_json::Value::Null));
                    if matches!(subtype, S::Average | S::CAverage) {
                        each(&mut value, |x| x / slot.shots as f64);
                    }
                    SavedData::One(value)
                }
            };
            (key, data)
        });
        match subtype {
            S::CSingle | S::CList | S::CAverage | S::CAccum => SavedData::ByMemory(slots.collect()),
            _ => slots.next().map_or(SavedData::List(Vec::new()), |(_, data)| data),
        }
    }
}

/// Adds a value to a sum of such values. A dictionary has 0 where it has no entry.
fn add(sum: &mut SavedValue, value: SavedValue) {
    match (sum, value) {
        (SavedValue::Real(sum), SavedValue::Real(value)) => *sum += value,
        (SavedValue::RealVector(sum), SavedValue::RealVector(value))
        | (SavedValue::ComplexVector(sum), SavedValue::ComplexVector(value))
        | (
            SavedValue::ComplexMatrix { entries: sum, .. },
            SavedValue::ComplexMatrix { entries: value, .. },
        ) => {
            for (sum, value) in sum.iter_mut().zip(value) {
                *sum += value;
            }
        }
        (SavedValue::RealDict(sum), SavedValue::RealDict(value)) => {
            let mut places: HashMap<String, usize> =
                sum.iter().enumerate().map(|(place, (key, _))| (key.clone(), place)).collect();
            for (key, value) in value {
                let place = *places.entry(key).or_insert_with_key(|key| {
                    sum.push((key.clone(), 0.0));
                    sum.len() - 1
                });
                sum[place].1 += value;
            }
        }
        // Validation lets a mean be made of nothing else.
        (sum, value) => *sum = value,
    }
}

/// Changes each number of a value.
fn each(value: &mut SavedValue, change: impl Fn(f64) -> f64) {
    match value {
        SavedValue::Real(x) => *x = change(*x),
        SavedValue::RealVector(xs)
        | SavedValue::ComplexVector(xs)
        | SavedValue::ComplexMatrix { entries: xs, .. } => xs.iter_mut().for_each(|x| *x = change(*x)),
        SavedValue::RealDict(entries) => entries.iter_mut().for_each(|(_, x)| *x = change(*x)),
        SavedValue::ComplexDict(entries) => entries.iter_mut().for_each(|(_, re, im)| {
            *re = change(*re);
            *im = change(*im);
        }),
        SavedValue::Json(_) => {}
    }
}

#[cfg(test)]
mod tests;
