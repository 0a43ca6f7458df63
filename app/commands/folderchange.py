"""FolderCreate, FolderUpdate and FolderDelete: commands on the hierarchy (MS-ASCMD 2.2.1.2-6).

The new key contains the phone's own change. What others changed stays pending for the next
FolderSync. A repeated command is recognised by its content and gets its first answer.
"""

from __future__ import annotations

from hashlib import blake2b
from uuid import UUID

from adapters.eas.reply import Answer, Reply
from adapters.eas.request import Request
from adapters.ids import server_id, uuid_of
from adapters.wbxml import E, Element
from app.commands.foldersync import ROOT, failure, respond
from app.context import Context
from app.engine.conversation import Answer as Told
from app.engine.conversation import Ask, Command
from app.engine.talk import talk_about_folders
from app.folders import BadName, NoParent, Place
from domain.item import ADD, CHANGE, DELETE
from domain.refused import Fixed, NameTaken, NotServed, Refused, Unknown
from projections.synckey import FIRST, SyncKey

SUCCESS, EXISTS, SPECIAL, MISSING, NO_PARENT, BAD_KEY, MALFORMED = 1, 2, 3, 4, 5, 9, 10

STATUS: dict[str, dict[type[Refused], int]] = {
    "FolderCreate": {
        NameTaken: EXISTS,
        NoParent: NO_PARENT,
        Fixed: MALFORMED,
        NotServed: MALFORMED,
        BadName: MALFORMED,
    },
    "FolderUpdate": {
        NameTaken: EXISTS,
        Fixed: EXISTS,
        Unknown: MISSING,
        NoParent: NO_PARENT,
        BadName: MALFORMED,
    },
    "FolderDelete": {Fixed: SPECIAL, Unknown: MISSING},
}
"""What a refusal is called by each command (MS-ASCMD 2.2.3.177.2, .3 and .5)."""


class Incomplete(ValueError):
    """A required element is missing or not what it should be."""


def create(context: Context, request: Request) -> Reply:
    return _handle(context, request, "FolderCreate")


def update(context: Context, request: Request) -> Reply:
    return _handle(context, request, "FolderUpdate")


def delete(context: Context, request: Request) -> Reply:
    return _handle(context, request, "FolderDelete")


def _handle(context: Context, request: Request, name: str) -> Reply:
    try:
        key, command = read(name, request.body)
    except Incomplete:
        return failure(name, MALFORMED)
    context.journal["key"] = str(key)
    try:
        told = _carry_out(context, key, command)
    except Refused as refusal:
        return failure(name, STATUS[name][type(refusal)])
    if told is None:
        return failure(name, BAD_KEY)
    made = told.verdicts[0].item if command.op == ADD else None
    return Answer(
        E(
            f"folderhierarchy:{name}",
            E("folderhierarchy:Status", SUCCESS),
            E("folderhierarchy:SyncKey", str(told.key)),
            E("folderhierarchy:ServerId", server_id(made)) if made else None,
        )
    )


def _carry_out(context: Context, key: SyncKey | None, command: Command) -> Told | None:
    """The answer; None for a key that means nothing. A refusal takes everything back."""
    if key is None or key == FIRST:
        return None
    with context.groupware.acting(context.author()) as connection:
        talk = talk_about_folders(context, connection)
        return respond(context, talk, key, Ask(commands=[command], get_changes=False))


def read(name: str, body: Element | None) -> tuple[SyncKey | None, Command]:
    def said(tag: str) -> str:
        text = body.text_of(f"folderhierarchy:{tag}") if body is not None else None
        if text is None:
            raise Incomplete(tag)
        return text

    key = SyncKey.parse(said("SyncKey"))
    if name == "FolderCreate":
        place = Place(said("DisplayName"), _parent(said("ParentId")), _type(said("Type")))
        digest = _digest(place.name, said("ParentId"), str(place.type))
        return key, Command(ADD, digest.hex(), digest, data=place)
    id, text = uuid_of(said("ServerId")), said("ServerId")
    if name == "FolderDelete":
        return key, Command(DELETE, text, b"", id)
    place = Place(said("DisplayName"), _parent(said("ParentId")))
    return key, Command(CHANGE, text, _digest(place.name, said("ParentId")), id, data=place)


def _parent(text: str) -> UUID | None:
    """None at the root; an id that cannot be one of ours is of a folder that is not there."""
    return None if text == ROOT else uuid_of(text) or UUID(int=0)


def _type(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise Incomplete("Type")
    return int(text)


def _digest(*parts: str) -> bytes:
    return blake2b("\0".join(parts).encode(), digest_size=16).digest()
