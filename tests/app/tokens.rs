//! What a client does with codes and tokens, and what the tables then hold.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::{EntityTrait, QueryOrder, sea_query::Expr};
use serde_json::{Value, json};

use super::{
    browser::{Authorize, VERIFIER},
    fixtures::{CONF_CB, PUB_CB},
    oauth_server::{
        oauth_access_tokens as access, oauth_authorization_codes as grants,
        oauth_clients as clients, oauth_consents as consents, oauth_refresh_tokens as refresh,
    },
    server::{Answer, TestServer},
    users,
};

pub const R1: &str = "https://mcp.example/mcp";
pub const R2: &str = "https://api.example";

/// The good request for a code of `conf`, changed: `None` takes a parameter away.
pub fn redemption<'a>(
    code: &'a str,
    changes: &[(&'a str, Option<&'a str>)],
) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CONF_CB),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in changes {
        form.retain(|(key, _)| key != name);
        form.extend(value.map(|value| (*name, value)));
    }
    form
}

/// A JWT's part: 0 = header, 1 = claims.
#[track_caller]
pub fn jwt_part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).expect("a JWT");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// As a client does it, with the published set alone.
#[track_caller]
pub fn assert_verifies(token: &str, set: &Value, audience: &str) {
    use jsonwebtoken::{DecodingKey, Validation, decode, jwk::JwkSet};
    let set: JwkSet = serde_json::from_value(set.clone()).unwrap();
    let header = jsonwebtoken::decode_header(token).unwrap();
    let key = set.find(header.kid.as_deref().unwrap()).expect("published");
    let mut validation = Validation::new(header.alg);
    validation.set_audience(&[audience]);
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    let key = DecodingKey::from_jwk(key).unwrap();
    decode::<Value>(token, &key, &validation).unwrap();
}

/// A member that is a text.
#[track_caller]
pub fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    let value = body[name].as_str();
    value.unwrap_or_else(|| panic!("no {name}: {body}"))
}

/// As hexadecimal digits, as base64url, and as `Debug` writes it.
fn spellings(hash: &[u8]) -> [String; 3] {
    let digits = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits = digits.filter_map(|digit| char::from_digit(digit.into(), 16));
    [
        digits.collect(),
        URL_SAFE_NO_PAD.encode(hash),
        format!("{hash:?}"),
    ]
}

/// None of the secrets stands there.
#[track_caller]
pub fn assert_shows_none(shown: &str, secrets: &[String]) {
    for secret in secrets {
        assert!(!shown.contains(secret.as_str()), "{secret} in {shown}");
    }
}

/// Status, the headers that matter and the body, with all that differs from run to run redacted.
pub fn show(answer: &Answer) -> String {
    const HEADERS: [&str; 7] = [
        "allow",
        "cache-control",
        "content-type",
        "pragma",
        "retry-after",
        "www-authenticate",
        "x-content-type-options",
    ];
    let mut shown = format!("{}\n", answer.status);
    for name in HEADERS {
        for value in answer.headers.get_all(name) {
            let value = value.to_str().unwrap();
            shown.extend([name, ": ", value, "\n"]);
        }
    }
    let body = match serde_json::from_str::<Value>(&answer.body) {
        Ok(body) => serde_json::to_string_pretty(&redacted(body)).unwrap(),
        Err(_) => answer.body.clone(),
    };
    format!("{shown}\n{body}")
}

/// Values of members that differ from run to run become the member's name.
pub fn redacted(mut value: Value) -> Value {
    const MEMBERS: [&str; 10] = [
        "access_token",
        "refresh_token",
        "id_token",
        "exp",
        "iat",
        "auth_time",
        "jti",
        "sid",
        "kid",
        "at_hash",
    ];
    if let Value::Object(members) = &mut value {
        for (name, value) in members {
            let is_uuid = value.as_str().is_some_and(|text| text.len() == 36);
            if MEMBERS.contains(&name.as_str()) || (name == "sub" && is_uuid) {
                *value = json!(format!("[{name}]"));
            }
        }
    }
    value
}

/// Compares with a named snapshot beside the tests of the endpoints.
macro_rules! snapshot {
    ($name:literal, $shown:expr) => {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!($name, $shown);
        })
    };
}
pub(crate) use snapshot;

impl TestServer {
    /// A token request of `conf`.
    pub async fn token(&self, form: &[(&str, &str)]) -> Answer {
        self.as_client("conf", "/oauth/token", form).await
    }

    /// A redemption by `conf`.
    pub async fn redeem_with(&self, code: &str, changes: &[(&str, Option<&str>)]) -> Answer {
        self.token(&redemption(code, changes)).await
    }

    /// A code of `conf` for alice.
    pub async fn code(&self) -> String {
        self.browser().code(&Authorize::base()).await
    }

    /// Tokens of `pub` for alice.
    pub async fn public_tokens(&self) -> Value {
        let code = self.browser().code(&Authorize::of("pub", PUB_CB)).await;
        self.redeem_public(&code).await.ok()
    }

    /// Redeems a code of `pub`.
    pub async fn redeem_public(&self, code: &str) -> Answer {
        let changes = [("redirect_uri", Some(PUB_CB)), ("client_id", Some("pub"))];
        self.post("/oauth/token", &redemption(code, &changes)).await
    }

    /// A refresh by `conf`.
    pub async fn refresh(&self, token: &str) -> Answer {
        self.refresh_with(token, &[]).await
    }

