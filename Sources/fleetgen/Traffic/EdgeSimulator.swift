/// An edge node, with a cache or without.
struct EdgeSimulator: Sendable {
    /// What a cache keeps of an answer.
    private struct CachedAnswer {
        /// When it came.
        var since: UInt64 = 0
        /// Until when it may be given; 0 for never.
        let expiry: UInt64
        let status: Int
        let bytes: Int64
        /// nginx's word for the request that it came for: who asks before it comes is told the same.
        var word = ""
    }

    let node: FleetNode
    private let faults: ActiveFaults
    private let seed: UInt64
    private let publications: PublicationPlan
    /// Whether an answer is in the cache only when it has come; plain traffic takes it from when it was asked for.
    private let cachesInTime: Bool
    /// By path as it is sent.
    private var cache: [String: CachedAnswer] = [:]

    /// nginx waits this long for a byte of the proxy (`proxy_read_timeout`), in milliseconds.
    private static let readLimit = 60_000.0
    /// Envoy waits this long for the whole answer (the route's time-out), in milliseconds.
    private static let routeLimit = 15_000.0
    /// A refusal of a file is given again for this long, in nanoseconds: who asked too early keeps others waiting.
    private static let refusalLifetime = UInt64(seconds: 30)

    init(
        node: FleetNode, fleet: Fleet, seed: UInt64, faults: ActiveFaults? = nil,
        publications: PublicationPlan = PublicationPlan()
    ) {
        self.node = node
        self.publications = publications
        cachesInTime = fleet.scenario.isMixed
        self.faults = faults ?? ActiveFaults(fleet, start: 0)
        self.seed = seed
    }

    /// Answers a client's request, asking the proxy where it has to.
    mutating func serve(
        _ target: RequestTarget, of client: Client, at start: UInt64, proxy: inout ProxySimulator,
        using generator: inout SeededGenerator
    ) -> (EdgeLeg, ProxyLeg?) {
        if let answer = ownAnswer(target, at: start, using: &generator) { return (answer, nil) }
        var answer = answer(target, of: client, at: start, proxy: &proxy, using: &generator)
        spoil(&answer.0, target, at: start, using: &generator)
        return answer
    }

    /// What faults have the edge answer in place of what there is; nil for nothing.
    private func ownAnswer(
        _ target: RequestTarget, at start: UInt64, using generator: inout SeededGenerator
    ) -> EdgeLeg? {
        guard target.kind.isVersionFile else { return nil }
        let status: Int
        if let share = faults.strength(.cachedRedirect, at: start, node: node), generator.chance(share) {
            status = 301
        } else if let share = faults.strength(.semanticDivergence, at: start, node: node),
            SplitMix.unit(
                seed, 71, target.versionKey.utf8.reduce(UInt64(17)) { SplitMix.mixed($0 ^ UInt64($1)) })
                < share
        {
            // Of a version always the same.
            status = 404
        } else {
            return nil
        }
        return EdgeLeg(
            node: node,
            interval: Interval(start: start, milliseconds: generator.logNormal(median: 0.4, sigma: 0.5)),
            status: status, bodyBytes: 46, cacheStatus: node.setup.caches && status == 301 ? "HIT" : "",
            attempts: [], isOwnAnswer: false)
    }

    private func slowness(at time: UInt64) -> Double {
        // A version that fails is no slower.
        let version = max(1, faults.strength(.versionRegression, at: time, node: node) ?? 1)
        return node.slowness * version * (faults.strength(.slowNode, at: time, node: node) ?? 1)
    }

    /// What faults make of an answer on its way to the client.
    private func spoil(
        _ leg: inout EdgeLeg, _ target: RequestTarget, at start: UInt64,
        using generator: inout SeededGenerator
    ) {
        if let share = faults.strength(.versionRegression, at: start, node: node), share <= 1,
            generator.chance(share)
        {
            leg.status = 500
            leg.bodyBytes = 160
            leg.isOwnAnswer = false
            return
        }
        func happens(_ fault: Fault, _ generator: inout SeededGenerator) -> Bool {
            faults.strength(fault, at: start, node: node).map { generator.chance($0) } ?? false
        }
        // A full tile.
        if target.kind == .sumdbTile, target.bytes == 8_192, leg.status == 200, happens(.badTile, &generator)
        {
            leg.bodyBytes = 4_096
        }
        guard target.kind == .zip, leg.status == 200, !leg.isOwnAnswer else { return }
        if happens(.emptyZip, &generator) { leg.bodyBytes = 0 }
        if happens(.truncated, &generator) {
            leg.bodyBytes = max(1_000, Int64(Double(leg.bodyBytes) * generator.unit()))
        }
        if happens(.sizeDivergence, &generator) { leg.bodyBytes = leg.bodyBytes * 17 / 16 + 9_000 }
        if happens(.clientAborts, &generator) {
            leg.interval = Interval(
                start: start, milliseconds: leg.interval.milliseconds * (0.2 + 0.7 * generator.unit()))
            leg.status = 499
            leg.bodyBytes = 0
            leg.isOwnAnswer = true
        }
    }

