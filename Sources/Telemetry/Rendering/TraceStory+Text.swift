extension TraceStory.Request {
    /// What people read of it, in parts.
    var facts: [String] {
        var asked = kind.name
        if let module {
            asked += " " + DisplayText.escaped(module.module)
            if let version = module.version { asked += " " + DisplayText.escaped(version) }
        }
        var facts = [asked, cacheText]
        if let outcome, outcome != .ok { facts.append(outcome.name) }
        if let reason { facts.append("slow: " + reason.rawValue) }
        if let timeout { facts.append("as long as a timeout of " + timeout.text) }
        let order = Stage.allCases.filter { stages[$0] > 0 }.sorted { stages[$0] > stages[$1] }
        facts += order.prefix(4).map { stage in
            let share = ResultTable.percent(Double(stages[stage]) / Double(max(stages.total, 1)))
            return "\(stage.name) \(HumanUnits.duration(Int64(clamping: stages[stage]))) (\(share))"
        }
        return facts
    }

    private var cacheText: String {
        guard cacheResult != .unknown else { return "cache unknown" }
        let told = caches.filter { $0.result != .unknown }
        guard told.count > 1 else { return "cache \(cacheResult.name)" }
        return "cache "
            + told.map { "\(DisplayText.escaped($0.node)) \($0.result.name)" }.joined(separator: ", ")
    }

    var json: JSONNode {
        .object([
            JSONMember("kind", .string(kind.name)),
            JSONMember("module", module.map { .string($0.module) } ?? .null),
            JSONMember("version", module?.version.map { .string($0) } ?? .null),
            JSONMember("cache_result", cacheResult == .unknown ? .null : .string(cacheResult.name)),
            JSONMember("outcome", outcome.map { .string($0.name) } ?? .null),
            JSONMember("class", reason.map { .string($0.rawValue) } ?? .null),
            JSONMember("timeout", timeout.map { .string($0.text) } ?? .null),
            JSONMember("stages", ResultTable.stageTimes(stages)),
        ])
    }
}
