//! `oauth_authorization_states`: interactions, authorization requests that need a person.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Order, Query, UpdateStatement},
};
use serde_json::Value as Json;

pub use super::interaction_changes::{BROWSER, BrowserBinding, Completion, HandleClaim, PUSHED};
use super::{
    StoreResult,
    authorization_codes::UserFilter,
    record::{Record, Strings, eq, gt, is_null, record},
};
use crate::{
    protocol::{
        client::SecretHash,
        row_id::{GrantId, InteractionId, SessionId},
        time::UnixTime,
    },
    store::{schema::TableNames, user_key::UserKey},
};

record! {
    /// An interaction: the columns this version reads or writes.
    pub struct InteractionRow {
        /// Primary key.
        pub id: InteractionId,
        /// Identifier of the interaction, made by the server.
        pub state: String,
        /// Kind of the row: [`BROWSER`], [`PUSHED`], or that of a device or of a request to sign out.
        pub kind: String,
        /// Next step, for the operator; every request computes it anew.
        pub intent: String,
        /// The client.
        pub client_id: String,
        /// The client's version at request time.
        pub client_version: i32,
        /// Redirect URI as the authorization request sent it.
        pub redirect_uri: String,
        /// Whether the authorization request had the parameter `redirect_uri`.
        pub redirect_uri_explicit: bool,
        /// Response mode of the answer: `query` or `form_post`.
        pub response_mode: String,
        /// The client's parameter `state`.
        pub client_state: Option<String>,
        /// OIDC `nonce`.
        pub nonce: Option<String>,
        /// PKCE challenge of the method S256 (RFC 7636 §4.2).
        pub code_challenge: Option<String>,
        /// Thumbprint of the key to which the code is bound (RFC 9449 §10).
        pub dpop_jkt: Option<String>,
        /// OIDC `login_hint`.
        pub login_hint: Option<String>,
        /// OIDC `ui_locales`.
        pub ui_locales: Option<String>,
        /// OIDC `display`.
        pub display: Option<String>,
        /// `sub` of the `id_token_hint`.
        pub hint_subject: Option<String>,
        /// Requested scopes.
        pub scopes: Strings,
        /// Requested resources.
        pub resources: Strings,
        /// Values of the parameter `prompt` that apply to the next step.
        pub prompts: Strings,
        /// Steps completed in this interaction: `create`, `select_account`, steps of the app.
        pub handled: Strings,
        /// What the parameter `claims` asks for.
        pub claims: Option<Json>,
        /// OIDC `acr_values`.
        pub acr_values: Option<Json>,
        /// Every other parameter of the request.
        pub params: Option<Json>,
        /// OIDC `max_age`.
        pub max_age: Option<i32>,
        /// Hash of the binding cookie; null until bound.
        pub browser_hash: Option<Vec<u8>>,
        /// Browser session of the last step.
        pub session_id: Option<SessionId>,
        /// User of the last step.
        pub user_id: Option<UserKey>,
        /// Time of a login inside this interaction.
        pub authenticated_at: Option<UnixTime>,
        /// When the interaction was finished; null = under way.
        pub consumed_at: Option<UnixTime>,
        /// Hash of the `request_uri` of a pushed request (RFC 9126).
        pub request_uri_hash: Option<Vec<u8>>,
        /// The request of a device that it decides.
        pub device_grant_id: Option<GrantId>,
        /// The grant it led to.
        pub grant_id: Option<GrantId>,
        /// Location of the final redirect, sealed under the binding cookie.
        pub result_sealed: Option<Vec<u8>>,
        /// When the interaction began.
        pub started_at: UnixTime,
        /// When the interaction expires.
        pub expires_at: UnixTime,
    }
}

/// Inserts an interaction and returns its id.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn insert(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    row: &InteractionRow,
) -> StoreResult<InteractionId> {
    Ok(row.insert(conn, tables.authorization_states).await?)
}

/// Ends the oldest live interactions of a browser, so that only the newest `keep` remain (IX-06).
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn keep_newest(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    browser: &SecretHash,
    keep: u64,
) -> StoreResult<()> {
    let mut newest = Query::select();
    newest
        .column(Alias::new("id"))
        .from(Alias::new(tables.authorization_states))
        .and_where(eq("browser_hash", browser.0.to_vec()))
        .and_where(is_null("consumed_at"))
        .order_by(Alias::new("id"), Order::Desc)
        .limit(keep);
    let mut delete = Query::delete();
    delete
        .from_table(Alias::new(tables.authorization_states))
        .and_where(eq("browser_hash", browser.0.to_vec()))
        .and_where(is_null("consumed_at"))
        .and_where(Expr::col(Alias::new("id")).not_in_subquery(newest));
    conn.execute(&delete).await?;
    Ok(())
}

