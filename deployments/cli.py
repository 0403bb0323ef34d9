"""The `pols` command: one verb per process and per thing an operator does."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from deployments.audit_cli import audit, ldv
from deployments.audit_cli import verify as check
from deployments.people import person
from deployments.settings import Settings

app = typer.Typer(
    help="Pols: het zaaksysteem van een Zorg- en Veiligheidshuis.", no_args_is_help=True,
    pretty_exceptions_enable=False,  # they show local variables, secrets among them
)  # fmt: skip
app.add_typer(audit, name="audit")
app.add_typer(ldv, name="ldv")
app.add_typer(person, name="person")


def _until_signal(work: Coroutine[Any, Any, None]) -> None:
    """Run until the work ends or somebody says stop (Ctrl-C, SIGTERM); then wind down in order."""

    async def run() -> None:
        task = asyncio.ensure_future(work)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(run())


@app.command()
def migrate() -> None:
    """Bring the case database to the newest step (as pols_owner)."""
    from models.migrations import migrate as bring  # noqa: PLC0415 - each command loads only what it needs

    asyncio.run(bring(Settings().database_owner_url.get_secret_value()))


@app.command()
def api(
    host: str = "127.0.0.1", port: int = 8080,
    processes: Annotated[int, typer.Option(min=1, help="as many as there are cores to spare for it")] = 1,
) -> None:  # fmt: skip
    """Serve the doors: REST and workplace."""
    from deployments.serving import serve  # noqa: PLC0415

    serve(Settings(), host=host, port=port, processes=processes)


@app.command()
def worker() -> None:
    """Conduct cases, send reminders and mail, erase, seal, heal."""
    from deployments.conduct import work  # noqa: PLC0415

    _until_signal(work(Settings()))


@app.command()
def engine(home: Path) -> None:
    """Start and watch the Prefect server on loopback, on the database of POLS_DATABASE_PREFECT_URL."""
    from deployments.prefect_server import PrefectServer  # noqa: PLC0415

    async def watch() -> None:
        url = Settings().database_prefect_url.get_secret_value()
        server = await PrefectServer.start(database_url=url, home=home)
        typer.echo(server.api_url)
        try:
            await asyncio.Event().wait()
        finally:
            await server.stop()

    _until_signal(watch())


@app.command()
def run(port: int = 8080) -> None:
    """Start everything on this machine, without demonstration data."""
    from deployments.demo import run_stack  # noqa: PLC0415

    _until_signal(run_stack(Settings().state / "run", port, demo=False))


@app.command()
def demo(port: int = 8080) -> None:
    """Start everything with a fictional house and people to try out."""
    from deployments.demo import run_stack  # noqa: PLC0415

    _until_signal(run_stack(Settings().state / "demo", port, demo=True))


@app.command()
def setup(file: Annotated[Path, typer.Argument(help="a house, its organisations and people, as JSON")]) -> None:
    """Found a house and designate its people (as pols_owner); prints each API token once."""
    from deployments.founding import found  # noqa: PLC0415

    url = Settings().database_owner_url.get_secret_value()
    made = asyncio.run(found(url, file.read_text(encoding="utf-8")))
    for email, token in made.items():
        typer.echo(f"{email}\t{token}")


@app.command()
def account(
    email: str,
    house: Annotated[str, typer.Option("--huis", help="short name, when several houses know the address")] = "",
) -> None:  # fmt: skip
    """Invite somebody to a local account (as pols_owner); what they had ends. Prints the code once."""
    from deployments.identity import invite  # noqa: PLC0415
    from models.refusals import Refusal  # noqa: PLC0415

    settings = Settings()
    try:
        code = asyncio.run(invite(settings.database_owner_url.get_secret_value(), email, house))
    except Refusal as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{settings.base_url.rstrip('/')}/aanmelden/account\t{code}")


@app.command()
def clock(seconds: int) -> None:
    """Move the process clock (tests and demonstrations; refused in production)."""
    from deployments.founding import shift_clock  # noqa: PLC0415

    settings = Settings()
    asyncio.run(shift_clock(settings.database_owner_url.get_secret_value(), seconds, production=settings.production))


@app.command()
def status(
    most: Annotated[int, typer.Option("--most", min=1, help="seconds that something may wait")] = 600,
) -> None:  # fmt: skip
    """Say how much reminders, mail, cases and the log are behind (as pols_engine); ends with 1 when something is."""
    from deployments import status as behind  # noqa: PLC0415

    found = asyncio.run(behind.measured(Settings().database_engine_url.get_secret_value()))
    for lag in found:
        typer.echo(behind.told(lag))
    raise typer.Exit(1 if behind.is_behind(found, timedelta(seconds=most)) else 0)


@app.command()
def doctor() -> None:
    """Say whether every house stands as it should, and whether mail can go out; ends with 1 when something is wrong."""
    from deployments.doctor import examined  # noqa: PLC0415

    lines, wrong = asyncio.run(examined(Settings()))
    for line in lines:
        typer.echo(line)
    raise typer.Exit(1 if wrong else 0)


@app.command()
def channels() -> None:
    """Check the file of the channels (POLS_CHANNELS_FILE) and say which there are; ends with 1 when it is wrong."""
    try:
        found = Settings().outside()
    except ValueError as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(1) from None
    for name in found.names():
        typer.echo(name)


@app.command()
def event_key(file: Annotated[Path, typer.Argument(help="a new file, for POLS_EVENT_KEY_FILE")]) -> None:
    """Make a key that seals the secrets of subscribed systems; refused when the file is there."""
    from deployments.secret_files import write_new  # noqa: PLC0415
    from models.credentials import Seal  # noqa: PLC0415

    try:
        write_new(file, Seal.new_key())
    except FileExistsError:
        raise typer.BadParameter("this file is there already") from None


@app.command()
def verify() -> None:
    """Check the log of every house in the database (as `pols audit verify --database`)."""
    check(database=True)


def main() -> None:
    """Entry point of the `pols` command."""
    app()


if __name__ == "__main__":
    main()
