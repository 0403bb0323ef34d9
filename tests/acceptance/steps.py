"""What people do, step by step, over HTTP; the stories string these together."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from models.actors import ENGINE, Actor
from models.casebook import setup
from models.transactions import unit_of_work
from models.words import OrganisationKind, Role
from tests.acceptance.world import World
from tests.factories import FAR

CRITERIA = {
    "a": "problemen bij de betrokkene", "b": "op meerdere leefgebieden", "c": "bedreiging van omwonenden",
    "d": "straf en zorg zijn samen nodig",
}  # fmt: skip


def person(world: World, key: str) -> str:
    """The id of somebody."""
    return str(world.house.person(key))


def organisation(world: World, *keys: str) -> list[str]:
    """The ids of organisations."""
    return [str(world.house.organisations[key]) for key in keys]


def moment(value: str) -> datetime:
    """A moment from the wire."""
    return datetime.fromisoformat(value)


def referral(**facts: Any) -> dict[str, Any]:
    """A complete referral about Hendrik B., with a test number from the range 9999."""
    return {
        "gemeente": "Westerveen", "themas": ["verward gedrag"], "reden": "veertien meldingen in zes weken",
        "doel": "één plan met zorg en politie", "situatie": "dreiging in de buurt, mijdt zorg",
        "besprokenMetBetrokkene": False, "redenNietBesproken": "veiligheid van de melder",
        "criteria": CRITERIA, "kwaliteitsverklaring": True,
        "personen": [{"rol": "betrokkene", "naam": "Hendrik B.", "bsn": "999990044"}],
    } | facts  # fmt: skip


async def reported(world: World, by: str = "politie", **facts: Any) -> str:
    """Draft and submit; answers the case."""
    draft = await world.post(by, "/aanmeldingen", referral(**facts))
    submitted = await world.post(by, f"/aanmeldingen/{draft['id']}/indieningen")
    await world.settled()
    assert "Uw aanmelding is ontvangen" in world.mailed(by)
    return str(submitted["id"])


def message(message_id: str) -> dict[str, Any]:
    """The sector's own message about Hendrik B.; it carries no criteria."""
    at = "2026-09-01T10:00:00Z"
    return {
        "id": message_id, "soort": "ZVH", "datumTijd": at, "verzoek": "één plan", "terugkoppelingGewenst": True,
        "overigeInformatie": {"omschrijving": "mijdt zorg"},
        "zorgelijkeSituatie": {
            "situatieSchets": "bedreigt buurman met mes", "nadereOmschrijving": "veertien meldingen in zes weken",
            "vraagAntwoord": {"vraag": "Sinds wanneer?", "antwoord": "zes weken"},
        },
        "contact": {"naam": "A. Agent", "emailAdres": "agent@politie.example", "telefoonnummer": "0612345678"},
        "heeftBetrekkingOp": [{
            "burgerservicenummer": "999990044", "geslacht": "1",
            "naam": {"voornamen": "Hendrik", "geslachtsnaam": "B."},
            "adres": {"straatnaam": "Dorpsstraat", "huisnummer": 4, "postcode": "7981 AB", "plaats": "Westerveen"},
        }],
    }  # fmt: skip


async def reported_by_message(world: World, message_id: str, **facts: Any) -> str:
    """The sector's message arrives; the criteria it lacks are asked and given. Answers the case."""
    received = await world.post("politie", "/meldingen", message(message_id))
    await world.settled()
    assert "Uw antwoord wordt gevraagd" in world.mailed("politie")
    path = f"/aanmeldingen/{received['aanmelding']}"
    supplemented = await world.client("politie").put(path, json=referral(**facts))
    assert supplemented.is_success, supplemented.text
    await world.post("politie", f"{path}/indieningen")
    return str(received["casus"]["id"])


async def screened(world: World, case_id: str) -> None:
    """The triage officer declares the report complete; public participants are asked."""
    await world.decide("triagist", case_id, "compleet_verklaren")
    await world.settled()
    assert await world.phase(case_id) == "screening"


async def judged(world: World, case_id: str, *, met: bool = True, also: Sequence[str] = ()) -> None:
    """The four criteria are judged, of the person of the case and of others who get a case of their own."""
    judgements = [
        {"criterium": one, "voldaan": met, "motivering": text} | ({"persoon": who} if who else {})
        for who in (None, *also) for one, text in CRITERIA.items()
    ]  # fmt: skip
    await world.answer("triagist", case_id, "criteria_toetsen", "getoetst", criteria=judgements)


async def admitted(world: World, case_id: str, **fields: Any) -> None:
    """A public participant admits it."""
    await judged(world, case_id, also=fields.get("personen", ()))
    await world.decide("om", case_id, "in_procesregie_nemen", **fields)
    await world.settled()
    assert await world.phase(case_id) == "regie"


async def prepared(world: World, case_id: str, *, in_days: float = 10) -> None:
    """A regisseur, the involved participants and a date; then it is prepared."""
    await world.decide("manager", case_id, "procesregisseur_toewijzen", persoon=person(world, "regisseur"))
    involved = organisation(world, "politie", "gemeente", "ggz")
    await world.decide("om", case_id, "betrokken_deelnemers_kiezen", organisaties=involved)
    await convened(world, case_id, in_days=in_days)
    await world.decide("regisseur", case_id, "voorbereid_verklaren")
    await world.settled()


async def convened(world: World, case_id: str, *, in_days: float) -> None:
    """The regisseur sets a date and invites."""
    at = await world.now() + timedelta(days=in_days)
    await world.post("regisseur", f"/casussen/{case_id}/overleggen", {"begintOp": at.isoformat(), "plaats": "Stadhuis"})
    await world.settled()
    assert "Uitnodiging voor een overleg" in world.mailed("ggz")


