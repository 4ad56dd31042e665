//! Targets `jwt` and `client_assertion`.
//!
//! The first line says what is presented and when; the further lines are the parts of the token,
//! from the header on: `=` keeps the part of a token that was really signed, a part that begins
//! with `{` is JSON still to be encoded, anything else stands as it is. With the word `sign` the
//! parts are signed with the right key.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use loco_rs::environment::Environment;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Map, Value, json};

use crate::{
    config::Settings,
    keys::{JwtPurpose, Keys},
    protocol::{
        client_assertion::{Assertion, Audience, Expected},
        jwk::SigningAlg,
        numeric_date,
        time::{Seconds, UnixTime},
    },
};

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
const ISSUER: &str = "https://as.example";
const CLIENT: &str = "machine";
/// Ten of them.
const YEARS: i64 = 315_360_000;

/// Our keys, those of RFC 7515 A.3 and RFC 8037 A.1, and what they signed.
struct Own {
    keys: Keys,
    access: [String; 2],
    hint: String,
}

static OWN: LazyLock<Own> = LazyLock::new(|| {
    let block = json!({
        "base_url": ISSUER,
        "secret": "0123456789abcdef0123456789abcdef",
        "keys": {
            "id_token_alg": "ES256",
            "access_token_alg": "EdDSA",
            "jwks": { "keys": [
                {
                    "kty": "EC", "crv": "P-256",
                    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                    "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
                },
                {
                    "kty": "OKP", "crv": "Ed25519",
                    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
                },
            ] },
        },
    });
    let settings = Settings::from_config(Some(&block), &Environment::Test, ISSUER, "fuzz");
    let settings = settings.unwrap_or_else(|error| panic!("{error}"));
    // A thread of its own: the caller may be within a runtime.
    let load = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.unwrap_or_else(|error| panic!("{error}"));
        runtime.block_on(Keys::load(&settings, NOW))
    });
    let keys = load.join().unwrap_or_else(|_| panic!("a runtime"));
    let keys = keys.unwrap_or_else(|error| panic!("{error}"));
    let sign = |alg, typ| {
        keys.sign(alg, typ, &claims())
            .unwrap_or_else(|error| panic!("{error}"))
    };
    let access = [
        sign(SigningAlg::EdDsa, "at+jwt"),
        sign(SigningAlg::ES256, "at+jwt"),
    ];
    let hint = sign(SigningAlg::ES256, "JWT");
    Own { keys, access, hint }
});

fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "alice", "aud": "web", "client_id": "web", "jti": "1",
        "iat": NOW, "exp": NOW + Seconds::hours(1),
    })
}

const fn lasting(number: i64) -> Seconds {
    Seconds::new(number)
}

/// The words of the first line.
struct Wish<'a> {
    words: Vec<&'a str>,
    now: UnixTime,
}

impl<'a> Wish<'a> {
    fn read(line: &'a str) -> Self {
        let words: Vec<&str> = line.split(' ').collect();
        let offset = words.iter().find_map(|word| word.parse::<i64>().ok());
        Self {
            now: NOW + Seconds::new(offset.unwrap_or_default().clamp(-YEARS, YEARS)),
            words,
        }
    }

    fn says(&self, word: &str) -> bool {
        self.words.contains(&word)
    }
}

/// The parts of a token, of `original` where the lines keep them.
fn parts(lines: &str, original: &str) -> Vec<String> {
    let mut kept = original.split('.');
    let part = |line: &str| {
        let kept = kept.next().unwrap_or_default();
        match line {
            "=" => kept.to_owned(),
            json if json.starts_with('{') => URL_SAFE_NO_PAD.encode(json),
            other => other.to_owned(),
        }
    };
    lines.split('\n').map(part).collect()
}

