//! Interactions: authorization and logout requests that need a person. They are stored, found again by
//! their browser, and taken on step by step (IX-01 to IX-06).

mod accounts;
pub mod advance;
mod consent_prompt;
pub mod device;
mod device_request;
mod finish;
pub mod interaction;
pub mod logout;
mod next;
pub mod pushed;
mod transaction;

use std::sync::Arc;

pub use self::{accounts::account_lines, interaction::Interaction};

use crate::{
    clients::ClientRegistry,
    clock::Clock,
    config::{Settings, urls::Urls},
    error::{Failure, PageError},
    events::{Events, request},
    people::{Owner, People},
    protocol::{
        authorize,
        callback::ClientResponse,
        client::{Client, SecretHash},
        device_authorization::UserCodeKey,
        error::OAuthError,
        interaction::Step,
        policy::Policy,
        received::Received,
        refusals::InteractionRefusal,
        time::Seconds,
    },
    random,
    sessions::{Browser, SessionService, SignIn, SignedIn},
    store::{
        Store,
        authorization_states::{self, BrowserBinding, InteractionRow, InteractionUser, StepUpdate},
        lookups,
    },
};

/// Seconds within which an interaction that came by POST must be bound (IX-03).
const BIND_WITHIN: Seconds = Seconds::minutes(1);
/// Largest number of unfinished interactions of one browser (IX-06).
const PER_BROWSER: u64 = 20;
/// An interaction lives at most this many times `state_ttl_seconds` (IX-06).
const MAX_RENEWALS: i64 = 4;

/// Returns the client, if it may be used (AZ-07, AZ-08).
///
/// # Errors
/// An error page with status 400, if the client is unknown, removed or disabled.
pub fn usable(client: Option<Arc<Client>>) -> Result<Arc<Client>, PageError> {
    authorize::check_client(client.as_deref())?;
    Ok(client.ok_or_else(|| Failure::internal("no client passed as one"))?)
}

/// How a request goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InteractionOutcome {
    /// The person has something to do: the browser goes to the page of this step.
    Step(Step),
    /// Something changed meanwhile: the next step has to be determined again.
    Again,
    /// The client gets its answer, a code or a refusal.
    Answer(ClientResponse),
    /// The request of a device is decided: the browser goes to this page, which tells how.
    DeviceDecided(String),
    /// The interaction was finished before, and its result cannot be given again.
    Completed,
}

/// Stores and continues authorization and logout requests that need a person.
pub struct InteractionService {
    settings: Arc<Settings>,
    urls: Arc<Urls>,
    policy: Arc<Policy>,
    store: Store,
    clock: Clock,
    events: Events,
    people: Arc<People>,
    clients: Arc<ClientRegistry>,
    sessions: Arc<SessionService>,
    user_codes: Option<UserCodeKey>,
}

/// What an [`InteractionService`] is made of.
pub struct InteractionServiceParts {
    /// The settings.
    pub settings: Arc<Settings>,
    /// The URLs of endpoints and pages.
    pub urls: Arc<Urls>,
    /// Scopes and lifetimes.
    pub policy: Arc<Policy>,
    /// The tables.
    pub store: Store,
    /// The clock.
    pub clock: Clock,
    /// Where audit events go.
    pub events: Events,
    /// The app's users and hooks.
    pub people: Arc<People>,
    /// The clients.
    pub clients: Arc<ClientRegistry>,
    /// The sessions of browsers.
    pub sessions: Arc<SessionService>,
    /// The key of user codes; `None` where devices are not served.
    pub user_codes: Option<UserCodeKey>,
}

impl InteractionService {
    /// Creates the service.
    pub fn new(parts: InteractionServiceParts) -> Self {
        let InteractionServiceParts {
            settings,
            urls,
            policy,
            store,
            clock,
            events,
            people,
            clients,
            sessions,
            user_codes,
        } = parts;
        Self {
            settings,
            urls,
            policy,
            store,
            clock,
            events,
            people,
            clients,
            sessions,
            user_codes,
        }
    }

