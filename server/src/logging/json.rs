//! Log lines as JSON objects: `time`, `level`, `msg`, `component`, then the
//! pairs, outermost logger first.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, Write};

use serde_json::Value;
use slog::{Drain, KV, Key, Level, OwnedKVList, Record, Serializer};

/// Keys that a line always has. A pair of that name gets an underscore.
const OURS: [&str; 3] = ["time", "level", "msg"];

/// The component of a line whose logger names none.
const COMPONENT: &str = "server";

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
        let mut line = line(record, logger).map_err(io::Error::other)?;
        line.push('\n');
        self.0.borrow_mut().write_all(line.as_bytes())
    }
}

fn line(record: &Record<'_>, logger: &OwnedKVList) -> slog::Result<String> {
    let mut pairs = Pairs::default();
    // slog gives the record's pairs and then the loggers' from the innermost
    // outward, each from the last to the first.
    record.kv().serialize(record, &mut pairs)?;
    logger.serialize(record, &mut pairs)?;
    let component = pairs.take("component");

    let mut line = Line::default();
    line.put("time", &super::now().into());
    line.put("level", &level(record.level()).into());
    line.put("msg", &record.msg().to_string().into());
    line.put("component", &component.unwrap_or_else(|| COMPONENT.into()));
    for (key, value) in pairs.0.iter().rev() {
        line.put(key, value);
    }
    Ok(line.close())
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

/// A JSON object that keeps the order in which its members were put.
#[derive(Default)]
struct Line(String);

impl Line {
    fn put(&mut self, key: &str, value: &Value) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0 += &format!("{}:{value}", Value::from(key));
    }

    fn close(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// The pairs of a record. Of two with one key the first is kept, which is the
/// one nearest to the record.
#[derive(Default)]
struct Pairs(Vec<(String, Value)>);

impl Pairs {
    fn keep(&mut self, key: Key, value: impl Into<Value>) -> slog::Result {
        let key: &str = key.as_ref();
        let under = if OURS.contains(&key) { "_" } else { "" };
        let key = format!("{key}{under}");
        if !self.0.iter().any(|(known, _)| *known == key) {
            self.0.push((key, value.into()));
        }
        Ok(())
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        let at = self.0.iter().position(|(known, _)| known == key)?;
        Some(self.0.remove(at).1)
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
        self.keep(key, Value::Null)
    }

    fn emit_unit(&mut self, key: Key) -> slog::Result {
        self.keep(key, Value::Null)
    }

    fn emit_arguments(
        &mut self,
        key: Key,
        value: &fmt::Arguments<'_>,
    ) -> slog::Result {
        self.keep(key, value.to_string())
    }
}
