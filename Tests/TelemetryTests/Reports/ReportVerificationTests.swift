import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("A report is held against the data", .serialized)
struct ReportVerificationTests {
    private func verify(
        _ text: String, _ format: ReportFormat, _ document: ReportDocument
    ) throws -> ReportVerification {
        let record = try #require(ReportRecord(report: text, format))
        return try ReportVerification(text, format, record, now: document, zone: .utc)
    }

    @Test(
        "as it was written it is true, and what it was made from can be read from it",
        arguments: ReportFormat.allCases)
    func unchanged(format: ReportFormat) async throws {
        let document = try await ReportSample.document(.nodeErrors)
        let text = document.text(as: format, human: ReportHumanTexts(), zone: .utc)
        #expect(ReportFormat(content: text) == format)
        let record = try #require(ReportRecord(report: text, format))
        #expect(record.parameters == document.parameters)
        let verification = try verify(text, format, document)
        #expect(verification.differences == [])
        #expect(verification.compared > 30)
    }

    @Test("a number or a sentence that somebody changed is found", arguments: ReportFormat.allCases)
    func changed(format: ReportFormat) async throws {
        let document = try await ReportSample.document(.nodeErrors)
        let text = document.text(as: format, human: ReportHumanTexts(), zone: .utc)
        let other = text.replacing("edge-1 fail", with: "edge-2 fail", maxReplacements: 1)
            .replacing("Suspected is", with: "Proven is", maxReplacements: 1)
        #expect(other != text)
        let differences = try verify(other, format, document).differences
        #expect(differences.contains { $0.report.contains("Proven is") && $0.data.contains("Suspected is") })
    }

    @Test(
        "what somebody writes beside the report's record is found", arguments: [ReportFormat.markdown, .html])
    func besideTheRecord(format: ReportFormat) async throws {
        let document = try await ReportSample.document(.nodeErrors)
        let text = document.text(as: format, human: ReportHumanTexts(), zone: .utc)
        let begin = try #require(text.ranges(of: ReportRecord.begin).last)
        let end = try #require(text[begin.upperBound...].ranges(of: ReportRecord.end).first)
        let forged = "<style>main{display:none}</style><h1>No incident</h1>"
        var behind = text
        behind.insert(contentsOf: forged, at: end.upperBound)
        var before = text
        before.insert(contentsOf: ReportRecord.begin + "{} -->" + forged, at: begin.lowerBound)
        for other in [behind, before] {
            let differences = try verify(other, format, document).differences
            #expect(differences.count == 1, "\(differences)")
        }
    }

    @Test("other data are found by the numbers that they change")
    func otherData() async throws {
        let document = try await ReportSample.document(.nodeErrors)
        let text = document.text(as: .markdown, human: ReportHumanTexts(), zone: .utc)
        // One more request that came late.
        var fleet = try IncidentFleet { ReportSample.Fault.nodeErrors.change(&$0) }.fleet
        var late = SpelledFleet.Request()
        late.node = "edge-1"
        late.region = "eu"
        late.startMillis = 90 * IncidentFleet.minute
        late.status = 500
        fleet.add(late)
        let now = try ReportSample.document(
            try await fleet.reader(), ReportSample.query(incident: document.parameters.incident))
        let differences = try verify(text, .markdown, now).differences
        #expect(differences.contains { $0.place == "E1 bad_requests" }, "\(differences.prefix(5))")
        #expect(differences.contains { $0.place == "digest of the requests" })
    }

    @Test("of another version's report the numbers count, and not the words")
    func otherVersion() async throws {
        let reader = try await IncidentFleet { ReportSample.Fault.nodeErrors.change(&$0) }.fleet.reader()
        let old = try ReportSample.document(reader, .nodeErrors, version: "0.0.1")
        let text = old.text(as: .markdown, human: ReportHumanTexts(), zone: .utc)
            .replacing("Suspected is", with: "The culprit is")
        let verification = try verify(text, .markdown, try ReportSample.document(reader, .nodeErrors))
        #expect(verification.isOtherVersion && verification.differences == [])
    }

    @Test("what people wrote stays, and is no difference", arguments: ReportFormat.allCases)
    func human(format: ReportFormat) async throws {
        let document = try await ReportSample.document(.nodeErrors)
        var human = ReportHumanTexts()
        let field = try #require(ReportHumanField.named("resolution"))
        human[field] = "\n03:12 restarted edge-1 (<b>on call</b>) -- and \"waited\"\n"
        let text = document.text(as: format, human: human, zone: .utc)
        #expect(try ReportHumanTexts(report: text, format) == human)
        #expect(try verify(text, format, document).differences == [])
        let fresh = document.text(as: format, human: ReportHumanTexts(), zone: .utc)
        #expect(try ReportHumanTexts(report: fresh, format) == ReportHumanTexts())
    }

    @Test("where marks are broken or doubled, nothing of what people wrote is guessed")
    func marks() async throws {
        let document = try await ReportSample.document(.nodeErrors)
        let text = document.text(as: .markdown, human: ReportHumanTexts(), zone: .utc)
        for (found, instead) in [
            ("<!-- traceq:human detection -->", "<!--traceq:human detection-->"),
            ("<!-- traceq:end -->", ""), ("Each step", "see <!-- traceq:end --> for each step"),
            ("draft", "<!-- traceq:human resolution --> x <!-- traceq:end -->"),
        ] {
            let broken = text.replacing(found, with: instead, maxReplacements: 1)
            #expect(broken != text)
            #expect(throws: ReportMarkError.self) { try ReportHumanTexts(report: broken, .markdown) }
        }
    }

    @Test("what is added to the record's line is found, and JSON may be laid out as one likes")
    func layout() async throws {
        let document = try await ReportSample.document(.nodeErrors)
        let markdown = document.text(as: .markdown, human: ReportHumanTexts(), zone: .utc)
        let added = markdown.replacing(" -->\n", with: " --> <p>approved</p>\n")
        #expect(try verify(added, .markdown, document).differenceCount > 0)
        let json = document.text(as: .json, human: ReportHumanTexts(), zone: .utc)
        let laidOut = "\n" + json.replacing("\"evidence\":[", with: "\"evidence\" : [\n  ")
        #expect(ReportFormat(content: laidOut) == .json)
        #expect(try verify(laidOut, .json, document).differences == [])
    }

    @Test(
        "what is no report has no record",
        arguments: [
            "", "# A heading", "<!DOCTYPE html><p>", "{\"schema\":\"traceq.report/1\"}",
            "# x\n<!-- traceq.report/1 {} -->", "# x\n<!-- traceq.report/1 {\"parameters\":7} -->",
            "{\"schema\":\"traceq.report/1\",\"parameters\":" + String(repeating: "[", count: 100_000),
        ])
    func noReport(text: String) {
        let format = ReportFormat(content: text)
        #expect(format.flatMap { ReportRecord(report: text, $0) } == nil)
    }
}
