import Telemetry

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

    /// - Parameters:
    ///   - detail: see `SenderFinding`; may come from the sender, so escape what is shown of it
    ///   - endpoints: where telemetry is taken
    package init(
        _ finding: SenderFinding, detail: String, software: SenderSoftware, service: SendingService?,
        endpoints: SenderEndpoints
    ) {
        let shown = DisplayText.escaped(detail)
        let because = shown.isEmpty ? "" : ": \(shown)"
        switch finding {
        case .wrongPath:
            self.init("sends to a path that is not OTLP's\(because)", endpoints.setting(software))
        case .wrongSignalPath:
            self.init("sends one signal to the path of another\(because)", endpoints.setting(software))
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
            self.init("speaks a protocol that is not taken\(because)", endpoints.setting(insteadOf: detail))
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
        case .refused: self.init("was refused\(because)", SenderSetting.refused(detail, software))
        case .uncompressed:
            self.init("sends large bodies without compression\(because)", SenderSetting.compression(software))
        case .smallRequests:
            self.init("sends many very small requests\(because)", SenderSetting.batching(software))
        case .repeats:
            self.init(
                "sends requests again that were stored\(because); its time-out may be too short",
                SenderSetting.timeout(software))
        default:
            self = Self.aboutData(finding, because, software, service)
        }
    }

    private static func aboutData(
        _ finding: SenderFinding, _ because: String, _ software: SenderSoftware, _ service: SendingService?
    ) -> SenderAdvice {
        let own = service?.name.map { DisplayText.escaped($0) } ?? "unknown_service"
        switch finding {
        case .noServiceName:
            return SenderAdvice(
                "has no service.name of its own: it is stored as \(own)", SenderSetting.serviceName(software))
        case .noInstanceID:
            return SenderAdvice(
                "does not say which instance it is: it is told from others by its address only",
                SenderSetting.instanceID(software))
        case .duplicateServiceName:
            return SenderAdvice(
                "has service.name more than once\(because); the last one counts",
                SenderSetting.serviceName(software))
        case .rejectedItems: return SenderAdvice("had items refused alone, the others were stored\(because)")
        case .timesNotNanoseconds:
            return SenderAdvice(
                "has times that are no nanoseconds since 1970\(because); they are stored as they came",
                place: "in the code that fills start_time_unix_nano, end_time_unix_nano, time_unix_nano",
                lines: ["time_unix_nano = seconds * 1_000_000_000 + nanoseconds"])
        case .noStartTime: return SenderAdvice("has spans without a start: no window finds them")
        case .endsBeforeStart:
            return SenderAdvice("has spans that end before they start: their durations count as 0")
        case .clockSkew:
            return SenderAdvice(
                "has a clock that differs from this machine's\(because)", place: "on that machine",
                lines: ["timedatectl set-ntp true"])
        case .noPropagation:
            return SenderAdvice(
                "begins a new trace for each request that it serves\(because): what is in front of it sends no "
                    + "traceparent, or it does not read it", SenderSetting.propagation(software))
        case .emptyAttributes:
            return SenderAdvice(
                "has attributes that are empty\(because); leave them out where there is no value",
                SenderSetting.attributes(software))
        case .badText:
            return SenderAdvice("has text that is not UTF-8; it is stored with U+FFFD in its place")
        case .oldAttributeNames:
            return SenderAdvice(
                "has attributes under names of before 2023\(because); they are understood all the same",
                SenderSetting.attributeNames(software))
        default: return SenderAdvice("\(finding.rawValue)\(because)")
        }
    }

    private init(_ problem: String, _ setting: SenderSetting?) {
        self.init(problem, place: setting?.place, lines: setting?.lines ?? [])
    }
}
