//! From the app and its settings to a server: the definition by the derive, the database pool, and what
//! is checked or computed once before the first request: tables, static clients, policy, metadata.

pub mod database;
pub mod definition;
pub mod load;
pub mod logout_jobs;
mod lookup;
mod owner_hooks;
pub mod owners;
pub mod warnings;

use std::sync::Arc;

use loco_rs::app::AppContext;
use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Query},
};

use crate::{
    boot::definition::OAuthServerDefinition,
    config::{DerivedMetadata, RefreshTokenPolicy, Settings, TokenFormat, urls::Urls},
    keys::Keys,
    people::{ResourceOwners, capabilities::PasswordSetter},
    protocol::{
        dpop::{self, Binding},
        implied_scopes::ImpliedScopes,
        metadata::ServerMetadata,
        policy::{Lifetimes, Policy, ResourcePolicy, ScopeLifetime},
        resource_metadata::{ResourceDocument, ResourceMetadata, WELL_KNOWN},
        route::Route,
    },
    store::{
        Store, clients,
        schema::{self, ExtraColumn},
    },
};

/// Returns the error that stops the boot with this message.
pub fn error(message: impl std::fmt::Display) -> loco_rs::Error {
    loco_rs::Error::Message(message.to_string())
}

/// Checks that every table and column is there, also those that the app added (MO-02).
///
/// # Errors
/// When something is missing; the text names it and the command that helps.
pub async fn check_tables(store: &Store, added: &[ExtraColumn]) -> loco_rs::Result<()> {
    let mut missing = Vec::new();
    for table in schema::TABLES {
        let name = (table.full_name)(store.tables());
        let added = added.iter().filter(|column| column.table == table.name);
        let names: Vec<&str> = { table.columns.iter().map(|column| column.name) }
            .chain(added.map(|column| column.name))
            .collect();
        if !selects(store, name, &names).await {
            missing.extend(missing_in(store, name, &names).await);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(error(format!(
        "oauth_server: the database lacks {} — run `cargo loco db migrate` (migration version {} \
         of loco-oauth-server)",
        missing.join(", "),
        schema::VERSION
    )))
}

async fn missing_in(store: &Store, table: &str, columns: &[&str]) -> Vec<String> {
    if !selects(store, table, &["id"]).await {
        return vec![format!("the table {table}")];
    }
    let mut missing = Vec::new();
    for column in columns {
        if !selects(store, table, &[*column]).await {
            missing.push(format!("the column {table}.{column}"));
        }
    }
    missing
}

/// Whether the database can select these columns. This question works on every engine.
async fn selects(store: &Store, table: &str, columns: &[&str]) -> bool {
    let mut select = Query::select();
    // The names are qualified: SQLite takes an unknown bare name in double quotes for a text.
    select
        .columns(
            columns
                .iter()
                .map(|name| (Alias::new(table), Alias::new(*name))),
        )
        .from(Alias::new(table))
        .limit(0);
    store.db().query_all(&select).await.is_ok()
}

/// Checks that no id of a client of the settings (a static client) is also in the table.
///
/// # Errors
/// When there are such ids; the text names them.
pub async fn check_static_clients(store: &Store, settings: &Settings) -> loco_rs::Result<()> {
    let ids: Vec<String> = settings
        .clients
        .iter()
        .map(|client| client.client_id.clone())
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let existing = store
        .run(|db| clients::existing(db, store.tables(), &ids))
        .await;
    let existing = existing.map_err(error)?;
    if existing.is_empty() {
        return Ok(());
    }
    Err(error(format!(
        "oauth_server: clients: {} also exists in the table of clients — give one of them another id",
        existing.join(", ")
    )))
}

/// Checks that no id of a static client is the subject of a user (SU-02): the tokens of the machine and
/// those of the person would have the same `sub`.
///
/// # Errors
/// When there are such ids; the text names them.
pub async fn check_subjects(
    store: &Store,
    settings: &Settings,
    owners: &dyn ResourceOwners,
) -> loco_rs::Result<()> {
    let mut taken = Vec::new();
    for client in &settings.clients {
        match owners.find_by_subject(store.db(), &client.client_id).await {
            Ok(Some(owner)) if owner.subject() == client.client_id => {
                taken.push(client.client_id.clone());
            }
            Ok(_) => {}
            // An error of a model for a text that is no subject at all is no reason to stop.
            Err(error) => tracing::warn!(
                rule = "SU-02",
                client_id = client.client_id,
                %error,
                "find_by_subject failed; whether a user has this subject is not known"
            ),
        }
    }
    if taken.is_empty() {
        return Ok(());
    }
    Err(error(format!(
        "oauth_server: clients: {} is also the subject of a user (ResourceOwner::subject) — give the client \
         another client_id",
        taken.join(", ")
    )))
}

/// Returns how the pages for a forgotten password set a new one, or `None` where there are no such
/// pages. By default there are if the app has a mailer, and only if its users model sets passwords.
///
/// # Errors
/// When the setting `enable_password_reset` asks for what the app cannot do.
pub fn password_setter<D: OAuthServerDefinition>(
    settings: &Settings,
    ctx: &AppContext,
) -> loco_rs::Result<Option<PasswordSetter>> {
    let setter = D::PASSWORD_SETTER;
    let missing = match settings.enable_password_reset {
        Some(true) if ctx.mailer.is_none() => "there is no mailer — configure `mailer`",
        Some(true) if setter.is_none() => {
            "the users model sets no passwords — implement SetPassword for it"
        }
        wanted => return Ok(setter.filter(|_| wanted.unwrap_or_else(|| ctx.mailer.is_some()))),
    };
    Err(error(format!(
        "oauth_server: enable_password_reset: {missing}"
    )))
}

/// Returns the settings in the form that the protocol rules read, with what `app` says of its users model.
pub fn policy(settings: &Settings, urls: &Urls, app: &dyn ResourceOwners) -> Policy {
    let sensitive = settings
        .known_scopes()
        .into_iter()
        .filter(|name| settings.is_sensitive(name));
    Policy {
        issuer: urls.issuer.clone(),
        userinfo_url: urls.of(Route::Userinfo).to_owned(),
        defined_scopes: settings.known_scopes().into(),
        default_scopes: settings.default_scopes.iter().collect(),
        registrable_scopes: settings.registration.allowed_scopes.iter().collect(),
        sensitive_scopes: sensitive.collect(),
        dpop: settings.dpop.policy(),
        client_credentials_default_scopes: settings
            .client_credentials_default_scopes
            .iter()
            .collect(),
        resources: { settings.resources.iter() }
            .map(|it| resource(settings, it))
            .collect(),
        default_resource: settings.default_resource.clone(),
        grant_types: settings.grant_types.clone(),
        pushed_requests: settings.par.form(),
        signed_requests: settings.jar.form(),
        supported_claims: { app.supported_claims().iter() }
            .map(ToString::to_string)
            .collect(),
        acr_values: settings.acr_values.clone(),
        signup: settings.enable_signup && app.sign_up_form().is_some(),
        refresh_needs_offline_access: settings.refresh_token_policy
            == RefreshTokenPolicy::OfflineAccess,
        ttl: Lifetimes {
            code: settings.authorization_code_ttl_seconds,
            access: settings.access_token_ttl_seconds,
            m2m: settings.m2m_access_token_ttl_seconds,
            refresh: settings.refresh_token_ttl_seconds,
            refresh_max: settings.refresh_token_max_ttl_seconds,
            retry_window: settings.refresh_token_retry_window_seconds,
            id_token: settings.id_token_ttl_seconds,
            scopes: { settings.scope_expirations.clone().into_iter() }
                .map(|(scope, ttl)| ScopeLifetime { scope, ttl })
                .collect(),
        },
        exchange: settings.token_exchange.clone(),
        assertion_issuers: settings.jwt_bearer_issuers.clone(),
    }
}

fn resource(settings: &Settings, resource: &crate::config::Resource) -> ResourcePolicy {
    ResourcePolicy {
        identifier: resource.identifier.clone(),
        name: resource.name.clone(),
        scopes: resource.scopes.iter().map(|scope| &scope.name).collect(),
        default_scopes: settings.default_scopes_of(resource).into(),
        jwt: resource.token_format == TokenFormat::Jwt,
        signing_alg: resource.signing_alg,
        access_token_ttl: resource.access_token_ttl_seconds,
        introspection_clients: resource.introspection_clients.clone(),
        implied_scopes: ImpliedScopes::new(&resource.implied_scopes),
        binding: if resource.dpop_bound_access_tokens {
            Binding::Required
        } else {
            Binding::Optional
        },
    }
}

/// What the server metadata is made of, besides settings and URLs.
#[derive(Clone, Copy)]
pub struct MetadataSources<'a> {
    /// Scopes, resources and grants that this server offers.
    pub policy: &'a Policy,
    /// The signing keys, which have the algorithms.
    pub keys: &'a Keys,
    /// Names of the claims that the users model has.
    pub claims: &'a [&'a str],
}

