"""The technical rules of the NL API Design Rules 2.2, one by one against the running application.

The linter reads only the document (`make lint-api`). Names carry the id of the rule.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.app import create_v1
from api.openapi import document
from tests.doors import Door
from tests.integration.test_api_rights import MATRIX, OF_THE_LOG, Scene, allowed
from tests.integration.test_api_rights import scene as scene  # noqa: PLC0414 - a fixture is found by its name here

SEMVER = re.compile(r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$")
KEBAB = re.compile(r"^(/([a-z][a-z0-9-]*|_[a-z]+|\{[a-zA-Z]+\}))+$")
CAMEL = re.compile(r"^[a-z][a-z0-9]*([A-Z][a-z0-9]*)*$")
MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
NOUNS_OF_ONE = {
    "toegang", "mij", "beleid", "tijdlijn", "informatie", "rooster", "inhoud", "voortgang", "inzage", "logboek",
    "adresgeheim", "afwezigheid", "vertrek", "proef", "termijn", "weekoverzicht",
    "agendafeed", "voorbeeld", "scherm",
    "voorwaarde", "plan", "uitkomst", "verslag", "beeld", "heraanmeldcriteria",
    "voorstel", "genodigdenvoorstel",
    "gezondheid",
}  # fmt: skip
OPERATIONS = list(MATRIX)
#: how the engine does is told in seconds, and those pass
TELLS_TIME = {"GET /huizen/{id}/gezondheid"}


def _values(found: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Every value in an answer with the name of its field."""
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _values(value, key)
    elif isinstance(found, list):
        for value in found:
            yield from _values(value, name)
    else:
        yield name, found


async def _read(scene: Scene, *, of_the_log: bool = True) -> list[Any]:
    """What every GET answers to somebody who may."""
    found = []
    for operation in OPERATIONS:
        if operation in (OF_THE_LOG | TELLS_TIME) and not of_the_log:
            continue
        verb, template = operation.split(maxsplit=1)
        who = allowed(operation)
        answer = await scene.door.call(verb, scene.path(operation), who) if verb == "GET" else None
        if answer is not None and answer.headers["content-type"] == "application/json":
            assert answer.status_code == 200, template
            found.append(answer.json())
    return found


async def test_core_no_trailing_slash_is_a_404_and_no_redirect(scene: Scene) -> None:
    for operation in OPERATIONS:
        verb, path = operation.split(maxsplit=1)[0], scene.path(operation).partition("?")[0]
        answer = await scene.door.call(verb, f"{path}/", "politie")
        assert answer.status_code == 404, operation


async def test_core_path_segments_kebab_case_in_every_path() -> None:
    paths = document(create_v1())["paths"]

    assert paths
    assert [path for path in paths if not KEBAB.match(path)] == []


async def test_core_query_keys_camel_case_and_what_is_not_known_is_refused(door: Door) -> None:
    keys = {
        one["name"] for verbs in document(create_v1())["paths"].values() for operation in verbs.values()
        for one in operation.get("parameters", ()) if one["in"] == "query"
    }  # fmt: skip

    answer = await door.call("GET", "/taken", "politie", params={"pagina_grootte": 5})

    assert [key for key in keys if not CAMEL.match(key)] == []
    assert answer.status_code == 400


async def test_core_date_time_format_is_rfc_3339_everywhere(scene: Scene) -> None:
    moments = [
        value for answer in await _read(scene) for name, value in _values(answer)
        if isinstance(value, str) and (name == "op" or name.endswith("Op")) and not name.endswith("geboortedatum")
    ]  # fmt: skip

    assert len(moments) > 20, "too few moments: this test would guard nothing"
    assert [one for one in moments if not MOMENT.match(one)] == []


async def test_core_date_time_date_omit_time_portion_of_what_is_a_day(scene: Scene) -> None:
    commitments = await scene.door.get("ggz", scene.path("GET /casussen/{id}/afspraken"))

    days = [one["uiterlijk"] for one in commitments["resultaten"]]

    assert days
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in days)


async def test_core_date_time_timezone_any_offset_comes_in_and_utc_goes_out(scene: Scene) -> None:
    path = scene.path("POST /casussen/{id}/overleggen")

    made = await scene.door.post("regisseur", path, {"begintOp": "2089-06-01T10:00:00+05:30"})
    read = await scene.door.get("regisseur", f"/overleggen/{made['id']}")

    assert read["begintOp"] == "2089-06-01T04:30:00Z"


async def test_core_http_methods_are_the_five_and_another_is_refused_with_those_allowed(scene: Scene) -> None:
    paths = document(create_v1())["paths"]
    assert {verb for verbs in paths.values() for verb in verbs} <= {"get", "post", "put", "patch", "delete"}

    for operation in OPERATIONS:
        path = scene.path(operation).partition("?")[0]
        answer = await scene.door.call("PROPFIND", path, "politie")
        assert answer.status_code == 405, operation
        allowed = {verb.lower() for verb in answer.headers["allow"].split(", ")}
        assert allowed == set(paths[operation.split(maxsplit=1)[1]])


