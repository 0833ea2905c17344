package import Telemetry

/// What to do about a finding: a sentence for whoever reads it, and the line to change, where one can be named.
///
/// Names in capitals stand for what only the reader knows.
package struct SenderAdvice: Hashable, Sendable {
    /// What is wrong: lower case, without a full stop.
    package var problem: String
    /// Where the lines belong: "in its environment".
    package var place: String?
    /// The lines, as they stand there.
    package var lines: [String] = []

    init(_ problem: String, place: String? = nil, lines: [String] = []) {
        self.problem = problem
        self.place = place
        self.lines = lines
    }

    init(_ problem: String, _ setting: SenderSetting?) {
        self.init(problem, place: setting?.place, lines: setting?.lines ?? [])
    }

    /// About whom a finding is, and about what of it.
    package struct Subject: Hashable, Sendable {
        package var software: SenderSoftware
        /// `telemetry.sdk.language`.
        package var language: String?
        /// Nil for what is about the sender as a whole.
        package var service: SendingService?
        /// In which signals it was found; none of them for what is not about a signal.
        package var signals: SignalSet
        /// Nil for what was no refusal.
        package var reason: RefusalReason?

        package init(
            software: SenderSoftware, language: String? = nil, service: SendingService? = nil,
            signals: SignalSet = [], reason: RefusalReason? = nil
        ) {
            self.software = software
            self.language = language
            self.service = service
            self.signals = signals
            self.reason = reason
        }
    }

    /// - Parameters:
    ///   - detail: see `SenderFinding`; may come from the sender, so escape what is shown of it
    ///   - endpoints: where telemetry is taken
    package init(
        _ finding: SenderFinding, detail: String, of subject: Subject, endpoints: SenderEndpoints
    ) {
        let shown = DisplayText.escaped(detail)
        let because = shown.isEmpty ? "" : ": \(shown)"
        let software = subject.software
        switch finding {
        case .wrongPath:
            self.init(
                "sends to a path that is not OTLP's\(because)", endpoints.setting(software, subject.signals))
        case .wrongSignalPath:
            self.init(
                "sends one signal to the path of another\(because)",
                endpoints.setting(software, subject.signals))
        case .wrongPort:
            self.init("speaks another protocol than the port is for\(because)", endpoints.setting(software))
        case .tlsToPlainPort:
            self.init("speaks TLS, and the port does not", endpoints.setting(software))
        case .plainToTLSPort:
            self.init("speaks plain text, and the port takes TLS", endpoints.setting(software))
        case .untrustedCertificate:
            self.init("gets no TLS with the collector\(because)", SenderSetting.authority(software))
        case .clientCertificate:
            self.init(
                "gets no TLS with the collector\(because)", SenderSetting.clientCertificate(software))
        case .tlsHandshake: self.init("gets no TLS with the collector\(because)")
        case .otherProtocol:
            self.init(
                "speaks a protocol that is not taken\(because)", endpoints.setting(insteadOf: subject.reason)
            )
        case .wrongContentType:
            self.init(
                "sends a body that is not what its Content-Type says\(because)",
                SenderSetting.contentType(software))
        case .wrongContentEncoding:
            self.init(
                "sends a body that is not compressed as its Content-Encoding says\(because)",
                SenderSetting.contentEncoding(software))
        case .unauthenticated:
            self.init("shows no credential, or a wrong one\(because)", SenderSetting.credential(software))
        case .looseJSON:
            self.init("sends JSON that OTLP does not allow; it is understood all the same\(because)")
        case .unknownFields:
            self.init("sends requests that hold nothing of OTLP; they are answered with success\(because)")
        case .tooManySeries:
            self.init("sends too many series of metrics\(because)", SenderSetting.moreSeries)
        case .refused: self.init("was refused\(because)", SenderSetting.refused(subject))
        case .uncompressed:
            self.init("sends large bodies without compression\(because)", SenderSetting.compression(software))
        case .smallRequests:
            self.init("sends many very small requests\(because)", SenderSetting.batching(subject))
        case .repeats:
            self.init(
                "sends requests again that were stored\(because); its time-out may be too short",
                SenderSetting.timeout(software))
        default:
            self = Self.aboutData(finding, because, subject)
        }
    }
}