/// Binds an unbound interaction to a browser. Returns whether it was bound; `false` = it was bound
/// before or is too old (IX-03).
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn bind(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    binding: &BrowserBinding<'_>,
) -> StoreResult<bool> {
    let mut update = update(tables, binding.id);
    update
        .value(Alias::new("browser_hash"), binding.browser.0.to_vec())
        .and_where(is_null("browser_hash"))
        .and_where(gt("started_at", binding.started_after));
    Ok(conn.execute(&update).await?.rows_affected() == 1)
}

/// Makes a pushed request the interaction of the browser that comes with its handle (PR-06).
///
/// It is one statement that only one caller can win (CC-01). `None` = it was taken before, has expired, is another client's, or its client
/// has changed since.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn claim(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    claim: &HandleClaim<'_>,
) -> StoreResult<Option<InteractionRow>> {
    let mut update = Query::update();
    update
        .table(Alias::new(tables.authorization_states))
        .value(Alias::new("kind"), BROWSER)
        .value(Alias::new("started_at"), claim.now)
        .value(Alias::new("expires_at"), claim.expires_at)
        .value(Alias::new("updated_at"), Expr::current_timestamp())
        .and_where(eq("request_uri_hash", claim.handle.0.to_vec()))
        .and_where(eq("client_id", claim.client_id))
        // RFC 9126 §4: the checks at the push hold for the client as it was then.
        .and_where(eq("client_version", claim.client_version))
        .and_where(eq("kind", PUSHED))
        .and_where(is_null("consumed_at"))
        .and_where(gt("expires_at", claim.now))
        .returning(
            Query::returning().columns(InteractionRow::COLUMNS.iter().map(|it| Alias::new(*it))),
        );
    if let Some(browser) = claim.browser {
        update.value(Alias::new("browser_hash"), browser.0.to_vec());
    }
    let row = conn.query_one(&update).await?;
    Ok(row.map(|row| InteractionRow::read(&row)).transpose()?)
}

/// Returns the request with this handle, in whatever state it is.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn with_handle(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    handle: &SecretHash,
) -> StoreResult<Option<InteractionRow>> {
    let mut select = InteractionRow::select(tables.authorization_states);
    select.and_where(eq("request_uri_hash", handle.0.to_vec()));
    let row = conn.query_one(&select).await?;
    Ok(row.map(|row| InteractionRow::read(&row)).transpose()?)
}

/// A request of a device and the browser in which its user code was entered.
#[derive(Clone, Debug)]
pub struct DeviceBinding {
    /// Id of the interaction's row.
    pub id: InteractionId,
    /// Hash of the binding cookie.
    pub browser: SecretHash,
    /// The person who entered the code, and their browser session.
    pub person: InteractionUser,
    /// The user code, sealed under the binding cookie, to be shown there.
    pub sealed_code: Vec<u8>,
}

/// Binds the interaction of a device to the browser in which its user code was entered.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn bind_device(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    binding: DeviceBinding,
) -> StoreResult<bool> {
    let mut update = update(tables, binding.id);
    update
        .value(Alias::new("browser_hash"), binding.browser.0.to_vec())
        .value(
            Alias::new("user_id"),
            sea_orm::Value::from(binding.person.user_id),
        )
        .value(Alias::new("session_id"), binding.person.session_id)
        .value(Alias::new("result_sealed"), binding.sealed_code)
        .and_where(is_null("consumed_at"));
    Ok(conn.execute(&update).await?.rows_affected() == 1)
}

/// Unbinds the interaction of a device, so that its user code can be entered anew.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn release_device(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    id: InteractionId,
) -> StoreResult<()> {
    let mut update = update(tables, id);
    for column in ["browser_hash", "user_id", "session_id", "result_sealed"] {
        update.value(Alias::new(column), Expr::cust("NULL"));
    }
    update
        .value(Alias::new("handled"), Strings::default())
        .and_where(is_null("consumed_at"));
    conn.execute(&update).await?;
    Ok(())
}

