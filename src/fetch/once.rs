//! One fetch: the request, its deadline, and the checks of the response.

use reqwest::{
    Client, Response, StatusCode, Url,
    header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, IF_NONE_MATCH},
};

use super::{DEADLINE, FetchError, FetchResponse, Outcome, freshness};
use crate::protocol::time::UnixTime;

/// Fetches with equal keys are made only once.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct FetchKey {
    pub(super) url: String,
    pub(super) max_bytes: usize,
    pub(super) etag: Option<String>,
}

/// One fetch that is to be made.
pub(super) struct SingleFetch {
    pub client: Client,
    pub url: Url,
    pub max_bytes: usize,
    pub etag: Option<String>,
    /// The present time.
    pub now: UnixTime,
}

/// Sends a form, and returns the status of the answer.
pub(super) async fn post_form(client: &Client, url: Url, form: String) -> Result<u16, FetchError> {
    let request = client.post(url);
    let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = tokio::time::timeout(DEADLINE, request.body(form).send()).await;
    let answer = answer.map_err(|_| FetchError::Deadline)?.map_err(failure)?;
    Ok(answer.status().as_u16())
}

impl SingleFetch {
    pub async fn run(self) -> Outcome {
        let answer = tokio::time::timeout(DEADLINE, self.ask()).await;
        answer.unwrap_or(Err(FetchError::Deadline))
    }

    async fn ask(self) -> Outcome {
        let mut request = self.client.get(self.url).header(ACCEPT, "application/json");
        if let Some(etag) = &self.etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let mut response = request.send().await.map_err(failure)?;
        let fetched = FetchResponse {
            body: None,
            etag: etag(response.headers()).or_else(|| self.etag.clone()),
            fresh_for: freshness::fresh_for(response.headers(), self.now),
        };
        match response.status() {
            StatusCode::NOT_MODIFIED if self.etag.is_some() => return Ok(fetched),
            StatusCode::OK => {}
            status => return Err(FetchError::Status(status.as_u16())),
        }
        if !is_plain_json(response.headers()) {
            return Err(FetchError::Type);
        }
        let etag = etag(response.headers());
        let body = body(&mut response, self.max_bytes).await?;
        Ok(FetchResponse {
            body: Some(body.into()),
            etag,
            ..fetched
        })
    }
}

/// Reads the body, no further than the limit.
async fn body(response: &mut Response, max_bytes: usize) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        if body.len() + chunk.len() > max_bytes {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Whether the type is `application/json` or `application/…+json`, and the body is not compressed.
fn is_plain_json(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let media_type = text(CONTENT_TYPE).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default();
    let media_type = media_type.trim().to_ascii_lowercase();
    let json = media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    let plain = text(CONTENT_ENCODING).is_none_or(|value| value.eq_ignore_ascii_case("identity"));
    json && plain
}

/// Returns the entity tag, if it is short enough to be stored.
fn etag(headers: &HeaderMap) -> Option<String> {
    let etag = headers.get(ETAG)?.to_str().ok()?;
    (etag.len() <= 200).then(|| etag.to_owned())
}

/// Converts an error of the HTTP client; a refusal by the address guard stands at the end of its
/// chain of causes.
fn failure(error: reqwest::Error) -> FetchError {
    if error.is_timeout() {
        return FetchError::Deadline;
    }
    let error = error.without_url();
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    let mut innermost = String::new();
    while let Some(current) = cause {
        if let Some(refusal) = current.downcast_ref::<FetchError>() {
            return refusal.clone();
        }
        innermost = current.to_string();
        cause = current.source();
    }
    FetchError::Connection(innermost)
}
