"""The lines that no scenario passes, and why. One that is passed after all, or is gone, must not
stand here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tests.faults.injection import ROOT, Point

LINES: Final = {
    "it only says what a function looks like": """
        app/engine/asking.py Desk.add
        app/engine/asking.py Desk.change
        app/engine/asking.py Desk.delete
        app/engine/desk.py Reader.__call__
    """,
    "it is passed when a process starts or a module is loaded": """
        app/engine/teller.py <dictcomp>
        app/limits.py Budgets.__init__
        app/limits.py Notices.__init__
        app/limits.py Pace.__init__
        app/limits.py Turnstile.__init__
        app/settled.py Settled.__init__
        app/still.py Stillness.__init__
        projections/delta.py Rule.__init__
        projections/items.py <dictcomp>
        projections/items.py ItemProjector.__init__
        projections/lines.py LineProjector.__init__
    """,
    "it is what a border does with a fault: each injection within the border passes it": """
        app/commands/itemoperations.py _carry_out: except Exception
        app/commands/itemoperations.py _carry_out: context.journal["incident"]
        app/commands/itemoperations.py _carry_out: return wire.fetched(each, wire.NOT_CONVERTED)
        app/commands/moveitems.py _carry_out: except Exception
        app/commands/moveitems.py _carry_out: context.journal["incident"]
        app/commands/moveitems.py _carry_out: return FAILED
        app/eas.py ActiveSync.answer: return told
        app/fault.py contained: raise error
        app/engine/teller.py Teller.response: yield _result("Delete"
    """,
    "two requests at once, or a phone that is gone: tests/system and tests/app/test_wake.py": """
        app/commands/ping.py _wait: return NOTHING
        app/commands/sync.py _respond: if status is not None
        app/commands/sync.py _respond: later = replace(
        app/commands/sync.py _respond: told = list(_told([replace(
        app/commands/sync.py _respond.<locals>.<listcomp>
        app/eas.py ActiveSync.answer: raise Vanished
        app/push/parking.py park: _look_again(stay)
        app/push/parking.py _look_again
        app/devices/admission.py _meet: return there
        app/engine/conversation.py Conversation.set_apart: return
    """,
    "it takes a flood, or phones that go by one name: tests/app, tests/pains, tests/system": """
        app/limits.py Notices.due
        app/limits.py Pace.one_of: raise TooMany
        app/limits.py Pace.one_of: raise TooOften
        app/limits.py TooMany.__init__
        app/push/parking.py _expect_room: raise limits.TooManyParked
        app/push/parking.py place: return uuid4()
        app/devices/admission.py _make_room
        app/engine/repeating.py _filled: return None
        app/still.py Known.line: return {
        app/engine/talk.py hierarchy_changed: behind =
        app/engine/talk.py hierarchy_changed: return bool
        app/engine/talk.py hierarchy_changed.<locals>.<listcomp>
    """,
    "a burst of changes, or one that a decision overtakes: tests/laws plays them at random": """
        app/engine/conversation.py Conversation.event
        app/engine/desk.py ItemDesk._change_held: except Unconvertible
        app/engine/desk.py ItemDesk._change_held: return
        app/engine/desk.py ItemDesk._change_held: whole =
        app/engine/desk.py ItemDesk._delete_held: return self._hold
        app/engine/desk.py ItemDesk._join: item.discard(
        app/engine/desk.py ItemDesk.change: return self._hold(
        app/engine/siblings.py _held_as: return None
        projections/delta.py View._commands: yield row.pos
        projections/delta.py View.known: if hold.since
        projections/delta.py View.known: return hold.base
    """,
    "it takes a history that tests/laws plays at random against the model": """
        app/engine/desk.py ItemDesk._merge: item.reoffer("overruled"
        app/engine/desk.py ItemDesk._merge: self.groupware.save(item)
        app/engine/desk.py ItemDesk._revise: return _verdict(
        app/engine/desk.py ItemDesk.delete: return _verdict(command, DONE if
        app/items.py revise: return
        app/engine/siblings.py _insist: return
        app/engine/siblings.py _withdraw: return
        projections/delta.py View._shows: own =
        projections/delta.py View._shows: return not any(
        projections/delta.py View._shows.<locals>.<genexpr>
        projections/delta.py View.has: reach = replace(
        projections/delta.py View.known: sent = self._at(item, kept.pos
        projections/delta.py _drained
    """,
    "a value that no phone of these scenarios sends; rows of tables in tests/app have them": """
        app/engine/classes.py _new_reference
        app/engine/classes.py _with_empty_body: return told
        app/items.py check: raise Unfit
        app/engine/teller.py Teller._added: yield _result("Change"
    """,
    "a phone is recorded: tests/app/test_replay.py": """
        app/eas.py ActiveSync.__call__: self.recorder.keep(
        app/eas.py ActiveSync._recorded: came, address =
        app/eas.py ActiveSync._recorded: return self.recorder.listening(
    """,
    "rows are compacted, or looked back at: tests/laws/test_compaction.py, test_explained.py": """
        projections/delta.py View.drained
        projections/items.py ItemProjector.__call__: _compact(
        projections/items.py _compact
        projections/items.py superseded
        projections/items.py collections
        projections/items.py collections.<locals>.<listcomp>
        projections/items.py ever
        projections/items.py ever.<locals>.<listcomp>
        projections/lines.py LineProjector.__call__: self._compact(
        projections/lines.py LineProjector._compact
        projections/lines.py LineProjector._compact.<locals>.<setcomp>
        projections/lines.py needs
        projections/lines.py needs.<locals>.<genexpr>
        projections/lines.py _needed
    """,
    "it is for pages and for whoever counts: tests/security, tests/app/test_metrics.py": """
        app/eas.py _count: measures.WAKE.put(
        app/limits.py Turnstile.expect_pace
        projections/asked.py every
        projections/lines.py count_quarantined
    """,
    "a phone waits less, since its network cuts it off: tests/app/test_heartbeats.py": """
        app/commands/ping.py handle: return Answer(wire.write(wire.INTERVAL, interval=longest
    """,
    "a person is erased while a phone of theirs is at work: tests/app/test_person_erased.py": """
        app/devices/admission.py _meet: raise Erased
        app/devices/admission.py _changed: raise Erased
        app/engine/talk.py talk_about: raise Erased
    """,
    "nothing that a phone asks leads there": """
        app/engine/asking.py Answer.empty
        app/autodiscover.py _plainly
        app/folders.py empty: raise Unknown
        app/push/parking.py deciding: yield Policy.id_of
    """,
    "only an administrator does this, through the command line": """
        app/folders.py make_default_folders
        app/items.py load: raise Unknown
        app/items.py remove: raise Unknown
        app/items.py restore
        app/items.py restore_edit
        app/devices/phones.py approve
        app/devices/phones.py approve.<locals>.<lambda>
        app/devices/phones.py block
        app/devices/phones.py block.<locals>.<lambda>
        app/devices/phones.py call_it
        app/devices/phones.py call_it.<locals>.<lambda>
        app/devices/phones.py end_exception
        app/devices/phones.py end_exception.<locals>.<lambda>
        app/devices/phones.py except_from_policy
        app/devices/phones.py except_from_policy.<locals>.<lambda>
        app/devices/phones.py expect_version
        app/devices/phones.py expect_version.<locals>.<genexpr>
        app/devices/phones.py expect_version.<locals>.<setcomp>
        app/devices/phones.py forget
        app/devices/phones.py forget.<locals>.end
        app/devices/phones.py set_ceiling
        app/devices/phones.py set_ceiling.<locals>.<lambda>
        app/devices/phones.py unblock
        app/devices/phones.py unblock.<locals>.<lambda>
        projections/lines.py LineProjector.__call__: forget(
        projections/lines.py forget
        projections/lines.py quarantined
        projections/lines.py synced
        projections/lines.py synced.<locals>.<setcomp>
    """,
    "only a page asks for it": """
        app/items.py edit
        projections/items.py lasting
    """,
    "it takes an update of the phone: tests/app/test_phones.py": """
        app/devices/admission.py _seen: return _changed
        app/devices/admission.py _seen.<locals>.<lambda>
    """,
    "it takes months, and the phone its keys: tests/app/test_silence.py": """
        app/devices/admission.py _let_go_of_the_silent: phone
        app/devices/admission.py _let_go_of_the_silent: groupware
    """,
    "it keeps a cache small that is far larger than a test fills": """
        app/limits.py Budgets.spend: self._left.popitem
        app/settled.py Settled.note: self._known.popitem
        app/still.py Stillness.note: self._known.popitem
        app/still.py Stillness._stands: return False
    """,
}


@dataclass(frozen=True)
class Excuses:
    """`lines` are by reason: a file and a function, and how the line begins if it is not the
    function as a whole."""

    lines: dict[str, str]

    def excuse(self, point: Point) -> str:
        """The reason why this point may be left out; empty if there is none."""
        for reason, entries in self.lines.items():
            if any(_means(entry, point) for entry in _split(entries)):
                return reason
        return ""

    def idle(self, left: Iterable[Point]) -> list[str]:
        """Entries that mean none of what is left."""
        points = list(left)
        entries = [each for text in self.lines.values() for each in _split(text)]
        return [each for each in entries if not any(_means(each, point) for point in points)]


def _split(entries: str) -> list[str]:
    return [line.strip() for line in entries.strip().splitlines()]


def _means(entry: str, point: Point) -> bool:
    place, _, line = entry.partition(": ")
    named = place == f"{point.file} {point.function}"
    return named and (not line or _source(point.file)[point.line - 1].strip().startswith(line))


@cache
def _source(file: str) -> list[str]:
    return Path(ROOT / file).read_text().splitlines()


UNREACHED: Final = Excuses(LINES)
