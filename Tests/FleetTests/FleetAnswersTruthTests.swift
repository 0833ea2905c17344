import FleetSupport
import Testing

@testable import Telemetry
@testable import fleetgen

/// What `slowest` and `misses` say of a fleet is held against what was really going on.
@Suite("Answers about a fleet agree with what was really going on", .timeLimit(.minutes(15)))
struct FleetAnswersTruthTests {
    // MARK: slowest

    @Test(
        "slowest by request: the same requests in the same order, with what was asked for and what became of it"
    )
    func slowestRequests() async throws {
        let fleet = try await RecordedFleet.field.value
        let answers = fleet.answers
        let result = try TelemetryReader(path: fleet.path).slowest(
            FleetSlowestQuery(window: .all, limit: 200))
        let expected = answers.slowest(10_000).filter { $0.truth.kind != "ops" }.prefix(200)
        #expect(result.units.map(\.durationNanos) == expected.map(\.durationNanos))
        for (unit, seen) in zip(result.units, expected) {
            let truth = seen.truth
            #expect(unit.traceID.hex == truth.traceIds[0])
            #expect(unit.module?.module ?? "" == truth.module && unit.module?.version ?? "" == truth.version)
            #expect(unit.kind?.name == truth.kind && unit.httpStatus == seen.status)
            #expect(unit.client?.address == truth.clientAddress)
            #expect(unit.node.identity.name == answers.nodes[seen.node]?.name)
        }
    }

    @Test("slowest by request: why they were slow, and which stage is guilty")
    func reasons() async throws {
        let fleet = try await RecordedFleet.field.value
        let answers = fleet.answers
        let result = try TelemetryReader(path: fleet.path).slowest(
            FleetSlowestQuery(window: .all, limit: 1_000, minDurationNanos: 1_000_000_000))
        let truths = Dictionary(
            answers.requests.map { ($0.truth.traceIds[0], $0) }, uniquingKeysWith: { first, _ in first })
        var reasons: [String: Int] = [:]
        var wrong: [String: Int] = [:]
        for unit in result.units {
            let seen = try #require(truths[unit.traceID.hex])
            // What lies behind shows nowhere: nothing can tell why.
            guard seen.role == "edge", let node = answers.nodes[seen.node], node.propagates else { continue }
            let expected = seen.truth.slowClass ?? "none"
            let found = unit.reason?.rawValue ?? "none"
            reasons[expected, default: 0] += 1
            if expected != found { wrong["\(expected) as \(found)", default: 0] += 1 }
            guard found == expected, found == "cold_vcs" || found == "coalesced" else { continue }
            let stage = unit.stages.guilty?.stage.name ?? "none"
            if stage != seen.truth.longestStage {
                wrong["\(seen.truth.longestStage) by \(stage)", default: 0] += 1
            }
        }
        #expect(wrong.isEmpty, "of \(reasons): \(wrong)")
        #expect(reasons["cold_vcs", default: 0] > 10 && reasons["list_latest", default: 0] > 10, "\(reasons)")
    }

    @Test(
        "slowest by fetch and by session: who asked for what, and for how long",
        arguments: SlowestUnit.allCases)
    func slowestSets(unit: SlowestUnit) async throws {
        guard unit != .request else { return }
        let fleet = try await RecordedFleet.field.value
        let answers = fleet.answers
        let result = try TelemetryReader(path: fleet.path).slowest(
            FleetSlowestQuery(window: .all, unit: unit, limit: 100_000))
        var byKey: [String: [SlowUnit]] = [:]
        for found in result.units {
            byKey["\(found.client?.address ?? "") \(found.module.map(text) ?? "")", default: []].append(found)
        }
        var missing: [String] = []
        let expected =
            unit == .fetch
            ? answers.completeFetches.map { Set(answers, $0) }
            : answers.completeSessions.map { Set(answers, $0) }
        for set in expected {
            let found = byKey[set.key]?.first { found in
                abs(found.start.rawValue - set.start) <= 1_000_000
                    && abs(found.durationNanos - set.durationNanos) <= 1_000_000 + set.durationNanos / 100
                    && found.requests == set.requests && found.fetches == set.fetches
            }
            if found == nil { missing.append("\(set.key) \(set.requests)") }
        }
        #expect(missing.isEmpty, "\(missing.count) of \(expected.count), such as \(missing.prefix(3))")
        #expect(expected.count > 100)
        #expect(result.units.count >= expected.count)
    }

    private func text(_ name: ModuleName) -> String { "\(name.module)@\(name.version ?? "")" }

