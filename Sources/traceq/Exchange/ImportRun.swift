import Dispatch
import NIOConcurrencyHelpers
import Telemetry

/// Imports one file after another: reads requests on the calling thread and hands them to `deliver`, several at a
/// time.
struct ImportRun {
    /// What became of one request.
    enum Delivery: Sendable {
        case stored(DecodedRecord)
        /// The same request was stored before.
        case known(DecodedRecord)
        /// It can be read, but has nothing in it.
        case empty(RequestContent)
        /// The request cannot be read: its own fault.
        case bad(ImportError)
        /// Nothing can be stored at the moment: not the request's fault.
        case failed(CommandFailure)
        /// The import ended with a request before this one: nothing of it is stored.
        case dropped
    }

    /// What is known while requests are under way.
    struct State: Sendable {
        var counts = ImportCounts()
        var bad: [ImportError] = []
        var failure: CommandFailure?
        var refusalReason: String?
        /// What requests without items hold, and how many do.
        var empty: [RequestContent: Int] = [:]
    }

    /// Why the import of a file ended early.
    enum Stop: Error {
        case bad(ImportError)
        case failed(CommandFailure)
    }

    /// Bad requests of a file that are told one by one.
    static let badListedMax = 10

    /// Requests under way at the most, and how many bytes of one count as one more: together 64 MiB and a bit.
    private static let slots = 16
    private static let bytesOfSlot = 4 << 20

    var skipsBad: Bool
    var deliver: @Sendable (ImportRecord, RequestTurn) async -> Delivery
    /// Hears after each request that was read: what is known so far.
    var onProgress: (ImportCounts) -> Void

    /// - Returns: the state at the end of the file, and why it ended early, if it did
    func run(_ reader: any RecordSource) -> (state: State, stop: Stop?) {
        let state = NIOLockedValueBox(State())
        let free = DispatchSemaphore(value: Self.slots)
        let order = RequestOrder()
        var index = 0
        var stop: Stop?
        while stop == nil {
            do {
                guard let record = try reader.next() else { break }
                start(record, RequestTurn(order: order, index: index, skipsBad: skipsBad), state, free)
                index += 1
            } catch {
                guard error.isLocal, skipsBad else {
                    stop = .bad(error)
                    break
                }
                state.withLockedValue { $0.note(error) }
            }
            let seen = state.withLockedValue { $0 }
            onProgress(seen.counts)
            stop = earliest(seen)
        }
        for _ in 0..<Self.slots { free.wait() }
        for _ in 0..<Self.slots { free.signal() }
        // What is under way lies before what could not be read from the file.
        if let found = earliest(state.withLockedValue { $0 }) {
            stop = found
        } else if case .bad(let error)? = stop {
            state.withLockedValue { $0.note(error) }
        }
        return (state.withLockedValue { $0 }, stop)
    }

    /// Why requests that were handed on end the import.
    private func earliest(_ state: State) -> Stop? {
        if let failure = state.failure { return .failed(failure) }
        guard !skipsBad, let first = state.bad.first else { return nil }
        return .bad(first)
    }

    private func start(
        _ record: ImportRecord, _ turn: RequestTurn, _ state: NIOLockedValueBox<State>,
        _ free: DispatchSemaphore
    ) {
        let weight = min(Self.slots, 1 + record.bytes.count / Self.bytesOfSlot)
        for _ in 0..<weight { free.wait() }
        let deliver = deliver
        Task {
            let delivery = await deliver(record, turn)
            state.withLockedValue { $0.note(delivery) }
            for _ in 0..<weight { free.signal() }
        }
    }
}

extension ImportRun.State {
    mutating func note(_ error: ImportError) {
        counts.requests += 1
        counts.badRequests += 1
        // The earliest is the one to show: requests under way finish in any order.
        bad.append(error)
        bad.sort { ($0.record ?? 0) < ($1.record ?? 0) }
        if bad.count > ImportRun.badListedMax { bad.removeLast() }
    }

    mutating func note(_ delivery: ImportRun.Delivery) {
        switch delivery {
        case .bad(let error): note(error)
        case .failed(let reason): failure = failure ?? reason
        case .dropped: break
        case .empty(let content):
            counts.requests += 1
            empty[content, default: 0] += 1
        case .stored(let decoded):
            counts.requests += 1
            counts[decoded.signal].stored += decoded.items
            counts[decoded.signal].refused += decoded.refused
            refusalReason = refusalReason ?? decoded.reason
        case .known(let decoded):
            counts.requests += 1
            counts[decoded.signal].known += decoded.items
            counts[decoded.signal].refused += decoded.refused
        }
    }
}
