//! What strangers send raises no counter that a client or a person meets; many people of one hosted
//! client are many people.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::app::{
    assertions::{ClientKey, signer, with_assertion},
    browser::{Authorize, VERIFIER, encoded},
    fixtures::{self, PUB_CB, SECRET},
    limits::{Caller, STORES, a_minute, only_these},
    server::{Answer, Basic, TestServer},
    tokens::text,
};

const STRANGERS: [&str; 6] = [
    "127.0.0.2",
    "127.0.0.3",
    "127.0.0.4",
    "127.0.0.5",
    "127.0.0.6",
    "127.0.0.7",
];

const MACHINE: [(&str, &str); 2] = [("grant_type", "client_credentials"), ("scope", "jobs")];

/// Code and refresh token of the public client `pub`.
async fn redeem_public(server: &TestServer, code: &str) -> Answer {
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "pub"),
        ("code", code),
        ("redirect_uri", PUB_CB),
        ("code_verifier", VERIFIER),
    ];
    server.post("/oauth/token", &form).await
}

/// The limits are those that an app may have written for the two keys of the first edition.
#[tokio::test(flavor = "multi_thread")]
async fn s_b2_strangers_raise_no_counter_of_a_public_client() {
    for store in STORES {
        let limits = [
            ("token", a_minute(&[3, 3])),
            ("token_failure", a_minute(&[3, 3])),
        ];
        let server = TestServer::with(only_these(&limits, store)).await;
        let code = server.browser().code(&Authorize::of("pub", PUB_CB)).await;
        let guesses: [&[(&str, &str)]; 3] = [
            &[
                ("grant_type", "refresh_token"),
                ("client_id", "pub"),
                ("refresh_token", "x"),
            ],
            &[
                ("grant_type", "authorization_code"),
                ("client_id", "pub"),
                ("code", "x"),
            ],
            &[("grant_type", "magic"), ("client_id", "pub")],
        ];
        for stranger in STRANGERS {
            for guess in guesses {
                let answer = Caller::at(&server, stranger)
                    .post("/oauth/token", guess)
                    .await;
                assert_eq!(answer.status, 400, "{answer:?}");
            }
        }
        let tokens = redeem_public(&server, &code).await.ok();
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", "pub"),
            ("refresh_token", text(&tokens, "refresh_token")),
        ];
        server.post("/oauth/token", &form).await.ok();
        // A stranger at an address of its own is stopped there.
        let guess = guesses[0];
        let stranger = Caller::at(&server, STRANGERS[0]);
        stranger
            .post("/oauth/token", guess)
            .await
            .assert_error(429, "temporarily_unavailable");
    }
}

/// Secrets of confidential clients: guessing stops who guesses, not the client.
#[tokio::test(flavor = "multi_thread")]
async fn s_b2_who_guesses_a_secret_stops_nobody_else() {
    for store in STORES {
        let limits = [
            ("token", a_minute(&[4, 4])),
            ("token_failure", a_minute(&[2, 50])),
            ("introspect", a_minute(&[4])),
            ("revoke", a_minute(&[2])),
        ];
        let server = TestServer::with(only_these(&limits, store)).await;
        let form = [MACHINE.as_slice(), &[("token", "x")]].concat();
        for stranger in STRANGERS {
            let stranger = Caller::at(&server, stranger);
            let ask = async |path: &str| {
                stranger
                    .post_as(Basic::of("m2m", "wrong"), path, &form)
                    .await
                    .status
            };
            assert_eq!(ask("/oauth/introspect").await, 401);
            assert_eq!(ask("/oauth/revoke").await, 401);
            for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke"] {
                assert_eq!(ask(path).await, 429, "{path}");
            }
        }
        for _ in 0..4 {
            server.as_client("m2m", "/oauth/token", &MACHINE).await.ok();
            let asked = server.as_client("m2m", "/oauth/introspect", &[("token", "x")]);
            assert_eq!(asked.await.ok(), json!({ "active": false }));
        }
        // Its own limits hold.
        let over = server.as_client("m2m", "/oauth/token", &MACHINE).await;
        over.assert_error(429, "temporarily_unavailable");
        let over = server
            .as_client("m2m", "/oauth/introspect", &[("token", "x")])
            .await;
        over.assert_error(429, "temporarily_unavailable");
    }
}

