//! The facts of a request, read from its head.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{header, request::Parts},
};
use futures_util::FutureExt;
use loco_rs::controller::middleware::{remote_ip::RemoteIP, request_id::LocoRequestId};

use super::proxy;
use crate::events::request::RequestInfo;

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
        uri: parts.uri.clone(),
        reference,
        address: address(parts, remote.as_ref()),
        unread_proxy: proxy::is_unread(&parts.headers, remote.as_ref()),
        accept_language: parts.headers.get(header::ACCEPT_LANGUAGE).cloned(),
        user_agent: parts.headers.get(header::USER_AGENT).cloned(),
    })
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
