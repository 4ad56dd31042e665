//! A new password by a link in a mail (ASVS 6.5.1, 7.4.3).

use std::sync::Arc;

use loco_rs::mailer::{Email, Mailer};
use serde_json::{Value, json};

use super::{
    Owner, People, SharedContext,
    capabilities::PasswordSetter,
    resource_owner::{FieldError, PasswordError, UserKey},
};
use crate::{
    clock::Clock,
    config::{Settings, urls::Urls},
    error::{Failure, PageError},
    protocol::{
        credentials::CredentialRecord,
        route::Route,
        secret::{Purpose, Secret, SecretHash},
        time::Seconds,
    },
    random,
    store::{
        Store, StoreError,
        authorization_codes::{self, Revocation, RevokeReason, UserFilter},
        credentials::{self, CredentialNote},
        logouts::{self, LogoutJob},
        reset_links::{self, ResetLink},
        sessions::{self, EndReason, SessionEnd},
        transaction::retry,
    },
    views::{Views, mails::ResetMail},
};

/// Lifetime of a link.
const LIFE: Seconds = Seconds::hours(1);

struct ResetMailer;

impl Mailer for ResetMailer {}

/// How an attempt to set a password ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reset {
    /// The password is set, and these clients are to hear that sessions ended.
    Done(Vec<LogoutJob>),
    /// The link is unknown, was used, has expired, or is older than the present password. All of these
    /// get the same response.
    Refused,
    /// The app does not take this password; the link can still be used.
    Invalid(Vec<FieldError>),
}

/// New passwords by mail. The service also exists where the feature is switched off.
pub struct PasswordReset {
    people: Arc<People>,
    settings: Arc<Settings>,
    urls: Arc<Urls>,
    views: Arc<Views>,
    store: Store,
    clock: Clock,
    /// Sets a password; `None` where people cannot set a new one by mail, which depends on the settings,
    /// the app's model and its mailer.
    setter: Option<PasswordSetter>,
}

/// What a [`PasswordReset`] is made of.
pub struct PasswordResetParts {
    /// The app's users.
    pub people: Arc<People>,
    /// The settings.
    pub settings: Arc<Settings>,
    /// The URLs of the pages that mails link to.
    pub urls: Arc<Urls>,
    /// The templates of mails.
    pub views: Arc<Views>,
    /// The tables.
    pub store: Store,
    /// The clock.
    pub clock: Clock,
    /// How people set a new password by mail, if they can.
    pub setter: Option<PasswordSetter>,
}

impl PasswordReset {
    /// Creates the service.
    pub fn new(parts: PasswordResetParts) -> Self {
        let PasswordResetParts {
            people,
            settings,
            urls,
            views,
            store,
            clock,
            setter,
        } = parts;
        Self {
            people,
            settings,
            urls,
            views,
            store,
            clock,
            setter,
        }
    }

    /// Whether people can set a new password by mail.
    pub const fn is_offered(&self) -> bool {
        self.setter.is_some()
    }

    /// Checks that the feature is on (GE-11): by `enable_password_reset`, and because the app sets passwords.
    ///
    /// # Errors
    /// An error page with status 404, if it is off.
    pub fn check(&self) -> Result<(), PageError> {
        if self.is_offered() {
            Ok(())
        } else {
            Err(PageError::switched_off("enable_password_reset is off"))
        }
    }

    /// Sends a link to the person with this login, if there is one, in the language `lang`. All of it
    /// happens after the response, which is therefore the same for known and unknown logins, and as fast.
    pub fn send_link(self: &Arc<Self>, ctx: &SharedContext, login: String, lang: String) {
        let (this, ctx) = (Arc::clone(self), ctx.clone());
        tokio::spawn(async move {
            if let Err(failure) = this.make_link(&ctx, &login, &lang).await {
                let error = failure.source.unwrap_or_else(|| failure.error.to_string());
                tracing::error!(error, "a link to a new password was not sent");
            }
        });
    }

    async fn make_link(&self, ctx: &SharedContext, login: &str, lang: &str) -> Result<(), Failure> {
        let find = || async {
            Ok(self
                .people
                .app
                .find_by_login(self.store.db(), login)
                .await?)
        };
        let owner = retry(find).await?.filter(|owner| owner.is_active());
        let Some((owner, address)) = owner.and_then(|it| it.mail_address().map(|to| (it, to)))
        else {
            return Ok(());
        };
        let token = random::secret("")?;
        let link = ResetLink {
            hash: token.hash(Purpose::Reset),
            value: json!({
                "user": owner.key().to_string(),
                "stamp": stamp_of(&owner),
            }),
            expires_at: self.clock.now() + LIFE,
        };
        let tables = self.store.tables();
        let insert = |db| reset_links::insert(db, tables, &link);
        self.store.run(insert).await?;
        let mail = self.mail(&token, lang, address)?;
        ResetMailer::mail(ctx, &mail)
            .await
            .map_err(Failure::internal)
    }

    fn mail(&self, token: &Secret, lang: &str, to: String) -> Result<Email, Failure> {
        let link = format!(
            "{}?token={}",
            self.urls.of(Route::ResetPassword),
            token.expose()
        );
        let mail = ResetMail::new(&self.settings.app_name, link);
        let words = self.views.words(lang).map_err(Failure::internal)?;
        Ok(Email {
            from: self.settings.mail_from.clone(),
            to,
            subject: mail.subject(&words),
            text: mail.text(&words),
            html: self.views.render(lang, &mail).map_err(Failure::internal)?,
            ..Email::default()
        })
    }

