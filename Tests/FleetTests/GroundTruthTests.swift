import FleetSupport
import Telemetry
import Testing

@testable import fleetgen

/// A recorded fleet is asked what `traceq` can be asked, and the answers are held against what was really going on.
@Suite("Answers agree with what was really going on", .timeLimit(.minutes(15)))
struct GroundTruthTests {
    @Test("the field has all that answers are held against")
    func material() async throws {
        let answers = try await RecordedFleet.field.value.answers
        let figures = RequestFigures(answers.requests)
        #expect(figures.count > 2_000)
        #expect(figures.cacheResults.keys.contains("coalesced"), "\(figures.cacheResults)")
        #expect(figures.hits > 500 && figures.lookups > figures.hits && figures.unknown > 100)
        #expect(figures.count("probe") > 20 && figures.count("not_found") > 20, "\(figures.outcomes)")
        #expect(answers.splitRequests().count > 20)
        #expect(answers.requests.contains { $0.isOrphan })
        #expect(answers.completeFetches.contains { $0.isCold })
        #expect(answers.visibility.contains { $0.lowerNanos != nil })
        #expect(Set(answers.visibility.map(\.node)).count > 10)
        #expect(answers.listStaleness.values.contains { $0 > 1_000_000_000 }, "\(answers.listStaleness)")
        #expect(answers.configurationAdoption.count > 5, "\(answers.configurationAdoption)")
        #expect(answers.edgeOverheads.count > 6 && answers.queueTimes.count == 3)
    }

    @Test(
        "slowest lists every request once, as long as its own span says, and the proxy's part where it is apart"
    )
    func slowest() async throws {
        let fleet = try await RecordedFleet.field.value
        let answers = fleet.answers
        let result = try TelemetryReader(path: fleet.path).slowest(SlowestQuery(window: .all, limit: 100_000))
        let apart = answers.splitRequests().compactMap { SeenHop(proxyOf: $0.truth, nodes: answers.nodes) }
        var expected = answers.requests.map { Row($0.node, $0.start, $0.durationNanos, answers) }
        expected += apart.map { Row($0.node, $0.start, $0.durationNanos, answers) }
        let found = result.rows.map { Row(name: $0.node.name, start: $0.start, nanos: $0.durationNanos) }
        #expect(found.count == expected.count)
        #expect(Set(found) == Set(expected))
        let first = try #require(answers.slowest(1).first)
        #expect(result.rows.first?.spanID.hex == first.truth.spanId)
        #expect(result.rows.first?.traceID.hex == first.truth.traceIds[0])
    }

    @Test("stats by node: counts, errors and quantiles of server spans")
    func nodes() async throws {
        let fleet = try await RecordedFleet.field.value
        let query = StatsQuery(
            window: .all, keys: [.node], predicates: [try SpanPredicate(parsing: "kind=server")])
        let result = try TelemetryReader(path: fleet.path).stats(query)
        let figures = fleet.answers.figuresByNode()
        #expect(result.groups.count == figures.count)
        for (instance, figures) in figures {
            let node = try #require(fleet.answers.nodes[instance])
            let group = try #require(result.groups.first { $0.key == [.text(node.name)] }, "\(instance)")
            #expect(group.totals.spans == figures.count)
            #expect(UInt64(group.quantiles.p50) == figures.duration(0.5))
            #expect(UInt64(group.quantiles.p50) == node.durationP50Ns)
            #expect(UInt64(group.quantiles.p99) == node.durationP99Ns)
            #expect(UInt64(group.totals.longestNanos) == node.durationMaxNs)
        }
    }

    @Test("stats by module, version and kind: every server span is of what was asked for")
    func modules() async throws {
        let fleet = try await RecordedFleet.field.value
        let query = StatsQuery(
            window: .all, keys: [.module, .moduleVersion, .moduleKind],
            predicates: [try SpanPredicate(parsing: "kind=server")])
        let result = try TelemetryReader(path: fleet.path).stats(query)
        var expected: [[SpanValue]: Int] = [:]
        for hop in fleet.answers.hops {
            let truth = hop.truth
            func text(_ word: String) -> SpanValue { word.isEmpty ? .missing : .text(word) }
            expected[[text(truth.module), text(truth.version), text(truth.kind)], default: 0] += 1
        }
        let found = Dictionary(uniqueKeysWithValues: result.groups.map { ($0.key, $0.totals.spans) })
        #expect(found == expected)
    }

    @Test("stats by outcome and cache result: what edges say is what happened")
    func outcomes() async throws {
        let fleet = try await RecordedFleet.field.value
        let query = StatsQuery(
            window: .all, keys: [.node, .cacheResult], predicates: [try SpanPredicate(parsing: "kind=server")]
        )
        let result = try TelemetryReader(path: fleet.path).stats(query)
        let figures = fleet.answers.figuresByNode()
        for node in fleet.truth.nodes where node.tellsCache {
            let told = figures[node.instance]?.cacheResults ?? [:]
            // Envoy marks hits alone: that the others are misses takes a look at the spans below.
            let words = node.implementation == "envoy" ? ["hit"] : ["hit", "miss", "expired"]
            for word in words {
                let group = result.groups.first { $0.key == [.text(node.name), .text(word)] }
                #expect(group?.totals.spans ?? 0 == told[word] ?? 0, "\(node.instance) \(word)")
            }
        }
    }

    /// A row of `slowest`, by what tells requests apart.
    fileprivate struct Row: Hashable {
        let name: String
        let start: UnixNanos
        let nanos: Int64
    }
}

extension GroundTruthTests.Row {
    fileprivate init(_ instance: String, _ start: UnixNanos, _ nanos: Int64, _ answers: TruthAnswers) {
        self.init(name: answers.nodes[instance]?.name ?? instance, start: start, nanos: nanos)
    }
}
