//! The HOSTID directives of a file, with their places. Shared by the rules about them.

use keywright_license::{Feature, HostId, License};
use keywright_syntax::Directive;
use keywright_syntax::source::Span;

use crate::Context;

/// A HOSTID directive.
pub(super) struct PlacedHost {
    pub(super) host: HostId,
    /// The place of the value, without quotes.
    pub(super) span: Span,
}

/// Returns the blocks with HOSTID or HOSTID_MATCH_RATE, with their host ids in file order.
pub(super) fn blocks<'a>(
    cx: &Context<'a>,
) -> impl Iterator<Item = (&'a License, &'a Feature, Vec<Directive>, Vec<PlacedHost>)> {
    // Nearly all licenses have no host ids, so the text is searched first.
    let licenses = cx.licenses.iter().filter(|license| license.source.text().contains("HOSTID"));
    licenses.flat_map(|license| {
        let license: &'a License = license;
        license.features.iter().filter_map(move |feature| {
            let block = license.block(feature)?;
            let named = |directive: &Directive| license.source.slice(directive.name).starts_with("HOSTID");
            let directives: Vec<Directive> = block.directives().copied().filter(named).collect();
            let placed = |directive: &Directive| {
                let is_host = license.source.slice(directive.name) == "HOSTID";
                let host =
                    is_host.then(|| HostId::new(&directive.value.folded(&license.source))).flatten()?;
                Some(PlacedHost { host, span: directive.value.inner() })
            };
            let hosts = directives.iter().filter_map(placed).collect();
            (!directives.is_empty()).then_some((license, feature, directives, hosts))
        })
    })
}
