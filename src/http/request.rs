//! The facts of a request, read from its head.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, HeaderName, header, request::Parts},
};
use futures_util::FutureExt;
use loco_rs::controller::middleware::{remote_ip::RemoteIP, request_id::LocoRequestId};

use super::proxy;
use crate::events::{request::RequestInfo, user_agent};

/// The facts of the request with this head.
pub fn info(parts: &mut Parts) -> Arc<RequestInfo> {
    let id = parts.extensions.get::<LocoRequestId>();
    let reference = id.map_or_else(
        || uuid::Uuid::new_v4().to_string(),
        |id| id.get().to_owned(),
    );
    // The extractor reads extensions and headers, so that there is nothing to wait for.
    let remote = RemoteIP::from_request_parts(parts, &()).now_or_never();
    let remote = remote.and_then(Result::ok);
    Arc::new(RequestInfo {
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        reference,
        accept_language: text(&parts.headers, &header::ACCEPT_LANGUAGE),
        address: address(parts, remote.as_ref()),
        unread_proxy: proxy::is_unread(&parts.headers, remote.as_ref()),
        user_agent_family: text(&parts.headers, &header::USER_AGENT)
            .map(|agent| user_agent::family(&agent)),
    })
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.to_owned())
}

fn address(parts: &Parts, remote: Option<&RemoteIP>) -> Option<IpAddr> {
    match remote {
        Some(RemoteIP::Forwarded(address) | RemoteIP::Socket(address)) => Some(*address),
        Some(RemoteIP::None) | None => {
            let socket = parts.extensions.get::<ConnectInfo<SocketAddr>>();
            socket.map(|ConnectInfo(socket)| socket.ip())
        }
    }
}
