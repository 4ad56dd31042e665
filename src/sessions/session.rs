//! Who is signed in in a browser (BS-01 to BS-06).

mod end;
mod row;
mod subject;

use super::{Browser, MAX_ACCOUNTS, cookies::Lifetime};
use crate::{
    error::Failure,
    events::{AuditEvent, EventName},
    people::Owner,
    protocol::secret::{Purpose, Secret},
    random,
    server::Server,
    store::{
        browser_sessions::{self, OfBrowser},
        consents::{self, ConsentKey, ConsentRow},
        sessions::{EndReason, SessionRow},
        transaction::retry,
    },
};

/// A session that may be live, as it was read.
type Candidate = browser_sessions::SessionWithConsent<Owner>;

/// How a person signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Authentication methods (RFC 8176).
    pub amr: Vec<String>,
    /// Authentication context class; `None` = the first of `acr_values`.
    pub acr: Option<String>,
    /// Outlives the browser.
    pub remember: bool,
    /// Unix seconds; `None` = now.
    pub auth_time: Option<i64>,
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            amr: vec!["pwd".to_owned()],
            acr: None,
            remember: false,
            auth_time: None,
        }
    }
}

/// A live session with its user.
#[derive(Clone)]
pub struct SignedIn {
    /// The session.
    pub session: SessionRow,
    /// The user.
    pub owner: Owner,
    /// The user's consent for the client that was asked for.
    pub consent: Option<ConsentRow>,
    /// In whose name the user consents: hook `consent_reference`.
    pub reference: String,
}

impl Server {
    /// The current account of a browser: the first live one of its cookie (BS-01), with its
    /// consent for `client_id`.
    ///
    /// # Errors
    /// When the database or the app's model fails.
    pub async fn current(
        &self,
        browser: &Browser,
        client_id: &str,
    ) -> Result<Option<SignedIn>, Failure> {
        let found = self.live_sessions(browser, client_id).await?;
        for candidate in found {
            if let Some(signed_in) = self.with_owner(candidate).await? {
                self.seen(&signed_in.session).await;
                return Ok(Some(self.with_reference(signed_in, client_id).await?));
            }
        }
        Ok(None)
    }

    /// The consent that counts: the one in the name of what the app says.
    async fn with_reference(
        &self,
        mut signed_in: SignedIn,
        client_id: &str,
    ) -> Result<SignedIn, Failure> {
        if client_id.is_empty() {
            return Ok(signed_in);
        }
        let reference = self.owners.consent_reference(&signed_in.owner).await?;
        if !reference.is_empty() {
            let tables = self.store.tables();
            let key = ConsentKey {
                user: signed_in.owner.key(),
                client_id,
                reference: &reference,
            };
            let find = |db| consents::find(db, tables, key);
            signed_in.consent = self.store.run(find).await?;
        }
        signed_in.reference = reference;
        Ok(signed_in)
    }

    /// Every account of a browser, the current one first.
    ///
    /// # Errors
    /// When the database or the app's model fails.
    pub async fn accounts(&self, browser: &Browser) -> Result<Vec<SignedIn>, Failure> {
        let mut accounts = Vec::new();
        for candidate in self.live_sessions(browser, "").await? {
            accounts.extend(self.with_owner(candidate).await?);
        }
        Ok(accounts)
    }

    async fn live_sessions(
        &self,
        browser: &Browser,
        client_id: &str,
    ) -> Result<Vec<Candidate>, Failure> {
        let hashes = browser.session_hashes();
        if hashes.is_empty() {
            return Ok(Vec::new());
        }
        let (tables, users) = (self.store.tables(), self.owners.table());
        let of = OfBrowser {
            hashes: &hashes,
            client_id,
            now: self.now(),
        };
        let find = |db| browser_sessions::find(db, tables, of, users);
        let mut found = self.store.run(find).await?;
        let place = |row: &SessionRow| {
            hashes
                .iter()
                .position(|hash| hash.0.as_slice() == row.token_hash.as_slice())
        };
        found.sort_by_key(|candidate| place(&candidate.session));
        Ok(found)
    }

