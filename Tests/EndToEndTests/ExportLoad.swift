import Glibc
import Synchronization
import TestSupport

/// One connection's exporter: makes requests and sends each again, byte for byte, until it is
/// acknowledged, however often the collector dies.
struct ExportLoad: Sendable {
    struct Request: Sendable {
        var trace: String
        var spanIDs: [String]
        var body: [UInt8]
    }

    private let connection: Int
    private var generator: SeededGenerator
    private var spanCount: UInt64 = 0
    private var traceID: [UInt8] = []

    /// The request that was sent and not acknowledged yet.
    private(set) var pending: Request?
    /// Acknowledged spans of each trace.
    private(set) var acknowledged: [String: Set<String>] = [:]
    /// An answer that was neither an acknowledgement nor a wish to try again.
    private(set) var refusal: String?

    init(connection: Int, seed: UInt64) {
        self.connection = connection
        generator = SeededGenerator(seed: seed &+ UInt64(connection) &* 0x1000)
    }

    /// All spans from here on belong to a trace of this round.
    mutating func begin(round: Int) {
        traceID = SampleRequest.id(UInt64(round) << 16 | UInt64(connection), count: 16)
    }

    /// The trace of this round.
    var trace: String { SampleRequest.hex(traceID) }

    /// Sends request after request until the connection breaks or `killer`, if there is one, has had its moment.
    mutating func sendUntilBroken(port: Int, killer: Killer? = nil) {
        guard var connection = try? HTTPConnection(port: port) else { return }
        while refusal == nil, killer?.hasStruck != true {
            guard sendOne(over: &connection) else { return }
            killer?.countAcknowledgement()
        }
    }

    /// Lets each of several connections work on a thread of its own.
    static func each(
        _ loads: [ExportLoad], _ work: @escaping @Sendable (inout ExportLoad) -> Void
    ) async -> [ExportLoad] {
        await withTaskGroup(of: (Int, ExportLoad).self) { group in
            for (index, load) in loads.enumerated() {
                group.addTask {
                    await onOwnThread {
                        var worked = load
                        work(&worked)
                        return (index, worked)
                    }
                }
            }
            var results = loads
            for await (index, load) in group { results[index] = load }
            return results
        }
    }

    /// Sends what is pending, if anything is, until it is acknowledged.
    mutating func sendPending(port: Int) {
        guard pending != nil, var connection = try? HTTPConnection(port: port) else { return }
        _ = sendOne(over: &connection)
    }

    /// Whether the request was acknowledged; false when the connection is of no more use.
    private mutating func sendOne(over connection: inout HTTPConnection) -> Bool {
        let request = pending ?? makeRequest()
        pending = request
        while true {
            guard
                let reply = try? connection.send(
                    "POST", "/v1/traces", headers: [("Content-Type", "application/x-protobuf")],
                    body: request.body)
            else { return false }
            switch reply.status {
            case 200:
                acknowledged[request.trace, default: []].formUnion(request.spanIDs)
                pending = nil
                return true
            case 429, 503:
                continue
            default:
                refusal = "\(reply.status): \(String(decoding: reply.body, as: UTF8.self))"
                return false
            }
        }
    }

    private mutating func makeRequest() -> Request {
        let count = Int.random(in: 1...64, using: &generator)
        let ids = (0..<count).map { _ in
            spanCount += 1
            return SampleRequest.id(UInt64(connection + 1) << 48 | spanCount, count: 8)
        }
        return Request(
            trace: trace, spanIDs: ids.map(SampleRequest.hex),
            body: SampleRequest.body(traceID: traceID, spanIDs: ids))
    }
}

/// Kills a process at a moment that nobody can foresee: some time after a chosen acknowledgement.
final class Killer: Sendable {
    private let process: ChildProcess
    private let acknowledgementsBefore: Int
    private let delay: Duration
    private let acknowledgements = Atomic(0)
    private let isDone = Atomic(false)

    init(of process: ChildProcess, acknowledgementsBefore: Int, delay: Duration) {
        self.process = process
        self.acknowledgementsBefore = acknowledgementsBefore
        self.delay = delay
    }

    var hasStruck: Bool { isDone.load(ordering: .acquiring) }

    /// Called by all connections, and kills in the call that reaches the number.
    func countAcknowledgement() {
        let (_, count) = acknowledgements.wrappingAdd(1, ordering: .acquiringAndReleasing)
        guard count == acknowledgementsBefore else { return }
        let clock = ContinuousClock()
        let moment = clock.now + delay
        while clock.now < moment {}
        process.send(SIGKILL)
        isDone.store(true, ordering: .releasing)
    }
}
