//! The app's own decisions. Which hook does what depends on the client, so that each test brings
//! the one it is about.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use loco_oauth_server::{
    events::{AuditEvent, EventSubscriber},
    hooks::{
        ClientInfo, ClientMetadata, ExternalLogin, IdentityAssertion, InteractionInfo,
        ManageAction, OAuthServerHooks, OwnedClient, Registrant, SessionInfo, TokenInfo,
    },
    resource_owner::{Claims, ResourceOwner},
};
use loco_rs::{Result, app::AppContext};
use sea_orm::DatabaseConnection;

use super::users;

/// What happens while a hook runs: once, at the next question about the client.
type Meanwhile = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>;

/// By client; tests run in one process, so that each needs a client id of its own.
static MEANWHILE: LazyLock<Mutex<HashMap<String, Meanwhile>>> = LazyLock::new(Mutex::default);

/// Answers of `post_login`, by client: whether a step is wanted.
static STEPS: LazyLock<Mutex<HashMap<String, VecDeque<bool>>>> = LazyLock::new(Mutex::default);

/// Lets something happen between the moment at which a request of this client has been looked at and
/// the one at which its code is stored.
pub fn meanwhile<F>(client_id: &str, change: impl FnOnce() -> F + Send + 'static)
where
    F: Future<Output = ()> + Send + 'static,
{
    let change: Meanwhile = Box::new(move || -> BoxFuture<'static, ()> { Box::pin(change()) });
    let mut all = MEANWHILE.lock().unwrap();
    all.insert(client_id.to_owned(), change);
}

/// The next answers of `post_login` for this client; then it wants nothing more.
pub fn wants_steps(client_id: &str, answers: &[bool]) {
    let answers = answers.iter().copied().collect();
    let mut all = STEPS.lock().unwrap();
    all.insert(client_id.to_owned(), answers);
}

/// Keeps the events that the subscribers heard of.
#[derive(Clone, Default)]
pub struct Heard(Arc<Mutex<Vec<AuditEvent>>>);

impl Heard {
    /// Waits until this was heard.
    pub async fn wait_for(&self, name: &str, client_id: &str) -> AuditEvent {
        for _ in 0..500 {
            let heard = self.0.lock().unwrap().clone();
            let found = heard.into_iter().find(|event| {
                event.event.as_str() == name && event.client_id.as_deref() == Some(client_id)
            });
            if let Some(found) = found {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nobody heard of {name} of {client_id}");
    }
}

#[async_trait]
impl EventSubscriber for Heard {
    async fn on_event(&self, event: &AuditEvent) {
        self.0.lock().unwrap().push(event.clone());
    }
}

/// Never comes back for the client `hangs`, panics for `panics`.
struct Troublesome;

#[async_trait]
impl EventSubscriber for Troublesome {
    async fn on_event(&self, event: &AuditEvent) {
        match event.client_id.as_deref() {
            Some("hangs") => std::future::pending().await,
            Some("panics") => panic!("a subscriber of the app"),
            _ => (),
        }
    }
}

/// `chooser` wants an account to be chosen, `stepping` a step of the app, `narrow` and `nothing`
/// may have less than they ask for, `by-organisation` less for the people of acme, `hooked` gets more claims, `external` other logins; the people of the organisation `acr` have another class of login;
/// `broken-<hook>` brings that hook down, in `panicking-<hook>` it panics, `slow` takes too long. Names of registered
/// clients say what becomes of them.
#[derive(Default)]
pub struct ByClient;

/// How often each hook was asked, by client, or by the organisation of `consent_reference`.
static CALLS: LazyLock<Mutex<HashMap<String, BTreeMap<String, usize>>>> =
    LazyLock::new(Mutex::default);

/// How often each hook was asked about this client or organisation since the last look.
pub fn calls(client_id: &str) -> BTreeMap<String, usize> {
    CALLS.lock().unwrap().remove(client_id).unwrap_or_default()
}

fn count(hook: &str, about: &str) {
    let mut all = CALLS.lock().unwrap();
    let of_client = all.entry(about.to_owned()).or_default();
    *of_client.entry(hook.to_owned()).or_default() += 1;
}

async fn about(hook: &str, client: &ClientInfo) -> Result<bool> {
    count(hook, &client.client_id);
    let panics = client.client_id.strip_prefix("panicking-") == Some(hook);
    assert!(!panics, "the hook panicked");
    match client.client_id.strip_prefix("broken-") {
        Some(broken) if broken == hook => return Err(loco_rs::Error::string("the hook failed")),
        _ => {}
    }
    if client.client_id == "slow" && hook == "authorize_scopes" {
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
    Ok(client.client_id == "hooked")
}

/// Claims that hooks may add, beside ones that they may not touch.
fn claims(user: Option<&users::Model>) -> Claims {
    let more = Claims::new()
        .with("team", user.map_or("machines", |user| user.name.as_str()))
        .with("nothing", None::<bool>);
    let registered = [
        "iss",
        "sub",
        "aud",
        "client_id",
        "jti",
        "nonce",
        "azp",
        "acr",
        "amr",
        "sid",
        "at_hash",
        "scope",
        "email",
        "access_token",
        "token_type",
        "refresh_token",
        "id_token",
        "error",
    ];
    let registered = registered.iter();
    let more = registered.fold(more, |more, name| more.with(name, "mallory"));
    ["exp", "iat", "nbf", "auth_time", "expires_in"]
        .iter()
        .fold(more, |more, name| more.with(name, 1))
}

#[async_trait]
impl OAuthServerHooks<users::Model> for ByClient {
    async fn select_account(
        &self,
        _user: &users::Model,
        client: &ClientInfo,
        _session: &SessionInfo,
        _scopes: &[String],
    ) -> Result<bool> {
        about("select_account", client).await?;
        Ok(client.client_id == "chooser")
    }

    async fn authorize_scopes(
        &self,
        user: &users::Model,
        client: &ClientInfo,
        scopes: &[String],
    ) -> Result<Vec<String>> {
        about("authorize_scopes", client).await?;
        let mut allowed = scopes.to_vec();
        match client.client_id.as_str() {
            "by-organisation" if user.name.starts_with("acme/") => {
                allowed.retain(|scope| scope != "write");
            }
            "narrow" => {
                allowed.retain(|scope| scope != "write");
                allowed.push("admin".to_owned());
            }
            "nothing" => allowed.clear(),
            _ => {}
        }
        Ok(allowed)
    }

    async fn machine_scopes(&self, token: &TokenInfo) -> Result<Vec<String>> {
        about("machine_scopes", &token.client).await?;
        let mut allowed = token.scopes.clone();
        match token.client.client_name.as_deref() {
            Some("Half a machine") => {
                allowed.retain(|scope| scope != "write");
                allowed.push("admin".to_owned());
            }
            Some("No machine") => allowed.clear(),
            _ => {}
        }
        Ok(allowed)
    }

    async fn post_login(&self, user: &users::Model, client: &ClientInfo) -> Result<Option<String>> {
        about("post_login", client).await?;
        let change = MEANWHILE.lock().unwrap().remove(&client.client_id);
        if let Some(change) = change {
            change().await;
        }
        let mut steps = STEPS.lock().unwrap();
        let wanted = steps.get_mut(&client.client_id);
        if wanted.and_then(VecDeque::pop_front) == Some(true) {
            return Ok(Some("team".to_owned()));
        }
        drop(steps);
        // The second step comes when the app knows that the first was done.
        let step = match (client.client_id.as_str(), user.email_verified_at) {
            ("stepping", _) | ("two-steps", None) => Some("team"),
            ("two-steps", Some(_)) => Some("terms"),
            _ => None,
        };
        Ok(step.map(str::to_owned))
    }

    /// The people of `acr/gold` have shown in the app what makes their logins golden.
    async fn acr_for(&self, user: &users::Model, session: &SessionInfo) -> Result<Option<String>> {
        let (organisation, acr) = user.name.split_once('/').unwrap_or_default();
        count("acr_for", organisation);
        Ok(match organisation {
            "acr" => Some(acr.to_owned()),
            "acr-broken" => return Err(loco_rs::Error::string("the hook failed")),
            _ => session.acr.clone(),
        })
    }

    async fn consent_reference(&self, user: &users::Model) -> Result<String> {
        // Of "acme/alice": alice, at work.
        let (organisation, _) = user.name.split_once('/').unwrap_or_default();
        count("consent_reference", organisation);
        Ok(organisation.to_owned())
    }

    async fn external_logins(
        &self,
        interaction: Option<&InteractionInfo>,
    ) -> Result<Vec<ExternalLogin>> {
        let Some(interaction) = interaction else {
            return Ok(Vec::new());
        };
        about("external_logins", &interaction.client).await?;
        let wanted = interaction.client.client_id == "external";
        let link = wanted.then(|| ExternalLogin {
            label: "Example ID".to_owned(),
            url: format!("/auth/example?state={}", interaction.state),
        });
        Ok(link.into_iter().collect())
    }

    async fn access_token_claims(
        &self,
        user: Option<&users::Model>,
        token: &TokenInfo,
    ) -> Result<Claims> {
        let hooked = about("access_token_claims", &token.client).await?;
        Ok(if hooked {
            claims(user).with("seen", (&token.scopes, &token.audience))
        } else {
            Claims::new()
        })
    }

    async fn id_token_claims(
        &self,
        user: &users::Model,
        client: &ClientInfo,
        scopes: &[String],
    ) -> Result<Claims> {
        let hooked = about("id_token_claims", client).await?;
        Ok(if hooked {
            claims(Some(user)).with("seen", scopes)
        } else {
            Claims::new()
        })
    }

    async fn userinfo_claims(
        &self,
        user: &users::Model,
        client: &ClientInfo,
        scopes: &[String],
    ) -> Result<Claims> {
        let hooked = about("userinfo_claims", client).await?;
        Ok(if hooked {
            claims(Some(user)).with("seen", scopes)
        } else {
            Claims::new()
        })
    }

    async fn token_response_fields(
        &self,
        user: Option<&users::Model>,
        token: &TokenInfo,
    ) -> Result<Claims> {
        let hooked = about("token_response_fields", &token.client).await?;
        Ok(if hooked { claims(user) } else { Claims::new() })
    }

    /// The provider's subjects are those of the app; an address is taken for one where the provider has verified it.
    async fn subject_from_assertion(
        &self,
        db: &DatabaseConnection,
        assertion: &IdentityAssertion,
    ) -> Result<Option<users::Model>> {
        about("subject_from_assertion", &assertion.client).await?;
        if let Some(user) = users::Model::find_by_subject(db, &assertion.subject).await? {
            return Ok(Some(user));
        }
        match assertion.verified_email() {
            Some(email) => Ok(users::Model::find_by_login(db, email).await?),
            None => Ok(None),
        }
    }

    fn subscribers(&self, ctx: &AppContext) -> Vec<Arc<dyn EventSubscriber>> {
        let heard = Heard::default();
        ctx.shared_store.insert(heard.clone());
        vec![Arc::new(Troublesome), Arc::new(heard)]
    }

    async fn may_register(
        &self,
        metadata: &ClientMetadata,
        caller: Registrant<&users::Model>,
    ) -> Result<bool> {
        match metadata.client_name.as_deref() {
            Some("Broken") => Err(loco_rs::Error::string("the hook failed")),
            // What is registered is what the hook sees, not what was sent.
            Some("No machines here") => {
                let grants = metadata.grant_types.iter().flatten();
                let machine = grants
                    .into_iter()
                    .any(|grant| grant == "client_credentials");
                Ok(!machine && metadata.scope.as_deref() == Some("openid mcp:read"))
            }
            Some("Members only") => Ok(caller == Registrant::InitialAccessToken),
            name => Ok(name != Some("Refused")),
        }
    }

    async fn may_manage(
        &self,
        action: ManageAction,
        user: &users::Model,
        client: &OwnedClient,
    ) -> Result<bool> {
        let is_owner = client.owner == Some(user.key().into());
        match client.client.client_name.as_deref() {
            Some("Unmanageable") => Err(loco_rs::Error::string("the hook failed")),
            Some("Shared") => Ok(is_owner || action == ManageAction::Read),
            _ => Ok(is_owner),
        }
    }
}
