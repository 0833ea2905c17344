import Foundation
import OTLPModel
import Telemetry
import TestSupport

/// Files in `Tests/Fixtures`.
enum Fixture {
    static func bytes(_ path: String) throws -> [UInt8] {
        try Array(Data(contentsOf: Repository.root.appending(path: "Tests/Fixtures/\(path)")))
    }

    /// A request that lies there as OTLP/JSON.
    static func traces(_ path: String) throws -> ExportTraceServiceRequest {
        let json = try bytes(path)
        return try decodeTraceRequest(json: json.span)
    }
}