fn decoded(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// JWTs of our own: only what our keys signed verifies, only as what it is, only in time.
pub fn jwt(data: &[u8]) {
    let Some([first, rest]) = super::lines(data) else {
        return;
    };
    let own = &*OWN;
    let wish = Wish::read(first);
    let original = match (wish.says("hint"), wish.says("ES256")) {
        (true, _) => &own.hint,
        (false, true) => &own.access[1],
        (false, false) => &own.access[0],
    };
    let parts = parts(rest, original);
    if wish.says("sign") {
        return signed(&wish, parts.get(1).map_or("", String::as_str));
    }
    let token = parts.join(".");
    for purpose in [
        JwtPurpose::AccessToken,
        JwtPurpose::IdTokenHint,
        JwtPurpose::SubjectToken,
    ] {
        let Ok(verified) = own.keys.verify(&token, purpose, wish.now) else {
            let in_time = wish.now >= NOW - lasting(10) && wish.now < NOW + lasting(3610);
            let is_id_token = purpose != JwtPurpose::AccessToken;
            let is_hint = purpose == JwtPurpose::IdTokenHint;
            let good = token == *original && (is_id_token == wish.says("hint"));
            assert!(!good || !(in_time || is_hint), "a good token is refused");
            continue;
        };
        let message = |token: &str| {
            token
                .rsplit_once('.')
                .map(|(message, _)| message.to_owned())
        };
        let ours: &[String] = match purpose {
            JwtPurpose::IdTokenHint | JwtPurpose::SubjectToken => std::slice::from_ref(&own.hint),
            JwtPurpose::AccessToken => &own.access,
        };
        if purpose != JwtPurpose::IdTokenHint {
            assert!((NOW - lasting(10)..NOW + lasting(3610)).contains(&wish.now));
        }
        // Of ECDSA a second signature of the same message can be computed; nothing follows.
        let signed = ours.iter().any(|own| message(own) == message(&token));
        assert!(signed, "not signed by us: {token}");
        assert_eq!(Value::Object(verified.claims), claims());
    }
}

/// Whatever our key signed, the claims are checked.
fn signed(wish: &Wish<'_>, payload: &str) {
    let own = &*OWN;
    let Some(claims) = decoded(payload) else {
        return;
    };
    for (purpose, typ) in [
        (JwtPurpose::AccessToken, "at+jwt"),
        (JwtPurpose::IdTokenHint, "JWT"),
        (JwtPurpose::SubjectToken, "JWT"),
    ] {
        let token = own.keys.sign(SigningAlg::EdDsa, typ, &claims);
        let token = token.unwrap_or_else(|error| panic!("{error}"));
        let Ok(verified) = own.keys.verify(&token, purpose, wish.now) else {
            continue;
        };
        let whole = |name: &str| claims.get(name).and_then(numeric_date::rounded_up);
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        assert_eq!(text("iss"), Some(ISSUER));
        assert_eq!(text("sub"), Some(verified.subject.as_str()));
        assert_eq!(whole("exp"), Some(verified.expires_at));
        assert_eq!(whole("iat"), Some(verified.issued_at));
        assert!(!verified.audiences.is_empty());
        let audience = claims.get("aud").map(|aud| match aud {
            Value::String(one) => json!([one]),
            many => many.clone(),
        });
        assert_eq!(audience, Some(json!(verified.audiences)));
        if purpose == JwtPurpose::AccessToken {
            assert!(text("client_id").is_some() && text("jti").is_some());
        }
        if purpose != JwtPurpose::IdTokenHint {
            assert!(verified.expires_at > wish.now - lasting(10));
            assert!(verified.issued_at <= wish.now + lasting(10));
            let begins = claims.get("nbf").map(|_| whole("nbf"));
            assert!(begins.is_none_or(|at| at.is_some_and(|at| at <= wish.now + lasting(10))));
        }
    }
}

/// The key of the client of [`client_assertion`], with its public set and a good assertion.
struct Theirs {
    key: Ed25519KeyPair,
    set: Value,
    assertion: String,
}

static THEIRS: LazyLock<Theirs> = LazyLock::new(|| {
    let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]);
    let key = key.unwrap_or_else(|error| panic!("{error}"));
    let x = URL_SAFE_NO_PAD.encode(key.public_key().as_ref());
    let set = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": x }] });
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA","kid":"k1","typ":"JWT"}"#);
    let claims = json!({
        "iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "jti": "1", "iat": NOW, "exp": NOW + Seconds::minutes(1),
    });
    let assertion = sign(&key, &header, &URL_SAFE_NO_PAD.encode(claims.to_string()));
    Theirs {
        key,
        set,
        assertion,
    }
});

