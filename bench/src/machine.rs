//! What was measured with what: without it numbers mean nothing.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

use chrono::Utc;

use crate::cli::Plan;
use crate::results::short;
use crate::target::Target;
use crate::workshop::Workshop;

/// A binary that this run did not build: nobody knows from what.
const GIVEN: &str = "Colophon, a given binary";

/// Names and values for the head of the report.
pub(crate) fn describe(plan: &Plan, shop: &Workshop) -> Vec<(String, String)> {
    let mut facts = vec![
        ("date", Utc::now().format("%Y-%m-%d %H:%M UTC").to_string()),
        ("processor", processor()),
        ("memory", memory()),
        ("system", system()),
        ("rustc", said("rustc", &["--version"])),
    ];
    if let Ok(colophon) = shop.colophon() {
        let program = colophon.to_string_lossy();
        let name = plan.colophon.as_ref().map_or("Colophon", |_| GIVEN);
        facts.push((name, said(&program, &["--version"])));
        let root = shop.bench.to_string_lossy();
        let commit = ["-C", &root, "describe", "--always", "--dirty"];
        facts.push(("commit of the tree", said("git", &commit)));
    }
    if plan.serves(|it| it == Target::ColophonPostgres) {
        facts.push(("PostgreSQL", postgres(shop)));
    }
    if plan.serves(|it| it == Target::Fastapi) {
        facts.push(("FastAPI", fastapi(shop)));
    }
    facts.push(("axum, sqlx, dropshot", locked(shop)));
    facts.push(("settings", settings(plan)));
    let own = |(name, value): (&str, String)| (name.to_owned(), value);
    facts.into_iter().map(own).collect()
}

fn settings(plan: &Plan) -> String {
    let sizes: Vec<_> = plan.sizes.iter().map(|n| short(*n)).collect();
    format!(
        "{} books; connections {:?}; {} rounds of {} s after {:.1} s of \
         warm-up",
        sizes.join(", "),
        plan.connections,
        plan.rounds,
        plan.length.as_secs_f64(),
        plan.warm_up().as_secs_f64()
    )
}

/// The first line that a program writes, or that it cannot be asked.
fn said(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output();
    output
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .and_then(|text| Some(text.lines().next()?.trim().to_owned()))
        .unwrap_or_else(|| "unknown".to_owned())
}

/// The value after the first colon of the line that starts like this.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn processor() -> String {
    let cores = available_parallelism().map_or(0, usize::from);
    let model = field("/proc/cpuinfo", "model name");
    let model = model.unwrap_or_else(|| "unknown".to_owned());
    format!("{model}; {cores} cores for servers and load together")
}

fn memory() -> String {
    let kib = field("/proc/meminfo", "MemTotal")
        .and_then(|text| text.strip_suffix(" kB")?.parse::<u64>().ok());
    kib.map_or_else(
        || "unknown".to_owned(),
        |kib| format!("{} GiB", kib.div_ceil(1024 * 1024)),
    )
}

fn system() -> String {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease");
    format!("Linux {}", kernel.unwrap_or_default().trim())
}

fn postgres(shop: &Workshop) -> String {
    let version = shop.postgres().and_then(|it| it.version());
    version.unwrap_or_else(|_| "unknown".to_owned())
}

fn fastapi(shop: &Workshop) -> String {
    const VERSIONS: &str = "import sys, fastapi, pydantic, uvicorn; \
         print(fastapi.__version__, 'pydantic', pydantic.__version__, \
         'uvicorn', uvicorn.__version__, 'Python', sys.version.split()[0])";
    said(&shop.python().to_string_lossy(), &["-c", VERSIONS])
}

/// The versions of the peers' libraries in this package's lock file.
fn locked(shop: &Workshop) -> String {
    let lock = fs::read_to_string(shop.bench.join("Cargo.lock"));
    let lock = lock.unwrap_or_default();
    let version = |name: &str| {
        let (_, after) =
            lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
        Some(format!("{name} {}", after.split_once('"')?.0))
    };
    let versions = ["axum", "sqlx", "dropshot"].into_iter().map(version);
    versions.flatten().collect::<Vec<_>>().join(", ")
}
