//! What the programs of `tests/fuzz` and `tests/fuzzing.rs` feed with strangers' bytes: one function per target.
//!
//! Each gives the bytes to the code that requests reach, and asserts what holds whatever they are.
//! Where a rule can be written a second way, it is, and the two are compared.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a panic is a finding"
)]

mod claims;
mod cookies;
mod credentials;
mod form;
mod jwt;
mod metadata;
mod redirect_uri;
mod resource;
mod return_url;
mod scope;

pub use self::{
    claims::claims,
    cookies::cookies,
    credentials::basic_header,
    form::form,
    jwt::{client_assertion, jwt},
    metadata::{client_document, registration},
    redirect_uri::redirect_uri,
    resource::resource,
    return_url::return_url,
    scope::scope,
};

/// A target with its name.
pub type Target = (&'static str, fn(&[u8]));

/// Every target; the folders of `tests/fuzz/corpus` have these names.
pub const TARGETS: [Target; 12] = [
    ("basic_header", basic_header),
    ("claims", claims),
    ("client_assertion", client_assertion),
    ("client_document", client_document),
    ("cookies", cookies),
    ("form", form),
    ("jwt", jwt),
    ("redirect_uri", redirect_uri),
    ("registration", registration),
    ("resource", resource),
    ("return_url", return_url),
    ("scope", scope),
];

/// The lines of an input that is text; missing ones are empty.
fn lines<const N: usize>(data: &[u8]) -> Option<[&str; N]> {
    let text = std::str::from_utf8(data).ok()?;
    let mut lines = text.splitn(N, '\n');
    Some(std::array::from_fn(|_| lines.next().unwrap_or_default()))
}

/// The first line, and the bytes after it.
fn first_line(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n');
    let (first, rest) = data.split_at(end.unwrap_or(data.len()));
    (first, rest.strip_prefix(b"\n").unwrap_or(rest))
}

/// The pairs of a form or a query, as another reader sees them.
fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(encoded).into_owned().collect()
}
