//! Where log lines go: to stderr, for people on a terminal, else as JSON.
//!
//! A request never waits for the terminal or the pipe behind stderr. Lines
//! are handed to a thread through a queue; if that is full, lines are lost, and
//! the next one that finds room is preceded by one that says how many.

mod json;
mod queue;

use std::any::Any;
use std::fmt::Debug;
use std::io::{self, IsTerminal, Write};
use std::panic::{self, RefUnwindSafe, UnwindSafe};
use std::sync::Mutex;

use chrono::{SecondsFormat, Utc};
use slog::{Drain, Level, LevelFilter, Logger, error, o};
use slog_async::{Async, AsyncGuard, OverflowStrategy};
use slog_term::{FullFormat, TermDecorator};

use crate::config::{Log, LogFormat, LogLevel};

pub use json::Json;

/// Lines that may wait for the terminal.
const QUEUE: usize = 8192;

/// Writes what is still in the queue when it is dropped: keep it until the
/// process ends.
#[must_use = "lines in the queue are lost without it"]
#[expect(dead_code, reason = "for its drop")]
pub struct Guard(Box<dyn Any>);

/// The logger that all others are children of, and what flushes it.
pub fn root(config: &Log) -> (Logger, Guard) {
    match is_json(config.format).then(|| queue::start(io::stderr())) {
        Some(Ok((queue, guard))) => {
            (leveled(queue, config.level), Guard(Box::new(guard)))
        }
        // Without a thread, lines are written by those who log.
        Some(Err(_)) => {
            let drain = Mutex::new(Json::new(io::stderr()));
            (leveled(drain, config.level), Guard(Box::new(())))
        }
        None => {
            let (queue, guard) = queued(terminal());
            (leveled(queue, config.level), Guard(Box::new(guard)))
        }
    }
}

/// From now on a panic is a log line. The default would write lines that are
/// not JSON between those that are.
pub fn log_panics(log: &Logger) {
    let log = log.clone();
    panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string);
        let words = panic.payload_as_str();
        error!(log, "panic"; "place" => place, "words" => words);
    }));
}

/// Whether this format means JSON lines, here and now.
pub fn is_json(format: LogFormat) -> bool {
    match format {
        LogFormat::Json => true,
        LogFormat::Terminal => false,
        LogFormat::Auto => !io::stderr().is_terminal(),
    }
}

fn queued<D>(drain: D) -> (Async, AsyncGuard)
where
    D: Drain<Ok = (), Err = io::Error> + Send + 'static,
{
    // If stderr is gone there is nobody left to tell.
    Async::new(drain.ignore_res())
        .chan_size(QUEUE)
        .overflow_strategy(OverflowStrategy::DropAndReport)
        .thread_name("log".to_owned())
        .build_with_guard()
}

/// The level is looked at first, so that what is not wanted costs nothing.
fn leveled<D>(drain: D, level: LogLevel) -> Logger
where
    D: Drain<Ok = ()> + Send + Sync + UnwindSafe + RefUnwindSafe + 'static,
    D::Err: Debug,
{
    let drain = LevelFilter::new(drain.ignore_res(), level.into());
    Logger::root(drain.ignore_res(), o!())
}

fn terminal() -> impl Drain<Ok = (), Err = io::Error> + Send + 'static {
    let decorator = TermDecorator::new().stderr().build();
    FullFormat::new(decorator)
        .use_custom_timestamp(|out: &mut dyn Write| write!(out, "{}", now()))
        .use_original_order()
        .build()
}

/// RFC 3339 in UTC, to the millisecond.
fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true)
}

impl From<LogLevel> for Level {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::Error,
            LogLevel::Warn => Self::Warning,
            LogLevel::Info => Self::Info,
            LogLevel::Debug => Self::Debug,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::Value;
    use slog::{debug, info, warn};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("a page").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written when `say` logs, at `info`.
    fn lines(say: impl FnOnce(&Logger)) -> Vec<String> {
        let page = Page::default();
        let (queue, guard) = queue::start(page.clone()).expect("a thread");
        say(&leveled(queue, LogLevel::Info));
        drop(guard);
        let bytes = page.0.lock().expect("a page").clone();
        let text = String::from_utf8(bytes).expect("UTF-8");
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_json_line_has_time_level_msg_component_then_the_pairs() {
        let lines = lines(|log| {
            let log = log.new(o!("component" => "store", "shard" => 1));
            warn!(log, "slow \"write\""; "took_ms" => 1.5, "book_id" => 7,
                "title" => "Dune\n", "kept" => true, "note" => None::<u8>);
        });

        let [line] = lines.as_slice() else { panic!("one line: {lines:?}") };
        let (time, rest) = line.split_at(r#"{"time":"#.len() + 26);
        assert_eq!(
            rest,
            r#","level":"warn","msg":"slow \"write\"","component":"store","shard":1,"took_ms":1.5,"book_id":7,"title":"Dune\n","kept":true,"note":null}"#
        );
        let time: Value =
            serde_json::from_str(&format!("{time}}}")).expect("JSON");
        let time = time["time"].as_str().expect("a time");
        assert!(time.ends_with('Z'));
        chrono::DateTime::parse_from_rfc3339(time).expect("RFC 3339");
    }

    #[test]
    fn no_key_stands_twice_and_the_nearest_wins() {
        let lines = lines(|log| {
            let log = log.new(o!("component" => "edge", "id" => 1));
            let log = log.new(o!("component" => "store"));
            info!(log, "said"; "id" => 2, "msg" => "pair", "time" => 3);
        });

        let line = &lines[0];
        assert_eq!(line.matches("\"id\":").count(), 1, "{line}");
        let line: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(line["component"], "store");
        assert_eq!(line["id"], 2);
        assert_eq!(line["msg"], "said");
        assert_eq!(line["msg_"], "pair");
        assert_eq!(line["time_"], 3);
    }

    #[test]
    fn a_line_below_the_level_is_not_written() {
        let lines = lines(|log| debug!(log, "hidden"));
        assert!(lines.is_empty(), "{lines:?}");
    }

    #[test]
    fn a_full_queue_says_how_many_lines_it_lost() {
        let page = Page::default();
        let (queue, guard) = queue::start(page.clone()).expect("a thread");
        let log = leveled(queue, LogLevel::Info);
        {
            let _stuck = page.0.lock().expect("a page");
            let long = "x".repeat(queue::CAPACITY / 16);
            for _ in 0..48 {
                info!(log, "long"; "text" => &long);
            }
        }
        // The report goes before the next line that finds room.
        let lost = |page: &Page| {
            let bytes = page.0.lock().expect("a page").clone();
            String::from_utf8_lossy(&bytes).contains("log lines were lost")
        };
        let deadline =
            std::time::Instant::now() + std::time::Duration::from_secs(10);
        while !lost(&page) && std::time::Instant::now() < deadline {
            info!(log, "more");
            std::thread::yield_now();
        }
        assert!(lost(&page));
        drop(guard);
    }

    #[test]
    fn a_warning_does_not_wait_for_company() {
        let page = Page::default();
        let (queue, _guard) = queue::start(page.clone()).expect("a thread");
        let log = leveled(queue, LogLevel::Info);
        let started = std::time::Instant::now();
        warn!(log, "said");
        while page.0.lock().expect("a page").is_empty() {
            assert!(started.elapsed() < std::time::Duration::from_secs(10));
            std::thread::yield_now();
        }
    }
}
