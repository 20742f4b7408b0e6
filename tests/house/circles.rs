//! No file imports another that leads back to it.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Mention, Source, sources};

/// A file by its module: `["judge", "cell"]`; a `mod.rs` is the module of its folder.
type Module = Vec<String>;

fn module(path: &str) -> Module {
    let below = path.strip_prefix("src/").unwrap_or(path).trim_end_matches(".rs");
    let below = below.strip_suffix("/mod").unwrap_or(below);
    if matches!(below, "lib" | "main") { Vec::new() } else { below.split('/').map(str::to_owned).collect() }
}

/// The path of a mention from the root of the crate; `None` where it leads elsewhere. A path without `crate`, `super` or
/// `self` begins with a child of the file or with a name brought in by `use`.
fn absolute(from: &Module, mention: &Mention) -> Option<Vec<String>> {
    let supers = mention.path.iter().take_while(|segment| *segment == "super").count();
    match mention.path.first()?.as_str() {
        "crate" => Some(mention.path[1..].to_vec()),
        "self" => Some([from.as_slice(), &mention.path[1..]].concat()),
        "super" => Some([&from[..from.len().checked_sub(supers)?], &mention.path[supers..]].concat()),
        _ => None,
    }
}

/// For each file, by its module, the modules that its names come from.
struct Graph {
    paths: BTreeMap<Module, String>,
    edges: BTreeMap<Module, BTreeSet<Module>>,
}

impl Graph {
    fn new(sources: &[Source]) -> Self {
        let sources: Vec<&Source> = sources.iter().filter(|source| !source.only_tests && source.path != "src/main.rs").collect();
        let paths: BTreeMap<Module, String> = sources.iter().map(|source| (module(&source.path), source.path.clone())).collect();
        let mut offered: BTreeMap<Module, BTreeMap<String, Module>> = BTreeMap::new();
        for source in &sources {
            let from = module(&source.path);
            for mention in source.mentions().into_iter().filter(|mention| mention.imported) {
                let child = mention.path.first().map(|first| [from.as_slice(), std::slice::from_ref(first)].concat());
                let own = child.filter(|child| paths.contains_key(child)).map(|_| [from.as_slice(), &mention.path].concat());
                if let Some(whole) = own.or_else(|| absolute(&from, &mention))
                    && let Some(name) = whole.last().cloned()
                {
                    offered.entry(from.clone()).or_default().insert(name, whole);
                }
            }
        }
        let mut edges: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
        for source in &sources {
            let (from, tests) = (module(&source.path), source.test_lines());
            for mention in source.mentions().into_iter().filter(|mention| !tests.contains(&mention.line)) {
                let by_import = || {
                    let whole = offered.get(&from)?.get(mention.path.first()?)?;
                    Some([whole.as_slice(), &mention.path[1..]].concat()).filter(|_| mention.path.len() > 1)
                };
                let target = absolute(&from, &mention).or_else(by_import).and_then(|whole| home(&paths, &offered, whole));
                // A folder's own file declares its children and puts them together.
                if let Some(target) = target.filter(|target| *target != from && !target.starts_with(&from)) {
                    edges.entry(from.clone()).or_default().insert(target);
                }
            }
        }
        Self { paths, edges }
    }

    fn reachable<'a>(&'a self, from: &'a Module) -> BTreeSet<&'a Module> {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(module) = open.pop() {
            open.extend(self.edges.get(module).into_iter().flatten().filter(|next| seen.insert(*next)));
        }
        seen
    }

    /// Every circle, as the paths of its files.
    fn circles(&self) -> Vec<Vec<&str>> {
        let reach: BTreeMap<&Module, BTreeSet<&Module>> = self.edges.keys().map(|module| (module, self.reachable(module))).collect();
        let back = |one: &Module, other: &Module| reach.get(one).is_some_and(|seen| seen.contains(other));
        let circles: BTreeSet<Vec<&str>> = reach
            .keys()
            .filter(|module| back(module, module))
            .map(|module| self.edges.keys().filter(|other| back(module, other) && back(other, module)).map(|one| self.paths[one].as_str()).collect())
            .collect();
        circles.into_iter().collect()
    }
}

/// The file that an item stands in, behind what `mod.rs` files bring in for others.
fn home(paths: &BTreeMap<Module, String>, offered: &BTreeMap<Module, BTreeMap<String, Module>>, mut whole: Vec<String>) -> Option<Module> {
    for _ in 0..8 {
        let length = (1..=whole.len()).rev().find(|length| paths.contains_key(&whole[..*length]))?;
        let next = whole.get(length).and_then(|item| offered.get(&whole[..length])?.get(item));
        match next {
            Some(next) => whole = [next.as_slice(), &whole[length + 1..]].concat(),
            // The name of a module alone takes nothing from it.
            None => return (whole.len() > length).then(|| whole[..length].to_vec()),
        }
    }
    None
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let sources = sources();
    let graph = Graph::new(&sources);
    let bad: Vec<String> =
        graph.circles().into_iter().map(|files| format!("these files import each other in a circle: {}", files.join(", "))).collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn a_circle_is_seen_however_it_is_written() {
    let of = |files: &[(&str, &str)]| {
        let sources: Vec<Source> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
        Graph::new(&sources).circles().len()
    };
    assert_eq!(of(&[("src/a/b.rs", "use super::c::C;"), ("src/a/c.rs", "use crate::a::b::B;")]), 1);
    assert_eq!(of(&[("src/a/b.rs", "fn b() { super::c::c() }"), ("src/a/c.rs", "fn c() { crate::a::b::b() }")]), 1);
    let through = [("src/a/mod.rs", "mod b; mod c; pub use b::B;"), ("src/a/b.rs", "use super::c::C;"), ("src/a/c.rs", "use super::B;")];
    assert_eq!(of(&through), 1);
    assert_eq!(of(&[("src/a/b.rs", "use super::c::C;"), ("src/a/c.rs", "#[cfg(test)] mod tests { use crate::a::b::B; }")]), 0);
    assert_eq!(of(&[("src/a/b.rs", "use super::c; fn b() { c::c() }"), ("src/a/c.rs", "use super::b; fn c() { b::b() }")]), 1);
    assert_eq!(of(&[("src/a/b.rs", "use super::c::C;"), ("src/a/c.rs", "struct C;")]), 0);
}
