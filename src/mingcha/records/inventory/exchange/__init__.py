"""The file in which a whole site goes in and out: its tables and columns, reading and writing it. Pure: no database."""
