"""Find in the directory, since 16.1 (MS-ASCMD 2.2.1.2): Search in pages of one search.

A page behind the first one is given only to a phone that has asked for the first one of the same
search, so that it never takes the middle of a list for its beginning (MS-ASCMD 2.2.3.160).
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from adapters.eas.gal import BadOption, properties, read_picture, read_range
from adapters.eas.reply import Answer, Reply
from adapters.eas.request import Request
from adapters.wbxml import E, Element
from app import gal
from app.commands.search import MAIL
from app.context import Context
from projections import sightings
from projections.directory import TooComplex

OK, INVALID, NOT_FROM_ZERO = 1, 2, 4
GAL, MAILBOX = "GAL", "Mailbox"
LONGEST_ID: Final = 256


def handle(context: Context, request: Request) -> Reply:
    body = request.body if request.body is not None else E("find:Find")
    id = body.text_of("find:SearchId", "").strip()
    execute = body.find("find:ExecuteSearch")
    criteria = list(execute or ())
    if not 0 < len(id) <= LONGEST_ID or len(criteria) != 1:
        return Answer(E("find:Find", E("find:Status", INVALID)))
    if criteria[0].name == "find:GalSearchCriterion":
        return _people(context, id, criteria[0])
    if criteria[0].name == "find:MailBoxSearchCriterion":
        return _mail(criteria[0])
    return Answer(E("find:Find", E("find:Status", INVALID)))


def _people(context: Context, id: str, criterion: Element) -> Answer:
    query, options = criterion.find("find:Query"), criterion.find("find:Options")
    if query is None or query.children or not query.value.strip():
        return _answer(GAL, INVALID)
    try:
        start, end = read_range(options, "find")
        wish = read_picture(options, "find")
        if not _follows(context, search_of(id, query.value), start):
            return _answer(GAL, NOT_FROM_ZERO)
        page = gal.look_up(context, query.value, start, end, wish)
    except (BadOption, TooComplex):
        return _answer(GAL, INVALID)
    results = [E("find:Result", properties("find", *found)) for found in page.results]
    shown = E("find:Range", page.range), E("find:Total", page.total)
    return _answer(GAL, OK, *results, *shown)


def search_of(id: str, query: str) -> bytes:
    """What a search is recognised by when its next page is asked for."""
    return sha256(f"{id}\n{query}".encode()).digest()


def _mail(criterion: Element) -> Answer:
    """The folders for mail are empty: whoever looks there finds nothing."""
    query, options = criterion.find("find:Query"), criterion.find("find:Options")
    try:
        start, _ = read_range(options, "find")
    except BadOption:
        return _answer(MAILBOX, INVALID)
    classes = [each.value.lower() for each in query or () if each.name == "airsync:Class"]
    if query is None or not query.children or not set(classes) <= MAIL:
        return _answer(MAILBOX, INVALID)
    if start:
        return _answer(MAILBOX, NOT_FROM_ZERO)
    return _answer(MAILBOX, OK, E("find:Range", "0-0"), E("find:Total", 0))


def _follows(context: Context, search: bytes, start: int) -> bool:
    """Whether this page may be shown; the first one is kept in mind, for every process."""
    groupware, phone = context.groupware, context.partnership.id
    with groupware.reading() as connection:
        known = sightings.last_search(connection, phone) == search
    if start == 0 and not known:
        with groupware.pool.writing(lasting=False) as connection:
            sightings.note_search(connection, phone, search)
    return known or start == 0


def _answer(store: str, status: int, *content: Element) -> Answer:
    """The request was understood: what is wrong is said of the search."""
    response = (E("itemoperations:Store", store), E("find:Status", status), *content)
    return Answer(E("find:Find", E("find:Status", OK), E("find:Response", *response)))
