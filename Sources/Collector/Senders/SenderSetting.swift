/// A line of the configuration of a program that sends, and where it stands.
///
/// What the programs call things is from their documentation. Names in capitals stand for what only the reader knows.
struct SenderSetting: Hashable, Sendable {
    var place: String
    var lines: [String]

    init(_ place: String, _ lines: String...) { self.init(place, lines: lines) }

    init(_ place: String, lines: [String]) {
        self.place = place
        self.lines = lines
    }

    static let environment = "in its environment"
    static let nginxHTTP = "in the http block of nginx.conf"
    static let nginxExporter = "in otel_exporter { … } of nginx.conf"
    static let envoyTracer = "under envoy.tracers.opentelemetry"
    static let trafficServerPlugin = "in plugin.config"
    static let collectorFile = "in the collector's configuration"

    static func serviceName(_ software: SenderSoftware) -> SenderSetting {
        switch software {
        case .nginx: SenderSetting(nginxHTTP, "otel_service_name NAME;")
        case .envoy: SenderSetting(envoyTracer, "service_name: NAME")
        case .traefik: SenderSetting("in Traefik's static configuration", "tracing:", "  serviceName: NAME")
        case .trafficServer: SenderSetting(trafficServerPlugin, "otel_tracer.so --service-name=NAME")
        case .caddy, .athens, .haproxy, .collector, .sdk, .curl, .unknown:
            SenderSetting(environment, "OTEL_SERVICE_NAME=NAME")
        }
    }

    static func instanceID(_ software: SenderSoftware) -> SenderSetting {
        switch software {
        case .nginx: SenderSetting(nginxHTTP, "otel_resource_attr service.instance.id INSTANCE;")
        case .envoy:
            SenderSetting(
                "in its environment, with the environment resource detector",
                "OTEL_RESOURCE_ATTRIBUTES=service.instance.id=INSTANCE")
        case .trafficServer:
            SenderSetting(
                "there is no option for it: give each instance a name of its own, in plugin.config",
                "otel_tracer.so --service-name=NAME-INSTANCE")
        case .caddy, .traefik, .athens, .haproxy, .collector, .sdk, .curl, .unknown:
            SenderSetting(environment, "OTEL_RESOURCE_ATTRIBUTES=service.instance.id=INSTANCE")
        }
    }

    static func credential(_ software: SenderSoftware) -> SenderSetting? {
        switch software {
        case .nginx: SenderSetting(nginxExporter, "header authorization \"Bearer TOKEN\";")
        case .collector:
            SenderSetting(
                "under the otlp exporter of the collector's configuration", "headers:",
                "  authorization: \"Bearer ${env:TOKEN}\"")
        case .curl: SenderSetting("on its command line", "-H \"Authorization: Bearer $TOKEN\"")
        case .traefik:
            SenderSetting(
                "under tracing.otlp.http of Traefik's static configuration", "headers:",
                "  Authorization: \"Bearer TOKEN\"")
        case .envoy:
            SenderSetting(
                "under grpc_service of the tracer", "initial_metadata:",
                "- {key: authorization, value: \"Bearer TOKEN\"}")
        case .trafficServer: nil
        case .caddy, .athens, .haproxy, .sdk, .unknown:
            // A space would end the value: OTLP wants it as %20.
            SenderSetting(environment, "OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20TOKEN")
        }
    }

    static func compression(_ software: SenderSoftware) -> SenderSetting? {
        switch software {
        case .nginx, .envoy, .trafficServer, .curl, .haproxy, .traefik: nil
        case .collector:
            SenderSetting("under the otlp exporter of the collector's configuration", "compression: gzip")
        case .caddy, .athens, .sdk, .unknown:
            SenderSetting(environment, "OTEL_EXPORTER_OTLP_COMPRESSION=gzip")
        }
    }

    static func timeout(_ software: SenderSoftware) -> SenderSetting? {
        switch software {
        case .collector:
            SenderSetting("under the otlp exporter of the collector's configuration", "timeout: 30s")
        case .caddy, .athens, .sdk, .unknown: SenderSetting(environment, "OTEL_EXPORTER_OTLP_TIMEOUT=30000")
        case .nginx, .envoy, .traefik, .trafficServer, .haproxy, .curl: nil
        }
    }

    static func propagation(_ software: SenderSoftware) -> SenderSetting? {
        switch software {
        case .nginx:
            SenderSetting(
                "in its server block, and in that of the nginx in front", "otel_trace_context propagate;")
        case .trafficServer:
            SenderSetting(
                "Traffic Server sends and reads B3 headers only; in the environment of what is beside it",
                "OTEL_PROPAGATORS=tracecontext,baggage,b3multi")
        case .caddy, .envoy, .traefik, .athens, .haproxy, .collector, .sdk, .curl, .unknown:
            SenderSetting(
                "in its environment, and in that of what is in front of it",
                "OTEL_PROPAGATORS=tracecontext,baggage")
        }
    }

    static func attributes(_ software: SenderSoftware) -> SenderSetting? {
        switch software {
        case .nginx:
            SenderSetting(
                "nginx sends what a variable holds; drop the line of each that is not needed",
                "otel_span_attr KEY $VARIABLE;")
        case .collector:
            SenderSetting(
                collectorFile, "processors:", "  attributes:", "    actions: [{key: KEY, action: delete}]")
        default: nil
        }
    }

    static func attributeNames(_ software: SenderSoftware) -> SenderSetting? {
        software == .sdk ? SenderSetting(environment, "OTEL_SEMCONV_STABILITY_OPT_IN=http") : nil
    }
}
