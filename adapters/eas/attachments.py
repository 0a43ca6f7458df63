"""Files on an appointment since 16.0 (MS-ASAIRS 2.2.2.8): requests add and delete, replies list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from adapters.eas.calendar_forms import Form, Scope
from adapters.eas.dialect import Dialect, Unconvertible
from adapters.wbxml import E, Element
from domain.calendar import Attachment
from domain.patch import CLEARED

BY_VALUE = "1"


class Files(Form):
    """What a request does not name stays; the reply names each file but holds no content."""

    relative = True

    def read(self, element: Element, scope: Scope) -> Any:
        gone = {
            child.text_of("airsyncbase:FileReference", "")
            for child in element.find_all("airsyncbase:Delete")
        }
        kept = [file for file in scope.base.get("attachments", ()) if file.reference not in gone]
        added = [_added(child, scope) for child in element.find_all("airsyncbase:Add")]
        after = (*kept, *added)
        return None if after == scope.base.get("attachments", ()) else after or CLEARED

    def write(self, tag: str, value: Any, dialect: Dialect) -> list[Element]:
        return [E(tag, *map(_listed, value))]


def acknowledged(attached: Iterable[tuple[str, str]]) -> Element:
    """The Attachments of a Responses entry: which FileReference each ClientId was given."""
    return E(
        "airsyncbase:Attachments",
        *(
            E(
                "airsyncbase:Attachment",
                E("airsyncbase:ClientId", client_id),
                E("airsyncbase:FileReference", reference),
            )
            for client_id, reference in attached
        ),
    )


def _added(element: Element, scope: Scope) -> Attachment:
    client_id = element.text_of("airsyncbase:ClientId", "")
    content = element.find("airsyncbase:Content")
    name = element.text_of("airsyncbase:DisplayName", "")
    if not client_id or content is None or not name:
        raise Unconvertible("an attachment needs ClientId, Content and DisplayName")
    if element.text_of("airsyncbase:Method", BY_VALUE) != BY_VALUE:
        raise Unconvertible("an attachment of an appointment comes by value")
    reference = scope.new_reference()
    scope.attached.append((client_id, reference))
    text = content.text or b""
    return Attachment(
        reference=reference,
        name=name,
        content=text if isinstance(text, bytes) else text.encode(),
        content_type=element.text_of("airsyncbase:ContentType", ""),
        content_id=element.text_of("airsyncbase:ContentId", ""),
        content_location=element.text_of("airsyncbase:ContentLocation", ""),
        inline=element.find("airsyncbase:IsInline") is not None,
    )


def _listed(file: Attachment) -> Element:
    optional = {
        "airsyncbase:ContentId": file.content_id,
        "airsyncbase:ContentLocation": file.content_location,
        "airsyncbase:IsInline": "1" if file.inline else "",
    }
    return E(
        "airsyncbase:Attachment",
        E("airsyncbase:DisplayName", file.name),
        E("airsyncbase:FileReference", file.reference),
        E("airsyncbase:Method", BY_VALUE),
        E("airsyncbase:EstimatedDataSize", len(file.content)),
        *(E(tag, text) for tag, text in optional.items() if text),
    )
