//! Arranges the cells of a report in rows and columns, for every format that draws a matrix.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::contract::{Status, WHOLE_SERVER};
use crate::model::report::{Cell, Report};

/// The cells of one part of the API.
#[derive(Debug)]
pub(super) struct GridBlock<'a> {
    /// Its name.
    pub api: &'a str,
    /// Every status that occurs in it, ascending.
    pub statuses: BTreeSet<Status>,
    /// Its operations, in the order of the contract.
    pub rows: Vec<GridRow<'a>>,
}

impl GridBlock<'_> {
    /// How many cells it has.
    pub fn cells(&self) -> usize {
        self.rows.iter().map(|row| row.cells.len()).sum()
    }
}

/// The cells of one operation.
#[derive(Debug)]
pub(super) struct GridRow<'a> {
    /// Operation id.
    pub operation: &'a str,
    /// The id without what all operations of the block begin with.
    pub short: &'a str,
    /// By status.
    pub cells: BTreeMap<Status, &'a Cell>,
}

/// The parts of the API, in the order of the contract.
pub(super) fn blocks(report: &Report) -> Vec<GridBlock<'_>> {
    let mut blocks: Vec<GridBlock<'_>> = Vec::new();
    for cell in report.cells.iter().filter(|cell| cell.operation != WHOLE_SERVER) {
        let index = blocks.iter().position(|block| block.api == cell.api).unwrap_or_else(|| {
            blocks.push(GridBlock { api: &cell.api, statuses: BTreeSet::new(), rows: Vec::new() });
            blocks.len() - 1
        });
        let block = &mut blocks[index];
        block.statuses.insert(cell.status);
        let row = block.rows.iter().position(|row| row.operation == cell.operation).unwrap_or_else(|| {
            block.rows.push(GridRow { operation: &cell.operation, short: &cell.operation, cells: BTreeMap::new() });
            block.rows.len() - 1
        });
        block.rows[row].cells.insert(cell.status, cell);
    }
    blocks.iter_mut().for_each(shorten);
    blocks
}

/// The cells of the server as a whole.
pub(super) fn server_cells(report: &Report) -> impl Iterator<Item = &Cell> {
    report.cells.iter().filter(|cell| cell.operation == WHOLE_SERVER)
}

/// Takes `things.` away from `things.get` and `things.list`.
fn shorten(block: &mut GridBlock<'_>) {
    let prefix = |row: &GridRow<'_>| row.operation.split_once('.').map(|(prefix, _)| prefix.to_owned());
    let Some(first) = block.rows.first().and_then(prefix) else { return };
    if block.rows.iter().all(|row| prefix(row).as_deref() == Some(first.as_str())) {
        for row in &mut block.rows {
            row.short = &row.operation[first.len() + 1..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::small_report::sample;

    #[test]
    fn operations_stand_in_their_block_under_a_short_name() {
        let report = sample();
        let blocks = blocks(&report);
        assert_eq!(blocks.iter().map(|block| block.api).collect::<Vec<_>>(), ["Things", "Jobs"]);
        assert_eq!(blocks[0].rows.iter().map(|row| row.short).collect::<Vec<_>>(), ["list", "create", "get"]);
        assert_eq!(blocks[1].rows[0].short, "GET /jobs/{job_id}");
        assert_eq!(server_cells(&report).count(), 1);
        assert_eq!(blocks.iter().map(GridBlock::cells).sum::<usize>() + 1, report.cells.len());
    }
}
