//! What callgrind counted: <https://valgrind.org/docs/manual/cl-format.html>.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// The allocators' entries; what they call themselves is not counted again.
const ALLOCATIONS: [&str; 7] = [
    "malloc",
    "calloc",
    "realloc",
    "posix_memalign",
    "mi_malloc",
    "mi_malloc_aligned",
    "mi_realloc_aligned",
];

/// The counts of one process.
#[derive(Debug, Default)]
pub(crate) struct Profile {
    total: i64,
    functions: HashMap<String, Counts>,
}

/// The counts of one function.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Instructions of its own.
    pub(crate) own: i64,
    /// And of all that it calls.
    pub(crate) inclusive: i64,
    calls: i64,
}

impl Profile {
    /// Reads callgrind's file.
    pub(crate) fn read(path: &Path) -> Self {
        let mut profile = Self::default();
        let mut names = HashMap::new();
        let (mut function, mut callee) = (String::new(), None);
        for line in fs::read_to_string(path).unwrap().lines() {
            if let Some(name) = line.strip_prefix("fn=") {
                function = uncompressed(name, &mut names);
            } else if let Some(name) = line.strip_prefix("cfn=") {
                callee = Some(uncompressed(name, &mut names));
            } else if let Some(calls) = line.strip_prefix("calls=") {
                let calls: i64 = calls.split(' ').next().unwrap().parse().unwrap();
                profile.counts(callee.as_deref().unwrap()).calls += calls;
            } else if line
                .starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first))
            {
                let cost: i64 = line.split(' ').nth(1).unwrap().parse().unwrap();
                let counts = profile.counts(&function);
                match callee.take() {
                    Some(callee) if callee == function => {}
                    Some(_) => counts.inclusive += cost,
                    None => {
                        counts.own += cost;
                        counts.inclusive += cost;
                        profile.total += cost;
                    }
                }
            }
        }
        profile
    }

    /// What this has more than `less`.
    pub(crate) fn minus(mut self, less: &Self) -> Self {
        self.total -= less.total;
        for (name, less) in &less.functions {
            let counts = self.counts(name);
            counts.own -= less.own;
            counts.inclusive -= less.inclusive;
            counts.calls -= less.calls;
        }
        self
    }

    /// All instructions.
    pub(crate) fn total(&self) -> i64 {
        self.total
    }

    /// Calls of an allocator.
    pub(crate) fn allocations(&self) -> i64 {
        let calls = |name| self.functions.get(name).map_or(0, |counts: &Counts| counts.calls);
        ALLOCATIONS.into_iter().map(calls).sum()
    }

    /// The functions, those with the most of `by` first. callgrind counts a call that is nested in
    /// another of the same function under a name of its own, which is left out.
    pub(crate) fn largest(&self, by: fn(&Counts) -> i64) -> Vec<(&str, i64)> {
        let functions = self.functions.iter().map(|(name, counts)| (name.as_str(), by(counts)));
        let mut functions: Vec<_> = functions.filter(|(name, _)| !name.contains('\'')).collect();
        functions.sort_by_key(|&(name, count)| (-count, name));
        functions
    }

    fn counts(&mut self, function: &str) -> &mut Counts {
        self.functions.entry(function.to_owned()).or_default()
    }
}

/// A name like `(12) malloc`, or `(12)` alone when it came before.
fn uncompressed(text: &str, names: &mut HashMap<String, String>) -> String {
    match text.split_once(' ') {
        Some((number, name)) => {
            names.insert(number.to_owned(), name.to_owned());
            name.to_owned()
        }
        None => names[text].clone(),
    }
}
