//! Where a person goes on after a login or sign-up that no client asked for.

use axum::response::Response;

use super::page::{FormState, field};
use crate::{
    config::urls::Urls,
    error::{Failure, PageError},
    http::answer::see_other,
    protocol::{
        params::{Params, encode},
        route::Route,
    },
};

/// Field that names the page; other values than those of [`NextPage`] have no effect.
pub const NEXT: &str = "next";
/// Field with the code of a device, which a login on the way must not lose.
pub const USER_CODE: &str = "user_code";
const APPS: &str = "apps";
const DEVICE: &str = "device";
/// Longest code that is kept, bytes.
const LONGEST_CODE: usize = 64;

/// A page of this server that wants somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextPage {
    /// The connected apps.
    Apps,
    /// The code of a device; what was typed already is filled in again.
    Device {
        /// As it was typed.
        user_code: Option<String>,
    },
}

impl NextPage {
    /// Reads the fields of a form or a query; `None` = the usual page after a login.
    ///
    /// # Errors
    /// An error page (400) when a field was sent twice.
    pub fn read(params: &Params) -> Result<Option<Self>, PageError> {
        Ok(match field(params, NEXT)? {
            Some(APPS) => Some(Self::Apps),
            Some(DEVICE) => Some(Self::device(field(params, USER_CODE)?)),
            _ => None,
        })
    }

    /// Reads the entered values of a form that is shown again.
    pub fn of_form(form_state: &FormState) -> Option<Self> {
        let value = |name: &str| form_state.values.get(name).map(String::as_str);
        match value(NEXT) {
            Some(APPS) => Some(Self::Apps),
            Some(DEVICE) => Some(Self::device(value(USER_CODE))),
            _ => None,
        }
    }

    /// The page of devices, with a code that is short enough to be one.
    pub fn device(user_code: Option<&str>) -> Self {
        let user_code = user_code.filter(|code| code.len() <= LONGEST_CODE);
        Self::Device {
            user_code: user_code.map(str::to_owned),
        }
    }

    /// The value of the field [`NEXT`].
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Apps => APPS,
            Self::Device { .. } => DEVICE,
        }
    }

    /// The value of the field [`USER_CODE`].
    pub fn user_code(&self) -> Option<&str> {
        match self {
            Self::Apps => None,
            Self::Device { user_code } => user_code.as_deref(),
        }
    }

    /// Address of the page.
    pub fn url(&self, urls: &Urls) -> String {
        match self {
            Self::Apps => urls.of(Route::Apps).to_owned(),
            Self::Device { .. } => {
                let page = urls.of(Route::Device);
                let code = self.user_code().map(|code| {
                    let code = encode(code);
                    format!("?{USER_CODE}={code}")
                });
                format!("{page}{}", code.unwrap_or_default())
            }
        }
    }

    /// Returns a link to the login or sign-up page `to`, built-in or the app's own, that leads back to this
    /// page.
    pub fn by_way_of(&self, to: &str, urls: &Urls) -> String {
        let separator = if to.contains('?') { '&' } else { '?' };
        if !urls.is_own_endpoint(to) {
            let url = self.url(urls);
            return format!("{to}{separator}return_to={}", encode(&url));
        }
        let code = self.user_code().map(|code| {
            let code = encode(code);
            format!("&{USER_CODE}={code}")
        });
        let name = self.name();
        format!("{to}{separator}{NEXT}={name}{}", code.unwrap_or_default())
    }

    /// Redirects (303) to the login page, which leads back to this page.
    ///
    /// # Errors
    /// When the URL has a character that no header may have.
    pub fn to_login(&self, urls: &Urls) -> Result<Response, Failure> {
        see_other(&self.by_way_of(&urls.login_page, urls))
    }
}
