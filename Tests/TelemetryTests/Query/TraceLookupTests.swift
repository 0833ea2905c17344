import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Looking up a trace")
struct TraceLookupTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private func reader(traces: [UInt64], sealing: Int) async throws -> TelemetryReader {
        let store = try TelemetryStore.open(path: path, options: .sealing(every: sealing))
        for trace in traces {
            try await store.append(Sample.request([Sample.span(trace: trace, id: 1)]))
            try await store.append(
                Sample.request([Sample.span(trace: trace, id: 2, parent: 1, startMillis: 3)]))
        }
        await store.close()
        return try TelemetryReader(path: path)
    }

    private func hex(_ trace: UInt64) throws -> String {
        try #require(TraceID(bytes: TraceBytes.trace(trace))).hex
    }

    @Test(
        "F9: finds all spans of a trace, by start, across segments and the journal", arguments: [1, 3, 1_000])
    func allSpans(sealing: Int) async throws {
        let reader = try await reader(traces: Array(1...30), sealing: sealing)
        for trace in 1...30 as ClosedRange<UInt64> {
            guard case .found(_, let spans, _) = try reader.trace(prefix: try hex(trace)) else {
                Issue.record("trace \(trace) is missing")
                continue
            }
            #expect(spans.map(\.span.spanID.last) == [1, 2])
        }
    }

    @Test("takes a prefix that is unique, and lists the ids when it is not", arguments: [1, 1_000])
    func prefixes(sealing: Int) async throws {
        let reader = try await reader(traces: [0x10, 0x11, 0x2fff], sealing: sealing)
        let common = String(try hex(0x10).dropLast())
        guard case .ambiguous(let matches) = try reader.trace(prefix: common) else {
            Issue.record("\(common) should be ambiguous")
            return
        }
        #expect(matches.listed.map(\.hex) == [try hex(0x10), try hex(0x11)])
        #expect(try reader.traces(prefix: common).matches == matches)
        #expect(try reader.traces(prefix: try hex(0x2fff)).matches.listed.map(\.hex) == [try hex(0x2fff)])
        #expect(try reader.traces(prefix: try hex(0x12)).matches.count == 0)
        guard case .found(let id, _, _) = try reader.trace(prefix: String(try hex(0x2fff).dropLast(3))) else {
            Issue.record("the prefix should be unique")
            return
        }
        #expect(id.hex == (try hex(0x2fff)))
    }

    @Test("hostile 56: a trace of 60,000 spans is stored and found whole", .timeLimit(.minutes(15)))
    func hugeTrace() async throws {
        let store = try TelemetryStore.open(path: path, options: .sealing(every: 25_000))
        var template = Sample.span(trace: 1, id: 1)
        for part in 0..<30 {
            let spans = (0..<2_000).map { index in
                let number = part * 2_000 + index
                template.spanID =
                    [1, 0, 0, 0, 0] + [16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
                return template
            }
            try await store.append(Sample.request(spans))
        }
        await store.close()
        let reader = try TelemetryReader(path: path)
        guard case .found(_, let spans, _) = try reader.trace(prefix: try hex(1)) else {
            Issue.record("not found")
            return
        }
        #expect(Set(spans.map(\.span.spanID)).count == 60_000)
    }

    @Test("lists the first ids of many, and counts them all")
    func manyIDs() async throws {
        let reader = try await reader(traces: Array(1...60), sealing: 50)
        guard case .ambiguous(let matches) = try reader.trace(prefix: "a") else {
            Issue.record("should be ambiguous")
            return
        }
        let all = try (1...60 as ClosedRange<UInt64>).map { try hex($0) }.sorted()
        #expect(matches.listed.map(\.hex) == Array(all.prefix(TraceMatches.listedMax)))
        #expect(matches.count == 60 && !matches.hasMore)
    }

    @Test("counts ids once, and only so many", arguments: [-1, 0, 1])
    func countedIDs(over: Int) {
        let all = (0..<TraceMatches.countedMax + over).map { TraceID(high: 1, low: UInt64($0)) }
        var matches = TraceMatches(all.reversed())
        matches.formUnion(TraceMatches(all.suffix(20)))
        #expect(matches.listed == Array(all.prefix(TraceMatches.listedMax)))
        #expect(matches.count == min(all.count, TraceMatches.countedMax))
        #expect(matches.hasMore == (over > 0))
    }

    @Test(
        "finds nothing for ids that are not there or are none",
        arguments: ["ff", "", "zz", String(repeating: "a", count: 33)])
    func nothing(prefix: String) async throws {
        let reader = try await reader(traces: [1], sealing: 1)
        guard case .notFound = try reader.trace(prefix: prefix) else {
            Issue.record("\(prefix) should not be found")
            return
        }
    }
}
