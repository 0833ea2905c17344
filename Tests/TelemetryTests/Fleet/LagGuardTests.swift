import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Lag is not mixed up")
struct LagGuardTests {
    private let folder: TemporaryDirectory
    private static let zip = "/github.com/a/b/@v/v1.0.0.zip"

    init() throws { folder = try TemporaryDirectory() }

    /// An hour after the first span of `Sample`.
    private static let now = UnixNanos(clamping: Sample.baseNanos + 3_600_000_000_000)

    private static func request(_ trace: UInt64, at millis: UInt64 = 0) -> OTLPModel.Span {
        Sample.span(
            trace: trace, id: 1, startMillis: millis, millis: 20, attributes: FleetSample.attributes(zip))
    }

    private func lag(_ sample: FleetSample) async throws -> FleetLagResult {
        let reader = try await sample.reader(at: folder.file("\(UInt64.random(in: 0 ... .max)).db"))
        return try reader.fleetLag(FleetLagQuery(window: .all, now: Self.now))
    }

    private static func node(_ name: String, aheadMillis: Int64 = 0) -> FleetSample.Node {
        var node = FleetSample.Node.edge
        node.name = name
        node.aheadMillis = aheadMillis
        return node
    }

    @Test("lag guard 1: nodes are compared by clocks that are set right, and the answer says so")
    func corrected() async throws {
        var sample = FleetSample()
        sample.add(Self.node("ahead", aheadMillis: 5_000), receivedMillis: 120, [Self.request(1)])
        sample.add(Self.node("right"), receivedMillis: 120, [Self.request(2)])
        let result = try await lag(sample)
        let ahead = try #require(result.nodes.first { $0.node.identity.name == "ahead" })
        #expect(ahead.clock?.offsetNanos == 4_900_000_000, "at the least")
        #expect(ahead.clock?.isWorthWarning == true)
        #expect(ahead.arrival?.p95Nanos == 0, "and not 4.9 s before the end")
        let note = try #require(result.notes.first { $0.code == "skew" })
        #expect(note.nodes == ["ahead"])
        #expect(note.message.contains("corrected by the clocks"))
        let right = try #require(result.nodes.first { $0.node.identity.name == "right" })
        #expect(right.clock == nil)
    }

    @Test("lag guard 2: late is not slow: spans that came an hour later change no other column")
    func lateIsNotSlow() async throws {
        var early = FleetSample()
        var late = FleetSample()
        for number in 0..<UInt64(30) {
            let spans =
                [
                    Sample.span(
                        trace: number + 1, id: 1, startMillis: number * 1_000, millis: 40,
                        attributes: FleetSample.attributes(Self.zip))
                ]
            let proxy = FleetSample.athens(
                trace: number + 1, path: Self.zip, call: "protocol.Zip", at: number * 1_000 + 10, parent: 1)
            for (delay, isLate) in [(UInt64(2_000), false), (3_000_000, true)] {
                var sample = isLate ? late : early
                sample.add(Self.node("edge-1"), receivedMillis: number * 1_000 + delay, spans)
                sample.add(.athens, receivedMillis: number * 1_000 + delay, proxy)
                if isLate { late = sample } else { early = sample }
            }
        }
        let (prompt, delayed) = (try await lag(early), try await lag(late))
        func edge(_ result: FleetLagResult) throws -> NodeLag {
            try #require(result.nodes.first { $0.node.identity.name == "edge-1" })
        }
        #expect(try edge(prompt).arrival?.alarm.level == .fine)
        #expect(try edge(delayed).arrival?.alarm.level == .warning)
        #expect(try edge(delayed).edge?.p95Nanos == (try edge(prompt).edge?.p95Nanos))
        #expect(try edge(delayed).alarm(.edge)?.level == .fine)
        #expect(try edge(delayed).visibility == nil && (try edge(prompt).visibility) == nil)
        let note = try #require(delayed.notes.first { $0.code == "late_data" })
        #expect(note.message.contains("late is not slow"))
        #expect(!prompt.notes.contains { $0.code == "late_data" })
        // By when requests were, not by when they were told of.
        let reader = try await late.reader(at: folder.file("late.db"))
        let units = try FleetSample.slowest(reader).units
        #expect(units.allSatisfy { $0.durationNanos == 40_000_000 })
    }

    @Test(
        "lag guard 3: all telemetry late is a clock that is behind or a slow link, unless another node decides it"
    )
    func clockOrLink() async throws {
        var sample = FleetSample()
        sample.add(Self.node("late"), receivedMillis: 30_000, [Self.request(1)])
        sample.add(Self.node("prompt"), receivedMillis: 4_900, [Self.request(2)])
        let result = try await lag(sample)
        #expect(result.nodes.first { $0.node.identity.name == "late" }?.isClockOrLink == true)
        #expect(result.nodes.first { $0.node.identity.name == "prompt" }?.isClockOrLink == false)
        #expect(result.notes.first { $0.code == "clock_or_link" }?.nodes == ["late"])
        // The proxy saw the same request, at the same time: the clock is right, and the link slow.
        var decided = FleetSample()
        decided.add(Self.node("late"), receivedMillis: 30_000, [Self.request(1)])
        decided.add(
            .athens, receivedMillis: 1_000,
            FleetSample.athens(trace: 1, path: Self.zip, call: "protocol.Zip", at: 5, parent: 1))
        let decision = try await lag(decided)
        #expect(decision.nodes.first { $0.node.identity.name == "late" }?.isClockOrLink == false)
        #expect(!decision.notes.contains { $0.code == "clock_or_link" })
    }
}
