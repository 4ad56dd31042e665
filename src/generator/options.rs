//! The flags of the command.

use clap::Parser;

/// `cargo loco generate oauth-server`
#[derive(Clone, Debug, Default, Parser)]
#[command(
    name = "cargo loco generate oauth-server",
    bin_name = "cargo loco generate oauth-server",
    about = "Makes this app an OAuth 2.1 authorization server and OpenID provider.",
    disable_version_flag = true
)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct Options {
    /// Also copy the pages, stylesheet and English texts to `assets/views/oauth_server/`
    #[arg(long)]
    pub views: bool,
    /// Also write the long test file: every flow, consent, logout, attacks, pages
    #[arg(long)]
    pub tests: bool,
    /// Show what would change, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// After an update of the crate: write the migrations that are missing, report what else is new
    #[arg(long, conflicts_with_all = ["views", "tests", "force"])]
    pub upgrade: bool,
    /// Overwrite generated files although they were edited
    #[arg(long)]
    pub force: bool,
    /// Module of the users entity [default: `crate::models::_entities::users`]
    #[arg(long, value_name = "PATH")]
    pub users: Option<String>,
    /// Type of the users' primary key [default: read from the users entity]
    #[arg(long, value_name = "TYPE", value_parser = ["i32", "i64", "Uuid"])]
    pub user_key: Option<String>,
    /// Loco's global option; generating needs no environment.
    #[arg(short, long, hide = true)]
    pub environment: Option<String>,
}

impl Options {
    /// Reads the flags; help and mistakes end the process, as in Loco's own commands.
    #[must_use]
    pub fn from_arguments(arguments: &[String]) -> Self {
        let name = String::from("oauth-server");
        Self::parse_from(std::iter::once(&name).chain(arguments))
    }
}
