/// Puts the requests of clients together.
enum SessionGrouping {
    /// - Parameters:
    ///   - requests: in any order; those of no client are left out, the others are told which session is theirs
    static func sessions(of requests: inout [RequestTruth]) -> (
        sessions: [SessionTruth], fetches: [FetchTruth]
    ) {
        struct ClientKey: Hashable {
            let address: String
            let userAgent: String
        }
        var byClient: [ClientKey: [RequestTruth]] = [:]
        for request in requests {
            guard let address = request.clientAddress, let userAgent = request.userAgent else { continue }
            byClient[ClientKey(address: address, userAgent: userAgent), default: []].append(request)
        }
        var groups: [[RequestTruth]] = []
        for requests in byClient.values {
            var group: [RequestTruth] = []
            var end: UInt64 = 0
            for request in requests.sorted(by: { ($0.startNs, $0.number) < ($1.startNs, $1.number) }) {
                if !group.isEmpty, request.startNs > end + SessionTruth.gapNs {
                    groups.append(group)
                    group = []
                }
                group.append(request)
                end = max(end, request.startNs + request.durationNs)
            }
            groups.append(group)
        }
        groups.sort { ($0[0].startNs, $0[0].number) < ($1[0].startNs, $1[0].number) }
        var sessions: [SessionTruth] = []
        var fetches: [FetchTruth] = []
        var numbers: [Int: Int] = [:]
        for (number, group) in groups.enumerated() {
            let made = Self.fetches(of: group, session: number)
            var session = SessionTruth()
            session.number = number
            session.clientAddress = group[0].clientAddress ?? ""
            session.userAgent = group[0].userAgent ?? ""
            session.host = group[0].host
            session.edge = group[0].edge
            (session.startNs, session.durationNs) = extent(of: group)
            session.requests = group.count
            session.bodyBytes = group.reduce(0) { $0 + $1.bodyBytes }
            session.fetches = made.count
            session.isDelivered = group.allSatisfy { $0.edgeIsDelivered ?? $0.proxyIsDelivered ?? false }
            sessions.append(session)
            fetches += made
            for request in group { numbers[request.number] = number }
        }
        for index in requests.indices { requests[index].session = numbers[requests[index].number] }
        return (sessions, fetches)
    }

    private static let fetchKinds: Set = ["info", "mod", "zip", "sumdb_lookup"]

    private static func fetches(of group: [RequestTruth], session: Int) -> [FetchTruth] {
        var order: [String] = []
        var byVersion: [String: [RequestTruth]] = [:]
        for request in group where fetchKinds.contains(request.kind) {
            let key = "\(request.module)@\(request.version)"
            if byVersion[key] == nil { order.append(key) }
            byVersion[key, default: []].append(request)
        }
        return order.compactMap { key in
            guard let requests = byVersion[key] else { return nil }
            var fetch = FetchTruth()
            fetch.session = session
            fetch.module = requests[0].module
            fetch.version = requests[0].version
            (fetch.startNs, fetch.durationNs) = extent(of: requests)
            fetch.requests = requests.count
            fetch.bodyBytes = requests.reduce(0) { $0 + $1.bodyBytes }
            fetch.isCold = requests.contains { $0.fetch != nil }
            for request in requests { fetch.stages += request.stages }
            fetch.longestStage = fetch.stages.longest
            return fetch
        }
    }

    private static func extent(of requests: [RequestTruth]) -> (start: UInt64, duration: UInt64) {
        let start = requests.reduce(UInt64.max) { min($0, $1.startNs) }
        let end = requests.reduce(0 as UInt64) { max($0, $1.startNs + $1.durationNs) }
        return (start, end - start)
    }
}
