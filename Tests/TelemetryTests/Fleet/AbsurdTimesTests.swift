import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

/// What a stranger's spans may say of their times.
@Suite("Times that cannot be")
struct AbsurdTimesTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func reader(_ spans: [OTLPModel.Span]) async throws -> TelemetryReader {
        var sample = FleetSample()
        sample.add(.edge, spans)
        return try await sample.reader(at: folder.file("\(UInt64.random(in: 0 ... .max)).db"))
    }

    private func request(_ number: UInt64, end: UInt64? = nil, cache: String = "MISS") -> OTLPModel.Span {
        var span = Sample.span(
            trace: number, id: 1, startMillis: number * 10, millis: 5,
            attributes: FleetSample.attributes(
                "/github.com/a/b/@v/v1.0.\(number % 7).zip", client: "198.51.100.\(number % 5)",
                FleetSample.cache(cache)))
        if let end { span.endTimeUnixNano = end }
        return span
    }

    @Test(
        "durations of centuries, of which sums are beyond all numbers, end no answer",
        arguments: [UInt64(Int64.max), .max, 1 << 63])
    func longDurations(end: UInt64) async throws {
        let reader = try await reader(
            (1..<40).map { request($0, end: $0 % 3 == 0 ? end : nil, cache: $0 % 2 == 0 ? "HIT" : "MISS") })
        let style = RenderStyle(width: 100)
        func write(_ table: ResultTable) {
            for format in OutputFormat.allCases {
                var (output, diagnostics) = (OutputBuffer { _ in }, OutputBuffer { _ in })
                table.write(as: format, style: style, to: &output, diagnostics: &diagnostics)
            }
        }
        let path = FleetPathQuery(window: .all)
        write(.criticalPath(try reader.criticalPath(path), path, zone: .utc))
        let prewarm = FleetPrewarmQuery(window: .all)
        write(.prewarm(try reader.prewarm(prewarm), prewarm, zone: .utc))
        for selection in [WhySelection.slow(minNanos: nil), .misses, .errors(nil)] {
            let why = FleetWhyQuery(window: .all, selection: selection)
            write(.why(try reader.why(why), why, target: nil, zone: .utc))
        }
        let compare = FleetComparisonQuery(window: .all, key: .dimension(.node))
        write(.comparison(try reader.compare(compare), compare, zone: .utc))
        for unit in SlowestUnit.allCases {
            let slowest = FleetSlowestQuery(window: .all, unit: unit)
            write(.slowest(try reader.slowest(slowest), slowest, zone: .utc))
        }
    }

    @Test(
        "a duration above a day is in no mean, and a note says so",
        arguments: [(Exchange.durationNanosMax, false), (Exchange.durationNanosMax + 1, true)])
    func unbelievableDuration(nanos: UInt64, isLeftOut: Bool) async throws {
        let start = request(100).startTimeUnixNano
        let reader = try await reader((1..<40).map { request($0) } + [request(100, end: start + nanos)])
        let query = FleetComparisonQuery(window: .all, key: .dimension(.node))
        let result = try reader.compare(query)
        let mean = try #require(result.groups.first?.meanNanos)
        #expect((mean < 6_000_000) == isLeftOut)
        #expect(result.groups.first?.requests == 40)
        #expect(result.quality.unbelievable == (isLeftOut ? 1 : 0))
        #expect(result.quality.notes().contains { $0.code == "unbelievable" } == isLeftOut)
    }

    @Test(
        "a size that cannot be is none: above 16 GiB, or more than can be sent in the time",
        arguments: [
            (1 << 34, 3_600_000, true), ((1 << 34) + 1, 3_600_000, false), (62_500_000, 5, true),
            (75_000_000, 5, false), (12_500_000, 0, true), (25_000_000, 0, false),
        ] as [(Int64, UInt64, Bool)])
    func unbelievableSize(bytes: Int64, millis: UInt64, isKept: Bool) async throws {
        var spans = (1..<40).map { request($0) }
        var large = request(100)
        large.attributes = FleetSample.attributes("/github.com/a/b/@v/v1.0.9.zip", bytes: bytes)
        large.endTimeUnixNano = large.startTimeUnixNano + millis * 1_000_000
        spans.append(large)
        let units = try FleetSample.slowest(try await reader(spans)).units
        #expect(units.contains { $0.bytes == UInt64(bytes) } == isKept)
    }

    @Test("one span with a wrong end does not set its node's clock; a clock that is ahead does")
    func wrongEnd() async throws {
        let now = UnixNanos(clamping: Sample.baseNanos + 60_000_000_000)
        func clock(_ spans: [OTLPModel.Span]) async throws -> ClockReading? {
            try await reader(spans).fleetNodes(FleetNodesQuery(window: .all, now: now)).nodes.first?.clock
        }
        let hour: UInt64 = 3_600_000_000_000
        let good = (1..<200).map { request($0) }
        let wrong = request(200, end: Sample.baseNanos + hour)
        #expect(try await clock(good + [wrong]) == nil)
        let ahead = (1..<200).map { (number: UInt64) in
            var span = request(number)
            span.startTimeUnixNano += hour
            span.endTimeUnixNano += hour
            return span
        }
        let reading = try #require(try await clock(ahead))
        #expect(reading.basis == .arrival)
        // The last ended two seconds after the first, a minute before all arrived.
        #expect(abs(reading.offsetNanos - Int64(hour) + 58_000_000_000) < 1_000_000_000)
    }

    @Test(
        "a span of 1970 stretches the time of no rate, and a note says so",
        arguments: [0, 1, 1_000_000_000] as [UInt64])
    func unsetClock(start: UInt64) async throws {
        let good = (1..<40).map { request($0) }
        var stray = request(100)
        (stray.startTimeUnixNano, stray.endTimeUnixNano) = (start, start + 5_000_000)
        let (right, wrong) = (try await reader(good), try await reader(good + [stray]))
        func answers(_ reader: TelemetryReader) throws -> [(rateNanos: Int64, notes: [QualityNote])] {
            let (stats, nodes) = (
                try reader.stats(StatsQuery(window: .all)),
                try reader.fleetNodes(
                    FleetNodesQuery(window: .all, now: UnixNanos(clamping: Sample.baseNanos)))
            )
            let rollup = try reader.stats(StatsQuery(window: .all, isApproximate: true))
            let map = try reader.fleetMap(FleetMapQuery(window: .all))
            return [
                (stats.rateNanos, stats.notes), (nodes.rateNanos, nodes.notes), (map.rateNanos, map.notes),
                (rollup.rateNanos, rollup.notes),
            ]
        }
        for (right, wrong) in zip(try answers(right), try answers(wrong)) {
            #expect(wrong.rateNanos == right.rateNanos && right.rateNanos == 380_000_000)
            #expect(wrong.notes.contains { $0.code == "unset_clock" })
            #expect(!right.notes.contains { $0.code == "unset_clock" })
        }
        // Where nothing else is known, the times are taken as they are.
        let alone = try await reader([stray])
        #expect(try alone.stats(StatsQuery(window: .all)).rateNanos == 1)
    }

    @Test("spans from the future are told of, where no window that ends now has them")
    func future() async throws {
        let reader = try await reader([request(1), request(400_000)])
        let now = UnixNanos(clamping: Sample.baseNanos + 60_000_000_000)
        func notes(until: UnixNanos) throws -> [String] {
            let window = TimeWindow(since: .distantPast, until: until)
            let nodes = try reader.fleetNodes(FleetNodesQuery(window: window, now: now)).notes
            let lag = try reader.fleetLag(FleetLagQuery(window: window, now: now)).notes
            #expect(nodes.map(\.code).contains("future_spans") == lag.map(\.code).contains("future_spans"))
            return nodes.map(\.code)
        }
        #expect(try notes(until: now).contains("future_spans"))
        #expect(try !notes(until: now.advanced(byNanos: 7_200_000_000_000)).contains("future_spans"))
    }
}
