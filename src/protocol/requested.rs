//! Which resource a request is for, as far as its client may reach it (AZ-23; RFC 8707 §2).

use super::{
    client::Client,
    policy::{Policy, ResourcePolicy},
    scope::{PERSONAL, Scopes},
};

/// Returns the configured spelling of `uri`, if `client` may name it.
#[must_use]
pub fn resource_of(policy: &Policy, client: &Client, uri: &str) -> Option<String> {
    let resource = policy.resource(uri)?;
    reached(client, resource).map(str::to_owned)
}

/// Returns the resource of requests that name none: `default_resource`, if `client` may reach it.
#[must_use]
pub fn default_resource(policy: &Policy, client: &Client) -> Option<String> {
    resource_of(policy, client, policy.default_resource.as_deref()?)
}

/// Returns the resource that scopes alone mean: the only one that has every API scope among them,
/// and that `client` may reach. API scopes are those that do not speak about a person.
#[must_use]
pub fn resource_of_scopes(policy: &Policy, client: &Client, scopes: &Scopes) -> Option<String> {
    let of_apis = scopes.filtered(|scope| !PERSONAL.contains(&scope));
    if of_apis.is_empty() {
        return None;
    }
    let having = { policy.resources.iter() }
        .filter(|resource| of_apis.is_subset_of(&resource.scopes))
        .filter_map(|resource| reached(client, resource));
    only(having).map(str::to_owned)
}

/// Returns the scopes of a request for `resources` that names none, besides those of every request.
#[must_use]
pub fn default_scopes(policy: &Policy, resources: &[String]) -> Scopes {
    let resources = resources.iter().filter_map(|uri| policy.resource(uri));
    let scopes = resources.flat_map(|resource| resource.default_scopes.iter());
    scopes.collect()
}

fn reached<'a>(client: &Client, resource: &'a ResourcePolicy) -> Option<&'a str> {
    let identifier = resource.identifier.as_str();
    client.may_reach(identifier).then_some(identifier)
}

fn only<T>(mut found: impl Iterator<Item = T>) -> Option<T> {
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Returns the resources that `client` may name.
#[must_use]
pub fn names<'a>(policy: &'a Policy, client: &Client) -> Vec<&'a str> {
    let names = { policy.resources.iter() }.filter_map(|resource| reached(client, resource));
    names.collect()
}
