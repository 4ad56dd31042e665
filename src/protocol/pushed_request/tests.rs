//! Which browser may come with a handle (PR-06), and what is stored of a push.

use rstest::rstest;

use super::*;
use crate::protocol::error::ErrorCode;

const NOW: UnixTime = UnixTime::from_seconds(1000);
const OWN: SecretHash = SecretHash([1; 32]);
const OTHER: SecretHash = SecretHash([2; 32]);

fn taken(browser: Option<&SecretHash>) -> StoredHandle<'_> {
    StoredHandle {
        client_id: "a",
        is_taken: true,
        browser: browser.map(|browser| browser.0.as_slice()),
        is_answered: false,
        expires_at: UnixTime::from_seconds(1001),
    }
}

fn comes(browser: BrowserProof<'_>) -> HandleUse<'_> {
    HandleUse {
        client_id: "a",
        browser,
        now: NOW,
    }
}

#[rstest]
#[case::the_same(Some(OWN), BrowserProof::Cookie(Some(&OWN)), true)]
#[case::another(Some(OWN), BrowserProof::Cookie(Some(&OTHER)), false)]
#[case::without_cookie(Some(OWN), BrowserProof::Cookie(None), false)]
#[case::not_known_yet(Some(OWN), BrowserProof::Later, true)]
#[case::unbound(None, BrowserProof::Cookie(Some(&OTHER)), true)]
fn pr_06_the_browser_that_came_first(
    #[case] bound: Option<SecretHash>,
    #[case] browser: BrowserProof<'_>,
    #[case] may: bool,
) {
    let verdict = check_again(Some(taken(bound.as_ref())), comes(browser));
    assert_eq!(verdict.is_ok(), may);
    if let Err(error) = verdict {
        assert_eq!(error.code, ErrorCode::InvalidRequestUri);
    }
}

#[rstest]
#[case::unknown(None, "PushedRefusal::HandleUnknown")]
#[case::of_another_client(
    Some(StoredHandle { client_id: "b", is_answered: true, ..taken(Some(&OWN)) }),
    "PushedRefusal::HandleOfOtherClient"
)]
#[case::answered(Some(StoredHandle { is_answered: true, ..taken(Some(&OWN)) }), "PushedRefusal::HandleUsed")]
#[case::never_taken(
    Some(StoredHandle { is_taken: false, ..taken(None) }),
    "PushedRefusal::ClientChanged"
)]
#[case::too_late(
    Some(StoredHandle { expires_at: NOW, ..taken(Some(&OWN)) }),
    "PushedRefusal::HandleExpired"
)]
fn pr_06_why_a_handle_is_refused(#[case] stored: Option<StoredHandle<'_>>, #[case] row: &str) {
    let error = check_again(stored, comes(BrowserProof::Cookie(Some(&OWN)))).unwrap_err();
    assert_eq!(error.refusal.name, row);
}

#[test]
fn pr_02_credentials_are_no_parameters_of_the_request() {
    let body = "client_id=a&client_secret=s&client_assertion=x&client_assertion_type=y&scope=b&z=1";
    let params = Params::parse(body.as_bytes()).unwrap();
    let pushed = PushedParameters::read(&params).unwrap();
    assert_eq!(
        (pushed.client.id, pushed.client.secret),
        (Some("a"), Some("s"))
    );
    let left = pushed.params().unwrap();
    let left: Vec<_> = left.iter().collect();
    assert_eq!(left, [("scope", "b"), ("z", "1")]);
}

#[rstest]
#[case("request_uri=urn:x", ErrorCode::InvalidRequest)]
#[case("scope=a&scope=b", ErrorCode::InvalidRequest)]
#[case("client_id%5B%5D=a", ErrorCode::InvalidRequest)]
fn pr_02_what_may_not_be_pushed(#[case] body: &str, #[case] code: ErrorCode) {
    let params = Params::parse(body.as_bytes()).unwrap();
    let refused = PushedParameters::read(&params).err().unwrap();
    assert_eq!(refused.code, code);
}
