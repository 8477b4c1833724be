//! The dependency graph: targets, cycles, chains, costs.

use keywright::graph::{Capacities, Cost, DependencyTarget, Draws, Graph, Metrics, UNLIMITED};
use keywright::license::License;

const SUITE: &str = "
FEATURE Suite { VENDOR=V KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Draw VERSION=1.0 COUNT=2\"
  TOKEN_DEPENDENCY=\"FEATURE=Print VERSION=1.0 COUNT=3\" }
FEATURE Draw { VENDOR=V KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=5\" }
FEATURE Print { VENDOR=V KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Print { VENDOR=V KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=4\" }
FEATURE Pool { VENDOR=V COUNT=40 }
FEATURE Pool { VENDOR=V KEYTYPE=UPGRADE COUNT=2 }
";

fn names(graph: &Graph<'_>, blocks: impl Iterator<Item = keywright::graph::GraphBlockId>) -> Vec<String> {
    blocks.map(|id| graph.block(id).unwrap().name().to_owned()).collect()
}

#[test]
fn graph_costs_multiply_along_paths_and_add_at_joins() {
    let license = License::from_text("a", SUITE);
    let graph = Graph::new(&[&license]);
    let measures = Metrics::new(&graph);
    let [suite, draw, print, _, pool, _] = [0, 1, 2, 3, 4, 5].map(|at| graph.blocks()[at].id);
    assert_eq!([suite, draw, pool].map(|id| measures.depth(id)), [Some(2), Some(1), Some(0)]);
    assert_eq!(measures.total(suite), Some(Some(13)));
    let draws = Draws::new(&graph, &measures);
    // The minimum uses the cheaper alternative of Print: 2 × 5 + 3 × 1.
    assert_eq!(draws.get(suite).unwrap().iter().find(|(id, _)| *id == pool).unwrap().1.sum, Cost::Known(13));
    assert_eq!(
        draws.get(suite).unwrap().iter().find(|(id, _)| *id == pool).unwrap().1.largest,
        Cost::Known(10)
    );
    assert!(!draws.is_exact(suite) && draws.is_exact(draw) && draws.is_exact(print));
    let capacities = Capacities::new(&graph);
    assert_eq!([pool, draw, print, suite].map(|id| capacities.get(id)), [42, 8, 42, 4]);
    let chain = measures.longest_chain(&graph, suite);
    assert_eq!(names(&graph, chain.blocks()), ["Suite", "Draw", "Pool"]);
}

#[test]
fn graph_targets_report_why_no_block_matches() {
    let text = "
FEATURE T { VENDOR=V VERSION=2.0 KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=T VERSION=2.0 COUNT=1\"
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=3.0 COUNT=1\"
  TOKEN_DEPENDENCY=\"FEATURE=Missing VERSION=1.0 COUNT=1\"
  TOKEN_DEPENDENCY=\"FEATURE=Other VERSION=1.0 COUNT=1\"
  TOKEN_DEPENDENCY=\"FEATURE=Local VERSION=1.0 COUNT=1\"
  TOKEN_DEPENDENCY=\"FEATURE=Upgrade VERSION=1.0 COUNT=1\"
  TOKEN_DEPENDENCY=\"FEATURE=Broken VERSION=1.0 COUNT=1\"
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Other { VENDOR=W COUNT=1 }
FEATURE Local { VENDOR=V }
FEATURE Upgrade { VENDOR=V KEYTYPE=UPGRADE COUNT=1 }
FEATURE Broken { VENDOR=V COUNT=0 }
FEATURE Pool { VENDOR=V COUNT=1 }
";
    let license = License::from_text("a", text);
    let graph = Graph::new(&[&license]);
    let targets: Vec<DependencyTarget> =
        graph.needs(graph.blocks()[0].id).map(|(_, _, target)| target).collect();
    let expected = [
        DependencyTarget::Itself,
        DependencyTarget::TooOld,
        DependencyTarget::Unknown,
        DependencyTarget::OtherVendor,
        DependencyTarget::NotDrawable,
        DependencyTarget::OnlyUpgrades,
        DependencyTarget::Unreadable,
        DependencyTarget::Served,
    ];
    assert_eq!(targets, expected);
    assert_eq!(graph.unserved().len(), 5);
}

#[test]
fn graph_cycles_list_hops_and_mark_dependents() {
    let need = |name: &str| format!("TOKEN_DEPENDENCY=\"FEATURE={name} VERSION=1.0 COUNT=1\"");
    let token = |name: &str, on: &str| format!("FEATURE {name} {{ VENDOR=V KEYTYPE=TOKEN {} }}\n", need(on));
    let text =
        [token("Before", "A"), token("A", "B"), token("B", "C"), token("C", "A"), token("Fine", "Pool")];
    let text = text.concat() + "FEATURE Pool { VENDOR=V COUNT=UNLIMITED }";
    let license = License::from_text("a", &text);
    let graph = Graph::new(&[&license]);
    let measures = Metrics::new(&graph);
    let [before, a, _, _, fine, pool] = [0, 1, 2, 3, 4, 5].map(|at| graph.blocks()[at].id);
    assert_eq!(measures.cycles.len(), 1);
    assert_eq!(names(&graph, measures.cycles[0].iter().map(|hop| hop.block)), ["A", "B", "C"]);
    assert_eq!([before, a, fine].map(|id| measures.depth(id)), [None, None, Some(1)]);
    assert_eq!([before, a, fine].map(|id| measures.total(id)), [None, None, Some(Some(1))]);
    assert_eq!([fine, pool].map(|id| Capacities::new(&graph).get(id)), [UNLIMITED; 2]);
    let ways = graph.ways_to(|id| id == pool);
    assert!(ways.leads_from(fine) && !ways.leads_from(a));
    let mut room = 10;
    let way = graph.way(&ways, fine, |id| id == pool, &mut room).unwrap();
    assert_eq!(names(&graph, way.blocks()), ["Fine", "Pool"]);
    assert_eq!(graph.chain_between(before, pool, &mut 100), None);
    assert_eq!(graph.chain_between(before, a, &mut 100).unwrap().hops.len(), 1);
}

#[test]
fn graph_edges_cross_files_but_not_vendors() {
    let token = License::from_text(
        "a",
        "FEATURE T { VENDOR=V KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }",
    );
    let own = License::from_text("b", "FEATURE Pool { VENDOR=V COUNT=1 }");
    let other = License::from_text("b", "FEATURE Pool { VENDOR=W COUNT=1 }");
    let target = |files: &[&License]| {
        let graph = Graph::new(files);
        graph.needs(graph.blocks()[0].id).next().unwrap().2
    };
    assert_eq!(target(&[&token, &own]), DependencyTarget::Served);
    assert_eq!(target(&[&token, &other]), DependencyTarget::OtherVendor);
    assert_eq!(target(&[&token]), DependencyTarget::Unknown);
}
