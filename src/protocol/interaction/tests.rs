//! What `prompt` leads to with and without a session, word by word, then each rule on its own.

mod app;

use rstest::rstest;

use super::*;
use crate::protocol::{
    accepted_claims::AcceptedClaims,
    client::{ApplicationType, AuthMethod, ClientKind, ClientStatus, SubjectType},
    consent::{AcceptedScopes, Approval, Choices},
    error::ErrorCode,
};

const START: i64 = 1_800_000_000;
const NOW: i64 = START + 30;
const ACR_ORDER: [&str; 3] = ["bronze", "silver", "gold"];

const fn at(seconds: i64) -> UnixTime {
    UnixTime::from_seconds(seconds)
}

/// A request with every circumstance that a test bends.
#[derive(Clone)]
struct Case {
    prompts: Vec<Prompt>,
    silent: bool,
    max_age: Option<Seconds>,
    hint: Option<&'static str>,
    scopes: Scopes,
    resources: Vec<String>,
    redirect_uri: &'static str,
    progress: Progress,
    session: Option<SessionView>,
    consent: Option<ConsentView>,
    client: Client,
    sensitive: Scopes,
    acr_values: Vec<String>,
    acr_is_essential: bool,
    subjects: Option<Vec<String>>,
    claims: Vec<String>,
    app: HookOutcome,
}

impl Case {
    /// `prompt` absent, alice signed in 10 minutes ago, everything approved.
    fn covered() -> Self {
        Self {
            prompts: Vec::new(),
            silent: false,
            max_age: None,
            hint: None,
            scopes: scopes("openid read"),
            resources: vec!["https://r1.example".to_owned()],
            redirect_uri: "https://app.example/cb",
            progress: Progress::default(),
            session: Some(SessionView {
                subject: "alice".to_owned(),
                auth_time: at(START - 600),
                acr: Some("silver".to_owned()),
            }),
            consent: Some(ConsentView {
                client_version: 1,
                accepted: accepted("https://r1.example", "openid read write"),
                claims: AcceptedClaims::default(),
                expires_at: None,
            }),
            client: client(),
            sensitive: Scopes::default(),
            acr_values: Vec::new(),
            acr_is_essential: false,
            subjects: None,
            claims: Vec::new(),
            app: HookOutcome::default(),
        }
    }

    fn prompting(words: &str) -> Self {
        let mut case = Self::covered();
        for word in words.split(' ').filter(|word| !word.is_empty()) {
            match prompt(word) {
                Prompt::None => case.silent = true,
                other => case.prompts.push(other),
            }
        }
        case
    }

    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn signed_out(self) -> Self {
        self.with(|case| {
            case.session = None;
            case.consent = None;
        })
    }

    /// The person signed in for this request just now.
    fn logged_in(self) -> Self {
        self.with(|case| {
            case.progress.authenticated_at = Some(at(START + 10));
            case.progress.created = true;
            case.progress.selected = true;
            case.session = Some(SessionView {
                subject: "alice".to_owned(),
                auth_time: at(START + 10),
                acr: Some("silver".to_owned()),
            });
        })
    }

    fn step(&self) -> Result<Step, ErrorCode> {
        next_step(&PromptContext {
            request: PromptRequest {
                prompts: &self.prompts,
                silent: self.silent,
                max_age: self.max_age,
                hint_subject: self.hint,
                subjects: self.subjects.as_deref(),
                acr_values: &self.acr_values,
                acr_is_essential: self.acr_is_essential,
                scopes: &self.scopes,
                resources: &self.resources,
                claims: &self.claims,
                redirect_uri: self.redirect_uri,
                started_at: at(START),
            },
            progress: &self.progress,
            session: self.session.as_ref(),
            consent: self.consent.as_ref(),
            client: &self.client,
            sensitive_scopes: &self.sensitive,
            acr_order: &ACR_ORDER.map(str::to_owned),
            app: &self.app,
            now: at(NOW),
        })
        .map_err(|error| error.code)
    }
}

fn accepted(resource: &str, text: &str) -> AcceptedScopes {
    AcceptedScopes::default().after(&Approval {
        resources: vec![resource.to_owned()],
        shown: choices(text),
        accepted: choices(text),
        client_version: 1,
        at: at(START),
    })
}

