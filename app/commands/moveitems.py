"""MoveItems: an item goes to another folder and keeps its name (MS-ASCMD 2.2.1.12).

The next Sync tells every phone, the one that moved it too: a Delete here, an Add there.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from adapters.eas.reply import Answer, Failure, Reply
from adapters.eas.request import NOT_OURS, Request
from adapters.ids import uuid_of
from adapters.wbxml import E, Element
from app import items as use
from app.context import Context
from app.engine.talk import folder_named
from app.fault import contained
from projections import items

NO_SOURCE, NO_DESTINATION, MOVED, SAME_FOLDER, FAILED = 1, 2, 3, 4, 5
"""Status of a move (MS-ASCMD 2.2.3.177.10)."""

MOST: Final = 1000
"""Moves in one request (MS-ASCMD 3.1.5.11)."""


@dataclass(frozen=True)
class Move:
    """One item to be moved, in the phone's words."""

    item: str
    source: str
    destination: str


def handle(context: Context, request: Request) -> Reply:
    listed = request.body.find_all("move:Move") if request.body is not None else []
    moves = [move for each in listed if (move := _read(each))]
    if not 0 < len(listed) <= MOST or len(moves) != len(listed):
        return Failure(NOT_OURS)
    with context.groupware.acting(context.author()) as connection:
        told = [(move, _carry_out(context, connection, move)) for move in moves]
    context.journal["moved"] = sum(status == MOVED for _, status in told)
    return Answer(E("move:MoveItems", *(_response(*each) for each in told)))


def _read(element: Element) -> Move | None:
    """None where the document is not what the protocol allows."""
    said = [element.text_of(f"move:{tag}") for tag in ("SrcMsgId", "SrcFldId", "DstFldId")]
    once = len(element.find_all("move:DstFldId")) == 1
    item, source, destination = (text or "" for text in said)
    return Move(item, source, destination) if once and all(said) else None


def _carry_out(context: Context, connection: sqlite3.Connection, move: Move) -> int:
    try:
        with context.groupware.pool.writing():
            return _move(context, connection, move)
    except Exception as error:  # the border of one item: the others are moved
        context.journal["incident"] = contained(error)
        return FAILED


def _move(context: Context, connection: sqlite3.Connection, move: Move) -> int:
    """One that is there already was moved by a request whose reply got lost."""
    source = folder_named(context, connection, move.source)
    destination = folder_named(context, connection, move.destination)
    id = uuid_of(move.item)
    row = items.item(connection, id) if id else None
    if source is None or row is None or row.removed:
        return NO_SOURCE
    if destination is None:
        return NO_DESTINATION
    if source.id == destination.id:
        return SAME_FOLDER
    here = _number(connection, source.id), _number(connection, destination.id)
    if row.collection not in here:
        return NO_SOURCE
    if row.kind != destination.kind:
        return NO_DESTINATION
    if row.collection == here[0]:
        use.move(context.groupware, use.load(context.groupware, connection, row.id), destination.id)
    return MOVED


def _number(connection: sqlite3.Connection, folder: UUID) -> int:
    collection = items.collection(connection, folder)
    assert collection is not None, "a folder has a collection"
    return collection.number


def _response(move: Move, status: int) -> Element:
    return E(
        "move:Response",
        E("move:SrcMsgId", move.item),
        E("move:Status", status),
        E("move:DstMsgId", move.item) if status == MOVED else None,
    )
