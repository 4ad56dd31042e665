//! Pushed requests (RFC 9126): stored under a handle, and taken by the first browser that comes with it (PR-05,
//! PR-06).

use std::sync::Arc;

use super::{BIND_WITHIN, Interaction, InteractionService};
use crate::{
    error::{Failure, PageError},
    protocol::{
        authorize::AuthorizationRequest,
        client::{Client, SecretHash},
        error::OAuthError,
        interaction::Step,
        pushed_request::{self, BrowserProof, HANDLE, HandleUse, StoredHandle},
        refusals::PushedRefusal,
        secret::{Purpose, Secret},
        time::Seconds,
    },
    random,
    sessions::Browser,
    store::authorization_states::{self, BrowserBinding, HandleClaim, InteractionRow, PUSHED},
};

/// A pushed request, as its client names it.
pub struct PushedHandle {
    /// The `request_uri`.
    pub request_uri: Secret,
    /// How long it may be used.
    pub expires_in: Seconds,
}

/// The browser that comes with a handle.
pub enum HandleBrowser<'a> {
    /// It came by a link or redirect, with its cookies.
    Navigating(&'a mut Browser),
    /// It posted a form from another site, which carries no cookie: it is known at the first `continue`.
    Posting,
}

impl InteractionService {
    /// Stores a validated request under a new handle (PR-05).
    ///
    /// # Errors
    /// When the database or the random generator fails.
    pub async fn push(
        &self,
        client: Arc<Client>,
        request: AuthorizationRequest,
    ) -> Result<PushedHandle, Failure> {
        let expires_in = self.settings.par.ttl_seconds;
        let request_uri = random::secret(HANDLE)?;
        let interaction = Interaction::new(client, request, self.clock.now());
        let row = InteractionRow {
            kind: PUSHED.to_owned(),
            request_uri_hash: Some(request_uri.hash(Purpose::PushedRequest).0.to_vec()),
            ..interaction.to_row(random::identifier()?, expires_in, Step::Login)
        };
        let tables = self.store.tables();
        self.store
            .run(|db| authorization_states::insert(db, tables, &row))
            .await?;
        Ok(PushedHandle {
            request_uri,
            expires_in,
        })
    }

    /// Returns the interaction of a handle: the first browser that comes with it is bound to it, and may come
    /// again until the request is answered (PR-06).
    ///
    /// # Errors
    /// An error page (400, `invalid_request_uri`), or a fault of the database.
    pub async fn take_pushed(
        &self,
        client: &Arc<Client>,
        request_uri: &str,
        browser: HandleBrowser<'_>,
    ) -> Result<Interaction, PageError> {
        let handle = Secret::new(request_uri).hash(Purpose::PushedRequest);
        let cookie = match &browser {
            HandleBrowser::Navigating(browser) => browser.hash(),
            HandleBrowser::Posting => None,
        };
        let own = match browser {
            HandleBrowser::Navigating(browser) => {
                browser.bind()?;
                browser.hash()
            }
            HandleBrowser::Posting => None,
        };
        let now = self.clock.now();
        let claim = HandleClaim {
            handle: &handle,
            client_id: &client.client_id,
            client_version: client.version,
            browser: own.as_ref(),
            now,
            expires_at: now + self.settings.state_ttl_seconds,
        };
        let tables = self.store.tables();
        let claimed = self
            .store
            .run(|db| authorization_states::claim(db, tables, &claim))
            .await?;
        let row = if let Some(row) = claimed {
            if let Some(own) = &own {
                self.bound_number(own).await;
            }
            row
        } else {
            let proof = own.as_ref().map_or(BrowserProof::Later, |_| {
                BrowserProof::Cookie(cookie.as_ref())
            });
            let row = self.taken(&claim, proof).await?;
            self.bind_taken(row, own.as_ref()).await?
        };
        let interaction = Interaction::stored(Arc::clone(client), row, None, &self.urls.issuer);
        // A redirect URI that the client withdrew meanwhile gets no code.
        interaction.request.callback.check(client)?;
        Ok(interaction)
    }

    /// Returns a request that was taken before, if the same browser may come with it again.
    async fn taken(
        &self,
        claim: &HandleClaim<'_>,
        browser: BrowserProof<'_>,
    ) -> Result<InteractionRow, PageError> {
        let tables = self.store.tables();
        let row = self
            .store
            .run(|db| authorization_states::with_handle(db, tables, claim.handle))
            .await?;
        let stored = row.as_ref().map(|row| StoredHandle {
            client_id: &row.client_id,
            is_taken: row.kind != PUSHED,
            browser: row.browser_hash.as_deref(),
            is_answered: row.consumed_at.is_some(),
            expires_at: row.expires_at,
        });
        let used = HandleUse {
            client_id: claim.client_id,
            browser,
            now: claim.now,
        };
        pushed_request::check_again(stored, used)?;
        Ok(row.ok_or_else(|| OAuthError::of(PushedRefusal::HandleUnknown))?)
    }

    /// Binds a request that came by a form POST before to the browser that comes with its handle now (IX-03).
    async fn bind_taken(
        &self,
        mut row: InteractionRow,
        own: Option<&SecretHash>,
    ) -> Result<InteractionRow, PageError> {
        let (None, Some(own)) = (&row.browser_hash, own) else {
            return Ok(row);
        };
        let binding = BrowserBinding {
            id: row.id,
            browser: own,
            started_after: self.clock.now() - BIND_WITHIN,
        };
        let tables = self.store.tables();
        let bind = |db| authorization_states::bind(db, tables, &binding);
        if !self.store.run(bind).await? {
            return Err(OAuthError::of(PushedRefusal::HandleOfOtherBrowser).into());
        }
        row.browser_hash = Some(own.0.to_vec());
        self.bound_number(own).await;
        Ok(row)
    }

    /// Removes the oldest interactions of a browser that has many. The handle is the browser's already: a fault here
    /// must not keep the cookie from it.
    async fn bound_number(&self, own: &SecretHash) {
        if let Err(failure) = self.keep_newest(own).await {
            tracing::warn!(
                source = failure.source,
                "older interactions of a browser stay"
            );
        }
    }
}
