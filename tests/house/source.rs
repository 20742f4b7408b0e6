//! Parses the source files for the rules of the house.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A source file.
pub struct Source {
    /// Path below the project, with slashes.
    pub path: String,
    /// As it is written.
    pub text: String,
    /// As Rust reads it.
    pub file: syn::File,
    /// Compiled only for tests: its `mod` item is under `#[cfg(test)]`.
    pub only_tests: bool,
}

impl Source {
    /// Reads one file.
    pub fn new(path: &str, text: &str) -> Self {
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path} cannot be parsed: {error}"));
        Self { path: path.to_owned(), text: text.to_owned(), file, only_tests: false }
    }

    /// The first folder or file below `src/`: `plan` of `src/plan/faults/cells.rs`, `lib` of `src/lib.rs`.
    pub fn room(&self) -> &str {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path);
        below.split('/').next().unwrap_or(below).trim_end_matches(".rs")
    }

    /// How many modules this file is below the root of the crate.
    fn depth(&self) -> usize {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let segments = below.split('/').count();
        if matches!(below, "lib.rs" | "main.rs") || below.ends_with("/mod.rs") { segments - 1 } else { segments }
    }

    /// Every line that is compiled only for tests.
    pub fn test_lines(&self) -> BTreeSet<usize> {
        if self.only_tests {
            return (1..=self.text.lines().count()).collect();
        }
        let mut found = TestItems(BTreeSet::new());
        found.visit_file(&self.file);
        found.0
    }

    /// Every path that the code names, each of a `use` on its own.
    pub fn mentions(&self) -> Vec<Mention> {
        let mut found = Mentions { depth: self.depth(), found: Vec::new() };
        found.visit_file(&self.file);
        found.found
    }

    /// Every token in order with its line, those in brackets too.
    pub fn tokens(&self) -> Vec<(usize, TokenTree)> {
        let mut found = Vec::new();
        flatten(self.text.parse().unwrap_or_else(|error| panic!("{}: {error}", self.path)), &mut found);
        found
    }
}

/// Every source file of the crate, in order.
pub fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    collect(&root.join("src"), &mut paths);
    paths.sort();
    let mut sources: Vec<Source> = paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            Source::new(&name, &std::fs::read_to_string(path).unwrap())
        })
        .collect();
    assert!(sources.len() > 50, "only {} source files were found", sources.len());
    let only_tests: BTreeSet<String> = sources.iter().flat_map(test_modules).collect();
    for source in &mut sources {
        let within = |module: &String| source.path == format!("{module}.rs") || source.path.starts_with(&format!("{module}/"));
        source.only_tests = only_tests.iter().any(within);
    }
    sources
}

/// The modules that `#[cfg(test)] mod name;` items of a file name, as paths without an ending.
fn test_modules(source: &Source) -> Vec<String> {
    let (folder, file) = source.path.rsplit_once('/').unwrap_or(("", &source.path));
    let folder = match file {
        "mod.rs" | "lib.rs" | "main.rs" => folder.to_owned(),
        other => format!("{folder}/{}", other.trim_end_matches(".rs")),
    };
    let items = source.file.items.iter().filter_map(|item| match item {
        syn::Item::Mod(module) if module.content.is_none() && is_test(&module.attrs) => Some(module.ident.to_string()),
        _ => None,
    });
    items.map(|name| format!("{folder}/{name}")).collect()
}

/// Every Rust file of the project, tests and benches too, as path and text.
pub fn texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["benches", "src", "tests"] {
        collect(&root.join(folder), &mut paths);
    }
    paths.sort();
    let name = |path: &Path| path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        meta => meta.path().is_ident("test"),
    })
}

struct TestItems(BTreeSet<usize>);

impl TestItems {
    fn take(&mut self, attributes: &[syn::Attribute], span: proc_macro2::Span) -> bool {
        let test = is_test(attributes);
        if test {
            self.0.extend(span.start().line..=span.end().line);
        }
        test
    }
}

