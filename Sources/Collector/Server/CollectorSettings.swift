import NIOCore
package import Telemetry

/// Every limit and choice that the servers work by. The defaults are what runs without configuration.
package struct CollectorSettings: Sendable {
    package var grpcAddress = ListenAddress(host: "127.0.0.1", port: 4317)
    package var httpAddress = ListenAddress(host: "127.0.0.1", port: 4318)
    /// Where senders of Zipkin's spans expect a receiver; nil: nowhere, but the port for HTTP takes them, too.
    package var zipkinAddress: ListenAddress? = ListenAddress(host: "127.0.0.1", port: 9411)
    /// Whether the collector does without that port when another program has it, as Zipkin itself may: where nobody
    /// asked for the port.
    package var isZipkinOptional = true
    /// Where the collector tells about itself, read-only; nil: nowhere.
    package var adminAddress: ListenAddress? = ListenAddress(host: "127.0.0.1", port: 4319)
    /// Whether the collector does without that port when another program has it: where nobody asked for the port, a
    /// second collector must not fail for it.
    package var isAdminOptional = true

    /// Certificate and key for all ports but that of the admin. Without them they speak plain text, and TLS is refused.
    package var tls = TLSSettings()
    /// The web pages that may send: none, unless they are named.
    package var cors = CORSPolicy()

    /// The largest request, decompressed. 64 MiB is what OTLP recommends to receivers.
    package var maxBodyBytes = 64 << 20
    package var decoder = ProtobufDecoder.cursor

    /// What senders prove who they are with; none: everybody who reaches a port may send.
    package var credentials: [Credential] = []
    /// What is taken out of telemetry before it is stored.
    package var redaction = Redaction()

    /// Memory that requests may hold at one moment, over all connections: what has come of a body, what it becomes
    /// decompressed and decoded, and its spans until they are in a segment. At least four times `maxBodyBytes`.
    /// 256 MiB suits the smallest machine we run on.
    package var inFlightBytesMax = 256 << 20
    /// The same in force: without a word of the user's about it, it grows with the requests.
    package var inFlightBytesInForce: Int { max(inFlightBytesMax, 4 * maxBodyBytes) }
    /// What a body may become when it is decompressed, for each of its bytes, beyond the first MiB. 200: telemetry
    /// becomes 5 to 30 times as large, deflate's best is 1,032.
    package var decompressionRatioMax = 200
    /// What each source may send in the long run: no limit, unless somebody sets one.
    package var sourceRates = SourceRates()
    /// Series of metrics that are told apart of each source in a day; points of more go into one series of their metric.
    /// 100,000: a fleet of 3,000 nodes with thirty each, behind one gateway.
    package var seriesPerSourceMax = 100_000
    /// Spans or log records that are taken of one request: as many as make a segment; those beyond are refused alone.
    package var spansPerRequestMax = 65_536
    /// Attributes that are kept of a span, log record, point, event, link, resource or scope, and events and links of a
    /// span, each: eight times what SDKs let through, so that whoever raised that on purpose loses nothing. What is left
    /// out is counted in `dropped_attributes_count` and its like.
    package var attributesPerSpanMax = 1_024
    package var eventsPerSpanMax = 1_024
    package var linksPerSpanMax = 1_024
    /// Bytes that are kept of a text or bytes value of such an attribute, of a name, and of a message, at least 256: of a
    /// longer text the beginning stays, and how long it was. 256 KiB holds every stack trace.
    package var valueBytesMax = 256 << 10

    /// Connections to all ports together. 4,096 holds a fleet of 3,000 nodes, also behind one gateway on this machine, which
    /// gets three quarters of them: see `ConnectionShares`.
    package var connectionsMax = 4_096
    /// Connections from one address other than loopback.
    package var connectionsPerPeerMax = 64

    /// All header fields of a request together; one HTTP/1 field may take half of it.
    package var headerBytesMax = 32 << 10
    /// Header fields of an HTTP/1 request: one of OTLP has a dozen.
    package var headerFieldsMax = 64
    /// Requests that one HTTP/2 connection may have open at a time. 128: exporters send one after another, and a
    /// collector in front has ten under way.
    package var http2StreamsMax = 128

    /// From the first byte of a request (or from the connection) to the end of its header.
    package var headerSecondsMax: Int64 = 5
    /// A body must make `bodyProgressBytesMin` of progress in each such period.
    package var bodyStallSecondsMax: Int64 = 30
    /// 1 KiB a second: slower than any link that telemetry should be sent over.
    package var bodyProgressBytesMin = 30 << 10
    /// How long an HTTP/1 connection is kept without a request.
    package var idleSecondsMax: Int64 = 60
    /// How long an HTTP/2 connection is kept without a request.
    package var grpcIdleSecondsMax: Int64 = 300
    /// How old an HTTP/2 connection may become, plus or minus a tenth; then its sender is told to make a new one.
    package var http2AgeSecondsMax: Int64 = 1_800
    /// How long the calls of an HTTP/2 connection may take once it has been told to end.
    package var http2GraceSecondsMax: Int64 = 30
    /// How long a sender may leave its answers unread while more of them wait than its socket holds.
    package var answerSecondsMax: Int64 = 30
    /// How long the rest of a refused request is read and thrown away, so that the sender, who reads the
    /// answer only after it has sent everything, gets to see it.
    package var lingerSecondsMax: Int64 = 10
    /// How long a connection without a request is kept after the order to stop. Over HTTP/1 only an answer can say that
    /// the connection ends, and who sends every second or more often gets one.
    package var drainIdleSecondsMax: Int64 = 1
    /// How long requests that are on their way may take after the order to stop.
    package var drainSecondsMax: Int64 = 10

    /// Threads that own sockets.
    package var eventLoopThreads = System.coreCount

    package init() {}

    /// Of a source that has no rate of its own; 0: as many as come.
    package var sourceRequestsPerSecond: Int {
        get { Int(sourceRates.others?.requestsPerSecond ?? 0) }
        set { sourceRates.setOthers(\.requestsPerSecond, newValue > 0 ? Double(newValue) : nil) }
    }

    /// Of bodies as they come over the wire, of a source that has no rate of its own; 0: as many as come.
    package var sourceBytesPerSecond: Int {
        get { Int(sourceRates.others?.bytesPerSecond ?? 0) }
        set { sourceRates.setOthers(\.bytesPerSecond, newValue > 0 ? Double(newValue) : nil) }
    }

    /// What decoders accept.
    var decodeLimits: DecodeLimits {
        var limits = DecodeLimits()
        limits.spansMax = spansPerRequestMax
        limits.attributesMax = attributesPerSpanMax
        limits.eventsMax = eventsPerSpanMax
        limits.linksMax = linksPerSpanMax
        limits.valueBytesMax = max(valueBytesMax, 256)
        return limits
    }
}
