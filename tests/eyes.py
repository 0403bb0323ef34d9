"""Everything that somebody can look at: every GET of the interface on every id there is, and every page."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import httpx2
from sqlalchemy import text

from api.app import create_v1
from api.openapi import document
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import AHouse

#: what is looked at in each collection, and for each other name in a path
_TABLES = {
    "casussen": "cases", "aanmeldingen": "referral", "overleggen": "meeting", "taken": "duty",
    "afspraken": "commitment", "derden": "guest", "doelen": "goal",
    "personen": "subject", "organisaties": "organisation",
    "abonnementen": "subscription", "bijlagen": "attachment",
    "hulpvragen": "support_question", "overlegreeksen": "meeting_series", "overlegdagen": "sitting", "huizen": "house",
    "{escalatieId}": "escalation", "{trajectId}": "trajectory", "{regelId}": "minute_line",
    "{besluitId}": "decision", "{informatieId}": "info_item", "{persoonId}": "subject",
}  # fmt: skip

Ids = Mapping[str, Sequence[str]]


async def ids_of(databases: Databases, house: AHouse) -> Ids:
    """Every id of a house, by where it stands in a path; read past all security."""
    connection = await databases.server.connect(database=databases.name)
    try:
        found = {}
        for place, table in _TABLES.items():
            column = "id" if table == "house" else "house_id"
            rows = await connection.fetch(f"SELECT id::text FROM {table} WHERE {column} = $1 ORDER BY id", house.id)
            found[place] = [row["id"] for row in rows]
        return found | {"{versie}": ["1"], "{nummer}": ["1"], "{datum}": ["2026-12-01"]} | {"{naam}": ["instroom"]}
    finally:
        await connection.close()


def addresses(ids: Ids) -> Iterator[str]:
    """Every address that can be read, with every id in every place."""
    for template, verbs in document(create_v1())["paths"].items():
        if "get" not in verbs:
            continue
        collection = template.split("/")[1]
        places = re.findall(r"\{\w+\}", template)
        for values in product(*(ids[collection if one == "{id}" else one] for one in places)):
            path = template
            for place, value in zip(places, values, strict=True):
                path = path.replace(place, value)
            yield path


async def seen(door: Door, who: str, ids: Ids) -> dict[str, httpx2.Response]:
    """What somebody is answered at every address of the interface."""
    return {path: await door.call("GET", path, who, params=_why(path)) for path in addresses(ids)}


def _why(path: str) -> dict[str, str]:
    """The log is read for a purpose."""
    of_the_log = path.endswith("/inzage") or path in {"/logboek", "/verwerkingen"}
    return {"doel": "rechtmatigheid"} if of_the_log else {}


async def tables_with(databases: Databases, role: str, words: str) -> set[str]:
    """The tables in which a role, without being anybody, finds these words, in whatever column it may read."""
    source = {"engine": databases.engine, "owner": databases.owner}[role]
    async with source.engine.connect() as connection:
        columns = await connection.execute(
            text("SELECT table_name, string_agg(quote_ident(column_name) || '::text', ', ') AS columns"
                 " FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'"
                 " AND has_column_privilege(quote_ident(table_name), column_name, 'SELECT') GROUP BY table_name")
        )  # fmt: skip
        hits = set()
        for table, listed in columns.all():
            where = text(f"SELECT EXISTS (SELECT FROM {table} WHERE concat_ws(' ', {listed}) ILIKE :words)")
            if await connection.scalar(where, {"words": f"%{words}%"}):
                hits.add(table)
        return hits
