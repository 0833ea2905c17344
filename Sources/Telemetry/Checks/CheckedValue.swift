import OTLPModel

/// A value that rules look at: of a list each element.
struct CheckedValue: Hashable, Sendable {
    /// None where there is nothing: no attribute, an empty text, an empty list.
    private(set) var elements: [SpanValue]

    static let missing = CheckedValue(elements: [])

    private init(elements: [SpanValue]) { self.elements = elements }

    init(_ value: SpanValue) {
        self.init(elements: value == .missing || value == .text("") ? [] : [value])
    }

    init(_ value: AnyValue) {
        switch value {
        case .array(let items): self.init(elements: items.flatMap { CheckedValue($0).elements })
        case .empty: self.init(elements: [])
        case .string, .bool, .int, .double, .keyValueList, .bytes: self.init(SpanValue(value))
        }
    }

    var isMissing: Bool { elements.isEmpty }

    var text: String { elements.map(\.text).joined(separator: ", ") }
}

/// What the rows of a segment have for a key, as numbers that stand for values.
struct CheckedRows {
    /// By row; 0 where there is nothing.
    var codes: [UInt32]
    private enum Kind {
        case values([CheckedValue])
        case coded(CodedRows)
    }
    private let kind: Kind

    /// - Parameter values: what the codes from 1 on stand for
    init(codes: [UInt32], values: [CheckedValue]) {
        self.codes = codes
        kind = .values(values)
    }

    init(_ coded: CodedRows) {
        codes = coded.codes
        kind = .coded(coded)
    }

    var codeCount: Int {
        switch kind {
        case .values(let values): values.count + 1
        case .coded(let coded): coded.codeCount
        }
    }

    func value(_ code: UInt32) -> CheckedValue {
        guard code > 0 else { return .missing }
        switch kind {
        case .values(let values): return values[Int(code) - 1]
        case .coded(let coded):
            var index = Int(code) - 1
            for part in coded.parts {
                guard index >= part.count else { return part.checkedValue(index) }
                index -= part.count
            }
            return .missing
        }
    }

    /// All values, that of code 0 first: cheaper than one by one.
    func forEachValue(_ body: (CheckedValue) -> Void) {
        body(.missing)
        switch kind {
        case .values(let values): values.forEach(body)
        case .coded(let coded):
            for part in coded.parts {
                for index in 0..<part.count { body(part.checkedValue(index)) }
            }
        }
    }
}

extension CodedRows.Part {
    fileprivate func checkedValue(_ index: Int) -> CheckedValue {
        guard case .encoded(let table, let type) = self else { return CheckedValue(value(index)) }
        return AnyValue(type: type, bits: 0, bytes: Array(table[index])).map { CheckedValue($0) } ?? .missing
    }
}
