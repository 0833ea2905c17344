/// The shape of a tree of messages, read once from the descriptors that protoc-c generated: what
/// `WireScan` needs to walk a body without recursion and without touching C memory.
package struct WireScanSchema: Sendable {
    /// How a field lies on the wire.
    enum Shape: Hashable, Sendable {
        case varint
        case fixed64
        case fixed32
        case bytes
        /// A submessage; the index is into `messages`.
        case message(Int)

        /// The wire type that a field of this shape must come with.
        var wireType: UInt64 {
            switch self {
            case .varint: 0
            case .fixed64: 1
            case .bytes, .message: 2
            case .fixed32: 5
            }
        }
    }

    struct Field: Hashable, Sendable {
        var shape: Shape
        var isRepeated: Bool
        /// Singular fields of one message have a slot each, 0...63; the members of a `oneof` share one.
        var slot: Int
        var isOneofMember: Bool

        /// Whether a length-delimited run of values may stand for the repeated field.
        var isPackable: Bool {
            switch shape {
            case .varint, .fixed32, .fixed64: isRepeated
            case .bytes, .message: false
            }
        }
    }

    struct Message: Sendable {
        /// Without the package, as in `Span.Event`.
        var name: String
        /// By field number; `nil` where no field has that number.
        var fields: [Field?]
        /// Whether it is `AnyValue`: the one message that contains itself, so the one that is counted.
        var isAnyValue: Bool

        @inline(__always)
        func field(_ number: UInt64) -> Field? {
            number < UInt64(fields.count) ? fields[Int(number)] : nil
        }
    }

    /// The first one is the root.
    var messages: [Message] = []

    init() {}
}
