import ArgumentParser
import Testing

@testable import fleetgen

@Suite("Faults have a time, a place and a strength", .serialized)
struct PlannedFaultTests {
    /// What a fault does to a request, if anything.
    private struct Case: Sendable {
        var fault: String
        /// Whether a request can show it at all.
        var concerns: @Sendable (Exchange) -> Bool = { _ in true }
        var shows: @Sendable (Exchange) -> Bool
    }

    private static let cases: [String: Case] = Dictionary(
        uniqueKeysWithValues: [
            Case(fault: "node-errors") { $0.proxy?.status == 500 },
            Case(fault: "upstream-errors", concerns: { $0.proxy?.stash?.fetch != nil }) { $0.status == 500 },
            Case(fault: "rate-limited", concerns: { $0.proxy?.stash?.fetch != nil }) { $0.status == 429 },
            Case(fault: "masked-timeout", concerns: { $0.proxy?.stash?.fetch != nil }) {
                $0.proxy?.status == 404 && ($0.proxy?.interval.milliseconds ?? 0) >= 60_000
            },
            Case(fault: "sumdb-unsupported", concerns: { $0.target.kind == .sumdbSupported }) {
                $0.proxy?.status == 404
            },
            Case(fault: "empty-zip", concerns: { $0.target.kind == .zip && $0.status == 200 }) {
                $0.edge?.bodyBytes == 0
            },
            Case(fault: "truncated", concerns: { $0.target.kind == .zip && $0.status == 200 }) {
                ($0.edge?.bodyBytes ?? .max) < $0.target.bytes
            },
            Case(fault: "size-divergence", concerns: { $0.target.kind == .zip && $0.status == 200 }) {
                ($0.edge?.bodyBytes ?? 0) > $0.target.bytes
            },
            Case(fault: "bad-tile", concerns: { $0.target.kind == .sumdbTile && $0.target.bytes == 8_192 }) {
                $0.edge?.bodyBytes == 4_096
            },
            Case(fault: "cached-redirect", concerns: { $0.target.kind.isVersionFile }) { $0.status == 301 },
            Case(fault: "semantic-divergence", concerns: { $0.target.kind.isVersionFile }) {
                $0.status == 404 && $0.proxy == nil
            },
            Case(fault: "ghost-status", concerns: { $0.client?.region.name == "eu-central-1" }) {
                !$0.isServed && $0.status == 403
            },
            Case(
                fault: "fallback-storm", concerns: { $0.target.kind.isVersionFile && $0.proxy != nil }
            ) { $0.proxy?.status == 404 && $0.goCommand?.bypass != nil },
            Case(fault: "client-aborts", concerns: { $0.target.kind == .zip }) { $0.status == 499 },
            Case(fault: "version-regression", concerns: { $0.edge?.node.isIdentified == true }) {
                $0.edge?.status == 500 && $0.proxy?.status != 500
            },
            Case(fault: "edge-errors") { $0.edge?.isOwnAnswer == true && $0.proxy == nil },
        ].map { ($0.fault, $0) })

    private static func exchanges(_ fault: String, seconds: Double = 240) -> [Exchange] {
        let planned = PlannedFault(argument: fault).map { [$0] } ?? []
        let fleet = Fleet(edgeCount: 6, regionCount: 2, faults: planned, seed: 3)
        var stream = SpanStream(fleet: fleet, plan: Sample.plan(seconds: seconds, rate: 60), seed: 3)
        var found: [Exchange] = []
        while let next = stream.next(until: .max) { found.append(next.exchange) }
        return found
    }

    @Test(
        "what a fault does happens from its begin to its end, and hardly ever else",
        arguments: cases.keys.sorted())
    func time(kind: String) throws {
        let expected = try #require(Self.cases[kind])
        let all = Self.exchanges("\(kind):after=80s,for=80s,strength=0.5").filter(expected.concerns)
        let when = (Sample.start + 80_000_000_000)..<(Sample.start + 160_000_000_000)
        let within = all.filter { when.contains($0.proxy?.interval.start ?? $0.start) }
        let outside = all.filter { !when.contains($0.proxy?.interval.start ?? $0.start) }
        func share(_ exchanges: [Exchange]) -> Double {
            Double(exchanges.count(where: expected.shows)) / Double(max(exchanges.count, 1))
        }
        #expect(within.count(where: expected.shows) >= 3, "of \(within.count)")
        #expect(share(outside) < 0.01 && share(within) > 5 * share(outside))
    }

