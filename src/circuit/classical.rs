//! Classical bits: a bit string of any width, its hexadecimal form, and comparisons on it.

use std::cmp::Ordering;
use std::fmt::{self, Write};
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};
use smallvec::{SmallVec, smallvec};

/// A string of classical bits; bit 0 is the least significant. Equal, and ordered, as numbers: leading zeros
/// do not count.
#[derive(Clone, Debug, Default)]
pub struct Bits {
    words: SmallVec<[u64; 1]>,
}

impl Bits {
    /// This many zero bits (the width is rounded up to whole words).
    pub fn zeros(width: u32) -> Self {
        Self { words: smallvec![0; (width as usize).div_ceil(64).max(1)] }
    }

    /// The bits of a number.
    pub fn from_u64(value: u64) -> Self {
        Self { words: smallvec![value] }
    }

    /// The bits of words, the least significant first.
    pub fn from_words(words: &[u64]) -> Self {
        Self { words: if words.is_empty() { smallvec![0] } else { words.into() } }
    }

    /// The words, the least significant first; those that lack are 0.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Reads `0x…` (any width). `None` unless it is that.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let words = digits.as_bytes().rchunks(16).map(|chunk| {
            chunk
                .iter()
                .fold(0, |word, digit| (word << 4) | u64::from((*digit as char).to_digit(16).unwrap_or(0)))
        });
        Some(Self { words: words.collect() })
    }

    /// Bit `index`; bits beyond the width are 0.
    pub fn get(&self, index: u32) -> bool {
        self.words.get(index as usize / 64).is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    /// Sets bit `index`, growing where needed.
    pub fn set(&mut self, index: u32, value: bool) {
        let word = index as usize / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let mask = 1 << (index % 64);
        if value {
            self.words[word] |= mask;
        } else {
            self.words[word] &= !mask;
        }
    }

    /// The bits that are 1 here and in `mask`.
    #[must_use]
    pub fn and(&self, mask: &Self) -> Self {
        Self { words: self.words.iter().zip(&mask.words).map(|(a, b)| a & b).collect() }
    }

    /// The bits that are 1 here or there.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    /// The bits that are 1 in one of both.
    #[must_use]
    pub fn xor(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a ^ b)
    }

    fn zip(&self, other: &Self, combine: fn(u64, u64) -> u64) -> Self {
        let length = self.words.len().max(other.words.len());
        Self { words: (0..length).map(|i| combine(self.word(i), other.word(i))).collect() }
    }

    fn word(&self, index: usize) -> u64 {
        self.words.get(index).copied().unwrap_or(0)
    }

    /// The lowest 64 bits.
    pub fn low_u64(&self) -> u64 {
        self.word(0)
    }

    /// How many bits are 1.
    pub fn count_ones(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// Whether any bit is 1.
    pub fn any(&self) -> bool {
        self.words.iter().any(|word| *word != 0)
    }

    /// `width` bits from `first` on, as a number.
    #[must_use]
    pub fn slice(&self, first: u32, width: u32) -> Self {
        let (skip, shift) = (first as usize / 64, first % 64);
        let word = |i: usize| {
            let low = self.word(skip + i) >> shift;
            if shift == 0 { low } else { low | self.word(skip + i + 1) << (64 - shift) }
        };
        let mut slice = Self { words: (0..(width as usize).div_ceil(64).max(1)).map(word).collect() };
        if let (Some(last), left) = (slice.words.last_mut(), width % 64)
            && (left != 0 || width == 0)
        {
            *last &= (1 << left) - 1;
        }
        slice
    }

    /// Writes the lowest `width` bits of a value from bit `first` on.
    pub fn write(&mut self, first: u32, width: u32, value: &Self) {
        let end = (first as usize + width as usize).div_ceil(64);
        if width > 0 && end > self.words.len() {
            self.words.resize(end, 0);
        }
        for done in (0..width).step_by(64) {
            let (at, len) = (first + done, (width - done).min(64));
            let (index, shift) = (at as usize / 64, at % 64);
            let (mask, word) = (u64::MAX >> (64 - len), value.word(done as usize / 64));
            let mut replace = |index: usize, mask: u64, word: u64| {
                if let Some(old) = self.words.get_mut(index).filter(|_| mask != 0) {
                    *old = *old & !mask | word & mask;
                }
            };
            replace(index, mask << shift, word << shift);
            if shift > 0 {
                replace(index + 1, mask >> (64 - shift), word >> (64 - shift));
            }
        }
    }

    /// Moved up by so many bits; the result has `width` bits, and what leaves them is lost.
    #[must_use]
    pub fn shifted_up(&self, by: u32, width: u32) -> Self {
        let mut shifted = Self::zeros(width);
        for bit in by..width {
            shifted.set(bit, self.get(bit - by));
        }
        shifted
    }

    /// The position of the highest 1, if any.
    pub fn highest(&self) -> Option<u32> {
        let word = self.words.iter().rposition(|word| *word != 0)?;
        Some(word as u32 * 64 + 63 - self.words[word].leading_zeros())
    }

    /// Compares as numbers; widths do not matter.
    pub fn compare(&self, other: &Self) -> Ordering {
        if let ([a], [b]) = (self.words.as_slice(), other.words.as_slice()) {
            return a.cmp(b);
        }
        let length = self.words.len().max(other.words.len());
        let word = |bits: &Self, i: usize| bits.words.get(i).copied().unwrap_or(0);
        (0..length)
            .rev()
            .map(|i| word(self, i).cmp(&word(other, i)))
            .find(|o| o.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    /// `0x…` in lower case without leading zeros: the key of Aer's counts.
    pub fn to_hex(&self) -> String {
        let top = self.words.iter().rposition(|word| *word != 0).unwrap_or(0);
        let mut text = format!("0x{:x}", self.words[top]);
        for word in self.words[..top].iter().rev() {
            // Writing to a String cannot fail.
            let _ = write!(text, "{word:016x}");
        }
        text
    }
}

impl Serialize for Bits {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Bits {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom("not a hexadecimal string such as \"0x1\"");
        Self::from_hex(&text).ok_or_else(wrong)
    }
}

impl PartialEq for Bits {
    fn eq(&self, other: &Self) -> bool {
        self.compare(other).is_eq()
    }
}

impl Eq for Bits {}

impl PartialOrd for Bits {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Bits {
    fn cmp(&self, other: &Self) -> Ordering {
        self.compare(other)
    }
}

impl Hash for Bits {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let length = self.words.iter().rposition(|word| *word != 0).map_or(0, |top| top + 1);
        self.words[..length].hash(state);
    }
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

/// How a `bfunc` compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Relation {
    /// `==`
    #[serde(rename = "==")]
    Equal,
    /// `!=`
    #[serde(rename = "!=")]
    NotEqual,
    /// `<`
    #[serde(rename = "<")]
    Less,
    /// `<=`
    #[serde(rename = "<=")]
    LessEqual,
    /// `>`
    #[serde(rename = ">")]
    Greater,
    /// `>=`
    #[serde(rename = ">=")]
    GreaterEqual,
}

impl Relation {
    /// Whether an ordering of left to right satisfies the relation.
    pub fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterEqual => ordering.is_ge(),
        }
    }

    /// The relation that holds where this one does not.
    #[must_use]
    pub const fn negated(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Less => Self::GreaterEqual,
            Self::LessEqual => Self::Greater,
            Self::Greater => Self::LessEqual,
            Self::GreaterEqual => Self::Less,
        }
    }

    /// The relation with left and right exchanged.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        match self {
            Self::Equal | Self::NotEqual => self,
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
        }
    }
}

