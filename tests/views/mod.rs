//! The pages: every sample in every language, the app's overrides, the texts.

mod app;
mod mails;
mod overrides;
mod pages;
mod reload;
mod snapshots;
mod texts;

use loco_oauth_server::internals::views::{
    Edits, PageContext, Views,
    pages::{
        AppsPage, CheckMailPage, CompletedPage, ConsentPage, DeviceDonePage, DevicePage, ErrorPage,
        ForgotPasswordPage, FormPostPage, HandoffPage, LoggedOutPage, LoginPage, LogoutPage,
        ResetPasswordPage, SelectAccountPage, SignUpPage,
    },
};

const LANGUAGES: [&str; 7] = ["en", "de", "es", "fr", "ja", "pt-BR", "zh-CN"];

/// Name of a client, an account or a value that would be an element if it were not escaped.
const MARKUP: &str = "<img src=x onerror=alert(1)>\"'&";

struct Rendered {
    template: &'static str,
    sample: &'static str,
    html: String,
}

fn shipped_views() -> Views {
    let views = Views::new(None, &LANGUAGES.map(String::from), "en", Edits::Watched).unwrap();
    assert_eq!(views.broken(), Vec::<String>::new());
    views
}

/// Every sample of every page in one language.
fn render_all(views: &Views, lang: &str) -> Vec<Rendered> {
    let mut all = Vec::new();
    render_samples::<LoginPage>(views, lang, &mut all);
    render_samples::<SignUpPage>(views, lang, &mut all);
    render_samples::<SelectAccountPage>(views, lang, &mut all);
    render_samples::<ConsentPage>(views, lang, &mut all);
    render_samples::<DevicePage>(views, lang, &mut all);
    render_samples::<DeviceDonePage>(views, lang, &mut all);
    render_samples::<LogoutPage>(views, lang, &mut all);
    render_samples::<LoggedOutPage>(views, lang, &mut all);
    render_samples::<AppsPage>(views, lang, &mut all);
    render_samples::<ForgotPasswordPage>(views, lang, &mut all);
    render_samples::<ResetPasswordPage>(views, lang, &mut all);
    render_samples::<HandoffPage>(views, lang, &mut all);
    render_samples::<FormPostPage>(views, lang, &mut all);
    render_samples::<CompletedPage>(views, lang, &mut all);
    render_samples::<CheckMailPage>(views, lang, &mut all);
    render_samples::<ErrorPage>(views, lang, &mut all);
    all
}

fn render_samples<P: PageContext>(views: &Views, lang: &str, all: &mut Vec<Rendered>) {
    for (sample, page) in P::samples() {
        let html = views.render(lang, &page).unwrap_or_else(|error| {
            panic!(
                "{} with sample {sample} in {lang}: {error}",
                P::PAGE.template()
            )
        });
        all.push(Rendered {
            template: P::PAGE.template(),
            sample,
            html,
        });
    }
}

/// One sample of a page in English.
fn sample<P: PageContext>(name: &str) -> P {
    let (_, page) = P::samples()
        .into_iter()
        .find(|(sample, _)| *sample == name)
        .unwrap_or_else(|| panic!("{} has no sample {name}", P::PAGE.template()));
    page
}
