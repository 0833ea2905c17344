package import NIOHPACK
import Telemetry

/// An answer to a gRPC call: the one place where outcomes become gRPC.
package struct GRPCAnswer: Sendable {
    package var code: GRPCCode
    /// Bytes of the response message; nil for an error, which has none.
    package var message: [UInt8]?
    /// `grpc-status` and what goes with it.
    package var trailers: HPACKHeaders

    package init(_ outcome: ExportOutcome) {
        switch outcome {
        case .accepted(let rejected, let text):
            self.init(message: ExportResponse.protobuf(rejected: rejected, message: text))
        case .refused(let refusal): self.init(refusal)
        }
    }

    /// A success with this message.
    package init(message: [UInt8]) {
        code = .ok
        self.message = message
        trailers = Self.okTrailers
    }

    private init(_ refusal: Refusal) {
        code = GRPCCode(refusal.reason)
        message = nil
        trailers = [
            "grpc-status": String(code.rawValue),
            "grpc-message": Self.percentEncoded(refusal.message),
        ]
        let details = refusal.details
        if !details.isEmpty {
            let status = ExportResponse.statusProtobuf(
                code: code.rawValue, message: refusal.message, details: details)
            trailers.add(name: "grpc-status-details-bin", value: Base64.encoded(status))
        }
        if refusal.reason == .unsupportedEncoding {
            trailers.add(name: "grpc-accept-encoding", value: BodyEncoding.accepted)
        }
    }

    private static let okTrailers: HPACKHeaders = ["grpc-status": "0"]

    /// As gRPC wants it in `grpc-message`: printable ASCII but `%` as it is, every other byte as `%XX`.
    package static func percentEncoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            if byte >= 0x20 && byte <= 0x7e && byte != UInt8(ascii: "%") {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" + digits : digits)
            }
        }
        return result
    }
}
