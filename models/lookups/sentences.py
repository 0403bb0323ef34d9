"""What the lines of a timeline say: one Dutch sentence for each code of the history."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from models import ladder
from models.clocks import AMSTERDAM, MONTHS
from models.ladder import Step
from models.process import LABELS
from models.tables.cases import Decision, DecisionDecider
from models.tables.duties import Duty
from models.tables.meetings import Meeting
from models.words import Phase


@dataclass(frozen=True, slots=True)
class Known:
    """What the sentences need besides the line itself."""

    people: dict[UUID, str]
    organisations: dict[UUID, str]
    duties: dict[UUID, Duty]
    meetings: dict[UUID, Meeting]
    decisions: dict[UUID, Decision]
    deciders: dict[UUID, list[DecisionDecider]]
    reads: bool
    items: frozenset[UUID] = frozenset()  #: the information that the actor may read, also the withdrawn
    commitments: frozenset[UUID] = frozenset()  #: the commitments that the actor may read

    def organisation(self, wanted: UUID | None) -> str:
        """The name of an organisation of the house."""
        return self.organisations.get(wanted, "") if wanted else ""

    def person(self, wanted: UUID | None) -> str:
        """The name of a person; of who left the house nothing is known any more."""
        return self.people.get(wanted, "") if wanted else ""


def plain(code: str) -> str:
    """A word of the process as people read it: a capital, and spaces instead of underscores."""
    words = str(code).replace("_", " ")
    return words[:1].upper() + words[1:]


def say(what: str, facts: Mapping[str, Any], known: Known) -> str:
    """The sentence for a line. An unknown code is shown as it is: a test guards that there is none."""
    sentence = SENTENCES.get(what)
    return sentence(facts, known) if sentence else plain(what)


def as_id(facts: Mapping[str, Any], name: str) -> UUID | None:
    """An id among the facts of a line, if it is there."""
    value = facts.get(name)
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _reported(facts: Mapping[str, Any], _known: Known) -> str:
    return "Aanmelding ingediend, met spoed" if facts.get("spoed") else "Aanmelding ingediend"


def _decided(facts: Mapping[str, Any], known: Known) -> str:
    decision = known.decisions.get(as_id(facts, "besluit") or UUID(int=0))
    because = f" (vanzelf: {decision.triggered_by})" if decision and decision.triggered_by else ""
    return f"Besluit: {_lower(facts.get('soort'))}{because}"


def _entered(facts: Mapping[str, Any], _known: Known) -> str:
    return f"De casus is nu in de fase {LABELS[Phase(facts['fase'])]}"


def _answered(facts: Mapping[str, Any], known: Known) -> str:
    owner = known.organisation(as_id(facts, "organisatie")) or "Iemand"
    by_phone = ", telefonisch" if facts.get("telefonisch") else ""
    outcome = f": {_lower(facts.get('uitkomst'))}" if facts.get("uitkomst") else ""
    return f"{owner} antwoordde op '{_lower(facts.get('soort'))}'{outcome}{by_phone}"


def _requested(facts: Mapping[str, Any], known: Known) -> str:
    return f"Informatie gevraagd aan {known.organisation(as_id(facts, 'organisatie')) or 'een deelnemer'}"


def _handed_on(facts: Mapping[str, Any], _known: Known) -> str:
    return f"De taak '{_lower(facts.get('soort'))}' is doorgegeven aan een collega"


def _handed_over(facts: Mapping[str, Any], known: Known) -> str:
    count, leading = facts.get("aantal", 0), facts.get("leiding")
    what = f"{count} {'taak' if count == 1 else 'taken'}" if count else ""
    what = " en ".join(one for one in ("De leiding" if leading else "", what) if one)
    who, to = known.person(as_id(facts, "van")), known.person(as_id(facts, "naar"))
    return f"{what} van {who} overgedragen aan {to}"


def _reassigned(facts: Mapping[str, Any], known: Known) -> str:
    why = _lower(facts.get("reden"))
    return f"De taak is toegewezen aan een ander ({why}){_about(facts, known)}"


def _sent_again(facts: Mapping[str, Any], _known: Known) -> str:
    to = "de collega's van de ontvanger" if facts.get("aan") == "contacten" else "dezelfde ontvanger"
    return f"Bericht dat niet aankwam opnieuw verzonden, aan {to}"


def _put_right(facts: Mapping[str, Any], known: Known) -> str:
    owner = known.organisation(as_id(facts, "organisatie")) or "De partner"
    return f"{owner} herstelde het telefonische antwoord op '{_lower(facts.get('soort'))}'"


def _term_over(facts: Mapping[str, Any], _known: Known) -> str:
    return f"De termijn van '{_lower(facts.get('soort'))}' is voorbij; er kwam geen antwoord"


def _terms_moved(facts: Mapping[str, Any], _known: Known) -> str:
    count = facts.get("aantal", 0)
    moved = "Een termijn is verzet" if count == 1 else f"{count} termijnen zijn verzet"
    return f"{moved}: {facts.get('waarom', 'het beleid is gewijzigd')}"


def _extended(facts: Mapping[str, Any], known: Known) -> str:
    return f"Termijn verlengd met {facts.get('met', '')}{_about(facts, known)}"


def _taken_over(facts: Mapping[str, Any], known: Known) -> str:
    who = known.organisation(as_id(facts, "organisatie")) or "De ontvanger"
    return f"{who} aanvaardde: {_lower(facts.get('soort'))}"


def _beside(_facts: Mapping[str, Any], _known: Known) -> str:
    return "Eigen casus gemaakt voor een tweede persoon uit dezelfde aanmelding"


def _new_report(_facts: Mapping[str, Any], _known: Known) -> str:
    return "Nieuwe melding bij deze casus gebundeld"


def _convened(facts: Mapping[str, Any], known: Known) -> str:
    meeting = known.meetings.get(as_id(facts, "overleg") or UUID(int=0))
    if meeting is None:
        return "Overleg gepland"
    local = meeting.starts_at.astimezone(AMSTERDAM)
    return f"Overleg gepland op {local.day} {MONTHS[local.month - 1]} {local.year} om {local:%H:%M}"


def _at(value: object) -> str:
    try:
        local = datetime.fromisoformat(str(value)).astimezone(AMSTERDAM)
    except ValueError:
        return ""
    return f"{local.day} {MONTHS[local.month - 1]} {local.year} om {local:%H:%M}"


def _on_agenda(facts: Mapping[str, Any], _known: Known) -> str:
    return f"Op de agenda gezet van het {facts.get('soort', 'overleg')} van {_at(facts.get('begin'))}"


def _moved(facts: Mapping[str, Any], _known: Known) -> str:
    return f"Overleg van {_at(facts.get('was'))} verzet naar {_at(facts.get('begin'))}"


def _off_agenda(_facts: Mapping[str, Any], _known: Known) -> str:
    return "Van de agenda gehaald; het overleg van die dag gaat voor deze casus niet door"


def _held(facts: Mapping[str, Any], _known: Known) -> str:
    count = facts.get("aanwezig", 0)
    return f"Overleg gehouden; {count} {'organisatie' if count == 1 else 'organisaties'} aanwezig"


def _replied(facts: Mapping[str, Any], known: Known) -> str:
    who = known.organisation(as_id(facts, "organisatie")) or "Een genodigde"
    comes = {"komt_niet": "komt niet", "misschien": "komt misschien"}.get(str(facts.get("reactie")), "komt")
    how = {"agenda": " (antwoord uit een agenda)", "telefoon": " (telefonisch)"}.get(str(facts.get("hoe")), "")
    return f"{who} {comes} naar het overleg{how}"


def _reminded(facts: Mapping[str, Any], known: Known) -> str:
    try:
        step = ladder.explain(Step(str(facts.get("stap"))))
    except ValueError:
        step = "Herinnering"
    return f"{step}{_about(facts, known)}"


def _passed(facts: Mapping[str, Any], known: Known) -> str:
    return f"Overgeslagen, want te laat om nog te versturen: {_first_small(_reminded(facts, known))}"


def _set_back(facts: Mapping[str, Any], known: Known) -> str:
    return f"Escalatie verzet: er was een tijd niet herinnerd, en de eigenaar hoort het eerst{_about(facts, known)}"


def _first_small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _nudged(facts: Mapping[str, Any], known: Known) -> str:
    return f"Met de hand herinnerd{_about(facts, known)}"


def _escalated(facts: Mapping[str, Any], known: Known) -> str:
    return f"Bericht naar de {facts.get('aan', '')}{_about(facts, known)}"


def _corrected(facts: Mapping[str, Any], _known: Known) -> str:
    return f"Aanmelding gecorrigeerd door de melder (versie {facts.get('versie', '')})"


def _attached(_facts: Mapping[str, Any], _known: Known) -> str:
    return "Bijlage aan de aanmelding toegevoegd"


def _added(facts: Mapping[str, Any], _known: Known) -> str:
    count = facts.get("aantal", 0)
    return f"{count} {'afspraak' if count == 1 else 'afspraken'} aan het plan toegevoegd"


def _aimed(_facts: Mapping[str, Any], _known: Known) -> str:
    return "Doel aan het plan toegevoegd"


def _goal_stands(facts: Mapping[str, Any], known: Known) -> str:
    state = f": {_lower(facts.get('stand'))}" if known.reads else ""
    return f"Stand van een doel vastgelegd{state}"


def _condition_settled(facts: Mapping[str, Any], known: Known) -> str:
    if not known.reads:
        return "Voorwaarde van een afspraak beoordeeld"
    came = "ingetreden; de afspraak loopt nu" if facts.get("ingetreden") else "niet ingetreden; de afspraak vervalt"
    return f"Voorwaarde van een afspraak {came}"


def _progressed(facts: Mapping[str, Any], known: Known) -> str:
    state = f": {_lower(facts.get('stand'))}" if known.reads else ""
    return f"Voortgang van een afspraak gemeld{state}"


def _supplied(facts: Mapping[str, Any], known: Known) -> str:
    return f"Informatie aangeleverd door {known.organisation(as_id(facts, 'organisatie')) or 'een deelnemer'}"


def _corrected_item(facts: Mapping[str, Any], known: Known) -> str:
    return f"Informatie gecorrigeerd door {known.organisation(as_id(facts, 'organisatie')) or 'een deelnemer'}"


def _withdrawn_item(facts: Mapping[str, Any], known: Known) -> str:
    return f"Informatie ingetrokken door {known.organisation(as_id(facts, 'organisatie')) or 'een deelnemer'}"


def _guest(said: str) -> Callable[[Mapping[str, Any], Known], str]:
    def say_it(facts: Mapping[str, Any], known: Known) -> str:
        return f"{said} ({known.organisation(as_id(facts, 'organisatie')) or 'een incidentele derde'})"

    return say_it


def _offered(facts: Mapping[str, Any], known: Known) -> str:
    return f"Overdracht aangeboden aan {known.organisation(as_id(facts, 'organisatie')) or 'de ontvanger'}"


def _accepted(facts: Mapping[str, Any], known: Known) -> str:
    return f"Overdracht aanvaard door {known.organisation(as_id(facts, 'organisatie')) or 'een partij buiten Pols'}"


def _criteria(facts: Mapping[str, Any], _known: Known) -> str:
    count = facts.get("aantal", 0)
    return f"{count} heraanmeld{'criterium' if count == 1 else 'criteria'} vastgelegd"


def _raised(facts: Mapping[str, Any], _known: Known) -> str:
    return f"Geëscaleerd naar trede {facts.get('trede', '')}: {facts.get('naam', '')}"


def _taken_back(facts: Mapping[str, Any], _known: Known) -> str:
    return f"Escalatie naar {facts.get('naam', '')} ingetrokken"


def _about(facts: Mapping[str, Any], known: Known) -> str:
    duty = known.duties.get(as_id(facts, "taak") or UUID(int=0))
    if duty is None:
        return ""
    owner = known.organisation(duty.owner_organisation_id)
    return f": {_lower(duty.kind)}" + (f" ({owner})" if owner else "")


def _lower(code: object) -> str:
    return str(code or "").replace("_", " ")


#: every `what` the casebook writes; a test reads the casebook and compares
SENTENCES: Mapping[str, Callable[[Mapping[str, Any], Known], str]] = {
    "gemeld": _reported,
    "aanmelding gecorrigeerd": _corrected,
    "bijlage toegevoegd": _attached,
    "besluit": _decided,
    "fase": _entered,
    "antwoord": _answered,
    "taak doorgegeven": _handed_on,
    "taken overgedragen": _handed_over,
    "taak toegewezen": _reassigned,
    "bericht opnieuw verzonden": _sent_again,
    "antwoord hersteld": _put_right,
    "termijn voorbij": _term_over,
    "termijn gewijzigd": _terms_moved,
    "termijn verlengd": _extended,
    "overgenomen": _taken_over,
    "casus naast": _beside,
    "nieuwe melding": _new_report,
    "overleg gepland": _convened,
    "overleg gehouden": _held,
    "op agenda gezet": _on_agenda,
    "overleg verzet": _moved,
    "van agenda gehaald": _off_agenda,
    "uitnodiging beantwoord": _replied,
    "herinnering": _reminded,
    "overgeslagen": _passed,
    "escalatie verzet": _set_back,
    "herinnerd": _nudged,
    "geescaleerd": _escalated,
    "afspraken toegevoegd": _added,
    "voortgang": _progressed,
    "derde voorgedragen": _guest("Incidentele derde voorgedragen voor het overleg"),
    "geheimhouding getekend": _guest("Geheimhoudingsverklaring getekend"),
    "derde uitgenodigd": _guest("Incidentele derde uitgenodigd voor het overleg"),
    "verstrekt aan derde": _guest("Informatie verstrekt aan een incidentele derde"),
    "informatie gevraagd": _requested,
    "doel toegevoegd": _aimed,
    "stand van doel": _goal_stands,
    "voorwaarde": _condition_settled,
    "overdracht aangeboden": _offered,
    "overdracht aanvaard": _accepted,
    "heraanmeldcriteria vastgelegd": _criteria,
    "escalatie gevraagd": _raised,
    "escalatie ingetrokken": _taken_back,
    "informatie toegevoegd": _supplied,
    "informatie gecorrigeerd": _corrected_item,
    "informatie ingetrokken": _withdrawn_item,
}
