import Glibc

/// `semantic-divergence`: for longer than an hour one node says of a version that there is none, while another one gives
/// it out, and had given it out before the first refusal: no refusal that was kept from before.
struct SemanticDivergenceRule: IncidentRule {
    let name = "semantic-divergence"

    private static let lengthMin: UInt64 = 3_600_000_000_000
    /// Of a file, so many answers of each kind at a node.
    private static let answersMin = 3
    /// Of all files of a node, so many refusals.
    private static let refusalsMin = 20

    /// A file of a version.
    private struct File: Hashable {
        var module: UInt32
        var kind: UInt8
    }

    private struct Key: Hashable {
        var file: File
        var node: UInt32
    }

    private struct Answers {
        var first = UInt64.max
        var last: UInt64 = 0
        var count = 0
        /// Of these, from a cache that keeps refusals.
        var kept = 0
        /// Places in the window.
        var places: [UInt32] = []
    }

    private struct Divergence {
        var files: Set<File> = []
        var modules: Set<UInt32> = []
        var places: [UInt32] = []
        var refusals = 0
        var first = UInt64.max
        var last: UInt64 = 0
    }

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let data = context.data
        let refused = Self.refused(data)
        guard !refused.isEmpty else { return [] }
        let given = Self.given(Set(refused.keys.map(\.file)), data)
        var found: [UInt32: (isGiver: Bool, divergence: Divergence)] = [:]
        for (file, keys) in Dictionary(grouping: refused.keys, by: \.file) {
            let givers = given[file] ?? [:]
            let refusers = keys.filter { key in
                guard let answers = refused[key] else { return false }
                // Who has it now and then misses it now and then: that is a failure of another kind.
                if let own = givers[key.node], own.last > answers.first, own.first < answers.last {
                    return false
                }
                return givers.contains { Self.contradicts($0.value, answers, isOther: $0.key != key.node) }
            }
            guard !refusers.isEmpty else { continue }
            let contradicting = givers.filter { giver in
                refusers.contains { key in
                    refused[key].map { Self.contradicts(giver.value, $0, isOther: giver.key != key.node) }
                        == true
                }
            }.keys
            // The fewer are those who are different.
            let isGiver = contradicting.count < refusers.count
            for node in isGiver ? Array(contradicting) : refusers.map(\.node) {
                var entry = found[node]?.divergence ?? Divergence()
                for key in isGiver ? refusers : refusers.filter({ $0.node == node }) {
                    guard let answers = refused[key] else { continue }
                    entry.files.insert(file)
                    entry.modules.insert(file.module)
                    entry.places += answers.places
                    entry.refusals += answers.count
                    entry.first = min(entry.first, answers.first)
                    entry.last = max(entry.last, answers.last)
                }
                found[node] = (isGiver, entry)
            }
        }
        return found.filter { $0.value.divergence.refusals >= Self.refusalsMin }.sorted { $0.key < $1.key }
            .map { finding($0.key, $0.value.isGiver, $0.value.divergence, data) }
    }

    private static func contradicts(_ given: Answers, _ refused: Answers, isOther: Bool) -> Bool {
        isOther && given.count >= answersMin && given.first < refused.first
            && given.last > refused.first + lengthMin
    }

    /// What nodes refused again and again for longer than an hour, the last time in the window.
    private static func refused(_ data: IncidentData) -> [Key: Answers] {
        var refused: [Key: Answers] = [:]
        for (place, row) in data.rows.enumerated() {
            guard row.module > 0, row.isRefusal, !row.hasHop, row.moduleKind?.isImmutable == true,
                !row.flags.contains(.clientSide), row.start < data.until
            else { continue }
            let key = Key(file: File(module: row.module, kind: row.kind), node: row.node)
            add(place, row, to: &refused[key, default: Answers()], data)
        }
        return refused.filter { _, answers in
            answers.count >= answersMin && answers.last >= data.since
                && answers.last - answers.first > lengthMin && 2 * answers.kept <= answers.count
        }
    }

    /// By node: what gave out some files.
    private static func given(_ files: Set<File>, _ data: IncidentData) -> [File: [UInt32: Answers]] {
        var given: [File: [UInt32: Answers]] = [:]
        for (place, row) in data.rows.enumerated() where row.ending == .ok && row.start < data.until {
            let file = File(module: row.module, kind: row.kind)
            guard files.contains(file), !row.flags.contains(.clientSide) else { continue }
            add(place, row, to: &given[file, default: [:]][row.node, default: Answers()], data)
        }
        return given
    }

    private static func add(_ place: Int, _ row: IncidentRow, to answers: inout Answers, _ data: IncidentData)
    {
        answers.first = min(answers.first, row.start)
        answers.last = max(answers.last, row.start)
        answers.count += 1
        if row.result == .negativeHit { answers.kept += 1 }
        if row.start >= data.since { answers.places.append(UInt32(place)) }
    }

    private func finding(
        _ number: UInt32, _ isGiver: Bool, _ found: Divergence, _ data: IncidentData
    ) -> IncidentFinding {
        let node = data.names.node(number).identity.name
        let places = found.places.sorted()
        let hours = Double(found.last - found.first) / 3_600e9
        let score = 5 + log(Double(found.refusals))
        let modules = HumanUnits.count(found.modules.count, "version")
        return IncidentFinding(
            rule: name, severity: .info, subject: IncidentSubject(node: node),
            start: found.first,
            end: places.map { data.rows[Int($0)].end }.max() ?? found.last,
            score: score, confidence: 1 - exp(-score / 4) * 0.5, rows: places, slowSeconds: 0,
            numbers: [
                ("refusals", Double(found.refusals)), ("files", Double(found.files.count)),
                ("versions", Double(found.modules.count)), ("hours", (hours * 10).rounded() / 10),
            ],
            explanation: isGiver
                ? "\(node) gives out files of \(modules) of which others say that there are none, for "
                    + "\(time(hours * 3_600)): it does not ask what they ask"
                : "\(node) says of files of \(modules) that there are none, for \(time(hours * 3_600)), while "
                    + "others have given them out since before",
            depth: 2, culprit: nil,
            covers: { row in
                row.isRefusal && found.files.contains(File(module: row.module, kind: row.kind))
                    && (isGiver ? row.node != number : row.node == number)
            })
    }
}
