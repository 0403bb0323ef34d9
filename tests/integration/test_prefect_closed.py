"""Prefect's server is for the engine only: every address it has is tried without and with a wrong credential."""

import base64
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus

from deployments.prefect_door import SOCKETS, WELL, Door
from deployments.prefect_server import PrefectServer
from tests.conftest import Databases
from tests.integration.test_headers import knocking

PLACE = re.compile(r"\{[^}]*\}")
SOME_ID = "0198d2c5-0000-7000-8000-000000000000"
WRONG = {
    "nobody": {}, "a stranger": {"Authorization": "Basic " + base64.b64encode(b"pols:verkeerd").decode()},
    "a bearer": {"Authorization": "Bearer pols"}, "no base64": {"Authorization": "Basic pols:verkeerd"},
    "nothing in it": {"Authorization": "Basic"}, "another host": {"Host": "127.0.0.1/api/health"},
    "a forwarded path": {"X-Original-URL": "/api/health", "X-Forwarded-Prefix": "/api/health"},
}  # fmt: skip
#: what was open in some version, or could be by its name (CVE-2026-7722, -3514, -7723)
TRICKS = (
    "/", "/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect", "/dashboard", "/ui-settings", "/api", "/api/",
    "/api/docs", "/api/openapi.json", "/api/admin/settings", "/api/variables/name/health", "/api/variables/name/ready",
    "/api/health/", "/api//health", "/api/health/../flow_runs/filter", "/api/x/health", "/health", "/ready",
    "/api/HEALTH",
    "/api/flow_runs/filter?x=/health", "/api/%68ealth/../admin/settings", "/metrics", "/api/metrics", "/api/static/x",
    "/api/events/in", "/api/events/out", "/api/logs/out", "/api/csrf-token?client=x", "/api/version",
)  # fmt: skip


@pytest.fixture
async def stranger(prefect: PrefectServer) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=_base(prefect), trust_env=False, timeout=60) as client:
        yield client


def _base(prefect: PrefectServer) -> str:
    return prefect.api_url.removesuffix("/api")


def _credential(prefect: PrefectServer) -> str:
    return prefect.client_env()["PREFECT_API_AUTH_STRING"]


async def _addresses(prefect: PrefectServer) -> list[tuple[str, str]]:
    """Every verb and address of Prefect's own document, read with the credential."""
    user, _, password = _credential(prefect).partition(":")
    async with httpx2.AsyncClient(base_url=_base(prefect), auth=(user, password), trust_env=False, timeout=60) as known:
        answer = await known.get("/openapi.json")
        if answer.status_code != 200:
            answer = await known.get("/api/openapi.json")
    paths = answer.json()["paths"]
    found = [(verb.upper(), PLACE.sub(SOME_ID, path)) for path, verbs in paths.items() for verb in verbs]
    return [(verb, path if path.startswith("/api/") else f"/api{path}") for verb, path in found]


async def test_every_address_of_prefect_is_closed_but_whether_it_is_well(
    prefect: PrefectServer, stranger: httpx2.AsyncClient, record_property: Any
) -> None:
    known = await _addresses(prefect)
    tried = known + [(verb, path) for path in TRICKS for verb in ("GET", "HEAD", "POST", "OPTIONS")]
    open_ = set()
    for verb, path in tried:
        answer = await stranger.request(verb, path)
        if answer.status_code not in {401, 403}:
            open_.add((verb, path, answer.status_code))

    assert len(known) > 100
    assert ("GET", "/api/health") in known
    assert {(verb, path) for verb, path, _ in open_} == {("GET", path) for path in WELL}
    record_property("open of all tried", f"{len(open_)} of {len(tried)}: {sorted(open_)}")


@pytest.mark.parametrize("who", WRONG)
async def test_a_wrong_credential_is_no_credential(stranger: httpx2.AsyncClient, who: str) -> None:
    for verb, path in (("POST", "/api/flow_runs/filter"), ("GET", "/api/admin/settings"), ("GET", "/docs")):
        answer = await stranger.request(verb, path, headers=WRONG[who])
        assert answer.status_code == 401, (verb, path)
        assert answer.json() == {"detail": "Unauthorized"}


@pytest.mark.parametrize(
    "path", [*sorted(SOCKETS), "/api/events", "/api/flow_runs/x/logs", "/", "/api/events/in/health"]
)
@pytest.mark.parametrize("offer", [None, ["prefect"]])
async def test_a_socket_without_the_credential_hears_nothing(
    prefect: PrefectServer, path: str, offer: list[Any] | None
) -> None:
    address = _base(prefect).replace("http://", "ws://") + path
    for first in ('{"type": "auth", "token": "verkeerd"}', '{"type": "event"}', '{"type": "filter", "filter": {}}'):
        heard: list[Any] = []
        with pytest.raises((InvalidStatus, ConnectionClosed)) as closed:
            async with websockets.connect(address, subprotocols=offer, proxy=None, open_timeout=10) as socket:
                await socket.send(first)
                while True:
                    heard.append(await socket.recv())
        assert all("auth_success" not in str(one) for one in heard), first
        assert not isinstance(closed.value, InvalidStatus) or closed.value.response.status_code == 403


async def test_who_has_the_credential_is_let_in(prefect: PrefectServer) -> None:
    user, _, password = _credential(prefect).partition(":")
    async with httpx2.AsyncClient(
        base_url=prefect.api_url, auth=(user, password), trust_env=False, timeout=60
    ) as known:
        assert (await known.post("/flow_runs/filter", json={})).status_code == 200
        assert (await known.get("/admin/version")).status_code == 200


async def test_the_door_never_stands_open_for_want_of_a_credential(db: Databases) -> None:
    del db

    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        raise AssertionError("somebody was let in")

    with pytest.raises(ValueError, match="credential"):
        Door(app, "")
    async with knocking(Door(app, "pols:verzonnen")) as client:
        assert (await client.get("/api/health/x")).status_code == 401
