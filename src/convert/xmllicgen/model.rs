//! The content of XML templates, as written.

use crate::loss::Place;

/// The content of all files of a set.
#[derive(Debug, Default)]
pub(crate) struct XmlFile {
    pub(crate) features: Vec<XmlFeature>,
}

/// A FEATURE element.
#[derive(Debug, Clone)]
pub(crate) struct XmlFeature {
    pub(crate) name: String,
    pub(crate) settings: Vec<Setting>,
    /// The host ids of each CLIENT_HOSTID: all of one element must match, and one element is enough.
    pub(crate) clients: Vec<Vec<String>>,
    pub(crate) place: Place,
}

/// A setting: one attribute of a SETTING element.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) place: Place,
}

impl XmlFeature {
    /// Returns the first value of a setting.
    pub(crate) fn get(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.name == name)
    }
}
