//! What a run that was cut off has to do anew: a name that may be taken already becomes another one, and what may be gone
//! already is made once more.

use serde_json::Value;

use crate::contract::Schemas;
use crate::domain::contract::{Contract, Operation};
use crate::domain::journal::Chronicle;
use crate::domain::plan::{Body, Origin, Plan, Probe, Purpose, RequestTemplate, Slot, SlotId};
use crate::generate::{Base, marked, marked_texts, valid};

/// Something that is made once more, because nobody knows whether it is still there.
#[derive(Debug, Clone)]
pub struct Remake {
    /// The request that makes it.
    pub probe: Probe,
    /// Slots that it fills beside those that are wanted.
    pub beside: Vec<(SlotId, Slot)>,
}

/// The plan of a run that was cut off. What was being made when nobody knows whether it came to be is made under another
/// name, and whoever names it in the plan uses that one.
pub fn renewed(contract: &Contract, schemas: &Schemas, chronicle: &Chronicle) -> Plan {
    let mut plan = chronicle.start.plan.clone();
    let makers: Vec<Probe> = plan.probes.iter().filter(|probe| probe.makes(&plan)).cloned().collect();
    for maker in makers {
        let lost = chronicle.lost(&maker.id);
        if lost == 0 {
            continue;
        }
        let mark = format!("{}-again{lost}", chronicle.start.mark);
        let changes = rename(contract, schemas, &maker, &mark);
        for probe in &mut plan.probes {
            for (old, new) in &changes {
                replace(&mut probe.request, old, new);
            }
        }
    }
    plan
}

/// How a probe's thing is made once more: as its maker made it, under another name. Only what the probe takes away gets its
/// slot; whatever the request makes beside it is for nobody.
pub fn remake(contract: &Contract, schemas: &Schemas, plan: &Plan, mark: &str, probe: &Probe, time: usize) -> Option<Remake> {
    let slot = probe.consumes.first()?;
    let Origin::Created(maker) = &plan.slots.get(slot)?.origin else { return None };
    let maker = plan.probe(maker)?;
    let mut again = maker.clone();
    again.id = format!("{}#again{time}", maker.id);
    again.purpose = Purpose::Fixture;
    again.after = Vec::new();
    again.control = None;
    again.also = Vec::new();
    (again.wave, again.stage) = probe.due();
    for (old, new) in rename(contract, schemas, maker, &format!("{mark}-again-{time}")) {
        replace(&mut again.request, &old, &new);
    }
    let mut beside = Vec::new();
    for capture in again.captures.iter_mut().filter(|capture| !probe.consumes.contains(&capture.slot)) {
        let Some(known) = plan.slots.get(&capture.slot) else { continue };
        capture.slot = format!("{}~{time}", capture.slot);
        beside.push((capture.slot.clone(), Slot { origin: Origin::Created(again.id.clone()), ..known.clone() }));
    }
    Some(Remake { probe: again, beside })
}

/// The marked texts of a request, each with one that carries another mark.
fn rename(contract: &Contract, schemas: &Schemas, probe: &Probe, mark: &str) -> Vec<(String, String)> {
    let Some(operation) = contract.operation(&probe.operation) else { return Vec::new() };
    let before = texts(contract, schemas, operation, &probe.request);
    let Some(mut base) = base(contract, schemas, operation, &probe.request) else { return Vec::new() };
    let mut count = 0;
    marked(contract, schemas, operation, &mut base, || {
        count += 1;
        format!("{mark}-{count}")
    });
    let after = texts(contract, schemas, operation, &base.request);
    before.into_iter().zip(after).filter(|(old, new)| old != new).map(|((_, old), (_, new))| (old, new)).collect()
}

/// The names that a request gives to what it makes.
pub fn names(contract: &Contract, schemas: &Schemas, probe: &Probe, sent: Option<&str>) -> Vec<String> {
    let Some(operation) = contract.operation(&probe.operation) else { return Vec::new() };
    let mut request = probe.request.clone();
    // It may have been sent under another name than it was planned.
    if let Some(body) = sent.and_then(|sent| serde_json::from_str(sent).ok()) {
        request.body = Body::Json(body);
    }
    texts(contract, schemas, operation, &request).into_iter().map(|(_, text)| text).collect()
}

/// The marked texts of a request, with their places in its body.
fn texts(contract: &Contract, schemas: &Schemas, operation: &Operation, request: &RequestTemplate) -> Vec<(String, String)> {
    let media = base(contract, schemas, operation, request).and_then(|base| operation.request_body.as_ref()?.content.get(base.media?));
    match (&request.body, media) {
        (Body::Json(body), Some(media)) => marked_texts(contract, media, body),
        _ => Vec::new(),
    }
}

fn base(contract: &Contract, schemas: &Schemas, operation: &Operation, request: &RequestTemplate) -> Option<Base> {
    let with_body = !matches!(request.body, Body::Empty);
    let plain = valid(contract, schemas, operation, with_body).ok()?;
    Some(Base { request: request.clone(), ..plain })
}

/// Puts one text in the place of another, wherever a request holds it as a whole value.
fn replace(request: &mut RequestTemplate, old: &str, new: &str) {
    let swap = |text: &mut String| {
        if text == old {
            new.clone_into(text);
        }
    };
    request.path_values.values_mut().for_each(swap);
    request.query.iter_mut().for_each(|(_, value)| swap(value));
    if let Body::Json(body) | Body::CutJson(body) | Body::Spelled(body, _) = &mut request.body {
        visit(body, &swap);
    }
}

fn visit(value: &mut Value, swap: &impl Fn(&mut String)) {
    match value {
        Value::String(text) => swap(text),
        Value::Array(items) => items.iter_mut().for_each(|item| visit(item, swap)),
        Value::Object(members) => members.values_mut().for_each(|member| visit(member, swap)),
        _ => {}
    }
}
