//! `prompt` (OpenID Connect Core §3.1.2.1).

use serde::{Deserialize, Serialize};

use super::words;
use crate::protocol::{error::OAuthError, received::Received, refusals::AuthorizeRefusal};

/// Values of `prompt` (OpenID Connect Core §3.1.2.1, Initiating User Registration 1.0).
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

/// Every value of `prompt`.
const WORDS: [Prompt; 5] = [
    Prompt::None,
    Prompt::Login,
    Prompt::Consent,
    Prompt::SelectAccount,
    Prompt::Create,
];

impl Prompt {
    fn parse(word: &str) -> Option<Self> {
        WORDS.into_iter().find(|prompt| prompt.as_str() == word)
    }

    /// The value as it stands in the request.
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

/// The parameter `prompt` of a request.
pub(super) struct Prompts {
    /// The values, without `none`.
    pub words: Vec<Prompt>,
    /// `prompt=none`: no page may be shown.
    pub silent: bool,
}

/// AZ-18: reads the values, and whether no page may be shown.
pub(super) fn prompts(sent: Option<&str>) -> Result<Prompts, OAuthError> {
    let mut prompts = Vec::new();
    for word in sent.into_iter().flat_map(words) {
        let unknown = || {
            OAuthError::of(AuthorizeRefusal::PromptUnknown)
                .offering(WORDS.iter().map(|prompt| prompt.as_str()))
                .received(Received::Public(word))
        };
        let prompt = Prompt::parse(word).ok_or_else(unknown)?;
        if !prompts.contains(&prompt) {
            prompts.push(prompt);
        }
    }
    if !prompts.contains(&Prompt::None) {
        // A new account is a fresh login: create swallows login (NX-01, NX-02).
        if prompts.contains(&Prompt::Create) {
            prompts.retain(|prompt| *prompt != Prompt::Login);
        }
        return Ok(Prompts {
            words: prompts,
            silent: false,
        });
    }
    if prompts.len() > 1 {
        let sent: Vec<&str> = prompts.iter().map(|prompt| prompt.as_str()).collect();
        return Err(OAuthError::of(AuthorizeRefusal::PromptNoneWithOthers)
            .received(Received::Public(&sent.join(" "))));
    }
    Ok(Prompts {
        words: Vec::new(),
        silent: true,
    })
}
