import Telemetry

/// About what a sender sends.
extension SenderAdvice {
    static func aboutData(
        _ finding: SenderFinding, _ because: String, _ subject: Subject
    ) -> SenderAdvice {
        let software = subject.software
        switch finding {
        case .noServiceName:
            let own = subject.service?.name.map { DisplayText.escaped($0) } ?? "unknown_service"
            return SenderAdvice(
                "has no service.name of its own: it is stored as \(own)", SenderSetting.serviceName(software))
        case .noInstanceID:
            let mixed =
                subject.signals.contains(.metrics)
                ? "; the metrics of several such instances become one, whose points take turns" : ""
            return SenderAdvice(
                "does not say which instance it is: it is told from others by its address only\(mixed)",
                SenderSetting.instanceID(software))
        case .duplicateServiceName:
            return SenderAdvice(
                "has service.name more than once\(because); the last one counts",
                SenderSetting.serviceName(software))
        case .rejectedItems: return SenderAdvice("had items refused alone, the others were stored\(because)")
        case .clockSkew:
            return SenderAdvice(
                "has a clock that differs from this machine's\(because)", place: "on that machine",
                lines: ["timedatectl set-ntp true"])
        case .noPropagation:
            return SenderAdvice(
                "begins a new trace for each request that it serves\(because): what is in front of it sends no "
                    + "traceparent, or it does not read it", SenderSetting.propagation(software))
        case .emptyAttributes:
            return SenderAdvice(
                "has attributes that are empty\(because); leave them out where there is no value",
                SenderSetting.attributes(software))
        case .badText:
            return SenderAdvice("has text that is not UTF-8; it is stored with U+FFFD in its place")
        case .oldAttributeNames:
            return SenderAdvice(
                "has attributes under names of before 2023\(because); they are understood all the same",
                SenderSetting.attributeNames(software))
        case .temporalityChanges:
            return SenderAdvice(
                "has metrics that are totals since a start now and differences then\(because); they are stored as "
                    + "two series each", SenderSetting.temporality(software))
        case .badIdentifiers:
            return SenderAdvice(
                "has log records whose trace_id or span_id has a wrong length\(because); they are stored without "
                    + "it", place: "in the code that fills trace_id and span_id",
                lines: ["trace_id: 16 bytes, span_id: 8 bytes; in JSON 32 and 16 hex digits"])
        case .logsWithoutTrace:
            return SenderAdvice(
                "has traces, and log records that do not say to which of them they belong\(because)",
                SenderSetting.logContext(subject))
        default: return aboutTimes(finding, because, subject)
        }
    }

    private static func aboutTimes(
        _ finding: SenderFinding, _ because: String, _ subject: Subject
    ) -> SenderAdvice {
        switch finding {
        case .timesNotNanoseconds:
            return SenderAdvice(
                "has times that are no nanoseconds since 1970\(because); they are stored as they came",
                place: "in the code that fills \(timeFields(subject.signals))",
                lines: ["time_unix_nano = seconds * 1_000_000_000 + nanoseconds"])
        case .noStartTime: return SenderAdvice("has spans without a start: no window finds them")
        case .noPointTime:
            return SenderAdvice(
                "has points without a time: no window finds them",
                place: "in the code that makes the points", lines: ["time_unix_nano = NANOSECONDS SINCE 1970"]
            )
        case .noRecordTime:
            return SenderAdvice(
                "has log records with neither a time nor one at which they were observed: they are stored with the "
                    + "time at which they came", place: "in the code that makes the records",
                lines: ["observed_time_unix_nano = NANOSECONDS SINCE 1970"])
        case .noMetricStart:
            return SenderAdvice(
                "has metrics that add up and do not say since when\(because): that it started anew shows only "
                    + "where a value falls", SenderSetting.metricStart(subject.software))
        case .endsBeforeStart:
            let spans = "spans that end before they start: their durations count as 0"
            let points = "points that start after their time: the interval that they are about is not known"
            return SenderAdvice(
                "has "
                    + (subject.signals == .metrics
                        ? points
                        : subject.signals.contains(.metrics) ? "\(spans); and \(points)" : spans))
        default: return SenderAdvice("\(finding.rawValue)\(because)")
        }
    }

    /// The fields of OTLP that have times; those of spans where it is not known which they are.
    private static func timeFields(_ signals: SignalSet) -> String {
        let fields = signals.signals.map { signal in
            switch signal {
            case .traces: "start_time_unix_nano, end_time_unix_nano"
            case .metrics: "start_time_unix_nano"
            case .logs: "observed_time_unix_nano"
            }
        }
        let first = fields.isEmpty ? ["start_time_unix_nano, end_time_unix_nano"] : fields
        return (first + ["time_unix_nano"]).joined(separator: ", ")
    }
}
