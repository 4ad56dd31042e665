//! The values that an [`OAuthInteraction`](crate::OAuthInteraction) gives to a page of the app's own.

pub use crate::{
    protocol::{authorize::Prompt, interaction::Step},
    views::{
        ClientCard, UserCard,
        pages::{AccountLine, ClaimLine, ResourceLine, ScopeLine, Warning},
    },
};
