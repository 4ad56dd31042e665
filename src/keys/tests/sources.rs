use std::{fs, path::Path};

use Environment::{Development, Production};

use super::*;

fn in_directory(directory: &Path) -> Value {
    json!({"directory": directory, "id_token_alg": "ES256", "access_token_alg": "EdDSA"})
}

fn kids(keys: &Keys) -> Vec<String> {
    let jwks = keys.jwks();
    let keys = jwks["keys"].as_array().expect("keys").iter();
    keys.map(|key| key["kid"].as_str().expect("kid").to_owned())
        .collect()
}

#[tokio::test]
async fn s28_1_missing_keys_are_made_once() {
    let home = tempfile::tempdir().expect("directory");
    let directory = home.path().join("config/oauth_keys");
    let first = load(in_directory(&directory), &Development)
        .await
        .expect("keys");
    let second = load(in_directory(&directory), &Development)
        .await
        .expect("keys");
    assert_eq!(first.algorithms(), [SigningAlg::ES256, SigningAlg::EdDsa]);
    assert_eq!(kids(&first), kids(&second));
    assert_eq!(kids(&first).len(), 2);
    for kid in kids(&first) {
        assert!(directory.join(format!("{kid}.json")).is_file());
    }
}

#[cfg(unix)]
#[tokio::test]
async fn s28_1_modes_of_directory_and_files() {
    use std::os::unix::fs::PermissionsExt;

    let home = tempfile::tempdir().expect("directory");
    let directory = home.path().join("keys");
    load(in_directory(&directory), &Development)
        .await
        .expect("keys");
    let mode = |path: &Path| fs::metadata(path).expect("file").permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o700);
    for entry in fs::read_dir(&directory).expect("directory") {
        assert_eq!(mode(&entry.expect("entry").path()), 0o600);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s28_1_processes_that_start_at_once_agree_on_one_set() {
    let home = tempfile::tempdir().expect("directory");
    let directory = home.path().join("keys");
    let mut loads = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let keys = in_directory(&directory);
        loads.spawn(async move { load(keys, &Development).await });
    }
    let loaded = loads.join_all().await.into_iter();
    let mut sets: Vec<_> = loaded.map(|keys| kids(&keys.expect("keys"))).collect();
    sets.dedup();
    assert_eq!(sets.len(), 1, "{sets:?}");
    assert_eq!(sets[0].len(), 2);
}

#[tokio::test]
async fn st_04_st_08_production_makes_no_keys() {
    let home = tempfile::tempdir().expect("directory");
    let directory = home.path().join("keys");
    let error = load(in_directory(&directory), &Production)
        .await
        .expect_err("no keys");
    assert_eq!(
        error.to_string(),
        "oauth_server: keys: no usable key for ES256,EdDSA — run `cargo loco task \
         oauth:keys:rotate alg:ES256,EdDSA now:true`, or add the key to `keys.pem` or `keys.jwks`"
    );
    assert!(!directory.exists());
}

#[cfg(unix)]
#[tokio::test]
async fn s_b12_st_04_a_key_that_others_can_read_stops_production() {
    use std::os::unix::fs::PermissionsExt;

    let home = tempfile::tempdir().expect("directory");
    load(in_directory(home.path()), &Development)
        .await
        .expect("keys");
    load(in_directory(home.path()), &Production)
        .await
        .expect("good modes");
    let keys = fs::read_dir(home.path()).expect("directory");
    let mut paths = keys.map(|entry| entry.expect("entry").path());
    let pem = paths.find(|path| path.extension().is_some_and(|end| end == "pem"));
    let pem = pem.expect("key");
    let change = |mode| fs::set_permissions(&pem, fs::Permissions::from_mode(mode)).expect("mode");
    for mode in [0o644, 0o640, 0o660, 0o620, 0o610, 0o604, 0o601, 0o440] {
        change(mode);
        let error = load(in_directory(home.path()), &Production)
            .await
            .expect_err("open key");
        assert!(matches!(error, KeyError::ReadableByOthers(_)), "{error}");
        for advice in ["chmod 600", "fsGroup", "init container", "keys.pem"] {
            assert!(error.to_string().contains(advice), "{error}");
        }
        load(in_directory(home.path()), &Development)
            .await
            .expect("a warning only");
    }
    for mode in [0o600, 0o400] {
        change(mode);
        load(in_directory(home.path()), &Production)
            .await
            .expect("only the owner");
    }
}

