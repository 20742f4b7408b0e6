//! Changes the requests that an interrupted run has to send again.
//! A name that may be taken already is replaced, and what may be deleted already is made once more.

use serde_json::Value;

use super::known::KnownResources;
use crate::contract::Schemas;
use crate::model::contract::{Contract, Operation};
use crate::model::journal::JournalHistory;
use crate::model::plan::{Body, Origin, Plan, Probe, Purpose, RequestTemplate, Slot, SlotId};
use crate::plan::effect::is_new_key;
use crate::plan::values::{ValidRequest, document, marked_texts, put_marks, set_unique_headers, valid};

/// Something that is made once more, because it is not known whether it is still there.
#[derive(Debug, Clone)]
pub struct Remake {
    /// The request that makes it.
    pub probe: Probe,
    /// Slots that it fills beside those that are wanted.
    pub beside: Vec<(SlotId, Slot)>,
}

/// The plan of a run that was cut off. What may have been made by the request that was under way then is made under another
/// name, and every request of the plan that refers to it uses that one.
pub fn renewed(contract: &Contract, schemas: &Schemas, journal_history: &JournalHistory) -> Plan {
    let mut plan = journal_history.start.plan.clone();
    let known = KnownResources::replayed(None, journal_history);
    let makers: Vec<Probe> = plan.probes.iter().filter(|probe| probe.makes(&plan)).cloned().collect();
    for maker in makers {
        let lost = known.unanswered(&maker.id);
        if lost == 0 {
            continue;
        }
        let mark = format!("{}-again{lost}", journal_history.start.mark);
        let mut changes = rename(contract, schemas, &maker, &mark);
        changes.extend(new_key(&maker, &journal_history.start.mark, lost));
        for probe in &mut plan.probes {
            for (old, new) in &changes {
                replace(&mut probe.request, old, new);
            }
        }
    }
    plan
}

/// The key that something is made at, and another one.
fn new_key(maker: &Probe, mark: &str, lost: usize) -> Option<(String, String)> {
    let name = maker.captures.iter().find_map(|capture| capture.expression.strip_prefix("$request.path."))?;
    let key = maker.request.path_values.get(name).filter(|key| is_new_key(&Value::from(key.as_str()), mark))?;
    let digits = key.bytes().all(|byte| byte.is_ascii_digit());
    let other =
        if digits { key.parse::<u64>().ok().map(|number| (number + 1000 + lost as u64).to_string()) } else { Some(format!("{key}-again{lost}")) };
    other.map(|other| (key.clone(), other))
}

/// A request that makes something, under another name.
pub fn renamed(contract: &Contract, schemas: &Schemas, probe: &Probe, mark: &str) -> Probe {
    let mut other = probe.clone();
    for (old, new) in rename(contract, schemas, probe, mark) {
        replace(&mut other.request, &old, &new);
    }
    if let Some(operation) = contract.operation(&probe.operation) {
        set_unique_headers(schemas, operation, &mut other.request, probe.fault.as_ref().map(|fault| &fault.place), &format!("{mark} {}", probe.id));
    }
    other
}

/// How everything that a probe takes away is made once more: as its makers made it, under other names. Only what the probe
/// takes away gets its slot; whatever the requests make beside it is not used.
pub fn remakes(contract: &Contract, schemas: &Schemas, plan: &Plan, mark: &str, probe: &Probe, time: usize) -> Vec<Remake> {
    let mut makers: Vec<&Probe> = Vec::new();
    for slot in &probe.consumes {
        let Some(maker) = plan.maker(slot).and_then(|maker| plan.probe(maker)) else { return Vec::new() };
        if makers.iter().all(|known| known.id != maker.id) {
            makers.push(maker);
        }
    }
    makers.into_iter().map(|maker| remake(contract, schemas, plan, mark, maker, probe, time)).collect()
}

/// How the thing that a probe acts on is made once more, for the probe alone, and the probe that acts on it; `None` when its
/// path names nothing that the run makes.
pub fn made_for_one_probe(contract: &Contract, schemas: &Schemas, plan: &Plan, mark: &str, probe: &Probe) -> Option<(Remake, Probe)> {
    let owner = probe.request.slots_in_path().last().copied()?.clone();
    let maker = plan.probe(plan.maker(&owner)?)?;
    let remake = remake(contract, schemas, plan, mark, maker, probe, 1);
    let fresh = remake.beside.iter().map(|(slot, _)| slot).find(|slot| crate::model::ids::plan_id(slot) == &*owner)?.clone();
    let mut other = probe.clone();
    other.request.replace_slot(&owner, &fresh);
    Some((remake, other))
}

