/// Collects what was asked of whom, for a replay.
struct ReplayTally: FleetAggregate {
    /// A request for a file, as one host answered it.
    fileprivate struct Row: Sendable {
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

        /// Equal for requests for the same file.
        var file: UInt64 { UInt64(module) << 8 | UInt64(kind) }
    }

    /// What the go command makes of it.
    fileprivate enum Answer: UInt8, Sendable {
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

    /// As many parts as can be worked on side by side, and some more, so that they are about equal.
    private static let partCount = 64

    /// By module, modulo their number: all requests for a file lie together.
    private var parts = [BlockList<Row>](repeating: BlockList(), count: partCount)
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
            parts[Int(exchange.module) % Self.partCount].append(
                Row(
                    start: exchange.start, nanos: exchange.durationNanos, module: exchange.module,
                    host: exchange.label, client: exchange.isRequest ? max(exchange.client, 1) : 0,
                    kind: exchange.kind, answer: Answer(exchange)))
        }
    }

    mutating func merge(_ other: ReplayTally) {
        for part in parts.indices { parts[part].append(other.parts[part]) }
        requests += other.requests
        withoutHost += other.withoutHost
    }

    // MARK: After the scan

    /// Works on what was asked for, each file once, on all cores.
    /// - Returns: what `body` makes of each part of the files, in order
    func map<Result: Sendable>(
        _ modules: [ModuleName], hosts: [String], _ body: @Sendable (RecordedRequests) -> Result
    ) -> [Result] {
        let places = hosts.map(Self.place)
        return ParallelWork.map(parts.count) { part in
            body(RecordedRequests(Array(parts[part]), modules, places: places))
        }
    }

    /// The hosts that were asked, those that were asked most first.
    func hosts(_ hosts: [String]) -> [String] {
        let counted = ParallelWork.map(parts.count) { part in
            var counts: [UInt32: Int] = [:]
            for row in parts[part] where row.host > 0 && row.answer != .unknown {
                counts[row.host, default: 0] += 1
            }
            return counts
        }
        var byName: [String: Int] = [:]
        for (host, count) in counted.joined() {
            guard case .proxy(let host, let port) = Self.place(hosts[Int(host) - 1]) else { continue }
            byName[host + (port.map { ":\($0)" } ?? ""), default: 0] += count
        }
        return byName.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }.map(\.key)
    }

    /// `proxy.example.com:8080`, as telemetry has it.
    private static func place(_ host: String) -> RecordedAnswer.Place {
        guard let address = try? GoProxyAddress("https://" + host) else {
            return .proxy(host: host, port: nil)
        }
        return .proxy(host: address.host, port: address.port)
    }
}

/// What was asked for in one part of a window's files, each file once. Made one after another: all of them, with the times
/// of all answers, would be several times as large as the rows that they are made from.
struct RecordedRequests: Sequence {
    private let rows: [ReplayTally.Row]
    private let modules: [ModuleName]
    private let places: [RecordedAnswer.Place]
    /// Places of rows, by file and start.
    private let order: [UInt32]

    /// - Parameter places: by number of a host
    fileprivate init(_ rows: [ReplayTally.Row], _ modules: [ModuleName], places: [RecordedAnswer.Place]) {
        self.rows = rows
        self.modules = modules
        self.places = places
        // What is moved about while sorting is half of a row, and looked at where it lies.
        var order: [(file: UInt64, place: UInt32)] = []
        order.reserveCapacity(rows.count)
        for (place, row) in rows.enumerated() { order.append((row.file, UInt32(place))) }
        order.sort { left, right in
            guard left.file == right.file else { return left.file < right.file }
            let (one, other) = (rows[Int(left.place)], rows[Int(right.place)])
            return (one.start, one.nanos, one.host, one.client) < (
                other.start, other.nanos, other.host, other.client
            )
        }
        self.order = order.map(\.place)
    }

    func makeIterator() -> AnyIterator<RecordedRequest> {
        var next = 0
        return AnyIterator {
            guard next < order.count else { return nil }
            let first = next
            let file = rows[Int(order[first])].file
            while next < order.count, rows[Int(order[next])].file == file { next += 1 }
            return request(first..<next)
        }
    }

    private func request(_ file: Range<Int>) -> RecordedRequest {
        var asked: [(client: UInt32, answer: RecordedAnswer)] = []
        var answers: [RecordedAnswer] = []
        for place in file {
            let row = rows[Int(order[place])]
            let answer = RecordedAnswer(
                place: row.host > 0 ? places[Int(row.host) - 1] : .proxy(host: "", port: nil),
                answer: row.answer.source ?? .failed, time: UnixNanos(clamping: row.start),
                nanos: Int64(clamping: row.nanos))
            if row.client > 0 { asked.append((row.client, answer)) }
            if row.host > 0, row.answer != .unknown { answers.append(answer) }
        }
        let first = rows[Int(order[file.lowerBound])]
        return RecordedRequest(
            modules[Int(first.module) - 1], first.kind, wishes: RecordedRequest.wishes(of: asked),
            answers: answers)
    }
}

extension RecordedRequest {
    fileprivate init(_ name: ModuleName, _ kind: UInt8, wishes: [UnixNanos], answers: [RecordedAnswer]) {
        // Kinds are those that the tally keeps.
        let kind = ModuleKind(rawValue: kind) ?? .other
        self.init(
            module: name.module, version: kind == .list || kind == .latest ? nil : name.version, kind: kind,
            wishes: wishes, answers: answers)
    }
}
