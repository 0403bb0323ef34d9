"""The verbs: the only package that writes. A verb takes a unit of work and never commits.

Start reading at `decisions.decide` (what a decision does), `duties` (how something owed opens and ends) and
`answers.answer` (how it is answered).
"""
