package import Telemetry
package import fleetgen

/// What the right answers are, by what was really going on.
package struct TruthAnswers: Sendable {
    package let truth: FleetTruth
    /// By instance.
    package let nodes: [String: NodeTruth]
    /// Requests of which anything arrived, in the order in which they finished.
    package let requests: [SeenRequest]
    /// What nodes did, as their own server spans tell.
    package let hops: [SeenHop]

    package init(_ truth: FleetTruth) {
        let nodes = Dictionary(uniqueKeysWithValues: truth.nodes.map { ($0.instance, $0) })
        self.truth = truth
        self.nodes = nodes
        var hops = truth.requests.flatMap { request in
            [SeenHop(edgeOf: request, nodes: nodes), SeenHop(proxyOf: request, nodes: nodes)].compactMap {
                $0
            }
        }
        let sizes = SizesTold(hops)
        for place in hops.indices {
            let hop = hops[place]
            hops[place].outcome = sizes.outcome(hop.outcome, of: hop.truth, at: hop.node)
        }
        self.hops = hops
        requests = truth.requests.compactMap { truth in
            SeenRequest(truth, nodes: nodes).map { seen in
                var seen = seen
                seen.outcome = sizes.outcome(seen.outcome, of: truth, at: seen.node)
                return seen
            }
        }
    }

    // MARK: Requests

    /// The files of a version never change: hit ratios are of these.
    package static let immutableKinds: Set = ["info", "mod", "zip"]

    package func requests(
        in window: TimeWindow = .all, where isWanted: (SeenRequest) -> Bool = { _ in true }
    ) -> [SeenRequest] {
        requests.filter { window.contains($0.start) && isWanted($0) }
    }

    /// Figures by anything; requests that have no such thing are left out.
    package func figures(
        in window: TimeWindow = .all, by key: (SeenRequest) -> String?,
        where isWanted: (SeenRequest) -> Bool = { _ in true }
    ) -> [String: RequestFigures] {
        var groups: [String: [SeenRequest]] = [:]
        for request in requests(in: window, where: isWanted) {
            if let key = key(request) { groups[key, default: []].append(request) }
        }
        return groups.mapValues { RequestFigures($0) }
    }

    /// Figures of nodes by their own spans.
    package func figuresByNode(
        in window: TimeWindow = .all, where isWanted: (SeenHop) -> Bool = { _ in true }
    ) -> [String: RequestFigures] {
        let wanted = hops.filter { window.contains($0.start) && isWanted($0) }
        return Dictionary(grouping: wanted, by: \.node).mapValues { RequestFigures($0) }
    }

    /// Longest first; of equals the first.
    package func slowest(_ count: Int, in window: TimeWindow = .all) -> [SeenRequest] {
        let sorted = requests(in: window).sorted {
            ($1.durationNanos, $0.start, $0.truth.spanId) < ($0.durationNanos, $1.start, $1.truth.spanId)
        }
        return Array(sorted.prefix(count))
    }

    /// Requests whose proxy is asked in a trace of its own though an edge passed it on: two traces, one request.
    package func splitRequests(in window: TimeWindow = .all) -> [SeenRequest] {
        requests(in: window) { request in
            request.role == "edge" && request.truth.proxyIsDelivered == true
                && nodes[request.node]?.propagates == false
        }
    }

    // MARK: Sessions

    /// How far the clock is ahead of the edge that a session's client asked.
    package func clockOffset(of session: SessionTruth) -> Int64 {
        session.edge.flatMap { nodes[$0]?.clockOffsetNs } ?? 0
    }

    /// Sessions all of whose requests arrived at the edge's hand, and the fetches in them.
    package var completeSessions: [SessionTruth] { truth.sessions.filter(\.isDelivered) }

    package var completeFetches: [FetchTruth] {
        let complete = Set(completeSessions.map(\.number))
        return truth.fetches.filter { complete.contains($0.session) }
    }

    // MARK: Versions

    /// Versions that clients fetched within a session, of whose files a cache says something, and how many of these had
    /// no miss among their files.
    package func versions(_ requests: [SeenRequest]) -> (fetched: Int, warm: Int) {
        struct Version: Hashable {
            let session: Int
            let name: String
        }
        var isWarm: [Version: Bool] = [:]
        for request in requests where Self.immutableKinds.contains(request.truth.kind) {
            let figures = RequestFigures([request])
            guard let session = request.truth.session, figures.lookups == 1 else { continue }
            let version = Version(session: session, name: "\(request.truth.module)@\(request.truth.version)")
            isWarm[version] = isWarm[version, default: true] && figures.hits == 1
        }
        return (isWarm.count, isWarm.values.count { $0 })
    }
}
