"""Effects: one thing each, safe to run twice; ids in, nothing out.

A journalled task takes up an open journal entry, acts, and closes the entry in the transaction of its effect. One that
fails leaves a code on the entry and raises nothing into Prefect: the retry is a wake.
"""
