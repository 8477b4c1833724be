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
