//! Target `return_url`: four lines, a URI that a client registered, one that a request names, a
//! `state`, and the query of an own page.

use url::Url;

use crate::protocol::{
    callback::Callback,
    client::{ApplicationType, Client, ClientKind},
    client_metadata::{ClientIdentity, ClientMetadata, TrustLevel},
    end_session::{Destination, LogoutRequest, destination},
    error::OAuthError,
    params::{Params, encode},
    redirect_uri,
    refusals::InteractionRefusal,
    return_to,
};

const ISSUER: &str = "https://as.example";

/// Where people are sent when they leave: the client's callback (AR-01, AR-02), the page after a
/// logout (ES-04, ES-08). Both are where the client registered, with a few parameters more.
pub fn return_url(data: &[u8]) {
    let Some([registered, sent, state, query]) = super::lines(data) else {
        return;
    };
    interaction(query);
    let Some(client) = client(registered) else {
        return;
    };
    let state = Some(state).filter(|state| !state.is_empty());
    callback(&client, sent, state);
    logout(&client, sent, state);
}

fn callback(client: &Client, sent: &str, state: Option<&str>) {
    let fields = [("redirect_uri", Some(sent)), ("state", state)];
    let body: Vec<String> = fields
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", encode(value?))))
        .collect();
    let Ok(params) = Params::parse(body.join("&").as_bytes()) else {
        return;
    };
    let Ok(callback) = Callback::find(&params, client, ISSUER) else {
        let kind = client.application_type;
        assert!(!redirect_uri::matches(&client.redirect_uris, sent, kind));
        return;
    };
    assert_eq!(callback.check(client).ok(), Some(()));
    let uri = callback.redirect_uri();
    let state = state.filter(|state| !state.is_empty());
    let known = [("state", state), ("iss", Some(ISSUER))];
    let with = |own: &[(&'static str, &'static str)]| {
        let own = own.iter().map(|(name, value)| (*name, Some(*value)));
        own.chain(known)
            .filter_map(|(name, value)| Some((name, value?)))
            .collect::<Vec<_>>()
    };
    arrives(
        &callback.success("SplxlOBeZQQYbYS6WxSbIA").to_text(),
        uri,
        &with(&[("code", "SplxlOBeZQQYbYS6WxSbIA")]),
    );
    let refused = OAuthError::of(InteractionRefusal::PersonRefused);
    let fields = [
        ("error", "access_denied"),
        ("error_description", "The person refused the request"),
    ];
    arrives(&callback.error(&refused).to_text(), uri, &with(&fields));
}

fn logout(client: &Client, sent: &str, state: Option<&str>) {
    let request = LogoutRequest {
        post_logout_redirect_uri: Some(sent),
        state,
        ..LogoutRequest::default()
    };
    match destination(&request, Some(client)) {
        Destination::Registered(to) => {
            assert!(
                client
                    .post_logout_redirect_uris
                    .iter()
                    .any(|uri| uri == sent)
            );
            let state: Vec<_> = state.map(|state| ("state", state)).into_iter().collect();
            arrives(&to.location(), sent, &state);
        }
        Destination::Ours => panic!("a page was asked for"),
        Destination::Dropped => {
            assert!(
                !client
                    .post_logout_redirect_uris
                    .iter()
                    .any(|uri| uri == sent)
            );
        }
    }
    assert_eq!(destination(&request, None), Destination::Dropped);
}

/// The location is the URI with these parameters behind its own, each of them once.
fn arrives(location: &str, uri: &str, fields: &[(&str, &str)]) {
    assert!(
        location.bytes().all(|byte| byte.is_ascii_graphic()),
        "{location:?}"
    );
    let parse = |text: &str| Url::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    let (to, base) = (parse(location), parse(uri));
    let place = |url: &Url| {
        let port = url.port_or_known_default();
        let host = url.host_str().map(str::to_owned);
        (
            url.scheme().to_owned(),
            host,
            port,
            url.path().to_owned(),
            url.username().to_owned(),
        )
    };
    assert_eq!(place(&to), place(&base), "{location:?}");
    assert_eq!(to.fragment(), None, "{location:?}");
    let pairs = |url: &Url| super::pairs(url.query().unwrap_or_default().as_bytes());
    let (all, own) = (pairs(&to), pairs(&base));
    let (kept, added) = all.split_at_checked(own.len()).unwrap_or_default();
    assert_eq!(kept, own, "{location:?}");
    let added: Vec<(&str, &str)> = added.iter().map(|(a, b)| (&**a, &**b)).collect();
    assert_eq!(added, fields, "{location:?}");
    for (name, _) in fields {
        let times = all.iter().filter(|(key, _)| key == name).count();
        assert_eq!(times, 1, "{name} in {location:?}");
    }
}

/// The id is what another reader finds in the query, and nothing else of it is used.
fn interaction(query: &str) {
    let Ok(Some(id)) = return_to::interaction(query) else {
        return;
    };
    let value = |pairs: &[(String, String)], wanted: &str| {
        let mut found = pairs.iter().filter(|(name, _)| name == wanted);
        found.next().map(|(_, value)| value.clone())
    };
    let outer = super::pairs(query.as_bytes());
    let inner = value(&outer, "return_to").unwrap_or_default();
    let inner = inner.split_once('?').map_or("", |(_, query)| query);
    let inner = super::pairs(inner.as_bytes());
    let expected = value(&outer, "interaction").or_else(|| value(&inner, "interaction"));
    assert_eq!(Some(&id), expected.as_ref());
    assert!(!id.is_empty() && !id.contains('\0'));
}

/// A client that may have this redirect URI.
fn client(uri: &str) -> Option<Client> {
    let identity = ClientIdentity {
        client_id: "app".to_owned(),
        kind: ClientKind::Dynamic,
    };
    let uris = Some(vec![uri.to_owned()]);
    let metadata = ClientMetadata {
        redirect_uris: uris.clone(),
        post_logout_redirect_uris: uris,
        ..ClientMetadata::default()
    };
    let client = metadata
        .into_client(
            identity,
            &super::metadata::policy(&[], TrustLevel::InitialAccessToken),
        )
        .ok()?;
    let native = client.application_type == ApplicationType::Native;
    assert!(native || uri.to_ascii_lowercase().starts_with("http"));
    Some(client)
}
