//! Puts functions of wasm that resemble each other side by side, so that the file compresses better.
//!
//! gzip finds again what it has seen in the last 32 kB. The linker leaves functions in the order of their crates, and
//! `walrus` sorts them by size; code that was compiled twice, for single and double precision or for another
//! type, is then far from its twin. Here the next function is always the one that shares most with the last 30 kB: a
//! greedy walk, on fingerprints of some of the strings of bytes. Only the order and the numbers of functions change.

use std::collections::{HashMap, VecDeque};

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Parser, Payload};

/// Bytes of a string.
const STRING: usize = 8;
/// Of so many strings, one is a fingerprint.
const SAMPLED: u64 = 4;
/// Strings that more functions have tell nothing.
const COMMON: usize = 200;
/// What a compressor remembers, in bytes, less what it takes from the function itself.
const WINDOW: usize = 30_000;

/// The same module in the better order.
pub fn similar_functions_together(wasm: &[u8]) -> anyhow::Result<Vec<u8>> {
    let (mut imported, mut bodies) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imported += usize::from(matches!(
                        import?.ty,
                        wasmparser::TypeRef::Func(_) | wasmparser::TypeRef::FuncExact(_)
                    ));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(&wasm[body.range()]),
            _ => {}
        }
    }
    let order = order(&bodies);
    let mut places = vec![0; order.len()];
    for (place, function) in order.iter().enumerate() {
        places[*function] = u32::try_from(imported + place)?;
    }
    let mut module = Module::new();
    Reorder { imported, order, places }
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(module.finish())
}

/// Some of the strings of a function, each once.
fn fingerprints(body: &[u8]) -> Vec<u64> {
    let strings = body.windows(STRING).filter_map(<[u8]>::first_chunk::<STRING>);
    let hashes = strings.map(|string| u64::from_le_bytes(*string).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20);
    let mut found: Vec<u64> = hashes.filter(|hash| hash % SAMPLED == 0).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The functions in the order in which they shall be.
fn order(bodies: &[&[u8]]) -> Vec<usize> {
    let mut owners: HashMap<u64, Vec<usize>> = HashMap::new();
    for (function, body) in bodies.iter().enumerate() {
        for hash in fingerprints(body) {
            owners.entry(hash).or_default().push(function);
        }
    }
    // The functions of each string, and the strings of each function.
    let owners: Vec<Vec<usize>> =
        owners.into_values().filter(|functions| (2..=COMMON).contains(&functions.len())).collect();
    let mut strings = vec![Vec::new(); bodies.len()];
    for (string, functions) in owners.iter().enumerate() {
        functions.iter().for_each(|function| strings[*function].push(string));
    }

    // The largest comes first, and wherever nothing resembles what was last.
    let mut rest: Vec<usize> = (0..bodies.len()).collect();
    rest.sort_by_key(|function| bodies[*function].len());
    let mut left = vec![true; bodies.len()];
    // How often each string is in the window, and how many of them each function has. Of a large one more must be.
    let mut seen = vec![0_usize; owners.len()];
    let mut shared = vec![0_usize; bodies.len()];
    let scale: Vec<f64> = bodies.iter().map(|body| (body.len() as f64).sqrt().recip()).collect();
    let (mut window, mut bytes) = (VecDeque::new(), 0);
    let mut order = Vec::with_capacity(bodies.len());
    loop {
        let alike = (0..bodies.len()).filter(|function| left[*function] && shared[*function] > 1);
        let worth = |function: &usize| shared[*function] as f64 * scale[*function];
        let next = alike.max_by(|a, b| worth(a).total_cmp(&worth(b)));
        let mut largest = || std::iter::from_fn(|| rest.pop()).find(|function| left[*function]);
        let Some(next) = next.or_else(&mut largest) else { return order };
        left[next] = false;
        order.push(next);
        window.push_back(next);
        bytes += bodies[next].len();
        for string in &strings[next] {
            seen[*string] += 1;
            if seen[*string] == 1 {
                owners[*string].iter().for_each(|function| shared[*function] += 1);
            }
        }
        while bytes > WINDOW && window.len() > 1 {
            let Some(gone) = window.pop_front() else { break };
            bytes -= bodies[gone].len();
            for string in &strings[gone] {
                seen[*string] -= 1;
                if seen[*string] == 0 {
                    owners[*string].iter().for_each(|function| shared[*function] -= 1);
                }
            }
        }
    }
}

/// Gives functions other numbers.
struct Reorder {
    imported: usize,
    order: Vec<usize>,
    /// The new number of each function that is not imported.
    places: Vec<u32>,
}

impl Reencode for Reorder {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Self::Error>> {
        let own = (function as usize).checked_sub(self.imported);
        Ok(own.map_or(function, |own| self.places[own]))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let types = section.into_iter().collect::<Result<Vec<u32>, _>>()?;
        for function in self.order.clone() {
            functions.function(self.type_index(types[function])?);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for function in self.order.clone() {
            self.parse_function_body(code, bodies[function].clone())?;
        }
        Ok(())
    }
}
