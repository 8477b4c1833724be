//! Properties of the source and of its dependencies.

use std::fs;
use std::path::Path;

use crate::sign::PLAIN;
use crate::support::root;

/// The crate that verifies has no dependency that signs and names no signer. Only key file encryption is symmetric.
#[test]
fn threat_01_verification_modules_use_no_signer() {
    let needed = crate::architecture::built_with("keywright-verify", "resolve");
    for signs in ["keywright-sign", "pkcs8", "pkcs5", "rand_core", "getrandom", "cryptoki"] {
        assert!(!needed.contains(signs), "keywright-verify depends on {signs}");
    }
    let files = crate::support::files_below("src/verify");
    assert!(files.len() > 10, "{files:?}");
    for path in files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")) {
        let name = path.display();
        let text = fs::read_to_string(path).unwrap();
        let code: String = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        // A public key file with a secret key is a separate error.
        let code =
            code.replace("SecretKey,", "").replace("Self::SecretKey", "").replace("Error::SecretKey", "");
        for word in
            ["SecretKey", "SigningKey", "dyn Signer", "Signer,", "Signer as", "sign_bytes", "from_seed"]
        {
            assert!(!code.contains(word), "{name} names {word}");
        }
    }
    for path in crate::support::files_below("src") {
        let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap_or_default();
        let code: String = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        for word in ["aes::", "hmac::", "Hmac<", "chacha", "pbes2::", "cipher::"] {
            assert!(!code.contains(word) || name == "src/sign/key_file.rs", "{name} names {word}");
        }
    }
}

#[test]
fn threat_01_format_has_no_symmetric_algorithm() {
    // The only algorithm that a KEY can name is Ed25519: row 2 tries the others. No secret is needed to verify.
    let trust = crate::sign::default_trust();
    assert!(trust.keys().iter().all(|key| key.key.to_pem().contains("BEGIN PUBLIC KEY")));
    let good = crate::sign::signed(PLAIN);
    assert!(crate::sign::verdicts_of(&trust, &good).iter().all(|verdict| verdict.as_str() == "VALID"));
}

#[test]
fn threat_46_and_threat_47_dependencies_are_restricted() {
    let deny = fs::read_to_string(root().join("deny.toml")).unwrap();
    for gate in
        ["ed25519-dalek:<3", "curve25519-dalek:<4.1.3", "\"hazmat\"", "\"batch\"", "unknown-git = \"deny\""]
    {
        assert!(deny.contains(gate), "{gate}");
    }
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    assert!(!lock.contains("git+"), "a dependency comes from a git address");
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"forbid\""));
}

#[test]
fn threat_03_source_calls_only_strict_verification() {
    let mut sources = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut seen = 0;
    while let Some(path) = sources.pop() {
        if path.is_dir() {
            sources.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        // Any call of a method or function whose name begins with `verify` is the strict one, or our own of that name.
        let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        let code = code.join("\n");
        for (at, _) in code.match_indices("verify") {
            let called: String =
                code[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let is_call = code[at + called.len()..].trim_start().starts_with(['(', ':'])
                && code[..at].trim_end().ends_with(['.', ':'])
                && !code[..at].trim_end().ends_with("::verify");
            let strict = called == "verify_strict";
            seen += usize::from(is_call && strict);
            // A path through `verify` or a module of the report, such as `verify_json::`.
            let module = format!("{}/src/report/{called}.rs", env!("CARGO_MANIFEST_DIR"));
            let ours = (called == "verify" || Path::new(&module).is_file()) && !code[..at].ends_with('.');
            let is_check = called == "verify" || called.starts_with("verify_");
            assert!(!is_check || !is_call || strict || ours, "`{called}` is called in {}", path.display());
        }
        for banned in ["verify_batch", "hazmat", "verify_prehashed", "verify_stream", "raw_verify"] {
            assert!(!text.contains(banned), "{banned} in {}", path.display());
        }
    }
    assert!(seen >= 1);
}
