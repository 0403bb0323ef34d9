"""The web application as a server starts it: built anew in each of its processes."""

import gc
from typing import TYPE_CHECKING

from api.app import create_app
from deployments.settings import Settings
from models.transactions import Database

if TYPE_CHECKING:
    from fastapi import FastAPI


def application() -> "FastAPI":
    """The doors on the database of the settings, with a pool of connections of their own.

    What is loaded now stays until the process ends: no collection has to walk through it again, which one in twenty
    pages would wait for.
    """
    made = create_app(Database(Settings().database_web_url))
    gc.collect()
    gc.freeze()
    return made
