//! Clients that register themselves: who asks, what the client becomes, its secret, its end. What
//! the endpoints of RFC 7591 and RFC 7592 and the operator's tasks have in common.

use axum::http::HeaderMap;

use crate::{
    config::RateLimitEntry,
    error::Failure,
    events::{AuditEvent, EventName},
    http::extract::authorization_headers,
    limits::{Keys, Of},
    people::{Owner, hooks::Registrant},
    protocol::{
        client::{Client, ClientKind},
        client_metadata::{
            Applicant, ClientIdentity, ClientMetadata, MetadataError, MetadataPolicy, MetadataRule,
        },
        error::OAuthError,
        jwk::SigningAlg,
        refusals,
        scope::OPENID,
        secret::{Secret, SecretHash, plain_hash},
    },
    random::{self, RandomError},
    server::Server,
    sessions::Browser,
    store::{StoreResult, clients},
};

/// What stands in the `Authorization` header.
pub enum Bearer {
    /// No such header.
    Absent,
    /// A token.
    Token(Secret),
    /// Anything else.
    Malformed,
}

impl Bearer {
    /// Reads the header (RFC 6750 §2.1).
    pub fn read(headers: &HeaderMap) -> Self {
        match authorization_headers(headers).as_deref() {
            Ok([]) => Self::Absent,
            Ok([header]) => match header.split_once(' ') {
                Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                    Self::Token(Secret::new(token.trim()))
                }
                _ => Self::Malformed,
            },
            _ => Self::Malformed,
        }
    }
}

/// A client's secret that is not stored yet.
pub struct NewSecret {
    /// The secret.
    pub secret: Secret,
    /// Unix seconds; `None` = it does not end.
    pub expires_at: Option<i64>,
}

