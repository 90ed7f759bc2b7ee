//! Counting memories.
//!
//! Memories of up to 64 bits are words. They wait until there are about as many of them as there are counts;
//! then they are sorted, digit by digit, and merged into the counts, which are sorted too. So a shot costs the
//! same few nanoseconds whether there are two outcomes or a million, and nothing has to be sorted in the end.

use std::collections::HashMap;

use super::result::Counts;
use crate::circuit::Bits;
use crate::engine::Outcomes;

/// The least number of memories that wait for each other.
const LEAST: usize = 1 << 14;

/// The most, so that a merge is a short slice of work.
const MOST: usize = 1 << 19;

/// Bits of a digit.
const DIGIT: u32 = 11;

/// Fewer words than this are sorted by comparison.
const FEW: usize = 1 << 8;

/// Words that differ in these lowest bits only are counted in a table, if there are as many as a quarter of its places.
const TABLE_BITS: u32 = 12;

/// Numbers of shots by memory.
#[derive(Debug, Default)]
pub struct Tally {
    num_clbits: u32,
    /// Different memories, ascending.
    keys: Vec<u64>,
    /// How often each of them came.
    shots: Vec<u64>,
    /// Memories that are not counted yet.
    waiting: Vec<u64>,
    /// Memories of more than 64 bits.
    wide: HashMap<Bits, u64>,
}

impl Tally {
    /// For memories of so many bits.
    pub fn new(num_clbits: u32) -> Self {
        Self { num_clbits, ..Self::default() }
    }

    /// Counts a memory.
    #[inline(never)]
    pub fn add(&mut self, memory: Bits) {
        if self.num_clbits <= 64 {
            self.add_words([memory.low_u64()]);
        } else {
            *self.wide.entry(memory).or_default() += 1;
        }
    }

    /// Counts memories of at most 64 bits.
    pub fn add_words(&mut self, words: impl IntoIterator<Item = u64>) {
        self.waiting.extend(words);
        if self.waiting.len() >= self.keys.len().clamp(LEAST, MOST) {
            self.merge();
        }
    }

    /// Counts those that wait.
    #[inline(never)]
    pub fn merge(&mut self) {
        let new = if let Some(counted) = in_table(&self.waiting) {
            counted
        } else {
            sort(&mut self.waiting);
            let runs = || self.waiting.chunk_by(|a, b| a == b);
            let mut counted = Vec::with_capacity(runs().count());
            counted.extend(runs().map(|run| (run[0], run.len() as u64)));
            counted
        };
        self.waiting.clear();
        if self.keys.is_empty() {
            (self.keys, self.shots) = new.into_iter().unzip();
            return;
        }
        let most = self.keys.len() + new.len();
        let (mut keys, mut shots) = (Vec::with_capacity(most), Vec::with_capacity(most));
        let mut old = self.keys.iter().copied().zip(self.shots.iter().copied()).peekable();
        for (key, mut count) in new {
            while let Some((before, shots_before)) = old.next_if(|(before, _)| *before <= key) {
                if before == key {
                    count += shots_before;
                } else {
                    keys.push(before);
                    shots.push(shots_before);
                }
            }
            keys.push(key);
            shots.push(count);
        }
        for (key, count) in old {
            keys.push(key);
            shots.push(count);
        }
        (self.keys, self.shots) = (keys, shots);
    }

    /// The counts, by ascending memory.
    pub fn finish(mut self) -> Counts {
        if self.num_clbits <= 64 {
            if !self.waiting.is_empty() {
                self.merge();
            }
            return Counts { memories: Outcomes { words_per_shot: 1, words: self.keys }, shots: self.shots };
        }
        let mut entries: Vec<(Bits, u64)> = self.wide.into_iter().collect();
        entries.sort_unstable();
        let mut memories = Outcomes::zeros(self.num_clbits as usize, 0);
        let mut shots = Vec::with_capacity(entries.len());
        for (memory, count) in entries {
            memories.push(memory.words());
            shots.push(count);
        }
        Counts { memories, shots }
    }
}

