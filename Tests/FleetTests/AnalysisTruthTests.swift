import FleetSupport
import Telemetry
import Testing

@testable import fleetgen

/// What `errors`, `compare` and `critical-path` say of a recorded fleet is held against what was really going on.
@Suite("Errors, comparisons and critical paths agree with what was really going on", .timeLimit(.minutes(15)))
struct AnalysisTruthTests {
    /// The requests that comparisons are about.
    private func compared(_ answers: TruthAnswers) -> [SeenRequest] {
        answers.requests { request in
            ModuleKind(name: request.truth.kind)?.isModuleRequest == true && request.outcome != "probe"
                && request.outcome != "aborted"
        }
    }

    /// Of these, what clients had: what an edge asked whose own span is lost is none.
    private func ofClients(_ answers: TruthAnswers) -> [SeenRequest] {
        compared(answers).filter { !$0.isOrphan }
    }

    @Test("3.1: mirrors with sessions of 28.4 s and 6.2 s in the mean: 78.2 %")
    func mirrors() async throws {
        let fleet = try await RecordedFleet.field.value
        let query = FleetComparisonQuery(
            window: .all, key: .host, unit: .session, baseline: "proxy.golang.org")
        let result = try TelemetryReader(path: fleet.path).compare(query)
        for mirror in fleet.truth.mirrors {
            let group = try #require(result.groups.first { $0.name == mirror.host })
            #expect(group.units == mirror.sessions)
            // nginx would round to milliseconds; a mirror is a Caddy, whose times are exact.
            #expect(group.meanNanos == Double(mirror.meanSessionNs))
        }
        let aliyun = try #require(result.groups.first { $0.name == "mirrors.aliyun.com" })
        #expect(((aliyun.improvement ?? 0) * 1_000).rounded() == 782)
        #expect(aliyun.verdict == .better)
    }

    @Test("compare by kind: counts, means and quantiles of what clients had")
    func kinds() async throws {
        let fleet = try await RecordedFleet.field.value
        let result = try TelemetryReader(path: fleet.path).compare(
            FleetComparisonQuery(window: .all, key: .dimension(.kind), limit: 100))
        let byKind = Dictionary(grouping: ofClients(fleet.answers), by: \.truth.kind)
        #expect(Set(result.groups.map(\.name)) == Set(byKind.keys))
        for group in result.groups {
            let figures = RequestFigures(byKind[group.name] ?? [])
            #expect(group.units == figures.count, "\(group.name)")
            #expect(abs(group.meanNanos - (figures.meanDuration ?? 0)) < 1_000, "\(group.name)")
            let p95 = Double(figures.duration(0.95) ?? 0)
            #expect(abs(Double(group.p95Nanos) - p95) <= 0.01 * p95, "\(group.name)")
            let isFile = ["info", "mod", "zip"].contains(group.name)
            #expect(group.lookups == (isFile ? figures.lookups : 0), "\(group.name)")
            #expect(group.hitRatio == (isFile ? figures.hitRatio : nil), "\(group.name)")
        }
    }

    @Test("compare by node: what each saw itself, how it ended, and what its own cache did")
    func nodes() async throws {
        let fleet = try await RecordedFleet.field.value
        let result = try TelemetryReader(path: fleet.path).compare(
            FleetComparisonQuery(window: .all, key: .dimension(.node), limit: 100))
        let isCompared = { (hop: SeenHop) in
            ModuleKind(name: hop.truth.kind)?.isModuleRequest == true && hop.outcome != "probe"
                && hop.outcome != "aborted"
        }
        let all = fleet.answers.figuresByNode(where: isCompared)
        let files = fleet.answers.figuresByNode {
            isCompared($0) && TruthAnswers.immutableKinds.contains($0.truth.kind)
        }
        #expect(result.groups.count == all.count && all.count > 15)
        for (instance, figures) in all {
            let name = fleet.answers.nodes[instance]?.name
            let group = try #require(result.groups.first { $0.name == name }, "\(instance)")
            #expect(group.units == figures.count && group.requests == figures.count, "\(instance)")
            #expect(abs(group.meanNanos - (figures.meanDuration ?? 0)) < 1_000, "\(instance)")
            for (found, quantile) in [(group.p50Nanos, 0.5), (group.p95Nanos, 0.95)] {
                let expected = Double(figures.duration(quantile) ?? 0)
                #expect(abs(Double(found) - expected) <= 0.01 * expected, "\(instance) \(quantile)")
            }
            let available = Double(figures.count - figures.failures) / Double(figures.count)
            #expect(group.availability == available, "\(instance)")
            #expect(group.lookups == files[instance]?.lookups ?? 0, "\(instance)")
            #expect(group.hitRatio == files[instance]?.hitRatio, "\(instance)")
            #expect(
                isNear(
                    group.bytesPerSecond,
                    bytesPerSecond(
                        fleet.answers.hops.filter {
                            $0.node == instance && isCompared($0)
                        })), "\(instance)")
        }
    }

    /// Of answers of 1 MiB and more.
    private func bytesPerSecond(_ hops: [SeenHop]) -> Double? {
        let large = hops.filter { $0.outcome == "ok" && ($0.bodyBytes ?? 0) >= 1 << 20 }
        let seconds = large.reduce(0) { $0 + Double($1.durationNanos) / 1e9 }
        return seconds > 0 ? large.reduce(0) { $0 + Double($1.bodyBytes ?? 0) } / seconds : nil
    }

    private func isNear(_ found: Double?, _ expected: Double?) -> Bool {
        guard let found, let expected else { return found == nil && expected == nil }
        return abs(found - expected) <= 1e-9 * expected
    }

    @Test("errors: as many failures as there were, each in one cause")
    func errors() async throws {
        let fleet = try await RecordedFleet.field.value
        let result = try TelemetryReader(path: fleet.path).errors(
            FleetErrorsQuery(window: .all, limit: 100_000))
        let outcomes = Dictionary(grouping: compared(fleet.answers), by: \.outcome).mapValues(\.count)
        let found = Dictionary(grouping: result.causes, by: \.outcome.name).mapValues {
            $0.reduce(0) { $0 + $1.count }
        }
        for outcome in RequestOutcome.allCases where outcome.isFailure || outcome.isRefusal {
            #expect(found[outcome.name] == outcomes[outcome.name], "\(outcome)")
        }
        #expect(result.failures > 0 && result.causeCount == result.causes.count)
    }

    @Test("critical path: parts add up to what clients waited")
    func path() async throws {
        let fleet = try await RecordedFleet.field.value
        let result = try TelemetryReader(path: fleet.path).criticalPath(
            FleetPathQuery(window: .all, limit: 10_000))
        let figures = RequestFigures(ofClients(fleet.answers))
        #expect(result.totals.requests == figures.count)
        let sum = result.parts.reduce(0) { $0 + $1.totalNanos }
        #expect(abs(sum - result.totals.nanos) < 1e-6 * sum)
        #expect(abs(result.totals.meanNanos - (figures.meanDuration ?? 0)) < 1_000)
    }
}