impl Server {
    /// Who wants to register a client, as far as it is permitted (RG-04).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn registrant(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<Registrant<Owner>>, Failure> {
        let settings = &self.settings.registration;
        match Bearer::read(headers) {
            Bearer::Malformed => return Ok(None),
            Bearer::Token(token) => {
                let known = self.initial_access_token(&token).is_some();
                return Ok(known.then_some(Registrant::InitialAccessToken));
            }
            Bearer::Absent => {}
        }
        if let Some(owner) = self.person_of_own_page(headers).await? {
            return Ok(Some(Registrant::User(owner)));
        }
        Ok(settings.anonymous.then_some(Registrant::Anonymous))
    }

    /// The hash of an initial access token, if it is one of the settings.
    fn initial_access_token(&self, token: &Secret) -> Option<SecretHash> {
        let sent = plain_hash(token.expose());
        let mut known = false;
        for hash in &self.settings.registration.initial_access_tokens {
            // No early exit: the time must not tell which one matched.
            known |= hash.matches(&sent);
        }
        known.then_some(sent)
    }

    /// What a registration counts for before it is known who asks (RG-03): the address. Whoever has
    /// an initial access token is counted apart from the strangers at the same address.
    pub fn registration_keys(&self, headers: &HeaderMap) -> Of {
        let of = Of::entry(RateLimitEntry::Register);
        let holder = match Bearer::read(headers) {
            Bearer::Token(token) => self.initial_access_token(&token),
            Bearer::Absent | Bearer::Malformed => None,
        };
        match holder {
            Some(SecretHash(hash)) => of.address_for(&format!("holder {hash:02x?}")),
            None => of.address(),
        }
    }

    /// What a registration counts for whose caller is known (RG-03): all strangers together share the
    /// server's ceiling. Nobody else is behind it, and a request that is refused is not counted.
    pub fn registration_ceiling(caller: &Registrant<Owner>) -> Option<Keys> {
        let of_server = Of::entry(RateLimitEntry::Register).address().server();
        matches!(caller, Registrant::Anonymous).then(|| of_server.without_first().into())
    }

    /// Who is signed in, if a page of this origin made the request: a cookie alone proves nothing
    /// about who wrote the request.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn person_of_own_page(&self, headers: &HeaderMap) -> Result<Option<Owner>, Failure> {
        let browser = Browser::of_headers(self, headers, None);
        if !browser.is_of_own_page(&self.urls) {
            return Ok(None);
        }
        let current = self.current(&browser, "").await?;
        Ok(current.map(|signed_in| signed_in.owner))
    }

    /// What this server offers to clients that register themselves, or that describe themselves in
    /// a document.
    pub fn offers_to<'a>(
        &'a self,
        applicant: Applicant,
        algorithms: &'a [SigningAlg],
    ) -> MetadataPolicy<'a> {
        let settings = &self.settings;
        MetadataPolicy {
            scopes: &settings.registration.allowed_scopes,
            applicant,
            algorithms,
            grants: &settings.grant_types,
            redirect_schemes: &settings.registration.redirect_schemes,
            pairwise: settings.pairwise_secret.is_some(),
            loopback: settings.fetches_from_own_machine(),
        }
    }

    /// The client that registered metadata describes (RG-05 to RG-07), without secret.
    ///
    /// # Errors
    /// The first rule that the metadata breaks.
    pub fn registered_client(
        &self,
        client_id: String,
        metadata: ClientMetadata,
        applicant: Applicant,
    ) -> Result<Client, OAuthError> {
        let (settings, algorithms) = (&self.settings, self.keys.algorithms());
        let policy = self.offers_to(applicant, &algorithms);
        let identity = ClientIdentity {
            client_id,
            kind: ClientKind::Dynamic,
        };
        let mut client = metadata.into_client(identity, &policy).map_err(|errors| {
            let first = errors.into_iter().next();
            first.map_or_else(
                || OAuthError::of(&refusals::METADATA_REFUSED),
                OAuthError::from,
            )
        })?;
        self.check_addresses(&client)?;
        let scopes = client
            .scopes
            .get_or_insert_with(|| settings.registration.default_scopes.clone());
        let openid = scopes.iter().any(|scope| scope == OPENID);
        client.require_pkce =
            settings.registration.require_pkce || !client.is_confidential() || !openid;
        Ok(client)
    }

    /// RG-07: what this server would fetch lies outside of its own network, as far as the text
    /// tells; the rest is looked at before each fetch.
    fn check_addresses(&self, client: &Client) -> Result<(), OAuthError> {
        let uris = [
            ("jwks_uri", &client.jwks_uri),
            ("sector_identifier_uri", &client.sector_identifier_uri),
        ];
        for (member, uri) in uris {
            let refused = |uri: &str| self.fetcher.check(uri).is_err();
            if uri.as_deref().is_some_and(refused) {
                let finding = MetadataError {
                    member: member.to_owned(),
                    rule: MetadataRule::PublicHost,
                    value: uri.clone(),
                    offered: Vec::new(),
                };
                return Err(finding.into());
            }
        }
        Ok(())
    }

    /// What others say about a client: its sector document, and the app (RG-09), which sees what
    /// would be registered. `before` = the client as it is stored.
    ///
    /// # Errors
    /// `invalid_client_metadata`, `access_denied`, or a hook that fails.
    pub async fn check_registrant(
        &self,
        client: &Client,
        before: Option<&Client>,
        caller: &Registrant<Owner>,
    ) -> Result<(), Failure> {
        self.check_sector(client, before).await?;
        let metadata = ClientMetadata::of(client);
        let permitted = self.owners.may_register(&metadata, caller).await;
        if permitted? {
            return Ok(());
        }
        let error = OAuthError::of(&refusals::REGISTRATION_NOT_PERMITTED);
        Err(Failure::transport(axum::http::StatusCode::FORBIDDEN, error))
    }

    /// A secret for a client, with the end that secrets of such clients have.
    ///
    /// # Errors
    /// When the random generator fails.
    pub fn new_client_secret(&self, kind: ClientKind) -> Result<NewSecret, RandomError> {
        let secret = random::secret(&self.settings.token_prefixes.client_secret)?;
        let life = match kind {
            ClientKind::Dynamic => self.settings.registration.client_secret_ttl_seconds,
            _ => 0,
        };
        let expires_at = (life > 0).then(|| self.now().saturating_add(life));
        Ok(NewSecret { secret, expires_at })
    }

    /// Ends a client and everything that it was given (RFC 7592 §2.3); `false` = there was none.
    ///
    /// # Errors
    /// When the database fails; nothing has changed then.
    pub async fn delete_client(&self, client_id: &str) -> StoreResult<bool> {
        let (id, now) = (client_id.to_owned(), self.now());
        let deleted = self
            .store
            .write(move |txn, tables| {
                let id = id.clone();
                Box::pin(async move { clients::delete(txn, tables, &id, now).await })
            })
            .await?;
        if deleted {
            let event = AuditEvent::new(EventName::ClientDeleted).client_id(client_id);
            self.events.emit_to_end(event).await;
        }
        Ok(deleted)
    }
}
