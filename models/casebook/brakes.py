"""What the brakes of all processes know of each other, and the alarm when somebody reads too much."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import text

from models.actors import ANONYMOUS
from models.brake import READING, Brake, Count
from models.casebook import outbox
from models.casebook.frame import audit
from models.lookups import cases, people
from models.refusals import ReadTooMuch
from models.transactions import Database, become, unit_of_work

_SHARE = text("""
    SELECT who, what, extract(epoch FROM until)::float8 AS until, times
    FROM pols_brake(CAST(:who AS bytea[]), CAST(:what AS bytea[]), CAST(:until AS float8[]), CAST(:times AS integer[]))
""")


async def share(brake: Brake, database: Database) -> None:
    """Tell the other processes what was counted here, and learn what they counted; the amounts of houses with it."""
    fresh = brake.tally.take()
    wanted = brake.houses_to_ask()
    if not fresh and not wanted:
        return
    async with unit_of_work(ANONYMOUS, database) as work:
        rows = await work.session.execute(_SHARE, _columns(fresh))
        brake.tally.learn(Count(bytes(row.who), bytes(row.what), row.until, row.times) for row in rows)
        for house_id in wanted:
            there = await become(work, replace(work.actor, house_id=house_id))
            _, policy = await cases.house_policy(there, house_id)
            brake.house_says(house_id, policy.most_cases_read)


def _columns(counts: Sequence[Count]) -> dict[str, list[object]]:
    return {name: [getattr(one, name) for one in counts] for name in ("who", "what", "until", "times")}


async def alarm(refusal: ReadTooMuch, database: Database) -> bool:
    """Log that somebody opened too many cases and tell the privacy officers: once in ten minutes for each person.

    A transaction of its own, since the one that was refused is gone. Answers whether it sounded.
    """
    actor = refusal.actor
    if database.brake is None or actor.person_id is None or actor.house_id is None:
        return False
    if not database.brake.first_alarm(actor.person_id):
        return False
    async with unit_of_work(actor, database) as work:
        audit(
            work, "massaal gelezen", "persoon", actor.person_id, result="geweigerd", casussen=refusal.most,
            minuten=READING // 60,
        )  # fmt: skip
        part = int(work.now.timestamp()) // READING
        await outbox.post(
            work, await people.privacy_officers(work), house_id=actor.house_id, template="massaal_gelezen",
            key=_key(actor.person_id, part), case_id=None, lines=[{"casus": "", "casussen": refusal.most}],
        )  # fmt: skip
    return True


def _key(person_id: UUID, part: int) -> str:
    return f"massaal_gelezen:{person_id}:{part}"
