// What the writer says again and again.

extension StoreWriter {
    /// Tells of a failure: at once the first time, then every ten seconds with the number of those between.
    func report(_ name: String, _ error: String) {
        if let report = failureReports.record(name, error, now: options.steadyClock()) { tell(report) }
    }

    private func tell(_ report: RecurringReports<String, String>.Report) {
        onEvent(StoreEvent(.error, report.kind, ["error": report.content, "count": "\(report.count)"]))
    }

    /// Tells of what retention took out.
    func report(_ expired: ExpiredSegments, _ reason: ExpiredSegments.Reason) {
        meters.noteExpired(expired)
        if let report = expiryReports.record(reason, expired, now: options.steadyClock()) {
            onEvent(ExpiredSegments.event(report))
        }
    }

    /// Tells what was counted and is due.
    /// - Parameter isLast: nothing comes after it, so nothing is kept for later
    func tellReports(isLast: Bool = false) {
        let now = options.steadyClock()
        for report in isLast ? failureReports.all(now: now) : failureReports.due(now: now) { tell(report) }
        let expired = isLast ? expiryReports.all(now: now) : expiryReports.due(now: now)
        for report in expired { onEvent(ExpiredSegments.event(report)) }
    }
}
