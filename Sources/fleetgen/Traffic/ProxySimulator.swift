/// A module proxy with a storage that fills as versions are fetched.
struct ProxySimulator: Sendable {
    /// A fetch of a version: waiting for it is possible until it ends.
    private struct Fetch {
        let interval: Interval
        let status: Int
    }

    let node: FleetNode
    private let faults: ActiveFaults
    private let seed: UInt64
    private let publications: PublicationPlan
    private var fetches: [String: Fetch] = [:]

    /// The proxy gives up a fetch after this many milliseconds (`StashTimeout`).
    private static let fetchLimit = 600_000.0
    /// The proxy gives up waiting for a lock after this many milliseconds.
    private static let lockLimit = 15_000.0
    /// The proxy gives up whatever it does for a request after this many milliseconds (`processDownload`).
    private static let requestLimit = 900_000.0
    /// What outlasts the lock that proxies share, which is kept for 900 s.
    private static let outlasting = 960_000.0
    /// The proxy gives up listing versions after this many milliseconds (`Timeout`).
    private static let listLimit = 300_000.0

    init(
        node: FleetNode, faults: ActiveFaults, seed: UInt64, publications: PublicationPlan = PublicationPlan()
    ) {
        self.node = node
        self.publications = publications
        self.faults = faults
        self.seed = seed
    }

    /// Answers a request that arrives at `start`.
    mutating func serve(
        _ target: RequestTarget, at start: UInt64, using generator: inout SeededGenerator
    ) -> ProxyLeg {
        switch target.kind {
        case .health:
            return passedOn(target, at: start, milliseconds: generator.logNormal(median: 0.15, sigma: 0.4))
        case .sumdbSupported:
            let isUnsupported = faults.strength(.sumdbUnsupported, at: start, node: node) != nil
            return passedOn(
                target, at: start, milliseconds: generator.logNormal(median: 0.3, sigma: 0.4),
                status: isUnsupported ? 404 : 200)
        case .sumdbLookup:
            return passedOn(
                target, at: start,
                milliseconds: generator.logNormal(median: 48, sigma: 0.6) * sumdbSlowness(at: start),
                status: target.exists ? 200 : 404)
        case .sumdbTile:
            return passedOn(
                target, at: start,
                milliseconds: generator.logNormal(median: 31, sigma: 0.5) * sumdbSlowness(at: start))
        case .list, .latest:
            return versions(target, at: start, using: &generator)
        case .query:
            return fetched(target, at: start, using: &generator)
        case .info, .mod, .zip:
            return file(target, at: start, using: &generator)
        }
    }

    private func passedOn(
        _ target: RequestTarget, at start: UInt64, milliseconds: Double, status: Int = 200
    ) -> ProxyLeg {
        ProxyLeg(
            node: node, interval: Interval(start: start, milliseconds: milliseconds), status: status,
            bodyBytes: status == 200 ? target.bytes : 46, work: .none)
    }

    private func sumdbSlowness(at time: UInt64) -> Double {
        faults.strength(.slowSumdb, at: time, module: "sum.golang.org") ?? 1
    }

    private func versions(
        _ target: RequestTarget, at start: UInt64, using generator: inout SeededGenerator
    ) -> ProxyLeg {
        let begin = handlerStart(start, using: &generator)
        let median = target.exists ? 620.0 : 190
        let sigma = target.exists ? 0.8 : 0.5
        let listing =
            generator.logNormal(median: median, sigma: sigma)
            * upstreamSlowness(of: target, at: start)
            * (faults.strength(.slowList, at: start, module: target.modulePath) ?? 1)
        let lister = Interval(start: begin + 20_000, milliseconds: min(listing, Self.listLimit))
        var status = target.exists ? 200 : 404
        if listing > Self.listLimit { status = 504 }
        let work: ProxyWork
        let end: UInt64
        if target.kind == .list {
            let read = Interval(
                start: begin + 15_000, milliseconds: generator.logNormal(median: 2.5, sigma: 0.6))
            end = max(lister.end, read.end) + 30_000
            work = .list(read: read, versions: lister, protocol: Interval(start: begin, end: end))
            let grown = publications.listBytes(of: target.modulePath, at: node, time: lister.start)
            if grown > 0, status == 200 {
                return leg(
                    target, start: start, end: end, status: status, work: work, bytes: target.bytes + grown)
            }
        } else {
            end = lister.end + 30_000
            work = .latest(versions: lister, protocol: Interval(start: begin, end: end))
        }
        return leg(target, start: start, end: end, status: status, work: work)
    }