/// The limit of introspection is the client's, wherever it asks from.
#[tokio::test(flavor = "multi_thread")]
async fn s_b2_introspection_is_limited_for_the_client_at_all_its_addresses() {
    for store in STORES {
        let server = TestServer::with(only_these(&[("introspect", a_minute(&[2]))], store)).await;
        let secret = encoded(SECRET);
        for (address, status) in [("127.0.0.2", 200), ("127.0.0.3", 200), ("127.0.0.4", 429)] {
            let caller = Caller::at(&server, address);
            let form = [("token", "x")];
            let answer = caller
                .post_as(Basic::of("conf", &secret), "/oauth/introspect", &form)
                .await;
            assert_eq!(answer.status, status, "{store} {address}");
        }
    }
}

/// At introspection, a client that signs leaves a row with each assertion; over its limit none.
#[tokio::test(flavor = "multi_thread")]
async fn s_b6_an_assertion_over_the_limit_is_not_even_looked_at() {
    for store in STORES {
        let server = TestServer::with(only_these(&[("introspect", a_minute(&[2]))], store)).await;
        let key = ClientKey::new("k1");
        fixtures::insert(&server, &signer(Some(key.jwks()))).await;
        for (number, status) in [200, 200, 429, 429, 429].into_iter().enumerate() {
            let claims = json!({ "jti": number.to_string() });
            let assertion = key.assertion(&server, "signer", &claims);
            let form = with_assertion(&assertion, &[("token", "x")]);
            let answer = server.post("/oauth/introspect", &form).await;
            assert_eq!(answer.status, status, "{number}: {answer:?}");
        }
        assert_eq!(server.used().await, 2, "{store}");
    }
}

async fn register(caller: &Caller<'_>, token: Option<&str>) -> Answer {
    let metadata = json!({
        "redirect_uris": ["https://tool.example/cb"],
        "token_endpoint_auth_method": "none",
    });
    let request = caller.http.post(caller.server.url("/oauth/register"));
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    caller.server.send(request.json(&metadata)).await
}

/// The server's ceiling is for strangers; so is what they do at the holder's own address.
#[tokio::test(flavor = "multi_thread")]
async fn s_b2_strangers_stop_no_holder_of_an_initial_access_token() {
    const TOKEN: &str = "an initial access token of the operator";
    for store in STORES {
        let mut settings = only_these(&[("register", a_minute(&[2, 5]))], store);
        let hash = format!("{:x}", Sha256::digest(TOKEN));
        settings["initial_access_token_hashes"] = json!([hash]);
        settings["allow_dynamic_client_registration"] = json!(true);
        settings["allow_unauthenticated_client_registration"] = json!(true);
        let server = TestServer::with(settings).await;
        let statuses = async |address: &str, token: Option<&str>| {
            let caller = Caller::at(&server, address);
            let mut statuses = Vec::new();
            for _ in 0..3 {
                statuses.push(register(&caller, token).await.status);
            }
            statuses
        };
        assert_eq!(statuses("127.0.0.2", None).await, [201, 201, 429]);
        assert_eq!(
            statuses("127.0.0.3", Some("guessed")).await,
            [401, 401, 429]
        );
        // What is refused is not counted for the server.
        assert_eq!(statuses("127.0.0.4", None).await, [201, 201, 429]);
        assert_eq!(
            statuses("127.0.0.6", None).await,
            [201, 429, 429],
            "five in all"
        );
        // Another address, and the one that a stranger used up.
        assert_eq!(statuses("127.0.0.5", Some(TOKEN)).await, [201, 201, 429]);
        assert_eq!(statuses("127.0.0.2", Some(TOKEN)).await, [201, 201, 429]);
        // Nor does the holder use up what strangers have.
        server.advance(60);
        assert_eq!(statuses("127.0.0.5", Some(TOKEN)).await, [201, 201, 429]);
        assert_eq!(statuses("127.0.0.5", None).await, [201, 201, 429]);
    }
}

