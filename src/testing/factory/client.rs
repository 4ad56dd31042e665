//! Makes clients for tests.

use loco_rs::app::AppContext;

use crate::{
    protocol::{
        client::{AuthMethod, Client, ClientKind, ClientSecret, GrantType},
        client_metadata::{
            ClientIdentity, ClientMetadata, MetadataPolicy, OperatorChoices, TrustLevel,
        },
        jwk::SigningAlg,
        secret::{Purpose, Secret},
    },
    random,
    server::Server,
    store::clients::{self, ClientRow},
    testing::server,
};

/// Redirect URI of a client when the test names none.
const REDIRECT_URI: &str = "https://client.example/callback";

/// A client made by a test, with its secret in clear.
#[derive(Clone, Debug)]
pub struct TestClient {
    /// The client as the server knows it.
    pub client: Client,
    /// The secret in clear; `None` for public clients.
    pub secret: Option<String>,
}

impl TestClient {
    /// The `client_id`.
    pub fn id(&self) -> &str {
        &self.client.client_id
    }

    /// The first redirect URI.
    pub fn redirect_uri(&self) -> &str {
        let first = self.client.redirect_uris.first();
        first.map(String::as_str).unwrap_or_default()
    }
}

/// Describes a client made by the operator: public, with code and refresh token, every scope of the
/// settings, and one redirect URI.
pub fn client() -> ClientBuilder {
    ClientBuilder {
        id: None,
        kind: ClientKind::Operator,
        method: AuthMethod::None,
        machine: false,
        metadata: ClientMetadata::default(),
        changes: Vec::new(),
    }
}

type Change = Box<dyn FnOnce(&mut Client) + Send>;

/// A client to be made.
#[must_use = "`create` makes the client"]
pub struct ClientBuilder {
    id: Option<String>,
    kind: ClientKind,
    method: AuthMethod,
    machine: bool,
    metadata: ClientMetadata,
    changes: Vec<Change>,
}

impl ClientBuilder {
    /// Sets the `client_id`; by default it is random.
    pub fn id(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self
    }

    /// Sets the name that people see.
    pub fn name(mut self, name: &str) -> Self {
        self.metadata.client_name = Some(name.to_owned());
        self
    }

    /// Adds a redirect URI.
    pub fn redirect_uri(mut self, uri: &str) -> Self {
        let uris = self.metadata.redirect_uris.get_or_insert_default();
        uris.push(uri.to_owned());
        self
    }

    /// Adds a post-logout redirect URI.
    pub fn post_logout_redirect_uri(mut self, uri: &str) -> Self {
        let uris = self
            .metadata
            .post_logout_redirect_uris
            .get_or_insert_default();
        uris.push(uri.to_owned());
        self
    }

    /// Makes it a native app with loopback and private-use redirect URIs (RFC 8252).
    pub fn native(mut self) -> Self {
        self.metadata.application_type = Some("native".to_owned());
        self
    }

    /// Gives it a secret that is sent by HTTP Basic.
    pub const fn confidential(mut self) -> Self {
        self.method = AuthMethod::ClientSecretBasic;
        self
    }

    /// Gives it a secret that is sent in the form.
    pub const fn secret_in_form(mut self) -> Self {
        self.method = AuthMethod::ClientSecretPost;
        self
    }

    /// Makes it a machine: it has `client_credentials` alone, and no redirect URI.
    pub const fn machine(mut self) -> Self {
        self.machine = true;
        self.confidential()
    }

    /// Sets the scopes it may request, separated by spaces; by default all of the settings.
    pub fn scopes(mut self, scopes: &str) -> Self {
        self.metadata.scope = Some(scopes.to_owned());
        self
    }

    /// Makes it a client that registered itself, for which nobody vouches.
    pub const fn dynamic(mut self) -> Self {
        self.kind = ClientKind::Dynamic;
        self
    }

    /// Skips consent for its requests; only for clients with a secret.
    pub fn skip_consent(self) -> Self {
        self.with(|client| client.skip_consent = true)
    }

    /// Makes it the client of a device without a browser (RFC 8628), which has no redirect URI.
    pub fn device(mut self) -> Self {
        let grants = [GrantType::RefreshToken, GrantType::DeviceCode];
        self.metadata.grant_types = Some(grants.map(|grant| grant.as_str().to_owned()).into());
        self.with(|client| client.redirect_uris.clear())
    }

    /// Makes any other change, unchecked.
    pub fn with(mut self, change: impl FnOnce(&mut Client) + Send + 'static) -> Self {
        self.changes.push(Box::new(change));
        self
    }

    /// Makes the client; panics with what is wrong with its metadata.
    pub async fn create(self, ctx: &AppContext) -> TestClient {
        let server = server(ctx);
        let made = self.build(&server);
        let row = ClientRow::new(&made.client, None);
        clients::insert(&ctx.db, server.store.tables(), &row)
            .await
            .expect("the client is stored");
        made
    }

    fn build(mut self, server: &Server) -> TestClient {
        let settings = &server.settings;
        let scopes = settings.known_scopes();
        let prefix = &settings.token_prefixes.client_secret;
        let secret = (self.method != AuthMethod::None).then(|| secret(prefix));
        if self.machine {
            self.metadata.grant_types = Some(vec!["client_credentials".to_owned()]);
            self.metadata.redirect_uris = None;
        } else {
            self.metadata.scope.get_or_insert_with(|| scopes.join(" "));
            let uris = &mut self.metadata.redirect_uris;
            uris.get_or_insert_with(|| vec![REDIRECT_URI.to_owned()]);
        }
        let policy = MetadataPolicy {
            scopes: &scopes,
            applicant: TrustLevel::Operator,
            algorithms: &SigningAlg::ALL,
            grants: &settings.grant_types,
            redirect_schemes: &settings.registration.redirect_schemes,
            pairwise: settings.pairwise_secret.is_some(),
            pushed_requests: settings.par.form(),
            signed_requests: settings.jar.form(),
            loopback: settings.fetches_from_own_machine(),
            dpop: settings.dpop.policy(),
        };
        let identity = ClientIdentity {
            client_id: self.id.unwrap_or_else(random_id),
            kind: self.kind,
        };
        let choices = OperatorChoices {
            secrets: secret.iter().map(stored).collect(),
            ..OperatorChoices::default()
        };
        let mut client = self
            .metadata
            .with_operator_defaults(self.method, &settings.grant_types)
            .into_client(identity, &policy)
            .and_then(|client| choices.apply(client, &[]))
            .unwrap_or_else(|errors| panic!("the client cannot be: {errors:?}"));
        for change in self.changes {
            change(&mut client);
        }
        TestClient {
            client,
            secret: secret.map(|secret| secret.expose().to_owned()),
        }
    }
}

fn stored(secret: &Secret) -> ClientSecret {
    ClientSecret {
        hash: secret.hash(Purpose::Secret),
        expires_at: None,
    }
}

fn secret(prefix: &str) -> Secret {
    random::secret(prefix).expect("random bytes")
}

fn random_id() -> String {
    format!("client_{}", random::identifier().expect("random bytes"))
}
