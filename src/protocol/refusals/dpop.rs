//! Proofs of possession (DP-01 to DP-06).

use super::refusals;

refusals! {
    /// How a proof of possession is refused.
    DpopRefusal:
    Repeated {
        rule: "DP-01",
        code: InvalidDpopProof,
        challenge: Proof,
        client: "There are several DPoP headers",
        problem: "The request has the header DPoP more than once.",
        expected: "one header DPoP with one proof",
        fix: "Send one proof; look for a proxy or library that adds a second header.",
        standard: "RFC 9449 §4.3",
    }
    TooLong {
        rule: "DP-01",
        code: InvalidDpopProof,
        challenge: Proof,
        client: "The DPoP proof is too long",
        problem: "The header DPoP is longer than 8 KiB.",
        expected: "a proof of at most 8192 bytes",
        fix: "Leave certificates and other needless members out of the proof.",
        standard: "RFC 9449 §4.3",
    }
    Malformed {
        rule: "DP-01",
        code: InvalidDpopProof,
        challenge: Proof,
        client: "The DPoP proof is not a JWT",
        problem: "The header DPoP does not hold a compact JWS whose first two parts are JSON objects \
            without repeated members.",
        expected: "three parts of base64url, two of them JSON objects",
        fix: "Send the proof as a compact JWS, without quotes and without anything around it.",
        standard: "RFC 9449 §4.2, §4.3",
    }
    Critical {
        rule: "DP-01",
        code: InvalidDpopProof,
        challenge: Proof,
        client: "The DPoP proof has a critical extension",
        problem: "The header of the proof has crit, and this server knows no extension.",
        expected: "no crit",
        fix: "Leave crit out of the header.",
        standard: "RFC 7515 §4.1.11",
    }
    Type {
        rule: "DP-01",
        code: InvalidDpopProof,
        challenge: Proof,
        client: "The DPoP proof needs the typ dpop+jwt",
        problem: "The header of the proof has another typ, or none.",
        expected: "typ: dpop+jwt",
        fix: "Write typ into the header of the proof.",
        standard: "RFC 9449 §4.2",
    }
    Algorithm {
        rule: "DP-01",
        code: InvalidDpopProof,
        challenge: Proof,
        client: "The DPoP proof needs alg ES256, EdDSA, RS256 or PS256",
        problem: "The proof is signed with an algorithm that this server does not take, or with none.",
        expected: "alg: one of dpop_signing_alg_values_supported in the metadata",
        fix: "Sign with a key for ES256, which every library has.",
        standard: "RFC 9449 §4.3, §11.6",
    }
    KeyMissing {
        rule: "DP-01",
        code: InvalidDpopProof,
        challenge: Proof,
        client: "The DPoP proof has no public key",
        problem: "The header of the proof has no jwk, or one that is no JSON object.",
        expected: "jwk: the public key",
        fix: "Write the public key into the header of the proof as a JWK.",
        standard: "RFC 9449 §4.2",
    }
    KeyPrivate {
        rule: "DP-01",
        code: InvalidDpopProof,
        challenge: Proof,
        client: "The DPoP proof holds a private key",
        problem: "The jwk of the proof has private members: the key is known to others now.",
        expected: "a public key alone",
        fix: "Make a new key, and write only its public members into the header.",
        standard: "RFC 9449 §4.2, §4.3",
    }
    KeyUnfit {
        rule: "DP-01",
        code: InvalidDpopProof,
        challenge: Proof,
        client: "The key of the DPoP proof does not fit its alg",
        problem: "The jwk of the proof is of another kind or curve than its alg needs, or is set aside \
            for something else than signatures.",
        expected: "a key on P-256 for ES256, Ed25519 for EdDSA, RSA for RS256 and PS256",
        fix: "Write the public key that belongs to the signature into the header.",
        standard: "RFC 9449 §4.2",
    }
    Signature {
        rule: "DP-01",
        code: InvalidDpopProof,
        challenge: Proof,
        client: "The signature of the DPoP proof is wrong",
        problem: "The key in the proof did not sign it. RSA keys need 2048 to 8192 bits.",
        expected: "a signature by the key in the header",
        fix: "Sign the proof with the private key that belongs to jwk.",
        standard: "RFC 9449 §4.3",
    }
    Method {
        rule: "DP-02",
        code: InvalidDpopProof,
        challenge: Proof,
        client: "htm of the DPoP proof is not the method of the request",
        problem: "The proof was made for another HTTP method, or does not say for which.",
        expected: "htm: the method of the request, in capital letters",
        fix: "Make a proof for each request.",
        standard: "RFC 9449 §4.3",
    }
    Url {
        rule: "DP-02",
        code: InvalidDpopProof,
        challenge: Proof,
        client: "htu of the DPoP proof is not the URL of the request",
        problem: "The proof was made for another URL, or does not say for which.",
        expected: "htu: the public URL of the request, without query",
        fix: "Make a proof for each request, with the URL that the metadata names; behind a proxy, set \
            base_url to the address that clients use.",
        standard: "RFC 9449 §4.3",
    }
    IssuedAt {
        rule: "DP-03",
        code: InvalidDpopProof,
        challenge: Proof,
        client: "iat of the DPoP proof is missing, too old or in the future",
        problem: "The proof was not made just now by the clock of this server, or does not say when.",
        expected: "iat: now, in seconds since 1970",
        fix: "Make a proof for each request, and set the clock of the client.",
        standard: "RFC 9449 §4.3, §11.1",
    }
    Id {
        rule: "DP-03",
        code: InvalidDpopProof,
        challenge: Proof,
        client: "The DPoP proof needs a jti of 1 to 255 characters",
        problem: "The proof has no jti, an empty one or one that is too long.",
        expected: "jti: a random text of 1 to 255 characters",
        fix: "Write a new random jti into each proof.",
        standard: "RFC 9449 §4.2",
    }
    Used {
        rule: "DP-03",
        code: InvalidDpopProof,
        challenge: Proof,
        client: "The DPoP proof was used before",
        problem: "A proof with this jti of this key came before: it was repeated, or somebody copied it.",
        expected: "a proof that was not used before",
        fix: "Make a new proof for each request, also when a request is sent again.",
        standard: "RFC 9449 §11.1",
    }
    NonceNeeded {
        rule: "DP-04",
        code: UseDpopNonce,
        challenge: Proof,
        client: "The DPoP proof needs the nonce of the header DPoP-Nonce",
        problem: "The settings demand nonces (dpop.nonce), and the proof has none, or one that is over.",
        expected: "nonce: the value of the header DPoP-Nonce of the last answer",
        fix: "Send the request again with the nonce of this answer; libraries do so by themselves.",
        standard: "RFC 9449 §8, §9",
    }
    TokenHash {
        rule: "DP-05",
        code: InvalidDpopProof,
        challenge: Proof,
        client: "ath of the DPoP proof is not the hash of the access token",
        problem: "The proof was made for another access token, or does not say for which.",
        expected: "ath: SHA-256 of the access token, base64url",
        fix: "Make a proof for each request with the token that it carries.",
        standard: "RFC 9449 §4.3, §7",
    }
    OtherKey {
        rule: "DP-05",
        code: InvalidToken,
        challenge: Proof,
        client: "The access token is bound to another key",
        problem: "The proof is by another key than the one to which the access token was bound.",
        expected: "a proof by the key of the token",
        fix: "Sign with the key that was used at the token endpoint, or get a new token for this key.",
        standard: "RFC 9449 §7.1",
    }
    Missing {
        rule: "DP-06",
        code: InvalidDpopProof,
        challenge: Proof,
        client: "A DPoP proof is needed",
        problem: "The request has no header DPoP, and the settings, the resource, the client's \
            registration or the token demand that tokens are bound to a key.",
        expected: "one header DPoP with a proof",
        fix: "Send a proof; if no client can, take dpop.required or dpop_bound_access_tokens away. With \
            dpop.enabled: false this server reads no proofs.",
        standard: "RFC 9449 §5, §7.1",
    }
}
