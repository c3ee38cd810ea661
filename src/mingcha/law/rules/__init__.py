"""One module per question. Each `decide(regime, facts)` is pure: it reads entries, never a number of its own.

A rule that needs a fact the facts do not give says so in its docstring and in docs/law/readings.md.
"""
