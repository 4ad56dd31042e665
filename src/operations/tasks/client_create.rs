//! `oauth:client:create`: makes an operator's client and prints its secret once.

use loco_rs::{app::AppContext, task::Vars};

use super::{arguments::Arguments, task};
use crate::{
    boot::{self, definition::OAuthServerDefinition, load},
    events::{AuditEvent, EventName},
    people::resource_owner::{ResourceOwner, UserKey},
    protocol::{
        client::{AuthMethod, Client, ClientKind, ClientSecret},
        client_metadata::{
            ClientIdentity, ClientMetadata, MetadataError, MetadataPolicy, OperatorChoices,
            TrustLevel,
        },
        redirect_uri,
        secret::{Purpose, Secret},
    },
    random,
    server::Server,
    store::clients::{self, ClientRow},
};

const KEYS: [&str; 21] = [
    "name",
    "redirect_uris",
    "auth",
    "type",
    "grants",
    "scopes",
    "resources",
    "post_logout_redirect_uris",
    "jwks_uri",
    "userinfo_signed_response_alg",
    "require_pkce",
    "require_par",
    "require_signed_request",
    "request_alg",
    "skip_consent",
    "dpop_bound_access_tokens",
    "subject_type",
    "backchannel_logout_uri",
    "owner",
    "id",
    "dry_run",
];

task!(
    /// The task `oauth:client:create`.
    ClientCreate,
    "oauth:client:create",
    "Make an OAuth client; prints its id and, once, its secret"
);

impl<D: OAuthServerDefinition> ClientCreate<D> {
    /// Runs the task, and returns what it prints.
    ///
    /// # Errors
    /// When a key is unknown, the metadata breaks a rule or the database fails. Nothing is stored then.
    pub async fn report(&self, ctx: &AppContext, vars: &Vars) -> loco_rs::Result<String> {
        let arguments = Arguments::read(vars, &KEYS)?;
        arguments.required("name", "\"My app\"")?;
        let server = load::running::<D>(ctx).await?;
        let owner = owner::<D>(ctx, arguments.get("owner")).await?;
        let NewClient { client, secret } = build(&server, arguments)?;
        check_subject::<D>(ctx, &client.client_id).await?;
        if arguments.flag("dry_run")? != Some(true) {
            let row = ClientRow::new(&client, owner);
            let tables = server.store.tables();
            let insert = |db| clients::insert(db, tables, &row);
            server.store.run(insert).await.map_err(boot::error)?;
            let event = AuditEvent::new(EventName::ClientRegistered).client(&client);
            server.events.emit_to_end(event).await;
        }
        Ok(shown(arguments, &client, secret.as_ref()))
    }
}

fn auth(arguments: Arguments<'_>) -> loco_rs::Result<AuthMethod> {
    match arguments.word("auth", &["basic", "post", "none", "private_key_jwt"])? {
        Some("post") => Ok(AuthMethod::ClientSecretPost),
        Some("none") => Ok(AuthMethod::None),
        Some("private_key_jwt") => Ok(AuthMethod::PrivateKeyJwt),
        Some(_) => Ok(AuthMethod::ClientSecretBasic),
        None => Ok(usual_auth(arguments)),
    }
}

/// Returns the authentication method where none is given. A client with a redirect URI like
/// `cursor://` is a public one (RG-06).
fn usual_auth(arguments: Arguments<'_>) -> AuthMethod {
    let uris = arguments.list("redirect_uris").unwrap_or_default();
    let mut dotless = uris
        .iter()
        .filter_map(|uri| redirect_uri::dotless_scheme(uri));
    match dotless.next() {
        Some(_) => AuthMethod::None,
        None => AuthMethod::ClientSecretBasic,
    }
}

async fn owner<D: OAuthServerDefinition>(
    ctx: &AppContext,
    login: Option<&str>,
) -> loco_rs::Result<Option<UserKey>> {
    let Some(login) = login else { return Ok(None) };
    let user = D::User::find_by_login(&ctx.db, login).await?;
    let user = user.ok_or_else(|| boot::error(format!("owner: there is no user {login}")))?;
    Ok(Some(user.key().into()))
}

/// Checks that the id of the client, which is the `sub` of its machine tokens, is no user's subject
/// (SU-02).
async fn check_subject<D: OAuthServerDefinition>(
    ctx: &AppContext,
    client_id: &str,
) -> loco_rs::Result<()> {
    let user = D::User::find_by_subject(&ctx.db, client_id).await?;
    if user.is_some_and(|user| user.subject() == client_id) {
        return Err(boot::error(format!(
            "id: {client_id} is the subject of a user — choose another, or leave it out"
        )));
    }
    Ok(())
}

