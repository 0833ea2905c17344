package import Telemetry

/// Who sends, and what each could do better: what `doctor` prints.
package struct DoctorReport: Sendable {
    struct Item: Hashable, Sendable {
        var finding: SenderFinding
        /// Nil for what is about the sender as a whole.
        var service: SendingService?
        var software: SenderSoftware
        /// Nil for what follows from many requests.
        var sighting: SenderBook.Sighting?
        var advice: SenderAdvice
    }

    struct Entry: Sendable {
        var sender: Sender
        var record: SenderBook.Record
        /// Problems first.
        var items: [Item]

        var problems: Int { items.count { $0.finding.severity == .problem } }
        var software: [SenderSoftware] {
            Set(record.services.values.map(\.software)).subtracting([.unknown]).sorted {
                $0.rawValue < $1.rawValue
            }
        }
    }

    var at: UnixNanos
    /// Those with most problems first.
    var entries: [Entry]
    var problems: Int { entries.reduce(0) { $0 + $1.problems } }

    package init(records: [Sender: SenderBook.Record], endpoints: SenderEndpoints, at: UnixNanos) {
        self.at = at
        entries = records.map { sender, record in
            Entry(sender: sender, record: record, items: Self.items(of: record, sender, endpoints))
        }.sorted {
            if $0.problems != $1.problems { return $0.problems > $1.problems }
            if $0.items.count != $1.items.count { return $0.items.count > $1.items.count }
            return ($0.sender.source, $0.sender.address) < ($1.sender.source, $1.sender.address)
        }
    }

    private static func items(
        of record: SenderBook.Record, _ sender: Sender, _ endpoints: SenderEndpoints
    ) -> [Item] {
        var items: [Item] = []
        let known = Set(record.services.values.map(\.software)).subtracting([.unknown])
        // One program behind an address: then what is wrong with how it sends is in its configuration.
        let own = known.count == 1 ? known.first : nil
        let software = own ?? SenderSoftware(userAgent: record.userAgent ?? "") ?? .unknown
        func add(
            _ finding: SenderFinding, _ detail: String, _ sighting: SenderBook.Sighting?,
            _ software: SenderSoftware, _ service: SendingService?
        ) {
            let advice = SenderAdvice(
                finding, detail: detail, software: software, service: service, endpoints: endpoints)
            items.append(
                Item(
                    finding: finding, service: service, software: software, sighting: sighting, advice: advice
                ))
        }
        // What is known of a service is not told of the sender again.
        let ofServices = Set(record.services.values.flatMap(\.sightings.keys))
        for (mistake, sighting) in record.sightings where !ofServices.contains(mistake.finding) {
            add(mistake.finding, sighting.detail, sighting, software, nil)
        }
        for (finding, detail) in record.habits(
            isLocal: ListenAddress(host: sender.address, port: 0).isLoopback)
        {
            add(finding, detail, nil, software, nil)
        }
        for (service, known) in record.services {
            for (finding, sighting) in known.sightings where known.isWorthTelling(finding) {
                add(finding, sighting.detail, sighting, known.software, service)
            }
        }
        let order = Dictionary(uniqueKeysWithValues: SenderFinding.allCases.enumerated().map { ($1, $0) })
        return items.sorted {
            let (left, right) = (order[$0.finding] ?? 0, order[$1.finding] ?? 0)
            if $0.finding.severity != $1.finding.severity { return $0.finding.severity < $1.finding.severity }
            if left != right { return left < right }
            return ($0.service.sortKey, $0.advice.problem) < ($1.service.sortKey, $1.advice.problem)
        }
    }
}

extension Optional<SendingService> {
    fileprivate var sortKey: String { "\(self?.name ?? "")\u{0}\(self?.node ?? "")" }
}

extension SenderBook.ServiceRecord {
    /// Old names are news only where they can be changed.
    fileprivate func isWorthTelling(_ finding: SenderFinding) -> Bool {
        finding != .oldAttributeNames || SenderSetting.attributeNames(software) != nil
    }
}

extension SenderBook.Record {
    /// What follows from many requests.
    package func habits(isLocal: Bool) -> [(SenderFinding, String)] {
        var habits: [(SenderFinding, String)] = []
        // 32 KiB: below that compression saves a packet or two.
        let size = uncompressedRequests > 0 ? uncompressedBytes / uncompressedRequests : 0
        if !isLocal, uncompressedRequests >= 10, size >= 32 << 10 {
            habits.append((.uncompressed, "\(HumanUnits.bytes(Int64(size))) a request"))
        }
        if counts.requests >= 500, counts.items < 3 * counts.requests {
            habits.append(
                (
                    .smallRequests,
                    "\(HumanUnits.count(counts.requests, "request")) with \(HumanUnits.count(Int64(counts.items))) items"
                ))
        }
        if repeatedRequests >= 10, 20 * repeatedRequests >= counts.requests {
            habits.append((.repeats, "\(HumanUnits.count(repeatedRequests, "time"))"))
        }
        return habits
    }
}
