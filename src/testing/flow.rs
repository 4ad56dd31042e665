//! Describes and runs a whole authorization.

use std::sync::Arc;

use axum_test::TestServer;
use loco_rs::app::AppContext;

use super::{
    DpopKey, Refused, Step, Stopped, Tokens,
    browser::Browser,
    delivery::Delivery,
    factory::{self, TestClient},
    running::{Person, Running},
    server,
};
use crate::{
    people::{Owner, resource_owner::ResourceOwner},
    protocol::client::Client,
    server::Server,
};

/// Begins to describe an authorization by code (RFC 6749 §4.1).
///
/// By default everything is good and usual: a new public client, PKCE, `state` and `nonce`, no
/// scope.
/// On its way the flow checks what a careful client checks: `state` and `iss` of the response (RFC
/// 9207), signature and claims of the ID token (OpenID Connect Core §3.1.3.7).
///
/// ```no_run
/// # use loco_oauth_server::{resource_owner::ResourceOwner, testing::*};
/// # async fn example(request: &TestServer, ctx: &loco_rs::app::AppContext, user: impl ResourceOwner + Clone) {
/// let tokens = flow(request, ctx).user(&user).scope("openid").run().await;
///
/// let consent = flow(request, ctx).user(&user).stop_at(Step::Consent).run().await;
/// assert!(consent.page().html().contains("client.example"));
/// consent.finish().await;
/// # }
/// ```
pub fn flow<'a>(request: &'a TestServer, ctx: &AppContext) -> Flow<'a> {
    Flow {
        request,
        ctx: ctx.clone(),
        client: None,
        secret: None,
        person: Person::Nobody,
        browser: None,
        params: Vec::new(),
        removed: Vec::new(),
        deny: false,
        unticked: Vec::new(),
        delivery: Delivery::Browser,
        key: None,
    }
}

/// The client of a flow: one that the factory made, or the id of an existing one.
#[derive(Clone, Debug)]
pub enum ClientChoice {
    /// A client that the test made.
    Made(Box<TestClient>),
    /// Id of a client in the settings or the table.
    Known(String),
}

impl From<&TestClient> for ClientChoice {
    fn from(client: &TestClient) -> Self {
        Self::Made(Box::new(client.clone()))
    }
}

impl From<&str> for ClientChoice {
    fn from(id: &str) -> Self {
        Self::Known(id.to_owned())
    }
}

/// An authorization to be run.
#[derive(Clone)]
#[must_use = "`run` runs the flow"]
pub struct Flow<'a> {
    pub(super) request: &'a TestServer,
    pub(super) ctx: AppContext,
    pub(super) client: Option<ClientChoice>,
    secret: Option<String>,
    pub(super) person: Person,
    pub(super) browser: Option<Browser<'a>>,
    pub(super) params: Vec<(String, String)>,
    removed: Vec<String>,
    deny: bool,
    pub(super) unticked: Vec<String>,
    delivery: Delivery,
    pub(super) key: Option<DpopKey>,
}

impl<'a> Flow<'a> {
    /// Sets the client: `&TestClient`, or the id of one in the settings or the table.
    pub fn client(mut self, client: impl Into<ClientChoice>) -> Self {
        self.client = Some(client.into());
        self
    }

    /// Sets the secret of a client named by its id.
    pub fn secret(mut self, secret: &str) -> Self {
        self.secret = Some(secret.to_owned());
        self
    }

    /// Sets who signs in when the server asks. No page is filled in for that, so it works with
    /// every users model and every login page.
    pub fn user<U: ResourceOwner + Clone>(mut self, user: &U) -> Self {
        self.person = Person::Owner(Owner::new(user.clone()));
        self
    }

    /// Sets who signs in on the built-in login page, by filling it in.
    pub fn password(mut self, login: &str, password: &str) -> Self {
        self.person = Person::Password {
            login: login.to_owned(),
            password: password.to_owned(),
        };
        self
    }

    /// Sets a browser that was used before: from [`sign_in_browser`](super::sign_in_browser) or
    /// [`Tokens::browser`].
    pub fn browser(mut self, browser: &Browser<'a>) -> Self {
        self.browser = Some(browser.clone());
        self
    }

    /// Sets the requested scopes, separated by spaces.
    pub fn scope(self, scope: &str) -> Self {
        self.param("scope", scope)
    }

    /// Adds a requested resource (RFC 8707): a path of this app or a URI.
    pub fn resource(mut self, resource: &str) -> Self {
        let uri = server(&self.ctx).urls.page(resource);
        self.params.push(("resource".to_owned(), uri));
        self
    }

