//! An authorization request on its way to a code: fresh from the wire, or stored because a person
//! has something to do.

use serde_json::json;

use super::next::HookAnswers;
use crate::{
    protocol::{
        authorize::{AuthorizationRequest, Prompt},
        callback::{Callback, StoredRedirect},
        client::Client,
        interaction::{Progress, Step},
        scope::Scopes,
    },
    store::{
        authorization_codes::GrantRow, authorization_states::InteractionRow, record::Strings,
        user_key::UserKey,
    },
};

/// Column `kind` of requests that came by a browser.
pub const KIND: &str = "browser";
const HANDLED_CREATE: &str = "create";
const HANDLED_SELECT: &str = "select_account";
/// Followed by the name that the app gave the step.
const HANDLED_POST_LOGIN: &str = "post_login:";
/// The step of the app that the person was sent to; not done yet.
const SENT_TO: &str = "post_login_open:";

/// An authorization request with what was done for it so far.
#[derive(Clone)]
pub struct Interaction {
    /// The client.
    pub client: Client,
    /// The validated request.
    pub request: AuthorizationRequest,
    /// What the person did.
    pub progress: Progress,
    /// Of the requested scopes, those that the app lets the current person grant.
    pub grantable: Scopes,
    /// The step of the app that is open.
    pub post_login: Option<String>,
    /// The step of the app that the person was sent to last.
    pub sent_to: Option<String>,
    /// The row, once there is one.
    pub row: Option<StoredInteraction>,
    /// Unix seconds.
    pub started_at: i64,
    /// What the hooks said in this request: each is asked once.
    pub(super) hooks: Option<HookAnswers>,
}

/// The row of a stored request.
#[derive(Clone)]
pub struct StoredInteraction {
    /// Primary key.
    pub id: i64,
    /// Interaction id.
    pub state: String,
    /// Version of the client that the pages show.
    pub client_version: i32,
    /// Hash of the binding cookie; `None` until bound.
    pub browser_hash: Option<Vec<u8>>,
    /// Who was last seen at it.
    pub user_id: Option<UserKey>,
    /// End, Unix seconds.
    pub expires_at: i64,
    /// Finished, Unix seconds.
    pub consumed_at: Option<i64>,
    /// Sealed final location.
    pub result_sealed: Option<Vec<u8>>,
    /// The grant it led to.
    pub grant: Option<GrantRow>,
}

impl Interaction {
    /// A request that was validated just now.
    pub fn new(client: Client, request: AuthorizationRequest, now: i64) -> Self {
        Self {
            client,
            grantable: request.scopes.clone(),
            request,
            progress: Progress::default(),
            post_login: None,
            sent_to: None,
            row: None,
            started_at: now,
            hooks: None,
        }
    }

    /// The request of a row.
    pub fn stored(client: Client, row: InteractionRow, grant: Option<GrantRow>, iss: &str) -> Self {
        let handled = |step: &str| row.handled.0.iter().any(|done| done == step);
        let done = row.handled.0.iter();
        let done = done.filter_map(|step| step.strip_prefix(HANDLED_POST_LOGIN));
        let progress = Progress {
            authenticated_at: row.authenticated_at,
            created: handled(HANDLED_CREATE),
            selected: handled(HANDLED_SELECT),
            post_login: done.map(str::to_owned).collect(),
            // An allow ends the interaction, or counts for nothing (CO-03).
            consented: false,
        };
        let mut sent_to = row.handled.0.iter();
        let sent_to = sent_to.find_map(|step| step.strip_prefix(SENT_TO));
        let sent_to = sent_to.map(str::to_owned);
        let words = |json: Option<serde_json::Value>| {
            json.and_then(|json| serde_json::from_value(json).ok())
                .unwrap_or_default()
        };
        let prompts = row
            .prompts
            .0
            .iter()
            .filter_map(|word| serde_json::from_value::<Prompt>(json!(word)).ok());
        let params = row
            .params
            .and_then(|params| serde_json::from_value(params).ok());
        let request = AuthorizationRequest {
            client_id: row.client_id,
            callback: Callback::stored(
                StoredRedirect {
                    uri: row.redirect_uri,
                    explicit: row.redirect_uri_explicit,
                },
                row.client_state,
                iss,
            ),
            nonce: row.nonce,
            code_challenge: row.code_challenge,
            scopes: row.scopes.0.into(),
            resources: row.resources.0,
            prompts: prompts.collect(),
            silent: row
                .prompts
                .0
                .iter()
                .any(|word| word == Prompt::None.as_str()),
            max_age: row.max_age.map(Into::into),
            login_hint: row.login_hint,
            ui_locales: row.ui_locales,
            display: row.display,
            acr_values: words(row.acr_values),
            hint_subject: row.hint_subject,
            params: params.unwrap_or_default(),
        };
        let stored = StoredInteraction {
            id: row.id,
            state: row.state,
            client_version: row.client_version,
            browser_hash: row.browser_hash,
            user_id: row.user_id,
            expires_at: row.expires_at,
            consumed_at: row.consumed_at,
            result_sealed: row.result_sealed,
            grant,
        };
        Self {
            client,
            grantable: request.scopes.clone(),
            request,
            progress,
            post_login: None,
            sent_to,
            row: Some(stored),
            started_at: row.started_at,
            hooks: None,
        }
    }

