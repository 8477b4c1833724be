//! `keywright graph`: its formats, its pictures in docs/, and hostile and large licenses.

use std::fs;
use std::time::{Duration, Instant};

use jiff::civil::{Date, date};
use keywright::analysis::FeatureGraph;
use keywright::license::License;
use keywright::report::graph::{self, MOST_BOXES, Pictured};
use keywright::resolve::Model;
use serde_json::Value;

use crate::random_license::{self, Random};
use crate::schema;
use crate::support::{TestDir, cases, root};

const DAY: Date = date(2026, 6, 1);

fn graph(license: &License) -> FeatureGraph {
    let model = Model::compile([license]).unwrap();
    FeatureGraph::of(&[license], &model, DAY, &[])
}

/// Checks that a picture is well-formed, and returns its texts.
fn texts(svg: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).unwrap_or_else(|error| panic!("{error}\n{svg}"));
    let is_text = |node: &roxmltree::Node<'_, '_>| node.has_tag_name("text");
    assert!(document.descendants().all(|node| !node.has_tag_name("script")));
    document.descendants().filter(is_text).filter_map(|node| node.text()).map(str::to_owned).collect()
}

#[cfg(unix)]
/// The pictures of docs/pictures.md are the output of its commands. `KEYWRIGHT_UPDATE=1` writes them.
#[test]
fn pictures_of_docs_match_output() {
    let dir = TestDir::new();
    let text = fs::read_to_string(root().join("docs/pictures.md")).unwrap();
    let mut drawn = 0;
    for command in text.lines().filter_map(|line| line.strip_prefix("$ ")) {
        crate::readme::run(&dir, command);
        let Some(name) = command.split("> ").last().filter(|name| name.ends_with(".svg")) else { continue };
        let picture = dir.read(name);
        texts(&picture);
        let path = root().join("docs/images").join(name);
        if std::env::var_os("KEYWRIGHT_UPDATE").is_some() {
            fs::write(&path, &picture).unwrap();
        }
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            picture,
            "run with KEYWRIGHT_UPDATE=1 and look at {name}"
        );
        drawn += 1;
    }
    assert_eq!(drawn, 4);
}

#[test]
fn every_feature_of_a_random_license_is_drawn() {
    for seed in 0..cases(2000, 200) {
        let mut random = Random::new(seed);
        let text = random_license::text(&random_license::blocks(&mut random, 30));
        let license = License::from_text("x.lic", &text);
        let graph = graph(&license);
        let pictured = Pictured { files: "x.lic", graph: &graph };
        let svg = graph::svg(&pictured);
        assert_eq!(svg, graph::svg(&pictured), "seed {seed}");
        let texts = texts(&svg);
        let (dot, mermaid) = (graph::dot(&pictured), graph::mermaid(&pictured));
        for node in &graph.nodes {
            assert!(
                texts.iter().any(|text| text.ends_with(&node.name)),
                "seed {seed}: {} {texts:?}",
                node.name
            );
            assert!(dot.contains(&node.name) && mermaid.contains(&node.name), "seed {seed}");
        }
        assert_eq!(dot.matches(" -> ").count(), graph.edges.len());
        assert_eq!(svg.matches("class=\"head\"").count(), graph.edges.len(), "seed {seed}");
        let json: Value = serde_json::from_str(&graph::json(&pictured).unwrap()).unwrap();
        assert_eq!(schema::faults("graph", &json), [""; 0], "seed {seed}");
        assert_eq!(json["dependencies"].as_array().unwrap().len(), graph.edges.len());
    }
}

