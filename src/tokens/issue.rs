//! Access tokens and ID tokens, made from what was granted.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{TokenService, response::MEMBERS};
use crate::{
    error::Failure,
    people::{
        Owner,
        hooks::{ClientInfo, TokenInfo},
        resource_owner::ClaimRequest,
    },
    protocol::{
        access_token::{self, AccessTokenClaims, Audience, Confirmation, LoginClaims},
        actor::Actor,
        claims,
        claims_parameter::GrantedClaims,
        client::Client,
        dpop::KeyThumbprint,
        grants::{self, Granted, OwnerState},
        id_token::{self, IdTokenBase, IdTokenClaims},
        jwk::SigningAlg,
        policy::Entitlement,
        row_id::AccessTokenId,
        scope::{OPENID, Scopes},
        secret::{Purpose, Secret},
        time::UnixTime,
        userinfo,
    },
    random,
    store::{access_tokens::AccessTokenRow, authorization_codes::GrantRow, sessions::SessionRow},
};

/// A grant with its session and its user, as loaded for one token request.
#[derive(Clone, Copy)]
pub struct GrantContext<'a> {
    /// The grant.
    pub grant: &'a GrantRow,
    /// Its session, while the row exists.
    pub session: Option<&'a SessionRow>,
    /// The user.
    pub owner: &'a Owner,
}

/// An access token that is not stored yet.
pub struct NewAccessToken {
    /// The token.
    pub token: Secret,
    /// Its row.
    pub row: AccessTokenRow,
    /// The members that the app adds to the token response.
    pub fields: Map<String, Value>,
}

/// Which claims about a user are told.
#[derive(Clone, Copy)]
pub struct ClaimsToTell<'a> {
    /// The scopes, whose claims are told.
    pub scopes: &'a Scopes,
    /// Names of further claims.
    pub single: &'a [String],
}

/// What an exchange changes in an access token (RFC 8693).
#[derive(Clone, Debug)]
pub struct ExchangeTerms<'a> {
    /// Who acts with the token.
    pub actor: Option<Actor>,
    /// When the token expires at the latest; `None` = as others of its kind.
    pub latest_end: Option<UnixTime>,
    /// The key to which the token is bound.
    pub key: Option<&'a KeyThumbprint>,
}

/// Id, lifetime and key of an access token.
#[derive(Clone, Copy)]
struct TokenLife<'a> {
    jti: &'a str,
    /// The key to which it is bound.
    key: Option<&'a KeyThumbprint>,
    /// When the token is issued.
    issued_at: UnixTime,
    /// When the token expires.
    expires_at: UnixTime,
}

impl TokenService {
    /// Returns the client with the policy, which decide together what the client may have.
    pub fn entitlement<'a>(&'a self, client: &'a Client) -> Entitlement<'a> {
        let policy = self.policy.as_ref();
        Entitlement { client, policy }
    }

    /// Returns the facts about a user that the token rules check (TK-16, TK-20).
    pub fn owner_state(&self, owner: &Owner, grant: &GrantRow) -> OwnerState {
        let stamp = owner.credential_stamp().map(|stamp| stamp.0.to_vec());
        OwnerState {
            active: owner.is_active(),
            credentials_changed: self.settings.revoke_on_credential_change
                && grant.credential_stamp.is_some()
                && grant.credential_stamp != stamp,
        }
    }

    /// Makes an access token that is not stored yet: opaque, or a JWT (RFC 9068) where the resources of the
    /// audience want one. `context` is `None` for a machine token. `key` is the key to which it is bound
    /// (RFC 9449 §6), `None` for a bearer token.
    ///
    /// # Errors
    /// When a key, a hook or the random generator fails.
    pub async fn access_token(
        &self,
        client: &Client,
        granted: &Granted,
        context: Option<GrantContext<'_>>,
        key: Option<&KeyThumbprint>,
    ) -> Result<NewAccessToken, Failure> {
        let terms = ExchangeTerms {
            actor: None,
            latest_end: None,
            key,
        };
        self.new_token(client, granted, context, terms).await
    }

    /// Makes an access token for another one, as [`Self::access_token`] does; `context` is that of the other one.
    ///
    /// # Errors
    /// Those of [`Self::access_token`].
    pub async fn exchanged_token(
        &self,
        client: &Client,
        granted: &Granted,
        context: GrantContext<'_>,
        terms: ExchangeTerms<'_>,
    ) -> Result<NewAccessToken, Failure> {
        self.new_token(client, granted, Some(context), terms).await
    }