    private mutating func file(
        _ target: RequestTarget, at start: UInt64, using generator: inout SeededGenerator
    ) -> ProxyLeg {
        if let share = faults.strength(.fallbackStorm, at: start, node: node), generator.chance(share) {
            let begin = handlerStart(start, using: &generator)
            let read = Interval(start: begin + 8_000, milliseconds: readTime(target, using: &generator))
            let end = read.end + 6_000
            return leg(
                target, start: start, end: end, status: 404,
                work: .hit(read: read, protocol: Interval(start: begin, end: end)))
        }
        let isLost =
            faults.strength(.originHammering, at: start, node: node).map { generator.chance($0) } ?? false
        if isStored(target, at: start), !isLost {
            let begin = handlerStart(start, using: &generator)
            let version = faults.strength(.versionRegression, at: start, node: node)
            let slowness = (faults.strength(.slowStorage, at: start, node: node) ?? 1) * max(1, version ?? 1)
            let read = Interval(
                start: begin + 8_000, milliseconds: readTime(target, using: &generator) * slowness)
            let failingVersion = version.flatMap { $0 <= 1 ? $0 : nil }
            let failing = faults.strength(.nodeErrors, at: start, node: node) ?? failingVersion ?? 0.001
            let status = generator.chance(failing) ? 500 : 200
            let end = read.end + 6_000
            return leg(
                target, start: start, end: end, status: status,
                work: .hit(read: read, protocol: Interval(start: begin, end: end)))
        }
        return fetched(target, at: start, using: &generator)
    }

    /// A miss: fetches the version, or waits for whoever is fetching it.
    private mutating func fetched(
        _ target: RequestTarget, at start: UInt64, using generator: inout SeededGenerator
    ) -> ProxyLeg {
        let begin = handlerStart(start, using: &generator)
        let first = Interval(
            start: begin + 8_000, milliseconds: generator.logNormal(median: 1.2, sigma: 0.5))
        let stashStart = first.end + 25_000
        let stash: StashWork
        let status: Int
        // Requests come in the order in which clients made them and may overtake each other on the way
        // here; who asked first leads all the same.
        if let running = fetches[target.versionKey], stashStart < running.interval.end,
            faults.strength(.stampede, at: start, module: target.modulePath) == nil
        {
            stash = StashWork(
                interval: Interval(start: stashStart, end: running.interval.end + 40_000), fetch: nil)
            status = running.status
        } else {
            (stash, status) = fetch(target, at: stashStart, using: &generator)
            fetches[target.versionKey] = Fetch(interval: stash.interval, status: status)
        }
        if node.setup.isAsynchronous {
            // Whoever asks is told that there is nothing, and the fetch goes on behind his back.
            let end = first.end + 20_000
            return leg(
                target, start: start, end: end, status: 404,
                work: .miss(
                    first: first, second: nil, stash: stash, protocol: Interval(start: begin, end: end)))
        }
        let second =
            status == 200
            ? Interval(
                start: stash.interval.end + 30_000, milliseconds: readTime(target, using: &generator)) : nil
        let end = (second?.end ?? stash.interval.end) + 20_000
        return leg(
            target, start: start, end: end, status: status,
            work: .miss(
                first: first, second: second, stash: stash, protocol: Interval(start: begin, end: end)))
    }

