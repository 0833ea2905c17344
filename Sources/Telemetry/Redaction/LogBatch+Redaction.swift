extension LogBatch {
    /// Takes secrets out of all texts: bodies, event names, attributes, resources and scopes.
    ///
    /// - Returns: how many distinct values were changed
    @discardableResult
    package mutating func redact(_ redactor: Redactor) -> Int { rows.redact(redactor, of: .logs) }
}

extension TelemetryBatch {
    /// Takes secrets out of all texts.
    ///
    /// - Returns: how many distinct values were changed
    @discardableResult
    package mutating func redact(_ redactor: Redactor) -> Int {
        let count: Int
        switch self {
        case .spans(var batch):
            count = batch.redact(redactor)
            self = .spans(batch)
        case .points(var batch):
            count = batch.redact(redactor)
            self = .points(batch)
        case .logs(var batch):
            count = batch.redact(redactor)
            self = .logs(batch)
        }
        return count
    }
}
