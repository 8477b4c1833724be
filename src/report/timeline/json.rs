//! The timeline in JSON, version 1. These structs are a public interface: fields may only be added.

use serde::Serialize;

use super::Planned;
use crate::escape::escape;
use crate::to_json;
use crate::usable_json::{UsableJson, bound};

#[derive(Debug, Serialize)]
struct TimelineJson {
    version: u32,
    from: String,
    to: String,
    complete: bool,
    files: Vec<String>,
    features: Vec<FeatureTimeJson>,
    stops: Vec<StopJson>,
}

#[derive(Debug, Serialize)]
struct FeatureTimeJson {
    vendor: String,
    feature: String,
    steps: Vec<StepJson>,
    events: Vec<EventJson>,
}

#[derive(Debug, Serialize)]
struct StepJson {
    from: String,
    usable: UsableJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    bound: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct EventJson {
    day: String,
    event: &'static str,
    keytype: &'static str,
    file: usize,
    line: usize,
}

#[derive(Debug, Serialize)]
struct StopJson {
    day: String,
    vendor: String,
    feature: String,
    reason: String,
}

/// Renders a timeline as JSON.
///
/// # Errors
/// Returns an error if serialisation fails, which these types cannot cause.
pub fn render(planned: &Planned<'_>) -> serde_json::Result<String> {
    let timeline = planned.timeline;
    let clean = |text: &str| escape(text).into_owned();
    let features = timeline.features.iter().map(|feature| FeatureTimeJson {
        vendor: clean(&feature.vendor),
        feature: clean(&feature.name),
        steps: feature
            .steps
            .iter()
            .map(|(day, usable)| StepJson {
                from: day.to_string(),
                usable: UsableJson::new(*usable),
                bound: bound(*usable),
            })
            .collect(),
        events: feature
            .events
            .iter()
            .map(|event| EventJson {
                day: event.day.to_string(),
                event: event.kind.as_str(),
                keytype: event.keytype,
                file: event.file,
                line: event.line,
            })
            .collect(),
    });
    let stops = timeline.stops.iter().map(|stop| StopJson {
        day: stop.day.to_string(),
        vendor: clean(&stop.vendor),
        feature: clean(&stop.name),
        reason: clean(&stop.reason),
    });
    to_json::document(&TimelineJson {
        version: 1,
        from: timeline.from.to_string(),
        to: timeline.to.to_string(),
        complete: timeline.is_complete,
        files: planned.files.iter().map(|file| clean(file)).collect(),
        features: features.collect(),
        stops: stops.collect(),
    })
}
