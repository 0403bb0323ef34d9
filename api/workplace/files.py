"""The style sheet and the sign in the tab, at an address with the hash of what they hold: a browser may keep them."""

from hashlib import sha256
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_KEPT = "public, max-age=31536000, immutable"
_TYPES = {"pols.css": "text/css", "pols.svg": "image/svg+xml"}
_CONTENT = {name: (files("api.workplace") / "static" / name).read_bytes() for name in _TYPES}
_HASHES = {name: sha256(content).hexdigest()[:16] for name, content in _CONTENT.items()}


def address(name: str) -> str:
    """Where a file is, with the hash of what it holds."""
    return f"/stijl/{name}?v={_HASHES[name]}"


async def _give(request: Request) -> Response:
    """A file; to be kept only when it was asked for by what it holds."""
    name = request.url.path.rpartition("/")[2]
    headers = {"Cache-Control": _KEPT} if request.query_params.get("v") == _HASHES[name] else {}
    return Response(_CONTENT[name], media_type=_TYPES[name], headers=headers)


ROUTES = [Route(f"/stijl/{name}", _give) for name in _TYPES]
