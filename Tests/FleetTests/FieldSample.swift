@testable import fleetgen

/// A fleet with everything that an analyst has to cope with, recorded once for all tests.
enum FieldSample {
    static let scenario = made()
    static let fleet = Fleet(edgeCount: 14, regionCount: 3, fault: .none, seed: 11, scenario: scenario)
    static let plan = Sample.plan(seconds: 1_800, rate: 4)
    static let recording = FleetRecording(fleet: fleet, plan: plan, seed: 11)
    /// The same requests with their spans.
    static let requests = Sample.all(SpanStream(fleet: fleet, plan: plan, seed: 11))
    static let truth = recording.truth
    static let nodes = Dictionary(uniqueKeysWithValues: truth.nodes.map { ($0.instance, $0) })

    private static func made() -> Scenario {
        var scenario = Scenario.field
        scenario.mirrors = [
            Mirror(host: "proxy.golang.org", meanSessionNanos: 28_400_000_000),
            Mirror(host: "mirrors.aliyun.com", meanSessionNanos: 6_200_000_000),
        ]
        return scenario
    }

    /// The first span of requests at edges of a kind, with the request.
    static func edgeSpans(of kind: EmitterKind) -> [(exchange: Exchange, spans: [EmittedSpan])] {
        requests.filter { $0.exchange.edge?.node.kind == kind }
    }
}
