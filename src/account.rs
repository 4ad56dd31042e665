//! Return types of the functions `grants` and `sessions` of the app's `OAuth` struct: the apps that a user
//! is connected to, and the browsers in which they are signed in (ASVS 10.4.9, 10.7.3).

pub use crate::{
    consents::{ConnectedApp, ConnectedDevice},
    sessions::UserSession,
};
