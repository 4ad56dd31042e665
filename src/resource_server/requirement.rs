//! What an operation needs, as the app writes it, and what that means with the settings.

use std::{
    cell::RefCell,
    sync::atomic::{AtomicBool, Ordering},
};

use crate::{
    config::Settings,
    protocol::{policy::ResourcePolicy, scope::Scopes, step_up::LoginRequirement, time::Seconds},
    server::Server,
};

/// What an operation needs, with the settings of the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedRequirement<'s> {
    /// The resource.
    pub resource: &'s ResourcePolicy,
    /// Its place among the resources of the policy.
    pub place: usize,
    /// Scopes that challenges name, so that clients ask for them.
    pub scopes: Scopes,
    /// Which scopes a token must have.
    pub enough: ScopeRule,
    /// What the login behind the token must be.
    pub login: LoginRequirement,
}

/// Which scopes are enough for an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeRule {
    /// All that the challenge names.
    All,
    /// Any scope of the resource: neither guard nor settings name those of the operation, and a person may
    /// have granted a part of them only.
    AnyOfResource,
}

/// What a guard requires: a resource, by its `prefix` or its identifier, and scopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardRequirement {
    resource: String,
    /// `None` = the resource's `default_scopes`; where it has none, any of its scopes.
    scopes: Option<Scopes>,
    login: LoginRequirement,
}

thread_local! {
    /// Requirements of the guards made on this thread, while [`check_named`] collects them.
    static MADE: RefCell<Option<Vec<GuardRequirement>>> = const { RefCell::new(None) };
}

/// Whether this program has guards at all.
static ANY: AtomicBool = AtomicBool::new(false);

impl GuardRequirement {
    /// Requires a token for `resource` with `scopes`; `None` = its `default_scopes`.
    pub fn new(resource: &str, scopes: Option<Scopes>) -> Self {
        Self {
            resource: resource.to_owned(),
            scopes,
            login: LoginRequirement::default(),
        }
    }

    /// Requires besides that the login behind the token fulfils `login`.
    pub fn with_login(self, login: &LoginRequirement) -> Self {
        let login = self.login.and(login);
        Self { login, ..self }
    }

    /// What the login behind the token must be.
    pub const fn login(&self) -> &LoginRequirement {
        &self.login
    }

    /// Notes this requirement for the check at boot, and returns it.
    pub fn noted(self) -> Self {
        ANY.store(true, Ordering::Relaxed);
        MADE.with_borrow_mut(|made| {
            if let Some(made) = made {
                made.push(self.clone());
            }
        });
        self
    }

    /// What this requirement means with the settings of `server`.
    ///
    /// # Errors
    /// The name that the settings do not define, in a sentence for the developer.
    pub fn resolve<'s>(&self, server: &'s Server) -> Result<ResolvedRequirement<'s>, String> {
        self.check(&server.settings)?;
        let identifier = server.settings.resource_named(&self.resource);
        let found = identifier.and_then(|named| {
            let mut resources = server.policy.resources.iter().enumerate();
            resources.find(|(_, resource)| resource.identifier == named.identifier)
        });
        let (place, resource) = found.ok_or_else(|| unknown(&server.settings, &self.resource))?;
        let written = identifier.is_some_and(|named| !named.default_scopes.is_empty());
        let (scopes, enough) = match &self.scopes {
            Some(scopes) => (scopes, ScopeRule::All),
            None if written || resource.scopes.is_empty() => {
                (&resource.default_scopes, ScopeRule::All)
            }
            // Every scope of the resource is sensitive.
            None if resource.default_scopes.is_empty() => {
                (&resource.scopes, ScopeRule::AnyOfResource)
            }
            None => (&resource.default_scopes, ScopeRule::AnyOfResource),
        };
        Ok(ResolvedRequirement {
            resource,
            place,
            scopes: scopes.clone(),
            enough,
            login: self.login.clone(),
        })
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        if settings.resource_named(&self.resource).is_none() {
            return Err(unknown(settings, &self.resource));
        }
        check_login(settings, &self.login).map_err(|what| {
            format!(
                "oauth_server: a guard of the resource `{}` {what}",
                self.resource
            )
        })?;
        let mut scopes = self.scopes.iter().flat_map(Scopes::iter);
        match scopes.find(|scope| !settings.knows_scope(scope)) {
            None => Ok(()),
            Some(scope) => Err(format!(
                "oauth_server: a guard of the resource `{}` needs the scope `{scope}`, which nothing \
                 defines — define it in `scopes` of that resource, or correct the guard",
                self.resource
            )),
        }
    }
}

/// GU-05: every class is one of the settings, and a token that was granted just now is young enough.
///
/// # Errors
/// What is wrong, in the second half of a sentence for the developer.
pub fn check_login(settings: &Settings, login: &LoginRequirement) -> Result<(), String> {
    let mut acr_values = login.acr_values.iter();
    if let Some(acr) = acr_values.find(|acr| !settings.acr_values.contains(acr)) {
        return Err(format!(
            "wants a login of the class `{acr}`, which is not in `acr_values` — add it there, or name one \
             of: {}",
            settings.acr_values.join(", ")
        ));
    }
    match login.max_age {
        Some(max_age) if max_age <= Seconds::ZERO => Err(format!(
            "wants a login within {max_age} seconds, which no token is young enough for — write a number \
             of seconds from 1 on"
        )),
        _ => Ok(()),
    }
}

fn unknown(settings: &Settings, name: &str) -> String {
    let known: Vec<&str> = settings
        .resources
        .iter()
        .map(|resource| resource.local_path.as_ref().unwrap_or(&resource.identifier))
        .map(String::as_str)
        .collect();
    format!(
        "oauth_server: a guard names the resource `{name}`, which is not in `resources` — add it \
         there, or name one of: {}",
        known.join(", ")
    )
}

/// Checks that every guard that `routes` makes names what the settings define. Returns the routes; `None` =
/// this program has no guards.
///
/// # Errors
/// All names that the settings do not define, one a line.
pub fn check_named<R>(
    settings: &Settings,
    routes: impl FnOnce() -> R,
) -> Result<Option<R>, String> {
    if !ANY.load(Ordering::Relaxed) {
        return Ok(None);
    }
    MADE.set(Some(Vec::new()));
    let routes = routes();
    let made = MADE.take().unwrap_or_default();
    let mut findings: Vec<String> = made
        .iter()
        .filter_map(|requirement| requirement.check(settings).err())
        .collect();
    findings.dedup();
    if findings.is_empty() {
        return Ok(Some(routes));
    }
    Err(findings.join("\n"))
}
