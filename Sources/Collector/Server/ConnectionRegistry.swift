import Logging
import NIOConcurrencyHelpers
import NIOCore

/// The open connections of all ports: limits their number, and ends them all in the end.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var countByPeer: [String: Int] = [:]
        var isDraining = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// A connection over a limit: closed without an answer.
    struct Refused: Error {}

    private let settings: CollectorSettings
    private let refusals: RefusalLog
    private let state = NIOLockedValueBox(State())

    init(settings: CollectorSettings, refusals: RefusalLog) {
        self.settings = settings
        self.refusals = refusals
    }

    var count: Int { state.withLockedValue { $0.channels.count } }

    /// Takes a new connection in until it closes.
    ///
    /// - Returns: whether it was accepted at the last moment, and has to be told to end like those that are told already
    func admit(_ channel: any Channel) throws(Refused) -> Bool {
        let peer = PeerAddress.text(of: channel)
        let isLocal = ListenAddress(host: peer, port: 0).isLoopback
        let isDraining = state.withLockedValue { state -> Bool? in
            guard state.channels.count < settings.connectionsMax else { return nil }
            let count = state.countByPeer[peer, default: 0]
            guard isLocal || count < settings.connectionsPerPeerMax else { return nil }
            state.countByPeer[peer] = count + 1
            state.channels[ObjectIdentifier(channel)] = channel
            return state.isDraining
        }
        guard let isDraining else {
            refusals.record(
                sender: peer, reason: "too_many_connections",
                message:
                    "the collector has as many connections as it takes: share connections between senders",
                protocolName: "tcp")
            throw Refused()
        }
        let id = ObjectIdentifier(channel)
        channel.closeFuture.whenComplete { _ in self.remove(id, peer) }
        return isDraining
    }

    private func remove(_ id: ObjectIdentifier, _ peer: String) {
        let waiters = state.withLockedValue { state -> [CheckedContinuation<Void, Never>] in
            state.channels[id] = nil
            if let count = state.countByPeer[peer] { state.countByPeer[peer] = count > 1 ? count - 1 : nil }
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
