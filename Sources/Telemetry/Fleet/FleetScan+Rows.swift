extension FleetScan.Answer {
    /// Where the time of some sets of requests went. Of a scan with stages only.
    func stages(
        of sets: [[FleetRow]], _ reader: TelemetryReader
    ) throws(StoreError) -> [StageTimes] {
        // By segment and row. What had to wait has its stages already; a fetch of Athens may have changed them.
        var held: [UInt64: Int] = [:]
        for (index, exchange) in self.held.exchanges.enumerated() {
            held[UInt64(exchange.segment) << 32 | UInt64(exchange.row)] = index
        }
        var times = [StageTimes](repeating: StageTimes(), count: sets.count)
        var wanted: [UInt32: [(set: Int, row: UInt32)]] = [:]
        for (set, rows) in sets.enumerated() {
            for row in rows {
                if let index = held[UInt64(row.segment) << 32 | UInt64(row.row)] {
                    times[set] += self.held.stages[index]
                } else {
                    wanted[row.segment, default: []].append((set, row.row))
                }
            }
        }
        let bySegment = wanted.sorted { $0.key < $1.key }
        let (question, names, survey, stored) = (question, names, survey, stored)
        let found = try ParallelScan.run(
            bySegment.map { segments[Int($0.key)] }, reader.source,
            makeState: { (stages: [(Int, StageTimes)](), memory: ScanMemory()) }
        ) {
            (found: inout (stages: [(Int, StageTimes)], memory: ScanMemory), view, group) throws(StoreError)
            in
            let index = Int(bySegment[group].key)
            let exchanges = try SegmentExchanges(
                view, index: index, question, names, without: index < stored ? survey.splitTraces : [],
                &found.memory)
            var stageReader = StageReader()
            let places = exchanges.tree.exchangeOfRow
            // Where the time went is not known then, and has to be said so.
            if let damage = exchanges.treeDamage { throw damage }
            for (set, row) in bySegment[group].value where places[Int(row)] >= 0 {
                let place = Int(places[Int(row)])
                found.stages.append((set, stageReader.stages(of: place, in: exchanges)))
            }
        }
        reader.note(found.damages)
        for (set, stages) in found.states.flatMap(\.stages) { times[set] += stages }
        return times
    }
}