    /// A fetch or a session, by the clock of the node that the client asked.
    fileprivate struct Set {
        let key: String
        let start: Int64
        let durationNanos: Int64
        let requests: Int
        let fetches: Int
    }

    // MARK: misses

    @Test("misses: what the caches did for files that never change, as clients had it")
    func missTotals() async throws {
        let fleet = try await RecordedFleet.field.value
        let result = try TelemetryReader(path: fleet.path).misses(
            MissQuery(window: .all, dimension: .module, limit: 100_000))
        let wanted = { (seen: SeenRequest) in
            TruthAnswers.immutableKinds.contains(seen.truth.kind) && !seen.isOrphan
        }
        let figures = RequestFigures(fleet.answers.requests(where: wanted))
        expectEqual(result.totals, figures, "all")
        let byModule = fleet.answers.figures(by: { $0.truth.module }, where: wanted)
        #expect(result.groups.count == byModule.count)
        for group in result.groups {
            let module = try #require(group.key)
            expectEqual(group.counts, try #require(byModule[module]), module)
        }
    }

    @Test("misses by kind and by region, as clients had it", arguments: ["kind", "region"])
    func missGroups(dimension: String) async throws {
        let fleet = try await RecordedFleet.field.value
        let result = try TelemetryReader(path: fleet.path).misses(
            MissQuery(window: .all, dimension: FleetDimension(dimension), limit: 100_000))
        let figures = fleet.answers.figures(
            by: { dimension == "kind" ? $0.truth.kind : tellsRegion($0, fleet.answers) ? $0.region : "" },
            where: { TruthAnswers.immutableKinds.contains($0.truth.kind) && !$0.isOrphan })
        #expect(Swift.Set(result.groups.map { $0.key ?? "" }) == Swift.Set(figures.keys))
        for group in result.groups {
            expectEqual(group.counts, try #require(figures[group.key ?? ""]), group.key ?? "")
        }
    }

    /// Nodes that do not name themselves do not say where they are, nor does Traefik.
    private func tellsRegion(_ seen: SeenRequest, _ answers: TruthAnswers) -> Bool {
        guard let node = answers.nodes[seen.node] else { return false }
        return node.name == node.instance && node.implementation != "traefik"
    }

    @Test("misses by node: what each did by itself, and what it fetched more than once")
    func missNodes() async throws {
        let fleet = try await RecordedFleet.field.value
        let result = try TelemetryReader(path: fleet.path).misses(
            MissQuery(window: .all, dimension: .node, limit: 100_000))
        let wanted = { (hop: SeenHop) in TruthAnswers.immutableKinds.contains(hop.truth.kind) }
        let figures = fleet.answers.figuresByNode(where: wanted)
        #expect(result.groups.count == figures.count)
        var again: [String: Int] = [:]
        for (_, hops) in Dictionary(
            grouping: fleet.answers.hops.filter {
                wanted($0) && ["miss", "expired"].contains($0.cacheResult) && $0.status == 200
            },
            by: { "\($0.node) \($0.truth.path)" })
        {
            again[hops[0].node, default: 0] += hops.count - 1
        }
        for (instance, figures) in figures {
            let name = fleet.answers.nodes[instance]?.name
            let group = try #require(result.groups.first { $0.key == name }, "\(instance)")
            expectEqual(group.counts, figures, instance)
            #expect(group.counts.refetches == again[instance] ?? 0, "\(instance)")
        }
    }

    private func expectEqual(_ counts: MissCounts, _ figures: RequestFigures, _ what: String) {
        var found: [String: Int] = [:]
        for result in CacheResult.allCases where counts[result] > 0 { found[result.name] = counts[result] }
        #expect(found == figures.cacheResults, "\(what)")
        #expect(counts.requests == figures.count && counts.hits == figures.hits, "\(what)")
        #expect(counts.lookups == figures.lookups && counts.ratio == figures.hitRatio, "\(what)")
    }
}

extension FleetAnswersTruthTests.Set {
    fileprivate init(_ answers: TruthAnswers, _ fetch: FetchTruth) {
        let session = answers.truth.sessions[fetch.session]
        self.init(
            key: "\(session.clientAddress) \(fetch.module)@\(fetch.version)",
            start: Int64(fetch.startNs) + answers.clockOffset(of: session),
            durationNanos: Int64(fetch.durationNs),
            requests: fetch.requests, fetches: 1)
    }

    fileprivate init(_ answers: TruthAnswers, _ session: SessionTruth) {
        self.init(
            key: "\(session.clientAddress) ",
            start: Int64(session.startNs) + answers.clockOffset(of: session),
            durationNanos: Int64(session.durationNs), requests: session.requests, fetches: session.fetches)
    }
}
