"""The source document of a provisional order: checked by its content, sealed, and read by few."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from registry.db.sealing import seal, unseal
from registry.errors import Fault, Invalid, RegistryError
from registry.intake.provisional.models import ProvisionalDocument
from registry.intake.provisional.rules import MOST_DOCUMENT_BYTES, type_of


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was sent, with what may be told of it."""

    content: bytes = field(repr=False)
    media_type: str
    sha256: str


def document_of(content: bytes) -> Document:
    """A document that can be kept; raises 413 over the limit, and Invalid when it is of no type that is taken."""
    if len(content) > MOST_DOCUMENT_BYTES:
        limit = f"{MOST_DOCUMENT_BYTES // (1024 * 1024)} MiB"
        raise RegistryError("content_too_large", 413, f"The document is over {limit}; send a smaller scan.")
    media_type = type_of(content)
    if media_type is None:
        told = "The document is no PDF, JPEG, PNG or TIFF; its content decides, not its name."
        raise Invalid([Fault("#/document", told, "document_type_unknown")])
    return Document(content, media_type, hashlib.sha256(content).hexdigest())


def keep(session: Session, order_id: UUID, document: Document) -> None:
    """Store a document, sealed."""
    session.add(ProvisionalDocument(id=order_id, content_sealed=seal(document.content, _place(order_id))))


def content_of(session: Session, order_id: UUID) -> bytes:
    """The document of a provisional order, opened."""
    return unseal(session.get_one(ProvisionalDocument, order_id).content_sealed, _place(order_id))


def _place(order_id: UUID) -> str:
    return f"provisional_document.content_sealed.{order_id}"
