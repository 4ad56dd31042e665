//! Token exchange (TX-01 to TX-07), assertions of identity providers (JB-01 to JB-03), and both together.

mod access_tokens;
mod actors;
mod enterprise;
mod id_jag;
pub mod jwt_bearer;
mod jwt_bearer_refused;
mod offered;

use loco_oauth_server::internals::protocol::{
    client::{Client, GrantType},
    token_type::TokenType,
};
use serde_json::{Value, json};

use crate::app::{
    fixtures,
    server::{Answer, TestServer},
};

pub const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
pub const ACCESS_TOKEN: &str = TokenType::AccessToken.as_str();
pub const BILLING: &str = "https://billing.example";

/// Grants of a server that exchanges.
pub fn grants() -> Value {
    json!([
        "authorization_code",
        "refresh_token",
        "client_credentials",
        EXCHANGE,
        JWT_BEARER
    ])
}

/// The MCP server gets a person's token; `gateway`, which stands there, exchanges it for one for the API, and
/// `second`, which stands there, that for one for billing.
pub fn settings(changes: &Value) -> Value {
    let mut settings = json!({
        "grant_types": grants(),
        "resources": [
            {
                "prefix": "/mcp", "scopes": ["mcp:read", "notes:read", "notes:write"],
                "introspection_clients": ["gateway"],
            },
            {
                "prefix": "/api", "scopes": ["notes:read", "notes:write"], "token_format": "jwt",
                "introspection_clients": ["second"],
            },
            { "uri": BILLING, "scopes": ["notes:read"] },
        ],
        "token_exchange": {
            "rules": [
                {
                    "client": "gateway", "from_resource": "/mcp", "to_resource": "/api",
                    "scopes": ["notes:read", "notes:write"],
                },
                {
                    "client": "second", "from_resource": "/api", "to_resource": BILLING,
                    "scopes": ["notes:read"],
                },
            ],
        },
    });
    for (key, value) in changes.as_object().unwrap() {
        settings[key] = value.clone();
    }
    settings
}

/// A confidential client that exchanges, and gets tokens of its own.
pub fn exchanger(id: &str) -> Client {
    Client {
        grant_types: vec![
            GrantType::ClientCredentials,
            GrantType::TokenExchange,
            GrantType::JwtBearer,
        ],
        response_types: Vec::new(),
        scopes: None,
        ..fixtures::confidential(id, &[])
    }
}

/// The server with `agent`, `robot`, `gateway` and `second`.
pub async fn start(changes: &Value) -> TestServer {
    let server = TestServer::guarded_with(settings(changes)).await;
    for id in ["gateway", "second"] {
        fixtures::insert(&server, &exchanger(id)).await;
    }
    server
}

impl TestServer {
    /// An exchange by a client, with changed parameters: an empty value takes one away.
    pub async fn exchange(&self, client: &str, subject: &str, changes: &[(&str, &str)]) -> Answer {
        let mut form = vec![
            ("grant_type", EXCHANGE),
            ("subject_token", subject),
            ("subject_token_type", ACCESS_TOKEN),
        ];
        form.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        form.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        self.as_client(client, "/oauth/token", &form).await
    }
}
