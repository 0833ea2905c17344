package import Telemetry

/// How an event looks in the log: `2026-11-23T19:59:51.123Z info listening address=127.0.0.1:4318`.
package enum LogLine {
    /// One line, without its end. Values with anything but plain characters are quoted and escaped, so
    /// that no sender can forge a line or reach the terminal.
    package static func text(
        time: UnixNanos, level: String, event: String, fields: [(key: String, value: String)]
    ) -> String {
        var line = timestamp(time) + " " + level + " " + escaped(event)
        for field in fields {
            line += " " + escaped(field.key) + "=" + quotedIfNeeded(field.value)
        }
        return line
    }

    /// RFC 3339 in UTC, to the millisecond.
    private static func timestamp(_ time: UnixNanos) -> String {
        String(time.rfc3339.dropLast("000000Z".count)) + "Z"
    }

    private static func quotedIfNeeded(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                && byte != UInt8(ascii: "=")
        }
        return isPlain && !value.isEmpty ? value : "\"" + escaped(value) + "\""
    }

    /// The text with quotes, backslashes and everything that steers a terminal or hides in one escaped.
    package static func escaped(_ text: String) -> String {
        DisplayText.quotable(text)
    }
}
