//! Which command lines are the plugin's, and which are Loco's.

use loco_oauth_server::cli::{Command, parse};
use rstest::rstest;

fn command(line: &str) -> Command {
    let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    parse(&arguments)
}

#[rstest]
#[case("generate oauth-server", "")]
#[case("g oauth-server", "")]
#[case(
    "g oauth-server --dry-run --users crate::a",
    "--dry-run --users crate::a"
)]
#[case("-e test generate oauth-server --force", "--force")]
#[case("--environment test g oauth-server", "")]
#[case("--environment=test g oauth-server", "")]
#[case("-etest g -e production oauth-server --help", "--help")]
fn the_generator_gets_its_arguments(#[case] line: &str, #[case] arguments: &str) {
    let arguments = arguments.split_whitespace().map(str::to_owned).collect();
    assert_eq!(command(line), Command::Generate(arguments));
}

#[rstest]
#[case("generate")]
#[case("g --help")]
#[case("-e test generate -h")]
#[case("generate help")]
#[case("help generate")]
fn help_for_generators_names_ours(#[case] line: &str) {
    assert_eq!(command(line), Command::GenerateHelp);
}

#[rstest]
#[case("routes")]
#[case("-e production routes")]
#[case("routes -e test")]
fn routes_are_completed(#[case] line: &str) {
    assert_eq!(command(line), Command::Routes);
}

#[rstest]
#[case("")]
#[case("start")]
#[case("start generate oauth-server")]
#[case("task generate oauth-server:x")]
#[case("generate oauth-servers")]
#[case("generate model oauth-server")]
#[case("g scaffold posts title:string")]
#[case("routes --help")]
#[case("-e")]
#[case("-e test")]
#[case("--help")]
#[case("db migrate")]
fn everything_else_is_locos(#[case] line: &str) {
    assert_eq!(command(line), Command::Loco);
}
