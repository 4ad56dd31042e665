use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::KeySize,
};
use ring::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
        RSA_PSS_SHA256, RsaKeyPair,
    },
};
use rstest::rstest;
use serde_json::json;

use super::*;
use crate::protocol::{error::ErrorCode, jwk::PublicJwk, refusals::GuardRefusal};

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
const URL: &str = "https://as.example/oauth/token";
const RESOURCE: &str = "https://as.example/mcp";
const SECRET: &str = "a root secret of the server with enough bytes";

/// A key of a client.
enum Key {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl Key {
    fn es256() -> Self {
        let (alg, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(alg, &random).unwrap();
        Self::Es256(EcdsaKeyPair::from_pkcs8(alg, pkcs8.as_ref(), &random).unwrap())
    }

    fn ed_dsa() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::EdDsa(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap())
    }

    fn rsa() -> Self {
        let pair = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).unwrap();
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        Self::Rsa(RsaKeyPair::from_pkcs8(pkcs8.as_ref()).unwrap())
    }

    fn jwk(&self) -> PublicJwk {
        match self {
            Self::Es256(pair) => PublicJwk::p256(pair.public_key().as_ref()).unwrap(),
            Self::EdDsa(pair) => PublicJwk::ed25519(pair.public_key().as_ref()),
            Self::Rsa(pair) => {
                let key = pair.public();
                let key = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(key);
                PublicJwk::rsa(&key.n, &key.e)
            }
        }
    }

    fn sign(&self, alg: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Es256(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let padding: &dyn ring::signature::RsaEncoding = match alg {
                    "PS256" => &RSA_PSS_SHA256,
                    _ => &RSA_PKCS1_SHA256,
                };
                pair.sign(padding, &random, message, &mut signature)
                    .unwrap();
                signature
            }
        }
    }
}

/// Header and claims of a good proof, to be changed.
struct Draft {
    key: Key,
    header: Value,
    claims: Value,
}

impl Draft {
    fn new(key: Key, alg: &str) -> Self {
        Self {
            header: json!({ "typ": "dpop+jwt", "alg": alg, "jwk": key.jwk() }),
            claims: json!({
                "jti": "a", "htm": "POST", "htu": URL, "iat": NOW.as_seconds(),
            }),
            key,
        }
    }

    fn good() -> Self {
        Self::new(Key::es256(), "ES256")
    }

    fn text(&self) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&self.header), part(&self.claims));
        let alg = self.header["alg"].as_str().unwrap_or_default();
        let signature = self.key.sign(alg, message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn sent(&self) -> SentProof {
        SentProof::One(self.text())
    }
}

fn expected() -> Expected<'static> {
    Expected {
        method: "POST",
        url: URL,
        access_token: None,
        nonces: None,
        lifetime: Seconds::minutes(1),
        now: NOW,
    }
}

/// What a proof is refused for.
fn refusal(sent: &SentProof, expected: &Expected<'_>) -> &'static str {
    match sent.verify(expected) {
        Ok(_) => "none",
        Err(error) => error.refusal.name,
    }
}

fn is(refusal: DpopRefusal) -> &'static str {
    refusal.row().name
}

fn set(value: &mut Value, member: &str, to: &Value) {
    let members = value.as_object_mut().unwrap();
    if to.is_null() {
        members.remove(member);
    } else {
        members.insert(member.to_owned(), to.clone());
    }
}

#[rstest]
#[case::es256(Key::es256(), "ES256")]
#[case::ed_dsa(Key::ed_dsa(), "EdDSA")]
#[case::rs256(Key::rsa(), "RS256")]
#[case::ps256(Key::rsa(), "PS256")]
fn dp_01_every_algorithm_that_is_offered(#[case] key: Key, #[case] alg: &str) {
    let draft = Draft::new(key, alg);
    let proof = draft.sent().verify(&expected()).unwrap().unwrap();
    assert_eq!(proof.key.as_str(), draft.key.jwk().thumbprint());
    assert_eq!(KeyThumbprint::parse(proof.key.as_str()), Some(proof.key));
    assert!(ALGORITHMS.iter().any(|offered| offered.as_str() == alg));
}

