//! A folder with a file for each mail.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::Error;

/// Puts a mail into a folder, which is made if it is missing. The file is
/// there whole or not at all, once, and survives power loss.
pub(super) async fn put(
    folder: &Path,
    name: &str,
    mail: Vec<u8>,
) -> Result<(), Error> {
    let name = name.to_owned();
    on(folder, move |folder| write(folder, &name, &mail)).await
}

/// Removes the drafts of writers that were killed, and says how many there
/// were. Whatever else is in the folder stays.
pub(super) async fn clear(folder: &Path) -> Result<usize, Error> {
    on(folder, remove_drafts).await
}

/// Does something with a folder on a thread that may wait for the disk.
async fn on<T: Send + 'static>(
    folder: &Path,
    act: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let folder = folder.to_owned();
    let place = folder.clone();
    let done = spawn_blocking(move || act(&place)).await;
    let done = done.unwrap_or_else(|_| Err(ErrorKind::Other.into()));
    done.map_err(|source| Error::Folder { folder, source })
}

fn write(folder: &Path, name: &str, mail: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    // What another attempt may be writing has another name.
    let draft = folder.join(draft_name(name, Uuid::new_v4()));
    let whole = folder.join(format!("{name}.eml"));
    let outcome = write_draft(&draft, &whole, mail)
        .and_then(|()| File::open(folder)?.sync_all());
    if outcome.is_err() {
        // It may not even be there.
        let _ = fs::remove_file(&draft);
    }
    outcome
}

/// The draft is locked for as long as it has this name, so that nobody takes
/// it for one that was left behind.
fn write_draft(draft: &PathBuf, whole: &Path, mail: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(draft)?;
    // Where files cannot be locked, no draft is ever removed.
    let _ = file.lock();
    file.write_all(mail)?;
    file.sync_all()?;
    fs::rename(draft, whole)
}

fn draft_name(mail: &str, id: Uuid) -> String {
    format!(".{mail}.{id}.draft")
}

/// Whether a file of this name can only be a draft.
fn is_draft(file: &OsStr) -> bool {
    let parts = file
        .to_str()
        .and_then(|it| it.strip_prefix('.')?.strip_suffix(".draft"))
        .and_then(|it| it.rsplit_once('.'));
    parts.is_some_and(|(mail, id)| {
        let id = Uuid::try_parse(id).ok();
        id.is_some_and(|id| *file == *draft_name(mail, id))
    })
}

fn remove_drafts(folder: &Path) -> io::Result<usize> {
    let files = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
        files => files?,
    };
    let mut removed = 0;
    for file in files {
        let file = file?;
        if is_draft(&file.file_name())
            && file.file_type()?.is_file()
            && remove_if_left(&file.path())?
        {
            removed += 1;
        }
    }
    Ok(removed)
}

/// Removes a draft that nobody writes, and says whether it was one.
fn remove_if_left(draft: &Path) -> io::Result<bool> {
    let removed = File::open(draft).and_then(|file| {
        if file.try_lock().is_err() {
            return Ok(false);
        }
        fs::remove_file(draft).map(|()| true)
    });
    match removed {
        // By now it is a mail.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_a_draft_but_a_draft() {
        let id = Uuid::from_u128(7);
        let draft = draft_name("job-7.17", id);
        assert!(is_draft(draft.as_ref()), "{draft}");
        for other in [
            "job-7.17.eml".to_owned(),
            ".job-7.17.draft".to_owned(),
            format!(".{id}.draft"),
            format!("job-7.17.{id}.draft"),
            format!(".job-7.17.{id}"),
            format!(".job-7.17.{}.draft", id.simple()),
            draft.to_uppercase(),
        ] {
            assert!(!is_draft(other.as_ref()), "{other}");
        }
    }
}
