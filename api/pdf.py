"""A PDF as an answer: saved by the browser under a name that tells nothing, kept by nobody on the way."""

from starlette.responses import Response

from api.middleware import SANDBOX
from models.papers import PaperKind

MEDIA_TYPE = "application/pdf"


def pdf(content: bytes, kind: PaperKind) -> Response:
    """The document; no number and no name in its file name, which ends up in lists of downloads."""
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{kind}.pdf"',
        "Content-Security-Policy": SANDBOX,
    }
    return Response(content, media_type=MEDIA_TYPE, headers=headers)
