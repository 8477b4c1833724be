//! A slow and simple second implementation of the resolver: it walks every path, copies the state before each attempt,
//! and recomputes usage each time. Property tests compare the resolver with it.

/// Seconds per day.
pub(crate) const DAY: i64 = 86_400;

/// The type of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Exclusive,
    Additive,
    Upgrade,
    Metered,
    Token,
}

/// A generated block; day 0 is 2026-01-01.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) version: u32,
    pub(crate) count: u64,
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    /// User, host, custom.
    pub(crate) shared: [bool; 3],
    pub(crate) hold: i64,
    pub(crate) min_checkout: i64,
    pub(crate) borrow: Option<u32>,
    pub(crate) reserved: [u64; 2],
    /// Name, version, count.
    pub(crate) needs: Vec<(String, u32, u64)>,
}

/// User, host and custom string, as numbers.
pub(crate) type Requester = [Option<u8>; 3];

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) name: String,
    pub(crate) count: u64,
    pub(crate) version: u32,
    pub(crate) who: Requester,
}

/// The kind of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Checkout,
    Borrow(u32),
    Consume,
}

/// A draw of licenses.
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    /// The checkout; `None` while a new share group of a token is being drawn for.
    ticket: Option<usize>,
    block: usize,
    amount: u64,
    who: Requester,
    key: Option<Vec<u8>>,
    since: i64,
    kept: Option<i64>,
}

/// A share group of a token.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    block: usize,
    key: Vec<u8>,
    pools: Vec<(usize, u64)>,
    lots: Vec<(String, u32, u64)>,
    burned_for: u64,
    members: Vec<Draw>,
    /// Returned draws that HOLD or MIN_CHECKOUT keeps on one pool.
    kept: Vec<Draw>,
}

/// The state.
#[derive(Debug, Clone)]
pub(crate) struct Slow {
    pub(crate) blocks: Vec<Block>,
    pub(crate) now: i64,
    pub(crate) draws: Vec<Draw>,
    pub(crate) groups: Vec<Group>,
    /// METERED draws below a new share group.
    pub(crate) inside: Option<Vec<(String, u32, u64)>>,
    pub(crate) burned: Vec<u64>,
    pub(crate) due: Vec<(i64, usize)>,
    /// Live checkouts with their active license tokens.
    pub(crate) live: Vec<(usize, u64)>,
    pub(crate) limit: Option<u64>,
    pub(crate) next: usize,
}

fn key(block: &Block, who: Requester) -> Option<Vec<u8>> {
    let parts = block.shared.into_iter().zip(who).filter(|(shared, _)| *shared);
    let key: Option<Vec<u8>> = parts.map(|(_, part)| part).collect();
    key.filter(|key| !key.is_empty())
}

fn is_open(block: &Block, who: Requester) -> bool {
    block.reserved[0] > 0 && who[0].is_none() || block.reserved[1] > 0 && who[1].is_none()
}

impl Slow {
    pub(crate) fn new(blocks: &[Block]) -> Self {
        Self {
            blocks: blocks.to_vec(),
            now: 0,
            draws: Vec::new(),
            groups: Vec::new(),
            inside: None,
            burned: vec![0; blocks.len()],
            due: Vec::new(),
            live: Vec::new(),
            limit: None,
            next: 0,
        }
    }

    pub(crate) fn covers(&self, index: usize) -> bool {
        let (block, day) = (&self.blocks[index], self.now.div_euclid(DAY));
        block.start.is_none_or(|start| start <= day) && block.end.is_none_or(|end| day <= end)
    }

    pub(crate) fn capacity(&self, index: usize) -> u64 {
        let block = &self.blocks[index];
        let adds = |other: usize| {
            let upgrade = &self.blocks[other];
            upgrade.kind == Kind::Upgrade && upgrade.name == block.name && self.covers(other)
        };
        let more = (0..self.blocks.len()).filter(|other| block.kind == Kind::Exclusive && adds(*other));
        block.count + more.map(|other| self.blocks[other].count).sum::<u64>()
    }

    /// The usage of a pool by draws that match `open`, and the largest of the others in each group.
    pub(crate) fn use_of(&self, index: usize, open: bool) -> u64 {
        let block = &self.blocks[index];
        let counts = |who: Requester| !open || is_open(block, who);
        let part = |draws: &[(&Draw, u64)]| -> u64 {
            let most = |wanted: bool| {
                let those = draws.iter().filter(|(draw, _)| is_open(block, draw.who) == wanted);
                those.map(|(_, amount)| *amount).max().unwrap_or(0)
            };
            if open { most(true).saturating_sub(most(false)) } else { most(true).max(most(false)) }
        };
        let of_block = || self.draws.iter().filter(|draw| draw.block == index);
        let alone = of_block().filter(|draw| draw.key.is_none() && counts(draw.who)).map(|draw| draw.amount);
        let mut sum: u64 = alone.sum();
        let mut keys: Vec<&Vec<u8>> = of_block().filter_map(|draw| draw.key.as_ref()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let group: Vec<_> =
                of_block().filter(|draw| draw.key.as_ref() == Some(key)).map(|it| (it, it.amount)).collect();
            sum += part(&group);
        }
        for group in &self.groups {
            let unit: u64 = group.pools.iter().filter(|(of, _)| *of == index).map(|(_, unit)| unit).sum();
            let kept = group.kept.iter().filter(|it| it.block == index);
            let members: Vec<_> = group.members.iter().chain(kept).map(|it| (it, it.amount)).collect();
            sum += unit * part(&members);
        }
        sum
    }

