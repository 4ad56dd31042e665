//! What a person has given out, and where they are signed in (ASVS 10.4.9, 10.7.3): what the functions
//! `grants` and `sessions` of the app's `OAuth` give.

pub use crate::{
    consents::{ConnectedApp, ConnectedDevice},
    sessions::UserSession,
};
