/// An edge node: nginx with a cache, or Caddy without.
struct EdgeSimulator: Sendable {
    let node: FleetNode
    private let fault: Fault
    private let failsOften: Bool
    private let seed: UInt64
    /// Until when each path may be answered from the cache.
    private var expiries: [String: UInt64] = [:]

    /// nginx waits this long for a byte of the proxy (`proxy_read_timeout`), in milliseconds.
    private static let readLimit = 60_000.0

    init(node: FleetNode, fleet: Fleet, seed: UInt64) {
        self.node = node
        fault = fleet.fault
        failsOften = fleet.fault == .edgeErrors && node.region == fleet.regions.first
        self.seed = seed
    }

    /// Answers a client's request, asking the proxy where it has to.
    mutating func serve(
        _ target: RequestTarget, of client: Client, at start: UInt64, proxy: inout ProxySimulator,
        using generator: inout SeededGenerator
    ) -> (EdgeLeg, ProxyLeg?) {
        let own = generator.logNormal(median: 0.12, sigma: 0.5) * node.slowness
        guard node.kind == .nginx else {
            return ask(
                target, of: client, at: start, own: own, cacheStatus: "", proxy: &proxy, using: &generator)
        }
        let expiry = expiries[target.wirePath] ?? initialExpiry(target, at: start)
        if expiry > start {
            let read = generator.logNormal(median: 0.25, sigma: 0.7) + Double(target.bytes) / 900_000
            let milliseconds = own + (read + transfer(target.bytes, to: client)) * node.slowness
            let leg = EdgeLeg(
                node: node, interval: Interval(start: start, milliseconds: milliseconds),
                status: target.exists ? 200 : 404, bodyBytes: target.exists ? target.bytes : 46,
                cacheStatus: "HIT", attempts: [], isOwnAnswer: false)
            expiries[target.wirePath] = expiry
            return (leg, nil)
        }
        let answer = ask(
            target, of: client, at: start, own: own, cacheStatus: expiry == 0 ? "MISS" : "EXPIRED",
            proxy: &proxy, using: &generator)
        if answer.0.status == 200 || (answer.0.status == 404 && !target.exists) {
            let lifetime = target.exists ? target.kind.edgeLifetimeNanos : UInt64(seconds: 60)
            expiries[target.wirePath] = answer.0.interval.end + lifetime
        }
        return answer
    }

    private func ask(
        _ target: RequestTarget, of client: Client, at start: UInt64, own: Double, cacheStatus: String,
        proxy: inout ProxySimulator, using generator: inout SeededGenerator
    ) -> (EdgeLeg, ProxyLeg?) {
        let lookupEnd = start + UInt64(milliseconds: own)
        let roundTrip = generator.logNormal(median: 1.1, sigma: 0.35)
        if generator.chance(failsOften ? 0.33 : 0.0015) {
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
                    attempts: attempts, isOwnAnswer: true), leg
            )
        }
        attempts.append(
            UpstreamAttempt(
                status: leg.status, headerMilliseconds: upstream * 0.98, responseMilliseconds: upstream))
        let sending = transfer(leg.bodyBytes, to: client) * node.slowness
        let end = sent + UInt64(milliseconds: upstream + sending)
        return (
            EdgeLeg(
                node: node, interval: Interval(start: start, end: end), status: leg.status,
                bodyBytes: leg.bodyBytes, cacheStatus: cacheStatus, attempts: attempts,
                isOwnAnswer: false), leg
        )
    }

    /// When nginx stops waiting, or its client does; Caddy waits as long as it takes.
    private func patience(
        upstream: Double, using generator: inout SeededGenerator
    ) -> (status: Int, milliseconds: Double)? {
        guard node.kind == .nginx else { return nil }
        if upstream > 20_000, generator.chance(0.12) {
            return (499, 10_000 + generator.unit() * 9_000)
        }
        return upstream > Self.readLimit ? (504, Self.readLimit) : nil
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
            ], isOwnAnswer: true)
    }

    /// What lies in the cache when the traffic begins: 0 for nothing.
    private func initialExpiry(_ target: RequestTarget, at start: UInt64) -> UInt64 {
        guard fault != .coldCache, target.exists, target.kind.edgeLifetimeNanos > UInt64(seconds: 600)
        else { return 0 }
        let share = 0.62 - Double(target.popularityRank) * 0.0009
        let hash = target.wirePath.utf8.reduce(UInt64(17)) { SplitMix.mixed($0 ^ UInt64($1)) }
        return SplitMix.unit(seed, UInt64(node.index), hash) < share
            ? start + target.kind.edgeLifetimeNanos : 0
    }

    /// Milliseconds that the body takes to the client.
    private func transfer(_ bytes: Int64, to client: Client) -> Double {
        Double(bytes) / client.bytesPerMillisecond
    }
}
