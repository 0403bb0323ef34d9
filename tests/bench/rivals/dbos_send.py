"""DBOS: durable workflows that wait for a message and then do one step, which writes one row.

Usage: python dbos_send.py URL WORKFLOWS. Measured with sync and with async workflows, eight senders at a time, from the
first send until the last step is done; the last write of a workflow, its own end, is not waited for.
"""

import asyncio
import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg_pool
from dbos import DBOS, DBOSConfig

SENDERS = 8
URL, COUNT = sys.argv[1], int(sys.argv[2])
TABLE = "CREATE TABLE IF NOT EXISTS decided (id bigserial PRIMARY KEY, body text)"
INSERT = "INSERT INTO decided (body) VALUES (%s)"

config: DBOSConfig = {
    "name": "bench",
    "system_database_url": URL,
    "log_level": "ERROR",
    "max_executor_threads": COUNT + 64,
}
DBOS(config=config)
pool = psycopg_pool.ConnectionPool(URL, min_size=4, max_size=8, open=False)
async_pool = psycopg_pool.AsyncConnectionPool(URL, min_size=4, max_size=8, open=False)
counting, all_done = threading.Lock(), threading.Event()
done: list[str] = []


def finished(body: str) -> None:
    """One workflow has done its step."""
    with counting:
        done.append(body)
        if len(done) == COUNT:
            all_done.set()


@DBOS.step()
def write(body: str) -> None:
    """Write one row."""
    with pool.connection() as connection:
        connection.execute(INSERT, (body,))


@DBOS.step()
async def write_async(body: str) -> None:
    """Write one row."""
    async with async_pool.connection() as connection:
        await connection.execute(INSERT, (body,))


@DBOS.workflow()
def wait() -> None:
    """Wait for the message, in a thread."""
    body = DBOS.recv("decided", timeout_seconds=300)
    write(body)
    finished(body)


@DBOS.workflow()
async def wait_async() -> None:
    """Wait for the message, as a coroutine."""
    body = await DBOS.recv_async("decided", timeout_seconds=300)
    await write_async(body)
    finished(body)


def measure() -> float:
    """Workflows per second with plain functions."""
    ids = [DBOS.start_workflow(wait).workflow_id for _ in range(COUNT)]
    all_done.wait(2.0)  # until every workflow waits
    began = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as senders:
        list(senders.map(lambda one: DBOS.send(one, "yes", topic="decided"), ids))
    all_done.wait(300)
    return COUNT / (time.perf_counter() - began)


async def measure_async() -> float:
    """Workflows per second with coroutines."""
    async with async_pool:
        waiting = [(await DBOS.start_workflow_async(wait_async)).workflow_id for _ in range(COUNT)]
        await asyncio.sleep(2.0)  # until every workflow waits

        async def sender() -> None:
            while waiting:
                await DBOS.send_async(waiting.pop(), "yes", topic="decided")

        began = time.perf_counter()
        await asyncio.gather(*(sender() for _ in range(SENDERS)))
        await asyncio.to_thread(all_done.wait, 300)
        took = time.perf_counter() - began
        await asyncio.sleep(0.5)  # the pool is still in use while the last step returns
    return COUNT / took


def main() -> None:
    """Measure both ways and print them."""
    with pool:
        with pool.connection() as connection:
            connection.execute(TABLE)
        DBOS.launch()
        figures = {"sync": measure()}
        done.clear()
        all_done.clear()
        figures["async"] = asyncio.run(measure_async())
        DBOS.destroy()
    print(json.dumps(figures))  # noqa: T201


if __name__ == "__main__":
    main()