    /// The row that keeps this request until the person is through.
    pub fn to_row(&self, state: String, ttl: i64, intent: Step) -> InteractionRow {
        let request = &self.request;
        InteractionRow {
            id: 0,
            state,
            kind: KIND.to_owned(),
            intent: intent.as_str().to_owned(),
            client_id: request.client_id.clone(),
            client_version: self.client.version,
            redirect_uri: request.callback.redirect_uri().to_owned(),
            redirect_uri_explicit: request.callback.is_explicit(),
            response_mode: "query".to_owned(),
            client_state: request.callback.state().map(str::to_owned),
            nonce: request.nonce.clone(),
            code_challenge: request.code_challenge.clone(),
            login_hint: request.login_hint.clone(),
            ui_locales: request.ui_locales.clone(),
            display: request.display.clone(),
            hint_subject: request.hint_subject.clone(),
            scopes: request.scopes.as_slice().to_vec().into(),
            resources: request.resources.clone().into(),
            prompts: self.prompts().into(),
            handled: self.handled(),
            acr_values: Some(json!(request.acr_values)),
            params: Some(json!(request.params)),
            max_age: request.max_age.and_then(|age| age.try_into().ok()),
            browser_hash: None,
            session_id: None,
            user_id: None,
            authenticated_at: None,
            consumed_at: None,
            grant_id: None,
            result_sealed: None,
            started_at: self.started_at,
            expires_at: self.started_at.saturating_add(ttl),
        }
    }

    /// Words of `prompt`, as the column has them.
    pub fn prompts(&self) -> Vec<String> {
        let silent = self.request.silent.then_some(Prompt::None);
        let prompts = self.request.prompts.iter().copied().chain(silent);
        prompts.map(|prompt| prompt.as_str().to_owned()).collect()
    }

    /// Whether the client changed since the person was shown what it is.
    pub fn has_changed_client(&self) -> bool {
        self.row
            .as_ref()
            .is_some_and(|row| row.client_version != self.client.version)
    }

    /// Steps done here, as the column has them.
    pub fn handled(&self) -> Strings {
        let Progress {
            created, selected, ..
        } = &self.progress;
        let steps = [(*created, HANDLED_CREATE), (*selected, HANDLED_SELECT)];
        let own = steps.iter().filter(|(done, _)| *done);
        let own = own.map(|(_, step)| (*step).to_owned());
        let of_app = self.progress.post_login.iter();
        let open = self.post_login.iter();
        own.chain(of_app.map(|step| format!("{HANDLED_POST_LOGIN}{step}")))
            .chain(open.map(|step| format!("{SENT_TO}{step}")))
            .collect::<Vec<_>>()
            .into()
    }

    /// Whether the interaction came to its end.
    pub fn is_finished(&self) -> bool {
        let row = self.row.as_ref();
        row.is_some_and(|row| row.consumed_at.is_some())
    }

    /// The interaction id, once there is one.
    pub fn state(&self) -> Option<&str> {
        self.row.as_ref().map(|row| row.state.as_str())
    }

    /// Somebody signed in here, who authenticated at `at`.
    pub fn signed_in(&mut self, at: i64) {
        self.progress.authenticated_at = Some(at);
        if at >= self.started_at {
            // A login on the page that `create` led to closes it; a fresh login counts as the
            // choice.
            self.progress.created = true;
            self.progress.selected = true;
        }
        self.person_changed();
    }

    /// Somebody else may be the current account now: what the last one did in the app is not
    /// theirs.
    pub fn person_changed(&mut self) {
        self.progress.post_login.clear();
    }
}
