import Telemetry

/// What to change about TLS, and about the heads of requests.
extension SenderSetting {
    /// Where the sender learns whom to trust.
    static func authority(_ software: SenderSoftware) -> SenderSetting? {
        switch software {
        case .nginx: SenderSetting(nginxExporter, "trusted_certificate /PATH/AUTHORITY.pem;")
        case .collector:
            SenderSetting(
                "under the otlp exporter of the collector's configuration", "tls:",
                "  ca_file: /PATH/AUTHORITY.pem")
        case .traefik:
            SenderSetting(
                "under tracing.otlp.http of Traefik's static configuration", "tls:",
                "  ca: /PATH/AUTHORITY.pem")
        case .envoy:
            SenderSetting(
                "in the cluster that the tracer's grpc_service names, under common_tls_context",
                "validation_context:", "  trusted_ca: {filename: /PATH/AUTHORITY.pem}")
        case .curl: SenderSetting("on its command line", "--cacert /PATH/AUTHORITY.pem")
        case .trafficServer: nil
        case .caddy, .athens, .haproxy, .sdk, .unknown:
            SenderSetting(environment, "OTEL_EXPORTER_OTLP_CERTIFICATE=/PATH/AUTHORITY.pem")
        }
    }

    /// Where the sender gets a certificate of its own.
    static func clientCertificate(_ software: SenderSoftware) -> SenderSetting? {
        switch software {
        case .collector:
            SenderSetting(
                "under the otlp exporter of the collector's configuration", "tls:",
                "  cert_file: /PATH/SENDER.pem", "  key_file: /PATH/SENDER.key")
        case .traefik:
            SenderSetting(
                "under tracing.otlp.http of Traefik's static configuration", "tls:",
                "  cert: /PATH/SENDER.pem", "  key: /PATH/SENDER.key")
        case .envoy:
            SenderSetting(
                "in the cluster that the tracer's grpc_service names, under common_tls_context",
                "tls_certificates:", "- certificate_chain: {filename: /PATH/SENDER.pem}",
                "  private_key: {filename: /PATH/SENDER.key}")
        case .curl: SenderSetting("on its command line", "--cert /PATH/SENDER.pem --key /PATH/SENDER.key")
        case .nginx, .trafficServer: nil
        case .caddy, .athens, .haproxy, .sdk, .unknown:
            SenderSetting(
                environment, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE=/PATH/SENDER.pem",
                "OTEL_EXPORTER_OTLP_CLIENT_KEY=/PATH/SENDER.key")
        }
    }

    static func contentType(_ software: SenderSoftware) -> SenderSetting {
        switch software {
        case .curl: SenderSetting("on its command line, for JSON", "-H 'Content-Type: application/json'")
        default:
            SenderSetting(
                "in the head of its requests: the first for protobuf, the second for JSON",
                "Content-Type: application/x-protobuf", "Content-Type: application/json")
        }
    }

    static func contentEncoding(_ software: SenderSoftware) -> SenderSetting {
        switch software {
        case .curl: SenderSetting("on its command line, for gzip", "-H 'Content-Encoding: gzip'")
        default:
            SenderSetting(
                "in the head of its requests, where their body is gzip, and nothing where it is not compressed",
                "Content-Encoding: gzip")
        }
    }

    /// What makes requests smaller that were too large; nil for what is refused for another reason.
    static func refused(_ subject: SenderAdvice.Subject) -> SenderSetting? {
        guard subject.reason == .request(.tooLarge) else { return nil }
        switch subject.software {
        case .nginx: return SenderSetting(nginxExporter, "batch_size 256;")
        case .collector:
            return SenderSetting(
                collectorFile, "processors:", "  batch:", "    send_batch_max_size: 1000")
        case .caddy, .athens, .sdk, .unknown:
            let spans = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE=256"
            let records = "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE=256"
            return SenderSetting(
                environment, lines: subject.signals.contains(.logs) ? [spans, records] : [spans])
        case .envoy, .traefik, .trafficServer, .haproxy, .curl: return nil
        }
    }
}
