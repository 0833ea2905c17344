import Glibc

/// `clock-skew`: the clock of a node is off by more than 250 ms, all the time or in parts of the window.
struct ClockSkewRule: IncidentRule {
    let name = "clock-skew"

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let heard = context.heard
        let data = context.data
        let always = context.census.numbers.filter { number in
            heard.contains(number) && context.census.clocks.reading(number)?.isWorthWarning == true
        }
        let constant = always.compactMap { number -> IncidentFinding? in
            guard let clock = context.census.clocks.reading(number) else { return nil }
            return finding(context.census.node(number), clock, data.since, data.until)
        }
        return constant + stepped(context, heard.subtracting(always))
    }

    /// Clocks that were set, or have lost their source of time: what a whole window tells of them contradicts itself.
    private func stepped(_ context: IncidentContext, _ nodes: Set<UInt32>) -> [IncidentFinding] {
        let isAnySet = context.census.numbers.contains {
            context.census.clocks.reading($0)?.isSteady == false
        }
        // Whose clock was set is not known yet: it may be that of the node that all others are held against.
        guard isAnySet else { return [] }
        let parts = context.clockParts.map {
            (range: $0.range, clocks: context.census.clocks(of: $0.pairs))
        }
        return context.census.numbers.filter(nodes.contains).compactMap { number in
            let told = parts.compactMap { part in
                part.clocks.reading(number).map { (range: part.range, clock: $0) }
            }
            let wrong = told.indices.filter { told[$0].clock.isSteady && told[$0].clock.isWorthWarning }
            guard let first = wrong.first, let last = wrong.last else { return nil }
            let offsets = wrong.map { told[$0].clock.offsetNanos }.sorted()
            guard
                let clock = wrong.map({ told[$0].clock }).first(where: {
                    $0.offsetNanos == offsets[offsets.count / 2]
                })
            else { return nil }
            return finding(
                context.census.node(number), clock, max(told[first].range.lowerBound, context.data.since),
                last == told.count - 1 ? context.data.until : told[last].range.upperBound)
        }
    }

    private func finding(
        _ node: FleetNode, _ clock: ClockReading, _ start: UInt64, _ end: UInt64
    ) -> IncidentFinding {
        let offset = Double(clock.offsetNanos) / 1e9
        let name = node.identity.name
        return finding(
            .info, IncidentSubject(node: name), start: start, end: end, score: 2 + log1p(abs(offset)),
            depth: 0, numbers: [("offset_s", offset), ("error_s", Double(clock.errorNanos) / 1e9)],
            sentence: clock.isUndecided
                ? "The clocks of \(name) and of the nodes that it talks to are "
                    + "\(HumanUnits.duration(Int64(clamping: clock.offsetNanos.magnitude))) apart, and nothing tells "
                    + "which of them is wrong"
                : "The clock of \(name) is \(ResultTable.skewWords(clock)) off: what it tells is "
                    + "put right before nodes are compared")
    }
}