fn choices(text: &str) -> Choices {
    Choices {
        scopes: scopes(text),
        claims: Vec::new(),
    }
}

fn prompt(word: &str) -> Prompt {
    serde_json::from_value(serde_json::json!(word)).unwrap()
}

fn scopes(text: &str) -> Scopes {
    Scopes::parse(text).unwrap()
}

/// Operator-made and confidential.
pub(in crate::protocol) fn client() -> Client {
    Client {
        client_id: "conf".to_owned(),
        kind: ClientKind::Operator,
        status: ClientStatus::Active,
        version: 1,
        client_name: None,
        client_uri: None,
        logo_uri: None,
        tos_uri: None,
        policy_uri: None,
        contacts: Vec::new(),
        localized: std::collections::BTreeMap::new(),
        initiate_login_uri: None,
        software_id: None,
        software_version: None,
        software_statement: None,
        jwks: None,
        jwks_uri: None,
        key_cache: None,
        token_endpoint_auth_signing_alg: None,
        request_object_signing_alg: None,
        require_signed_request_object: false,
        require_pushed_authorization_requests: false,
        application_type: ApplicationType::Web,
        subject_type: SubjectType::Public,
        sector_identifier_uri: None,
        sector: None,
        redirect_uris: vec!["https://app.example/cb".to_owned()],
        post_logout_redirect_uris: Vec::new(),
        grant_types: Vec::new(),
        response_types: Vec::new(),
        scopes: None,
        resources: None,
        token_endpoint_auth_method: AuthMethod::ClientSecretBasic,
        secrets: Vec::new(),
        id_token_signed_response_alg: None,
        userinfo_signed_response_alg: None,
        require_pkce: true,
        skip_consent: false,
        require_auth_time: false,
        dpop_bound_access_tokens: false,
        default_max_age: None,
        default_acr_values: Vec::new(),
        backchannel_logout_uri: None,
        backchannel_logout_session_required: false,
        document: None,
        last_used_at: None,
    }
}

/// Column "no session" of the prompt table: the first page.
#[rstest]
#[case::absent("", Ok(Step::Login))]
#[case::none("none", Err(ErrorCode::LoginRequired))]
#[case::login("login", Ok(Step::Login))]
#[case::create("create", Ok(Step::Create))]
#[case::consent("consent", Ok(Step::Login))]
#[case::select_account("select_account", Ok(Step::Login))]
#[case::several("create select_account consent", Ok(Step::Create))]
fn nx_01_nx_02_nx_03_the_first_step_without_a_session(
    #[case] words: &str,
    #[case] expected: Result<Step, ErrorCode>,
) {
    assert_eq!(Case::prompting(words).signed_out().step(), expected);
}

/// Column "session": the first page, with consent on file and without.
#[rstest]
#[case::absent("", Ok(Step::Issue), Ok(Step::Consent))]
#[case::none("none", Ok(Step::Issue), Err(ErrorCode::ConsentRequired))]
#[case::login("login", Ok(Step::Login), Ok(Step::Login))]
#[case::create("create", Ok(Step::Create), Ok(Step::Create))]
#[case::consent("consent", Ok(Step::Consent), Ok(Step::Consent))]
#[case::select_account("select_account", Ok(Step::SelectAccount), Ok(Step::SelectAccount))]
#[case::login_first("consent login", Ok(Step::Login), Ok(Step::Login))]
#[case::select_first(
    "consent select_account",
    Ok(Step::SelectAccount),
    Ok(Step::SelectAccount)
)]
fn nx_07_nx_09_nx_10_the_first_step_with_a_session(
    #[case] words: &str,
    #[case] covered: Result<Step, ErrorCode>,
    #[case] uncovered: Result<Step, ErrorCode>,
) {
    let case = Case::prompting(words);
    assert_eq!(case.step(), covered);
    assert_eq!(case.with(|case| case.consent = None).step(), uncovered);
}

/// The rest of each row: what is still open after a fresh login in this interaction.
#[rstest]
#[case::absent("", Step::Issue)]
#[case::login("login", Step::Issue)]
#[case::create("create", Step::Issue)]
#[case::consent("consent", Step::Consent)]
#[case::select_account("select_account", Step::Issue)]
#[case::all("create login select_account consent", Step::Consent)]
fn nx_10_the_step_after_a_fresh_login(#[case] words: &str, #[case] expected: Step) {
    assert_eq!(Case::prompting(words).logged_in().step(), Ok(expected));
}

