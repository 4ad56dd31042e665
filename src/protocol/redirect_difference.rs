//! Where a redirect URI that matched nothing differs from what is registered, in words and as marks
//! in both texts: most such refusals are one slash, one port or one letter.

use super::received::Received;

/// Two redirect URIs side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What was sent.
    pub sent: Marked,
    /// The registered redirect URI that is most like it.
    pub registered: Marked,
    /// The parts that differ, in words.
    pub words: String,
}

/// A text with the piece that only this one of two texts has.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Marked {
    /// What both begin with.
    pub before: String,
    /// What only this text has; empty where something is missing.
    pub differs: String,
    /// What both end with.
    pub after: String,
}

impl Difference {
    /// The difference to the nearest of the registered redirect URIs; `None` when there is none.
    #[must_use]
    pub fn find(registered: &[String], sent: &str) -> Option<Self> {
        let nearest = registered.iter().min_by_key(|own| {
            let (own_parts, sent_parts) = (Parts::of(own), Parts::of(sent));
            let alike = shared(own, sent);
            (
                own_parts.differing(&sent_parts).len(),
                std::cmp::Reverse(alike.prefix + alike.suffix),
            )
        })?;
        let words = words(nearest, sent);
        let (sent, registered) = (
            Received::Public(sent).shown(),
            Received::Public(nearest).shown(),
        );
        Some(Self {
            registered: Marked::of(&registered, &sent),
            sent: Marked::of(&sent, &registered),
            words,
        })
    }

    /// One sentence for a log line.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Marked {
            before,
            differs,
            after,
        } = &self.registered;
        format!(
            "nearest registered: {before}{differs}{after}; it differs in {}",
            self.words
        )
    }
}

impl Marked {
    fn of(text: &str, other: &str) -> Self {
        let alike = shared(text, other);
        let (before, rest) = text.split_at(alike.prefix);
        let (differs, after) = rest.split_at(rest.len().saturating_sub(alike.suffix));
        Self {
            before: before.to_owned(),
            differs: differs.to_owned(),
            after: after.to_owned(),
        }
    }
}

/// Bytes at both ends that two texts have in common.
struct Shared {
    prefix: usize,
    suffix: usize,
}

fn shared(one: &str, other: &str) -> Shared {
    let prefix = common(one.chars(), other.chars());
    let rest = |text: &'_ str| text.get(prefix..).unwrap_or_default().to_owned();
    let (one, other) = (rest(one), rest(other));
    Shared {
        prefix,
        suffix: common(one.chars().rev(), other.chars().rev()),
    }
}

fn common(one: impl Iterator<Item = char>, other: impl Iterator<Item = char>) -> usize {
    one.zip(other)
        .take_while(|(one, other)| one == other)
        .map(|(same, _)| same.len_utf8())
        .sum()
}

/// The parts of a URI as they are written (RFC 3986 §3).
struct Parts<'a> {
    scheme: &'a str,
    user: &'a str,
    host: &'a str,
    port: &'a str,
    path: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Scheme,
    User,
    Host,
    Port,
    Path,
    Query,
    Fragment,
}

impl<'a> Parts<'a> {
    fn of(uri: &'a str) -> Self {
        let (uri, fragment) = cut(uri, '#');
        let (uri, query) = cut(uri, '?');
        let (scheme, rest) = uri.split_once(':').unwrap_or(("", uri));
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
            None => ("", rest),
        };
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let digits = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port)) if digits(port) => (host, port),
            _ => (host, ""),
        };
        Self {
            scheme,
            user,
            host,
            port,
            path,
            query,
            fragment,
        }
    }

    fn differing(&self, other: &Self) -> Vec<Part> {
        let parts = [
            (Part::Scheme, self.scheme != other.scheme),
            (Part::User, self.user != other.user),
            (Part::Host, self.host != other.host),
            (Part::Port, self.port != other.port),
            (Part::Path, self.path != other.path),
            (Part::Query, self.query != other.query),
            (Part::Fragment, self.fragment != other.fragment),
        ];
        let differing = parts.into_iter().filter(|(_, differs)| *differs);
        differing.map(|(part, _)| part).collect()
    }
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

fn words(registered: &str, sent: &str) -> String {
    let (own, other) = (Parts::of(registered), Parts::of(sent));
    let differing = own.differing(&other);
    let words: Vec<String> = differing
        .into_iter()
        .map(|part| match part {
            Part::Scheme => values("the scheme", own.scheme, other.scheme),
            Part::User => "the user information, which no redirect URI may have".to_owned(),
            Part::Host if own.host.eq_ignore_ascii_case(other.host) => {
                values("upper and lower case of the host", own.host, other.host)
            }
            Part::Host => values("the host", own.host, other.host),
            Part::Port => values("the port", own.port, other.port),
            Part::Path => path(own.path, other.path),
            Part::Query if own.query.is_none() => {
                "the query: none is registered, one was sent".to_owned()
            }
            Part::Query if other.query.is_none() => {
                "the query: one is registered, none was sent".to_owned()
            }
            Part::Query => "the query".to_owned(),
            Part::Fragment => "the fragment, which no redirect URI may have".to_owned(),
        })
        .collect();
    words.join("; ")
}

fn path(own: &str, sent: &str) -> String {
    if own.strip_suffix('/') == Some(sent) {
        return "the trailing slash: registered with it, sent without".to_owned();
    }
    if sent.strip_suffix('/') == Some(own) {
        return "the trailing slash: registered without it, sent with it".to_owned();
    }
    if own.eq_ignore_ascii_case(sent) {
        return values("upper and lower case of the path", own, sent);
    }
    values("the path", own, sent)
}

fn values(part: &str, registered: &str, sent: &str) -> String {
    let shown = |value: &str| match value {
        "" => "none".to_owned(),
        value => Received::Public(value).shown(),
    };
    format!(
        "{part}: registered {}, sent {}",
        shown(registered),
        shown(sent)
    )
}

#[cfg(test)]
mod tests;
