"""What is exported and imported again is the same."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings

from adapters import vcard
from domain.body import Body
from tests.wire.file_cases import contacts, fixture


@settings(max_examples=200, deadline=None)
@given(contacts)
@example({"uid": "1", "last_name": "Rossi", "company_name": "Rossi & Figli;"})
@example({"uid": "1", "last_name": "Rossi", "body": Body(" ", html=True)})
def test_an_exported_contact_is_imported_as_it_was(values: dict) -> None:
    (entry,) = vcard.read(b"".join(vcard.write([("name", values)])))
    assert isinstance(entry, vcard.Entry)
    assert entry.values == values


@pytest.mark.parametrize("flavour", ["outlook", "apple", "google", "thunderbird"])
def test_what_other_programs_wrote_survives_an_export(flavour: str) -> None:
    data = fixture(f"vcf/{flavour}.vcf")
    first = [entry for entry in vcard.read(data) if isinstance(entry, vcard.Entry)]
    again = vcard.read(b"".join(vcard.write((str(at), x.values) for at, x in enumerate(first))))
    assert [entry.values for entry in again] == [entry.values for entry in first]
