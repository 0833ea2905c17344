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

    mutating func add(_ group: ExchangeGroup) {
        for place in group.counted {
            let exchange = group.exchanges[place]
            // The go command probes for modules at paths that are none: nobody wishes for these.
            guard exchange.module > 0, let kind = exchange.moduleKind, kind.isAskedInTurn,
                exchange.outcome != RequestOutcome.probe.rawValue
            else { continue }
            if exchange.isOfClient {
                requests += 1
                if exchange.label == 0 { withoutHost += 1 }
            }
            // What answers nothing and is nobody's wish tells nothing.
            guard exchange.isOfClient || exchange.label > 0 else { continue }
            parts[Int(exchange.module) % Self.partCount].append(
                Row(
                    start: exchange.start, nanos: exchange.durationNanos, module: exchange.module,
                    host: exchange.label, client: exchange.isOfClient ? max(exchange.client, 1) : 0,
                    kind: exchange.kind, answer: Answer(exchange)))
        }
    }

    mutating func merge(_ other: ReplayTally) {
        for part in parts.indices { parts[part].append(other.parts[part]) }
        requests += other.requests
        withoutHost += other.withoutHost
    }

    // MARK: After the scan

    /// What answers are of, by number of a host; 0 stands for a host that nobody says.
    static func places(_ hosts: [String]) -> [RecordedAnswer.Place] {
        [.proxy(host: "", port: nil)] + hosts.map(place)
    }

    /// Works on what was asked for, each file once, on all cores.
    /// - Parameter places: as `places(_:)` makes them
    /// - Returns: what `body` makes of each part of the files, in order
    func map<Result: Sendable>(
        _ modules: [ModuleName], _ places: [RecordedAnswer.Place],
        _ body: @Sendable (RecordedRequests) -> Result
    ) -> [Result] {
        // A host may be called in several ways.
        var numbers: [RecordedAnswer.Place: UInt32] = [:]
        let placeOfHost = places.enumerated().map { number, place in
            if let known = numbers[place] { return known }
            numbers[place] = UInt32(number)
            return UInt32(number)
        }
        return ParallelWork.map(parts.count) { part in
            body(RecordedRequests(Array(parts[part]), modules, placeOfHost: placeOfHost))
        }
    }

    /// The hosts that were asked, those that were asked most first.
    func hosts(_ hosts: [String]) -> [String] {
        let counted = ParallelWork.map(parts.count) { part in
            var counts = ByNumber(0)
            for row in parts[part] where row.host > 0 && row.answer != .unknown { counts[row.host] += 1 }
            return counts.counted { $0 > 0 }
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
struct RecordedRequests {
    private let rows: [ReplayTally.Row]
    private let modules: [ModuleName]
    private let placeOfHost: [UInt32]
    /// Places of rows, by file and start.
    private let order: [UInt32]

    /// - Parameter placeOfHost: by number of a host, that of its place
    fileprivate init(_ rows: [ReplayTally.Row], _ modules: [ModuleName], placeOfHost: [UInt32]) {
        self.rows = rows
        self.modules = modules
        self.placeOfHost = placeOfHost
        // What is moved about while sorting is half of a row; the rest is looked at where it lies, and seldom.
        var order: [(file: UInt64, start: UInt64, place: UInt32)] = []
        order.reserveCapacity(rows.count)
        for (place, row) in rows.enumerated() { order.append((row.file, row.start, UInt32(place))) }
        order.sort { left, right in
            guard left.file == right.file else { return left.file < right.file }
            guard left.start == right.start else { return left.start < right.start }
            let (one, other) = (rows[Int(left.place)], rows[Int(right.place)])
            return (one.nanos, one.host, one.client) < (other.nanos, other.host, other.client)
        }
        self.order = order.map(\.place)
    }

    /// Gives what is known of one file after another, in the same memory.
    func forEach(_ body: (RecordedRequest) -> Void) {
        var request = RecordedRequest(module: "", version: nil, kind: .other, wishes: [], answers: [])
        var asked: [(client: UInt32, answer: RecordedAnswer)] = []
        var first = 0
        while first < order.count {
            let row = rows[Int(order[first])]
            var end = first + 1
            while end < order.count, rows[Int(order[end])].file == row.file { end += 1 }
            name(&request, row)
            asked.removeAll(keepingCapacity: true)
            request.answers.removeAll(keepingCapacity: true)
            for place in first..<end { take(rows[Int(order[place])], &asked, &request.answers) }
            request.wishes = RecordedRequest.wishes(of: asked)
            body(request)
            first = end
        }
    }

    private func name(_ request: inout RecordedRequest, _ row: ReplayTally.Row) {
        let name = modules[Int(row.module) - 1]
        // Kinds are those that the tally keeps.
        request.kind = ModuleKind(rawValue: row.kind) ?? .other
        request.module = name.module
        request.version = request.kind == .list || request.kind == .latest ? nil : name.version
    }

    private func take(
        _ row: ReplayTally.Row, _ asked: inout [(client: UInt32, answer: RecordedAnswer)],
        _ answers: inout [RecordedAnswer]
    ) {
        let answer = RecordedAnswer(
            place: placeOfHost[Int(row.host)], answer: row.answer.source ?? .failed,
            time: UnixNanos(clamping: row.start), nanos: Int64(clamping: row.nanos))
        if row.client > 0 { asked.append((row.client, answer)) }
        if row.host > 0, row.answer != .unknown { answers.append(answer) }
    }
}
