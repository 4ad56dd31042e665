//! What a users model can do besides being a [`ResourceOwner`](super::resource_owner::ResourceOwner):
//! [`CreateAccount`] and [`SetPassword`], whatever the model is.
//!
//! The derive finds out which of them the app's model implements, so that an app says it once, by the
//! implementation: there is no switch that could contradict it.

use std::marker::PhantomData;

use futures_util::future::BoxFuture;
use loco_rs::{app::AppContext, model::ModelError};

use super::{
    Owner,
    resource_owner::{CreateAccount, PasswordError, SetPassword, SignUp, SignUpError, SignUpField},
};

/// The functions of [`CreateAccount`] of the app's users model.
#[derive(Clone, Copy, Debug)]
pub struct SignUpForm {
    fields: fn() -> Vec<SignUpField>,
    sign_up: for<'a> fn(&'a AppContext, SignUp) -> BoxFuture<'a, Result<Owner, SignUpError>>,
}

impl SignUpForm {
    const fn of<U: CreateAccount>() -> Self {
        Self {
            fields: U::signup_fields,
            sign_up: sign_up::<U>,
        }
    }

    /// Returns the inputs of the sign-up page.
    pub fn fields(self) -> Vec<SignUpField> {
        (self.fields)()
    }

    /// Makes an account from the values of the form.
    pub fn sign_up(
        self,
        ctx: &AppContext,
        values: SignUp,
    ) -> BoxFuture<'_, Result<Owner, SignUpError>> {
        (self.sign_up)(ctx, values)
    }
}

fn sign_up<U: CreateAccount>(
    ctx: &AppContext,
    values: SignUp,
) -> BoxFuture<'_, Result<Owner, SignUpError>> {
    Box::pin(async move { U::sign_up(ctx, values).await.map(Owner::new) })
}

/// The function of [`SetPassword`] of the app's users model.
#[derive(Clone, Copy, Debug)]
pub struct PasswordSetter {
    set: for<'a> fn(
        &'a Owner,
        &'a AppContext,
        &'a str,
    ) -> BoxFuture<'a, Result<Owner, PasswordError>>,
}

impl PasswordSetter {
    const fn of<U: SetPassword>() -> Self {
        Self {
            set: set_password::<U>,
        }
    }

    /// Sets the password of a user.
    pub fn set<'a>(
        self,
        owner: &'a Owner,
        ctx: &'a AppContext,
        password: &'a str,
    ) -> BoxFuture<'a, Result<Owner, PasswordError>> {
        (self.set)(owner, ctx, password)
    }
}

fn set_password<'a, U: SetPassword>(
    owner: &'a Owner,
    ctx: &'a AppContext,
    password: &'a str,
) -> BoxFuture<'a, Result<Owner, PasswordError>> {
    Box::pin(async move {
        let user = owner.model::<U>();
        let user =
            user.ok_or_else(|| ModelError::msg("the user is not of this app's users model"))?;
        Ok(Owner::new(user.set_password(ctx, password).await?))
    })
}

/// The capabilities of the users model `U`, as associated constants.
///
/// A constant is found here if `U` implements the trait; otherwise the compiler goes on to
/// [`NoCapability`]. It makes this choice only where `U` is a known type, which is why the derive reads
/// the constants and not a generic function.
#[derive(Debug)]
pub struct Capabilities<U>(PhantomData<U>);

impl<U: CreateAccount> Capabilities<U> {
    /// The model makes accounts.
    pub const SIGN_UP_FORM: Option<SignUpForm> = Some(SignUpForm::of::<U>());
}

impl<U: SetPassword> Capabilities<U> {
    /// The model sets passwords.
    pub const PASSWORD_SETTER: Option<PasswordSetter> = Some(PasswordSetter::of::<U>());
}

/// The constants for a users model that does not implement the trait of a capability.
pub trait NoCapability {
    /// The model makes no accounts.
    const SIGN_UP_FORM: Option<SignUpForm> = None;
    /// The model sets no passwords.
    const PASSWORD_SETTER: Option<PasswordSetter> = None;
}

impl<U> NoCapability for Capabilities<U> {}