    private mutating func answer(
        _ target: RequestTarget, of client: Client, at start: UInt64, proxy: inout ProxySimulator,
        using generator: inout SeededGenerator
    ) -> (EdgeLeg, ProxyLeg?) {
        let slowness = slowness(at: start)
        let own = generator.logNormal(median: 0.12, sigma: 0.5) * slowness
        guard node.setup.caches else {
            return ask(
                target, of: client, at: start, own: own, cacheStatus: "", proxy: &proxy, using: &generator)
        }
        let cached = held(target, at: start, using: &generator)
        let isOnItsWay = cachesInTime && cached.since > start
        if cached.expiry > start || isKept(cached, target, at: start), !isOnItsWay {
            let read = generator.logNormal(median: 0.25, sigma: 0.7) + Double(target.bytes) / 900_000
            let sending = transfer(target.bytes, to: client)
            let milliseconds = own + (read + sending) * slowness
            // A prefix that is probed as no module may be one that is listed as such: each has its own answer.
            let isRefusal = !target.exists || (target.kind.isVersionFile && cached.status == 404)
            let bytes = cached.status == 200 ? cached.bytes : target.bytes
            let leg = EdgeLeg(
                node: node, interval: Interval(start: start, milliseconds: milliseconds),
                status: isRefusal ? 404 : 200, bodyBytes: isRefusal ? 46 : bytes, cacheStatus: "HIT",
                attempts: [], isOwnAnswer: false, sendingNanos: UInt64(milliseconds: sending * slowness))
            cache[target.wirePath] = cached
            return (leg, nil)
        }
        let word = isOnItsWay ? cached.word : cached.expiry == 0 ? "MISS" : "EXPIRED"
        let answer = ask(
            target, of: client, at: start, own: own, cacheStatus: word, proxy: &proxy, using: &generator)
        let end = answer.0.interval.end
        guard let lifetime = lifetime(of: answer.0, for: target) else { return answer }
        // Of two answers that are on their way the first that comes is given from then on.
        if isOnItsWay, cached.status == answer.0.status, cached.since <= end { return answer }
        cache[target.wirePath] = CachedAnswer(
            since: end, expiry: end + lifetime, status: answer.0.status, bytes: answer.0.bodyBytes, word: word
        )
        return answer
    }

    /// Whether a fault has the cache go on with what is over: refusals, or lists.
    private func isKept(_ cached: CachedAnswer, _ target: RequestTarget, at time: UInt64) -> Bool {
        // What was never asked for cannot be kept.
        guard cached.since > 0, cached.expiry > 0, target.exists else { return false }
        let kind: Fault
        switch cached.status {
        case 404 where target.kind.isVersionFile: kind = .negativeCache
        case 200 where target.kind == .list: kind = .staleList
        default: return false
        }
        return faults.strength(kind, at: time, node: node) != nil
    }

    /// What the cache holds of it, if a fault did not take it.
    private func held(
        _ target: RequestTarget, at start: UInt64, using generator: inout SeededGenerator
    ) -> CachedAnswer {
        var cached = cache[target.wirePath] ?? initialAnswer(target, at: start)
        let isFlushed = faults.flush(before: start).map { cached.since < $0 } ?? false
        let isLost =
            faults.strength(.cacheDegraded, at: start, node: node).map { generator.chance($0) } ?? false
        if isFlushed || isLost {
            cached = CachedAnswer(expiry: 0, status: cached.status, bytes: cached.bytes)
        }
        return cached
    }

    /// How long an answer may be given again, in nanoseconds; nil for not at all.
    private func lifetime(of answer: EdgeLeg, for target: RequestTarget) -> UInt64? {
        switch answer.status {
        case 200 where target.exists: target.kind.edgeLifetimeNanos
        case 404 where !target.exists: UInt64(seconds: 60)
        case 404 where publications.publication(of: target) != nil: Self.refusalLifetime
        default: nil
        }
    }

