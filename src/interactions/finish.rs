//! The end of an interaction: the redirect to the client with a code or with a refusal (IX-05).

use std::sync::Arc;

use super::{
    InteractionOutcome, InteractionService,
    interaction::{Interaction, StoredInteraction},
    transaction::{ConsentBasis, ConsumedInteraction, IssueCode, IssueOutcome},
};
use crate::{
    error::{Failure, PageError},
    events::{AuditEvent, EventName},
    protocol::{
        consent::Approval,
        error::OAuthError,
        row_id::GrantId,
        scope::Scopes,
        secret::{Purpose, SealKey, Secret},
        time::Seconds,
    },
    random,
    sessions::{Browser, SignedIn, device_label},
    store::{
        authorization_codes::GrantRow,
        authorization_states::{self, Completion},
        consents::NewApproval,
        issue_preconditions::{ClientAtVersion, IssuePreconditions},
    },
};

/// Seconds during which the browser of a finished interaction gets its final location again (IX-05).
const REPEAT: Seconds = Seconds::new(30);

impl InteractionService {
    /// Issues the authorization code (RFC 6749 §4.1.2).
    ///
    /// `approved` holds the scopes that the person has just agreed to. `None` means that no approval is
    /// needed, and that all grantable scopes are granted.
    ///
    /// # Errors
    /// When the database fails; nothing is stored then.
    pub async fn issue_code(
        &self,
        interaction: &Interaction,
        browser: &mut Browser,
        current: &SignedIn,
        approved: Option<Scopes>,
    ) -> Result<InteractionOutcome, PageError> {
        let code = random::secret(&self.settings.token_prefixes.authorization_code)?;
        let location = interaction.request.callback.success(code.expose());
        let scopes = approved.as_ref().unwrap_or(&interaction.grantable);
        let consumed = match &interaction.row {
            None => None,
            Some(row) => Some(ConsumedInteraction {
                id: row.id,
                sealed: seal(browser, row, &location)?,
            }),
        };
        let consent = match &approved {
            Some(scopes) => ConsentBasis::Given(self.approval(interaction, current, scopes)),
            None => ConsentBasis::stored(interaction, current),
        };
        let finish = IssueCode {
            interaction: consumed,
            basis: self.basis(interaction, current, &consent),
            app: Arc::clone(&self.people.app),
            now: self.clock.now(),
            grant: self.grant_row(interaction, current, &code, scopes),
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
        match (finished, interaction.state()) {
            (IssueOutcome::Issued(id), _) => {
                if let Some(scopes) = &approved {
                    let event = AuditEvent::new(EventName::ConsentGranted);
                    let event = event.client(&interaction.client).about(&current.owner);
                    let event = event.about(&current.session).grant_id(id);
                    let event = event.scopes(scopes.as_slice());
                    self.events
                        .emit(event.resources(&interaction.request.resources));
                }
                self.issued(interaction, current, &GrantRow { id, ..grant });
                Ok(InteractionOutcome::Redirect(location))
            }
            (IssueOutcome::Lost, Some(state)) => self.finished_elsewhere(browser, state).await,
            (IssueOutcome::Changed, _) | (IssueOutcome::Lost, None) => {
                Ok(InteractionOutcome::Again)
            }
        }
    }

    /// Returns the rows that must still be there when the code is stored (NX-10).
    fn basis(
        &self,
        interaction: &Interaction,
        current: &SignedIn,
        consent: &ConsentBasis,
    ) -> IssuePreconditions {
        let client = self.clients.id_in_table(&interaction.client.client_id);
        IssuePreconditions {
            session_id: current.session.id,
            client: client.map(|client_id| ClientAtVersion {
                client_id: client_id.to_owned(),
                version: interaction.client.version,
            }),
            consent_id: match consent {
                ConsentBasis::Stored { id, .. } => Some(*id),
                ConsentBasis::Given(_) | ConsentBasis::NotNeeded => None,
            },
        }
    }

    /// Records that a code was issued: the last use of the client, and an audit event.
    fn issued(&self, interaction: &Interaction, current: &SignedIn, grant: &GrantRow) {
        self.clients.touch_last_used(&interaction.client);
        let event = AuditEvent::new(EventName::CodeIssued).client(&interaction.client);
        let event = event.about(&current.owner).about(&current.session);
        self.events.emit(event.about(grant));
    }

    /// Ends the interaction with an error response for the client (RFC 6749 §4.1.2.1): the person refused,
    /// or the request cannot go on, for example with `prompt=none`.
    ///
    /// # Errors
    /// When the database fails; the interaction goes on then.
    pub async fn refuse(
        &self,
        interaction: &Interaction,
        browser: &mut Browser,
        error: &OAuthError,
    ) -> Result<InteractionOutcome, PageError> {
        let location = interaction.request.callback.error(error);
        let Some(row) = &interaction.row else {
            return Ok(InteractionOutcome::Redirect(location));
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
            return Ok(InteractionOutcome::Redirect(location));
        }
        self.finished_elsewhere(browser, &row.state).await
    }

    /// Returns the final location of a finished interaction once more (IX-05), for half a minute and while
    /// its code is unused; otherwise [`InteractionOutcome::Completed`].
    pub fn repeat(&self, interaction: &Interaction, browser: &Browser) -> InteractionOutcome {
        let opened = interaction.row.as_ref().and_then(|row| {
            let until = row.consumed_at? + REPEAT;
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
        opened.map_or(InteractionOutcome::Completed, InteractionOutcome::Redirect)
    }

    async fn finished_elsewhere(
        &self,
        browser: &mut Browser,
        state: &str,
    ) -> Result<InteractionOutcome, PageError> {
        let interaction = self.find(state, browser).await?;
        Ok(self.repeat(&interaction, browser))
    }

    fn grant_row(
        &self,
        interaction: &Interaction,
        current: &SignedIn,
        code: &Secret,
        scopes: &Scopes,
    ) -> GrantRow {
        let (now, request) = (self.clock.now(), &interaction.request);
        let expires_at = now + self.policy.ttl.code;
        GrantRow {
            id: GrantId::UNSAVED,
            kind: "code".to_owned(),
            client_id: interaction.client.client_id.clone(),
            user_id: Some(current.owner.key()),
            session_id: Some(current.session.id),
            consent_id: None,
            code_hash: Some(code.hash(Purpose::Code).0.to_vec()),
            redirect_uri: request.callback.redirect_uri().to_owned(),
            redirect_uri_explicit: request.callback.is_explicit(),
            code_challenge: request.code_challenge.clone(),
            dpop_jkt: request.dpop_jkt.clone(),
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

    fn approval(
        &self,
        interaction: &Interaction,
        current: &SignedIn,
        accepted: &Scopes,
    ) -> NewApproval {
        NewApproval {
            client_id: interaction.client.client_id.clone(),
            user_id: current.owner.key(),
            reference: current.reference.clone().unwrap_or_default(),
            approval: Approval {
                resources: interaction.request.resources.clone(),
                shown: interaction.grantable.clone(),
                accepted: accepted.clone(),
                client_version: interaction.client.version,
                at: self.clock.now(),
            },
        }
    }
}

fn seal(
    browser: &mut Browser,
    row: &StoredInteraction,
    location: &str,
) -> Result<Vec<u8>, Failure> {
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
