//! Form bodies and query strings, read strictly and within limits (TK-01 to TK-03).

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, HeaderName, StatusCode, header, request::Parts},
};

use super::{body, rules::TransportRules};
use crate::{
    error::{ApiError, Failure, PageError},
    protocol::{
        bearer::{self, BearerPlace, SentToken},
        dpop::{SentProof, TokenScheme},
        error::OAuthError,
        params::{Params, ParamsError},
        received::Received,
        refusals::{ClientAuthRefusal, TransportRefusal},
        rule::rule,
        secret::Secret,
    },
};

/// Longest request target, bytes.
const MAX_TARGET: usize = 16 * 1024;
/// Credentials that may not stand in a URL (TK-03).
const NEVER_IN_QUERY: [&str; 6] = [
    "client_secret",
    "client_assertion",
    "code",
    "refresh_token",
    "device_code",
    "password",
];

/// The body of a protocol endpoint.
#[derive(Debug)]
pub struct ApiForm(pub Params);

impl<S: Send + Sync> FromRequest<S> for ApiForm {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Self::Rejection> {
        check_target(request.uri(), TransportRules::CLIENT)?;
        let query = request.uri().query().unwrap_or_default();
        let refused = |error: ParamsError| TransportRules::CLIENT.refuse(error.refusal());
        let query = Params::parse(query.as_bytes()).map_err(refused)?;
        if NEVER_IN_QUERY.iter().any(|name| query.contains(name)) {
            return Err(OAuthError::of(TransportRefusal::CredentialsInUrl).into());
        }
        Ok(Self(read(request, TransportRules::CLIENT).await?))
    }
}

/// The body of a page's form.
#[derive(Debug)]
pub struct PageForm(pub Params);

impl<S: Send + Sync> FromRequest<S> for PageForm {
    type Rejection = PageError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(read(request, TransportRules::PAGE).await?))
    }
}

/// The query of the authorization endpoint and of pages.
#[derive(Debug)]
pub struct QueryParams(pub Params);

impl<S: Send + Sync> FromRequestParts<S> for QueryParams {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        check_target(&parts.uri, TransportRules::AUTHORIZE)?;
        let query = parts.uri.query().unwrap_or_default();
        let refused =
            |error: ParamsError| OAuthError::of(error.refusal()).with_rule(rule!("AZ-03"));
        Ok(Self(Params::parse(query.as_bytes()).map_err(refused)?))
    }
}

/// Reads a form body by the rules of the endpoint.
///
/// # Errors
/// 414 for a URL that is too long, 415 for another content type, 413 over the limit, 408 for what
/// arrives too slowly, 400 for what cannot be read.
pub async fn read(request: Request, rules: TransportRules) -> Result<Params, Failure> {
    check_target(request.uri(), rules)?;
    if !is_of_type(request.headers(), "application/x-www-form-urlencoded") {
        let sent = request.headers().get(header::CONTENT_TYPE);
        let sent = sent.and_then(|sent| sent.to_str().ok()).unwrap_or_default();
        let error = rules.refuse_type(TransportRefusal::FormType);
        let error = error.received(Received::Public(sent));
        return Err(Failure::transport(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            error,
        ));
    }
    let body = body::read(request.into_body(), |refusal| rules.refuse(refusal)).await?;
    Params::parse(&body).map_err(|error| rules.refuse(error.refusal()).into())
}

/// TK-02, AZ-02: the request target is at most 16 KiB.
///
/// # Errors
/// 414 for a longer one.
pub fn check_target(uri: &axum::http::Uri, rules: TransportRules) -> Result<(), Failure> {
    let length = uri
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    if length <= MAX_TARGET {
        return Ok(());
    }
    let received = format!("{length} bytes");
    let error = rules.refuse(TransportRefusal::UrlTooLong);
    let error = error.received(Received::Public(&received));
    Err(Failure::transport(StatusCode::URI_TOO_LONG, error))
}

/// Whether there is one `Content-Type`, with this media type; its charset, if any, is UTF-8.
pub(super) fn is_of_type(headers: &HeaderMap, wanted: &str) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let Ok(value) = value.to_str() else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    media_type.eq_ignore_ascii_case(wanted)
        && parts
            .filter_map(|part| part.split_once('='))
            .all(|(name, value)| {
                !name.trim().eq_ignore_ascii_case("charset")
                    || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            })
}

/// The values of the `Authorization` headers.
///
/// # Errors
/// `invalid_request` for a value that is not ASCII text.
pub fn authorization_headers(headers: &HeaderMap) -> Result<Vec<&str>, OAuthError> {
    let values = headers.get_all(header::AUTHORIZATION).iter();
    values
        .map(|value| {
            value
                .to_str()
                .map_err(|_| OAuthError::of(ClientAuthRefusal::AuthorizationNotAscii))
        })
        .collect()
}

/// An access token as a request shows it.
#[derive(Debug)]
pub struct PresentedToken {
    /// The scheme with which it came.
    pub scheme: TokenScheme,
    /// The token.
    pub text: Secret,
    /// The header `DPoP`, read for the scheme `DPoP` only.
    pub proof: SentProof,
}

impl PresentedToken {
    /// A token that came without the header `Authorization`, or with the scheme `Bearer`.
    pub fn bearer(text: &str) -> Self {
        Self {
            scheme: TokenScheme::Bearer,
            text: Secret::new(text),
            proof: SentProof::Nothing,
        }
    }
}

/// The access token of the `Authorization` header (RFC 6750 §2.1, RFC 9449 §7.1), with its proof.
///
/// # Errors
/// `invalid_request` for a header that is malformed, and for several.
pub fn access_token(
    headers: &HeaderMap,
    place: BearerPlace,
) -> Result<Option<PresentedToken>, OAuthError> {
    let values = authorization_headers(headers);
    let values = values.map_err(|error| error.with_rule(place.rule()))?;
    let token = bearer::token(&values, place)?;
    Ok(token.map(|SentToken { scheme, text }| match scheme {
        TokenScheme::Bearer => PresentedToken::bearer(text),
        TokenScheme::Dpop => PresentedToken {
            scheme,
            proof: sent_proof(headers),
            ..PresentedToken::bearer(text)
        },
    }))
}

/// The scheme of the header `Authorization`; `Bearer`, if it is not `DPoP`.
pub fn scheme_of(headers: &HeaderMap) -> TokenScheme {
    let header = headers.get(header::AUTHORIZATION);
    let header = header.and_then(|header| header.to_str().ok());
    let scheme = header.and_then(bearer::scheme_of);
    scheme.unwrap_or(TokenScheme::Bearer)
}

/// Name of the header with a proof of possession (RFC 9449 §4.1).
pub const DPOP: HeaderName = HeaderName::from_static("dpop");

/// What the request has in its header `DPoP`.
pub fn sent_proof(headers: &HeaderMap) -> SentProof {
    let mut values = headers.get_all(DPOP).iter();
    match (values.next(), values.next()) {
        (None, _) => SentProof::Nothing,
        (Some(_), Some(_)) => SentProof::Several,
        (Some(value), None) => match value.to_str() {
            Ok(text) => SentProof::One(text.to_owned()),
            Err(_) => SentProof::Unreadable,
        },
    }
}
