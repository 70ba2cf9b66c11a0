"""Documents and collections for programs: list, upload through the worker's queue, status, text, deletion."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Query, UploadFile
from starlette.responses import Response

from app.http.services import Services
from app.library import DocumentRow, clean_name

_MOST_ROWS = 1000


def documents_of(services: Services, *, collection: str) -> APIRouter:
    """The routes over the services. collection: where uploads go that name none."""
    router = APIRouter(tags=["Documents"])
    default = collection

    @router.get("/collections")
    def collections() -> dict[str, Any]:
        """Every collection with the number of documents in it that can be searched."""
        counts = services.library.counts()
        return {"object": "list", "data": [{"name": name, "documents": count} for name, count in counts.items()]}

    @router.get("/documents")
    def documents(
        collection: str = "", name: str = "", limit: Annotated[int, Query(ge=1, le=_MOST_ROWS)] = 100
    ) -> dict[str, Any]:
        """Uploads in progress first, then failed documents, then the others; `name`: part of a name or path."""
        rows = services.library.documents(collection or None, name=name, limit=limit + 1)
        data = [document_view(row) for row in rows[:limit]]
        return {"object": "list", "data": data, "has_more": len(rows) > limit}

    @router.post("/documents", status_code=202)
    def upload(file: Annotated[UploadFile, File()], collection: Annotated[str, Form()] = "") -> dict[str, Any]:
        """Store a file for the worker, which ingests it; GET /uploads/ID tells how far it is."""
        name, target = clean_name(file.filename or "unnamed"), collection or default
        number = services.library.upload(name, file.file.read(), collection=target)
        return {"id": number, "object": "upload", "name": name, "collection": target, "status": "queued"}

    @router.get("/uploads/{number}")
    def upload_status(number: int) -> dict[str, Any]:
        """A file that the worker has not stored yet; 404 once it is a document."""
        return document_view(services.library.upload_row(number))

    @router.delete("/uploads/{number}")
    def delete_upload(number: int) -> dict[str, Any]:
        """Delete a waiting or failed upload."""
        services.library.delete_upload(number)
        return {"id": number, "object": "upload", "deleted": True}

    @router.get("/documents/{number}")
    def document(number: int) -> dict[str, Any]:
        """A document's state."""
        return document_view(services.library.document(number))

    @router.get("/documents/{number}/text")
    def text(number: int) -> dict[str, Any]:
        """The text of a document, to which `start_char` and `end_char` of passages refer."""
        return {"id": number, "object": "document", "text": services.library.text(number)}

    @router.get("/documents/{number}/content")
    def content(number: int) -> Response:
        """The original file."""
        name, _, original = services.library.original(number)
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
        return Response(original, media_type="application/octet-stream", headers=headers)

    @router.delete("/documents/{number}")
    def delete(number: int) -> dict[str, Any]:
        """Delete a document; answers keep the passages they used."""
        services.library.delete(number)
        return {"id": number, "object": "document", "deleted": True}

    return router


def document_view(row: DocumentRow) -> dict[str, Any]:
    """A line of the documents list."""
    return {
        "id": row.id,
        "object": "upload" if row.upload else "document",
        "name": row.name,
        "title": row.title,
        "collection": row.collection,
        "status": row.status,
        "error": row.error,
        "warnings": list(row.warnings),
        "media_type": row.media_type,
        "bytes": row.byte_count,
        "parts": row.part_count,
        "part_kind": row.part_kind,
        "passages": row.chunk_count,
        "changed_at": row.changed_at.isoformat(),
    }
