//! The end of an interaction: the code, or the refusal, and where it goes (§8.3, §8.5).

use sea_orm::ConnectionTrait;

use super::pending::{Pending, Stored};
use crate::{
    account,
    browser::{Browser, SignedIn},
    error::{Failure, PageError},
    events::{AuditEvent, EventName},
    protocol::{
        client::ClientStatus,
        error::OAuthError,
        scope::Scopes,
        secret::{Purpose, SealKey, Secret},
    },
    random,
    schema::TableNames,
    server::Server,
    store::{
        StoreResult,
        authorization_codes::{self, GrantRow},
        authorization_states, clients,
        consents::{self, ConsentRow},
        sessions,
    },
};

/// How long the same final location is given again, seconds (§8.5).
const REPEAT: i64 = 30;

/// How a finishing transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// With the grant's id.
    Issued(i64),
    /// Another request finished the interaction first.
    Lost,
    /// The session ended or the client changed meanwhile: the next step is another one.
    Changed,
}

/// Where a finished interaction leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finished {
    /// To this location.
    At(String),
    /// The situation changed while it was finished: look at the next step again.
    Again,
    /// It was finished before, and its result cannot be given again (§8.5).
    Completed,
}

impl Server {
    /// Issues the code. `approved` is what the person just agreed to; without it, what may be
    /// granted is covered already.
    ///
    /// # Errors
    /// When the database fails; nothing is stored then.
    pub async fn issue_code(
        &self,
        pending: &Pending,
        (browser, current): (&mut Browser, &SignedIn),
        approved: Option<Scopes>,
    ) -> Result<Finished, PageError> {
        let code = random::secret(&self.settings.token_prefixes.authorization_code)?;
        let location = pending.request.callback.success(code.expose());
        let scopes = approved.as_ref().unwrap_or(&pending.grantable);
        let grant = self.grant_row(pending, current, (&code, scopes));
        let consent = approved
            .as_ref()
            .map(|scopes| self.consent_row(pending, current, scopes));
        let Some(row) = pending.row.clone() else {
            let tables = self.store.tables();
            let id = self
                .store
                .run(|db| authorization_codes::insert(db, tables, &grant))
                .await?;
            self.issued(pending, current, &GrantRow { id, ..grant });
            return Ok(Finished::At(location));
        };
        let sealed = seal(browser, (&row, &location))?;
        let finish = Finish {
            row: row.id,
            sealed,
            session: current.session.id,
            client: (pending.client.client_id.clone(), pending.client.version),
            is_static: self.static_client(&pending.client.client_id).is_some(),
            now: self.now(),
            grant: grant.clone(),
            consent: consent.clone(),
        };
        let outcome = self
            .store
            .write(move |txn, tables| {
                let finish = finish.clone();
                Box::pin(async move { finish.run(txn, tables).await })
            })
            .await?;
        match outcome {
            Outcome::Issued(id) => {
                if let Some(consent) = consent {
                    let event = AuditEvent::new(EventName::ConsentGranted);
                    let event = event.client(&pending.client).owner(&current.owner);
                    let event = event.session(&current.session).grant_id(id);
                    let event = event.scopes(&consent.scopes.0);
                    self.audit(event.resources(&consent.resources.0));
                }
                self.issued(pending, current, &GrantRow { id, ..grant });
                Ok(Finished::At(location))
            }
            Outcome::Changed => Ok(Finished::Again),
            Outcome::Lost => self.finished_elsewhere(browser, &row.state).await,
        }
    }

    /// A code is stored.
    fn issued(&self, pending: &Pending, current: &SignedIn, grant: &GrantRow) {
        self.used(&pending.client);
        let event = AuditEvent::new(EventName::CodeIssued).client(&pending.client);
        let event = event.owner(&current.owner).session(&current.session);
        self.audit(event.grant(grant));
    }

    /// Ends the interaction with a refusal for the client: by the person, or because `prompt=none`
    /// cannot be kept.
    ///
    /// # Errors
    /// When the database fails; the interaction goes on then.
    pub async fn refuse(
        &self,
        pending: &Pending,
        browser: &mut Browser,
        error: &OAuthError,
    ) -> Result<Finished, PageError> {
        let location = pending.request.callback.error(error);
        let Some(row) = &pending.row else {
            return Ok(Finished::At(location));
        };
        let sealed = seal(browser, (row, &location))?;
        let (id, now, tables) = (row.id, self.now(), self.store.tables());
        let consume = |db| {
            authorization_states::consume(db, tables, (id, now, Some(sealed.clone()), "denied"))
        };
        if self.store.run(consume).await? {
            return Ok(Finished::At(location));
        }
        self.finished_elsewhere(browser, &row.state).await
    }

