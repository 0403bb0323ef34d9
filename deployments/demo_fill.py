"""A fictional house, filled as its people would: over HTTP, four months in a row, until today.

Nobody in it exists. Citizen numbers come from the test range that starts with 9999.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from typing import Any

import httpx2

LONG_AGO = datetime.min.replace(tzinfo=UTC)
Move = Callable[[float], Awaitable[datetime]]
DAY = 86_400
WEEKS = 16
CASES_A_WEEK = 2.5

NAMES = ("Hendrik B.", "Monique de W.", "Youssef K.", "Dennis R.", "Kevin de W.", "Femke S.", "Timo V.", "Aisha L.")
REASONS = (
    ("verward gedrag", "veertien politiecontacten in zes weken, mijdt zorg"),
    ("geweld in afhankelijkheidsrelaties", "derde huisverbod in een jaar"),
    ("nazorg ex-gedetineerden", "komt over acht weken vrij zonder woning"),
    ("ernstige overlast", "overlast in het portiek, buren durven niet meer"),
    ("multiproblematiek", "schulden, verslaving en twee kinderen in huis"),
)
TOWNS = ("Westerveen", "Oosterveen", "Zuiderhaven")
#: how far each report comes, in turn; a few of them stay where they are, and those are what the dashboard is for
ENDS = (
    "monitoring", "afgesloten", "afgewezen", "monitoring", "advies", "monitoring", "korte_route", "regie", "monitoring",
    "afschalen", "doorverwezen", "plan", "screening", "monitoring", "focusoverleg", "aanvulling",
)  # fmt: skip
#: one in so many is forgotten by its partners
FORGOTTEN = 7
#: what partners and desk answer to what is asked of them
ANSWERS = {
    "bekend_of_niet_bekend": "niet_bekend", "bekendheid_andere_huizen": "niet_bekend",
    "grond_tegen_informeren_melden": "geen_grond", "informatie_aanleveren": "niet_bekend",
    "afspraak_aanvaarden": "aanvaard", "voortgang_melden": "op_schema", "verslag_corrigeren": "akkoord",
    "betrokkene_informeren": "geinformeerd", "afspraak_uitvoeren": "gereed", "nabellen": "gebeld",
}  # fmt: skip
PEOPLE = ("politie", "om", "gemeente", "ggd", "ggz", "reclassering", "triagist")
ORDER = (
    "aanmelding", "screening", "regie", "focusoverleg", "plan", "monitoring", "afschalen", "afgesloten",
)  # fmt: skip


def citizen_numbers() -> Iterator[str]:
    """Citizen numbers of the test range that pass the eleven-check."""
    for tail in count(100):
        digits = [int(one) for one in f"9999{tail:04d}"]
        last = sum(weight * digit for weight, digit in zip(range(9, 1, -1), digits, strict=True)) % 11
        if last < 10:  # noqa: PLR2004 - one digit
            yield "".join(map(str, digits)) + str(last)


@dataclass
class House:
    """The doors of a house, one client per person."""

    base_url: str
    tokens: dict[str, str]
    clients: dict[str, httpx2.AsyncClient] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    organisations: dict[str, str] = field(default_factory=dict)
    now: datetime = LONG_AGO
    ends: datetime = LONG_AGO

    def client(self, who: str) -> httpx2.AsyncClient:
        """Somebody at the REST door."""
        if who not in self.clients:
            token = next(token for email, token in self.tokens.items() if email.startswith(f"{who}@"))
            self.clients[who] = httpx2.AsyncClient(
                base_url=f"{self.base_url}/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30,
                trust_env=False,
            )  # fmt: skip
        return self.clients[who]

    async def learn(self) -> None:
        """Who works where."""
        for email in self.tokens:
            who = email.partition("@")[0]
            me = await self.get(who, "/mij")
            self.people[who], self.organisations[who] = me["persoon"]["id"], me["organisatie"]["id"]

    async def get(self, who: str, path: str) -> dict[str, Any]:
        """Read something."""
        answer = await self.client(who).get(path)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    async def post(self, who: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Do something; a refusal of the demonstration's own acts is a defect."""
        answer = await self.client(who).post(path, json=body or {})
        if answer.is_error:
            msg = f"{path}: {answer.status_code} {answer.text}"
            raise RuntimeError(msg)
        made: dict[str, Any] = answer.json() if answer.content else {}
        return made

    async def decide(self, who: str, case: str, kind: str, **more: object) -> None:
        """Take a decision."""
        body = {"soort": kind, "toelichting": "besproken en akkoord"} | more
        await self.post(who, f"/casussen/{case}/besluiten", body)

    async def answer(self, who: str, case: str, kind: str, outcome: str, **more: object) -> None:
        """Answer the open duty of this kind."""
        mine = self.organisations[who]
        duties = (await self.get(who, f"/casussen/{case}/taken"))["resultaten"]
        found = [one for one in duties if one["soort"] == kind]
        duty = next((one for one in found if one["organisatie"]["id"] == mine), found[0])
        await self.post(who, f"/taken/{duty['id']}/antwoorden", {"uitkomst": outcome} | more)

    async def close(self) -> None:
        """Close all doors."""
        for client in self.clients.values():
            await client.aclose()


