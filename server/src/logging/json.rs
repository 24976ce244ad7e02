//! Log lines as JSON objects: `time`, `level`, `msg`, `component`, then the
//! pairs, outermost logger first.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, Write};
use std::ops::Range;

use serde::Serialize;
use slog::{Drain, KV, Key, Level, OwnedKVList, Record, Serializer};

/// Keys that a line always has. A pair of that name gets an underscore.
const OURS: [&str; 3] = ["time", "level", "msg"];

/// The component of a line whose logger names none.
const COMPONENT: &[u8] = br#""server""#;

/// Writes each record as one line of JSON, in one write, so that lines of
/// other writers do not break into it.
#[derive(Debug)]
pub struct Json<W>(RefCell<W>);

impl<W: Write> Json<W> {
    /// Lines go to `out`.
    pub fn new(out: W) -> Self {
        Self(RefCell::new(out))
    }
}

impl<W: Write> Drain for Json<W> {
    type Ok = ();
    type Err = io::Error;

    fn log(&self, record: &Record<'_>, logger: &OwnedKVList) -> io::Result<()> {
        with_line(record, logger, |line| self.0.borrow_mut().write_all(line))
    }
}

thread_local! {
    /// A line and its pairs: what a thread writes into again and again.
    static SCRATCH: RefCell<(Vec<u8>, Pairs)> = RefCell::default();
}

/// Lets `act` have the line of a record, with its end.
pub(super) fn with_line(
    record: &Record<'_>,
    logger: &OwnedKVList,
    act: impl FnOnce(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    SCRATCH.with(|scratch| match scratch.try_borrow_mut() {
        Ok(mut scratch) => {
            let (line, pairs) = &mut *scratch;
            write(record, logger, line, pairs)?;
            act(line)
        }
        // A value that logs while it is logged.
        Err(_) => {
            let mut line = Vec::new();
            write(record, logger, &mut line, &mut Pairs::default())?;
            act(&line)
        }
    })
}

fn write(
    record: &Record<'_>,
    logger: &OwnedKVList,
    line: &mut Vec<u8>,
    pairs: &mut Pairs,
) -> io::Result<()> {
    pairs.clear();
    // slog gives the record's pairs and then the loggers' from the innermost
    // outward, each from the last to the first.
    record.kv().serialize(record, pairs).map_err(io::Error::other)?;
    logger.serialize(record, pairs).map_err(io::Error::other)?;
    let component = pairs.take("component");
    line.clear();
    line.extend_from_slice(br#"{"time":"#);
    serde_json::to_writer(&mut *line, &super::now())?;
    line.extend_from_slice(br#","level":"#);
    serde_json::to_writer(&mut *line, level(record.level()))?;
    line.extend_from_slice(br#","msg":"#);
    serde_json::to_writer(&mut *line, record.msg())?;
    line.extend_from_slice(br#","component":"#);
    let component = component.map(|value| pairs.text(value));
    line.extend_from_slice(component.unwrap_or(COMPONENT));
    for (key, value) in pairs.all.iter().rev() {
        let under = if OURS.contains(&key.as_ref()) { "_" } else { "" };
        line.push(b',');
        serde_json::to_writer(&mut *line, &format_args!("{key}{under}"))?;
        line.push(b':');
        line.extend_from_slice(pairs.text(value.clone()));
    }
    line.extend_from_slice(b"}\n");
    Ok(())
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Critical | Level::Error => "error",
        Level::Warning => "warn",
        Level::Info => "info",
        Level::Debug => "debug",
        Level::Trace => "trace",
    }
}

/// The pairs of a record. Of two with one key the first is kept, which is the
/// one nearest to the record.
#[derive(Default)]
struct Pairs {
    /// Keys, and where in `values` the value is, as JSON.
    all: Vec<(Key, Range<usize>)>,
    values: Vec<u8>,
}

impl Pairs {
    fn clear(&mut self) {
        self.all.clear();
        self.values.clear();
    }

    fn keep(&mut self, key: Key, value: impl Serialize) -> slog::Result {
        if !self.all.iter().any(|(known, _)| *known == key) {
            let start = self.values.len();
            serde_json::to_writer(&mut self.values, &value)
                .map_err(io::Error::from)?;
            self.all.push((key, start..self.values.len()));
        }
        Ok(())
    }

    fn take(&mut self, key: &str) -> Option<Range<usize>> {
        let at = self.all.iter().position(|(known, _)| known == key)?;
        Some(self.all.remove(at).1)
    }

    fn text(&self, value: Range<usize>) -> &[u8] {
        self.values.get(value).unwrap_or_default()
    }
}

/// Keeps numbers and booleans what they are; all else is text.
macro_rules! keep_as_is {
    ($($name:ident: $type:ty),*) => {
        $(fn $name(&mut self, key: Key, value: $type) -> slog::Result {
            self.keep(key, value)
        })*
    };
}

impl Serializer for Pairs {
    keep_as_is! {
        emit_bool: bool, emit_str: &str,
        emit_u8: u8, emit_u16: u16, emit_u32: u32, emit_u64: u64,
        emit_i8: i8, emit_i16: i16, emit_i32: i32, emit_i64: i64,
        emit_f32: f32, emit_f64: f64, emit_usize: usize, emit_isize: isize
    }

    fn emit_none(&mut self, key: Key) -> slog::Result {
        self.keep(key, ())
    }

    fn emit_unit(&mut self, key: Key) -> slog::Result {
        self.keep(key, ())
    }

    fn emit_arguments(
        &mut self,
        key: Key,
        value: &fmt::Arguments<'_>,
    ) -> slog::Result {
        self.keep(key, value)
    }
}
