//! A block with the text of its license: an accessor for every directive.

use std::borrow::Cow;
use std::ops::Deref;

use jiff::civil::Date;

use super::model::{Dependency, Feature, License};
use super::value::{
    Count, HostId, KeyType, Money, Name, Payment, Period, Replaces, Reserved, ShareSet, SystemClockCheck,
    Tier, Version,
};
use super::value_parser::{parse_number, parse_time_zones};

/// A block with the text of its license.
///
/// Each directive has an accessor with its name in lower case. Accessors of directives that the block does not have, or
/// whose value is invalid, return `None` or an empty list. In a sound block ([`Feature::is_sound`]) all values are valid.
///
/// ```
/// use keywright_license::License;
///
/// let text = r#"FEATURE Draw { VENDOR=ABC HOSTID="ETHERNET=0050569E1A2B" LICENSEE="Example Ltd" }"#;
/// let license = License::from_text("draw.lic", text);
/// let draw = license.views().next().ok_or("no block")?;
/// assert_eq!(draw.licensee().as_deref(), Some("Example Ltd"));
/// let hosts = draw.hostid();
/// assert_eq!((hosts[0].kind.as_str(), hosts[0].value.as_str()), ("ETHERNET", "0050569E1A2B"));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct FeatureRef<'l> {
    license: &'l License,
    feature: &'l Feature,
}

impl License {
    /// Returns a block with accessors for all its directives. `feature` must be a block of this license.
    #[must_use]
    pub fn view<'l>(&'l self, feature: &'l Feature) -> FeatureRef<'l> {
        FeatureRef { license: self, feature }
    }

    /// Returns the readable blocks in file order, with accessors for all their directives.
    pub fn views(&self) -> impl Iterator<Item = FeatureRef<'_>> {
        self.features.iter().map(|feature| self.view(feature))
    }
}

impl Deref for FeatureRef<'_> {
    type Target = Feature;

    fn deref(&self) -> &Feature {
        self.feature
    }
}

