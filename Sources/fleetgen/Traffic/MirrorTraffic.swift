/// Runs of the go command against mirrors, made so that their mean time is exactly what was asked for.
enum MirrorTraffic {
    /// Sessions of each mirror.
    static let sessionCount = 60

    /// All requests in the order of their starts.
    static func exchanges(fleet: Fleet, plan: TrafficPlan, catalogue: Catalogue, seed: UInt64) -> [Exchange] {
        var generator = SeededGenerator.stream("mirrors", seed: seed)
        var exchanges: [Exchange] = []
        for (position, (node, mirror)) in zip(fleet.mirrors, fleet.scenario.mirrors).enumerated() {
            let lengths = lengths(mean: mirror.meanSessionNanos, using: &generator)
            for (number, length) in lengths.enumerated() {
                // The last session ends well within the traffic's time.
                let room = max(0, Int64(plan.end - plan.start) - Int64(length) - 1_000_000_000)
                let start = plan.start + UInt64(Double(room) * generator.unit())
                // Addresses that the fleet's own clients do not reach.
                let client = Client(
                    ordinal: 64_000 + position * sessionCount + number, edge: node, using: &generator)
                exchanges += session(
                    of: client, at: node, start: start, length: length, catalogue: catalogue,
                    using: &generator)
            }
        }
        return exchanges.sorted {
            ($0.start, $0.client?.address ?? "") < ($1.start, $1.client?.address ?? "")
        }
        .enumerated().map { $1.numbered(1_000_000_000 + $0) }
    }

    /// Lengths in nanoseconds that differ as those of builds do, and whose sum is that of the mean.
    private static func lengths(mean: UInt64, using generator: inout SeededGenerator) -> [UInt64] {
        let shares = (0..<sessionCount).map { _ in generator.logNormal(median: 1, sigma: 0.3) }
        let scale = Double(mean) * Double(sessionCount) / shares.reduce(0, +)
        var lengths = shares.map { UInt64($0 * scale) }
        let missing = Int64(mean) * Int64(sessionCount) - Int64(lengths.reduce(0, +))
        lengths[0] = UInt64(Int64(lengths[0]) + missing)
        return lengths
    }

    /// Two to five modules, file after file, from the first request to the last answer in exactly `length`.
    private static func session(
        of client: Client, at node: FleetNode, start: UInt64, length: UInt64, catalogue: Catalogue,
        using generator: inout SeededGenerator
    ) -> [Exchange] {
        let targets = (0..<(2 + generator.index(below: 4))).flatMap { _ in
            let rank = generator.index(below: catalogue.modules.count)
            let module = catalogue.modules[rank]
            let version = module.versions[generator.index(below: module.versions.count)]
            return [RequestKind.info, .mod, .zip].map {
                RequestTarget.file($0, of: version, in: module, rank: rank)
            }
        }
        let weights = targets.map { 0.2 + Double($0.bytes) / 200_000 + generator.exponential(mean: 1) }
        let total = weights.reduce(0, +)
        var passed = 0.0
        let ends = weights.map { weight in
            passed += weight
            return start + UInt64(Double(length) * min(1, passed / total))
        }
        return targets.indices.map { index in
            let isLast = index == targets.count - 1
            let begin = index == 0 ? start : ends[index - 1] + 200_000
            let leg = EdgeLeg(
                node: node, interval: Interval(start: begin, end: isLast ? start + length : ends[index]),
                status: 200, bodyBytes: targets[index].bytes,
                cacheStatus: generator.chance(0.8) ? "HIT" : "MISS", attempts: [], isOwnAnswer: false)
            return Exchange(number: 0, client: client, target: targets[index], edge: leg, proxy: nil)
        }
    }
}

extension Exchange {
    /// The same request with another number.
    fileprivate func numbered(_ number: Int) -> Exchange {
        Exchange(number: number, client: client, target: target, edge: edge, proxy: proxy)
    }
}
