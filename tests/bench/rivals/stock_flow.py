"""A trivial flow for Prefect's stock process worker; Pols does as much in its own process."""

from prefect import flow


@flow(log_prints=False)
def trivial() -> None:
    """Do nothing."""
