import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("What spans ask module proxies for")
struct RequestStatsTests {
    private static let keys: [SpanKey] = [.module, .moduleVersion, .moduleKind, .cacheResult, .outcome]
    private static let columns = "module, module_version, module_kind, cache_result, outcome"

    /// By what is known of a request: how many spans.
    private typealias Counts = [[SQLValue]: Int]

    private func expected(_ spans: [OTLPModel.Span]) -> Counts {
        func value(_ text: String?) -> SQLValue { text.map { .text($0) } ?? .null }
        return spans.reduce(into: [:]) { counts, span in
            let found = SpanClassification(span)
            let request = found?.request
            let cache = found?.cacheResult == .unknown ? nil : found?.cacheResult
            let row = [
                request?.module, request?.version ?? request?.query, found?.kind?.name, cache?.name,
                found?.outcome?.name,
            ]
            counts[row.map(value), default: 0] += 1
        }
    }

    /// What `traceq stats` says; a cache result of "unknown" is NULL in SQL.
    private func fromStats(_ path: String) throws -> Counts {
        let query = StatsQuery(window: .all, keys: Self.keys, limit: 1_000_000)
        let groups = try TelemetryReader(path: path).stats(query).groups
        return groups.reduce(into: [:]) { counts, group in
            let row = group.key.map { value -> SQLValue in
                value == .missing || value == .text("unknown") ? .null : .text(value.text)
            }
            counts[row, default: 0] += group.totals.spans
        }
    }

    private func fromSQL(_ database: SQLDatabase) throws -> Counts {
        let rows = try database.rows("SELECT \(Self.columns), count(*) FROM spans GROUP BY \(Self.columns)")
        return rows.reduce(into: [:]) { counts, row in
            guard case .integer(let count) = row[5] else { return }
            counts[Array(row.dropLast())] = Int(count)
        }
    }

    @Test("is the same in stats, in SQL and of each span alone", arguments: 0..<6)
    func agree(part: UInt64) async throws {
        let seed = part << 32 | UInt64.random(in: 0..<1 << 32)
        var maker = ProxySpanMaker(seed: seed)
        let spans = (0..<600).map { maker.span(UInt64($0)) }
        let database = try SQLDatabase()
        try await database.store([Sample.request(Array(spans[..<250]))], segmentSpans: 250)
        try await database.store([Sample.request(Array(spans[250..<500]))], segmentSpans: 250)
        // The last ones stay in the journal.
        try await database.store([Sample.request(Array(spans[500...]))])
        let expected = expected(spans)
        #expect(try fromStats(database.path) == expected, "seed \(seed)")
        #expect(try fromSQL(database) == expected, "seed \(seed)")
    }
}
