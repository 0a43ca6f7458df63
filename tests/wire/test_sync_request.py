"""What a Sync document says in one version and not in another."""

from __future__ import annotations

import pytest

from adapters.eas.sync import read
from adapters.eas.version import Version
from adapters.wbxml import E


@pytest.mark.parametrize("version", list(Version), ids=lambda version: version.text)
def test_a_command_names_one_occurrence_only_since_16_0(version: Version) -> None:
    """Else the reply would name an element that the phone does not know."""
    change = E(
        "airsync:Change",
        E("airsync:ServerId", "id"),
        E("airsyncbase:InstanceId", "20260914T080000Z"),
        E("airsync:ApplicationData", E("calendar:Subject", "x")),
    )
    about = E("airsync:SyncKey", "1"), E("airsync:CollectionId", "1")
    collection = E("airsync:Collection", *about, E("airsync:Commands", change))
    request = read(E("airsync:Sync", E("airsync:Collections", collection)), version)
    (command,) = request.collections[0].commands
    assert command.instance == ("20260914T080000Z" if version >= Version.V16_0 else "")