#[test]
fn dp_01_the_names_in_challenge_and_metadata_are_the_same() {
    assert_eq!(ALGORITHMS.map(SigningAlg::as_str).join(" "), ALGS);
}

#[test]
fn dp_01_no_header_and_several() {
    assert_eq!(SentProof::Nothing.verify(&expected()), Ok(None));
    let several = refusal(&SentProof::Several, &expected());
    assert_eq!(several, is(DpopRefusal::Repeated));
    let unreadable = refusal(&SentProof::Unreadable, &expected());
    assert_eq!(unreadable, is(DpopRefusal::Malformed));
    assert_eq!(format!("{:?}", Draft::good().sent()), "[redacted]");
}

/// `dpop-negative-tests` of the certification suite, and more.
#[rstest]
#[case::no_typ("typ", json!(null), DpopRefusal::Type)]
#[case::typ_of_a_jwt("typ", json!("JWT"), DpopRefusal::Type)]
#[case::typ_of_a_token("typ", json!("at+jwt"), DpopRefusal::Type)]
#[case::typ_a_number("typ", json!(1), DpopRefusal::Type)]
#[case::no_alg("alg", json!(null), DpopRefusal::Algorithm)]
#[case::none("alg", json!("none"), DpopRefusal::Algorithm)]
#[case::hs256("alg", json!("HS256"), DpopRefusal::Algorithm)]
#[case::es384("alg", json!("ES384"), DpopRefusal::Algorithm)]
#[case::alg_in_small_letters("alg", json!("es256"), DpopRefusal::Algorithm)]
#[case::alg_of_another_key("alg", json!("EdDSA"), DpopRefusal::KeyUnfit)]
#[case::alg_of_rsa("alg", json!("RS256"), DpopRefusal::KeyUnfit)]
#[case::no_key("jwk", json!(null), DpopRefusal::KeyMissing)]
#[case::key_a_text("jwk", json!("key"), DpopRefusal::KeyMissing)]
#[case::key_a_list("jwk", json!([]), DpopRefusal::KeyMissing)]
#[case::key_empty("jwk", json!({}), DpopRefusal::KeyUnfit)]
#[case::critical("crit", json!(["b64"]), DpopRefusal::Critical)]
#[case::critical_empty("crit", json!([]), DpopRefusal::Critical)]
fn c210_dp_01_headers(#[case] member: &str, #[case] value: Value, #[case] wanted: DpopRefusal) {
    let mut draft = Draft::good();
    set(&mut draft.header, member, &value);
    let error = draft.sent().verify(&expected()).unwrap_err();
    assert_eq!(error.refusal.name, is(wanted));
    assert_eq!(error.code, ErrorCode::InvalidDpopProof);
}

#[rstest]
#[case("d")]
#[case("p")]
#[case("q")]
#[case("dp")]
#[case("dq")]
#[case("qi")]
#[case("oth")]
#[case("k")]
fn c210_dp_01_a_private_key(#[case] member: &str) {
    let mut draft = Draft::good();
    draft.header["jwk"][member] = json!("AAAA");
    assert_eq!(
        refusal(&draft.sent(), &expected()),
        is(DpopRefusal::KeyPrivate)
    );
}

#[rstest]
#[case::another_curve("crv", json!("P-384"), DpopRefusal::KeyUnfit)]
#[case::a_shared_secret("kty", json!("oct"), DpopRefusal::KeyUnfit)]
#[case::for_encryption("use", json!("enc"), DpopRefusal::KeyUnfit)]
#[case::for_another_algorithm("alg", json!("ES384"), DpopRefusal::KeyUnfit)]
#[case::no_x("x", json!(null), DpopRefusal::Signature)]
#[case::x_a_number("x", json!(1), DpopRefusal::Signature)]
#[case::x_short("x", json!("AAAA"), DpopRefusal::Signature)]
#[case::x_no_base64("x", json!("\"}}{"), DpopRefusal::Signature)]
#[case::another_point("y", json!("A".repeat(43)), DpopRefusal::Signature)]
fn dp_01_keys(#[case] member: &str, #[case] value: Value, #[case] wanted: DpopRefusal) {
    let mut draft = Draft::good();
    set(&mut draft.header["jwk"], member, &value);
    assert_eq!(refusal(&draft.sent(), &expected()), is(wanted));
}

