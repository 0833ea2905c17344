/// What an exporter sends (OTLP `collector.metrics.v1.ExportMetricsServiceRequest`).
package struct ExportMetricsServiceRequest: Hashable, Sendable {
    package var resourceMetrics: [ResourceMetrics] = []

    package init(resourceMetrics: [ResourceMetrics] = []) {
        self.resourceMetrics = resourceMetrics
    }
}

/// The metrics of one resource (OTLP `metrics.v1.ResourceMetrics`).
package struct ResourceMetrics: Hashable, Sendable {
    package var resource = Resource()
    package var scopeMetrics: [ScopeMetrics] = []
    package var schemaURL = ""

    package init(resource: Resource = Resource(), scopeMetrics: [ScopeMetrics] = [], schemaURL: String = "") {
        self.resource = resource
        self.scopeMetrics = scopeMetrics
        self.schemaURL = schemaURL
    }
}

/// The metrics of one instrumentation scope (OTLP `metrics.v1.ScopeMetrics`).
package struct ScopeMetrics: Hashable, Sendable {
    package var scope = InstrumentationScope()
    package var metrics: [Metric] = []
    package var schemaURL = ""

    package init(
        scope: InstrumentationScope = InstrumentationScope(), metrics: [Metric] = [], schemaURL: String = ""
    ) {
        self.scope = scope
        self.metrics = metrics
        self.schemaURL = schemaURL
    }
}
