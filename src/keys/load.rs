//! Reads keys from their source, and makes missing ones where that is allowed.

use std::{path::Path, sync::Arc};

use super::{
    directory::{KeyDirectory, OpenFiles},
    error::KeyError,
    files, generate, jwk_source,
    pair::KeyPair,
    pem::Opener,
    set::{KeySet, KeyWithDescription},
    state::KeyDescription,
};
use crate::{
    config::{KeySettings, KeySource, Secret, SecretJson, Settings},
    protocol::{
        jwk::SigningAlg,
        time::{Seconds, UnixTime},
    },
};

/// Requirements that the loaded keys must meet.
#[derive(Clone)]
pub(super) struct KeyRequirements {
    /// Algorithms in use, the default first.
    pub algorithms: Vec<SigningAlg>,
    /// Longest life of a signed token.
    pub token_life: Seconds,
    /// Whether missing keys are an error instead of being made.
    pub production: bool,
}

impl KeyRequirements {
    pub fn of(settings: &Settings) -> Self {
        Self {
            algorithms: settings.algorithms_in_use(),
            token_life: settings.longest_token_life(),
            production: settings.production,
        }
    }

    pub fn first(&self) -> SigningAlg {
        self.algorithms
            .first()
            .copied()
            .unwrap_or(SigningAlg::RS256)
    }

    /// Returns the algorithm of an RSA key that names none: PS256 only where RS256 is not in use.
    pub fn rsa(&self) -> SigningAlg {
        let used = |alg| self.algorithms.contains(&alg);
        if used(SigningAlg::PS256) && !used(SigningAlg::RS256) {
            SigningAlg::PS256
        } else {
            SigningAlg::RS256
        }
    }

    fn set(&self, keys: &[KeyWithDescription], now: UnixTime) -> KeySet {
        KeySet::new(keys, now, self.token_life, self.first())
    }

    fn missing(&self, set: &KeySet) -> Vec<SigningAlg> {
        let missing = |alg: &SigningAlg| set.signer(*alg).is_none();
        self.algorithms.iter().copied().filter(missing).collect()
    }
}

/// Where keys come from while the server runs.
pub(super) enum Source {
    /// A directory, which is read again from time to time.
    Directory(KeyDirectory),
    /// Keys of the settings, as they were at boot.
    Fixed(Vec<KeyWithDescription>),
}

impl Source {
    pub fn open(settings: &KeySettings, needs: &KeyRequirements) -> Result<Self, KeyError> {
        let rsa = needs.rsa();
        Ok(match &settings.source {
            KeySource::Directory(path) => Self::Directory(KeyDirectory::new(
                path.clone(),
                settings.passphrase.clone(),
                if needs.production {
                    OpenFiles::Refused
                } else {
                    OpenFiles::Read
                },
                rsa,
            )),
            KeySource::Pem(texts) => {
                Self::Fixed(from_pem(texts, settings.passphrase.as_ref(), rsa)?)
            }
            KeySource::Jwks(set) => Self::Fixed(from_jwks(set, rsa)?),
        })
    }

    pub fn read(&mut self, needs: &KeyRequirements, now: UnixTime) -> Result<KeySet, KeyError> {
        Ok(needs.set(&self.described()?, now))
    }

    /// Returns every key, whatever its state.
    pub fn described(&mut self) -> Result<Vec<KeyWithDescription>, KeyError> {
        match self {
            Self::Directory(directory) => directory.read(),
            Self::Fixed(keys) => Ok(keys.clone()),
        }
    }

    /// Reads the keys like [`Self::read`], and makes a key for every algorithm in use that has
    /// none.
    pub fn read_complete(
        &mut self,
        needs: &KeyRequirements,
        now: UnixTime,
    ) -> Result<KeySet, KeyError> {
        let set = self.read(needs, now)?;
        let missing = needs.missing(&set);
        match self {
            _ if missing.is_empty() => Ok(set),
            Self::Directory(directory) if !needs.production => make(directory, needs, now),
            _ => Err(KeyError::Missing(missing)),
        }
    }
}

/// Makes the missing keys. One process does so at a time: the second one finds the keys of the
/// first.
fn make(
    directory: &mut KeyDirectory,
    needs: &KeyRequirements,
    now: UnixTime,
) -> Result<KeySet, KeyError> {
    let path = directory.path.clone();
    files::ensure_directory(&path)?;
    let _lock = files::lock(&path)?;
    let set = needs.set(&directory.read()?, now);
    for alg in needs.missing(&set) {
        let description = KeyDescription::new(alg, now, now);
        let kid = generate::create_in(&path, directory.passphrase.as_ref(), &description)?;
        tracing::info!(%kid, %alg, directory = %path.display(), "made a signing key");
    }
    let set = needs.set(&directory.read()?, now);
    match needs.missing(&set) {
        missing if missing.is_empty() => Ok(set),
        missing => Err(KeyError::Missing(missing)),
    }
}

/// Makes one key in a directory, for the task `oauth:keys:rotate`. Returns its `kid`.
pub(super) fn add(
    directory: &Path,
    passphrase: Option<&Secret>,
    description: &KeyDescription,
) -> Result<String, KeyError> {
    files::ensure_directory(directory)?;
    let _lock = files::lock(directory)?;
    generate::create_in(directory, passphrase, description)
}

fn from_pem(
    texts: &[Secret],
    passphrase: Option<&Secret>,
    rsa: SigningAlg,
) -> Result<Vec<KeyWithDescription>, KeyError> {
    let mut opener = Opener::new(passphrase);
    let pair = |text: &Secret| {
        let private = opener.decode(text.expose())?;
        let alg = private.algorithm(rsa);
        KeyPair::new(private, alg)
    };
    describe("pem", texts.iter().map(pair))
}

fn from_jwks(set: &SecretJson, rsa: SigningAlg) -> Result<Vec<KeyWithDescription>, KeyError> {
    let keys = set.expose().get("keys").and_then(|keys| keys.as_array());
    let keys = keys.ok_or_else(|| KeyError::unusable("jwks", "not a JWK set"))?;
    describe(
        "jwks.keys",
        keys.iter().map(|jwk| jwk_source::decode(jwk, rsa)),
    )
}

/// Describes the keys of a list: the first of an algorithm is active, the others are published
/// only.
fn describe(
    list: &str,
    pairs: impl Iterator<Item = Result<KeyPair, &'static str>>,
) -> Result<Vec<KeyWithDescription>, KeyError> {
    let mut keys: Vec<KeyWithDescription> = Vec::new();
    for (index, pair) in pairs.enumerate() {
        let place = |problem| KeyError::unusable(format!("{list}[{index}]"), problem);
        let pair = Arc::new(pair.map_err(place)?);
        let later = keys.iter().any(|key| key.pair.alg == pair.alg);
        let active_at = if later {
            UnixTime::MAX
        } else {
            UnixTime::EPOCH
        };
        let description = KeyDescription::new(pair.alg, UnixTime::EPOCH, active_at);
        keys.push(KeyWithDescription { pair, description });
    }
    Ok(keys)
}
