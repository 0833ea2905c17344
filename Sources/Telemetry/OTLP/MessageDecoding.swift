import OTLPModel

/// Decodes OTLP messages into values with the wire cursor: for what is rare in a request (resources,
/// scopes, events, links, nested attribute values) and for reading stored canonical bytes back.
///
/// What follows protobuf to the letter but no emitter sends, and what decoders merge differently (a
/// submessage that occurs twice, an `AnyValue` with two values), is left to the reference decoder: the
/// cursor reports it as `unusual`.
struct MessageDecoding: ~Escapable {
    let bytes: ByteSpan
    /// How many `AnyValue`s may nest in one another.
    private let maxDepth: Int
    /// Attributes of a part of a request that are decoded; those beyond are counted.
    private let attributesMax: Int
    /// Whether there were more.
    private(set) var hasLeftOut = false
    private(set) var problem: Problem?

    enum Problem: Hashable {
        case malformed(at: Int)
        case tooDeep(at: Int)
        /// Valid, but for the reference decoder to interpret.
        case unusual(at: Int)
        /// It takes more memory than there is at the moment, or than there ever is.
        case shortage(isLasting: Bool)

        init(_ shortage: DecodeError) { self = .shortage(isLasting: shortage.code != .noMemory) }
    }

    /// Pays for the values; nil when nobody counts them.
    private let allowance: MemoryAllowance?
    /// About what the values take, and up to where they are paid for.
    private var takenBytes = 0
    private var coveredBytes = MessageDecoding.stepBytes

    /// 64 KiB: few messages take as much, and those that do are asked for it as often.
    private static var stepBytes: Int { 64 << 10 }

    /// For what is stored already.
    @_lifetime(copy bytes)
    init(_ bytes: ByteSpan, maxDepth: Int) {
        self.bytes = bytes
        self.maxDepth = maxDepth
        attributesMax = .max
        allowance = nil
    }

    /// For a request.
    /// - Parameter allowance: pays for the values; nil when nobody counts them
    @_lifetime(copy bytes)
    init(_ bytes: ByteSpan, _ limits: borrowing DecodeLimits, allowance: MemoryAllowance? = nil) {
        self.bytes = bytes
        maxDepth = limits.maxDepth
        attributesMax = limits.attributesMax
        self.allowance = allowance
    }

    /// Counts what a value takes in memory: its place, doubled as arrays grow, and what it refers to.
    private mutating func take(_ placeBytes: Int, _ content: Range<Int>) {
        takenBytes &+= 2 &* placeBytes &+ content.count
        if takenBytes > coveredBytes { cover() }
    }

    @inline(never)
    private mutating func cover() {
        coveredBytes = takenBytes + Self.stepBytes
        do throws(DecodeError) {
            try allowance?.cover(coveredBytes)
        } catch {
            report(Problem(error))
        }
    }

    mutating func report(_ newProblem: Problem) {
        // What is malformed or too deep is so for every decoder, so it stands above the unusual.
        if case .unusual? = problem { problem = newProblem }
        if problem == nil { problem = newProblem }
    }

    mutating func close(_ cursor: borrowing WireCursor) {
        if cursor.failed { report(.malformed(at: cursor.failedAt)) }
    }

