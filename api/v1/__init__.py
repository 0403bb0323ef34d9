"""The first version of the REST interface: one module per noun, Dutch on the wire, English in code.

Each route takes a `Work` of the kind that says who may use it, and hands a command to the casebook as it came in.
"""
