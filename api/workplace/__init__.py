"""The workplace in the browser: what is stuck and on whom, my work, cases and their timeline. Dutch, server-rendered.

Start at `app.create_workplace`. Every page is one transaction (`visits`), every change a form with a token bound to the
session. No script, no style in the page, nothing from elsewhere. Words and dates are in `wording`.
"""
