//! Who is signed in in a browser (BS-01 to BS-06).

use std::{net::IpAddr, sync::Arc};

use axum::http::HeaderMap;

use super::{
    Browser, MAX_ACCOUNTS,
    cookies::{CookieLifetime, CookieNames},
};
use crate::{
    clients::ClientRegistry,
    clock::Clock,
    config::Settings,
    error::Failure,
    events::{AuditEvent, EventName, Events},
    logouts::LogoutService,
    people::{Owner, People, hooks::SessionInfo},
    protocol::{
        secret::{Purpose, Secret},
        time::UnixTime,
    },
    random,
    store::{
        Store,
        batches::Batches,
        browser_sessions::{self, BrowserSessionsQuery},
        consents::{self, ConsentKey, ConsentRow},
        sessions::{EndReason, SessionRow},
    },
};

/// A session as it was read, before its user was checked.
type Candidate = browser_sessions::SessionWithConsent<Owner>;

/// How a person signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Authentication methods (RFC 8176).
    pub amr: Vec<String>,
    /// Authentication context class; `None` = the first of the setting `acr_values`.
    pub acr: Option<String>,
    /// Whether the session outlives the browser ("remember me").
    pub remember: bool,
    /// When the person authenticated; `None` = now.
    pub auth_time: Option<UnixTime>,
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
    /// The user's consent for the client of the request.
    pub consent: Option<ConsentRow>,
    /// In whose name the user consents, the answer of the hook `consent_reference`; `None` while it was
    /// not asked, which means the user's own name.
    pub reference: Option<String>,
    /// Authentication context class of the login: the answer of the hook `acr_for`, or the class that is
    /// stored with the session while the hook was not asked.
    pub acr: Option<String>,
}

/// Signs people in and out in their browsers, and finds out who is signed in.
pub struct SessionService {
    pub(super) settings: Arc<Settings>,
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) events: Events,
    pub(super) people: Arc<People>,
    pub(super) clients: Arc<ClientRegistry>,
    pub(super) logouts: Arc<LogoutService>,
    lookups: Batches<BrowserSessionsQuery, Vec<Candidate>>,
}

/// What a [`SessionService`] is made of.
pub struct SessionServiceParts {
    /// The settings: cookies, lifetimes.
    pub settings: Arc<Settings>,
    /// The tables.
    pub store: Store,
    /// The clock.
    pub clock: Clock,
    /// Where audit events go.
    pub events: Events,
    /// The app's users.
    pub people: Arc<People>,
    /// The clients, whose ids nobody may have as subject.
    pub clients: Arc<ClientRegistry>,
    /// Tells clients that a session ended.
    pub logouts: Arc<LogoutService>,
}

impl SessionService {
    /// Creates the service.
    pub fn new(parts: SessionServiceParts) -> Self {
        let SessionServiceParts {
            settings,
            store,
            clock,
            events,
            people,
            clients,
            logouts,
        } = parts;
        Self {
            settings,
            store,
            clock,
            events,
            people,
            clients,
            logouts,
            lookups: Batches::default(),
        }
    }

    /// Returns the browser that sent these headers from this address.
    pub fn browser(&self, headers: &HeaderMap, address: Option<IpAddr>) -> Browser {
        Browser::read(CookieNames::of(&self.settings), headers, address)
    }

    /// Returns the current account of a browser, with its consent for `client_id`: the first account of
    /// the cookie whose session is live (BS-01).
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

    /// Replaces the consent for `client_id` by the one under the reference of the hook `consent_reference`,
    /// unless that was done before.
    async fn with_reference(
        &self,
        mut signed_in: SignedIn,
        client_id: &str,
    ) -> Result<SignedIn, Failure> {
        if client_id.is_empty() || signed_in.reference.is_some() {
            return Ok(signed_in);
        }
        let reference = self.people.app.consent_reference(&signed_in.owner).await?;
        if !reference.is_empty() {
            signed_in.consent = self
                .consent(&signed_in.owner, client_id, &reference)
                .await?;
        }
        signed_in.reference = Some(reference);
        self.with_acr(signed_in).await
    }

    /// Replaces the authentication context class by the answer of the hook `acr_for`.
    async fn with_acr(&self, mut signed_in: SignedIn) -> Result<SignedIn, Failure> {
        let session = SessionInfo::of(&signed_in.session);
        signed_in.acr = self.people.app.acr_for(&signed_in.owner, &session).await?;
        Ok(signed_in)
    }

    async fn consent(
        &self,
        owner: &Owner,
        client_id: &str,
        reference: &str,
    ) -> Result<Option<ConsentRow>, Failure> {
        let tables = self.store.tables();
        let key = ConsentKey {
            user: owner.key(),
            client_id,
            reference,
        };
        let find = |db| consents::find(db, tables, key);
        Ok(self.store.run(find).await?)
    }

    /// Adds the consent for `client_id` to an account that has just signed in.
    ///
    /// # Errors
    /// When the database or the app's hook fails.
    pub async fn with_consent(
        &self,
        mut signed_in: SignedIn,
        client_id: &str,
    ) -> Result<SignedIn, Failure> {
        let reference = self.people.app.consent_reference(&signed_in.owner).await?;
        signed_in.consent = self
            .consent(&signed_in.owner, client_id, &reference)
            .await?;
        signed_in.reference = Some(reference);
        self.with_acr(signed_in).await
    }

