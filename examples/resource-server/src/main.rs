//! An API that is not part of the app with the authorization server: it knows the server's issuer,
//! its own identifier, and takes tokens in two ways.

mod challenge;
mod introspection;
mod jwks;

use std::{env, sync::Arc};

use axum::{
    Json, Router,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

use challenge::Refusal;

/// The scope that both routes need.
const SCOPE: &str = "api:read";

/// What the API knows.
struct Api {
    /// Issuer of the authorization server.
    issuer: String,
    /// Its own identifier, as in `resources` of the authorization server.
    resource: String,
    /// Client id and secret, for introspection.
    client: (String, String),
    http: reqwest::Client,
    keys: jwks::Keys,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setting = |name: &str, default: &str| env::var(name).unwrap_or_else(|_| default.to_owned());
    let port = setting("PORT", "5160");
    let api = Arc::new(Api {
        issuer: setting("ISSUER", "http://localhost:5150"),
        resource: setting("RESOURCE", &format!("http://localhost:{port}")),
        client: (
            setting("CLIENT_ID", "api"),
            setting("CLIENT_SECRET", "secret-of-an-api-on-this-machine-only"),
        ),
        http: reqwest::Client::new(),
        keys: jwks::Keys::default(),
    });
    let app = Router::new()
        .route("/introspected", get(introspected))
        .route("/verified", get(verified))
        .route("/.well-known/oauth-protected-resource", get(metadata))
        .with_state(api);
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}

/// Asks the authorization server with every request: a revocation works at once.
async fn introspected(State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    let token = match challenge::bearer(&headers) {
        Ok(token) => token,
        Err(refusal) => return refusal.answer(&api),
    };
    answer(&api, introspection::ask(&api, token).await)
}

/// Verifies the signature with the published keys: nobody is asked, and a revocation shows only
/// when the token is over.
async fn verified(State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    let token = match challenge::bearer(&headers) {
        Ok(token) => token,
        Err(refusal) => return refusal.answer(&api),
    };
    answer(&api, jwks::verify(&api, token).await)
}

/// Whom a token speaks for, and what for.
struct Token {
    sub: String,
    scope: String,
}

fn answer(api: &Api, token: Result<Token, Refusal>) -> Response {
    let enough = |token: Token| {
        let has = token.scope.split(' ').any(|scope| scope == SCOPE);
        if has {
            Ok(token)
        } else {
            Err(Refusal::InsufficientScope)
        }
    };
    match token.and_then(enough) {
        Ok(token) => Json(json!({ "sub": token.sub, "scope": token.scope })).into_response(),
        Err(refusal) => refusal.answer(api),
    }
}

/// RFC 9728: where tokens for this API come from.
async fn metadata(State(api): State<Arc<Api>>) -> Json<serde_json::Value> {
    Json(json!({
        "resource": api.resource,
        "authorization_servers": [api.issuer],
        "bearer_methods_supported": ["header"],
        "scopes_supported": [SCOPE],
    }))
}
