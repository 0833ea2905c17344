import OTLPModel

@testable import fleetgen

/// Traffic that tests look at: the same in every run.
enum Sample {
    /// 2026-11-01 00:00 UTC.
    static let start: UInt64 = 1_793_491_200_000_000_000

    static func plan(seconds: Double, rate: Double) -> TrafficPlan {
        TrafficPlan(start: start, end: start + UInt64(seconds: seconds), requestsPerSecond: rate)
    }

    static func stream(
        fault: Fault = .none, seed: UInt64 = 1, seconds: Double = 120, rate: Double = 60, nodes: Int = 12,
        regions: Int = 3
    ) -> SpanStream {
        SpanStream(
            fleet: Fleet(edgeCount: nodes, regionCount: regions, fault: fault, seed: seed),
            plan: plan(seconds: seconds, rate: rate), seed: seed)
    }

    /// All finished requests of a stream with their spans.
    static func all(_ stream: SpanStream) -> [(exchange: Exchange, spans: [EmittedSpan])] {
        var stream = stream
        var found: [(exchange: Exchange, spans: [EmittedSpan])] = []
        while let next = stream.next(until: .max) { found.append(next) }
        return found
    }
}

extension EmittedSpan {
    /// The keys of the span's attributes in their order.
    var keys: [String] { span.attributes.map(\.key) }

    /// How long the span took on its node's clock, in milliseconds; negative when it ends first.
    var milliseconds: Double {
        Double(Int64(bitPattern: span.endTimeUnixNano &- span.startTimeUnixNano)) / 1e6
    }
}

extension [EmittedSpan] {
    /// `name<parent's name`, in the order in which the spans came; roots have no parent's name.
    var shape: [String] {
        let names = Dictionary(
            map { ($0.span.spanID, $0.span.name) }, uniquingKeysWith: { first, _ in first })
        return map { emitted in
            let parent = emitted.span.parentSpanID
            return parent.isEmpty ? emitted.span.name : "\(emitted.span.name)<\(names[parent] ?? "?")"
        }
    }

    func named(_ name: String) -> [EmittedSpan] { filter { $0.span.name == name } }
}
