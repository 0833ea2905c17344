/// What requests are known by besides their attributes: values of dimensions that are counted during the scan.
struct WhyDerived {
    private static let time = "time"
    /// The year 2262: later ones are no time that 64 bits have.
    private static let minutesMax: UInt32 = 153_722_867

    private let names: FleetNameTables
    private let selection: WhySelection
    private let times: WhyTimes

    init(_ names: FleetNameTables, _ selection: WhySelection, _ times: WhyTimes) {
        self.names = names
        self.selection = selection
        self.times = times
    }

    /// How many values there were to choose from for one of an attribute.
    func choiceCount(of attribute: String) -> Int {
        attribute == Self.time ? times.choiceCount : 1
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
        case .minute: found = [(Self.time, times.stretch(of: number).map(Self.text))]
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

    private static func text(_ stretch: Range<UInt32>) -> String {
        func text(_ minute: UInt32) -> Substring {
            UnixNanos(rawValue: Int64(min(minute, minutesMax)) * 60_000_000_000).displayText(in: .utc)
                .dropLast(7)
        }
        let (start, end) = (text(stretch.lowerBound), text(stretch.upperBound))
        let isOneDay = start.prefix(10) == end.prefix(10)
        return "\(start) to \(isOneDay ? end.suffix(5) : end) UTC"
    }

    private static func size(_ digits: UInt32) -> String {
        let names = [
            "below 1 kB", "1 to 10 kB", "10 to 100 kB", "100 kB to 1 MB", "1 to 10 MB", "10 to 100 MB",
        ]
        return Int(digits) < names.count ? names[Int(digits)] : "100 MB and more"
    }
}
