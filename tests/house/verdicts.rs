//! A ruling and a verdict are given by the truth tables of judging and by nothing beside them.

use proc_macro2::TokenTree;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::source::{Source, sources};

/// Where rulings and verdicts are given.
const TABLES: &str = "src/judge/truth_table/";

/// What only the tables may make.
const GIVEN: &[&str] = &["Ruling", "Verdict"];

/// Every place at which an expression makes a ruling or a verdict. To compare one, or to match it, makes none.
struct Given {
    lines: Vec<usize>,
}

fn names_one(path: &syn::Path) -> bool {
    let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    names.len() > 1 && names[..names.len() - 1].iter().any(|name| GIVEN.contains(&name.as_str()))
}

impl<'ast> Visit<'ast> for Given {
    fn visit_expr_path(&mut self, item: &'ast syn::ExprPath) {
        if names_one(&item.path) {
            self.lines.push(item.span().start().line);
        }
    }

    fn visit_pat(&mut self, item: &'ast syn::Pat) {
        if !matches!(item, syn::Pat::Path(_)) {
            visit::visit_pat(self, item);
        }
    }

    fn visit_expr_binary(&mut self, item: &'ast syn::ExprBinary) {
        let compares = matches!(item.op, syn::BinOp::Eq(_) | syn::BinOp::Ne(_));
        for side in [&item.left, &item.right] {
            if !(compares && matches!(&**side, syn::Expr::Path(_))) {
                self.visit_expr(side);
            }
        }
    }

    fn visit_use_path(&mut self, item: &'ast syn::UsePath) {
        // Variants by their bare names would not be seen.
        if GIVEN.iter().any(|name| item.ident == name) {
            self.lines.push(item.span().start().line);
        }
        visit::visit_use_path(self, item);
    }

    fn visit_use_rename(&mut self, item: &'ast syn::UseRename) {
        if GIVEN.iter().any(|name| item.ident == name) {
            self.lines.push(item.span().start().line);
        }
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        if item.path.is_ident("matches") {
            return;
        }
        let tokens: Vec<TokenTree> = item.tokens.clone().into_iter().collect();
        for pair in tokens.windows(2) {
            let named = matches!(&pair[0], TokenTree::Ident(name) if GIVEN.iter().any(|given| name == given));
            if named && pair[1].to_string() == ":" {
                self.lines.push(pair[0].span().start().line);
            }
        }
    }
}

fn given(source: &Source) -> Vec<String> {
    let tests = source.test_lines();
    let mut found = Given { lines: Vec::new() };
    found.visit_file(&source.file);
    found.lines.retain(|line| !tests.contains(line));
    found.lines.into_iter().map(|line| format!("{}:{line}", source.path)).collect()
}

#[test]
fn only_the_truth_tables_give_a_ruling_or_a_verdict() {
    let sources = sources();
    let (tables, others): (Vec<&Source>, Vec<&Source>) =
        sources.iter().filter(|source| source.room() == "judge").partition(|source| source.path.starts_with(TABLES));
    let found: Vec<String> = others.into_iter().flat_map(given).collect();
    assert!(found.is_empty(), "a ruling or a verdict is given beside the tables:\n{}", found.join("\n"));
    assert!(tables.into_iter().flat_map(given).count() > 20, "the tables stand elsewhere");
}

#[test]
fn a_verdict_that_is_given_elsewhere_is_seen() {
    let of = |text: &str| given(&Source::new("src/judge/a.rs", text)).len();
    for bad in [
        "fn a(b: &mut B) { b.verdict = Verdict::Held; }",
        "fn a() -> B { B { verdict: Verdict::Held } }",
        "fn a() -> Ruling { Ruling::Blocked(1.into()) }",
        "fn a() -> Ruling { b().map_or(Ruling::Breaks, c) }",
        "fn a() -> Ruling { b.map(crate::judge::Ruling::Unreached) }",
        "fn a(b: &mut B) { (b.verdict, b.reason) = (Verdict::Violates, None); }",
        "fn a() -> Vec<Verdict> { vec![Verdict::Held] }",
        "use crate::model::verdict::Verdict::Held;",
        "use crate::model::verdict::Verdict as V;",
    ] {
        assert_eq!(of(bad), 1, "{bad}");
    }
    for good in [
        "fn a(b: &B) -> bool { b.verdict == Verdict::Held || matches!(b.ruling, Ruling::Shows) }",
        "fn a(b: &B) { match b.ruling { Ruling::Shows => c(), _ => d() } }",
        "fn a(b: &B) { if let Ruling::Blocked(c) = b.ruling { c(); } }",
        "#[cfg(test)] mod tests { fn a() -> Verdict { Verdict::Held } }",
    ] {
        assert_eq!(of(good), 0, "{good}");
    }
}
