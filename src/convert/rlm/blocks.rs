//! Blocks from the pools of one product.

use keywright_license::{Count, KeyType};

use super::items::{RlmItem, roaming};
use super::keywords::NAMED;
use super::model::RlmCount;
use super::pools::RlmPool;
use crate::draft::{DraftBlock, excerpt};
use crate::hosts::{is_any, set_hosts};
use crate::loss::{
    BAD_VALUE, COUNTED_HOST_LOCK, ENVIRONMENT, NO_EQUIVALENT, OUT_OF_RANGE, PLATFORM_NAMES, Report,
    SHARE_LIMIT, TOO_LARGE, VENDOR_SHARING,
};

/// Largest HOLD and MIN_CHECKOUT, in seconds.
const MOST_SECONDS: u64 = 31_536_000;

/// Keywords that limit a counted license and that a token cannot have.
const COUNTED_ONLY: [&str; 4] = ["hold", "min_checkout", "max_roam", "soft_limit"];

/// The state of writing blocks.
pub(crate) struct RlmWriter<'a> {
    /// VENDOR of the result instead of that of the lines.
    pub(crate) vendor: Option<&'a str>,
    /// True if the files permit roaming.
    pub(crate) can_roam: bool,
    pub(crate) report: &'a mut Report,
}

impl RlmWriter<'_> {
    /// Adds the blocks of all pools of one product.
    pub(crate) fn product(&mut self, pools: &[RlmPool], out: &mut Vec<DraftBlock>) {
        for pool in pools {
            out.extend(self.block(pool, pools.len() == 1));
        }
    }

    fn block(&mut self, pool: &RlmPool, single: bool) -> Option<DraftBlock> {
        let item = &pool.first;
        let vendor = self.vendor.unwrap_or(&item.line.vendor);
        let mut block = DraftBlock::new(&item.name, vendor, item.version, item.line.place);
        if let Some(start) = item.line.start {
            block.set("START", start);
        }
        if let Some(end) = item.line.expires.day() {
            block.set("END", end);
        }
        match item.line.count {
            RlmCount::Counted(_) => self.counted(&mut block, pool, single)?,
            RlmCount::Token(_) => self.token(&mut block, item),
            RlmCount::Uncounted | RlmCount::Single => self.local(&mut block, item)?,
        }
        self.common(&mut block, item);
        Some(block)
    }

    fn counted(&mut self, block: &mut DraftBlock, pool: &RlmPool, single: bool) -> Option<()> {
        let item = &pool.first;
        let count = u32::try_from(pool.count).ok().filter(|n| *n <= keywright_syntax::limits::MAX_COUNT);
        let Some(count) = count else {
            let message = format!("the lines of `{}` add up to more licenses than COUNT allows", item.name);
            self.report.add_found(&TOO_LARGE, block.place, message);
            return None;
        };
        block.kind = Some(if single { KeyType::Exclusive } else { KeyType::Additive });
        block.count = Some(Count::Limited(count));
        if let Some(share) = self.share(item) {
            block.set("SHARE", share);
        }
        let attributes = &item.line.attributes;
        if let Some(text) = attributes.get("soft_limit") {
            self.number(block, "SOFTLIMIT", text, u64::from(count) - 1);
        }
        for (keyword, directive) in [("hold", "HOLD"), ("min_checkout", "MIN_CHECKOUT")] {
            if let Some(text) = attributes.get(keyword) {
                self.number(block, directive, text, MOST_SECONDS);
            }
        }
        if let Some(hours) = roaming(item, self.can_roam, self.report) {
            block.set("BORROW", hours);
        }
        let mut done = Vec::new();
        for (keyword, directive) in NAMED {
            if attributes.has(keyword) && !done.contains(&directive) {
                block.set_text(directive, attributes.get(keyword).unwrap_or("ALL"), self.report);
                done.push(directive);
            }
        }
        if attributes.get("hostid").is_some_and(|list| !list.split(' ').any(is_any)) {
            let message = format!("`{}` is counted and locked to hosts", item.name);
            self.report.add_found(&COUNTED_HOST_LOCK, block.place, message);
        }
        Some(())
    }

    fn token(&mut self, block: &mut DraftBlock, item: &RlmItem) {
        block.kind = Some(KeyType::Token);
        block.needs.clone_from(&item.needs);
        if let Some(share) = self.share(item) {
            block.set("SHARE", share);
        }
        let attributes = &item.line.attributes;
        let limits = COUNTED_ONLY.iter().chain(NAMED.iter().map(|(name, _)| name));
        for name in limits.filter(|name| attributes.has(name)) {
            let message = format!("`{name}` limits the token `{}`, and a token has no such limit", item.name);
            self.report.add_found(&NO_EQUIVALENT, block.place, message);
        }
        if attributes.get("hostid").is_some_and(|list| !list.split(' ').any(is_any)) {
            let message = format!("the token `{}` is locked to hosts", item.name);
            self.report.add_found(&COUNTED_HOST_LOCK, block.place, message);
        }
    }

    fn local(&mut self, block: &mut DraftBlock, item: &RlmItem) -> Option<()> {
        if item.line.count == RlmCount::Single {
            block.set("SHARE", "SINGLE");
        }
        match item.line.attributes.get("hostid") {
            Some(list) => set_hosts(block, list, self.report),
            None => {
                let message = format!("`{}` is not counted and not locked to a host", item.name);
                self.report.add_found(&BAD_VALUE, block.place, message);
                return None;
            }
        }
        Some(())
    }

    fn share(&mut self, item: &RlmItem) -> Option<String> {
        let text = item.line.attributes.get("share")?;
        let (letters, limit) =
            text.split_once(':').map_or((text, None), |(letters, max)| (letters, Some(max)));
        let has = |letter: char| letters.chars().any(|c| c.eq_ignore_ascii_case(&letter));
        if letters.is_empty() || !letters.chars().all(|c| "uhiUHI".contains(c)) {
            let message = format!("`share={}` has other letters than u, h and i", excerpt(text));
            self.report.add_found(&BAD_VALUE, item.line.place, message);
            return None;
        }
        if let Some(limit) = limit.filter(|limit| *limit != "0") {
            let message = format!("at most {} checkouts share a license of `{}`", excerpt(limit), item.name);
            self.report.add_found(&SHARE_LIMIT, item.line.place, message);
        }
        if has('i') {
            self.report.add(&VENDOR_SHARING, item.line.place);
        }
        let parts = [('u', "USER"), ('h', "HOST"), ('i', "CUSTOM")];
        let parts: Vec<&str> =
            parts.iter().filter(|(letter, _)| has(*letter)).map(|(_, part)| *part).collect();
        Some(parts.join("|"))
    }

    fn number(&mut self, block: &mut DraftBlock, name: &'static str, text: &str, most: u64) {
        let message = match text.parse::<u64>() {
            Ok(0) => return,
            Ok(number) if number <= most => return block.set(name, number),
            Ok(_) if name == "SOFTLIMIT" => return,
            Ok(number) => {
                format!("{name} of `{}` would be {number}, and {most} is the largest value", block.name)
            }
            Err(_) => {
                let message = format!("`{}` is not a number", excerpt(text));
                return self.report.add_found(&BAD_VALUE, block.place, message);
            }
        };
        self.report.add_found(&OUT_OF_RANGE, block.place, message);
        block.set(name, most);
    }

    /// Sets the directives that all blocks have in common.
    fn common(&mut self, block: &mut DraftBlock, item: &RlmItem) {
        let attributes = &item.line.attributes;
        if let Some(platforms) = attributes.get("platforms") {
            self.report.once(&PLATFORM_NAMES, block.place, "platforms have RLM's names");
            block.set_text("PLATFORMS", platforms, self.report);
        }
        let disabled = attributes.get("disable").unwrap_or_default();
        let is_known =
            |word: &str| word.eq_ignore_ascii_case("VM") || word.eq_ignore_ascii_case("TerminalServer");
        if let Some(word) = disabled.split([' ', ',']).find(|word| !word.is_empty() && !is_known(word)) {
            let message = format!("`disable={}` of `{}`", excerpt(word), item.name);
            self.report.add_found(&ENVIRONMENT, block.place, message);
        }
        if let Some(issued) = item.line.issued {
            block.set("ISSUED", issued);
        }
        for (keyword, directive) in [("customer", "LICENSEE"), ("options", "OPTIONS")] {
            if let Some(text) = attributes.get(keyword) {
                block.set_text(directive, text, self.report);
            }
        }
    }
}