    pub(crate) fn used(&self, index: usize) -> u64 {
        if self.blocks[index].kind == Kind::Metered { self.burned[index] } else { self.use_of(index, false) }
    }

    /// Returns true if the usage may have changed from the previous state to this one.
    pub(crate) fn fits(&self, before: &Self, index: usize, mode: Mode, who: Requester) -> bool {
        let block = &self.blocks[index];
        if let Mode::Borrow(hours) = mode
            && block.borrow.is_none_or(|most| hours > most)
        {
            return false;
        }
        let (was, is) = (before.use_of(index, false), self.use_of(index, false));
        if is <= was {
            return true;
        }
        let lacks = |part: usize| if who[part].is_none() { block.reserved[part] } else { 0 };
        let unreserved = self.capacity(index).saturating_sub(lacks(0)).saturating_sub(lacks(1));
        let open_fits = !is_open(block, who) || before.use_of(index, true) + (is - was) <= unreserved;
        self.covers(index) && is <= self.capacity(index) && open_fits
    }

    /// A checkout, borrow or consume. Returns the ticket if it is granted.
    pub(crate) fn ask(&mut self, ask: &Ask, mode: Mode) -> Option<usize> {
        let before = self.clone();
        let ticket = self.next;
        let served = self.serve(ticket, &ask.name, ask.version, ask.count, ask.who, mode);
        let holds = self.draws.iter().any(|draw| draw.ticket == Some(ticket))
            || self.groups.iter().any(|group| {
                !group.pools.is_empty() && group.members.iter().any(|it| it.ticket == Some(ticket))
            });
        let active: u64 = self.live.iter().map(|(_, active)| active).sum();
        let wanted = if holds && mode != Mode::Consume { ask.count } else { 0 };
        if !served || wanted > 0 && self.limit.is_some_and(|limit| active + wanted > limit) {
            *self = before;
            return None;
        }
        self.next += 1;
        if mode != Mode::Consume {
            self.live.push((ticket, wanted));
        }
        if let Mode::Borrow(hours) = mode {
            self.due.push((self.now + i64::from(hours) * 3600, ticket));
        }
        Some(ticket)
    }

    pub(crate) fn serve(
        &mut self,
        ticket: usize,
        name: &str,
        version: u32,
        count: u64,
        who: Requester,
        mode: Mode,
    ) -> bool {
        let is_named = |index: &usize| self.blocks[*index].name == name;
        let mut order: Vec<usize> = (0..self.blocks.len()).filter(is_named).collect();
        order.retain(|index| self.blocks[*index].kind != Kind::Upgrade);
        let first_lot = order.iter().copied().find(|index| self.blocks[*index].kind == Kind::Metered);
        order.retain(|index| self.blocks[*index].kind != Kind::Metered || Some(*index) == first_lot);
        order.sort_by_key(|index| self.blocks[*index].kind != Kind::Exclusive);
        order.sort_by_key(|index| !self.is_live(*index, who));
        for index in order {
            let before = self.clone();
            if self.try_block(ticket, index, version, count, who, mode) {
                return true;
            }
            *self = before;
        }
        false
    }

    pub(crate) fn is_live(&self, index: usize, who: Requester) -> bool {
        let key = key(&self.blocks[index], who);
        key.is_some()
            && (self.draws.iter().any(|draw| draw.block == index && draw.key == key)
                || self.groups.iter().any(|group| group.block == index && Some(&group.key) == key.as_ref()))
    }

    pub(crate) fn try_block(
        &mut self,
        ticket: usize,
        index: usize,
        version: u32,
        count: u64,
        who: Requester,
        mode: Mode,
    ) -> bool {
        let block = self.blocks[index].clone();
        if block.kind == Kind::Metered {
            return self.burn(&block.name, version, count);
        }
        if block.version < version {
            return false;
        }
        let key = key(&block, who);
        let draw = Draw {
            ticket: if self.inside.is_some() { None } else { Some(ticket) },
            block: index,
            amount: count,
            who,
            key: key.clone(),
            since: self.now,
            kept: None,
        };
        if block.kind != Kind::Token {
            let before = self.clone();
            self.draws.push(draw);
            return mode != Mode::Consume && self.fits(&before, index, mode, who);
        }
        let Some(key) = key else {
            let all = |it: &mut Self| {
                let mut needs = block.needs.iter();
                needs.all(|(name, version, each)| it.serve(ticket, name, *version, each * count, who, mode))
            };
            return self.covers(index) && all(self);
        };
        match self.groups.iter().position(|group| group.block == index && group.key == key) {
            Some(known) => self.grow(known, draw, mode),
            None => self.covers(index) && self.found(&block, ticket, draw, key, mode),
        }
    }

