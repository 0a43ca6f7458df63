"""What may become of a request in which something broke (DESIGN law 9).

Either nothing: the answer is the right one. Or one collection is Status 5, one item Status 6 (or
what its command has for that), and all others are as they should be. Or all of it is 503 with
Retry-After. A fault that shows has an incident, in the journal and in the reply; trouble of the
store is known by its name.
"""

from __future__ import annotations

import gzip
import re
import struct
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any, Final

from adapters.eas.reply import MULTIPART
from adapters.wbxml import Element, decode
from app.commands import itemoperations, moveitems
from app.engine.desk import ItemDesk
from app.engine.exchange import Exchange
from app.engine.teller import Teller
from app.errors import INCIDENT
from tests.app import statuses
from tests.app.shell import Response
from tests.faults.injection import OWN, Point
from tests.faults.phone import plain as without_empty

Unit = tuple[str, ...]
Journal = Sequence[Mapping[str, Any]]

ITEM: Final = [
    ItemDesk.add.__code__,
    ItemDesk.change.__code__,
    ItemDesk.delete.__code__,
    Teller._fragment.__code__,
    moveitems._move.__code__,
    itemoperations._fetched.__code__,
]
COLLECTION: Final = [Exchange._found.__code__]
"""Within the borders: what breaks in these stays there, unless it is everybody's trouble."""

FAULTY: Final = {"Sync": {"5", "6"}, "MoveItems": {"5"}, "ItemOperations": {"14"}}
"""Status of a collection or an item that could not be dealt with."""

NAME = re.compile(r"[a-z2-7]{26}|[0-9a-f]{8}-[0-9a-f-]{27}")


@dataclass(frozen=True)
class Reader:
    """Reads replies without what chance makes different in each run. `known` are the ids of what
    was there before."""

    known: frozenset[str]

    def shape(self, response: Response) -> object:
        root = document(response)
        said = self.chance(response.body.decode("latin-1")) if root is None else self.units(root)
        return response.status, said

    def units(self, root: Element) -> dict[Unit, object]:
        """What is said, by the thing it is said of."""
        return dict(self._units((), root))

    def _units(self, path: Unit, element: Element) -> Iterator[tuple[Unit, object]]:
        tag = element.name.partition(":")[2]
        here = (*path, tag, *self._named(element))
        if not list(element):
            yield here, self._text(element)
        elif tag in ("ApplicationData", "Properties"):
            yield here, self.plain(without_empty(element))
            return
        numbers: Counter[str] = Counter()
        for child in element:
            numbers[child.name] += 1
            yield from self._units(
                (*here, f"#{numbers[child.name]}") if not any(self._named(child)) else here, child
            )

    def _named(self, element: Element) -> Iterator[str]:
        found = {child.name.partition(":")[2]: child.value for child in element}
        for tag in ("CollectionId", "ClientId", "ServerId", "SrcMsgId"):
            if said := found.get(tag):
                yield self.chance(said)

    def _text(self, element: Element) -> str:
        if element.name.endswith(":SyncKey") or element.name.endswith(":PolicyKey"):
            return "0" if element.value == "0" else "key"
        return self.chance(element.value)

    def chance(self, text: str) -> str:
        return NAME.sub(lambda found: found[0] if found[0] in self.known else "new", text)

    def plain(self, said: Any) -> Any:
        if isinstance(said, str):
            return self.chance(said)
        return tuple(map(self.plain, said)) if isinstance(said, tuple) else said


@dataclass(frozen=True)
class Struck:
    """A request in which `point` failed, and what came of it; `early` if that was before what was
    to happen while it waits, so that the other collections had nothing to say yet."""

    command: str
    point: Point
    kind: str
    under_way: list[CodeType]
    response: Response
    journal: Journal
    early: bool

    def within(self, borders: list[CodeType]) -> bool:
        """Whether it broke inside one of these."""
        return any(code is border for code in self.under_way for border in borders)

    def complaints(self, clean: Response, right: object, reader: Reader) -> Iterator[str]:
        told = self.response
        if reader.shape(told) == right:
            return
        if told.status == 503:
            yield from self._of_all()
        elif told.status == 200 and (root := document(told)) is not None:
            right = document(clean)
            yield from self._of_a_part(
                {} if right is None else reader.units(right), reader.units(root)
            )
            statuses.expect(self.command, root)
        else:
            yield f"HTTP {told.status} with {len(told.body)} bytes"
        yield from self._of_the_incident()

    def _of_all(self) -> Iterator[str]:
        if not (self.response["Retry-After"] or "").isdigit():
            yield "503 without Retry-After"
        if self.kind in OWN and self.within([*ITEM, *COLLECTION]):
            yield "it spread to the whole request"

    def _of_a_part(self, clean: dict[Unit, object], told: dict[Unit, object]) -> Iterator[str]:
        units = {u for u in clean.keys() | told.keys() if clean.get(u) != told.get(u)}
        collections, items = set(map(_collection, units)), set(map(_item, units))
        if self.early:
            collections = {each for each in collections if each in set(map(_collection, told))}
        if self.command == "Sync" and any(map(len, collections)):
            collections -= {()}
        if len(collections) > 1:
            yield f"it spread to {len(collections)} collections"
        if self.kind in OWN and self.within(ITEM) and len(items) > 1:
            yield f"it spread to {sorted(items)}"
        changed = {str(told[u]) for u in units if u in told and "Status" in u[-2:]}
        if not changed <= FAULTY.get(self.command, set()):
            yield f"Status {sorted(changed)}"

    def _of_the_incident(self) -> Iterator[str]:
        """The store's trouble has one, too: what happened is nobody's fault, and no less told."""
        named = self.response[INCIDENT]
        told = {"incident", "trouble"}
        written = {line["incident"] for line in self.journal if line["event"] in told}
        if named is None:
            yield "no incident in the reply"
        elif named not in written:
            yield f"incident {named} is not in the journal"


def document(response: Response) -> Element | None:
    """The document of a reply, where it is one."""
    body = response.body
    if response["Content-Encoding"] == "gzip":
        body = gzip.decompress(body)
    if response["Content-Type"] == MULTIPART:
        offset, length = struct.unpack_from("<II", body, 4)
        body = body[offset : offset + length]
    return decode(body) if body[:1] == b"\x03" else None


def _collection(unit: Unit) -> Unit:
    """Empty for what is said of none."""
    return unit[: unit.index("Collection") + 2] if "Collection" in unit else ()


def _item(unit: Unit) -> Unit:
    """The last thing with a name of its own."""
    names = [part for part in unit if not part[:1].isupper()]
    return tuple(names[-1:])
