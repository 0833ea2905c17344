import Telemetry

extension NotificationCounts {
    private var deliveries: [(key: String, value: Deliveries)] { webhooks.sorted { $0.key < $1.key } }

    func write(to output: inout PrometheusText) {
        output.metric("traceq_notifications_sent_total", .counter, "Notifications that a webhook took.")
        for (name, own) in deliveries {
            output.sample("traceq_notifications_sent_total", ["webhook": name], own.sent)
        }
        output.metric(
            "traceq_notifications_failed_total", .counter,
            "Attempts that a webhook refused or did not answer.")
        for (name, own) in deliveries {
            output.sample("traceq_notifications_failed_total", ["webhook": name], own.failed)
        }
        output.metric(
            "traceq_notifications_waiting", .gauge, "Incidents that a webhook is still to be told of.")
        for (name, own) in deliveries {
            output.sample("traceq_notifications_waiting", ["webhook": name], own.waiting)
        }
        output.single("traceq_incidents_firing", .gauge, "Incidents that go on.", firing)
        output.single(
            "traceq_incident_evaluations_total", .counter, "How often incidents were looked for.", evaluations
        )
        output.single(
            "traceq_incident_evaluation_failures_total", .counter, "How often that failed.", failedEvaluations
        )
        output.single(
            "traceq_incident_evaluation_seconds", .gauge, "How long it took the last time.",
            lastEvaluationNanos.map { Double($0) / 1e9 })
    }

    var json: JSONNode {
        .object([
            JSONMember("firing", .count(firing)), JSONMember("evaluations", .count(evaluations)),
            JSONMember("failed_evaluations", .count(failedEvaluations)),
            JSONMember("last_evaluation_ns", lastEvaluationNanos.map { .integer($0) } ?? .null),
            JSONMember(
                "webhooks",
                .array(
                    deliveries.map { name, own in
                        .object([
                            JSONMember("webhook", .string(name)), JSONMember("sent", .count(own.sent)),
                            JSONMember("failed", .count(own.failed)),
                            JSONMember("waiting", .count(own.waiting)),
                        ])
                    })),
        ])
    }
}