/// Returns the server metadata (RFC 8414 §2) as JSON, ready to be sent.
///
/// # Errors
/// Never in practice: every member is text.
pub fn metadata(
    settings: &Settings,
    urls: &Urls,
    sources: MetadataSources<'_>,
) -> loco_rs::Result<Arc<[u8]>> {
    let MetadataSources {
        policy,
        keys,
        claims,
    } = sources;
    let input = settings.metadata_input(
        urls,
        DerivedMetadata {
            algorithms: keys.algorithms(),
            claims: claims.iter().map(ToString::to_string).collect(),
            model_can_sign_up: policy.signup,
        },
    );
    Ok(serde_json::to_vec(&ServerMetadata::new(input))?.into())
}

/// Returns the metadata of this origin's resources (RFC 9728 §2) as JSON with their paths, ready to be
/// sent.
///
/// # Errors
/// Never in practice: every member is text.
pub fn resource_metadata(
    settings: &Settings,
    urls: &Urls,
) -> loco_rs::Result<Vec<ResourceDocument>> {
    let mut documents = Vec::new();
    for resource in &settings.resources {
        let Some(location) = urls.resource_metadata(&resource.identifier) else {
            continue;
        };
        let demands = settings.dpop.required || resource.dpop_bound_access_tokens;
        let document = ResourceMetadata {
            resource: resource.identifier.clone(),
            authorization_servers: vec![urls.issuer.clone()],
            bearer_methods_supported: vec!["header"],
            scopes_supported: resource.scopes.iter().map(|s| s.name.clone()).collect(),
            resource_name: resource.name.clone(),
            resource_documentation: resource.documentation.clone(),
            resource_policy_uri: resource.policy_uri.clone(),
            resource_tos_uri: resource.tos_uri.clone(),
            dpop_signing_alg_values_supported: settings.dpop.enabled.then_some(dpop::ALGORITHMS),
            dpop_bound_access_tokens_required: demands,
        };
        let location = location.strip_prefix(&urls.origin).unwrap_or(&location);
        documents.push(ResourceDocument {
            location: location.to_owned(),
            body: serde_json::to_vec(&document)?.into(),
        });
    }
    if let [only] = documents.as_slice()
        && settings.include_root_resource_metadata_fallback
        && only.location != WELL_KNOWN
    {
        documents.push(ResourceDocument {
            location: WELL_KNOWN.to_owned(),
            body: only.body.clone(),
        });
    }
    Ok(documents)
}
