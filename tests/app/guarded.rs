//! The app's own routes behind guards, as a developer would write them, and a client for them.

use axum::{response::IntoResponse, routing::any};
use loco_oauth_server::{
    AccessToken, Bearer, OptionalBearer, Seconds, internals::protocol::client::Client, scopes,
};
use loco_rs::prelude::*;
use serde_json::{Value, json};

use super::{
    browser::{Authorize, VERIFIER},
    fixtures,
    oauth_server::OAuth,
    server::{Answer, TestServer},
    tokens::text,
    users,
};

/// The client of these tests.
pub const AGENT_CB: &str = "https://agent.example/cb";
/// Identifier of the MCP server.
pub const MCP: &str = "https://as.example/mcp";
/// Identifier of the API, whose tokens are JWTs.
pub const API: &str = "https://as.example/api";

scopes!(pub ReadNotes = "/api": "notes:read");
scopes!(pub PayOut = "/api": "notes:write"; acr = "mfa"; max_age = 300);
scopes!(pub Misspelt = "/apo": "notes:read");

fn shown(token: &AccessToken) -> Value {
    json!({
        "sub": token.sub, "user_id": token.user_id.map(|id| id.to_string()),
        "client_id": token.client_id, "scopes": token.scopes, "audience": token.audience,
        "expires_at": token.expires_at, "jti": token.jti, "acr": token.acr,
        "auth_time": token.auth_time, "act": token.act, "is_machine": token.is_machine(),
    })
}

async fn show(token: AccessToken) -> Result<Response> {
    format::json(shown(&token))
}

/// Needs more than the guard around it.
async fn write(token: AccessToken) -> Result<Response> {
    token.require(["mcp:write"])?;
    format::json(shown(&token))
}

async fn me(token: AccessToken, State(ctx): State<AppContext>) -> Result<Response> {
    let user: users::Model = token.user(&ctx).await?;
    format::json(json!({ "email": user.email }))
}

/// Looks before it asks: no refusal leaves it.
async fn look(token: AccessToken) -> Result<Response> {
    format::json(json!({ "may_write": token.require(["mcp:write"]).is_ok() }))
}

async fn notes(Bearer(token, _): Bearer<ReadNotes>) -> Result<Response> {
    format::json(shown(&token))
}

async fn public_notes(OptionalBearer(token, _): OptionalBearer<ReadNotes>) -> Result<Response> {
    format::json(json!({ "sub": token.map(|token| token.sub) }))
}

async fn pay_out(Bearer(token, _): Bearer<PayOut>) -> Result<Response> {
    format::json(shown(&token))
}

/// A part of an operation needs a stronger login.
async fn erase(token: AccessToken) -> Result<Response> {
    token.require_acr(["mfa"])?;
    token.require_max_age(Seconds::minutes(1))?;
    format::json(shown(&token))
}

/// A class that the settings do not know.
async fn unknown_class(token: AccessToken) -> Result<Response> {
    token.require_acr(["retina"])?;
    format::empty()
}

async fn misspelt(_: Bearer<Misspelt>) -> Result<Response> {
    format::empty()
}

async fn unguarded(token: AccessToken) -> Result<Response> {
    format::json(shown(&token))
}

/// As an MCP server answers on its stream.
async fn stream(_: AccessToken) -> impl IntoResponse {
    [("mcp-session-id", "session-1")]
}

async fn panicking(_: AccessToken) -> Result<Response> {
    panic!("a bug of the app")
}

