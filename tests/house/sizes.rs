//! Files and functions are short enough to be read at one sitting.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::source::{Source, sources};

const LONGEST_FILE: usize = 400;
const LONGEST_FUNCTION: usize = 60;

/// Functions that may be longer, as file and name, each with the reason.
const LONGER: &[(&str, &str, &str)] = &[];

/// Every function with the lines from its name to its last bracket.
struct Functions<'a> {
    source: &'a Source,
    found: Vec<(String, usize, usize)>,
}

impl Functions<'_> {
    fn take(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let (first, last) = (signature.span().start().line, block.span().end().line);
        self.found.push((signature.ident.to_string(), first, last - first + 1));
    }

    fn too_long(mut self) -> Vec<String> {
        self.visit_file(&self.source.file);
        let path = &self.source.path;
        let excused = |name: &str| LONGER.iter().any(|(file, function, _)| file == path && *function == name);
        let long = self.found.iter().filter(|(name, _, lines)| *lines > LONGEST_FUNCTION && !excused(name));
        long.map(|(name, line, lines)| format!("{path}:{line}: {name} has {lines} lines")).collect()
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.take(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.take(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.take(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

fn long_functions(source: &Source) -> Vec<String> {
    Functions { source, found: Vec::new() }.too_long()
}

fn long_file(source: &Source) -> Option<String> {
    let lines = source.text.lines().count();
    (lines > LONGEST_FILE).then(|| format!("{} has {lines} lines", source.path))
}

#[test]
fn no_file_is_longer_than_400_lines() {
    let found: Vec<String> = sources().iter().filter_map(long_file).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_function_is_longer_than_60_lines() {
    let found: Vec<String> = sources().iter().flat_map(long_functions).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn one_line_too_many_is_seen() {
    let of = |text: &str| Source::new("src/a.rs", text);
    let function = |lines: usize| format!("struct A; impl A {{ fn a() {{{}}}}}", "\n".repeat(lines - 1));
    assert_eq!(long_functions(&of(&function(LONGEST_FUNCTION))).len(), 0);
    assert_eq!(long_functions(&of(&function(LONGEST_FUNCTION + 1))).len(), 1);
    assert!(long_file(&of(&"\n".repeat(LONGEST_FILE))).is_none());
    assert!(long_file(&of(&"\n".repeat(LONGEST_FILE + 1))).is_some());
}
