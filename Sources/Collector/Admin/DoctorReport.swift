package import Telemetry

/// Who sends, and what each could do better: what `doctor` prints.
package struct DoctorReport: Sendable {
    struct Item: Hashable, Sendable {
        var finding: SenderFinding
        /// Nil for what is about the sender as a whole.
        var service: SendingService?
        var software: SenderSoftware
        /// Where it was found; none of them for what is not about a signal.
        var signals: SignalSet
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
    /// Of all senders.
    package var problems: Int { entries.reduce(0) { $0 + $1.problems } }

    package init(records: [Sender: SenderBook.Record], endpoints: SenderEndpoints, at: UnixNanos) {
        self.at = at
        var accepted: [String: UnixNanos] = [:]
        for (sender, record) in records {
            accepted[sender.address] = max(accepted[sender.address] ?? .distantPast, record.lastAcceptedAt)
        }
        entries = records.map { sender, record in
            var record = record
            let acceptedAt = accepted[sender.address] ?? .distantPast
            record.sightings = record.sightings.filter { !Self.isOver($0.value, acceptedAt, at) }
            return Entry(sender: sender, record: record, items: Self.items(of: record, sender, endpoints))
        }.sorted {
            if $0.problems != $1.problems { return $0.problems > $1.problems }
            if $0.items.count != $1.items.count { return $0.items.count > $1.items.count }
            return ($0.sender.source, $0.sender.address) < ($1.sender.source, $1.sender.address)
        }
    }

    /// 5 min: exporters send again, or the next, within one.
    static let refusalNanosMax: Int64 = 300_000_000_000

    /// Whether a refusal is a thing of the past: it has not come again, and what comes from there, perhaps by another name
    /// now, is taken.
    private static func isOver(
        _ sighting: SenderBook.Sighting, _ acceptedAt: UnixNanos, _ now: UnixNanos
    ) -> Bool {
        sighting.reason != nil && acceptedAt > sighting.lastAt
            && now.rawValue - sighting.lastAt.rawValue > refusalNanosMax
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
            _ subject: SenderAdvice.Subject
        ) {
            let advice = SenderAdvice(finding, detail: detail, of: subject, endpoints: endpoints)
            items.append(
                Item(
                    finding: finding, service: subject.service, software: subject.software,
                    signals: subject.signals, sighting: sighting, advice: advice))
        }
        // What is known of a service is not told of the sender again.
        var ofServices: [SenderFinding: SignalSet] = [:]
        for (finding, sighting) in record.services.values.flatMap(\.sightings) {
            ofServices[finding, default: []].formUnion(sighting.signals)
        }
        for (mistake, sighting) in record.sightings {
            guard ofServices[mistake.finding]?.isSuperset(of: sighting.signals) != true else { continue }
            // What was too large may be anything that it sends.
            let signals = sighting.reason == .request(.tooLarge) ? record.signals : sighting.signals
            add(
                mistake.finding, sighting.detail, sighting,
                SenderAdvice.Subject(software: software, signals: signals, reason: sighting.reason))
        }
        for habit in record.habits(isLocal: ListenAddress(host: sender.address, port: 0).isLoopback) {
            add(
                habit.finding, habit.detail, nil,
                SenderAdvice.Subject(software: software, signals: habit.signals))
        }
        for (service, known) in record.services {
            for (finding, sighting) in known.sightings where known.isWorthTelling(finding) {
                add(
                    finding, sighting.detail, sighting,
                    SenderAdvice.Subject(
                        software: known.software, language: known.language, service: service,
                        signals: sighting.signals))
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
