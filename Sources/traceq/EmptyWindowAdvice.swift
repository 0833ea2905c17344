package import Telemetry

/// Says why a window shows nothing, and what would show something.
package struct EmptyWindowAdvice {
    let window: TimeWindow
    /// The options that limit the requests besides the window: `--service`, ….
    private var filters: [String]
    let now: UnixNanos
    let zone: TimeZoneRules
    /// What the command shows one of.
    let noun: String
    /// What no span of the window does, where there are some that fit everything else; nil where any span is one of `noun`.
    private var lacking: String?
    /// Whether parts of the file could not be read.
    let isDamaged: Bool

    package init(
        window: TimeWindow, filters: [String], now: UnixNanos, zone: TimeZoneRules, noun: String = "request",
        lacking: String? = nil, notes: [QualityNote] = []
    ) {
        self.lacking = lacking
        isDamaged = notes.contains { $0.code == "damaged_chunk" }
        self.noun = noun
        self.window = window
        self.filters = filters
        self.now = now
        self.zone = zone
    }

    /// Where a filter is about a name that nothing in the window has, the sentence says which one, and what there is.
    ///
    /// - Parameter filter: what `filters` say of names
    func sentence(
        _ reader: TelemetryReader, _ filter: FleetFilter, among scope: FilterScope
    ) throws(StoreError) -> String {
        let info = try reader.info()
        guard filter.concernsNames, reasonOfTime(info) == nil else { return sentence(info) }
        let choices = try reader.filterChoices(scope, in: window, now: now)
        if choices.isEmpty, scope != .calls {
            // It is not the filters.
            var advice = self
            advice.filters = []
            if scope == .moduleRequests { advice.lacking = lacking ?? "asks a Go module proxy for anything" }
            return advice.sentence(info)
        }
        let missed = choices.missed(filter)
        return missed.isEmpty ? sentence(info) : MissedFilterAdvice(missed: missed).sentence(noun: noun)
    }

    package func sentence(_ info: DatabaseInfo) -> String { reasonOfTime(info) ?? otherReason(info) }

    /// Why nothing can fit, whatever the filters are; nil where they matter.
    private func reasonOfTime(_ info: DatabaseInfo) -> String? {
        guard let oldest = info.minTime, let newest = info.maxTime, info.spans > 0 else {
            return "no \(noun)s: the database is empty; let applications send OTLP to the collector "
                + "(127.0.0.1:4317 for gRPC, 127.0.0.1:4318 for HTTP, unless its options say otherwise) "
                + "and try again"
        }
        if isDamaged {
            return "no \(noun)s in what can be read: parts of the database are damaged, as the notes say; "
                + "traceq db verify lists them"
        }
        if newest < window.since {
            return "no \(noun)s in the window: the newest span is from \(text(newest)); "
                + "try --since \(Self.since(newest, now: now))"
        }
        if oldest >= window.until {
            return "no \(noun)s in the window: the oldest span is from \(text(oldest)); try a later --until"
        }
        return nil
    }

    private func otherReason(_ info: DatabaseInfo) -> String {
        if let last = filters.last {
            let others = filters.dropLast().joined(separator: ", ")
            let advice = others.isEmpty ? "leave it out" : "leave one out"
            return
                "no \(noun) in the window fits \(others.isEmpty ? last : others + " and " + last); \(advice)"
                + (filters == ["--min-duration"] ? "" : ", or use * for a part that you do not know")
        }
        let (oldest, newest) = (info.minTime ?? .distantPast, info.maxTime ?? .distantFuture)
        if let lacking, oldest >= window.since {
            return "no \(noun)s in the window: none of its spans \(lacking)"
        }
        if oldest >= window.since, newest < window.until {
            return "no \(noun)s in the window, though it has all spans that are stored"
        }
        return "no \(noun)s in the window; spans from \(text(oldest)) to \(text(newest)) are stored: "
            + "try --since \(Self.since(oldest, now: now))"
    }

    private func text(_ time: UnixNanos) -> String { "\(time.displayText(in: zone)) (\(zone.label))" }

    /// The shortest round `--since` that reaches back to a time.
    private static func since(_ time: UnixNanos, now: UnixNanos) -> String {
        guard time < now else { return "now" }
        let (nanos, overflow) = now.rawValue.subtractingReportingOverflow(time.rawValue)
        let seconds = (overflow ? Int64.max : nanos) / 1_000_000_000
        switch seconds {
        case ..<3000: return "\(seconds / 60 + 1)m"
        case ..<72_000: return "\(seconds / 3600 + 1)h"
        default: return "\(seconds / 86_400 + 1)d"
        }
    }
}
