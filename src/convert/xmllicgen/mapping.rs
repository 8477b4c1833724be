//! Maps XML templates to blocks.

use std::collections::HashMap;

use jiff::civil::Date;
use keywright_license::{Count, KeyType, Name, Version, check_value};

use super::facts::offers;
use super::model::{Setting, XmlFeature, XmlFile};
use super::values::{Values, number, version};
use crate::draft::{Draft, DraftBlock, DraftNeed, excerpt};
use crate::facts::grants;
use crate::loss::{BAD_VALUE, COUNTED_HOST_LOCK, GRANTS_NOTHING, NO_VENDOR, Report};
use crate::names::Names;
use crate::options::Options;

/// Directives that are copied as they are, in the order of the result.
const COPIED: [&str; 19] = [
    "SHARE",
    "SOFTLIMIT",
    "MIN_CHECKOUT",
    "BORROW",
    "GRACE",
    "USERBASED",
    "HOSTBASED",
    "HAL_SERVERS",
    "HOSTID_MATCH_RATE",
    "SYSTEMCLOCKCHECK",
    "TIME_ZONES",
    "REPLACES",
    "PLATFORMS",
    "SN",
    "LICENSEE",
    "DATA",
    "COMMENT",
    "OPTIONS",
    "HOLD",
];

/// Settings with dates.
const DATES: [&str; 5] = ["START", "END", "MAINTENANCE_START", "MAINTENANCE_END", "ISSUED"];

/// Maps the content of all files to a draft.
pub(crate) fn map(file: &XmlFile, options: &Options, report: &mut Report) -> Draft {
    let mut names = Names::default();
    let mut draft = Draft::default();
    let mut exclusive: HashMap<String, Vec<(Date, Date)>> = HashMap::new();
    for feature in &file.features {
        let blocks = Mapping { feature, options, report, names: &mut names }.blocks().unwrap_or_default();
        for block in blocks {
            if block.kind == Some(KeyType::Exclusive) && is_second(&block, &mut exclusive) {
                let message = format!("a second EXCLUSIVE block of `{}`, which LM-X discards", block.name);
                report.add_found(&GRANTS_NOTHING, block.place, message);
                continue;
            }
            draft.blocks.push(block);
        }
    }
    draft.grants = grants(&offers(&draft.blocks, options.at));
    draft
}

/// Returns true if another EXCLUSIVE block of the name is valid on one of its days.
fn is_second(block: &DraftBlock, exclusive: &mut HashMap<String, Vec<(Date, Date)>>) -> bool {
    let day = |name: &str| block.get(name).and_then(|text| text.parse::<Date>().ok());
    let (start, end) = (day("START").unwrap_or(Date::MIN), day("END").unwrap_or(Date::MAX));
    let known = exclusive.entry(block.name.clone()).or_default();
    let overlaps =
        known.iter().take(128).any(|(other_start, other_end)| start <= *other_end && *other_start <= end);
    if !overlaps {
        known.push((start, end));
    }
    overlaps
}

struct Mapping<'a> {
    feature: &'a XmlFeature,
    options: &'a Options,
    report: &'a mut Report,
    names: &'a mut Names,
}