#[test]
fn dp_01_signatures() {
    let draft = Draft::good();
    let text = draft.text();
    let (message, signature) = text.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let of = |signature: &[u8]| {
        let text = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
        refusal(&SentProof::One(text), &expected())
    };
    assert_eq!(of(&signature), "none");
    for place in 0..signature.len() {
        let mut changed = signature.clone();
        changed[place] ^= 1;
        assert_eq!(of(&changed), is(DpopRefusal::Signature), "{place}");
    }
    assert_eq!(of(&[]), is(DpopRefusal::Signature));
    assert_eq!(of(&signature[1..]), is(DpopRefusal::Signature));
    // By the key of somebody else.
    let stranger = Draft {
        header: draft.header,
        ..Draft::good()
    };
    let by_stranger = refusal(&stranger.sent(), &expected());
    assert_eq!(by_stranger, is(DpopRefusal::Signature));
    // RSA with the other padding.
    let mut rsa = Draft::new(Key::rsa(), "RS256");
    let pkcs1 = rsa.text();
    rsa.header["alg"] = json!("PS256");
    let (_, signature) = pkcs1.rsplit_once('.').unwrap();
    let pss = rsa.text();
    let (message, _) = pss.rsplit_once('.').unwrap();
    let swapped = SentProof::One(format!("{message}.{signature}"));
    assert_eq!(refusal(&swapped, &expected()), is(DpopRefusal::Signature));
}

#[rstest]
#[case::empty("")]
#[case::a_word("proof")]
#[case::two_parts("e30.e30")]
#[case::four_parts("e30.e30.e30.e30")]
#[case::five_parts("a.b.c.d.e")]
#[case::no_base64("!!.e30.e30")]
#[case::no_json("YQ.e30.e30")]
#[case::lists("W10.W10.e30")]
#[case::padding("e30=.e30.e30")]
#[case::a_member_twice("eyJ0eXAiOiJhIiwidHlwIjoiZHBvcCtqd3QifQ.e30.e30")]
#[case::quotes("\"e30.e30.e30\"")]
#[case::two_of_them("e30.e30.e30,e30.e30.e30")]
fn c208_dp_01_texts_that_are_no_proofs(#[case] text: &str) {
    let sent = SentProof::One(text.to_owned());
    assert_eq!(refusal(&sent, &expected()), is(DpopRefusal::Malformed));
}

#[test]
fn dp_01_long_proofs() {
    let mut draft = Draft::good();
    draft.claims["more"] = json!("m".repeat(5000));
    assert_eq!(refusal(&draft.sent(), &expected()), "none");
    draft.claims["more"] = json!("m".repeat(6000));
    assert_eq!(
        refusal(&draft.sent(), &expected()),
        is(DpopRefusal::TooLong)
    );
}

#[rstest]
#[case::no_method("htm", json!(null), DpopRefusal::Method)]
#[case::another_method("htm", json!("GET"), DpopRefusal::Method)]
#[case::small_letters("htm", json!("post"), DpopRefusal::Method)]
#[case::method_a_list("htm", json!(["POST"]), DpopRefusal::Method)]
#[case::no_url("htu", json!(null), DpopRefusal::Url)]
#[case::another_url("htu", json!("https://as.example/oauth/revoke"), DpopRefusal::Url)]
#[case::another_host("htu", json!("https://other.example/oauth/token"), DpopRefusal::Url)]
#[case::url_a_number("htu", json!(1), DpopRefusal::Url)]
#[case::no_id("jti", json!(null), DpopRefusal::Id)]
#[case::id_empty("jti", json!(""), DpopRefusal::Id)]
#[case::id_a_number("jti", json!(1), DpopRefusal::Id)]
#[case::id_long("jti", json!("é".repeat(256)), DpopRefusal::Id)]
#[case::no_time("iat", json!(null), DpopRefusal::IssuedAt)]
#[case::time_a_text("iat", json!("1800000000"), DpopRefusal::IssuedAt)]
#[case::time_an_object("iat", json!({}), DpopRefusal::IssuedAt)]
#[case::time_beyond_all_clocks("iat", json!(1e300), DpopRefusal::IssuedAt)]
fn c208_dp_02_dp_03_claims(
    #[case] member: &str,
    #[case] value: Value,
    #[case] wanted: DpopRefusal,
) {
    let mut draft = Draft::good();
    set(&mut draft.claims, member, &value);
    assert_eq!(refusal(&draft.sent(), &expected()), is(wanted));
}

