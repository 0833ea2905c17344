import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("The table logs")
struct LogsTableTests {
    private static let start: UInt64 = 1_787_306_400_000_000_000

    private func record(_ number: Int) -> LogRecord {
        var record = LogRecord()
        record.timeUnixNano = Self.start + UInt64(number) * 1_000
        record.observedTimeUnixNano = record.timeUnixNano + 7
        record.severityNumber = SeverityNumber(rawValue: Int32(number % 25))
        record.severityText = number % 2 == 0 ? "" : "text"
        record.body =
            number % 3 == 0
            ? .keyValueList([KeyValue("n", .int(Int64(number)))]) : .string("message \(number)")
        record.attributes = [
            KeyValue("number", .int(Int64(number))), KeyValue("parity", .bool(number % 2 == 0)),
        ]
        record.eventName = number == 5 ? "device.start" : ""
        if number >= 10 {
            record.traceID = TraceBytes.trace(UInt64(number % 4 + 1))
            record.spanID = [0, 0, 0, 0, 0, 0, 0, UInt8(number)]
        }
        return record
    }

    /// Forty records, most of them in a segment, beside spans with the same trace ids.
    private func database() async throws -> SQLDatabase {
        let database = try SQLDatabase()
        var options = StoreOptions.sealing(every: 25)
        options.durability = .process
        let store = try TelemetryStore.open(path: database.path, options: options)
        for number in 0..<40 {
            try await store.append(
                Sample.logsRequest([record(number)], service: number % 2 == 0 ? "even" : "odd"))
            if number == 25 { try await store.append(Sample.request([Sample.span(trace: 1, id: 1)])) }
        }
        await store.close()
        return database
    }

    @Test("shows every record of segments and journal, with all that it holds")
    func columns() async throws {
        let database = try await database()
        #expect(try database.value("SELECT count(*) FROM logs") == .integer(40))
        #expect(try database.value("SELECT count(DISTINCT segment) FROM logs") == .integer(1))
        let row = try database.rows(
            """
            SELECT time, time_ns, observed_time_ns, severity, severity_number, severity_text, body, event_name, service,
                trace_id, span_id, attr(logs, 'number'), attributes
            FROM logs WHERE attr(logs, 'number') = 5
            """
        ).first
        #expect(
            row == [
                .text("2026-08-21T10:00:00.000005000Z"), .integer(Int64(Self.start) + 5_000),
                .integer(Int64(Self.start) + 5_007), .text("DEBUG"), .integer(5), .text("text"),
                .text("message 5"),
                .text("device.start"), .text("odd"), .null, .null, .integer(5),
                .text(#"{"number":5,"parity":false}"#),
            ])
        let other = try database.rows(
            "SELECT severity, severity_text, body, event_name, trace_id, span_id FROM logs WHERE time_ns = \(Self.start) + 12000"
        )
        #expect(
            other == [
                [
                    .text("INFO4"), .null, .text(#"{"n":12}"#), .null,
                    .text("abababababababab0000000000000001"), .text("000000000000000c"),
                ]
            ])
    }

    @Test(
        "decides conditions and order as SQLite would",
        arguments: [
            "time_ns >= 1787306400000010000 AND time_ns < 1787306400000030000",
            "time < '2026-08-21T10:00:00.000011Z'",
            "trace_id = 'abababababababab0000000000000002'", "trace_id = '00000000000000000000000000000000'",
            "service = 'odd'", "severity_number >= 17", "severity = 'WARN'", "segment IS NULL", "segment = 1",
            "service = 'even' AND body LIKE '%1%'", "event_name IS NOT NULL",
        ])
    func conditions(condition: String) async throws {
        let database = try await database()
        // A unary plus keeps SQLite from handing the condition on.
        let plain = condition.replacing("time_ns", with: "+time_ns").replacing("trace_id", with: "+trace_id")
            .replacing("service", with: "+service").replacing("segment", with: "+segment")
            .replacing("time <", with: "+time <")
        for order in ["time_ns", "time_ns DESC", "time DESC", "time"] {
            let sql = { (condition: String) in
                "SELECT time_ns, body FROM logs WHERE \(condition) ORDER BY \(order) LIMIT 7"
            }
            #expect(try database.rows(sql(condition)) == database.rows(sql(plain)), "\(condition), \(order)")
        }
    }

    @Test("joins with the spans of the same trace, and neither table shows the other's rows")
    func joins() async throws {
        let database = try await database()
        #expect(try database.value("SELECT count(*) FROM spans") == .integer(1))
        #expect(
            try database.value(
                "SELECT count(*) FROM spans s JOIN logs l ON l.trace_id = s.trace_id WHERE attr(l.logs, 'number') >= 0"
            )
                == .integer(7))
        #expect(try database.value("SELECT count(*) FROM rollup_minute") == .integer(1))
        #expect(
            try database.value(
                "SELECT resource_attr(logs, 'service.name') FROM logs ORDER BY time_ns LIMIT 1")
                == .text("even"))
    }

    @Test("a record without times has the time of its arrival, and NULL for what it lacks")
    func missingTimes() async throws {
        let database = try SQLDatabase()
        let store = try TelemetryStore.open(path: database.path)
        try await store.append(Sample.logsRequest([LogRecord()]))
        await store.close()
        #expect(
            try database.rows(
                "SELECT time_ns, observed_time_ns, body, severity, severity_number, flags FROM logs")
                == [
                    [
                        .integer(someArrival.receivedAt.rawValue), .null, .null, .null, .integer(0),
                        .integer(0),
                    ]
                ])
    }
}