    /// Sets the parameter `prompt` (OpenID Connect Core §3.1.2.1).
    pub fn prompt(self, prompt: &str) -> Self {
        self.param("prompt", prompt)
    }

    /// Sets another redirect URI than the client's first.
    pub fn redirect_uri(self, uri: &str) -> Self {
        self.param("redirect_uri", uri)
    }

    /// Sets any parameter of the authorization request, in place of the usual one.
    pub fn param(mut self, name: &str, value: &str) -> Self {
        self.params.retain(|(key, _)| key != name);
        self.params.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves a parameter of the authorization request out.
    pub fn without(mut self, name: &str) -> Self {
        self.params.retain(|(key, _)| key != name);
        self.removed.push(name.to_owned());
        self
    }

    /// Pushes the request before the browser is sent (RFC 9126).
    pub const fn par(mut self) -> Self {
        self.delivery = Delivery::Pushed;
        self
    }

    /// Lets the person refuse on the consent page.
    pub const fn deny(mut self) -> Self {
        self.deny = true;
        self
    }

    /// Lets the person untick a scope on the consent page.
    pub fn untick(mut self, scope: &str) -> Self {
        self.unticked.push(scope.to_owned());
        self
    }

    /// Binds the tokens to a new key (RFC 9449): every token request has a proof of possession.
    pub fn dpop(self) -> Self {
        self.dpop_key(&DpopKey::new())
    }

    /// Binds the tokens to this key.
    pub fn dpop_key(mut self, key: &DpopKey) -> Self {
        self.key = Some(key.clone());
        self
    }

    /// Stops when this step is reached, before it is done.
    pub const fn stop_at(self, step: Step) -> Stopping<'a> {
        Stopping { flow: self, step }
    }

    /// Expects that the flow ends with this error code: on the error page, at the client or at the
    /// token endpoint.
    pub fn expect_error(self, error: &str) -> Failing<'a> {
        Failing {
            flow: self,
            error: error.to_owned(),
        }
    }

    /// Runs the flow to its end.
    pub async fn run(self) -> Tokens<'a> {
        let mut running = self.start().await;
        match running.to_the_end().await {
            Ok(tokens) => tokens,
            Err(refused) => panic!("the flow was refused: {refused:?}"),
        }
    }

    pub(super) async fn start(self) -> Running<'a> {
        let server = server(&self.ctx);
        let client = self.chosen(&server).await;
        let browser = self.browser;
        let browser = browser.unwrap_or_else(|| Browser::new(self.request, &self.ctx));
        let mut running = Running::new(self.request, server, client, browser);
        running.person = self.person;
        running.deny = self.deny;
        running.unticked = self.unticked;
        running.delivery = self.delivery;
        running.bind(self.key);
        running.begin(&self.params, &self.removed).await;
        running
    }

    pub(super) async fn chosen(&self, server: &Arc<Server>) -> TestClient {
        match &self.client {
            None => factory::client().create(&self.ctx).await,
            Some(ClientChoice::Made(client)) => client.as_ref().clone(),
            Some(ClientChoice::Known(id)) => {
                let client = server.clients.find(id).await.expect("the client is read");
                let client = client.unwrap_or_else(|| panic!("there is no client {id}"));
                TestClient {
                    client: Client::clone(&client),
                    secret: self.secret.clone(),
                }
            }
        }
    }
}

/// A flow that is meant to stop halfway.
#[must_use = "`run` runs the flow"]
pub struct Stopping<'a> {
    flow: Flow<'a>,
    step: Step,
}

impl<'a> Stopping<'a> {
    /// Runs the flow up to the step.
    pub async fn run(self) -> Stopped<'a> {
        let mut running = self.flow.start().await;
        if let Err(refused) = running.until(Some(self.step)).await {
            panic!("the flow was refused before {:?}: {refused:?}", self.step);
        }
        Stopped::new(running, self.step)
    }
}

/// A flow that is meant to fail.
#[must_use = "`run` runs the flow"]
pub struct Failing<'a> {
    flow: Flow<'a>,
    error: String,
}

impl Failing<'_> {
    /// Runs the flow up to the error.
    pub async fn run(self) -> Refused {
        let mut running = self.flow.start().await;
        let Err(refused) = running.to_the_end().await else {
            panic!("expected {}, but the client got tokens", self.error);
        };
        assert_eq!(refused.error, self.error, "{refused:?}");
        *refused
    }
}
