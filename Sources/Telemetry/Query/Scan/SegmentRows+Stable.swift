import OTLPModel

extension SegmentRows {
    /// As `coded`, with what spans say of an attribute under older names.
    func normalized(_ key: SpanKey) throws(StoreError) -> CodedRows? {
        guard case .attribute(let name) = key, let stable = StableAttribute(name) else {
            return try coded(key)
        }
        var merged = try coded(key).map { Self.read($0, stable.reading) }
        for alias in stable.aliases where !tables.columns(ofAttribute: Array(alias.name.utf8)).isEmpty {
            guard let old = try coded(.attribute(alias.name)) else { continue }
            add(Self.read(old, alias.reading), alias.kind, to: &merged)
        }
        return merged
    }

    /// Whether a span of the segment has an attribute, under any of its names.
    func mayHaveNormalized(_ key: SpanKey) throws(StoreError) -> Bool {
        if try mayHave(key) { return true }
        guard case .attribute(let name) = key, let stable = StableAttribute(name) else { return false }
        return stable.aliases.contains { !tables.columns(ofAttribute: Array($0.name.utf8)).isEmpty }
    }

    private static func read(_ rows: CodedRows, _ reading: StableAttribute.Reading) -> CodedRows {
        if case .asItIs = reading { return rows }
        var known: [SpanValue: UInt32] = [:]
        var values: [SpanValue] = []
        var codes = [CodedRows.missing]
        codes.reserveCapacity(rows.codeCount)
        for part in rows.parts {
            for index in 0..<part.count {
                let value = reading.value(part.value(index))
                guard value != .missing else {
                    codes.append(CodedRows.missing)
                    continue
                }
                if let code = known[value] {
                    codes.append(code)
                } else {
                    values.append(value)
                    known[value] = UInt32(values.count)
                    codes.append(UInt32(values.count))
                }
            }
        }
        return CodedRows(codes: rows.codes.map { codes[Int($0)] }, parts: [.values(values)])
    }

    /// Fills in what spans do not have yet.
    /// - Parameter kind: of the spans that are meant; nil for all
    private func add(_ more: CodedRows, _ kind: SpanKind?, to rows: inout CodedRows?) {
        let isMeant = tables.operations.map { kind == nil || $0.kind == kind?.rawValue }
        let count = operations.count
        var merged =
            rows ?? CodedRows(codes: [UInt32](repeating: CodedRows.missing, count: count), parts: [])
        let first = UInt32(merged.codeCount - 1)
        for row in 0..<count
        where merged.codes[row] == CodedRows.missing && more.codes[row] != CodedRows.missing
            && isMeant[Int(operations[row])]
        {
            merged.codes[row] = more.codes[row] + first
        }
        merged.parts += more.parts
        rows = merged
    }
}
