package import OTLPModel

/// One run of the go command, as spans: a client span for each request, each a trace of its own, since the go command
/// sends no context along that could tie them to each other. `session.id` does.
package struct GoCommandSession: Sendable {
    /// 32 hexadecimal digits.
    package let id: String
    private let high: UInt64
    private let low: UInt64
    /// What ran, where it is known: `go mod download -x`.
    package var command: String?
    /// The machine that it ran on.
    package var node: String?

    /// - Parameter seed: 16 bytes that no other run has
    package init(seed: (high: UInt64, low: UInt64), command: String? = nil, node: String? = nil) {
        (high, low) = (seed.high | 1, seed.low | 1)
        id = TraceID(high: high, low: low).hex
        self.command = command
        self.node = node
    }

    /// The session of a log: equal bytes and an equal end give equal ids, so that importing it again stores nothing twice.
    package init(log: [UInt8], end: UnixNanos, command: String? = nil, node: String? = nil) {
        let first = checksum(log.span)
        let more = TraceID(high: first, low: UInt64(log.count)).bytes
        let second = checksum((Array(log.suffix(64)) + more).span)
        let ending = TableHash.mix(second, UInt64(bitPattern: end.rawValue) | 1)
        self.init(seed: (first, second ^ ending), command: command, node: node)
    }

    /// The span of a step.
    ///
    /// - Parameter number: of the step in its session; makes the ids
    package func span(
        of step: GoCommandStep, number: Int, from start: UnixNanos, to end: UnixNanos
    ) -> OTLPModel.Span {
        var span = OTLPModel.Span()
        let own = TableHash.mix(low ^ UInt64(number), 0x9e37_79b9_7f4a_7c15)
        span.traceID = TraceID(high: high, low: own | 1).bytes
        span.spanID = SpanID(rawValue: TableHash.mix(own, high) | 1).bytes
        span.kind = .client
        span.startTimeUnixNano = UInt64(clamping: start.rawValue)
        span.endTimeUnixNano = UInt64(clamping: max(start, end).rawValue)
        switch step.work {
        case .request(let url): describe(&span, request: url)
        case .tool(let command, let repository): describe(&span, tool: command, repository: repository)
        }
        describe(&span, step)
        span.attributes.append(KeyValue("session.id", .string(id)))
        return span
    }

    private func describe(_ span: inout OTLPModel.Span, request url: String) {
        span.name = "GET"
        span.attributes += [
            KeyValue("http.request.method", .string("GET")), KeyValue("url.full", .string(url)),
        ]
        if let address = try? GoProxyAddress(url), !address.host.isEmpty {
            span.attributes.append(KeyValue("server.address", .string(address.host)))
            if let port = address.port { span.attributes.append(KeyValue("server.port", .int(Int64(port)))) }
        }
        guard let request = ModuleRequest(url) else { return }
        span.attributes.append(KeyValue("goproxy.request.kind", .string(request.kind.name)))
        if let module = request.module {
            span.attributes.append(KeyValue("goproxy.module.path", .string(module)))
        }
        if let version = request.version {
            span.attributes.append(KeyValue("goproxy.module.version", .string(version)))
        }
    }

    private func describe(_ span: inout OTLPModel.Span, tool command: String, repository: String?) {
        // `git -c log.showsignature=false fetch …` is a fetch.
        let words = command.split(separator: " ").map(String.init)
        let place = words.firstIndex { ["git", "hg", "svn", "bzr", "fossil"].contains($0) } ?? 0
        var index = place + 1
        while index < words.count, words[index].hasPrefix("-") { index += words[index] == "-c" ? 2 : 1 }
        let verb = index < words.count ? words[index] : ""
        span.name = words.indices.contains(place) ? (words[place] + " " + verb).trimmedASCII : "tool"
        span.attributes += [
            KeyValue("goproxy.request.kind", .string(ModuleKind.vcs.name)),
            KeyValue("process.command_line", .string(command)),
        ]
        if let repository {
            span.attributes.append(KeyValue("vcs.repository.url.full", .string(repository)))
            if let address = try? GoProxyAddress(repository), !address.host.isEmpty {
                span.attributes.append(KeyValue("server.address", .string(address.host)))
            }
        }
    }

    private func describe(_ span: inout OTLPModel.Span, _ step: GoCommandStep) {
        func fail(_ type: String, _ message: String) {
            span.attributes.append(KeyValue("error.type", .string(type)))
            span.status = SpanStatus(code: .error, message: message)
        }
        switch step.outcome {
        case .answered(let status, let text):
            span.attributes.append(KeyValue("http.response.status_code", .int(Int64(status))))
            if step.isMismatch {
                fail("checksum_mismatch", "checksum mismatch: SECURITY ERROR")
            } else if step.isTruncated {
                fail("truncated", "the archive ended before its end")
            } else if status >= 400 {
                fail(String(status), text)
            }
        case .failed(let reason): fail(Self.type(of: reason), reason)
        // No error: nothing is known to have gone wrong.
        case .unfinished: span.attributes.append(KeyValue("error.type", .string("unfinished")))
        case .ended: break
        }
    }

    /// A word for what kept an answer from coming.
    private static func type(of reason: String) -> String {
        let words = [
            ("timeout", "timeout"), ("timed out", "timeout"), ("deadline exceeded", "timeout"),
            ("no such host", "name_resolution"), ("server misbehaving", "name_resolution"),
            ("connection refused", "connection_refused"), ("connection reset", "connection_reset"),
            ("x509", "tls"), ("tls:", "tls"), ("certificate", "tls"),
        ]
        let reason = reason.lowercased()
        return words.first { reason.contains($0.0) }?.1 ?? "_OTHER"
    }

    /// A request of spans of this session.
    package func request(_ spans: [OTLPModel.Span]) -> ExportTraceServiceRequest {
        var attributes = [KeyValue("service.name", .string("go"))]
        if let node { attributes.append(KeyValue("host.name", .string(node))) }
        if let command { attributes.append(KeyValue("process.command_line", .string(command))) }
        return ExportTraceServiceRequest(resourceSpans: [
            ResourceSpans(
                resource: Resource(attributes: attributes),
                scopeSpans: [ScopeSpans(scope: InstrumentationScope(name: "traceq.gox"), spans: spans)])
        ])
    }
}
