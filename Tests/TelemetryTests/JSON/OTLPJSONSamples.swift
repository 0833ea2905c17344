import OTLPModel

@testable import Telemetry

func decodedJSON(_ text: String, limits: DecodeLimits = DecodeLimits()) throws(DecodeError)
    -> ExportTraceServiceRequest
{
    try decodeTraceRequest(json: Array(text.utf8).span, limits: limits)
}

/// A body with one span of these members.
func jsonOfSpan(_ members: String) -> String {
    #"{"resourceSpans":[{"scopeSpans":[{"spans":[{\#(members)}]}]}]}"#
}

func decodedJSONSpan(_ members: String) throws -> OTLPModel.Span {
    try decodedJSON(jsonOfSpan(members)).resourceSpans[0].scopeSpans[0].spans[0]
}

/// What an `AnyValue` of these members becomes.
func decodedJSONValue(_ members: String) throws -> AnyValue {
    try decodedJSONSpan(#""attributes":[{"key":"k","value":{\#(members)}}]"#).attributes[0].value
}

/// A body with every field of a trace request in it, as a conforming sender writes it.
let completeJSON = #"""
    {
      "resourceSpans": [
        {
          "resource": {
            "attributes": [
              {"key": "service.name", "value": {"stringValue": "edge-cache"}},
              {"key": "host.cpus", "value": {"intValue": "16"}}
            ],
            "droppedAttributesCount": 1,
            "entityRefs": [
              {
                "schemaUrl": "https://example.test/entity",
                "type": "host",
                "idKeys": ["host.id", "host.name"],
                "descriptionKeys": ["host.cpus"]
              }
            ]
          },
          "schemaUrl": "https://example.test/resource",
          "scopeSpans": [
            {
              "scope": {
                "name": "proxy",
                "version": "1.2.3",
                "attributes": [{"key": "build", "value": {"boolValue": true}}],
                "droppedAttributesCount": 2
              },
              "schemaUrl": "https://example.test/scope",
              "spans": [
                {
                  "traceId": "5B8EFFF798038103D269B633813FC60C",
                  "spanId": "eee19b7ec3c1b174",
                  "parentSpanId": "EEE19b7ec3c1b173",
                  "traceState": "vendor=1",
                  "flags": 257,
                  "name": "GET /{module}/@v/list",
                  "kind": 2,
                  "startTimeUnixNano": "1790000000123456789",
                  "endTimeUnixNano": "1790000000223456789",
                  "attributes": [
                    {"key": "ratio", "value": {"doubleValue": 0.25}},
                    {"key": "raw", "value": {"bytesValue": "AP8="}},
                    {"key": "list", "value": {"arrayValue": {"values": [{"intValue": "-1"}, {"stringValue": "x"}]}}},
                    {"key": "map", "value": {"kvlistValue": {"values": [{"key": "in", "value": {"boolValue": false}}]}}},
                    {"key": "nothing", "value": {}}
                  ],
                  "droppedAttributesCount": 3,
                  "events": [
                    {
                      "timeUnixNano": "1790000000200000000",
                      "name": "cache.miss",
                      "attributes": [{"key": "tier", "value": {"intValue": "2"}}],
                      "droppedAttributesCount": 4
                    }
                  ],
                  "droppedEventsCount": 5,
                  "links": [
                    {
                      "traceId": "00000000000000000000000000000001",
                      "spanId": "0000000000000002",
                      "traceState": "a=b",
                      "attributes": [{"key": "why", "value": {"stringValue": "retry"}}],
                      "droppedAttributesCount": 6,
                      "flags": 1
                    }
                  ],
                  "droppedLinksCount": 7,
                  "status": {"code": 2, "message": "upstream gone"}
                }
              ]
            }
          ]
        }
      ]
    }
    """#

/// What `completeJSON` says.
var completeRequest: ExportTraceServiceRequest {
    var link = SpanLink()
    link.traceID = [UInt8](repeating: 0, count: 15) + [1]
    link.spanID = [0, 0, 0, 0, 0, 0, 0, 2]
    link.traceState = "a=b"
    link.attributes = [KeyValue("why", .string("retry"))]
    link.droppedAttributesCount = 6
    link.flags = 1

    var span = OTLPModel.Span()
    span.traceID = [
        0x5b, 0x8e, 0xff, 0xf7, 0x98, 0x03, 0x81, 0x03, 0xd2, 0x69, 0xb6, 0x33, 0x81, 0x3f, 0xc6, 0x0c,
    ]
    span.spanID = [0xee, 0xe1, 0x9b, 0x7e, 0xc3, 0xc1, 0xb1, 0x74]
    span.parentSpanID = [0xee, 0xe1, 0x9b, 0x7e, 0xc3, 0xc1, 0xb1, 0x73]
    span.traceState = "vendor=1"
    span.flags = 257
    span.name = "GET /{module}/@v/list"
    span.kind = .server
    span.startTimeUnixNano = 1_790_000_000_123_456_789
    span.endTimeUnixNano = 1_790_000_000_223_456_789
    span.attributes = [
        KeyValue("ratio", .double(0.25)), KeyValue("raw", .bytes([0x00, 0xff])),
        KeyValue("list", .array([.int(-1), .string("x")])),
        KeyValue("map", .keyValueList([KeyValue("in", .bool(false))])), KeyValue("nothing", .empty),
    ]
    span.droppedAttributesCount = 3
    span.events = [
        SpanEvent(
            timeUnixNano: 1_790_000_000_200_000_000, name: "cache.miss",
            attributes: [KeyValue("tier", .int(2))],
            droppedAttributesCount: 4)
    ]
    span.droppedEventsCount = 5
    span.links = [link]
    span.droppedLinksCount = 7
    span.status = SpanStatus(code: .error, message: "upstream gone")
    return ExportTraceServiceRequest(resourceSpans: [
        ResourceSpans(
            resource: Resource(
                attributes: [
                    KeyValue("service.name", .string("edge-cache")), KeyValue("host.cpus", .int(16)),
                ],
                droppedAttributesCount: 1,
                entityRefs: [
                    EntityRef(
                        schemaURL: "https://example.test/entity", type: "host",
                        idKeys: ["host.id", "host.name"], descriptionKeys: ["host.cpus"])
                ]),
            scopeSpans: [
                ScopeSpans(
                    scope: InstrumentationScope(
                        name: "proxy", version: "1.2.3", attributes: [KeyValue("build", .bool(true))],
                        droppedAttributesCount: 2),
                    spans: [span], schemaURL: "https://example.test/scope")
            ], schemaURL: "https://example.test/resource")
    ])
}