    /// Stores a request for which a person must do something (IX-01). A request that came by POST
    /// is bound to a browser at its first `continue`, because a cross-site POST carries no cookie.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open(
        &self,
        interaction: &mut Interaction,
        browser: Option<&mut Browser>,
        current: Option<&SignedIn>,
        intent: Step,
    ) -> Result<(), Failure> {
        let mut row = interaction.to_row(
            random::identifier()?,
            self.settings.state_ttl_seconds,
            intent,
        );
        row.user_id = current.map(|current| current.owner.key());
        row.session_id = current.map(|current| current.session.id);
        self.insert_row(&mut row, browser).await?;
        let stored = Interaction::stored(
            Arc::clone(&interaction.client),
            row,
            None,
            &self.urls.issuer,
        );
        interaction.row = stored.row;
        Ok(())
    }

    /// Inserts a row, which is bound to the browser if that is known already.
    async fn insert_row(
        &self,
        row: &mut InteractionRow,
        browser: Option<&mut Browser>,
    ) -> Result<(), Failure> {
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
            .run(|db| authorization_states::insert(db, tables, row))
            .await?;
        match browser {
            Some(browser) => self.keep_newest(&browser).await,
            None => Ok(()),
        }
    }

    /// Returns the interaction with this id, finished or not, for the browser that started it (IX-03).
    ///
    /// # Errors
    /// An error page with status 400, if the id is unknown or expired, or is of another browser.
    pub async fn find(&self, id: &str, browser: &mut Browser) -> Result<Interaction, PageError> {
        let lookups::InteractionWithClient {
            interaction: row,
            client,
            grant,
        } = self
            .bound(id, &[interaction::KIND, interaction::DEVICE_KIND], browser)
            .await?;
        request::note_client(&row.client_id);
        let client = self
            .clients
            .static_or_stored(&row.client_id, client.as_ref());
        let client = usable(client.cloned())?;
        let interaction = Interaction::stored(client, row, grant, &self.urls.issuer);
        if interaction.device().is_none() {
            // A redirect URI that the client withdrew meanwhile gets no code.
            interaction.request.callback.check(&interaction.client)?;
        }
        Ok(interaction)
    }

    /// Returns the row of one of these kinds with this id, for the browser that started it (IX-03).
    async fn bound(
        &self,
        id: &str,
        kinds: &[&str],
        browser: &mut Browser,
    ) -> Result<lookups::InteractionWithClient, PageError> {
        let tables = self.store.tables();
        let find = |db| lookups::interaction(db, tables, id);
        let found = self.store.run(find).await?;
        let unknown = || {
            let error = OAuthError::of(InteractionRefusal::Unknown);
            PageError::from(error.received(Received::Identifier(id)))
        };
        let mut found = found
            .filter(|found| kinds.contains(&found.interaction.kind.as_str()))
            .ok_or_else(unknown)?;
        let row = &mut found.interaction;
        // This check is the first, so that another browser learns nothing of the request or its client.
        self.check_binding(row, browser).await?;
        if row.consumed_at.is_none() && row.expires_at <= self.clock.now() {
            return Err(OAuthError::of(InteractionRefusal::Expired).into());
        }
        Ok(found)
    }

    async fn check_binding(
        &self,
        row: &mut InteractionRow,
        browser: &mut Browser,
    ) -> Result<(), PageError> {
        if row.device_grant_id.is_some() {
            return device::check_binding(row, browser);
        }
        let has_cookie = browser.hash().is_some();
        let foreign = || {
            let received = if has_cookie {
                "the cookie of another browser"
            } else {
                "no such cookie"
            };
            let base_url = &self.settings.base_url;
            let expected = format!("the cookie of the browser that started it, at {base_url}");
            PageError::from(
                OAuthError::of(InteractionRefusal::OfOtherBrowser)
                    .expected(expected, Received::Public(received)),
            )
        };
        if let Some(bound) = &row.browser_hash {
            let own = browser.hash();
            let same = own.is_some_and(|own| bound.as_slice() == own.0.as_slice());
            return if same { Ok(()) } else { Err(foreign()) };
        }
        browser.bind()?;
        let hash = browser.hash().ok_or_else(foreign)?;
        let binding = BrowserBinding {
            id: row.id,
            browser: &hash,
            started_after: self.clock.now() - BIND_WITHIN,
        };
        let tables = self.store.tables();
        if !self
            .store
            .run(|db| authorization_states::bind(db, tables, &binding))
            .await?
        {
            return Err(foreign());
        }
        row.browser_hash = Some(hash.0.to_vec());
        Ok(self.keep_newest(&hash).await?)
    }

    /// Keeps only the newest interactions of a browser, so that it cannot fill the table (IX-06).
    async fn keep_newest(&self, browser: &SecretHash) -> Result<(), Failure> {
        let tables = self.store.tables();
        self.store
            .run(|db| authorization_states::keep_newest(db, tables, browser, PER_BROWSER))
            .await?;
        Ok(())
    }

    /// Signs a person in for an interaction. Returns the account with its consent for the client.
    ///
    /// # Errors
    /// When the user may not sign in, or when the database or a hook fails.
    pub async fn enter(
        &self,
        interaction: &mut Interaction,
        browser: &mut Browser,
        owner: &Owner,
        sign_in: SignIn,
    ) -> Result<SignedIn, Failure> {
        let entered = self.sessions.sign_in(browser, owner, sign_in).await?;
        interaction.signed_in(entered.session.auth_time);
        let client_id = &interaction.client.client_id;
        let current = self.sessions.with_consent(entered, client_id).await?;
        self.record_step(interaction, Some(&current)).await?;
        Ok(current)
    }

    /// Stores what the person did, and extends the life of the interaction (IX-06).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_step(
        &self,
        interaction: &mut Interaction,
        current: Option<&SignedIn>,
    ) -> Result<(), Failure> {
        let Some(row) = interaction.row.as_ref().map(|row| row.id) else {
            return Ok(());
        };
        let ttl = self.settings.state_ttl_seconds;
        let latest = interaction.started_at + ttl * MAX_RENEWALS;
        // The device was told how long its code lives.
        let of_device = device::fixed_end(interaction);
        // A refusal leaves nothing for the person to do, as the issue of a code does.
        let intent = self.next_step(interaction, current).await?;
        let step = StepUpdate {
            intent: intent.unwrap_or(Step::Issue).as_str(),
            prompts: interaction.prompts(),
            handled: interaction.handled().0,
            session_id: current.map(|current| current.session.id),
            user_id: current.map(|current| current.owner.key()),
            authenticated_at: interaction.progress.authenticated_at,
            expires_at: of_device.unwrap_or_else(|| (self.clock.now() + ttl).min(latest)),
        };
        let (user, tables) = (step.user_id, self.store.tables());
        let record = |db| authorization_states::record_step(db, tables, row, &step);
        self.store.run(record).await?;
        // What is stored now need not be stored once more by this request.
        interaction.sent_to.clone_from(&interaction.post_login);
        if let Some(row) = &mut interaction.row {
            row.user_id = user.or(row.user_id);
        }
        Ok(())
    }

    /// Stores the current user of an interaction, if it is another one than before: a user who takes the
    /// access of an app back also ends their interactions with that app.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_person(
        &self,
        interaction: &Interaction,
        current: Option<&SignedIn>,
    ) -> Result<(), Failure> {
        let (Some(row), Some(current)) = (&interaction.row, current) else {
            return Ok(());
        };
        let person = InteractionUser {
            user_id: current.owner.key(),
            session_id: current.session.id,
        };
        if row.user_id == Some(person.user_id) {
            return Ok(());
        }
        let (id, tables) = (row.id, self.store.tables());
        self.store
            .run(|db| authorization_states::note_person(db, tables, id, person))
            .await?;
        Ok(())
    }

    /// Stores the version of the client that the next page shows, after the client changed: an approval
    /// counts only for the version that the person was shown.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn adopt_client_version(&self, interaction: &Interaction) -> Result<(), Failure> {
        let Some(row) = &interaction.row else {
            return Ok(());
        };
        let (id, version, tables) = (row.id, interaction.client.version, self.store.tables());
        self.store
            .run(|db| authorization_states::adopt_client_version(db, tables, id, version))
            .await?;
        Ok(())
    }
}
