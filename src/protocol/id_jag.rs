//! ID-JAGs: assertions by which an identity provider lets a client act for a person at the authorization server
//! of another domain (Identity Assertion JWT Authorization Grant §3; RFC 7523 §3).

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    access_token::{Audience, Confirmation},
    client_assertion::{Assertion, AssertionError, AssertionRefusal, SingleUse},
    exchange_policy::AssertionIssuer,
    numeric_date,
    scope::Scopes,
    secret::{Purpose, hash},
};
use crate::protocol::time::{Seconds, UnixTime};

/// Header parameter `typ` (Identity Assertion JWT Authorization Grant §3.1).
pub const TYP: &str = "oauth-id-jag+jwt";

/// How the metadata names the profile (Identity Assertion JWT Authorization Grant §7.2).
pub const PROFILE: &str = "urn:ietf:params:oauth:grant-profile:id-jag";

/// Life of an assertion of this server, and the longest of one that it takes (JB-01).
pub const LIFE: Seconds = Seconds::minutes(5);

/// The claims of an assertion of this server. What is not known is left out.
#[derive(Clone, Debug, Serialize)]
pub struct IdJagClaims {
    /// This server.
    pub iss: String,
    /// The person, as the other authorization server knows them.
    pub sub: String,
    /// The other authorization server.
    pub aud: String,
    /// The client, by its id there.
    pub client_id: String,
    /// Unique id.
    pub jti: String,
    /// Time of issue.
    pub iat: UnixTime,
    /// End of validity.
    pub exp: UnixTime,
    /// Resources there (RFC 8707 §2).
    pub resource: Audience,
    /// Scopes there.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// Time of the person's login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<UnixTime>,
    /// Authentication context class of the login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Authentication methods of the login (RFC 8176).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// The key to which the assertion is bound (RFC 9449 §6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
    /// `email` and `email_verified`, if the client may see them.
    #[serde(flatten)]
    pub about_user: Map<String, Value>,
}

/// Values that an assertion of another server must have.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Who issued it.
    pub issuer: &'a AssertionIssuer,
    /// The issuer identifier of this server.
    pub audience: &'a str,
    /// The client that presents it.
    pub client_id: &'a str,
    /// Thumbprint of the key that the client has proven to hold.
    pub key: Option<&'a str>,
    /// The present time.
    pub now: UnixTime,
}

/// An assertion whose claims are good; its signature is not checked yet.
#[derive(Clone, Debug)]
pub struct IdJag<'a> {
    /// The person, by the claim that the settings name.
    pub subject: &'a str,
    /// The scopes that the identity provider allows; `None` = it says nothing about scopes.
    pub scopes: Option<Scopes>,
    /// The resources that it allows; `None` = it says nothing about resources.
    pub resources: Option<Vec<&'a str>>,
    /// When the person logged in there.
    pub auth_time: Option<UnixTime>,
    /// What makes it usable only once.
    pub once: SingleUse,
}

impl<'a> IdJag<'a> {
    /// Makes every check that needs no key (JB-01), so that keys are fetched for plausible assertions only.
    ///
    /// # Errors
    /// The first rule that the assertion breaks.
    pub fn of(assertion: &'a Assertion, expected: &Expected<'_>) -> Result<Self, AssertionRefusal> {
        if !is_for(assertion.claims().get("aud"), expected.audience) {
            let wanted = format!("aud: the issuer of this server, {}", expected.audience);
            return Err(assertion.refuse("aud", wanted));
        }
        if assertion.text("client_id") != Some(expected.client_id) {
            let wanted = format!("client_id: {}, who presents it", expected.client_id);
            return Err(assertion.refuse("client_id", wanted));
        }
        if let Some(cnf) = assertion.claims().get("cnf") {
            let bound_to = cnf.get("jkt").and_then(Value::as_str);
            if bound_to.is_none() || bound_to != expected.key {
                let wanted = "cnf: the key of the proof in the header DPoP, or no cnf";
                return Err(assertion.refuse("cnf", wanted.to_owned()));
            }
        }
        if !assertion.claims().contains_key("iat") {
            let wanted = "iat: a number of seconds since 1970".to_owned();
            return Err(assertion.refuse("iat", wanted));
        }
        let until = assertion.check_times(expected.now, LIFE)?;
        let jti = assertion.jti()?;
        let subject = subject(assertion, &expected.issuer.subject_claim)?;
        let issuer = &expected.issuer.issuer;
        Ok(Self {
            subject,
            scopes: scopes(assertion)?,
            resources: resources(assertion)?,
            auth_time: { assertion.claims().get("auth_time") }
                .and_then(numeric_date::rounded_down)
                .filter(|at| *at <= expected.now),
            once: SingleUse {
                hash: hash(Purpose::Jti, &format!("{issuer}\0{jti}")),
                until,
            },
        })
    }
}

/// A list of audiences has one element (Identity Assertion JWT Authorization Grant §4.4.1).
fn is_for(aud: Option<&Value>, issuer: &str) -> bool {
    match aud {
        Some(Value::String(one)) => one == issuer,
        Some(Value::Array(list)) => matches!(list.as_slice(), [one] if one == issuer),
        _ => false,
    }
}

fn subject<'a>(assertion: &'a Assertion, claim: &str) -> Result<&'a str, AssertionRefusal> {
    let text = |name: &str| assertion.text(name).filter(|text| !text.is_empty());
    // RFC 7523 §3 demands `sub`, whichever claim names the person here.
    if text("sub").is_none() {
        return Err(assertion.refuse("sub", "sub: a text".to_owned()));
    }
    text(claim).ok_or_else(|| {
        let wanted = format!("{claim}: a text, as the setting subject_claim names it");
        AssertionError::Claim("subject_claim").because(wanted, "none")
    })
}

fn scopes(assertion: &Assertion) -> Result<Option<Scopes>, AssertionRefusal> {
    let Some(scope) = assertion.claims().get("scope") else {
        return Ok(None);
    };
    let parsed = scope.as_str().and_then(|text| Scopes::parse(text).ok());
    let wanted = || "scope: words between spaces".to_owned();
    parsed
        .map(Some)
        .ok_or_else(|| assertion.refuse("scope", wanted()))
}

fn resources(assertion: &Assertion) -> Result<Option<Vec<&str>>, AssertionRefusal> {
    let resources = match assertion.claims().get("resource") {
        None => return Ok(None),
        Some(Value::String(one)) => Some(vec![one.as_str()]),
        Some(Value::Array(list)) => list.iter().map(Value::as_str).collect(),
        Some(_) => None,
    };
    let wanted = || "resource: a URI, or a list of URIs".to_owned();
    resources
        .filter(|list| !list.is_empty())
        .map(Some)
        .ok_or_else(|| assertion.refuse("resource", wanted()))
}

#[cfg(test)]
mod tests;
