"""iCalendar files (RFC 5545): read into appointments, written from them, told apart by content."""

from adapters.canonical import content_hash
from adapters.contentlines import BadEntry, Entry, NotServed
from adapters.ical.reading import read
from adapters.ical.writing import write

__all__ = ["BadEntry", "Entry", "NotServed", "content_hash", "read", "write"]