async def conferred(world: World, case_id: str) -> None:
    """The conference is held on its day: outcome, pledges, minutes, casusregisseur, plan."""
    meeting = (await world.get("regisseur", f"/casussen/{case_id}/overleggen"))["resultaten"][0]
    await world.move_to(moment(meeting["begintOp"]) + timedelta(hours=2))
    due = ((await world.now()) + timedelta(days=30)).date().isoformat()
    police, care = organisation(world, "politie", "ggz")
    body = {
        "uitkomst": "één plan: toezicht en behandeling", "aanwezigen": organisation(world, "politie", "gemeente"),
        "afspraken": [
            {"organisatie": police, "domein": "straf", "tekst": "wekelijks toezicht", "uiterlijk": due},
            {"organisatie": care, "domein": "zorg", "tekst": "intake binnen vier weken", "uiterlijk": due},
        ],
    }  # fmt: skip
    await world.post("regisseur", f"/overleggen/{meeting['id']}/uitkomsten", body)
    await world.decide("gemeente", case_id, "casusregisseur_aanwijzen", persoon=person(world, "gemeente"))
    await world.answer("regisseur", case_id, "uitkomst_bekendmaken", "gedaan")
    await minuted(world, meeting["id"], police, "zoekt de buren elke week op")
    await world.decide("regisseur", case_id, "plan_vaststellen")
    await world.settled()


async def minuted(world: World, meeting_id: str, speaker: str, seen: str, weighed: str = "het loopt op") -> None:
    """The minutes in lines: what a partner saw, and what all weighed; then put up for correction by who was there."""
    path = f"/overleggen/{meeting_id}/verslag"
    picture = {"onderdeel": "beeld", "spreker": speaker, "tekst": seen, "categorie": "politiegegevens"}
    typed = await world.post("regisseur", f"{path}/regels", picture)
    assert typed["ontbreekt"] == []
    await world.post("regisseur", f"{path}/regels", {"onderdeel": "weging", "tekst": weighed})
    assert (await world.post("regisseur", f"{path}/versies"))["stand"] == "ter_correctie"


async def scaled_down(world: World, case_id: str) -> None:
    """The involved participants decide to scale down."""
    await world.decide("regisseur", case_id, "afschalen", beslissers=[person(world, "politie")])
    await world.settled()
    assert await world.phase(case_id) == "afschalen"


async def closed(world: World, case_id: str) -> None:
    """Everything that closing asks; then a public participant closes."""
    open_ = {one["soort"] for one in await world.duties("regisseur", case_id)}
    if "betrokkene_informeren" in open_:
        await world.answer("politie", case_id, "betrokkene_informeren", "geinformeerd")
    for kind, outcome in (
        ("eindevaluatie_houden", "gedaan"), ("heraanmeldcriteria_vastleggen", "gedaan"),
        ("overdracht_regelen", "niet_nodig"), ("slotbrief_versturen", "verzonden"),
    ):  # fmt: skip
        if kind in open_:
            await world.answer("regisseur", case_id, kind, outcome, toelichting="vastgelegd")
    await world.decide("om", case_id, "afsluiten")


async def evaluated(world: World, case_id: str, kind: str, *, by: str) -> None:
    """An evaluation: criteria and necessity are tested again, and the involved participants decide."""
    deciders = [person(world, by)]
    await world.decide("regisseur", case_id, kind, criteriaVoldaan=True, noodzaak="nog nodig", beslissers=deciders)


async def another_partner(world: World, key: str, name: str, kind: OrganisationKind) -> None:
    """A participant with one contact, both known by this key."""
    async with unit_of_work(ENGINE, world.databases.owner) as work:
        at = setup.add_organisation(work, world.house.id, name, kind)
        await work.session.flush()
        email = f"{key}@{world.house.slug}.example"
        made = setup.designate(work, at, f"{key.title()} Fictief", email, (Role.CONTACT,), valid_until=FAR)
        await work.session.flush()
        world.house.organisations[key] = at.id
        world.house.tokens[key] = setup.issue_token(work, made, lasts=timedelta(days=4000))
        world.house.actors[key] = Actor(world.house.id, at.id, kind, made.id, frozenset({Role.CONTACT}))


async def recorded(
    world: World, meeting: str, outcome: str, pledges: Sequence[dict[str, Any]], *, there: Sequence[str],
    guests: Sequence[str] = (),
) -> None:  # fmt: skip
    """The regisseur writes down what came of a meeting; `guests` are third parties who are there."""
    present = organisation(world, *there)
    if guests:
        marked = {"organisaties": present, "derden": list(guests)}
        await world.post("regisseur", f"/overleggen/{meeting}/aanwezigen", marked, expect=204)
    said = {"uitkomst": outcome, "aanwezigen": present, "afspraken": list(pledges)}
    await world.post("regisseur", f"/overleggen/{meeting}/uitkomsten", said)


async def agreed(world: World, case_id: str, minutes: str, *, leads: str) -> None:
    """The outcome is made known, the minutes are written, somebody leads the content, and the plan is adopted."""
    await world.decide(leads, case_id, "casusregisseur_aanwijzen", persoon=person(world, leads))
    await world.answer("regisseur", case_id, "uitkomst_bekendmaken", "gedaan")
    await world.answer("regisseur", case_id, "verslag_vaststellen", "gedaan", toelichting=minutes)
    await world.decide("regisseur", case_id, "plan_vaststellen")
    await world.settled()