    /// Adds a draw to a group.
    fn grow(&mut self, known: usize, draw: Draw, mode: Mode) -> bool {
        let (before, count, who) = (self.clone(), draw.amount, draw.who);
        let group = &self.groups[known];
        let largest = group.members.iter().map(|it| it.amount).max().unwrap_or(0);
        if count > largest && !self.covers(group.block) {
            return false;
        }
        let (pools, lots, burned_for) = (group.pools.clone(), group.lots.clone(), group.burned_for);
        self.groups[known].members.push(draw);
        let burn = count.saturating_sub(burned_for);
        self.groups[known].burned_for = burned_for.max(count);
        pools.iter().all(|(index, _)| self.fits(&before, *index, mode, who))
            && lots.iter().all(|(name, version, unit)| burn == 0 || self.burn(name, *version, unit * burn))
    }

    /// Creates a group.
    fn found(&mut self, block: &Block, ticket: usize, draw: Draw, key: Vec<u8>, mode: Mode) -> bool {
        self.inside = Some(Vec::new());
        let (count, who) = (draw.amount, draw.who);
        for (name, version, each) in &block.needs {
            if !self.serve(ticket, name, *version, each * count, who, mode) {
                self.inside = None;
                return false;
            }
        }
        let lots = self.inside.take().unwrap();
        let (mine, others): (Vec<Draw>, Vec<Draw>) = self.draws.drain(..).partition(|it| it.ticket.is_none());
        self.draws = others;
        self.groups.push(Group {
            block: draw.block,
            key,
            pools: mine.iter().map(|it| (it.block, it.amount / count)).collect(),
            lots: lots.into_iter().map(|(name, version, amount)| (name, version, amount / count)).collect(),
            burned_for: count,
            members: vec![draw],
            kept: Vec::new(),
        });
        true
    }

    pub(crate) fn burn(&mut self, name: &str, version: u32, tokens: u64) -> bool {
        let mut lots: Vec<usize> = (0..self.blocks.len()).collect();
        lots.retain(|index| self.blocks[*index].name == name && self.blocks[*index].kind == Kind::Metered);
        lots.sort_by_key(|index| (self.blocks[*index].end.is_none(), self.blocks[*index].end));
        let mut rest = tokens;
        for index in lots {
            if self.blocks[index].version >= version && self.covers(index) {
                let take = rest.min(self.blocks[index].count.saturating_sub(self.burned[index]));
                self.burned[index] += take;
                rest -= take;
            }
        }
        if let Some(inside) = &mut self.inside {
            inside.push((name.to_owned(), version, tokens));
        }
        rest == 0
    }

    /// Returns a checkout.
    pub(crate) fn give_back(&mut self, ticket: usize) {
        self.live.retain(|(live, _)| *live != ticket);
        self.due.retain(|(_, due)| *due != ticket);
        let (now, blocks) = (self.now, self.blocks.clone());
        let until = |index: usize, since: i64| {
            let until = (now + blocks[index].hold).max(since + blocks[index].min_checkout);
            (until > now).then_some(until)
        };
        for draw in self.draws.iter_mut().filter(|draw| draw.ticket == Some(ticket)) {
            draw.kept = Some(until(draw.block, draw.since).unwrap_or(now));
        }
        for group in &mut self.groups {
            for draw in group.members.extract_if(.., |draw| draw.ticket == Some(ticket)) {
                let until = |index: usize| Some((index, until(index, draw.since)?));
                let kept = group.pools.iter().filter_map(|(index, _)| until(*index));
                group.kept.extend(kept.map(|(block, kept)| Draw { block, kept: Some(kept), ..draw.clone() }));
            }
            if group.members.is_empty() {
                group.burned_for = 0;
            }
        }
        self.release();
    }

    /// Frees licenses whose HOLD or MIN_CHECKOUT has passed.
    pub(crate) fn release(&mut self) {
        let now = self.now;
        let is_used = |draw: &Draw| draw.kept.is_none_or(|until| until > now);
        self.draws.retain(is_used);
        for group in &mut self.groups {
            group.kept.retain(is_used);
        }
        self.groups.retain(|group| !group.members.is_empty() || !group.kept.is_empty());
    }

    /// Advances the time.
    pub(crate) fn advance(&mut self, to: i64) {
        while let Some((at, ticket)) = self.due.iter().copied().filter(|(at, _)| *at <= to).min() {
            self.now = at;
            self.release();
            self.give_back(ticket);
        }
        self.now = to;
        self.release();
    }
}
