//! The transaction that ends an interaction with a code. It reads everything that the decision rests
//! on once more (CO-03, NX-10).

use std::sync::Arc;

use sea_orm::ConnectionTrait;

use super::Interaction;
use crate::{
    people::{Owner, ResourceOwners},
    protocol::{
        consent::ConsentAsk,
        interaction::skips_consent,
        row_id::{ConsentId, GrantId, InteractionId},
        scope::Scopes,
        time::UnixTime,
    },
    sessions::SignedIn,
    store::{
        StoreResult,
        authorization_codes::{self, GrantRow},
        authorization_states::{self, Completion},
        consents::{self, NewApproval},
        device_grants::{self, DeviceClaim},
        issue_preconditions::{self, IssuePreconditions, LockedRows},
        tables::Tables,
    },
};

/// How a finishing transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IssueOutcome {
    /// The code was stored; the value is the id of its grant.
    Issued(GrantId),
    /// Another request finished the interaction first.
    Lost,
    /// The session or the consent ended, or the user or the client changed meanwhile: the next step
    /// has to be determined again.
    Changed,
}

/// The interaction that ends with the code.
#[derive(Clone)]
pub(super) struct ConsumedInteraction {
    /// Primary key of its row.
    pub id: InteractionId,
    /// Its final location, encrypted under the secret of the binding cookie.
    pub sealed: Vec<u8>,
}

/// Why the person need not be asked for consent any more (CO-01, CO-02).
#[derive(Clone)]
pub(super) enum ConsentBasis {
    /// The person has just given their consent.
    Given(NewApproval),
    /// A stored consent covers the request.
    Stored {
        /// Primary key of the consent's row.
        id: ConsentId,
        /// The scopes that the consent must cover.
        scopes: Scopes,
        /// The resources that the consent must cover.
        resources: Vec<String>,
        /// The claims that the consent must cover, by themselves or by a scope.
        claims: Vec<String>,
        /// The version of the client for which the consent must have been given.
        client_version: i32,
    },
    /// The operator exempted this client from consent.
    NotNeeded,
}

impl ConsentBasis {
    /// Returns the basis of a code that is issued without a consent page.
    pub fn stored(interaction: &Interaction, current: &SignedIn) -> Self {
        let redirect_uri = interaction.request.callback.redirect_uri();
        match &current.consent {
            Some(row) if !skips_consent(&interaction.client, redirect_uri) => Self::Stored {
                id: row.id,
                scopes: interaction.grantable.clone(),
                resources: interaction.request.resources.clone(),
                claims: interaction.single_claims(),
                client_version: interaction.client.version,
            },
            _ => Self::NotNeeded,
        }
    }
}

/// Everything the finishing transaction reads and writes.
#[derive(Clone)]
pub(super) struct IssueCode {
    /// The interaction that ends; `None` when the code is issued at once.
    pub interaction: Option<ConsumedInteraction>,
    /// The rows that must still be there.
    pub basis: IssuePreconditions,
    /// The app's users, of whom the current one is read again.
    pub app: Arc<dyn ResourceOwners>,
    /// The current time.
    pub now: UnixTime,
    /// The grant to store, with the hash of the code.
    pub grant: GrantRow,
    /// The request of a device that is approved; `None` where the grant is a new row.
    pub device: Option<DeviceClaim>,
    /// Why the person need not be asked for consent any more.
    pub consent: ConsentBasis,
}

impl IssueCode {
    /// Stores the code, if everything that the decision rests on still holds.
    ///
    /// # Errors
    /// When the database fails; nothing is stored then.
    pub async fn run(
        &self,
        txn: &impl ConnectionTrait,
        tables: &Tables,
    ) -> StoreResult<IssueOutcome> {
        let users = self.app.table();
        let locked = issue_preconditions::lock(txn, tables, &self.basis, users).await?;
        if !locked.is_some_and(|locked| self.still_holds(&locked)) {
            return Ok(IssueOutcome::Changed);
        }
        if let Some(claim) = self.device
            && !device_grants::approve(txn, tables, claim, &self.grant).await?
        {
            return Ok(IssueOutcome::Changed);
        }
        if let Some(ConsumedInteraction { id, sealed }) = &self.interaction {
            let done = Completion {
                id: *id,
                now: self.now,
                sealed_result: Some(sealed.clone()),
                intent: "done",
            };
            let consumed = authorization_states::consume(txn, tables, done).await?;
            // The request of a device is decided by its own row.
            if !consumed && self.device.is_none() {
                return Ok(IssueOutcome::Lost);
            }
        }
        let mut grant = self.grant.clone();
        grant.consent_id = match &self.consent {
            ConsentBasis::Given(approval) => Some(consents::approve(txn, tables, approval).await?),
            ConsentBasis::Stored { id, .. } => Some(*id),
            ConsentBasis::NotNeeded => None,
        };
        if let Some(DeviceClaim { id, .. }) = self.device {
            grant.id = id;
            device_grants::link_consent(txn, tables, &grant).await?;
            return Ok(IssueOutcome::Issued(id));
        }
        let grant_id = authorization_codes::insert(txn, tables, &grant).await?;
        if let Some(ConsumedInteraction { id, .. }) = &self.interaction {
            authorization_states::link(txn, tables, *id, grant_id).await?;
        }
        Ok(IssueOutcome::Issued(grant_id))
    }

    /// Whether the decision made before the transaction still holds: the session is live, its user is
    /// active with the same credentials, and the stored consent covers the request.
    fn still_holds(&self, locked: &LockedRows<Owner>) -> bool {
        let session = &locked.session;
        let same_person = match (&locked.user, self.app.table()) {
            (Some(user), _) => {
                let stamp = user.credential_stamp().map(|stamp| stamp.0.to_vec());
                user.is_active()
                    && stamp == session.credential_stamp
                    && stamp == self.grant.credential_stamp
            }
            (None, Some(_)) => false,
            // Where the users table is not known, the app's model has just been asked for the user.
            (None, None) => true,
        };
        let covered = match (&self.consent, &locked.consent) {
            (
                ConsentBasis::Stored {
                    scopes,
                    resources,
                    claims,
                    client_version,
                    ..
                },
                consent,
            ) => consent.as_ref().is_some_and(|consent| {
                consent.view().covers(&ConsentAsk {
                    scopes,
                    resources,
                    claims,
                    client_version: *client_version,
                    now: self.now,
                })
            }),
            (ConsentBasis::Given(_) | ConsentBasis::NotNeeded, _) => true,
        };
        session.is_live(self.now) && same_person && covered
    }
}
