//! Logout requests of clients that wait for the browser or for the person's answer (ES-01 to ES-08).

use std::sync::Arc;

use serde_json::json;

use super::InteractionService;
use crate::{
    error::{Failure, PageError},
    protocol::{
        client::Client,
        end_session::{self, Destination, LogoutRequest, VerifiedHint},
        redirect_uri,
        row_id::InteractionId,
        time::{Seconds, UnixTime},
    },
    random,
    sessions::Browser,
    store::{
        authorization_states::{self, Completion, InteractionRow},
        record::Strings,
    },
};

/// Value of the column `kind` for logout requests.
const KIND: &str = "logout";

/// A logout request that passed every check (RP-Initiated Logout §2).
#[derive(Clone, Debug, Default)]
pub struct LogoutInteraction {
    /// The client that sent the request, if it is known.
    pub client: Option<Arc<Client>>,
    /// The verified `id_token_hint`: whom to sign out.
    pub hint: Option<VerifiedHint>,
    /// Where the browser goes at the end.
    pub destination: Destination,
    /// Wanted languages of the pages (`ui_locales`).
    pub ui_locales: Option<String>,
    /// The stored row; `None` while the request is not stored.
    pub row: Option<StoredLogoutInteraction>,
}

/// The stored row of a logout request.
#[derive(Clone, Debug)]
pub struct StoredLogoutInteraction {
    /// Primary key.
    pub id: InteractionId,
    /// Interaction id.
    pub state: String,
    /// Whether this request has signed the person out.
    pub is_done: bool,
}

impl LogoutInteraction {
    /// Returns the interaction id; `None` while the request is not stored.
    pub fn state(&self) -> Option<&str> {
        self.row.as_ref().map(|row| row.state.as_str())
    }

    /// Whether the request has anything that must be stored until the person has answered.
    pub fn says_something(&self) -> bool {
        self.destination != Destination::Ours || self.ui_locales.is_some()
    }

    /// Returns the host of the registered redirect URI, or its private scheme, for the page that asks.
    pub fn host(&self) -> Option<String> {
        match &self.destination {
            Destination::Registered(to) => redirect_uri::host(&to.uri)
                .or_else(|| redirect_uri::private_scheme(&to.uri).map(str::to_owned)),
            _ => None,
        }
    }

    fn to_row(&self, state: String, now: UnixTime, ttl: Seconds) -> InteractionRow {
        let redirect = match &self.destination {
            Destination::Registered(redirect) => Some(redirect.clone()),
            _ => None,
        };
        let hint = self.hint.as_ref();
        let (redirect_uri, client_state) = redirect
            .map(|redirect| (redirect.uri, redirect.state))
            .unwrap_or_default();
        InteractionRow {
            id: InteractionId::UNSAVED,
            state,
            kind: KIND.to_owned(),
            intent: KIND.to_owned(),
            client_id: self
                .client
                .as_ref()
                .map(|client| client.client_id.clone())
                .unwrap_or_default(),
            client_version: self.client.as_ref().map_or(0, |client| client.version),
            redirect_uri,
            redirect_uri_explicit: self.destination != Destination::Ours,
            response_mode: "query".to_owned(),
            client_state,
            nonce: None,
            code_challenge: None,
            dpop_jkt: None,
            login_hint: None,
            ui_locales: self.ui_locales.clone(),
            display: None,
            hint_subject: hint.map(|hint| hint.subject.clone()),
            scopes: Strings::default(),
            resources: Strings::default(),
            prompts: Strings::default(),
            claims: None,
            handled: Strings::default(),
            acr_values: None,
            params: hint.map(|hint| json!({ "sid": hint.sid, "aud": hint.audiences })),
            max_age: None,
            browser_hash: None,
            session_id: None,
            user_id: None,
            authenticated_at: None,
            consumed_at: None,
            request_uri_hash: None,
            device_grant_id: None,
            grant_id: None,
            result_sealed: None,
            started_at: now,
            expires_at: now + ttl,
        }
    }

    /// Restores the request of a row. Its redirect URI is checked against the client as it is now.
    fn stored(row: InteractionRow, client: Option<Arc<Client>>) -> Self {
        let param = |name: &str| row.params.as_ref()?.get(name).cloned();
        let hint = row.hint_subject.map(|subject| VerifiedHint {
            audiences: param("aud")
                .and_then(|aud| serde_json::from_value(aud).ok())
                .unwrap_or_default(),
            subject,
            sid: param("sid").and_then(|sid| sid.as_str().map(str::to_owned)),
        });
        let request = LogoutRequest {
            post_logout_redirect_uri: row
                .redirect_uri_explicit
                .then_some(row.redirect_uri.as_str()),
            state: row.client_state.as_deref(),
            ..LogoutRequest::default()
        };
        Self {
            destination: end_session::destination(&request, client.as_deref()),
            client,
            hint,
            ui_locales: row.ui_locales,
            row: Some(StoredLogoutInteraction {
                id: row.id,
                state: row.state,
                is_done: row.consumed_at.is_some(),
            }),
        }
    }
}

impl InteractionService {
    /// Stores a logout request. One that came by POST is bound to a browser at its first GET, because a
    /// cross-site POST carries no cookie.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_logout(
        &self,
        interaction: &mut LogoutInteraction,
        browser: Option<&mut Browser>,
    ) -> Result<(), Failure> {
        let ttl = self.settings.state_ttl_seconds;
        let mut row = interaction.to_row(random::identifier()?, self.clock.now(), ttl);
        self.insert_row(&mut row, browser).await?;
        interaction.row = Some(StoredLogoutInteraction {
            id: row.id,
            state: row.state,
            is_done: false,
        });
        Ok(())
    }

    /// Returns the logout request with this id, for the browser that started it (IX-03).
    ///
    /// # Errors
    /// An error page with status 400, if the id is unknown or expired, or is of another browser.
    pub async fn find_logout(
        &self,
        id: &str,
        browser: &mut Browser,
    ) -> Result<LogoutInteraction, PageError> {
        let found = self.bound(id, &[KIND], browser).await?;
        let client = self
            .clients
            .static_or_stored(&found.interaction.client_id, found.client.as_ref());
        let client = client.cloned();
        Ok(LogoutInteraction::stored(found.interaction, client))
    }

    /// Marks a logout request as done, so that it signs nobody else out later.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn close_logout(&self, interaction: &LogoutInteraction) -> Result<(), Failure> {
        let Some(row) = &interaction.row else {
            return Ok(());
        };
        let tables = self.store.tables();
        let done = Completion {
            id: row.id,
            now: self.clock.now(),
            sealed_result: None,
            intent: "done",
        };
        self.store
            .run(|db| authorization_states::consume(db, tables, done.clone()))
            .await?;
        Ok(())
    }
}
