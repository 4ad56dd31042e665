//! Single values of the attributes.

use darling::{Error, FromMeta, Result};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Lit, LitStr, parse::Parse};

/// PostgreSQL cuts names at 63 bytes; the longest table name has 26.
const MAX_PREFIX: usize = 32;

/// Type of the users table's primary key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserKey {
    I32,
    #[default]
    I64,
    Uuid,
}

impl FromMeta for UserKey {
    fn from_value(value: &Lit) -> Result<Self> {
        match string(value).as_deref() {
            Some("i32") => Ok(Self::I32),
            Some("i64") => Ok(Self::I64),
            Some("Uuid") => Ok(Self::Uuid),
            _ => {
                let message = "`user_key` must be \"i32\", \"i64\" or \"Uuid\"";
                Err(Error::custom(message).with_span(value))
            }
        }
    }
}

/// The Rust type, as SeaORM's prelude names it.
impl ToTokens for UserKey {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self::I32 => quote!(i32),
            Self::I64 => quote!(i64),
            Self::Uuid => quote!(Uuid),
        });
    }
}

/// Text in front of all table names.
#[derive(Default)]
pub struct Prefix(pub String);

impl FromMeta for Prefix {
    fn from_value(value: &Lit) -> Result<Self> {
        let prefix = string(value).unwrap_or_default();
        let allowed = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
        if matches!(value, Lit::Str(_)) && prefix.bytes().all(allowed) && prefix.len() <= MAX_PREFIX
        {
            return Ok(Self(prefix));
        }
        let message = format!(
            "bad `table_prefix` {}: at most {MAX_PREFIX} characters of [a-z0-9_]",
            value.to_token_stream()
        );
        Err(Error::custom(message).with_span(value))
    }
}

/// Rust syntax in a string, such as a path.
pub struct Quoted<T>(pub T);

impl<T: Parse> FromMeta for Quoted<T> {
    fn from_value(value: &Lit) -> Result<Self> {
        if let Lit::Str(literal) = value
            && let Ok(parsed) = literal.parse()
        {
            return Ok(Self(parsed));
        }
        let message = format!(
            "{} is no path; write it as in `\"crate::models::_entities::users\"`",
            value.to_token_stream()
        );
        Err(Error::custom(message).with_span(value))
    }

    fn from_expr(expr: &syn::Expr) -> Result<Self> {
        match expr {
            syn::Expr::Lit(literal) => Self::from_value(&literal.lit),
            _ => Err(Error::custom(format!(
                "quotes are missing: \"{}\"",
                expr.to_token_stream().to_string().replace(' ', "")
            ))
            .with_span(expr)),
        }
    }
}

fn string(value: &Lit) -> Option<String> {
    match value {
        Lit::Str(literal) => Some(LitStr::value(literal)),
        _ => None,
    }
}
