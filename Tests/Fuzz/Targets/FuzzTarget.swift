import OTLPModel
import Telemetry

/// What is fed with bytes of strangers. Each target reads them as the collector or a query would, and looks at what
/// must be true of the outcome.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case tracesProtobuf = "traces-protobuf"
    case metricsProtobuf = "metrics-protobuf"
    case logsProtobuf = "logs-protobuf"
    case tracesJSON = "traces-json"
    case metricsJSON = "metrics-json"
    case logsJSON = "logs-json"
    case zipkin
    /// A row of the journal, from its bytes to the answers of queries.
    case journal
    /// The chunks of a segment, for verification and for queries.
    case spanChunks = "span-chunks"
    case pointChunks = "point-chunks"
    case logChunks = "log-chunks"

    /// - Returns: what is not as it should be
    package func run(_ bytes: [UInt8]) -> [String] {
        switch self {
        case .tracesProtobuf: ProtobufCheck.traces(bytes)
        case .metricsProtobuf: ProtobufCheck.metrics(bytes)
        case .logsProtobuf: ProtobufCheck.logs(bytes)
        case .tracesJSON: JSONCheck.traces(bytes)
        case .metricsJSON: JSONCheck.metrics(bytes)
        case .logsJSON: JSONCheck.logs(bytes)
        case .zipkin: JSONCheck.zipkin(bytes)
        case .journal: StoredCheck.journal(bytes)
        case .spanChunks: StoredCheck.chunks(bytes, .traces)
        case .pointChunks: StoredCheck.chunks(bytes, .metrics)
        case .logChunks: StoredCheck.chunks(bytes, .logs)
        }
    }

    /// Sound inputs to begin with.
    package var seeds: [[UInt8]] {
        switch self {
        case .tracesProtobuf: FuzzSeeds.traces.map { $0.protobufBytes() }
        case .metricsProtobuf: FuzzSeeds.metrics.map { $0.protobufBytes() }
        case .logsProtobuf: FuzzSeeds.logs.map { $0.protobufBytes() }
        case .tracesJSON: FuzzSeeds.traces.map { Array(JSONNode($0).text.utf8) }
        case .metricsJSON: FuzzSeeds.metrics.map { Array(JSONNode($0).text.utf8) }
        case .logsJSON: FuzzSeeds.logs.map { Array(JSONNode($0).text.utf8) } + FuzzSeeds.logsJSON
        case .zipkin: FuzzSeeds.zipkin
        case .journal: FuzzSeeds.journalRows
        case .spanChunks: FuzzSeeds.segments(.traces)
        case .pointChunks: FuzzSeeds.segments(.metrics)
        case .logChunks: FuzzSeeds.segments(.logs)
        }
    }
}

/// Who sent everything.
let fuzzArrival = Arrival(
    receivedAt: UnixNanos(rawValue: 1_790_000_001_000_000_000), peerAddress: "192.0.2.7")
