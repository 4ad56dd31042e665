//! The command line of an app: `cargo loco …` with the plugin's commands in front of Loco's.
//!
//! ```rust,ignore
//! use loco_oauth_server::cli;
//! use my_app::app::App;
//! use migration::Migrator;
//!
//! #[tokio::main]
//! async fn main() -> loco_rs::Result<()> {
//!     cli::main::<App, Migrator>().await
//! }
//! ```

use loco_rs::{
    app::{AppContext, Hooks},
    boot::create_context,
    controller::AppRoutes,
    environment::{Environment, resolve_from_env},
};
use sea_orm_migration::MigratorTrait;

use crate::{app::routes, boot::load};

/// What Loco's own help cannot list, because its generators are a closed set.
const GENERATE_HELP: &str = "Also: cargo loco generate oauth-server    OAuth 2.1 server and OpenID provider (its flags: --help)\n";

/// What a command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `generate oauth-server`, with the arguments after it.
    Generate(Vec<String>),
    /// `generate` without a component, or its help.
    GenerateHelp,
    /// `routes`, the list of routes (MO-05).
    Routes,
    /// Any other command, which Loco handles.
    Loco,
}

/// Runs the app's command line. Same signature as [`loco_rs::cli::main`].
///
/// # Errors
/// Those of [`loco_rs::cli::main`]; for `routes` also settings that cannot be read.
pub async fn main<H: Hooks, M: MigratorTrait>() -> loco_rs::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match parse(&arguments) {
        Command::Generate(arguments) => {
            generate(&arguments);
            Ok(())
        }
        Command::GenerateHelp => {
            println!("{GENERATE_HELP}");
            loco_rs::cli::main::<H, M>().await
        }
        Command::Routes => {
            loco_rs::cli::main::<H, M>().await?;
            let ctx = context::<H>(environment(&arguments)).await?;
            println!("\nloco-oauth-server, mounted by its initializer:");
            for line in route_lines(&ctx)? {
                println!("{line}");
            }
            Ok(())
        }
        Command::Loco => loco_rs::cli::main::<H, M>().await,
    }
}

/// Recognises the plugin's commands among the arguments (without the program's name).
#[must_use]
pub fn parse(arguments: &[String]) -> Command {
    let (command, rest) = next_word(arguments);
    let (component, after) = next_word(rest);
    match (command, component) {
        (Some("generate" | "g"), Some("oauth-server")) => Command::Generate(after.to_vec()),
        (Some("generate" | "g"), None | Some("-h" | "--help" | "help"))
        | (Some("help"), Some("generate" | "g")) => Command::GenerateHelp,
        (Some("routes"), None) => Command::Routes,
        _ => Command::Loco,
    }
}

/// The next argument that is not Loco's global option `--environment`, and what follows it.
fn next_word(arguments: &[String]) -> (Option<&str>, &[String]) {
    match arguments {
        [] => (None, &[]),
        [flag, _, rest @ ..] if flag == "-e" || flag == "--environment" => next_word(rest),
        [flag, rest @ ..] if is_joined_environment(flag) => next_word(rest),
        [word, rest @ ..] => (Some(word), rest),
    }
}

/// Whether an argument names the environment in one word: `-etest`, `-e=test`, `--environment=test`.
fn is_joined_environment(argument: &str) -> bool {
    argument.starts_with("--environment=")
        || argument
            .strip_prefix("-e")
            .is_some_and(|value| !value.is_empty())
}

#[cfg(debug_assertions)]
fn generate(arguments: &[String]) {
    if let Err(err) = crate::generator::run(arguments) {
        eprintln!("{err}");
        std::process::exit(1);
    }
}

#[cfg(not(debug_assertions))]
fn generate(_arguments: &[String]) {
    eprintln!("`generate` is part of debug builds only: run it without `--release`.");
    std::process::exit(1);
}

/// The plugin's routes, which Loco cannot list because an initializer mounts them (MO-05), in the
/// form of Loco's boot log: `[GET,POST] /oauth/authorize`.
///
/// # Errors
/// When the settings are not valid.
pub fn route_lines(ctx: &AppContext) -> loco_rs::Result<Vec<String>> {
    let settings = load::settings(ctx)?;
    let routes = AppRoutes::empty().add_routes(routes::routes(ctx, &settings));
    Ok(routes.collect().iter().map(ToString::to_string).collect())
}

async fn context<H: Hooks>(environment: Environment) -> loco_rs::Result<AppContext> {
    let config = H::load_config(&environment).await?;
    create_context::<H>(&environment, config).await
}

/// The environment of a command line: that of `-e`, else that of Loco's environment variables.
fn environment(arguments: &[String]) -> Environment {
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let joined = word.strip_prefix("--environment=").or_else(|| {
            word.strip_prefix("-e")
                .map(|value| value.trim_start_matches('='))
                .filter(|v| !v.is_empty())
        });
        let named = match word.as_str() {
            "-e" | "--environment" => words.next().map(String::as_str),
            _ => joined,
        };
        if let Some(name) = named {
            return name.to_owned().into();
        }
    }
    resolve_from_env().into()
}
