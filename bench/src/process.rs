//! A server under measurement, and what the kernel says of it.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::http::Connection;

const START_TIMEOUT: Duration = Duration::from_secs(300);
const STOP_TIMEOUT: Duration = Duration::from_secs(30);
const QUIET_TIMEOUT: Duration = Duration::from_secs(120);
/// How often a server that starts is asked for its first book.
const READY_INTERVAL: Duration = Duration::from_millis(1);
const QUIET_INTERVAL: Duration = Duration::from_millis(200);

/// A running server; killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// What it asks for in each request, if anything.
    pub(crate) token: Option<String>,
    /// From the start of the process to its first right answer.
    pub(crate) ready: Duration,
    pid: u32,
    /// What it is asked to see whether it answers.
    first: Vec<u8>,
}

/// An address on this machine where nobody listens.
///
/// # Errors
///
/// If the machine has none left.
pub(crate) fn free_address() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?)
}

impl Server {
    /// Starts a server and waits until it answers `first` with 200. What it
    /// writes is thrown away.
    ///
    /// # Errors
    ///
    /// If it ends instead, or does not answer in five minutes.
    pub(crate) async fn start(
        mut command: Command,
        address: SocketAddr,
        first: Vec<u8>,
    ) -> anyhow::Result<Self> {
        let told = format!("{:?}", command.as_std());
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(Stdio::null()).kill_on_drop(true);
        let begin = Instant::now();
        let mut child = command.spawn().context(told.clone())?;
        let pid = child.id().context("it has no process id")?;
        while !answers(address, &first).await {
            if let Some(status) = child.try_wait()? {
                bail!("{told}\nended with {status}; run it to see why");
            }
            if begin.elapsed() > START_TIMEOUT {
                bail!("{told}\ndoes not answer");
            }
            sleep(READY_INTERVAL).await;
        }
        Ok(Self {
            child,
            address,
            token: None,
            ready: begin.elapsed(),
            pid,
            first,
        })
    }

    /// Asks it to end with SIGTERM, and waits for that.
    ///
    /// # Errors
    ///
    /// If it does not end within 30 seconds.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        kill_process(pid.context("it has no process id")?, Signal::TERM)?;
        timeout(STOP_TIMEOUT, self.child.wait())
            .await
            .context("it does not stop")??;
        Ok(())
    }

    /// What it uses now.
    ///
    /// # Errors
    ///
    /// If it is not there any more.
    pub(crate) fn usage(&self) -> anyhow::Result<Usage> {
        Usage::of(&self.pid.to_string())
    }

    /// From now on, `Usage::peak_kib` is of what comes.
    ///
    /// # Errors
    ///
    /// If the kernel refuses.
    pub(crate) fn forget_peak(&self) -> anyhow::Result<()> {
        let path = format!("/proc/{}/clear_refs", self.pid);
        fs::write(&path, "5").context(path)
    }

    /// Waits until it has nothing left to do: requests that nobody waits for
    /// any more, and what it puts off.
    ///
    /// # Errors
    ///
    /// If it is busy for two minutes.
    pub(crate) async fn quiet(&self) -> anyhow::Result<()> {
        let begin = Instant::now();
        loop {
            let before = self.usage()?.cpu;
            sleep(QUIET_INTERVAL).await;
            let little = QUIET_INTERVAL / 9;
            let is_idle = self.usage()?.cpu - before < little;
            // A machine that is busy with other things may starve it.
            let probe = answers(self.address, &self.first);
            let is_prompt = timeout(QUIET_INTERVAL, probe).await;
            if is_idle && is_prompt == Ok(true) {
                return Ok(());
            }
            if begin.elapsed() > QUIET_TIMEOUT {
                bail!("it is busy two minutes after its last request");
            }
        }
    }
}

async fn answers(address: SocketAddr, first: &[u8]) -> bool {
    let connection = Connection::open(address).await;
    let Ok(mut connection) = connection else { return false };
    matches!(connection.status(first).await, Ok(200))
}

/// What a process uses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// Time on a processor, of all its threads, user's and kernel's.
    pub(crate) cpu: Duration,
    /// Memory that it has now, in KiB.
    pub(crate) rss_kib: u64,
    /// That without files that it maps, whose pages are the kernel's to give
    /// back, and count once for each place they are mapped at.
    pub(crate) own_kib: u64,
    /// The most memory that it had, in KiB.
    pub(crate) peak_kib: u64,
}

impl Usage {
    /// `process` is a process id or `self`.
    ///
    /// # Errors
    ///
    /// If there is no such process.
    pub(crate) fn of(process: &str) -> anyhow::Result<Self> {
        let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        Ok(Self {
            cpu: cpu(&stat).context("/proc/PID/stat")?,
            rss_kib: kib(&status, "VmRSS:").context("VmRSS")?,
            own_kib: kib(&status, "RssAnon:").context("RssAnon")?,
            peak_kib: kib(&status, "VmHWM:").context("VmHWM")?,
        })
    }
}

/// `utime` and `stime`, fields 14 and 15 of proc_pid_stat(5). The name of the
/// program is field 2, and may have spaces.
fn cpu(stat: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut times = fields.split(' ').skip(11).map(str::parse::<u64>);
    let ticks = times.next()?.ok()? + times.next()?.ok()?;
    let per_second = rustix::param::clock_ticks_per_second();
    Some(Duration::from_secs_f64(ticks as f64 / per_second as f64))
}

fn kib(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_memory() {
        let usage = Usage::of("self").expect("this process");

        assert!(usage.rss_kib > 0);
        assert!((1..usage.rss_kib).contains(&usage.own_kib));
        assert!(usage.peak_kib >= usage.rss_kib);
    }

    #[test]
    fn a_name_with_spaces_does_not_shift_the_fields() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 9 9 0 0 150 50 3 4 20 0";

        let ticks = rustix::param::clock_ticks_per_second() as f64;

        let expected = Duration::from_secs_f64(200.0 / ticks);
        assert_eq!(cpu(stat), Some(expected));
    }
}
