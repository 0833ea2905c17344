/// Why a request body could not be decoded. The sender's doing and not worth a retry, but for `noMemory`.
package struct DecodeError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        case malformedProtobuf
        case malformedJSON
        /// Nested deeper than `DecodeLimits.maxDepth`.
        case tooDeep
        /// More messages or bytes than the limits allow.
        case tooLarge
        /// There is no memory to decode it at the moment.
        case noMemory
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
