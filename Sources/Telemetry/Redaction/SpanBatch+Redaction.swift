extension SpanBatch {
    /// Takes secrets out of all texts: names, attributes, events, links, status messages, resources and scopes. Each
    /// distinct value is looked at once; a request without `@` and `=` costs one look at its bytes.
    ///
    /// - Returns: how many distinct values were changed
    @discardableResult
    package mutating func redact(_ redactor: Redactor) -> Int { redact(redactor, of: .traces) }

    /// - Parameter signal: what the rows are: spans or log records
    mutating func redact(_ redactor: Redactor, of signal: Signal) -> Int {
        guard !redactor.isIdle else { return 0 }
        let values = dictionary.replaceEntries(where: redactor.firstSign) { [columns] column, bytes in
            if signal == .logs, column == FieldColumn.structuredBody.id {
                return redactor.redactedValue(bytes)
            }
            return Self.redacted(columns.keys[Int(column)], column, bytes, redactor)
        }
        let resources = resources.replaceEntries(where: redactor.firstSign) { redactor.redactedResource($0) }
        let scopes = scopes.replaceEntries(where: redactor.firstSign) { redactor.redactedScope($0) }
        return values + resources + scopes
    }

    private static func redacted(
        _ key: ColumnKey, _ column: UInt32, _ bytes: [UInt8], _ redactor: Redactor
    ) -> [UInt8]? {
        switch (key.role, key.type) {
        case (.attribute, .string): redactor.redacted(bytes, isQuery: Redactor.isQuery(key.name))
        case (.attribute, .array): redactor.redactedArray(bytes, key: key.name)
        case (.attribute, .keyValueList): redactor.redactedAttributes(bytes)
        case (.attribute, _): nil
        case (.field, _):
            switch FieldColumn(rawValue: column) {
            case .name, .statusMessage: redactor.redacted(bytes)
            case .events: redactor.redactedEvents(bytes)
            case .links: redactor.redactedLinks(bytes)
            case .overflow: redactor.redactedAttributes(bytes)
            case .traceState, .droppedAttributesCount, .droppedEventsCount, .droppedLinksCount, nil: nil
            }
        }
    }
}

extension StringTable {
    /// Puts other bytes in the place of entries.
    ///
    /// - Parameters:
    ///   - sign: The first place in a range from which on there may be something to replace; its end when there is none.
    ///   - replacement: Of an entry with a sign; nil when it stays.
    /// - Returns: how many were replaced
    mutating func replaceEntries(
        where sign: (ByteSpan, Range<Int>) -> Int, _ replacement: ([UInt8]) -> [UInt8]?
    ) -> Int {
        let changes = self.changes(where: sign) { replacement(Array(self[$0])) }
        replace(changes)
        return changes.count
    }

    /// What to put in the place of entries with a sign in them.
    func changes(
        where sign: (ByteSpan, Range<Int>) -> Int, _ replacement: (_ entry: Int) -> [UInt8]?
    ) -> [Int: [UInt8]] {
        var changes: [Int: [UInt8]] = [:]
        let end = bytes.count
        var entry = 0
        var place = sign(bytes.span, 0..<end)
        while place < end {
            while range(entry).upperBound <= place { entry += 1 }
            if let changed = replacement(entry) { changes[entry] = changed }
            place = sign(bytes.span, range(entry).upperBound..<end)
        }
        return changes
    }

    /// Puts other bytes in the place of some entries.
    mutating func replace(_ changes: [Int: [UInt8]]) {
        guard !changes.isEmpty else { return }
        var changed = StringTable()
        changed.reserve(entries: count, bytes: bytes.count)
        for entry in 0..<count {
            if let bytes = changes[entry] {
                changed.append(bytes)
            } else {
                changed.append(self[entry])
            }
        }
        self = changed
    }
}