impl<'l> FeatureRef<'l> {
    /// Returns the block.
    #[must_use]
    pub fn feature(self) -> &'l Feature {
        self.feature
    }

    /// Returns the license of the block.
    #[must_use]
    pub fn license(self) -> &'l License {
        self.license
    }

    /// Returns the name of the block.
    #[must_use]
    pub fn name(self) -> &'l Name {
        &self.feature.name.value
    }

    /// Returns VENDOR: the vendor that issued the license.
    #[must_use]
    pub fn vendor(self) -> Option<&'l Name> {
        self.feature.vendor.as_ref().map(|it| &it.value)
    }

    /// Returns KEYTYPE, if written. [`Feature::kind`] is the kind of block in any case.
    #[must_use]
    pub fn keytype(self) -> Option<KeyType> {
        self.feature.keytype.map(|it| it.value)
    }

    /// Returns VERSION: the highest version that may be checked out; 1.0 if it is not written.
    #[must_use]
    pub fn version(self) -> Version {
        self.feature.version
    }

    /// Returns MAJOR_VERSION: the part of [`Self::version`] before the point.
    #[must_use]
    pub fn major_version(self) -> u16 {
        self.feature.version.major
    }

    /// Returns MINOR_VERSION: the part of [`Self::version`] after the point.
    #[must_use]
    pub fn minor_version(self) -> u16 {
        self.feature.version.minor
    }

    /// Returns COUNT: the number of licenses, devices or tokens.
    #[must_use]
    pub fn count(self) -> Option<Count> {
        self.feature.count.map(|it| it.value)
    }

    /// Returns TOKEN_DEPENDENCY: the licenses that a checkout needs.
    #[must_use]
    pub fn token_dependency(self) -> &'l [Dependency] {
        &self.feature.dependencies
    }

    /// Returns SHARE.
    #[must_use]
    pub fn share(self) -> Option<ShareSet> {
        self.feature.share.map(|it| it.value)
    }

    /// Returns START: the first day of validity.
    #[must_use]
    pub fn start(self) -> Option<Date> {
        self.feature.start.map(|it| it.value)
    }

    /// Returns END: the last day of validity.
    #[must_use]
    pub fn end(self) -> Option<Date> {
        self.feature.end.map(|it| it.value)
    }

    /// Returns MAINTENANCE_START.
    #[must_use]
    pub fn maintenance_start(self) -> Option<Date> {
        self.feature.terms().maintenance_start.map(|it| it.value)
    }

    /// Returns MAINTENANCE_END.
    #[must_use]
    pub fn maintenance_end(self) -> Option<Date> {
        self.feature.terms().maintenance_end.map(|it| it.value)
    }

    /// Returns ISSUED: the day of signing.
    #[must_use]
    pub fn issued(self) -> Option<Date> {
        self.feature.issued.map(|it| it.value)
    }

    /// Returns SN: the name of the set that the block belongs to.
    #[must_use]
    pub fn sn(self) -> Option<&'l Name> {
        self.feature.sn.as_ref().map(|it| &it.value)
    }

    /// Returns LICENSEE: the customer that the license is issued to.
    #[must_use]
    pub fn licensee(self) -> Option<Cow<'l, str>> {
        self.text("LICENSEE")
    }

    /// Returns DATA: information for the application.
    #[must_use]
    pub fn data(self) -> Option<Cow<'l, str>> {
        self.text("DATA")
    }

    /// Returns COMMENT: a signed remark.
    #[must_use]
    pub fn comment(self) -> Option<Cow<'l, str>> {
        self.text("COMMENT")
    }

    /// Returns OPTIONS: options for the application.
    #[must_use]
    pub fn options(self) -> Option<Cow<'l, str>> {
        self.text("OPTIONS")
    }

    /// Returns PLATFORMS: platforms the license is for.
    #[must_use]
    pub fn platforms(self) -> Option<Cow<'l, str>> {
        self.text("PLATFORMS")
    }

    /// Returns TIME_ZONES: the allowed client time zones, in hours from GMT.
    #[must_use]
    pub fn time_zones(self) -> Vec<i8> {
        self.text("TIME_ZONES").and_then(|text| parse_time_zones(&text)).unwrap_or_default()
    }

    /// Returns REPLACES: the block that this one replaces while valid.
    #[must_use]
    pub fn replaces(self) -> Option<&'l Replaces> {
        self.feature.terms().replaces.as_ref().map(|it| &it.value)
    }

    /// Returns HOSTID: the hosts that a local license is locked to.
    #[must_use]
    pub fn hostid(self) -> Vec<HostId> {
        self.texts("HOSTID").filter_map(|text| HostId::new(&text)).collect()
    }

    /// Returns HOSTID_MATCH_RATE: the percentage of host ids that must match. If it is not written, all must match.
    #[must_use]
    pub fn hostid_match_rate(self) -> Option<u8> {
        self.number("HOSTID_MATCH_RATE", 0, 100)
    }

    /// Returns SYSTEMCLOCKCHECK: detection of a system clock that was set back.
    #[must_use]
    pub fn systemclockcheck(self) -> Option<SystemClockCheck> {
        self.text("SYSTEMCLOCKCHECK").and_then(|text| SystemClockCheck::new(&text))
    }

    /// Returns SOFTLIMIT: checkouts above it are granted with a warning.
    #[must_use]
    pub fn softlimit(self) -> Option<u32> {
        self.feature.terms().softlimit.map(|it| it.value)
    }

    /// Returns HOLD: seconds that licenses stay in use after check-in.
    #[must_use]
    pub fn hold(self) -> Option<u32> {
        self.feature.terms().hold.map(|it| it.value)
    }

    /// Returns MIN_CHECKOUT: minimum seconds that licenses stay in use.
    #[must_use]
    pub fn min_checkout(self) -> Option<u32> {
        self.feature.terms().min_checkout.map(|it| it.value)
    }

    /// Returns BORROW: maximum hours that a license may be borrowed.
    #[must_use]
    pub fn borrow(self) -> Option<u32> {
        self.feature.terms().borrow.map(|it| it.value)
    }

    /// Returns GRACE: maximum hours of offline use without taking the license from the pool.
    #[must_use]
    pub fn grace(self) -> Option<u32> {
        self.feature.terms().grace.map(|it| it.value)
    }

    /// Returns USERBASED: the licenses reserved for named users.
    #[must_use]
    pub fn userbased(self) -> Option<Reserved> {
        self.feature.terms().userbased.map(|it| it.value)
    }

    /// Returns HOSTBASED: the licenses reserved for named hosts.
    #[must_use]
    pub fn hostbased(self) -> Option<Reserved> {
        self.feature.terms().hostbased.map(|it| it.value)
    }

    /// Returns HAL_SERVERS: the number of redundant license servers.
    #[must_use]
    pub fn hal_servers(self) -> Option<u8> {
        self.number("HAL_SERVERS", 3, 3)
    }

    /// Returns PAYMENT of a METERED block with payment directives; PREPAID if it is not written.
    #[must_use]
    pub fn payment(self) -> Option<Payment> {
        self.feature.metered.as_ref().map(|metered| metered.payment)
    }

    /// Returns FUNDS: the prepaid amount of money.
    #[must_use]
    pub fn funds(self) -> Option<Money> {
        self.feature.metered.as_ref()?.funds.map(|it| it.value)
    }

    /// Returns PRICE of one token.
    #[must_use]
    pub fn price(self) -> Option<Money> {
        self.feature.metered.as_ref()?.price.map(|it| it.value)
    }

    /// Returns PERIOD: the billing period.
    #[must_use]
    pub fn period(self) -> Option<Period> {
        self.feature.metered.as_ref()?.period.map(|it| it.value)
    }

    /// Returns MINIMUM: the number of tokens billed at least in each period.
    #[must_use]
    pub fn minimum(self) -> Option<u64> {
        self.feature.metered.as_ref()?.minimum.map(|it| it.value)
    }

    /// Returns TIER: the volume prices, in file order.
    #[must_use]
    pub fn tier(self) -> Vec<Tier> {
        self.feature.metered.iter().flat_map(|metered| &metered.tiers).map(|tier| tier.value).collect()
    }

    /// Returns KEY: the signature, unverified.
    #[must_use]
    pub fn key(self) -> Option<Cow<'l, str>> {
        self.license.key(self.feature)
    }

    /// Returns the text of the first directive `name`.
    fn text(self, name: &str) -> Option<Cow<'l, str>> {
        self.license.value(self.feature, name)
    }

    /// Returns the texts of all directives `name`.
    fn texts(self, name: &'static str) -> impl Iterator<Item = Cow<'l, str>> {
        self.license.records(self.feature).filter(move |(other, _)| *other == name).map(|(_, text)| text)
    }

    fn number(self, name: &str, least: u32, most: u32) -> Option<u8> {
        parse_number(&self.text(name)?, least, most).ok()?.try_into().ok()
    }
}

#[cfg(test)]
mod tests;
