//! A JSON scanner that keeps places. serde_json does not tell them.

use indexmap::map::Entry as Slot;

use super::{MAX_DEPTH, Problem};
use crate::contract::tree::{Entry, Map, Mark, Node, Number, Value};

/// Reads one JSON value that fills the text (RFC 8259).
pub(super) fn read(source: &str) -> Result<Node, Problem> {
    let mut scanner = Scanner::new(source);
    scanner.skip_space();
    let node = scanner.value(0)?;
    scanner.skip_space();
    if scanner.rest.is_empty() {
        Ok(node)
    } else {
        Err(scanner.problem("text after the end of the document"))
    }
}

struct Scanner<'a> {
    source: &'a str,
    rest: &'a [u8],
    line: u32,
    /// A place on the current line, in bytes, and its column. Columns are
    /// counted on from there: a document may be one line of many megabytes.
    known: (usize, usize),
}

impl<'a> Scanner<'a> {
    fn new(source: &'a str) -> Self {
        let text = source.strip_prefix('\u{feff}').unwrap_or(source);
        Self { source: text, rest: text.as_bytes(), line: 1, known: (0, 1) }
    }

    fn offset(&self) -> usize {
        self.source.len() - self.rest.len()
    }

    fn mark(&mut self) -> Mark {
        let (from, column) = self.known;
        let passed = self.source.get(from..self.offset()).unwrap_or_default();
        let column = column + passed.chars().count();
        self.known = (self.offset(), column);
        let column = u32::try_from(column).unwrap_or(u32::MAX);
        Mark { line: self.line, column }
    }

    fn problem(&mut self, what: &str) -> Problem {
        Problem::new(self.mark(), what)
    }

    fn skip_space(&mut self) {
        while let Some((byte, rest)) = self.rest.split_first() {
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return;
            }
            self.rest = rest;
            if *byte == b'\n' {
                self.line += 1;
                self.known = (self.offset(), 1);
            }
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.rest.first() == Some(&byte);
        if found {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
        found
    }

    fn expect(&mut self, byte: u8, what: &str) -> Result<(), Problem> {
        if self.eat(byte) { Ok(()) } else { Err(self.problem(what)) }
    }

    fn value(&mut self, depth: usize) -> Result<Node, Problem> {
        if depth > MAX_DEPTH {
            return Err(self.problem("nested too deeply"));
        }
        let at = self.mark();
        let value = match self.rest.first() {
            Some(b'{') => Value::Map(self.object(depth)?),
            Some(b'[') => Value::List(self.array(depth)?),
            Some(b'"') => Value::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            _ => self.word()?,
        };
        Ok(Node { at, value })
    }

    fn object(&mut self, depth: usize) -> Result<Map, Problem> {
        self.expect(b'{', "expected `{`")?;
        let mut map = Map::new();
        self.skip_space();
        if self.eat(b'}') {
            return Ok(map);
        }
        loop {
            self.member(&mut map, depth)?;
            self.skip_space();
            if self.eat(b'}') {
                return Ok(map);
            }
            self.expect(b',', "expected `,` or `}`")?;
        }
    }

    fn member(&mut self, map: &mut Map, depth: usize) -> Result<(), Problem> {
        self.skip_space();
        let key_at = self.mark();
        let key = self.string()?;
        self.skip_space();
        self.expect(b':', "expected `:`")?;
        self.skip_space();
        let node = self.value(depth + 1)?;
        match map.entry(key) {
            Slot::Occupied(slot) => {
                let what = format!("key `{}` stands twice", slot.key());
                Err(Problem::new(key_at, what))
            }
            Slot::Vacant(slot) => {
                slot.insert(Entry { key_at, node });
                Ok(())
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Vec<Node>, Problem> {
        self.expect(b'[', "expected `[`")?;
        let mut items = Vec::new();
        self.skip_space();
        if self.eat(b']') {
            return Ok(items);
        }
        loop {
            self.skip_space();
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.eat(b']') {
                return Ok(items);
            }
            self.expect(b',', "expected `,` or `]`")?;
        }
    }

    /// Strings without an escape are taken as they stand; the others are
    /// serde_json's to read.
    fn string(&mut self) -> Result<Box<str>, Problem> {
        if self.rest.first() != Some(&b'"') {
            return Err(self.problem("expected a string"));
        }
        let start = self.offset();
        let Some((length, escaped)) = string_length(self.rest) else {
            return Err(self.problem("a string that does not end"));
        };
        let text = self.source.get(start..start + length).unwrap_or_default();
        let read = if escaped {
            serde_json::from_str::<Box<str>>(text)
                .map_err(|error| self.problem(&error.to_string()))?
        } else {
            text.trim_matches('"').into()
        };
        self.rest = self.rest.get(length..).unwrap_or_default();
        Ok(read)
    }

    fn number(&mut self) -> Result<Number, Problem> {
        let text = self.take(|byte| {
            matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')
        });
        Number::parse(text).ok_or_else(|| self.problem("not a number"))
    }

    fn word(&mut self) -> Result<Value, Problem> {
        let at = self.mark();
        match self.take(|byte| byte.is_ascii_alphabetic()) {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            "null" => Ok(Value::Null),
            _ => Err(Problem::new(at, "expected a value")),
        }
    }

    fn take(&mut self, wanted: impl Fn(&u8) -> bool) -> &'a str {
        let start = self.offset();
        let length = self.rest.iter().take_while(|byte| wanted(byte)).count();
        self.rest = self.rest.get(length..).unwrap_or_default();
        self.source.get(start..start + length).unwrap_or_default()
    }
}

/// The length of the string that begins the bytes, quotes included, and
/// whether something in it is escaped. `None` if it has no end, or holds a
/// control character.
fn string_length(bytes: &[u8]) -> Option<(usize, bool)> {
    let mut escaped = false;
    let mut index = 1;
    loop {
        match bytes.get(index)? {
            b'"' => return Some((index + 1, escaped)),
            b'\\' => {
                escaped = true;
                index += 2;
            }
            0..0x20 => return None,
            _ => index += 1,
        }
    }
}
