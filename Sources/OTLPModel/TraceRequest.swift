/// What an exporter sends (OTLP `collector.trace.v1.ExportTraceServiceRequest`).
package struct ExportTraceServiceRequest: Hashable, Sendable {
    package var resourceSpans: [ResourceSpans] = []

    package init(resourceSpans: [ResourceSpans] = []) {
        self.resourceSpans = resourceSpans
    }
}

/// The spans of one resource (OTLP `trace.v1.ResourceSpans`).
package struct ResourceSpans: Hashable, Sendable {
    package var resource = Resource()
    package var scopeSpans: [ScopeSpans] = []
    package var schemaURL = ""

    package init(resource: Resource = Resource(), scopeSpans: [ScopeSpans] = [], schemaURL: String = "") {
        self.resource = resource
        self.scopeSpans = scopeSpans
        self.schemaURL = schemaURL
    }
}

/// The spans of one instrumentation scope (OTLP `trace.v1.ScopeSpans`).
package struct ScopeSpans: Hashable, Sendable {
    package var scope = InstrumentationScope()
    package var spans: [Span] = []
    package var schemaURL = ""

    package init(
        scope: InstrumentationScope = InstrumentationScope(), spans: [Span] = [], schemaURL: String = ""
    ) {
        self.scope = scope
        self.spans = spans
        self.schemaURL = schemaURL
    }
}
