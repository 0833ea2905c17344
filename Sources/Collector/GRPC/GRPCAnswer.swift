package import NIOHPACK
import OTLPModel
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
        case .accepted(let rejectedSpans, let text):
            code = .ok
            message = ExportResponse.protobuf(rejectedSpans: rejectedSpans, message: text)
            trailers = Self.okTrailers
        case .refused(let refusal):
            code = GRPCCode(refusal.reason)
            message = nil
            trailers = [
                "grpc-status": String(code.rawValue),
                "grpc-message": Self.percentEncoded(refusal.message),
            ]
            if let seconds = refusal.retryAfterSeconds {
                let details = Self.retryDetails(code, refusal.message, seconds: seconds)
                trailers.add(name: "grpc-status-details-bin", value: Base64.encoded(details))
            }
            if refusal.reason == .unsupportedEncoding {
                trailers.add(name: "grpc-accept-encoding", value: "gzip,identity")
            }
        }
    }

    private static let okTrailers: HPACKHeaders = ["grpc-status": "0"]

    /// `google.rpc.Status { int32 code = 1; string message = 2; repeated Any details = 3; }` with one
    /// `google.rpc.RetryInfo { Duration retry_delay = 1; }`, where `Duration { int64 seconds = 1; }`.
    private static func retryDetails(_ code: GRPCCode, _ message: String, seconds: Int) -> [UInt8] {
        var retryInfo = ProtobufWriter()
        retryInfo.message(1) { $0.varint(1, UInt64(seconds)) }
        var status = ProtobufWriter()
        status.int32(1, Int32(code.rawValue))
        status.string(2, message)
        status.message(3) { any in
            any.string(1, "type.googleapis.com/google.rpc.RetryInfo")
            any.bytes(2, retryInfo.bytes)
        }
        return status.bytes
    }

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
