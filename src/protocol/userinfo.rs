//! Signed answers of `UserInfo` (OpenID Connect Core §5.3.2).

/// Header parameter `typ` of a signed answer. It is another one than that of ID tokens, so that an answer
/// about somebody never passes for proof that they signed in (RFC 8725 §3.11).
pub const TYP: &str = "userinfo+jwt";
