/// Why the collector could not start, in a sentence for the person who started it.
package struct CollectorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of trouble it is, which decides the exit code.
    package enum Code: Int32, Sendable {
        /// What was asked for cannot be done: an option, an address, a port in use.
        case usage = 1
        /// The database cannot be opened or created.
        case database = 3
    }

    package var code: Code
    /// What failed, on what, and what to do: lower case, one line.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
