import OTLPModel

extension SegmentRows {
    /// As `coded`, with what spans say of an attribute under older names.
    /// - Parameter isWanted: by span; what the others say under older names may be left out. Nil for all spans
    func normalized(_ key: SpanKey, isWanted: [Bool]? = nil) throws(StoreError) -> CodedRows? {
        guard case .attribute(let name) = key, let stable = StableAttribute(name) else {
            return try coded(key)
        }
        var merged = try coded(key).map { rows in Self.read(rows, stable.reading) { _ in true } }
        for alias in stable.aliases where !tables.columns(ofAttribute: Array(alias.name.utf8)).isEmpty {
            let isMeant = tables.operations.map { alias.kind == nil || $0.kind == alias.kind?.rawValue }
            // Texts are taken apart where nobody has said it better.
            let lacking = operations.indices.filter { row in
                isWanted?[row] != false && isMeant[Int(operations[row])]
                    && (merged?.codes[row] ?? CodedRows.missing) == CodedRows.missing
            }
            guard !lacking.isEmpty, let old = try coded(.attribute(alias.name)) else { continue }
            add(old, alias.reading, at: lacking, to: &merged)
        }
        return merged
    }

    /// Whether a span of the segment has an attribute, under any of its names.
    func mayHaveNormalized(_ key: SpanKey) throws(StoreError) -> Bool {
        if try mayHave(key) { return true }
        guard case .attribute(let name) = key, let stable = StableAttribute(name) else { return false }
        return stable.aliases.contains { !tables.columns(ofAttribute: Array($0.name.utf8)).isEmpty }
    }

    /// - Parameter isNeeded: by code; the others may become missing
    private static func read(
        _ rows: CodedRows, _ reading: StableAttribute.Reading, _ isNeeded: (Int) -> Bool
    ) -> CodedRows {
        if case .asItIs = reading { return rows }
        var known: [SpanValue: UInt32] = [:]
        var values: [SpanValue] = []
        var codes = [CodedRows.missing]
        codes.reserveCapacity(rows.codeCount)
        for part in rows.parts {
            for index in 0..<part.count {
                let value = isNeeded(codes.count) ? reading.value(part.value(index)) : .missing
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

    /// Fills in what some spans do not have yet.
    private func add(
        _ old: CodedRows, _ reading: StableAttribute.Reading, at lacking: [Int], to rows: inout CodedRows?
    ) {
        var isNeeded = [Bool](repeating: false, count: old.codeCount)
        for row in lacking { isNeeded[Int(old.codes[row])] = true }
        let more = Self.read(old, reading) { isNeeded[$0] }
        var merged =
            rows
            ?? CodedRows(codes: [UInt32](repeating: CodedRows.missing, count: operations.count), parts: [])
        let first = UInt32(merged.codeCount - 1)
        for row in lacking where more.codes[row] != CodedRows.missing {
            merged.codes[row] = more.codes[row] + first
        }
        merged.parts += more.parts
        rows = merged
    }
}
