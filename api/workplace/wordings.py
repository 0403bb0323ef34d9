"""What the house says itself in its messages: looking at a message, changing the words, and keeping them as policy."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workplace.pages import back, page
from api.workplace.visits import Visit, visiting
from models.casebook import policies
from models.lookups import cases
from models.lookups.preferences import sample
from models.messages import Language, MessageKind
from models.policy import OwnText, Policy
from models.refusals import FieldError, InvalidFields, NotAllowed, NotSignedIn, Outdated
from models.texts.own import Place
from models.texts.rendering import Rendered
from models.texts.vocabulary import DUTCH
from models.words import Role

#: what a message looks like when the words are for all of them
_ANY = MessageKind.QUESTION
LABELS = {
    Place.OPENING: "Opening, na wat er wordt gevraagd", Place.CLOSING: "Afsluiting",
    Place.SIGNATURE: "Ondertekening (anders de naam van het huis)",
    Place.PHONE_HOURS: "Wanneer de procesregisseur te bellen is, achter het nummer",
}  # fmt: skip


async def look(request: Request) -> Response:
    """A message as it goes now, with the words of the house beside it."""
    async with visiting(request) as visit:
        kind, language, of_house = _asked(dict(request.query_params))
        _version, policy = await _policy(visit)
        return await _shown(request, visit, kind, language, policy, of_house=of_house)


async def change(request: Request) -> Response:
    """Look how a message would be with other words, or keep them."""
    async with visiting(request) as visit:
        asked = {name: visit.field(name) for name in ("bericht", "taal", "voor")}
        kind, language, of_house = _asked(asked)
        version, policy = await _policy(visit)
        wanted = policy.model_copy(update={"own_texts": _replaced(visit, policy, kind, language)})
        if visit.field("doe") != "bewaar":
            return await _shown(request, visit, kind, language, wanted, of_house=of_house, tried=True)
        if visit.field("versie") != str(version):
            raise Outdated("Het beleid is intussen gewijzigd; open de pagina opnieuw en pas daarna aan.")
        assert visit.actor.house_id is not None  # noqa: S101 - there is a policy
        await policies.set_policy(visit.work, visit.actor.house_id, version + 1, wanted)
    return back("/teksten", "bewaard")


def _asked(given: dict[str, str]) -> tuple[MessageKind | None, Language, bool]:
    """Of which message, in which language and for whom; what is no such word is a slip of the address."""
    kind, language = given.get("bericht", ""), given.get("taal", "") or Language.DUTCH
    if (kind and kind not in set(MessageKind)) or language not in set(Language):
        raise InvalidFields([FieldError("bericht", "kies een bericht en een taal uit de lijst")])
    return MessageKind(kind) if kind else None, Language(language), given.get("voor") == "huis"


async def _policy(visit: Visit) -> tuple[int, Policy]:
    if not visit.actor.has(Role.MANAGER, Role.ADMINISTRATOR):
        raise NotAllowed("De teksten van het huis bepaalt de manager of de functioneel beheerder.")
    if visit.actor.house_id is None:
        raise NotSignedIn
    return await cases.house_policy(visit.work, visit.actor.house_id)


def _replaced(visit: Visit, policy: Policy, kind: MessageKind | None, language: Language) -> tuple[OwnText, ...]:
    """The words of the house, with those of this form in place of what was there."""
    others = [one for one in policy.own_texts if (one.kind, one.language) != (kind, language)]
    given = {place: visit.field(place).replace("\r\n", "\n") for place in Place}
    if too_long := [place for place, text in given.items() if len(text) > 2_000]:  # noqa: PLR2004 - as the policy holds
        raise InvalidFields([FieldError(place, "is te lang") for place in too_long])
    made = [
        OwnText(place=place, language=language, kind=kind, text=text) for place, text in given.items() if text
    ]  # fmt: skip
    return (*others, *made)


async def _shown(
    request: Request, visit: Visit, kind: MessageKind | None, language: Language, policy: Policy, *, of_house: bool,
    tried: bool = False,
) -> Response:  # fmt: skip
    made = await _sample(visit, kind or _ANY, language, policy, of_house=of_house)
    version, _kept = await _policy(visit)
    own = {one.place: one.text for one in policy.own_texts if (one.kind, one.language) == (kind, language)}
    facts: dict[str, Any] = {
        "bericht": kind, "taal": language, "voor": "huis" if of_house else "partner", "versie": version, "eigen": own,
        "plaatsen": LABELS, "soorten": DUTCH.subjects, "voorbeeld": made, "probeert": tried,
    }  # fmt: skip
    return page(request, visit, "teksten.html", **facts)


async def _sample(visit: Visit, kind: MessageKind, language: Language, policy: Policy, *, of_house: bool) -> Rendered:
    if visit.actor.house_id is None:
        raise NotSignedIn
    return await sample(visit.work, visit.actor.house_id, kind, language, of_house=of_house, own_texts=policy.own_texts)


ROUTES = (Route("/teksten", look), Route("/teksten", change, methods=["POST"]))
