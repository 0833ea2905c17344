import Telemetry

extension DoctorReport {
    /// What `doctor` prints: a block a sender, those with problems first.
    package func text(_ output: ReportOutput) -> String {
        guard !entries.isEmpty else { return "nobody has sent anything yet\n" }
        var lines: [String] = []
        for entry in entries { lines += block(entry, output) + [""] }
        lines += LineWrap.lines(summary, width: output.width)
        return lines.joined(separator: "\n") + "\n"
    }

    private var summary: String {
        let hints = entries.reduce(0) { $0 + $1.items.count } - problems
        let found =
            problems + hints == 0
            ? (entries.contains { $0.record.inspected.total > 0 }
                ? "nothing found to mend" : "nothing known yet")
            : [
                problems > 0 ? HumanUnits.count(problems, "problem") : "",
                hints > 0 ? HumanUnits.count(hints, "hint") : "",
            ].filter { !$0.isEmpty }.joined(separator: ", ")
        return "\(HumanUnits.count(entries.count, "sender")): \(found)"
    }

    private func block(_ entry: Entry, _ output: ReportOutput) -> [String] {
        var lines = LineWrap.lines(heading(entry), width: output.width)
        lines += LineWrap.lines("  " + activity(entry), width: output.width)
        var lastService: SendingService?
        for item in entry.items {
            if item.service != lastService, let service = item.service {
                lines += LineWrap.lines("  " + name(of: service, item.software), width: output.width)
            }
            lastService = item.service
            let isProblem = item.finding.severity == .problem
            let mark = isProblem ? output.style.marked("✗") : "·"
            let indent = item.service == nil ? "  " : "    "
            let width = output.width.map { max(20, $0 - indent.count - 2) }
            let told = item.advice.problem + circumstances(item, entry.record)
            for (number, line) in LineWrap.lines(told, width: width).enumerated() {
                lines.append(indent + (number == 0 ? mark + " " : "  ") + line)
            }
            guard let place = item.advice.place else { continue }
            lines += LineWrap.lines(indent + "    " + place + ":", width: output.width)
            lines += item.advice.lines.map { indent + "      " + $0 }
        }
        lines += LineWrap.lines("  " + basis(entry), width: output.width)
        if entry.record.hasMoreServices { lines.append("  and more services, which are not told apart") }
        return lines
    }

    private func heading(_ entry: Entry) -> String {
        let sender = entry.sender
        let address = DisplayText.escaped(sender.address)
        let who =
            sender.source == sender.address
            ? address : "\(DisplayText.escaped(sender.source)) from \(address)"
        let software = entry.software.map(\.rawValue).joined(separator: ", ")
        return software.isEmpty ? who : "\(who): \(software)"
    }

    private func activity(_ entry: Entry) -> String {
        let record = entry.record
        var parts = [
            HumanUnits.count(record.counts.requests, "request") + " with "
                + HumanUnits.count(record.counts.items, "item")
        ]
        if !record.protocolNames.isEmpty {
            parts[0] += " by " + record.protocolNames.sorted().joined(separator: ", ")
        }
        if record.counts.refusals > 0 {
            parts.append("\(HumanUnits.count(Int64(record.counts.refusals))) refused")
        }
        parts.append("last \(HumanUnits.duration(max(0, at.rawValue - record.lastAt.rawValue))) ago")
        if let userAgent = record.userAgent { parts.append(DisplayText.escaped(userAgent)) }
        return parts.joined(separator: "; ")
    }

    /// As many looks show what goes wrong now and then.
    private static let inspectionsForVerdict = 10

    /// What all of this rests on: a look at a few requests proves little, and none proves nothing.
    private func basis(_ entry: Entry) -> String {
        let record = entry.record
        let since = "since \(record.firstAt.rfc3339.prefix(19))Z"
        guard record.counts.requests > 0 else {
            return "nothing of it was accepted \(since): what is in its requests is not known"
        }
        let requests = HumanUnits.count(record.counts.requests, "accepted request")
        guard record.inspected.total > 0 else {
            return "looked closely at none of \(requests) \(since): there was nothing in them"
        }
        // What the store refused was looked into, too.
        let looks = HumanUnits.count(Int64(min(record.inspected.total, record.counts.requests)))
        let basis = "looked closely at \(looks) of \(requests) \(since)" + parts(record)
        let isLittle = record.inspected.total < Self.inspectionsForVerdict
        let doubt = isLittle ? "; that is little, so ask again when more has come" : ""
        return (entry.items.isEmpty ? "nothing found to mend: " : "") + basis + doubt
    }

    private func name(of service: SendingService, _ software: SenderSoftware) -> String {
        let name = service.name.map { DisplayText.escaped($0) } ?? "unknown_service"
        return service.node.map { "\(name) @ \(DisplayText.escaped($0))" } ?? name
    }

    /// How many looks each signal got, where there are several.
    private func parts(_ record: SenderBook.Record) -> String {
        let looked = Signal.allCases.filter { record.inspected[$0] > 0 }
        guard looked.count > 1 else { return "" }
        let parts = looked.map { "\(HumanUnits.count(Int64(record.inspected[$0]))) with \($0.name)" }
        return " (" + parts.joined(separator: ", ") + ")"
    }

    /// What was refused in the last 30 s is refused now.
    private static let agoNanosMin: Int64 = 30_000_000_000

    /// In what it was seen, of a sender of several signals, and how often; requests are looked at once a second.
    private func circumstances(_ item: Item, _ record: SenderBook.Record) -> String {
        var circumstances: [String] = []
        // What is seen in all that comes needs no words.
        let found = item.signals.signals.map(\.name)
        if item.sighting?.reason == nil, !found.isEmpty, !item.signals.isSuperset(of: record.signals) {
            circumstances.append("in " + found.joined(separator: " and "))
        }
        if let sighting = item.sighting, sighting.count > 1 {
            circumstances.append("seen \(HumanUnits.count(Int64(sighting.count))) times")
        }
        if let sighting = item.sighting, sighting.reason != nil,
            at.rawValue - sighting.lastAt.rawValue >= Self.agoNanosMin
        {
            let ago = HumanUnits.duration(at.rawValue - sighting.lastAt.rawValue)
            circumstances.append("last \(ago) ago")
        }
        return circumstances.isEmpty ? "" : " (" + circumstances.joined(separator: "; ") + ")"
    }
}
