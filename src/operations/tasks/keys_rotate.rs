//! `oauth:keys:rotate`: new keys, published before they sign; old ones withdrawn.

use std::{marker::PhantomData, sync::Arc};

use async_trait::async_trait;
use loco_rs::{
    app::AppContext,
    task::{Task, TaskInfo, Vars},
};
use serde_json::{Value, json};

use super::{arguments::Arguments, key_work::KeyWork};
use crate::{
    boot::{self, definition::OAuthServerDefinition},
    events::{AuditEvent, EventName},
    keys::{self, KeyDescription},
    protocol::{jwk::SigningAlg, time::Seconds},
};

const KEYS: [&str; 3] = ["alg", "now", "withdraw"];

/// The task `oauth:keys:rotate`.
pub struct KeysRotate<D>(PhantomData<fn() -> D>);

impl<D> Default for KeysRotate<D> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

#[async_trait]
impl<D: OAuthServerDefinition> Task for KeysRotate<D> {
    fn task(&self) -> TaskInfo {
        TaskInfo {
            name: "oauth:keys:rotate".to_owned(),
            detail: "Make the next signing keys, or withdraw one".to_owned(),
        }
    }

    async fn run(&self, ctx: &AppContext, vars: &Vars) -> loco_rs::Result<()> {
        let arguments = Arguments::read(vars, &KEYS)?;
        let work = KeyWork::new::<D>(ctx)?;
        let done = match arguments.get("withdraw") {
            Some(kid) => {
                if arguments.get("alg").is_some() || arguments.get("now").is_some() {
                    return Err(boot::error("withdraw stands alone"));
                }
                vec![withdraw(&work, kid).await?]
            }
            None => rotate(&work, arguments).await?,
        };
        for line in done {
            if arguments.wants_json() {
                println!("{line}");
            } else {
                print(&line);
            }
        }
        Ok(())
    }
}

/// Makes one key for each algorithm. Where keys are not kept in a directory, the result is a PEM for
/// the settings. Keys that were withdrawn more than 30 days ago are deleted.
async fn rotate(work: &KeyWork, arguments: Arguments<'_>) -> loco_rs::Result<Vec<Value>> {
    let algorithms = algorithms(work, arguments)?;
    let now = work.clock.now();
    let wait = match arguments.flag("now")? {
        Some(true) => Seconds::ZERO,
        _ => work.settings.keys.publish_before_seconds,
    };
    let mut done = Vec::new();
    for alg in algorithms {
        let active_at = now + wait;
        let settings = Arc::clone(&work.settings);
        let made = KeyWork::blocking(move || {
            let description = KeyDescription::new(alg, now, active_at);
            if let Some(kid) = keys::create_key(&settings.keys, &description)? {
                return Ok(json!({ "kid": kid, "alg": alg, "active_at": active_at }));
            }
            let pem = keys::fresh_pem(&settings, alg)?;
            Ok(json!({ "pem": *pem, "alg": alg }))
        });
        let made = made.await?;
        if let Some(kid) = made.get("kid").and_then(serde_json::Value::as_str) {
            let event = AuditEvent::new(EventName::KeyCreated).detail("kid", kid);
            let event = event.detail("alg", alg.as_str());
            work.tell(event.detail("active_at", active_at)).await;
        }
        done.push(made);
    }
    let settings = Arc::clone(&work.settings);
    let outlived = KeyWork::blocking(move || keys::delete_outlived(&settings, now)).await?;
    done.extend(outlived.into_iter().map(|kid| json!({ "deleted": kid })));
    Ok(done)
}

fn algorithms(work: &KeyWork, arguments: Arguments<'_>) -> loco_rs::Result<Vec<SigningAlg>> {
    let Some(names) = arguments.list("alg") else {
        return Ok(work.settings.algorithms_in_use());
    };
    let parse = |name: &String| {
        let all = SigningAlg::ALL
            .map(|alg| alg.as_str().to_owned())
            .join(", ");
        let unknown = |_| boot::error(format!("alg: {name} is not one of {all}"));
        name.parse().map_err(unknown)
    };
    names.iter().map(parse).collect()
}

async fn withdraw(work: &KeyWork, kid: &str) -> loco_rs::Result<Value> {
    let (settings, wanted, now) = (Arc::clone(&work.settings), kid.to_owned(), work.clock.now());
    let withdrawn = KeyWork::blocking(move || keys::withdraw_key(&settings, &wanted, now)).await?;
    let withdrawn = withdrawn.ok_or_else(|| {
        boot::error("withdraw: there is no such key in keys.directory; see oauth:keys:list")
    })?;
    let event = |name, kid: &str| {
        let event = AuditEvent::new(name).detail("kid", kid);
        event.detail("alg", withdrawn.alg.as_str())
    };
    if let Some(replacement) = &withdrawn.replacement {
        work.tell(event(EventName::KeyCreated, replacement)).await;
    }
    work.tell(event(EventName::KeyWithdrawn, kid)).await;
    let mut line = json!({ "withdrawn": kid, "alg": withdrawn.alg });
    if let (Some(replacement), Some(line)) = (&withdrawn.replacement, line.as_object_mut()) {
        line.insert("replacement".to_owned(), replacement.clone().into());
    }
    Ok(line)
}

fn print(line: &Value) {
    if let Some(pem) = line["pem"].as_str() {
        println!("{pem}");
        println!(
            "Put it behind the first key of its algorithm in keys.pem; a day later, in front."
        );
        return;
    }
    for (name, value) in line.as_object().into_iter().flatten() {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        println!("{name}: {value}");
    }
}
