"""Starting a worker: its pool, its Prefect client, its loops."""

from sqlalchemy.engine import make_url

from deployments.conductor import Conductor
from deployments.settings import Settings
from deployments.worker import Worker
from models import transactions
from models.transactions import Database


async def work(settings: Settings) -> None:
    """Work until told to stop."""
    url = settings.database_engine_url.get_secret_value()
    database = Database(url, pool_size=settings.worker_cases * 2 + 6)
    transactions.use(database)
    try:
        mark = f"pols:{make_url(url).database}"
        async with Conductor(record_tasks=settings.record_tasks, mark=mark) as conductor:
            await Worker(settings, conductor).run()
    finally:
        await database.close()
