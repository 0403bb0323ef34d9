"""The doors: REST under `v1`, the workplace in the browser, sign-in.

A door reads the request, asks a lookup or calls a verb in one transaction, and says in Dutch what came of it. It knows
no SQL, no effects and no flows. Start at `app.create_app`; who may use a route stands in its signature (`signin`).
"""