    /// The user of a session, or `None` when the session must not be used any more (BS-04).
    async fn with_owner(&self, candidate: Candidate) -> Result<Option<SignedIn>, Failure> {
        let Candidate {
            session,
            consent,
            user,
        } = candidate;
        let owner = match self.owners.table() {
            Some(_) => user,
            None => self.owner(session.user_id).await?,
        };
        let Some(owner) = owner.filter(Owner::is_active) else {
            self.end_session(&session, EndReason::UserGone).await?;
            return Ok(None);
        };
        let stamp = owner.credential_stamp().map(|stamp| stamp.0.to_vec());
        if stamp != session.credential_stamp {
            self.end_session(&session, EndReason::CredentialChange)
                .await?;
            // The change is seen now: JWTs of the app from before are void from here on (EX-03).
            self.credentials_since(&owner).await?;
            return Ok(None);
        }
        Ok(Some(SignedIn {
            session,
            owner,
            consent,
            reference: String::new(),
        }))
    }

    /// The user with this key.
    ///
    /// # Errors
    /// When the app's model fails.
    pub async fn owner(
        &self,
        key: crate::people::resource_owner::UserKey,
    ) -> Result<Option<Owner>, Failure> {
        let find = || async { Ok(self.owners.find(self.store.db(), key).await?) };
        Ok(retry(find).await?)
    }

    /// Whether a person must verify their address first (`require_verified_email`).
    pub fn waits_for_mail(&self, owner: &Owner) -> bool {
        self.settings.require_verified_email && !owner.is_verified()
    }

    /// Signs a person in in a browser: a new secret on the session the user already has there, or
    /// a new session in front of the others (BS-02).
    ///
    /// # Errors
    /// When the user is inactive, waits for a mail or has an unusable subject, or the database fails.
    pub async fn sign_in(
        &self,
        browser: &mut Browser,
        owner: &Owner,
        sign_in: SignIn,
    ) -> Result<SignedIn, Failure> {
        self.check_subject(owner).await?;
        if self.waits_for_mail(owner) {
            return Err(Failure::internal("the user's address is not verified"));
        }
        let secret = random::secret("")?;
        let live = self.live_sessions(browser, "").await?;
        let own = live
            .iter()
            .find(|candidate| candidate.session.user_id == owner.key());
        let row = self.session_row(browser, owner, &secret, &sign_in)?;
        let session = match own {
            Some(own) => self.renew(&own.session, &row).await?,
            None => self.insert_session(row).await?,
        };
        let replaced = own.map(|own| own.session.token_hash.clone());
        // The cookie's order: the account that was in front last comes next.
        let others = live
            .iter()
            .map(|other| &other.session)
            .filter(|other| Some(&other.token_hash) != replaced.as_ref());
        let (kept, dropped): (Vec<_>, Vec<_>) = others
            .enumerate()
            .partition(|(place, _)| *place < MAX_ACCOUNTS - 1);
        // Nobody has the secret of such a session any more (BS-01).
        for (_, session) in dropped {
            self.end_session(session, EndReason::Replaced).await?;
        }
        browser.sessions.retain(|secret| {
            let hash = secret.hash(Purpose::Session).0;
            kept.iter().any(|(_, session)| session.token_hash == hash)
        });
        browser.sessions.insert(0, secret);
        browser.sessions_changed = Some(self.cookie_life(&session));
        self.events.emit(
            AuditEvent::new(EventName::LoginSucceeded)
                .about(&session)
                .about(owner)
                .named_client()
                .detail("amr", sign_in.amr.clone()),
        );
        Ok(SignedIn {
            session,
            owner: owner.clone(),
            consent: None,
            reference: String::new(),
        })
    }

    /// Makes another account of the browser the current one; `None` when it is not signed in here.
    ///
    /// # Errors
    /// When the database or the app's model fails.
    pub async fn switch_account(
        &self,
        browser: &mut Browser,
        sid: &str,
    ) -> Result<Option<SignedIn>, Failure> {
        let accounts = self.accounts(browser).await?;
        let Some(chosen) = accounts
            .into_iter()
            .find(|account| account.session.sid == sid)
        else {
            return Ok(None);
        };
        let is_chosen = |secret: &Secret| {
            secret.hash(Purpose::Session).0.as_slice() == chosen.session.token_hash.as_slice()
        };
        browser.sessions.sort_by_key(|secret| !is_chosen(secret));
        browser.sessions_changed = Some(self.cookie_life(&chosen.session));
        Ok(Some(chosen))
    }

    fn cookie_life(&self, front: &SessionRow) -> Lifetime {
        if front.remembered {
            Lifetime::Remembered(front.expires_at - self.now())
        } else {
            Lifetime::Browser
        }
    }
}
