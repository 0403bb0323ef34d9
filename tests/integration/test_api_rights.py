"""Who may use which route: every operation of the document, tried as everybody."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from api.app import create_v1
from api.openapi import document
from models.tables.cases import Case
from models.words import DutyKind, Phase
from tests import factories
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import Story, a_guest
from tests.integration.test_api_referrals import SUBMITTED, message

SERIES = {
    "soort": "triageoverleg", "titel": "Triage", "weekdag": 1, "tijd": "09:30:00", "vanaf": "2026-01-01",
    "plaats": "Stadhuis",
}  # fmt: skip
AWAY = {"van": "2090-01-01", "tot": "2090-02-01"}
CRITERIA = {"criteria": [{"criterium": "weer een melding", "watTeDoen": "bel de regisseur"}]}
CONTACT = {"datum": "2026-01-05", "soort": "bezoek", "verslag": "kwam op tijd"}
ITEM = {"categorie": "zorg", "tekst": "stabiel sinds mei"}
HOUSING = {"categorie": "huisvesting", "tekst": "overlast op de galerij"}
RISK = {
    "instrument": "B-SAFER", "beoordelaar": "M. Smit, reclasseringswerker", "afgenomenOp": "2026-01-05",
    "geldigTot": "2026-07-05", "oordeel": "midden",
}  # fmt: skip
SITTING = {"soort": "casusoverleg", "begintOp": "2089-01-05T10:00:00+01:00", "plaats": "Stadhuis"}
MOVED = {"begintOp": "2089-02-01T10:00:00+01:00", "reden": "de zaal is bezet"}
OFF = {"reden": "te weinig zaken"}
GUEST = {"naam": "K. de Boer", "functie": "consulent", "deskundigheid": "woningen", "publiekeFunctie": "Woningwet 19"}
LINK = {
    "kring": "moeder en zoon", "afhankelijkheid": "zijn gedrag hangt af van het hare",
    "noodzaak": "anders werken de plannen elkaar tegen",
}  # fmt: skip
PEOPLE = (
    "triagist",
    "regisseur",
    "politie",
    "reclassering",
    "ggz",
    "beheerder",
    "buren",
    "manager",
    "privacy",
    "begeleider",
)
#: reading the log is itself a line in the log
OF_THE_LOG = frozenset({
    "GET /logboek", "GET /casussen/{id}/inzage", "GET /personen/{id}/inzage", "GET /verwerkingen",
})  # fmt: skip
#: `!`: may, and what is sent here is not theirs to say (400)
ALLOWED = {"+": {200, 201, 204, 409, 412}, "3": {403}, "4": {404}, "!": {400}}

#: per operation one mark for each of PEOPLE: `+` may, `3` is told no (403), `4` finds nothing (404). The police
#: reported the case and is involved, the ggz is involved, the reclassering is not; the neighbours are another desk.
MATRIX = {
    "POST /hulpvragen": "++++++++++",
    "GET /hulpvragen": "+++++3++3+",
    "GET /hulpvragen/{id}": "+++++34+3+",
    "POST /hulpvragen/{id}/adviezen": "++33334+3+",
    "POST /hulpvragen/{id}/aanmeldingen": "33+++33333",
    "POST /aanmeldingen": "33+++33333",
    "GET /aanmeldingen": "33+++33333",
    "GET /aanmeldingen/{id}": "4++4+34444",
    "PUT /aanmeldingen/{id}": "33+4433333",
    "DELETE /aanmeldingen/{id}": "33+4433333",
    "POST /aanmeldingen/{id}/indieningen": "33+4433333",
    "POST /aanmeldingen/{id}/intrekkingen": "33+4433333",
    "GET /aanmeldingen/{id}/bijlagen": "4++4+34444",
    "POST /aanmeldingen/{id}/bijlagen": "33+4433333",
    "GET /bijlagen/{id}": "4++4434444",
    "DELETE /bijlagen/{id}": "33+4433333",
    "GET /aanmeldingen/{id}/versies": "4++4+34444",
    "GET /aanmeldingen/{id}/versies/{versie}": "4++4434444",
    "POST /meldingen": "33+++33333",
    "GET /casussen": "+++++3++++",
    "GET /casussen/{id}": "+++4+34+++",
    "GET /casussen/{id}/tijdlijn": "+++4+34+++",
    "GET /casussen/{id}/besluiten": "+++4+34+++",
    "POST /casussen/{id}/besluiten": "+++4+34+3+",
    "GET /casussen/{id}/besluiten/{besluitId}": "+++4+34+4+",
    "GET /casussen/{id}/taken": "+++4+34+++",
    "GET /taken": "+++++3++++",
    "GET /taken/{id}": "+++4+34+4+",
    "POST /taken/{id}/antwoorden": "3+34+34333",
    "POST /taken/{id}/overdrachten": "3334+34333",
    "POST /taken/{id}/herinneringen": "++33334+3+",
    "GET /taken/{id}/termijn": "+++4+34+4+",
    "POST /taken/{id}/verlengingen": "3+34+34333",
    "POST /taken/{id}/escalaties": "3+33334+33",
    "POST /taken/{id}/sluimeringen": "3334+34333",
    "POST /taken/{id}/toewijzingen": "3+33334+33",
    "POST /taken/{id}/correcties": "3334+34333",
    "POST /casussen/{id}/omleidingen": "3+33334+33",
    "GET /casussen/{id}/overleggen": "+++4+34+4+",
    "POST /casussen/{id}/overleggen": "3+34334333",
    "GET /overleggen/{id}": "+++4+34+4+",
    "POST /overleggen/{id}/genodigden": "3+34334333",
    "POST /overleggen/{id}/reacties": "+++4+34+3+",
    "POST /overleggen/{id}/uitkomsten": "3+34334333",
    "GET /overleggen/{id}/derden": "4++4+34444",
    "POST /overleggen/{id}/derden": "3+34334333",
    "POST /overleggen/{id}/aanwezigen": "3+34334333",
    "GET /overleggen/{id}/scherm": "4+34334444",
    "POST /derden/{id}/geheimhoudingsverklaringen": "4+34334434",
    "POST /derden/{id}/uitnodigingen": "4+34334434",
    "GET /derden/{id}/verstrekkingen": "4++4+34444",
    "POST /derden/{id}/verstrekkingen": "4+34334434",
    "POST /overlegreeksen": "++3333++33",
    "GET /overlegreeksen": "+++++3++3+",
    "GET /overlegreeksen/{id}": "+++++34+3+",
    "POST /overlegreeksen/{id}/beeindigingen": "++33334+33",
    "GET /overlegreeksen/{id}/zittingen": "+++++34+3+",
    "GET /overlegreeksen/{id}/zittingen/{datum}": "+++++34+3+",
    "GET /overlegdagen": "+++++3++3+",
    "POST /overlegdagen": "++3333++33",
    "GET /overlegdagen/{id}": "+++4+34+34",
    "GET /overlegdagen/{id}/voorstel": "++33334+33",
    "POST /overlegdagen/{id}/casussen": "++33334+33",
    "POST /overlegdagen/{id}/casussen/{casusId}/afgelastingen": "++33334+33",
    "POST /overlegdagen/{id}/verplaatsingen": "++33334+33",
    "POST /overlegdagen/{id}/verdagingen": "++33334+33",
    "POST /overlegdagen/{id}/afgelastingen": "++33334+33",
    "POST /overlegdagen/{id}/zetels": "++33334+33",
    "POST /overlegdagen/{id}/aanwezigen": "++33334+33",
    "GET /casussen/{id}/genodigdenvoorstel": "++33334+33",
    "GET /casussen/{id}/afspraken": "+++4+34+++",
    "POST /casussen/{id}/afspraken": "3+34334333",
    "POST /afspraken/{id}/voortgang": "4334+34434",
    "GET /casussen/{id}/risicotaxaties": "+++4+34+++",
    "POST /casussen/{id}/risicotaxaties": "3+34+34333",
    "GET /casussen/{id}/informatieverzoeken": "+++4+34+++",
    "POST /casussen/{id}/informatieverzoeken": "3+34334333",
    "GET /casussen/{id}/samenhangen": "+++4+34+++",
    "POST /casussen/{id}/samenhangen": "33+4334333",
    "POST /samenhangen/{id}/beeindigingen": "43+4334434",
    "POST /afspraken/{id}/voorwaarde": "4+34+34434",
    "GET /casussen/{id}/doelen": "+++4+34+++",
    "POST /casussen/{id}/doelen": "3+34334333",
    "POST /doelen/{id}/standen": "4+34334434",
    "GET /casussen/{id}/conflicten": "+++4+34+++",
    "POST /afspraken/{id}/conflicten": "4+34334434",
    "GET /casussen/{id}/plan": "+++4+34+++",
    "GET /overleggen/{id}/uitkomst": "4++4+34444",
    "GET /overleggen/{id}/verslag": "4++4+34444",
    "GET /overleggen/{id}/verslag/regels": "4++4+34444",
    "POST /overleggen/{id}/verslag/regels": "3+34334333",
    "POST /overleggen/{id}/verslag/regels/{regelId}/aanvullingen": "3+34334333",
    "POST /overleggen/{id}/verslag/regels/{regelId}/lezingen": "33+4+34333",
    "DELETE /overleggen/{id}/verslag/regels/{regelId}": "3+34334333",
    "POST /overleggen/{id}/verslag/versies": "3+34334333",
    "POST /overleggen/{id}/verslag/vaststellingen": "3+34334333",
    "GET /casussen/{id}/beeld": "+++4+34+++",
    "POST /casussen/{id}/informatie/{informatieId}/tegenspraken": "4+44+34434",
    "GET /casussen/{id}/informatie": "+++4+34+++",
    "POST /casussen/{id}/informatie": "3+34+34333",
    "GET /casussen/{id}/stukken": "+++4+34+3+",
    "POST /casussen/{id}/stukken": "3++4+34333",
    "GET /casussen/{id}/informatie/{informatieId}": "4+44+34444",
    "PUT /casussen/{id}/informatie/{informatieId}": "4344+34434",
    "POST /casussen/{id}/informatie/{informatieId}/intrekkingen": "4344+34434",
    "GET /casussen/{id}/informatie/{informatieId}/versies": "3344+33344",
    "PUT /casussen/{id}/betrokkenen/{persoonId}/adresgeheim": "4++4334434",
    "DELETE /casussen/{id}/betrokkenen/{persoonId}/adresgeheim": "4++4334434",
    "POST /casussen/{id}/noodtoegangen": "3334334++3",
    "GET /noodtoegangen": "++3333++++",
    "POST /noodtoegangen/{id}/bevestigingen": "43333343+4",
    "POST /noodtoegangen/{id}/beeindigingen": "4+33334++4",
    "POST /noodtoegangen/{id}/beoordelingen": "43333343+4",
    "GET /casussen/{id}/medewerkers": "33+4+33333",
    "PUT /casussen/{id}/medewerkers": "33!4+33333",
    "GET /casussen/{id}/toegang": "3+34334++3",
    "GET /casussen/{id}/toegang/{persoonId}": "3+34+34++3",
    "GET /stagnaties": "++3333++3+",
    "GET /stagnaties/casussen": "++3333++3+",
    "GET /stagnaties/taken": "++3333++3+",
    "GET /bevindingen": "++333+++3+",
    "GET /berichten": "++333+++3+",
    "POST /berichten/{id}/verzendingen": "33333+3+33",
    "POST /berichten/{id}/stopzettingen": "33333+3+33",
    "POST /bezorgfouten": "33333+3+33",
    "GET /huizen/{id}/beleid": "++++++4+++",
    "PUT /huizen/{id}/beleid": "33333+3+33",
    "POST /huizen/{id}/beleid/proef": "33333+3+33",
    "GET /huizen/{id}/beleid/versies": "++++++4+++",
    "GET /huizen/{id}/gezondheid": "33333+3+33",
    "GET /afwezigheden": "33333+3+33",
    "GET /personen/{id}/afwezigheid": "++444+4+++",
    "PUT /personen/{id}/afwezigheid": "33333+4+33",
    "DELETE /personen/{id}/afwezigheid": "33333+4+33",
    "POST /personen/{id}/vertrek": "33333+3+33",
    "GET /personen/{id}/taken": "3333333+33",
    "POST /personen/{id}/overdrachten": "3333333+33",
    "GET /personen/{id}/voorkeuren": "44444+4+44",
    "PUT /personen/{id}/voorkeuren": "4444+34344",
    "GET /personen/{id}/voorkeuren/voorbeeld": "44444+4+44",
    "GET /organisaties/{id}/weekoverzicht": "++++++4+++",
    "PUT /organisaties/{id}/weekoverzicht": "3333++4+33",
    "POST /huizen/{id}/beleid/berichten": "33333+3+33",
    "POST /personen/{id}/pincodes": "3333333+33",
    "DELETE /personen/{id}/pincodes": "3333333+33",
    "GET /personen/{id}/agendafeed": "44+4444444",
    "POST /personen/{id}/agendafeed": "44+4444444",
    "DELETE /personen/{id}/agendafeed": "44+4444444",
    "GET /organisaties": "++++++++++",
    "GET /personen": "++++++++++",
    "GET /mij": "++++++++++",
    "GET /rapportages": "33+++33++3",
    "GET /rapportages/{naam}": "33+++33++3",
    "GET /logboek": "33333333+3",
    "GET /casussen/{id}/inzage": "33333333+3",
    "GET /personen/{id}/inzage": "33333333+3",
    "GET /verwerkingen": "33333333+3",
    "GET /tokens": "++++++++++",
    "POST /tokens": "++++++++++",
    "DELETE /tokens/{id}": "44+4444444",
    "GET /personen/{id}/kanalen": "33+33+4333",
    "POST /personen/{id}/kanalen": "33+3334333",
    "PUT /personen/{id}/kanaalkeuzen": "33+3334333",
    "POST /kanalen/{id}/bevestigingen": "44+4434444",
    "DELETE /kanalen/{id}": "44+44+4444",
    "GET /gebeurtenissen": "++++++++++",
    "GET /abonnementen": "33333+3+33",
    "POST /abonnementen": "33333+3+33",
    "DELETE /abonnementen/{id}": "33333+3+33",
    "POST /abonnementen/{id}/proeven": "33333+3+33",
    "GET /abonnementen/{id}/bezorgingen": "33333+3+33",
    "POST /bezorgingen/{id}/herhalingen": "33333+3+33",
    "GET /casussen/{id}/rondes": "+++4+34+4+",
    "GET /casussen/{id}/rondes/{nummer}": "+++4+34+4+",
    "GET /casussen/{id}/overdrachten": "+++4+34+4+",
    "POST /casussen/{id}/overdrachten": "3+34334333",
    "GET /casussen/{id}/heraanmeldcriteria": "+++4+34+4+",
    "PUT /casussen/{id}/heraanmeldcriteria": "3+34334333",
    "GET /casussen/{id}/waakvlammen": "+++4+34+++",
    "GET /casussen/{id}/trajecten": "3+3333433+",
    "POST /casussen/{id}/trajecten": "3+33334333",
    "GET /casussen/{id}/contactmomenten": "333333433+",
    "POST /casussen/{id}/contactmomenten": "333333433+",
    "POST /casussen/{id}/samenvattingen": "333333433+",
    "POST /casussen/{id}/trajecten/{trajectId}/beeindigingen": "3+33334333",
    "GET /casussen/{id}/escalaties": "+++4+34+4+",
    "POST /casussen/{id}/escalaties": "3+34334333",
    "POST /casussen/{id}/escalaties/{escalatieId}/intrekkingen": "3+34334333",
}


def allowed(operation: str) -> str:
    """Somebody who may do this."""
    return PEOPLE[MATRIX[operation].index("+")]


def operations() -> dict[str, dict[str, Any]]:
    """Every operation of the document."""
    paths = document(create_v1())["paths"]
    return {f"{verb.upper()} {path}": found for path, verbs in paths.items() for verb, found in verbs.items()}


def _protected() -> Iterator[str]:
    return (name for name, found in operations().items() if found.get("security"))


@dataclass
class Scene:
    """A house with a case in execution, and what each path and body needs of it."""

    door: Door
    paths: dict[str, str]
    bodies: dict[str, Any]

    def path(self, operation: str) -> str:
        """The path of an operation, filled in."""
        if operation in self.paths:
            return self.paths[operation]
        template = operation.split()[1]
        collection = template.split("/")[1]
        known = {
            "{id}": self.paths.get(collection, ""),
            "{besluitId}": self.paths["besluiten"],
            "{versie}": "1",
            "{nummer}": "1",
        }
        known |= {
            f"{{{one}}}": self.paths[one]
            for one in ("datum", "informatieId", "persoonId", "escalatieId", "trajectId", "regelId", "casusId")
        }
        if template.endswith("/toegang/{persoonId}"):  # somebody who works, not somebody it is about
            known["{persoonId}"] = str(self.door.house.person("ggz"))
        for place, value in known.items():
            template = template.replace(place, value)
        return template


@pytest.fixture(scope="module")
async def scene(db: Databases, client: httpx2.AsyncClient) -> Scene:
    house, neighbours = await factories.a_house(db.owner), await factories.a_house(db.owner)
    await factories.a_coach(db.owner, house)
    house.tokens["buren"] = neighbours.tokens["triagist"]
    door, story = Door(client, house), await factories.a_report(db.web, house)
    reported = (await door.get("politie", f"/casussen/{story.case_id}"))["aanmelding"]
    attached = await door.post("politie", f"/aanmeldingen/{reported}/bijlagen?naam=foto.txt", "een foto in woorden")
    corrected = await door.call("PUT", f"/aanmeldingen/{reported}", "politie", json=SUBMITTED)
    assert corrected.status_code == 204
    await factories.onward(story, Phase.INTAKE, Phase.MONITORING)
    question = {
        "huis": house.slug, "naam": "W. Wijk", "organisatie": "Wijkteam", "emailadres": "w@wijk.example",
        "vraag": "Hoe pakken wij dit aan?",
    }  # fmt: skip
    asked = (await door.call("POST", "/hulpvragen", json=question)).json()["id"]
    reason = {"reden": "Dreiging vanavond; de regisseur is onbereikbaar."}
    glass = await door.post("manager", f"/casussen/{story.case_id}/noodtoegangen", reason)
    token = (await door.post("politie", "/tokens", {"naam": "weeklijst"}))["id"]
    assert (await door.call("PUT", _away(house), "manager", json=AWAY)).status_code == 204
    await door.post("manager", f"/personen/{house.person('ggz')}/pincodes")
    await door.post("politie", f"/personen/{house.person('politie')}/agendafeed")
    files = {"bijlagen": attached["id"], "noodtoegangen": glass["id"], "tokens": token}
    files |= await factories.ways_and_systems(db.web, house)
    own = f"/personen/{house.person('politie')}"
    files |= {f"{one} /personen/{{id}}/kanalen": f"{own}/kanalen" for one in ("GET", "POST")}
    files["PUT /personen/{id}/kanaalkeuzen"] = f"{own}/kanaalkeuzen"
    paths = await _paths(door, story, asked) | await _series(door) | files
    bodies = await _bodies(door, question, await story.facts())
    other = await factories.a_case(db.web, house, Phase.MONITORING)
    bodies["POST /casussen/{id}/samenhangen"] = linked = LINK | {"casus": str(other.case_id)}
    bodies["POST /samenhangen/{id}/beeindigingen"] = {"toelichting": "zoon woont elders"}
    made = await door.post("politie", f"/casussen/{story.case_id}/samenhangen", linked)
    return Scene(door, paths | {"samenhangen": made["id"]} | await _sittings(door, other), bodies)


async def _sittings(door: Door, story: Story) -> dict[str, str]:
    """One with a case on it; what ends or fills a day is asked of one that is off."""
    running, off = [(await door.post("triagist", "/overlegdagen", SITTING))["id"] for _ in range(2)]
    agenda = {"casussen": [{"casus": str(story.case_id)}]}
    await door.post("triagist", f"/overlegdagen/{running}/casussen", agenda, 204)
    await door.post("triagist", f"/overlegdagen/{off}/afgelastingen", OFF, 204)
    ending = ("casussen", "verplaatsingen", "verdagingen", "afgelastingen", "aanwezigen")
    return {
        "overlegdagen": running, "casusId": str(story.case_id),
        **{f"POST /overlegdagen/{{id}}/{one}": f"/overlegdagen/{off}/{one}" for one in ending},
        "POST /overlegdagen/{id}/casussen/{casusId}/afgelastingen":
            f"/overlegdagen/{off}/casussen/{story.case_id}/afgelastingen",
    }  # fmt: skip


def sitting_bodies(house: factories.AHouse, case_id: str) -> dict[str, Any]:
    """What is sent about sittings."""
    return {
        "POST /overlegdagen": SITTING,
        "POST /overlegdagen/{id}/casussen": {"casussen": [{"casus": case_id}]},
        "POST /overlegdagen/{id}/casussen/{casusId}/afgelastingen": OFF,
        "POST /overlegdagen/{id}/verplaatsingen": MOVED,
        "POST /overlegdagen/{id}/verdagingen": MOVED,
        "POST /overlegdagen/{id}/afgelastingen": OFF,
        "POST /overlegdagen/{id}/zetels": {"voorzitter": str(house.person("regisseur"))},
        "POST /overlegdagen/{id}/aanwezigen": {"organisaties": [str(house.organisations["politie"])]},
    }


def _trajectory(house: factories.AHouse) -> dict[str, Any]:
    return {"begeleider": str(house.person("begeleider")), "doelen": ["dagbesteding"]}


def _away(house: factories.AHouse) -> str:
    return f"/personen/{house.person('regisseur2')}/afwezigheid"


async def _series(door: Door) -> dict[str, str]:
    made = (await door.post("triagist", "/overlegreeksen", SERIES))["id"]
    days = await door.get("ggz", f"/overlegreeksen/{made}/zittingen")
    return {"overlegreeksen": made, "datum": days["resultaten"][0]["datum"]}


async def _paths(door: Door, story: Story, asked: str) -> dict[str, str]:
    case = f"/casussen/{story.case_id}"
    commitments = (await door.get("ggz", f"{case}/afspraken"))["resultaten"]
    owed = {
        kind: [one for one in await story.duties(kind) if one.owner_organisation_id == door.house.organisations["ggz"]]
        for kind in (DutyKind.COMMITMENT, DutyKind.PROGRESS)
    }
    progress = owed[DutyKind.PROGRESS][0].id
    referral = (await door.get("politie", case))["aanmelding"]
    subject = (await door.get("politie", case))["betrokkenen"][0]["id"]
    meeting = (await door.get("politie", f"{case}/overleggen"))["resultaten"][0]["id"]
    return {
        "regelId": (await door.get("politie", f"/overleggen/{meeting}/verslag/regels"))["resultaten"][0]["id"],
        "hulpvragen": asked, "casussen": str(story.case_id), "huizen": str(door.house.id),
        "aanmeldingen": referral,
        "trajectId": (await door.post("regisseur", f"{case}/trajecten", _trajectory(door.house)))["id"],
        "escalatieId": (await door.post("regisseur", f"{case}/escalaties", {"reden": "wachtlijst"}))["id"],
        "informatieId": await _item(door, case), "persoonId": (await door.get("politie", case))["betrokkenen"][0]["id"],
        "besluiten": (await door.get("politie", f"{case}/besluiten"))["resultaten"][0]["id"],
        "overleggen": meeting,
        "derden": await a_guest(story),
        "afspraken": next(one["id"] for one in commitments if one["organisatie"]["naam"] == "GGZ Westerveen"),
        "doelen": (await door.post("regisseur", f"{case}/doelen", {"tekst": "rust in de buurt"}))["id"],
        "taken": str(owed[DutyKind.COMMITMENT][0].id),
        "GET /rapportages/{naam}": "/rapportages/instroom",
        "GET /logboek": "/logboek?doel=rechtmatigheid",
        "GET /casussen/{id}/inzage": f"{case}/inzage?doel=rechtmatigheid",
        "GET /personen/{id}/inzage": f"/personen/{subject}/inzage?doel=rechtmatigheid",
        "GET /verwerkingen": "/verwerkingen?doel=rechtmatigheid",
        "personen": str(door.house.person("regisseur2")),
        "berichten": (await door.get("manager", "/berichten"))["resultaten"][0]["id"],
        "PUT /personen/{id}/voorkeuren": f"/personen/{door.house.person('ggz')}/voorkeuren",
        "organisaties": str(door.house.organisations["ggz"]),
        "POST /personen/{id}/vertrek": f"/personen/{door.house.person('gemeente')}/vertrek",
        "POST /personen/{id}/pincodes": f"/personen/{door.house.person('ggz')}/pincodes",
        "DELETE /personen/{id}/pincodes": f"/personen/{door.house.person('ggz')}/pincodes",
        **{
            f"{verb} /personen/{{id}}/agendafeed": f"/personen/{door.house.person('politie')}/agendafeed"
            for verb in ("GET", "POST", "DELETE")
        },
        "POST /aanmeldingen/{id}/bijlagen": f"/aanmeldingen/{referral}/bijlagen?naam=nog.txt",
        "POST /taken/{id}/overdrachten": f"/taken/{progress}/overdrachten",
        "POST /taken/{id}/herinneringen": f"/taken/{progress}/herinneringen",
        "POST /taken/{id}/escalaties": f"/taken/{progress}/escalaties",
        "POST /taken/{id}/sluimeringen": f"/taken/{progress}/sluimeringen",
        "POST /taken/{id}/toewijzingen": f"/taken/{progress}/toewijzingen",
    }  # fmt: skip


async def handing(door: Door, case: str) -> dict[str, Any]:
    """What the regisseur can give a third party: of an item that everybody on the case reads."""
    item = str((await door.post("ggz", f"{case}/informatie", HOUSING))["id"])
    return {"informatie": [item], "doel": "een woning", "beslisser": str(door.house.person("politie"))}


async def _item(door: Door, case: str) -> str:
    """Of the ggz, for who leads the case only: the police may not know of it."""
    house = str(door.house.organisations["huis"])
    return str((await door.post("ggz", f"{case}/informatie", ITEM | {"alleenVoor": [house]}))["id"])


async def _bodies(door: Door, question: dict[str, str], reported: Case) -> dict[str, Any]:
    ggz = str(door.house.organisations["ggz"])
    pledge = {"organisatie": ggz, "domein": "zorg", "tekst": "gesprek", "uiterlijk": "2090-01-01"}
    return sitting_bodies(door.house, str(reported.id)) | {
        "POST /hulpvragen": question,
        "POST /hulpvragen/{id}/adviezen": {"tekst": "Bel de wijkagent."},
        "POST /aanmeldingen": SUBMITTED,
        "PUT /aanmeldingen/{id}": SUBMITTED,
        "POST /aanmeldingen/{id}/intrekkingen": {"toelichting": "opgelost"},
        "POST /meldingen": message(),
        "POST /casussen/{id}/besluiten": {"soort": "spoed_geven", "toelichting": "dreiging"},
        "POST /taken/{id}/antwoorden": {
            "uitkomst": "gereed", "gesprokenMet": "mw. Jansen", "gesprokenOp": "2026-01-01T10:00:00Z",
        },
        "POST /taken/{id}/escalaties": {"aan": "leidinggevende"},
        "POST /taken/{id}/sluimeringen": {"tot": (reported.reported_at + timedelta(hours=2)).isoformat()},
        "POST /taken/{id}/overdrachten": {"persoon": str(door.house.person("ggz"))},
        "POST /taken/{id}/verlengingen": {"aantal": 1, "reden": "ziekte"},
        "POST /taken/{id}/toewijzingen": {"persoon": str(door.house.person("ggz")), "reden": "anders"},
        "POST /taken/{id}/correcties": {"uitkomst": "gereed"},
        "POST /casussen/{id}/omleidingen": {"aan": "ontvanger"},
        "POST /casussen/{id}/overleggen": {"begintOp": "2090-01-01T10:00:00+01:00"},
        "POST /overleggen/{id}/uitkomsten": {"uitkomst": "één plan"},
        "POST /overleggen/{id}/verslag/regels": {"onderdeel": "weging", "tekst": "het loopt op"},
        "POST /overleggen/{id}/verslag/regels/{regelId}/aanvullingen": {"bron": "wijkagent"},
        "POST /overleggen/{id}/verslag/regels/{regelId}/lezingen": {"tekst": "anders gezien", "regime": "AVG"},
        "POST /casussen/{id}/informatie/{informatieId}/tegenspraken": {
            "weerspreekt": (await door.get("politie", f"/casussen/{reported.id}/informatie"))["resultaten"][0]["id"]
        },
        "POST /overleggen/{id}/genodigden": {"organisaties": [ggz]},
        "POST /overleggen/{id}/reacties": {"reactie": "komt"},
        "POST /overleggen/{id}/derden": GUEST | {"organisatie": str(door.house.organisations["corporatie"])},
        "POST /overleggen/{id}/aanwezigen": {"organisaties": [ggz]},
        "POST /derden/{id}/geheimhoudingsverklaringen": {"getekendOp": "2026-01-05"},
        "POST /derden/{id}/verstrekkingen": await handing(door, f"/casussen/{reported.id}"),
        "POST /aanmeldingen/{id}/bijlagen": "nog een foto",
        "POST /overlegreeksen": SERIES,
        "POST /overlegreeksen/{id}/beeindigingen": {"tot": "2090-01-01"},
        "POST /casussen/{id}/afspraken": {"afspraken": [pledge]},
        "POST /afspraken/{id}/voortgang": {"stand": "op_schema"},
        "POST /casussen/{id}/risicotaxaties": ITEM | RISK | {"leverancier": ggz},
        "POST /casussen/{id}/informatieverzoeken": {"organisatie": ggz, "vraag": "Is er nog behandeling?"},
        "POST /afspraken/{id}/voorwaarde": {"ingetreden": True},
        "POST /afspraken/{id}/conflicten": {"afspraak": ggz, "toelichting": "gaat niet samen"},
        "POST /casussen/{id}/doelen": {"tekst": "veilig wonen"},
        "POST /doelen/{id}/standen": {"status": "bereikt"},
        "POST /casussen/{id}/informatie": ITEM | {"leverancier": ggz},
        "POST /casussen/{id}/overdrachten": {"ontvanger": ggz},
        "PUT /casussen/{id}/heraanmeldcriteria": CRITERIA,
        "POST /casussen/{id}/trajecten": _trajectory(door.house),
        "POST /casussen/{id}/trajecten/{trajectId}/beeindigingen": {"reden": "doelen bereikt"},
        "POST /casussen/{id}/contactmomenten": CONTACT,
        "POST /casussen/{id}/samenvattingen": ITEM,
        "POST /casussen/{id}/escalaties": {"reden": "al drie weken geen woning"},
        "PUT /casussen/{id}/informatie/{informatieId}": ITEM | {"alleenVoor": [str(door.house.organisations["huis"])]},
        "POST /casussen/{id}/informatie/{informatieId}/intrekkingen": {"toelichting": "bleek van een ander"},
        "PUT /casussen/{id}/betrokkenen/{persoonId}/adresgeheim": {"organisaties": [ggz], "personen": []},
        "POST /casussen/{id}/stukken": {"soort": "plan", "doel": "eigen_dossier"},
        "POST /casussen/{id}/noodtoegangen": {"reden": "Dreiging vanavond in de wijk."},
        "POST /noodtoegangen/{id}/bevestigingen": {"code": "0"},
        "POST /noodtoegangen/{id}/beoordelingen": {"oordeel": "terecht"},
        "PUT /casussen/{id}/medewerkers": {"personen": [str(door.house.person("ggz"))]},
        "PUT /huizen/{id}/beleid": {"evaluatieDagen": 42},
        "POST /huizen/{id}/beleid/proef": {"evaluatieDagen": 42},
        "PUT /personen/{id}/afwezigheid": AWAY,
        "PUT /personen/{id}/voorkeuren": {"taal": "en"},
        "PUT /organisaties/{id}/weekoverzicht": {"aan": True},
        "POST /huizen/{id}/beleid/berichten": {"bericht": "vraag"},
        "POST /personen/{id}/overdrachten": {"naar": str(door.house.person("regisseur")), "reden": "andere baan"},
        "POST /tokens": {"naam": "weeklijst", "bereik": "lezen", "dagenGeldig": 30},
        "POST /berichten/{id}/stopzettingen": {"reden": "niet_meer_nodig"},
        "POST /bezorgfouten": {"bericht": (await door.get("manager", "/berichten"))["resultaten"][0]["id"]},
        "POST /personen/{id}/kanalen": {"soort": "sms", "adres": "06 12345678"},
        "PUT /personen/{id}/kanaalkeuzen": {"keuzen": {}},
        "POST /kanalen/{id}/bevestigingen": {"code": "0"},
        "POST /abonnementen": {
            "organisatie": ggz, "adres": "https://systeem.ggz.example/pols", "soorten": ["taak_geopend"],
        },
    }  # fmt: skip


def test_every_operation_is_in_the_matrix() -> None:
    assert operations(), "no operations found: this test would guard nothing"
    assert set(MATRIX) == set(operations())
    assert {len(marks) for marks in MATRIX.values()} == {len(PEOPLE)}


def test_every_operation_says_who_may_use_it() -> None:
    assert {name for name, found in operations().items() if not found.get("x-pols-wie")} == set()
    assert set(operations()) - set(_protected()) == {"POST /hulpvragen"}


@pytest.mark.parametrize("operation", list(MATRIX))
async def test_a_route_is_for_whom_the_matrix_says(scene: Scene, operation: str) -> None:
    verb, path, body = operation.split(maxsplit=1)[0], scene.path(operation), scene.bodies.get(operation)
    headers = {"If-Match": '"0"'} if operation == "PUT /huizen/{id}/beleid" else {}

    found = {who: (await scene.door.call(verb, path, who, json=body, headers=headers)).status_code for who in PEOPLE}

    wrong = {
        who: found[who] for who, mark in zip(PEOPLE, MATRIX[operation], strict=True) if found[who] not in ALLOWED[mark]
    }
    assert wrong == {}


@pytest.mark.parametrize("operation", list(_protected()))
async def test_nobody_comes_in_without_a_valid_token(scene: Scene, operation: str) -> None:
    verb, path = operation.split(maxsplit=1)[0], scene.path(operation)

    for headers in ({}, {"Authorization": "Bearer pols_onbekend"}, {"Authorization": "Basic cG9sczpwb2xz"}):
        answer = await scene.door.call(verb, path, json=scene.bodies.get(operation), headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["detail"] == "Meld u aan met een geldig API-token."


async def test_who_is_not_signed_in_is_told_so_before_what_is_wrong_with_the_message(scene: Scene) -> None:
    answer = await scene.door.call("POST", "/aanmeldingen", json={"onbekend": 1})

    assert answer.status_code == 401


ODD: tuple[Any, ...] = (
    None,
    "",
    "nul\u0000",
    "\ud800",
    -1,
    2**70,
    1.5,
    True,
    [],
    {},
    "9999-12-31T23:59:59-14:00",
    "9999-12-31",
    "x" * 9999,
)


def _with_odd(body: Any) -> Iterator[Any]:
    """The body with each of its values replaced by each odd one."""
    items = list(body.items()) if isinstance(body, dict) else list(enumerate(body)) if isinstance(body, list) else []
    for place, value in items:
        for other in (*ODD, *_with_odd(value)):
            changed = body.copy()
            changed[place] = other
            yield changed


@pytest.mark.parametrize("operation", [name for name in MATRIX if name.split()[0] in {"POST", "PUT"}])
async def test_no_odd_value_is_more_than_a_refusal(scene: Scene, operation: str) -> None:
    verb, path = operation.split(maxsplit=1)[0], scene.path(operation)
    who = allowed(operation)
    headers = {"If-Match": '"0"', "Content-Type": "application/json"}

    for body in _with_odd(scene.bodies.get(operation)):
        answer = await scene.door.call(verb, path, who, content=json.dumps(body), headers=headers)
        assert answer.status_code < 500, (body, answer.text)
