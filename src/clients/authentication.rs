//! Client authentication (CA-02), also by what a client signed (CA-03 to CA-05).

use std::sync::Arc;

use super::{
    ClientRegistry,
    documents::{ClientRefreshError, ClientUse},
};
use crate::{
    config::AssertionAudience,
    error::Failure,
    protocol::{
        client::Client,
        client_assertion::{
            Assertion, AssertionError, AssertionRefusal, Audience, Expected, SingleUse,
        },
        client_auth::{ClientEndpoint, Credentials, refused},
        route::Route,
        time::Seconds,
    },
    store::ephemerals::{self, NewEphemeral},
};

/// Seconds beyond its end for which a used assertion is remembered: a clock that went ahead and comes
/// back makes no used assertion valid again.
pub const USED_KEPT: Seconds = Seconds::days(1);

impl ClientRegistry {
    /// Authenticates a client (CA-01 to CA-05). `row` is the client in the table under its id, if there
    /// is one. An assertion is used up by this.
    ///
    /// # Errors
    /// `invalid_client` for wrong credentials, or a fault of this server.
    pub async fn authenticate(
        &self,
        credentials: &Credentials,
        row: Option<Arc<Client>>,
    ) -> Result<Arc<Client>, Failure> {
        let id = &credentials.client_id;
        let stored = self.static_or_stored(id, row.as_ref()).cloned();
        // No document is fetched for an id that is not stored: nobody ever agreed to that client.
        let client = match stored {
            Some(stored) => self.current_copy(credentials, stored).await?,
            None => None,
        };
        credentials.authenticate(client.as_deref(), self.clock.now())?;
        let client = client.ok_or_else(|| Failure::internal("no client passed as one"))?;
        if let Some(assertion) = credentials.unproven_assertion() {
            Box::pin(self.prove(&client, assertion, credentials.endpoint)).await?;
        }
        Ok(client)
    }

    /// Authenticates a client as [`Self::authenticate`] does, at an endpoint where an authorization begins: there a
    /// document is fetched for an id that nobody has seen before, within the budgets of strangers (CI-03).
    ///
    /// # Errors
    /// `invalid_client` for wrong credentials, or a fault of this server.
    pub async fn authenticate_at_start(
        &self,
        credentials: &Credentials,
    ) -> Result<Arc<Client>, Failure> {
        let id = credentials.client_id.as_str();
        let row = match self.find(id).await? {
            Some(row) => Some(row),
            None => Box::pin(self.up_to_date(id, None, ClientUse::Authorization)).await?,
        };
        self.authenticate(credentials, row).await
    }

    /// Returns `authenticated`, the client of an earlier look of the same request: an assertion is used
    /// up by the first. Without it, the client is authenticated as by [`Self::authenticate`].
    ///
    /// # Errors
    /// `invalid_client` for wrong credentials, or a fault of this server.
    pub async fn authenticate_once(
        &self,
        authenticated: Option<Arc<Client>>,
        credentials: &Credentials,
        row: Option<Arc<Client>>,
    ) -> Result<Arc<Client>, Failure> {
        match authenticated {
            Some(client) => Ok(client),
            None => self.authenticate(credentials, row).await,
        }
    }

    /// Returns the client as its document describes it now. If the document cannot be read and the copy
    /// is too old to serve, credentials that do not even fit the copy get `invalid_client`; the client
    /// itself is asked to come again (CI-05).
    async fn current_copy(
        &self,
        credentials: &Credentials,
        stored: Arc<Client>,
    ) -> Result<Option<Arc<Client>>, Failure> {
        let (id, copy) = (credentials.client_id.as_str(), Some(Arc::clone(&stored)));
        // The future is boxed, because it is large and rarely needed.
        match Box::pin(self.up_to_date(id, copy, ClientUse::Authentication)).await {
            Err(ClientRefreshError::Unread { failure, .. }) => {
                credentials.authenticate(Some(&stored), self.clock.now())?;
                Err(failure)
            }
            result => Ok(result?),
        }
    }

    /// Verifies an assertion (CA-03 to CA-05); the checks are in the order of their cost.
    async fn prove(
        &self,
        client: &Client,
        assertion: &Assertion,
        endpoint: ClientEndpoint,
    ) -> Result<(), Failure> {
        let urls = &self.urls;
        let any = [
            &urls.issuer,
            urls.of(Route::Token),
            urls.of_client_endpoint(endpoint),
        ];
        let expected = Expected {
            client_id: &client.client_id,
            alg: client.token_endpoint_auth_signing_alg.as_deref(),
            audience: match self.settings.client_assertion_audience {
                AssertionAudience::Any => Audience::AnyOf(&any),
                AssertionAudience::Issuer => Audience::Issuer(&urls.issuer),
            },
            now: self.clock.now(),
        };
        let once = assertion.check(&expected).map_err(refused)?;
        self.verify(client, assertion)
            .await?
            .map_err(|unproven| unproven.into_failure(refused))?;
        self.use_once(&once)
            .await?
            .map_err(|refusal| refused(refusal).into())
    }

    /// Uses up the `jti` of what a client signed. The inner error says that it was used before.
    pub(super) async fn use_once(
        &self,
        once: &SingleUse,
    ) -> Result<Result<(), AssertionRefusal>, Failure> {
        let tables = self.store.tables();
        let used = NewEphemeral {
            kind: ephemerals::JTI,
            hash: &once.hash,
            expires_at: once.until + USED_KEPT,
        };
        let take = |db| ephemerals::take(db, tables, &used);
        if self.store.run(take).await? {
            return Ok(Ok(()));
        }
        let wanted = "a jti that was not used before";
        Ok(Err(AssertionError::Replay.because(wanted, "one that was")))
    }
}