/// Only with resources for them: a guard that names none stops the boot.
pub fn routes(ctx: &AppContext) -> Vec<Routes> {
    let settings = ctx.config.initializers.as_ref();
    let resources = settings.and_then(|all| all.get("oauth_server")?.get("resources"));
    let resources = resources.and_then(Value::as_array).cloned();
    let has = |prefix: &str| {
        let mut resources = resources.iter().flatten();
        resources.any(|resource| resource["prefix"] == prefix)
    };
    let mut routes = Vec::new();
    if has("/mcp") {
        let mcp = Routes::at("/mcp").add("/", get(show).post(show));
        let mcp = mcp.add("/write", post(write)).add("/look", get(look));
        let mcp = mcp
            .add("/stream", get(stream).post(stream).delete(stream))
            .add("/panic", get(panicking))
            .add("/any", any(show));
        routes.push(mcp.add("/me", get(me)).layer(OAuth::mcp("/mcp")));
    }
    if has("/api") {
        let layered = Routes::at("/api").add("/layered", get(notes));
        routes.push(layered.layer(OAuth::require("/api", ["notes:read"])));
        let api = Routes::at("/api").add("/notes", get(notes));
        let api = api.add("/public", get(public_notes));
        routes.push(
            api.add("/misspelt", get(misspelt))
                .add("/unguarded", get(unguarded)),
        );
    }
    if has("/vault") {
        let vault = Routes::at("/vault").add("/", get(show));
        let vault = vault.layer(OAuth::require("/vault", ["vault:open"]).acr("mfa"));
        routes.push(vault);
        let recent = Routes::at("/recent")
            .add("/", get(show))
            .add("/erase", get(erase));
        let recent = recent.add("/unknown", get(unknown_class));
        let guard = OAuth::require("/vault", ["vault:open"]).max_age(Seconds::minutes(5));
        routes.push(recent.layer(guard));
        let pay = Routes::at("/pay")
            .add("/", post(pay_out))
            .layer(OAuth::require("/api", ["notes:write"]));
        routes.push(pay);
    }
    if has("/weak") {
        let weak = Routes::at("/weak").add("/", get(show));
        let guard = OAuth::require("/weak", ["a:read"])
            .acr("retina")
            .max_age(Seconds::ZERO);
        routes.push(weak.layer(guard));
    }
    let mut all = resources.iter().flatten();
    if all.any(|resource| resource["scopes"][0] == "root:read") {
        let root = Routes::at("/root").add("/", get(show));
        routes.push(root.layer(OAuth::require("/", ["root:read"])));
    }
    if has("/wrong") {
        let wrong = Routes::at("/wrong").add("/", get(show));
        routes.push(wrong.layer(OAuth::require("/wrnog", ["a:read"])));
        routes.push(
            Routes::at("/wrong/scope")
                .add("/", get(show))
                .layer(OAuth::require("/wrong", ["a:raed"])),
        );
    }
    routes
}

/// The settings of the resources.
pub fn settings() -> Value {
    json!({ "resources": [
        {
            "prefix": "/mcp", "name": "Notes for agents",
            "scopes": ["mcp:read", "mcp:write", "mcp:admin"], "default_scopes": ["mcp:read"],
            "implied_scopes": { "mcp:admin": ["mcp:write"], "mcp:write": ["mcp:read"] },
        },
        {
            "prefix": "/api", "scopes": ["notes:read", "notes:write"], "token_format": "jwt",
            "documentation": "https://as.example/docs",
        },
    ] })
}

impl TestServer {
    /// The app with guarded routes, and the public client `agent`.
    pub async fn guarded() -> Self {
        Self::guarded_with(json!({})).await
    }

    /// The same with other settings.
    pub async fn guarded_with(changes: Value) -> Self {
        let mut all = settings();
        for (key, value) in changes.as_object().unwrap() {
            all[key] = value.clone();
        }
        let server = Self::with(all).await;
        let scopes = [
            "openid",
            "mcp:read",
            "mcp:write",
            "mcp:admin",
            "notes:read",
            "notes:write",
        ];
        let scopes = Some(scopes.map(str::to_owned).to_vec());
        let agent = Client {
            scopes: scopes.clone(),
            ..fixtures::client("agent", &[AGENT_CB])
        };
        fixtures::insert(&server, &agent).await;
        let machine = Client {
            grant_types: vec![
                loco_oauth_server::internals::protocol::client::GrantType::ClientCredentials,
            ],
            response_types: Vec::new(),
            scopes,
            ..fixtures::confidential("robot", &[])
        };
        fixtures::insert(&server, &machine).await;
        server
    }

    /// Tokens of `agent` for alice at one resource.
    pub async fn agent_tokens(&self, scope: &str, resource: &str) -> Value {
        let request = Authorize::of("agent", AGENT_CB)
            .with("scope", scope)
            .and("resource", resource);
        let code = self.browser().code(&request).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", AGENT_CB),
            ("code_verifier", VERIFIER),
            ("client_id", "agent"),
        ];
        self.post("/oauth/token", &form).await.ok()
    }

    /// An access token of `agent`.
    pub async fn agent_token(&self, scope: &str, resource: &str) -> String {
        let tokens = self.agent_tokens(scope, resource).await;
        text(&tokens, "access_token").to_owned()
    }

    /// An access token of a machine.
    pub async fn robot_token(&self, scope: &str, resource: &str) -> String {
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", scope),
            ("resource", resource),
        ];
        let tokens = self.as_client("robot", "/oauth/token", &form).await.ok();
        text(&tokens, "access_token").to_owned()
    }

    /// GET with a bearer token.
    pub async fn call(&self, path: &str, token: &str) -> Answer {
        self.send(self.http.get(self.url(path)).bearer_auth(token))
            .await
    }

    /// POST with a bearer token.
    pub async fn call_post(&self, path: &str, token: &str) -> Answer {
        self.send(self.http.post(self.url(path)).bearer_auth(token))
            .await
    }
}
