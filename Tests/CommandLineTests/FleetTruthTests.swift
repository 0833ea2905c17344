import FleetSupport
import TestSupport
import Testing
import fleetgen
import traceq

/// What commands print of a recorded fleet is held against what was really going on.
@Suite("Printed figures agree with what was really going on", .timeLimit(.minutes(15)))
struct FleetTruthTests {
    private static func run(_ arguments: String...) async throws -> JSONValue {
        let path = try await RecordedFleet.field.value.path
        let line = InMemoryCommandLine(
            arguments + [
                "--db", path, "--since", "all", "--until", "2026-11-02", "--format", "json", "--limit",
                "100000",
            ])
        #expect(line.status == .success, "\(line.diagnostics)")
        return try JSONValue(parsing: line.output)
    }

    /// What an edge asked a proxy that tells nothing itself is no request of a client.
    private func wanted(_ seen: SeenRequest) -> Bool {
        TruthAnswers.immutableKinds.contains(seen.truth.kind) && !seen.isOrphan
    }

    /// Reading JSON may cost a number its last binary digit.
    private static func isClose(_ printed: Double?, _ expected: Double?) -> Bool {
        guard let printed, let expected else { return printed == nil && expected == nil }
        return abs(printed - expected) < 1e-12
    }

    @Test("misses prints every count and ratio as it is, in all and by module")
    func misses() async throws {
        let answers = try await RecordedFleet.field.value.answers
        let printed = try await Self.run("misses")
        let requests = answers.requests(where: wanted)
        let figures = RequestFigures(requests)
        let totals = try #require(printed["totals"])
        #expect(totals["requests"]?.number == Double(figures.count))
        #expect(totals["lookups"]?.number == Double(figures.lookups))
        #expect(Self.isClose(totals["request_hit_ratio"]?.number, figures.hitRatio))
        for (result, count) in figures.cacheResults {
            #expect(totals["results"]?[result]?.number == Double(count), "\(result)")
        }
        let versions = answers.versions(requests)
        #expect(totals["fetches"]?.number == Double(versions.fetched))
        #expect(
            Self.isClose(
                totals["version_hit_ratio"]?.number, Double(versions.warm) / Double(versions.fetched)))
        let byModule = answers.figures(by: { $0.truth.module }, where: wanted)
        let rows = printed["rows"]?.elements ?? []
        #expect(rows.count == byModule.count)
        for row in rows {
            let module = try #require(row["module"]?.text)
            let figures = try #require(byModule[module])
            #expect(row["requests"]?.number == Double(figures.count), "\(module)")
            // What nobody tells is not 0.
            func known(_ count: Int) -> Double? { figures.count > figures.unknown ? Double(count) : nil }
            #expect(row["hits"]?.number == known(figures.hits), "\(module)")
            #expect(
                row["misses"]?.number == known(figures.lookups - figures.hits - figures.coalesced),
                "\(module)")
            #expect(row["coalesced"]?.number == known(figures.coalesced), "\(module)")
            #expect(row["unknown"]?.number == Double(figures.unknown), "\(module)")
            #expect(Self.isClose(row["request_hit_ratio"]?.number, figures.hitRatio), "\(module)")
            let versions = answers.versions(requests.filter { $0.truth.module == module })
            #expect(row["fetches"]?.number == Double(versions.fetched), "\(module)")
        }
    }

    @Test("slowest by request prints what was asked for, how it ended, and for how long it took")
    func slowestRequests() async throws {
        let answers = try await RecordedFleet.field.value.answers
        let rows = try await Self.run("slowest", "--by", "request")["rows"]?.elements ?? []
        let expected = answers.slowest(100_000).filter { $0.truth.kind != "ops" }
        #expect(rows.count == expected.count)
        for (row, seen) in zip(rows, expected).prefix(2_000) {
            let truth = seen.truth
            #expect(abs((row["duration_ms"]?.number ?? 0) - Double(seen.durationNanos) / 1e6) < 0.001)
            // Of equal durations and starts the order is nobody's.
            guard row["trace_id"]?.text == truth.traceIds[0] else { continue }
            #expect(row["kind"]?.text == truth.kind)
            #expect(row["module"]?.text ?? "" == truth.module && row["version"]?.text ?? "" == truth.version)
            #expect(row["http_status"]?.number.map { Int($0) } == seen.status)
            #expect(row["outcome"]?.text == seen.outcome)
            #expect(row["cache_result"]?.text == seen.cacheResult)
            #expect(row["client"]?.text == truth.clientAddress)
            #expect(row["node"]?.text == answers.nodes[seen.node]?.name)
        }
        let ids = Set(rows.prefix(200).compactMap { $0["trace_id"]?.text })
        #expect(ids == Set(expected.prefix(200).map { $0.truth.traceIds[0] }))
    }
}
