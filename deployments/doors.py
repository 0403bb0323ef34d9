"""The web application as a server starts it: built anew in each of its processes."""

import gc
from typing import TYPE_CHECKING

from api.app import create_app
from deployments.identity import ways_in
from deployments.settings import Settings
from models.transactions import Database

if TYPE_CHECKING:
    from fastapi import FastAPI


def application() -> "FastAPI":
    """The doors on the database of the settings, with a pool of connections of their own.

    What is loaded now stays until the process ends: no collection has to walk through it again, which one in twenty
    pages would wait for.
    """
    settings = Settings()
    made = create_app(Database(settings.database_web_url), ways_in(settings))
    gc.collect()
    gc.freeze()
    return made
