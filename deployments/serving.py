"""How a process serves the doors: uvicorn, as we set it."""

from typing import Any

import uvicorn

from deployments.settings import Settings

APPLICATION = "deployments.doors:application"


def served(settings: Settings) -> dict[str, Any]:
    """What uvicorn is told wherever it serves the doors."""
    return {
        "access_log": False, "server_header": False, "log_level": "warning", "http": "deployments.patience:Patient",
        "ws": "none", "lifespan": "off", "limit_concurrency": settings.connections, "timeout_keep_alive": 5,
        "forwarded_allow_ips": settings.proxies,
    }  # fmt: skip


def serve(settings: Settings, *, host: str, port: int, processes: int, application: str = APPLICATION) -> None:
    """Serve until somebody says stop; each process makes the application anew."""
    uvicorn.run(application, factory=True, host=host, port=port, workers=processes, **served(settings))
