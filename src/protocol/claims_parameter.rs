//! The parameter `claims`: single claims that a client asks for, and the values of `sub` and `acr` that it
//! wants (OpenID Connect Core §5.5).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    claims, error::OAuthError, id_token, received::Received, refusals::AuthorizeRefusal,
    scope::OPENID, scope::Scopes, strict_json,
};

/// Claims about the login, which `UserInfo` tells only to who asks for them. The ID token has them always.
pub const OF_LOGIN: [&str; 3] = ["auth_time", "acr", "amr"];

/// The part of a parameter `claims` that this server acts on. Everything else in it is ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestedClaims {
    /// Names of the claims that are wanted from `UserInfo`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub userinfo: Vec<String>,
    /// Names of the claims about the person that are wanted in the ID token.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub id_token: Vec<String>,
    /// The subjects of which the person must be one; `None` = anybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subjects: Option<Vec<String>>,
    /// The wanted authentication context classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<RequestedAcr>,
}

/// Authentication context classes that the member `acr` asks for (OpenID Connect Core §5.5.1.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedAcr {
    /// The classes, any of which is enough; at least one.
    pub values: Vec<String>,
    /// Whether the request fails without one of them.
    pub essential: bool,
}

/// The single claims that were granted, whatever the scopes cover: the column `claims` of a grant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GrantedClaims {
    /// Names of the claims that `UserInfo` tells.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub userinfo: Vec<String>,
    /// Names of the claims that ID tokens have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub id_token: Vec<String>,
}

/// Reads the parameter (AZ-24). `supported` are the claims that the app has of its users.
///
/// # Errors
/// `invalid_request`, if it is no JSON object or a member that the standard defines has another type.
pub fn read(sent: &str, supported: &[String]) -> Result<RequestedClaims, OAuthError> {
    let parameter = strict_json::object(sent.as_bytes()).map_err(|why| {
        let why = why.to_string();
        OAuthError::of(AuthorizeRefusal::ClaimsNotJson).received(Received::Public(&why))
    })?;
    let userinfo = claims_of(&parameter, "userinfo")?;
    let id_token = claims_of(&parameter, "id_token")?;
    let is_of_person =
        |name: &&String| supported.contains(name) && !id_token::REGISTERED.contains(&name.as_str());
    let of_userinfo = |name: &&String| is_of_person(name) || OF_LOGIN.contains(&name.as_str());
    let names = |claims: &[RequestedClaim<'_>], wanted: &dyn Fn(&&String) -> bool| {
        let names = claims.iter().map(|claim| claim.name);
        names.filter(wanted).cloned().collect()
    };
    let places = [&id_token, &userinfo];
    Ok(RequestedClaims {
        userinfo: names(&userinfo, &of_userinfo),
        id_token: names(&id_token, &is_of_person),
        subjects: subjects(&places)?,
        acr: acr(&places)?,
    })
}

impl RequestedClaims {
    /// Whether nothing of the parameter has an effect.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The claims about the person that none of `scopes` covers: the person is asked for each by itself.
    pub fn beyond(&self, scopes: &Scopes) -> Vec<String> {
        if !scopes.contains(OPENID) {
            // Without an ID token and `UserInfo` there is no place for them.
            return Vec::new();
        }
        beyond(self.userinfo.iter().chain(&self.id_token), scopes)
    }

    /// What is granted of the requested claims: those that a granted scope covers, and those that were
    /// accepted by themselves.
    pub fn granted(&self, scopes: &Scopes, accepted: &[String]) -> GrantedClaims {
        if !scopes.contains(OPENID) {
            return GrantedClaims::default();
        }
        let granted = |name: &&String| {
            OF_LOGIN.contains(&name.as_str())
                || claims::covers(scopes, name)
                || accepted.contains(name)
        };
        GrantedClaims {
            userinfo: self.userinfo.iter().filter(granted).cloned().collect(),
            id_token: self.id_token.iter().filter(granted).cloned().collect(),
        }
    }
}

impl GrantedClaims {
    /// Reads the column of a grant. What cannot be read was not granted.
    pub fn read(column: Option<&Value>) -> Self {
        let column = column.cloned();
        column
            .and_then(|column| serde_json::from_value(column).ok())
            .unwrap_or_default()
    }

    /// Returns the value of the column; `None` = no single claims.
    pub fn to_json(&self) -> Option<Value> {
        let filled = !(self.userinfo.is_empty() && self.id_token.is_empty());
        filled.then(|| serde_json::to_value(self).unwrap_or_default())
    }

    /// The claims about the person that none of `scopes` covers.
    pub fn beyond(&self, scopes: &Scopes) -> Vec<String> {
        beyond(self.userinfo.iter().chain(&self.id_token), scopes)
    }

