"""A message that came back: noted, shown as a cause, and sent once to whoever else of the organisation may know."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from deployments.bounces import take_back
from models import transactions
from models.actors import ENGINE
from models.casebook import outbox
from models.delivery import WhyGivenUp
from models.lookups import stalled
from models.stalled import Cause
from models.transactions import unit_of_work
from models.words import Phase
from tasks.bounces import Mailbox
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, a_house, named, with_more_people
from tests.following import put
from tests.relays import certified
from tests.reports import Letters, mailbox, postfix


@pytest.fixture
async def db(own_db: Databases) -> AsyncIterator[Databases]:
    transactions.use(own_db.engine)
    yield own_db
    transactions.use(None)


@pytest.fixture
async def house(db: Databases) -> AHouse:
    return await with_more_people(db.owner, await a_house(db.owner))


@pytest.fixture
async def story(db: Databases, house: AHouse) -> Story:
    return await a_case(db.web, house, Phase.MONITORING)


@pytest.fixture
async def letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Letters]:
    """A mailbox whose certificate is trusted."""
    context, certificate = certified(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with mailbox(context) as made:
        yield made


def box(letters: Letters, *, knows: bool = True) -> Mailbox:
    return Mailbox("127.0.0.1", letters.port, "terug", "geheim" if knows else "fout")


async def rows(db: Databases, where: str = "true") -> list[Any]:
    async with db.engine.engine.connect() as connection:
        return list(await connection.execute(text(f"SELECT * FROM outbox WHERE {where} ORDER BY created_at, id")))


async def told(db: Databases, story: Story, key: str, template: str = "uitkomst", *, key_of: str = "x") -> UUID:
    """Somebody got a message about this case."""
    number = (await story.facts()).number
    async with unit_of_work(ENGINE, db.engine) as work:
        await outbox.post(
            work, [story.house.person(key)], house_id=story.house.id, template=template, key=key_of,
            case_id=story.case_id, lines=[{"casus": number}],
        )  # fmt: skip
    [made] = await rows(db, f"key LIKE '{key_of}:%'")
    await put(db, "UPDATE outbox SET sent_at = pols_now(), tries = 1 WHERE id = :id", id=made.id)
    return UUID(str(made.id))


async def came_back(db: Databases, *ids: UUID) -> int:
    async with unit_of_work(ENGINE, db.engine) as work:
        await outbox.bounced(work, ids)
    return await take_back(None)


async def receivers(db: Databases, house: AHouse) -> set[str]:
    known = {house.person(key): key for key in house.actors}
    return {known[one.recipient_id] for one in await rows(db, "by_itself")}


async def causes(story: Story) -> list[Cause]:
    async with story.acting("regisseur") as work:
        found = await stalled.of_case(work, story.case_id)
        listed = {one.case_id: one for one in await stalled.overview(work)}
    assert (found is None) is (story.case_id not in listed), "the list and the definition differ"
    return [one.cause for one in found.stalls] if found else []


async def test_a_report_in_the_mailbox_marks_the_message_and_is_cleared_away(
    db: Databases, story: Story, letters: Letters
) -> None:
    message = await told(db, story, "ggz")
    letters.put(postfix(str(message)), b"Subject: Afwezig\r\n\r\nIk ben er niet.\r\n")

    await take_back(box(letters))

    [row] = await rows(db, "bounced_at IS NOT NULL")
    assert (row.id, row.sent_at is not None) == (message, True)
    assert letters.flags == {1: {"\\Seen", "\\Deleted"}, 2: {"\\Seen"}}
    assert list(letters.letters) == [2], "what is no report is left for a person"
    assert letters.signed_in == ["terug"]


async def test_reading_the_same_report_again_changes_nothing(db: Databases, story: Story, letters: Letters) -> None:
    message = await told(db, story, "ggz")
    letters.put(postfix(str(message)))
    await take_back(box(letters))
    before = await rows(db)
    letters.put(postfix(str(message)), postfix("0198d2c5-0000-7000-8000-00000000abcd"))
    await db.shift(60)

    await take_back(box(letters))

    assert await rows(db) == before


async def test_a_message_that_was_never_sent_cannot_come_back(db: Databases, story: Story, letters: Letters) -> None:
    message = await told(db, story, "ggz")
    await put(db, "UPDATE outbox SET sent_at = NULL WHERE id = :id", id=message)
    letters.put(postfix(str(message)))

    await take_back(box(letters))

    assert await rows(db, "bounced_at IS NOT NULL") == []


async def test_a_mailbox_that_cannot_be_read_stops_nothing_and_loses_nothing(
    db: Databases, story: Story, letters: Letters, caplog: pytest.LogCaptureFixture
) -> None:
    message = await told(db, story, "ggz")
    letters.put(postfix(str(message)))

    await take_back(box(letters, knows=False))
    await take_back(Mailbox("127.0.0.1", 1, "terug", "geheim"))

    assert letters.flags == {1: set()}
    assert "could not be read" in caplog.text
    assert "politie" not in caplog.text


async def test_a_mailbox_with_a_certificate_nobody_trusts_is_not_read(
    db: Databases, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    context, _ = certified(tmp_path)
    async with mailbox(context) as letters:
        await take_back(box(letters))

        assert letters.signed_in == []
    assert "SSLCertVerificationError" in caplog.text
    assert await rows(db) == []


# To whom it goes instead


async def test_it_goes_to_the_other_contacts_who_work_on_the_case(db: Databases, house: AHouse, story: Story) -> None:
    await named(db.web, story, "ggz", "ggz", "psychiater")
    message = await told(db, story, "ggz")

    assert await came_back(db, message) == 1

    assert await receivers(db, house) == {"psychiater"}
    [row] = await rows(db, "by_itself")
    assert (row.resends, row.template, row.lines) == (message, "uitkomst", [{"casus": (await story.facts()).number}])
    assert await take_back(None) == 0, "once"


async def test_who_is_not_named_in_the_case_hears_nothing(db: Databases, house: AHouse, story: Story) -> None:
    await named(db.web, story, "ggz", "ggz")
    message = await told(db, story, "ggz")

    assert await came_back(db, message) == 0
    assert await receivers(db, house) == set()


async def test_of_the_house_the_manager_hears_it(db: Databases, house: AHouse, story: Story) -> None:
    message = await told(db, story, "regisseur", "alarm")

    await came_back(db, message)

    assert await receivers(db, house) == {"manager"}


@pytest.mark.parametrize("template", outbox.PERSONAL_MAIL)
async def test_what_was_meant_for_one_person_goes_to_nobody_else(
    db: Databases, house: AHouse, story: Story, template: str
) -> None:
    message = await told(db, story, "politie", template)

    await came_back(db, message)

    assert await receivers(db, house) == set()


async def test_a_third_party_is_never_told_instead(db: Databases, house: AHouse, story: Story) -> None:
    await put(db, "UPDATE cases SET closed_at = closed_at")
    await db.run(
        "UPDATE person SET organisation_id = :third WHERE organisation_id = :ggz",
        third=house.organisations["corporatie"], ggz=house.organisations["ggz"],
    )  # fmt: skip
    message = await told(db, story, "ggz")

    await came_back(db, message)

    assert await receivers(db, house) == set()


async def test_what_already_went_out_instead_goes_no_further(db: Databases, story: Story) -> None:
    await came_back(db, await told(db, story, "politie"))
    [first] = await rows(db, "by_itself")
    await put(db, "UPDATE outbox SET sent_at = pols_now() WHERE id = :id", id=first.id)

    assert await came_back(db, first.id) == 0
    assert len(await rows(db, "by_itself")) == 1


# A cause


async def test_a_message_that_came_back_is_a_cause_until_something_happens(db: Databases, story: Story) -> None:
    assert await causes(story) == []
    await db.shift(60)
    message = await told(db, story, "politie")

    await came_back(db, message)

    assert await causes(story) == [Cause.UNDELIVERABLE]
    assert await rows(db, "by_itself"), "that a colleague was told too does not take the cause away"

    await db.shift(60)
    await put(db, "UPDATE cases SET last_event_at = pols_now() WHERE id = :id", id=story.case_id)
    assert await causes(story) == []


async def test_a_later_message_that_arrives_takes_the_cause_away_and_one_that_comes_back_too_does_not(
    db: Databases, story: Story
) -> None:
    await db.shift(60)
    await came_back(db, await told(db, story, "ggz"))
    await db.shift(60)

    later = await told(db, story, "ggz", key_of="y")
    assert await causes(story) == []

    await came_back(db, later)
    assert Cause.UNDELIVERABLE in await causes(story)


async def test_the_regisseur_sends_again_what_came_back(db: Databases, story: Story) -> None:
    from models.casebook import resend  # noqa: PLC0415
    from models.commands.cases import SendAgain  # noqa: PLC0415
    from models.words import SendTo  # noqa: PLC0415

    await db.shift(60)
    await came_back(db, await told(db, story, "politie"))

    async with story.acting("regisseur") as work:
        assert await resend.send_again(work, story.case_id, SendAgain(to=SendTo.RECIPIENT)) == 1

    assert await causes(story) == []


@pytest.mark.parametrize("why", WhyGivenUp)
async def test_what_somebody_gave_up_because_it_was_settled_is_no_cause(
    db: Databases, story: Story, why: WhyGivenUp
) -> None:
    await db.shift(60)
    message = await told(db, story, "ggz")
    await put(
        db, "UPDATE outbox SET sent_at = NULL, gave_up_at = pols_now(), code = :why WHERE id = :id",
        why=why.value, id=message,
    )  # fmt: skip

    settled = why in {WhyGivenUp.NOT_NEEDED, WhyGivenUp.TOLD}
    assert await causes(story) == ([] if settled else [Cause.UNDELIVERABLE])