    private func ask(
        _ target: RequestTarget, of client: Client, at start: UInt64, own: Double, cacheStatus: String,
        proxy: inout ProxySimulator, using generator: inout SeededGenerator
    ) -> (EdgeLeg, ProxyLeg?) {
        let lookupEnd = start + UInt64(milliseconds: own)
        let roundTrip =
            generator.logNormal(median: 1.1, sigma: 0.35)
            + (faults.strength(.slowLink, at: start, node: node) ?? 0)
        if generator.chance(faults.strength(.edgeErrors, at: start, node: node) ?? 0.0015) {
            return (unreachable(at: start, from: lookupEnd, cacheStatus, using: &generator), nil)
        }
        var attempts: [UpstreamAttempt] = []
        var sent = lookupEnd
        if node.kind == .nginx, generator.chance(0.006) {
            // A kept connection that the proxy had just closed; nginx asks again on another one.
            let lost = generator.logNormal(median: 1.5, sigma: 0.5)
            attempts.append(
                UpstreamAttempt(status: 502, headerMilliseconds: nil, responseMilliseconds: lost))
            sent += UInt64(milliseconds: lost)
        }
        let arrival = sent + UInt64(milliseconds: roundTrip / 2)
        let leg = proxy.serve(target, at: arrival, using: &generator)
        let upstream = leg.interval.milliseconds + roundTrip
        let patience = patience(upstream: upstream, using: &generator)
        if let patience {
            attempts.append(
                UpstreamAttempt(
                    status: patience.status, headerMilliseconds: nil,
                    responseMilliseconds: patience.milliseconds))
            let end = sent + UInt64(milliseconds: patience.milliseconds)
            return (
                EdgeLeg(
                    node: node, interval: Interval(start: start, end: end), status: patience.status,
                    bodyBytes: patience.status == 499 ? 0 : 160, cacheStatus: cacheStatus,
                    attempts: attempts, isOwnAnswer: true, asked: Interval(start: sent, end: end)), leg
            )
        }
        attempts.append(
            UpstreamAttempt(
                status: leg.status, headerMilliseconds: upstream * 0.98, responseMilliseconds: upstream))
        let sending = transfer(leg.bodyBytes, to: client) * slowness(at: start)
        let end = sent + UInt64(milliseconds: upstream + sending)
        return (
            EdgeLeg(
                node: node, interval: Interval(start: start, end: end), status: leg.status,
                bodyBytes: leg.bodyBytes, cacheStatus: cacheStatus, attempts: attempts,
                isOwnAnswer: false, asked: Interval(start: sent, milliseconds: upstream),
                sendingNanos: UInt64(milliseconds: sending)), leg
        )
    }

    /// When nginx or Envoy stops waiting, or its client does; Caddy and Traefik wait as long as it takes.
    private func patience(
        upstream: Double, using generator: inout SeededGenerator
    ) -> (status: Int, milliseconds: Double)? {
        switch node.kind {
        case .nginx:
            if upstream > 20_000, generator.chance(0.12) {
                return (499, 10_000 + generator.unit() * 9_000)
            }
            return upstream > Self.readLimit ? (504, Self.readLimit) : nil
        case .envoy:
            if upstream > 12_000, generator.chance(0.12) {
                return (499, 6_000 + generator.unit() * 5_000)
            }
            return upstream > Self.routeLimit ? (504, Self.routeLimit) : nil
        case .caddy, .traefik, .athens, .go: return nil
        }
    }

    /// The answer of an edge whose proxy does not take the connection, or takes it and is silent.
    private func unreachable(
        at start: UInt64, from lookupEnd: UInt64, _ cacheStatus: String,
        using generator: inout SeededGenerator
    ) -> EdgeLeg {
        let isSilent = generator.chance(0.2)
        let milliseconds =
            isSilent ? Self.readLimit / 6 : generator.logNormal(median: 2.2, sigma: 0.6)
        let status = isSilent ? 504 : 502
        return EdgeLeg(
            node: node,
            interval: Interval(start: start, end: lookupEnd + UInt64(milliseconds: milliseconds)),
            status: status, bodyBytes: 160, cacheStatus: cacheStatus,
            attempts: [
                UpstreamAttempt(status: status, headerMilliseconds: nil, responseMilliseconds: milliseconds)
            ], isOwnAnswer: true, asked: Interval(start: lookupEnd, milliseconds: milliseconds))
    }

    /// What lies in the cache when the traffic begins.
    private func initialAnswer(_ target: RequestTarget, at start: UInt64) -> CachedAnswer {
        let status = target.exists ? 200 : 404
        let bytes = target.exists ? target.bytes : 46
        guard !faults.startsCold, target.exists, target.kind.edgeLifetimeNanos > UInt64(seconds: 600),
            publications.publication(of: target) == nil
        else { return CachedAnswer(expiry: 0, status: status, bytes: bytes) }
        let share = 0.62 - Double(target.popularityRank) * 0.0009
        let hash = target.wirePath.utf8.reduce(UInt64(17)) { SplitMix.mixed($0 ^ UInt64($1)) }
        let isThere = SplitMix.unit(seed, UInt64(node.index), hash) < share
        return CachedAnswer(
            expiry: isThere ? start + target.kind.edgeLifetimeNanos : 0, status: status, bytes: bytes)
    }

    /// Milliseconds that the body takes to the client.
    private func transfer(_ bytes: Int64, to client: Client) -> Double {
        Double(bytes) / client.bytesPerMillisecond
    }
}
