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

    private var rows = BlockList<Row>()
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
        rows.append(other.rows)
        requests += other.requests
        withoutHost += other.withoutHost
    }

    // MARK: After the scan

    /// What was asked for, each file once, in the order of names.
    func recorded(_ modules: [ModuleName], hosts: [String]) -> RecordedRequests {
        RecordedRequests(Array(rows), modules, hosts: hosts)
    }
}

/// What was asked for, each file once, in the order of names. Made one after another: all of them, with the times of all
/// answers, would be several times as large as the rows that they are made from.
struct RecordedRequests: Sequence {
    private let rows: [ReplayTally.Row]
    private let modules: [ModuleName]
    private let places: [RecordedAnswer.Place]
    /// Places of rows by file, and where those of each file are, in the order of names.
    private let order: [UInt32]
    private let files: [Range<Int>]

    fileprivate init(_ rows: [ReplayTally.Row], _ modules: [ModuleName], hosts: [String]) {
        self.rows = rows
        self.modules = modules
        places = hosts.map(Self.place)
        let order = (0..<UInt32(rows.count)).sorted {
            let (left, right) = (rows[Int($0)], rows[Int($1)])
            return (left.module, left.kind, $0) < (right.module, right.kind, $1)
        }
        var files: [Range<Int>] = []
        for place in order.indices {
            let row = rows[Int(order[place])]
            let last = files.last.map { rows[Int(order[$0.lowerBound])] }
            if let last, last.module == row.module, last.kind == row.kind {
                files[files.count - 1] = files[files.count - 1].lowerBound..<place + 1
            } else {
                files.append(place..<place + 1)
            }
        }
        self.order = order
        let names = files.map { Self.name(rows[Int(order[$0.lowerBound])], modules) }
        self.files = files.indices.sorted { names[$0] < names[$1] }.map { files[$0] }
    }

    private static func name(_ row: ReplayTally.Row, _ modules: [ModuleName]) -> String {
        RecordedRequest(modules[Int(row.module) - 1], row.kind, wishes: [], answers: []).name
    }

    func makeIterator() -> AnyIterator<RecordedRequest> {
        var next = files.makeIterator()
        return AnyIterator { next.next().map(request) }
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

    /// The hosts that were asked, those that were asked most first.
    var hosts: [String] {
        var counts = [Int](repeating: 0, count: places.count)
        for row in rows where row.host > 0 && row.answer != .unknown { counts[Int(row.host) - 1] += 1 }
        var byName: [String: Int] = [:]
        for (place, count) in zip(places, counts) where count > 0 {
            guard case .proxy(let host, let port) = place else { continue }
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

extension RecordedRequest {
    fileprivate init(_ name: ModuleName, _ kind: UInt8, wishes: [UnixNanos], answers: [RecordedAnswer]) {
        // Kinds are those that the tally keeps.
        let kind = ModuleKind(rawValue: kind) ?? .other
        self.init(
            module: name.module, version: kind == .list || kind == .latest ? nil : name.version, kind: kind,
            wishes: wishes, answers: answers)
    }
}
