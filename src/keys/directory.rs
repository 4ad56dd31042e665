//! Keys in a directory: `<kid>.pem` and `<kid>.json`.

use std::{
    collections::HashMap,
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use super::{
    error::{KeyError, OPEN_TO_OTHERS},
    files,
    pair::{KeyPair, Private},
    pem::{self, Opener, Salt},
    set::KeyWithDescription,
    state::KeyDescription,
};
use crate::{
    config::Secret,
    protocol::{jwk::SigningAlg, time::UnixTime},
};

/// Marks of a file when its key was read: decryption is slow on purpose, so a key is read again
/// only when its file has changed.
#[derive(Clone, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    alg: SigningAlg,
}

/// What becomes of a key file that others than its owner can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OpenFiles {
    /// It is an error.
    Refused,
    /// It is read, with a warning.
    Read,
}

/// Reader of the keys of one directory.
pub(super) struct KeyDirectory {
    pub path: PathBuf,
    pub passphrase: Option<Secret>,
    /// What becomes of a file that others can read.
    pub open_files: OpenFiles,
    /// Algorithm of RSA keys without a description.
    pub rsa: SigningAlg,
    read: HashMap<PathBuf, (Stamp, Arc<KeyPair>)>,
}

impl KeyDirectory {
    pub fn new(
        path: PathBuf,
        passphrase: Option<Secret>,
        open_files: OpenFiles,
        rsa: SigningAlg,
    ) -> Self {
        Self {
            path,
            passphrase,
            open_files,
            rsa,
            read: HashMap::new(),
        }
    }

    /// Returns every key of the directory, by file name; none if there is no directory.
    pub fn read(&mut self) -> Result<Vec<KeyWithDescription>, KeyError> {
        let mut keys = Vec::new();
        let passphrase = self.passphrase.clone();
        let mut opener = Opener::new(passphrase.as_ref());
        for path in pem_files(&self.path)? {
            let description = read_description(&path.with_extension("json"))?;
            let metadata = fs::metadata(&path).map_err(|source| KeyError::file(&path, source))?;
            self.check_mode(&path, &metadata)?;
            let file = KeyFile {
                path: &path,
                metadata: &metadata,
                description: description.as_ref(),
            };
            let pair = self.pair(file, &mut opener)?;
            // A key that somebody put there without a description signs from the beginning.
            let description = description
                .unwrap_or_else(|| KeyDescription::new(pair.alg, UnixTime::EPOCH, UnixTime::EPOCH));
            keys.push(KeyWithDescription { pair, description });
        }
        Ok(keys)
    }

    fn check_mode(&self, path: &Path, metadata: &Metadata) -> Result<(), KeyError> {
        if !files::is_open_to_others(metadata) {
            return Ok(());
        }
        if self.open_files == OpenFiles::Refused {
            return Err(KeyError::ReadableByOthers(path.to_owned()));
        }
        tracing::warn!(file = %path.display(), "key file {OPEN_TO_OTHERS}");
        Ok(())
    }

    /// Returns the key files that somebody besides their owner can read.
    pub fn open_to_others(&self) -> Result<Vec<PathBuf>, KeyError> {
        let mut paths = pem_files(&self.path)?;
        paths.retain(|path| fs::metadata(path).is_ok_and(|it| files::is_open_to_others(&it)));
        Ok(paths)
    }

    fn pair(
        &mut self,
        file: KeyFile<'_>,
        opener: &mut Opener<'_>,
    ) -> Result<Arc<KeyPair>, KeyError> {
        let KeyFile {
            path,
            metadata,
            description,
        } = file;
        let stamp = |alg| Stamp {
            modified: metadata.modified().ok(),
            length: metadata.len(),
            alg,
        };
        if let Some((known, pair)) = self.read.get(path)
            && *known == stamp(description.map_or(pair.alg, |description| description.alg))
        {
            return Ok(pair.clone());
        }
        let private = private(path, opener)?;
        let alg = description.map_or_else(|| private.algorithm(self.rsa), |known| known.alg);
        let pair = KeyPair::new(private, alg)
            .map_err(|problem| KeyError::unusable(path.display().to_string(), problem))?;
        let pair = Arc::new(pair);
        self.read
            .insert(path.to_owned(), (stamp(alg), pair.clone()));
        Ok(pair)
    }
}

/// A key file and its description.
#[derive(Clone, Copy)]
struct KeyFile<'a> {
    path: &'a Path,
    metadata: &'a Metadata,
    description: Option<&'a KeyDescription>,
}

fn private(path: &Path, opener: &mut Opener<'_>) -> Result<Private, KeyError> {
    let text = fs::read_to_string(path).map_err(|source| KeyError::file(path, source))?;
    let text = zeroize::Zeroizing::new(text);
    let private = opener.decode(&text);
    private.map_err(|problem| KeyError::unusable(path.display().to_string(), problem))
}

/// Returns the salt of the encrypted keys in a directory, which the next key shares.
pub(super) fn salt(directory: &Path) -> Result<Option<Salt>, KeyError> {
    for path in pem_files(directory)? {
        let text = fs::read_to_string(&path).map_err(|source| KeyError::file(&path, source))?;
        if let Some(salt) = pem::salt_of(&zeroize::Zeroizing::new(text)) {
            return Ok(Some(salt));
        }
    }
    Ok(None)
}

/// Returns the key files in the order of their names, so that every process sees one order.
fn pem_files(directory: &Path) -> Result<Vec<PathBuf>, KeyError> {
    let fail = |source| KeyError::file(directory, source);
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(fail)?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(fail)?.path();
        if path.extension().is_some_and(|extension| extension == "pem") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Reads a description; `None` = the file does not exist.
fn read_description(path: &Path) -> Result<Option<KeyDescription>, KeyError> {
    let text = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text.map_err(|source| KeyError::file(path, source))?,
    };
    let description = serde_json::from_slice(&text);
    description
        .map(Some)
        .map_err(|source| KeyError::Description {
            path: path.to_owned(),
            source,
        })
}
