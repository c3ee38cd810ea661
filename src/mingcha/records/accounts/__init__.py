"""Persons, their roles and what each role may do; sign-in. Decides nothing about footage."""
