import Telemetry

/// What to change about metrics and logs, and what differs between the signals.
extension SenderSetting {
    static func batching(_ subject: SenderAdvice.Subject) -> SenderSetting? {
        switch subject.software {
        case .nginx: SenderSetting(nginxExporter, "interval 5s;", "batch_size 512;")
        case .collector: SenderSetting(collectorFile, "processors:", "  batch:", "    timeout: 5s")
        case .caddy, .athens, .sdk, .unknown:
            switch subject.signals {
            case .metrics: SenderSetting(environment, "OTEL_METRIC_EXPORT_INTERVAL=60000")
            case .logs: SenderSetting(batchProcessor, "OTEL_BLRP_SCHEDULE_DELAY=5000")
            default: SenderSetting(batchProcessor, "OTEL_BSP_SCHEDULE_DELAY=5000")
            }
        case .envoy, .traefik, .trafficServer, .haproxy, .curl: nil
        }
    }

    private static let batchProcessor = "in its environment, with a batch processor instead of a simple one"

    /// Where all series are wanted.
    static let moreSeries = SenderSetting(
        "in traceq-collector's configuration, where all of them are wanted", "limits:",
        "  series_per_source: NUMBER")

    static func temporality(_ software: SenderSoftware) -> SenderSetting? {
        switch software {
        case .envoy:
            SenderSetting(
                "under envoy.stat_sinks.open_telemetry of its stats_sinks", "report_counters_as_deltas: false"
            )
        case .collector:
            SenderSetting(
                "in the environment of what sends to the collector",
                "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=cumulative")
        case .sdk, .caddy, .athens, .unknown:
            SenderSetting(environment, "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=cumulative")
        case .nginx, .traefik, .trafficServer, .haproxy, .curl: nil
        }
    }

    static func metricStart(_ software: SenderSoftware) -> SenderSetting? {
        switch software {
        case .collector: SenderSetting(collectorFile, "processors:", "  metric_start_time: {}")
        case .sdk, .unknown, .curl:
            SenderSetting(
                "in the code that makes the points",
                "start_time_unix_nano = NANOSECONDS SINCE 1970 AT WHICH IT BEGAN TO COUNT")
        case .nginx, .envoy, .traefik, .trafficServer, .haproxy, .caddy, .athens: nil
        }
    }

    /// What puts log records into the trace in which they are written.
    static func logContext(_ subject: SenderAdvice.Subject) -> SenderSetting? {
        switch (subject.software, subject.language) {
        case (.nginx, _):
            SenderSetting(
                "\(nginxHTTP), so that what reads the log finds them there",
                "log_format traced '$remote_addr \"$request\" $status $otel_trace_id $otel_span_id';")
        case (.collector, _):
            SenderSetting(
                "under the receiver of the collector's configuration that reads the log", "operators:",
                "- type: trace_parser", "  trace_id: {parse_from: attributes.trace_id}",
                "  span_id: {parse_from: attributes.span_id}")
        case (_, "go"):
            SenderSetting(
                "in the code that logs, with the context of the request", "logger.InfoContext(ctx, MESSAGE)")
        case (_, "python"): SenderSetting(environment, "OTEL_PYTHON_LOG_CORRELATION=true")
        default: nil
        }
    }
}