/// Different words, ascending, and how often each came; `None` where a table would be large for them.
#[inline(never)]
fn in_table(words: &[u64]) -> Option<Vec<(u64, u64)>> {
    let first = *words.first()?;
    let differ = words.iter().fold(0, |differ, word| differ | (word ^ first));
    let places = 1usize << (u64::BITS - differ.leading_zeros()).min(TABLE_BITS + 1);
    if places > 1 << TABLE_BITS || places / 4 > words.len() {
        return None;
    }
    let (base, mask) = (first & !(places as u64 - 1), places - 1);
    let mut table = vec![0u32; places];
    for word in words {
        table[*word as usize & mask] += 1;
    }
    let counted = table.into_iter().enumerate().filter(|(_, count)| *count > 0);
    Some(counted.map(|(place, count)| (base | place as u64, count.into())).collect())
}

/// Sorts words: from the lowest digit to the highest, each in a stable pass; digits that are the same
/// everywhere are left out.
#[inline(never)]
fn sort(words: &mut Vec<u64>) {
    if words.len() < FEW {
        words.sort_unstable();
        return;
    }
    let first = words[0];
    let differ = words.iter().fold(0, |differ, word| differ | (word ^ first));
    let mut sorted = vec![0; words.len()];
    for shift in (0..64).step_by(DIGIT as usize) {
        let digit = |word: u64| (word >> shift) as usize & ((1 << DIGIT) - 1);
        if digit(differ) == 0 {
            continue;
        }
        let mut ends = [0u32; 1 << DIGIT];
        for word in &*words {
            ends[digit(*word)] += 1;
        }
        let mut sum = 0;
        for end in &mut ends {
            (*end, sum) = (sum, sum + *end);
        }
        for word in &*words {
            let end = &mut ends[digit(*word)];
            sorted[*end as usize] = *word;
            *end += 1;
        }
        std::mem::swap(words, &mut sorted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::DrawRng;
    use std::collections::BTreeMap;

    /// Memories of these widths, so many of them, few or many different ones.
    fn words(width: u32, count: usize) -> Vec<u64> {
        let mut rng = DrawRng::new(u64::from(width), 0, 0);
        // Two numbers of 53 bits make 64 bits.
        let mut word =
            || ((rng.uniform() * 2f64.powi(53)) as u64) << 32 ^ (rng.uniform() * 2f64.powi(53)) as u64;
        (0..count).map(|_| word() & if width == 64 { u64::MAX } else { (1 << width) - 1 }).collect()
    }

    #[test]
    fn counts_are_those_of_a_plain_map() {
        // Narrow ones also where all have the same high bits.
        let cases = [
            (1, 0),
            (5, 0),
            (5, 1 << 40),
            (5, !0 << 5),
            (11, 0),
            (12, 3 << 12),
            (12, 0),
            (20, 0),
            (33, 0),
            (64, 0),
        ];
        for (width, high) in cases {
            for count in [0, 1, 1000, 3000, 40_000] {
                let words: Vec<u64> = words(width, count).into_iter().map(|word| word | high).collect();
                let mut expected = BTreeMap::<u64, u64>::new();
                for word in &words {
                    *expected.entry(*word).or_default() += 1;
                }
                let mut tally = Tally::new(width);
                let (some, rest) = words.split_at(count / 3);
                tally.add_words(some.iter().copied());
                for word in rest {
                    tally.add(Bits::from_u64(*word));
                }
                let counts = tally.finish();
                assert_eq!(counts.memories.words, expected.keys().copied().collect::<Vec<_>>());
                assert_eq!(counts.shots, expected.values().copied().collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn wide_memories_are_counted_in_order() {
        let mut tally = Tally::new(130);
        for place in [129, 64, 3, 129, 64, 129] {
            let mut memory = Bits::zeros(130);
            memory.set(place, true);
            tally.add(memory);
        }
        let counts: Vec<_> = tally.finish().iter().collect();
        let zeros = |count| "0".repeat(count);
        assert_eq!(
            counts,
            [("0x8".to_owned(), 1), (format!("0x1{}", zeros(16)), 2), (format!("0x2{}", zeros(32)), 3)]
        );
    }
}
