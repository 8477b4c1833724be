//! Blocks from the pools of one name.

use keywright_license::{Count, KeyType};

use super::items::Item;
use super::model::Seats;
use super::pools::{Layout, Period, Pool};
use crate::dates::Expiry;
use crate::draft::{DraftBlock, DraftNeed, excerpt};
use crate::hosts::{is_any, set_hosts};
use crate::loss::{
    APPLICATION_DECIDES, BAD_VALUE, COUNTED_HOST_LOCK, DUPLICATE_GROUPING, ENVIRONMENT, MERGED_LINES,
    OUT_OF_RANGE, PLATFORM_NAMES, POOL_PERIODS, Report, TIME_ZONE, TOO_LARGE, VIRTUAL_MACHINES,
};

/// Largest HOLD in seconds, and largest BORROW in hours.
const MOST_HOLD: u64 = 31_536_000;
const MOST_BORROW: u64 = 8760;

/// The state of writing blocks.
pub(crate) struct BlockWriter<'a> {
    /// VENDOR of the result instead of that of the lines.
    pub(crate) vendor: Option<&'a str>,
    /// True for lines of a file with three servers.
    pub(crate) has_three_servers: &'a dyn Fn(&Item) -> bool,
    pub(crate) report: &'a mut Report,
}

impl BlockWriter<'_> {
    /// Adds the blocks of all pools of one name.
    pub(crate) fn feature(&mut self, pools: &[Pool], out: &mut Vec<DraftBlock>) {
        let single = pools.len() == 1;
        for (index, pool) in pools.iter().enumerate() {
            let Some(first) = pool.first() else { continue };
            if !first.draws.is_empty() {
                self.token(pool, out);
            } else if first.line.seats == Seats::Uncounted {
                self.local(pool, out);
            } else {
                self.counted(pool, index == 0, single, out);
            }
        }
    }

    fn block(&self, item: &Item) -> DraftBlock {
        let vendor = self.vendor.unwrap_or(&item.line.vendor);
        DraftBlock::new(&item.name, vendor, item.version, item.line.place)
    }

    /// Adds a token for each period that is not a part of another one. Its licenses have periods of their own.
    fn token(&mut self, pool: &Pool, out: &mut Vec<DraftBlock>) {
        let periods = pool.periods();
        // The longest period is first, so a later one is either a part of it or extends it.
        let mut kept: Vec<&Period> = Vec::new();
        let mut order: Vec<&Period> = periods.iter().collect();
        order.sort_by_key(|period| (period.start, std::cmp::Reverse(period.expires)));
        for period in order {
            if kept.last().is_none_or(|last| !last.contains(period)) {
                kept.push(period);
            }
        }
        for period in kept {
            let Some(item) = pool.items.get(period.first) else { continue };
            let mut block = self.block(item);
            block.kind = Some(KeyType::Token);
            let needs = item.draws.iter().map(|draw| DraftNeed {
                feature: draw.feature.clone(),
                version: draw.version,
                count: draw.count,
            });
            block.needs = needs.collect();
            dates(&mut block, period.start, period.expires);
            self.information(&mut block, item);
            out.push(block);
        }
    }

    /// Adds one local block for each line: any of their host ids is enough.
    fn local(&mut self, pool: &Pool, out: &mut Vec<DraftBlock>) {
        for (at, period) in pool.periods().iter().enumerate() {
            let Some(item) = pool.items.get(period.first) else { continue };
            let Some(host_ids) = item.line.attributes.get("HOSTID") else {
                let message =
                    format!("`{}` is uncounted and has no HOSTID, which FlexNet does not allow", item.name);
                self.report.add_found(&BAD_VALUE, item.line.place, message);
                continue;
            };
            let mut block = self.block(item);
            dates(&mut block, period.start, period.expires);
            if item.line.attributes.has("TS_OK") {
                block.set("SHARE", "TERMINALSERVER");
            }
            self.common(&mut block, item);
            set_hosts(&mut block, host_ids, self.report);
            if at > 0 && pool.items.len() > 1 {
                block.remark(&format!("period {}", at + 1), self.report);
            }
            out.push(block);
        }
    }

    /// Adds the blocks of a counted pool. Licenses for a shorter time are an UPGRADE of those for the longest time, so
    /// that one request can use both.
    fn counted(&mut self, pool: &Pool, is_first: bool, single: bool, out: &mut Vec<DraftBlock>) {
        let periods = pool.periods();
        match Layout::of(&periods, is_first) {
            Layout::Single => {
                let kind = if single { KeyType::Exclusive } else { KeyType::Additive };
                out.extend(periods.iter().filter_map(|period| self.period(pool, period, kind)));
            }
            Layout::Joined { base } => {
                let kind = |at: usize| if at == base { KeyType::Exclusive } else { KeyType::Upgrade };
                let mut order: Vec<(usize, &Period)> = periods.iter().enumerate().collect();
                order.sort_by_key(|(at, _)| *at != base);
                out.extend(order.into_iter().filter_map(|(at, period)| self.period(pool, period, kind(at))));
            }
            Layout::Split => {
                if let Some(first) = pool.first() {
                    let message =
                        format!("the lines of one pool of `{}` are valid in different periods", first.name);
                    self.report.add_found(&POOL_PERIODS, first.line.place, message);
                }
                let kind = KeyType::Additive;
                out.extend(periods.iter().filter_map(|period| self.period(pool, period, kind)));
            }
        }
    }

    fn period(&mut self, pool: &Pool, period: &Period, kind: KeyType) -> Option<DraftBlock> {
        let item = pool.items.get(period.first)?;
        let Some(count) = u32::try_from(period.count + period.overdraft)
            .ok()
            .filter(|count| *count <= keywright_syntax::limits::MAX_COUNT)
        else {
            let message = format!("the lines of `{}` add up to more licenses than COUNT allows", item.name);
            self.report.add_found(&TOO_LARGE, item.line.place, message);
            return None;
        };
        let mut block = self.block(item);
        block.kind = Some(kind);
        block.count = Some(Count::Limited(count));
        dates(&mut block, period.start, period.expires);
        if kind == KeyType::Upgrade {
            self.information(&mut block, item);
            return Some(block);
        }
        self.counted_directives(&mut block, period, item);
        self.common(&mut block, item);
        if pool.items.iter().any(|other| other.line.issued != item.line.issued) {
            let message = format!("the lines of one pool of `{}` have different ISSUED", item.name);
            self.report.add_found(&MERGED_LINES, item.line.place, message);
        }
        Some(block)
    }

    fn counted_directives(&mut self, block: &mut DraftBlock, period: &Period, item: &Item) {
        let attributes = &item.line.attributes;
        if period.overdraft > 0 && period.count > 0 {
            block.set("SOFTLIMIT", period.count);
        }
        if let Some(share) = self.share(item) {
            block.set("SHARE", share);
        }
        if let Some(text) = attributes.get("LINGER") {
            self.number(block, "HOLD", text, MOST_HOLD);
        }
        if attributes.has("BORROW") {
            self.number(block, "BORROW", attributes.get("BORROW").unwrap_or("168"), MOST_BORROW);
        }
        for (keyword, directive) in [("USER_BASED", "USERBASED"), ("HOST_BASED", "HOSTBASED")] {
            if attributes.has(keyword) {
                block.set_text(directive, attributes.get(keyword).unwrap_or("ALL"), self.report);
            }
        }
        if (self.has_three_servers)(item) {
            block.set("HAL_SERVERS", 3);
        }
        if attributes.get("HOSTID").is_some_and(|list| !list.split(' ').any(is_any)) {
            let message = format!("`{}` is counted and locked to hosts", item.name);
            self.report.add_found(&COUNTED_HOST_LOCK, block.place, message);
        }
    }

    fn number(&mut self, block: &mut DraftBlock, name: &'static str, text: &str, most: u64) {
        match text.parse::<u64>() {
            Ok(0) => {}
            Ok(number) if number <= most => block.set(name, number),
            Ok(number) => {
                let message =
                    format!("{name} of `{}` would be {number}, and {most} is the largest value", block.name);
                self.report.add_found(&OUT_OF_RANGE, block.place, message);
                block.set(name, most);
            }
            Err(_) => {
                let message = format!("`{}` is not a number", excerpt(text));
                self.report.add_found(&BAD_VALUE, block.place, message);
            }
        }
    }

    fn share(&mut self, item: &Item) -> Option<&'static str> {
        let Some(group) = item.line.attributes.get("DUP_GROUP") else {
            let message = "without DUP_GROUP the application decides which checkouts share a license";
            self.report.once(&APPLICATION_DECIDES, item.line.place, message);
            return None;
        };
        if group.eq_ignore_ascii_case("NONE") {
            return None;
        }
        let has = |letter: char| group.chars().any(|c| c.eq_ignore_ascii_case(&letter));
        let is_known = group.eq_ignore_ascii_case("SITE") || group.chars().all(|c| "UHDVuhdv".contains(c));
        if !is_known {
            let message = format!("`DUP_GROUP={}` is not NONE, SITE or letters of UHDV", excerpt(group));
            self.report.add_found(&BAD_VALUE, item.line.place, message);
            return None;
        }
        if has('S') || has('V') || has('D') {
            let message = format!("`DUP_GROUP={group}` of `{}`: {}", item.name, DUPLICATE_GROUPING.source);
            self.report.add_found(&DUPLICATE_GROUPING, item.line.place, message);
        }
        match (has('U'), has('H')) {
            _ if has('S') => None,
            (true, true) => Some("USER|HOST"),
            (true, false) => Some("USER"),
            (false, true) => Some("HOST"),
            (false, false) => None,
        }
    }

    /// Sets the directives that local and counted blocks have in common.
    fn common(&mut self, block: &mut DraftBlock, item: &Item) {
        let attributes = &item.line.attributes;
        if let Some(platforms) = attributes.get("PLATFORMS") {
            self.report.once(&PLATFORM_NAMES, block.place, "platforms have FlexNet's names");
            block.set_text("PLATFORMS", platforms, self.report);
        }
        if let Some(zones) = attributes.get("TZ") {
            let list = zones.replace(' ', ",");
            if keywright_license::check_value("TIME_ZONES", &list).is_ok() {
                block.set("TIME_ZONES", list);
            } else {
                let message = format!("`TZ={}` cannot be written as TIME_ZONES", excerpt(zones));
                self.report.add_found(&TIME_ZONE, block.place, message);
            }
        }
        match attributes.get("VM_PLATFORMS") {
            None => {
                let message = "without VM_PLATFORMS the license runs on virtual machines";
                self.report.once(&VIRTUAL_MACHINES, block.place, message);
            }
            Some("PHYSICAL") => {}
            Some(other) => {
                let message = format!("`VM_PLATFORMS={}` of `{}`", excerpt(other), item.name);
                self.report.add_found(&ENVIRONMENT, block.place, message);
            }
        }
        self.information(block, item);
    }

    fn information(&mut self, block: &mut DraftBlock, item: &Item) {
        if let Some(issued) = item.line.issued {
            block.set("ISSUED", issued);
        }
        for (keyword, directive) in [("SN", "SN"), ("VENDOR_STRING", "DATA")] {
            if let Some(text) = item.line.attributes.get(keyword) {
                block.set_text(directive, text, self.report);
            }
        }
        if let Some(text) = item.line.attributes.get("NOTICE") {
            block.remark(text, self.report);
        }
    }
}

fn dates(block: &mut DraftBlock, start: Option<jiff::civil::Date>, expires: Expiry) {
    if let Some(start) = start {
        block.set("START", start);
    }
    if let Some(end) = expires.day() {
        block.set("END", end);
    }
}
