"""`pols audit` and `pols ldv`: hand over the log and the records, and check that the log is whole."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from deployments.settings import Settings
from models.sealing import Checked

audit = typer.Typer(help="Het logboek: uitvoeren, controleren, ankers.", no_args_is_help=True)
ldv = typer.Typer(help="Logboek Dataverwerkingen.", no_args_is_help=True)

House = Annotated[str, typer.Option("--house", help="short name or id of a house; 'geen' for what belongs to none")]
Folder = Annotated[Path | None, typer.Option("--anchors", help="the folder with the anchors")]
Key = Annotated[Path | None, typer.Option("--public-key", help="the key the anchors were signed with")]


@audit.command("export")
def export_log(file: Path, house: House) -> None:
    """Write the log of a house to a file (JSON lines; compressed when its name ends in .gz)."""
    from deployments import oversight  # noqa: PLC0415 - each command loads only what it needs

    count = asyncio.run(oversight.export_log(Settings().database_engine_url.get_secret_value(), house, file))
    typer.echo(f"{count} regels uitgevoerd")


@audit.command()
def verify(
    file: Annotated[Path | None, typer.Argument(help="an export; without one, the database is checked")] = None,
    anchors: Folder = None,
    public_key: Key = None,
    database: Annotated[bool, typer.Option("--database", help="check the database itself")] = False,  # noqa: FBT002
    house: Annotated[str | None, typer.Option("--house", help="only this house (with --database)")] = None,
) -> None:
    """Check the log; ends with 1 when it is not whole."""
    from models import sealing  # noqa: PLC0415

    if (anchors is None) is not (public_key is None) or (file is None) is not database:
        raise typer.BadParameter("geef een bestand of --database; --anchors en --public-key horen bij elkaar")
    if file is not None:
        found = {sealing.chain_of(file) or "?": sealing.verify(file, anchors, public_key)}
    else:
        found = _in_database(house, anchors, public_key)
    for chain, checked in found.items():
        typer.echo(f"{chain}: {sealing.told(checked)}")
    raise typer.Exit(1 if any(one.found for one in found.values()) else 0)


def _in_database(house: str | None, anchors: Path | None, public_key: Path | None) -> dict[str, Checked]:
    from deployments import oversight  # noqa: PLC0415

    proof = oversight.Proof(anchors, public_key) if anchors and public_key else None
    return asyncio.run(oversight.check_log(Settings().database_engine_url.get_secret_value(), house, proof))


@audit.command("new-key")
def new_key(file: Path) -> None:
    """Make a key for the anchors (POLS_ANCHOR_KEY_FILE); refused when the file is there."""
    from deployments import anchors  # noqa: PLC0415

    anchors.new_key(file)


@audit.command("public-key")
def public_key() -> None:
    """Print what an auditor needs of the key of the anchors."""
    from deployments import anchors  # noqa: PLC0415

    key_file = Settings().anchor_key_file
    if key_file is None:
        raise typer.BadParameter("POLS_ANCHOR_KEY_FILE noemt geen sleutel")
    typer.echo(anchors.public_key(key_file).decode(), nl=False)


@ldv.command("export")
def export_processed(
    file: Path,
    house: House,
    since: Annotated[datetime | None, typer.Option("--from", help="from this moment (UTC)")] = None,
    until: Annotated[datetime | None, typer.Option("--to", help="before this moment (UTC)")] = None,
) -> None:
    """Write the records of what was processed about whom (JSON lines)."""
    from deployments import oversight  # noqa: PLC0415

    begin, end = (one.replace(tzinfo=UTC) if one else None for one in (since, until))
    count = asyncio.run(
        oversight.export_processed(Settings().database_engine_url.get_secret_value(), house, file, begin, end)
    )
    typer.echo(f"{count} records uitgevoerd")
