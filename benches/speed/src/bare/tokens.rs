//! The grants of the token endpoint.

use subtle::ConstantTimeEq;

use super::{
    Bare,
    database::{
        Row, Value,
        Value::{Bytes, Int, Long, MaybeBytes, MaybeLong, MaybeText, Text, Words},
    },
    endpoints::{Form, NO_CLIENT, now},
    secrets::{challenge, encoded, half_hash, hash, random, seal, token},
};
use crate::Fault;

/// Seconds that tokens are good for.
const ACCESS: i64 = 3600;
const REFRESH: i64 = 30 * 86400;
const FAMILY: i64 = 180 * 86400;
/// Seconds in which a rotation may be repeated.
const RETRY: i64 = 30;

/// Tokens that are stored next.
struct NewTokens {
    access: String,
    refresh: String,
    body: String,
}

/// The columns of a grant that new tokens rest on.
struct Grant {
    id: i64,
    user: i64,
    scopes: Vec<String>,
    audience: Vec<String>,
}

/// A refresh token that is stored next.
struct NewRefresh<'a> {
    hash: [u8; 32],
    grant: &'a Grant,
    generation: i32,
    parent: Option<i64>,
    client_id: &'a str,
    /// End of the family.
    end: i64,
}

impl NewRefresh<'_> {
    const fn values(&self, at: i64) -> [Value<'_>; 13] {
        [
            Bytes(&self.hash),
            Long(self.grant.id),
            Int(self.generation),
            MaybeLong(self.parent),
            Text(self.client_id),
            Long(self.grant.user),
            Long(at),
            Long(at + REFRESH),
            Long(self.end),
            MaybeLong(None),
            MaybeLong(None),
            MaybeBytes(None),
            MaybeBytes(None),
        ]
    }
}

/// An access token that is stored next, with a refresh token.
struct NewAccess<'a> {
    hash: [u8; 32],
    grant: &'a Grant,
    client_id: &'a str,
}

impl NewAccess<'_> {
    const fn values(&self, at: i64) -> [Value<'_>; 12] {
        [
            Bytes(&self.hash),
            Long(self.grant.id),
            MaybeLong(None),
            Text(self.client_id),
            Long(self.grant.user),
            Text("opaque"),
            MaybeText(None),
            Words(self.grant.scopes.as_slice()),
            Words(self.grant.audience.as_slice()),
            Long(at),
            Long(at + ACCESS),
            MaybeLong(None),
        ]
    }
}

impl Bare {
    /// Checks a client's secret, as the server does.
    pub fn authenticate(&self, form: &Form) -> Result<(), Fault> {
        let stored = match form.client_id.as_str() {
            "speed-machine" => &self.machine_secret,
            _ => &self.code_secret,
        };
        if stored.ct_eq(&form.secret_hash).into() {
            Ok(())
        } else {
            Err("a wrong secret".into())
        }
    }

    /// `client_credentials`
    pub async fn machine(&self, form: &Form) -> Result<String, Fault> {
        let access = token("loco_at_")?;
        let scope = form.one("scope").unwrap_or_default();
        let body = format!(
            r#"{{"access_token":"{access}","token_type":"Bearer","expires_in":{ACCESS},"scope":"{scope}"}}"#
        );
        let (scopes, audience) = ([scope.into_owned()], [self.base_url.clone()]);
        let at = now();
        let values = [
            Bytes(&hash("access", &access)),
            Text(&form.client_id),
            Text("opaque"),
            MaybeText(None),
            Words(&scopes),
            Words(&audience),
            Long(at),
            Long(at + ACCESS),
            MaybeLong(None),
        ];
        let sql = self.database.sql.insert_machine_token;
        self.database.insert(sql, &values).await?;
        Ok(body)
    }

    /// `authorization_code`
    pub async fn redeem(&self, form: &Form) -> Result<String, Fault> {
        let (database, sql) = (&self.database, &self.database.sql);
        let code = hash("code", &form.one("code").ok_or("no code")?);
        let found = database
            .row(sql.find_code, &[NO_CLIENT, Bytes(&code)])
            .await?;
        let verifier = form.one("code_verifier").ok_or("no code_verifier")?;
        if found.text("g_code_challenge")? != Some(&challenge(&verifier)) {
            return Err("another code_verifier".into());
        }
        let (grant, at) = (self.grant(&found)?, now());
        let tokens = self.new_tokens(&found, &grant, found.text("g_nonce")?)?;
        let refresh = NewRefresh {
            hash: hash("refresh", &tokens.refresh),
            grant: &grant,
            generation: 1,
            parent: None,
            client_id: &form.client_id,
            end: at + FAMILY,
        };
        let access = NewAccess {
            hash: hash("access", &tokens.access),
            grant: &grant,
            client_id: &form.client_id,
        };
        let redeemed = [Long(at), Long(at + FAMILY), Bytes(&code)];
        let values = [&redeemed[..], &refresh.values(at), &access.values(at)].concat();
        database.issue(sql.redeem_code, &values).await?;
        Ok(tokens.body)
    }

