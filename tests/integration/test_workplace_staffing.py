"""The people and organisations of a house on its pages: designated by two, taken away by one, and leaving in order."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from models.lookups import keeping
from models.tables.base import new_id
from models.tables.cases import Case
from models.tables.keeping import DesignationChange
from models.tables.people import Organisation, Person
from models.transactions import unit_of_work
from models.words import DutyKind, Phase
from tests.conftest import Databases
from tests.entering import Entrance, enrolled, new_accounts
from tests.factories import AHouse, Story, a_case, a_house
from tests.integration.test_workplace import confirmed, csrf, signed_in

NEW = {
    "naam": "Noor Nieuw", "email": "Noor.Nieuw@ggz.example", "telefoon": "070 1234567", "rollen": "partnercontact",
    "screening": "2090-01-01", "training": "2089-06-01", "reden": "opvolger van een collega",
}  # fmt: skip


@pytest.fixture
async def keeper(db: Databases, house: AHouse) -> AsyncIterator[httpx2.AsyncClient]:
    """The functional administrator, who just proved who they are."""
    async with confirmed(db, house, "beheerder") as client:
        yield client


@pytest.fixture
async def manager(db: Databases, house: AHouse) -> AsyncIterator[httpx2.AsyncClient]:
    """The manager, who just did so too."""
    async with confirmed(db, house, "manager") as client:
        yield client


async def sent(client: httpx2.AsyncClient, path: str, **form: Any) -> httpx2.Response:
    return await client.post(path, data=csrf(client) | form)


async def proposed(client: httpx2.AsyncClient, house: AHouse, where: str = "ggz", **other: Any) -> httpx2.Response:
    form = NEW | {"organisatie": str(house.organisations[where])} | other
    return await sent(client, "/mensen/nieuw", **form)


async def changes(db: Databases, house: AHouse) -> list[DesignationChange]:
    async with unit_of_work(house.actors["manager"], db.web) as work:
        found = await work.session.scalars(select(DesignationChange).order_by(DesignationChange.proposed_at))
        return list(found)


async def known(db: Databases, house: AHouse, email: str) -> Person | None:
    async with unit_of_work(house.actors["manager"], db.web) as work:
        return await work.session.scalar(select(Person).where(Person.email == email))


async def logged(db: Databases, house: AHouse) -> list[str]:
    async with unit_of_work(house.actors["privacy"], db.web) as work:
        return list(await work.session.scalars(text("SELECT action FROM audit_line ORDER BY at, id")))


async def the_case(story: Story) -> Case:
    async with story.acting("manager") as work:
        return await work.session.get_one(Case, story.case_id)


# Two of them


async def test_somebody_is_designated_when_a_second_confirms_it(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient, manager: httpx2.AsyncClient
) -> None:
    asked = await proposed(keeper, house)
    (change,) = await changes(db, house)
    nobody = await known(db, house, "noor.nieuw@ggz.example")
    waits = (await manager.get("/mensen")).text
    done = await sent(manager, f"/mensen/voorstellen/{change.id}", doe="bevestig")

    made = await known(db, house, "noor.nieuw@ggz.example")
    assert (asked.status_code, asked.headers["location"]) == (303, "/mensen?gezegd=voorgesteld")
    assert nobody is None
    assert "opvolger van een collega" in waits
    assert (done.status_code, done.headers["location"]) == (303, "/mensen?gezegd=aangewezen")
    assert made is not None
    assert (made.name, made.roles, made.organisation_id, made.active) == (
        "Noor Nieuw", ["partnercontact"], house.organisations["ggz"], True,
    )  # fmt: skip
    assert {"aanwijzing voorgesteld", "aanwijzing bevestigd"} <= set(await logged(db, house))
    page = (await keeper.get(f"/mensen/{made.id}")).text
    assert "bevestigd door Manager Fictief" in page


async def test_nobody_confirms_what_they_proposed_themselves(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient
) -> None:
    await proposed(keeper, house)
    (change,) = await changes(db, house)

    answer = await sent(keeper, f"/mensen/voorstellen/{change.id}", doe="bevestig")

    assert answer.status_code == 409
    assert await known(db, house, "noor.nieuw@ggz.example") is None
    assert 'value="bevestig"' not in (await keeper.get("/mensen")).text


async def test_nobody_is_given_anything_by_or_for_themselves(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient, manager: httpx2.AsyncClient
) -> None:
    me = house.person("beheerder")
    form = NEW | {"rollen": ["functioneel_beheerder", "procesregisseur"], "email": f"beheerder@{house.slug}.example"}

    own = await sent(keeper, f"/mensen/{me}/aanwijzing", **form)
    await sent(manager, f"/mensen/{me}/aanwijzing", **form)
    (change,) = await changes(db, house)
    confirms = await sent(keeper, f"/mensen/voorstellen/{change.id}", doe="bevestig")

    assert (own.status_code, confirms.status_code) == (409, 409)
    person = await known(db, house, f"beheerder@{house.slug}.example")
    assert person is not None
    assert person.roles == ["functioneel_beheerder"]


async def test_what_was_decided_is_not_decided_again(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient, manager: httpx2.AsyncClient
) -> None:
    await proposed(keeper, house)
    (change,) = await changes(db, house)

    assert (await sent(keeper, f"/mensen/voorstellen/{change.id}", doe="wijsaf")).status_code == 303
    assert (await sent(manager, f"/mensen/voorstellen/{change.id}", doe="bevestig")).status_code == 409
    assert await known(db, house, "noor.nieuw@ggz.example") is None
    assert (await proposed(keeper, house)).status_code == 303, "and may be proposed anew"


async def test_other_roles_and_a_longer_validity_need_two_as_well(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient, manager: httpx2.AsyncClient
) -> None:
    who, email = house.person("ggz"), f"ggz@{house.slug}.example"
    form = NEW | {"email": email, "rollen": ["partnercontact", "contactpunt"], "screening": "2030-01-01"}

    await sent(keeper, f"/mensen/{who}/aanwijzing", **form)
    (change,) = await changes(db, house)
    before = await known(db, house, email)
    await sent(manager, f"/mensen/voorstellen/{change.id}", doe="bevestig")

    after = await known(db, house, email)
    assert before is not None
    assert after is not None
    assert (before.roles, after.roles) == (["partnercontact"], ["contactpunt", "partnercontact"])
    assert (str(after.screened_until), after.name, after.id) == ("2030-01-01", "Noor Nieuw", who)


@pytest.mark.parametrize(
    ("other", "where", "told"),
    [
        ({"email": "geen adres"}, "ggz", "is een e-mailadres"),
        ({"naam": ""}, "ggz", "is verplicht"),
        ({"screening": "2020-01-01"}, "ggz", "is al verlopen"),
        ({"training": "morgen"}, "ggz", "geen geldige datum"),
        ({"rollen": "triagelid"}, "ggz", "horen niet bij deze organisatie: triagelid"),
        ({"rollen": "manager"}, "politie", "horen niet bij deze organisatie: manager"),
        ({"rollen": "keizer"}, "ggz", "kies uit"),
        ({"reden": ""}, "ggz", "is verplicht"),
        ({}, "corporatie", "krijgt geen toegang"),
        ({"organisatie": ""}, "ggz", "organisatie"),
    ],
)
async def test_what_is_wrong_is_said_at_the_field(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient, *, other: dict[str, str], where: str, told: str
) -> None:
    answer = await proposed(keeper, house, where, **other)

    assert answer.status_code == 422
    assert told in answer.text
    assert 'role="alert"' in answer.text
    assert ('value="Noor Nieuw"' in answer.text) is ("naam" not in other)
    assert await changes(db, house) == []


async def test_an_address_is_of_one_person_and_proposed_once(house: AHouse, keeper: httpx2.AsyncClient) -> None:
    taken = await proposed(keeper, house, email=f"GGZ@{house.slug}.example")
    await proposed(keeper, house)
    again = await proposed(keeper, house)

    assert (taken.status_code, again.status_code) == (422, 422)
    assert "is al van een ander" in taken.text
    assert "staat al een voorstel open" in again.text


# The second fence


async def test_the_database_keeps_out_whom_no_two_agreed_on(db: Databases, house: AHouse) -> None:
    fresh = {"house_id": house.id, "organisation_id": house.organisations["huis"], "name": "x", "email": "x@y.nl"}
    for who in ("beheerder", "manager", "ggz"):
        with pytest.raises(DBAPIError, match="two designate somebody"):
            async with unit_of_work(house.actors[who], db.web) as work:
                work.session.add(Person(id=new_id(), roles=["procesregisseur"], **fresh))
        for values in ({"roles": ["partnercontact", "manager"]}, {"name": "Iemand Anders"}, {"screened_until": None}):
            with pytest.raises(DBAPIError, match="two designate somebody"):
                async with unit_of_work(house.actors[who], db.web) as work:
                    await work.session.execute(update(Person).where(Person.id == house.person("om")).values(values))


async def test_the_database_lets_a_proposal_be_confirmed_as_it_was_made_only(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient
) -> None:
    await proposed(keeper, house)
    (change,) = await changes(db, house)

    with pytest.raises(DBAPIError, match="two designate somebody"):
        async with unit_of_work(house.actors["manager"], db.web) as work:
            found = await keeping.change_for_update(work, change.id)
            found.person_id, found.settled_at, found.confirmed = new_id(), work.now, True
            found.settled_by = work.actor.person_id
            await work.session.flush()
            work.session.add(
                Person(
                    id=found.person_id, house_id=house.id, organisation_id=house.organisations["ggz"], name=found.name,
                    email=found.email, phone=found.phone, roles=["partnercontact", "contactpunt"],
                    screened_until=found.screened_until, trained_until=found.trained_until,
                )
            )  # fmt: skip
    with pytest.raises(DBAPIError, match="by_another"):
        async with unit_of_work(house.actors["beheerder"], db.web) as work:
            found = await keeping.change_for_update(work, change.id)
            found.person_id, found.settled_at, found.confirmed = house.person("om"), work.now, True
            found.settled_by = work.actor.person_id


async def test_nobody_else_sees_or_makes_a_proposal(db: Databases, house: AHouse, keeper: httpx2.AsyncClient) -> None:
    await proposed(keeper, house)
    other = await a_house(db.owner)

    for actor in (*(house.actors[who] for who in ("regisseur", "privacy", "ggz")), other.actors["manager"]):
        async with unit_of_work(actor, db.web) as work:
            assert (await work.session.scalars(select(DesignationChange))).all() == []
            assert (await work.session.execute(text("SELECT * FROM pols_account_states()"))).all() == [] or (
                actor.house_id == other.id
            )


# Taking away, being away, leaving


async def test_a_role_is_taken_away_at_once_and_by_one(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient
) -> None:
    who = house.person("politie")

    done = await sent(keeper, f"/mensen/{who}/rollen", rollen=["triagelid"])
    nothing = await sent(keeper, f"/mensen/{who}/rollen", rollen=["manager"])
    own = await sent(keeper, f"/mensen/{house.person('beheerder')}/rollen", rollen=["functioneel_beheerder"])

    person = await known(db, house, f"politie@{house.slug}.example")
    assert (done.status_code, nothing.status_code, own.status_code) == (303, 422, 409)
    assert person is not None
    assert person.roles == ["partnercontact"]


async def test_who_leaves_hands_over_first_and_is_out(
    db: Databases, house: AHouse, manager: httpx2.AsyncClient
) -> None:
    story = await a_case(db.web, house, Phase.MONITORING)
    who, to = house.person("regisseur"), str(house.person("regisseur2"))
    page = (await manager.get(f"/mensen/{who}")).text

    refused = await sent(manager, f"/mensen/{who}/vertrek", zeker="ja")
    unsure = await sent(manager, f"/mensen/{who}/vertrek", naar=to, reden="pensioen")
    no_reason = await sent(manager, f"/mensen/{who}/vertrek", naar=to, zeker="ja")
    still = await known(db, house, f"regisseur@{house.slug}.example")
    done = await sent(manager, f"/mensen/{who}/vertrek", naar=to, reden="pensioen", zeker="ja")

    assert "Open op naam" in page
    assert [one.status_code for one in (refused, unsure, no_reason)] == [422, 422, 422]
    assert "kies wie overneemt" in refused.text
    assert still is not None
    assert still.active
    assert done.headers["location"] == f"/mensen/{who}?gezegd=vertrokken"
    gone = await known(db, house, f"regisseur@{house.slug}.example")
    assert gone is not None
    assert not gone.active
    assert (await the_case(story)).director_id == house.person("regisseur2")
    assert (await story.duty(DutyKind.EVALUATION)).owner_person_id == house.person("regisseur2")
    assert "account uitgeschakeld" in (await manager.get(f"/mensen/{who}")).text


async def test_somebody_can_be_shut_out_now_and_handed_over_later(
    db: Databases, house: AHouse, manager: httpx2.AsyncClient
) -> None:
    story = await a_case(db.web, house, Phase.MONITORING)
    who, to = house.person("regisseur"), str(house.person("regisseur2"))

    out = await sent(manager, f"/mensen/{who}/vertrek", later="ja", zeker="ja")
    then = await sent(manager, f"/mensen/{who}/overdracht", naar=to, reden="alsnog")

    assert (out.status_code, then.status_code) == (303, 303)
    assert (await the_case(story)).director_id == house.person("regisseur2")


async def test_the_administrator_shuts_out_and_sees_nothing_of_cases(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient
) -> None:
    story = await a_case(db.web, house, Phase.MONITORING)
    who = house.person("regisseur")

    page = (await keeper.get(f"/mensen/{who}")).text
    over = await sent(keeper, f"/mensen/{who}/overdracht", naar=str(house.person("regisseur2")), reden="x")
    out = await sent(keeper, f"/mensen/{who}/vertrek", zeker="ja")

    assert "Open op naam" not in page
    assert (await the_case(story)).number not in page
    assert (over.status_code, out.status_code) == (403, 303)


async def test_absence_is_recorded_for_somebody_who_cannot(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient
) -> None:
    who = house.person("regisseur")
    form = {"van": "2090-01-01", "tot": "2090-02-01", "vervanger": str(house.person("regisseur2"))}

    await sent(keeper, f"/mensen/{who}/afwezigheid", **form)
    away = await known(db, house, f"regisseur@{house.slug}.example")
    await sent(keeper, f"/mensen/{who}/afwezigheid", doe="terug")
    back = await known(db, house, f"regisseur@{house.slug}.example")

    assert away is not None
    assert back is not None
    assert (away.deputy_id, back.deputy_id) == (house.person("regisseur2"), None)


# Lists


async def test_the_list_shows_who_comes_in_and_with_what(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient
) -> None:
    await enrolled(db, Entrance.on(db.web, new_accounts()), house, "triagist")
    await db.run("UPDATE person SET screened_until = '2001-01-01' WHERE id = :id", id=house.person("om"))

    page = (await keeper.get("/mensen")).text
    lawyers = (await keeper.get(f"/mensen?organisatie={house.organisations['om']}")).text
    directors = (await keeper.get("/mensen?rol=procesregisseur")).text

    assert "wachtwoord en code" in page
    assert "screening verlopen op 01-01-2001" in lawyers
    assert "Politie Fictief" not in lawyers
    assert ("Regisseur2 Fictief" in directors, "Triagist Fictief" in directors) == (True, False)


async def test_people_are_searched_without_their_name_in_the_address(keeper: httpx2.AsyncClient) -> None:
    found = await sent(keeper, "/mensen", zoek="reclas")
    odd = await sent(keeper, "/mensen", zoek="100%_")

    assert "Reclassering Fictief" in found.text
    assert "Ggz Fictief" not in found.text
    assert "Niemand gevonden" in odd.text


@pytest.mark.parametrize("who", ["triagist", "regisseur", "privacy", "politie"])
async def test_others_do_not_keep_people(db: Databases, house: AHouse, who: str) -> None:
    async with confirmed(db, house, who) as client:
        for path in ("/mensen", "/mensen/nieuw", f"/mensen/{house.person('ggz')}", "/organisaties"):
            assert (await client.get(path)).status_code == 403, path
        assert (await proposed(client, house)).status_code == 403
        assert (await sent(client, "/organisaties", naam="x", soort="publieke_deelnemer")).status_code == 403
        assert (await sent(client, f"/mensen/voorstellen/{new_id()}", doe="bevestig")).status_code == 403


async def test_what_is_far_reaching_asks_the_second_factor_again(db: Databases, house: AHouse) -> None:
    async with signed_in(db, house, "beheerder") as client:
        leaves = await sent(client, f"/mensen/{house.person('ggz')}/vertrek", zeker="ja")
        confirms = await sent(client, f"/mensen/voorstellen/{new_id()}", doe="bevestig")
        adds = await sent(client, "/organisaties", naam="x", soort="publieke_deelnemer")

    assert leaves.headers["location"] == f"/bevestigen?gezegd=bevestig&terug=/mensen/{house.person('ggz')}"
    assert confirms.headers["location"].endswith("terug=/mensen")
    assert adds.headers["location"].endswith("terug=/organisaties")


async def test_a_long_list_goes_on(db: Databases, house: AHouse, keeper: httpx2.AsyncClient) -> None:
    await db.run(
        "INSERT INTO person (id, house_id, organisation_id, name, email, roles, active)"
        " SELECT gen_random_uuid(), :house, :org, 'Zeno ' || lpad(n::text, 3, '0'), n || '@z.example', '{}', true"
        " FROM generate_series(1, 60) n", house=house.id, org=house.organisations["ggz"],
    )  # fmt: skip

    first = (await keeper.get("/mensen")).text
    address = first.split('href="/mensen?na=')[1].split('"')[0]
    second = (await keeper.get(f"/mensen?na={address}")).text

    assert ("Zeno 001" in first, "Zeno 060" in first, "Zeno 060" in second) == (True, False, True)


# Organisations


async def test_an_organisation_is_added_and_named_and_keeps_its_kind(
    db: Databases, house: AHouse, keeper: httpx2.AsyncClient
) -> None:
    made = await sent(keeper, "/organisaties", naam="Leger des Heils", soort="private_deelnemer", taak="opvang")
    twice = await sent(keeper, "/organisaties", naam="leger des heils", soort="private_deelnemer")
    ours = await sent(keeper, "/organisaties", naam="Nog een huis", soort="huis")
    odd = await sent(keeper, "/organisaties", naam="", soort="stichting")
    async with unit_of_work(house.actors["manager"], db.web) as work:
        found = (await work.session.scalars(select(Organisation).where(Organisation.name == "Leger des Heils"))).one()
    named = await sent(keeper, f"/organisaties/{found.id}", naam="LdH", taak="", soort="publieke_deelnemer")
    page = (await keeper.get("/organisaties")).text

    assert [one.status_code for one in (made, twice, ours, odd, named)] == [303, 422, 409, 422, 303]
    assert "LdH" in page
    assert "Leger des Heils" not in page
    async with unit_of_work(house.actors["manager"], db.web) as work:
        again = await work.session.get_one(Organisation, found.id)
        assert (again.kind.value, again.task) == ("private_deelnemer", "")


async def test_the_database_adds_no_second_house_and_changes_no_kind(db: Databases, house: AHouse) -> None:
    for who in ("manager", "ggz"):
        with pytest.raises(DBAPIError):
            async with unit_of_work(house.actors[who], db.web) as work:
                work.session.add(Organisation(id=new_id(), house_id=house.id, kind="huis", name="Tweede"))
        with pytest.raises(DBAPIError, match="permission denied"):
            async with unit_of_work(house.actors[who], db.web) as work:
                await work.session.execute(
                    update(Organisation).where(Organisation.id == house.organisations["ggz"])
                    .values(kind="publieke_deelnemer")
                )  # fmt: skip
