package import Logging
import NIOConcurrencyHelpers

/// Tells of what senders should change, once a sender and kind: whoever sends wrongly does so with every request.
package final class NoticeLog: Sendable {
    private struct Told: Hashable {
        var source: String
        var kind: SenderNotice.Kind
    }

    /// How many senders and kinds are remembered. Past that nothing more is told, so that a flood from forged
    /// addresses costs neither memory nor log.
    private static let toldMax = 8_192

    private let logger: Logger
    private let told = NIOLockedValueBox<Set<Told>>([])

    package init(logger: Logger) {
        self.logger = logger
    }

    /// - Returns: whether the sender is told for the first time
    @discardableResult
    package func tell(_ notice: SenderNotice, source: String, protocolName: String) -> Bool {
        let isNew = told.withLockedValue { told in
            told.count < Self.toldMax && told.insert(Told(source: source, kind: notice.kind)).inserted
        }
        guard isNew else { return false }
        logger.warning(
            "sender.notice",
            metadata: [
                "sender": .string(source), "kind": .string(notice.kind.rawValue),
                "protocol": .string(protocolName), "message": .string(notice.message),
            ])
        return true
    }
}
