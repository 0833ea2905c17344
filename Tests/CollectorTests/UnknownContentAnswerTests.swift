import Collector
import TestSupport
import Testing

@Suite("A request with nothing that OTLP has is answered with what it lacks", .timeLimit(.minutes(15)))
struct UnknownContentAnswerTests {
    @Test(
        "E4: unknown keys are ignored, and where there is nothing else the answer names the right one",
        arguments: [
            ("/v1/traces", #"{"resourcespans":[]}"#, #"the request has "resourcespans""#, "resourceSpans"),
            ("/v1/traces", #"{"spans":[{}]}"#, #"the request has "spans""#, "resourceSpans"),
            (
                "/v1/traces", #"{"resourceSpans":[{"instrumentationLibrarySpans":[]}]}"#,
                #"resourceSpans has "instrumentationLibrarySpans""#, "scopeSpans"
            ),
            (
                "/v1/logs", #"{"resourceLogs":[{"scopeLogs":[{"logs":[{}]}]}]}"#, #"scopeLogs has "logs""#,
                "logRecords"
            ),
            (
                "/v1/metrics", #"{"resourceMetric":[]}"#, #"the request has "resourceMetric""#,
                "resourceMetrics"
            ),
        ])
    func unknownKeys(path: String, body: String, has: String, meant: String) async throws {
        try await TestCollector.with { collector async throws in
            // The second time as well: nothing else says that nothing was stored.
            for _ in 1...2 {
                let reply = try await collector.post(Array(body.utf8), path: path, type: "application/json")
                #expect(reply.status == 200)
                let answer = try JSONValue(parsing: reply.text)["partialSuccess"]
                let message = try #require(answer?["errorMessage"]?.text)
                #expect(
                    message.contains("\(has), which OTLP does not have there; write \"\(meant)\""),
                    "\(message)")
            }
            let line = await collector.log.line(containing: "sender.notice")
            #expect(line?.contains("kind=unknown_fields") == true)
            let record = collector.server.service.senders.records[Sender(address: "127.0.0.1")]
            #expect(record?.sightings(of: .unknownFields).map(\.count) == [2])
        }
    }

    @Test("E4: the same in protobuf")
    func unknownFields() async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(SampleRequest.unknownField)
            #expect(reply.status == 200)
            #expect(
                reply.text.contains(
                    "the request has field 7, which OTLP does not have there; write resourceSpans, field 1"))
            let call = try await collector.connectGRPC().export(SampleRequest.unknownField)
            #expect(call.status == 0)
            #expect(String(decoding: call.body, as: UTF8.self).contains("the request has field 7"))
        }
    }

    @Test(
        "B5: a request that is just empty is a success without a word",
        arguments: ["{}", #"{"resourceSpans":[]}"#, #"{"resource_spans":[{"scope_spans":[{"spans":[]}]}]}"#])
    func empty(body: String) async throws {
        try await TestCollector.with { collector async throws in
            let reply = try await collector.post(Array(body.utf8), type: "application/json")
            #expect(reply.status == 200)
            if !body.contains("_") { #expect(reply.text == "{}") }
            #expect(!reply.text.contains("does not have"))
        }
    }

    @Test("E4: unknown keys beside items are passed over in silence")
    func besideItems() async throws {
        try await TestCollector.with { collector async throws in
            let body =
                [UInt8(ascii: "{")] + Array(#""version":[1,{}],"#.utf8) + SampleRequest.json().dropFirst()
            let reply = try await collector.post(body, type: "application/json")
            #expect(reply.text == "{}")
            #expect(try collector.storedSpans() == 1)
        }
    }
}
