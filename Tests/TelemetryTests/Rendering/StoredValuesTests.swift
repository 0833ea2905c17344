import Foundation
import OTLPModel
import Telemetry
import Testing

@Suite("Every stored value can be read back from a trace's JSON")
struct StoredValuesTests {
    private func row(of span: StoredSpan) throws -> [String: Any] {
        var text = ""
        var output = OutputBuffer { text += $0 }
        var diagnostics = OutputBuffer { _ in }
        ResultTable.trace(TraceTree([span]), notes: [], zone: .utc)
            .write(as: .json, style: RenderStyle(), to: &output, diagnostics: &diagnostics)
        let document = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return try #require((document?["rows"] as? [[String: Any]])?.first)
    }

    private func attributes(_ attributes: [KeyValue]) throws -> [[String: Any]] {
        let span = SampleTrace.span(1, from: 0, to: 1) { $0.attributes = attributes }
        return try #require(try row(of: span)["attributes"] as? [[String: Any]])
    }

    @Test(
        "an attribute value of every kind",
        arguments: [
            (AnyValue.empty, "{}"),
            (.string(""), #"{"stringValue":""}"#),
            (.string("a\u{0}\u{1b}\"\\\u{202e}é🚀"), #"{"stringValue":"a\u0000\u001b\"\\\u202eé🚀"}"#),
            (.bool(false), #"{"boolValue":false}"#),
            (.int(.min), #"{"intValue":"-9223372036854775808"}"#),
            (.double(0.1), #"{"doubleValue":0.1}"#),
            (.double(.leastNonzeroMagnitude), #"{"doubleValue":5e-324}"#),
            (.double(-0.0), #"{"doubleValue":-0.0}"#),
            (.double(.nan), #"{"doubleValue":"NaN"}"#),
            (.double(-.infinity), #"{"doubleValue":"-Infinity"}"#),
            (.bytes([]), #"{"bytesValue":""}"#),
            (.bytes([0]), #"{"bytesValue":"AA=="}"#),
            (.bytes([0xff, 0xfe]), #"{"bytesValue":"//4="}"#),
            (.bytes([1, 2, 3, 4]), #"{"bytesValue":"AQIDBA=="}"#),
            (.array([]), #"{"arrayValue":{"values":[]}}"#),
            (.array([.empty, .int(1)]), #"{"arrayValue":{"values":[{},{"intValue":"1"}]}}"#),
            (
                .keyValueList([KeyValue("k", .array([.keyValueList([])]))]),
                #"{"kvlistValue":{"values":[{"key":"k","value":{"arrayValue":{"values":[{"kvlistValue":{"values":[]}}]}}}]}}"#
            ),
        ])
    func values(value: AnyValue, expected: String) throws {
        #expect(JSONNode(value).text == expected)
        _ = try JSONSerialization.jsonObject(with: Data(expected.utf8))
    }

    @Test("attributes keep their order and keys that occur twice")
    func order() throws {
        let rows = try attributes([KeyValue("b", .int(1)), KeyValue("a", .int(2)), KeyValue("b", .int(3))])
        #expect(rows.map { $0["key"] as? String } == ["b", "a", "b"])
    }

    @Test("all fields of a span, its resource and its scope")
    func fields() throws {
        let stored = fullSpan
        let row = try row(of: stored)
        #expect(row["trace_id"] as? String == "0af7651916cd43dd8448eb211c80319c")
        #expect(row["span_id"] as? String == "0000000000000001")
        #expect(row["parent_span_id"] as? String == "00000000000000ff")
        #expect(row["kind"] as? String == "77")
        #expect(row["start"] as? String == "2554-07-21T23:34:33.709551615Z")
        #expect(row["end"] as? String == "1970-01-01T00:00:00.000000001Z")
        #expect(row["status"] as? [String: String] == ["code": "-3", "message": "mess\nage"])
        #expect(row["trace_state"] as? String == "a=b")
        #expect(row["flags"] as? UInt32 == .max)
        #expect(row["dropped_attributes_count"] as? Int == 1)
        #expect(row["dropped_events_count"] as? Int == 2)
        #expect(row["dropped_links_count"] as? Int == 3)
        #expect(row["received_at"] as? String == "2026-08-21T10:00:00.000000007Z")
        #expect(row["peer_address"] as? String == "2001:db8::1")
        #expect(row["node"] as? String == "2001:db8::1")
        #expect(row["node_source"] as? String == "peer address")
        #expect(row["service"] as? String == "unknown_service")

        let event = try #require((row["events"] as? [[String: Any]])?.first)
        #expect(event["time"] as? String == "1970-01-01T00:00:00.000000005Z")
        #expect(event["name"] as? String == "event")
        #expect(event["dropped_attributes_count"] as? Int == 4)
        let link = try #require((row["links"] as? [[String: Any]])?.first)
        #expect(link["trace_id"] as? String == "0102")
        #expect(link["span_id"] as? String == "03")
        #expect(link["trace_state"] as? String == "c=d")
        #expect(link["flags"] as? Int == 6)
        #expect(link["dropped_attributes_count"] as? Int == 5)
        let resource = try #require(row["resource"] as? [String: Any])
        #expect(resource["dropped_attributes_count"] as? Int == 8)
        #expect(resource["schema_url"] as? String == "https://r")
        let entity = try #require((resource["entity_refs"] as? [[String: Any]])?.first)
        #expect(entity["type"] as? String == "host")
        #expect(entity["id_keys"] as? [String] == ["host.id"])
        #expect(entity["description_keys"] as? [String] == ["host.arch"])
        let scope = try #require(row["scope"] as? [String: Any])
        #expect(scope["name"] as? String == "scope")
        #expect(scope["version"] as? String == "1.2")
        #expect(scope["schema_url"] as? String == "https://s")
        #expect((scope["attributes"] as? [[String: Any]])?.count == 1)
        #expect(scope["dropped_attributes_count"] as? Int == 9)
    }

    @Test("a root has no parent, and every span with an id twice has a row")
    func rows() throws {
        #expect(try row(of: SampleTrace.span(1, from: 0, to: 1))["parent_span_id"] is NSNull)
        let table = ResultTable.trace(TraceTree(SampleTrace.odd), notes: [], zone: .utc)
        #expect(table.rowCount == SampleTrace.odd.count)
        let limited = ResultTable.trace(TraceTree(SampleTrace.odd), notes: [], limit: 2, zone: .utc)
        #expect(limited.rowCount == 2)
        #expect(limited.notes.map(\.code).contains("limited"))
    }

    private var fullSpan: StoredSpan {
        var stored = SampleTrace.span(1, parent: 255, "full", from: 0, to: 0) { span in
            span.kind = SpanKind(rawValue: 77)
            span.startTimeUnixNano = .max
            span.endTimeUnixNano = 1
            span.status = SpanStatus(code: StatusCode(rawValue: -3), message: "mess\nage")
            span.traceState = "a=b"
            span.flags = .max
            span.droppedAttributesCount = 1
            span.droppedEventsCount = 2
            span.droppedLinksCount = 3
            span.events = [SpanEvent(timeUnixNano: 5, name: "event", droppedAttributesCount: 4)]
            var link = SpanLink()
            link.traceID = [1, 2]
            link.spanID = [3]
            link.traceState = "c=d"
            link.droppedAttributesCount = 5
            link.flags = 6
            span.links = [link]
        }
        stored.resource = Resource(
            droppedAttributesCount: 8,
            entityRefs: [
                EntityRef(
                    schemaURL: "https://e", type: "host", idKeys: ["host.id"], descriptionKeys: ["host.arch"])
            ])
        stored.resourceSchemaURL = "https://r"
        stored.scope = InstrumentationScope(
            name: "scope", version: "1.2", attributes: [KeyValue("x", .bool(true))], droppedAttributesCount: 9
        )
        stored.scopeSchemaURL = "https://s"
        stored.receivedAt = UnixNanos(clamping: SampleTrace.epoch + 7)
        stored.peerAddress = "2001:db8::1"
        return stored
    }
}
