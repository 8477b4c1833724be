//! The picture in the README is the program's own output.

use std::fs;

use crate::support::{TestDir, root};

/// `keywright lint` in colour, drawn as an SVG of a terminal. `KEYWRIGHT_UPDATE=1` writes the picture.
#[test]
fn readme_picture_matches_lint_output() {
    let dir = TestDir::new();
    dir.run(&["new", "pool", "--quiet", "-o", "mysolutions.lic"]).expect_code(0);
    let text = dir
        .read("mysolutions.lic")
        .replace("FEATURE=MySolutions VERSION=1.0 COUNT=2", "FEATURE=MySolution VERSION=1.0 COUNT=2");
    let text = text.replace("COUNT=5\"", "COUNT=50\"");
    dir.write("mysolutions.lic", &text);
    let args = ["lint", "--color", "always", "--allow", "K002", "mysolutions.lic"];
    let output = dir.run(&args).expect_code(1);
    let screen = format!("$ keywright lint mysolutions.lic\n{}{}", output.stdout, output.stderr);
    let picture = anstyle_svg::Term::new().min_width_px(760).render_svg(&screen);
    let path = root().join("docs/images/lint.svg");
    if std::env::var_os("KEYWRIGHT_UPDATE").is_some() {
        fs::write(&path, &picture).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        picture,
        "run with KEYWRIGHT_UPDATE=1 and look at the picture"
    );
}

/// The step charts of docs/analysis.md. `KEYWRIGHT_UPDATE=1` writes them.
#[test]
fn capacity_pictures_match_output() {
    let dir = TestDir::new();
    dir.run(&["new", "pool", "--quiet", "-o", "mysolutions.lic"]).expect_code(0);
    let token = |name: &str, need: &str, count: u32| {
        format!(
            "FEATURE {name} {{ VENDOR=ABC_Software KEYTYPE=TOKEN \
             TOKEN_DEPENDENCY=\"FEATURE={need} VERSION=1.0 COUNT={count}\" }}\n"
        )
    };
    let pool = |name: &str, count: u32| {
        format!("FEATURE {name} {{ VENDOR=ABC_Software KEYTYPE=EXCLUSIVE COUNT={count} }}\n")
    };
    let parts =
        [pool("A", 40), pool("B", 60), token("MyDraw", "A", 5), token("MyDraw", "B", 10), token("X", "A", 4)];
    dir.write("order.lic", parts.concat());
    for (name, license) in [("capacity", "mysolutions.lic"), ("capacity-order", "order.lic")] {
        let args = ["capacity", "--format", "svg", "--at", "2026-06-01", license];
        let picture = dir.run(&args).expect_code(0).stdout;
        let path = root().join(format!("docs/images/{name}.svg"));
        if std::env::var_os("KEYWRIGHT_UPDATE").is_some() {
            fs::write(&path, &picture).unwrap();
        }
        assert_eq!(
            fs::read_to_string(&path).unwrap_or_default(),
            picture,
            "run with KEYWRIGHT_UPDATE=1 and look at the picture"
        );
    }
}
