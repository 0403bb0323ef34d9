"""Systems of participants that hear of what happens: subscribed, tried out, told once more, ended."""

from uuid import UUID

from models import signing
from models.casebook.frame import audit
from models.credentials import Seal
from models.egress import place_of
from models.events import MOST, EventKind, Subscribe
from models.lookups import cases, people
from models.lookups import subscriptions as lookup
from models.policy import Policy
from models.refusals import AlreadySettled, FieldError, InvalidFields, NotPossible
from models.tables.base import new_id
from models.tables.events import EventDelivery, Subscription
from models.transactions import Work
from models.words import OrganisationKind

PARTICIPANTS = frozenset({OrganisationKind.LID1, OrganisationKind.LID2})


async def subscribe(work: Work, command: Subscribe, seal: Seal | None) -> tuple[Subscription, str]:
    """A subscription and the secret that signs what it hears, which is answered once.

    Raises NotFound, InvalidFields or NotPossible.
    """
    if seal is None or work.actor.house_id is None:
        raise NotPossible("Hier is geen sleutel voor gebeurtenissen ingesteld (POLS_EVENT_KEY_FILE).")
    organisation = (await people.organisations(work, [command.organisation_id]))[command.organisation_id]
    _, policy = await cases.house_policy(work, work.actor.house_id)
    wrong = _faults(command, organisation.kind, policy)
    if wrong:
        raise InvalidFields(wrong)
    there = await lookup.open_of(work, organisation.id)
    if command.url in {one.url for one in there}:
        raise AlreadySettled("Dit systeem is al geabonneerd; beëindig dat abonnement eerst.")
    if len(there) >= MOST:
        raise NotPossible(f"Een organisatie heeft ten hoogste {MOST} abonnementen.")
    secret = signing.new_secret()
    made = Subscription(
        id=new_id(), house_id=work.actor.house_id, organisation_id=organisation.id, url=command.url,
        kinds=list(command.kinds), secret=seal.close(secret), made_at=work.now, made_by=work.actor.person_id,
    )  # fmt: skip
    work.session.add(made)
    audit(work, "abonnement gemaakt", "abonnement", made.id, organisatie=organisation.id, soorten=sorted(made.kinds))
    return made, secret


def _faults(command: Subscribe, kind: OrganisationKind, policy: Policy) -> list[FieldError]:
    wrong = []
    if kind not in PARTICIPANTS:
        wrong.append(FieldError("organisatie", "is een deelnemer; een ander hoort niets van casussen"))
    place = place_of(command.url)
    if place is None:
        wrong.append(FieldError("adres", "is een https-adres met een naam, zonder gebruiker en zonder #"))
    elif place not in policy.webhook_hosts:
        wrong.append(FieldError("adres", f"is van een systeem dat het beleid van het huis toestaat; {place} niet"))
    return wrong


async def end(work: Work, subscription_id: UUID) -> None:
    """Nothing goes there any more, also not what was waiting. Raises NotFound, AlreadySettled."""
    found = await lookup.one_for_update(work, subscription_id)
    if found.ended_at is not None:
        raise AlreadySettled("Dit abonnement is al beëindigd.")
    found.ended_at, found.ended_by = work.now, work.actor.person_id
    audit(work, "abonnement beëindigd", "abonnement", found.id)


async def try_out(work: Work, subscription_id: UUID) -> UUID:
    """Send an event that says that nothing happened. Raises NotFound, AlreadySettled."""
    found = await lookup.one_for_update(work, subscription_id)
    if found.ended_at is not None:
        raise AlreadySettled("Dit abonnement is beëindigd.")
    event_id = new_id()
    work.write(EventDelivery, [{
        "id": event_id, "house_id": found.house_id, "subscription_id": found.id, "kind": EventKind.TRIAL,
        "about_id": found.id, "case_id": None, "happened_at": work.now, "next_try_at": work.now, "tries": 0,
    }])  # fmt: skip
    audit(work, "abonnement beproefd", "abonnement", found.id)
    return event_id


async def tell_again(work: Work, event_id: UUID) -> None:
    """Tell an event once more, also one that was given up: the same event with the same id.

    Raises NotFound, AlreadySettled or NotPossible.
    """
    found, ended = await lookup.delivery_for_update(work, event_id)
    if ended:
        raise AlreadySettled("Dit abonnement is beëindigd.")
    if found.dropped_at is not None:
        raise NotPossible("Deze organisatie is niet meer bij die casus betrokken en hoort er niets meer van.")
    found.next_try_at, found.tries = work.now, 0
    found.code = found.sent_at = found.gave_up_at = None
    audit(work, "gebeurtenis opnieuw bezorgd", "abonnement", found.subscription_id)
