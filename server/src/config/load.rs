//! Reads the settings from flags, environment and file, and reports all that
//! is wrong with them at once.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::Config;
use super::fault::{Fault, Faults, Origin};
use super::file;
use super::layers::{Effective, Said, config, said_by, settle};
use super::setting::{SETTINGS, Setting};

/// The file that is read if nobody names one and it exists.
const DEFAULT_FILE: &str = "colophon.toml";

/// The variable that names the file.
const FILE_VARIABLE: &str = "COLOPHON_CONFIG";

/// What the variables that are settings begin with.
const PREFIX: &str = "COLOPHON__";

/// A flag that was given and is a setting.
#[derive(Clone, Debug)]
pub struct Flag {
    /// The setting's key.
    pub key: &'static str,
    /// The flag with its dashes.
    pub name: &'static str,
    /// What it was given.
    pub value: String,
}

/// Where settings are read from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file that `--config` names.
    pub file: Option<PathBuf>,
    /// The environment, settings or not.
    pub environment: Vec<(OsString, OsString)>,
    /// The flags.
    pub flags: Vec<Flag>,
}

/// The settings in force, and where each comes from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What the server is started with.
    pub config: Config,
    effective: Vec<Effective>,
}

/// Reads all layers.
///
/// # Errors
///
/// Everything that any layer has wrong: an unknown key, a bad value, a file
/// that cannot be read.
pub fn load(sources: &Sources) -> Result<Loaded, Faults> {
    let mut faults = Vec::new();
    let mut said = from_file(sources, &mut faults);
    said.extend(from_environment(sources, &mut faults));
    said.extend(sources.flags.iter().filter_map(from_flag));
    let effective = settle(said, &mut faults);
    finish(effective, faults)
}

fn finish(
    effective: Vec<Effective>,
    mut faults: Vec<Fault>,
) -> Result<Loaded, Faults> {
    match config(&effective) {
        Ok(config) if faults.is_empty() => Ok(Loaded { config, effective }),
        Ok(_) => Err(in_order(faults)),
        Err(fault) => {
            faults.push(fault);
            Err(in_order(faults))
        }
    }
}

/// As one reads: the file from top to bottom, then variables, then flags.
fn in_order(mut faults: Vec<Fault>) -> Faults {
    faults.sort_by_key(|fault| match fault.origin() {
        Origin::Default => (0, 0, 0),
        Origin::File { line, column, .. } => (1, *line, *column),
        Origin::Variable(_) => (2, 0, 0),
        Origin::Flag(_) => (3, 0, 0),
    });
    Faults(faults)
}

fn from_file(sources: &Sources, faults: &mut Vec<Fault>) -> Vec<Said> {
    let (path, origin) = file_named(sources);
    match file::read(&path) {
        Ok(reading) => {
            faults.extend(reading.faults);
            reading.said
        }
        Err(error)
            if error.kind() == ErrorKind::NotFound
                && origin == Origin::Default =>
        {
            Vec::new()
        }
        Err(error) => {
            let problem = format!("cannot read {}: {error}", path.display());
            faults.push(Fault::new(origin, problem));
            Vec::new()
        }
    }
}

/// The file to read and who named it.
fn file_named(sources: &Sources) -> (PathBuf, Origin) {
    let variable = sources
        .environment
        .iter()
        .find(|(name, path)| name == FILE_VARIABLE && !path.is_empty());
    match (&sources.file, variable) {
        (Some(path), _) => (path.clone(), Origin::Flag("--config")),
        (None, Some((_, path))) => {
            (path.into(), Origin::Variable(FILE_VARIABLE.to_owned()))
        }
        (None, None) => (Path::new(DEFAULT_FILE).into(), Origin::Default),
    }
}

fn from_environment(sources: &Sources, faults: &mut Vec<Fault>) -> Vec<Said> {
    let mut variables: Vec<_> = sources
        .environment
        .iter()
        .map(|(name, value)| (name.to_string_lossy(), value))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect();
    variables.sort();
    let mut said = Vec::new();
    for (name, value) in variables {
        match from_variable(&name, value) {
            Ok(value) => said.push(value),
            Err(fault) => faults.push(fault),
        }
    }
    said
}

fn from_variable(name: &str, value: &OsString) -> Result<Said, Fault> {
    let setting = SETTINGS
        .iter()
        .find(|setting| setting.variable() == name)
        .ok_or_else(|| Fault::unknown_variable(name.to_owned()))?;
    let origin = Origin::Variable(name.to_owned());
    match value.to_str() {
        Some(text) => {
            Ok(Said { setting, value: setting.accepts.read(text), origin })
        }
        None => Err(Fault::new(origin, "it is not UTF-8".to_owned())),
    }
}

fn from_flag(flag: &Flag) -> Option<Said> {
    let setting = Setting::find(flag.key)?;
    let value = setting.accepts.read(&flag.value);
    Some(Said { setting, value, origin: Origin::Flag(flag.name) })
}

impl Config {
    /// Whether every value is accepted, for a config that was made in code.
    ///
    /// # Errors
    ///
    /// Everything that is wrong.
    pub fn validate(&self) -> Result<(), Faults> {
        let mut faults = Vec::new();
        let effective = settle(said_by(self), &mut faults);
        finish(effective, faults).map(|_| ())
    }
}

impl Loaded {
    /// The settings as a TOML file, passwords left out; with the origin of
    /// each in a comment if wanted.
    pub fn to_toml(&self, with_origin: bool) -> String {
        let mut text = String::new();
        let mut inside = "";
        for Effective { setting, value, origin } in &self.effective {
            let (table, key) =
                setting.key.rsplit_once('.').unwrap_or(("", setting.key));
            if table != inside {
                let gap = if inside.is_empty() { "" } else { "\n" };
                text += &format!("{gap}[{table}]\n");
                inside = table;
            }
            let line = format!("{key} = {}", setting.shown(value));
            text += &if with_origin {
                format!("{line:<36}  # {origin}\n")
            } else {
                format!("{line}\n")
            };
        }
        text
    }
}
