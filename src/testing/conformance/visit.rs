//! The end of an authorization request, and what it must be.

use super::{
    journey::Walked,
    person::ActKind,
    relying_party::RelyingParty,
    report::{Checked, Stop, ensure},
};
use crate::testing::page::{Form, Page};

/// How the response came to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResponseMode {
    Query,
    FormPost,
}

/// Where the browser came to.
pub(super) enum Landed {
    /// At the client, with these parameters.
    Client {
        address: String,
        params: Vec<(String, String)>,
        mode: ResponseMode,
    },
    /// At a page of the app.
    Page(Box<Page>),
    /// At an address that is neither the client's nor the app's.
    Elsewhere(String),
}

impl Landed {
    pub fn client_by_query(url: &str) -> Self {
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let params = url::form_urlencoded::parse(query.as_bytes()).into_owned();
        Self::Client {
            address: url.to_owned(),
            params: params.collect(),
            mode: ResponseMode::Query,
        }
    }

    pub fn client_by_form(form: Form) -> Self {
        Self::Client {
            address: form.action,
            params: form.fields,
            mode: ResponseMode::FormPost,
        }
    }

    /// Where that is, for a failure.
    fn shown(&self) -> String {
        match self {
            Self::Client {
                address, params, ..
            } => format!("{address} {params:?}"),
            Self::Elsewhere(url) => url.clone(),
            Self::Page(page) => {
                let title = page.text_of("title").unwrap_or_default();
                let code = page.text_of("code").unwrap_or_default();
                let status = page.response.status_code().as_u16();
                format!("{} ({status}, {title:?}, {code})", page.url)
            }
        }
    }
}

/// A request that came to its end.
pub(super) struct Visit<'a> {
    pub rp: &'a RelyingParty<'a>,
    pub params: Vec<(String, String)>,
    pub verifier: String,
    pub walked: Walked<'a>,
}

impl Visit<'_> {
    /// A parameter of the request.
    pub fn sent(&self, name: &str) -> Option<&str> {
        let found = self.params.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// How often the person signed in.
    pub fn sign_ins(&self) -> usize {
        let acts = self.walked.acts.iter();
        acts.filter(|act| **act == ActKind::SignIn).count()
    }

    /// Checks that the person was asked nothing.
    pub fn without_pages(&self) -> Checked {
        let acts = &self.walked.acts;
        ensure!(acts.is_empty(), "the person was asked: {acts:?}");
        Ok(())
    }

    /// A parameter of the response; one that stands there twice fails the module.
    pub fn response(&self, name: &str) -> Checked<Option<&str>> {
        let Landed::Client { params, .. } = &self.walked.landed else {
            return Err(self.not_at_client());
        };
        let mut found = params.iter().filter(|(key, _)| key == name);
        let first = found.next().map(|(_, value)| value.as_str());
        ensure!(
            found.next().is_none(),
            "{name} twice in the response: {params:?}"
        );
        Ok(first)
    }

    /// How the response came.
    pub fn mode(&self) -> Checked<ResponseMode> {
        match &self.walked.landed {
            Landed::Client { mode, .. } => Ok(*mode),
            _ => Err(self.not_at_client()),
        }
    }

    fn not_at_client(&self) -> Stop {
        let shown = self.walked.landed.shown();
        Stop::failed(format!(
            "the browser did not come back to the client, but to {shown}"
        ))
    }

    /// `state` as it was sent, and `iss` (RFC 6749 §10.12, RFC 9207 §2.4).
    fn check_response(&self) -> Checked {
        let state = self.response("state")?;
        let sent = self.sent("state");
        ensure!(state == sent, "state: sent {sent:?}, answered {state:?}");
        let iss = self.response("iss")?;
        let suite = self.rp.suite;
        let is_promised = suite.metadata["authorization_response_iss_parameter_supported"] == true;
        ensure!(
            iss.is_some() || !is_promised,
            "the response has no iss, though it is advertised"
        );
        let is_right = iss.is_none_or(|iss| iss == suite.issuer());
        ensure!(is_right, "iss of the response: {iss:?}");
        Ok(())
    }

    /// The code of a success.
    pub fn code(&self) -> Checked<&str> {
        let error = self.response("error")?;
        if let Some(error) = error {
            let why = self.response("error_description")?.unwrap_or_default();
            return Err(Stop::failed(format!(
                "the client was answered {error}: {why}"
            )));
        }
        self.check_response()?;
        let code = self.response("code")?;
        code.ok_or_else(|| Stop::failed("the response has no code"))
    }

    /// Checks that the client was told one of these errors.
    pub fn error_at_client(&self, codes: &[&str]) -> Checked {
        let error = self.response("error")?.unwrap_or_default();
        ensure!(
            codes.contains(&error),
            "the client was told {error:?}, not one of {codes:?}"
        );
        ensure!(
            self.response("code")?.is_none(),
            "an error and a code in one response"
        );
        self.check_response()
    }

    /// Checks that the person sees an error, and the client is told nothing.
    pub fn error_page(&self) -> Checked {
        let Landed::Page(page) = &self.walked.landed else {
            let shown = self.walked.landed.shown();
            return Err(Stop::failed(format!(
                "no error page: the browser is at {shown}"
            )));
        };
        let status = page.response.status_code();
        let shown = self.walked.landed.shown();
        ensure!(status.is_client_error(), "no error page: {shown}");
        Ok(())
    }

    /// Checks that the request was refused: on a page, or to the client with one of these errors.
    pub fn refused(&self, codes: &[&str]) -> Checked {
        match &self.walked.landed {
            Landed::Client { .. } => self.error_at_client(codes),
            _ => self.error_page(),
        }
    }
}
