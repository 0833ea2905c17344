import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Answers that were none, and what spans say of them in words")
struct FalseSuccessTests {
    private let folder: TemporaryDirectory
    private static let caddy = FleetSample.Node(name: "caddy-1", service: "caddy", scope: "caddy")

    init() throws { folder = try TemporaryDirectory() }

    private static func answer(
        _ number: UInt64, _ kind: String = "zip", bytes: Int64?, _ more: [KeyValue] = [], status: Int64 = 200,
        spanKind: SpanKind = .server
    ) -> OTLPModel.Span {
        Sample.span(
            trace: number, id: 1, kind: spanKind, startMillis: number * 10, millis: number == 1_000 ? 50 : 5,
            attributes: FleetSample.attributes(
                "/github.com/a/b/@v/v1.0.\(number).\(kind)", status: status, bytes: bytes, more))
    }

    /// How the slowest request ended, the one with the number 1000.
    private func outcome(
        _ spans: [OTLPModel.Span], segmented: Bool = false
    ) async throws -> (outcome: RequestOutcome?, result: FleetSlowestResult) {
        var sample = FleetSample()
        sample.add(Self.caddy, spans)
        let reader = try await sample.reader(
            at: folder.file("\(UInt64.random(in: 0 ... .max)).db"), segmented: segmented)
        let result = try FleetSample.slowest(reader)
        return (result.units.first?.outcome, result)
    }

    private static func told(_ count: UInt64, _ kind: String = "zip") -> [OTLPModel.Span] {
        (0..<count).map { answer($0, kind, bytes: 5_000) }
    }

    @Test(
        "outcome false_200: no size at a node that says it of twenty others of the kind",
        arguments: [(19, .ok), (20, .false200)] as [(UInt64, RequestOutcome)], [false, true])
    func missingSize(_ expected: (UInt64, RequestOutcome), segmented: Bool) async throws {
        let (found, result) = try await outcome(
            Self.told(expected.0) + [Self.answer(1_000, bytes: nil)], segmented: segmented)
        #expect(found == expected.1)
        let isFalse = expected.1 == .false200
        #expect(result.quality.falseSuccesses == (isFalse ? 1 : 0))
        #expect(result.quality.notes().contains { $0.code == "false_200" } == isFalse)
        #expect(result.units.first?.failures == (isFalse ? 1 : 0))
    }

    @Test(
        "outcome false_200: of a checksum database, too, whose answers are never empty but for one",
        arguments: [
            ("/sumdb/sum.golang.org/lookup/github.com/a/b@v1.0.", .false200),
            ("/sumdb/sum.golang.org/tile/8/0/x001/", .false200), ("/github.com/a/b/@v/list?", .ok),
            ("/sumdb/sum.golang.org/supported?", .ok),
        ] as [(String, RequestOutcome)])
    func checksums(path: String, expected: RequestOutcome) async throws {
        func answer(_ number: UInt64, bytes: Int64?, millis: UInt64) -> OTLPModel.Span {
            let isFixed = path.hasSuffix("?")
            return Sample.span(
                trace: number, id: 1, startMillis: number * 10, millis: millis,
                attributes: FleetSample.attributes(
                    isFixed ? String(path.dropLast()) : path + "\(100 + number)", bytes: bytes))
        }
        let told = (0..<30).map { answer($0, bytes: 500, millis: 5) }
        #expect(try await outcome(told + [answer(800, bytes: nil, millis: 50)]).outcome == expected)
        #expect(try await outcome(told + [answer(800, bytes: 0, millis: 50)]).outcome == expected)
    }

    @Test(
        "outcome false_200: also where most of a kind are none, as long as the node says sizes of most of all"
    )
    func worst() async throws {
        let others = (1..<100).map { Self.answer($0, "zip", bytes: 5_000) }
        let few = (100..<103).map { Self.answer($0, "mod", bytes: 300) }
        let none =
            (200..<230).map { Self.answer($0, "mod", bytes: nil) } + [Self.answer(1_000, "mod", bytes: nil)]
        for segmented in [false, true] {
            #expect(try await outcome(others + few + none, segmented: segmented).outcome == .false200)
            // Of a kind that it never says a size of, nothing follows.
            #expect(try await outcome(others + none, segmented: segmented).outcome == .ok)
        }
    }

