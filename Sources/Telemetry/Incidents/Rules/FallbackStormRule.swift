import Glibc

/// `fallback-storm`: far more of what clients ask goes past their first proxy: to the next one in GOPROXY, or to where
/// modules come from.
///
/// With a comma between them the go command goes on after "not found" only. A proxy that calls a time-out so has all of
/// its clients go on.
struct FallbackStormRule: IncidentRule {
    let name = "fallback-storm"

    private static let requestsMin = 200
    private static let fallbacksMin = 20.0
    /// How many times as large a share as before.
    private static let factor = 3.0
    private static let differenceMin = 0.02
    /// No share is so small that a single request proves anything.
    private static let shareMin = 0.002
    /// See `CulpritSearch`.
    private static let margin = 9.0
    /// Who goes on to the next proxy does so at once.
    private static let pauseNanos: UInt64 = 60_000_000_000
    /// From so many on, they are named as the cause.
    private static let maskedMin = 5

    /// What a client asked for.
    private struct Wish: Hashable {
        var client: UInt32
        var module: UInt32
        var kind: UInt8
    }

    /// What is looked at: what servers tell of, or what go commands do. Both tell of the same requests, and of few go
    /// commands anybody tells.
    private struct Witness {
        var slots: [ScanStatistic.Slot]
        var before = (requests: 0.0, fallbacks: 0.0)
        /// Places of rows.
        var passedOn: [UInt32] = []
        var direct: [DirectRequest] = []