    @Test("times grow by the strength, where and when they should")
    func slower() {
        func median(_ exchanges: [Exchange], _ milliseconds: (Exchange) -> Double) -> Double {
            let values = exchanges.map(milliseconds).sorted()
            return values.isEmpty ? 0 : values[values.count / 2]
        }
        let link = Self.exchanges("slow-link:after=120s,strength=200,at=us-east-1").filter {
            $0.edge != nil && $0.proxy != nil
        }
        func way(_ region: String, late: Bool) -> Double {
            median(
                link.filter {
                    $0.edge?.node.region.name == region
                        && ($0.start >= Sample.start + 120_000_000_000) == late
                        && $0.edge?.isOwnAnswer == false && $0.edge?.node.kind == .nginx
                }
            ) { ($0.edge?.asked?.milliseconds ?? 0) - ($0.proxy?.interval.milliseconds ?? 0) }
        }
        #expect(way("us-east-1", late: true) > 200)
        #expect(way("us-east-1", late: false) < 10 && way("eu-central-1", late: true) < 10)

        let lookups = Self.exchanges("sumdb-slow:strength=50").filter {
            $0.target.kind == .sumdbLookup && $0.proxy != nil
        }
        #expect(median(lookups) { $0.proxy?.interval.milliseconds ?? 0 } > 1_000)
        let waiting = Self.exchanges("queue:strength=3,at=athens-fra-1").filter {
            $0.proxy?.node.instance == "athens-fra-1"
        }
        #expect(median(waiting) { $0.proxy?.interval.milliseconds ?? 0 } > 500)
    }

    @Test("cache-flush: what was there is fetched again, once")
    func flush() {
        let all = Self.exchanges("cache-flush:after=120s")
        func hits(_ seconds: Range<UInt64>) -> Double {
            let files = all.filter {
                $0.target.kind.isVersionFile && $0.edge?.node.kind == .nginx
                    && seconds.contains(($0.start - Sample.start) / 1_000_000_000)
            }
            return Double(files.count { $0.edge?.cacheStatus == "HIT" }) / Double(max(files.count, 1))
        }
        #expect(hits(60..<120) > 0.5)
        #expect(hits(120..<150) < 0.4)
        #expect(hits(120..<150) < hits(200..<240))
    }

    @Test("stampede: several fetch one version at once")
    func stampede() {
        func fetches(_ fault: String) -> Int {
            Self.exchanges(fault).count { $0.proxy?.stash?.fetch != nil }
        }
        #expect(fetches("stampede") > fetches("none"))
    }

    @Test(
        "words are read as they are meant, or refused",
        arguments: [
            ("slow-node", true), ("slow-node:after=30m,for=20m,strength=4,at=edge-fra-01", true),
            ("slow-nod", false), ("slow-node:", false), ("slow-node:strength=0", false),
            ("slow-node:strength=nan", false), ("edge-errors:strength=1.5", false),
            ("slow-node:when=1m", false),
            ("version-regression:strength=3,at=proxies", true), ("negative-cache:for=9m", true),
            ("clock-skew:after=1m", false), ("cold-cache", true), ("none", true),
        ])
    func words(text: String, isRead: Bool) {
        #expect((PlannedFault(argument: text) != nil) == isRead)
        #expect((try? RunCommand.parse(["--fault", text])) != nil || !isRead)
    }

    @Test("a place that there is not is told with those there are")
    func places() {
        let error = #expect(throws: (any Error).self) {
            try RunCommand.parse(["--nodes", "2", "--regions", "1", "--fault", "slow-node:at=edge-x"])
        }
        #expect(error.map { RunCommand.message(for: $0).contains("edge-fra-01, edge-fra-02") } == true)
    }
}
