"""`make demo` and `make run`: start everything, show progress, fill a fictional house through the real API, wait."""

import asyncio
import json
import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path

from deployments import demo_fill
from deployments.founding import caught_up, found, shift_clock
from deployments.prefect_server import free_port, is_free
from deployments.stack import Stack

ACCOUNTS, FILLING = "accounts.json", "filling"
MAIL_PORT = 8025


async def run_stack(state: Path, port: int, *, demo: bool) -> None:
    """Start the stack and keep it until told to stop; `demo` fills it the first time. A second start keeps the data."""
    began = time.monotonic()
    if not is_free(port):
        _say(f"Poort {port} is bezet. Kies een andere: make demo PORT={port + 1}")
        return
    _forget_half_a_fill(state)
    _say("PostgreSQL start...")
    stack = await Stack.begin(state)
    try:
        await stack.catch_mail(http_port=MAIL_PORT if is_free(MAIL_PORT) else free_port())
        await stack.serve(port)
        _say(f"Pols staat klaar op {stack.base_url} (na {time.monotonic() - began:.1f} s); de motor start nog...")
        await stack.start_engine()
        await stack.start_worker()
        _say(f"De motor draait (na {time.monotonic() - began:.1f} s).")
        if demo:
            await _fill(stack)
        _tell(stack, demo=demo)
        await asyncio.Event().wait()
    finally:
        _say("Alles wordt gestopt...")
        await stack.stop()


async def _fill(stack: Stack) -> None:
    """Only once: the accounts file says that it was done."""
    owner_url = stack.server.url("pols_owner", stack.database)
    accounts = stack.state / ACCOUNTS
    if accounts.exists():
        return
    (stack.state / FILLING).touch()
    plan = (Path(__file__).parent / "demo_house.json").read_text(encoding="utf-8")
    tokens = await found(owner_url, plan, lasts=timedelta(days=3650))  # whoever tries it out moves the clock

    async def move(seconds: float) -> datetime:
        await caught_up(stack.server.url("pols_engine", stack.database))
        return await shift_clock(owner_url, int(seconds), production=False)

    _say("Een fictief huis wordt gevuld, door de API (anderhalve minuut)...")
    count = await demo_fill.fill(stack.base_url, tokens, move, _say)
    kept = accounts.with_suffix(".new")
    kept.touch(mode=0o600)
    kept.write_text(json.dumps(tokens, indent=2), encoding="utf-8")
    kept.rename(accounts)
    (stack.state / FILLING).unlink()
    _say(f"{count} casussen staan klaar.")


def _forget_half_a_fill(state: Path) -> None:
    """A fill that was broken off left half a house and a clock in the past: begin anew."""
    if (state / FILLING).exists():
        _say("Het vullen is de vorige keer afgebroken; we beginnen opnieuw.")
        shutil.rmtree(state)


def _tell(stack: Stack, *, demo: bool) -> None:
    _say(f"Pols:  {stack.base_url}")
    if stack.mail is not None:
        _say(f"Mail:  {stack.mail.http_url}")
    if demo:
        tokens = json.loads((stack.state / ACCOUNTS).read_text(encoding="utf-8"))
        _say("Aanmelden kan met een token van:")
        for email, token in tokens.items():
            _say(f"  {email.partition('@')[0]:<14} {token}")
    _say("Ctrl-C stopt alles; de gegevens blijven bewaard.")


def _say(line: str) -> None:
    print(line, flush=True)
