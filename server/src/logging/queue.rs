//! Lines on their way to a slow place.
//!
//! A line is a few hundred bytes, so whoever logs writes it into a buffer
//! here, and a thread writes out what has gathered: a wake-up and a system
//! call for many lines, where one for each would cost more than the rest of a
//! short request.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use slog::{Drain, Level, OwnedKVList, Record};

use super::json;

/// The most bytes that may wait to be written.
pub(super) const CAPACITY: usize = 2 * 1024 * 1024;

/// How long lines may gather. Warnings and worse do not wait.
const GATHERING: Duration = Duration::from_millis(20);

/// Takes lines of JSON. Never waits for what is behind it; a line that does
/// not fit is lost, and the next one that does is preceded by one that says
/// how many were.
pub(super) struct Queue(Arc<Shared>);

/// Writes what still waits when it is dropped.
pub(super) struct Guard {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<u8>,
    lost: u64,
    is_urgent: bool,
    is_closed: bool,
}

/// Starts the thread that writes to `out`.
///
/// # Errors
///
/// If the system has no thread left.
pub(super) fn start(
    out: impl Write + Send + 'static,
) -> io::Result<(Queue, Guard)> {
    let shared = Arc::new(Shared::default());
    let source = Arc::clone(&shared);
    let thread = thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || write_all(&source, out))?;
    let guard = Guard { shared: Arc::clone(&shared), thread: Some(thread) };
    Ok((Queue(shared), guard))
}

fn write_all(source: &Shared, mut out: impl Write) {
    let mut batch = Vec::new();
    while source.take(&mut batch) {
        // If nobody reads the lines there is nobody left to tell.
        let _ = out.write_all(&batch);
        batch.clear();
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, line: &[u8], is_urgent: bool) {
        let mut waiting = self.waiting();
        let was_empty = waiting.lines.is_empty();
        if waiting.lines.len() + line.len() > CAPACITY {
            waiting.lost += 1;
            return;
        }
        if waiting.lost > 0 {
            let lost = std::mem::take(&mut waiting.lost);
            waiting.lines.extend_from_slice(loss(lost).as_bytes());
        }
        waiting.lines.extend_from_slice(line);
        let is_half_full = waiting.lines.len() > CAPACITY / 2;
        let hurries = (is_urgent || is_half_full) && !waiting.is_urgent;
        waiting.is_urgent |= hurries;
        drop(waiting);
        if was_empty || hurries {
            self.changed.notify_one();
        }
    }

    /// Waits for lines and swaps them for the empty batch. False once it is
    /// closed and all has been taken.
    fn take(&self, batch: &mut Vec<u8>) -> bool {
        let is_quiet = |it: &mut Waiting| it.lines.is_empty() && !it.is_closed;
        let waiting = self.changed.wait_while(self.waiting(), is_quiet);
        let waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        let can_wait = |it: &mut Waiting| !it.is_urgent && !it.is_closed;
        let waiting =
            self.changed.wait_timeout_while(waiting, GATHERING, can_wait);
        let (mut waiting, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        waiting.is_urgent = false;
        std::mem::swap(&mut waiting.lines, batch);
        !batch.is_empty()
    }
}

fn loss(lines: u64) -> String {
    format!(
        "{{\"time\":\"{}\",\"level\":\"error\",\"msg\":\"log lines were \
         lost\",\"component\":\"server\",\"lines\":{lines}}}\n",
        super::now()
    )
}

impl Drain for Queue {
    type Ok = ();
    type Err = io::Error;

    fn log(&self, record: &Record<'_>, logger: &OwnedKVList) -> io::Result<()> {
        let is_urgent = record.level().is_at_least(Level::Warning);
        json::with_line(record, logger, |line| {
            self.0.put(line, is_urgent);
            Ok(())
        })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.shared.waiting().is_closed = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            // Fails only if the thread has panicked, which the hook has told.
            let _ = thread.join();
        }
    }
}
