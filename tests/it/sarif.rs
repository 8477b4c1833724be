//! A check of SARIF reports, for all commands that write them.

use serde_json::Value;
use serde_sarif::sarif::Sarif;

/// Asserts that a text is a SARIF report of one run with complete rules and results, and returns it.
#[track_caller]
pub(crate) fn checked(text: &str) -> Sarif {
    let sarif: Sarif = serde_json::from_str(text).unwrap();
    let [run] = sarif.runs.as_slice() else { panic!("one run") };
    assert!(run.automation_details.as_ref().unwrap().id.as_ref().unwrap().starts_with("keywright-"));
    let rules = run.tool.driver.rules.as_ref().unwrap();
    let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    for (number, rule) in rules.iter().enumerate() {
        assert!(!ids[..number].contains(&rule.id.as_str()), "{} is there twice", rule.id);
        assert!(rule.help.as_ref().is_some_and(|help| !help.text.is_empty() && help.markdown.is_some()));
        assert!(rule.short_description.is_some() && rule.full_description.is_some());
        assert!(rule.default_configuration.as_ref().unwrap().level.is_some());
    }
    for result in run.results.as_ref().unwrap() {
        let index = usize::try_from(result.rule_index.unwrap()).unwrap();
        assert_eq!(result.rule_id.as_deref(), Some(ids[index]));
        let location = &result.locations.as_ref().unwrap()[0];
        let region = location.physical_location.as_ref().unwrap().region.as_ref().unwrap();
        let start = (region.start_line.unwrap(), region.start_column.unwrap());
        assert!(start <= (region.end_line.unwrap(), region.end_column.unwrap()));
        assert!(start.0 >= 1 && start.1 >= 1);
        assert!(result.message.text.as_ref().is_some_and(|text| !text.is_empty()));
        assert!(result.partial_fingerprints.as_ref().is_some_and(|prints| !prints.is_empty()));
    }
    // A round trip through the types keeps everything, so the report has no unknown fields.
    let mut ours: Value = serde_json::from_str(text).unwrap();
    let theirs = serde_json::to_value(&sarif).unwrap();
    assert_eq!(run.invocations.as_ref().unwrap().len(), 1);
    ours["runs"][0]["invocations"] = theirs["runs"][0]["invocations"].clone();
    assert_eq!(ours, theirs);
    sarif
}

/// Returns the rule, the file and the first line of each result.
pub(crate) fn places(sarif: &Sarif) -> Vec<(String, String, i64)> {
    let results = sarif.runs[0].results.as_ref().unwrap().iter();
    let place = |result: &serde_sarif::sarif::Result| {
        let physical = result.locations.as_ref().unwrap()[0].physical_location.as_ref().unwrap();
        let file = physical.artifact_location.as_ref().unwrap().uri.clone().unwrap();
        let line = physical.region.as_ref().unwrap().start_line.unwrap();
        (result.rule_id.clone().unwrap(), file, line)
    };
    results.map(place).collect()
}
