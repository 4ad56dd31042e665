//! The plans: which modules each has, and how one runs.

use std::panic::AssertUnwindSafe;

use axum_test::TestServer;
use futures_util::future::{FutureExt, LocalBoxFuture};
use loco_rs::app::AppContext;

use super::{
    fapi, mcp, oidc,
    person::Person,
    report::{Checked, ModuleReport, Report, Stop, Verdict},
    suite::Suite,
};

/// Runs only modules whose name holds this text, if the environment has it.
const ONLY: &str = "CONFORMANCE_MODULE";

/// A module: its name and what it does.
#[derive(Clone, Copy)]
pub(super) struct Module {
    pub name: &'static str,
    pub run: for<'a> fn(&'a Suite<'a>) -> LocalBoxFuture<'a, Checked>,
}

/// The table of a plan: `"name" => function`, in the order of the suite.
macro_rules! modules {
    ($($name:literal => $run:path),+ $(,)?) => {
        vec![$($crate::testing::conformance::plan::Module {
            name: $name,
            run: |suite| Box::pin($run(suite)),
        }),+]
    };
}
pub(super) use modules;

/// A plan: modules that belong to one certification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// `oidc-basic-certification-test-plan` of the suite: OpenID Connect Core by code.
    BasicOp,
    /// Discovery.
    ConfigOp,
    /// Clients that register themselves.
    DynamicOp,
    /// Responses by `response_mode=form_post`.
    FormPostOp,
    /// Logout that a client asks for.
    RpInitiatedLogoutOp,
    /// Logout that the server tells clients about.
    BackChannelLogoutOp,
    /// FAPI 2.0 Security Profile (Final), with `DPoP` and `private_key_jwt`.
    Fapi2SecurityProfile,
    /// The authorization text of the Model Context Protocol, revision 2026-07-28.
    McpAuthorization,
}

impl Plan {
    /// Every plan.
    pub const ALL: [Self; 8] = [
        Self::BasicOp,
        Self::ConfigOp,
        Self::DynamicOp,
        Self::FormPostOp,
        Self::RpInitiatedLogoutOp,
        Self::BackChannelLogoutOp,
        Self::Fapi2SecurityProfile,
        Self::McpAuthorization,
    ];

    /// Name of the plan, in the suite where that has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BasicOp => "oidcc-basic-certification-test-plan",
            Self::ConfigOp => "oidcc-config-certification-test-plan",
            Self::DynamicOp => "oidcc-dynamic-certification-test-plan",
            Self::FormPostOp => "oidcc-formpost-basic-certification-test-plan",
            Self::RpInitiatedLogoutOp => "oidcc-rp-initiated-logout-certification-test-plan",
            Self::BackChannelLogoutOp => {
                "oidcc-backchannel-rp-initiated-logout-certification-test-plan"
            }
            Self::Fapi2SecurityProfile => "fapi2-security-profile-final-test-plan",
            Self::McpAuthorization => "mcp-authorization-2026-07-28",
        }
    }

    fn modules(self) -> Vec<Module> {
        match self {
            Self::BasicOp => oidc::basic(),
            Self::ConfigOp => oidc::config(),
            Self::DynamicOp => oidc::dynamic(),
            Self::FormPostOp => oidc::form_post(),
            Self::RpInitiatedLogoutOp => oidc::rp_initiated_logout(),
            Self::BackChannelLogoutOp => oidc::back_channel_logout(),
            Self::Fapi2SecurityProfile => fapi::modules(),
            Self::McpAuthorization => mcp::modules(),
        }
    }

    /// Names of the modules, in the order of the plan.
    pub fn module_names(self) -> Vec<&'static str> {
        self.modules()
            .into_iter()
            .map(|module| module.name)
            .collect()
    }

    /// Runs the plan against an app that a test has booted. The person has an account already
    /// ([`Person::register`]). The server's clock moves on with every module.
    pub async fn run(self, request: &TestServer, ctx: &AppContext, person: &Person) -> Report {
        let suite = Suite::new(request, ctx, person).await;
        let only = std::env::var(ONLY).unwrap_or_default();
        let modules = self.modules().into_iter();
        let mut reports = Vec::new();
        for module in modules.filter(|module| module.name.contains(&only)) {
            reports.push(ModuleReport {
                name: module.name,
                verdict: module.verdict(&suite).await,
            });
        }
        Report {
            plan: self.name(),
            modules: reports,
        }
    }

    /// Runs one module of the plan.
    ///
    /// # Panics
    /// Panics when the plan has no such module.
    pub async fn run_module(
        self,
        name: &str,
        request: &TestServer,
        ctx: &AppContext,
        person: &Person,
    ) -> Verdict {
        let module = self
            .modules()
            .into_iter()
            .find(|module| module.name == name);
        let module = module.unwrap_or_else(|| panic!("{} has no module {name}", self.name()));
        module
            .verdict(&Suite::new(request, ctx, person).await)
            .await
    }
}

impl Module {
    async fn verdict(self, suite: &Suite<'_>) -> Verdict {
        suite.begin();
        // The kit's own parts fail by a panic: it ends this module alone.
        let ended = AssertUnwindSafe((self.run)(suite)).catch_unwind().await;
        let ended = ended.unwrap_or_else(|panic| Err(Stop::Failed(text_of(&*panic))));
        Verdict::of(ended, suite.take_warnings())
    }
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic").to_owned()
}
