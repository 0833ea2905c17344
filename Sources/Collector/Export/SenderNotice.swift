/// Something that a sender should change although its request was taken: told once a sender, in the log and in the
/// answer.
package struct SenderNotice: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A request came to the port that is meant for others.
        case otherPort = "other_port"
        /// A path that is not quite OTLP's.
        case wrongPath = "wrong_path"
        /// The body is of another signal than the path.
        case wrongSignalPath = "wrong_signal_path"
        /// A body that is compressed without saying so.
        case undeclaredEncoding = "undeclared_encoding"
        /// OTLP/JSON has numbers for enum values.
        case enumNames = "enum_names"
        /// OTLP/JSON has keys in lowerCamelCase.
        case snakeCase = "snake_case"
        /// Times that are no nanoseconds.
        case timeUnit = "time_unit"
        /// A parent id of zeros instead of none.
        case zeroParent = "zero_parent"
        /// Points of more series than the source may have.
        case tooManySeries = "too_many_series"
        /// Nothing in the body but keys or fields that OTLP does not have.
        case unknownFields = "unknown_fields"
    }

    package var kind: Kind
    /// What is wrong and what to change: lower case, one line.
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}

extension SenderNotice.Kind {
    /// Whether each answer tells of it: nothing of such a request is stored, and its sender would never know.
    var isToldAlways: Bool { self == .unknownFields }

    /// What `doctor` makes of it; nil for what it finds out by looking at what is sent.
    var finding: SenderFinding? {
        switch self {
        case .otherPort: .wrongPort
        case .wrongPath: .wrongPath
        case .wrongSignalPath: .wrongSignalPath
        case .undeclaredEncoding: .wrongContentEncoding
        case .enumNames, .snakeCase: .looseJSON
        case .unknownFields: .unknownFields
        case .tooManySeries: .tooManySeries
        case .timeUnit, .zeroParent: nil
        }
    }
}
