import FleetSupport
import Foundation
import TestSupport
import Testing

@testable import Telemetry
@testable import fleetgen

/// What `lag` says of versions, lists and configurations is held against what was really going on.
@Suite(
    "Lags of versions, lists and configurations agree with what was really going on", .timeLimit(.minutes(15))
)
struct FleetLagTruthTests {
    /// Ten seconds after the traffic is over.
    private static let now = UnixNanos(rawValue: Int64(RecordedFleet.start) + 130_000_000_000)

    private static func lag() async throws -> (answers: TruthAnswers, result: FleetLagResult) {
        let fleet = try await RecordedFleet.field.value
        let folder = try TemporaryDirectory()
        let path = folder.file("indexed.db")
        try FileManager.default.copyItem(atPath: fleet.path, toPath: path)
        try RecordedDatabase.addIndex(of: fleet.truth, to: path)
        let result = try TelemetryReader(path: path).fleetLag(FleetLagQuery(window: .all, now: now))
        return (fleet.answers, result)
    }

    /// Each node that told anything, with what is true of it.
    private static func lags() async throws -> (answers: TruthAnswers, nodes: [(NodeLag, NodeTruth)]) {
        let (answers, result) = try await lag()
        return (answers, try paired(result.nodes, answers) { $0.node.identity.name })
    }

    private static func paired<Found>(
        _ found: [Found], _ answers: TruthAnswers, _ name: (Found) -> String
    ) throws -> [(Found, NodeTruth)] {
        let truths = answers.truth.nodes.filter { $0.deliveredSpans > 0 }
        #expect(found.count == truths.count)
        return try truths.map { truth in
            (try #require(found.first { name($0) == truth.name }, "\(truth.instance)"), truth)
        }
    }

    @Test("lag L5: versions became visible within the bracket of a node's answers")
    func visibility() async throws {
        let (answers, result) = try await Self.lag()
        var compared = 0
        for bracket in answers.visibility {
            let name = try #require(answers.nodes[bracket.node]?.name)
            let found = try #require(
                result.visibility.first {
                    $0.node.identity.name == name && $0.module.module == bracket.module
                        && $0.module.version == bracket.version
                }, "\(bracket)")
            #expect(found.published.source == .index)
            let clock = result.nodes.first { $0.node.identity.name == name }?.clock
            let truth = answers.nodes[bracket.node]?.clockOffsetNs ?? 0
            guard clock != nil || abs(truth) < 5_000_000 else { continue }
            compared += 1
            #expect(abs((found.upperNanos ?? 0) - Int64(bracket.upperNanos)) <= 7_000_000, "\(bracket)")
            #expect((found.lowerNanos == nil) == (bracket.lowerNanos == nil), "\(bracket)")
            if let lower = found.lowerNanos, let expected = bracket.lowerNanos {
                #expect(abs(lower - Int64(expected)) <= 7_000_000, "\(bracket)")
            }
            // When the proxy could really get it.
            if let visible = bracket.trueNanos, let upper = found.upperNanos {
                #expect(Int64(visible) <= upper + 7_000_000)
                // One that fetches in the background refuses what it could have.
                let refusesMore = answers.nodes[bracket.node]?.isAsynchronous == true
                #expect(refusesMore || found.lowerNanos ?? 0 <= Int64(visible) + 7_000_000, "\(bracket)")
            }
        }
        #expect(compared > 40)
    }

    @Test(
        "compare tells the median of what lag tells of each version", arguments: ["node", "region", "role"])
    func comparison(dimension: String) async throws {
        let fleet = try await RecordedFleet.field.value
        let folder = try TemporaryDirectory()
        let path = folder.file("indexed.db")
        try FileManager.default.copyItem(atPath: fleet.path, toPath: path)
        try RecordedDatabase.addIndex(of: fleet.truth, to: path)
        let reader = try TelemetryReader(path: path)
        let lag = try reader.fleetLag(FleetLagQuery(window: .all, now: Self.now))
        let key = ComparisonKey(dimension)
        let compared = try reader.compare(FleetComparisonQuery(window: .all, key: key, limit: 10_000))
        for group in compared.groups {
            let versions = lag.visibility.filter { key.text(of: $0.node) == group.name }
            let expected = VisibilityMedian(versions)
            #expect(group.visibility?.versions == expected?.versions, "\(group.name)")
            guard let found = group.visibility, let expected else { continue }
            // Of clocks that many requests tell of, the middle one may be another one of the same worth.
            #expect(abs(found.lowerNanos - expected.lowerNanos) <= 7_000_000, "\(group.name)")
            #expect((found.upperNanos == nil) == (expected.upperNanos == nil), "\(group.name)")
            let (upper, expectedUpper) = (found.upperNanos ?? 0, expected.upperNanos ?? 0)
            #expect(abs(upper - expectedUpper) <= 7_000_000, "\(group.name)")
        }
        #expect(compared.groups.contains { ($0.visibility?.lowerNanos ?? 0) > 1_000_000_000 })
    }

    @Test("lag L6: for how long lists were older than those of other nodes")
    func lists() async throws {
        let (answers, nodes) = try await Self.lags()
        let expected = answers.listStaleness
        for (node, truth) in nodes {
            guard let list = node.list else { continue }
            #expect(
                abs(list.worstNanos - (expected[truth.instance] ?? 0)) <= 7_000_000,
                "\(truth.instance): \(list)")
        }
        #expect(nodes.contains { ($0.0.list?.worstNanos ?? 0) > 1_000_000_000 })
    }

    @Test("lag L9: which configurations nodes run, and who took longest to adopt the newest")
    func configurations() async throws {
        let (answers, result) = try await Self.lag()
        #expect(result.configurations == 2)
        let adoption = answers.configurationAdoption
        for (node, truth) in try Self.paired(result.nodes, answers, { $0.node.identity.name })
        where !truth.configurations.isEmpty && truth.silentFromNs == nil {
            let config = try #require(node.config, "\(truth.instance)")
            #expect(config.version == truth.configurations.last?.version, "\(truth.instance)")
            guard let expected = adoption[truth.instance], let found = config.adoptionNanos else { continue }
            // A node says it with its spans and its heartbeats, which come every 15 s.
            #expect(abs(found - Int64(expected)) <= 25_000_000_000, "\(truth.instance)")
        }
    }
}
