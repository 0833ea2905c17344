/// What the place of output can show.
package struct RenderStyle: Sendable {
    /// Whether to mark headings and errors with colour; what they say never depends on it.
    package var colour: Bool
    /// Columns of the terminal; nil where lines may be of any length, as in a pipe.
    package var width: Int?
    /// The zone in which tables show times. JSON and CSV are always in UTC.
    package var zone: TimeZoneRules

    package init(colour: Bool = false, width: Int? = nil, zone: TimeZoneRules = .utc) {
        self.colour = colour
        self.width = width
        self.zone = zone
    }

    func heading(_ text: String) -> String { painted(text, "1") }
    func faint(_ text: String) -> String { painted(text, "2") }
    func alert(_ text: String) -> String { painted(text, "31") }
    func accent(_ text: String) -> String { painted(text, "36") }

    private func painted(_ text: String, _ code: String) -> String {
        colour && !text.isEmpty ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
}