    async fn new_token(
        &self,
        client: &Client,
        granted: &Granted,
        context: Option<GrantContext<'_>>,
        terms: ExchangeTerms<'_>,
    ) -> Result<NewAccessToken, Failure> {
        let ExchangeTerms {
            actor,
            latest_end,
            key,
        } = terms;
        let now = self.clock.now();
        let ttl = match context {
            Some(_) => self.policy.access_token_ttl(granted),
            None => self.policy.machine_token_ttl(granted),
        };
        let mut expires_at = now + ttl;
        if let Some(context) =
            context.filter(|context| self.has_refresh_token(client, context.grant))
        {
            expires_at = expires_at.min(self.absolute_end(context.grant));
        }
        if let Some(latest_end) = latest_end {
            expires_at = expires_at.min(latest_end);
        }
        let jti = random::identifier()?;
        let (owner, facts) = (
            context.map(|context| context.owner),
            TokenInfo::of(client, granted),
        );
        let mut resources = granted
            .audience
            .iter()
            .filter_map(|uri| self.policy.resource_of_audience(uri));
        let jwt = resources.find(|resource| resource.jwt);
        let token = match jwt {
            None => random::secret(&self.settings.token_prefixes.access_token)?,
            Some(resource) => {
                let life = TokenLife {
                    jti: &jti,
                    key,
                    issued_at: now,
                    expires_at,
                };
                let mut claims = self.access_token_claims(client, granted, context, life)?;
                claims.act.clone_from(&actor);
                let more = self.people.app.access_token_claims(owner, &facts).await?;
                claims::add(&mut claims.more, more.iter(), &access_token::REGISTERED);
                let signed = self.sign(resource.signing_alg, access_token::TYP, &claims);
                Secret::new(signed.await?)
            }
        };
        let row = AccessTokenRow {
            id: AccessTokenId::UNSAVED,
            token_hash: token.hash(Purpose::Access).0.to_vec(),
            grant_id: context.map(|context| context.grant.id),
            refresh_token_id: None,
            client_id: client.client_id.clone(),
            user_id: context.map(|context| context.owner.key()),
            format: if jwt.is_some() { "jwt" } else { "opaque" }.to_owned(),
            jti: jwt.is_some().then_some(jti),
            dpop_jkt: key.map(|key| key.as_str().to_owned()),
            scopes: granted.scopes.as_slice().to_vec().into(),
            audience: granted.audience.clone().into(),
            actor: { actor.map(serde_json::to_value).transpose() }.map_err(Failure::internal)?,
            issued_at: now,
            expires_at,
            revoked_at: None,
        };
        let mut fields = Map::new();
        let more = self.people.app.token_response_fields(owner, &facts).await?;
        claims::add(&mut fields, more.iter(), &MEMBERS);
        Ok(NewAccessToken { token, row, fields })
    }

    /// Makes a signed ID token (OpenID Connect Core §2), or returns `None` when `openid` was not granted.
    ///
    /// # Errors
    /// When a key or a hook fails, or the client's pairwise subject has no sector.
    pub async fn id_token(
        &self,
        client: &Client,
        context: GrantContext<'_>,
        access: &NewAccessToken,
        nonce: Option<&str>,
    ) -> Result<Option<String>, Failure> {
        let scopes: Scopes = context.grant.scopes.0.iter().collect();
        if !scopes.contains(OPENID) {
            return Ok(None);
        }
        let now = self.clock.now();
        let asked = GrantedClaims::read(context.grant.claims.as_ref()).id_token;
        let of_scopes = if self.settings.id_token_scope_claims {
            scopes.clone()
        } else {
            Scopes::default()
        };
        let mut more = if of_scopes.is_empty() && asked.is_empty() {
            Map::new()
        } else {
            self.user_claims(
                client,
                context.owner,
                ClaimsToTell {
                    scopes: &of_scopes,
                    single: &asked,
                },
            )
        };
        let (facts, words) = (ClientInfo::of(client), scopes.as_slice());
        let hook = self
            .people
            .app
            .id_token_claims(context.owner, &facts, words);
        claims::add(&mut more, hook.await?.iter(), &id_token::REGISTERED);
        let base = IdTokenBase {
            iss: self.urls.issuer.clone(),
            sub: self.clients.subject_for(client, &context.owner.subject())?,
            client_id: client.client_id.clone(),
            issued_at: now,
            ttl: self.policy.ttl.id_token,
            jti: random::identifier()?,
            auth_time: context.grant.auth_time.unwrap_or(context.grant.issued_at),
        };
        let alg = self.clients.id_token_alg(client);
        let claims = IdTokenClaims::new(base, access.token.expose(), alg)
            .with_nonce(nonce.map(str::to_owned))
            .with_authentication(context.grant.acr.clone(), amr(context.grant))
            .with_session(self.sid(client, context.session))
            .with_user_claims(more);
        Ok(Some(self.sign(alg, id_token::TYP, &claims).await?))
    }

