"""What messages say: templates in Dutch and English, each written once and made into plain text and HTML.

Templates come from here only. A house adds plain sentences of its own at named places, and never a template. Nothing
in a message is about a person: the lines hold what `lines.py` lets through, and nothing else.
"""