#[test]
fn nx_07_a_choice_closes_select_account_alone() {
    let chosen = Case::prompting("select_account consent").with(|case| {
        case.progress.selected = true;
    });
    assert_eq!(chosen.step(), Ok(Step::Consent));
}

#[test]
fn nx_07_the_hook_asks_for_a_choice_once() {
    let hooked = Case::covered().with(|case| case.app.wants_choice = true);
    assert_eq!(hooked.step(), Ok(Step::SelectAccount));
    let silent = hooked.clone().with(|case| case.silent = true);
    assert_eq!(silent.step(), Err(ErrorCode::AccountSelectionRequired));
    let chosen = hooked.with(|case| case.progress.selected = true);
    assert_eq!(chosen.step(), Ok(Step::Issue));
}

#[test]
fn nx_02_a_login_before_the_request_does_not_close_prompt_login() {
    let early = Case::prompting("login").logged_in().with(|case| {
        case.progress.authenticated_at = Some(at(START - 1));
    });
    assert_eq!(early.step(), Ok(Step::Login));
    // Another session took its place since: who is signed in now did not log in here.
    let other = Case::prompting("login").logged_in().with(|case| {
        case.session.as_mut().unwrap().auth_time = at(START - 600);
    });
    assert_eq!(other.step(), Ok(Step::Login));
}

#[test]
fn nx_03_a_session_that_ended_sends_back_to_login() {
    let ended = Case::prompting("consent").logged_in().signed_out();
    assert_eq!(ended.step(), Ok(Step::Login));
}

#[rstest]
#[case::same("alice", Ok(Step::Issue))]
#[case::other("bob", Ok(Step::Login))]
fn nx_04_a_hint_names_who_must_be_signed_in(
    #[case] hint: &'static str,
    #[case] expected: Result<Step, ErrorCode>,
) {
    let case = Case::covered().with(|case| case.hint = Some(hint));
    assert_eq!(case.step(), expected);
    let silent = case.with(|case| case.silent = true);
    let refused = expected.and_then(|step| match step {
        Step::Login => Err(ErrorCode::LoginRequired),
        step => Ok(step),
    });
    assert_eq!(silent.step(), refused);
}

#[test]
fn nx_04_the_wrong_person_is_asked_once() {
    let case = Case::covered().with(|case| case.hint = Some("bob"));
    assert_eq!(case.logged_in().step(), Err(ErrorCode::LoginRequired));
}

#[rstest]
#[case::same(&["alice"], Ok(Step::Issue))]
#[case::one_of_them(&["bob", "alice"], Ok(Step::Issue))]
#[case::other(&["bob"], Ok(Step::Login))]
#[case::nobody(&[], Ok(Step::Login))]
fn nx_04_the_parameter_claims_names_who_must_be_signed_in(
    #[case] subjects: &[&str],
    #[case] expected: Result<Step, ErrorCode>,
) {
    let subjects = subjects.iter().map(ToString::to_string).collect();
    let case = Case::covered().with(|case| case.subjects = Some(subjects));
    assert_eq!(case.step(), expected);
    let refused = expected.and_then(|step| match step {
        Step::Login => Err(ErrorCode::LoginRequired),
        step => Ok(step),
    });
    assert_eq!(case.clone().logged_in().step(), refused, "asked once");
    assert_eq!(case.with(|case| case.silent = true).step(), refused);
}

