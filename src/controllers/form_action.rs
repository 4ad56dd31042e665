//! The buttons of the pages.

use super::page::field;
use crate::{error::PageError, protocol::params::Params};

/// Which button of a form was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormAction {
    /// The client may have what it asks for.
    Allow,
    /// It may not.
    Deny,
    /// The person leaves the page, which denies the request as well.
    Cancel,
    /// The person wants to go on with another account.
    UseAnother,
    /// The current account signs out.
    SignOut,
    /// Every account of the browser signs out.
    SignOutAll,
}

impl FormAction {
    /// Reads the button, whose name is `action`, or `decision` where the page asks for one. `None` = none,
    /// or one that no page has.
    ///
    /// # Errors
    /// When one of the two was sent twice.
    pub fn of(params: &Params) -> Result<Option<Self>, PageError> {
        let action = field(params, "action")?;
        let decision = field(params, "decision")?;
        Ok(match action.or(decision) {
            Some("allow") => Some(Self::Allow),
            Some("deny") => Some(Self::Deny),
            Some("cancel") => Some(Self::Cancel),
            Some("use_another") => Some(Self::UseAnother),
            Some("sign_out") => Some(Self::SignOut),
            Some("sign_out_all") => Some(Self::SignOutAll),
            _ => None,
        })
    }
}