    /// The claims that `UserInfo` tells to an access token with the scopes `of_token`. One that was granted
    /// by a scope leaves with that scope: a token that was narrowed tells less.
    pub fn of_userinfo(&self, of_grant: &Scopes, of_token: &Scopes) -> Vec<String> {
        let stays =
            |name: &&String| claims::covers(of_token, name) || !claims::covers(of_grant, name);
        self.userinfo.iter().filter(stays).cloned().collect()
    }
}

/// Of these claims, those about the person that none of `scopes` covers.
fn beyond<'a>(names: impl Iterator<Item = &'a String>, scopes: &Scopes) -> Vec<String> {
    let mut beyond: Vec<String> = Vec::new();
    for name in names {
        let stands_alone = !OF_LOGIN.contains(&name.as_str()) && !claims::covers(scopes, name);
        if stands_alone && !beyond.contains(name) {
            beyond.push(name.clone());
        }
    }
    beyond
}

/// One claim of a place, with what is wanted of it.
struct RequestedClaim<'p> {
    name: &'p String,
    essential: bool,
    /// The wanted values; `None` = any.
    values: Option<&'p [Value]>,
}

/// The claims of a place of the parameter.
fn claims_of<'p>(
    parameter: &'p Map<String, Value>,
    place: &'static str,
) -> Result<Vec<RequestedClaim<'p>>, OAuthError> {
    let members = match parameter.get(place) {
        None => return Ok(Vec::new()),
        Some(Value::Object(members)) => members,
        Some(other) => return Err(malformed(place, "an object", other)),
    };
    let claim = |(name, wanted)| claim(place, name, wanted);
    members.iter().map(claim).collect()
}

fn claim<'p>(
    place: &str,
    name: &'p String,
    wanted: &'p Value,
) -> Result<RequestedClaim<'p>, OAuthError> {
    let at = |member: &str| format!("{place}.{name}{member}");
    let members = match wanted {
        Value::Null => {
            return Ok(RequestedClaim {
                name,
                essential: false,
                values: None,
            });
        }
        Value::Object(members) => members,
        other => return Err(malformed(&at(""), "null or an object", other)),
    };
    let essential = match members.get("essential") {
        None => false,
        Some(Value::Bool(essential)) => *essential,
        Some(other) => return Err(malformed(&at(".essential"), "true or false", other)),
    };
    let values = match (members.get("value"), members.get("values")) {
        (None, None) => None,
        (Some(value), None) => Some(std::slice::from_ref(value)),
        (None, Some(Value::Array(values))) if !values.is_empty() => Some(values.as_slice()),
        (None, Some(other)) => return Err(malformed(&at(".values"), "a list of values", other)),
        (Some(_), Some(other)) => {
            return Err(malformed(&at(".values"), "not beside value", other));
        }
    };
    Ok(RequestedClaim {
        name,
        essential,
        values,
    })
}

/// The subjects that every place allows (OpenID Connect Core §3.1.2.2, §5.5.1).
fn subjects(places: &[&Vec<RequestedClaim<'_>>]) -> Result<Option<Vec<String>>, OAuthError> {
    let mut allowed: Option<Vec<String>> = None;
    for claim in places.iter().flat_map(|place| place.iter()) {
        let Some(values) = claim.values.filter(|_| claim.name == "sub") else {
            continue;
        };
        let values = texts("sub", values)?;
        allowed = Some(match allowed {
            None => values,
            Some(mut before) => {
                before.retain(|subject| values.contains(subject));
                before
            }
        });
    }
    Ok(allowed)
}

/// The wanted classes: those of the ID token, or else those of `UserInfo`. Essential ones come first.
fn acr(places: &[&Vec<RequestedClaim<'_>>]) -> Result<Option<RequestedAcr>, OAuthError> {
    let mut wanted: Option<RequestedAcr> = None;
    for claim in places.iter().flat_map(|place| place.iter()) {
        let Some(values) = claim.values.filter(|_| claim.name == "acr") else {
            continue;
        };
        let values = texts("acr", values)?;
        let is_stronger = wanted
            .as_ref()
            .is_none_or(|before| claim.essential && !before.essential);
        if is_stronger {
            wanted = Some(RequestedAcr {
                values,
                essential: claim.essential,
            });
        }
    }
    Ok(wanted)
}

fn texts(claim: &str, values: &[Value]) -> Result<Vec<String>, OAuthError> {
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        other => Err(malformed(&format!("a value of {claim}"), "a text", other)),
    };
    values.iter().map(text).collect()
}

fn malformed(member: &str, expected: &str, sent: &Value) -> OAuthError {
    OAuthError::of(AuthorizeRefusal::ClaimsMalformed).expected(
        format!("{member}: {expected}"),
        Received::Public(&sent.to_string()),
    )
}

#[cfg(test)]
mod tests;
