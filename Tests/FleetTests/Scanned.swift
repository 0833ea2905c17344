import FleetSupport

@testable import Telemetry
@testable import fleetgen

/// All that a scan of the recorded field gave, with what is to be found.
struct Scanned: Sendable {
    /// What a node did for a request.
    struct Item: Sendable {
        let exchange: Telemetry.Exchange
        let isRequest: Bool
        let stages: Telemetry.StageTimes

        var isAmbiguous: Bool { exchange.flags.contains(.ambiguousFetch) }
    }

    /// Keeps everything.
    private struct Collector: FleetAggregate {
        var items: [Item] = []
        var reader = StageReader()

        mutating func add(_ group: ExchangeGroup) {
            for place in group.counted {
                let exchange = group.exchanges[place]
                items.append(
                    Item(
                        exchange: exchange, isRequest: exchange.isRequest,
                        stages: group.stages(of: place, &reader)))
            }
        }

        mutating func merge(_ other: Collector) { items += other.items }
    }

    let answers: TruthAnswers
    let items: [Item]
    let quality: FleetQuality
    let nodes: [Telemetry.FleetNode]
    private let modules: [ModuleName]

    var truth: FleetTruth { answers.truth }
    var requests: [Item] { items.filter(\.isRequest) }

    static func made() async throws -> Scanned {
        let fleet = try await RecordedFleet.field.value
        var question = FleetQuestion(window: .all)
        question.wantsStages = true
        let answer = try FleetScan.run(question, TelemetryReader(path: fleet.path)) { _ in Collector() }
        return Scanned(
            answers: fleet.answers, items: answer.aggregate.items, quality: answer.quality,
            nodes: answer.names.nodes, modules: answer.names.modules)
    }

    private init(
        answers: TruthAnswers, items: [Item], quality: FleetQuality, nodes: [Telemetry.FleetNode],
        modules: [ModuleName]
    ) {
        self.answers = answers
        self.items = items
        self.quality = quality
        self.nodes = nodes
        self.modules = modules
    }

    func node(_ item: Item) -> String { nodes[Int(item.exchange.node) - 1].identity.name }

    // MARK: Lines that tell requests apart

    /// Where and when, and what was asked for.
    private func key(_ item: Item) -> String {
        let exchange = item.exchange
        let name = exchange.module == 0 ? nil : modules[Int(exchange.module) - 1]
        return key(
            node(item), exchange.start, exchange.durationNanos, exchange.moduleKind?.name ?? "",
            name?.module ?? "", name?.version ?? "")
    }

    private func key(_ seen: SeenRequest) -> String {
        key(
            answers.nodes[seen.node]?.name ?? "", UInt64(seen.start.rawValue), UInt64(seen.durationNanos),
            seen.truth.kind, seen.truth.module, seen.truth.version)
    }

    private func key(
        _ node: String, _ start: UInt64, _ nanos: UInt64, _ kind: String, _ module: String, _ version: String
    ) -> String {
        "\(node) \(start) \(nanos) \(kind) \(module)@\(version)"
    }

    func line(_ item: Item) -> String {
        let outcome = RequestOutcome(rawValue: item.exchange.outcome)?.name ?? ""
        return "\(key(item)) \(item.exchange.httpStatus) \(outcome)"
    }

    func line(_ seen: SeenRequest) -> String {
        "\(key(seen)) \(seen.status ?? 0) \(seen.outcome)"
    }

    /// Requests that were found, each with what is true of it; of those that nothing tells apart, in any order.
    func paired() -> [(item: Item, truth: SeenRequest)] {
        var byKey = Dictionary(grouping: answers.requests) { key($0) }
        return requests.compactMap { item in
            byKey[key(item)]?.popLast().map { (item, $0) }
        }
    }
}
