//! Target `basic_header`: three lines, a client id, a secret, and an `Authorization` header.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::protocol::{
    bearer::{self, BearerPlace},
    client::{AuthMethod, Client, ClientKind, ClientSecret},
    client_auth::{ClientParameters, Credentials},
    client_metadata::{ClientIdentity, ClientMetadata, TrustLevel},
    params::encode,
    secret::{Purpose, hash},
    time::UnixTime,
};

/// Basic authentication (RFC 6749 §2.3.1) and bearer tokens (RFC 6750 §2.1).
pub fn basic_header(data: &[u8]) {
    let Some([id, secret, header]) = super::lines(data) else {
        return;
    };
    let nothing = ClientParameters::default();
    let written = basic(id, secret);
    let read = Credentials::read(&[&written], nothing);
    let possible = !id.is_empty() && !id.contains('\0') && !secret.contains('\0');
    assert_eq!(read.is_ok(), possible, "{id:?} {secret:?}");
    if let Ok(read) = read {
        assert_eq!(
            (read.client_id.as_str(), read.method),
            (id, AuthMethod::ClientSecretBasic)
        );
        let client = client(id, secret);
        assert!(
            read.authenticate(Some(&client), UnixTime::EPOCH).is_ok(),
            "the secret is another"
        );
        let other = format!("{secret}x");
        let wrong = Credentials::read(&[&basic(id, &other)], nothing);
        let wrong = wrong.unwrap_or_else(|error| panic!("{error:?}"));
        assert!(wrong.authenticate(Some(&client), UnixTime::EPOCH).is_err());
        assert!(Credentials::read(&[&written, &written], nothing).is_err());
    }
    arbitrary(header);
}

/// Anything else: what is accepted says something, and a body cannot say otherwise.
fn arbitrary(header: &str) {
    let nothing = ClientParameters::default();
    if let Ok(read) = Credentials::read(&[header], nothing) {
        let scheme = header.get(..6).unwrap_or_default();
        assert!(scheme.eq_ignore_ascii_case("basic "), "{header:?}");
        assert!(!read.client_id.is_empty() && !read.client_id.contains('\0'));
        let other = format!("{}x", read.client_id);
        let other = ClientParameters {
            id: Some(&other),
            ..nothing
        };
        assert!(Credentials::read(&[header], other).is_err());
    }
    match bearer::token(&[header], BearerPlace::Guard) {
        Ok(Some(sent)) => {
            let token = sent.text;
            assert!(!token.is_empty() && !token.contains(' ') && header.contains(token));
            assert!(Credentials::read(&[header], nothing).is_err());
        }
        Ok(None) => {
            let header = header.to_ascii_lowercase();
            assert!(!header.starts_with("bearer ") && !header.starts_with("dpop "));
        }
        Err(_) => {}
    }
}

fn basic(id: &str, secret: &str) -> String {
    format!(
        "Basic {}",
        STANDARD.encode(format!("{}:{}", encode(id), encode(secret)))
    )
}

fn client(id: &str, secret: &str) -> Client {
    let identity = ClientIdentity {
        client_id: id.to_owned(),
        kind: ClientKind::Operator,
    };
    let metadata = ClientMetadata {
        redirect_uris: Some(vec!["https://app.example/cb".to_owned()]),
        ..ClientMetadata::default()
    };
    let client = metadata.into_client(
        identity,
        &super::metadata::policy(&[], TrustLevel::InitialAccessToken),
    );
    let client = client.unwrap_or_else(|errors| panic!("{errors:?}"));
    Client {
        secrets: vec![ClientSecret {
            hash: hash(Purpose::Secret, secret),
            expires_at: None,
        }],
        ..client
    }
}
