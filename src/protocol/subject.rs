//! The `sub` of a user (OpenID Connect Core §2, §8.1).

use super::{
    client::{Client, SubjectType},
    secret,
};

/// Whether a public subject may be used: at most 255 ASCII characters and not to be mistaken for
/// a client id, which is the `sub` of machine tokens (SU-01, SU-02).
pub fn is_usable(subject: &str) -> bool {
    !subject.is_empty()
        && subject.len() <= 255
        && subject.is_ascii()
        && !subject.starts_with("client_")
        && !subject.starts_with("https://")
}

/// The subject as `client` sees it; `None` when a pairwise client has no sector or the server no
/// pairwise secret: there is no fallback to the real subject (SU-03).
pub fn for_client(client: &Client, subject: &str, pairwise_secret: Option<&str>) -> Option<String> {
    match client.subject_type {
        SubjectType::Public => Some(subject.to_owned()),
        SubjectType::Pairwise => {
            let sector = client.sector.as_deref()?;
            Some(secret::mac(pairwise_secret?, &[sector, subject]))
        }
    }
}
