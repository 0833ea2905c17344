import NIOConcurrencyHelpers
package import Telemetry

/// What is known of everybody who sends: who it is, how much came, and what it does wrong or could do better.
/// `doctor` reads it.
///
/// Called from any thread, once a request. It takes a bounded amount of memory whoever sends what: of more than
/// `sendersMax` senders those that were silent longest are forgotten, and of one sender only so many services are
/// told apart.
package final class SenderBook: Sendable {
    /// How often something was found, and what was found last.
    package struct Sighting: Hashable, Sendable {
        package var count = 0
        package var firstAt: UnixNanos
        package var lastAt: UnixNanos
        /// See `SenderFinding`; chosen by the sender, so to be escaped where it is shown.
        package var detail: String
    }

    /// What is known of one service of a sender.
    package struct ServiceRecord: Sendable {
        /// `telemetry.sdk.language`, and what else tells which program it is.
        package var software = SenderSoftware.unknown
        package var sightings: [SenderFinding: Sighting] = [:]
        package var lastAt: UnixNanos
        var evidence = ServiceEvidence()
    }

    /// What is known of one sender.
    package struct Record: Sendable {
        package init(firstAt: UnixNanos, lastAt: UnixNanos) {
            self.firstAt = firstAt
            self.lastAt = lastAt
        }

        package var firstAt: UnixNanos
        package var lastAt: UnixNanos
        /// `otlp/http`, `otlp/grpc`, `zipkin`.
        package var protocolNames: Set<String> = []
        /// What it calls itself, the last time that it said.
        package var userAgent: String?
        package var counts = SourceCounts()
        package var repeatedRequests = 0
        /// About how it sends.
        package var sightings: [SenderMistake: Sighting] = [:]
        /// Requests whose data was looked at: what is said of it rests on these.
        package var inspectedRequests = 0
        /// About what it sends.
        package var services: [SendingService: ServiceRecord] = [:]
        /// Whether there were services that are not told apart any more.
        package var hasMoreServices = false
        package var uncompressedRequests = 0
        package var uncompressedBytes = 0
        var nextInspection = UnixNanos.distantPast
    }

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
    ///   - service: nil for what is about how it sends
    package func report(
        _ finding: SenderFinding, of sender: Sender, detail: String = "", service: SendingService? = nil,
        now: UnixNanos = .now()
    ) {
        state.withLockedValue { state in
            state.withRecord(of: sender, now: now, sendersMax: sendersMax) { record, serviceCount in
                guard let service else { return record.note(finding, detail, now: now) }
                Self.withService(service, of: &record, now: now, &serviceCount) { known in
                    known.sightings[finding, default: Sighting(at: now)].note(detail, now: now)
                }
            }
        }
    }

    /// Takes up that something was refused; `RefusalLog` does it for all that it is told of.
    package func noteRefused(reason: String, message: String, sender: Sender, now: UnixNanos = .now()) {
        let finding = SenderFinding(refusalReason: reason)
        state.withLockedValue { state in
            state.withRecord(of: sender, now: now, sendersMax: sendersMax) { record, _ in
                // Partial success is no refusal of the request.
                if finding != .rejectedItems { record.counts.refusals += 1 }
                guard let finding else { return }
                record.note(finding, finding == .refused ? "\(reason): \(message)" : message, now: now)
            }
        }
    }

    /// A request that was answered with success.
    package struct Request: Sendable {
        package var protocolName: String
        package var userAgent: String?
        package var items: Int
        package var rejectedItems = 0
        package var bodyBytes: Int
        package var isCompressed: Bool
        package var isRepeated = false

        package init(
            protocolName: String, userAgent: String? = nil, items: Int, rejectedItems: Int = 0,
            bodyBytes: Int,
            isCompressed: Bool, isRepeated: Bool = false
        ) {
            self.protocolName = protocolName
            self.userAgent = userAgent
            self.items = items
            self.rejectedItems = rejectedItems
            self.bodyBytes = bodyBytes
            self.isCompressed = isCompressed
            self.isRepeated = isRepeated
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
                record.counts.requests += 1
                record.counts.items += request.isRepeated ? 0 : request.items
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

    /// Whether a request of this sender is to be looked at now; then nobody else is asked to for a second.
    package func wantsInspection(of sender: Sender, now: UnixNanos = .now()) -> Bool {
        state.withLockedValue { state in
            guard let record = state.records[sender] else { return true }
            guard
                now >= record.nextInspection
                    || record.nextInspection > now.advanced(byNanos: Self.inspectionNanos)
            else { return false }
            state.records[sender]?.nextInspection = now.advanced(byNanos: Self.inspectionNanos)
            return true
        }
    }

    /// Takes up what was seen in a request.
    package func note(_ inspections: [OriginInspection], sender: Sender, now: UnixNanos = .now()) {
        state.withLockedValue { state in
            state.withRecord(of: sender, now: now, sendersMax: sendersMax) { record, serviceCount in
                record.nextInspection = now.advanced(byNanos: Self.inspectionNanos)
                record.inspectedRequests += inspections.isEmpty ? 0 : 1
                for inspection in inspections {
                    let service = SendingService(
                        name: inspection.serviceName.map(Self.bounded),
                        node: inspection.node.map(Self.bounded))
                    let userAgent = record.userAgent
                    Self.withService(service, of: &record, now: now, &serviceCount) { known in
                        known.software = SenderSoftware(inspection, userAgent: userAgent) ?? known.software
                        for (finding, detail) in known.evidence.take(inspection, now: now) {
                            known.sightings[finding, default: Sighting(at: now)].note(detail, now: now)
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
