//! Signing keys: sources, states, signing, and verification of JWTs that this server signed.

mod admin;
mod directory;
mod error;
mod files;
mod generate;
mod jwk_source;
mod load;
mod pair;
mod pem;
mod secret;
mod set;
mod state;
#[cfg(test)]
mod tests;
mod verify;

use std::{
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
    thread::available_parallelism,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

#[cfg(feature = "testing")]
pub use self::admin::KeyLine;
pub use self::{
    admin::{delete_outlived, fresh_pem, list_keys, open_key_files, withdraw_key},
    error::{KeyError, OPEN_TO_OTHERS},
    secret::root_secret,
    state::{KeyDescription, KeyState},
    verify::{JwtError, JwtPurpose, VerifiedJwt},
};
use self::{
    load::{KeyRequirements, Source},
    set::{KeyChange, KeySet},
    verify::Expected,
};
use crate::{
    config::{KeySettings, KeySource, Settings},
    events::{self, AuditEvent, EventName, Events},
    protocol::{
        jwk::SigningAlg,
        time::{Seconds, UnixTime},
    },
};

/// How often a running server reads its keys again.
const REREAD_AFTER: Seconds = Seconds::minutes(1);

/// The signing keys of a running server. Clones share one set.
#[derive(Clone)]
pub struct Keys(Arc<Inner>);

struct Inner {
    issuer: String,
    needs: KeyRequirements,
    source: Mutex<Source>,
    set: RwLock<Arc<KeySet>>,
    /// When the source is read next ([`UnixTime::as_seconds`]).
    due_at: AtomicI64,
    /// Lock of the one request that reads the source.
    looking: tokio::sync::Mutex<()>,
    /// Turns of [`Keys::sign_aside`].
    signers: Arc<Semaphore>,
}

impl Inner {
    /// Whether the source is to be read again, which is so too when the clock went back.
    fn is_due(&self, now: UnixTime) -> bool {
        let due_at = UnixTime::from_seconds(self.due_at.load(Ordering::Acquire));
        due_at <= now || due_at - now > REREAD_AFTER
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys")
            .field("algorithms", &self.algorithms())
            .finish_non_exhaustive()
    }
}

impl Keys {
    /// Loads the keys, and makes missing ones outside production.
    ///
    /// # Errors
    /// Returns an error when an algorithm in use has no key, or a key cannot be read or used
    /// (ST-04, ST-08).
    pub async fn load(settings: &Settings, now: UnixTime) -> Result<Self, KeyError> {
        let key_settings = settings.keys.clone();
        let needs = KeyRequirements::of(settings);
        let issuer = settings.issuer.clone();
        blocking(move || {
            let mut source = Source::open(&key_settings, &needs)?;
            let set = source.read_complete(&needs, now)?;
            Ok(Self(Arc::new(Inner {
                issuer,
                needs,
                source: Mutex::new(source),
                set: RwLock::new(Arc::new(set)),
                due_at: AtomicI64::new((now + REREAD_AFTER).as_seconds()),
                looking: tokio::sync::Mutex::new(()),
                signers: Arc::new(Semaphore::new(
                    available_parallelism().map_or(1, usize::from),
                )),
            })))
        })
        .await
    }

    /// Reads the source again if the last time is 60 s ago. Every request calls it before it signs,
    /// verifies or publishes: the first request after that time reads, and the others wait for it.
    /// A node that only verifies, or that was idle for hours, thus accepts nothing from a key that
    /// was withdrawn a minute ago. Otherwise it costs one atomic read. A source that cannot be read
    /// leaves the keys as they are until the next time.
    pub(crate) async fn up_to_date(&self, now: UnixTime, events: Option<&Events>) {
        let due = || self.0.is_due(now);
        if !due() {
            return;
        }
        let _looking = self.0.looking.lock().await;
        if !due() {
            return;
        }
        let keys = self.clone();
        match blocking(move || keys.look_again(now)).await {
            Err(error) => tracing::error!(%error, "keys could not be read again"),
            Ok(changed) => tell(events, changed),
        }
        let next = now + REREAD_AFTER;
        self.0.due_at.store(next.as_seconds(), Ordering::Release);
    }

    /// Reads the source again at once. It blocks.
    ///
    /// # Errors
    /// Returns the errors of [`Self::load`]; the keys then stay as they are.
    pub fn reread(&self, now: UnixTime) -> Result<(), KeyError> {
        tell(None, self.look_again(now)?);
        Ok(())
    }

    /// Reads the source again, and returns which keys changed their state.
    fn look_again(&self, now: UnixTime) -> Result<Vec<KeyChange>, KeyError> {
        let mut source = self.0.source.lock().unwrap_or_else(PoisonError::into_inner);
        let set = Arc::new(source.read(&self.0.needs, now)?);
        let mut current = self.0.set.write().unwrap_or_else(PoisonError::into_inner);
        let changed = set.changed_since(&current);
        *current = set;
        Ok(changed)
    }

    /// Signs claims. Returns a compact JWS with the header parameters `alg`, `kid` and `typ` (RFC
    /// 7515 §7.1).
    ///
    /// # Errors
    /// Returns an error when no key for `alg` is active, or when the claims cannot be written as
    /// JSON.
    pub fn sign(
        &self,
        alg: SigningAlg,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<String, KeyError> {
        self.unsigned(alg, typ, claims)?.signed()
    }

    /// Signs claims as [`Self::sign`] does, but not on a thread that answers requests where the signature
    /// takes long: an RSA signature takes as long as several requests. As many are made at a time as there
    /// are cores.
    ///
    /// # Errors
    /// Those of [`Self::sign`].
    pub async fn sign_aside(
        &self,
        alg: SigningAlg,
        typ: &str,
        claims: &(impl Serialize + Sync),
    ) -> Result<String, KeyError> {
        let unsigned = self.unsigned(alg, typ, claims)?;
        if !alg.is_slow() {
            return unsigned.signed();
        }
        // Never closed, so that this never fails. The turn lasts as long as the work, also when the request is gone.
        let turn = Arc::clone(&self.0.signers).acquire_owned().await;
        blocking(move || {
            let _turn = turn;
            unsigned.signed()
        })
        .await
    }

    fn unsigned(
        &self,
        alg: SigningAlg,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<UnsignedJwt, KeyError> {
        let set = self.set();
        let pair = set.signer(alg).ok_or(KeyError::NoKey(alg))?;
        let header = json!({ "alg": alg, "kid": pair.kid, "typ": typ });
        let mut text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header)?);
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(serde_json::to_vec(claims)?, &mut text);
        Ok(UnsignedJwt { set, alg, text })
    }

    /// Verifies a JWT that this server signed.
    ///
    /// # Errors
    /// Returns the first rule that the token breaks.
    pub fn verify(
        &self,
        token: &str,
        purpose: JwtPurpose,
        now: UnixTime,
    ) -> Result<VerifiedJwt, JwtError> {
        let expected = Expected {
            purpose,
            issuer: &self.0.issuer,
            now,
        };
        verify::verify(token, &self.set(), expected)
    }

    /// Returns the key set as published at `jwks_uri`: public members only, active keys first.
    #[must_use]
    pub fn jwks(&self) -> Value {
        self.set().jwks()
    }

    /// Returns the key set as JSON text, which is written once for each state of the keys.
    pub fn jwks_document(&self) -> Arc<[u8]> {
        self.set().jwks_document()
    }

    /// Returns the algorithms of the active keys, the default of ID tokens first.
    #[must_use]
    pub fn algorithms(&self) -> Vec<SigningAlg> {
        self.set().algorithms()
    }

    fn set(&self) -> Arc<KeySet> {
        let set = self.0.set.read();
        set.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Header and claims of a JWT, and the keys of which one signs them.
struct UnsignedJwt {
    set: Arc<KeySet>,
    alg: SigningAlg,
    text: String,
}

impl UnsignedJwt {
    fn signed(mut self) -> Result<String, KeyError> {
        let pair = self.set.signer(self.alg).ok_or(KeyError::NoKey(self.alg))?;
        let signature = pair.sign(self.text.as_bytes())?;
        self.text.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut self.text);
        Ok(self.text)
    }
}

/// Emits events about keys that began to sign, and keys that left the key set.
fn tell(events: Option<&Events>, changed: Vec<KeyChange>) {
    for KeyChange { kid, state } in changed {
        let name = match state {
            KeyState::Active => EventName::KeyActivated,
            KeyState::Retired => EventName::KeyRetired,
            _ => continue,
        };
        let event = AuditEvent::new(name).detail("kid", kid);
        match events {
            Some(events) => events.emit(event),
            None => events::emit(event),
        }
    }
}

/// Makes a key in `keys.directory`, for the task `oauth:keys:rotate`. It blocks. Returns the `kid`,
/// or `None` when the source is not a directory.
///
/// The key is published now, and signs from `description.active_at` on.
///
/// # Errors
/// Returns an error when the directory cannot be written.
pub fn create_key(
    settings: &KeySettings,
    description: &KeyDescription,
) -> Result<Option<String>, KeyError> {
    match &settings.source {
        KeySource::Directory(path) => {
            load::add(path, settings.passphrase.as_ref(), description).map(Some)
        }
        KeySource::Pem(_) | KeySource::Jwks(_) => Ok(None),
    }
}

/// Runs file and key work on a thread where it may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, KeyError> + Send + 'static,
) -> Result<T, KeyError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| KeyError::Cancelled)?
}
