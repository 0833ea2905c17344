import Glibc

/// What a go command saw of a request, from its log.
struct ClientSideRequest: Sendable {
    /// Nanoseconds since the Unix epoch, by the clock of the client's machine.
    var start: UInt64
    var end: UInt64
    /// Number of a `ModuleName`.
    var module: UInt32
    /// Number of the machine's node.
    var node: UInt32
    /// Of the host that it asked, as `FleetNames` has it.
    var label: UInt32
    var segment: UInt32
    var row: UInt32
    var httpStatus: UInt16
    /// `ModuleKind`
    var kind: UInt8

    /// Nil for what is of no use: what was asked of nobody that is named, or is not about a module.
    init?(_ exchange: Exchange) {
        guard exchange.flags.contains(.clientSide), exchange.label > 0, exchange.module > 0,
            exchange.httpStatus > 0
        else { return nil }
        start = exchange.start
        end = exchange.end
        module = exchange.module
        node = exchange.node
        label = exchange.label
        segment = exchange.segment
        row = exchange.row
        httpStatus = exchange.httpStatus
        kind = exchange.kind
    }
}

/// `ghost-status`: go commands, by their logs, got statuses that no server tells of, from a host that tells of what it
/// serves: something between the two answered.
struct GhostStatusRule: IncidentRule {
    let name = "ghost-status"

    /// Servers have to tell of nearly all that these logs say went well: of others it is not known what they served.
    private static let wellMin = 20
    private static let coverageMin = 0.9
    private static let ghostsMin = 3
    /// See `CulpritSearch`.
    private static let margin = 9.0
    /// How far the clocks and the times of a log may be off.
    private static let toleranceNanos: UInt64 = 60_000_000_000

    /// Nothing that a client waits for takes longer.
    private static let longestNanos: UInt64 = 1_000_000_000_000

    /// What kind of answer it was, as both sides see it: which of several of 500 and more makes no difference.
    private enum Kind: Hashable {
        case well, notFound, forbidden, tooMany, failed
        /// What the client saw is not known.
        case unknown

        init(status: UInt16) {
            switch status {
            case 401, 403, 451: self = .forbidden
            case 404, 410: self = .notFound
            case 429: self = .tooMany
            case 500...: self = .failed
            default: self = .well
            }
        }

        init(_ row: IncidentRow) {
            switch row.ending {
            case .forbidden: self = .forbidden
            case .notFound, .gone, .probe, .maskedTimeout: self = .notFound
            case .rateLimited: self = .tooMany
            case .timeout, .upstreamError, .internalError: self = .failed
            // What an edge made up: its span has another status than its client got.
            case .false200, .aborted, nil: self = .unknown
            default: self = .well
            }
        }
    }

    private struct File: Hashable {
        var module: UInt32
        var kind: UInt8
    }

