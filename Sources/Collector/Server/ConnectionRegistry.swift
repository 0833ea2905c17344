import Logging
import NIOConcurrencyHelpers
import NIOCore

/// The open connections of all ports: limits their number, and ends them all in the end.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var shares: ConnectionShares
        var isDraining = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// A connection over a limit: closed without an answer.
    struct Refused: Error {}

    private let refusals: RefusalLog
    private let state: NIOLockedValueBox<State>

    init(settings: CollectorSettings, refusals: RefusalLog) {
        self.refusals = refusals
        let shares = ConnectionShares(
            totalMax: settings.connectionsMax, perAddressMax: settings.connectionsPerPeerMax)
        state = NIOLockedValueBox(State(shares: shares))
    }

    var count: Int { state.withLockedValue { $0.channels.count } }

    /// Takes a new connection in until it closes.
    ///
    /// - Returns: whether it was accepted at the last moment, and has to be told to end like those that are told already
    func admit(_ channel: any Channel) throws(Refused) -> Bool {
        let address = PeerAddress.text(of: channel)
        let result = state.withLockedValue { state in
            Result { () throws(ConnectionShares.Excess) in
                try state.shares.take(address)
                state.channels[ObjectIdentifier(channel)] = channel
                return state.isDraining
            }
        }
        switch result {
        case .success(let isDraining):
            let id = ObjectIdentifier(channel)
            channel.closeFuture.whenComplete { _ in self.remove(id, address) }
            return isDraining
        case .failure(let excess):
            refusals.record(
                sender: address, reason: .tooManyConnections, message: Self.message(excess),
                protocolName: "tcp")
            throw Refused()
        }
    }

    private static func message(_ excess: ConnectionShares.Excess) -> String {
        switch excess {
        case .all: "the collector has as many connections as it takes: share connections between senders"
        case .network:
            "this address has most of the connections that the collector takes, and the rest is for others: share "
                + "connections between senders, or raise limits.connections"
        case .address:
            "this address has as many connections as one may have: share connections between senders, or raise "
                + "limits.connections_per_peer"
        }
    }

    private func remove(_ id: ObjectIdentifier, _ address: String) {
        let waiters = state.withLockedValue { state -> [CheckedContinuation<Void, Never>] in
            state.channels[id] = nil
            state.shares.giveBack(address)
            guard state.channels.isEmpty else { return [] }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Tells every connection to end after what it is doing.
    func drain() {
        let channels = state.withLockedValue { state in
            state.isDraining = true
            return Array(state.channels.values)
        }
        for channel in channels {
            channel.pipeline.fireUserInboundEventTriggered(ConnectionEvent.drain)
        }
    }

    /// Ends every connection now.
    func closeAll() {
        let channels = state.withLockedValue { Array($0.channels.values) }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(ConnectionEvent.end) }
    }

    /// Returns when no connection is left.
    func waitUntilEmpty() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLockedValue { state in
                if !state.channels.isEmpty { state.waiters.append(continuation) }
                return state.channels.isEmpty
            }
            if isEmpty { continuation.resume() }
        }
    }
}
