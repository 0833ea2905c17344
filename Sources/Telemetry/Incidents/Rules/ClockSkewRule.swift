import Glibc

/// `clock-skew`: the clock of a node is off by more than 250 ms.
struct ClockSkewRule: IncidentRule {
    let name = "clock-skew"

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let heard = context.heard
        return context.census.numbers.compactMap { number in
            guard heard.contains(number), let clock = context.census.clocks.reading(number),
                clock.isWorthWarning
            else { return nil }
            let node = context.census.node(number)
            let offset = Double(clock.offsetNanos) / 1e9
            return finding(
                .info, IncidentSubject(node: node.identity.name), start: context.data.since,
                end: context.data.until, score: 2 + log1p(abs(offset)), depth: 0,
                numbers: [("offset_s", offset), ("error_s", Double(clock.errorNanos) / 1e9)],
                sentence:
                    "The clock of \(node.identity.name) is \(ResultTable.skewWords(clock)) off: what it tells is "
                    + "put right before nodes are compared")
        }
    }
}
