"""Requests to see, copy or take over: organs, persons, emergencies; decisions with reasons, and grants."""
