//! `oauth:keys:list`: every key and its state; no private parts.

use std::{marker::PhantomData, sync::Arc};

use async_trait::async_trait;
use loco_rs::{
    app::AppContext,
    task::{Task, TaskInfo, Vars},
};

use super::{arguments::Arguments, date, key_work::KeyWork};
use crate::{boot::definition::OAuthServerDefinition, keys};

/// The task `oauth:keys:list`.
pub struct KeysList<D>(PhantomData<fn() -> D>);

impl<D> Default for KeysList<D> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

#[async_trait]
impl<D: OAuthServerDefinition> Task for KeysList<D> {
    fn task(&self) -> TaskInfo {
        TaskInfo {
            name: "oauth:keys:list".to_owned(),
            detail: "List the signing keys and their states".to_owned(),
        }
    }

    async fn run(&self, ctx: &AppContext, vars: &Vars) -> loco_rs::Result<()> {
        let arguments = Arguments::read(vars, &[])?;
        let work = KeyWork::new::<D>(ctx)?;
        let (settings, now) = (Arc::clone(&work.settings), work.clock.now());
        let keys = KeyWork::blocking(move || keys::list_keys(&settings, now)).await?;
        if arguments.wants_json() {
            println!("{}", serde_json::to_string(&keys)?);
            return Ok(());
        }
        for key in keys {
            let state = serde_json::to_value(key.state)?;
            println!(
                "{}  {}  {:<9}  since {}  {}",
                key.kid,
                key.alg,
                state.as_str().unwrap_or_default(),
                date(key.since),
                key.next_change
                    .map(|at| format!("until {}", date(at)))
                    .unwrap_or_default(),
            );
        }
        Ok(())
    }
}
