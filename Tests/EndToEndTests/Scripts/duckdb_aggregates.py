"""Asks DuckDB ten questions about an exported CSV: duckdb_aggregates.py FILE.

Writes a list of answers, each a list of rows. The questions are those of DuckDBTests, in DuckDB's words."""
import json
import sys

import duckdb

QUESTIONS = [
    "SELECT count(*), count(DISTINCT trace_id) FROM spans",
    "SELECT service, count(*) FROM spans GROUP BY service ORDER BY service",
    "SELECT node, node_source, sum(duration_ns) FROM spans GROUP BY ALL ORDER BY node, node_source",
    """SELECT service, quantile_disc(duration_ns, 0.5), quantile_disc(duration_ns, 0.9),
       quantile_disc(duration_ns, 0.99) FROM spans GROUP BY service ORDER BY service""",
    "SELECT kind, status, min(start_ns), max(end_ns) FROM spans GROUP BY kind, status ORDER BY kind, status",
    """SELECT start_ns // 60000000000 AS minute, count(*), count(*) FILTER (status = 'error') FROM spans
       GROUP BY minute ORDER BY minute""",
    """SELECT json_extract_string(attributes, '$."url.path"') AS path, count(*), max(duration_ns) FROM spans
       WHERE path IS NOT NULL GROUP BY path ORDER BY path""",
    """SELECT json_extract(attributes, '$."http.response.status_code"')::BIGINT AS code, count(*) FROM spans
       GROUP BY code ORDER BY code NULLS FIRST""",
    """SELECT module_kind, cache_result, outcome, count(*) FROM spans
       GROUP BY ALL ORDER BY ALL NULLS FIRST""",
    """SELECT caller.node, callee.node, count(*), sum(callee.duration_ns)
       FROM spans callee JOIN spans caller
         ON caller.trace_id = callee.trace_id AND caller.span_id = callee.parent_span_id
       GROUP BY ALL ORDER BY 1, 2""",
]

connection = duckdb.connect()
connection.execute(
    """CREATE VIEW spans AS SELECT * REPLACE (start_ns::BIGINT AS start_ns, end_ns::BIGINT AS end_ns,
         duration_ns::BIGINT AS duration_ns)
       FROM read_csv(?, header = true, all_varchar = true, nullstr = '')""".replace("?", "'" + sys.argv[1] + "'")
)


def text(value):
    """Whole numbers with all their digits, which JSON's readers may not keep; sums are reals here."""
    return "" if value is None else str(int(value)) if isinstance(value, (int, float)) else value


answers = [[[text(value) for value in row] for row in connection.execute(question).fetchall()]
           for question in QUESTIONS]
json.dump(answers, sys.stdout)
