//! The end of an interaction: the code, or the refusal, and where it goes.

use std::sync::Arc;

use super::{
    InteractionService, Outcome,
    interaction::{Pending, Stored},
    transaction::{Consent, Consumed, Finish, Finished},
};
use crate::{
    error::{Failure, PageError},
    events::{AuditEvent, EventName},
    protocol::{
        consent::Approval,
        error::OAuthError,
        scope::Scopes,
        secret::{Purpose, SealKey, Secret},
    },
    random,
    sessions::{Browser, SignedIn, device_label},
    store::{
        authorization_codes::GrantRow,
        authorization_states::{self, Completion},
        consents::NewApproval,
        standing::{Basis, ClientBasis},
    },
};

/// How long the same final location is given again, seconds.
const REPEAT: i64 = 30;

impl InteractionService {
    /// Issues the code. `approved` is what the person just agreed to; without it, what may be
    /// granted is covered already.
    ///
    /// # Errors
    /// When the database fails; nothing is stored then.
    pub async fn issue_code(
        &self,
        pending: &Pending,
        browser: &mut Browser,
        current: &SignedIn,
        approved: Option<Scopes>,
    ) -> Result<Outcome, PageError> {
        let code = random::secret(&self.settings.token_prefixes.authorization_code)?;
        let location = pending.request.callback.success(code.expose());
        let scopes = approved.as_ref().unwrap_or(&pending.grantable);
        let interaction = match &pending.row {
            None => None,
            Some(row) => Some(Consumed {
                id: row.id,
                sealed: seal(browser, row, &location)?,
            }),
        };
        let consent = match &approved {
            Some(scopes) => Consent::Given(self.approval(pending, current, scopes)),
            None => Consent::stored(pending, current),
        };
        let finish = Finish {
            interaction,
            basis: self.basis(pending, current, &consent),
            app: Arc::clone(&self.people.app),
            now: self.clock.now(),
            grant: self.grant_row(pending, current, &code, scopes),
            consent,
        };
        let grant = finish.grant.clone();
        let finished = self
            .store
            .write(move |txn, tables| {
                let finish = finish.clone();
                Box::pin(async move { finish.run(txn, tables).await })
            })
            .await?;
        match (finished, pending.state()) {
            (Finished::Issued(id), _) => {
                if let Some(scopes) = &approved {
                    let event = AuditEvent::new(EventName::ConsentGranted);
                    let event = event.client(&pending.client).about(&current.owner);
                    let event = event.about(&current.session).grant_id(id);
                    let event = event.scopes(scopes.as_slice());
                    self.events
                        .emit(event.resources(&pending.request.resources));
                }
                self.issued(pending, current, &GrantRow { id, ..grant });
                Ok(Outcome::Redirect(location))
            }
            (Finished::Lost, Some(state)) => self.finished_elsewhere(browser, state).await,
            (Finished::Changed, _) | (Finished::Lost, None) => Ok(Outcome::Again),
        }
    }

    /// What must still be there when the code is stored.
    fn basis(&self, pending: &Pending, current: &SignedIn, consent: &Consent) -> Basis {
        let client = self.clients.id_in_table(&pending.client.client_id);
        Basis {
            session_id: current.session.id,
            client: client.map(|client_id| ClientBasis {
                client_id: client_id.to_owned(),
                version: pending.client.version,
            }),
            consent_id: match consent {
                Consent::Stored { id, .. } => Some(*id),
                Consent::Given(_) | Consent::NotNeeded => None,
            },
        }
    }

    /// A code is stored.
    fn issued(&self, pending: &Pending, current: &SignedIn, grant: &GrantRow) {
        self.clients.touch_last_used(&pending.client);
        let event = AuditEvent::new(EventName::CodeIssued).client(&pending.client);
        let event = event.about(&current.owner).about(&current.session);
        self.events.emit(event.about(grant));
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
    ) -> Result<Outcome, PageError> {
        let location = pending.request.callback.error(error);
        let Some(row) = &pending.row else {
            return Ok(Outcome::Redirect(location));
        };
        let tables = self.store.tables();
        let denied = Completion {
            id: row.id,
            now: self.clock.now(),
            sealed_result: Some(seal(browser, row, &location)?),
            intent: "denied",
        };
        let consume = |db| authorization_states::consume(db, tables, denied.clone());
        if self.store.run(consume).await? {
            return Ok(Outcome::Redirect(location));
        }
        self.finished_elsewhere(browser, &row.state).await
    }

    /// The same browser gets the same location while its code is unused and fresh.
    pub fn repeat(&self, pending: &Pending, browser: &Browser) -> Outcome {
        let opened = pending.row.as_ref().and_then(|row| {
            let until = row.consumed_at?.saturating_add(REPEAT);
            let spent = row
                .grant
                .as_ref()
                .is_some_and(|grant| grant.redeemed_at.is_some() || grant.revoked_at.is_some());
            let sealed = row
                .result_sealed
                .as_deref()
                .filter(|_| self.clock.now() < until && !spent)?;
            let clear = seal_key(browser.binding()?, &row.state).open(sealed).ok()?;
            String::from_utf8(clear).ok()
        });
        opened.map_or(Outcome::Completed, Outcome::Redirect)
    }

    async fn finished_elsewhere(
        &self,
        browser: &mut Browser,
        state: &str,
    ) -> Result<Outcome, PageError> {
        let pending = self.find(state, browser).await?;
        Ok(self.repeat(&pending, browser))
    }

    fn grant_row(
        &self,
        pending: &Pending,
        current: &SignedIn,
        code: &Secret,
        scopes: &Scopes,
    ) -> GrantRow {
        let (now, request) = (self.clock.now(), &pending.request);
        let expires_at = now.saturating_add(self.policy.ttl.code);
        GrantRow {
            id: 0,
            kind: "code".to_owned(),
            client_id: pending.client.client_id.clone(),
            user_id: Some(current.owner.key()),
            session_id: Some(current.session.id),
            consent_id: None,
            code_hash: Some(code.hash(Purpose::Code).0.to_vec()),
            redirect_uri: request.callback.redirect_uri().to_owned(),
            redirect_uri_explicit: request.callback.is_explicit(),
            code_challenge: request.code_challenge.clone(),
            nonce: request.nonce.clone(),
            acr: current.session.acr.clone(),
            scopes: scopes.as_slice().to_vec().into(),
            resources: request.resources.clone().into(),
            amr: current.session.amr.clone(),
            device_label: device_label(current.session.user_agent.as_deref()),
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

    fn approval(&self, pending: &Pending, current: &SignedIn, accepted: &Scopes) -> NewApproval {
        NewApproval {
            client_id: pending.client.client_id.clone(),
            user_id: current.owner.key(),
            reference: current.reference.clone(),
            approval: Approval {
                resources: pending.request.resources.clone(),
                shown: pending.grantable.clone(),
                accepted: accepted.clone(),
                client_version: pending.client.version,
                at: self.clock.now(),
            },
        }
    }
}

fn seal(browser: &mut Browser, row: &Stored, location: &str) -> Result<Vec<u8>, Failure> {
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