async def fill(base_url: str, tokens: dict[str, str], move: Move, say: Callable[[str], None]) -> int:
    """Fill the house: weeks pass, reports come in, cases go as far as they go. Answers how many."""
    house = House(base_url, tokens)
    try:
        await house.learn()
        house.now = await move(-WEEKS * 7 * DAY)
        house.ends = house.now + timedelta(weeks=WEEKS)
        return await _weeks(house, move, say)
    finally:
        await house.close()


async def _weeks(house: House, move: Move, say: Callable[[str], None]) -> int:
    facts = zip(cycle(NAMES), citizen_numbers(), cycle(REASONS), cycle(TOWNS), cycle(ENDS))
    running: list[Run] = []
    made = 0.0
    for week in range(WEEKS):
        made += CASES_A_WEEK
        while len(running) < int(made):
            running.append(Run(house, len(running), *next(facts)))
        for _half in range(2):
            for run in running:
                await run.go_on()
            await _answer_all(house, {run.case for run in running if run.forgotten})
            house.now = await move(3.5 * DAY)
        say(f"  week {week + 1} van {WEEKS}: {len(running)} meldingen")
    return len(running)


async def _answer_all(house: House, forgotten: set[str]) -> None:
    """Everybody answers what is asked of them, but for the cases that are forgotten."""
    for who in PEOPLE:
        for duty in (await house.get(who, "/taken"))["resultaten"]:
            outcome = ANSWERS.get(duty["soort"])
            if outcome is not None and duty["casus"]["id"] not in forgotten:
                await house.post(who, f"/taken/{duty['id']}/antwoorden", {"uitkomst": outcome})