    private func fetch(
        _ target: RequestTarget, at start: UInt64, using generator: inout SeededGenerator
    ) -> (StashWork, status: Int) {
        if let share = faults.strength(.lockFailure, at: start, node: node), generator.chance(share) {
            let end = start + UInt64(milliseconds: Self.lockLimit)
            return (StashWork(interval: Interval(start: start, end: end), fetch: nil), 500)
        }
        var poolStart = start + 12_000
        if node.setup.lock == .redis {
            let wait = generator.chance(0.06) ? 1_400.0 : 3
            poolStart += UInt64(milliseconds: generator.logNormal(median: wait, sigma: 0.5))
        }
        // Ten workers fetch at a time; sometimes all are busy.
        let wait = generator.chance(0.03) ? generator.logNormal(median: 900, sigma: 0.8) : 0.02
        let stasherStart = poolStart + UInt64(milliseconds: wait)
        let cloning =
            generator.logNormal(median: 2_600, sigma: 0.95) * upstreamSlowness(of: target, at: start)
        let transfer = Double(target.zipBytes) / 9_000
        let outcome = outcome(target, at: start, using: &generator)
        let time = outcome?.milliseconds ?? min(cloning + transfer, Self.fetchLimit)
        let download = Interval(start: stasherStart + 9_000, milliseconds: time)
        var status = 200
        if let outcome {
            status = outcome.status
        } else if cloning + transfer > Self.fetchLimit {
            status = 500
        } else if generator.chance(0.012) {
            // The go command could not get it: the proxy calls that "not found".
            status = 404
        }
        // What is not there yet cannot be got either.
        if publications.isMissing(target, at: node, time: download.start) { status = 404 }
        let save =
            status == 200
            ? Interval(
                start: download.end + 15_000,
                milliseconds: generator.logNormal(median: 14, sigma: 0.5) + Double(target.zipBytes) / 90_000)
            : nil
        let stasherEnd = (save?.end ?? download.end) + 9_000
        let work = FetchWork(
            pool: Interval(start: poolStart, end: stasherEnd + 4_000),
            stasher: Interval(start: stasherStart, end: stasherEnd), download: download, save: save)
        return (StashWork(interval: Interval(start: start, end: stasherEnd + 9_000), fetch: work), status)
    }

    /// What faults make of a fetch: how it ends, and after how long; nil for nothing.
    private func outcome(
        _ target: RequestTarget, at start: UInt64, using generator: inout SeededGenerator
    ) -> (status: Int, milliseconds: Double)? {
        let kinds: [(Fault, status: Int, milliseconds: Double)] = [
            (.upstreamErrors, 500, 300), (.rateLimited, 429, 150), (.maskedTimeout, 404, 60_000),
            (.noCompletion, 500, Self.requestLimit), (.lockTTL, 200, Self.outlasting),
        ]
        for (kind, status, milliseconds) in kinds {
            guard let share = faults.strength(kind, at: start, node: node, module: target.modulePath),
                generator.chance(share)
            else { continue }
            return (status, milliseconds)
        }
        return nil
    }

    /// Whether the version lies in storage at a time: from a fetch that is over, or from before.
    private func isStored(_ target: RequestTarget, at time: UInt64) -> Bool {
        let flush = faults.flush(before: time)
        if let fetch = fetches[target.versionKey] {
            return fetch.status == 200 && fetch.interval.end <= time
                && (flush.map { fetch.interval.end >= $0 } ?? true)
        }
        guard !faults.startsCold, flush == nil, publications.publication(of: target) == nil else {
            return false
        }
        // Nearly all that is popular was fetched long ago, and most of the rest.
        let share = max(0.80, 0.985 - Double(target.popularityRank) * 0.0005)
        return SplitMix.unit(seed, UInt64(node.index), Self.hash(target.versionKey)) < share
    }

    private func leg(
        _ target: RequestTarget, start: UInt64, end: UInt64, status: Int, work: ProxyWork,
        bytes givenBytes: Int64? = nil
    ) -> ProxyLeg {
        let bytes = givenBytes ?? (status == 200 ? target.bytes : 46)
        // The rest of the handler: headers, copying the body to a connection of 250 MB/s.
        let copying = 0.06 + Double(bytes) / 250_000
        return ProxyLeg(
            node: node, interval: Interval(start: start, end: end + UInt64(milliseconds: copying)),
            status: status, bodyBytes: bytes, work: work)
    }

    /// When the handler begins: at once, unless all its workers are busy.
    private func handlerStart(_ start: UInt64, using generator: inout SeededGenerator) -> UInt64 {
        var wait = generator.chance(0.005) ? generator.logNormal(median: 120, sigma: 0.7) : 0.05
        if let seconds = faults.strength(.queue, at: start, node: node) {
            wait += generator.exponential(mean: seconds) * 1_000
        }
        return start + UInt64(milliseconds: wait)
    }

    private func readTime(_ target: RequestTarget, using generator: inout SeededGenerator) -> Double {
        generator.logNormal(median: 1.8, sigma: 0.6) + Double(target.bytes) / 400_000
    }

    private func upstreamSlowness(of target: RequestTarget, at time: UInt64) -> Double {
        faults.strength(.slowUpstream, at: time, module: target.modulePath) ?? 1
    }

    /// FNV-1a, which unlike `Hasher` is the same in every process.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
