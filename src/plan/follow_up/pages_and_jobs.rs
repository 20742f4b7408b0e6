//! Plans requests that follow links in answers: the next page of a list, the address of a job.

use crate::contract::paging::{Paging, paging};
use crate::model::assumption::Assumption;
use crate::model::contract::{Method, Operation, Status};
use crate::model::plan::{Body, Intent, Place, Probe, ProbeId, Purpose, Repeat, Stage};
use crate::model::reason::Reason;
use crate::plan::resolver::Resolver;

/// The most pages that one list is followed for: two that hold what it showed at once, and two more for a list that does
/// not come to an end.
const MOST_PAGES: u32 = 4;

/// The most resources that are asked for on one page.
const LONGEST_PAGE: u64 = 100;

impl Resolver<'_> {
    /// Walks through the pages of one list for each form of pages that the contract has, where most is made; thoroughly, of
    /// every list.
    pub fn walk_pages(&mut self) {
        let contract = self.context.contract;
        let mut lists: Vec<(Paging, &Operation, ProbeId)> = Vec::new();
        for operation in contract.operations.iter().filter(|operation| operation.method.is_get()) {
            if let (Some(paging), Some(Ok(success))) = (paging(contract, operation), self.successes.get(&operation.id)) {
                lists.push((paging, operation, success.clone()));
            }
        }
        lists.retain(|(_, operation, success)| self.cell_of(operation, success).is_some());
        lists.sort_by_key(|(_, operation, _)| std::cmp::Reverse(self.made_at(&operation.path)));
        let mut forms: Vec<(String, String)> = Vec::new();
        for (paging, operation, success) in lists {
            let form = (paging.limit.clone(), paging.turn.clone());
            if self.context.options.thorough || !forms.contains(&form) {
                forms.push(form);
                self.follow_pages(&paging, operation, &success);
            }
        }
    }

    fn follow_pages(&mut self, paging: &Paging, operation: &Operation, success: &ProbeId) {
        let (Some(list), Some(cell)) = (self.builder.plan().probe(success).cloned(), self.cell_of(operation, success)) else { return };
        let id = ProbeId::for_cell(&operation.id, list.status, "pages");
        let mut request = list.request.clone();
        request.query.retain(|(name, _)| *name != paging.limit && *name != paging.turn);
        request.query.push((paging.limit.clone(), paging.smallest.to_string()));
        request.fillings.retain(|binding| binding.place != Place::Query(paging.turn.clone()));
        let largest = paging.largest.unwrap_or(LONGEST_PAGE).min(LONGEST_PAGE);
        let repeat = Repeat::Pages { limit: paging.limit.clone(), smallest: paging.smallest, largest, most: MOST_PAGES };
        let pushed = self.builder.push(Probe {
            id,
            request,
            control: Some(success.clone()),
            captures: Vec::new(),
            // Documents rarely say how short a page may be.
            assumed: Some(Assumption::PageLength(paging.limit.clone())),
            after: list.after.iter().cloned().chain([success.clone()]).collect(),
            repeat,
            ..list
        });
        self.aim_at_cell(cell, pushed);
    }

    /// Fetches what the Location of a job leads to, where the contract documents one.
    pub fn follow_jobs(&mut self) {
        let contract = self.context.contract;
        let accepted = Status(202);
        for operation in &contract.operations {
            let documented =
                operation.response(accepted).is_some_and(|response| response.headers.iter().any(|rule| rule.name.eq_ignore_ascii_case("location")));
            let Some(Ok(success)) = self.successes.get(&operation.id).filter(|_| documented).cloned() else { continue };
            if self.builder.plan().probe(&success).is_some_and(|probe| probe.status == accepted) {
                self.follow_job(operation, &success);
            }
        }
    }

    /// Fetches what a finished job leads to, where its reader documents a status of its own for that.
    pub fn follow_results(&mut self) {
        let contract = self.context.contract;
        for operation in &contract.operations {
            let end = operation.done.as_ref().and_then(|done| done.status.first().copied());
            let result = operation.result.as_ref().and_then(|result| contract.operation(result));
            let (Some(end), Some(result), Some(Ok(success))) = (end, result, self.successes.get(&operation.id).cloned()) else { continue };
            let (Some(look), Some(cell)) = (self.builder.plan().probe(&success).cloned(), self.cell_at(operation, &success, end)) else { continue };
            let id = ProbeId::for_cell(&operation.id, end, "location");
            let pushed = self.builder.push(Probe {
                id,
                operation: result.id.clone(),
                status: end,
                allowed: result.responses.iter().map(|response| response.status).filter(|status| !status.is_refusal()).collect(),
                captures: Vec::new(),
                after: vec![success.clone()],
                repeat: Repeat::Follow(success),
                also: vec![operation.id.clone()],
                ..look
            });
            self.aim_at_cell(cell, pushed);
        }
    }

    fn follow_job(&mut self, operation: &Operation, success: &ProbeId) {
        let (Some(first), Some(cell)) = (self.builder.plan().probe(success).cloned(), self.cell_of(operation, success)) else { return };
        let made = self.made_by(success).into_iter().next();
        let kind = made.and_then(|slot| self.builder.plan().slots.get(&slot)).map(|slot| slot.kind.clone()).unwrap_or_default();
        let Some(reader) = self.reader_of(&kind).and_then(|reader| self.context.contract.operation(&reader)) else { return };
        let id = ProbeId::for_cell(&operation.id, first.status, "location");
        let mut request = first.request.clone();
        request.method = Method::GET;
        request.body = Body::Empty;
        request.headers.retain(|(name, _)| name != "content-type");
        request.fillings.retain(|binding| !matches!(binding.place, Place::Body(_)));
        let pushed = self.builder.push(Probe {
            id,
            request,
            // Whether the job has finished by then is not the point.
            allowed: reader.responses.iter().map(|response| response.status).filter(|status| !status.is_refusal()).collect(),
            captures: Vec::new(),
            after: vec![success.clone()],
            stage: Stage::Read,
            repeat: Repeat::Follow(success.clone()),
            purpose: Purpose::Probe,
            ..first
        });
        self.aim_at_cell(cell, pushed);
    }

    /// Aims what was planned at a cell as well; what may not be sent is left out.
    fn aim_at_cell(&mut self, cell: usize, pushed: Result<ProbeId, Reason>) {
        if let (Ok(id), Some(Intent::Probes(aimed))) = (pushed, self.builder.cells_mut().get_mut(cell).map(|cell| &mut cell.intent)) {
            aimed.push(id);
        }
    }

    /// The wanted cell that a valid request is aimed at.
    fn cell_of(&self, operation: &Operation, success: &ProbeId) -> Option<usize> {
        self.builder
            .plan()
            .cells
            .iter()
            .position(|cell| cell.operation == operation.id && matches!(&cell.intent, Intent::Probes(aimed) if aimed.contains(success)))
    }

    /// The wanted cell of a status that a valid request is aimed at.
    fn cell_at(&self, operation: &Operation, success: &ProbeId, status: Status) -> Option<usize> {
        let aimed = |intent: &Intent| matches!(intent, Intent::Probes(aimed) if aimed.contains(success));
        self.builder.plan().cells.iter().position(|cell| cell.operation == operation.id && cell.status == status && aimed(&cell.intent))
    }

    /// How many resources the run makes on a path.
    fn made_at(&self, path: &str) -> usize {
        let made = self.builder.plan().slots.values().filter_map(|slot| self.builder.plan().probe(slot.maker()?));
        made.filter(|maker| maker.request.path == path).count()
    }
}
