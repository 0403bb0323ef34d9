"""Which cases hang together: by the test of BGS 2.20(2) alone, decided by public participants (R19)."""

from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from models.tables.base import new_id
from models.tables.coherence import Coherence
from models.words import DecisionKind as D
from models.words import Phase
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import Story, a_case

TEST = {
    "kring": "zij zijn moeder en zoon", "afhankelijkheid": "haar verslaving houdt zijn gedrag in stand",
    "noodzaak": "zonder afstemming werken de plannen elkaar tegen",
}  # fmt: skip


@pytest.fixture
async def pair(door: Door, db: Databases) -> tuple[Story, Story]:
    """Two running cases of one regisseur."""
    return await a_case(db.web, door.house, Phase.FOCUSOVERLEG), await a_case(db.web, door.house, Phase.MONITORING)


async def linked(door: Door, pair: tuple[Story, Story], who: str = "gemeente", status: int = 201) -> str:
    body = TEST | {"casus": str(pair[1].case_id)}
    made = await door.post(who, f"/casussen/{pair[0].case_id}/samenhangen", body, status)
    return str(made["id"])


async def test_a_public_participant_links_two_cases_with_three_judgements(
    door: Door, pair: tuple[Story, Story]
) -> None:
    made = await linked(door, pair)

    for one, other in (pair, pair[::-1]):
        [found] = (await door.get("regisseur", f"/casussen/{one.case_id}/samenhangen"))["resultaten"]
        assert found["id"] == made
        assert found["casus"]["id"] == str(other.case_id)
        assert {key: found[key] for key in TEST} == TEST
        assert found["beslissers"] == [str(door.house.person("gemeente"))]
        lines = (await door.get("regisseur", f"/casussen/{one.case_id}/tijdlijn"))["resultaten"]
        assert "samenhang" not in str(lines), "partners read the timeline, and not both cases"


@pytest.mark.parametrize("part", TEST)
async def test_each_part_needs_a_motivation(door: Door, pair: tuple[Story, Story], part: str) -> None:
    body = TEST | {"casus": str(pair[1].case_id), part: ""}

    problem = await door.refused("gemeente", f"/casussen/{pair[0].case_id}/samenhangen", body, 400)

    assert [one["veld"] for one in problem["velden"]] == [part]


async def test_the_house_and_private_participants_do_not_decide_it(door: Door, pair: tuple[Story, Story]) -> None:
    path, body = f"/casussen/{pair[0].case_id}/samenhangen", TEST | {"casus": str(pair[1].case_id)}
    ggz, gemeente = str(door.house.person("ggz")), str(door.house.person("gemeente"))

    for who, deciders in (("regisseur", None), ("ggz", None), ("regisseur", [ggz])):
        more = {} if deciders is None else {"beslissers": deciders}
        await door.refused(who, path, body | more, 403)
    await door.post("regisseur", path, body | {"beslissers": [gemeente]})


async def test_cases_are_linked_once_not_with_themselves_and_only_while_they_run(
    door: Door, db: Databases, pair: tuple[Story, Story]
) -> None:
    closed = await a_case(db.web, door.house, Phase.CLOSED)
    path = f"/casussen/{pair[0].case_id}/samenhangen"
    await linked(door, pair)

    await door.refused("gemeente", path, TEST | {"casus": str(pair[1].case_id)}, 409)
    await door.refused(
        "gemeente", f"/casussen/{pair[1].case_id}/samenhangen", TEST | {"casus": str(pair[0].case_id)}, 409
    )
    await door.refused("gemeente", path, TEST | {"casus": str(pair[0].case_id)}, 400)
    await door.refused("gemeente", path, TEST | {"casus": str(closed.case_id)}, 409)
    await door.refused("gemeente", path, TEST | {"casus": str(new_id())}, 400)


async def test_a_link_ends_with_a_reason_and_may_be_made_again(door: Door, pair: tuple[Story, Story]) -> None:
    made = await linked(door, pair)
    path = f"/samenhangen/{made}/beeindigingen"

    await door.refused("regisseur", path, {"toelichting": "zoon woont elders"}, 403)
    await door.post("gemeente", path, {"toelichting": "zoon woont elders"}, 204)
    again = await door.refused("gemeente", path, {"toelichting": "zoon woont elders"}, 409)
    await linked(door, pair)

    found = (await door.get("regisseur", f"/casussen/{pair[0].case_id}/samenhangen"))["resultaten"]
    assert "al beëindigd" in again["detail"]
    assert sorted(one["redenBeeindiging"] for one in found) == ["", "zoon woont elders"]


async def test_who_reads_one_of_both_does_not_learn_of_the_other(door: Door, pair: tuple[Story, Story]) -> None:
    await linked(door, pair)
    await pair[1].decide(
        "triagist", D.RELEASE, organisations=pair[1].organisations("ggz"), deciders=(door.house.person("om"),)
    )

    found = await door.get("ggz", f"/casussen/{pair[0].case_id}/samenhangen")
    told = await door.get("ggz", f"/casussen/{pair[0].case_id}/tijdlijn")

    assert found["resultaten"] == []
    assert str(pair[1].case_id) not in str(told)


def _row(pair: tuple[Story, Story], house_id: UUID, by: UUID, deciders: list[UUID]) -> Coherence:
    one, other = sorted(story.case_id for story in pair)
    return Coherence(
        id=new_id(), house_id=house_id, case_id=one, other_case_id=other, circle="a", dependence="b",
        necessity="c", deciders=deciders, registered_by=by,
    )  # fmt: skip


async def test_the_database_wants_public_deciders_and_one_link_too(door: Door, pair: tuple[Story, Story]) -> None:
    house, by = door.house, door.house.person("regisseur")
    await linked(door, pair)

    for deciders, error in (([by], "row-level security"), ([house.person("gemeente")], "ix_coherence_once")):
        with pytest.raises((DBAPIError, IntegrityError), match=error):
            async with pair[0].acting("regisseur") as work:
                made = _row(pair, house.id, by, deciders)
                made.decided_at = work.now
                work.session.add(made)
