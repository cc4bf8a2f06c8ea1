//! HTTP middlewares as Traefik builds them, one by one for each router that they stand on.

use super::board::{Owner, Reference, Target, provider_of, span_or};
use super::service::{Builder, Stack};
use super::{Cause, DEEPEST, middleware};
use crate::document::Ref;
use crate::finding::Location;
use crate::inventory::Part;
use crate::name::Kind;
use crate::schema::value;

impl<'a> Builder<'_, 'a, '_> {
    /// Builds a list of middlewares, the last first as Traefik does.
    pub(super) fn chain(
        &mut self,
        list: Ref<'a>,
        file: usize,
        provider: &str,
        owner: Owner<'_>,
        stack: &mut Stack,
    ) -> Result<(), String> {
        for item in value::list(list).iter().rev() {
            let at = Location::of(file, item.span);
            self.middleware(&Reference { text: &item.text, at, provider, owner }, stack)?;
        }
        Ok(())
    }

    /// Builds the middleware that is referred to.
    pub(super) fn middleware(&mut self, reference: &Reference<'_>, stack: &mut Stack) -> Result<(), String> {
        let place = match self.board.find(Kind::Http, Part::Middleware, reference) {
            Target::Foreign => return Ok(()),
            Target::Ours(place) => place,
            Target::Nothing => return Err(self.board.missing(Kind::Http, Part::Middleware, reference)),
        };
        if self.built.middlewares[place] || stack.len() > DEEPEST {
            return Ok(());
        }
        self.recursion(place, stack)?;
        stack.push(place);
        let built = self.build_middleware(place, stack);
        stack.pop();
        self.built.middlewares[place] = built.is_ok();
        built.inspect_err(|says| self.board.states[place].add(says, true))
    }

    fn build_middleware(&mut self, place: usize, stack: &mut Stack) -> Result<(), String> {
        let definition = self.board.definition(place);
        let name = definition.name;
        let owner = |field| Owner { kind: Kind::Http, part: Part::Middleware, name, field };
        let checked = middleware::http(&format!("{name}@file"), definition.value, self.board.surroundings);
        let [chain, errors] = value::pick(definition.value, ["chain", "errors"]);
        let sort = checked.as_ref().err().map(|broken| broken.kind);
        use middleware::BrokenKind::{NoType, SeveralTypes};
        if let (Some(errors), false) = (errors, matches!(sort, Some(NoType | SeveralTypes))) {
            // Traefik reads `status` before it builds the service, and `statusRewrites` after it.
            let status_is_bad = checked.as_ref().is_err_and(|broken| broken.field.starts_with("errors.status."))
                || checked.as_ref().is_err_and(|broken| broken.field == "errors.status");
            if !status_is_bad {
                let [service] = value::pick(errors, ["service"]);
                let text = service.and_then(value::text).unwrap_or_default();
                let at = self.board.at(place, span_or(service, definition.key));
                let reference =
                    Reference { text: &text, at, provider: provider_of(name), owner: owner("errors.service") };
                self.service(&reference, stack)?;
            }
        }
        if let Err(broken) = checked {
            let cause = Cause::BadMiddleware { name: name.to_owned(), kind: broken.kind };
            return Err(self.board.fail(place, &broken.field, broken.at, &broken.says, cause));
        }
        match chain.and_then(|chain| value::field(chain, "middlewares")) {
            Some(list) => self.chain(list, definition.file, provider_of(name), owner("chain.middlewares"), stack),
            None => Ok(()),
        }
    }
}