@pytest.mark.parametrize(
    ("verb", "path", "who", "status"),
    [
        ("GET", "/mij", None, 401), ("GET", "/stagnaties", "ggz", 403), ("GET", "/nergens", "ggz", 404),
        ("PATCH", "/mij", "ggz", 405), ("GET", "/casussen/x", "ggz", 400),
    ],
)  # fmt: skip
async def test_core_error_handling_problem_details_for_every_kind_of_error(
    door: Door, verb: str, path: str, who: str | None, status: int
) -> None:
    answer = await door.call(verb, path, who)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["title"]
    assert answer.json()["detail"]


async def test_core_error_handling_invalid_input_is_a_400_with_all_errors_together(door: Door) -> None:
    answer = await door.call("POST", "/hulpvragen", json={"vraag": 1, "iets": 2})

    assert answer.status_code == 400
    assert {"vraag", "iets", "naam", "huis"} <= {one["veld"] for one in answer.json()["velden"]}


async def test_core_doc_openapi_is_version_3_and_every_reference_resolves(door: Door) -> None:
    found = (await door.call("GET", "/openapi.json")).json()

    references = {str(value) for name, value in _values(found) if name == "$ref"}
    assert re.match(r"^3\.\d+\.\d+$", found["openapi"])
    assert found["paths"]
    assert references
    for one in references:
        place: Any = found
        for part in one.removeprefix("#/").split("/"):
            place = place[part]


async def test_core_doc_openapi_contact_says_whom_to_reach(door: Door) -> None:
    found = (await door.call("GET", "/openapi.json")).json()

    assert all(found["info"]["contact"][name] for name in ("name", "url", "email"))


async def test_core_publish_openapi_without_signing_in_and_from_any_page(door: Door) -> None:
    answer = await door.call("GET", "/openapi.json", headers={"Origin": "https://elders.example"})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_core_uri_version_is_the_major_version_and_nothing_answers_without_it(door: Door) -> None:
    found = (await door.call("GET", "/openapi.json")).json()

    without = await door.client.get("/mij")

    assert [one["url"].rstrip("/").rpartition("/")[2] for one in found["servers"]] == ["v1"]
    assert found["info"]["version"].startswith("1.")
    assert without.status_code == 404


async def test_core_semver_is_the_form_of_the_version(door: Door) -> None:
    answer = await door.call("GET", "/openapi.json")

    assert SEMVER.match(answer.json()["info"]["version"])
    assert SEMVER.match(answer.headers["api-version"])


async def test_core_version_header_is_on_every_answer(scene: Scene) -> None:
    version = document(create_v1())["info"]["version"]

    for operation in OPERATIONS:
        verb, path = operation.split(maxsplit=1)[0], scene.path(operation)
        for who in (None, "politie", "beheerder"):
            answer = await scene.door.call(verb, path, who)
            assert answer.headers["api-version"] == version, operation


async def test_core_transport_tls_is_asked_of_every_browser_for_a_year(door: Door) -> None:
    """The certificate is the proxy's; that nothing comes here without one is what we ask for."""
    answer = await door.call("GET", "/mij", "politie")

    found = re.search(r"max-age=(\d+)", answer.headers["strict-transport-security"])

    assert found is not None
    assert int(found[1]) >= 365 * 24 * 3600
    assert not any(one["url"].startswith("http://") for one in document(create_v1())["servers"])


@pytest.mark.parametrize(("path", "who"), [("/mij", "politie"), ("/mij", None), ("/openapi.json", None), ("/x", None)])
async def test_core_transport_security_headers_are_on_every_answer(door: Door, path: str, who: str | None) -> None:
    answer = await door.call("GET", path, who)

    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["content-type"]
    assert answer.headers["strict-transport-security"]


async def test_core_transport_cors_opens_nothing_but_the_document(door: Door) -> None:
    elsewhere = {"Origin": "https://elders.example"}

    answers = [
        await door.call("GET", "/mij", "politie", headers=elsewhere),
        await door.call("GET", "/mij", headers=elsewhere),
        await door.call("OPTIONS", "/mij", headers=elsewhere | {"Access-Control-Request-Method": "GET"}),
    ]

    assert [answer for answer in answers if "access-control-allow-origin" in answer.headers] == []


async def test_core_transport_no_sensitive_uris_asks_nothing_about_a_person(door: Door) -> None:
    found = (await door.call("GET", "/openapi.json")).json()["paths"]

    asked = {
        one["name"] for verbs in found.values() for operation in verbs.values()
        for one in operation.get("parameters", ()) if one["in"] in {"query", "path"}
    }  # fmt: skip

    assert asked
    assert asked & {"bsn", "geboortedatum", "adres", "betrokkene", "token", "apiToken"} == set()


async def test_core_stateless_leaves_no_cookie_and_needs_none(door: Door) -> None:
    first = await door.call("GET", "/mij", "politie")
    other = await door.call("GET", "/mij", "ggz")

    assert "set-cookie" not in first.headers
    assert first.json()["persoon"] != other.json()["persoon"]


async def test_core_http_safety_a_get_changes_nothing_but_the_log_of_reading(scene: Scene) -> None:
    assert await _read(scene, of_the_log=False) == await _read(scene, of_the_log=False)


def test_core_naming_collections_are_plural_and_core_resource_operations_are_among_them() -> None:
    segments = {
        part for path in document(create_v1())["paths"] for part in path.strip("/").split("/")
        if not part.startswith("{")
    }  # fmt: skip

    assert segments
    assert {one for one in segments if not one.endswith(("en", "s"))} <= NOUNS_OF_ONE
