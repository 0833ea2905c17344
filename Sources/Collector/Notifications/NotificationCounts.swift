import Telemetry

/// What notifications did since the collector started.
package struct NotificationCounts: Hashable, Sendable {
    /// Of one webhook.
    package struct Deliveries: Hashable, Sendable {
        /// Requests that were answered with success.
        package var sent = 0
        /// Requests that were refused or not answered, each attempt.
        package var failed = 0
        /// Incidents of which somebody is to be told and was not yet.
        package var waiting = 0

        package init(sent: Int = 0, failed: Int = 0, waiting: Int = 0) {
            self.sent = sent
            self.failed = failed
            self.waiting = waiting
        }
    }

    package var webhooks: [String: Deliveries] = [:]
    package var evaluations = 0
    package var failedEvaluations = 0
    /// How long the last evaluation took; nil before the first.
    package var lastEvaluationNanos: Int64?
    /// Incidents that go on.
    package var firing = 0

    package init() {}
}
