"""The answer of a conversation in the phone's words: Responses and Commands (MS-ASCMD 2.2.1.21).

An item that cannot be shown is shown reduced; if that fails, too, it is left out. Either is
noted, so that an administrator sees it and the phone is offered the next edition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from adapters.eas import attachments
from adapters.eas.dialect import Dialect
from adapters.eas.sync import WireCommand
from adapters.eas.version import Version
from adapters.ids import server_id, uuid_of
from adapters.wbxml import E, Element, Fragment, encode_fragment
from app.composition import CODEC
from app.engine import classes
from app.engine.conversation import Conversation
from app.engine.desk import CONFLICT, DONE, NOT_FOUND, PARTLY, UNCONVERTIBLE
from app.fault import contained
from app.journal import Fields
from domain.round import Verdict
from projections import items
from projections.delta import Entry, Verb

VERBS: Final = {verb: f"airsync:{verb.value}" for verb in Verb}

AS_ADDED = {CONFLICT: DONE, NOT_FOUND: UNCONVERTIBLE}
"""What an Add is told that had come in other words before, and was carried out as a Change."""


@dataclass
class Teller:
    """Speaks of one folder in one dialect. `spared` gathers what could not be shown as it
    should: True where it was shown reduced, False where it was left out."""

    kind: str
    talk: Conversation
    dialect: Dialect
    journal: Fields
    spared: list[tuple[Entry, bool]] = field(default_factory=list)
    _forms: dict[tuple[bool, bool], int] = field(default_factory=dict)

    def command(self, entry: Entry) -> Element | None:
        """What the phone is to do about an item; None for one that is left out."""
        if entry.verb in (Verb.DELETE, Verb.SOFT_DELETE):
            return E(VERBS[entry.verb], _name(entry))
        told = self._shown(entry)
        return None if told is None else E(VERBS[entry.verb], told)

    def response(self, said: WireCommand, verdict: Verdict) -> Iterator[Element]:
        """An Add is always answered; silence is success for the others (MS-ASCMD 2.2.3.154)."""
        if said.op == "Add":
            yield from self._added(said, verdict)
        elif said.op == "Change" and (verdict.status != DONE or verdict.files):
            news = self._news(None, verdict) if verdict.files else None
            yield _result("Change", said.name, said.instance, verdict.status, news)
        elif said.op == "Delete" and verdict.status not in (DONE, NOT_FOUND):
            yield _result("Delete", said.name, said.instance, verdict.status)

    def fetched(self, said: WireCommand) -> Element:
        """The item as it stands."""
        id = uuid_of(said.name)
        row = items.item(self.talk.connection, id) if id else None
        if row is None or row.removed or row.collection != self.talk.collection.number:
            return _result("Fetch", said.name, "", NOT_FOUND)
        try:
            data = classes.render(self.kind, CODEC.decode(row.value), self.dialect)
        except Exception as error:  # the border of one item
            self.journal["incident"] = contained(error)
            return _result("Fetch", said.name, "", UNCONVERTIBLE)
        return _result("Fetch", said.name, "", DONE, E("airsync:ApplicationData", *data))

    def withheld(self, said: WireCommand) -> Element:
        """For a phone in quarantine the item is not there."""
        return _result("Fetch", said.name, "", NOT_FOUND)

    def _shown(self, entry: Entry) -> Fragment | None:
        for reduced in (True,) if entry.reduced else (False, True):
            try:
                data = self._fragment(entry, reduced)
            except Exception as error:  # the border of one item: the others are told
                self.journal["incident"] = contained(error)
                continue
            if reduced and not entry.reduced:
                self.spared.append((entry, True))
            return data
        self.spared.append((entry, False))
        return None

    def _fragment(self, entry: Entry, reduced: bool) -> Fragment:
        """Name and item in the phone's form, from memory if another phone was told the same."""
        row, held, kept = entry.row, entry.verb is Verb.CHANGE, self.talk.memory.fragments
        form = self._form(reduced, held)
        found = kept.find(form, row.item, row.edition)
        if found is None:
            values = self.talk.values(entry)
            told = classes.render(self.kind, values, self.dialect, reduced, held)
            found = encode_fragment([_name(entry), E("airsync:ApplicationData", *told)], 0)
            kept.keep(form, row.item, row.edition, found)
        return found

    def _form(self, reduced: bool, held: bool) -> int:
        if (form := self._forms.get((reduced, held))) is None:
            form = self.talk.memory.fragments.form((self.kind, self.dialect, reduced, held))
            self._forms[reduced, held] = form
        return form

    def _added(self, said: WireCommand, verdict: Verdict) -> Iterator[Element]:
        status = AS_ADDED.get(verdict.status, verdict.status)
        made = verdict.item if status in (DONE, PARTLY) else None
        yield E(
            "airsync:Add",
            E("airsync:ClientId", said.name),
            E("airsync:ServerId", server_id(made)) if made else None,
            E("airsync:Status", status),
            self._news(made, verdict) if made else None,
        )
        if made:
            for instance in verdict.refused:
                yield _result("Change", server_id(made), instance, UNCONVERTIBLE)

    def _news(self, made: UUID | None, verdict: Verdict) -> Element | None:
        """What the server made of an Add or of new files: the UID, the references (16.x)."""
        if self.dialect.version < Version.V16_0 or self.kind != "calendar":
            return None
        row = items.item(self.talk.connection, made) if made else None
        uid = CODEC.decode(row.value).get("uid") if row else None
        return E(
            "airsync:ApplicationData",
            E("calendar:UID", uid) if uid else None,
            attachments.acknowledged(verdict.files) if verdict.files else None,
        )


def _name(entry: Entry) -> Element:
    return E("airsync:ServerId", server_id(UUID(bytes=entry.row.item)))


def _result(op: str, name: str, instance: str, status: int, news: Element | None = None) -> Element:
    return E(
        f"airsync:{op}",
        E("airsync:ServerId", name),
        E("airsyncbase:InstanceId", instance) if instance else None,
        E("airsync:Status", status),
        news,
    )
