//! The apps a person is connected to.

use std::{collections::BTreeMap, sync::Arc};

use super::{ConnectedApp, ConnectedDevice, ConsentService};
use crate::{
    error::Failure,
    events::{AuditEvent, EventName},
    protocol::{claims_parameter::GrantedClaims, client::Client, row_id::GrantId},
    store::{
        access_tokens,
        authorization_codes::{self, GrantRow, Revocation, RevokeReason, UserFilter},
        authorization_states, clients,
        consents::{self, ConsentRow},
        user_key::UserKey,
    },
};

/// Prefix for the id of an app that has a grant, but no consent, because none was needed.
const BY_GRANT: &str = "g";

/// A connected app with its client, while that exists.
#[derive(Clone)]
pub struct Connected {
    /// The app.
    pub app: ConnectedApp,
    /// The client; `None` if it does not exist any more.
    pub client: Option<Arc<Client>>,
}

impl ConsentService {
    /// Returns the apps that a user gave access to, most recently allowed first. This takes four
    /// statements, however many apps there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn connected_apps(&self, user: UserKey) -> Result<Vec<Connected>, Failure> {
        let (tables, now) = (self.store.tables(), self.clock.now());
        let consents = |db| consents::of_user(db, tables, user);
        let consents = self.store.run(consents).await?;
        let grants = |db| authorization_codes::live_of_user(db, tables, user, now);
        let grants = self.store.run(grants).await?;
        let ids: Vec<GrantId> = grants.iter().map(|grant| grant.id).collect();
        let last_use = |db| access_tokens::last_use(db, tables, &ids);
        let last_use = if ids.is_empty() {
            BTreeMap::new()
        } else {
            self.store.run(last_use).await?
        };
        let mut apps = BTreeMap::<String, ConnectedApp>::new();
        for consent in &consents {
            let app = apps
                .entry(consent.client_id.clone())
                .or_insert_with(|| of_consent(consent));
            let claims = consent.view().claims;
            widen(&mut app.scopes, &consent.scopes.0);
            widen(&mut app.claims, claims.names());
            widen(&mut app.resources, &consent.resources.0);
        }
        for grant in &grants {
            let app = apps
                .entry(grant.client_id.clone())
                .or_insert_with(|| of_grant(grant));
            let last_used_at = last_use.get(&grant.id).copied();
            let claims = GrantedClaims::read(grant.claims.as_ref());
            widen(&mut app.scopes, &grant.scopes.0);
            widen(
                &mut app.claims,
                claims.beyond(&grant.scopes.0.iter().collect()),
            );
            widen(&mut app.resources, &grant.resources.0);
            app.last_used_at = app.last_used_at.max(last_used_at);
            app.devices.push(ConnectedDevice {
                label: grant.device_label.clone(),
                since: grant.issued_at,
                last_used_at,
            });
        }
        self.with_clients(apps).await
    }

    async fn with_clients(
        &self,
        apps: BTreeMap<String, ConnectedApp>,
    ) -> Result<Vec<Connected>, Failure> {
        let tables = self.store.tables();
        let ids: Vec<String> = apps
            .keys()
            .filter_map(|id| self.clients.id_in_table(id).map(str::to_owned))
            .collect();
        let found = |db| clients::with_ids(db, tables, &ids);
        let found = if ids.is_empty() {
            Vec::new()
        } else {
            self.store.run(found).await?
        };
        let named = |client: Client| (client.client_id.clone(), Arc::new(client));
        let mut rows: BTreeMap<String, Arc<Client>> = found.into_iter().map(named).collect();
        let mut connected: Vec<Connected> = apps
            .into_iter()
            .map(|(id, mut app)| {
                let client = self
                    .clients
                    .configured(&id)
                    .cloned()
                    .or_else(|| rows.remove(&id));
                app.client_name = client.as_ref().and_then(|it| it.client_name.clone());
                Connected { app, client }
            })
            .collect();
        connected.sort_by_key(|it| std::cmp::Reverse((it.app.granted_at, it.app.id.clone())));
        Ok(connected)
    }

    /// Revokes everything that a user gave to an app: consent, grants with all their tokens, codes, and
    /// unfinished interactions. Returns `false` when `id` is none of the user's apps (AP-01).
    ///
    /// # Errors
    /// When the database fails; nothing is revoked then.
    pub async fn disconnect(&self, user: UserKey, id: &str) -> Result<bool, Failure> {
        let tables = self.store.tables();
        let client = match (id.strip_prefix(BY_GRANT), id) {
            (Some(grant), _) => match grant.parse() {
                Ok(grant) => {
                    let find = |db| authorization_codes::client_of(db, tables, grant, user);
                    self.store.run(find).await?
                }
                Err(_) => None,
            },
            (None, consent) => match consent.parse() {
                Ok(consent) => {
                    let find = |db| consents::client_of(db, tables, consent, user);
                    self.store.run(find).await?
                }
                Err(_) => None,
            },
        };
        let Some(client) = client else {
            return Ok(false);
        };
        self.take_back(UserFilter {
            user,
            client_id: Some(client.clone()),
        })
        .await?;
        let event = AuditEvent::new(EventName::ConsentRevoked).user_id(user);
        self.events.emit(event.client_id(&client));
        Ok(true)
    }

    /// Revokes everything that a user gave to any app.
    ///
    /// # Errors
    /// When the database fails; nothing is revoked then.
    pub async fn disconnect_all(&self, user: UserKey) -> Result<(), Failure> {
        let all = UserFilter {
            user,
            client_id: None,
        };
        self.take_back(all).await?;
        let event = AuditEvent::new(EventName::ConsentRevoked).user_id(user);
        self.events.emit(event.detail("all", true));
        Ok(())
    }

    async fn take_back(&self, which: UserFilter) -> Result<(), Failure> {
        let now = self.clock.now();
        self.store
            .write(move |txn, tables| {
                let which = which.clone();
                Box::pin(async move {
                    // The grants come last: a transaction that issues a code holds its session and its
                    // consent, so that this one waits for it and then finds its grant.
                    authorization_states::abandon(txn, tables, &which, now).await?;
                    consents::delete_of_user(txn, tables, &which).await?;
                    let revocation = Revocation {
                        reason: RevokeReason::User,
                        at: now,
                    };
                    authorization_codes::revoke_of_user(txn, tables, &which, revocation).await?;
                    Ok(())
                })
            })
            .await?;
        Ok(())
    }
}

fn of_consent(consent: &ConsentRow) -> ConnectedApp {
    ConnectedApp {
        id: consent.id.to_string(),
        client_id: consent.client_id.clone(),
        client_name: None,
        scopes: Vec::new(),
        claims: Vec::new(),
        resources: Vec::new(),
        granted_at: consent.granted_at,
        last_used_at: consent.last_used_at,
        devices: Vec::new(),
    }
}

fn of_grant(grant: &GrantRow) -> ConnectedApp {
    ConnectedApp {
        id: format!("{BY_GRANT}{}", grant.id),
        client_id: grant.client_id.clone(),
        client_name: None,
        scopes: Vec::new(),
        claims: Vec::new(),
        resources: Vec::new(),
        granted_at: grant.issued_at,
        last_used_at: None,
        devices: Vec::new(),
    }
}

fn widen<S: AsRef<str>>(all: &mut Vec<String>, more: impl IntoIterator<Item = S>) {
    for one in more {
        let one = one.as_ref();
        if !all.iter().any(|known| known == one) {
            all.push(one.to_owned());
        }
    }
}
