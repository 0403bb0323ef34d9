"""Keeping the house: how it stands, and what was changed in its policy."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.once import Once
from api.paging import PAGE, Blad, goes_on
from api.signin import PolicyMaker, SignedIn
from api.v1.policy import Beleid
from api.wire import Id, Outgoing, Verwijzing, dutch, named
from models.health import Check, Outcome, Verdict, worst
from models.lookups import health, policies
from models.lookups.policies import Version
from models.policy import Policy
from models.refusals import NotFound

router = APIRouter(tags=["huis"], route_class=Once)

#: of these lists the order says nothing
_UNORDERED = frozenset({"sluitingsdagen", "bekendheidVragenAan"})


class Controle(Outgoing):
    """Een controle: wat is gevonden, wat dat betekent en wat eraan te doen is."""

    model_config = dutch(
        check="controle", verdict="oordeel", name="naam", found="gevonden", meaning="betekenis", advice="advies"
    )

    check: Check
    verdict: Verdict
    name: str
    found: str
    meaning: str
    advice: str


class Gezondheid(Outgoing):
    """Hoe het huis ervoor staat: wat de verwerking doet, en of alles is ingericht."""

    model_config = dutch(verdict="oordeel", engine="verwerking", setting_up="inrichting")

    verdict: Verdict
    engine: list[Controle]
    setting_up: list[Controle]


class Beleidswijziging(Outgoing):
    """Een veld dat anders werd; de waarden zijn JSON, zoals in het beleid."""

    model_config = dutch(field="veld", was="was", becomes="wordt")

    field: str
    was: str
    becomes: str


class Beleidsversie(Outgoing):
    """Een versie van het beleid: wie haar vaststelde, wanneer en waarom, en wat er anders werd."""

    model_config = dutch(
        version="versie", set_at="vastgesteldOp", by="door", reason="reden", changes="wijzigingen"
    )  # fmt: skip

    version: int
    set_at: datetime
    by: Verwijzing | None
    reason: str
    changes: list[Beleidswijziging]


class Beleidsversies(Outgoing):
    """Een bladzijde met versies van het beleid, de nieuwste eerst."""

    model_config = dutch(**PAGE)

    results: list[Beleidsversie]
    following: str | None


@router.get("/huizen/{id}/gezondheid", summary="Hoe uw huis ervoor staat")
async def read_health(house_id: Id, request: Request, work: PolicyMaker) -> Gezondheid:
    if house_id != work.actor.house_id:
        raise NotFound("Dit huis")
    contact = request.app.state.contact
    engine, setting_up = await health.of_house(work, house_id, ends=contact.expires if contact else None)
    return Gezondheid(
        verdict=worst([*engine, *setting_up]),
        engine=list(map(_check, engine)),
        setting_up=list(map(_check, setting_up)),
    )


def _check(one: Outcome) -> Controle:
    words = one.words
    return Controle(
        check=one.check, verdict=one.verdict, name=words.name, found=one.found, meaning=words.meaning,
        advice=words.advice,
    )  # fmt: skip


@router.get("/huizen/{id}/beleid/versies", summary="Wie het beleid wanneer wijzigde, en waarom")
async def list_policy_versions(
    house_id: Id, asked: Annotated[Blad, Query()], request: Request, response: Response, work: SignedIn
) -> Beleidsversies:
    if house_id != work.actor.house_id:
        raise NotFound("Dit huis")
    found = await policies.versions(work, house_id, asked.page())
    return Beleidsversies(
        results=list(map(_version, found.rows)), following=goes_on(request, response, found.following)
    )


def _version(one: Version) -> Beleidsversie:
    return Beleidsversie(
        version=one.version, set_at=one.set_at, by=named(one.by_id, one.by), reason=one.reason,
        changes=list(_changes(_wire(one.before), _wire(one.policy))),
    )  # fmt: skip


def _wire(policy: Policy) -> dict[str, Any]:
    return Beleid.model_validate(policy.model_dump(), by_name=True, by_alias=False).model_dump(
        mode="json", by_alias=True
    )


def _changes(was: dict[str, Any], becomes: dict[str, Any]) -> Iterator[Beleidswijziging]:
    """Field by field; of what is set per word, word by word."""
    for field, before in was.items():
        after = becomes[field]
        if isinstance(before, dict) and isinstance(after, dict):
            for key in sorted({**before, **after}):
                if before.get(key) != after.get(key):
                    yield _changed(f"{field}.{key}", before.get(key), after.get(key))
        elif before != after and not (field in _UNORDERED and sorted(before) == sorted(after)):
            yield _changed(field, before, after)


def _changed(field: str, was: Any, becomes: Any) -> Beleidswijziging:  # noqa: ANN401 - of the wire
    return Beleidswijziging(field=field, was=_json(was), becomes=_json(becomes))


def _json(value: Any) -> str:  # noqa: ANN401 - of the wire
    return json.dumps(value, ensure_ascii=False)
