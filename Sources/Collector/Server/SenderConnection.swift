import NIOCore

/// What all requests of a connection have in common. Event loop only.
final class SenderConnection {
    let service: ExportService
    let settings: CollectorSettings
    let peer: Peer
    private let listener: Listener
    private var hasToldOfPort = false

    init(service: ExportService, settings: CollectorSettings, peer: Peer, listener: Listener) {
        self.service = service
        self.settings = settings
        self.peer = peer
        self.listener = listener
    }

    /// Notes that a request came that is meant for another port: it is taken, and its sender told of once.
    func receives(requestFor meant: Listener) {
        // Which of the two a request over HTTP is for shows in its path.
        guard meant != listener, !(meant == .http && listener == .zipkin) else { return }
        tell(meant)
    }

    /// Notes where a request over HTTP goes. Zipkin's spans are at home on both ports for HTTP.
    func receives(_ route: ExportRoute) {
        if listener == .zipkin, route != .zipkin { tell(.http) }
    }

    private func tell(_ meant: Listener) {
        guard !hasToldOfPort else { return }
        hasToldOfPort = true
        let sent = meant.telemetry
        service.senders.report(
            .wrongPort, of: Sender(source: peer.sourceName, address: peer.address), detail: sent)
        service.notices.tell(
            SenderNotice(
                .otherPort,
                "\(sent) came to the port for \(listener.telemetry), and was taken: other collectors do not do "
                    + "that, so give the sender the port of \(meant.option) (\(meant.usualPort) by default)"),
            source: peer.sourceName, protocolName: meant.protocolName)
    }
}
