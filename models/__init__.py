"""The domain of Pols: what a case is and what may happen next.

Pure modules hold the rules (process, clocks, ladder, stalled, visibility); tables keep the facts; `casebook` is the
only package that writes and `lookups` the only one that selects. It knows no engine, no web and no mail.
"""
