/// Collects what was asked of whom, for a replay.
struct ReplayTally: FleetAggregate {
    /// A request for a file, as one host answered it.
    private struct Row: Sendable {
        var start: UInt64
        var nanos: UInt64
        /// Number of a `ModuleName`.
        var module: UInt32
        /// Number of a label: the host that was asked; 0 where nobody says.
        var host: UInt32
        /// 0 for who did not face a client, and where nobody says who asked.
        var client: UInt32
        var kind: UInt8
        var answer: Answer
    }

    /// What the go command makes of it.
    private enum Answer: UInt8, Sendable {
        case found, notFound, failed
        /// It says nothing: the client went away, or was sent elsewhere.
        case unknown

        init(_ exchange: Exchange) {
            switch RequestOutcome(rawValue: exchange.outcome).flatMap(SourceAnswer.init) {
            case .found: self = .found
            case .notFound: self = .notFound
            case .failed: self = .failed
            case nil: self = .unknown
            }
        }

        var source: SourceAnswer? {
            switch self {
            case .found: .found
            case .notFound: .notFound
            case .failed: .failed
            case .unknown: nil
            }
        }
    }

    private var rows: [Row] = []
    /// Requests that clients faced, and of these those of which nobody says whom they asked.
    private(set) var requests = 0
    private(set) var withoutHost = 0

    /// What the go command asks proxies in turn for.
    private static let kinds: Set<ModuleKind> = [.list, .latest, .info, .query, .mod, .zip]

    mutating func add(_ group: ExchangeGroup) {
        for place in group.counted {
            let exchange = group.exchanges[place]
            // The go command probes for modules at paths that are none: nobody wishes for these.
            guard exchange.module > 0, let kind = exchange.moduleKind, Self.kinds.contains(kind),
                exchange.outcome != RequestOutcome.probe.rawValue
            else { continue }
            if exchange.isRequest {
                requests += 1
                if exchange.label == 0 { withoutHost += 1 }
            }
            // What answers nothing and is nobody's wish tells nothing.
            guard exchange.isRequest || exchange.label > 0 else { continue }
            rows.append(
                Row(
                    start: exchange.start, nanos: exchange.durationNanos, module: exchange.module,
                    host: exchange.label, client: exchange.isRequest ? max(exchange.client, 1) : 0,
                    kind: exchange.kind, answer: Answer(exchange)))
        }
    }

    mutating func merge(_ other: ReplayTally) {
        rows += other.rows
        requests += other.requests
        withoutHost += other.withoutHost
    }

    // MARK: After the scan

    /// What was asked for, each file once, in the order of names.
    func recorded(_ modules: [ModuleName], hosts: [String]) -> [RecordedRequest] {
        let places = hosts.map(Self.place)
        var byFile: [UInt64: [Int]] = [:]
        for (index, row) in rows.enumerated() {
            byFile[UInt64(row.module) << 8 | UInt64(row.kind), default: []].append(index)
        }
        return byFile.compactMap { file, indexes -> RecordedRequest? in
            guard let kind = ModuleKind(rawValue: UInt8(truncatingIfNeeded: file)) else { return nil }
            let name = modules[Int(file >> 8) - 1]
            var asked: [(client: UInt32, answer: RecordedAnswer)] = []
            var answers: [RecordedAnswer] = []
            for index in indexes {
                let row = rows[index]
                let place =
                    row.host > 0 ? places[Int(row.host) - 1] : RecordedAnswer.Place.proxy(host: "", port: nil)
                let answer = RecordedAnswer(
                    place: place, answer: row.answer.source ?? .failed,
                    time: UnixNanos(clamping: row.start), nanos: Int64(clamping: row.nanos))
                if row.client > 0 { asked.append((row.client, answer)) }
                if row.host > 0, row.answer != .unknown { answers.append(answer) }
            }
            let isOfModule = kind == .list || kind == .latest
            return RecordedRequest(
                module: name.module, version: isOfModule ? nil : name.version, kind: kind,
                wishes: RecordedRequest.wishes(of: asked), answers: answers)
        }.sorted { $0.name < $1.name }
    }

    /// `proxy.example.com:8080`, as telemetry has it.
    private static func place(_ host: String) -> RecordedAnswer.Place {
        guard let address = try? GoProxyAddress("https://" + host) else {
            return .proxy(host: host, port: nil)
        }
        return .proxy(host: address.host, port: address.port)
    }
}
