package import Telemetry

extension ExportService {
    /// Decides on the head of a request whether its body may come: a refusal costs the least here.
    /// - Parameters:
    ///   - bodyBytes: what the sender announced; nil when it did not say
    /// - Returns: what the request will hold
    package func admit(_ source: ExportSource, bodyBytes: Int?) throws(Refusal) -> InFlightBytes.Charge {
        if let wait = source.admit() {
            throw Refusal(
                .rateLimited,
                "this source sends more than it may: send less, or give it a higher rate in the configuration",
                retryAfterSeconds: retryDelay.jittered(seconds: wait))
        }
        guard store.hasRoom(for: source.share) else { throw Refusal.overloaded }
        let charge = inFlight.charge(for: source.share)
        if let bodyBytes, charge.isTooLarge(with: bodyBytes) { throw Refusal.tooLargeForMemory }
        guard inFlight.hasRoom(for: source.share, bytes: bodyBytes ?? 0) else { throw Refusal.overloaded }
        return charge
    }

    /// Counts a refusal, and completes it with the time to wait when a retry would help.
    /// - Parameters:
    ///   - sender: the address of the connection
    ///   - source: who it was admitted as; nil where that is the address
    package func refuse(
        _ refusal: Refusal, sender: String, source: String? = nil, protocolName: String
    ) -> ExportOutcome {
        var refusal = refusal
        switch refusal.reason {
        case .overloaded, .unavailable, .stalled, .rateLimited:
            refusal.retryAfterSeconds =
                refusal.retryAfterSeconds ?? retryDelay.nextSeconds(backlogSeconds: store.backlogSeconds)
        default: break
        }
        refusal.message = Self.bounded(refusal.message)
        refusals.record(
            sender: sender, reason: refusal.told, message: refusal.message,
            protocolName: protocolName, source: source)
        return .refused(refusal)
    }
}

extension Refusal {
    /// Nothing more fits at this moment, or nothing more of this source.
    static let overloaded = Refusal(
        .overloaded, "the collector holds as many requests as it can: send it again later")

    /// It would not fit if nobody else sent anything: to send it again helps nobody.
    static let tooLargeForMemory = Refusal(
        .tooLarge,
        "the request needs more memory than the collector gives to one: send less in one, or raise "
            + "limits.in_flight_bytes")
}

extension InFlightBytes.Charge {
    /// Takes more memory for a request.
    /// - Throws: `overloaded` when there is none at this moment, `tooLarge` when there never is
    func pay(_ count: Int) throws(Refusal) {
        guard !grow(by: count) else { return }
        throw isTooLarge(with: count) ? Refusal.tooLargeForMemory : Refusal.overloaded
    }
}
