/// The functions for SQL.
package enum TelemetryFunctions {
    /// What people read about a function.
    package struct Description: Hashable, Sendable {
        package var call: String
        package var meaning: String
    }

    package static let descriptions = [
        Description(
            call: "attr(spans, key)",
            meaning: "an attribute of the span, read from its own column; NULL where it has none"),
        Description(
            call: "resource_attr(spans, key)", meaning: "an attribute of the resource that sent the span"),
        Description(
            call: "quantile(x, q)",
            meaning: "of a group: the smallest x that at least the share q of all x does not exceed; exact"),
        Description(
            call: "ns(time)", meaning: "Unix nanoseconds of a time as --since takes it: ns('now-1h')"),
        Description(call: "time_text(ns)", meaning: "Unix nanoseconds as 2026-08-21T10:00:00.000000000Z"),
        Description(call: "duration_text(ns)", meaning: "nanoseconds as people read them: 12.35 ms"),
    ]

    static func functions(_ tables: TelemetryTables) -> [SQLFunction] {
        [
            attribute("attr", .span, tables),
            attribute("resource_attr", .resource, tables),
            SQLFunction(name: "ns", argumentCount: 1, isConstant: true) {
                (arguments, result) throws(StoreError) in
                try time(arguments[0], tables, result)
            },
            SQLFunction(name: "time_text", argumentCount: 1, isConstant: true) {
                (arguments, result) throws(StoreError) in
                guard let nanos = try wholeNumber("time_text", arguments) else { return result.null() }
                result.text(UnixNanos(rawValue: nanos).rfc3339)
            },
            SQLFunction(name: "duration_text", argumentCount: 1, isConstant: true) {
                (arguments, result) throws(StoreError) in
                guard let nanos = try wholeNumber("duration_text", arguments) else { return result.null() }
                result.text(HumanUnits.duration(nanos))
            },
        ]
    }

    static var aggregates: [SQLAggregateFunction] {
        [SQLAggregateFunction(name: "quantile", argumentCount: 2) { QuantileAggregate() }]
    }

    /// A function that reads an attribute of the row that a handle names.
    private static func attribute(
        _ name: String, _ origin: AttributeCache.Origin, _ tables: TelemetryTables
    ) -> SQLFunction {
        // Not constant: it reads the scan that runs.
        SQLFunction(name: name, argumentCount: 2, isConstant: false) {
            [unowned tables] (arguments, result) throws(StoreError) in
            guard let handle = arguments.integer(0), let source = tables.sourceOfOpenScans else {
                if arguments[0] == .null { return result.null() }
                throw StoreError(
                    .unavailable,
                    "\(name)() takes the column spans of the table spans, in the query that reads it, and a "
                        + "key: \(name)(spans, 'http.route')")
            }
            let (part, row) = SpanSource.Part.place(handle)
            guard source.parts.indices.contains(part), row < source.parts[part].summary.spans else {
                throw StoreError(
                    .unavailable, "\(name)(): there is no span \(handle); give it the column spans")
            }
            // Typed throws do not pass through the closure: the outcome is carried out as a value.
            let column = arguments.withBytes(1) { key -> Result<AttributeColumn, StoreError> in
                Result { () throws(StoreError) in try source.attribute(key, of: origin, part: part) }
            }
            try column.get().write(row, to: result)
        }
    }

    private static func time(
        _ value: SQLValue, _ tables: TelemetryTables, _ result: SQLResult
    ) throws(StoreError) {
        switch value {
        case .null: result.null()
        case .integer(let nanos): result.integer(nanos)
        case .text(let text):
            do {
                let expression = try TimeExpression(parsing: text)
                result.integer(expression.resolve(now: tables.now(), zone: tables.zone).rawValue)
            } catch {
                throw StoreError(.unavailable, "ns(): \(error.message)")
            }
        case .real, .blob:
            throw StoreError(.unavailable, "ns() takes a time as text, as in ns('now-1h')")
        }
    }

    private static func wholeNumber(_ name: String, _ arguments: SQLArguments) throws(StoreError) -> Int64? {
        switch arguments.numeric(0) {
        case .null: return nil
        case .integer(let number): return number
        case .real(let number) where abs(number) < 0x1p63: return Int64(number.rounded())
        case .real, .text, .blob:
            throw StoreError(.unavailable, "\(name)() takes a number of nanoseconds")
        }
    }
}