impl<'ast> Visit<'ast> for TestItems {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !self.take(&item.attrs, item.span()) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !self.take(&item.attrs, item.span()) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if !self.take(&item.attrs, item.span()) {
            visit::visit_item_impl(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.take(&item.attrs, item.span());
    }
}

/// A path that the code names.
#[derive(Debug)]
pub struct Mention {
    /// Line.
    pub line: usize,
    /// Its segments, from the root of the crate where `super` leads to the root (`crate`, then the room), otherwise as written.
    pub path: Vec<String>,
    /// Brought in by `use`, so that more of it can be named elsewhere.
    pub imported: bool,
}

impl Mention {
    /// With colons.
    pub fn text(&self) -> String {
        self.path.join("::")
    }
}

struct Mentions {
    /// Modules between here and the root of the crate.
    depth: usize,
    found: Vec<Mention>,
}

impl Mentions {
    fn push(&mut self, line: usize, segments: Vec<String>, imported: bool) {
        let supers = segments.iter().take_while(|segment| *segment == "super").count();
        let path = match supers {
            0 => segments,
            above if above >= self.depth => std::iter::once("crate".to_owned()).chain(segments.into_iter().skip(above)).collect(),
            _ => segments,
        };
        self.found.push(Mention { line, path, imported });
    }

    fn tree(&mut self, tree: &syn::UseTree, before: &[String]) {
        let with = |name: &syn::Ident| before.iter().cloned().chain([name.to_string()]).collect::<Vec<_>>();
        match tree {
            syn::UseTree::Path(path) => self.tree(&path.tree, &with(&path.ident)),
            syn::UseTree::Name(name) if name.ident == "self" => self.push(name.ident.span().start().line, before.to_vec(), true),
            syn::UseTree::Name(name) => self.push(name.ident.span().start().line, with(&name.ident), true),
            syn::UseTree::Rename(rename) => self.push(rename.ident.span().start().line, with(&rename.ident), true),
            syn::UseTree::Glob(glob) => self.push(glob.span().start().line, before.to_vec(), true),
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.tree(item, before)),
        }
    }

    /// Paths in the tokens of a macro, whose grammar is its own.
    fn loose(&mut self, tokens: TokenStream) {
        let mut flat = Vec::new();
        flatten(tokens, &mut flat);
        let colon = |index: usize| matches!(flat.get(index), Some((_, TokenTree::Punct(punct))) if punct.as_char() == ':');
        let mut index = 0;
        while index < flat.len() {
            let (line, mut segments) = (flat[index].0, Vec::new());
            while let Some((_, TokenTree::Ident(ident))) = flat.get(index) {
                segments.push(ident.to_string());
                index += 1;
                if !(colon(index) && colon(index + 1)) {
                    break;
                }
                index += 2;
            }
            if segments.len() > 1 {
                self.push(line, segments, false);
            } else if segments.is_empty() {
                index += 1;
            }
        }
    }
}

impl<'ast> Visit<'ast> for Mentions {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.depth += 1;
        visit::visit_item_mod(self, item);
        self.depth -= 1;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        // A name on its own is a local one or was brought in by `use`.
        if path.segments.len() > 1 {
            self.push(path.span().start().line, path.segments.iter().map(|segment| segment.ident.to_string()).collect(), false);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.loose(item.tokens.clone());
        visit::visit_macro(self, item);
    }
}

fn flatten(tokens: TokenStream, found: &mut Vec<(usize, TokenTree)>) {
    for token in tokens {
        let line = token.span().start().line;
        match &token {
            TokenTree::Group(group) => {
                let inner = group.stream();
                // A bracket that opens is kept, so that a call can be told from a name.
                if group.delimiter() == Delimiter::Parenthesis {
                    found.push((line, token.clone()));
                }
                flatten(inner, found);
            }
            _ => found.push((line, token)),
        }
    }
}
