import Telemetry

extension DoctorReport {
    /// What `doctor --format json` prints.
    var json: JSONNode {
        .object([
            JSONMember("schema", .string("traceq.doctor/1")),
            JSONMember("at", .string(at.rfc3339)),
            JSONMember("problems", .count(problems)),
            JSONMember("senders", .array(entries.map(Self.json))),
        ])
    }

    private static func json(_ entry: Entry) -> JSONNode {
        let record = entry.record
        return .object(
            [
                JSONMember("source", .string(entry.sender.source)),
                JSONMember("address", .string(entry.sender.address)),
                JSONMember("software", .array(entry.software.map { .string($0.rawValue) })),
                JSONMember("user_agent", record.userAgent.map(JSONNode.string) ?? .null),
                JSONMember("protocols", .array(record.protocolNames.sorted().map(JSONNode.string))),
                JSONMember("first_at", .string(record.firstAt.rfc3339)),
                JSONMember("last_at", .string(record.lastAt.rfc3339)),
            ] + CollectorReport.members(record.counts) + [
                JSONMember("inspected_requests", .count(record.inspected.total)),
                JSONMember(
                    "services",
                    .array(
                        record.services.keys.sorted {
                            ($0.name ?? "", $0.node ?? "") < ($1.name ?? "", $1.node ?? "")
                        }
                        .map(json))),
                JSONMember("has_more_services", .bool(record.hasMoreServices)),
                JSONMember("problems", .count(entry.problems)),
                JSONMember("findings", .array(entry.items.map(json))),
            ])
    }

    private static func json(_ service: SendingService) -> JSONNode {
        .object([
            JSONMember("name", service.name.map(JSONNode.string) ?? .null),
            JSONMember("node", service.node.map(JSONNode.string) ?? .null),
        ])
    }

    private static func json(_ item: Item) -> JSONNode {
        .object([
            JSONMember("finding", .string(item.finding.rawValue)),
            JSONMember("severity", .string(item.finding.severity.rawValue)),
            JSONMember("service", item.service.map(json) ?? .null),
            JSONMember("signals", .array(item.signals.signals.map { .string($0.name) })),
            JSONMember("count", item.sighting.map { .count($0.count) } ?? .null),
            JSONMember("first_at", item.sighting.map { .string($0.firstAt.rfc3339) } ?? .null),
            JSONMember("last_at", item.sighting.map { .string($0.lastAt.rfc3339) } ?? .null),
            JSONMember("detail", item.sighting.map { .string($0.detail) } ?? .null),
            JSONMember("problem", .string(item.advice.problem)),
            JSONMember("place", item.advice.place.map(JSONNode.string) ?? .null),
            JSONMember("lines", .array(item.advice.lines.map(JSONNode.string))),
        ])
    }
}
