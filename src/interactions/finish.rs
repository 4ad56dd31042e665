//! The end of an interaction: the answer to the client, a code or a refusal (IX-05).

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
        acr,
        callback::ClientResponse,
        consent::{Approval, Choices},
        error::OAuthError,
        interaction::Step,
        row_id::GrantId,
        secret::{Purpose, SealKey, Secret},
        time::Seconds,
    },
    random,
    sessions::{Browser, SignedIn, device_label},
    store::{
        authorization_codes::{CODE, GrantRow},
        authorization_states::{self, Completion},
        consents::NewApproval,
        issue_preconditions::{ClientAtVersion, IssuePreconditions},
    },
};

/// Seconds during which the browser of a finished interaction gets its answer again (IX-05).
const REPEAT: Seconds = Seconds::new(30);

impl InteractionService {
    /// Issues the authorization code (RFC 6749 §4.1.2).
    ///
    /// `approved` holds what the person has just agreed to. `None` means that no approval is needed, and
    /// that all grantable scopes and all requested claims are granted.
    ///
    /// # Errors
    /// When the database fails; nothing is stored then.
    pub async fn issue_code(
        &self,
        interaction: &Interaction,
        browser: &mut Browser,
        current: &SignedIn,
        approved: Option<Choices>,
    ) -> Result<InteractionOutcome, PageError> {
        if interaction.device().is_some() {
            return match approved {
                Some(granted) => self.approve_device(interaction, current, &granted).await,
                // Nothing but an approval for this device ends in tokens for it (DV-07).
                None => Ok(InteractionOutcome::Step(Step::Consent)),
            };
        }
        let code = random::secret(&self.settings.token_prefixes.authorization_code)?;
        let response = interaction.request.callback.success(code.expose());
        let granted = approved.clone().unwrap_or_else(|| Choices {
            scopes: interaction.grantable.clone(),
            claims: interaction.single_claims(),
        });
        let consumed = match &interaction.row {
            None => None,
            Some(row) => Some(ConsumedInteraction {
                id: row.id,
                sealed: seal(browser, row, &response)?,
            }),
        };
        let consent = match &approved {
            Some(accepted) => ConsentBasis::Given(self.approval(interaction, current, accepted)),
            None => ConsentBasis::stored(interaction, current),
        };
        let finish = IssueCode {
            interaction: consumed,
            basis: self.basis(interaction, current, &consent),
            app: Arc::clone(&self.people.app),
            now: self.clock.now(),
            grant: self.grant_row(interaction, current, &granted, &code),
            device: None,
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
                let grant = GrantRow { id, ..grant };
                if approved.is_some() {
                    self.consented(interaction, current, &grant);
                }
                self.issued(interaction, current, &grant);
                Ok(InteractionOutcome::Answer(response))
            }
            (IssueOutcome::Lost, Some(state)) => self.finished_elsewhere(browser, state).await,
            (IssueOutcome::Changed, _) | (IssueOutcome::Lost, None) => {
                Ok(InteractionOutcome::Again)
            }
        }
    }

    /// Emits the event of a consent that was just given.
    pub(super) fn consented(
        &self,
        interaction: &Interaction,
        current: &SignedIn,
        grant: &GrantRow,
    ) {
        let event = AuditEvent::new(EventName::ConsentGranted);
        let event = event.client(&interaction.client).about(&current.owner);
        let event = event.about(&current.session).grant_id(grant.id);
        let event = event.scopes(&grant.scopes.0);
        self.events
            .emit(event.resources(&interaction.request.resources));
    }

    /// Returns the rows that must still be there when the code is stored (NX-10).
    pub(super) fn basis(
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
        if interaction.device().is_some() {
            return self.deny_device(interaction, browser).await;
        }
        let response = interaction.request.callback.error(error);
        let Some(row) = &interaction.row else {
            return Ok(InteractionOutcome::Answer(response));
        };
        let tables = self.store.tables();
        let denied = Completion {
            id: row.id,
            now: self.clock.now(),
            sealed_result: Some(seal(browser, row, &response)?),
            intent: "denied",
        };
        let consume = |db| authorization_states::consume(db, tables, denied.clone());
        if self.store.run(consume).await? {
            return Ok(InteractionOutcome::Answer(response));
        }
        self.finished_elsewhere(browser, &row.state).await
    }

    /// Returns the answer of a finished interaction once more (IX-05), for half a minute and while
    /// its code is unused; otherwise [`InteractionOutcome::Completed`].
    pub fn repeat(&self, interaction: &Interaction, browser: &Browser) -> InteractionOutcome {
        if let Some(page) = self.device_page(interaction) {
            return InteractionOutcome::DeviceDecided(page);
        }
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
            let mode = interaction.request.callback.mode();
            ClientResponse::from_text(mode, String::from_utf8(clear).ok()?)
        });
        opened.map_or(InteractionOutcome::Completed, InteractionOutcome::Answer)
    }

    pub(super) async fn finished_elsewhere(
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
        granted: &Choices,
        code: &Secret,
    ) -> GrantRow {
        GrantRow {
            code_hash: Some(code.hash(Purpose::Code).0.to_vec()),
            ..self.approved_row(interaction, current, granted)
        }
    }

    /// Returns what a person gives the client, without a code.
    pub(super) fn approved_row(
        &self,
        interaction: &Interaction,
        current: &SignedIn,
        granted: &Choices,
    ) -> GrantRow {
        let (now, request) = (self.clock.now(), &interaction.request);
        let claims = &request.claims;
        let expires_at = now + self.policy.ttl.code;
        GrantRow {
            id: GrantId::UNSAVED,
            kind: CODE.to_owned(),
            client_id: interaction.client.client_id.clone(),
            user_id: Some(current.owner.key()),
            session_id: Some(current.session.id),
            consent_id: None,
            code_hash: None,
            redirect_uri: request.callback.redirect_uri().to_owned(),
            redirect_uri_explicit: request.callback.is_explicit(),
            code_challenge: request.code_challenge.clone(),
            dpop_jkt: request.dpop_jkt.clone(),
            nonce: request.nonce.clone(),
            acr: self.told_acr(interaction, current),
            scopes: granted.scopes.as_slice().to_vec().into(),
            resources: request.resources.clone().into(),
            claims: claims.granted(&granted.scopes, &granted.claims).to_json(),
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

    /// The class of the login, as the client asked for it (NX-06).
    fn told_acr(&self, interaction: &Interaction, current: &SignedIn) -> Option<String> {
        let (order, wanted) = (&self.settings.acr_values, interaction.wanted_acr());
        let held = current.acr.as_deref()?;
        Some(acr::told(order, wanted.values, held).to_owned())
    }

    pub(super) fn approval(
        &self,
        interaction: &Interaction,
        current: &SignedIn,
        accepted: &Choices,
    ) -> NewApproval {
        NewApproval {
            client_id: interaction.client.client_id.clone(),
            user_id: current.owner.key(),
            reference: current.reference.clone().unwrap_or_default(),
            approval: Approval {
                resources: interaction.request.resources.clone(),
                shown: Choices {
                    scopes: interaction.grantable.clone(),
                    claims: interaction.single_claims(),
                },
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
    response: &ClientResponse,
) -> Result<Vec<u8>, Failure> {
    let binding = browser.bind()?;
    let text = response.to_text();
    Ok(seal_key(&binding, &row.state).seal(random::bytes()?, text.as_bytes())?)
}

fn seal_key<'a>(binding: &'a Secret, state: &'a str) -> SealKey<'a> {
    SealKey {
        secret: binding.expose(),
        salt: state,
        info: b"interaction-result",
    }
}