    /// Whether a link can still be used. This does not use it up: mail programs open links on their own.
    ///
    /// # Errors
    /// When the database or the app's model fails.
    pub async fn is_link(&self, token: &str) -> Result<bool, Failure> {
        let (hash, now, tables) = (hash_of(token), self.clock.now(), self.store.tables());
        let find = |db| reset_links::find(db, tables, &hash, now);
        match self.store.run(find).await? {
            Some(link) => Ok(self.owner_of_link(&link).await?.is_some()),
            None => Ok(false),
        }
    }

    /// Uses up a link and sets the password. Then the person's sessions end, and with
    /// `revoke_on_credential_change` their grants, too.
    ///
    /// # Errors
    /// When the database or the app's model fails, or when no thread for hashing gets free. The link can
    /// still be used then.
    pub async fn reset(
        &self,
        ctx: &SharedContext,
        token: &str,
        password: &str,
    ) -> Result<Reset, Failure> {
        let Some(setter) = self.setter else {
            return Ok(Reset::Refused);
        };
        let (hash, now, tables) = (hash_of(token), self.clock.now(), self.store.tables());
        let spend = |db| reset_links::spend(db, tables, &hash, now);
        let Some(link) = self.store.run(spend).await? else {
            return Ok(Reset::Refused);
        };
        let Some(owner) = self.owner_of_link(&link).await? else {
            return Ok(Reset::Refused);
        };
        let set = match self.set_password(setter, ctx, &owner, password).await {
            Ok(owner) => {
                return Ok(Reset::Done(self.end_everything(&owner).await?));
            }
            Err(NotSet::Invalid(errors)) => Ok(Reset::Invalid(errors)),
            Err(NotSet::Failed(failure)) => Err(failure),
        };
        let give_back = |db| reset_links::give_back(db, tables, &hash);
        self.store.run(give_back).await?;
        set
    }

    async fn set_password(
        &self,
        setter: PasswordSetter,
        ctx: &SharedContext,
        owner: &Owner,
        password: &str,
    ) -> Result<Owner, NotSet> {
        let (ctx, owner, password) = (ctx.clone(), owner.clone(), password.to_owned());
        let attempt = async move { setter.set(&owner, &ctx, &password).await };
        match self.people.hashing.run(attempt).await {
            Ok(Ok(owner)) => Ok(owner),
            Ok(Err(PasswordError::Invalid(errors))) => Err(NotSet::Invalid(errors)),
            Ok(Err(PasswordError::Other(error))) => {
                Err(NotSet::Failed(StoreError::from(error).into()))
            }
            Err(failure) => Err(NotSet::Failed(failure)),
        }
    }

    /// Returns the user of a link, unless the password changed since it was sent.
    async fn owner_of_link(&self, link: &Value) -> Result<Option<Owner>, Failure> {
        let text = |name: &str| link.get(name).and_then(Value::as_str);
        let Some(key) = text("user").and_then(UserKey::parse) else {
            return Ok(None);
        };
        let owner = self.people.find(key).await?;
        Ok(owner.filter(|owner| owner.is_active() && stamp_of(owner).as_deref() == text("stamp")))
    }

    /// Ends the sessions of a person whose password was set (ASVS 7.4.3), and with
    /// `revoke_on_credential_change` their grants. Older JWTs of the app make no session any more (EX-03).
    async fn end_everything(&self, owner: &Owner) -> Result<Vec<LogoutJob>, Failure> {
        let (now, grants_too) = (self.clock.now(), self.settings.revoke_on_credential_change);
        let user = owner.key();
        let noted = owner.credential_stamp().map(|stamp| CredentialRecord {
            stamp: stamp.0.to_vec(),
            since: now,
        });
        let all = UserFilter {
            user,
            client_id: None,
        };
        let jobs = self
            .store
            .write(move |txn, tables| {
                let (all, noted) = (all.clone(), noted.clone());
                Box::pin(async move {
                    if let Some(noted) = noted {
                        let note = CredentialNote {
                            user,
                            noted: &noted,
                            now,
                        };
                        credentials::note(txn, tables, note).await?;
                    }
                    let end = SessionEnd {
                        reason: EndReason::CredentialChange,
                        at: now,
                    };
                    let ended = sessions::end_of_user(txn, tables, user, end).await?;
                    if grants_too {
                        let revocation = Revocation {
                            reason: RevokeReason::CredentialChange,
                            at: now,
                        };
                        authorization_codes::revoke_of_user(txn, tables, &all, revocation).await?;
                    }
                    logouts::hand_over(txn, tables, &ended, now).await
                })
            })
            .await?;
        Ok(jobs)
    }
}

enum NotSet {
    Invalid(Vec<FieldError>),
    Failed(Failure),
}

fn hash_of(token: &str) -> SecretHash {
    Secret::new(token).hash(Purpose::Reset)
}

/// Returns the hash of the user's credential stamp in base64url.
fn stamp_of(owner: &Owner) -> Option<String> {
    Some(owner.credential_stamp()?.to_text())
}
