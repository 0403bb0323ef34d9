"""What an information item must say, and what a text should not: pure rules about what is supplied (R8-R13)."""

import re
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from models.itemwords import Category, Condition, Regime, SecrecyRoute, Sensitive

#: under professional secrecy: shared only along a recorded route (R11, WGS 2.29(2))
SECRET = frozenset({Regime.MEDICAL, Regime.YOUTH})
#: what tells where somebody can be found: hidden with a secret address
WHEREABOUTS = frozenset({Category.IDENTITY, Category.HOUSING})
#: the ground that the law gives for supplying under each regime, when the supplier names no other
GROUNDS: Mapping[Regime, str] = {
    Regime.AVG: "WGS 1.5, eerste lid",
    Regime.WPG: "WGS 1.5, tweede lid; Wpg 20, derde lid",
    Regime.WJSG: "WGS 1.5, tweede lid; Wjsg",
    Regime.MEDICAL: "WGS 2.29, tweede lid",
    Regime.YOUTH: "WGS 2.29, tweede lid",
}
#: shorter than this is a word that any text may hold
_TELLING = 12


def secrecy_errors(regime: Regime, route: SecrecyRoute | None, reason: str) -> list[tuple[str, str]]:
    """What is missing of the route along which a secret may be shared: (field of the command, what to do) (R11)."""
    if regime not in SECRET:
        wrong = route is not None or bool(reason.strip())
        return [("route", "hoort alleen bij gegevens onder medische of jeugdhulpgeheimhouding")] if wrong else []
    if route is None:
        return [("route", f"op welke grond wordt het geheim doorbroken? Kies uit: {', '.join(SecrecyRoute)}")]
    if route is SecrecyRoute.GOOD_CARE and not reason.strip():
        return [("route_reason", "waarom vraagt goed hulpverlenerschap hier om delen?")]
    return []


def circle_errors(
    category: Category, professional: str, *, has_subject: bool, life_domain: str
) -> list[tuple[str, str]]:
    """Of a professional only name and contact are kept, and not as somebody of the case (R10, WGS 2.30(1)(c))."""
    if not professional.strip():
        return []
    errors = []
    if has_subject:
        errors.append(("professional", "een beroepskracht is geen persoon van deze casus; noem er één van beide"))
    if category is not Category.IDENTITY or life_domain:
        errors.append(("category", f"van een beroepskracht alleen naam en contact: kies '{Category.IDENTITY}'"))
    return errors


def sensitive(texts: Iterable[str], terms: Mapping[Sensitive, Collection[str]]) -> list[Sensitive]:
    """What these texts seem to say that no field is for (R9). A warning, never more: nobody is held up by it."""
    whole = "\n".join(texts).casefold()
    return [kind for kind, words in terms.items() if any(_says(whole, one) for one in words)]


def _says(text: str, term: str) -> bool:
    wanted = term.strip().casefold()
    return bool(wanted) and re.search(rf"\b{re.escape(wanted)}", text) is not None


def repeats(text: str, source: str) -> bool:
    """Whether a text takes over a passage of another word for word: a sentence or a line, not a mere word."""
    whole = _plain(text)
    return any(part in whole for part in map(_plain, re.split(r"[.!?;\n]+", source)) if len(part) >= _TELLING)


def names_place(text: str, places: Iterable[str]) -> bool:
    """Whether a text names one of these addresses, schools or contact details, whatever the spaces and capitals."""
    whole = _plain(text)
    return any(_plain(one) in whole for one in places if len(_plain(one)) > 3)  # noqa: PLR2004 - a house number alone


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


#: special or criminal data: to a third party only when their supplier agrees (WGS 1.7(3), 2.31(11))
_DELICATE = frozenset({Category.HEALTH, Category.POLICE, Category.JUSTICE})
_GUARDED = SECRET | {Regime.WPG, Regime.WJSG}


def needs_consent(category: Category, regime: Regime) -> bool:
    """Whether a third party is given this only after its supplier agreed."""
    return category in _DELICATE or regime in _GUARDED


def goes_outside(
    conditions: Collection[str], excluded: Collection[UUID], only_for: Collection[UUID], organisation_id: UUID
) -> bool:
    """Whether the conditions of its supplier let an item go to this incidental third party (WGS 2.29(3), R13)."""
    kept = organisation_id in excluded or (bool(only_for) and organisation_id not in only_for)
    return Condition.NO_THIRD_PARTY not in conditions and not kept
