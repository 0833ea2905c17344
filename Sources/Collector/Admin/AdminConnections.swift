import NIOConcurrencyHelpers
import NIOCore

/// The open connections of the admin port: few, and one more always finds room, so that nobody who forgets to close
/// shuts a probe out. The one that has been without a request for longest gives way.
final class AdminConnections: Sendable {
    /// Whoever watches comes alone, and a script that forgets to close must not take the files of the store.
    private static let countMax = 64

    private struct Connection: Sendable {
        var channel: any Channel
        /// Which one it was of all openings and answers: when it was opened, or got its last answer.
        var turn: Int
        /// Whether an answer is being made right now.
        var isAnswering = false

        /// Who is least goes first.
        var order: (Int, Int) { (isAnswering ? 1 : 0, turn) }
    }

    private struct State: Sendable {
        var connections: [Int: Connection] = [:]
        private var turns = 0

        private mutating func nextTurn() -> Int {
            turns += 1
            return turns
        }

        /// - Returns: what the connection is known by
        mutating func insert(_ channel: any Channel) -> Int {
            let turn = nextTurn()
            connections[turn] = Connection(channel: channel, turn: turn)
            return turn
        }

        mutating func removeLongestWaiting() -> (any Channel)? {
            guard let longest = connections.min(by: { $0.value.order < $1.value.order }) else { return nil }
            connections[longest.key] = nil
            return longest.value.channel
        }

        mutating func noteRequest(_ id: Int) { connections[id]?.isAnswering = true }

        mutating func noteAnswer(_ id: Int) {
            let turn = nextTurn()
            connections[id]?.turn = turn
            connections[id]?.isAnswering = false
        }
    }

    /// What a connection tells of itself.
    struct Place: Sendable {
        fileprivate let connections: AdminConnections
        fileprivate let id: Int

        /// A request has come, and is being answered.
        func noteRequest() { connections.state.withLockedValue { $0.noteRequest(id) } }

        /// The answer is written. A sender that does not read it waits like one that does not ask.
        func noteAnswer() { connections.state.withLockedValue { $0.noteAnswer(id) } }
    }

    private let state = NIOLockedValueBox(State())

    /// Takes a new connection in until it closes, and ends another one for it when there are enough.
    func admit(_ channel: any Channel) -> Place {
        let (id, ended) = state.withLockedValue { state -> (Int, (any Channel)?) in
            let isFull = state.connections.count >= Self.countMax
            let ended = isFull ? state.removeLongestWaiting() : nil
            return (state.insert(channel), ended)
        }
        // Without lingering: that keeps a file open, and a flood would have as many as it likes.
        ended?.pipeline.fireUserInboundEventTriggered(ConnectionEvent.end)
        channel.closeFuture.whenComplete { _ in self.remove(id) }
        return Place(connections: self, id: id)
    }

    private func remove(_ id: Int) { state.withLockedValue { $0.connections[id] = nil } }
}
