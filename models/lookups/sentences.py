"""What the lines of a timeline say: one Dutch sentence for each code of the history."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from models import ladder
from models.clocks import AMSTERDAM, MONTHS
from models.ladder import Step
from models.phrases import Phrase, phrase, plain, word
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
    return phrase("Aanmelding ingediend, met spoed") if facts.get("spoed") else phrase("Aanmelding ingediend")


def _decided(facts: Mapping[str, Any], known: Known) -> str:
    decision = known.decisions.get(as_id(facts, "besluit") or UUID(int=0))
    what = word(facts.get("soort"))
    if decision and decision.triggered_by:
        return phrase("Besluit: {what} (vanzelf: {because})", what=what, because=decision.triggered_by)
    return phrase("Besluit: {what}", what=what)


def _entered(facts: Mapping[str, Any], _known: Known) -> str:
    return phrase("De casus is nu in de fase {phase}", phase=phrase(LABELS[Phase(facts["fase"])]))


def _answered(facts: Mapping[str, Any], known: Known) -> str:
    owner = known.organisation(as_id(facts, "organisatie")) or phrase("Iemand")
    by_phone = phrase(", telefonisch") if facts.get("telefonisch") else ""
    outcome = phrase(": {what}", what=word(facts["uitkomst"])) if facts.get("uitkomst") else ""
    return phrase(
        "{owner} antwoordde op '{what}'{outcome}{by_phone}", owner=owner, what=word(facts.get("soort")),
        outcome=outcome, by_phone=by_phone,
    )  # fmt: skip


def _requested(facts: Mapping[str, Any], known: Known) -> str:
    return phrase("Informatie gevraagd aan {who}", who=_who(facts, known, "een deelnemer"))


def _handed_on(facts: Mapping[str, Any], _known: Known) -> str:
    return phrase("De taak '{what}' is doorgegeven aan een collega", what=word(facts.get("soort")))


def _handed_over(facts: Mapping[str, Any], known: Known) -> str:
    count, leading = facts.get("aantal", 0), facts.get("leiding")
    duties = phrase("1 taak") if count == 1 else phrase("{count} taken", count=count) if count else None
    both = phrase("De leiding en {duties}", duties=duties) if duties else phrase("De leiding")
    who, to = known.person(as_id(facts, "van")), known.person(as_id(facts, "naar"))
    what = both if leading else duties or ""
    return phrase("{what} van {who} overgedragen aan {to}", what=what, who=who, to=to)


def _reassigned(facts: Mapping[str, Any], known: Known) -> str:
    why = word(facts.get("reden"))
    return phrase("De taak is toegewezen aan een ander ({why}){about}", why=why, about=_about(facts, known))


def _sent_again(facts: Mapping[str, Any], _known: Known) -> str:
    if facts.get("aan") == "contacten":
        return phrase("Bericht dat niet aankwam opnieuw verzonden, aan de collega's van de ontvanger")
    return phrase("Bericht dat niet aankwam opnieuw verzonden, aan dezelfde ontvanger")


def _put_right(facts: Mapping[str, Any], known: Known) -> str:
    owner, what = _who(facts, known, "De partner"), word(facts.get("soort"))
    return phrase("{owner} herstelde het telefonische antwoord op '{what}'", owner=owner, what=what)


def _term_over(facts: Mapping[str, Any], _known: Known) -> str:
    return phrase("De termijn van '{what}' is voorbij; er kwam geen antwoord", what=word(facts.get("soort")))


def _terms_moved(facts: Mapping[str, Any], _known: Known) -> str:
    count = facts.get("aantal", 0)
    moved = phrase("Een termijn is verzet") if count == 1 else phrase("{count} termijnen zijn verzet", count=count)
    why = facts.get("waarom") or phrase("het beleid is gewijzigd")
    return phrase("{moved}: {why}", moved=moved, why=why)


def _extended(facts: Mapping[str, Any], known: Known) -> str:
    return phrase("Termijn verlengd met {time}{about}", time=facts.get("met", ""), about=_about(facts, known))


def _taken_over(facts: Mapping[str, Any], known: Known) -> str:
    who = _who(facts, known, "De ontvanger")
    return phrase("{who} aanvaardde: {what}", who=who, what=word(facts.get("soort")))


def _beside(_facts: Mapping[str, Any], _known: Known) -> str:
    return phrase("Eigen casus gemaakt voor een tweede persoon uit dezelfde aanmelding")


def _new_report(_facts: Mapping[str, Any], _known: Known) -> str:
    return phrase("Nieuwe melding bij deze casus gebundeld")


def _convened(facts: Mapping[str, Any], known: Known) -> str:
    meeting = known.meetings.get(as_id(facts, "overleg") or UUID(int=0))
    if meeting is None:
        return phrase("Overleg gepland")
    local = meeting.starts_at.astimezone(AMSTERDAM)
    return phrase(
        "Overleg gepland op {day} {month} {year} om {time:%H:%M}", day=local.day, month=phrase(MONTHS[local.month - 1]),
        year=local.year, time=local,
    )  # fmt: skip


def _at(value: object) -> str:
    try:
        local = datetime.fromisoformat(str(value)).astimezone(AMSTERDAM)
    except ValueError:
        return ""
    return phrase(
        "{day} {month} {year} om {time:%H:%M}", day=local.day, month=phrase(MONTHS[local.month - 1]), year=local.year,
        time=local,
    )  # fmt: skip


def _on_agenda(facts: Mapping[str, Any], _known: Known) -> str:
    return phrase(
        "Op de agenda gezet van het {kind} van {at}",
        kind=phrase(str(facts.get("soort", "overleg"))),
        at=_at(facts.get("begin")),
    )


def _moved(facts: Mapping[str, Any], _known: Known) -> str:
    return phrase("Overleg van {was} verzet naar {at}", was=_at(facts.get("was")), at=_at(facts.get("begin")))


def _off_agenda(_facts: Mapping[str, Any], _known: Known) -> str:
    return phrase("Van de agenda gehaald; het overleg van die dag gaat voor deze casus niet door")


def _held(facts: Mapping[str, Any], _known: Known) -> str:
    count = facts.get("aanwezig", 0)
    if count == 1:
        return phrase("Overleg gehouden; 1 organisatie aanwezig")
    return phrase("Overleg gehouden; {count} organisaties aanwezig", count=count)


def _put_up(facts: Mapping[str, Any], _known: Known) -> str:
    return phrase("Verslag ter correctie voorgelegd (versie {version})", version=facts.get("versie", ""))


def _minutes_adopted(facts: Mapping[str, Any], _known: Known) -> str:
    return phrase("Verslag vastgesteld (versie {version})", version=facts.get("versie", ""))


def _replied(facts: Mapping[str, Any], known: Known) -> str:
    comes = {
        "komt_niet": phrase("{who} komt niet naar het overleg", who=_who(facts, known, "Een genodigde")),
        "misschien": phrase("{who} komt misschien naar het overleg", who=_who(facts, known, "Een genodigde")),
    }.get(str(facts.get("reactie")), phrase("{who} komt naar het overleg", who=_who(facts, known, "Een genodigde")))
    how = {"agenda": phrase("antwoord uit een agenda"), "telefoon": phrase("telefonisch")}.get(str(facts.get("hoe")))
    return phrase("{what} ({how})", what=comes, how=how) if how else comes


def _reminded(facts: Mapping[str, Any], known: Known) -> Phrase:
    try:
        step = phrase(ladder.explain(Step(str(facts.get("stap")))))
    except ValueError:
        step = phrase("Herinnering")
    return phrase("{what}{about}", what=step, about=_about(facts, known))


def _passed(facts: Mapping[str, Any], known: Known) -> str:
    what = _first_small(_reminded(facts, known))
    return phrase("Overgeslagen, want te laat om nog te versturen: {what}", what=what)


def _set_back(facts: Mapping[str, Any], known: Known) -> str:
    about = _about(facts, known)
    return phrase(
        "Escalatie verzet: er was een tijd niet herinnerd, en de eigenaar hoort het eerst{about}", about=about
    )


def _first_small(sentence: Phrase) -> Phrase:
    return Phrase(sentence[:1].lower() + sentence[1:], sentence.template, sentence.values, small=True)


def _nudged(facts: Mapping[str, Any], known: Known) -> str:
    return phrase("Met de hand herinnerd{about}", about=_about(facts, known))


def _escalated(facts: Mapping[str, Any], known: Known) -> str:
    return phrase("Bericht naar de {to}{about}", to=word(facts.get("aan")), about=_about(facts, known))


def _corrected(facts: Mapping[str, Any], _known: Known) -> str:
    return phrase("Aanmelding gecorrigeerd door de melder (versie {version})", version=facts.get("versie", ""))


def _attached(_facts: Mapping[str, Any], _known: Known) -> str:
    return phrase("Bijlage aan de aanmelding toegevoegd")


def _added(facts: Mapping[str, Any], _known: Known) -> str:
    count = facts.get("aantal", 0)
    if count == 1:
        return phrase("1 afspraak aan het plan toegevoegd")
    return phrase("{count} afspraken aan het plan toegevoegd", count=count)


def _aimed(_facts: Mapping[str, Any], _known: Known) -> str:
    return phrase("Doel aan het plan toegevoegd")


def _goal_stands(facts: Mapping[str, Any], known: Known) -> str:
    state = phrase(": {what}", what=word(facts.get("stand"))) if known.reads else ""
    return phrase("Stand van een doel vastgelegd{state}", state=state)


def _condition_settled(facts: Mapping[str, Any], known: Known) -> str:
    if not known.reads:
        return phrase("Voorwaarde van een afspraak beoordeeld")
    if facts.get("ingetreden"):
        return phrase("Voorwaarde van een afspraak ingetreden; de afspraak loopt nu")
    return phrase("Voorwaarde van een afspraak niet ingetreden; de afspraak vervalt")


def _progressed(facts: Mapping[str, Any], known: Known) -> str:
    state = phrase(": {what}", what=word(facts.get("stand"))) if known.reads else ""
    return phrase("Voortgang van een afspraak gemeld{state}", state=state)


def _supplied(facts: Mapping[str, Any], known: Known) -> str:
    return phrase("Informatie aangeleverd door {who}", who=_who(facts, known, "een deelnemer"))


def _corrected_item(facts: Mapping[str, Any], known: Known) -> str:
    return phrase("Informatie gecorrigeerd door {who}", who=_who(facts, known, "een deelnemer"))


def _withdrawn_item(facts: Mapping[str, Any], known: Known) -> str:
    return phrase("Informatie ingetrokken door {who}", who=_who(facts, known, "een deelnemer"))


def _guest(said: str) -> Callable[[Mapping[str, Any], Known], str]:
    def say_it(facts: Mapping[str, Any], known: Known) -> str:
        return phrase("{what} ({who})", what=phrase(said), who=_who(facts, known, "een incidentele derde"))

    return say_it


def _offered(facts: Mapping[str, Any], known: Known) -> str:
    return phrase("Overdracht aangeboden aan {who}", who=_who(facts, known, "de ontvanger"))


def _accepted(facts: Mapping[str, Any], known: Known) -> str:
    return phrase("Overdracht aanvaard door {who}", who=_who(facts, known, "een partij buiten Pols"))


def _criteria(facts: Mapping[str, Any], _known: Known) -> str:
    count = facts.get("aantal", 0)
    if count == 1:
        return phrase("1 heraanmeldcriterium vastgelegd")
    return phrase("{count} heraanmeldcriteria vastgelegd", count=count)


def _raised(facts: Mapping[str, Any], _known: Known) -> str:
    return phrase("Geëscaleerd naar trede {rung}: {name}", rung=facts.get("trede", ""), name=facts.get("naam", ""))


def _taken_back(facts: Mapping[str, Any], _known: Known) -> str:
    return phrase("Escalatie naar {name} ingetrokken", name=facts.get("naam", ""))


def _about(facts: Mapping[str, Any], known: Known) -> str:
    duty = known.duties.get(as_id(facts, "taak") or UUID(int=0))
    if duty is None:
        return ""
    owner = known.organisation(duty.owner_organisation_id)
    if not owner:
        return phrase(": {what}", what=word(duty.kind))
    return phrase(": {what} ({owner})", what=word(duty.kind), owner=owner)


def _who(facts: Mapping[str, Any], known: Known, otherwise: str) -> str:
    return known.organisation(as_id(facts, "organisatie")) or phrase(otherwise)


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
    "verslag ter correctie": _put_up,
    "verslag vastgesteld": _minutes_adopted,
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
