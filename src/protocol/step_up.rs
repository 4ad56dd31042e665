//! What the login behind an access token has to be: "step up" authentication (RFC 9470).

use super::{acr, received::Received};
use crate::protocol::time::{Seconds, UnixTime};

/// What a guard wants of the login with which an access token was granted (RFC 9470 §3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoginRequirement {
    /// Authentication context classes, any of which is enough; none = any login.
    pub acr_values: Vec<String>,
    /// How long ago the login may be.
    pub max_age: Option<Seconds>,
}

/// The login with which an access token was granted; a machine token has none.
#[derive(Clone, Copy, Debug)]
pub struct LoginOfToken<'a> {
    /// Authentication context class.
    pub acr: Option<&'a str>,
    /// When the person signed in.
    pub auth_time: Option<UnixTime>,
}

impl LoginRequirement {
    /// Whether every login is enough.
    pub fn is_empty(&self) -> bool {
        self.acr_values.is_empty() && self.max_age.is_none()
    }

    /// Both requirements: the classes of `more`, or else those of this one, and the shorter time.
    #[must_use]
    pub fn and(&self, more: &Self) -> Self {
        let acr_values = if more.acr_values.is_empty() {
            &self.acr_values
        } else {
            &more.acr_values
        };
        Self {
            acr_values: acr_values.clone(),
            max_age: self.max_age.into_iter().chain(more.max_age).min(),
        }
    }

    /// GU-05: whether a login is strong and young enough. `order` are the classes of the settings, weakest
    /// first.
    pub fn is_met(&self, order: &[String], login: LoginOfToken<'_>, now: UnixTime) -> bool {
        let strong = self.acr_values.is_empty() || acr::reaches(order, &self.acr_values, login.acr);
        let young = self
            .max_age
            .is_none_or(|max_age| login.auth_time.is_some_and(|at| now - at <= max_age));
        strong && young
    }
}

impl std::fmt::Display for LoginRequirement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a login")?;
        if !self.acr_values.is_empty() {
            write!(f, " of one of the classes {}", self.acr_values.join(" "))?;
        }
        match self.max_age {
            Some(max_age) => write!(f, " within {max_age} seconds"),
            None => Ok(()),
        }
    }
}

impl LoginOfToken<'_> {
    /// The login in words, for the operator.
    pub fn shown(self, now: UnixTime) -> String {
        match (self.auth_time, self.acr) {
            (None, _) => "a token without a login".to_owned(),
            (Some(at), acr) => format!(
                "a login of the class {}, {} seconds ago",
                Received::Public(acr.unwrap_or("none")).shown(),
                now - at
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn words(text: &str) -> Vec<String> {
        let words = text.split(' ').filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    }

    #[rstest]
    #[case::nothing_wanted("", None, None, None, true)]
    #[case::class("mfa", None, Some("mfa"), Some(0), true)]
    #[case::stronger("mfa", None, Some("hardware"), Some(0), true)]
    #[case::weaker("mfa", None, Some("pwd"), Some(0), false)]
    #[case::none("mfa", None, None, Some(0), false)]
    #[case::exact("", Some(60), Some("pwd"), Some(940), true)]
    #[case::old("", Some(60), Some("pwd"), Some(939), false)]
    #[case::machine("", Some(60), None, None, false)]
    #[case::one_of_two("mfa", Some(60), Some("mfa"), Some(0), false)]
    fn gu_05_logins(
        #[case] acr_values: &str,
        #[case] max_age: Option<i64>,
        #[case] acr: Option<&str>,
        #[case] auth_time: Option<i64>,
        #[case] met: bool,
    ) {
        let wanted = LoginRequirement {
            acr_values: words(acr_values),
            max_age: max_age.map(Seconds::new),
        };
        let login = LoginOfToken {
            acr,
            auth_time: auth_time.map(UnixTime::from_seconds),
        };
        let now = UnixTime::from_seconds(1000);
        assert_eq!(wanted.is_met(&words("pwd mfa hardware"), login, now), met);
    }

    #[test]
    fn gu_05_two_requirements_in_one_challenge() {
        let of_guard = LoginRequirement {
            acr_values: words("mfa"),
            max_age: Some(Seconds::new(600)),
        };
        let of_handler = LoginRequirement {
            acr_values: Vec::new(),
            max_age: Some(Seconds::new(60)),
        };
        let both = of_guard.and(&of_handler);
        assert_eq!(both.acr_values, ["mfa"]);
        assert_eq!(both.max_age, Some(Seconds::new(60)));
        assert_eq!(
            both.to_string(),
            "a login of one of the classes mfa within 60 seconds"
        );
    }
}
