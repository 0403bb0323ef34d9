"""How Pols runs.

The embedded stack for trying out and testing, the worker, the command line and the Prefect deployments. The only folder
that starts processes and reads the environment. It may import everything; nothing imports it.
"""