/// What a completed step leaves on the row.
#[derive(Clone, Debug)]
pub struct StepUpdate {
    /// Next step, for the operator.
    pub intent: &'static str,
    /// Values of the parameter `prompt` that apply to the next step.
    pub prompts: Vec<String>,
    /// Steps completed in this interaction.
    pub handled: Vec<String>,
    /// Browser session of the step.
    pub session_id: Option<SessionId>,
    /// User of the step.
    pub user_id: Option<UserKey>,
    /// Time of a login inside this interaction.
    pub authenticated_at: Option<UnixTime>,
    /// When the interaction now expires.
    pub expires_at: UnixTime,
}

/// Records a completed step. Returns whether a row was changed; `false` = the interaction is
/// finished.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn record_step(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    id: InteractionId,
    step: &StepUpdate,
) -> StoreResult<bool> {
    let mut update = update(tables, id);
    update
        .value(Alias::new("intent"), step.intent)
        .value(Alias::new("prompts"), Strings(step.prompts.clone()))
        .value(Alias::new("handled"), Strings(step.handled.clone()))
        .value(Alias::new("session_id"), step.session_id)
        .value(Alias::new("authenticated_at"), step.authenticated_at)
        .value(Alias::new("expires_at"), step.expires_at)
        .and_where(is_null("consumed_at"));
    if let Some(user_id) = step.user_id {
        update.value(Alias::new("user_id"), sea_orm::Value::from(user_id));
    }
    Ok(conn.execute(&update).await?.rows_affected() == 1)
}

/// The signed-in user to whom an interaction is shown.
#[derive(Clone, Copy, Debug)]
pub struct InteractionUser {
    /// The user.
    pub user_id: UserKey,
    /// Their browser session.
    pub session_id: SessionId,
}

/// Notes to which signed-in user an interaction is shown.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn note_person(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    id: InteractionId,
    person: InteractionUser,
) -> StoreResult<()> {
    let mut update = update(tables, id);
    update
        .value(Alias::new("user_id"), sea_orm::Value::from(person.user_id))
        .value(Alias::new("session_id"), person.session_id)
        .and_where(is_null("consumed_at"));
    conn.execute(&update).await?;
    Ok(())
}

/// Sets the interaction's client version to the client's present one.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn adopt_client_version(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    id: InteractionId,
    version: i32,
) -> StoreResult<()> {
    let mut update = update(tables, id);
    update
        .value(Alias::new("client_version"), version)
        .and_where(is_null("consumed_at"));
    conn.execute(&update).await?;
    Ok(())
}

/// Finishes an interaction with one statement that only one caller can win (IX-05, CC-01). Returns
/// whether this call did.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn consume(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    completion: Completion,
) -> StoreResult<bool> {
    let mut update = update(tables, completion.id);
    update
        .value(Alias::new("consumed_at"), completion.now)
        .value(Alias::new("result_sealed"), completion.sealed_result)
        .value(Alias::new("intent"), completion.intent)
        .and_where(is_null("consumed_at"))
        .and_where(gt("expires_at", completion.now))
        .returning_col(Alias::new("id"));
    Ok(conn.query_one(&update).await?.is_some())
}

/// Ends the unfinished interactions of a user, for one client or all: the user took back the
/// approval that they lead to.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn abandon(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    which: &UserFilter,
    now: UnixTime,
) -> StoreResult<()> {
    let mut update = Query::update();
    update
        .table(Alias::new(tables.authorization_states))
        .value(Alias::new("consumed_at"), now)
        .value(Alias::new("updated_at"), Expr::current_timestamp())
        .cond_where(which.condition())
        .and_where(is_null("consumed_at"));
    conn.execute(&update).await?;
    Ok(())
}

/// Links a finished interaction to the grant it led to.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn link(
    conn: &impl ConnectionTrait,
    tables: &TableNames,
    id: InteractionId,
    grant_id: GrantId,
) -> StoreResult<()> {
    let mut update = update(tables, id);
    update.value(Alias::new("grant_id"), grant_id);
    conn.execute(&update).await?;
    Ok(())
}

fn update(tables: &TableNames, id: InteractionId) -> UpdateStatement {
    let mut update = Query::update();
    update
        .table(Alias::new(tables.authorization_states))
        .value(Alias::new("updated_at"), Expr::current_timestamp())
        .and_where(eq("id", id));
    update
}
