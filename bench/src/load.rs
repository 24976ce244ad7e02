//! The load: connections that each send their next request when the last one
//! is answered (a closed loop), for a fixed time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use hdrhistogram::Histogram;
use tokio::runtime::Builder;
use tokio::task::LocalSet;
use tokio::time::{sleep, sleep_until, timeout_at};

use crate::http::Connection;
use crate::operation::Work;
use crate::process::{Server, Usage};
use crate::results::Sample;

/// Threads that send requests: the same for every target.
const THREADS: usize = 2;
/// How long answers may take after the end; they are not counted.
const GRACE: Duration = Duration::from_secs(1);
/// Before a broken connection is opened again.
const PAUSE: Duration = Duration::from_millis(10);
/// Places between the requests with which two connections begin, so that they
/// do not ask for the same thing at the same time.
const STRIDE: usize = 37;

/// What is done to a server.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    pub(crate) work: Arc<Work>,
    pub(crate) connections: usize,
    pub(crate) warm_up: Duration,
    pub(crate) length: Duration,
}

/// When answers count.
#[derive(Clone, Copy, Debug)]
struct Window {
    begin: Instant,
    end: Instant,
}

/// What was seen of answers within the window.
#[derive(Debug)]
struct Tally {
    /// In nanoseconds, from sending to the end of the answer.
    latencies: Histogram<u64>,
    /// Wrong statuses and broken connections.
    failures: u64,
}

impl Tally {
    fn new() -> anyhow::Result<Self> {
        Ok(Self { latencies: Histogram::new(3)?, failures: 0 })
    }

    fn add(&mut self, other: &Self) -> anyhow::Result<()> {
        self.failures += other.failures;
        Ok(self.latencies.add(&other.latencies)?)
    }
}

impl Load {
    /// Puts the load on a server and measures both.
    ///
    /// # Errors
    ///
    /// If the server is gone.
    pub(crate) async fn measure(
        &self,
        server: &Server,
    ) -> anyhow::Result<Sample> {
        server.quiet().await?;
        server.forget_peak()?;
        let begin = Instant::now() + self.warm_up;
        let window = Window { begin, end: begin + self.length };
        let (load, address) = (self.clone(), server.address);
        let sending = thread::spawn(move || load.send(address, window));
        sleep_until(window.begin.into()).await;
        let before = (server.usage()?, Usage::of("self")?);
        sleep_until(window.end.into()).await;
        let after = (server.usage()?, Usage::of("self")?);
        let tally = tokio::task::spawn_blocking(move || sending.join())
            .await?
            .map_err(|_| anyhow!("a thread of the load panicked"))??;
        let done = tally.latencies.len();
        let each = |duration: Duration| micros(duration) / done as f64;
        Ok(Sample {
            requests_per_second: done as f64 / self.length.as_secs_f64(),
            p50_us: tally.quantile_us(0.5),
            p99_us: tally.quantile_us(0.99),
            cpu_us: (done > 0).then(|| each(after.0.cpu - before.0.cpu)),
            load_cpu_us: (done > 0).then(|| each(after.1.cpu - before.1.cpu)),
            peak_kib: after.0.peak_kib,
            own_kib: after.0.own_kib,
            failures: tally.failures,
        })
    }

    /// Sends from several threads until the window ends.
    fn send(
        self,
        address: SocketAddr,
        window: Window,
    ) -> anyhow::Result<Tally> {
        let threads: Vec<_> = (0..THREADS)
            .map(|first| {
                let load = self.clone();
                thread::spawn(move || load.send_some(first, address, window))
            })
            .collect();
        let mut whole = Tally::new()?;
        for thread in threads {
            let tally = thread.join().map_err(|_| anyhow!("a panic"))??;
            whole.add(&tally)?;
        }
        Ok(whole)
    }

    /// Sends on every `THREADS`th connection.
    fn send_some(
        &self,
        first: usize,
        address: SocketAddr,
        window: Window,
    ) -> anyhow::Result<Tally> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let connections = LocalSet::new();
        runtime.block_on(connections.run_until(async {
            let handles: Vec<_> = (first..self.connections)
                .step_by(THREADS)
                .map(|place| (place * STRIDE, self.work.clone()))
                .map(|(place, work)| one(address, work, place, window))
                .map(tokio::task::spawn_local)
                .collect();
            let mut whole = Tally::new()?;
            for handle in handles {
                let tally = handle.await.context("a connection panicked")??;
                whole.add(&tally)?;
            }
            Ok(whole)
        }))
    }
}

impl Tally {
    fn quantile_us(&self, quantile: f64) -> Option<f64> {
        let nanos = self.latencies.value_at_quantile(quantile);
        (!self.latencies.is_empty()).then_some(nanos as f64 / 1000.0)
    }
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

/// One connection, opened anew whenever it breaks.
async fn one(
    address: SocketAddr,
    work: Arc<Work>,
    mut place: usize,
    window: Window,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::new()?;
    while Instant::now() < window.end {
        let sending = on(address, &work, &mut place, window, &mut tally);
        match timeout_at((window.end + GRACE).into(), sending).await {
            Ok(Ok(())) | Err(_) => break,
            Ok(Err(_)) => {
                tally.failures += 1;
                sleep(PAUSE).await;
            }
        }
    }
    Ok(tally)
}

async fn on(
    address: SocketAddr,
    work: &Work,
    place: &mut usize,
    window: Window,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let mut connection = Connection::open(address).await?;
    let mut scratch = Vec::new();
    let mut sent = Instant::now();
    while sent < window.end {
        let request = work.request(*place, &mut scratch);
        let status = connection.status(request).await?;
        let answered = Instant::now();
        *place += 1;
        if status != work.expected {
            tally.failures += 1;
        } else if (window.begin..window.end).contains(&answered) {
            let nanos = (answered - sent).as_nanos();
            tally.latencies.record(u64::try_from(nanos)?)?;
        }
        sent = answered;
    }
    Ok(())
}
