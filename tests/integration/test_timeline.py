"""The timeline: every act as a Dutch sentence, for who may see it, with names and without a question per line."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from models import casebook
from models.actors import ENGINE
from models.casebook import answers, follow_up
from models.casebook.nudge import nudge
from models.commands.cases import GiveAnswer
from models.lookups import duties, people, sentences, timeline
from models.lookups.sentences import SENTENCES
from models.lookups.timeline import Line
from models.refusals import NotFound
from models.tables.base import new_id
from models.tables.trail import History
from models.transactions import unit_of_work
from models.words import DutyKind, Phase
from tests import factories
from tests.conftest import Databases
from tests.factories import AHouse, Story

CASEBOOK = Path(str(casebook.__file__)).parent


async def lines(story: Story, key: str) -> list[Line]:
    async with unit_of_work(story.house.actors[key], story.database) as work:
        return await timeline.timeline(work, story.case_id)


def written_codes() -> set[str]:
    """Every code the casebook writes: in `note(…)`, in `History(what=…)`, in rows of it and in its SQL."""
    codes: set[str] = set()
    for path in CASEBOOK.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        codes |= set(re.findall(r"SELECT gen_random_uuid\(\), house_id, case_id, :now, '([^']+)'", source))
        for node in ast.walk(ast.parse(source)):
            match node:
                case ast.Call(func=ast.Attribute(attr="note"), args=[ast.Constant(value=str(code)), *_]):
                    codes.add(code)
                case ast.keyword(arg="what", value=ast.Constant(value=str(code))):
                    codes.add(code)
                case ast.Dict(keys=keys, values=values):
                    codes |= set(_named("what", keys, values))
                case ast.Call(func=ast.Attribute(attr="note"), args=[first, *_]):
                    pytest.fail(f"{path.name}:{node.lineno}: a code must be a text here, not {ast.unparse(first)}")
    return codes


def _named(name: str, keys: list[ast.expr | None], values: list[ast.expr]) -> Iterator[str]:
    """The texts under this name in a row that is written as it stands."""
    for key, value in zip(keys, values, strict=True):
        match key, value:
            case ast.Constant(value=found), ast.Constant(value=str(code)) if found == name:
                yield code


def test_every_code_the_casebook_writes_has_its_sentence() -> None:
    assert len(written_codes()) > 9, "no codes found: this test would guard nothing"
    assert written_codes() == set(SENTENCES)


async def test_a_case_reads_as_what_people_did(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    told = [(line.sentence, line.who, line.organisation) for line in await lines(story, "regisseur")]

    assert told[-1] == ("Aanmelding ingediend", "Politie Fictief", "Politie")
    assert ("Besluit: in procesregie nemen", "Om Fictief", "Openbaar Ministerie") in told
    assert any(sentence == "De casus is nu in de fase Casusoverleg" for sentence, _, _ in told)
    assert any(sentence == "Overleg gehouden; 2 organisaties aanwezig" for sentence, _, _ in told)
    assert any(re.fullmatch(r"Overleg gepland op \d+ [a-z]+ 20\d\d om \d\d:\d\d", sentence) for sentence, _, _ in told)
    assert any(sentence == "GGZ Westerveen antwoordde op 'afspraak aanvaarden': aanvaard" for sentence, _, _ in told)
    assert any("(vanzelf: alle afspraken zijn aanvaard)" in sentence for sentence, _, _ in told)


async def test_the_newest_line_comes_first(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.REGIE)
    moments = [line.moment for line in await lines(story, "manager")]

    assert moments == sorted(moments, reverse=True)


async def test_reminders_and_nudges_say_about_what_and_whom(own_db: Databases) -> None:
    house = await factories.a_house(own_db.owner)
    story = await factories.a_case(own_db.web, house, Phase.MONITORING)
    async with unit_of_work(house.actors["regisseur"], own_db.web) as work:
        (duty, *_) = await duties.open_in_case(work, story.case_id, {DutyKind.COMMITMENT})
        await nudge(work, duty.id)
    await own_db.shift(timedelta(days=12).total_seconds())
    async with unit_of_work(ENGINE, own_db.engine) as work:
        await follow_up.remind(work)
    told = {line.sentence: line.who for line in await lines(story, "regisseur")}

    assert any(re.fullmatch(r"Met de hand herinnerd: afspraak uitvoeren \(.+\)", sentence) for sentence in told)
    assert told["Te laat: herinnering aan de eigenaar: grond tegen informeren melden (GGZ Westerveen)"] == "Pols"


async def test_a_reason_is_for_who_reads_the_case_and_for_who_decided(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    reasons = {key: {line.reason for line in await lines(story, key)} for key in ("regisseur", "manager", "ggz")}

    assert reasons["ggz"] == reasons["regisseur"] == {"", "omdat het nodig is"}
    assert "omdat het nodig is" in reasons["manager"]  # the manager assigned the regisseur
    async with unit_of_work(house.actors["triagist"], db.web) as work:
        other_staff = await timeline.timeline(work, story.case_id)
    admitted = next(line for line in other_staff if line.sentence == "Besluit: in procesregie nemen")
    assert admitted.reason == ""


async def test_what_was_answered_is_hidden_from_staff_who_do_not_read_the_case(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    sentences = {line.sentence for line in await lines(story, "manager")}

    assert "GGZ Westerveen antwoordde op 'afspraak aanvaarden'" in sentences


async def test_another_house_gets_no_timeline(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.SCREENING)
    other = await factories.a_house(db.owner)
    with pytest.raises(NotFound):
        async with unit_of_work(other.actors["regisseur"], db.web) as work:
            await timeline.timeline(work, story.case_id)


async def test_an_unknown_code_is_shown_as_it_is(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.SCREENING)
    async with unit_of_work(house.actors["triagist"], db.web) as work:
        work.session.add(
            History(id=new_id(), house_id=house.id, case_id=story.case_id, at=work.now, what="iets_nieuws", facts={})
        )

    assert "Iets nieuws" in {line.sentence for line in await lines(story, "triagist")}


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_sentence_survives_facts_that_are_not_there_any_more(code: str) -> None:
    known = sentences.Known({}, {}, {}, {}, {}, {}, reads=True)
    gone = {"taak": str(new_id()), "besluit": "geen id", "overleg": str(new_id()), "stap": "onbekend", "fase": "regie"}

    assert sentences.say(code, gone, known)


async def test_the_number_of_questions_does_not_grow_with_the_lines(db: Databases, house: AHouse) -> None:
    asked: list[int] = []
    for phase in (Phase.INTAKE, Phase.MONITORING):
        story = await factories.a_case(db.web, house, phase)
        sent: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any, sent: list[str] = sent) -> None:
            sent.append(statement)

        event.listen(db.web.engine.sync_engine, "before_cursor_execute", note)
        await lines(story, "triagist")
        event.remove(db.web.engine.sync_engine, "before_cursor_execute", note)
        asked.append(len(sent))

    assert asked[0] == asked[1]


async def test_an_answer_by_phone_says_so(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.PLAN)
    async with unit_of_work(house.actors["regisseur"], db.web) as work:
        (duty, *_) = await duties.open_in_case(work, story.case_id, {DutyKind.ACCEPT_COMMITMENT})
        command = GiveAnswer(outcome="aanvaard", spoke_to="de behandelaar", spoke_at=work.now)
        await answers.answer(work, duty.id, command)

    told = {line.sentence for line in await lines(story, "regisseur")}
    assert "GGZ Westerveen antwoordde op 'afspraak aanvaarden': aanvaard, telefonisch" in told


async def test_names_are_of_the_own_house_only(db: Databases, house: AHouse) -> None:
    other = await factories.a_house(db.owner)
    async with unit_of_work(house.actors["manager"], db.web) as work:
        known, _ = await people.names(work)

    strangers: set[UUID] = {one for one in (actor.person_id for actor in other.actors.values()) if one}
    assert strangers.isdisjoint(known)
