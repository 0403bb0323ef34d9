"""Founding a house and designating people; the operator does this, as the owner of the database."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from models.policy import Policy, must_read_well
from models.refusals import FieldError, InvalidFields, NotAllowed
from models.tables.base import new_id
from models.tables.people import ApiToken, House, HousePolicy, Organisation, Person
from models.transactions import Work
from models.words import OrganisationKind, Role

#: what the ladders are called where they are filled in
_FIELDS = {"ladders": "ladders", "urgent_ladders": "spoedladders"}
TOKEN_PREFIX = "pols_"  # noqa: S105 - how an API token begins; what does not is no token, but perhaps a session


def hashed(secret: str) -> bytes:
    """What is kept of a token or session: its SHA-256. The secret has 256 random bits, so no salt is needed."""
    return hashlib.sha256(secret.encode()).digest()


def found_house(work: Work, name: str, slug: str) -> tuple[House, Organisation]:
    """A house and its own organisation."""
    house = House(id=new_id(), name=name, slug=slug)
    itself = Organisation(id=new_id(), house_id=house.id, kind=OrganisationKind.HOUSE, name=name)
    work.session.add_all([house, itself])
    return house, itself


def add_organisation(work: Work, house_id: UUID, name: str, kind: OrganisationKind, task: str = "") -> Organisation:
    """A participant or an incidental third party."""
    made = Organisation(id=new_id(), house_id=house_id, kind=kind, name=name, task=task)
    work.session.add(made)
    return made


def designate(
    work: Work, organisation: Organisation, name: str, email: str, roles: Sequence[Role], *, valid_until: date,
    phone: str | None = None,
) -> Person:  # fmt: skip
    """Designate somebody (WGS 1.8(2)); screening and training are valid until the day given (R6)."""
    made = Person(
        id=new_id(), house_id=organisation.house_id, organisation_id=organisation.id, name=name, email=email,
        roles=[str(role) for role in roles], screened_until=valid_until, trained_until=valid_until, phone=phone,
    )  # fmt: skip
    work.session.add(made)
    return made


def issue_token(work: Work, person: Person, *, lasts: timedelta = timedelta(days=365)) -> str:
    """A new API token; answered once, never stored."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    work.session.add(
        ApiToken(
            id=new_id(), house_id=person.house_id, person_id=person.id, token_hash=hashed(secret), made_at=work.now,
            expires_at=work.now + lasts,
        )
    )  # fmt: skip
    return secret


def must_be_sound(policy: Policy) -> None:
    """The ladders of a policy can be climbed, and its texts be said. Raises InvalidFields."""
    if wrong := policy.ladder_faults():
        raise InvalidFields([FieldError(_FIELDS[field] + where, why) for field, where, why in wrong])
    must_read_well(policy)


def set_policy(work: Work, house_id: UUID, version: int, policy: Policy, reason: str = "") -> HousePolicy:
    """A new version of the policy; it counts for what opens from now. Raises NotAllowed or InvalidFields."""
    actor = work.actor
    if actor.person_id is not None and not actor.has(Role.ADMINISTRATOR, Role.MANAGER):
        raise NotAllowed("Het beleid stelt de manager of de functioneel beheerder vast.")
    must_be_sound(policy)
    made = HousePolicy(
        house_id=house_id, version=version, body=policy.model_dump(mode="json"), set_at=work.now,
        set_by=actor.person_id, reason=reason,
    )  # fmt: skip
    work.session.add(made)
    return made
