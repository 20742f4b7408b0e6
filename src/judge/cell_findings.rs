//! Findings that come from more than the answers to the probes of a cell, and the cells that they belong to.

use crate::model::check_level::CheckLevels;
use crate::model::report::{Cell, CellProbe};
use crate::model::verdict::Finding;

/// A finding of a rule over several answers, or on an answer to drawn values, that belongs to a cell.
#[derive(Debug, Clone)]
pub struct CellFinding {
    /// The finding.
    pub finding: Finding,
    /// The probe that the cell lists for it.
    pub probe: Option<CellProbe>,
    /// Whether that probe is listed only where no other is.
    pub only_probe: bool,
}

/// The findings as they count where checks have these levels.
pub fn at_levels(placed: Placed, levels: &CheckLevels) -> Placed {
    let counted = |(index, placed): (usize, CellFinding)| Some((index, CellFinding { finding: levels.apply(placed.finding)?, ..placed }));
    placed.into_iter().filter_map(counted).collect()
}

impl CellFinding {
    /// Adds it to its cell. The verdict has taken it into account.
    pub fn add_to(self, cell: &mut Cell) {
        let lists = |cell: &Cell, probe: &CellProbe| {
            if self.only_probe { !cell.probes.is_empty() } else { cell.probes.iter().any(|known| known.id == probe.id) }
        };
        if let Some(probe) = self.probe.filter(|probe| !lists(cell, probe)) {
            cell.probes.push(probe);
        }
        cell.findings.push(self.finding);
    }
}

/// Every finding with the index of its cell, in the order in which they were found.
pub type Placed = Vec<(usize, CellFinding)>;

/// The findings of each cell.
pub fn by_cell(cells: usize, placed: Placed) -> Vec<Vec<CellFinding>> {
    let mut found = vec![Vec::new(); cells];
    for (index, finding) in placed {
        found[index].push(finding);
    }
    found
}
