import FleetSupport
import Foundation
import TestSupport
import Testing
import fleetgen

@testable import Telemetry

@Suite("nodes, lag and map, held against what was really going on", .timeLimit(.minutes(15)))
struct FleetNodesTruthTests {
    /// The end of a window that has the whole recording, and all that arrived of it.
    private static func end(_ fleet: RecordedFleet) -> UnixNanos {
        let last = fleet.truth.nodes.compactMap { $0.arrivalLag?.lastArrivalNs }.max() ?? 0
        return UnixNanos(clamping: last).advanced(byNanos: 1_000_000_000)
    }

    private static func nodes(
        _ fleet: RecordedFleet, filter: NodeFilter = NodeFilter()
    ) throws -> FleetNodesResult {
        let end = end(fleet)
        return try TelemetryReader(path: fleet.path).fleetNodes(
            FleetNodesQuery(window: TimeWindow(since: .distantPast, until: end), filter: filter, now: end))
    }

    private static func lag(_ fleet: RecordedFleet, _ path: String? = nil) throws -> FleetLagResult {
        let end = end(fleet)
        return try TelemetryReader(path: path ?? fleet.path).fleetLag(
            FleetLagQuery(window: TimeWindow(since: .distantPast, until: end), now: end))
    }

    private static func isNear(_ value: Int64?, _ truth: UInt64?, within share: Double = 0.01) -> Bool {
        guard let value, let truth else { return value == nil && truth == nil }
        return abs(Double(value) - Double(truth)) <= share * Double(truth) + 1
    }

    // MARK: Nodes

