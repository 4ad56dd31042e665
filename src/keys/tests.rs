#![expect(
    clippy::needless_pass_by_value,
    reason = "json!(…) reads better without &"
)]

use loco_rs::environment::Environment;
use serde_json::{Value, json};

use super::*;

mod jwt;
mod sources;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "http://localhost:5150";

const fn at(seconds: i64) -> UnixTime {
    UnixTime::from_seconds(seconds)
}

fn settings(keys: Value, environment: &Environment) -> Settings {
    let block = json!({
        "base_url": ISSUER,
        "secret": "0123456789abcdef0123456789abcdef",
        "keys": keys,
    });
    let settings = Settings::from_config(Some(&block), environment, ISSUER, "demo");
    settings.unwrap_or_else(|error| panic!("{error}"))
}

async fn load(keys: Value, environment: &Environment) -> Result<Keys, KeyError> {
    Keys::load(&settings(keys, environment), at(NOW)).await
}

/// Keys in memory, without RSA, which is slow to make.
async fn quick_keys() -> Keys {
    let pem = |alg| {
        let document = generate::generate(alg).expect("key");
        pem::encode(&document, None, None).expect("PEM").to_string()
    };
    let keys = json!({
        "pem": [pem(SigningAlg::ES256), pem(SigningAlg::EdDsa)],
        "id_token_alg": "ES256",
        "access_token_alg": "EdDSA",
    });
    load(keys, &Environment::Test).await.expect("keys")
}