/// A client that is not stored yet, with its secret if it has one.
struct NewClient {
    client: Client,
    secret: Option<Secret>,
}

fn build(server: &Server, arguments: Arguments<'_>) -> loco_rs::Result<NewClient> {
    let settings = &server.settings;
    let method = auth(arguments)?;
    let secret = if method.uses_secret() {
        Some(random::secret(&settings.token_prefixes.client_secret).map_err(boot::error)?)
    } else {
        None
    };
    let client_id = match arguments.get("id") {
        Some(id) => id.to_owned(),
        None => format!("client_{}", random::identifier().map_err(boot::error)?),
    };
    if server.clients.configured(&client_id).is_some() {
        return Err(boot::error(format!(
            "id: {client_id} is a client of the settings (clients:)"
        )));
    }
    let (known_scopes, algorithms) = (settings.known_scopes(), server.keys.algorithms());
    let policy = MetadataPolicy {
        scopes: &known_scopes,
        applicant: TrustLevel::Operator,
        algorithms: &algorithms,
        grants: &settings.grant_types,
        redirect_schemes: &settings.registration.redirect_schemes,
        pairwise: settings.pairwise_secret.is_some(),
        pushed_requests: settings.par.form(),
        signed_requests: settings.jar.form(),
        loopback: settings.fetches_from_own_machine(),
        dpop: settings.dpop.policy(),
    };
    let identity = ClientIdentity {
        client_id,
        kind: ClientKind::Operator,
    };
    let client = metadata(arguments)?
        .with_operator_defaults(method, &settings.grant_types)
        .into_client(identity, &policy)
        .map_err(|errors| refused(&errors))?;
    let resources: Vec<String> = settings
        .resources
        .iter()
        .map(|resource| resource.identifier.clone())
        .collect();
    let stored = secret.as_ref().map(|secret| ClientSecret {
        hash: secret.hash(Purpose::Secret),
        expires_at: None,
    });
    let choices = OperatorChoices {
        require_pkce: arguments.flag("require_pkce")?,
        skip_consent: arguments.flag("skip_consent")?,
        resources: arguments.list("resources"),
        secrets: stored.into_iter().collect(),
    };
    let client = choices
        .apply(client, &resources)
        .map_err(|errors| refused(&errors))?;
    Ok(NewClient { client, secret })
}

fn metadata(arguments: Arguments<'_>) -> loco_rs::Result<ClientMetadata> {
    let text = |key| arguments.get(key).map(str::to_owned);
    Ok(ClientMetadata {
        client_name: text("name"),
        redirect_uris: arguments.list("redirect_uris"),
        post_logout_redirect_uris: arguments.list("post_logout_redirect_uris"),
        grant_types: arguments.list("grants"),
        scope: arguments.list("scopes").map(|scopes| scopes.join(" ")),
        application_type: text("type"),
        subject_type: text("subject_type"),
        jwks_uri: text("jwks_uri"),
        userinfo_signed_response_alg: text("userinfo_signed_response_alg"),
        request_object_signing_alg: text("request_alg"),
        require_signed_request_object: arguments.flag("require_signed_request")?,
        require_pushed_authorization_requests: arguments.flag("require_par")?,
        backchannel_logout_uri: text("backchannel_logout_uri"),
        dpop_bound_access_tokens: arguments.flag("dpop_bound_access_tokens")?,
        ..ClientMetadata::default()
    })
}

fn refused(errors: &[MetadataError]) -> loco_rs::Error {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    boot::error(lines.join("\n"))
}

/// Returns what the operator has to give to the client's developer.
fn shown(arguments: Arguments<'_>, client: &Client, secret: Option<&Secret>) -> String {
    let secret = secret.map(Secret::expose);
    if arguments.wants_json() {
        let mut answer = serde_json::json!({
            "client_id": client.client_id,
            "redirect_uris": client.redirect_uris,
            "grant_types": client.grant_types,
            "token_endpoint_auth_method": client.token_endpoint_auth_method,
        });
        if let (Some(secret), Some(answer)) = (secret, answer.as_object_mut()) {
            answer.insert("client_secret".to_owned(), secret.into());
        }
        return answer.to_string();
    }
    let mut lines = vec![format!("client_id:     {}", client.client_id)];
    lines.extend(secret.map(|secret| format!("client_secret: {secret}   (shown once)")));
    lines.push(format!("redirect_uris: {}", client.redirect_uris.join(" ")));
    lines.join("\n")
}
