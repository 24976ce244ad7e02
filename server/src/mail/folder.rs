//! A folder with a file for each mail.

use std::fs::{self, File};
use std::io::{self, Write};
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
    let (place, name) = (folder.to_owned(), name.to_owned());
    let written = spawn_blocking(move || write(&place, &name, &mail)).await;
    let written = written.unwrap_or_else(|_| Err(io::ErrorKind::Other.into()));
    let folder = folder.to_owned();
    written.map_err(|source| Error::Folder { folder, source })
}

fn write(folder: &Path, name: &str, mail: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    // What another attempt may be writing has another name.
    let draft = folder.join(format!(".{name}.{}", Uuid::new_v4()));
    let outcome = write_draft(&draft, mail)
        .and_then(|()| fs::rename(&draft, folder.join(format!("{name}.eml"))))
        .and_then(|()| File::open(folder)?.sync_all());
    if outcome.is_err() {
        // It may not even be there.
        let _ = fs::remove_file(&draft);
    }
    outcome
}

fn write_draft(draft: &PathBuf, mail: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(draft)?;
    file.write_all(mail)?;
    file.sync_all()
}