/// A comparison of masked register bits with a value: `(register & mask) relation value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The register bits that count, in place.
    pub mask: Bits,
    /// How to compare.
    pub relation: Relation,
    /// What to compare with, in place (not shifted).
    pub value: Bits,
}

impl Comparison {
    /// Evaluates on the bits of the register.
    pub fn evaluate(&self, register: &Bits) -> bool {
        self.relation.holds(register.and(&self.mask).compare(&self.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_has_no_leading_zeros_and_reads_back() {
        for text in ["0x0", "0x1", "0xff", "0x10000000000000000", "0xabcdef0123456789abcdef"] {
            let bits = Bits::from_hex(text).unwrap();
            assert_eq!(bits.to_hex(), text);
        }
        assert_eq!(Bits::from_hex("12"), None);
        assert_eq!(Bits::from_hex("0x"), None);
        assert_eq!(Bits::from_hex("0xg"), None);
    }

    #[test]
    fn comparisons_ignore_width() {
        let mut wide = Bits::zeros(130);
        assert_eq!(wide.compare(&Bits::from_u64(0)), Ordering::Equal);
        wide.set(128, true);
        assert_eq!(wide.compare(&Bits::from_u64(u64::MAX)), Ordering::Greater);
        assert_eq!(wide.highest(), Some(128));
        assert!(wide.get(128) && !wide.get(127) && !wide.get(4000));
    }

    #[test]
    fn words_are_written_as_bits_are() {
        let value = Bits::from_words(&[0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210, 0xdead_beef]);
        for (first, width) in
            [(0, 0), (0, 64), (3, 7), (60, 10), (64, 64), (1, 150), (63, 65), (5, 192), (130, 3)]
        {
            let start = Bits::from_words(&[u64::MAX, 0x5555_5555_5555_5555]);
            let (mut bits, mut expected) = (start.clone(), start);
            bits.write(first, width, &value);
            for bit in 0..width {
                expected.set(first + bit, value.get(bit));
            }
            assert_eq!(bits, expected, "{width} from {first}");
        }
    }
}
