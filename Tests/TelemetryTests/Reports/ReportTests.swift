import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("A report tells of an incident, and what each of its sentences rests on", .serialized)
struct ReportTests {
    @Test("six faults in Markdown", arguments: ReportSample.Fault.allCases)
    func golden(fault: ReportSample.Fault) async throws {
        let document = try await ReportSample.document(fault)
        let text = document.text(as: .markdown, human: ReportHumanTexts(), zone: .utc)
        try Snapshot.expect(text, matches: fault.rawValue, in: "Reports", end: "md")
    }

    @Test("it has all sections, named and in order")
    func sections() async throws {
        let document = try await ReportSample.document(.nodeErrors)
        #expect(
            document.sections.map(\.id) == [
                "header", "summary", "impact", "course", "detection", "timeline", "cause", "attributes",
                "critical-path", "radius", "next", "resolution", "actions", "lessons", "quality", "traces",
                "appendix",
            ])
        #expect(document.title.hasPrefix("node-errors: node edge-1, "))
    }

    @Test(
        "every sentence names evidence that there is, all evidence is named, and each command of it is ours")
    func evidence() async throws {
        let document = try await ReportSample.document(.slowUpstream)
        var named: Set<Int> = []
        for section in document.sections where section.id != "appendix" {
            for sentence in section.blocks.flatMap(\.sentences) {
                #expect(!sentence.evidence.isEmpty, "\(sentence.text)")
                named.formUnion(sentence.evidence)
            }
        }
        #expect(named == Set(1...document.evidence.count))
        #expect(document.evidence.allSatisfy { $0.command.hasPrefix("traceq ") && !$0.values.isEmpty })
    }

    @Test("the impact is that of the incident, and sessions are counted as the go command runs")
    func impact() async throws {
        let document = try await ReportSample.document(.nodeErrors)
        let facts = document.sections[2].blocks.flatMap(\.facts)
        func value(_ name: String) -> String? { facts.first { $0.name == name }?.sentence.text }
        let failed = try #require(value("Requests that failed").flatMap(Int.init))
        #expect((40...60).contains(failed))
        #expect(value("Nodes") == "1")
        let sessions = try #require(value("Sessions of clients that waited or failed").flatMap(Int.init))
        #expect((1...failed).contains(sessions))
    }

    @Test("others are ruled out by requests that have nothing to do with them")
    func hypotheses() async throws {
        let document = try await ReportSample.document(.slowUpstream)
        let table = try #require(
            document.sections.first { $0.id == "cause" }?.blocks.compactMap(\.table).first)
        func verdict(_ start: String) -> String? {
            table.rows.first { $0[0].text.hasPrefix(start) }?[1].text
        }
        #expect(verdict("where modules come from") == "suspected")
        for other in ["one node", "one region", "one client", "more traffic", "a wrong clock"] {
            #expect(verdict(other) == "ruled out", "\(other)")
        }
    }

    @Test("it could be told a few minutes after it began, and the time is that of the data")
    func detection() async throws {
        let document = try await ReportSample.document(.nodeErrors)
        let facts = document.sections.first { $0.id == "detection" }?.blocks.flatMap(\.facts) ?? []
        let told = try #require(facts.first { $0.name == "Could be told from" }?.sentence.text)
        #expect(told.contains("after it began"), "\(told)")
    }

    @Test("the same data give the same bytes in each form", arguments: ReportFormat.allCases)
    func deterministic(format: ReportFormat) async throws {
        let fleet = try IncidentFleet { ReportSample.Fault.slowNode.change(&$0) }
        let query = ReportSample.query()
        let reader = try await fleet.fleet.reader()
        let first = try ReportSample.document(reader, query).text(
            as: format, human: ReportHumanTexts(), zone: .utc)
        let second = try ReportSample.document(reader, query).text(
            as: format, human: ReportHumanTexts(), zone: .utc)
        #expect(first == second)
    }

    @Test("of an empty database there is a report as well", arguments: ReportFormat.allCases)
    func empty(format: ReportFormat) async throws {
        let reader = try await IncidentFleet { $0.isLeftOut = true }.fleet.reader()
        let text = try ReportSample.document(reader).text(as: format, human: ReportHumanTexts(), zone: .utc)
        #expect(text.contains("There are no module requests in the window"))
    }

    @Test("an incident is named by its id or the beginning of it")
    func choice() async throws {
        let reader = try await IncidentFleet { request in
            ReportSample.Fault.slowUpstream.change(&request)
            ReportSample.Fault.nodeErrors.change(&request)
        }.fleet.reader()
        #expect(
            try ReportSample.document(reader, ReportSample.query(incident: "slow-up")).title.contains(
                "gitlab.com"))
        #expect(try ReportSample.document(reader, .nodeErrors).title.contains("edge-1"))
        guard case .noSuchIncident(let known) = try reader.report(ReportSample.query(incident: "nothing"))
        else {
            Issue.record("nothing is no incident")
            return
        }
        #expect(known.contains { $0.hasPrefix("slow-upstream-") })
    }
}

extension ReportBlock {
    var sentences: [ReportSentence] {
        switch self {
        case .paragraph(let sentences), .list(let sentences): sentences
        case .facts(let facts): facts.map(\.sentence)
        case .table(let table): [table.caption]
        case .chart(let chart): [chart.caption]
        case .heatMap(let map): [map.caption]
        case .waterfall(let waterfall): [waterfall.caption]
        case .commands, .human: []
        }
    }

    var facts: [ReportFact] {
        guard case .facts(let facts) = self else { return [] }
        return facts
    }

    var table: ReportTable? {
        guard case .table(let table) = self else { return nil }
        return table
    }
}
