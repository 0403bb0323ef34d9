"""`pols person`: somebody is shut out, let in, given other roles, screened and trained anew; with the next request."""

from collections.abc import Awaitable, Callable
from datetime import date

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from deployments.cli import app
from deployments.people import as_operator
from models.casebook import designations
from models.refusals import AlreadySettled, NotFound, NotPossible, Refusal
from models.tables.people import Person
from models.transactions import Work
from models.words import Phase, Role
from tests import factories
from tests.conftest import Databases
from tests.doors import Door
from tests.entering import Entrance, email_of, enrolled, new_accounts
from tests.factories import AHouse

Act = Callable[[Work], Awaitable[Person]]


async def by_operator(db: Databases, act: Act) -> str:
    return await as_operator(db.owner.engine.url.render_as_string(hide_password=False), act)


async def disabled(db: Databases, house: AHouse, who: str) -> str:
    return await by_operator(db, lambda work: designations.disable(work, email_of(house, who)))


async def logged(db: Databases, house: AHouse, action: str) -> list[dict[str, object]]:
    async with db.engine.engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT facts, object_id, person_id, door FROM audit_line WHERE house_id = :house AND action = :what"),
            {"house": house.id, "what": action},
        )  # fmt: skip
        return [dict(row) for row in rows.mappings()]


async def test_who_is_shut_out_is_out_with_the_next_request_of_a_session_and_of_a_token(
    db: Databases, house: AHouse, door: Door
) -> None:
    entrance = Entrance.on(db.web, new_accounts())
    email = await enrolled(db, entrance, house, "ggz")
    async with entrance.browser() as client:
        await entrance.sign_in(client, email, code=entrance.code(email))
        assert (await client.get("/mijn")).status_code == 200
        assert (await door.call("GET", "/mij", "ggz")).status_code == 200

        told = await disabled(db, house, "ggz")

        assert (await client.get("/mijn")).status_code in {303, 401}
        assert (await door.call("GET", "/mij", "ggz")).status_code == 401
    assert told.endswith("account uitgeschakeld")
    (line,) = await logged(db, house, "persoon uitgeschakeld")
    assert (line["object_id"], line["person_id"], line["door"]) == (house.person("ggz"), None, "beheer")


async def test_who_is_let_in_again_signs_in_anew(db: Databases, house: AHouse, door: Door) -> None:
    await disabled(db, house, "ggz")
    with pytest.raises(AlreadySettled):
        await disabled(db, house, "ggz")

    await by_operator(db, lambda work: designations.enable(work, email_of(house, "ggz")))

    assert (await door.call("GET", "/mij", "ggz")).status_code == 401, "an old token stays revoked"
    assert len(await logged(db, house, "persoon ingeschakeld")) == 1


async def test_other_roles_count_with_the_next_request(db: Databases, house: AHouse, door: Door) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    assert (await door.call("GET", f"/casussen/{story.case_id}", "ggz")).status_code == 200

    email = email_of(house, "ggz")
    await by_operator(db, lambda work: designations.set_roles(work, email, [Role.CONTACT_POINT]))

    assert (await door.call("GET", f"/casussen/{story.case_id}", "ggz")).status_code == 404
    (line,) = await logged(db, house, "rollen gewijzigd")
    assert line["facts"] == {"waren": ["partnercontact"], "zijn": ["contactpunt"]}


@pytest.mark.parametrize(
    ("who", "role"),
    [("ggz", Role.TRIAGE_MEMBER), ("ggz", Role.MANAGER), ("om", Role.PRIVACY_OFFICER), ("manager", Role.CONTACT)],
)
async def test_nobody_gets_a_role_that_their_organisation_does_not_have(
    db: Databases, house: AHouse, who: str, role: Role
) -> None:
    with pytest.raises(NotPossible, match=role):
        await by_operator(db, lambda work: designations.set_roles(work, email_of(house, who), [role]))


async def test_who_is_screened_anew_comes_in_again(db: Databases, house: AHouse, door: Door) -> None:
    await db.run(
        "UPDATE person SET screened_until = '2020-01-01', trained_until = '2020-01-01' WHERE id = :id",
        id=house.person("ggz"),
    )
    assert (await door.call("GET", "/mij", "ggz")).status_code == 401
    email, until = email_of(house, "ggz"), date(2090, 1, 1)

    half = await by_operator(db, lambda work: designations.renew(work, email, screened_until=until, trained_until=None))
    assert half.endswith("training verlopen op 01-01-2020")
    whole = await by_operator(
        db, lambda work: designations.renew(work, email, screened_until=None, trained_until=until)
    )

    assert whole.endswith("kan aanmelden")
    assert (await door.call("GET", "/mij", "ggz")).status_code == 200
    assert len(await logged(db, house, "geldigheid vastgelegd")) == 2


async def test_an_address_that_nobody_has_or_two_have_is_refused(db: Databases, house: AHouse) -> None:
    with pytest.raises(NotFound):
        await by_operator(db, lambda work: designations.disable(work, "niemand@nergens.example"))
    other = await factories.a_house(db.owner)
    await db.run("UPDATE person SET email = :email WHERE id = :id", email=email_of(house, "om"), id=other.person("om"))
    with pytest.raises(NotPossible, match="--huis"):
        await disabled(db, house, "om")
    await by_operator(db, lambda work: designations.disable(work, email_of(house, "om").upper(), house=other.slug))
    with pytest.raises(Refusal):
        await by_operator(
            db, lambda work: designations.renew(work, email_of(house, "om"), screened_until=None, trained_until=None)
        )


def test_the_command_refuses_in_words_and_with_a_code(
    db: Databases, house: AHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLS_DATABASE_OWNER_URL", db.owner.engine.url.render_as_string(hide_password=False))

    refused = CliRunner().invoke(app, ["person", "disable", "niemand@nergens.example"])
    done = CliRunner().invoke(app, ["person", "valid", email_of(house, "om"), "--screening", "2090-01-01"])

    assert (refused.exit_code, done.exit_code) == (1, 0)
    assert "niet gevonden" in refused.output
    assert done.output.strip().endswith("kan aanmelden")
