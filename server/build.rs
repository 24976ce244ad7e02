//! Turns the contracts, which are written in YAML, into JSON, which leaves less
//! memory behind when the server reads it each time it starts.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use yaml_serde::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    for version in ["v1", "v2"] {
        let source = format!("../openapi/{version}.yaml");
        println!("cargo::rerun-if-changed={source}");
        let json = json(&fs::read_to_string(&source)?);
        let json = json.map_err(|error| format!("{source}: {error}"))?;
        fs::write(folder.join(format!("{version}.json")), json)?;
    }
    Ok(())
}

/// The document as JSON, its keys in the order in which they are written.
fn json(yaml: &str) -> Result<String, Box<dyn Error>> {
    let mut document: Value = yaml_serde::from_str(yaml)?;
    document.apply_merge()?;
    Ok(serde_json::to_string(&document)?)
}