    /// `refresh_token`
    pub async fn rotate(&self, form: &Form) -> Result<String, Fault> {
        let (database, sql) = (&self.database, &self.database.sql);
        let old = form.one("refresh_token").ok_or("no refresh_token")?;
        let wanted = [NO_CLIENT, Bytes(&hash("refresh", &old))];
        let found = database.row(sql.find_refresh_token, &wanted).await?;
        let (id, at) = (found.long("r_id")?, now());
        let grant = self.grant(&found)?;
        let tokens = self.new_tokens(&found, &grant, None)?;
        let sealed = seal(&old, &id.to_string(), &tokens.body)?;
        let fingerprint = hash("fingerprint", "");
        let next = NewRefresh {
            hash: hash("refresh", &tokens.refresh),
            grant: &grant,
            generation: found.int("r_generation")? + 1,
            parent: Some(id),
            client_id: &form.client_id,
            end: found.long("r_absolute_expires_at")?,
        };
        let access = NewAccess {
            hash: hash("access", &tokens.access),
            grant: &grant,
            client_id: &form.client_id,
        };
        let superseded = [
            Long(at),
            Long(id),
            Long(grant.id),
            Long(at + RETRY),
            Bytes(&sealed),
            Bytes(&fingerprint),
        ];
        let values = [&superseded[..], &next.values(at), &access.values(at)].concat();
        database.issue(sql.rotate_refresh_token, &values).await?;
        Ok(tokens.body)
    }

    fn grant(&self, found: &Row) -> Result<Grant, Fault> {
        let mut audience = found.words("g_resources")?;
        if audience.is_empty() {
            audience.push(format!("{}/oauth/userinfo", self.base_url));
        }
        Ok(Grant {
            id: found.long("g_id")?,
            user: found.long("g_user_id")?,
            scopes: found.words("g_scopes")?,
            audience,
        })
    }

    /// Makes tokens and the answer that carries them.
    fn new_tokens(
        &self,
        found: &Row,
        grant: &Grant,
        nonce: Option<&str>,
    ) -> Result<NewTokens, Fault> {
        let (access, refresh) = (token("loco_at_")?, token("loco_rt_")?);
        let scope = grant.scopes.join(" ");
        let id_token = if scope.contains("openid") {
            format!(r#","id_token":"{}""#, self.id_token(found, &access, nonce)?)
        } else {
            String::new()
        };
        let body = format!(
            r#"{{"access_token":"{access}","token_type":"Bearer","expires_in":{ACCESS},"refresh_token":"{refresh}","scope":"{scope}"{id_token}}}"#
        );
        Ok(NewTokens {
            access,
            refresh,
            body,
        })
    }

    fn id_token(&self, found: &Row, access: &str, nonce: Option<&str>) -> Result<String, Fault> {
        let nonce = nonce.map_or_else(String::new, |nonce| format!(r#""nonce":"{nonce}","#));
        let claims = format!(
            r#"{{"iss":"{}","sub":"{}","aud":"speed-code","exp":{},"iat":{},"jti":"{}","auth_time":{},{nonce}"acr":"{}","amr":["{}"],"at_hash":"{}","sid":"{}","email":"{}","email_verified":false,"name":"{}","updated_at":{}}}"#,
            self.base_url,
            found.public_id("u_pid")?,
            now() + ACCESS,
            now(),
            encoded(&random::<16>()?),
            found.long("g_auth_time")?,
            found.text("g_acr")?.unwrap_or_default(),
            found.words("g_amr")?.join("\",\""),
            half_hash(access),
            found.text("s_sid")?.unwrap_or_default(),
            found.text("u_email")?.unwrap_or_default(),
            found.text("u_name")?.unwrap_or_default(),
            found.seconds("u_updated_at")?,
        );
        self.key.sign(&claims)
    }
}
