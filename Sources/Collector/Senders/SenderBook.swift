import NIOConcurrencyHelpers
package import Telemetry

/// What is known of everybody who sends: who it is, how much came, and what it does wrong or could do better.
/// `doctor` reads it.
///
/// Called from any thread, once a request. It takes a bounded amount of memory whoever sends what: of more than
/// `sendersMax` senders those that were silent longest are forgotten, and of one sender only so many services are
/// told apart.
package final class SenderBook: Sendable {
    /// Twice a fleet of 2,000 nodes; some 4 MiB with what is found of each.
    package static let sendersMax = 4_096
    package static let servicesPerSenderMax = 64
    /// Over all senders.
    package static let servicesMax = 8_192
    static let detailBytesMax = 200
    /// A sender's data is looked at once in so many nanoseconds: 1 s. What is wrong stays wrong, and so looking costs
    /// the same however much comes.
    static let inspectionNanos: Int64 = 1_000_000_000

    fileprivate struct State {
        var records: [Sender: Record] = [:]
        var serviceCount = 0
    }

    private let state = NIOLockedValueBox(State())
    private let sendersMax: Int

    package init(sendersMax: Int = SenderBook.sendersMax) { self.sendersMax = max(1, sendersMax) }

    /// Everybody who is known, at this moment.
    package var records: [Sender: Record] { state.withLockedValue { $0.records } }

    // MARK: Reporting

    /// Takes up that a sender does something wrong, or could do better.
    /// - Parameters:
    ///   - detail: see `SenderFinding`; may come from the sender
    ///   - signal: nil for what is not about one
    ///   - service: nil for what is about how it sends
    package func report(
        _ finding: SenderFinding, of sender: Sender, detail: String = "", signal: Signal? = nil,
        service: SendingService? = nil, now: UnixNanos = .now()
    ) {
        state.withLockedValue { state in
            state.withRecord(of: sender, now: now, sendersMax: sendersMax) { record, serviceCount in
                guard let service else { return record.note(finding, detail, signal: signal, now: now) }
                Self.withService(service, of: &record, now: now, &serviceCount) { known in
                    known.sightings[finding, default: Sighting(at: now)].note(
                        detail, signal: signal, now: now)
                }
            }
        }
    }

    /// Takes up that something was refused; `RefusalLog` does it for all that it is told of.
    package func noteRefused(
        reason: RefusalReason, message: String, sender: Sender, now: UnixNanos = .now()
    ) {
        let finding = SenderFinding(reason)
        state.withLockedValue { state in
            state.withRecord(of: sender, now: now, sendersMax: sendersMax) { record, _ in
                // Partial success is no refusal of the request.
                if !reason.isOfItems { record.counts.refusals += 1 }
                guard let finding else { return }
                let detail = finding == .refused ? "\(reason.label): \(message)" : message
                record.note(finding, detail, signal: reason.signal, reason: reason, now: now)
            }
        }
    }

    package func noteAccepted(_ request: Request, sender: Sender, now: UnixNanos = .now()) {
        state.withLockedValue { state in
            state.withRecord(of: sender, now: now, sendersMax: sendersMax) { record, _ in
                if !record.protocolNames.contains(request.protocolName), record.protocolNames.count < 8 {
                    record.protocolNames.insert(request.protocolName)
                }
                if let userAgent = request.userAgent, userAgent != record.userAgent {
                    record.userAgent = Self.bounded(userAgent)
                }
                record.lastAcceptedAt = max(record.lastAcceptedAt, now)
                record.counts.requests += 1
                record.counts.items += request.isRepeated ? 0 : request.items
                record.accepted[request.signal].requests += 1
                record.accepted[request.signal].items += request.isRepeated ? 0 : request.items
                record.counts.rejectedItems += request.rejectedItems
                record.counts.bodyBytes += request.bodyBytes
                record.repeatedRequests += request.isRepeated ? 1 : 0
                if !request.isCompressed {
                    record.uncompressedRequests += 1
                    record.uncompressedBytes += request.bodyBytes
                }
            }
        }
    }

    // MARK: Looking at what is sent

    /// Whether a request of this sender is to be looked at now; then nobody else is asked to for a second. A sender that
    /// sends several signals has them looked at one by one: the rare ones would never get their turn.
    package func wantsInspection(
        of sender: Sender, signal: Signal = .traces, now: UnixNanos = .now()
    ) -> Bool {
        state.withLockedValue { state in
            guard let record = state.records[sender] else { return true }
            let next = record.nextInspection[signal]
            let later = now.advanced(byNanos: Self.inspectionNanos)
            guard now >= next || next > later else { return false }
            state.records[sender]?.nextInspection[signal] = later
            return true
        }
    }

    /// Takes up what was seen in a request.
    package func note(_ inspections: [OriginInspection], sender: Sender, now: UnixNanos = .now()) {
        guard let signal = inspections.first?.signal else { return }
        state.withLockedValue { state in
            state.withRecord(of: sender, now: now, sendersMax: sendersMax) { record, serviceCount in
                record.nextInspection[signal] = now.advanced(byNanos: Self.inspectionNanos)
                record.inspected[signal] += 1
                for inspection in inspections {
                    let service = SendingService(
                        name: inspection.serviceName.map(Self.bounded),
                        node: inspection.node.map(Self.bounded))
                    let userAgent = record.userAgent
                    let hasSpans = record.hasSpans(of: service.name)
                    Self.withService(service, of: &record, now: now, &serviceCount) { known in
                        known.software = SenderSoftware(inspection, userAgent: userAgent) ?? known.software
                        known.language = inspection.language.map(Self.bounded) ?? known.language
                        for (finding, detail) in known.evidence.take(
                            inspection, hasSpans: hasSpans, now: now)
                        {
                            known.sightings[finding, default: Sighting(at: now)].note(
                                detail, signal: signal, now: now)
                        }
                    }
                }
            }
        }
    }

    // MARK: Bounds

    private static func withService(
        _ service: SendingService, of record: inout Record, now: UnixNanos, _ serviceCount: inout Int,
        _ change: (inout ServiceRecord) -> Void
    ) {
        if record.services[service] == nil {
            guard record.services.count < servicesPerSenderMax, serviceCount < servicesMax else {
                record.hasMoreServices = true
                return
            }
            serviceCount += 1
        }
        var known = record.services[service] ?? ServiceRecord(lastAt: now)
        known.lastAt = now
        change(&known)
        record.services[service] = known
    }

    static func bounded(_ text: String) -> String {
        guard text.utf8.count > detailBytesMax else { return text }
        return String(decoding: text.utf8.prefix(detailBytesMax), as: UTF8.self) + "..."
    }
}

extension SenderBook.State {
    /// Changes what is known of a sender. Where there are too many, an eighth of them is forgotten: those that were
    /// silent longest.
    fileprivate mutating func withRecord(
        of sender: Sender, now: UnixNanos, sendersMax: Int,
        _ change: (inout SenderBook.Record, _ serviceCount: inout Int) -> Void
    ) {
        if records[sender] == nil, records.count >= sendersMax {
            let silent = records.sorted { $0.value.lastAt < $1.value.lastAt }
            for (forgotten, record) in silent.prefix(max(1, sendersMax / 8)) {
                serviceCount -= record.services.count
                records[forgotten] = nil
            }
        }
        records[sender, default: SenderBook.Record(firstAt: now, lastAt: now)].lastAt = now
        change(&records[sender, default: SenderBook.Record(firstAt: now, lastAt: now)], &serviceCount)
    }
}
