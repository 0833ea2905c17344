package import OTLPModel

/// A request of OTLP, of whichever signal, in each of its encodings.
package protocol OTLPRequest {
    func protobufBytes() -> [UInt8]
    var json: JSONNode { get }
}

extension ExportTraceServiceRequest: OTLPRequest {
    package var json: JSONNode { JSONNode(self) }
}

extension ExportMetricsServiceRequest: OTLPRequest {
    package var json: JSONNode { JSONNode(self) }
}

extension ExportLogsServiceRequest: OTLPRequest {
    package var json: JSONNode { JSONNode(self) }
}
