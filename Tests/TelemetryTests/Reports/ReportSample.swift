import TestSupport
import Testing

@testable import Telemetry

/// Reports of small fleets in trouble.
enum ReportSample {
    /// From the twentieth to the fortieth minute of the window.
    static let trouble = 80..<100

    enum Fault: String, CaseIterable {
        case slowUpstream = "slow-upstream"
        case slowNode = "slow-node"
        case nodeErrors = "node-errors"
        case rateLimited = "rate-limited"
        case cacheDegraded = "cache-degraded"
        case sizeDivergence = "size-divergence"

        func change(_ request: inout IncidentFleet.Request) {
            guard ReportSample.trouble.contains(request.minute) else { return }
            switch self {
            case .slowUpstream:
                if request.isMiss, request.host == "gitlab.com" { request.spelled.millis *= 12 }
            case .slowNode:
                if !request.isMiss, request.spelled.node == "edge-2" { request.spelled.millis *= 8 }
            case .nodeErrors:
                if request.spelled.node == "edge-1", request.number % 3 == 0 { request.spelled.status = 500 }
            case .rateLimited:
                if request.isMiss, request.host == "github.com" { request.spelled.status = 429 }
            case .cacheDegraded:
                guard request.spelled.node == "edge-3", (request.number / 7) % 2 == 0 else { return }
                request.spelled.cache = "MISS"
                request.spelled.millis = 600 + UInt64(request.number % 900)
            case .sizeDivergence:
                guard !request.isMiss, request.spelled.node == "edge-0", request.number % 5 == 0 else {
                    return
                }
                request.spelled.bytes = 51_234
            }
        }
    }

    static func query(
        incident: String? = nil, redaction: ReportRedaction = ReportRedaction(), version: String = "1.2.3"
    ) -> ReportQuery {
        ReportQuery(
            window: IncidentFleet.window, baselineNanos: 3_600_000_000_000, incident: incident,
            redaction: redaction, version: version)
    }

    /// - Throws: a failed expectation where there is no report
    static func document(_ reader: TelemetryReader, _ query: ReportQuery = query()) throws -> ReportDocument {
        guard case .report(let document) = try reader.report(query) else {
            throw TestSupportError("there is no report")
        }
        return document
    }

    /// Of the incident that the fault is, and of no clock of the sample.
    static func document(_ fault: Fault) async throws -> ReportDocument {
        try document(try await IncidentFleet { fault.change(&$0) }.fleet.reader(), fault)
    }

    static func document(
        _ reader: TelemetryReader, _ fault: Fault, version: String = "1.2.3"
    ) throws -> ReportDocument {
        let found = try reader.incidents(IncidentFleet.query()).incidents
        guard let incident = found.first(where: { $0.rule == fault.rawValue }) else {
            throw TestSupportError("\(fault) is not found: \(found.map(\.rule))")
        }
        return try document(reader, query(incident: incident.id, version: version))
    }
}
