/// One value of a result, with enough type to be written in every format.
package enum ResultCell: Hashable, Sendable {
    /// Nothing is known: `null` in JSON, `-` for people.
    case missing
    /// Text that a stranger may have written.
    case text(String)
    /// Text that says something went wrong; people see it marked.
    case alert(String)
    /// A measure beyond its limit: people see it marked by a sign as well as by colour.
    case alarm(String)
    /// An id or a word of ours: never cut, never escaped.
    case identifier(String)
    case integer(Int64)
    /// A count that should be 0; people see it marked where it is not.
    case failures(Int64)
    case decimal(Double)
    /// How many a second.
    case rate(Double)
    /// A size in bytes.
    case bytes(Int64)
    /// The same without its digits for people: of things that need not be compared to the byte.
    case size(Int64)
    /// Nanoseconds; milliseconds in data formats.
    case duration(Int64)
    /// A difference of durations, in nanoseconds; people see its sign.
    case change(Int64)
    case time(UnixNanos)
    /// A time of whole minutes.
    case minute(UnixNanos)
    /// A time as OTLP carries it, which `UnixNanos` cannot always hold.
    case sentTime(UInt64)
    case structured(JSONNode)
    /// A value of SQL: numbers with all their digits, blobs in hexadecimal.
    case value(SQLValue)

    var json: JSONNode {
        switch self {
        case .missing: .null
        case .text(let text), .alert(let text), .alarm(let text), .identifier(let text): .string(text)
        case .integer(let number), .failures(let number), .bytes(let number), .size(let number):
            .integer(number)
        case .decimal(let number), .rate(let number): .double(number)
        case .duration(let nanoseconds), .change(let nanoseconds):
            .decimal(HumanUnits.milliseconds(nanoseconds))
        case .time(let time), .minute(let time): .string(time.rfc3339)
        case .sentTime(let time): .string(UnixNanos.rfc3339(unsigned: time))
        case .structured(let value): value
        case .value(let value): value.json
        }
    }

    /// For people, already safe to print.
    func displayText(in zone: TimeZoneRules) -> String {
        switch self {
        case .missing: "-"
        case .text(let text), .alert(let text): text.isEmpty ? "-" : DisplayText.escaped(text)
        case .alarm(let text): "! " + DisplayText.escaped(text)
        case .identifier(let text): text
        case .integer(let number), .failures(let number): HumanUnits.count(number)
        case .decimal(let number): ((number * 10).rounded() / 10).description
        case .rate(let number): HumanUnits.rate(number)
        case .bytes(let count):
            count < 1024
                ? HumanUnits.bytes(count) : "\(HumanUnits.bytes(count)) (\(HumanUnits.count(count)) bytes)"
        case .size(let count): HumanUnits.bytes(count)
        case .duration(let nanoseconds): HumanUnits.duration(nanoseconds)
        case .change(let nanoseconds):
            (nanoseconds > 0 ? "+" : "") + HumanUnits.duration(nanoseconds)
        case .time(let time): time.displayText(in: zone)
        // Without `:00.000`.
        case .minute(let time): String(time.displayText(in: zone).dropLast(7))
        case .sentTime(let time): UnixNanos(clamping: time).displayText(in: zone)
        case .structured(let value): DisplayText.escaped(value.text)
        case .value(.null): "NULL"
        case .value(let value): DisplayText.escaped(value.plainText)
        }
    }

    /// For spreadsheets, before quoting.
    var csvText: String {
        switch self {
        case .missing: ""
        case .text(let text), .alert(let text), .alarm(let text):
            CSVRenderer.guarded(DisplayText.escaped(text))
        case .identifier(let text): text
        case .integer(let number), .failures(let number), .bytes(let number), .size(let number):
            String(number)
        case .decimal(let number), .rate(let number): number.isFinite ? number.description : ""
        case .duration(let nanoseconds), .change(let nanoseconds): HumanUnits.milliseconds(nanoseconds)
        case .time(let time), .minute(let time): time.rfc3339
        case .sentTime(let time): UnixNanos.rfc3339(unsigned: time)
        case .structured(let value): value.text
        case .value(.text(let text)): CSVRenderer.guarded(DisplayText.escaped(text))
        case .value(let value): value.plainText
        }
    }
}
