import OTLPModel

extension OTLPJSONDecoder {
    mutating func span() throws(DecodeError) -> OTLPModel.Span {
        var span = OTLPModel.Span()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "traceId": span.traceID = try identifier()
            case "spanId": span.spanID = try identifier()
            case "traceState": span.traceState = try reader.string()
            case "parentSpanId": span.parentSpanID = try identifier()
            case "flags": span.flags = try reader.integer(UInt32.self)
            case "name": span.name = try reader.string()
            case "kind": span.kind = SpanKind(rawValue: try enumeration(Self.spanKinds, of: "span kind"))
            case "startTimeUnixNano": span.startTimeUnixNano = try reader.integer(UInt64.self)
            case "endTimeUnixNano": span.endTimeUnixNano = try reader.integer(UInt64.self)
            case "attributes": span.attributes = try attributes()
            case "droppedAttributesCount": span.droppedAttributesCount = try reader.integer(UInt32.self)
            case "events":
                span.events = []
                try reader.beginArray()
                while try nextMessage(of: SpanEvent.self) { span.events.append(try event()) }
            case "droppedEventsCount": span.droppedEventsCount = try reader.integer(UInt32.self)
            case "links":
                span.links = []
                try reader.beginArray()
                while try nextMessage(of: SpanLink.self) { span.links.append(try link()) }
            case "droppedLinksCount": span.droppedLinksCount = try reader.integer(UInt32.self)
            case "status": span.status = try status()
            default: try reader.skipValue()
            }
        }
        return span
    }

    private mutating func event() throws(DecodeError) -> SpanEvent {
        var event = SpanEvent()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "timeUnixNano": event.timeUnixNano = try reader.integer(UInt64.self)
            case "name": event.name = try reader.string()
            case "attributes": event.attributes = try attributes()
            case "droppedAttributesCount": event.droppedAttributesCount = try reader.integer(UInt32.self)
            default: try reader.skipValue()
            }
        }
        return event
    }

    private mutating func link() throws(DecodeError) -> SpanLink {
        var link = SpanLink()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "traceId": link.traceID = try identifier()
            case "spanId": link.spanID = try identifier()
            case "traceState": link.traceState = try reader.string()
            case "attributes": link.attributes = try attributes()
            case "droppedAttributesCount": link.droppedAttributesCount = try reader.integer(UInt32.self)
            case "flags": link.flags = try reader.integer(UInt32.self)
            default: try reader.skipValue()
            }
        }
        return link
    }

    private mutating func status() throws(DecodeError) -> SpanStatus {
        var status = SpanStatus()
        try reader.beginObject()
        while let key = try nextField() {
            switch key {
            case "message": status.message = try reader.string()
            case "code":
                status.code = StatusCode(rawValue: try enumeration(Self.statusCodes, of: "status code"))
            default: try reader.skipValue()
            }
        }
        return status
    }

    private static let spanKinds: [String: Int32] = [
        "SPAN_KIND_UNSPECIFIED": 0, "SPAN_KIND_INTERNAL": 1, "SPAN_KIND_SERVER": 2, "SPAN_KIND_CLIENT": 3,
        "SPAN_KIND_PRODUCER": 4, "SPAN_KIND_CONSUMER": 5,
    ]

    private static let statusCodes: [String: Int32] = [
        "STATUS_CODE_UNSET": 0, "STATUS_CODE_OK": 1, "STATUS_CODE_ERROR": 2,
    ]

    /// A number, known or not, or the name of a known one.
    mutating func enumeration(
        _ names: [String: Int32], of what: String
    ) throws(DecodeError) -> Int32 {
        let before = reader.index
        if try reader.kind() == .string {
            if let value = names[try reader.string()] {
                notes.insert(.enumNames)
                return value
            }
            reader.index = before
            throw reader.malformed("no \(what) has that name: send its number")
        }
        return try reader.integer(Int32.self)
    }
}
