"""x."""
import time, asyncio
from tests import staging
from tests.conftest import Roving
async def test_profile(server, roving):
    t=time.perf_counter(); st = await staging.build(server); print("stage", time.perf_counter()-t)
    for strategy in ("WAL_LOG","FILE_COPY","WAL_LOG","FILE_COPY"):
        admin = await server.connect()
        t=time.perf_counter()
        for i in range(5): await admin.execute(f"CREATE DATABASE z{i} TEMPLATE {st.name} STRATEGY {strategy}")
        t2=time.perf_counter()
        for i in range(5): await admin.execute(f"DROP DATABASE z{i} WITH (FORCE)")
        print(strategy, (t2-t)/5, "drop", (time.perf_counter()-t2)/5)
        print(await admin.fetchval(f"select pg_size_pretty(pg_database_size('{st.name}'))"))
        await admin.close()
    t=time.perf_counter()
    for i in range(5):
        async with roving.copy_of(st.name) as d:
            await d.shift(1)
    print("copy_of", (time.perf_counter()-t)/5)
