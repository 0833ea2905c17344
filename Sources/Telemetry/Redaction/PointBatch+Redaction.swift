import OTLPModel

extension PointBatch {
    /// Takes secrets out of all texts: attributes, resources, scopes, and attributes of exemplars. Each distinct value is
    /// looked at once. Names and units of metrics are no places for them.
    ///
    /// - Returns: how many distinct values were changed
    @discardableResult
    package mutating func redact(_ redactor: Redactor) -> Int {
        guard !redactor.isIdle else { return 0 }
        let attributes = table.attributes.replaceEntries(where: redactor.firstSign) {
            redactor.redactedAttributes($0)
        }
        let resources = table.origins.resources.replaceEntries(where: redactor.firstSign) {
            redactor.redactedResource($0)
        }
        let scopes = table.origins.scopes.replaceEntries(where: redactor.firstSign) {
            redactor.redactedScope($0)
        }
        return attributes + resources + scopes + redactExemplars(redactor)
    }

    private mutating func redactExemplars(_ redactor: Redactor) -> Int {
        let types = table.metrics.map { Metric(canonicalBytes: $0)?.type ?? .none }
        let table = table
        let series = rows.seriesIndexes
        let changes = rows.details.changes(where: redactor.firstSign) { [details = rows.details] row in
            let type = types[Int(table.series[Int(series[row])].metric)]
            guard var point = MetricPoint(details: Array(details[row]), of: type) else { return nil }
            var isChanged = false
            for index in point.exemplars.indices {
                guard let pairs = redactor.redacted(point.exemplars[index].filteredAttributes) else {
                    continue
                }
                point.exemplars[index].filteredAttributes = pairs
                isChanged = true
            }
            guard isChanged else { return nil }
            var writer = ProtobufWriter()
            point.write(to: &writer, of: type)
            return writer.bytes
        }
        rows.details.replace(changes)
        return changes.count
    }
}

extension StringTable {
    /// What is made of each entry.
    fileprivate func map<Value>(_ make: ([UInt8]) -> Value) -> [Value] {
        (0..<count).map { make(Array(self[$0])) }
    }
}
