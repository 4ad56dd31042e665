# The commands of a day's work; `just` lists them. Each recipe is one or a few plain commands, so that
# nobody needs just (https://just.systems). Tests and lints select the whole workspace with all features, as
# CI does: another selection has other features, and builds the dependencies a second time.

_list:
    @{{ just_executable() }} --list

# Start the demo, an app on SQLite with a small client of its own: http://127.0.0.1:5150/
demo:
    cd examples/demo && cargo loco start

# Run one test, or all that have NAME in their name; what follows goes to the test program (--nocapture)
test NAME *ARGS:
    cargo test --workspace --all-features --lib --test mod -- {{ NAME }} {{ ARGS }}

# What a change needs before it is committed: format, lints, and the tests that only read the repository
check:
    cargo fmt --all --check
    .ci/cases
    cargo clippy --workspace --all-features --all-targets -- -D warnings
    cargo test --workspace --all-features --test mod -- walls:: rules:: docs:: readme::

# Everything, as CI does it: both databases, documentation, a fresh app, real clients, real browsers
ci:
    .ci/run
