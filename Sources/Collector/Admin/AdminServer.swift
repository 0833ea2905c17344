import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The admin port: HTTP/1.1, read-only, apart from the ports that senders reach.
final class AdminServer: Sendable {
    let address: ListenAddress
    private let channel: any Channel
    private let source: AdminSource

    /// Whoever watches comes alone, and a script that forgets to close must not take the files of the store.
    private static let connectionsMax = 64

    private init(channel: any Channel, address: ListenAddress, source: AdminSource) {
        self.channel = channel
        self.address = address
        self.source = source
    }

    /// Accepts on a port that was taken before.
    static func start(
        on port: BoundPorts.Port, address: ListenAddress, source: AdminSource, logger: Logger
    ) async throws(CollectorError) -> AdminServer {
        let open = OpenConnections()
        do {
            try await port.accept { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard open.take(atMost: connectionsMax) else { throw Full() }
                    channel.closeFuture.whenComplete { _ in open.giveBack() }
                    try configure(channel, source: source, isLoopback: address.isLoopback)
                }
            }
        } catch {
            throw CollectorError(binding: address, option: "--listen-admin", error)
        }
        logger.info("listening", metadata: ["address": "\(address)", "protocol": "admin"])
        if !address.isLoopback {
            logger.warning(
                "listening.open",
                metadata: [
                    "address": "\(address)", "protocol": "admin",
                    "message": "everybody who reaches this address can read who sends, and how much",
                ])
        }
        return AdminServer(channel: port.channel, address: address, source: source)
    }

    private static func configure(
        _ channel: any Channel, source: AdminSource, isLoopback: Bool
    ) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 8 << 10
        limits.maxHeaderListSize = 16 << 10
        limits.maxHeaderFieldCount = 64
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)
        try channel.pipeline.syncOperations.addHandlers(
            HTTPResponseEncoder(), ByteToMessageHandler(decoder), HTTPServerPipelineHandler(),
            AdminHandler(source: source, isLoopback: isLoopback, channel: channel))
    }

    /// Too many connections: closed without an answer.
    private struct Full: Error {}

    private final class OpenConnections: Sendable {
        private let count = Atomic<Int>(0)

        func take(atMost limit: Int) -> Bool {
            if count.wrappingAdd(1, ordering: .relaxed).newValue <= limit { return true }
            giveBack()
            return false
        }

        func giveBack() { count.wrappingSubtract(1, ordering: .relaxed) }
    }

    /// `/readyz` says no from now on; the port stays open until the end.
    func noteDraining() { source.noteDraining() }

    func close() async { try? await channel.close() }
}