    @Test("outcome false_200: not where a node says no sizes, or seldom, or of other kinds")
    func silent() async throws {
        let untold = (0..<50).map { Self.answer($0, bytes: nil) }
        #expect(try await outcome(untold + [Self.answer(1_000, bytes: nil)]).outcome == .ok)
        let seldom = (100..<124).map { Self.answer($0, bytes: 5_000) }
        #expect(try await outcome(untold + seldom + [Self.answer(1_000, bytes: nil)]).outcome == .ok)
        #expect(try await outcome(Self.told(30) + [Self.answer(1_000, "mod", bytes: nil)]).outcome == .ok)
    }

    @Test(
        "outcome false_200: who sends spans under the name of a node, however many, does not excuse it",
        arguments: [("imitator", "192.0.2.1"), ("caddy", "203.0.113.9")], [10, 40, 4_000] as [UInt64])
    func imitator(_ other: (scope: String, peer: String), count: UInt64) async throws {
        var imitator = Self.caddy
        imitator.scope = other.scope
        for segmented in [false, true] {
            var sample = FleetSample()
            sample.add(Self.caddy, Self.told(30) + [Self.answer(1_000, bytes: nil)])
            sample.add(
                imitator, peer: other.peer, (2_000..<2_000 + count).map { Self.answer($0, bytes: nil) })
            let reader = try await sample.reader(
                at: folder.file("\(UInt64.random(in: 0 ... .max)).db"), segmented: segmented)
            let result = try FleetSample.slowest(reader)
            #expect(result.units.first?.outcome == .false200)
            // Of one that is not known by itself, what the node does tells; else its own ways do.
            #expect(result.quality.falseSuccesses == (count < 20 ? 1 + Int(count) : 1))
        }
    }

    @Test("stats by outcome says how many answers without a size it takes for good ones")
    func stats() async throws {
        for (told, expected) in [(30, 2), (0, 0)] as [(UInt64, Int)] {
            var sample = FleetSample()
            sample.add(
                Self.caddy,
                Self.told(told) + [Self.answer(1_000, bytes: nil), Self.answer(1_001, "mod", bytes: nil)])
            let reader = try await sample.reader(at: folder.file("stats-\(told).db"))
            func notes(_ query: StatsQuery) throws -> [QualityNote] {
                ResultTable.stats(try reader.stats(query), query, ratioTitle: nil, zone: .utc).notes
            }
            let note = try notes(StatsQuery(window: .all, keys: [.outcome])).first { $0.code == "false_200" }
            #expect((note != nil) == (expected > 0))
            #expect(note?.message.hasPrefix("2 answers 200 without a size") ?? true)
            #expect(try !notes(StatsQuery(window: .all, keys: [.node])).contains { $0.code == "false_200" })
        }
        let quality = try await outcome(Self.told(30) + [Self.answer(1_000, bytes: nil)]).result.quality
        let message = quality.notes().first { $0.code == "false_200" }?.message
        #expect(message?.hasSuffix("quick ones to lists cannot be told from lists that are empty") == true)
    }

    @Test("outcome false_200: a node's sizes in other segments tell as much", arguments: [19, 20])
    func elsewhere(count: UInt64) async throws {
        var sample = FleetSample()
        sample.add(Self.caddy, [Self.answer(1_000, bytes: nil)])
        sample.add(Self.caddy, Self.told(count))
        let reader = try await sample.reader(at: folder.file("\(count).db"), segmented: true)
        let result = try FleetSample.slowest(reader)
        #expect(result.units.first?.outcome == (count < 20 ? .ok : .false200))
        #expect(result.quality.falseSuccesses == (count < 20 ? 0 : 1))
    }

