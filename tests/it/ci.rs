//! The examples in docs/ci.md, the pre-commit hooks and the GitHub action match the program.

use std::fs;
use std::path::Path;
use std::process::Command;

use keywright::cli::config::Config;
use serde_json::Value;

use crate::schema;
use crate::support::{TestDir, root};

fn yaml(name: &str) -> Value {
    serde_yaml::from_str(&fs::read_to_string(root().join(name)).unwrap()).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn documented_configuration_is_accepted() {
    let document = fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let (_, rest) = document.split_once("```toml\n").unwrap();
    let example = rest.split("```").next().unwrap();
    Config::parse("docs/ci.md", Path::new("/"), example).unwrap();
    let dir = TestDir::new();
    dir.run(&["keys", "new", "--vendor", "ABC_Software", "--no-passphrase"]).expect_code(0);
    let block = "FEATURE Draw { VENDOR=ABC_Software COUNT=5 BORROW=24 LICENSEE=\"a\n b\" }\n";
    dir.write("keywright.toml", example).write("a.lic", block).write("drafts/b.lic", block);
    let outcome = dir.run(&["lint", "--format", "concise", "a.lic"]).expect_code(1);
    for message in ["error[P002]: `BORROW`", "error[S009]", "note[K002]"] {
        assert!(outcome.stdout.contains(message), "{}", outcome.stdout);
    }
    assert!(!dir.run(&["lint", "--format", "concise", "drafts"]).stdout.contains("K002"));
    // The schema accepts it as the program does.
    let reported = |text: &str| -> Value {
        let table: toml::Table = text.parse().unwrap();
        serde_json::to_value(table).unwrap()
    };
    assert_eq!(schema::faults("config", &reported(example)), [""; 0]);
    let wrong = example.replace("files =", "file =");
    assert!(Config::parse("x", Path::new("/"), &wrong).is_err());
    assert_eq!(schema::faults("config", &reported(&wrong)).len(), 2);
}

#[test]
fn documented_formats_and_codes_match_program() {
    let document = fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let help = TestDir::new().run(&["lint", "--help"]).expect_code(0).stdout;
    for format in ["human", "concise", "json", "sarif", "github", "gitlab", "junit"] {
        assert!(
            document.contains(&format!("| `{format}` |")) && help.contains(&format!("- {format}:")),
            "{format}"
        );
    }
}

#[test]
fn hooks_lint_given_files() {
    let dir = TestDir::new();
    dir.write("bad.lic", "FEATURE Draw { VENDOR=Acme CUONT=5 }\n")
        .write("good.lic", "FEATURE Draw\n{\n  VENDOR=Acme COUNT=5\n}\n");
    for hook in yaml(".pre-commit-hooks.yaml").as_array().unwrap() {
        assert_eq!(text(&hook["language"]), "system");
        let files = if text(&hook["id"]) == "keywright-lint" { r"\.lic(\.tmpl)?$" } else { r"\.lic$" };
        assert_eq!(text(&hook["files"]), files);
        let mut words = text(&hook["entry"]).split(' ');
        assert_eq!(words.next(), Some("keywright"));
        let entry: Vec<&str> = words.collect();
        dir.run(&[&entry[..], &["good.lic"]].concat()).expect_code(0);
        assert_eq!(text(&hook["id"]), format!("keywright-{}", entry[0]));
        if entry == ["lint"] {
            dir.run(&["lint", "good.lic", "bad.lic"]).expect_code(1);
        }
    }
}

/// Runs the action's script as the runner does.
#[cfg(unix)]
#[test]
fn action_lints_configured_paths() {
    let action = yaml("action.yml");
    let steps = action["runs"]["steps"].as_array().unwrap();
    let lint = steps.iter().find(|step| step["name"] == "Run").unwrap();
    let script = text(&lint["run"]);
    assert!(!script.contains("${{"), "values go through the environment");
    for (variable, value) in lint["env"].as_object().unwrap() {
        let input = text(value).trim_start_matches("${{ inputs.").trim_end_matches(" }}");
        assert_eq!(variable.to_lowercase(), input);
        assert!(action["inputs"][input]["description"].is_string(), "{input}");
    }
    let dir = TestDir::new();
    dir.write("my licenses/bad.lic", "FEATURE Draw { VENDOR=Acme CUONT=5 }\n")
        .write("$(touch owned).lic", "");
    let run_command = |command: &str, format: &str, output: &str, args: &str| {
        let output = Command::new("bash")
            .args(["-c", script])
            .current_dir(dir.path("."))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .envs([
                ("BINARY", env!("CARGO_BIN_EXE_keywright")),
                ("PATHS", "my licenses\n$(touch owned).lic\n"),
            ])
            .envs([("COMMAND", command), ("FORMAT", format), ("OUTPUT", output)])
            .envs([("CONFIG", ""), ("ARGS", args)])
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let run = |format: &str, output: &str, args: &str| run_command("lint", format, output, args);
    let (code, reported) = run("github", "", "");
    assert_eq!(code, Some(1));
    assert!(reported.contains("::error file=my licenses/bad.lic,line=1,"), "{}", reported.as_str());
    assert_eq!(run("sarif", "out.sarif", "--allow\nvalues"), (Some(0), String::new()));
    assert!(dir.read("out.sarif").contains("\"2.1.0\""));
    dir.run(&["keys", "new", "--vendor", "Acme", "--no-passphrase"]).expect_code(0);
    let (code, reported) = run_command("verify", "github", "", "--trust=keys");
    assert_eq!(code, Some(3));
    assert!(reported.contains("title=UNSUPPORTED"), "{reported}");
    let (code, reported) = run_command("sign; touch owned", "github", "", "");
    assert_eq!(code, Some(2));
    assert!(reported.contains("must be lint, verify or test"), "{reported}");
    assert!(!dir.path("owned").exists());
}