/// What the certification suite wants to be accepted.
#[rstest]
#[case::query("htu", json!("https://as.example/oauth/token?a=b"))]
#[case::fragment("htu", json!("https://as.example/oauth/token#a"))]
#[case::host("htu", json!("https://AS.EXAMPLE/oauth/token"))]
#[case::scheme("htu", json!("HTTPS://as.example/oauth/token"))]
#[case::port("htu", json!("https://as.example:443/oauth/token"))]
#[case::more_claims("more", json!({ "a": [1] }))]
#[case::not_before("nbf", json!(1_800_000_100))]
#[case::expired("exp", json!(1))]
#[case::a_nonce_that_nobody_asked_for("nonce", json!("n"))]
#[case::a_fraction("iat", json!(1_799_999_999.5))]
#[case::ten_seconds_ago("iat", json!(1_799_999_990))]
#[case::in_ten_seconds("iat", json!(1_800_000_010))]
#[case::long_id("jti", json!("é".repeat(255)))]
fn c211_dp_02_dp_03_accepted(#[case] member: &str, #[case] value: Value) {
    let mut draft = Draft::good();
    set(&mut draft.claims, member, &value);
    assert_eq!(refusal(&draft.sent(), &expected()), "none");
}

#[rstest]
#[case(-600, false)]
#[case(-61, false)]
#[case(-60, true)]
#[case(0, true)]
#[case(5, true)]
#[case(10, true)]
#[case(11, false)]
#[case(600, false)]
#[case(-3600, false)]
#[case(3600, false)]
fn c211_dp_03_clocks(#[case] seconds: i64, #[case] accepted: bool) {
    let mut draft = Draft::good();
    draft.claims["iat"] = json!(NOW + Seconds::new(seconds));
    let verified = draft.sent().verify(&expected());
    assert_eq!(verified.is_ok(), accepted);
    if let Ok(Some(proof)) = verified {
        // It is remembered as long as it would be accepted.
        let end = proof.once.until;
        assert!(end >= NOW);
        let later = Expected {
            now: end + Seconds::new(1),
            ..expected()
        };
        assert_eq!(refusal(&draft.sent(), &later), is(DpopRefusal::IssuedAt));
    }
}

#[test]
fn c209_dp_03_one_id_of_one_key_is_one_use() {
    let mut draft = Draft::good();
    let once = |draft: &Draft| draft.sent().verify(&expected()).unwrap().unwrap().once.hash;
    let first = once(&draft);
    draft.claims["iat"] = json!(NOW - Seconds::new(5));
    assert_eq!(once(&draft), first, "only the id and the key count");
    draft.claims["jti"] = json!("b");
    assert_ne!(once(&draft), first);
    assert_ne!(once(&Draft::good()), first, "another key");
}

#[test]
fn dp_05_the_access_token() {
    let wanted = Expected {
        method: "GET",
        url: RESOURCE,
        access_token: Some("loco_at_token"),
        ..expected()
    };
    let mut draft = Draft::good();
    set(&mut draft.claims, "htm", &json!("GET"));
    set(&mut draft.claims, "htu", &json!(RESOURCE));
    let cases = [
        (json!(null), is(DpopRefusal::TokenHash)),
        (json!("loco_at_token"), is(DpopRefusal::TokenHash)),
        (json!(hash_of("another")), is(DpopRefusal::TokenHash)),
        (
            json!([hash_of("loco_at_token")]),
            is(DpopRefusal::TokenHash),
        ),
        (
            json!(format!("{}=", hash_of("loco_at_token"))),
            is(DpopRefusal::TokenHash),
        ),
        (json!(hash_of("loco_at_token")), "none"),
    ];
    for (ath, outcome) in cases {
        set(&mut draft.claims, "ath", &ath);
        assert_eq!(refusal(&draft.sent(), &wanted), outcome, "{ath}");
    }
}

fn hash_of(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token))
}