    /// Returns every account of a browser, the current one first, each with its consent for `client_id`
    /// in the user's own name.
    ///
    /// # Errors
    /// When the database or the app's model fails.
    pub async fn accounts(
        &self,
        browser: &Browser,
        client_id: &str,
    ) -> Result<Vec<SignedIn>, Failure> {
        let mut accounts = Vec::new();
        for candidate in self.live_sessions(browser, client_id).await? {
            accounts.extend(self.with_owner(candidate).await?);
        }
        Ok(accounts)
    }

    /// Returns every account of a browser as [`Self::accounts`] does. The current one is marked as used,
    /// and has its consent under the reference of the hook `consent_reference`.
    ///
    /// # Errors
    /// When the database, the app's model or its hook fails.
    pub async fn accounts_for(
        &self,
        browser: &Browser,
        client_id: &str,
    ) -> Result<Vec<SignedIn>, Failure> {
        let mut accounts = self.accounts(browser, client_id).await?;
        if let Some(current) = accounts.first_mut() {
            self.seen(&current.session).await;
            *current = self.with_reference(current.clone(), client_id).await?;
        }
        Ok(accounts)
    }

    pub(super) async fn live_sessions(
        &self,
        browser: &Browser,
        client_id: &str,
    ) -> Result<Vec<Candidate>, Failure> {
        let hashes = browser.session_hashes();
        if hashes.is_empty() {
            return Ok(Vec::new());
        }
        let of = BrowserSessionsQuery {
            hashes: hashes.clone(),
            client_id: client_id.to_owned(),
            now: self.clock.now(),
        };
        let (store, app) = (self.store.clone(), Arc::clone(&self.people.app));
        let find = move |queries: Vec<BrowserSessionsQuery>, _| {
            let (store, app) = (store.clone(), Arc::clone(&app));
            async move {
                browser_sessions::find(store.pool(), store.tables(), &queries, app.table()).await
            }
        };
        let mut found = self.store.ask(&self.lookups, of, find).await?;
        let place = |row: &SessionRow| {
            hashes
                .iter()
                .position(|hash| hash.0.as_slice() == row.token_hash.as_slice())
        };
        found.sort_by_key(|candidate| place(&candidate.session));
        Ok(found)
    }

    /// Adds the user to a session. A session that must not be used any more is ended (BS-04), and the
    /// result is `None`.
    async fn with_owner(&self, candidate: Candidate) -> Result<Option<SignedIn>, Failure> {
        let Candidate {
            session,
            consent,
            user,
        } = candidate;
        let owner = self.people.joined(session.user_id, user).await?;
        let Some(owner) = owner.filter(|owner| owner.is_active()) else {
            self.end_session(&session, EndReason::UserGone).await?;
            return Ok(None);
        };
        let stamp = owner.credential_stamp().map(|stamp| stamp.0.to_vec());
        if stamp != session.credential_stamp {
            self.end_session(&session, EndReason::CredentialChange)
                .await?;
            // The change is recorded now: older JWTs of the app are refused from here on (EX-03).
            self.people.credentials_since(&owner).await?;
            return Ok(None);
        }
        Ok(Some(SignedIn {
            acr: session.acr.clone(),
            session,
            owner,
            consent,
            reference: None,
        }))
    }

    /// Signs a person in in a browser: a new secret on the session the user already has there, or
    /// a new session in front of the others (BS-02).
    ///
    /// # Errors
    /// When the user is inactive, still has to verify their address or has an unusable subject, or when
    /// the database fails.
    pub async fn sign_in(
        &self,
        browser: &mut Browser,
        owner: &Owner,
        sign_in: SignIn,
    ) -> Result<SignedIn, Failure> {
        self.check_subject(owner).await?;
        if self.people.must_verify_email(owner) {
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
        // The order of the cookie stays: the account that was the current one comes next.
        let others = live
            .iter()
            .map(|other| &other.session)
            .filter(|other| Some(&other.token_hash) != replaced.as_ref());
        let (kept, dropped): (Vec<_>, Vec<_>) = others
            .enumerate()
            .partition(|(place, _)| *place < MAX_ACCOUNTS - 1);
        // These sessions leave the cookie, so that nobody has their secrets any more (BS-01).
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
            acr: session.acr.clone(),
            session,
            owner: owner.clone(),
            consent: None,
            reference: None,
        })
    }

    /// Makes an account of the browser the current one, with its consent for `client_id`.
    ///
    /// # Errors
    /// When the database or the app's hook fails.
    pub async fn make_current(
        &self,
        browser: &mut Browser,
        account: SignedIn,
        client_id: &str,
    ) -> Result<SignedIn, Failure> {
        let is_chosen = |secret: &Secret| {
            secret.hash(Purpose::Session).0.as_slice() == account.session.token_hash.as_slice()
        };
        browser.sessions.sort_by_key(|secret| !is_chosen(secret));
        browser.sessions_changed = Some(self.cookie_life(&account.session));
        self.with_reference(account, client_id).await
    }

    pub(super) fn cookie_life(&self, front: &SessionRow) -> CookieLifetime {
        if front.remembered {
            CookieLifetime::Remembered(front.expires_at - self.clock.now())
        } else {
            CookieLifetime::Browser
        }
    }
}