fn remake(contract: &Contract, schemas: &Schemas, plan: &Plan, mark: &str, maker: &Probe, probe: &Probe, time: usize) -> Remake {
    let mut again = renamed(contract, schemas, maker, &format!("{mark}-again-{time}"));
    again.id = maker.id.recreation(time, &probe.id);
    again.purpose = Purpose::Fixture;
    again.after = Vec::new();
    again.control = None;
    again.also = Vec::new();
    (again.wave, again.stage) = probe.stage_order();
    let mut beside = Vec::new();
    for capture in again.captures.iter_mut().filter(|capture| !probe.consumes.contains(&capture.slot)) {
        let Some(known) = plan.slots.get(&capture.slot) else { continue };
        capture.slot = capture.slot.another(format_args!("{time}:{}", probe.id));
        beside.push((capture.slot.clone(), Slot { origin: Origin::Created(again.id.clone()), ..known.clone() }));
    }
    Remake { probe: again, beside }
}

/// The marked texts of a request, each with one that carries another mark.
fn rename(contract: &Contract, schemas: &Schemas, probe: &Probe, mark: &str) -> Vec<(String, String)> {
    let Some(operation) = contract.operation(&probe.operation) else { return Vec::new() };
    let before = texts(contract, schemas, operation, &probe.request);
    let Some(mut base) = base(contract, schemas, operation, &probe.request) else { return Vec::new() };
    let mut count = 0;
    put_marks(contract, schemas, operation, &mut base, || {
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
    if let (Body::Json(planned), Some(body)) = (&mut request.body, sent.and_then(|sent| serde_json::from_str(sent).ok())) {
        *planned = body;
    }
    let planned = texts(contract, schemas, operation, &request).into_iter().map(|(_, text)| text);
    planned.filter(|text| sent.is_none_or(|sent| sent.contains(text.as_str()))).collect()
}

/// The marked texts of a request, with their places in its body.
fn texts(contract: &Contract, schemas: &Schemas, operation: &Operation, request: &RequestTemplate) -> Vec<(String, String)> {
    let media = base(contract, schemas, operation, request).and_then(|base| operation.request_body.as_ref()?.content.get(base.media?));
    match (document(&request.body), media) {
        (Some(body), Some(media)) => marked_texts(contract, media, &body),
        _ => Vec::new(),
    }
}

fn base(contract: &Contract, schemas: &Schemas, operation: &Operation, request: &RequestTemplate) -> Option<ValidRequest> {
    let with_body = !matches!(request.body, Body::Empty);
    let plain = valid(contract, schemas, operation, with_body).ok()?;
    Some(ValidRequest { request: request.clone(), ..plain })
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
    match &mut request.body {
        Body::Json(body) | Body::CutJson(body) | Body::Spelled(body, _) => swap_texts(body, &swap),
        Body::Xml(body) => swap_texts(&mut body.value, &swap),
        Body::Multipart(parts) => parts.iter_mut().for_each(|part| swap_texts(&mut part.content, &swap)),
        Body::Empty | Body::Text(_) => {}
    }
}

fn swap_texts(value: &mut Value, swap: &impl Fn(&mut String)) {
    match value {
        Value::String(text) => swap(text),
        Value::Array(items) => items.iter_mut().for_each(|item| swap_texts(item, swap)),
        Value::Object(members) => members.values_mut().for_each(|member| swap_texts(member, swap)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::small_probe;

    #[test]
    fn another_name_is_put_into_xml_as_well() {
        for body in [json!({"json": {"a": ["old", "old one"]}}), json!({"xml": {"value": {"a": ["old", "old one"]}, "schema": ""}})] {
            let mut request = small_probe::probe(&json!({"request": {"body": body}})).request;
            replace(&mut request, "old", "new");
            assert_eq!(request.body.value(), Some(&json!({"a": ["new", "old one"]})));
        }
    }
}
