"""S4: domestic violence with stalking. Where Samira is, is known to who is named; whatever anybody reads or receives.

From an urgent report to an adopted plan, in a house that runs. The request of Dennis to see his file, and the letter
that answers it, are not in this story: the product does not take such a request in yet.
"""

from datetime import date, datetime, timedelta
from typing import Any

import httpx2
import pytest

from api.workplace.visits import COOKIE, csrf_of
from models.clocks import AMSTERDAM
from models.tables.base import new_id
from tests import factories
from tests.acceptance import steps
from tests.acceptance.world import World
from tests.doors import Door
from tests.everything import reveal
from tests.eyes import ids_of, seen, tables_with

#: everybody reads everything there is, over the network
pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(900)]

CANARY = "kanarie"  #: in everything that tells where Samira and her child are
STREET, SCHOOL, CONTACT = "Kanariestraat 12", "Kanarieschool", "kanarie@veilig.example"
NAMED = {"ggz", "gemeente"}  #: who reported (here: Veilig Thuis), and the municipality that arranges the shelter
EVERYBODY = (
    "triagist", "regisseur", "regisseur2", "manager", "beheerder", "privacy", "politie", "om", "gemeente",
    "reclassering", "ggz",
)  # fmt: skip
MONDAY = datetime(2026, 3, 2, 9, 15, tzinfo=AMSTERDAM)
NOT_IN_THIS_STORY = (
    "S4.7: the access request of Dennis, its partial refusal and its letter",
    "S4.6: that the ground of the police lapses is told by the reporter; nobody else is asked again",
)