    @Test("outcome false_200: HEAD has no body, and what was answered behind the node was an answer")
    func answered() async throws {
        for segmented in [false, true] { try await answered(segmented: segmented) }
    }

    /// - Parameter segmented: whether the two parts of the trace lie in different segments
    private func answered(segmented: Bool) async throws {
        let head = [KeyValue("http.request.method", .string("HEAD"))]
        #expect(try await outcome(Self.told(30) + [Self.answer(1_000, bytes: nil, head)]).outcome == .ok)
        let old = [KeyValue("http.method", .string("HEAD"))]
        #expect(try await outcome(Self.told(30) + [Self.answer(1_000, bytes: nil, old)]).outcome == .ok)
        for (millis, expected) in [(40, .ok), (60, .false200)] as [(UInt64, RequestOutcome)] {
            var sample = FleetSample()
            sample.add(Self.caddy, Self.told(30) + [Self.answer(1_000, bytes: nil)])
            sample.add(
                .athens,
                FleetSample.athens(
                    trace: 1_000, path: "/github.com/a/b/@v/v1.0.1000.zip", call: "protocol.Zip",
                    at: 10_001, fetchMillis: millis, parent: 1))
            let reader = try await sample.reader(
                at: folder.file("hops-\(millis)-\(segmented).db"), segmented: segmented)
            let units = try FleetSample.slowest(reader).units
            let edge = units.first { $0.node.identity.name == "caddy-1" && $0.durationNanos == 50_000_000 }
            #expect(edge?.outcome == expected, "one that took \(millis) ms")
        }
    }

    @Test(
        "outcome false_200: of lists, which may be empty, by the time that others took to be given up",
        arguments: [
            ("/github.com/a/b/@v/list", 10_100, 3, .false200),
            ("/sumdb/sum.golang.org/supported", 9_900, 3, .false200),
            // Another time; too few others; at once, as an empty list is told.
            ("/github.com/a/b/@v/list", 12_000, 3, .ok), ("/github.com/a/b/@v/list", 10_100, 2, .ok),
            ("/github.com/a/b/@v/list", 999, 3, .ok),
        ] as [(String, UInt64, UInt64, RequestOutcome)])
    func lists(path: String, millis: UInt64, others: UInt64, expected: RequestOutcome) async throws {
        let givenUp = (500..<500 + others).map { number in
            Sample.span(
                trace: number, id: 1, startMillis: number * 10, millis: min(millis, 10_000),
                attributes: FleetSample.attributes("/github.com/a/b/@v/v1.0.\(number).mod", bytes: nil))
        }
        let list = Sample.span(
            trace: 1_000, id: 1, startMillis: 20_000, millis: millis,
            attributes: FleetSample.attributes(path, bytes: nil))
        for segmented in [false, true] {
            let (_, result) = try await outcome(Self.told(30, "mod") + givenUp + [list], segmented: segmented)
            let found = result.units.filter {
                $0.start == UnixNanos(clamping: Sample.baseNanos + 20_000_000_000)
            }
            #expect(found.map(\.outcome) == [expected])
        }
    }

    @Test("outcome false_200: a size of 0, but of a zip, which is empty; and not of HEAD")
    func zero() async throws {
        for (kind, expected) in [("info", .false200), ("mod", .false200), ("zip", .empty)]
            as [(String, RequestOutcome)]
        {
            #expect(try await outcome([Self.answer(1_000, kind, bytes: 0)]).outcome == expected)
        }
        let head = [KeyValue("http.request.method", .string("HEAD"))]
        #expect(try await outcome([Self.answer(1_000, "mod", bytes: 0, head)]).outcome == .ok)
        #expect(try await outcome([Self.answer(1_000, "mod", bytes: 0, status: 404)]).outcome == .notFound)
    }

