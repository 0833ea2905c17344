import Foundation
import TestSupport
import Testing

@Suite("DuckDB finds in an export what traceq sql finds in the database", .timeLimit(.minutes(15)))
struct DuckDBTests {
    /// In the order of the questions in duckdb_aggregates.py.
    static let statements = [
        "SELECT count(*), count(DISTINCT trace_id) FROM spans",
        "SELECT service, count(*) FROM spans GROUP BY service ORDER BY service",
        "SELECT node, node_source, sum(duration_ns) FROM spans GROUP BY 1, 2 ORDER BY 1, 2",
        """
        SELECT service, quantile(duration_ns, 0.5), quantile(duration_ns, 0.9), quantile(duration_ns, 0.99)
        FROM spans GROUP BY service ORDER BY service
        """,
        "SELECT kind, status, min(start_ns), max(end_ns) FROM spans GROUP BY kind, status ORDER BY kind, status",
        """
        SELECT start_ns / 60000000000 AS minute, count(*), sum(status = 'error') FROM spans
        GROUP BY minute ORDER BY minute
        """,
        """
        SELECT attr(spans, 'url.path') AS path, count(*), max(duration_ns) FROM spans
        WHERE path IS NOT NULL GROUP BY path ORDER BY path
        """,
        """
        SELECT attr(spans, 'http.response.status_code') AS code, count(*) FROM spans GROUP BY code ORDER BY code
        """,
        "SELECT module_kind, cache_result, outcome, count(*) FROM spans GROUP BY 1, 2, 3 ORDER BY 1, 2, 3, 4",
        """
        SELECT caller.node, callee.node, count(*), sum(callee.duration_ns)
        FROM spans AS callee JOIN spans AS caller
            ON caller.trace_id = callee.trace_id AND caller.span_id = callee.parent_span_id
        GROUP BY 1, 2 ORDER BY 1, 2
        """,
    ]

    @Test("ten aggregates")
    func aggregates() async throws {
        let database = try Database()
        let folder = try TemporaryDirectory()
        let python = try Repository.pythonEnvironmentProgram("python")
        let script = Repository.root.appending(path: "Tests/EndToEndTests/Scripts/duckdb_aggregates.py")
        try await Collector.running(on: database) { collector in
            _ = try await collector.fleet(rate: 40, spread: "20m")
            try await collector.stop()
        }
        let file = folder.file("spans.csv")
        _ = try await database.ask(["export", "-o", file]).succeeded()
        let output = try await FinishedProgram.run(python, [script.path(percentEncoded: false), file])
            .succeeded().standardOutput
        let answers = try JSONValue(parsing: output).elements
        #expect(answers.count == Self.statements.count)
        for (statement, answer) in zip(Self.statements, answers) {
            let lines = try await database.ask(["sql", statement, "--format", "csv"]).succeeded()
            let ours = lines.standardOutput.split(separator: "\r\n").dropFirst().map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            let theirs = answer.elements.map { $0.elements.map { $0.text ?? "" } }
            #expect(!ours.isEmpty, "\(statement)")
            #expect(ours == theirs, "\(statement)")
        }
    }
}
