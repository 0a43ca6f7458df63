"""One collection of a Sync request, answered. What goes wrong here stays in this collection."""

from __future__ import annotations

import sqlite3
from dataclasses import astuple, dataclass, replace

from adapters.eas import sync
from adapters.eas.quirks import quirks_for
from adapters.eas.request import Request
from adapters.eas.sync import Told, WireCollection, WireCommand
from adapters.ids import server_id, uuid_of
from adapters.wbxml import E, Element
from app.context import Context
from app.engine import classes, clones
from app.engine.conversation import Answer, Ask, Command, Conversation
from app.engine.desks import desk_for
from app.engine.talk import folder_named, talk_about
from app.engine.teller import Teller
from app.fault import contained
from domain.item import ADD, CHANGE, DELETE
from domain.round import Wishes
from projections.folders import FolderRow
from projections.lines import Line, Round
from projections.synckey import FIRST, SyncKey

OPS = {"Add": ADD, "Change": CHANGE, "Delete": DELETE}


@dataclass(frozen=True)
class Exchange:
    """Speaks about one collection on behalf of one request."""

    context: Context
    request: Request
    wire: WireCollection

    def told(self, window: int) -> Told:
        """What the phone is told, with at most `window` entries."""
        try:
            return self._found(window)
        except Exception as error:  # the border of one collection
            self.context.journal["incident"] = contained(error)
            return self._failed(sync.SERVER)

    def pending(self) -> bool:
        """Whether anything has become news since the collection was found quiet."""
        with self.context.groupware.reading() as connection:
            folder = folder_named(self.context, connection, self.wire.id)
            return folder is None or not self._quiet(connection, folder)

    def _found(self, window: int) -> Told:
        if self.wire.problem:
            return self._failed(self.wire.problem)
        with self.context.groupware.reading() as connection:
            folder = folder_named(self.context, connection, self.wire.id)
        return self._told(folder, window) if folder else self._failed(sync.HIERARCHY)

    def _told(self, folder: FolderRow, window: int) -> Told:
        problem = self._problem(folder)
        if problem:
            return self._failed(problem, folder)
        with self.context.groupware.reading() as connection:
            quiet = self._key() != FIRST and self._quiet(connection, folder)
        return self._nothing(folder) if quiet else self._answer(folder, window)

    def _problem(self, folder: FolderRow) -> int | None:
        """What the protocol forbids for this folder or key (MS-ASCMD 2.2.3.177.18)."""
        options = self.wire.options
        if folder.kind and self.wire.conversation_mode:
            return sync.PROTOCOL
        if not folder.kind and options and options.filter_type == 8:
            return sync.PROTOCOL
        key = self._key()
        if key == FIRST and (self.wire.commands or self._asks_changes_too_early()):
            return sync.PROTOCOL
        return sync.BAD_KEY if key is None else None

    def _asks_changes_too_early(self) -> bool:
        """GetChanges with key 0 is an error, but for clients known to send it (R3128)."""
        quirks = quirks_for(self.request.user_agent, self.request.device_type)
        return bool(self.wire.get_changes) and not quirks.get_changes_with_key_zero_is_harmless

    def _quiet(self, connection: sqlite3.Connection, folder: FolderRow) -> bool:
        """Whether there is nothing to say; then nothing is written, and the key stays."""
        talk, key = talk_about(self.context, connection, folder.id), self._key()
        found = talk.find(key) if key else None
        if found is None or self.wire.commanded:
            return False
        line, round = found
        used = round is line.confirmed and not line.answers
        if not used and line.answers != (round,):
            return False
        if self._wishes(round.wishes) != round.wishes:
            return False
        if not self._tells():
            return True
        return not self._pending(talk, line, round, folder)

    def _pending(self, talk: Conversation, line: Line, round: Round, folder: FolderRow) -> bool:
        settled = talk.memory.settled
        place = (self.context.partnership.id, talk.collection.id)
        since = settled.upto(place, round.key)
        if talk.pending(line, round, self._cutoff(folder, round.wishes), since):
            return True
        if round.after.done:
            settled.note(place, round.key, talk.collection.head)
        return False

    def _answer(self, folder: FolderRow, window: int) -> Told:
        with self.context.groupware.acting(self.context.author()) as connection:
            talk, key = talk_about(self.context, connection, folder.id), self._key()
            if key == FIRST:
                begun = talk.begin(self._wishes(Wishes()))
                return replace(self._nothing(folder), key=str(begun), quiet=False)
            found = talk.find(key) if key else None
            if found is None or key is None:
                return self._missed(talk, key, folder)
            line, round = found
            wishes = self._wishes(round.wishes)
            ask = Ask(
                commands=[_command(each) for each in self._asked()],
                wishes=wishes,
                cutoff=self._cutoff(folder, wishes),
                window=window,
                get_changes=self._tells(),
            )
            dialect = classes.dialect_for(self.request, self.context.account, wishes)
            desk = desk_for(self.context, connection, folder, dialect, wishes.client_wins)
            answer = talk.respond(line, round, ask, desk)
            if talk.burst:
                self.context.journal["burst"] = server_id(talk.burst)
        return self._rendered(folder, answer)

    def _missed(self, talk: Conversation, key: SyncKey | None, folder: FolderRow) -> Told:
        if key is not None:
            clones.notice(talk, key)
        return self._failed(sync.BAD_KEY, folder)

    def _rendered(self, folder: FolderRow, answer: Answer) -> Told:
        dialect = classes.dialect_for(self.request, self.context.account, answer.wishes)
        with self.context.groupware.reading() as connection:
            talk = talk_about(self.context, connection, folder.id)
            teller = Teller(folder.kind, talk, dialect, self.context.journal)
            responses = [
                response
                for said, verdict in zip(self._asked(), answer.verdicts, strict=True)
                for response in teller.response(said, verdict)
            ]
            tell = teller.withheld if self.context.partnership.waits else teller.fetched
            responses += [tell(e) for e in self.wire.commands if e.op == "Fetch"]
            commands = [told for entry in answer.entries if (told := teller.command(entry))]
        if teller.spared:
            self._set_apart(folder, answer, teller)
        return Told(
            self.wire.id,
            str(answer.key),
            kind=classes.NAMES[folder.kind],
            more=answer.more,
            responses=responses,
            commands=commands,
            quiet=str(answer.key) == self.wire.key and not self.wire.commanded,
        )

    def _set_apart(self, folder: FolderRow, answer: Answer, teller: Teller) -> None:
        """Note what this answer goes without; the phone is offered the next edition."""
        with self.context.groupware.acting(self.context.author()) as connection:
            talk = talk_about(self.context, connection, folder.id)
            for entry, reduced in teller.spared:
                talk.set_apart(answer.key, entry, reduced)

    def _tells(self) -> bool:
        """Whether the phone is to hear what is new; one in quarantine is told nothing yet."""
        return self.wire.get_changes is not False and not self.context.partnership.waits

    def _asked(self) -> list[WireCommand]:
        return [each for each in self.wire.commands if each.op in OPS]

    def _key(self) -> SyncKey | None:
        return SyncKey.parse(self.wire.key)

    def _cutoff(self, folder: FolderRow, wishes: Wishes) -> int:
        return classes.cutoff(folder.kind, wishes.filter_type, self.context.now)

    def _wishes(self, before: Wishes) -> Wishes:
        """The options in force: those of this request as a whole, else those of the last."""
        supported = self.wire.supported if self._key() == FIRST else before.supported
        options = self.wire.options
        if options is None:
            return replace(before, supported=supported)
        bodies = tuple(map(astuple, options.bodies))
        return Wishes(
            options.filter_type, options.client_wins, bodies, options.truncation, supported
        )

    def _nothing(self, folder: FolderRow) -> Told:
        kind = classes.NAMES[folder.kind]
        return Told(self.wire.id, self.wire.key, kind=kind, quiet=True)

    def _failed(self, status: int, folder: FolderRow | None = None) -> Told:
        kind = classes.NAMES[folder.kind] if folder else self.wire.kind
        return Told(self.wire.id, self.wire.key, status, kind)


def _command(wire: WireCommand) -> Command:
    """A command on one occurrence is a change of its series, also where it is a deletion."""
    op, name = OPS[wire.op], wire.name
    data: Element | None = wire.data if wire.data is not None else E("airsync:ApplicationData")
    if wire.instance:
        op, name = CHANGE, f"{wire.name}:{wire.instance}"
        data = None if wire.op == "Delete" else data
    item = None if wire.op == "Add" else uuid_of(wire.name)
    return Command(op, name, wire.digest, item, wire.instance, data)
