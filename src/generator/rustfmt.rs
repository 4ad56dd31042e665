//! Formats planned Rust text, so that what is shown is what is written.
//!
//! Only files that the generator writes are formatted, and an existing one only when it was
//! formatted before: the rest of the app is not its business.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

/// The formatted text; the text itself when rustfmt is not installed or refuses it.
pub fn formatted(root: &Path, edition: &str, text: &str) -> String {
    rustfmt(root, edition, text).unwrap_or_else(|| text.to_owned())
}

/// Whether rustfmt would leave the text alone.
pub fn is_formatted(root: &Path, edition: &str, text: &str) -> bool {
    rustfmt(root, edition, text).is_some_and(|formatted| formatted == text)
}

fn rustfmt(root: &Path, edition: &str, text: &str) -> Option<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", edition])
        // Without a file, rustfmt looks for its settings from here upwards.
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    (output.status.success() && !output.stdout.is_empty())
        .then(|| String::from_utf8(output.stdout).ok())
        .flatten()
}
