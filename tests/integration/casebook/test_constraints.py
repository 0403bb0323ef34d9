"""The rules that are also in the tables: each is refused by its name, whatever the code above it does."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from models.casebook import outbox, referrals
from models.commands.referrals import MotivateCriteria
from models.tables.base import new_id
from models.tables.cases import LID1_ONLY, Case, Decision, DecisionDecider, Hold, Involvement, Visit
from models.tables.duties import Rung
from models.tables.engine import JournalEntry, Message
from models.tables.meetings import Commitment
from models.tables.referrals import Referral, Subject
from models.transactions import Work, unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, OrganisationKind, Phase, Standing, WorkKind
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, described


async def draft(work: Work, **facts: Any) -> Referral:
    made = await referrals.draft(work, described(**facts))
    await work.session.flush()
    return made


@pytest.mark.parametrize("kind", [OrganisationKind.HOUSE, OrganisationKind.THIRD_PARTY])
async def test_a_report_is_made_by_a_participant(db: Databases, house: AHouse, kind: OrganisationKind) -> None:
    with pytest.raises(IntegrityError, match="reporter_is_participant"):
        async with unit_of_work(house.actors["politie"], db.web) as work:
            (await draft(work)).reporter_organisation_kind = kind
            await work.session.flush()


async def test_nobody_reports_as_another_kind_of_organisation_than_they_are(db: Databases, house: AHouse) -> None:
    with pytest.raises(IntegrityError, match="fk_referral_reporter"):
        async with unit_of_work(house.actors["politie"], db.web) as work:
            (await draft(work)).reporter_organisation_kind = OrganisationKind.LID2
            await work.session.flush()


@pytest.mark.parametrize("missing", "abcd")
async def test_a_report_is_submitted_with_all_four_criteria(db: Databases, house: AHouse, missing: str) -> None:
    with pytest.raises(IntegrityError, match="submitted_with_criteria_and_quality"):
        async with unit_of_work(house.actors["politie"], db.web) as work:
            criteria = MotivateCriteria(**(dict.fromkeys("abcd", "zo") | {missing: ""}))
            (await draft(work, criteria=criteria)).submitted_at = work.now
            await work.session.flush()


async def test_a_report_is_submitted_with_a_statement_about_its_quality(db: Databases, house: AHouse) -> None:
    with pytest.raises(IntegrityError, match="submitted_with_criteria_and_quality"):
        async with unit_of_work(house.actors["politie"], db.web) as work:
            (await draft(work, quality_statement=False)).submitted_at = work.now
            await work.session.flush()


@pytest.mark.parametrize("bsn", ["12345678", "1234567890", "12345678a", ""])
async def test_a_number_of_a_person_has_nine_digits(db: Databases, house: AHouse, bsn: str) -> None:
    with pytest.raises(IntegrityError, match="bsn_is_nine_digits"):
        async with unit_of_work(house.actors["politie"], db.web) as work:
            referral = await draft(work)
            work.session.add(
                Subject(
                    id=new_id(),
                    house_id=house.id,
                    referral_id=referral.id,
                    position=9,
                    standing="betrokkene",
                    name="X",
                    bsn=bsn,
                )
            )
            await work.session.flush()


@pytest.mark.parametrize("kind", [word.strip(" '") for word in LID1_ONLY.split(",")])
@pytest.mark.parametrize("who", ["ggz", "triagist"])
async def test_only_public_participants_are_stored_as_having_decided(
    db: Databases, house: AHouse, kind: str, who: str
) -> None:
    actor = house.actors[who]
    with pytest.raises(IntegrityError, match="public_participants_decide"):
        async with unit_of_work(actor, db.web) as work:
            work.session.add(
                DecisionDecider(
                    decision_id=new_id(), person_id=house.person(who), house_id=house.id, case_id=new_id(),
                    decision_kind=D(kind), organisation_id=house.organisations["ggz" if who == "ggz" else "huis"],
                    organisation_kind=actor.organisation_kind,
                )
            )  # fmt: skip
            await work.session.flush()


async def test_who_decided_cannot_be_stored_under_another_decision_than_was_taken(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.MONITORING)

    taken = next(one for one in await story.all(Decision) if one.kind is D.ASSIGN_DIRECTOR)
    with pytest.raises(IntegrityError, match="fk_decision_decider_decision"):
        async with story.acting("om") as work:
            work.session.add(
                DecisionDecider(
                    decision_id=taken.id, person_id=house.person("om"), house_id=house.id, case_id=story.case_id,
                    decision_kind=D.ADMIT, organisation_id=house.organisations["om"],
                    organisation_kind=OrganisationKind.LID1,
                )
            )  # fmt: skip
            await work.session.flush()


# What is true of a case in execution

Change = Callable[[Work, Story, Any], object]


def a_visit(work: Work, story: Story, _case: Case) -> None:
    visit = Visit(id=new_id(), house_id=story.house.id, case_id=story.case_id, phase=Phase.PLAN, entered_at=work.now)
    work.session.add(visit)


def closed_without_a_moment(_work: Work, _story: Story, case: Case) -> None:
    case.phase = Phase.CLOSED


def a_moment_without_closing(work: Work, _story: Story, case: Case) -> None:
    case.closed_at = work.now


def a_wait_without_a_reason(work: Work, story: Story, _case: Case) -> None:
    hold = Hold(id=new_id(), house_id=story.house.id, case_id=story.case_id, since=work.now, until=work.now, reason="")
    work.session.add(hold)


def twice_involved(work: Work, story: Story, _case: Case) -> None:
    work.session.add(
        Involvement(
            id=new_id(), house_id=story.house.id, case_id=story.case_id, standing=Standing.INVOLVED, since=work.now,
            organisation_id=story.house.organisations["ggz"],
        )
    )  # fmt: skip


def a_pledge(work: Work, story: Story, **facts: Any) -> None:
    complete: dict[str, Any] = {"domain": "zorg", "body": "intake", "state": "toegezegd"} | facts
    work.session.add(
        Commitment(
            id=new_id(), house_id=story.house.id, case_id=story.case_id, due_on=work.now.date(), plan_version=1,
            organisation_id=story.house.organisations["ggz"], made_at=work.now, **complete,
        )
    )  # fmt: skip


REFUSED: dict[str, Change] = {
    "ix_visit_one_open": a_visit,
    "closed_has_a_moment": closed_without_a_moment,
    "has_a_reason": a_wait_without_a_reason,
    "ix_involvement_current": twice_involved,
    "domain_is_known": lambda work, story, _: a_pledge(work, story, domain="zorgelijk"),
    "says_what": lambda work, story, _: a_pledge(work, story, body=""),
}


@pytest.mark.parametrize("name", list(REFUSED))
async def test_what_can_never_be_true_of_a_case_is_refused_by_name(db: Databases, house: AHouse, name: str) -> None:
    story = await a_case(db.web, house, Phase.MONITORING)

    with pytest.raises(IntegrityError, match=name):
        async with story.acting("regisseur") as work:
            REFUSED[name](work, story, await work.session.get(Case, story.case_id))
            await work.session.flush()


async def test_a_case_has_a_moment_of_closing_only_when_it_is_closed(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)

    with pytest.raises(IntegrityError, match="closed_has_a_moment"):
        async with story.acting("triagist") as work:
            a_moment_without_closing(work, story, (await work.session.get(Case, story.case_id)))  # type: ignore[arg-type]
            await work.session.flush()


async def test_a_duty_ends_once(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    owed = await story.duty(DutyKind.ADMISSION)

    with pytest.raises(IntegrityError, match="ends_once"):
        async with story.acting("triagist") as work:
            await work.session.execute(
                text("UPDATE duty SET answered_at = now(), withdrawn_at = now() WHERE id = :id"), {"id": owed.id}
            )


async def test_a_rung_exists_once_for_a_version_of_the_due_moment(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    rung = (await story.armed(await story.duty(DutyKind.ADMISSION)))[0]

    with pytest.raises(IntegrityError, match="uq_rung_duty_id_step_due_version"):
        async with story.acting("triagist") as work:
            work.session.add(
                Rung(
                    id=new_id(), house_id=rung.house_id, case_id=rung.case_id, duty_id=rung.duty_id, step=rung.step,
                    due_version=rung.due_version, fire_at=work.now,
                )
            )  # fmt: skip
            await work.session.flush()


async def test_work_is_in_the_journal_once_for_a_visit(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    entry = (await story.all(JournalEntry, key="triagist"))[0]

    with pytest.raises(IntegrityError, match="uq_journal_entry_case_id_visit_id_key"):
        async with story.acting("triagist") as work:
            work.session.add(
                JournalEntry(
                    house_id=entry.house_id, case_id=entry.case_id, visit_id=entry.visit_id, key=entry.key,
                    kind=WorkKind.ANNOUNCE, about_id=entry.about_id, opened_at=work.now, next_try_at=work.now,
                )
            )  # fmt: skip
            await work.session.flush()


async def test_a_message_has_a_key_of_its_own(db: Databases, house: AHouse) -> None:
    def message(work: Work, key: str) -> Message:
        return Message(
            id=new_id(), house_id=house.id, key=key, recipient_id=house.person("om"), template="t", case_ids=[],
            lines=[], created_at=work.now, next_try_at=work.now,
        )  # fmt: skip

    with pytest.raises(IntegrityError, match="uq_outbox_key"):
        async with unit_of_work(house.actors["triagist"], db.web) as work:
            work.session.add_all([message(work, f"x:{house.id}"), message(work, f"x:{house.id}")])
            await work.session.flush()


async def test_the_same_message_to_the_same_person_is_posted_once(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    for _ in range(2):
        async with unit_of_work(house.actors["triagist"], db.engine) as work:
            await outbox.post(
                work, [house.person("om"), house.person("om")], house_id=house.id, template="t", key="eenmaal",
                case_id=story.case_id, lines=[],
            )  # fmt: skip

    async with unit_of_work(house.actors["triagist"], db.web) as work:
        found = await work.session.scalar(text("SELECT count(*) FROM outbox WHERE key LIKE 'eenmaal:%'"))
    assert found == 1


@pytest.mark.parametrize("change", ["shift_seconds = 1", "shift_seconds = 1, locked = true"])
async def test_the_clock_is_not_moved_in_production(db: Databases, change: str) -> None:
    async with db.owner.engine.begin() as connection:
        await connection.execute(text("UPDATE clock SET locked = true"))

    with pytest.raises(IntegrityError, match="never_moved_in_production"):
        async with db.owner.engine.begin() as connection:
            await connection.execute(text(f"UPDATE clock SET {change}"))


async def test_there_is_one_clock_and_the_doors_do_not_touch_it(db: Databases) -> None:
    with pytest.raises(IntegrityError, match=r"pk_clock|one_row"):
        async with db.owner.engine.begin() as connection:
            await connection.execute(text("INSERT INTO clock (single, shift_seconds, locked) VALUES (false, 0, false)"))
    for database in (db.web, db.engine):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with database.engine.begin() as connection:
                await connection.execute(text("UPDATE clock SET shift_seconds = 1"))


async def test_a_decision_was_taken_by_somebody_or_follows_from_a_rule(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    case = await story.facts()

    with pytest.raises(IntegrityError, match="somebody_or_a_rule"):
        async with db.engine.engine.begin() as connection:
            await connection.execute(
                text(
                    "INSERT INTO decision (id, house_id, case_id, visit_id, kind, at, decided_at, reason, facts) VALUES"
                    " (gen_random_uuid(), :house, :case, :visit, 'afwijzen', now(), now(), '', '{}')"
                ),
                {"house": house.id, "case": case.id, "visit": case.visit_id},
            )


async def test_a_case_number_is_given_once_in_a_house(db: Databases, house: AHouse) -> None:
    first, second = await a_case(db.web, house, Phase.INTAKE), await a_case(db.web, house, Phase.INTAKE)
    number: str = (await first.facts()).number

    with pytest.raises(IntegrityError, match="uq_cases_house_id_number"):
        async with second.acting("triagist") as work:
            found = await work.session.get(Case, second.case_id)
            assert isinstance(found, Case)
            assert isinstance(found.id, UUID)
            found.number = number
            await work.session.flush()