#[tokio::test]
async fn c179_rotation_without_restart() {
    let home = tempfile::tempdir().expect("directory");
    let settings = settings(in_directory(home.path()), &Development);
    let keys = Keys::load(&settings, at(NOW)).await.expect("keys");
    let old = kids(&keys);
    let token = keys
        .sign(SigningAlg::ES256, "JWT", &jwt::claims())
        .expect("token");

    let next = KeyDescription::new(SigningAlg::ES256, at(NOW), at(NOW + 86400));
    let kid = create_key(&settings.keys, &next)
        .expect("key")
        .expect("kid");
    keys.reread(at(NOW + 60)).expect("keys");
    assert_eq!(kids(&keys), [old.clone(), vec![kid.clone()]].concat());
    let signer = |token: &str, now| {
        keys.verify(token, JwtPurpose::IdTokenHint, now)
            .map(|jwt| jwt.kid)
    };
    assert_eq!(signer(&token, at(NOW + 60)), Ok(old[0].clone()));

    keys.reread(at(NOW + 86400)).expect("keys");
    assert_eq!(kids(&keys)[0], kid);
    assert!(kids(&keys).contains(&old[0]));
    let newer = keys
        .sign(SigningAlg::ES256, "JWT", &jwt::claims())
        .expect("token");
    assert_eq!(signer(&newer, at(NOW + 86400)), Ok(kid));

    keys.reread(at(NOW + 86400 + 3600 + 3600)).expect("keys");
    assert!(!kids(&keys).contains(&old[0]));
    assert_eq!(signer(&token, at(NOW + 99999)), Ok(old[0].clone()));

    let file = home.path().join(format!("{}.json", old[0]));
    let mut written: Value = serde_json::from_slice(&fs::read(&file).expect("file")).expect("JSON");
    written["state"] = json!("withdrawn");
    fs::write(&file, written.to_string()).expect("file");
    keys.reread(at(NOW + 99999)).expect("keys");
    assert_eq!(signer(&token, at(NOW + 99999)), Err(JwtError::UnknownKey));
}

#[tokio::test]
async fn s28_2_the_directory_is_looked_at_every_60_seconds() {
    let home = tempfile::tempdir().expect("directory");
    let settings = settings(in_directory(home.path()), &Development);
    let keys = Keys::load(&settings, at(NOW)).await.expect("keys");
    let key = KeyDescription::new(SigningAlg::RS256, at(NOW), at(NOW + 86400));
    let key = KeyDescription {
        alg: SigningAlg::EdDsa,
        ..key
    };
    create_key(&settings.keys, &key).expect("key");
    keys.up_to_date(at(NOW + 59), None).await;
    assert_eq!(kids(&keys).len(), 2);
    keys.up_to_date(at(NOW + 60), None).await;
    assert_eq!(kids(&keys).len(), 3);
}

/// A request that comes while another reads the keys waits for it, and never goes on with older
/// keys.
#[tokio::test]
async fn s_b12_every_request_waits_for_the_look() {
    let home = tempfile::tempdir().expect("directory");
    let settings = settings(in_directory(home.path()), &Development);
    let keys = Keys::load(&settings, at(NOW)).await.expect("keys");
    let token = keys
        .sign(SigningAlg::ES256, "JWT", &jwt::claims())
        .expect("token");
    let signer = keys
        .verify(&token, JwtPurpose::IdTokenHint, at(NOW))
        .expect("token")
        .kid;
    crate::keys::withdraw_key(&settings, &signer, at(NOW + 1)).expect("withdrawal");
    let verdict = async || {
        keys.up_to_date(at(NOW + 3600), None).await;
        keys.verify(&token, JwtPurpose::IdTokenHint, at(NOW + 3600))
            .is_ok()
    };
    let verdicts = tokio::join!(verdict(), verdict(), verdict());
    assert_eq!(verdicts, (false, false, false));
}

/// A clock that went back does not delay the next reading of the keys.
#[tokio::test]
async fn s_b12_a_clock_that_goes_back_puts_no_look_off() {
    let home = tempfile::tempdir().expect("directory");
    let settings = settings(in_directory(home.path()), &Development);
    let keys = Keys::load(&settings, at(NOW)).await.expect("keys");
    let signer = kids(&keys)[0].clone();
    crate::keys::withdraw_key(&settings, &signer, at(NOW)).expect("withdrawal");
    keys.up_to_date(at(NOW - 7200), None).await;
    assert!(!kids(&keys).contains(&signer));
}