    private struct Host {
        var well = 0
        var wellTold = 0
        var bad = 0
        var ghosts: [ClientSideRequest] = []
    }

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let data = context.data
        let newest = Self.newest(context)
        let requests = context.clientSide.filter { request in
            // What servers tell of the last ones may still come.
            data.slot(ofStart: request.start) != nil
                && newest[request.label].map { request.end &+ Self.toleranceNanos <= $0 } == true
        }
        guard requests.contains(where: { Kind(status: $0.httpStatus) != .well }) else { return [] }
        let told = Self.told(Set(requests.map { File(module: $0.module, kind: $0.kind) }), data)
        var hosts: [UInt32: Host] = [:]
        for request in requests {
            let kind = Kind(status: request.httpStatus)
            let answers = Self.answers(request, told, data)
            if kind == .well {
                hosts[request.label, default: Host()].well += 1
                let isTold = answers.contains { context.host(ofNode: $0.node) == request.label }
                if isTold { hosts[request.label, default: Host()].wellTold += 1 }
                continue
            }
            hosts[request.label, default: Host()].bad += 1
            // Whoever tells of such an answer, it is none.
            if answers.contains(where: { [kind, .unknown].contains(Kind($0)) }) { continue }
            hosts[request.label, default: Host()].ghosts.append(request)
        }
        let names = data.names.labels
        // Numbers of labels are chance.
        let ordered = hosts.map { (name: names[Int($0.key) - 1], host: $0.value) }.sorted {
            $0.name < $1.name
        }
        return ordered.compactMap { name, host in
            guard host.well >= Self.wellMin, host.ghosts.count >= Self.ghostsMin,
                Double(host.wellTold) >= Self.coverageMin * Double(host.well)
            else { return nil }
            // That servers do not tell of a request happens; one more than was seen may have been.
            let untold = Double(host.well - host.wellTold + 1) / Double(host.well + 1)
            let score = Self.surprise(host.ghosts.count, of: host.bad, untold)
            guard score > Self.margin else { return nil }
            return finding(name, host, score: score - Self.margin, data)
        }
    }

    /// By label of a host: when the last request begins of which its servers tell.
    private static func newest(_ context: IncidentContext) -> [UInt32: UInt64] {
        guard !context.clientSide.isEmpty else { return [:] }
        var newest: [UInt32: UInt64] = [:]
        for row in context.data.rows where !row.flags.contains(.clientSide) {
            let label = context.host(ofNode: row.node)
            if label > 0 { newest[label] = max(newest[label] ?? 0, row.start) }
        }
        return newest
    }

    /// What servers tell of some files, in the order of time.
    private static func told(_ files: Set<File>, _ data: IncidentData) -> [File: [IncidentRow]] {
        var told: [File: [IncidentRow]] = [:]
        for row in data.rows where !row.flags.contains(.clientSide) {
            let file = File(module: row.module, kind: row.kind)
            if files.contains(file) { told[file, default: []].append(row) }
        }
        return told.mapValues { rows in
            rows.sorted { ($0.start, $0.segment, $0.row) < ($1.start, $1.segment, $1.row) }
        }
    }

    /// What servers tell of a request, as far as times and what was asked for say that it is the same.
    private static func answers(
        _ request: ClientSideRequest, _ told: [File: [IncidentRow]], _ data: IncidentData
    ) -> [IncidentRow] {
        guard let rows = told[File(module: request.module, kind: request.kind)] else { return [] }
        let earliest = request.start - min(request.start, toleranceNanos + longestNanos)
        return rows[rows.firstPlace { $0.start >= earliest }...].prefix {
            $0.start <= request.end &+ toleranceNanos
        }.filter { $0.end &+ toleranceNanos >= request.start }
    }

    /// The logarithm of how improbable it is, negated, that of so many at least so many are not told of.
    private static func surprise(_ least: Int, of count: Int, _ rate: Double) -> Double {
        let all: Double = lgamma(Double(count) + 1)
        var sum = 0.0
        for number in least...max(least, count) {
            let (had, rest) = (Double(number), Double(count - number))
            let ways: Double = all - lgamma(had + 1) - lgamma(rest + 1)
            sum += exp(ways + had * log(rate) + rest * log1p(-rate))
        }
        return -log(max(sum, .leastNormalMagnitude))
    }

    private func finding(
        _ name: String, _ host: Host, score: Double, _ data: IncidentData
    ) -> IncidentFinding {
        let ghosts = host.ghosts.sorted { ($0.start, $0.segment, $0.row) < ($1.start, $1.segment, $1.row) }
        var counts: [UInt16: Int] = [:]
        for ghost in ghosts { counts[ghost.httpStatus, default: 0] += 1 }
        let statuses = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3)
            .map { "\($0.key) (\(HumanUnits.count($0.value, "time")))" }.joined(separator: ", ")
        var impact = IncidentImpact()
        impact.requests = ghosts.count
        impact.clients = Set(ghosts.map(\.node)).count
        impact.modules = Set(ghosts.map(\.module)).count
        return IncidentFinding(
            rule: self.name, severity: .info, subject: IncidentSubject(upstream: name),
            start: ghosts.first?.start ?? data.since, end: ghosts.map(\.end).max() ?? data.until,
            score: min(score, 8), confidence: 1 - exp(-score / 4) * 0.5, rows: [], slowSeconds: 0,
            numbers: [
                ("ghosts", Double(ghosts.count)), ("bad_requests", Double(host.bad)),
                ("told_share", Double(host.wellTold) / Double(max(host.well, 1))),
            ],
            explanation:
                "Go commands got \(statuses) from \(name), which none of its servers tells of: something between "
                + "them answered",
            depth: 3, culprit: nil, covers: { _ in false }, impact: impact,
            examples: ghosts.prefix(5).map { ($0.segment, $0.row) })
    }
}
