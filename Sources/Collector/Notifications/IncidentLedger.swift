package import Telemetry

/// Which incidents there are, and who was told what of them: decides what is to be told.
///
/// It compares what is with what was told, so that nothing is lost when telling fails, and nothing piles up.
package struct IncidentLedger: Hashable, Sendable {
    package enum Status: String, Hashable, Sendable {
        case firing
        case resolved
    }

    /// What somebody was told last.
    package struct Told: Hashable, Sendable {
        package var status: Status
        package var severity: IncidentSeverity
    }

    package struct Entry: Hashable, Sendable {
        /// As it was found last.
        package var incident: NotedIncident
        /// The gravest that it had while it went on.
        package var severity: IncidentSeverity
        package var status = Status.firing
        /// Evaluations without it, one after another.
        package var missed = 0
        package var resolvedAt: UnixNanos?
        /// By name of the webhook.
        package var told: [String: Told] = [:]
    }

    /// Something to tell.
    package struct Notice: Hashable, Sendable {
        package enum Reason: String, Hashable, Sendable {
            case new
            /// It became graver.
            case severity
            case ended
        }

        package var key: String
        package var entry: Entry
        package var reason: Reason
        /// What was told before.
        package var before: Told?
    }

    /// By key. Never more than `entriesMax`.
    package var entries: [String: Entry] = [:]

    /// More than anybody reads; what comes beyond has to wait until others are over.
    private static let entriesMax = 1_000
    /// What is over and could not be told for so long is not told any more.
    private static let forgetNanos: Int64 = 86_400_000_000_000

    package init() {}

    package var firingCount: Int { entries.values.count { $0.status == .firing } }

    /// Takes in what an evaluation found.
    ///
    /// - Parameters:
    ///   - resolveAfter: after so many evaluations without it an incident is over
    ///   - webhooks: all who are to be told
    package mutating func update(
        _ found: [NotedIncident], at now: UnixNanos, resolveAfter: Int, webhooks: [Webhook]
    ) {
        var byKey: [String: NotedIncident] = [:]
        for incident in found {
            guard let known = byKey[incident.key] else {
                byKey[incident.key] = incident
                continue
            }
            // Of one trouble at two times, the one that goes on counts, else the later one.
            let isLater = incident.end == nil || (known.end != nil && incident.start > known.start)
            if isLater { byKey[incident.key] = incident }
        }
        for (key, entry) in entries {
            entries[key] = Self.next(entry, byKey[key], at: now, resolveAfter, webhooks)
        }
        for incident in found where byKey[incident.key] == incident && entries[incident.key] == nil {
            guard !incident.isConsequence, entries.count < Self.entriesMax else { continue }
            var entry = Entry(incident: incident, severity: incident.severity)
            if incident.end != nil { entry.missed = 1 }
            entries[incident.key] = entry
        }
    }

    /// - Returns: nil for what can be forgotten
    private static func next(
        _ entry: Entry, _ found: NotedIncident?, at now: UnixNanos, _ resolveAfter: Int, _ webhooks: [Webhook]
    ) -> Entry? {
        var entry = entry
        if let found, found.end == nil {
            if entry.status == .resolved {
                // It has begun anew. What follows from another one is told with that.
                guard !found.isConsequence else { return entry }
                return Entry(incident: found, severity: found.severity, told: entry.told)
            }
            // Its begin leaves the window while it goes on.
            let start = min(entry.incident.start, found.start)
            entry.incident = found
            entry.incident.start = start
            entry.severity = min(entry.severity, found.severity)
            entry.missed = 0
            return entry
        }
        guard entry.status == .firing else {
            let isToldToAll = webhooks.allSatisfy {
                entry.severity > $0.severityMin || entry.told[$0.name]?.status == .resolved
            }
            let age = now.rawValue &- (entry.resolvedAt ?? now).rawValue
            return found == nil && (isToldToAll || age >= forgetNanos) ? nil : entry
        }
        if let found { entry.incident = found }
        entry.missed += 1
        guard entry.missed >= resolveAfter else { return entry }
        entry.status = .resolved
        entry.resolvedAt = now
        entry.incident.end = entry.incident.end ?? now
        return entry
    }

    // MARK: Telling

    /// What a webhook is to be told, the gravest first.
    package func notices(for webhook: Webhook) -> [Notice] {
        entries.compactMap { key, entry -> Notice? in
            guard entry.severity <= webhook.severityMin else { return nil }
            let told = entry.told[webhook.name]
            let reason: Notice.Reason
            switch (entry.status, told?.status) {
            case (.firing, .firing):
                guard let told, entry.severity < told.severity else { return nil }
                reason = .severity
            case (.firing, _): reason = .new
            // What began and ended while nobody could be told is told, too.
            case (.resolved, .firing), (.resolved, nil): reason = .ended
            case (.resolved, .resolved): return nil
            }
            return Notice(key: key, entry: entry, reason: reason, before: told)
        }.sorted { ($0.entry.severity, $0.key) < ($1.entry.severity, $1.key) }
    }

    /// What goes on, for those who want to be told again and again; the gravest first.
    package func firing(for webhook: Webhook) -> [Entry] {
        entries.filter { $1.status == .firing && $1.severity <= webhook.severityMin }
            .sorted { ($0.value.severity, $0.key) < ($1.value.severity, $1.key) }.map(\.value)
    }

    /// Notes that a webhook was told.
    package mutating func note(_ notices: [Notice], toldTo webhook: String) {
        for notice in notices {
            entries[notice.key]?.told[webhook] = Told(
                status: notice.entry.status, severity: notice.entry.severity)
        }
    }
}
