"""The web application as a server starts it: built anew in each of its processes."""

import gc
import logging
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from api.app import create_app
from deployments.identity import ways_in
from deployments.settings import Settings
from models.brake import Brake
from models.transactions import Database

if TYPE_CHECKING:
    from fastapi import FastAPI

    from api.security_txt import SecurityContact

log = logging.getLogger("pols.doors")
SOON = timedelta(days=30)


def application() -> "FastAPI":
    """The doors on the database of the settings, with a pool of connections of their own.

    What is loaded now stays until the process ends: no collection has to walk through it again, which one in twenty
    pages would wait for.
    """
    settings = Settings()
    if settings.access_log:
        _log_access()
    database = Database(settings.database_web_url.get_secret_value())
    database.brake = Brake(settings.limits(), time.time)
    contact = settings.security_contact()
    _say_when_it_ends(contact)
    made = create_app(
        database, ways_in(settings), scan=settings.scan(), contact=contact, event_seal=settings.event_seal()
    )
    gc.collect()
    gc.freeze()
    return made


def _log_access() -> None:
    access = logging.getLogger("pols.access")
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    access.addHandler(handler)
    access.setLevel(logging.INFO)
    access.propagate = False


def _say_when_it_ends(contact: "SecurityContact | None") -> None:
    now = datetime.fromtimestamp(time.time(), UTC)
    if contact is not None and not contact.lasts(now, SOON):
        log.warning("security.txt: set POLS_SECURITY_EXPIRES between thirty days and a year from now")
