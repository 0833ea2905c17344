/// Whether the data still say what a report says.
package struct ReportVerification: Sendable {
    package struct Difference: Hashable, Sendable {
        /// Where: evidence and the name of a value, or a line of the file.
        package var place: String
        package var report: String
        package var data: String
    }

    /// More are counted and not kept.
    private static let keptMax = 1_000

    /// Empty where the report is true.
    package private(set) var differences: [Difference] = []
    package private(set) var differenceCount = 0
    /// How many values and lines were compared.
    package private(set) var compared = 0
    /// Whether another version of the program wrote it: then its words may differ, and only its numbers count.
    package let isOtherVersion: Bool

    /// - Throws: `ReportMarkError` where it is not known what people have written
    /// - Parameters:
    ///   - text: the report as it is
    ///   - record: what it says of itself
    ///   - document: what the data say now
    package init(
        _ text: String, _ format: ReportFormat, _ record: ReportRecord, now document: ReportDocument,
        zone: TimeZoneRules
    ) throws(ReportMarkError) {
        isOtherVersion = record.parameters.version != document.parameters.version
        compare(record.evidence, document.evidence)
        if record.parameters.dataDigest != document.parameters.dataDigest {
            note(
                "digest of the requests", String(record.parameters.dataDigest, radix: 16),
                String(document.parameters.dataDigest, radix: 16))
        }
        guard !isOtherVersion else { return }
        let human = try ReportHumanTexts(report: text, format)
        let now = document.text(as: format, human: human, zone: zone)
        if format == .json {
            // As data: how it is laid out in lines says nothing.
            compareLines(
                JSONNode(parsing: text)?.text ?? text, JSONNode(parsing: now)?.text ?? now, record: "")
        } else {
            compareLines(text, now, record: record.comment)
        }
    }

    private mutating func compare(_ reported: [ReportEvidence], _ now: [ReportEvidence]) {
        for place in 0..<max(reported.count, now.count) {
            guard place < reported.count, place < now.count else {
                let extra = place < reported.count ? reported[place] : now[place]
                note(
                    extra.name, place < reported.count ? extra.command : "-",
                    place < now.count ? extra.command : "-")
                continue
            }
            let (old, new) = (reported[place], now[place])
            note("\(old.name) command", old.command, new.command)
            for index in 0..<max(old.values.count, new.values.count) {
                let before = index < old.values.count ? old.values[index] : nil
                let after = index < new.values.count ? new.values[index] : nil
                let name = before?.name ?? after?.name ?? ""
                if let before, let after, before.name != after.name {
                    note(
                        "\(old.name) \(name)", "\(before.name): \(before.value)",
                        "\(after.name): \(after.value)")
                } else {
                    note("\(old.name) \(name)", before?.value ?? "-", after?.value ?? "-")
                }
            }
            note(
                "\(old.name) traces", old.traceIDs.map(\.hex).joined(separator: " "),
                new.traceIDs.map(\.hex).joined(separator: " "))
        }
    }

    private mutating func note(_ place: String, _ report: String, _ data: String) {
        compared += 1
        guard report != data else { return }
        differenceCount += 1
        guard differences.count < Self.keptMax else { return }
        differences.append(Difference(place: place, report: report, data: data))
    }

    /// - Parameter record: how the line of the report's record has to be: what stands beside it is seen, too
    private mutating func compareLines(_ report: String, _ now: String, record: String) {
        let old = report.split(separator: "\n", omittingEmptySubsequences: false)
        let new = now.split(separator: "\n", omittingEmptySubsequences: false)
        for line in 0..<max(old.count, new.count) {
            let before = line < old.count ? old[line] : "-"
            let after = line < new.count ? new[line] : "-"
            if before.hasPrefix(ReportRecord.begin), after.hasPrefix(ReportRecord.begin) {
                // What it says was compared value by value.
                if before != record {
                    note(
                        "line \(line + 1)", "\(before.prefix(100))…\(before.suffix(100))",
                        "the report's record, and nothing beside it")
                }
                continue
            }
            note("line \(line + 1)", String(before), String(after))
        }
    }
}
