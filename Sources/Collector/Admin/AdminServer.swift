import Logging
import NIOCore

/// The admin port: HTTP/1.1, read-only, apart from the ports that senders reach.
final class AdminServer: Sendable {
    let address: ListenAddress
    private let channel: any Channel
    private let source: AdminSource

    private init(channel: any Channel, address: ListenAddress, source: AdminSource) {
        self.channel = channel
        self.address = address
        self.source = source
    }

    /// Accepts on a port that was taken before.
    static func start(
        on port: BoundPorts.Port, address: ListenAddress, headerSecondsMax: Int64, source: AdminSource,
        logger: Logger
    ) async throws(CollectorError) -> AdminServer {
        let setup = AdminSetup(
            source: source, isLoopback: address.isLoopback, headerSecondsMax: headerSecondsMax)
        do {
            try await port.accept { setup.configure($0) }
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

    /// `/readyz` says no from now on; the port stays open until the end.
    func noteDraining() { source.noteDraining() }

    func close() async { try? await channel.close() }
}
