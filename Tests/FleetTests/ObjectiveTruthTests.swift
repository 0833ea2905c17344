import FleetSupport
import Telemetry
import Testing
import fleetgen

@Suite("Objectives measure what was really going on")
struct ObjectiveTruthTests {
    private static let window = TimeWindow(
        since: UnixNanos(clamping: RecordedFleet.start).advanced(byNanos: -43_200_000_000_000),
        until: UnixNanos(clamping: RecordedFleet.start).advanced(byNanos: 43_200_000_000_000))

    private func evaluations(_ objectives: [ServiceObjective]) async throws -> [ObjectiveEvaluation] {
        let fleet = try await RecordedFleet.field.value
        let reader = try TelemetryReader(path: fleet.path)
        let list = ObjectiveList(windowNanos: ObjectiveList.dayNanos, objectives: objectives)
        return try reader.objectives(ObjectiveQuery(list, end: Self.window.until)).evaluations
    }

    @Test("3.2: latency is the mean of what succeeded, within its rounding")
    func latency() async throws {
        let found = try #require(
            try await evaluations([
                ServiceObjective(name: "x", indicator: .latency, statistic: .mean, .below, 200_000_000)
            ]).first)
        let answers = try await RecordedFleet.field.value.answers
        let files = answers.requests(in: Self.window) {
            TruthAnswers.immutableKinds.contains($0.truth.kind) && !$0.isOrphan && $0.outcome == "ok"
        }
        #expect(found.counts.total == files.count)
        let mean = files.reduce(0.0) { $0 + Double($1.durationNanos) } / Double(files.count)
        #expect(abs((found.value ?? 0) / mean - 1) < 1e-9)
    }

    @Test("3.2: the hit ratio counts hits and lookups as the truth does")
    func hitRatio() async throws {
        let found = try #require(
            try await evaluations([
                ServiceObjective(name: "x", indicator: .hitRatio, statistic: .share, .above, 0.98)
            ]).first)
        let figures = RequestFigures(
            try await RecordedFleet.field.value.answers.requests(in: Self.window) {
                TruthAnswers.immutableKinds.contains($0.truth.kind) && !$0.isOrphan
            })
        #expect(found.counts.good == figures.hits)
        #expect(found.counts.total == figures.lookups)
    }

    @Test("3.2: availability counts failures as the truth does")
    func availability() async throws {
        let found = try #require(
            try await evaluations([
                ServiceObjective(
                    name: "x", indicator: .availability, statistic: .share, .atLeast, 0.9995)
            ]).first)
        let kinds = Set(ServiceIndicator.availability.kinds.map(\.name))
        let requests = try await RecordedFleet.field.value.answers.requests(in: Self.window) {
            kinds.contains($0.truth.kind) && !$0.isOrphan
                && !["probe", "aborted"].contains($0.outcome)
        }
        let bad = requests.count {
            !["ok", "not_found", "gone", "redirected", "forbidden", "bad_request"].contains($0.outcome)
        }
        #expect(found.counts.total == requests.count)
        #expect(found.counts.bad == bad)
    }
}