    func text(_ range: Range<Int>) -> String {
        // Safe: the pointer is used within the closure only.
        unsafe bytes.extracting(range).withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// A text that is one of many.
    private mutating func countedText(_ range: Range<Int>) -> String {
        take(MemoryLayout<String>.stride, range)
        return text(range)
    }

    mutating func resource(_ range: Range<Int>) -> Resource {
        var resource = Resource()
        var leftOut: UInt64 = 0
        var cursor = WireCursor(bytes, range)
        while cursor.hasMore, problem == nil {
            let tag = cursor.tag()
            switch tag {
            case 1 << 3 | 2: attribute(cursor.lengthDelimited(), &resource.attributes, &leftOut)
            case 2 << 3 | 0: resource.droppedAttributesCount = UInt32(truncatingIfNeeded: cursor.varint())
            case 3 << 3 | 2: resource.entityRefs.append(entityRef(cursor.lengthDelimited()))
            default: cursor.skipUnknown(tag, knownThrough: 3)
            }
        }
        close(cursor)
        resource.droppedAttributesCount = DroppedCount.sum(resource.droppedAttributesCount, leftOut)
        return resource
    }

    /// One of the attributes of a part of a request. Those beyond the limit are not decoded: an empty one takes two bytes of
    /// the body, and a hundred as a value.
    private mutating func attribute(
        _ range: Range<Int>, _ attributes: inout [KeyValue], _ leftOut: inout UInt64
    ) {
        if attributes.count < attributesMax {
            attributes.append(keyValue(range))
        } else {
            leftOut += 1
            hasLeftOut = true
        }
    }

    private mutating func entityRef(_ range: Range<Int>) -> EntityRef {
        var reference = EntityRef()
        take(MemoryLayout<EntityRef>.stride, range)
        var cursor = WireCursor(bytes, range)
        while cursor.hasMore, problem == nil {
            let tag = cursor.tag()
            switch tag {
            case 1 << 3 | 2: reference.schemaURL = text(cursor.lengthDelimited())
            case 2 << 3 | 2: reference.type = text(cursor.lengthDelimited())
            case 3 << 3 | 2: reference.idKeys.append(countedText(cursor.lengthDelimited()))
            case 4 << 3 | 2: reference.descriptionKeys.append(countedText(cursor.lengthDelimited()))
            default: cursor.skipUnknown(tag, knownThrough: 4)
            }
        }
        close(cursor)
        return reference
    }

    mutating func scope(_ range: Range<Int>) -> InstrumentationScope {
        var scope = InstrumentationScope()
        var leftOut: UInt64 = 0
        var cursor = WireCursor(bytes, range)
        while cursor.hasMore, problem == nil {
            let tag = cursor.tag()
            switch tag {
            case 1 << 3 | 2: scope.name = text(cursor.lengthDelimited())
            case 2 << 3 | 2: scope.version = text(cursor.lengthDelimited())
            case 3 << 3 | 2: attribute(cursor.lengthDelimited(), &scope.attributes, &leftOut)
            case 4 << 3 | 0: scope.droppedAttributesCount = UInt32(truncatingIfNeeded: cursor.varint())
            default: cursor.skipUnknown(tag, knownThrough: 4)
            }
        }
        close(cursor)
        scope.droppedAttributesCount = DroppedCount.sum(scope.droppedAttributesCount, leftOut)
        return scope
    }

    mutating func event(_ range: Range<Int>) -> SpanEvent {
        var event = SpanEvent()
        var leftOut: UInt64 = 0
        var cursor = WireCursor(bytes, range)
        while cursor.hasMore, problem == nil {
            let tag = cursor.tag()
            switch tag {
            case 1 << 3 | 1: event.timeUnixNano = cursor.fixed64()
            case 2 << 3 | 2: event.name = text(cursor.lengthDelimited())
            case 3 << 3 | 2: attribute(cursor.lengthDelimited(), &event.attributes, &leftOut)
            case 4 << 3 | 0: event.droppedAttributesCount = UInt32(truncatingIfNeeded: cursor.varint())
            default: cursor.skipUnknown(tag, knownThrough: 4)
            }
        }
        close(cursor)
        event.droppedAttributesCount = DroppedCount.sum(event.droppedAttributesCount, leftOut)
        return event
    }

    mutating func link(_ range: Range<Int>) -> SpanLink {
        var link = SpanLink()
        var leftOut: UInt64 = 0
        var cursor = WireCursor(bytes, range)
        while cursor.hasMore, problem == nil {
            let tag = cursor.tag()
            switch tag {
            case 1 << 3 | 2: link.traceID = Array(bytes, cursor.lengthDelimited())
            case 2 << 3 | 2: link.spanID = Array(bytes, cursor.lengthDelimited())
            case 3 << 3 | 2: link.traceState = text(cursor.lengthDelimited())
            case 4 << 3 | 2: attribute(cursor.lengthDelimited(), &link.attributes, &leftOut)
            case 5 << 3 | 0: link.droppedAttributesCount = UInt32(truncatingIfNeeded: cursor.varint())
            case 6 << 3 | 5: link.flags = cursor.fixed32()
            default: cursor.skipUnknown(tag, knownThrough: 6)
            }
        }
        close(cursor)
        link.droppedAttributesCount = DroppedCount.sum(link.droppedAttributesCount, leftOut)
        return link
    }

    /// A `KeyValue`. `depth` counts the `AnyValue`s that it is in.
    mutating func keyValue(_ range: Range<Int>, depth: Int = 0) -> KeyValue {
        var key = 0..<0
        var value: AnyValue?
        take(MemoryLayout<KeyValue>.stride, range)
        var cursor = WireCursor(bytes, range)
        while cursor.hasMore {
            let tag = cursor.tag()
            switch tag {
            case 1 << 3 | 2: key = cursor.lengthDelimited()
            case 2 << 3 | 2:
                if value != nil { report(.unusual(at: cursor.index)) }
                value = anyValue(cursor.lengthDelimited(), depth: depth + 1)
            // Refers to the string table of a profile, which a trace does not have.
            case 3 << 3 | 0: _ = cursor.varint()
            default: cursor.skipUnknown(tag, knownThrough: 3)
            }
        }
        close(cursor)
        return KeyValue(text(key), value ?? .empty)
    }

    /// An `AnyValue`, the `depth`-th one from outside.
    mutating func anyValue(_ range: Range<Int>, depth: Int) -> AnyValue {
        guard depth <= maxDepth else {
            report(.tooDeep(at: range.lowerBound))
            return .empty
        }
        var value = AnyValue.empty
        var members = 0
        var cursor = WireCursor(bytes, range)
        while cursor.hasMore {
            let tag = cursor.tag()
            members += tag >> 3 <= 8 ? 1 : 0
            switch tag {
            case 1 << 3 | 2: value = .string(text(cursor.lengthDelimited()))
            case 2 << 3 | 0: value = .bool(cursor.varint() != 0)
            case 3 << 3 | 0: value = .int(Int64(bitPattern: cursor.varint()))
            case 4 << 3 | 1: value = .double(Double(bitPattern: cursor.fixed64()))
            case 5 << 3 | 2: value = .array(array(cursor.lengthDelimited(), depth: depth))
            case 6 << 3 | 2: value = .keyValueList(keyValueList(cursor.lengthDelimited(), depth: depth))
            case 7 << 3 | 2: value = .bytes(Array(bytes, cursor.lengthDelimited()))
            case 8 << 3 | 0:
                _ = cursor.varint()
                value = .empty
            default: cursor.skipUnknown(tag, knownThrough: 8)
            }
        }
        close(cursor)
        if members > 1 { report(.unusual(at: range.lowerBound)) }
        return value
    }

    /// The elements of an `ArrayValue` inside the `depth`-th `AnyValue`.
    mutating func array(_ range: Range<Int>, depth: Int) -> [AnyValue] {
        var values: [AnyValue] = []
        var cursor = WireCursor(bytes, range)
        while cursor.hasMore, problem == nil {
            let tag = cursor.tag()
            switch tag {
            case 1 << 3 | 2:
                let element = cursor.lengthDelimited()
                take(MemoryLayout<AnyValue>.stride, element)
                values.append(anyValue(element, depth: depth + 1))
            default: cursor.skipUnknown(tag, knownThrough: 1)
            }
        }
        close(cursor)
        return values
    }

    /// The pairs of a `KeyValueList` inside the `depth`-th `AnyValue`.
    mutating func keyValueList(_ range: Range<Int>, depth: Int) -> [KeyValue] {
        var pairs: [KeyValue] = []
        var cursor = WireCursor(bytes, range)
        while cursor.hasMore, problem == nil {
            let tag = cursor.tag()
            switch tag {
            case 1 << 3 | 2: pairs.append(keyValue(cursor.lengthDelimited(), depth: depth))
            default: cursor.skipUnknown(tag, knownThrough: 1)
            }
        }
        close(cursor)
        return pairs
    }
}