async def test_where_somebody_hides_is_told_to_nobody_outside_the_list(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    await world.begin_at(MONDAY)
    dennis = await _reported(world)
    samira = await _admitted_within_a_working_day(world, dennis)
    await _assessed_and_sheltered(world, dennis, samira)
    expires = await _conferred_before_the_order_ends(world, dennis, samira)
    await _informing_stays_postponed(world, dennis)
    await _the_order_ends_and_everybody_is_told_in_time(world, dennis, expires)

    await _nobody_reads_it_at_any_address(world)
    await _nobody_reads_it_on_any_page(world, (dennis, samira))
    await _nobody_received_it(world)
    await _nothing_else_keeps_it(world)
    with capsys.disabled():
        print("\nS4, left out:", "; ".join(NOT_IN_THIS_STORY))  # noqa: T201


async def _reported(world: World) -> str:
    """Veilig Thuis reports, with urgency: the order to stay away runs for ten days. Two people, and their child."""
    secret = {"organisaties": steps.organisation(world, "gemeente"), "personen": []}
    people = [
        {"rol": "betrokkene", "naam": "Dennis B.", "bsn": "999990081", "adres": "Dorpsstraat 1"},
        {"rol": "betrokkene", "naam": "Samira K.", "bsn": "999990068", "adres": STREET, "geheimAdres": secret,
         "veiligContactkanaal": CONTACT},
        {"rol": "directe_kring", "naam": "Kind K.", "adres": STREET, "school": SCHOOL, "geheimAdres": secret},
    ]  # fmt: skip
    return await steps.reported(
        world, by="ggz", spoed=True, personen=people, themas=["stalking"], reden="stalking na huisverbod",
        situatie="volgt haar, bedreigt haar met de dood", redenNietBesproken="haar veiligheid",
        relaties=[{"van": 1, "met": 2, "soort": "ex_partner"}, {"van": 3, "met": 2, "soort": "kind"}],
    )  # fmt: skip


async def _admitted_within_a_working_day(world: World, dennis: str) -> str:
    """The same day by one public participant; each gets a case of their own. Answers that of Samira."""
    await world.decide("triagist", dennis, "compleet_verklaren")
    due = steps.moment((await world.duty("triagist", dennis, "over_toelating_beslissen"))["uiterlijk"])
    assert due.astimezone(AMSTERDAM).date() == MONDAY.date()
    file = await world.get("ggz", f"/casussen/{dennis}")
    report = await world.get("ggz", f"/aanmeldingen/{file['aanmelding']}")
    her = next(one["id"] for one in report["personen"] if one["naam"] == "Samira K.")

    await steps.admitted(world, dennis, hoogRisico=True, personen=[her])

    listed = (await world.get("triagist", "/casussen"))["resultaten"]
    assert len(listed) == 2
    return next(str(one["id"]) for one in listed if one["id"] != dennis)


async def _assessed_and_sheltered(world: World, dennis: str, samira: str) -> None:
    """Each case has its own people around it: probation only around him, the shelter only around her."""
    for case, involved, place in (
        (dennis, ("politie", "om", "reclassering", "ggz"), "Stadhuis"),
        (samira, ("politie", "gemeente", "ggz"), "Kanariehuis, kamer 3"),
    ):
        await world.decide("manager", case, "procesregisseur_toewijzen", persoon=steps.person(world, "regisseur"))
        await world.decide("om", case, "betrokken_deelnemers_kiezen", organisaties=steps.organisation(world, *involved))
        at = (await world.now() + timedelta(days=1)).isoformat()
        await world.post("regisseur", f"/casussen/{case}/overleggen", {"begintOp": at, "plaats": place})
        await world.decide("regisseur", case, "voorbereid_verklaren")
    assessed = {
        "categorie": "justitie_en_vervolging", "regime": "Wjsg", "betrouwbaarheid": "vastgesteld",
        "tekst": "B-SAFER: hoog; afgeweken naar zeer hoog, omdat hij haar volgde na het verbod",
    }  # fmt: skip
    await world.post("reclassering", f"/casussen/{dennis}/informatie", assessed)
    hers = f"/casussen/{samira}/informatie"
    await world.post("gemeente", hers, {"categorie": "huisvesting", "tekst": f"opvang aan de {STREET}"})
    await world.post("ggz", hers, {"categorie": "identificerend_en_contact", "tekst": f"bel via {CONTACT}"})
    await world.post("politie", hers, {"categorie": "politiegegevens", "regime": "Wpg", "tekst": "drie aangiften"})


async def _conferred_before_the_order_ends(world: World, dennis: str, samira: str) -> date:
    """Within 48 hours, without either of them, each their own plan. The order to stay away is a hard date in his."""
    expires = MONDAY.date() + timedelta(days=10)
    later = (MONDAY.date() + timedelta(days=28)).isoformat()
    plans: dict[str, tuple[tuple[str, str, str], ...]] = {
        dennis: (
            ("politie", "huisverbod handhaven; verlengen aanvragen", expires.isoformat()),
            ("om", "contactverbod vorderen", later), ("reclassering", "enkelband aansluiten", later),
        ),
        samira: (("gemeente", "opvang regelen", later), ("ggz", "veiligheidsplan voor het kind", later)),
    }  # fmt: skip
    reported = await world.now()
    for case, pledges in plans.items():
        meeting = (await world.get("regisseur", f"/casussen/{case}/overleggen"))["resultaten"][0]
        await world.move_to(max(await world.now(), steps.moment(meeting["begintOp"]) + timedelta(hours=1)))
        await _recorded(world, case, meeting["id"], pledges)
    assert await world.now() - reported <= timedelta(hours=48)
    assert await world.phase(dennis) == await world.phase(samira) == "monitoring"
    return expires


async def _recorded(world: World, case: str, meeting: str, pledges: tuple[tuple[str, str, str], ...]) -> None:
    owners = [key for key, *_ in pledges]
    body = {
        "uitkomst": "één plan, beiden afzonderlijk benaderd", "aanwezigen": steps.organisation(world, *owners),
        "afspraken": [
            {"organisatie": steps.organisation(world, key)[0], "domein": "bestuur", "tekst": told, "uiterlijk": day}
            for key, told, day in pledges
        ],
    }  # fmt: skip
    await world.post("regisseur", f"/overleggen/{meeting}/uitkomsten", body)
    await world.decide(owners[0], case, "casusregisseur_aanwijzen", persoon=steps.person(world, owners[0]))
    await world.answer("regisseur", case, "uitkomst_bekendmaken", "gedaan")
    speaker = steps.organisation(world, owners[0])[0]
    await steps.minuted(world, meeting, speaker, "aangifte opgenomen", "ieder een eigen contactplan")
    await world.decide("regisseur", case, "plan_vaststellen")


async def _informing_stays_postponed(world: World, dennis: str) -> None:
    """Police and Veilig Thuis each have a ground; at the arrest that of the police lapses, the other is enough."""
    for key in ("politie", "ggz"):
        await world.answer(key, dennis, "grond_tegen_informeren_melden", "grond", toelichting=f"UAVG 41, {key}")
    again = await world.now() + timedelta(days=2)
    until = again.isoformat()
    await world.answer(
        "ggz", dennis, "betrokkene_informeren", "uitgesteld", toelichting="gronden van twee", hertoetsOp=until
    )
    await world.move_to(again + timedelta(minutes=10))  # reminders wait a little for one another
    recheck = await world.duty("ggz", dennis, "uitstel_informeren_hertoetsen")
    assert await world.told("ggz", recheck["id"]), "who reported is asked again on the day that was named"
    later = (await world.now() + timedelta(days=30)).isoformat()
    await world.answer(
        "ggz", dennis, "uitstel_informeren_hertoetsen", "uitgesteld", toelichting="één grond blijft", hertoetsOp=later
    )
    for key in ("politie", "om", "reclassering"):
        for path in ("tijdlijn", "taken"):
            read = str(await world.get(key, f"/casussen/{dennis}/{path}"))
            assert "gronden van twee" not in read
            assert "één grond blijft" not in read
            assert "uitstel_informeren_hertoetsen" not in read


async def _the_order_ends_and_everybody_is_told_in_time(world: World, dennis: str, expires: date) -> None:
    """The day on which the order ends is the due day of what the police pledged; its ladder runs before it."""
    duty = next(
        one for one in await world.duties("politie", dennis)
        if one["soort"] == "afspraak_uitvoeren" and one["organisatie"]["id"] == steps.organisation(world, "politie")[0]
    )  # fmt: skip
    assert steps.moment(duty["uiterlijk"]).astimezone(AMSTERDAM).date() == expires
    await world.move_to(steps.moment(duty["uiterlijk"]) - timedelta(hours=1))
    assert await world.told("politie", duty["id"]), "the owner was reminded before the order ended"
    await world.answer("politie", dennis, "afspraak_uitvoeren", "gereed")


# What must not be, over everything


async def _nobody_reads_it_at_any_address(world: World) -> None:
    ids = await ids_of(world.databases, world.house)
    found: dict[str, set[str]] = {}
    for who in EVERYBODY:
        answers = await seen(Door(_outside(world), world.house), who, ids)
        assert len(answers) > 60
        found[who] = {path for path, one in answers.items() if CANARY in f"{one.text} {one.headers}".lower()}
    assert {who for who, paths in found.items() if paths} == NAMED
    neighbour = await factories.a_house(world.databases.owner)
    theirs = await seen(Door(_outside(world), neighbour), "triagist", ids)
    assert not any(CANARY in one.text.lower() for one in theirs.values())


def _outside(world: World) -> httpx2.AsyncClient:
    """Without anybody's token: the door brings it."""
    key = "nobody"
    if key not in world.clients:
        world.clients[key] = httpx2.AsyncClient(base_url=world.stack.base_url, timeout=30, trust_env=False)
    return world.clients[key]


async def _nobody_reads_it_on_any_page(world: World, cases: tuple[str, ...]) -> None:
    paths = ["/", "/casussen", "/mijn", "/noodtoegangen", *(f"/casussen/{one}" for one in cases)]
    paths += [f"/casussen/{one}/toegang" for one in cases]
    found = {}
    for who in EVERYBODY:
        async with httpx2.AsyncClient(base_url=world.stack.base_url, timeout=30, trust_env=False) as client:
            await client.post("/aanmelden", data={"token": world.house.tokens[who]})
            assert client.cookies.get(PLAIN), who
            confirmed = {"csrf": csrf_of(client.cookies[PLAIN]), "token": world.house.tokens[who], "terug": "/"}
            await client.post("/bevestigen", data=confirmed)
            log = ["/logboek?doel=rechtmatigheid", *(f"/logboek/casussen/{one}" for one in cases)]
            pages = [await client.get(one, follow_redirects=True) for one in (*paths, *log, f"/casussen/{new_id()}")]
        found[who] = any(CANARY in page.text.lower() for page in pages)
    assert {who for who, anything in found.items() if anything} == NAMED


PLAIN = COOKIE.removeprefix("__Host-")


async def _nobody_received_it(world: World) -> None:
    """In no mail, its attachments decoded; not even to who is named: mail leaves the house."""
    assert len(world.mail.messages) > 20
    for one in world.mail.messages:
        parts = [_decoded(part) for part in one.message.walk() if not part.is_multipart()]
        whole = " ".join([one.raw.decode(errors="replace"), *parts]).lower()
        assert CANARY not in whole, one.subject
        assert "samira" not in whole
        assert "dennis" not in whole
    calendars = [one for one in world.mail.messages if "VCALENDAR" in str(one.message) or _has_calendar(one.message)]
    assert calendars or any("Uitnodiging" in one.subject for one in world.mail.messages)


def _decoded(part: Any) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode(errors="replace") if isinstance(payload, bytes) else ""


def _has_calendar(message: Any) -> bool:
    return any(part.get_content_type() == "text/calendar" for part in message.walk())


async def _nothing_else_keeps_it(world: World) -> None:
    """Three tables behind a fence of their own, and nothing that the engine reads."""
    assert await tables_with(world.databases, "engine", CANARY) == set()
    await reveal(world.databases)
    assert await tables_with(world.databases, "owner", CANARY) == {"subject_address", "info_item", "meeting_place"}
