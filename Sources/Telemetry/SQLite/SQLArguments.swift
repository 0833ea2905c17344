import CSQLite

/// What SQL hands to a function, or a plan to a virtual table. Borrowed: valid during the call only.
@safe struct SQLArguments {
    private let values: UnsafeMutablePointer<OpaquePointer?>?
    let count: Int

    init(_ values: UnsafeMutablePointer<OpaquePointer?>?, count: Int32) {
        unsafe self.values = values
        self.count = unsafe values == nil ? 0 : Int(count)
    }

    private func value(_ index: Int) -> OpaquePointer? {
        index < count ? unsafe values?[index] : nil
    }

    subscript(index: Int) -> SQLValue { unsafe SQLValue(value(index)) }

    /// The argument as a number in a comparison with a numeric column: text that reads as a number is one.
    func numeric(_ index: Int) -> SQLValue {
        _ = unsafe sqlite3_value_numeric_type(value(index))
        return self[index]
    }

    /// An argument that must be a whole number; nil for any other.
    func integer(_ index: Int) -> Int64? {
        unsafe sqlite3_value_type(value(index)) == SQLITE_INTEGER ? sqlite3_value_int64(value(index)) : nil
    }

    /// Lends a text or a blob where SQLite keeps it, for the length of the closure.
    func withBytes<Result>(_ index: Int, _ body: (ByteSpan) -> Result) -> Result {
        let argument = unsafe value(index)
        // In this order: asking for the text may convert it, and so change its length.
        let start = unsafe sqlite3_value_text(argument)
        let count = Int(unsafe sqlite3_value_bytes(argument))
        guard let start = unsafe start, count > 0 else {
            let nothing: [UInt8] = []
            return body(nothing.span)
        }
        return body(unsafe Swift.Span(_unsafeStart: start, count: count))
    }
}

extension SQLValue {
    /// Copies a value out of SQLite.
    init(_ value: OpaquePointer?) {
        switch unsafe sqlite3_value_type(value) {
        case SQLITE_INTEGER: self = .integer(unsafe sqlite3_value_int64(value))
        case SQLITE_FLOAT: self = .real(unsafe sqlite3_value_double(value))
        case SQLITE_TEXT:
            let start = unsafe sqlite3_value_text(value)
            let count = Int(unsafe sqlite3_value_bytes(value))
            self = .text(
                unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            let count = Int(unsafe sqlite3_value_bytes(value))
            let start = unsafe sqlite3_value_blob(value)
            self = .blob(unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count)))
        default: self = .null
        }
    }
}
