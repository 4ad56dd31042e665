//! What the app's hooks and the wanted classes of a login change.

use super::*;

/// The app wants the step `name`.
fn stepping(name: &str) -> Case {
    Case::covered().with(|case| case.app.post_login = Some(name.to_owned()))
}

#[test]
fn nx_08_a_step_of_the_app_is_asked_once() {
    let case = stepping("team");
    assert_eq!(case.step(), Ok(Step::PostLogin));
    let silent = case.clone().with(|case| case.silent = true);
    assert_eq!(silent.step(), Err(ErrorCode::InteractionRequired));
    let done = |case: Case, name: &str| {
        let name = name.to_owned();
        case.with(|case| case.progress.post_login.push(name))
    };
    assert_eq!(done(case.clone(), "team").step(), Ok(Step::Issue));
    assert_eq!(
        done(case, "other").step(),
        Ok(Step::PostLogin),
        "another name is another step"
    );
}

#[test]
fn nx_08_the_step_stands_between_choice_and_consent() {
    let case = Case::prompting("select_account consent")
        .with(|case| case.app.post_login = Some("team".to_owned()));
    assert_eq!(case.step(), Ok(Step::SelectAccount));
    let chosen = case.with(|case| case.progress.selected = true);
    assert_eq!(chosen.step(), Ok(Step::PostLogin));
    let done = chosen.with(|case| case.progress.post_login.push("team".to_owned()));
    assert_eq!(done.step(), Ok(Step::Consent));
}

#[test]
fn co_04_an_app_that_grants_nothing_refuses() {
    let case = Case::prompting("consent").with(|case| {
        case.app.allows_nothing = true;
        case.scopes = Scopes::default();
    });
    assert_eq!(case.step(), Err(ErrorCode::AccessDenied));
    assert_eq!(case.signed_out().step(), Ok(Step::Login));
}

/// The session is `silver` of `bronze`, `silver`, `gold`.
#[rstest]
#[case::nothing("", Step::Issue)]
#[case::weaker("bronze", Step::Issue)]
#[case::equal("silver", Step::Issue)]
#[case::stronger("gold", Step::Login)]
#[case::one_of_them("gold silver", Step::Issue)]
#[case::unknown("platinum", Step::Issue)]
#[case::unknown_beside("platinum gold", Step::Login)]
fn nx_06_a_login_that_is_too_weak_is_done_again(#[case] wanted: &str, #[case] expected: Step) {
    let wanted = wanted.split(' ').filter(|acr| !acr.is_empty());
    let wanted: Vec<String> = wanted.map(str::to_owned).collect();
    let wanting = |case: Case| case.with(|case| case.acr_values.clone_from(&wanted));
    let case = wanting(Case::covered());
    assert_eq!(case.step(), Ok(expected));
    let silent = case.with(|case| case.silent = true);
    let refused = expected == Step::Login;
    assert_eq!(
        silent.step().err(),
        refused.then_some(ErrorCode::LoginRequired)
    );
    // Asked as a wish: after one login the request goes on.
    let again = wanting(Case::covered().logged_in());
    assert_eq!(again.step(), Ok(Step::Issue));
}

#[test]
fn nx_06_a_class_outside_of_the_settings() {
    let own = |acr: Option<&str>| {
        Case::covered().with(|case| {
            case.acr_values = vec!["silver".to_owned(), "phishing-resistant".to_owned()];
            case.session.as_mut().unwrap().acr = acr.map(str::to_owned);
        })
    };
    assert_eq!(own(Some("phishing-resistant")).step(), Ok(Step::Issue));
    assert_eq!(own(Some("of-another-kind")).step(), Ok(Step::Login));
    assert_eq!(own(None).step(), Ok(Step::Login));
}