    @Test(
        "outcome empty: a zip of less than 22 bytes",
        arguments: [(21, .empty), (22, .ok)] as [(Int64, RequestOutcome)])
    func empty(bytes: Int64, expected: RequestOutcome) async throws {
        #expect(try await outcome([Self.answer(1_000, bytes: bytes)]).outcome == expected)
    }

    @Test("no answer tells of no cache: who makes errors up is none that answers alone")
    func noCache() async throws {
        // Passed on, all of it, but for what could not be.
        var spans: [OTLPModel.Span] = []
        for number in 0..<UInt64(30) {
            spans.append(Self.answer(number, bytes: 5_000))
            spans.append(
                Sample.span(
                    trace: number, id: 2, parent: 1, kind: .client, startMillis: number * 10, millis: 4))
        }
        spans += (990...1_000).map { Self.answer($0, bytes: nil) }
        let (_, result) = try await outcome(spans)
        #expect(Set(result.units.map(\.cacheResult)) == [.unknown])
        #expect(result.units.count { $0.outcome == .false200 } == 11)
    }

    @Test(
        "outcomes truncated and checksum_mismatch: where a span says so",
        arguments: [
            ("goproxy.fetch.outcome", "truncated", .truncated),
            ("goproxy.fetch.outcome", "checksum_mismatch", .checksumMismatch),
            ("goproxy.fetch.outcome", "rate_limited", .rateLimited),
            ("goproxy.fetch.outcome", "wonderful", .ok),
            ("error.type", "checksum_mismatch", .checksumMismatch), ("error.type", "truncated", .truncated),
            ("error.type", "timeout", .ok), ("error.type", "404", .ok),
            ("error.type", "name_resolution", .ok),
        ] as [(String, String, RequestOutcome)])
    func words(key: String, word: String, expected: RequestOutcome) async throws {
        let more = [KeyValue(key, .string(word))]
        #expect(try await outcome([Self.answer(1_000, bytes: 5_000, more)]).outcome == expected)
    }

    @Test("outcomes truncated, checksum_mismatch and upstream_error: as the go command's log tells them")
    func goCommand() async throws {
        var log = GoCommandLog()
        for line in [
            "# get https://p.com/github.com/a/b/@v/v1.0.0.zip",
            "# get https://p.com/github.com/a/b/@v/v1.0.0.zip: 200 OK (0.5s)",
            "go: github.com/a/b@v1.0.0: unexpected EOF",
            "# get https://p.com/github.com/c/d/@v/v1.0.0.zip",
            "# get https://p.com/github.com/c/d/@v/v1.0.0.zip: 200 OK (0.4s)",
            "verifying github.com/c/d@v1.0.0: checksum mismatch",
            "# get https://p.com/github.com/e/f/@v/v1.0.0.zip",
            "# get https://p.com/github.com/e/f/@v/v1.0.0.zip: 200 OK (0.3s)",
            "go: github.com/e/f@v1.0.0: stream error: stream ID 5; INTERNAL_ERROR; received from peer",
            "# get https://p.com/github.com/g/h/@v/v1.0.0.zip",
            "# get https://p.com/github.com/g/h/@v/v1.0.0.zip: dial tcp: lookup p.com: no such host",
        ] { log.take(line[...]) }
        #expect(log.steps.map(\.isTruncated) == [true, false, true, false])
        #expect(log.counts.messages == 3)
        let session = GoCommandSession(seed: (1, 2))
        let spans = log.steps.enumerated().map { number, step in
            session.span(
                of: step, number: number,
                from: UnixNanos(clamping: Sample.baseNanos),
                to: UnixNanos(clamping: Sample.baseNanos + UInt64(step.nanos ?? 0)))
        }
        var sample = FleetSample()
        sample.add(FleetSample.Node(name: "build-1", service: "go", scope: "traceq.gox"), spans)
        let units = try FleetSample.slowest(try await sample.reader(at: folder.file("gox.db"))).units
        #expect(units.map(\.outcome) == [.truncated, .checksumMismatch, .truncated, .upstreamError])
        #expect(units.map(\.failures) == [1, 1, 1, 1])
    }
}
