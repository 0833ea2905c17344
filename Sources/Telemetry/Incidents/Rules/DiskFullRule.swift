import Glibc

/// `disk-full`: the storage of a node is nearly full, or will be within a day as it goes. A cache that is cleaned when it
/// is full, again and again, is neither.
struct DiskFullRule: IncidentRule {
    let name = "disk-full"

    private static let shareMin = 0.1
    private static let secondsMin = 86_400.0
    /// What is written to a disk with less than this left fails now and then.
    private static let failingShare = 0.02
    /// What was seen as low as now, up to this, and was cleaned then, will be again.
    private static let sameShare = 0.01
    /// From so many readings of the time before it is known what is usual.
    private static let usualMin = 20

    private struct Found {
        var volume: String
        var metric: String?
        var start: UInt64
        var share: Double
        var size: Double?
        /// Nil where it is nearly full already.
        var seconds: Double?
    }

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        guard let storage = context.gauges.storage else { return [] }
        let principals = context.principals
        var worst: [UInt32: Found] = [:]
        for key in storage.keys {
            guard let found = Self.found(key, storage, context.data) else { continue }
            let node = principals[key.node] ?? key.node
            if let known = worst[node], Self.urgency(known) <= Self.urgency(found) { continue }
            worst[node] = found
        }
        return worst.sorted { $0.key < $1.key }.map { finding($0.value, $0.key, context) }
    }

    /// The lower the graver.
    private static func urgency(_ found: Found) -> Double { found.seconds.map { 1 + $0 } ?? found.share }

    private static func found(
        _ key: StorageReadings.Key, _ storage: StorageReadings, _ data: IncidentData
    ) -> Found? {
        let readings = storage.readings(key)
        // What was told before the window only is not known of now.
        guard let last = readings.last, last.time >= data.windowSince, let trend = StorageTrend(readings)
        else {
            return nil
        }
        var found = Found(
            volume: key.volume, metric: storage.metric(key), start: last.time, share: trend.share,
            size: storage.size(key))
        let first = storage.first(key) ?? last.time
        if trend.share < shareMin, trend.settledShare < shareMin {
            let known = readings.count { $0.time < data.windowSince }
            let usual = storage.median(readings, before: data.windowSince) ?? 1
            let isUsual = known >= usualMin && usual < shareMin && trend.share > usual / 2
            guard !isUsual, !trend.troughs.contains(where: { $0 <= trend.share + sameShare }) else {
                return nil
            }
            let run = readings.reversed().prefix { $0.share < shareMin }
            found.start = run.count == readings.count ? first : max(run.last?.time ?? last.time, first)
            return found
        }
        guard let seconds = trend.secondsToFull, seconds < secondsMin else { return nil }
        found.seconds = seconds
        found.start = max(trend.descent.first?.time ?? last.time, first, data.windowSince)
        return found
    }

    private func finding(_ found: Found, _ number: UInt32, _ context: IncidentContext) -> IncidentFinding {
        let node = context.census.node(number)
        let name = node.identity.name
        let place = found.volume.isEmpty ? "" : " at \(found.volume)"
        let left =
            share(found.share) + (found.size.map { " of \(HumanUnits.bytes(Int64(min($0, 0x1p62))))" } ?? "")
        var numbers: [(name: String, value: Double)] = [("available_share", found.share)]
        if let size = found.size {
            numbers += [("limit_bytes", size), ("available_bytes", size * found.share)]
        }
        if let seconds = found.seconds { numbers.append(("time_to_full_s", seconds)) }
        var finding = finding(
            .page, IncidentSubject(node: name, region: node.region), start: found.start,
            end: max(context.data.until, found.start + 1),
            score: 20 + (found.seconds.map { 1 - $0 / Self.secondsMin } ?? 2 - found.share), depth: -1,
            numbers: numbers,
            sentence: found.seconds.map {
                "The storage of \(name)\(place) fills: \(left) are left, and as it goes nothing is in \(time($0))"
            } ?? "The storage of \(name)\(place) is nearly full: \(left) are left")
        finding.check = found.metric.flatMap { ShellWord.metrics($0, where: "node", node.identity.name) }
        if found.share < Self.failingShare {
            let start = found.start
            finding.covers = { $0.node == number && $0.isFailure && $0.start >= start }
        }
        return finding
    }
}