        mutating func add(_ data: IncidentData, _ start: UInt64, requests: Float = 0, fallbacks: Float = 0) {
            if let slot = data.slot(ofStart: start) {
                slots[slot] += ScanStatistic.Slot(count: requests, bad: fallbacks, expected: 0)
            } else if start < data.since {
                before.requests += Double(requests)
                before.fallbacks += Double(fallbacks)
            }
        }
    }

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let data = context.data
        let passedOn = Self.passedOn(data)
        guard !passedOn.isEmpty || !context.direct.isEmpty else { return [] }
        let none = [ScanStatistic.Slot](repeating: ScanStatistic.Slot(), count: data.slotCount)
        var (servers, goCommands) = (Witness(slots: none), Witness(slots: none))
        for row in data.rows where row.flags.contains(.isRequest) && row.ending != .probe {
            if row.flags.contains(.clientSide) {
                goCommands.add(data, row.start, requests: 1)
            } else {
                servers.add(data, row.start, requests: 1)
            }
        }
        for place in passedOn {
            servers.add(data, data.rows[Int(place)].start, fallbacks: 1)
        }
        servers.passedOn = passedOn
        for request in context.direct {
            if request.isClientSide {
                goCommands.add(data, request.start, requests: 1, fallbacks: 1)
                goCommands.direct.append(request)
            } else {
                servers.add(data, request.start, requests: 1, fallbacks: 1)
                servers.direct.append(request)
            }
        }
        let found = [servers, goCommands].compactMap { finding($0, context) }
        return found.max { $0.score < $1.score }.map { [$0] } ?? []
    }

    private func finding(_ witness: Witness, _ context: IncidentContext) -> IncidentFinding? {
        guard witness.before.requests >= Double(Self.requestsMin) else { return nil }
        let usual = max(witness.before.fallbacks / witness.before.requests, Self.shareMin)
        var slots = witness.slots
        for slot in slots.indices { slots[slot].expected = slots[slot].count * Float(usual) }
        guard let excess = ScanStatistic.excess(slots, least: Self.fallbacksMin),
            excess.bad >= Self.fallbacksMin,
            excess.rate > Self.factor * usual, excess.rate - usual >= Self.differenceMin,
            excess.likelihood > log(Double(context.data.slotCount)) + Self.margin
        else { return nil }
        return finding(excess, usual: usual, witness, context)
    }

    /// Places of requests at another service than the one that did not have it, or failed, right before. Services are
    /// nodes that are asked as one host.
    private static func passedOn(_ data: IncidentData) -> [UInt32] {
        let services = Set((0..<data.count(.node)).map { data.service(UInt32($0)) }).subtracting([0])
        guard services.count > 1 else { return [] }
        func wish(_ row: IncidentRow) -> Wish? {
            guard row.client > 0, row.module > 0, row.flags.contains(.isRequest),
                !row.flags.contains(.clientSide), data.service(row.node) > 0
            else { return nil }
            return Wish(client: row.client, module: row.module, kind: row.kind)
        }
        var refused: [Wish: [(end: UInt64, service: UInt32)]] = [:]
        // By number of the module: of most, nobody was refused anything.
        var isConcerned = [Bool](repeating: false, count: data.count(.module))
        for row in data.rows where row.isRefusal || row.isFailure {
            guard let wish = wish(row) else { continue }
            refused[wish, default: []].append((row.end, data.service(row.node)))
            isConcerned[Int(row.module)] = true
        }
        guard !refused.isEmpty else { return [] }
        return data.rows.indices.compactMap { place in
            let row = data.rows[place]
            guard isConcerned[Int(row.module)], let wish = wish(row), let refusals = refused[wish] else {
                return nil
            }
            let service = data.service(row.node)
            return refusals.contains {
                $0.service != service && row.start >= $0.end && row.start - $0.end <= pauseNanos
            } ? UInt32(place) : nil
        }
    }

    private func finding(
        _ excess: ScanStatistic.Excess, usual: Double, _ witness: Witness, _ context: IncidentContext
    ) -> IncidentFinding {
        let data = context.data
        func isIn(_ start: UInt64) -> Bool {
            data.slot(ofStart: start).map { excess.slots.contains($0) } == true
        }
        let next = witness.passedOn.filter { isIn(data.rows[Int($0)].start) }
        let direct = witness.direct.filter { isIn($0.start) }.sorted {
            ($0.start, $0.segment, $0.row) < ($1.start, $1.segment, $1.row)
        }
        let masked = data.rows.indices.filter { place in
            let row = data.rows[place]
            return row.ending == .maskedTimeout && row.flags.contains(.isRequest) && isIn(row.start)
        }.map { UInt32($0) }
        let starts = next.map { data.rows[Int($0)].start } + direct.map(\.start)
        let cause =
            masked.count >= Self.maskedMin
            ? ". \(HumanUnits.count(masked.count, "answer")) \"not found\" came after a time-out: they have the go "
                + "command go on, where \"|\" in GOPROXY or an honest 504 would not hide why"
            : ""
        let score = excess.likelihood - log(Double(data.slotCount)) - Self.margin
        var impact = IncidentImpact()
        impact.requests = direct.count
        impact.clients = Set(direct.map(\.client)).subtracting([0]).count
        return IncidentFinding(
            rule: name, severity: .page, subject: IncidentSubject(), start: starts.min() ?? data.since,
            end: starts.max() ?? data.until, score: score, confidence: 1 - exp(-score / 4) * 0.5,
            rows: masked + next, slowSeconds: masked.reduce(0) { $0 + data.rows[Int($1)].seconds },
            numbers: [
                ("requests", excess.count), ("fallbacks", excess.bad), ("fallback_share", excess.rate),
                ("usual_share", usual), ("direct_requests", Double(direct.count)),
                ("second_proxy_requests", Double(next.count)), ("masked_timeouts", Double(masked.count)),
            ],
            explanation: "\(share(excess.rate)) of what clients ask goes past their first proxy, "
                + "\(HumanUnits.count(next.count, "time")) to another one and "
                + "\(HumanUnits.count(direct.count, "time")) to where modules come from, where \(share(usual)) is usual"
                + cause,
            depth: 2, culprit: nil,
            // What the first proxy refuses is why.
            covers: { row in
                row.isRefusal && data.slot(row).map { excess.slots.contains($0) } == true
            }, impact: impact,
            examples: direct.prefix(5).map { ($0.segment, $0.row) })
    }
}
