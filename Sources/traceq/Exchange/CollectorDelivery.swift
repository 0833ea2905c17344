import Glibc
import Telemetry

/// Brings requests of files to a collector, over a few connections: a collector answers when something is on the disk, and
/// takes more in the meantime.
struct CollectorDelivery: Sendable {
    /// So many requests are under way at once. When the collector refuses one of them, those right behind it may have been
    /// stored; importing the file again stores nothing twice.
    static let connectionCount = 4
    /// A collector that is overloaded is asked again for so long: a minute.
    static let patienceNanos: Int64 = 60_000_000_000

    private let connections: [CollectorConnection]

    /// - Parameter patienceNanos: how long an overloaded collector is asked again with one request
    init(
        url text: String, patienceNanos: Int64 = CollectorDelivery.patienceNanos
    ) throws(CommandFailure) {
        let url = try CollectorURL(text)
        connections = (0..<Self.connectionCount).map { _ in
            CollectorConnection(url: url, patienceNanos: patienceNanos)
        }
    }

    /// Sends a request after all before it were taken, but for the last few.
    func deliver(_ record: ImportRecord, _ turn: RequestTurn) async -> ImportRun.Delivery {
        // Decoded here as well: to know what is bad before it is sent, and to count.
        let decoded: DecodedRecord
        do {
            decoded = try DecodedRecord(record, receivedAt: ProcessEnvironment.now())
        } catch {
            return await turn.refuse(
                ImportError(
                    record: record.number, offset: record.offset, message: error.message, isLocal: true))
        }
        turn.isRead()
        guard await turn.comes(ahead: Self.connectionCount - 1) else { return .dropped }
        if let content = RequestContent(of: record, decoded) {
            turn.pass()
            return .empty(content)
        }
        // Of those that may be under way no two have the same.
        let delivery = await connections[turn.index % Self.connectionCount].send(record, decoded)
        switch delivery {
        case .bad(let error): return await turn.refuse(error)
        case .failed: turn.end()
        case .stored, .known, .empty, .dropped: turn.pass()
        }
        return delivery
    }
}

/// One connection to a collector; opened with the first request.
actor CollectorConnection {
    /// Sending blocks: not a thread of Swift's pool.
    private let executor = SerialExecutorQueue(label: "traceq.import.send")
    private let url: CollectorURL
    private var poster: HTTPPoster
    private let patienceNanos: Int64

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(url: CollectorURL, patienceNanos: Int64) {
        self.url = url
        self.patienceNanos = patienceNanos
        poster = HTTPPoster(url)
    }

    /// Sends a request, and waits for its answer.
    func send(_ record: ImportRecord, _ decoded: DecodedRecord) -> ImportRun.Delivery {
        let type = record.isJSON ? "application/json" : "application/x-protobuf"
        let giveUp = ProcessEnvironment.monotonicNanos() + patienceNanos
        while true {
            let reply: HTTPPoster.Reply
            do {
                reply = try poster.post(
                    record.bytes, to: url.path(of: decoded.signal), contentType: type)
            } catch {
                return .failed(
                    CommandFailure(.database, "cannot send to \(url.authority): \(error.message)"))
            }
            switch reply.status {
            case 200: return .stored(decoded)
            case 400, 413:
                return .bad(
                    ImportError(
                        record: record.number, offset: record.offset,
                        message: "\(url.authority) answers \(reply.status)", isLocal: true))
            case 429, 502, 503, 504:
                let left = giveUp - ProcessEnvironment.monotonicNanos()
                guard left > 0 else {
                    return .failed(
                        CommandFailure(
                            .database,
                            "\(url.authority) answers \(reply.status), and did so for "
                                + "\(patienceNanos / 1_000_000_000) s"))
                }
                let wait = Int64(min(max(reply.retryAfter ?? 1, 1), 30)) * 1_000_000_000
                usleep(UInt32(min(wait, left) / 1_000))
            default:
                return .failed(CommandFailure(.database, "\(url.authority) answers \(reply.status)"))
            }
        }
    }
}
