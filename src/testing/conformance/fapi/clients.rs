//! The two clients of the plan.

use std::rc::Rc;

use crate::{
    protocol::client::AuthMethod,
    testing::{
        conformance::{
            key::ClientKey,
            relying_party::{Pkce, RelyingParty},
            report::Checked,
            suite::Suite,
        },
        factory,
    },
};

/// Skips the module unless the server has everything that the profile is made of.
pub(super) fn needs_profile(suite: &Suite<'_>) -> Checked {
    suite.optional_endpoint("pushed_authorization_request_endpoint")?;
    suite.needs_listed("dpop_signing_alg_values_supported", "ES256")?;
    suite.needs_listed("token_endpoint_auth_methods_supported", "private_key_jwt")
}

/// A client with a key for its assertions and one for its proofs.
pub(super) async fn client<'a>(suite: &'a Suite<'a>) -> Checked<RelyingParty<'a>> {
    with_key(suite, Rc::new(ClientKey::es256("assertions"))).await
}

/// A client that signs its assertions with this key, registered as an operator would for the profile: pushed
/// requests, bound tokens and its algorithm alone.
pub(super) async fn with_key<'a>(
    suite: &'a Suite<'a>,
    key: Rc<ClientKey>,
) -> Checked<RelyingParty<'a>> {
    needs_profile(suite)?;
    let jwks = key.jwks();
    let builder = factory::client().confidential().with(move |client| {
        client.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt;
        client.secrets.clear();
        client.jwks = Some(jwks);
        client.token_endpoint_auth_signing_alg = Some("ES256".to_owned());
        client.require_pushed_authorization_requests = true;
        client.dpop_bound_access_tokens = true;
    });
    let made = RelyingParty::made(suite, builder).await.with_key(&key);
    Ok(RelyingParty {
        pkce: Pkce::S256,
        dpop: Some(Rc::new(ClientKey::es256("proofs"))),
        ..made
    })
}