/// UserInfo: invented tokens at other addresses, and a token that is shown elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn s_b2_invented_tokens_raise_no_counter_of_a_real_one() {
    for store in STORES {
        let server = TestServer::with(only_these(&[("userinfo", a_minute(&[2, 4]))], store)).await;
        let tokens = server.tokens(&Authorize::base()).await;
        for address in STRANGERS {
            let stranger = Caller::at(&server, address);
            for number in 0..6 {
                let request = stranger.http.get(server.url("/oauth/userinfo"));
                let request = request.bearer_auth(format!("{address}-{number}"));
                let status = server.send(request).await.status;
                assert_eq!(status, if number < 4 { 401 } else { 429 });
            }
        }
        server.userinfo(text(&tokens, "access_token")).await.ok();
    }
}

/// The defaults of the endpoint, all others off: the tests are one person at one address.
fn defaults(store: &str) -> Value {
    let all = ["token", "token_failure", "revoke", "introspect"];
    only_these(&all.map(|entry| (entry, json!([]))), store)
}

#[tokio::test(flavor = "multi_thread")]
async fn s_c16_61_people_of_a_hosted_client_redeem_and_refresh_in_a_minute() {
    for store in STORES {
        let server = TestServer::with(defaults(store)).await;
        server.advance(0);
        let (mut browser, mut refresh_tokens) = (server.browser(), Vec::new());
        for _ in 0..61 {
            let code = browser.code(&Authorize::of("pub", PUB_CB)).await;
            let tokens = redeem_public(&server, &code).await.ok();
            refresh_tokens.push(text(&tokens, "refresh_token").to_owned());
        }
        for token in &mut refresh_tokens {
            let form = [
                ("grant_type", "refresh_token"),
                ("client_id", "pub"),
                ("refresh_token", token.as_str()),
            ];
            let tokens = server.post("/oauth/token", &form).await.ok();
            *token = text(&tokens, "refresh_token").to_owned();
        }
        // And all of them sign out.
        for token in &refresh_tokens {
            let form = [("client_id", "pub"), ("token", token.as_str())];
            let answer = server.post("/oauth/revoke", &form).await;
            assert_eq!(answer.status, 200, "{answer:?}");
        }
        assert_eq!(server.live_generations().await, Vec::<i32>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s_c16_61_people_of_a_confidential_client() {
    for store in STORES {
        let server = TestServer::with(defaults(store)).await;
        server.advance(0);
        let mut browser = server.browser();
        for _ in 0..61 {
            let code = browser.code(&Authorize::base()).await;
            let tokens = server.redeem(&code).await.ok();
            server.refresh(text(&tokens, "refresh_token")).await.ok();
        }
    }
}

/// 600 in a minute, then it is one client too many; another address has its own.
#[tokio::test(flavor = "multi_thread")]
async fn s_c16_a_client_has_600_requests_at_an_address() {
    let server = TestServer::with(defaults("memory")).await;
    server.advance(0);
    for _ in 0..600 {
        server.as_client("m2m", "/oauth/token", &MACHINE).await.ok();
    }
    let over = server.as_client("m2m", "/oauth/token", &MACHINE).await;
    over.assert_error(429, "temporarily_unavailable");
    let elsewhere = Caller::at(&server, "127.0.0.2");
    let secret = encoded(SECRET);
    elsewhere
        .post_as(Basic::of("m2m", &secret), "/oauth/token", &MACHINE)
        .await
        .ok();
}

/// What revokes nothing is counted: guesses, and tokens that are over.
#[tokio::test(flavor = "multi_thread")]
async fn s_c16_revocations_that_end_nothing_are_limited() {
    for store in STORES {
        let server = TestServer::with(only_these(&[("revoke", a_minute(&[3]))], store)).await;
        let tokens = server.tokens(&Authorize::base()).await;
        let token = text(&tokens, "refresh_token");
        for (token, status) in [
            ("guessed", 200),
            (token, 200),
            (token, 200),
            ("guessed again", 200),
            ("and again", 429),
        ] {
            assert_eq!(server.revoke(token).await.status, status, "{store} {token}");
        }
    }
}