/// The session is of the class `silver`; what comes of a login here decides.
#[rstest]
#[case::reached(&["silver"], Ok(Step::Issue), Ok(Step::Issue))]
#[case::stronger(&["bronze"], Ok(Step::Issue), Ok(Step::Issue))]
#[case::weaker(&["gold"], Ok(Step::Login), Err(ErrorCode::UnmetAuthenticationRequirements))]
#[case::one_unknown(&["gold", "phr"], Ok(Step::Login), Err(ErrorCode::UnmetAuthenticationRequirements))]
fn nx_06_an_essential_class(
    #[case] wanted: &[&str],
    #[case] expected: Result<Step, ErrorCode>,
    #[case] after_login: Result<Step, ErrorCode>,
) {
    let case = Case::covered().with(|case| {
        case.acr_values = wanted.iter().map(ToString::to_string).collect();
        case.acr_is_essential = true;
    });
    assert_eq!(case.step(), expected);
    assert_eq!(case.clone().logged_in().step(), after_login);
    let wish = case.clone().with(|case| case.acr_is_essential = false);
    assert_eq!(wish.logged_in().step(), Ok(Step::Issue));
    let refused = expected.and_then(|step| match step {
        Step::Login => Err(ErrorCode::LoginRequired),
        step => Ok(step),
    });
    assert_eq!(case.with(|case| case.silent = true).step(), refused);
}

/// `email` stands for itself, or comes with the scope of that name.
#[rstest]
#[case::not_accepted("openid read", &[], Step::Consent)]
#[case::accepted("openid read", &["email"], Step::Issue)]
#[case::by_a_scope("openid read email", &[], Step::Issue)]
fn co_02_single_claims_are_consented_to(
    #[case] scopes_before: &str,
    #[case] claims_before: &[&str],
    #[case] expected: Step,
) {
    let choices = Choices {
        claims: claims_before.iter().map(ToString::to_string).collect(),
        ..Choices::default()
    };
    let before = AcceptedClaims::default().after(&Approval {
        resources: Vec::new(),
        shown: choices.clone(),
        accepted: choices,
        client_version: 1,
        at: at(START),
    });
    let case = Case::covered().with(|case| {
        case.claims = vec!["email".to_owned()];
        let consent = case.consent.as_mut().unwrap();
        consent.accepted = accepted("https://r1.example", scopes_before);
        consent.claims = before;
    });
    assert_eq!(case.step(), Ok(expected));
    let skipping = case.with(|case| case.client.skip_consent = true);
    assert_eq!(skipping.step(), Ok(Step::Issue));
}

/// The session is 630 seconds old.
#[rstest]
#[case::young(Some(631), None, Ok(Step::Issue))]
#[case::exact(Some(630), None, Ok(Step::Issue))]
#[case::old(Some(629), None, Ok(Step::Login))]
#[case::zero(Some(0), None, Ok(Step::Login))]
#[case::client_default(None, Some(629), Ok(Step::Login))]
#[case::client_default_young(None, Some(700), Ok(Step::Issue))]
#[case::request_wins(Some(700), Some(1), Ok(Step::Issue))]
fn nx_05_max_age(
    #[case] asked: Option<i64>,
    #[case] default: Option<i64>,
    #[case] expected: Result<Step, ErrorCode>,
) {
    let case = Case::covered().with(|case| {
        case.max_age = asked.map(Seconds::new);
        case.client.default_max_age = default.map(Seconds::new);
    });
    assert_eq!(case.step(), expected);
    assert_eq!(case.clone().logged_in().step(), Ok(Step::Issue));
    let silent = case.with(|case| case.silent = true);
    let refused = expected.and_then(|step| match step {
        Step::Login => Err(ErrorCode::LoginRequired),
        step => Ok(step),
    });
    assert_eq!(silent.step(), refused);
}

#[test]
fn nx_05_zero_asks_even_in_the_second_of_the_login() {
    let case = Case::covered().with(|case| {
        case.max_age = Some(Seconds::new(0));
        case.session.as_mut().unwrap().auth_time = at(NOW);
    });
    assert_eq!(case.step(), Ok(Step::Login));
}

#[test]
fn nx_05_a_login_made_here_is_never_too_old() {
    // Whoever reads the consent page for longer than `max_age` still gets through.
    let case = Case::covered()
        .logged_in()
        .with(|case| case.max_age = Some(Seconds::new(1)));
    assert_eq!(case.step(), Ok(Step::Issue));
}

