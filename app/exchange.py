"""One collection of a Sync request, answered. What goes wrong here stays in this collection."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from adapters.eas import attachments, sync
from adapters.eas.dialect import Dialect
from adapters.eas.ids import server_id, uuid_of
from adapters.eas.quirks import quirks_for
from adapters.eas.request import Request
from adapters.eas.sync import Told, WireCollection, WireCommand
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from app import classes
from app.composition import CODEC
from app.context import Context
from app.conversation import Answer, Ask, Command, Conversation, Desk
from app.desk import DONE, NOT_FOUND, UNCONVERTIBLE, ItemDesk
from app.journal import incident
from domain.item import ADD, CHANGE, DELETE
from domain.round import Reach, Verdict, Wishes
from projections import folders, items
from projections.delta import Entry, Verb, View
from projections.folders import FolderRow
from projections.lines import Line, Round
from projections.synckey import FIRST, SyncKey

OPS = {"Add": ADD, "Change": CHANGE, "Delete": DELETE}


@dataclass(frozen=True)
class MailDesk:
    """Mail folders are listed and stay empty: nothing can be put into them."""

    def add(self, command: Command, view: View, begun: int) -> Verdict:
        return Verdict(command.op, command.name, command.digest, UNCONVERTIBLE)

    def change(self, command: Command, view: View, reach: Reach) -> Verdict:
        return Verdict(command.op, command.name, command.digest, NOT_FOUND)

    def delete(self, command: Command, view: View, reach: Reach) -> Verdict:
        return Verdict(command.op, command.name, command.digest, DONE)


@dataclass(frozen=True)
class Exchange:
    """Speaks about one collection on behalf of one request."""

    context: Context
    request: Request
    wire: WireCollection

    def told(self, window: int) -> Told:
        """What the phone is told, with at most `window` entries."""
        try:
            return self._told(window)
        except (sqlite3.Error, OSError):
            raise  # the store is in trouble, not this collection
        except Exception as error:  # the border of one collection
            self.context.journal["incident"] = incident(error)
            return self._failed(sync.SERVER)

    def pending(self) -> bool:
        """Whether anything has become news since the collection was found quiet."""
        with self.context.groupware.reading() as connection:
            folder = self._folder(connection)
            return folder is None or not self._quiet(connection, folder, sync.DEFAULT_WINDOW)

    def _told(self, window: int) -> Told:
        if self.wire.problem:
            return self._failed(self.wire.problem)
        with self.context.groupware.reading() as connection:
            folder = self._folder(connection)
            if folder is None:
                return self._failed(sync.HIERARCHY)
            problem = self._problem(folder)
            if problem:
                return self._failed(problem)
            quiet = self._key() != FIRST and self._quiet(connection, folder, window)
        return self._none(folder) if quiet else self._answer(folder, window)

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

    def _quiet(self, connection: sqlite3.Connection, folder: FolderRow, window: int) -> bool:
        """Whether there is nothing to say; then nothing is written, and the key stays."""
        talk, key = self._talk(connection), self._key()
        found = talk.find(key) if key else None
        if found is None or self.wire.commands:
            return False
        line, round = found
        used = round is line.confirmed and not line.answers
        if not used and (line.answers != (round,)):
            return False
        if self._wishes(round.wishes) != round.wishes:
            return False
        if self.wire.get_changes is False:
            return True
        return not self._pending(talk, line, round, folder)

    def _pending(self, talk: Conversation, line: Line, round: Round, folder: FolderRow) -> bool:
        settled = self.context.groupware.settled
        place = (self.context.partnership.id, talk.collection.id)
        since = settled.upto(place, round.key)
        if talk.pending(line, round, self._cutoff(folder, round.wishes), since):
            return True
        if round.after.done:
            settled.note(place, round.key, talk.collection.head)
        return False

    def _answer(self, folder: FolderRow, window: int) -> Told:
        with self.context.groupware.acting(self.context.author()) as connection:
            talk, key = self._talk(connection), self._key()
            if key == FIRST:
                begun = talk.begin(self._wishes(Wishes()))
                return replace(self._none(folder), key=str(begun), quiet=False)
            found = talk.find(key) if key else None
            if found is None:
                return self._failed(sync.BAD_KEY)
            line, round = found
            wishes = self._wishes(round.wishes)
            ask = Ask(
                commands=[_command(each) for each in self.wire.commands if each.op in OPS],
                wishes=wishes,
                cutoff=self._cutoff(folder, wishes),
                window=window,
                get_changes=self.wire.get_changes is not False,
            )
            answer = talk.respond(line, round, ask, self._desk(folder, connection, wishes))
        return self._rendered(folder, answer)

    def _desk(self, folder: FolderRow, connection: sqlite3.Connection, wishes: Wishes) -> Desk:
        collection = items.collection(connection, folder.id)
        if not folder.kind or collection is None:
            return MailDesk()
        dialect = classes.dialect_for(self.request, self.context.account, wishes)
        read = classes.reader(folder.kind, dialect, self.context.now)
        return ItemDesk(
            self.context.groupware,
            connection,
            collection,
            folder.kind,
            read,
            wishes.client_wins,
        )

    def _rendered(self, folder: FolderRow, answer: Answer) -> Told:
        dialect = classes.dialect_for(self.request, self.context.account, answer.wishes)
        with self.context.groupware.reading() as connection:
            talk = self._talk(connection)
            responses = list(self._responses(folder, talk, answer, dialect))
            commands = [
                element
                for entry in answer.entries
                for element in self._entry(folder, talk, entry, dialect)
            ]
        return Told(
            self.wire.id,
            str(answer.key),
            kind=classes.NAMES[folder.kind],
            more=answer.more,
            responses=responses,
            commands=commands,
            quiet=str(answer.key) == self.wire.key and not responses,
        )

    def _entry(
        self, folder: FolderRow, talk: Conversation, entry: Entry, dialect: Dialect
    ) -> Iterator[Element]:
        name = E("airsync:ServerId", server_id(UUID(bytes=entry.row.item)))
        if entry.verb in (Verb.DELETE, Verb.SOFT_DELETE):
            yield E(f"airsync:{entry.verb.value}", name)
            return
        try:
            values = talk.values(entry)
            data = classes.render(folder.kind, values, dialect, entry.reduced)
        except (sqlite3.Error, OSError):
            raise
        except Exception as error:  # the border of one item: the others are told
            self.context.journal["incident"] = incident(error)
            return
        yield E(f"airsync:{entry.verb.value}", name, E("airsync:ApplicationData", *data))

    def _responses(
        self, folder: FolderRow, talk: Conversation, answer: Answer, dialect: Dialect
    ) -> Iterator[Element]:
        asked = [each for each in self.wire.commands if each.op in OPS]
        for each, verdict in zip(asked, answer.verdicts, strict=True):
            yield from self._response(each, verdict, folder, talk)
        for each in self.wire.commands:
            if each.op == "Fetch":
                yield self._fetched(each, folder, talk, dialect)

    def _response(
        self, each: WireCommand, verdict: Verdict, folder: FolderRow, talk: Conversation
    ) -> Iterator[Element]:
        """An Add is always answered; silence is success for the others (MS-ASCMD 2.2.3.154)."""
        if each.op == "Add":
            made = verdict.item if verdict.status in (DONE, 184) else None
            yield E(
                "airsync:Add",
                E("airsync:ClientId", each.name),
                E("airsync:ServerId", server_id(made)) if made else None,
                E("airsync:Status", verdict.status),
                self._news(folder, talk, made, verdict) if made else None,
            )
            for instance in verdict.refused if made else ():
                yield _changed(server_id(made), instance, UNCONVERTIBLE) if made else E("")
        elif each.op == "Change" and (verdict.status != DONE or verdict.files):
            news = self._news(folder, talk, None, verdict) if verdict.files else None
            yield _changed(each.name, each.instance, verdict.status, news)
        elif each.op == "Delete" and verdict.status not in (DONE, NOT_FOUND):
            yield E(
                "airsync:Delete",
                E("airsync:ServerId", each.name),
                E("airsyncbase:InstanceId", each.instance) if each.instance else None,
                E("airsync:Status", verdict.status),
            )

    def _news(
        self, folder: FolderRow, talk: Conversation, made: UUID | None, verdict: Verdict
    ) -> Element | None:
        """What the server made of an Add or of new files: the UID, the references (16.x)."""
        if self.request.version < Version.V16_0 or folder.kind != "calendar":
            return None
        row = items.item(talk.connection, made) if made else None
        uid = CODEC.decode(row.value).get("uid") if row else None
        return E(
            "airsync:ApplicationData",
            attachments.acknowledged(verdict.files) if verdict.files else None,
            E("calendar:UID", uid) if uid else None,
        )

    def _fetched(
        self, each: WireCommand, folder: FolderRow, talk: Conversation, dialect: Dialect
    ) -> Element:
        id = uuid_of(each.name)
        row = items.item(talk.connection, id) if id else None
        here = row and row.collection == talk.collection.number and not row.removed
        if row is None or not here:
            return E(
                "airsync:Fetch", E("airsync:ServerId", each.name), E("airsync:Status", NOT_FOUND)
            )
        data = classes.render(folder.kind, CODEC.decode(row.value), dialect)
        return E(
            "airsync:Fetch",
            E("airsync:ServerId", each.name),
            E("airsync:Status", DONE),
            E("airsync:ApplicationData", *data),
        )

    def _folder(self, connection: sqlite3.Connection) -> FolderRow | None:
        id = uuid_of(self.wire.id)
        folder = folders.folder(connection, CODEC, id) if id else None
        return folder if folder and folder.owner == self.context.account.id else None

    def _talk(self, connection: sqlite3.Connection) -> Conversation:
        id = uuid_of(self.wire.id)
        collection = items.collection(connection, id) if id else None
        assert collection is not None, "a folder has a collection"
        return Conversation(
            self.context.groupware, connection, self.context.partnership.id, collection, CODEC
        )

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
        bodies = tuple((b.type, b.truncation, b.all_or_none, b.preview) for b in options.bodies)
        return Wishes(
            options.filter_type, options.client_wins, bodies, options.truncation, supported
        )

    def _none(self, folder: FolderRow) -> Told:
        kind = classes.NAMES[folder.kind]
        return Told(self.wire.id, self.wire.key, kind=kind, quiet=True)

    def _failed(self, status: int) -> Told:
        return Told(self.wire.id, self.wire.key, status, self.wire.kind)


def _changed(name: str, instance: str, status: int, news: Element | None = None) -> Element:
    return E(
        "airsync:Change",
        E("airsync:ServerId", name),
        E("airsyncbase:InstanceId", instance) if instance else None,
        E("airsync:Status", status),
        news,
    )


def _command(wire: WireCommand) -> Command:
    """A command on one occurrence is a change of its series, also where it is a deletion."""
    op, name = OPS[wire.op], wire.name
    data: Element | None = wire.data if wire.data is not None else E("airsync:ApplicationData")
    if wire.instance:
        op, name = CHANGE, f"{wire.name}:{wire.instance}"
        data = None if wire.op == "Delete" else data
    item = None if wire.op == "Add" else uuid_of(wire.name)
    return Command(op, name, wire.digest, item, wire.instance, data)
