//! The grant types of the token endpoint, one file each, and what they have in common.

pub mod authorization_code;
pub mod client_credentials;
pub mod device_code;
mod id_jag;
pub mod jwt_bearer;
pub mod refresh_token;
mod retry;
pub mod token_exchange;

use crate::{
    error::Failure,
    people::Owner,
    protocol::{
        dpop::{KeyThumbprint, Proof},
        error::OAuthError,
        grants::TokenRequest,
        route::Route,
    },
    server::Server,
};

/// A stored code or refresh token, and the user who granted it.
struct WithOwner<T> {
    credential: T,
    /// `None` when the account does not exist.
    owner: Option<Owner>,
}

/// What a token request has shown of a key. A request that loses against another one looks twice at what it
/// loads, but its proof is verified and used up once.
enum Possession {
    /// The header was not read yet.
    Unread,
    /// There is no proof: tokens are not bound.
    Nothing,
    /// A good proof, which nobody has used before as far as this request knows.
    Verified(Proof),
    /// A proof that this request has used up.
    UsedUp(Proof),
}

impl Possession {
    /// TK-08: verifies the proof of the request.
    fn verify(&mut self, server: &Server, sent: &TokenRequest<'_>) -> Result<(), OAuthError> {
        if matches!(self, Self::Unread) {
            let proof = server.tokens.proof_at(Route::Token, &sent.proof)?;
            *self = proof.map_or(Self::Nothing, Self::Verified);
        }
        Ok(())
    }

    /// The key that the client has.
    const fn key(&self) -> Option<&KeyThumbprint> {
        match self {
            Self::Unread | Self::Nothing => None,
            Self::Verified(proof) | Self::UsedUp(proof) => Some(&proof.key),
        }
    }

    /// DP-03: uses the proof up. This is done for requests with a code or token that exists: others, which
    /// everybody can make, store nothing.
    async fn use_up(&mut self, server: &Server) -> Result<(), Failure> {
        if let Self::Verified(proof) = self {
            server.tokens.use_up(proof).await?;
            *self = Self::UsedUp(proof.clone());
        }
        Ok(())
    }
}