/// Each way in which a stored consent may fall short.
#[rstest]
#[case::covering(|_: &mut ConsentView| {}, Step::Issue)]
#[case::version(|consent: &mut ConsentView| consent.client_version = 2, Step::Consent)]
#[case::older(|consent: &mut ConsentView| consent.client_version = 0, Step::Consent)]
#[case::scope(|consent: &mut ConsentView| consent.accepted = accepted("https://r1.example", "openid"), Step::Consent)]
#[case::resource(|consent: &mut ConsentView| consent.accepted = accepted("https://r2.example", "openid read"), Step::Consent)]
#[case::nothing(|consent: &mut ConsentView| consent.accepted = AcceptedScopes::default(), Step::Consent)]
#[case::expired(|consent: &mut ConsentView| consent.expires_at = Some(at(NOW)), Step::Consent)]
#[case::alive(|consent: &mut ConsentView| consent.expires_at = Some(at(NOW + 1)), Step::Issue)]
fn co_02_a_stored_consent_covers(
    #[case] change: impl FnOnce(&mut ConsentView),
    #[case] expected: Step,
) {
    let case = Case::covered().with(|case| change(case.consent.as_mut().unwrap()));
    assert_eq!(case.step(), Ok(expected));
}

/// Who counts as assured: only then is an approval remembered, only then is consent skipped.
#[rstest]
#[case::confidential(ClientKind::Dynamic, true, "https://app.example/cb", Step::Issue)]
#[case::known_https(ClientKind::Operator, false, "https://app.example/cb", Step::Issue)]
#[case::static_https(ClientKind::Static, false, "https://app.example/cb", Step::Issue)]
#[case::known_loopback(ClientKind::Operator, false, "http://127.0.0.1/cb", Step::Consent)]
#[case::known_private(ClientKind::Operator, false, "com.example.app:/cb", Step::Consent)]
#[case::dynamic_public(ClientKind::Dynamic, false, "https://app.example/cb", Step::Consent)]
#[case::cimd_public(ClientKind::Cimd, false, "https://app.example/cb", Step::Consent)]
fn co_02_only_assured_clients_are_remembered(
    #[case] kind: ClientKind,
    #[case] confidential: bool,
    #[case] redirect_uri: &'static str,
    #[case] expected: Step,
) {
    let case = Case::covered().with(|case| {
        case.client.kind = kind;
        case.redirect_uri = redirect_uri;
        if !confidential {
            case.client.token_endpoint_auth_method = AuthMethod::None;
        }
    });
    assert_eq!(case.step(), Ok(expected));
}

#[rstest]
#[case::skips("", ClientKind::Operator, "https://app.example/cb", "", Step::Issue)]
#[case::prompt(
    "consent",
    ClientKind::Operator,
    "https://app.example/cb",
    "",
    Step::Consent
)]
#[case::sensitive(
    "",
    ClientKind::Operator,
    "https://app.example/cb",
    "read",
    Step::Consent
)]
#[case::unassured("", ClientKind::Operator, "http://127.0.0.1/cb", "", Step::Consent)]
#[case::unknown("", ClientKind::Dynamic, "https://app.example/cb", "", Step::Consent)]
fn co_01_skip_consent_is_for_known_and_assured_clients(
    #[case] words: &str,
    #[case] kind: ClientKind,
    #[case] redirect_uri: &'static str,
    #[case] sensitive: &str,
    #[case] expected: Step,
) {
    let case = Case::prompting(words).with(|case| {
        case.consent = None;
        case.client.kind = kind;
        case.client.skip_consent = true;
        case.client.token_endpoint_auth_method = AuthMethod::None;
        case.redirect_uri = redirect_uri;
        case.sensitive = scopes(sensitive);
    });
    assert_eq!(case.step(), Ok(expected));
}

#[test]
fn co_01_a_sensitive_scope_is_asked_each_time() {
    let case = Case::covered().with(|case| case.sensitive = scopes("read"));
    assert_eq!(case.step(), Ok(Step::Consent));
    let silent = case.clone().with(|case| case.silent = true);
    assert_eq!(silent.step(), Err(ErrorCode::ConsentRequired));
    let allowed = case.with(|case| case.progress.consented = true);
    assert_eq!(allowed.step(), Ok(Step::Issue));
    let other = Case::covered().with(|case| case.sensitive = scopes("write"));
    assert_eq!(other.step(), Ok(Step::Issue));
}

#[test]
fn co_01_an_allow_closes_consent() {
    let case = Case::prompting("consent").with(|case| case.progress.consented = true);
    assert_eq!(case.step(), Ok(Step::Issue));
}