#[test]
fn c216_dp_04_nonces_without_state() {
    let nonces = Nonces::at(NOW, SECRET);
    let wanted = Expected {
        nonces: Some(&nonces),
        ..expected()
    };
    let mut draft = Draft::good();
    let error = draft.sent().verify(&wanted).unwrap_err();
    assert_eq!(error.code, ErrorCode::UseDpopNonce);
    let minutes = |minutes: i64| Nonces::at(NOW + Seconds::minutes(minutes), SECRET).current;
    let cases = [
        (minutes(0), true),
        (minutes(-5), true),
        (minutes(-10), false),
        (minutes(5), false),
        (Nonces::at(NOW, "another secret").current, false),
        (String::new(), false),
    ];
    for (nonce, accepted) in cases {
        draft.claims["nonce"] = json!(nonce);
        assert_eq!(draft.sent().verify(&wanted).is_ok(), accepted, "{nonce}");
    }
    // Everything else is checked first: who is asked for a nonce has a proof that is good otherwise.
    draft.claims["htm"] = json!("GET");
    assert_eq!(refusal(&draft.sent(), &wanted), is(DpopRefusal::Method));
    assert_eq!(Nonces::at(NOW, SECRET).current.len(), 43);
    assert_eq!(
        minutes(0),
        Nonces::at(NOW + Seconds::new(299), SECRET).current
    );
}

#[rstest]
#[case("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I", true)]
#[case("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4J", false)]
#[case("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I=", false)]
#[case("0ZcOCORZNYy+DWpqq30jZyJGHTN0d2HglBV3uiguA4I", false)]
#[case("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4", false)]
#[case("", false)]
fn az_26_thumbprints(#[case] text: &str, #[case] accepted: bool) {
    assert_eq!(KeyThumbprint::parse(text).is_some(), accepted);
}

/// The proof and the thumbprint of RFC 9449 §4.1 and §6.1.
#[test]
fn the_proof_of_rfc_9449() {
    let proof = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtM\
                 zR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSm\
                 FqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIi\
                 wiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTY\
                 yMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70\
                 nfbV37xRZT3Lg";
    let wanted = Expected {
        url: "https://server.example.com/token",
        now: UnixTime::from_seconds(1_562_262_616),
        ..expected()
    };
    let proof = SentProof::One(proof.to_owned()).verify(&wanted).unwrap();
    assert_eq!(
        proof.unwrap().key.as_str(),
        "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
    );
}

#[test]
fn gu_03_which_token_needs_which_proof() {
    use {
        Binding::{Optional, Required},
        TokenScheme::{Bearer, Dpop},
    };

    let draft = Draft::good();
    let jkt = draft.key.jwk().thumbprint();
    let with = |sent: SentProof| move || sent.verify(&expected());
    let outcome = |bound: Option<&str>, scheme, binding, sent: SentProof| {
        let outcome = possession(bound, scheme, binding, with(sent));
        outcome
            .map(|proof| proof.is_some())
            .map_err(|error| error.refusal.name)
    };
    let own = || draft.sent();
    assert_eq!(
        outcome(None, Bearer, Optional, SentProof::Several),
        Ok(false)
    );
    let unbound = GuardRefusal::BindingRequired.row().name;
    assert_eq!(outcome(None, Bearer, Required, own()), Err(unbound));
    let not_bound = GuardRefusal::TokenNotBound.row().name;
    assert_eq!(outcome(None, Dpop, Optional, own()), Err(not_bound));
    let bearer = GuardRefusal::BoundTokenAsBearer.row().name;
    assert_eq!(outcome(Some(&jkt), Bearer, Optional, own()), Err(bearer));
    assert_eq!(outcome(Some(&jkt), Dpop, Required, own()), Ok(true));
    let missing = outcome(Some(&jkt), Dpop, Optional, SentProof::Nothing);
    assert_eq!(missing, Err(is(DpopRefusal::Missing)));
    let other = outcome(Some("another"), Dpop, Optional, own());
    assert_eq!(other, Err(is(DpopRefusal::OtherKey)));
    let several = outcome(Some(&jkt), Dpop, Optional, SentProof::Several);
    assert_eq!(several, Err(is(DpopRefusal::Repeated)));
}
