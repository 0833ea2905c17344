extension TelemetryReader {
    /// What was wrong with the longest module request of a trace.
    /// - Parameter window: that the trace lies in
    /// - Returns: nil where the trace has no module request
    /// - Throws: `StoreError`
    package func target(_ trace: TraceID, window: TimeWindow) throws(StoreError) -> WhyTarget? {
        try snapshot { () throws(StoreError) in
            let answer = try FleetScan.run(FleetQuestion(window: window), self) { _ in TraceRequest(trace) }
            guard let exchange = answer.aggregate.exchange, exchange.moduleKind?.isModuleRequest == true
            else {
                return nil
            }
            return WhyTarget(
                start: UnixNanos(clamping: exchange.start),
                durationNanos: Int64(clamping: exchange.durationNanos), kind: exchange.moduleKind,
                outcome: RequestOutcome(rawValue: exchange.outcome),
                cacheResult: CacheResult(rawValue: exchange.facingResult) ?? .unknown, bytes: exchange.bytes)
        }
    }

    /// Which values of attributes the selected requests have more often than the rest.
    /// - Throws: `StoreError`
    package func why(_ query: FleetWhyQuery) throws(StoreError) -> FleetWhyResult {
        try snapshot { () throws(StoreError) in
            let question = FleetQuestion(window: query.window, filter: query.filter)
            let (selection, trace) = (query.selection, query.trace)
            let answer = try FleetScan.run(question, self) { _ in WhyRequests(selection, target: trace) }
            let requests = answer.aggregate
            let total = requests.total
            let mean = requests.restSeconds / Double(max(total.rest, 1))
            var result = FleetWhyResult(
                findings: [], selected: total.selected, rest: total.rest,
                excessNanos: max(0, total.seconds - Double(total.selected) * mean) * 1e9, testCount: 0,
                attributeCount: 0, leftOut: [], quality: answer.quality, notes: [])
            if !result.isTooSmall {
                let sample = requests.sample
                let values = try whyValues(answer, sample)
                let derived = WhyDerived(
                    FleetNameTables(answer.names), selection, WhyTimes(requests))
                let ranking = WhyRanking(requests, values, derived, sample: sample, limit: query.limit)
                result.findings = ranking.findings
                result.testCount = ranking.testCount
                result.attributeCount = ranking.attributeCount
                if values.isCut {
                    result.notes.append(
                        QualityNote(
                            code: "many_attributes",
                            message:
                                "there are more attributes than are looked at: of each part of the file the "
                                + "\(WhyValues.attributesMax) that most of its requests have, and of a single span the first "
                                + HumanUnits.count(Int64(WhyValues.attributesOfSpanMax))))
                }
                result.leftOut =
                    values.attributes.texts.indices.filter { values.isID[$0] }
                    .map { values.attributes.texts[$0] }.sorted()
            }
            result.notes += damageNotes()
            return result
        }
    }

    /// The second look: at the columns of attributes.
    private func whyValues(
        _ answer: FleetScan<WhyRequests>.Answer, _ sample: [WhyFacts]
    ) throws(StoreError) -> WhyValues {
        var bySegment: [UInt32: [(row: UInt32, number: UInt32)]] = [:]
        for (number, facts) in sample.enumerated() {
            bySegment[facts.segment, default: []].append((facts.row, UInt32(number)))
        }
        let (samples, rows) = (bySegment, answer.aggregate.rows)
        let places = rows.keys.sorted()
        let selection = answer.aggregate.selection
        let found = try ParallelScan.run(
            places.map { answer.segments[Int($0)] }, source, makeState: { WhyValues() }
        ) { (values: inout WhyValues, view, index) throws(StoreError) in
            let place = places[index]
            try values.add(
                view, rows[place] ?? WhyRows(), sample: samples[place] ?? [], selection)
        }
        note(found.damages)
        var all = WhyValues()
        for values in found.states { all.merge(values) }
        all.leaveOutIDs(
            requestCount: rows.values.reduce(0) { $0 + $1.selected.count + $1.rest.count })
        return all
    }
}
