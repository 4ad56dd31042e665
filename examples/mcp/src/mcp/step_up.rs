//! Tools that need more than the guard asks for: the call is refused over HTTP, with all scopes that
//! it needs, so that the client can ask the person for them and try again ("step-up").

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use loco_oauth_server::AccessToken;
use serde_json::Value;

/// Most bytes of a message.
const MAX_BODY: usize = 1 << 20;

/// The scope of a tool.
fn scope_of(tool: &str) -> &'static str {
    match tool {
        "add_note" => "mcp:write",
        _ => "mcp:read",
    }
}

/// Looks at the message before the MCP server does.
pub async fn scope_of_the_tool(token: AccessToken, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let message = serde_json::from_slice(&body).unwrap_or(Value::Null);
    if let Err(refused) = token.require(called(&message).map(scope_of)) {
        return refused.into_response();
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// Names of the tools that a message, or a batch of them, calls.
fn called(message: &Value) -> impl Iterator<Item = &str> {
    let batch = message
        .as_array()
        .map_or_else(|| std::slice::from_ref(message), Vec::as_slice);
    let calls = batch.iter().filter(|call| call["method"] == "tools/call");
    calls.filter_map(|call| call["params"]["name"].as_str())
}