fn sign(key: &Ed25519KeyPair, header: &str, payload: &str) -> String {
    let message = format!("{header}.{payload}");
    let signature = URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes()));
    format!("{message}.{signature}")
}

/// Assertions of clients (CA-03 to CA-05). With the word `set` the last line is a key set that
/// the client registered: none but its own key proves the good assertion.
pub fn client_assertion(data: &[u8]) {
    let Some([first, rest]) = super::lines(data) else {
        return;
    };
    let theirs = &*THEIRS;
    let wish = Wish::read(first);
    if wish.says("set") {
        return foreign_set(rest);
    }
    let parts = parts(rest, &theirs.assertion);
    let token = match parts.as_slice() {
        [header, payload, ..] if wish.says("sign") => sign(&theirs.key, header, payload),
        parts => parts.join("."),
    };
    let expected = Expected {
        client_id: CLIENT,
        alg: wish.says("registered").then_some("EdDSA"),
        audience: Audience::AnyOf(&[ISSUER]),
        now: wish.now,
    };
    let assertion = Assertion::parse(&token);
    let judged = assertion.and_then(|assertion| {
        let once = assertion.check(&expected)?;
        assertion.verify(&theirs.set).map(|()| once)
    });
    let Ok(once) = judged else {
        let in_time = wish.now >= NOW - lasting(30) && wish.now < NOW + lasting(70);
        assert!(
            token != theirs.assertion || !in_time,
            "a good assertion is refused"
        );
        return;
    };
    assert!(
        wish.says("sign") || token == theirs.assertion,
        "not theirs: {token}"
    );
    let mut parts = token.split('.').map(decoded);
    let header = parts.next().flatten().unwrap_or_default();
    let claims = parts.next().flatten().unwrap_or_default();
    assert!(header.get("alg") == Some(&json!("EdDSA")) && !header.contains_key("crit"));
    for claim in ["iss", "sub"] {
        assert_eq!(claims.get(claim), Some(&json!(CLIENT)));
    }
    let audience = match claims.get("aud") {
        Some(Value::Array(list)) => list.clone(),
        single => single.cloned().into_iter().collect(),
    };
    assert!(!audience.is_empty() && audience.iter().all(|one| *one == json!(ISSUER)));
    let jti = claims.get("jti").and_then(Value::as_str);
    assert!(jti.is_some_and(|jti| (1..=255).contains(&jti.chars().count())));
    let time = |name: &str| claims.get(name).and_then(numeric_date::rounded_up);
    let expires_at = time("exp").unwrap_or_default();
    assert!(expires_at > wish.now - lasting(10) && expires_at <= wish.now + lasting(3610));
    assert_eq!(once.until, expires_at + lasting(10));
    for begins in [time("iat"), time("nbf")].into_iter().flatten() {
        assert!(begins <= wish.now + lasting(30));
    }
}

fn foreign_set(text: &str) {
    let theirs = &*THEIRS;
    let Ok(set) = serde_json::from_str::<Value>(text) else {
        return;
    };
    let assertion = Assertion::parse(&theirs.assertion);
    let assertion = assertion.unwrap_or_else(|error| panic!("{error}"));
    if assertion.verify(&set).is_ok() {
        let own = &theirs.set["keys"][0]["x"];
        let keys = set["keys"].as_array();
        assert!(
            keys.is_some_and(|keys| keys.iter().any(|key| key["x"] == *own)),
            "{set}"
        );
    }
}
