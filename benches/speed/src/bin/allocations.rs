//! Counts the allocations of each operation: the app and its client run on one thread, so that all of
//! them are counted. The client makes none. What SQLite's own thread allocates is not counted.
//!
//! Arguments: names of operations. Environment: the configuration's variables, and `SPEED_COOKIE`.

use std::{env, net::SocketAddr, time::Duration};

use allocation_counter::measure;
use clap::ValueEnum;
use loco_rs::{
    app::Hooks,
    boot::{ServeParams, StartMode},
    environment::{Environment, resolve_from_env},
};
use speed::{
    Fault,
    guarded::GuardedApp,
    operation::Operation,
    site::Site,
    user::{Preparation, VirtualUser},
};
use tokio::runtime::{Builder, Runtime};

/// Operations before the count: pools and caches are filled then.
const BEFORE: u32 = 50;
/// Operations that are counted.
const COUNTED: u32 = 200;

fn main() -> Result<(), Fault> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let site = runtime.block_on(start())?;
    for name in env::args().skip(1) {
        let operation = Operation::from_str(&name, false)?;
        let preparation = runtime.block_on(Preparation::new(&site, operation))?;
        let mut user = runtime.block_on(preparation.user())?;
        repeat(&runtime, &mut user, BEFORE)?;
        let mut outcome = Ok(());
        let counted = measure(|| outcome = repeat(&runtime, &mut user, COUNTED));
        outcome?;
        let (count, bytes) = (counted.count_total, counted.bytes_total);
        let each =
            |total: u64| u32::try_from(total).map(|total| f64::from(total) / f64::from(COUNTED));
        println!("{name} {:.1} {:.0}", each(count)?, each(bytes)?);
    }
    Ok(())
}

/// Boots the app on this thread, and returns it with the person who is signed in.
async fn start() -> Result<Site, Fault> {
    let environment: Environment = resolve_from_env().into();
    let config = GuardedApp::load_config(&environment).await?;
    let params = ServeParams {
        port: config.server.port,
        binding: config.server.binding.clone(),
    };
    let address: SocketAddr = format!("{}:{}", params.binding, params.port).parse()?;
    let boot = GuardedApp::boot(StartMode::ServerOnly, &environment, config).await?;
    let router = boot.router.ok_or("the app has no routes")?;
    tokio::spawn(async move { GuardedApp::serve(router, &boot.app_context, &params).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    Ok(Site {
        address,
        cookie: env::var("SPEED_COOKIE")?,
    })
}

fn repeat(runtime: &Runtime, user: &mut VirtualUser, times: u32) -> Result<(), Fault> {
    runtime.block_on(async {
        for _ in 0..times {
            user.run_once().await.map_err(|bad| bad.0)?;
        }
        Ok(())
    })
}