#[tokio::test]
async fn a_directory_that_cannot_be_read_leaves_the_keys() {
    let home = tempfile::tempdir().expect("directory");
    let keys = load(in_directory(home.path()), &Development)
        .await
        .expect("keys");
    fs::write(home.path().join("broken.pem"), "no key").expect("file");
    assert!(keys.reread(at(NOW + 60)).is_err());
    assert_eq!(kids(&keys).len(), 2);
}

#[tokio::test]
async fn s28_1_encrypted_key_files() {
    let home = tempfile::tempdir().expect("directory");
    let with = |passphrase: Option<&str>| {
        json!({
            "directory": home.path(),
            "passphrase": passphrase,
            "id_token_alg": "ES256",
            "access_token_alg": "ES256",
        })
    };
    let keys = load(with(Some("open sesame")), &Development)
        .await
        .expect("keys");
    let again = load(with(Some("open sesame")), &Production)
        .await
        .expect("keys");
    assert_eq!(kids(&keys), kids(&again));
    let kid = &kids(&keys)[0];
    let text = fs::read_to_string(home.path().join(format!("{kid}.pem"))).expect("file");
    assert!(text.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    for wrong in [Some("sesame"), None] {
        let error = load(with(wrong), &Production)
            .await
            .expect_err("closed key");
        assert!(matches!(error, KeyError::Unusable { .. }), "{error}");
        assert!(!error.to_string().contains("sesame"));
    }
}

#[tokio::test]
async fn s28_1_rsa_signs_and_verifies() {
    let home = tempfile::tempdir().expect("directory");
    let keys =
        json!({"directory": home.path(), "id_token_alg": "RS256", "access_token_alg": "PS256"});
    let keys = load(keys, &Development).await.expect("keys");
    for alg in [SigningAlg::RS256, SigningAlg::PS256] {
        let token = keys.sign(alg, "JWT", &jwt::claims()).expect("token");
        assert!(
            keys.verify(&token, JwtPurpose::IdTokenHint, at(NOW))
                .is_ok(),
            "{alg}"
        );
    }
    assert_eq!(keys.algorithms(), [SigningAlg::RS256, SigningAlg::PS256]);
    assert_eq!(keys.jwks()["keys"][0]["e"], json!("AQAB"));
}

/// Keys of RFC 8037 appendix A.1 and RFC 7515 appendix A.3.
#[tokio::test]
async fn s28_1_private_jwk_set() {
    let source = json!({
        "id_token_alg": "ES256",
        "access_token_alg": "EdDSA",
        "jwks": {"keys": [
            {
                "kty": "EC", "crv": "P-256",
                "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
            },
            {
                "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA",
                "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
                "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            },
        ]},
    });
    let keys = load(source.clone(), &Production).await.expect("keys");
    assert_eq!(
        keys.jwks()["keys"][1]["kid"],
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    );
    let mut broken = source;
    broken["jwks"]["keys"][0]["y"] = json!("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a1");
    let error = load(broken, &Production).await.expect_err("no such key");
    assert!(error.to_string().contains("jwks.keys[0]"), "{error}");
}

#[tokio::test]
async fn c178_only_public_members_are_published() {
    let jwks = quick_keys().await.jwks();
    let keys = jwks["keys"].as_array().expect("keys");
    assert_eq!(keys[0]["alg"], "ES256");
    for key in keys {
        let members: Vec<&String> = key.as_object().expect("object").keys().collect();
        for member in members {
            let public = ["kty", "crv", "x", "y", "n", "e", "use", "alg", "kid"];
            assert!(public.contains(&member.as_str()), "{member}");
        }
        assert_eq!(key["use"], "sig");
    }
    assert_ne!(keys[0]["kid"], keys[1]["kid"]);
}

#[tokio::test]
async fn the_root_secret_is_made_once() {
    let home = tempfile::tempdir().expect("directory");
    let block = json!({"keys": {"directory": home.path().join("keys")}});
    let settings = Settings::from_config(Some(&block), &Development, ISSUER, "demo");
    let settings = settings.expect("settings");
    let first = root_secret(&settings).await.expect("secret");
    let second = root_secret(&settings).await.expect("secret");
    assert_eq!(first, second);
    assert_eq!(first.expose().len(), 43);
}
