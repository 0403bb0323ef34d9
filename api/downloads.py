"""A kept file as an answer: saved by the browser, and never opened as a page of ours."""

from urllib.parse import quote

from starlette.responses import Response

from api.middleware import SANDBOX
from models.tables.attached import Attachment


def download(found: Attachment) -> Response:
    """The content of an attachment, under the name it was given."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}",
        "Content-Security-Policy": SANDBOX,
    }
    return Response(found.content, media_type=found.media_type, headers=headers)
