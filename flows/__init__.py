"""Order and time: how a case is conducted. One file per phase, and `case` that strings them together.

A flow decides nothing: transactions wrote the facts and left journal entries; the flow does what is open, in order,
and rests. It holds no SQL and speaks to nobody but the tasks.
"""
