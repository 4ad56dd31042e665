//! Authorization requests that need a person: storing, finding, going on (§8).

mod asked;
pub mod finish;
pub mod go_on;
pub mod own_page;
pub mod pending;

pub use finish::Finished;
pub use pending::Pending;

use crate::{
    browser::Browser,
    error::{Failure, PageError},
    protocol::{authorize, client::Client, error::OAuthError, interaction::Step},
    random,
    server::Server,
    store::{
        authorization_states::{self, StepDone},
        joined,
    },
    views::ErrorKind,
};

/// Seconds within which an interaction that came by POST must be bound (IX-03).
const BIND_WITHIN: i64 = 60;
/// Most live interactions of one browser (IX-06).
const PER_BROWSER: u64 = 20;
/// An interaction lives at most this many times its setting (IX-06).
const MAX_RENEWALS: i64 = 4;

impl Server {
    /// Stores a request for which a person must do something (IX-01). A request that came by POST
    /// is bound at its first `continue`, because a cross-site POST carries no cookie.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open(
        &self,
        pending: &mut Pending,
        browser: Option<&mut Browser>,
        intent: Step,
    ) -> Result<(), Failure> {
        let mut row = pending.to_row(
            random::identifier()?,
            self.settings.state_ttl_seconds,
            intent,
        );
        let browser = match browser {
            None => None,
            Some(browser) => {
                browser.bind()?;
                browser.hash()
            }
        };
        row.browser_hash = browser.map(|hash| hash.0.to_vec());
        let tables = self.store.tables();
        row.id = self
            .store
            .run(|db| authorization_states::insert(db, tables, &row))
            .await?;
        if let Some(browser) = browser {
            let newest = (&browser, PER_BROWSER);
            self.store
                .run(|db| authorization_states::keep_newest(db, tables, newest))
                .await?;
        }
        let stored = Pending::stored(pending.client.clone(), row, None, &self.urls.issuer);
        pending.row = stored.row;
        Ok(())
    }

    /// The interaction with this id, for the browser that started it (IX-03), finished or not.
    ///
    /// # Errors
    /// PAGE(400): unknown, expired, or started in another browser.
    pub async fn find_pending(
        &self,
        id: &str,
        browser: &mut Browser,
    ) -> Result<Pending, PageError> {
        let tables = self.store.tables();
        let found = self
            .store
            .run(|db| joined::interaction(db, tables, id))
            .await?;
        let unknown = || {
            let error = OAuthError::invalid_request("IX-03", "The request is not known here");
            PageError::from(error).showing(ErrorKind::InteractionExpired)
        };
        let found = found.ok_or_else(unknown)?;
        let client = self.client_of(&found.interaction.client_id, found.client);
        let client = authorize::check_client(client.as_ref())?.clone();
        let issuer = &self.urls.issuer;
        let mut pending = Pending::stored(client, found.interaction, found.grant, issuer);
        self.check_binding(&mut pending, browser).await?;
        let row = pending.row.as_ref().ok_or_else(unknown)?;
        if row.consumed_at.is_none() && row.expires_at <= self.now() {
            let error = OAuthError::invalid_request("IX-06", "The request has expired");
            return Err(PageError::from(error).showing(ErrorKind::InteractionExpired));
        }
        Ok(pending)
    }

    fn client_of(&self, client_id: &str, row: Option<Client>) -> Option<Client> {
        self.static_client(client_id).cloned().or(row)
    }

    async fn check_binding(
        &self,
        pending: &mut Pending,
        browser: &mut Browser,
    ) -> Result<(), PageError> {
        let foreign = || {
            let error =
                OAuthError::invalid_request("IX-03", "The request was started in another browser");
            PageError::from(error).showing(ErrorKind::OtherBrowser)
        };
        let row = pending.row.as_mut().ok_or_else(foreign)?;
        if let Some(bound) = &row.browser_hash {
            let own = browser.hash();
            let same = own.is_some_and(|own| bound.as_slice() == own.0.as_slice());
            return if same { Ok(()) } else { Err(foreign()) };
        }
        browser.bind()?;
        let hash = browser.hash().ok_or_else(foreign)?;
        let bind = (row.id, &hash, self.now().saturating_sub(BIND_WITHIN));
        let tables = self.store.tables();
        if !self
            .store
            .run(|db| authorization_states::bind(db, tables, bind))
            .await?
        {
            return Err(foreign());
        }
        row.browser_hash = Some(hash.0.to_vec());
        Ok(())
    }

    /// Records what the person did; the request lives on from now (IX-06).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_step(
        &self,
        pending: &Pending,
        current: Option<&crate::browser::SignedIn>,
        intent: Step,
    ) -> Result<(), Failure> {
        let Some(row) = &pending.row else {
            return Ok(());
        };
        let ttl = self.settings.state_ttl_seconds;
        let latest = pending
            .started_at
            .saturating_add(ttl.saturating_mul(MAX_RENEWALS));
        let prompts = pending
            .request
            .prompts
            .iter()
            .map(|prompt| prompt.as_str().to_owned());
        let step = StepDone {
            intent: intent.as_str(),
            prompts: prompts.collect(),
            handled: pending.handled().0,
            session_id: current.map(|current| current.session.id),
            user_id: current.map(|current| current.owner.key()),
            authenticated_at: pending.progress.authenticated_at,
            expires_at: self.now().saturating_add(ttl).min(latest),
        };
        let tables = self.store.tables();
        let record = |db| authorization_states::record_step(db, tables, (row.id, &step));
        self.store.run(record).await?;
        Ok(())
    }
}
