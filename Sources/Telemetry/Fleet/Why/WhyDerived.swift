/// What requests are known by besides their attributes: values of dimensions that are counted during the scan.
struct WhyDerived {
    /// No more parts of the window than this.
    static let periodsMax = 48
    private static let periodMinutes: [UInt32] = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 10_080]

    private let names: FleetNameTables
    private let selection: WhySelection
    private let minutes: UInt32

    /// - Parameter minutes: all that requests started in
    init(_ names: FleetNameTables, _ selection: WhySelection, minutes: some Sequence<UInt32>) {
        self.names = names
        self.selection = selection
        var first = UInt32.max
        var last = UInt32.min
        for minute in minutes {
            first = min(first, minute)
            last = max(last, minute)
        }
        let span = first <= last ? last - first + 1 : 1
        self.minutes = Self.periodMinutes.first { span / $0 <= UInt32(Self.periodsMax) } ?? 10_080
    }

    /// What a number of a dimension stands for: several attributes, as a node has a region.
    func values(_ dimension: WhyRequests.Dimension, _ number: UInt32) -> [(attribute: String, value: String)]
    {
        let found: [(String, String?)]
        switch dimension {
        case .node: found = node(number, prefix: "")
        case .innermost:
            // Misses come to a proxy, and hits do not: that explains nothing.
            guard selection != .misses else { return [] }
            found = node(number, prefix: "proxy_")
        case .module:
            guard let name = names.module(number) else { return [] }
            let version = name.version.map { name.module + "@" + $0 }
            found = [("upstream", name.upstream), ("module", name.module), ("module_version", version)]
        case .client:
            found = [
                ("client", names.client(number)?.address), ("user_agent", names.client(number)?.userAgent),
            ]
        case .minute: found = [("time", period(number))]
        case .kind: found = [("module_kind", ModuleKind(rawValue: UInt8(truncatingIfNeeded: number))?.name)]
        case .cacheResult:
            guard selection != .misses else { return [] }
            found = [("cache_result", CacheResult(rawValue: UInt8(truncatingIfNeeded: number))?.name)]
        case .outcome:
            if case .errors = selection { return [] }
            guard selection != .misses else { return [] }
            found = [("outcome", RequestOutcome(rawValue: UInt8(truncatingIfNeeded: number))?.name)]
        case .size:
            // A failure has the size of its message.
            if case .errors = selection { return [] }
            found = [("response_size", Self.size(number))]
        }
        return found.compactMap { attribute, value in
            value.flatMap { $0.isEmpty ? nil : (attribute, $0) }
        }
    }

    private func node(_ number: UInt32, prefix: String) -> [(String, String?)] {
        let node = names.node(number)
        return [
            (prefix + "node", node.identity.name), (prefix + "region", node.region),
            (prefix + "service", node.service),
            (prefix + "service_version", node.serviceVersion.map { node.service + " " + $0 }),
        ]
    }

    private func period(_ minute: UInt32) -> String {
        let start = Int64(minute / minutes * minutes) * 60_000_000_000
        let end = start + Int64(minutes) * 60_000_000_000
        func text(_ nanos: Int64) -> Substring {
            UnixNanos(rawValue: nanos).displayText(in: .utc).dropLast(7)
        }
        let isShort = minutes < 1_440
        return "\(text(start)) to \(isShort ? text(end).suffix(5) : text(end)) UTC"
    }

    private static func size(_ digits: UInt32) -> String {
        let names = [
            "below 1 kB", "1 to 10 kB", "10 to 100 kB", "100 kB to 1 MB", "1 to 10 MB", "10 to 100 MB",
        ]
        return Int(digits) < names.count ? names[Int(digits)] : "100 MB and more"
    }
}
