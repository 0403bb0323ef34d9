"""The style sheet and the sign in the tab, at an address with the hash of what they hold: a browser may keep them.

The style sheet is made of three: components of NL Design System as the community publishes them, our theme for them,
and the layout of our pages, which goes before what the components say.
"""

import re
from hashlib import sha256
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_KEPT = "public, max-age=31536000, immutable"
_TYPES = {"pols.css": "text/css", "pols.svg": "image/svg+xml", "htmx.js": "text/javascript"}
_STATIC = files("api.workplace") / "static"
_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/")  # of files that we do not have


def _style() -> bytes:
    published = sorted((_STATIC / "nl-design-system").iterdir(), key=lambda one: one.name)
    components = [_MAP.sub("", one.read_text("utf-8")).strip() for one in published if one.name.endswith(".css")]
    credit = "/* NL Design System, EUPL-1.2: candidate components, and components of gemeente Utrecht */"
    ours = [(_STATIC / name).read_text("utf-8") for name in ("theme.css", "pols.css")]
    return "\n".join([credit, "@layer nl-design-system {", *components, "}", *ours]).encode()


_CONTENT = {"pols.css": _style(), "pols.svg": (_STATIC / "pols.svg").read_bytes()}
_CONTENT["htmx.js"] = (_STATIC / "htmx" / "htmx.min.js").read_bytes()
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
