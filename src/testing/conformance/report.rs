//! What came out of a plan: one verdict for each module.

use std::fmt;

/// Why a module ended before its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// A check failed.
    Failed(String),
    /// The server does not offer what the module is about.
    Skipped(String),
    /// The server refuses on purpose what the module asks for, and says so in the way that the
    /// standard has for it.
    RefusedByDesign(String),
}

impl Stop {
    pub fn failed(text: impl Into<String>) -> Self {
        Self::Failed(text.into())
    }

    pub fn skipped(text: impl Into<String>) -> Self {
        Self::Skipped(text.into())
    }
}

/// The end of a module or of a part of it.
pub(super) type Checked<T = ()> = Result<T, Stop>;

/// Ends the module as failed unless the condition holds; the text says what was found.
macro_rules! ensure {
    ($condition:expr, $($text:tt)+) => {
        let holds: bool = $condition;
        if !holds {
            return Err($crate::testing::conformance::report::Stop::Failed(format!($($text)+)));
        }
    };
}
pub(super) use ensure;

/// What came out of one module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every check holds.
    Passed,
    /// Every check holds that a certification needs; these others do not.
    Warning(Vec<String>),
    /// The server does not advertise what the module is about.
    Skipped(String),
    /// The server declines what the module asks for, and answers as the standard says for that.
    RefusedByDesign(String),
    /// This check failed.
    Failed(String),
}

impl Verdict {
    pub(super) fn of(ended: Checked, warnings: Vec<String>) -> Self {
        match ended {
            Ok(()) if warnings.is_empty() => Self::Passed,
            Ok(()) => Self::Warning(warnings),
            Err(Stop::Failed(text)) => Self::Failed(text),
            Err(Stop::Skipped(text)) => Self::Skipped(text),
            Err(Stop::RefusedByDesign(text)) => Self::RefusedByDesign(text),
        }
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warning(_) => "warning",
            Self::Skipped(_) => "skipped",
            Self::RefusedByDesign(_) => "refused by design",
            Self::Failed(_) => "FAILED",
        }
    }

    fn reason(&self) -> String {
        match self {
            Self::Passed => String::new(),
            Self::Warning(texts) => texts.join("; "),
            Self::Skipped(text) | Self::RefusedByDesign(text) | Self::Failed(text) => text.clone(),
        }
    }
}

/// The verdict on one module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleReport {
    /// Name of the module, as in the suite.
    pub name: &'static str,
    /// What came out of it.
    pub verdict: Verdict,
}

/// The verdicts on all modules of a plan. As text it is a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Name of the plan.
    pub plan: &'static str,
    /// The modules, in the order of the plan.
    pub modules: Vec<ModuleReport>,
}

impl Report {
    /// Returns the verdict on a module.
    ///
    /// # Panics
    /// Panics when the plan has no such module.
    #[track_caller]
    pub fn of(&self, module: &str) -> &Verdict {
        let found = self.modules.iter().find(|report| report.name == module);
        let found = found.unwrap_or_else(|| panic!("{} has no module {module}", self.plan));
        &found.verdict
    }

    /// Returns the modules that failed.
    pub fn failed(&self) -> Vec<&ModuleReport> {
        let failed = |report: &&ModuleReport| matches!(report.verdict, Verdict::Failed(_));
        self.modules.iter().filter(failed).collect()
    }

    /// Panics with the modules that failed and the check at which each did.
    ///
    /// # Panics
    /// When a module failed.
    #[track_caller]
    pub fn assert_passed(&self) {
        let failed: Vec<String> = self
            .failed()
            .iter()
            .map(|report| format!("  {}: {}", report.name, report.verdict.reason()))
            .collect();
        assert!(
            failed.is_empty(),
            "{} modules of {} failed:\n{}",
            failed.len(),
            self.plan,
            failed.join("\n")
        );
    }

    /// The table as Markdown: module, result, reason.
    pub fn to_markdown(&self) -> String {
        let mut text = String::from("| Module | Result | Why |\n|---|---|---|\n");
        for report in &self.modules {
            let (word, reason) = (report.verdict.word(), report.verdict.reason());
            let reason = reason.replace('|', "\\|").replace('\n', " ");
            let line = ["| ", report.name, " | ", word, " | ", &reason, " |\n"];
            text.extend(line);
        }
        text
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.plan)?;
        for report in &self.modules {
            let (word, reason) = (report.verdict.word(), report.verdict.reason());
            let line = format!("  {word:<17}  {:<74}  {reason}", report.name);
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
