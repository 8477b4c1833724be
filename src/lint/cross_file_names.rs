//! The names of earlier files, to find similar ones.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use foldhash::fast::FixedState;
use keywright_license::{Feature, Name};

use super::rules::sets::similar_names::{keys, outline_hash};

/// A place in an earlier file.
#[derive(Debug, Clone)]
pub(super) struct BlockLocation {
    pub(super) file: Arc<str>,
    pub(super) line: usize,
}

impl BlockLocation {
    pub(super) fn text(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

/// A name of a vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VendorName {
    vendor: Option<Name>,
    name: Name,
    /// Hash of the vendor and the outline of the name. An attacker can make other names have the same one, which only costs
    /// time: their keys are compared.
    outline: u64,
}

impl VendorName {
    pub(super) fn of(feature: &Feature) -> Self {
        let vendor = feature.vendor.as_ref().map(|vendor| vendor.value.clone());
        let name = feature.name.value.clone();
        let outline = outline_hash(&FixedState::default(), feature.vendor_name(), name.as_str());
        Self { vendor, name, outline }
    }
}

/// The names of earlier files. Most names have an outline of their own. The keys of a name are computed only if another name
/// has its outline.
#[derive(Debug, Default)]
pub(super) struct NameIndex {
    outlines: HashMap<u64, Outline>,
    /// First name and place by vendor and similarity key, for the outlines of several names.
    keys: HashMap<(Option<Name>, String), (Name, BlockLocation)>,
}

/// The names with an outline.
#[derive(Debug)]
enum Outline {
    One(VendorName, BlockLocation),
    Several,
}

impl NameIndex {
    /// Returns a different name that is similar, and its place.
    pub(super) fn similar(&mut self, name: &VendorName) -> Option<(&Name, &BlockLocation)> {
        match self.outlines.get(&name.outline)? {
            Outline::One(first, _) if first == name => return None,
            Outline::One(..) => self.split(name.outline),
            Outline::Several => {}
        }
        let keys = keys(name.name.as_str()).into_iter();
        let mut met = keys.filter_map(|key| self.keys.get(&(name.vendor.clone(), key)));
        met.find(|(other, _)| *other != name.name).map(|(other, place)| (other, place))
    }

    /// Adds a name. Of equal names, the first place counts.
    pub(super) fn add(&mut self, name: &VendorName, place: BlockLocation) {
        match self.outlines.entry(name.outline) {
            Entry::Vacant(entry) => {
                entry.insert(Outline::One(name.clone(), place));
                return;
            }
            Entry::Occupied(entry) if matches!(entry.get(), Outline::One(first, _) if first == name) => {
                return;
            }
            Entry::Occupied(_) => self.split(name.outline),
        }
        self.add_keys(name, &place);
    }

    /// Adds the keys of the only name with an outline, which then counts as one of several.
    fn split(&mut self, outline: u64) {
        if let Some(Outline::One(first, place)) = self.outlines.insert(outline, Outline::Several) {
            self.add_keys(&first, &place);
        }
    }

    fn add_keys(&mut self, name: &VendorName, place: &BlockLocation) {
        for key in keys(name.name.as_str()) {
            let entry = self.keys.entry((name.vendor.clone(), key));
            entry.or_insert_with(|| (name.name.clone(), place.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use keywright_license::{License, Name};

    use super::{BlockLocation, NameIndex, VendorName, keys};

    /// Names of two vendors, many of them similar, in an irregular order with repetitions.
    fn names() -> Vec<VendorName> {
        let mut random = 1_usize;
        let mut next = |below: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % below
        };
        let mut text = String::new();
        for _ in 0..2_000 {
            let vendor = ["v", "w"][next(2)];
            let name: String = (0..=next(3)).map(|_| char::from(b"rRnNmM1lIiO0-_x"[next(15)])).collect();
            text += &format!("FEATURE {name} {{ VENDOR={vendor} COUNT=1 }}\n");
        }
        License::from_text("a.lic", &text).features.iter().map(VendorName::of).collect()
    }

    /// Compares with an index that has the keys of every name.
    #[test]
    fn names_with_their_own_outline_need_no_keys() {
        let mut index = NameIndex::default();
        let mut all: HashMap<(Option<Name>, String), (Name, usize)> = HashMap::new();
        let mut found = 0;
        for (line, name) in names().iter().enumerate() {
            let key = |key| (name.vendor.clone(), key);
            let mut met = keys(name.name.as_str()).into_iter().filter_map(|text| all.get(&key(text)));
            let expected = met.find(|(other, _)| *other != name.name).cloned();
            let similar = index.similar(name).map(|(other, place)| (other.clone(), place.line));
            assert_eq!(similar, expected, "{name:?}");
            found += usize::from(similar.is_some());
            for text in keys(name.name.as_str()) {
                all.entry(key(text)).or_insert_with(|| (name.name.clone(), line));
            }
            index.add(name, BlockLocation { file: "a.lic".into(), line });
        }
        assert!((200..1_900).contains(&found), "{found}");
        assert!(index.keys.len() < all.len());
    }
}
