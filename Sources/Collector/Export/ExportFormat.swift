/// How a request's body is written.
package enum ExportFormat: Sendable {
    case protobuf
    case json

    package var mediaType: String {
        switch self {
        case .protobuf: "application/x-protobuf"
        case .json: "application/json"
        }
    }
}