    /// A refresh by `conf` with more parameters.
    pub async fn refresh_with(&self, token: &str, more: &[(&str, &str)]) -> Answer {
        let form = [
            &[("grant_type", "refresh_token"), ("refresh_token", token)],
            more,
        ];
        self.token(&form.concat()).await
    }

    /// A refresh by `pub`.
    pub async fn refresh_public(&self, token: &str) -> Answer {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", "pub"),
        ];
        self.post("/oauth/token", &form).await
    }

    /// What `conf` learns about a token.
    pub async fn introspect(&self, token: &str) -> Value {
        let form = [("token", token)];
        self.as_client("conf", "/oauth/introspect", &form)
            .await
            .ok()
    }

    pub async fn is_live(&self, token: &str) -> bool {
        self.introspect(token).await["active"] == true
    }

    /// A revocation by `conf`.
    pub async fn revoke(&self, token: &str) -> Answer {
        let form = [("token", token)];
        self.as_client("conf", "/oauth/revoke", &form).await
    }

    pub async fn userinfo(&self, token: &str) -> Answer {
        let request = self.http.get(self.url("/oauth/userinfo"));
        self.send(request.bearer_auth(token)).await
    }

    /// All facts that a request of a client can change: equal before and after = nothing changed.
    pub async fn ledger(&self) -> Value {
        let db = &self.ctx.db;
        let grants = grants::Entity::find().order_by_asc(grants::Column::Id);
        let grants = grants.all(db).await.unwrap();
        let access = access::Entity::find().order_by_asc(access::Column::Id);
        let access = access.all(db).await.unwrap();
        json!({
            "grants": grants.iter().map(|row| json!([
                row.client_id, row.scopes, row.resources, row.redeemed_at, row.revoked_at,
                row.revoke_reason,
            ])).collect::<Vec<_>>(),
            "access": access.iter().map(|row| json!([
                row.client_id, row.grant_id, row.scopes, row.revoked_at,
            ])).collect::<Vec<_>>(),
            "refresh": self.generations().await.iter().map(|row| json!([
                row.generation, row.expires_at, row.superseded_at, row.successor_until,
            ])).collect::<Vec<_>>(),
            "consents": consents::Entity::find().all(db).await.unwrap().len(),
        })
    }

    /// Refresh tokens, oldest first.
    pub async fn generations(&self) -> Vec<refresh::Model> {
        let rows = refresh::Entity::find().order_by_asc(refresh::Column::Id);
        rows.all(&self.ctx.db).await.unwrap()
    }

    /// Generations that would be accepted now.
    pub async fn live_generations(&self) -> Vec<i32> {
        let live: Vec<i64> = self
            .grants()
            .await
            .iter()
            .filter(|grant| grant.revoked_at.is_none())
            .map(|grant| grant.id)
            .collect();
        let rows = self.generations().await.into_iter();
        rows.filter(|row| row.superseded_at.is_none() && live.contains(&row.grant_id))
            .map(|row| row.generation)
            .collect()
    }

    /// Grants, oldest first.
    pub async fn grants(&self) -> Vec<grants::Model> {
        let rows = grants::Entity::find().order_by_asc(grants::Column::Id);
        rows.all(&self.ctx.db).await.unwrap()
    }

    /// Why each grant was revoked.
    pub async fn revocations(&self) -> Vec<Option<String>> {
        let grants = self.grants().await.into_iter();
        grants.map(|grant| grant.revoke_reason).collect()
    }

    pub async fn access_tokens(&self) -> Vec<access::Model> {
        let rows = access::Entity::find().order_by_asc(access::Column::Id);
        rows.all(&self.ctx.db).await.unwrap()
    }

    /// What the tables hold of secrets and tokens, in every spelling.
    pub async fn hashes(&self) -> Vec<String> {
        let clients = clients::Entity::find().all(&self.ctx.db).await.unwrap();
        let clients = clients.into_iter().flat_map(|row| {
            [
                row.client_secret_hash,
                row.previous_secret_hash,
                row.registration_token_hash,
            ]
        });
        let grants = self.grants().await.into_iter().map(|row| row.code_hash);
        let mut hashes: Vec<Vec<u8>> = clients.chain(grants).flatten().collect();
        let access = self.access_tokens().await.into_iter();
        hashes.extend(access.map(|row| row.token_hash));
        let refresh = self.generations().await.into_iter();
        hashes.extend(refresh.map(|row| row.token_hash));
        let sessions = self.sessions().await.into_iter();
        hashes.extend(sessions.map(|row| row.token_hash));
        hashes.iter().flat_map(|hash| spellings(hash)).collect()
    }

    /// Changes a column of alice.
    pub async fn set_user(&self, column: users::Column, value: impl Into<sea_orm::Value>) {
        users::Entity::update_many()
            .col_expr(column, Expr::value(value.into()))
            .exec(&self.ctx.db)
            .await
            .unwrap();
    }

    /// Changes a column of a client.
    pub async fn set_client(
        &self,
        client: &str,
        column: clients::Column,
        value: impl Into<sea_orm::Value>,
    ) {
        use sea_orm::{ColumnTrait, QueryFilter};
        clients::Entity::update_many()
            .col_expr(column, Expr::value(value.into()))
            .filter(clients::Column::ClientId.eq(client))
            .exec(&self.ctx.db)
            .await
            .unwrap();
    }
}
