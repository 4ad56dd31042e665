//! Files that only the server may read, and a lock between processes.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

use super::error::KeyError;

/// Makes the directory with mode 0700, unless it exists.
pub(super) fn ensure_directory(directory: &Path) -> Result<(), KeyError> {
    let fail = |source| KeyError::file(directory, source);
    if directory.is_dir() {
        return Ok(());
    }
    if let Some(parent) = directory.parent() {
        fs::create_dir_all(parent).map_err(fail)?;
    }
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(directory) {
        // Another process made the directory first.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result.map_err(fail),
    }
}

/// Waits for the lock that lets one process make files in the directory. The lock ends when the
/// file is closed, also when the process dies.
pub(super) fn lock(directory: &Path) -> Result<File, KeyError> {
    let path = directory.join(".lock");
    let locked = private_options()
        .create(true)
        .truncate(false)
        .open(&path)
        .and_then(|file| file.lock().map(|()| file));
    locked.map_err(|source| KeyError::file(path, source))
}

/// Writes a new file with mode 0600 in one step: readers see all of it or nothing.
pub(super) fn create(path: &Path, content: &[u8]) -> Result<(), KeyError> {
    let fail = |source| KeyError::file(path, source);
    let temporary = path.with_extension("tmp");
    // A process that died left it: this process holds the lock.
    if temporary.exists() {
        fs::remove_file(&temporary).map_err(fail)?;
    }
    let mut file = private_options()
        .create_new(true)
        .open(&temporary)
        .map_err(fail)?;
    file.write_all(content).map_err(fail)?;
    file.sync_all().map_err(fail)?;
    fs::rename(&temporary, path).map_err(fail)
}

fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Whether anybody but the owner may do anything with the file: its group, or everybody on the
/// machine.
#[cfg(unix)]
pub(super) fn is_open_to_others(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0
}

/// Systems other than Unix have no such mode.
#[cfg(not(unix))]
pub(super) fn is_open_to_others(_metadata: &fs::Metadata) -> bool {
    false
}
