import Telemetry

/// What was seen of one service over time, for findings that one request cannot show.
struct ServiceEvidence: Sendable {
    private var inspections = 0
    private var serverSpans = 0
    private var continuedServerSpans = 0
    /// Whether spans of it came.
    private(set) var hasSpans = false
    private var logRecords = 0
    private var logRecordsWithTrace = 0
    private var temporalities = TemporalityMemory()
    /// Between the last end in a request and its arrival: the least of the running period and of the one before.
    /// Networks and batches only add to it, so that what is left of it is the difference of the clocks.
    private var leastDelayNanos: Int64?
    private var leastDelayBeforeNanos: Int64?
    private var periodStart = UnixNanos.distantPast

    /// Half a second: clocks that are kept by NTP agree far better, and no span ends after it came.
    static let aheadNanosMin: Int64 = 500_000_000
    /// Two minutes: longer than exporters collect, shorter than what makes a question of the last hour wrong. A queue
    /// that is being emptied after an outage looks like it, for a while.
    static let behindNanosMin: Int64 = 120_000_000_000
    /// As many looks must agree before a clock is called slow.
    private static let inspectionsForBehind = 5
    /// Ten minutes.
    private static let periodNanos: Int64 = 600_000_000_000
    /// As many server spans without a parent among them are no accident.
    static let serverSpansForPropagation = 100
    /// As many log records may be of the time before the first request.
    static let logRecordsForTrace = 100

    /// Takes up a look at a request.
    /// - Parameter hasSpans: whether spans came of this service, of whichever of its instances
    /// - Returns: what it shows, with the detail of each finding
    mutating func take(
        _ inspection: OriginInspection, hasSpans othersHaveSpans: Bool = false, now: UnixNanos
    ) -> [(SenderFinding, String)] {
        inspections += 1
        if inspection.signal == .traces { hasSpans = true }
        var findings: [(SenderFinding, String)] = []
        if !inspection.hasNameOfItsOwn {
            findings.append((.noServiceName, inspection.serviceName ?? "unknown_service"))
        }
        if inspection.node == nil { findings.append((.noInstanceID, "")) }
        if inspection.serviceNameCount > 1 {
            findings.append((.duplicateServiceName, "\(inspection.serviceNameCount) times"))
        }
        if let (unit, _) = inspection.timesInUnit.max(by: { $0.value < $1.value }) {
            findings.append((.timesNotNanoseconds, unit.rawValue))
        }
        if inspection.withoutStart > 0 { findings.append((.noStartTime, "")) }
        if inspection.withoutTime > 0 {
            findings.append((inspection.signal == .logs ? .noRecordTime : .noPointTime, ""))
        }
        if !inspection.metricsWithoutStart.isEmpty {
            findings.append((.noMetricStart, inspection.metricsWithoutStart.sorted().joined(separator: ", ")))
        }
        let changed = temporalities.changes(inspection.temporalities)
        if !changed.isEmpty {
            findings.append((.temporalityChanges, changed.sorted().joined(separator: ", ")))
        }
        if lacksTraces(inspection, othersHaveSpans) {
            findings.append((.logsWithoutTrace, "\(logRecords) log records, none in a trace"))
        }
        if inspection.endingBeforeStart > 0 { findings.append((.endsBeforeStart, "")) }
        if inspection.mendedTexts > 0 { findings.append((.badText, "")) }
        if !inspection.emptyKeys.isEmpty {
            findings.append((.emptyAttributes, inspection.emptyKeys.sorted().joined(separator: ", ")))
        }
        if !inspection.oldKeys.isEmpty {
            findings.append((.oldAttributeNames, inspection.oldKeys.sorted().joined(separator: ", ")))
        }
        if let skew = clockSkew(inspection, now: now) { findings.append((.clockSkew, skew)) }
        if lacksPropagation(inspection) {
            findings.append((.noPropagation, "\(serverSpans) server spans, none with a parent"))
        }
        return findings
    }

    private mutating func clockSkew(_ inspection: OriginInspection, now: UnixNanos) -> String? {
        guard let lastEnd = inspection.lastEnd else { return nil }
        let (delay, overflow) = inspection.receivedAt.rawValue.subtractingReportingOverflow(lastEnd.rawValue)
        guard !overflow else { return nil }
        if now >= periodStart.advanced(byNanos: Self.periodNanos) || now < periodStart {
            periodStart = now
            leastDelayBeforeNanos = leastDelayNanos
            leastDelayNanos = nil
        }
        leastDelayNanos = min(leastDelayNanos ?? delay, delay)
        if delay <= -Self.aheadNanosMin {
            return "ahead by \(HumanUnits.duration(-delay)) or more"
        }
        let least = min(leastDelayNanos ?? delay, leastDelayBeforeNanos ?? delay)
        guard least >= Self.behindNanosMin, inspections >= Self.inspectionsForBehind else { return nil }
        return "behind by up to \(HumanUnits.duration(least)), or what it sends waits that long"
    }

    private mutating func lacksPropagation(_ inspection: OriginInspection) -> Bool {
        serverSpans += inspection.serverSpans
        continuedServerSpans += inspection.continuedServerSpans
        return inspection.serverSpans > 0 && continuedServerSpans == 0
            && serverSpans >= Self.serverSpansForPropagation
    }

    private mutating func lacksTraces(_ inspection: OriginInspection, _ othersHaveSpans: Bool) -> Bool {
        guard inspection.signal == .logs else { return false }
        logRecords += inspection.items
        logRecordsWithTrace += inspection.recordsWithTrace
        return (hasSpans || othersHaveSpans) && logRecordsWithTrace == 0
            && logRecords >= Self.logRecordsForTrace
    }
}
