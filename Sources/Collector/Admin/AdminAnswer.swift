import NIOHTTP1
import Telemetry

/// What the admin port answers: all of its paths are here.
struct AdminAnswer: Sendable {
    var status: HTTPResponseStatus
    var contentType = "text/plain; charset=utf-8"
    var body: String
    var headers: [(name: String, value: String)] = []

    /// Says how many problems a report tells of; `status` and `doctor` end with 2 when there are any.
    static let problemsHeader = "x-traceq-problems"

    init(_ status: HTTPResponseStatus, _ body: String) {
        self.status = status
        self.body = body
    }

    /// - Parameter target: path and query of the request
    init(target: String, from source: AdminSource) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = parts.count > 1 ? parts[1] : ""
        switch parts[0] {
        case "/": self.init(.ok, Self.index)
        case "/livez": self.init(.ok, "alive\n")
        case "/healthz":
            let readiness = source.readiness
            self.init(verdict: readiness.isHealthy, "healthy", readiness.faults)
        case "/readyz":
            let readiness = source.readiness
            self.init(verdict: readiness.isReady, "ready", readiness.reasons)
        case "/metrics":
            self.init(.ok, source.report().prometheusText)
            contentType = PrometheusText.contentType
        case "/status", "/doctor":
            guard let output = ReportOutput(query: query) else {
                self.init(.badRequest, "format is table or json, width 20 to 10000, color always or never\n")
                return
            }
            if parts[0] == "/status" {
                self.init(source.report(), output)
            } else {
                self.init(source.doctor(), output)
            }
        default: self.init(.notFound, "there is nothing at this path\n\n" + Self.index)
        }
    }

    private init(verdict isGood: Bool, _ word: String, _ reasons: [String]) {
        if isGood {
            self.init(.ok, word + "\n")
        } else {
            let lines = reasons.map { DisplayText.escaped($0) + "\n" }
            self.init(.serviceUnavailable, "not \(word)\n" + lines.joined())
        }
    }

    private init(_ report: CollectorReport, _ output: ReportOutput) {
        self.init(.ok, output.format == .json ? report.json.text + "\n" : report.text(output))
        contentType = output.contentType
        headers.append((Self.problemsHeader, String(report.readiness.reasons.count)))
    }

    private init(_ report: DoctorReport, _ output: ReportOutput) {
        self.init(.ok, output.format == .json ? report.json.text + "\n" : report.text(output))
        contentType = output.contentType
        headers.append((Self.problemsHeader, String(report.problems)))
    }

    private static let index = """
        traceq-collector \(CollectorVersion.number), read-only:
          /livez    200 while the process answers
          /healthz  200 while requests can be stored
          /readyz   200 while more requests can be taken, too
          /metrics  numbers for Prometheus
          /status   the same for people; ?format=json
          /doctor   who sends, and what each could do better; ?format=json

        """
}