    /// §8.5: the same browser gets the same location while its code is unused and fresh.
    pub fn repeat(&self, pending: &Pending, browser: &Browser) -> Finished {
        let opened = pending.row.as_ref().and_then(|row| {
            let until = row.consumed_at?.saturating_add(REPEAT);
            let spent = row
                .grant
                .as_ref()
                .is_some_and(|grant| grant.redeemed_at.is_some() || grant.revoked_at.is_some());
            let sealed = row
                .result_sealed
                .as_deref()
                .filter(|_| self.now() < until && !spent)?;
            let clear = seal_key(browser.binding()?, &row.state).open(sealed).ok()?;
            String::from_utf8(clear).ok()
        });
        opened.map_or(Finished::Completed, Finished::At)
    }

    async fn finished_elsewhere(
        &self,
        browser: &mut Browser,
        state: &str,
    ) -> Result<Finished, PageError> {
        let pending = self.find_pending(state, browser).await?;
        Ok(self.repeat(&pending, browser))
    }

    fn grant_row(
        &self,
        pending: &Pending,
        current: &SignedIn,
        (code, scopes): (&Secret, &Scopes),
    ) -> GrantRow {
        let (now, request) = (self.now(), &pending.request);
        let expires_at = now.saturating_add(self.policy.ttl.code);
        GrantRow {
            id: 0,
            kind: "code".to_owned(),
            client_id: pending.client.client_id.clone(),
            user_id: Some(current.owner.key()),
            session_id: Some(current.session.id),
            consent_id: current.consent.as_ref().map(|consent| consent.id),
            code_hash: Some(code.hash(Purpose::Code).0.to_vec()),
            redirect_uri: request.callback.redirect_uri().to_owned(),
            redirect_uri_explicit: request.callback.is_explicit(),
            code_challenge: request.code_challenge.clone(),
            nonce: request.nonce.clone(),
            acr: current.session.acr.clone(),
            scopes: scopes.as_slice().to_vec().into(),
            resources: request.resources.clone().into(),
            amr: current.session.amr.clone(),
            device_label: account::device_label(current.session.user_agent.as_deref()),
            auth_time: Some(current.session.auth_time),
            credential_stamp: current
                .owner
                .credential_stamp()
                .map(|stamp| stamp.0.to_vec()),
            redeemed_at: None,
            revoked_at: None,
            revoke_reason: None,
            issued_at: now,
            expires_at,
            retain_until: expires_at,
        }
    }

    fn consent_row(&self, pending: &Pending, current: &SignedIn, scopes: &Scopes) -> ConsentRow {
        let now = self.now();
        ConsentRow {
            id: 0,
            client_id: pending.client.client_id.clone(),
            user_id: current.owner.key(),
            reference: current.reference.clone(),
            client_version: pending.client.version,
            scopes: scopes.as_slice().to_vec().into(),
            resources: pending.request.resources.clone().into(),
            granted_at: now,
            last_used_at: Some(now),
            expires_at: None,
        }
    }
}

fn seal(browser: &mut Browser, (row, location): (&Stored, &str)) -> Result<Vec<u8>, Failure> {
    let binding = browser.bind()?;
    Ok(seal_key(&binding, &row.state).seal(random::bytes()?, location.as_bytes())?)
}

fn seal_key<'a>(binding: &'a Secret, state: &'a str) -> SealKey<'a> {
    SealKey {
        secret: binding.expose(),
        salt: state,
        info: b"interaction-result",
    }
}

/// Everything the finishing transaction writes.
#[derive(Clone)]
struct Finish {
    row: i64,
    sealed: Vec<u8>,
    session: i64,
    client: (String, i32),
    is_static: bool,
    now: i64,
    grant: GrantRow,
    consent: Option<ConsentRow>,
}

impl Finish {
    async fn run(&self, txn: &impl ConnectionTrait, tables: &TableNames) -> StoreResult<Outcome> {
        if !self.still_holds(txn, tables).await? {
            return Ok(Outcome::Changed);
        }
        let consumed = (self.row, self.now, Some(self.sealed.clone()), "done");
        if !authorization_states::consume(txn, tables, consumed).await? {
            return Ok(Outcome::Lost);
        }
        let mut grant = self.grant.clone();
        if let Some(consent) = &self.consent {
            grant.consent_id = Some(consents::approve(txn, tables, consent).await?);
        }
        let grant_id = authorization_codes::insert(txn, tables, &grant).await?;
        authorization_states::link(txn, tables, (self.row, grant_id)).await?;
        Ok(Outcome::Issued(grant_id))
    }

    /// The next step computed before the transaction is still the next step.
    async fn still_holds(
        &self,
        txn: &impl ConnectionTrait,
        tables: &TableNames,
    ) -> StoreResult<bool> {
        if !sessions::is_live(txn, tables, (self.session, self.now)).await? {
            return Ok(false);
        }
        if self.is_static {
            return Ok(true);
        }
        let client = clients::find_held(txn, tables, &self.client.0).await?;
        Ok(client.is_some_and(|client| {
            client.status == ClientStatus::Active && client.version == self.client.1
        }))
    }
}
