"""Search in the directory (MS-ASCMD 2.2.1.16). Mail and document libraries are not kept here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from adapters.eas.gal import BadOption, properties, read_picture, read_range
from adapters.eas.reply import Answer, Reply
from adapters.eas.request import Request
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from app import gal
from app.context import Context
from projections.directory import TooComplex

OK, INVALID, NOT_FOUND, COMPLEX, PAST_END = 1, 2, 6, 8, 12

MAIL: Final = {"email", "sms"}
"""Classes of which every folder here is empty. Others are kept, but not searched this way."""


def handle(context: Context, request: Request) -> Reply:
    store = request.body.find("search:Store") if request.body is not None else None
    name = store.text_of("search:Name", "").strip().lower() if store is not None else ""
    since, search = STORES.get(name, (Version.V2_5, _nowhere))
    if store is None or request.version < since:
        return _answer(INVALID)
    return search(context, request, store)


def _people(context: Context, request: Request, store: Element) -> Answer:
    query, options = store.find("search:Query"), store.find("search:Options")
    if query is None or query.children or not query.value.strip():
        return _answer(INVALID)
    try:
        start, end = read_range(options, "search")
        wish = read_picture(options, "search") if request.version >= Version.V14_1 else None
        page = gal.look_up(context, query.value, start, end, wish)
    except BadOption:
        return _answer(INVALID)
    except TooComplex:
        return _answer(COMPLEX)
    if page.start > 0 and page.start >= page.total:
        return _answer(PAST_END)
    if not page.results:
        return _answer(OK, *_nothing())
    results = [E("search:Result", properties("search", *found)) for found in page.results]
    return _answer(OK, *results, E("search:Range", page.range), E("search:Total", page.total))


def _mail(context: Context, request: Request, store: Element) -> Answer:
    """The folders for mail are empty: whoever looks there finds nothing."""
    query, options = store.find("search:Query"), store.find("search:Options")
    if query is None or not query.children:
        return _answer(INVALID)
    if [child.name for child in query] != ["search:And"]:
        return _answer(COMPLEX)
    classes = [child.value.lower() for it in query for child in it.find_all("airsync:Class")]
    if not set(classes) <= MAIL:
        return _answer(INVALID)
    try:
        start, _ = read_range(options, "search")
    except BadOption:
        return _answer(INVALID)
    return _answer(PAST_END) if start else _answer(OK, *_nothing())


def _documents(context: Context, request: Request, store: Element) -> Answer:
    """There is no document library behind any link."""
    return _answer(NOT_FOUND)


def _nowhere(context: Context, request: Request, store: Element) -> Answer:
    return _answer(INVALID)


def _nothing() -> tuple[Element, ...]:
    """No hit: an empty Result, and Range and Total all the same (old phones wait for them)."""
    return E("search:Result"), E("search:Range", "0-0"), E("search:Total", 0)


def _answer(status: int, *content: Element) -> Answer:
    """The search as a whole went well: what is wrong is said of the store asked for."""
    store = E("search:Store", E("search:Status", status), *content)
    return Answer(E("search:Search", E("search:Status", OK), E("search:Response", store)))


Store = Callable[[Context, Request, Element], Answer]
STORES: Final[dict[str, tuple[Version, Store]]] = {
    "gal": (Version.V2_5, _people),
    "mailbox": (Version.V12_0, _mail),
    "documentlibrary": (Version.V12_0, _documents),
}
"""Where can be searched, and since which version."""
