//! `oauth:client:create` (§32.1): makes an operator's client and prints its secret once.

use std::marker::PhantomData;

use async_trait::async_trait;
use loco_rs::{
    app::AppContext,
    task::{Task, TaskInfo, Vars},
};

use crate::{
    boot,
    definition::OAuthServerDefinition,
    plugin,
    protocol::{
        client::{AuthMethod, Client, ClientKind, ClientSecret},
        client_metadata::{
            ClientIdentity, ClientMetadata, MetadataError, MetadataPolicy, OperatorChoices,
            ScopeRule,
        },
        jwk::SigningAlg,
        secret::{Purpose, Secret},
    },
    random,
    resource_owner::{ResourceOwner, UserKey},
    server::Server,
    store::clients::{self, ClientRow},
};

const KEYS: [&str; 14] = [
    "name",
    "redirect_uris",
    "auth",
    "type",
    "grants",
    "scopes",
    "resources",
    "post_logout_redirect_uris",
    "require_pkce",
    "skip_consent",
    "subject_type",
    "owner",
    "id",
    "dry_run",
];

/// The task.
pub struct ClientCreate<D>(PhantomData<fn() -> D>);

impl<D> Default for ClientCreate<D> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

#[async_trait]
impl<D: OAuthServerDefinition> Task for ClientCreate<D> {
    fn task(&self) -> TaskInfo {
        TaskInfo {
            name: "oauth:client:create".to_owned(),
            detail: "Make an OAuth client; prints its id and, once, its secret".to_owned(),
        }
    }

    async fn run(&self, ctx: &AppContext, vars: &Vars) -> loco_rs::Result<()> {
        let arguments = Arguments::read(vars)?;
        let server = plugin::server::<D>(ctx).await?;
        let owner = owner::<D>(ctx, arguments.get("owner")).await?;
        let (client, secret) = build(&server, &arguments)?;
        if arguments.flag("dry_run")? != Some(true) {
            let row = ClientRow::new(&client, owner);
            let tables = server.store.tables();
            let insert = |db| clients::insert(db, tables, &row);
            server.store.run(insert).await.map_err(boot::error)?;
        }
        print(&arguments, &client, secret.as_ref());
        Ok(())
    }
}

/// The `key:value` pairs of the command line.
struct Arguments<'a>(&'a Vars);

impl<'a> Arguments<'a> {
    fn read(vars: &'a Vars) -> loco_rs::Result<Self> {
        let known = |key: &&String| KEYS.contains(&key.as_str()) || *key == "format";
        if let Some(unknown) = vars.cli.keys().find(|key| !known(key)) {
            return Err(boot::error(format!(
                "unknown key {unknown}; the keys are {}, format",
                KEYS.join(", ")
            )));
        }
        let arguments = Self(vars);
        if arguments.get("name").is_none() {
            return Err(boot::error("name is missing: name:\"My app\""));
        }
        Ok(arguments)
    }

    fn get(&self, key: &str) -> Option<&'a str> {
        self.0
            .cli
            .get(key)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Values separated by commas or spaces.
    fn list(&self, key: &str) -> Option<Vec<String>> {
        let values = self
            .get(key)?
            .split([',', ' '])
            .filter(|value| !value.is_empty());
        Some(values.map(str::to_owned).collect())
    }

    fn flag(&self, key: &str) -> loco_rs::Result<Option<bool>> {
        match self.get(key) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(boot::error(format!("{key}: true or false"))),
        }
    }

    fn auth(&self) -> loco_rs::Result<AuthMethod> {
        match self.get("auth") {
            None | Some("basic") => Ok(AuthMethod::ClientSecretBasic),
            Some("post") => Ok(AuthMethod::ClientSecretPost),
            Some("none") => Ok(AuthMethod::None),
            Some(_) => Err(boot::error("auth: one of basic, post, none")),
        }
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

fn build(server: &Server, arguments: &Arguments<'_>) -> loco_rs::Result<(Client, Option<Secret>)> {
    let settings = &server.settings;
    let method = arguments.auth()?;
    let secret = match method {
        AuthMethod::None => None,
        _ => Some(random::secret(&settings.token_prefixes.client_secret).map_err(boot::error)?),
    };
    let client_id = match arguments.get("id") {
        Some(id) => id.to_owned(),
        None => format!("client_{}", random::identifier().map_err(boot::error)?),
    };
    if server.static_client(&client_id).is_some() {
        return Err(boot::error(format!(
            "id: {client_id} is a client of the settings (clients:)"
        )));
    }
    let known_scopes = settings.known_scopes();
    let policy = MetadataPolicy {
        scopes: &known_scopes,
        scope_rule: ScopeRule::Refuse,
        algorithms: &SigningAlg::ALL,
        grants: &settings.grant_types,
        pairwise: settings.pairwise_secret.is_some(),
    };
    let identity = ClientIdentity {
        client_id,
        kind: ClientKind::Operator,
    };
    let client = metadata(arguments)
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
    Ok((
        choices
            .apply(client, &resources)
            .map_err(|errors| refused(&errors))?,
        secret,
    ))
}

fn metadata(arguments: &Arguments<'_>) -> ClientMetadata {
    let text = |key| arguments.get(key).map(str::to_owned);
    ClientMetadata {
        client_name: text("name"),
        redirect_uris: arguments.list("redirect_uris"),
        post_logout_redirect_uris: arguments.list("post_logout_redirect_uris"),
        grant_types: arguments.list("grants"),
        scope: arguments.list("scopes").map(|scopes| scopes.join(" ")),
        application_type: text("type"),
        subject_type: text("subject_type"),
        ..ClientMetadata::default()
    }
}

fn refused(errors: &[MetadataError]) -> loco_rs::Error {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    boot::error(lines.join("\n"))
}

/// What the operator has to hand to the client's developer.
fn print(arguments: &Arguments<'_>, client: &Client, secret: Option<&Secret>) {
    let secret = secret.map(Secret::expose);
    if arguments.get("format") == Some("json") {
        let mut answer = serde_json::json!({
            "client_id": client.client_id,
            "redirect_uris": client.redirect_uris,
            "grant_types": client.grant_types,
            "token_endpoint_auth_method": client.token_endpoint_auth_method,
        });
        if let (Some(secret), Some(answer)) = (secret, answer.as_object_mut()) {
            answer.insert("client_secret".to_owned(), secret.into());
        }
        println!("{answer}");
        return;
    }
    println!("client_id:     {}", client.client_id);
    if let Some(secret) = secret {
        println!("client_secret: {secret}   (shown once)");
    }
    println!("redirect_uris: {}", client.redirect_uris.join(" "));
}
