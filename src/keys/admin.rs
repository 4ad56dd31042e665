//! What the operator does with keys in a directory: list, make and withdraw them. Every function
//! here blocks.

use std::path::{Path, PathBuf};

use serde::Serialize;
use zeroize::Zeroizing;

use super::{
    directory::{KeyDirectory, OpenFiles},
    error::KeyError,
    files, generate,
    load::{KeyRequirements, Source},
    pem,
    set::KeyWithDescription,
    state::{KeyDescription, KeyState, Timeline, timeline},
};
use crate::{
    config::{KeySource, Settings},
    protocol::{
        jwk::SigningAlg,
        time::{Seconds, UnixTime},
    },
};

/// How long a withdrawn key is still listed.
const KEPT: Seconds = Seconds::days(30);

/// A key as `oauth:keys:list` shows it, without its private part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyLine {
    /// Key id: the JWK thumbprint.
    pub kid: String,
    /// The one algorithm of the key.
    pub alg: SigningAlg,
    /// State of the key.
    pub state: KeyState,
    /// Since when the key has that state.
    pub since: UnixTime,
    /// When the state ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_change: Option<UnixTime>,
}

/// Returns every key of the source, withdrawn ones included, in its state at `now`.
///
/// # Errors
/// Returns an error when the source cannot be read.
pub fn list_keys(settings: &Settings, now: UnixTime) -> Result<Vec<KeyLine>, KeyError> {
    let needs = KeyRequirements::of(settings);
    let keys = Source::open(&settings.keys, &needs)?.described()?;
    Ok(lines(&keys, now, needs.token_life))
}

/// Returns the key files that their group or everybody on the machine can read (OS-03).
///
/// # Errors
/// Returns an error when the directory cannot be read.
pub fn open_key_files(settings: &Settings) -> Result<Vec<PathBuf>, KeyError> {
    let needs = KeyRequirements::of(settings);
    match Source::open(&settings.keys, &needs)? {
        Source::Directory(directory) => directory.open_to_others(),
        Source::Fixed(_) => Ok(Vec::new()),
    }
}

fn lines(keys: &[KeyWithDescription], now: UnixTime, token_life: Seconds) -> Vec<KeyLine> {
    let all: Vec<&KeyDescription> = keys.iter().map(|key| &key.description).collect();
    let line = |key: &KeyWithDescription| {
        let Timeline {
            state,
            since,
            next_change,
        } = timeline(&key.description, &all, now, token_life);
        KeyLine {
            kid: key.pair.kid.clone(),
            alg: key.pair.alg,
            state,
            since,
            next_change,
        }
    };
    keys.iter().map(line).collect()
}

/// Makes a private key and returns it as PEM, for operators who keep keys elsewhere. Nothing is
/// written.
///
/// # Errors
/// Returns an error when the key cannot be made.
pub fn fresh_pem(settings: &Settings, alg: SigningAlg) -> Result<Zeroizing<String>, KeyError> {
    let document = generate::generate(alg)?;
    pem::encode(&document, settings.keys.passphrase.as_ref(), None)
}

/// Result of the withdrawal of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    /// Algorithm of the key.
    pub alg: SigningAlg,
    /// Key id of the key made in its place; `None` = another key signs already.
    pub replacement: Option<String>,
}

/// Withdraws a key at once: it leaves the key set, and neither signs nor verifies. Where no other
/// key signs with its algorithm, one is made first. Returns `None` when there is no such key.
///
/// # Errors
/// Returns an error when the directory cannot be read or written.
pub fn withdraw_key(
    settings: &Settings,
    kid: &str,
    now: UnixTime,
) -> Result<Option<Withdrawn>, KeyError> {
    let KeySource::Directory(path) = &settings.keys.source else {
        return Ok(None);
    };
    let _lock = files::lock(path)?;
    let needs = KeyRequirements::of(settings);
    let mut reader = KeyDirectory::new(
        path.clone(),
        settings.keys.passphrase.clone(),
        OpenFiles::Read,
        needs.rsa(),
    );
    let keys = reader.read()?;
    // The name of the file is that of an existing key, never the text that was typed.
    let Some(key) = keys.iter().find(|key| key.pair.kid == kid) else {
        return Ok(None);
    };
    let alg = key.pair.alg;
    let others: Vec<KeyWithDescription> = keys
        .iter()
        .filter(|other| other.pair.kid != kid)
        .cloned()
        .collect();
    let signs = lines(&others, now, needs.token_life)
        .iter()
        .any(|line| line.alg == alg && line.state == KeyState::Active);
    let replacement = if signs {
        None
    } else {
        let description = KeyDescription::new(alg, now, now);
        let passphrase = settings.keys.passphrase.as_ref();
        Some(generate::create_in(path, passphrase, &description)?)
    };
    let description = KeyDescription {
        state: KeyState::Withdrawn,
        retired_at: Some(now),
        ..key.description.clone()
    };
    let file = path.join(format!("{}.json", key.pair.kid));
    files::create(&file, &serde_json::to_vec_pretty(&description)?)?;
    Ok(Some(Withdrawn { alg, replacement }))
}

/// Deletes keys that are of no use any more at `now`: withdrawn for more than 30 days.
/// Returns their ids.
///
/// # Errors
/// Returns an error when the directory cannot be read or written.
pub fn delete_outlived(settings: &Settings, now: UnixTime) -> Result<Vec<String>, KeyError> {
    let KeySource::Directory(path) = &settings.keys.source else {
        return Ok(Vec::new());
    };
    let _lock = files::lock(path)?;
    let mut deleted = Vec::new();
    for line in list_keys(settings, now)? {
        let outlived = line.state == KeyState::Withdrawn && line.since <= now - KEPT;
        if outlived {
            delete(path, &line.kid)?;
            deleted.push(line.kid);
        }
    }
    Ok(deleted)
}

/// Deletes the key file first: a description without a key does nothing, a key without one signs.
fn delete(directory: &Path, kid: &str) -> Result<(), KeyError> {
    for extension in ["pem", "json"] {
        let path = directory.join(format!("{kid}.{extension}"));
        std::fs::remove_file(&path).map_err(|source| KeyError::file(&path, source))?;
    }
    Ok(())
}
