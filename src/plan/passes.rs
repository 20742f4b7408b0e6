//! The passes that make a plan, in their order, and the check after each.

use super::error::PlanError;
use super::invariants::invariants;
use super::planning_context::Context;
use super::resolver::Resolver;
use super::schedule::{budget, greedy, ordering};
use crate::model::plan::{Plan, Probe, Stage};
use crate::plan::values::set_unique_headers;

/// One step of planning.
pub struct Pass {
    /// Its name.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// Does it.
    pub run: fn(&mut Resolver<'_>),
}

/// Every pass, in the order in which they run: first what is sent, then when.
pub const PASSES: &[Pass] = &[
    Pass {
        name: "valid-requests",
        about: "plans the valid request of every wanted operation, with what it needs",
        run: |resolver| resolver.prepare(),
    },
    Pass {
        name: "cells",
        about: "aims a request at every wanted cell, with a fault where the cell is a refusal",
        run: |resolver| resolver.plan_all_cells(),
    },
    Pass { name: "pages", about: "walks through the pages of lists", run: |resolver| resolver.walk_pages() },
    Pass { name: "jobs", about: "fetches what the Location of an accepted job leads to", run: |resolver| resolver.follow_jobs() },
    Pass { name: "results", about: "fetches what a finished job leads to", run: |resolver| resolver.follow_results() },
    Pass { name: "drawn-requests", about: "plans requests whose values are drawn by chance", run: |resolver| resolver.draw() },
    Pass {
        name: "reads-after-removals",
        about: "reads a relationship again after something was taken out",
        run: |resolver| resolver.read_after_removals(),
    },
    Pass { name: "emptied-relationships", about: "takes out what would forbid a removal", run: |resolver| resolver.empty() },
    Pass { name: "deleted-resources", about: "asks for what was removed", run: |resolver| resolver.read_deleted() },
    Pass { name: "narrowed-lists", about: "asks lists again with a filter or for one attribute", run: |resolver| resolver.narrow_lists() },
    Pass { name: "clean-up", about: "removes what no other request removes", run: |resolver| resolver.clean_up() },
    Pass { name: "removers", about: "notes how each thing is removed on its own", run: |resolver| resolver.record_removers() },
    Pass { name: "lists-before", about: "reads lists before anything is made", run: |resolver| resolver.list_before() },
    Pass {
        name: "replace-before-add",
        about: "puts what replaces a relationship before what adds to it",
        run: |resolver| ordering::replace_before_add(resolver.builder.probes_mut()),
    },
    Pass {
        name: "change-after-filling",
        about: "puts a change of a resource behind what fills its relationships",
        run: |resolver| ordering::change_after_filling(resolver.builder.probes_mut()),
    },
    Pass { name: "budget", about: "leaves what fits into the budget of requests", run: within_budget },
    Pass {
        name: "dependencies",
        about: "writes down which request waits for which",
        run: |resolver| ordering::depend(resolver.context.contract, &mut resolver.builder),
    },
    Pass { name: "first-window", about: "puts what tells most into the first window of the rate limit", run: fill_first_window },
    Pass { name: "other-lists", about: "notes where else a borrowed resource may be found", run: |resolver| resolver.look_elsewhere() },
    Pass { name: "effects", about: "classes every request again and takes out what is not allowed", run: |resolver| resolver.builder.class_again() },
    Pass { name: "sessions-last", about: "puts what may end the session behind everything else", run: |resolver| resolver.end_sessions_last() },
    Pass { name: "sweeps-last", about: "puts what removes more than it names behind what needs it", run: |resolver| resolver.sweep_last() },
    Pass {
        name: "due-order",
        about: "sorts the requests by when they are due",
        run: |resolver| resolver.builder.probes_mut().sort_by_key(Probe::stage_order),
    },
    Pass { name: "unique-headers", about: "gives each request its own value of a header that has to be unique", run: make_headers_unique },
];

/// Runs passes on an empty plan, and checks after each that the plan is sound. The check costs little beside the pass, and a
/// plan that is not sound may do harm, so it runs in every build: where tests run it panics, for a user it is an error and
/// nothing is sent.
///
/// # Errors
/// A pass has left a plan that is not sound.
pub fn run(context: &Context<'_>, passes: &[Pass]) -> Result<Plan, PlanError> {
    let mut resolver = Resolver::new(context);
    for pass in passes {
        (pass.run)(&mut resolver);
        if let Err(broken) = invariants(resolver.builder.plan(), &context.options.permission) {
            debug_assert!(false, "the plan is not sound after the pass {}: {broken}", pass.name);
            return Err(PlanError::NotSound { pass: pass.name, about: pass.about, broken });
        }
    }
    Ok(resolver.builder.finish())
}

fn within_budget(resolver: &mut Resolver<'_>) {
    if let Some(budget) = resolver.context.options.budget {
        budget::within(&mut resolver.builder, resolver.context.contract, resolver.context.options, budget);
    }
}

fn fill_first_window(resolver: &mut Resolver<'_>) {
    let Some(window) = resolver.context.options.windows.iter().min_by_key(|window| window.requests) else { return };
    let sent = resolver.builder.plan().probes.iter().filter(|probe| probe.stage != Stage::Burst).count();
    if sent < window.requests as usize {
        budget::without_burst(&mut resolver.builder, *window);
    } else {
        greedy::first_wave(&mut resolver.builder, resolver.context.contract, u64::from(window.requests));
    }
}

fn make_headers_unique(resolver: &mut Resolver<'_>) {
    let context = resolver.context;
    for probe in resolver.builder.probes_mut() {
        if let Some(operation) = context.contract.operation(&probe.operation) {
            let salt = format!("{} {}", context.options.mark, probe.id);
            set_unique_headers(context.schemas, operation, &mut probe.request, probe.fault.as_ref().map(|fault| &fault.place), &salt);
        }
    }
}
