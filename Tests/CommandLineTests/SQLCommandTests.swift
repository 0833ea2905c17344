import OTLPModel
import TestSupport
import Testing

@testable import Telemetry
@testable import traceq

@Suite("traceq sql")
struct SQLCommandTests {
    let folder: TemporaryDirectory
    let path: String

    init() async throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
        try await TelemetryStore.open(path: path).close()
    }

    private func run(_ words: [String], width: Int? = nil) -> InMemoryCommandLine {
        InMemoryCommandLine(["sql", "--db", path] + words, terminalWidth: width)
    }

    @Test("writes every type in every format, integers with all digits")
    func types() {
        let sql = "SELECT 9223372036854775807 AS i, 0.1 AS r, 'a,b' AS t, x'00ff' AS b, NULL AS n, 1 AS i"
        let json = #"{"i":9223372036854775807,"r":0.1,"t":"a,b","b":"00ff","n":null,"i_2":1}"#
        #expect(run([sql, "--format", "jsonl"]).output == json + "\n")
        #expect(
            run([sql, "--json"]).output.contains(
                #"{"schema":"traceq.sql/1","window":null,"rows":["# + "\n" + json))
        #expect(
            run([sql, "--format", "csv"]).output
                == "i,r,t,b,n,i_2\r\n9223372036854775807,0.1,\"a,b\",00ff,,1\r\n")
        let table = run([sql]).output
        #expect(table.hasPrefix("                  i    r  t    b     n     i\n"), "\(table)")
        #expect(table.contains("9223372036854775807  0.1  a,b  00ff  NULL  1"))
        #expect(
            run([sql, "--format", "markdown"]).output.contains("| 9223372036854775807 | 0.1 | a,b | 00ff |"))
    }

    @Test("shows each row as lines where the terminal is too narrow")
    func narrow() {
        let sql = "SELECT 1 AS first, '\(String(repeating: "x", count: 60))' AS second UNION SELECT 2, 'y'"
        let output = run([sql, "--no-color"], width: 50).output
        #expect(output.contains("row 1\nfirst   1\nsecond  xxx"), "\(output)")
        #expect(output.contains("\nrow 2\nfirst   2\nsecond  y\n"))
    }

    @Test(
        "says what is wrong with a statement, where, and what was probably meant",
        arguments: [
            (
                "SELECT srvice FROM spans",
                "no such column: srvice; did you mean service?\n  SELECT srvice FROM spans\n         ^"
            ),
            ("SELECT 1 FROM span", "no such table: span; did you mean spans?"),
            ("SELECT quantil(1, 2)", "no such function: quantil; did you mean quantile?"),
            ("SELEC 1", "near \"SELEC\": syntax error\n  SELEC 1\n  ^"),
            ("SELECT 1,\n  FROM spans", "near \"FROM\": syntax error\n    FROM spans\n    ^"),
            ("", "there is no statement"), ("/* nothing */", "there is no statement"),
            ("SELECT 1; SELECT 2", "there are several statements"),
            ("SELECT '\u{1b}[2J' FROM nothing", "SELECT '\\x1b[2J' FROM nothing"),
            ("SELECT attr(1, 'x')", "attr() takes the column spans"),
            ("SELECT quantile(1, 2)", "a share between 0 and 1"), ("SELECT ns('soon')", "cannot read 'soon'"),
        ])
    func problems(sql: String, expected: String) {
        let result = run([sql])
        #expect(result.status == .usage)
        #expect(result.output.isEmpty)
        #expect(result.diagnostics.contains(expected), "\(result.diagnostics)")
    }

    @Test(
        "refuses everything that is not reading",
        arguments: [
            ("ATTACH 'x.db' AS x", "ATTACH"), ("PRAGMA writable_schema = 1", "PRAGMA"),
            ("DELETE FROM journal", "DELETE"),
            ("CREATE TABLE x (y)", "not allowed"), ("DROP TABLE journal", "not allowed"),
            ("VACUUM", "not allowed"),
            ("BEGIN", "a transaction"), ("SELECT load_extension('x')", "load_extension"),
            ("UPDATE segment SET id = 1", "UPDATE"), ("INSERT INTO spans (name) VALUES ('x')", "INSERT"),
            ("SELECT * FROM pragma_database_list", "PRAGMA"), ("VACUUM INTO '/tmp/x'", "not allowed"),
        ])
    func readOnly(sql: String, expected: String) {
        let result = run([sql])
        #expect(result.status == .usage, "\(result.output)")
        #expect(result.diagnostics.contains(expected), "\(result.diagnostics)")
    }

    @Test("has SQLite's own table functions, such as those for JSON")
    func tableFunctions() {
        let sql = "SELECT key, atom FROM json_each('{\"a\":1}')"
        #expect(run([sql, "--format", "csv"]).output == "key,atom\r\na,1\r\n")
    }

    @Test("ends a statement that takes too long, with a status of its own")
    func deadline() {
        let endless = "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT max(x) FROM t"
        let result = run([endless, "--timeout", "50ms"])
        #expect(result.status == .deadline)
        #expect(result.diagnostics.contains("stopped after 50ms"))
        #expect(run(["SELECT 1", "--timeout", "soon"]).diagnostics.contains("--timeout: cannot read 'soon'"))
        #expect(run(["SELECT 1", "--timeout", "none"]).status == .success)
    }

    @Test("takes as many rows as it may, and says that there are more")
    func maxRows() {
        let sql = "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT x FROM t LIMIT 3"
        for (limit, isCut) in [(2, true), (3, false), (4, false)] {
            let result = run([sql, "--max-rows", "\(limit)", "--format", "csv"])
            #expect(result.output == "x\r\n" + (1...min(limit, 3)).map { "\($0)\r\n" }.joined())
            #expect(result.diagnostics.contains("note (limited): there are more than 2 rows") == isCut)
        }
        #expect(run(["SELECT 1", "--max-rows", "0"]).status == .usage)
    }

    @Test("survives statements that are long, deep or large")
    func largeStatements() {
        let deep = String(repeating: "(", count: 100_000)
        #expect(run(["SELECT \(deep)1"]).status == .usage)
        let sum = "SELECT 1" + String(repeating: " + 1", count: 300)
        #expect(run([sum]).diagnostics.contains("too large"))
        #expect(run(["SELECT '" + String(repeating: "x", count: 1 << 20) + "'"]).status == .usage)
        #expect(run(["SELECT zeroblob(1000000000)"]).status == .usage)
        #expect(run(["SELECT 'x' LIKE '" + String(repeating: "%", count: 2_000) + "'"]).status == .usage)
    }

    @Test("reads the statement from standard input")
    func standardInput() {
        #expect(runInput("SELECT 1 AS one", ["-", "--format", "csv"]).output == "one\r\n1\r\n")
        let long = runInput(String(repeating: " ", count: (1 << 20) + 1), ["-"])
        #expect(long.diagnostics.contains("longer than 1 MiB"))
    }

    private func runInput(_ input: String, _ words: [String]) -> InMemoryCommandLine {
        InMemoryCommandLine(["sql", "--db", path] + words, input: input)
    }

    @Test("lists tables, columns and functions, without a database")
    func schema() {
        #expect(InMemoryCommandLine(["sql", "--tables"]).output.contains("spans"))
        let schema = InMemoryCommandLine(["sql", "--schema", "--format", "csv"]).output
        #expect(schema.contains("spans,trace_id,TEXT,32 hexadecimal digits\r\n"))
        #expect(schema.contains(#","attr(spans, key)",FUNCTION,"#))
        #expect(InMemoryCommandLine(["sql"]).diagnostics.contains("what is the statement?"))
    }
}
