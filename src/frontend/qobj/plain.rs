//! Gates and measurements as they usually stand, which is what nearly all instructions of a long circuit are.
//!
//! `{"name": "u", "qubits": [0], "params": [0.1, 0.2, 0.3]}`, or with `memory` and `register` for a measurement: plain
//! strings, plain numbers, each key once at most, in any order. Whatever else an instruction says, and every error, is
//! for the reader of all instructions; so this one just gives up.

use crate::circuit::operation::Measure;
use crate::circuit::{Gate, Instruction, Operation, Parameters, Qubits};

/// Reads an instruction from its JSON, which is known to be valid.
#[inline(never)]
pub fn read(json: &str) -> Option<Instruction> {
    let mut text = Text { json, at: 0 };
    let (mut name, mut qubits, mut params) = (None, None, None);
    let (mut memory, mut register) = (None, None);
    text.take(b'{')?;
    loop {
        let key = text.string()?;
        text.take(b':')?;
        match key {
            "name" => set(&mut name, text.string()?)?,
            "qubits" => set(&mut qubits, text.list::<Qubits, _>(Text::index)?)?,
            "params" => set(&mut params, text.list::<Parameters, _>(Text::number)?)?,
            "memory" => set(&mut memory, text.list(Text::index)?)?,
            "register" => set(&mut register, text.list(Text::index)?)?,
            _ => return None,
        }
        if text.take(b',').is_none() {
            break;
        }
    }
    text.take(b'}')?;
    let (name, qubits) = (name?, qubits.filter(|qubits| !qubits.is_empty())?);
    let operation = match (name, params) {
        ("measure", None) => Operation::Measure(Box::new(Measure {
            memory: memory.unwrap_or_default(),
            register: register.unwrap_or_default(),
        })),
        _ if memory.is_some() || register.is_some() => return None,
        (name, params) => {
            let params = params.unwrap_or_default();
            let gate = Gate::by_name(name).filter(|gate| gate.spec().parameters.len() == params.len())?;
            Operation::Gate(gate, params)
        }
    };
    Some(Instruction::new(operation, qubits))
}

/// Sets what is not set yet.
fn set<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    slot.replace(value).is_none().then_some(())
}

struct Text<'a> {
    json: &'a str,
    at: usize,
}

impl<'a> Text<'a> {
    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = self.json.as_bytes().get(self.at).copied()?;
            if !byte.is_ascii_whitespace() {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        let is_it = self.peek()? == wanted;
        self.at += usize::from(is_it);
        is_it.then_some(())
    }

    /// A string without escapes.
    fn string(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let rest = self.json.get(self.at..)?;
        let end = rest.bytes().position(|byte| byte == b'"' || byte == b'\\')?;
        self.at += end;
        self.take(b'"')?;
        rest.get(..end)
    }

    #[inline(never)]
    fn list<L: Default + Extend<T>, T>(&mut self, item: impl Fn(&mut Self) -> Option<T>) -> Option<L> {
        let mut list = L::default();
        self.take(b'[')?;
        if self.take(b']').is_some() {
            return Some(list);
        }
        loop {
            list.extend([item(self)?]);
            if self.take(b',').is_none() {
                break;
            }
        }
        self.take(b']')?;
        Some(list)
    }

    /// The text of a number.
    fn digits(&mut self) -> Option<&'a str> {
        self.peek()?;
        let rest = self.json.get(self.at..)?;
        let is_part = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
        let end = rest.bytes().position(|byte| !is_part(byte))?;
        self.at += end;
        rest.get(..end)
    }

    fn index(&mut self) -> Option<u32> {
        self.digits()?.parse().ok()
    }

    fn number(&mut self) -> Option<f64> {
        self.digits()?.parse().ok().filter(|number: &f64| number.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontend::qobj::one_instruction;

    /// What it reads is what the reader of all instructions reads.
    #[test]
    fn it_agrees_with_the_reader_of_all() {
        let read_both = |json: &str| read(json).map(|plain| (plain, one_instruction(json)));
        for json in [
            r#"{"name":"u","qubits":[3],"params":[0.1,-2.5e-7,3]}"#,
            r#" { "qubits" : [ 0 , 1 ] , "name" : "cx" } "#,
            r#"{"name":"h","qubits":[4294967295],"params":[]}"#,
            r#"{"name":"measure","qubits":[0,1],"memory":[1,0],"register":[7,8]}"#,
            r#"{"name":"measure","qubits":[0],"memory":[]}"#,
            r#"{"name":"rx","qubits":[0],"params":[0.30000000000000004]}"#,
            r#"{"name":"rx","qubits":[0],"params":[2.2250738585072011e-308]}"#,
            r#"{"name":"rx","qubits":[0],"params":[-0.0]}"#,
        ] {
            let (plain, any) = read_both(json).expect(json);
            assert_eq!(Ok(plain), any, "{json}");
        }
    }

    #[test]
    fn it_gives_up_on_all_else() {
        for json in [
            r#"{"name":"u","qubits":[3],"params":[0.1,0.2]}"#,
            r#"{"name":"h","qubits":[]}"#,
            r#"{"name":"h","qubits":[0],"memory":[0]}"#,
            r#"{"name":"measure","qubits":[0],"params":[],"memory":[0]}"#,
            r#"{"name":"h","qubits":[0],"label":"x"}"#,
            r#"{"name":"h","name":"x","qubits":[0]}"#,
            r#"{"name":"\u0068","qubits":[0]}"#,
            r#"{"name":"h","qubits":[-1]}"#,
            r#"{"name":"h","qubits":[4294967296]}"#,
            r#"{"name":"h","qubits":[0.0]}"#,
            r#"{"name":"h","qubits":0}"#,
            r#"{"name":"h","qubits":null}"#,
            r#"{"name":"rx","qubits":[0],"params":[1e999]}"#,
            r#"{"name":"rx","qubits":[0],"params":["1"]}"#,
            r#"{"name":"barrier","qubits":[0]}"#,
            r#"{"name":7,"qubits":[0]}"#,
            "{}",
            "[]",
            "7",
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}
