//! Finds the effect of every difference between two documents.
//!
//! Schemas are compared in pairs, each pair once for each place it can stand
//! in, however many paths lead to it; a pair knows the pairs below it. When
//! all are compared, each difference is given the operations that reach it.

mod arrays;
mod bodies;
mod document;
mod objects;
mod operations;
mod parameters;
mod paths;
mod place;
mod responses;
mod rest;
mod scalars;
mod schemas;
mod security;
mod unions;

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use indexmap::IndexMap;

use crate::contract::effect::{Direction, Effect, Level, Place};
use crate::contract::facts::{Key, Schema, Side};
use crate::contract::finding::{Change, Difference};
use crate::contract::load::Document;

/// What is compared, and how strictly.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policy {
    /// The revision is what the server itself says: see `drift --explain`.
    pub drift: bool,
    /// An operation may go once its `x-sunset` has passed; this is today.
    pub sunset: Option<NaiveDate>,
}

/// Compares two documents: every change, worst first.
///
/// `progress` is told what is being compared, from time to time.
#[must_use]
pub fn compare(
    base: &Document,
    revision: &Document,
    policy: Policy,
    progress: &mut dyn FnMut(&str),
) -> Vec<Change> {
    let mut comparer = Comparer {
        base: Side::new(base),
        revision: Side::new(revision),
        policy,
        pairs: Vec::new(),
        index: HashMap::new(),
        queue: Vec::new(),
        roots: Vec::new(),
        found: IndexMap::new(),
        nesting: 0,
        budget: BUDGET,
    };
    comparer.document(progress);
    comparer.drain();
    comparer.place()
}

/// Which pair.
type PairId = usize;

/// Where a schema stands, and whether what stands there is never sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Stand {
    place: Place,
    /// `readOnly` in a request or `writeOnly` in a response.
    muted: bool,
}

/// Two schemas that describe the same value.
#[derive(Debug)]
struct Pair<'a> {
    base: Schema<'a>,
    revision: Schema<'a>,
    stand: Stand,
    /// It is the whole of a body, parameter or header.
    root: bool,
    /// It has been compared, or is being so.
    begun: bool,
    /// An operation reaches it; others were only tried for equality.
    reached: bool,
    below: Vec<PairId>,
    differences: Vec<Difference>,
}

type Memo = HashMap<(Key, Key, Stand), PairId>;

/// What a difference is found under, and where it counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Found {
    difference: Difference,
    direction: Direction,
    place: Option<(Place, bool)>,
}

struct Comparer<'a> {
    base: Side<'a>,
    revision: Side<'a>,
    policy: Policy,
    pairs: Vec<Pair<'a>>,
    index: Memo,
    queue: Vec<PairId>,
    /// The pairs that operations name, and how they use them.
    roots: Vec<(PairId, String)>,
    /// Differences outside schemas, and the operations they are in.
    found: IndexMap<Found, Vec<String>>,
    /// How many unions are being matched inside one another.
    nesting: usize,
    /// How many pairs may yet be looked at to match branches: a document can
    /// be made in which each branch resembles every other.
    budget: usize,
}

/// See [`Comparer::budget`].
const BUDGET: usize = 60_000;

impl<'a> Comparer<'a> {
    /// The pair of two schemas; it is compared when its turn comes.
    fn pair(
        &mut self,
        base: Schema<'a>,
        revision: Schema<'a>,
        stand: Stand,
    ) -> PairId {
        let key = (base.key(), revision.key(), stand);
        if let Some(id) = self.index.get(&key) {
            return *id;
        }
        let id = self.pairs.len();
        self.index.insert(key, id);
        self.pairs.push(Pair {
            base,
            revision,
            stand,
            root: false,
            begun: false,
            reached: false,
            below: Vec::new(),
            differences: Vec::new(),
        });
        id
    }

    /// Compares two schemas that are the whole of something in an operation.
    fn root(
        &mut self,
        base: Schema<'a>,
        revision: Schema<'a>,
        place: Place,
        usage: &str,
    ) {
        let id = self.pair(base, revision, Stand { place, muted: false });
        if let Some(pair) = self.pairs.get_mut(id) {
            pair.root = true;
        }
        self.queue.push(id);
        self.roots.push((id, usage.to_owned()));
    }

    fn drain(&mut self) {
        while let Some(id) = self.queue.pop() {
            self.settle(id);
            if let Some(pair) = self.pairs.get_mut(id)
                && !pair.reached
            {
                pair.reached = true;
                self.queue.extend(&pair.below);
            }
        }
    }

    /// The effect of all differences at and below a pair; unknown once all
    /// budget is spent.
    fn effect(&mut self, id: PairId) -> Effect {
        let mut seen = HashSet::new();
        let mut waiting = vec![id];
        let mut effect = Effect::None;
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            let Some(left) = self.budget.checked_sub(1) else {
                return Effect::Unknown;
            };
            self.budget = left;
            self.settle(id);
            let Some(pair) = self.pairs.get(id) else { continue };
            for difference in &pair.differences {
                effect = effect.and(difference.effect);
            }
            if effect == Effect::Unknown || effect == Effect::Incomparable {
                return effect;
            }
            waiting.extend(&pair.below);
        }
        effect
    }

    /// Notes a difference outside schemas.
    fn note(
        &mut self,
        direction: Direction,
        usage: &str,
        difference: Difference,
    ) {
        let found = Found { difference, direction, place: None };
        self.used(found, usage);
    }

    fn used(&mut self, found: Found, usage: &str) {
        let users = self.found.entry(found).or_default();
        if !usage.is_empty() && !users.iter().any(|user| user == usage) {
            users.push(usage.to_owned());
        }
    }
}

/// The worst level among changes; none if there are none.
#[must_use]
pub fn worst(changes: &[Change]) -> Level {
    changes.iter().map(|change| change.level).max().unwrap_or_default()
}
