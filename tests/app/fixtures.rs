//! Clients and people of the security cases.

use loco_oauth_server::{
    UnixTime,
    internals::{
        protocol::{
            client::{
                ApplicationType, AuthMethod, Client, ClientKind, ClientSecret, ClientStatus,
                GrantType, SubjectType,
            },
            secret::{Purpose, hash},
        },
        store::clients::{self, ClientRow},
    },
};

use super::server::TestServer;

pub const ALICE: &str = "alice@example.com";
pub const BOB: &str = "bob@example.com";
pub const PASSWORD: &str = "correct horse battery";
pub const SECRET: &str = "s3cret:of%the+fixture clients, long enough";
pub const CONF_CB: &str = "https://app.example/cb";
pub const PUB_CB: &str = "https://spa.example/cb";
pub const DYN_CB: &str = "https://tool.example/cb";
/// What is said to whoever asks for an address that is taken.
pub const NEUTRAL: &str = "could not create an account with these details";

/// A public client with code and refresh; the fixtures differ from it.
pub fn client(id: &str, redirect_uris: &[&str]) -> Client {
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    Client {
        client_id: id.to_owned(),
        kind: ClientKind::Operator,
        status: ClientStatus::Active,
        version: 1,
        client_name: Some(format!("The {id} app")),
        client_uri: None,
        logo_uri: None,
        tos_uri: None,
        policy_uri: None,
        contacts: Vec::new(),
        localized: std::collections::BTreeMap::new(),
        initiate_login_uri: None,
        software_id: None,
        software_version: None,
        software_statement: None,
        jwks: None,
        jwks_uri: None,
        key_cache: None,
        token_endpoint_auth_signing_alg: None,
        request_object_signing_alg: None,
        require_signed_request_object: false,
        require_pushed_authorization_requests: false,
        application_type: ApplicationType::Web,
        subject_type: SubjectType::Public,
        sector_identifier_uri: None,
        sector: None,
        redirect_uris: texts(redirect_uris),
        post_logout_redirect_uris: Vec::new(),
        grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        response_types: texts(&["code"]),
        scopes: Some(texts(&[
            "openid",
            "profile",
            "email",
            "offline_access",
            "read",
            "write",
        ])),
        resources: None,
        token_endpoint_auth_method: AuthMethod::None,
        secrets: Vec::new(),
        id_token_signed_response_alg: None,
        userinfo_signed_response_alg: None,
        require_pkce: true,
        skip_consent: false,
        require_auth_time: false,
        dpop_bound_access_tokens: false,
        default_max_age: None,
        default_acr_values: Vec::new(),
        backchannel_logout_uri: None,
        backchannel_logout_session_required: false,
        document: None,
        last_used_at: Some(UnixTime::from_seconds(i64::MAX / 2)),
    }
}

/// The same with a secret, used by HTTP Basic.
pub fn confidential(id: &str, redirect_uris: &[&str]) -> Client {
    Client {
        token_endpoint_auth_method: AuthMethod::ClientSecretBasic,
        secrets: vec![ClientSecret {
            hash: hash(Purpose::Secret, SECRET),
            expires_at: None,
        }],
        ..client(id, redirect_uris)
    }
}

/// `conf`, `post`, `other`, `pub`, `native`, `multi`, `m2m`, `dyn`.
pub async fn insert_clients(server: &TestServer) {
    let native = Client {
        application_type: ApplicationType::Native,
        ..client(
            "native",
            &[
                "http://127.0.0.1/cb",
                "http://[::1]/cb",
                "com.example.app:/cb",
            ],
        )
    };
    let m2m = Client {
        grant_types: vec![GrantType::ClientCredentials],
        response_types: Vec::new(),
        scopes: Some(vec!["jobs".to_owned()]),
        ..confidential("m2m", &[])
    };
    let posts = Client {
        token_endpoint_auth_method: AuthMethod::ClientSecretPost,
        ..confidential("post", &[CONF_CB])
    };
    let dynamic = Client {
        kind: ClientKind::Dynamic,
        ..client("dyn", &[DYN_CB])
    };
    let all = [
        confidential("conf", &[CONF_CB]),
        confidential("other", &["https://other.example/cb"]),
        posts,
        client("pub", &[PUB_CB]),
        native,
        confidential("multi", &[CONF_CB, "https://app.example/cb2"]),
        m2m,
        dynamic,
    ];
    for client in all {
        insert(server, &client).await;
    }
}

pub async fn insert(server: &TestServer, client: &Client) {
    let oauth = server.oauth();
    let row = ClientRow::new(client, None);
    clients::insert(&server.ctx.db, oauth.store.tables(), &row)
        .await
        .unwrap();
}
