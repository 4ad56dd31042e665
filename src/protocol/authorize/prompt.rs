//! `prompt` (OIDC Core §3.1.2.1).

use serde::{Deserialize, Serialize};

use super::{one, words};
use crate::protocol::{error::OAuthError, params::Params};

/// Words of `prompt` (OIDC Core §3.1.2.1, Initiating User Registration 1.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Sign up first.
    Create,
    /// Authenticate again.
    Login,
    /// Ask for consent, whatever is remembered.
    Consent,
    /// Choose an account.
    SelectAccount,
    /// Never show a page.
    None,
}

impl Prompt {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "create" => Some(Self::Create),
            "login" => Some(Self::Login),
            "consent" => Some(Self::Consent),
            "select_account" => Some(Self::SelectAccount),
            "none" => Some(Self::None),
            _ => None,
        }
    }

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
            Self::None => "none",
        }
    }
}

/// AZ-18: the words, and whether no page may be shown.
pub(super) fn prompts(params: &Params) -> Result<(Vec<Prompt>, bool), OAuthError> {
    let mut prompts = Vec::new();
    for word in one(params, "prompt")?.into_iter().flat_map(words) {
        let prompt = Prompt::parse(word)
            .ok_or_else(|| OAuthError::invalid_request("AZ-18", "prompt has an unknown word"))?;
        if !prompts.contains(&prompt) {
            prompts.push(prompt);
        }
    }
    if !prompts.contains(&Prompt::None) {
        // A new account is a fresh login: create swallows login (§8.2).
        if prompts.contains(&Prompt::Create) {
            prompts.retain(|prompt| *prompt != Prompt::Login);
        }
        return Ok((prompts, false));
    }
    if prompts.len() > 1 {
        return Err(OAuthError::invalid_request(
            "AZ-18",
            "prompt=none stands alone",
        ));
    }
    Ok((Vec::new(), true))
}
