//! Scopes and the claims that they bring (OpenID Connect Core §5.1, §5.4).

use serde_json::Value;

use crate::testing::conformance::{
    relying_party::RelyingParty,
    report::{Checked, Stop, ensure},
    suite::Suite,
};

/// The scopes of OpenID Connect with their claims.
const CLAIMS: [Scope; 4] = [
    Scope {
        name: "profile",
        claims: &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    },
    Scope {
        name: "email",
        claims: &["email", "email_verified"],
    },
    Scope {
        name: "address",
        claims: &["address"],
    },
    Scope {
        name: "phone",
        claims: &["phone_number", "phone_number_verified"],
    },
];

#[derive(Clone, Copy)]
struct Scope {
    name: &'static str,
    claims: &'static [&'static str],
}

pub(super) async fn profile(suite: &Suite<'_>) -> Checked {
    brings(suite, &CLAIMS[..1]).await
}

pub(super) async fn email(suite: &Suite<'_>) -> Checked {
    brings(suite, &CLAIMS[1..2]).await
}

pub(super) async fn address(suite: &Suite<'_>) -> Checked {
    brings(suite, &CLAIMS[2..3]).await
}

pub(super) async fn phone(suite: &Suite<'_>) -> Checked {
    brings(suite, &CLAIMS[3..]).await
}

pub(super) async fn all(suite: &Suite<'_>) -> Checked {
    let offered = CLAIMS.into_iter();
    let offered: Vec<Scope> = offered
        .filter(|scope| suite.lists("scopes_supported", scope.name))
        .collect();
    brings(suite, &offered).await
}

/// The claims that the server says it has come back, with the right types.
async fn brings(suite: &Suite<'_>, scopes: &[Scope]) -> Checked {
    for scope in scopes {
        suite.needs_listed("scopes_supported", scope.name)?;
    }
    if scopes.is_empty() {
        return Err(Stop::skipped("scopes_supported has none of these scopes"));
    }
    let names: Vec<&str> = scopes.iter().map(|scope| scope.name).collect();
    let rp = RelyingParty::fixed(suite).await;
    let scope = format!("openid {}", names.join(" "));
    let session = rp.request().set("scope", &scope).tokens().await?;
    let told = session.userinfo().await?;
    for scope in scopes {
        let known = scope
            .claims
            .iter()
            .filter(|name| suite.lists("claims_supported", name));
        let known: Vec<&&str> = known.collect();
        let missing: Vec<&&&str> = known
            .iter()
            .filter(|name| told.get(**name).is_none())
            .collect();
        if known.is_empty() {
            suite.warn(format!("claims_supported has no claim of {}", scope.name));
        } else if missing.len() == known.len() {
            suite.warn(format!(
                "userinfo has no claim of {}: {missing:?}",
                scope.name
            ));
        }
        for name in scope.claims {
            check_type(name, &told[*name])?;
        }
    }
    Ok(())
}

fn check_type(name: &str, value: &Value) -> Checked {
    let is_right = value.is_null()
        || match name {
            "email_verified" | "phone_number_verified" => value.is_boolean(),
            "address" => value.is_object(),
            "updated_at" => value.is_number(),
            _ => value.as_str().is_some_and(|text| !text.is_empty()),
        };
    ensure!(is_right, "the claim {name} has the wrong type: {value}");
    Ok(())
}

pub(super) async fn claims_essential(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let claims = r#"{"userinfo":{"name":{"essential":true}}}"#;
    let session = rp.request().set("claims", claims).tokens().await?;
    let told = session.userinfo().await?;
    if told.get("name").is_none() {
        suite.warn("userinfo has no `name`, which the claims parameter asked for");
    }
    Ok(())
}
