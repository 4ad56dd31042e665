//! A relying party that nobody here wrote: the crate `openidconnect`.

use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest,
    HttpResponse, IntrospectionUrl, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    RedirectUrl, RevocationUrl, Scope, TokenIntrospectionResponse, TokenResponse,
    core::{
        CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreRevocableToken,
        CoreUserInfoClaims,
    },
};
use rstest::rstest;
use serde_json::json;

use crate::app::{
    browser::Authorize,
    fixtures::{ALICE, CONF_CB, SECRET},
    server::{ISSUER, TestServer, param},
};

#[rstest]
#[case("RS256")]
#[case("ES256")]
#[case("PS256")]
#[case("EdDSA")]
#[tokio::test(flavor = "multi_thread")]
async fn the_whole_way_of_a_relying_party(#[case] alg: &str) {
    let keys = json!({ "directory": "target/test_oauth_keys_rp", "id_token_alg": alg });
    let server = TestServer::with(json!({ "keys": keys })).await;
    let wire = |request: HttpRequest| {
        let (parts, body) = request.into_parts();
        // The fixtures' issuer has a name; the socket has a number.
        let url = server.url(&parts.uri.to_string());
        let request = server.http.request(parts.method, url);
        let request = request.headers(parts.headers).body(body);
        async move {
            let answer = request.send().await?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            let mut response = HttpResponse::new(answer.bytes().await?.to_vec());
            (*response.status_mut(), *response.headers_mut()) = (status, headers);
            Ok::<_, reqwest::Error>(response)
        }
    };
    let issuer = IssuerUrl::new(ISSUER.to_owned()).unwrap();
    let metadata = CoreProviderMetadata::discover_async(issuer, &wire)
        .await
        .unwrap();
    let urls = &server.oauth().urls;
    let secret = ClientSecret::new(SECRET.to_owned());
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new("conf".to_owned()),
        Some(secret),
    )
    .set_redirect_uri(RedirectUrl::new(CONF_CB.to_owned()).unwrap())
    .set_revocation_url(
        RevocationUrl::new(
            urls.of(loco_oauth_server::internals::protocol::route::Route::Revoke)
                .to_owned(),
        )
        .unwrap(),
    )
    .set_introspection_url(
        IntrospectionUrl::new(
            urls.of(loco_oauth_server::internals::protocol::route::Route::Introspect)
                .to_owned(),
        )
        .unwrap(),
    );

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scope(Scope::new("email".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let request = Authorize(url.query_pairs().into_owned().collect());
    let location = server.browser().complete(&request).await;
    assert_eq!(param(&location, "state").as_ref(), Some(state.secret()));
    let code = AuthorizationCode::new(param(&location, "code").unwrap());
    let tokens = client
        .exchange_code(code)
        .unwrap()
        .set_pkce_verifier(verifier);
    let tokens = tokens.request_async(&wire).await.unwrap();

    let (id_token, judge) = (tokens.id_token().unwrap(), client.id_token_verifier());
    let claims = id_token.claims(&judge, &nonce).unwrap();
    assert_eq!(claims.email().unwrap().as_str(), ALICE);
    let signature = (
        id_token.signing_alg().unwrap(),
        id_token.signing_key(&judge).unwrap(),
    );
    assert_eq!(serde_json::to_value(signature.0).unwrap(), alg);
    let hash = AccessTokenHash::from_token(tokens.access_token(), signature.0, signature.1);
    assert_eq!(claims.access_token_hash(), Some(&hash.unwrap()));
    assert!(id_token.claims(&judge, &Nonce::new_random()).is_err());

    let subject = claims.subject().clone();
    let request = client.user_info(tokens.access_token().clone(), Some(subject.clone()));
    let user: CoreUserInfoClaims = request.unwrap().request_async(&wire).await.unwrap();
    assert_eq!(user.subject(), &subject);

    let refreshed = client
        .exchange_refresh_token(tokens.refresh_token().unwrap())
        .unwrap();
    let refreshed = refreshed.request_async(&wire).await.unwrap();
    let no_nonce = |_: Option<&Nonce>| Ok(());
    let again = refreshed
        .id_token()
        .unwrap()
        .claims(&judge, no_nonce)
        .unwrap();
    assert_eq!(again.subject(), &subject);

    let live = client
        .introspect(refreshed.access_token())
        .request_async(&wire)
        .await
        .unwrap();
    assert!(live.active());
    assert_eq!(live.client_id().unwrap().as_str(), "conf");
    let revocable = CoreRevocableToken::RefreshToken(refreshed.refresh_token().unwrap().clone());
    client
        .revoke_token(revocable)
        .unwrap()
        .request_async(&wire)
        .await
        .unwrap();
    let live = client
        .introspect(refreshed.access_token())
        .request_async(&wire)
        .await
        .unwrap();
    assert!(!live.active());
}