#[test]
fn faults_are_red() {
    let dir = TestDir::new();
    let token = |name: &str, on: &str, count: u32| {
        format!(
            "FEATURE {name} {{ VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE={on} VERSION=1.0 COUNT={count}\" }}\n"
        )
    };
    let pool = "FEATURE Pool { VENDOR=Acme KEYTYPE=EXCLUSIVE COUNT=3 }\n";
    let chain: String = (0..20).map(|at| token(&format!("T{at}"), &format!("T{}", at + 1), 1)).collect();
    for (name, text, code) in [
        ("cycle", token("A", "B", 1) + &token("B", "A", 1), "D001"),
        ("itself", token("A", "A", 1), "D002"),
        ("deep", chain + &token("T20", "Pool", 1) + pool, "D003"),
        ("unknown", token("A", "B", 1), "D005"),
        ("starving", token("Big", "Pool", 5) + pool, "C001"),
    ] {
        dir.write("x.lic", text);
        let svg = dir.run(&["graph", "x.lic", "--at", "2026-06-01"]).stdout;
        assert!(
            svg.contains(" bad\"") && texts(&svg).iter().any(|text| text.starts_with(code)),
            "{name}: {svg}"
        );
        let json = dir.run(&["graph", "x.lic", "--at", "2026-06-01", "--format", "json"]).stdout;
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(schema::faults("graph", &json), [""; 0], "{name}");
        assert!(json.to_string().contains(code), "{name}: {json}");
    }
}

#[test]
fn feature_option_draws_what_is_connected() {
    let dir = TestDir::new();
    dir.run(&["new", "pool", "--quiet", "-o", "x.lic"]).expect_code(0);
    let text = dir.read("x.lic") + "FEATURE Other { VENDOR=ABC_Software COUNT=5 }\n";
    dir.write("x.lic", text);
    let svg = dir.run(&["graph", "x.lic", "--feature", "MyDraw"]).expect_code(0).stdout;
    let texts = texts(&svg);
    assert!(texts.contains(&"MyDraw".to_owned()) && texts.contains(&"MySolutions".to_owned()), "{texts:?}");
    assert!(!texts.contains(&"MyWrite".to_owned()) && !texts.contains(&"Other".to_owned()), "{texts:?}");
    let wrong = dir.run(&["graph", "x.lic", "--feature", "MyDrew"]).expect_code(2);
    assert!(wrong.stderr.contains("did you mean `MyDraw`?"), "{}", wrong.stderr);
}

#[test]
fn large_license_is_grouped_and_drawn_quickly() {
    let mut random = Random::new(7);
    let mut text = String::new();
    for at in 0..100 {
        text += &format!(
            "FEATURE Pool{at} {{ VENDOR=Acme KEYTYPE=EXCLUSIVE COUNT={} }}\n",
            1 + random.below(5000)
        );
    }
    for at in 0..900 {
        let (one, other) = (random.below(100), random.below(100));
        text += &format!(
            "FEATURE Feature{at} {{ VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool{one} VERSION=1.0 COUNT=1\" \
             TOKEN_DEPENDENCY=\"FEATURE=Pool{other} VERSION=1.0 COUNT=2\" }}\n"
        );
    }
    let license = License::from_text("x.lic", &text);
    let begin = Instant::now();
    let graph = graph(&license);
    let svg = graph::svg(&Pictured { files: "x.lic", graph: &graph });
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(20), "{took:?}");
    let boxes = svg.matches("<g class=").count();
    assert!(boxes <= MOST_BOXES, "{boxes} boxes");
    let texts = texts(&svg);
    assert!(texts.iter().any(|text| text.starts_with("1000 features, grouped by")), "{texts:?}");
}

/// Names of files are untrusted.
#[test]
fn hostile_file_name_is_escaped_in_every_format() {
    let license = License::from_text("x.lic", "FEATURE A { VENDOR=x COUNT=5 }");
    let graph = graph(&license);
    let files = "<script>\"&\u{9b}\u{202e}]]>\n--x";
    let pictured = Pictured { files, graph: &graph };
    let svg = graph::svg(&pictured);
    texts(&svg);
    assert!(!svg.contains("<script"), "{svg}");
    let json = graph::json(&pictured).unwrap();
    for text in [svg, json, graph::dot(&pictured), graph::mermaid(&pictured)] {
        assert!(!text.contains(['\u{9b}', '\u{202e}']), "{text}");
    }
}
