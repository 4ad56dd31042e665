//! Registration over HTTP (C141-C161; RG-01 to RG-09).

mod answers;
mod callers;
mod limits;
mod management;
mod mcp;
mod members;
mod owners;
mod removal;

use serde_json::Value;

use crate::app::{server::Answer, tokens::show};

/// Status, headers and body; what differs from run to run is redacted, but for its kind.
pub fn shown(answer: &Answer) -> String {
    let mut shown = show(answer);
    let Ok(body) = serde_json::from_str::<Value>(&answer.body) else {
        return shown;
    };
    for (name, prefix) in [
        ("client_secret", "loco_cs_"),
        ("registration_access_token", "loco_ra_"),
    ] {
        if let Some(secret) = body[name].as_str() {
            assert!(
                secret.starts_with(prefix) && secret.len() == prefix.len() + 43,
                "{secret}"
            );
            shown = shown.replace(secret, &format!("[{name}]"));
        }
    }
    if let Some(id) = body["client_id"].as_str() {
        shown = shown.replace(id, "[client_id]");
    }
    for name in ["client_id_issued_at", "client_secret_expires_at"] {
        if let Some(at) = body[name].as_i64().filter(|at| *at > 0) {
            let written = format!("\"{name}\": {at}");
            shown = shown.replace(&written, &format!("\"{name}\": \"[unix seconds]\""));
        }
    }
    shown
}
