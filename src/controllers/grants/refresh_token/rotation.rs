//! What a refresh stores: the end of one token, and the next one.

use super::Refreshing;
use crate::{
    controllers::grants::retry::seal_key,
    error::Failure,
    protocol::{
        row_id::RefreshTokenId,
        secret::{Purpose, Secret},
        time::{Seconds, UnixTime},
    },
    random,
    server::Server,
    store::{
        access_tokens::AccessTokenRow,
        issuing::{self, Issued},
        refresh_tokens::{RefreshSlide, RefreshTokenRow, Retry, Rotation},
    },
};

impl Refreshing<'_> {
    /// The mark on the token that is used up, with the answer for a retry (RF-01).
    pub(super) fn rotation(&self, server: &Server, body: &[u8]) -> Result<Rotation, Failure> {
        let (token, now) = (&self.found.token, server.clock.now());
        let retry = match server.policy.ttl.retry_window {
            Seconds::ZERO => None,
            window => Some(Retry {
                until: now + window,
                sealed: seal_key(self.request.refresh_token, &token.id.to_string())
                    .seal(random::bytes()?, body)?,
            }),
        };
        Ok(Rotation {
            id: token.id,
            grant_id: token.grant_id,
            now,
            retry,
            fingerprint: self.request.fingerprint(&server.policy),
        })
    }

    /// The token that follows.
    pub(super) fn next_generation(&self, server: &Server, next: &Secret) -> RefreshTokenRow {
        let (now, token) = (server.clock.now(), &self.found.token);
        RefreshTokenRow {
            id: RefreshTokenId::UNSAVED,
            token_hash: next.hash(Purpose::Refresh).0.to_vec(),
            generation: token.generation.saturating_add(1),
            parent_id: Some(token.id),
            issued_at: now,
            expires_at: self.new_end(server),
            superseded_at: None,
            successor_until: None,
            successor_sealed: None,
            request_fingerprint: None,
            ..token.clone()
        }
    }

    /// New end of the token: each use restarts its life, within the absolute life of its grant.
    fn new_end(&self, server: &Server) -> UnixTime {
        let end = server.clock.now() + server.policy.ttl.refresh;
        end.min(self.found.token.absolute_expires_at)
    }

    /// Gives the same token a new end, where it is not rotated.
    pub(super) async fn slide(&self, server: &Server, issued: Issued<'_>) -> Result<bool, Failure> {
        let slide = RefreshSlide {
            token_id: self.found.token.id,
            grant_id: self.found.grant.id,
            now: server.clock.now(),
            expires_at: self.new_end(server),
        };
        let access = AccessTokenRow {
            refresh_token_id: Some(slide.token_id),
            ..issued.access.clone()
        };
        let issued = Issued {
            access: &access,
            ..issued
        };
        Ok(issuing::slide(&server.store, &slide, issued).await?)
    }
}
