/// Why a request body could not be decoded. Always the sender's doing, never worth a retry.
package struct DecodeError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        case malformedProtobuf
        case malformedJSON
        /// Nested deeper than `DecodeLimits.maxDepth`.
        case tooDeep
        /// More messages or bytes than the limits allow.
        case tooLarge
    }

    package var code: Code
    /// What is wrong and where: lower case, one line.
    package var message: String
    /// The path of the field in a JSON body; empty when nobody knows.
    package var field: String

    package init(_ code: Code, _ message: String, field: String = "") {
        self.code = code
        self.message = message
        self.field = field
    }

    package var description: String { message }
}

/// What a decoder accepts at the most.
package struct DecodeLimits: Sendable {
    /// How deep arrays and key-value lists may nest in an attribute. 64: four times what any emitter
    /// was seen to use, and shallow enough for every stack.
    package var maxDepth = 64

    package init() {}
}
