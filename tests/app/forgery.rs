//! Forged JWTs of a server whose private key the test has: what is wrong with them is nothing but
//! what their name says, the signature is good.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use loco_oauth_server::internals::protocol::secret::{Purpose, hash};
use ring::hmac;
use sea_orm::{EntityTrait, sea_query::Expr};
use serde_json::{Value, json};

use super::{
    assertions::{ClientKey, unsigned},
    oauth_server::oauth_access_tokens as access,
    server::TestServer,
    tokens::jwt_part,
};

/// A changed token, and what it is.
pub type Forgery = (&'static str, String);

impl ClientKey {
    /// `keys` of a server that signs with this one.
    pub fn as_keys(&self) -> Value {
        json!({
            "pem": [self.pem()],
            "id_token_alg": "EdDSA",
            "access_token_alg": "EdDSA",
        })
    }

    /// Takes the name under which the server publishes it.
    pub async fn named_by(mut self, server: &TestServer) -> Self {
        let keys = server.get("/oauth/jwks").await.ok();
        assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
        let kid = keys["keys"][0]["kid"].as_str().unwrap();
        kid.clone_into(&mut self.kid);
        self
    }
}

impl TestServer {
    /// A server that signs with a key of the test.
    pub async fn with_known_key(mut settings: Value) -> (Self, ClientKey) {
        let key = ClientKey::new("");
        settings["keys"] = key.as_keys();
        let server = Self::with(settings).await;
        let key = key.named_by(&server).await;
        (server, key)
    }

    /// Makes the table know this as the one access token there is: what is refused then is refused
    /// for what it is, not because nobody knows it.
    pub async fn pretend_issued(&self, token: &str) {
        let stored = hash(Purpose::Access, token).0.to_vec();
        let changed = access::Entity::update_many()
            .col_expr(access::Column::TokenHash, Expr::value(stored))
            .exec(&self.ctx.db)
            .await
            .unwrap();
        assert_eq!(changed.rows_affected, 1);
    }
}

/// The same token with other header or claims, signed again.
pub fn resigned(key: &ClientKey, token: &str, change: impl Fn(&mut Value, &mut Value)) -> String {
    let (mut header, mut claims) = (jwt_part(token, 0), jwt_part(token, 1));
    change(&mut header, &mut claims);
    key.sign_as_is(&header, &claims)
}

/// The same claims, signed once more: as good as the token itself.
pub fn copy(key: &ClientKey, token: &str) -> String {
    let copy = resigned(key, token, |_, _| {});
    assert_ne!(copy, token, "members are in another order");
    copy
}

/// C217, C218, C220, C221, C222, C225 of a good token.
pub fn forgeries(key: &ClientKey, token: &str) -> Vec<Forgery> {
    let mut all = unsigned_ones(token);
    all.extend(hmac_ones(key, token));
    let header =
        |name: &str, value: Value| resigned(key, token, |header, _| header[name] = value.clone());
    let claim =
        |name: &str, value: Value| resigned(key, token, |_, claims| claims[name] = value.clone());
    let exp = &jwt_part(token, 1)["exp"];
    all.extend([
        ("alg of another key", header("alg", json!("ES256"))),
        ("alg a number", header("alg", json!(1))),
        ("crit known", header("crit", json!(["exp"]))),
        ("crit b64", header("crit", json!(["b64"]))),
        ("crit empty", header("crit", json!([]))),
        ("typ unknown", header("typ", json!("logout+jwt"))),
        ("kid unknown", header("kid", json!("unknown"))),
        ("kid a path", header("kid", json!("../../../../etc/passwd"))),
        ("kid SQL", header("kid", json!("\"' OR 1=1 --"))),
        ("kid long", header("kid", json!("k".repeat(10_000)))),
        ("kid a number", header("kid", json!(1))),
        ("kid null", header("kid", Value::Null)),
        ("exp a text", claim("exp", json!(exp.to_string()))),
        ("exp beyond all clocks", claim("exp", json!(1e300))),
        ("exp an object", claim("exp", json!({}))),
        ("nbf a text", claim("nbf", json!("0"))),
        ("nbf a list", claim("nbf", json!([0]))),
        ("nbf an object", claim("nbf", json!({}))),
        (
            "another issuer",
            claim("iss", json!("https://other.example")),
        ),
        ("no issuer", claim("iss", Value::Null)),
    ]);
    all.extend(changed_bytes(token));
    all
}

/// C217: the header says so, or only the signature is away.
fn unsigned_ones(token: &str) -> Vec<Forgery> {
    let none = |alg: &str| {
        let mut header = jwt_part(token, 0);
        header["alg"] = json!(alg);
        format!("{}.", unsigned(&header, &jwt_part(token, 1)))
    };
    vec![
        ("alg none", none("none")),
        ("alg None", none("None")),
        ("alg NONE", none("NONE")),
        ("no signature", format!("{}.", message(token))),
        ("no third part", message(token).to_owned()),
    ]
}

/// C218.
fn hmac_ones(key: &ClientKey, token: &str) -> Vec<Forgery> {
    let mut header = jwt_part(token, 0);
    header["alg"] = json!("HS256");
    let message = unsigned(&header, &jwt_part(token, 1));
    let secrets = key.public_spellings().into_iter();
    let forge = |secret: Vec<u8>| {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let tag = hmac::sign(&secret, message.as_bytes());
        let tag = URL_SAFE_NO_PAD.encode(tag);
        ("HS256 by the public key", format!("{message}.{tag}"))
    };
    secrets.map(forge).collect()
}

/// C225 in a sample: all positions are tested beside the verifier.
fn changed_bytes(token: &str) -> Vec<Forgery> {
    let parts: Vec<Vec<u8>> = token
        .split('.')
        .map(|part| URL_SAFE_NO_PAD.decode(part).unwrap())
        .collect();
    let changed = |number: usize, change: fn(&mut Vec<u8>)| {
        let mut parts = parts.clone();
        change(&mut parts[number]);
        let parts: Vec<_> = parts
            .iter()
            .map(|part| URL_SAFE_NO_PAD.encode(part))
            .collect();
        parts.join(".")
    };
    vec![
        ("header changed", changed(0, |part| part[10] ^= 1)),
        ("claims changed", changed(1, |part| part[10] ^= 1)),
        ("signature changed", changed(2, |part| part[0] ^= 1)),
        ("signature longer", changed(2, |part| part.push(0))),
        ("signature shorter", changed(2, |part| part.truncate(63))),
        ("text behind it", format!("{token}AA")),
    ]
}

fn message(token: &str) -> &str {
    token.rsplit_once('.').unwrap().0
}
