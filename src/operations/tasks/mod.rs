//! Tasks of the operator, called `cargo loco task <name> key:value …`.
//!
//! Tasks for clients have a function `report`, which does the work and returns what `run` prints.

mod arguments;
pub mod cleanup;
pub mod client_create;
pub mod client_delete;
pub mod client_disable;
pub mod client_list;
pub mod client_rotate_secret;
pub mod doctor;
mod key_work;
pub mod keys_list;
pub mod keys_rotate;
pub mod logout_list;

use std::sync::Arc;

use chrono::DateTime;

use crate::{
    boot,
    protocol::{
        client::{Client, ClientStatus},
        time::UnixTime,
    },
    server::Server,
};

/// Returns the client that a task is to change: one of the table that was not removed.
///
/// # Errors
/// When the client is one of the settings, was removed, or does not exist.
async fn changeable(server: &Server, id: &str) -> loco_rs::Result<Arc<Client>> {
    let mut of_settings = server.settings.clients.iter();
    if let Some(index) = of_settings.position(|client| client.client_id == id) {
        return Err(boot::error(format!(
            "id: {id} is a client of the settings: change initializers.oauth_server.clients[{index}]"
        )));
    }
    match server.clients.find(id).await.map_err(boot::error)? {
        Some(client) if client.status == ClientStatus::Deleted => {
            Err(boot::error(format!("id: the client {id} was removed")))
        }
        Some(client) => Ok(client),
        None => Err(boot::error(format!("id: there is no client {id}"))),
    }
}

/// A time for people.
fn date(at: UnixTime) -> String {
    DateTime::from_timestamp(at.as_seconds(), 0)
        .map_or_else(|| at.to_string(), |at| at.to_rfc3339())
}

/// Returns the error for a client that was changed between reading and writing it.
fn changed_meanwhile(id: &str) -> loco_rs::Error {
    boot::error(format!(
        "the client {id} was changed at the same moment; try again"
    ))
}

/// Defines a task that is generic over the app's definition.
macro_rules! task {
    ($(#[$meta:meta])* $name:ident, $task:literal, $detail:literal) => {
        $(#[$meta])*
        pub struct $name<D>(std::marker::PhantomData<fn() -> D>);

        impl<D> Default for $name<D> {
            fn default() -> Self {
                Self(std::marker::PhantomData)
            }
        }

        #[async_trait::async_trait]
        impl<D: $crate::OAuthServerDefinition> loco_rs::task::Task for $name<D> {
            fn task(&self) -> loco_rs::task::TaskInfo {
                loco_rs::task::TaskInfo {
                    name: $task.to_owned(),
                    detail: $detail.to_owned(),
                }
            }

            async fn run(
                &self,
                ctx: &loco_rs::app::AppContext,
                vars: &loco_rs::task::Vars,
            ) -> loco_rs::Result<()> {
                println!("{}", self.report(ctx, vars).await?);
                Ok(())
            }
        }
    };
}
use task;
