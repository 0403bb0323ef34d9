"""One's own sessions and tokens."""

from sqlalchemy import or_, select

from models.lookups.paging import Page, Paged, Place, cut, keyset
from models.tables.people import ApiToken, Person, WebSession
from models.transactions import Work
from models.words import TokenScope


async def my_sessions(work: Work) -> list[WebSession]:
    """Where whoever asks is signed in, the newest first."""
    statement = select(WebSession).where(
        WebSession.person_id == work.actor.person_id, WebSession.expires_at > work.now
    ).order_by(WebSession.id.desc())  # fmt: skip
    return list(await work.session.scalars(statement))


async def tokens(work: Work, page: Page) -> Paged[tuple[ApiToken, str]]:
    """The tokens that are not revoked, with the name of who answers for each: one's own, and for the functional
    administrator those of systems (the database shows nobody else's)."""
    statement = (
        select(ApiToken, Person.name).join(Person, Person.id == ApiToken.person_id)
        .where(
            ApiToken.house_id == work.actor.house_id, ApiToken.revoked_at.is_(None),
            or_(ApiToken.person_id == work.actor.person_id, ApiToken.scope == TokenScope.REPORT),
        )
    )  # fmt: skip
    rows = await work.session.execute(keyset(statement, page, ApiToken.id, start=lambda place: (place.id,)))
    return cut([(token, name) for token, name in rows], page, lambda row: Place(row[0].id))