impl Mapping<'_> {
    fn bad(&mut self, setting: &Setting, message: String) {
        self.report.add_found(&BAD_VALUE, setting.place, message);
    }

    /// Returns the blocks of a FEATURE; `None` if a value cannot be read, which is reported.
    fn blocks(&mut self) -> Option<Vec<DraftBlock>> {
        let feature = self.feature;
        self.repeated()?;
        let Some(name) = self.names.get(&feature.name, feature.place, self.report) else {
            let message = format!("`{}` cannot be written as the name of a feature", excerpt(&feature.name));
            self.report.add_found(&BAD_VALUE, feature.place, message);
            return None;
        };
        let vendor = self.vendor()?;
        let version = self.version()?;
        let mut block = DraftBlock::new(&name, &vendor, version, feature.place);
        self.kind(&mut block)?;
        self.needs(&mut block)?;
        self.dates(&mut block)?;
        self.copied(&mut block)?;
        self.hosts(block)
    }

    /// A setting is given once, except TOKEN_DEPENDENCY.
    fn repeated(&mut self) -> Option<()> {
        let mut seen = std::collections::BTreeSet::new();
        for setting in &self.feature.settings {
            if setting.name != "TOKEN_DEPENDENCY" && !seen.insert(&setting.name) {
                self.bad(setting, format!("the setting {} is repeated", setting.name));
                return None;
            }
        }
        Some(())
    }

    fn vendor(&mut self) -> Option<String> {
        if let Some(vendor) = &self.options.vendor {
            return Some(vendor.clone());
        }
        match self.feature.get("VENDOR") {
            Some(setting) if Name::is_valid(&setting.value) => Some(setting.value.clone()),
            Some(setting) => {
                self.bad(
                    setting,
                    format!("`{}` cannot be written as the name of a vendor", excerpt(&setting.value)),
                );
                None
            }
            None => {
                self.report.once(&NO_VENDOR, self.feature.place, "the template does not name the vendor");
                // Other questions are asked at the same time.
                Some("vendor".to_owned())
            }
        }
    }

    /// LM-X compares versions as two numbers; without a version it is 1.0.
    fn version(&mut self) -> Option<Version> {
        let feature = self.feature;
        let mut values = Values { options: self.options, report: self.report };
        let both = feature.get("VERSION").map(|setting| values.version(setting));
        let mut part = |name: &str, default: u16| match feature.get(name) {
            Some(setting) => values.part(setting),
            None => Some(default),
        };
        let (major, minor) = (part("MAJOR_VERSION", 1)?, part("MINOR_VERSION", 0)?);
        let split = Version { major, minor };
        match both {
            None => Some(split),
            Some(version) => {
                let version = version?;
                let has_parts =
                    feature.get("MAJOR_VERSION").is_some() || feature.get("MINOR_VERSION").is_some();
                if has_parts && version != split {
                    self.report.add_found(&BAD_VALUE, feature.place, "VERSION and MAJOR_VERSION differ");
                    return None;
                }
                Some(version)
            }
        }
    }

    fn kind(&mut self, block: &mut DraftBlock) -> Option<()> {
        const KINDS: [(&str, KeyType); 4] = [
            ("EXCLUSIVE", KeyType::Exclusive),
            ("ADDITIVE", KeyType::Additive),
            ("UPGRADE", KeyType::Upgrade),
            ("TOKEN", KeyType::Token),
        ];
        let feature = self.feature;
        if let Some(setting) = feature.get("COUNT") {
            block.count = if setting.value == "UNLIMITED" {
                Some(Count::Unlimited)
            } else {
                let most = keywright_syntax::limits::MAX_COUNT;
                let count = Values { options: self.options, report: self.report }.number(setting, 1, most)?;
                Some(Count::Limited(count))
            };
        }
        block.kind = match feature.get("KEYTYPE") {
            None => block.count.map(|_| KeyType::Exclusive),
            Some(setting) => {
                let kind = KINDS.iter().find(|(word, _)| *word == setting.value).map(|(_, kind)| *kind);
                if kind.is_none() {
                    let message =
                        format!("`{}` is not EXCLUSIVE, ADDITIVE, UPGRADE or TOKEN", excerpt(&setting.value));
                    self.bad(setting, message);
                }
                Some(kind?)
            }
        };
        let needs_count =
            matches!(block.kind, Some(KeyType::Exclusive | KeyType::Additive | KeyType::Upgrade));
        if needs_count && block.count.is_none() {
            self.report.add_found(
                &BAD_VALUE,
                feature.place,
                format!("`{}` has a KEYTYPE and no COUNT", block.name),
            );
            return None;
        }
        if block.kind == Some(KeyType::Token) && block.count.is_some() {
            self.report.add_found(
                &BAD_VALUE,
                feature.place,
                format!("the token `{}` has a COUNT", block.name),
            );
            return None;
        }
        Some(())
    }

    fn needs(&mut self, block: &mut DraftBlock) -> Option<()> {
        let feature = self.feature;
        for setting in feature.settings.iter().filter(|setting| setting.name == "TOKEN_DEPENDENCY") {
            let Some(need) = dependency(&setting.value) else {
                let message =
                    format!("`{}` is not `FEATURE=name VERSION=a.b COUNT=n`", excerpt(&setting.value));
                self.bad(setting, message);
                return None;
            };
            let Some(name) = self.names.get(&need.feature, setting.place, self.report) else {
                self.bad(
                    setting,
                    format!("`{}` cannot be written as the name of a feature", excerpt(&need.feature)),
                );
                return None;
            };
            block.needs.push(DraftNeed { feature: name, ..need });
        }
        let is_token = block.kind == Some(KeyType::Token);
        if is_token == block.needs.is_empty() {
            let message = if is_token {
                "has no TOKEN_DEPENDENCY"
            } else {
                "has a TOKEN_DEPENDENCY and is not a TOKEN"
            };
            self.report.add_found(&BAD_VALUE, feature.place, format!("`{}` {message}", block.name));
            return None;
        }
        Some(())
    }

    fn dates(&mut self, block: &mut DraftBlock) -> Option<()> {
        let feature = self.feature;
        for name in DATES {
            let Some(setting) = feature.get(name).filter(|setting| !setting.value.is_empty()) else {
                continue;
            };
            let day = Values { options: self.options, report: self.report }.date(setting)?;
            block.set(name, day);
        }
        Some(())
    }

    fn copied(&mut self, block: &mut DraftBlock) -> Option<()> {
        let feature = self.feature;
        for name in COPIED {
            let Some(setting) = feature.get(name).filter(|setting| !setting.value.is_empty()) else {
                continue;
            };
            let value = match name {
                "HOLD" => Values { options: self.options, report: self.report }.hold(setting)?.to_string(),
                "SHARE" => setting.value.replace([',', ' '], "|"),
                _ => number(&setting.value).unwrap_or_else(|| setting.value.clone()),
            };
            if ["SN", "LICENSEE", "DATA", "COMMENT", "OPTIONS", "PLATFORMS"].contains(&name) {
                block.set_text(name, &setting.value, self.report);
            } else if let Err(refusal) = check_value(name, &value) {
                self.bad(setting, refusal.message);
                return None;
            } else {
                block.set(name, value);
            }
        }
        Some(())
    }

    /// Host ids lock a local license. Each CLIENT_HOSTID is enough, so each becomes a block.
    fn hosts(&mut self, block: DraftBlock) -> Option<Vec<DraftBlock>> {
        let clients = &self.feature.clients;
        if clients.is_empty() {
            return Some(vec![block]);
        }
        if block.kind.is_some() {
            let message = format!("`{}` is counted and locked to hosts", block.name);
            self.report.add_found(&COUNTED_HOST_LOCK, block.place, message);
            return Some(vec![block]);
        }
        let mut blocks = Vec::new();
        for hosts in clients {
            let mut block = block.clone();
            for host_id in hosts {
                if let Err(refusal) = check_value("HOSTID", host_id) {
                    self.report.add_found(&BAD_VALUE, block.place, refusal.message);
                    return None;
                }
                block.set("HOSTID", host_id);
            }
            blocks.push(block);
        }
        Some(blocks)
    }
}

/// Reads `FEATURE=name VERSION=a.b COUNT=n`; the version and the number can be omitted.
fn dependency(text: &str) -> Option<DraftNeed> {
    let mut need = DraftNeed { feature: String::new(), version: Version { major: 1, minor: 0 }, count: 1 };
    for word in text.split_whitespace() {
        match word.split_once('=')? {
            ("FEATURE", name) => need.feature = name.to_owned(),
            ("VERSION", text) => need.version = version(text)?,
            ("COUNT", count) => need.count = count.parse().ok().filter(|count| *count > 0)?,
            _ => return None,
        }
    }
    (!need.feature.is_empty()).then_some(need)
}
