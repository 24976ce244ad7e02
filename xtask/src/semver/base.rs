//! The commit that contracts are compared with.

use std::path::Path;

use anyhow::{Context, bail};

use crate::input::git;

/// What the main branch may be called, the remote's first.
const MAIN: [&str; 4] = ["origin/main", "main", "origin/master", "master"];

/// The commit named, or the one where this branch left the main branch.
///
/// # Errors
///
/// If there is none, with what to do about it.
pub(super) fn commit(named: Option<&str>) -> anyhow::Result<String> {
    git(&["rev-parse", "--git-dir"])
        .context("semver compares with an earlier commit")?;
    if let Some(name) = named {
        let commit = format!("{name}^{{commit}}");
        return match git(&["rev-parse", "--verify", "--quiet", &commit]) {
            Ok(_) => Ok(name.to_owned()),
            Err(_) => bail!("no commit `{name}` here; {}", fetching(name)),
        };
    }
    for main in MAIN {
        if let Ok(commit) = git(&["merge-base", "HEAD", main]) {
            return Ok(commit.trim().to_owned());
        }
    }
    bail!("{}; {}", unknown()?, fetching("main"))
}

/// Why it is not known where this branch left the main branch.
///
/// # Errors
///
/// If there is no history yet to look in.
fn unknown() -> anyhow::Result<String> {
    let is_here = |name: &str| {
        let commit = format!("{name}^{{commit}}");
        git(&["rev-parse", "--verify", "--quiet", &commit]).is_ok()
    };
    if !is_here("HEAD") {
        bail!("there is no earlier commit: this branch has none yet");
    }
    Ok(match MAIN.into_iter().find(|name| is_here(name)) {
        Some(main) => format!("this branch and {main} share no commit here"),
        None => format!("there is no branch {} here", MAIN.join(", ")),
    })
}

/// A shallow clone lacks the commits that others have.
fn fetching(name: &str) -> String {
    let shallow = git(&["rev-parse", "--is-shallow-repository"])
        .is_ok_and(|answer| answer.trim() == "true");
    let name = name.strip_prefix("origin/").unwrap_or(name);
    if shallow {
        format!(
            "this clone is shallow: run `git fetch --depth=1 origin {name}` \
             and pass `--base FETCH_HEAD`"
        )
    } else {
        "pass `--base REF`".to_owned()
    }
}

/// The text of a file at a commit; `None` if the commit lacks it.
///
/// # Errors
///
/// If Git fails for another reason.
pub(super) fn file(
    commit: &str,
    path: &Path,
) -> anyhow::Result<Option<String>> {
    // Git takes `./` as relative to the current folder, like the path.
    let relative = Path::new(".").join(path);
    let object = format!("{commit}:{}", relative.display());
    if git(&["cat-file", "-e", &object]).is_err() {
        return Ok(None);
    }
    git(&["show", &object]).map(Some)
}