    async fn sign(
        &self,
        alg: SigningAlg,
        typ: &str,
        claims: &(impl Serialize + Sync),
    ) -> Result<String, Failure> {
        let signed = self.keys.sign_aside(alg, typ, claims).await;
        signed.map_err(Failure::internal)
    }

    /// Makes the signed answer of `UserInfo` (OpenID Connect Core §5.3.2).
    ///
    /// # Errors
    /// When the key is not there or fails.
    pub async fn signed_userinfo(
        &self,
        client: &Client,
        alg: SigningAlg,
        mut claims: Map<String, Value>,
    ) -> Result<String, Failure> {
        claims.insert("iss".to_owned(), self.urls.issuer.clone().into());
        claims.insert("aud".to_owned(), client.client_id.clone().into());
        self.sign(alg, userinfo::TYP, &claims).await
    }

    /// Returns the user's claims that the scopes cover (OpenID Connect Core §5.4), and those that were
    /// granted by themselves (OpenID Connect Core §5.5).
    pub fn user_claims(
        &self,
        client: &Client,
        owner: &Owner,
        told: ClaimsToTell<'_>,
    ) -> Map<String, Value> {
        let ClaimsToTell { scopes, single } = told;
        let request = ClaimRequest {
            client_id: &client.client_id,
            scopes: scopes.as_slice(),
            claims: single,
        };
        claims::granted(owner.claims(&request).iter(), scopes, single)
    }

    fn access_token_claims(
        &self,
        client: &Client,
        granted: &Granted,
        context: Option<GrantContext<'_>>,
        life: TokenLife<'_>,
    ) -> Result<AccessTokenClaims, Failure> {
        let sub = match context {
            Some(context) => self.clients.subject_for(client, &context.owner.subject())?,
            None => client.client_id.clone(),
        };
        Ok(AccessTokenClaims {
            iss: self.urls.issuer.clone(),
            exp: life.expires_at,
            aud: Audience(granted.audience.clone()),
            sub,
            client_id: client.client_id.clone(),
            iat: life.issued_at,
            jti: life.jti.to_owned(),
            scope: granted.scopes.clone(),
            login: context.and_then(|context| login_claims(context.grant)),
            cnf: life.key.map(|key| Confirmation {
                jkt: key.as_str().to_owned(),
            }),
            sid: context.and_then(|context| self.sid(client, context.session)),
            act: None,
            more: Map::new(),
        })
    }

    /// Whether the grant comes with a refresh token. This depends on the granted scopes, not on those that
    /// one access token was narrowed to.
    pub fn has_refresh_token(&self, client: &Client, grant: &GrantRow) -> bool {
        let scopes = grant.scopes.0.iter().collect();
        grants::has_refresh_token(&self.policy, client, &scopes)
    }

    /// Returns when everything ends that is issued from a grant with a refresh token (TK-22).
    pub fn absolute_end(&self, grant: &GrantRow) -> UnixTime {
        grant.issued_at + self.policy.ttl.refresh_max
    }
}

fn login_claims(grant: &GrantRow) -> Option<LoginClaims> {
    let auth_time = grant.auth_time?;
    Some(LoginClaims {
        auth_time,
        acr: grant.acr.clone(),
        amr: amr(grant),
    })
}

/// Returns the authentication methods (RFC 8176) of the login with which a grant was made.
pub fn amr(grant: &GrantRow) -> Vec<String> {
    let amr = grant.amr.as_ref();
    amr.and_then(|amr| serde_json::from_value(amr.clone()).ok())
        .unwrap_or_default()
}
