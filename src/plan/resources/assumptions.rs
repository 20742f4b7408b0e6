//! Lists what a request takes for granted of the resources it names, so that its refusal blocks and is no violation.

use super::unmarked_ids::is_id;
use crate::model::assumption::Assumption;
use crate::model::contract::Operation;
use crate::model::path::parameter_of;
use crate::model::plan::{Origin, Place, SlotId};
use crate::model::text::without_separators;
use crate::model::trigger_name::TriggerName;
use crate::plan::bound_request::BoundRequest;
use crate::plan::resolver::Resolver;

impl Resolver<'_> {
    /// That a resource belongs to the one before it in the path is only sure when it was made or found below that.
    pub(in crate::plan) fn doubt(&self, operation: &Operation, bound_request: &mut BoundRequest) {
        let in_path = |parameter: &str| {
            let place = Place::Path(parameter.to_owned());
            bound_request.base.request.fillings.iter().find(|binding| binding.place == place).map(|binding| &binding.slot)
        };
        let slots: Vec<&SlotId> = operation.segments().filter_map(|segment| in_path(parameter_of(segment)?)).collect();
        let doubtful = slots.windows(2).find(|pair| pair[0] != pair[1] && !self.is_below(pair[1], pair[0]));
        let doubt = match doubtful {
            Some([above, below]) => Some(Assumption::BelongsTo((*below).clone(), (*above).clone())),
            _ => slots.iter().find_map(|slot| self.doubt_of(operation, slot)).or_else(|| self.doubt_of_use(operation, bound_request)),
        };
        bound_request.assumed = doubt.or(bound_request.assumed.take());
    }

    /// What is not certain about a resource that was found: that it is there to be read, when another one named it; that it
    /// is in the state that the operation asks for.
    fn doubt_of(&self, operation: &Operation, slot: &SlotId) -> Option<Assumption> {
        let kind = &self.builder.plan().slots.get(slot)?.kind;
        let is_guess = |source: &str| {
            let source = self.builder.plan().probe(source).map(|source| &source.operation);
            source.is_some_and(|source| self.context.feeds_by(source).any(|known| known.guessed && known.kind == *kind))
        };
        let finder = match &self.builder.plan().slots.get(slot)?.origin {
            Origin::Borrowed(finder) => finder,
            Origin::Created(maker) => {
                return is_guess(maker).then(|| Assumption::KnownByName(slot.clone(), maker.clone()));
            }
            Origin::Given(_) => return None,
        };
        let stateful = [TriggerName::FINISHED, TriggerName::EXPIRED, TriggerName::WRONG_STATE, TriggerName::IN_USE];
        let mut conditions = operation.responses.iter().flat_map(|response| &response.conditions);
        if conditions.any(|condition| stateful.contains(&condition.trigger)) {
            return Some(Assumption::State(slot.clone(), finder.clone()));
        }
        if is_guess(finder) {
            return Some(Assumption::Kind(slot.clone(), finder.clone(), kind.clone()));
        }
        let below = self.builder.plan().probe(finder)?.request.path.contains('{');
        below.then(|| Assumption::Readable(slot.clone(), finder.clone()))
    }

    /// That a parameter takes the id of a kind is not certain where it is called otherwise, and stands elsewhere than below the
    /// collection that makes the kind: it may ask for another of its names.
    fn doubt_of_use(&self, operation: &Operation, bound_request: &BoundRequest) -> Option<Assumption> {
        if self.context.contract.inferred.annotated {
            return None;
        }
        operation.segments().enumerate().find_map(|(at, segment)| {
            let name = parameter_of(segment)?;
            let place = Place::Path(name.to_owned());
            let slot = &bound_request.base.request.fillings.iter().find(|binding| binding.place == place)?.slot;
            let kind = &self.builder.plan().slots.get(slot)?.kind;
            let (asked, thing) = (without_separators(name), without_separators(kind.rsplit('/').next()?));
            let sources: Vec<_> = self.context.feeds_of(kind).collect();
            let is_below = sources.iter().filter_map(|id_source| self.context.contract.operation(&id_source.operation)).any(|source| {
                let (above, own) = (operation.segments().take(at), source.segments());
                source.segments().count() == at && own.zip(above).all(|(one, other)| one == other || (one.contains('{') && other.contains('{')))
            });
            let is_called_so =
                sources.iter().any(|id_source| id_source.expression.rsplit(['/', '.']).next().is_some_and(|end| without_separators(end) == asked));
            let is_named = is_id(name) || asked == thing || Some(asked.as_str()) == thing.strip_suffix('s');
            let is_key = sources.is_empty() || is_below || is_called_so || is_named;
            (!is_key).then(|| Assumption::ParameterKind(name.to_owned(), kind.clone()))
        })
    }

    /// Whether the request that made or found a resource names the other one in its path, or made it at the same time.
    fn is_below(&self, slot: &str, above: &str) -> bool {
        let Some(source) = self.builder.plan().source(slot) else { return false };
        let named = self.builder.plan().probe(source).is_some_and(|probe| probe.request.slots_in_path().iter().any(|named| **named == *above));
        named || self.builder.plan().maker(above) == Some(source)
    }
}
