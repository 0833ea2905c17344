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

    /// Notes that a request came that is meant for the other port: it is taken, and its sender told of once.
    func receives(requestFor meant: Listener) {
        guard meant != listener, !hasToldOfPort else { return }
        hasToldOfPort = true
        let spoken = meant == .grpc ? "OTLP over gRPC" : "OTLP over HTTP"
        let (other, own) = meant == .grpc ? ("HTTP", "4317") : ("gRPC", "4318")
        service.senders.report(
            .wrongPort, of: Sender(source: peer.sourceName, address: peer.address), detail: spoken)
        service.notices.tell(
            SenderNotice(
                .otherPort,
                "\(spoken) came to the port for \(other), and was taken: other collectors do not do that, so "
                    + "give the sender the port of \(meant.option) (\(own) by default)"),
            source: peer.sourceName, protocolName: meant.protocolName)
    }
}