@dataclass
class Run:
    """One report on its way: a step further every half week, until its end."""

    house: House
    index: int
    name: str
    bsn: str
    reason: tuple[str, str]
    town: str
    end: str
    case: str = ""
    done: int = 0

    @property
    def forgotten(self) -> bool:
        """Its partners do not answer."""
        return self.index % FORGOTTEN == FORGOTTEN - 2 or self.end == "plan"

    @property
    def director(self) -> str:
        """Two regisseurs share the work."""
        return ("regisseur", "regisseur2")[self.index % 2]

    async def go_on(self) -> None:
        """The next step of this report, if it has one."""
        steps = _STEPS.get(self.end) or _STEPS["gewoon"][: ORDER.index(self.end) + 1]
        if self.done < len(steps):
            self.done += await steps[self.done](self) is not False
        elif self.end == "monitoring" and not self.forgotten:
            await self.evaluate()

    async def report(self) -> None:
        """The police report, and submit."""
        theme, reason = self.reason
        body = {
            "gemeente": self.town, "themas": [theme], "reden": reason, "doel": "samen één plan",
            "situatie": "de lokale aanpak loopt vast", "besprokenMetBetrokkene": True, "kwaliteitsverklaring": True,
            "criteria": dict.fromkeys("abcd", "zie de melding: objectieve aanwijzingen zijn vermeld"),
            "spoed": self.index % 11 == 10,  # noqa: PLR2004 - one in eleven
            "personen": [{"rol": "betrokkene", "naam": self.name, "bsn": self.bsn}],
        }  # fmt: skip
        draft = await self.house.post("politie", "/aanmeldingen", body)
        self.case = (await self.house.post("politie", f"/aanmeldingen/{draft['id']}/indieningen"))["id"]

    async def screen(self) -> None:
        """The report is complete."""
        await self.house.decide("triagist", self.case, "compleet_verklaren")

    async def judge(self, kind: str, **more: object) -> None:
        """The criteria, and what the table decides."""
        judged = [{"criterium": one, "voldaan": True, "motivering": "voldaan"} for one in "abcd"]
        await self.house.answer("triagist", self.case, "criteria_toetsen", "getoetst", criteria=judged)
        await self.house.decide("om", self.case, kind, **more)

    async def admit(self) -> None:
        await self.judge("in_procesregie_nemen")
        await self.house.decide("manager", self.case, "procesregisseur_toewijzen", persoon=self._person(self.director))

    async def prepare(self) -> None:
        """Who is involved, when they meet, and that it is prepared."""
        involved = [self.house.organisations[one] for one in ("politie", "gemeente", "ggz", "reclassering")]
        await self.house.decide("om", self.case, "betrokken_deelnemers_kiezen", organisaties=involved)
        starts = (self.house.now + timedelta(days=3)).isoformat()
        path = f"/casussen/{self.case}/overleggen"
        await self.house.post(self.director, path, {"begintOp": starts, "plaats": "Stadhuis, kamer 2.14"})
        await self.house.decide(self.director, self.case, "voorbereid_verklaren")

    async def confer(self) -> None:
        """The conference: outcome, pledges, minutes, plan."""
        listed = (await self.house.get(self.director, f"/casussen/{self.case}/overleggen"))["resultaten"]
        due = (self.house.now + timedelta(days=20 + self.index % 5 * 12)).date().isoformat()
        body = {
            "uitkomst": "één beeld, één plan", "aanwezigen": self._organisations("politie", "gemeente"),
            "afspraken": [
                {"organisatie": self._organisations("politie")[0], "domein": "straf", "tekst": "toezicht in de wijk",
                 "uiterlijk": due},
                {"organisatie": self._organisations("ggz")[0], "domein": "zorg", "tekst": "intake behandeling",
                 "uiterlijk": due},
            ],
        }  # fmt: skip
        await self.house.post(self.director, f"/overleggen/{listed[0]['id']}/uitkomsten", body)
        await self.house.decide("gemeente", self.case, "casusregisseur_aanwijzen", persoon=self._person("gemeente"))
        await self.house.answer(self.director, self.case, "uitkomst_bekendmaken", "gedaan")
        await self._minute(listed[0]["id"])
        await self.house.decide(self.director, self.case, "plan_vaststellen")

    async def _minute(self, meeting: str) -> None:
        """The minutes in lines, put up for correction."""
        path = f"/overleggen/{meeting}/verslag"
        police, town = self._organisations("politie", "gemeente")
        said = (
            {"onderdeel": "beeld", "spreker": police, "tekst": "drie meldingen van de buren deze maand"},
            {"onderdeel": "beeld", "spreker": town, "leefgebied": "dagelijks leven", "tekst": "is de dag alleen thuis"},
            {"onderdeel": "weging", "tekst": "zonder dagbesteding loopt het weer op"},
        )
        for line in said:
            await self.house.post(self.director, f"{path}/regels", line)
        await self.house.post(self.director, f"{path}/versies")

    async def wait(self) -> None:
        """Half a week in which nobody decides anything."""

    async def last_half_week(self) -> bool:
        """Not before the last half week of the story."""
        return self.house.now + timedelta(days=4) > self.house.ends

    async def evaluate(self) -> None:
        """Every few weeks: is it still needed? Go on."""
        duties = (await self.house.get(self.director, f"/casussen/{self.case}/taken"))["resultaten"]
        due = [one["uiterlijk"] for one in duties if one["soort"] == "evalueren"]
        if due and datetime.fromisoformat(due[0]) < self.house.now + timedelta(days=5):
            more = {"criteriaVoldaan": True, "noodzaak": "nog nodig", "beslissers": [self._person("politie")]}
            await self.house.decide(self.director, self.case, "doorgaan", **more)

    async def scale_down(self) -> None:
        await self.house.decide(self.director, self.case, "afschalen", beslissers=[self._person("politie")])

    async def close(self) -> None:
        """Everything that closing asks; a public participant closes."""
        duties = (await self.house.get(self.director, f"/casussen/{self.case}/taken"))["resultaten"]
        if any(one["soort"] == "betrokkene_informeren" for one in duties):
            await self.house.answer("politie", self.case, "betrokkene_informeren", "geinformeerd")
        for kind, outcome in (
            ("eindevaluatie_houden", "gedaan"), ("heraanmeldcriteria_vastleggen", "gedaan"),
            ("overdracht_regelen", "niet_nodig"), ("slotbrief_versturen", "verzonden"),
        ):  # fmt: skip
            await self.house.answer(self.director, self.case, kind, outcome, toelichting="vastgelegd")
        await self.house.decide("om", self.case, "afsluiten")

    async def reject(self) -> None:
        await self.house.decide("om", self.case, "afwijzen", toelichting="de lokale aanpak is nog niet benut")

    async def advise(self) -> None:
        await self.house.decide("om", self.case, "advies_geven")

    async def finish_advice(self) -> None:
        await self.house.decide("triagist", self.case, "advies_afronden")

    async def give_advice(self) -> None:
        advice = "betrek het wijkteam en plan een gesprek"
        await self.house.answer("triagist", self.case, "advies_uitbrengen", "uitgebracht", toelichting=advice)

    async def refer_on(self) -> None:
        await self.house.decide("om", self.case, "doorverwijzen", ontvanger="lokale zorgtafel")

    async def referred(self) -> None:
        said = "de zorgtafel pakt het op"
        await self.house.answer("triagist", self.case, "doorverwijzing_aanvaarden", "aanvaard", toelichting=said)

    async def short_track(self) -> None:
        await self.judge("korte_route", organisaties=self._organisations("politie", "gemeente"))
        await self.house.decide("manager", self.case, "procesregisseur_toewijzen", persoon=self._person(self.director))
        due = (self.house.now + timedelta(days=30)).date().isoformat()
        agreed = {"organisatie": self._organisations("gemeente")[0], "domein": "zorg", "tekst": "huisbezoek",
                  "uiterlijk": due}  # fmt: skip
        await self.house.post(self.director, f"/casussen/{self.case}/afspraken", {"afspraken": [agreed]})

    async def ask_supplement(self) -> None:
        await self.house.decide("triagist", self.case, "aanvulling_vragen", toelichting="licht criterium c toe")

    def _person(self, who: str) -> str:
        return self.house.people[who]

    def _organisations(self, *who: str) -> list[str]:
        return [self.house.organisations[one] for one in who]


_USUAL: list[Callable[[Run], Coroutine[Any, Any, object]]] = [
    Run.report, Run.screen, Run.admit, Run.prepare, Run.confer, Run.wait, Run.scale_down, Run.close,
]  # fmt: skip
_STEPS: dict[str, list[Callable[[Run], Coroutine[Any, Any, object]]]] = {
    "gewoon": _USUAL,
    "afgewezen": [Run.report, Run.screen, Run.reject],
    "advies": [Run.report, Run.screen, Run.advise, Run.give_advice, *[Run.wait] * 9, Run.finish_advice],
    "doorverwezen": [Run.report, Run.screen, Run.refer_on, Run.referred],
    "korte_route": [Run.report, Run.screen, Run.short_track],
    "aanvulling": [Run.report, Run.ask_supplement],
    "plan": [Run.report, Run.screen, Run.admit, Run.prepare, Run.last_half_week, Run.confer],
}
