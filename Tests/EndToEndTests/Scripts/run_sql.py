"""Runs one statement through Python's sqlite3 with the extension: run_sql.py DATABASE EXTENSION STATEMENT.

Writes the rows as a JSON list of objects."""
import json
import sqlite3
import sys

database, extension, statement = sys.argv[1:]
connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
connection.enable_load_extension(True)
connection.load_extension(extension)
connection.row_factory = sqlite3.Row
rows = [dict(row) for row in connection.execute(statement)]
connection.close()
json.dump(rows, sys.stdout)