    @Test("nodes: requests, failures and hits are exact, and quantiles within 1 %")
    func traffic() async throws {
        let fleet = try await RecordedFleet.field.value
        let result = try Self.nodes(fleet)
        let figures = fleet.answers.figuresByNode { $0.truth.kind != "ops" }
        let files = fleet.answers.figuresByNode { TruthAnswers.immutableKinds.contains($0.truth.kind) }
        let truths = Dictionary(uniqueKeysWithValues: fleet.truth.nodes.map { ($0.name, $0) })
        #expect(result.nodes.count >= 15)
        for (name, truth) in figures {
            let report = try #require(
                result.nodes.first { $0.node.identity.name == (fleet.answers.nodes[name]?.name ?? name) },
                "\(name)")
            let traffic = report.traffic
            #expect(traffic.requests == truth.count, "\(name)")
            #expect(traffic.failures == truth.failures, "\(name)")
            #expect(traffic.judged == truth.count - truth.count("probe", "aborted"), "\(name)")
            #expect(traffic.hits == files[name]?.hits ?? 0, "\(name)")
            #expect(traffic.lookups == files[name]?.lookups ?? 0, "\(name)")
            #expect(Self.isNear(traffic.p50Nanos, truth.duration(0.5)), "\(name)")
            #expect(Self.isNear(traffic.p95Nanos, truth.duration(0.95)), "\(name)")
            let node = try #require(truths[report.node.identity.name])
            #expect(report.spans == node.deliveredSpans, "\(name)")
        }
    }

    @Test("nodes: who they are, where they stand, and what they run")
    func identities() async throws {
        let fleet = try await RecordedFleet.field.value
        for report in try Self.nodes(fleet).nodes {
            let truth = try #require(fleet.truth.nodes.first { $0.name == report.node.identity.name })
            #expect(report.node.software?.rawValue == truth.implementation, "\(truth.name)")
            if truth.role != "mirror" { #expect(report.node.role?.rawValue == truth.role, "\(truth.name)") }
            if let region = report.node.region { #expect(region == truth.region, "\(truth.name)") }
        }
    }

    @Test("nodes: one that tells nothing any more is lost, and first; the others are heard of")
    func states() async throws {
        let fleet = try await RecordedFleet.field.value
        let result = try Self.nodes(fleet)
        let end = Self.end(fleet)
        for report in result.nodes {
            let truth = try #require(fleet.truth.nodes.first { $0.name == report.node.identity.name })
            let heartbeat = try #require(report.heartbeat, "\(truth.name)")
            let last = try #require(truth.arrivalLag?.lastArrivalNs)
            #expect(heartbeat.lastSeen == UnixNanos(clamping: last), "\(truth.name)")
            #expect(heartbeat.silenceNanos == end.rawValue - Int64(last))
            #expect(heartbeat.intervalNanos == 15_000_000_000, "declared by \(truth.name)")
            #expect((truth.silentFromNs != nil) == (heartbeat.state != .ok), "\(truth.name)")
        }
        let silent = try #require(fleet.truth.nodes.first { $0.silentFromNs != nil })
        #expect(result.nodes.first?.node.identity.name == silent.name)
        // Two minutes after the last arrival it is lost, and no nanosecond before.
        let last = UnixNanos(clamping: try #require(silent.arrivalLag?.lastArrivalNs))
        for (nanos, state) in [
            (Int64(40_000_000_000), NodeState.ok), (40_000_000_001, .late), (120_000_000_000, .late),
            (120_000_000_001, .lost),
        ] {
            let now = last.advanced(byNanos: nanos)
            let nodes = try TelemetryReader(path: fleet.path).fleetNodes(
                FleetNodesQuery(
                    window: TimeWindow(since: .distantPast, until: now),
                    filter: NodeFilter(node: silent.name), now: now))
            #expect(nodes.nodes.map(\.heartbeat?.state) == [state])
        }
    }

    @Test("nodes: regions add up, and filters leave the others out")
    func regions() async throws {
        let fleet = try await RecordedFleet.field.value
        let result = try Self.nodes(fleet)
        for region in result.regions {
            let members = result.nodes.filter { $0.node.region == region.region }
            #expect(region.nodes == members.count)
            let all = members.reduce(0) { $0 + $1.traffic.requests }
            #expect(region.traffic.requests <= all)
            // What edges ask a proxy beside them is the same request.
            if Set(members.map(\.node.role)) == [.edge] { #expect(region.traffic.requests == all) }
        }
        let edgesOnly = try Self.nodes(fleet, filter: NodeFilter(role: .edge))
        for region in edgesOnly.regions {
            let members = edgesOnly.nodes.filter { $0.node.region == region.region }
            #expect(region.traffic.requests == members.reduce(0) { $0 + $1.traffic.requests })
            #expect(region.traffic.failures == members.reduce(0) { $0 + $1.traffic.failures })
        }
        // A proxy alone is asked by those that are not.
        let proxies = try Self.nodes(fleet, filter: NodeFilter(role: .proxy))
        #expect(!proxies.regions.isEmpty)
        #expect(
            proxies.regions.reduce(0) { $0 + $1.traffic.requests }
                == proxies.nodes.reduce(0) { $0 + $1.traffic.requests })
        #expect(result.regions.reduce(0) { $0 + $1.nodes } == result.nodes.count)
        let edges = try Self.nodes(fleet, filter: NodeFilter(region: "cn-*", role: .edge)).nodes
        #expect(!edges.isEmpty)
        #expect(edges.allSatisfy { $0.node.region == "cn-east-2" && $0.node.role == .edge })
        let none = try Self.nodes(fleet, filter: NodeFilter(node: "nobody"))
        #expect(none.nodes.isEmpty && none.hasOthers)
    }

    // MARK: Lag

    @Test("lag L1: arrival lag is within 1 % of the truth, whatever the node's clock says")
    func arrival() async throws {
        let fleet = try await RecordedFleet.field.value
        let result = try Self.lag(fleet)
        for row in result.nodes {
            let truth = try #require(fleet.truth.nodes.first { $0.name == row.node.identity.name })
            let (lag, expected) = (try #require(row.arrival), try #require(truth.arrivalLag))
            #expect(lag.spans == truth.deliveredSpans, "\(truth.name)")
            // Corrected by an offset that is within 5 ms.
            for (value, exact) in [(lag.p50Nanos, expected.p50Ns), (lag.p95Nanos, expected.p95Ns)] {
                let difference = abs(Double(value) - Double(exact))
                #expect(
                    difference <= 0.01 * (Double(exact) + abs(Double(truth.clockOffsetNs))) + 5e6,
                    "\(truth.name): \(value) for \(exact)")
            }
            #expect((lag.alarm.level != .fine) == (lag.excessNanos > 30_000_000_000))
        }
    }

    @Test("lag L2: skew is within 5 ms of the truth where requests show both directions")
    func skew() async throws {
        let fleet = try await RecordedFleet.field.value
        let result = try Self.lag(fleet)
        var shown = 0
        for row in result.nodes {
            let truth = try #require(fleet.truth.nodes.first { $0.name == row.node.identity.name })
            guard let clock = row.clock else {
                #expect(
                    !truth.propagates || truth.role == "mirror", "nothing shows the clock of \(truth.name)")
                continue
            }
            #expect(clock.basis == .pairs, "\(truth.name)")
            #expect(
                (clock.offsetNanos - truth.clockOffsetNs).magnitude <= 5_000_000,
                "\(truth.name): \(clock.offsetNanos) for \(truth.clockOffsetNs)")
            #expect(clock.isWorthWarning == (truth.clockOffsetNs.magnitude > 250_000_000), "\(truth.name)")
            shown += 1
        }
        #expect(shown >= 12)
        #expect(result.notes.contains { $0.code == "skew" && $0.nodes.count == 2 })
    }

    @Test("lag L4: what edges add is within 1 % of the truth")
    func edges() async throws {
        let fleet = try await RecordedFleet.field.value
        let rows = try Self.lag(fleet).nodes
        var compared = 0
        for (name, overheads) in fleet.answers.edgeOverheads where overheads.count >= 20 {
            let reported = fleet.answers.nodes[name]?.name
            let edge = try #require(rows.first { $0.node.identity.name == reported }?.edge, "\(name)")
            guard !edge.isByTime, edge.requests == overheads.count else { continue }
            for (value, quantile) in [(edge.p50Nanos, 0.5), (edge.p95Nanos, 0.95)] {
                let rank = Int((quantile * Double(overheads.count)).rounded(.up)) - 1
                let exact = Double(overheads[rank])
                #expect(abs(Double(value) - exact) <= 0.01 * abs(exact) + 1, "\(name)")
            }
            compared += 1
        }
        #expect(compared >= 5)
    }

    @Test(
        "lag L5: confirmed visibility has the true moment within its bounds; with an index they are those of the truth"
    )
    func visibility() async throws {
        let fleet = try await RecordedFleet.field.value
        let folder = try TemporaryDirectory()
        let path = folder.file("indexed.db")
        try FileManager.default.copyItem(atPath: fleet.path, toPath: path)
        try Self.addIndex(fleet, to: path)
        let versions = try Self.lag(fleet, path).visibility
        var confirmed = 0
        for publication in fleet.truth.publications {
            for node in publication.nodes {
                let name = fleet.answers.nodes[node.node]?.name
                let row = versions.first {
                    $0.node.identity.name == name && $0.module.module == publication.module
                        && $0.module.version == publication.version
                }
                guard let row else { continue }
                #expect(row.published.time == UnixNanos(clamping: publication.publishedNs))
                #expect(row.published.source == .index)
                confirmed += row.isConfirmed ? 1 : 0
                // Clocks are known within 5 ms, and nginx's are of whole milliseconds.
                let slack: Int64 = 6_000_000
                func since(_ time: UInt64) -> Int64 { Int64(time) - Int64(publication.publishedNs) }
                if let lower = row.lowerNanos, let upper = row.upperNanos { #expect(lower < upper) }
                if let upper = row.upperNanos, let start = node.firstSuccessStartNs,
                    let end = node.firstSuccessEndNs
                {
                    #expect(upper >= since(start) - slack, "\(node.node)")
                    #expect(upper <= max(0, since(end)) + slack, "\(node.node)")
                }
                // A proxy that fetches in the background refuses what it could have.
                guard let visible = node.visibleNs, fleet.answers.nodes[node.node]?.isAsynchronous == false
                else { continue }
                if let lower = row.lowerNanos { #expect(lower <= since(visible) + slack, "\(node.node)") }
                if let upper = row.upperNanos { #expect(upper >= since(visible) - slack, "\(node.node)") }
            }
        }
        #expect(confirmed >= 10)
    }

    private static func addIndex(_ fleet: RecordedFleet, to path: String) throws {
        let connection = try Connection(path: path, mode: .readWrite)
        try connection.execute(
            """
            CREATE TABLE publication (module TEXT NOT NULL, version TEXT NOT NULL,
            published_at INTEGER NOT NULL, PRIMARY KEY (module, version)) STRICT, WITHOUT ROWID
            """)
        for publication in fleet.truth.publications {
            try connection.execute(
                "INSERT INTO publication VALUES ('\(publication.module)', '\(publication.version)', "
                    + "\(publication.publishedNs))")
        }
    }

    @Test("lag L5: without an index only what was refused while others had it is told")
    func firstSeen() async throws {
        let fleet = try await RecordedFleet.field.value
        let result = try Self.lag(fleet)
        #expect(!result.visibility.isEmpty)
        #expect(result.notes.contains { $0.code == "no_index" })
        let published = Dictionary(
            fleet.truth.publications.map { ($0.module + "@" + $0.version, $0) },
            uniquingKeysWith: { first, _ in first })
        for version in result.visibility where version.published.source == .firstSeen {
            let lower = try #require(version.lowerNanos)
            if version.upperNanos != nil { #expect(version.words.hasPrefix("≥ ")) }
            // It counts from the first success at any node, and the truth from the publication.
            let truth = try #require(published[version.module.module + "@" + (version.module.version ?? "")])
            let end = truth.nodes.first { $0.node == version.node.identity.name }?.firstSuccessEndNs
            if let end { #expect(lower <= Int64(end) - Int64(truth.publishedNs) + 7_000_000) }
        }
    }

    @Test("lag L9: configurations are those that nodes ran, and who does not run the newest is behind")
    func configurations() async throws {
        let fleet = try await RecordedFleet.field.value
        let result = try Self.lag(fleet)
        let newest = fleet.truth.nodes.flatMap(\.configurations).max { $0.sinceNs < $1.sinceNs }?.version
        #expect(result.configurations == 2)
        for row in result.nodes {
            let truth = try #require(fleet.truth.nodes.first { $0.name == row.node.identity.name })
            guard let last = truth.configurations.last else { continue }
            let config = try #require(row.config, "\(truth.name)")
            #expect(config.ageNanos != nil)
            guard truth.silentFromNs == nil else { continue }
            #expect(config.version == last.version, "\(truth.name)")
            #expect((config.behindNanos != nil) == (last.version != newest), "\(truth.name)")
        }
    }

    @Test("lag L11: the wait for a proxy's worker is within 1 % of the truth")
    func queues() async throws {
        let fleet = try await RecordedFleet.field.value
        let rows = try Self.lag(fleet).nodes
        let kinds: Set = ["info", "mod", "zip", "list", "latest", "query"]
        for proxy in fleet.truth.nodes where proxy.role == "proxy" {
            let queue = try #require(rows.first { $0.node.identity.name == proxy.name }?.queue)
            let times = fleet.truth.requests.filter {
                $0.proxy == proxy.instance && $0.proxyIsDelivered == true && kinds.contains($0.kind)
            }.map(\.stages.queueNs).sorted()
            #expect(queue.requests > 20)
            let exact = try #require(Quantile.value(0.5, of: times))
            #expect(
                abs(Double(queue.p50Nanos) - Double(exact)) <= 0.05 * Double(exact) + 10_000,
                "\(proxy.name): \(queue.p50Nanos) for \(exact)")
        }
    }

    @Test("lag L7, L8, L10: what nobody tells of is not made up")
    func unknown() async throws {
        let fleet = try await RecordedFleet.field.value
        let result = try Self.lag(fleet)
        for measure in [LagMeasure.age, .sync, .serial] { #expect(!result.says(measure), "\(measure)") }
        for measure in [LagMeasure.arrival, .skew, .heartbeat, .edge, .visibility, .list, .config, .queue] {
            #expect(result.says(measure), "\(measure)")
        }
    }

    // MARK: Map

    @Test("map: links count what clients asked edges, and edges proxies")
    func links() async throws {
        let fleet = try await RecordedFleet.field.value
        let query = FleetMapQuery(window: .all, branches: 1_000)
        let rows = try TelemetryReader(path: fleet.path).fleetMap(query).rows
        #expect(rows.first?.to == .clients)
        let direct = rows.dropFirst().filter { $0.from == .clients }
        #expect(direct.reduce(0) { $0 + $1.traffic.requests } == rows.first?.traffic.requests)
        let figures = fleet.answers.figuresByNode()
        for edge in fleet.truth.nodes where edge.role == "edge" {
            guard let truth = figures[edge.instance] else { continue }
            let row = try #require(direct.first { $0.to == .nodes(edge.name) }, "\(edge.name)")
            #expect(row.traffic.requests == truth.count, "\(edge.name)")
            #expect(row.traffic.failures == truth.failures, "\(edge.name)")
            guard edge.propagates else { continue }
            let passed = fleet.answers.edgeOverheads[edge.instance]?.count ?? 0
            let behind = rows.filter { $0.from == .nodes(edge.name) }
                .filter { if case .nodes = $0.to { true } else { false } }
            // Few requests of others may be taken for this edge's, by module and time.
            let asked = behind.reduce(0) { $0 + $1.traffic.requests }
            #expect(abs(asked - passed) <= 2 + passed / 100, "\(edge.name): \(asked) for \(passed)")
        }
        let upstreams = Set(rows.compactMap { if case .upstream(let host) = $0.to { host } else { nil } })
        #expect(upstreams.contains("github.com"))
        #expect(!rows.contains { $0.depth > 3 })
    }

    @Test("map: what proxies fetched of files, in traces of their own too, stands behind them")
    func fetches() async throws {
        let fleet = try await RecordedFleet.field.value
        var filter = FleetFilter()
        filter.kinds = [.info, .mod, .zip]
        let rows = try TelemetryReader(path: fleet.path).fleetMap(
            FleetMapQuery(window: .all, filter: filter, branches: 1_000)
        ).rows
        for proxy in fleet.truth.nodes where proxy.role == "proxy" && proxy.name == proxy.instance {
            let waited = fleet.answers.hops.filter { hop in
                hop.node == proxy.instance && TruthAnswers.immutableKinds.contains(hop.truth.kind)
                    && ["miss", "coalesced"].contains(hop.cacheResult)
            }
            let told = rows.filter { row in
                guard case .upstream = row.to else { return false }
                return row.from == .nodes(proxy.name) && row.repetition == nil
            }
            let asked = told.reduce(0) { $0 + $1.traffic.requests }
            // Of some it cannot be told which of several fetches they waited for.
            #expect(
                waited.count > 20 && abs(asked - waited.count) <= 2 + waited.count / 20,
                "\(proxy.name): \(asked) for \(waited.count)")
            let failures = told.reduce(0) { $0 + $1.traffic.failures }
            let failed = waited.count { !["ok", "not_found", "probe"].contains($0.outcome) }
            #expect(abs(failures - failed) <= 2 + failed / 20, "\(proxy.name): \(failures) for \(failed)")
        }
    }
}
