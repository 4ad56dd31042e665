//! `grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer` — RFC 7523 §2.1, Identity Assertion JWT Authorization
//! Grant §4.4.

use std::sync::Arc;

use super::Possession;
use crate::{
    clients::authentication::USED_KEPT,
    error::Failure,
    events::{AuditEvent, EventName},
    people::{
        Owner,
        hooks::{ClientInfo, IdentityAssertion},
        resource_owner::Claims,
    },
    protocol::{
        client::{Client, GrantType},
        client_assertion::{Assertion, AssertionError},
        client_auth::Credentials,
        dpop::KeyThumbprint,
        error::OAuthError,
        exchange_policy::AssertionIssuer,
        grants::{
            Granted, TokenRequest, check_allowed, check_binding,
            jwt_bearer::{Request, check_confidential, decide, issuer, narrow, refused},
        },
        id_jag::{Expected, IdJag},
        received::Received,
        refusals::JwtBearerRefusal,
        row_id::GrantId,
    },
    server::Server,
    store::{
        assertion_grants::{self, AssertionGrant},
        authorization_codes::GrantRow,
    },
    tokens::{GrantContext, IssuedAbout, OneOrMany, TokenResponse},
};

/// Issues an access token for an assertion; returns the JSON body of the answer.
///
/// # Errors
/// The refusals of JB-01 to JB-03, or a fault.
pub async fn answer(
    server: &Server,
    credentials: &Credentials,
    sent: &TokenRequest<'_>,
) -> Result<Vec<u8>, Failure> {
    let row = server.clients.find(&credentials.client_id).await?;
    let client = server.clients.authenticate(credentials, row).await?;
    check_allowed(&client, GrantType::JwtBearer)?;
    check_confidential(&client)?;
    let request = Request::of(sent)?;
    let mut possession = Possession::Unread;
    possession.verify(server, sent)?;
    let assertion = Assertion::parse_id_jag(request.assertion).map_err(refused)?;
    let issuer = issuer(&server.policy, &client, assertion.text("iss"))?;
    let presented = Presented {
        client,
        issuer,
        assertion: &assertion,
    };
    let answer = presented.answer(server, &request, &mut possession).await;
    if let Err(failure) = &answer
        && failure.status.is_client_error()
    {
        let event = AuditEvent::new(EventName::AssertionRefused).denied(failure.error.rule);
        let event = event.client(&presented.client);
        server
            .events
            .emit(event.detail("issuer", issuer.issuer.as_str()));
    }
    answer
}

/// An assertion that says it is from a trusted issuer.
struct Presented<'a> {
    client: Arc<Client>,
    issuer: &'a AssertionIssuer,
    assertion: &'a Assertion,
}

impl Presented<'_> {
    /// Load, decide, persist, respond.
    async fn answer(
        &self,
        server: &Server,
        request: &Request<'_>,
        possession: &mut Possession,
    ) -> Result<Vec<u8>, Failure> {
        let client = self.client.as_ref();
        let expected = Expected {
            issuer: self.issuer,
            audience: &server.urls.issuer,
            client_id: &client.client_id,
            key: possession.key().map(KeyThumbprint::as_str),
            now: server.clock.now(),
        };
        let id_jag = IdJag::of(self.assertion, &expected).map_err(refused)?;
        server
            .clients
            .verify_by_issuer(self.issuer, self.assertion)
            .await?;
        let entitlement = server.tokens.entitlement(client);
        let granted = decide(entitlement, self.issuer, &id_jag, request)?;
        check_binding(entitlement, &granted.audience, possession.key())?;
        possession.use_up(server).await?;
        let owner = self.owner(server, &id_jag).await?;
        let (facts, words) = (ClientInfo::of(client), granted.scopes.as_slice());
        let hook = server.people.app.authorize_scopes(&owner, &facts, words);
        let permitted = hook.await?;
        let granted = narrow(granted, &permitted)?;
        let mut grant = self.grant(server, &granted, &owner, &id_jag);
        let context = GrantContext {
            grant: &grant,
            session: None,
            owner: &owner,
        };
        let access = server
            .tokens
            .access_token(client, &granted, Some(context), possession.key());
        let access = access.await?;
        grant.retain_until = access.row.expires_at;
        let about = IssuedAbout {
            issued_token_type: None,
            resource: Some(OneOrMany(&granted.audience)),
        };
        let body = TokenResponse::bytes_of(&access, about)?;
        let stored = AssertionGrant {
            once: id_jag.once.hash,
            remembered_until: id_jag.once.until + USED_KEPT,
            grant,
            access: access.row.clone(),
        };
        let Some(id) = assertion_grants::insert(&server.store, stored).await? else {
            let wanted = "a jti that was not used before";
            let refusal = AssertionError::Replay.because(wanted, "one that was");
            return Err(refused(refusal).into());
        };
        server.clients.touch_last_used(client);
        let event = AuditEvent::new(EventName::TokenIssued).client(client);
        let event = event.about(&owner).about(&access.row).grant_id(id);
        let event = event.detail("grant", GrantType::JwtBearer.as_str());
        server
            .events
            .emit(event.detail("issuer", self.issuer.issuer.as_str()));
        Ok(body)
    }

    /// JB-02: the user of this app whom the assertion is about.
    async fn owner(&self, server: &Server, id_jag: &IdJag<'_>) -> Result<Owner, Failure> {
        let claims = self.assertion.claims().iter();
        let claims = claims.fold(Claims::new(), |all, (name, value)| all.with(name, value));
        let issuer = &self.issuer.issuer;
        let about = IdentityAssertion::new(issuer, id_jag.subject, &self.client, claims);
        let Some(owner) = server.people.of_assertion(&about).await? else {
            let error = OAuthError::of(JwtBearerRefusal::NoAccount);
            return Err(error.received(Received::Identifier(id_jag.subject)).into());
        };
        if !owner.is_active() || server.people.must_verify_email(&owner) {
            let error = OAuthError::of(JwtBearerRefusal::AccountNotActive);
            return Err(error.received(Received::Identifier(id_jag.subject)).into());
        }
        server.sessions.check_subject(&owner).await?;
        Ok(owner)
    }

    /// The grant, which shows on the page of connected apps and can be revoked there. It has no code: the assertion
    /// takes its place.
    fn grant(
        &self,
        server: &Server,
        granted: &Granted,
        owner: &Owner,
        id_jag: &IdJag<'_>,
    ) -> GrantRow {
        let now = server.clock.now();
        GrantRow {
            id: GrantId::UNSAVED,
            kind: "assertion".to_owned(),
            client_id: self.client.client_id.clone(),
            user_id: Some(owner.key()),
            session_id: None,
            consent_id: None,
            code_hash: None,
            redirect_uri: String::new(),
            redirect_uri_explicit: false,
            code_challenge: None,
            dpop_jkt: None,
            nonce: None,
            // The classes and methods of another server's login have other meanings there.
            acr: None,
            scopes: granted.scopes.as_slice().to_vec().into(),
            resources: granted.audience.clone().into(),
            claims: None,
            amr: None,
            auth_time: id_jag.auth_time,
            device_label: None,
            credential_stamp: owner.credential_stamp().map(|stamp| stamp.0.to_vec()),
            redeemed_at: Some(now),
            revoked_at: None,
            revoke_reason: None,
            issued_at: now,
            expires_at: now,
            retain_until: now,
        }
    }
}
