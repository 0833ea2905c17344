/// The rows of the two lists that the receiver is held to: what OTLP and its senders ask for (A to K), and what may be
/// thrown at it ("hostile"). A test names the row that it proves at the beginning of its name, or several.
enum ConformanceRows {
    /// A: transport and routing. B: success. C: failures. D: limits. E: JSON. F, G, H: edges of the data model of
    /// traces, metrics and logs. I: what the environment of exporters says. J: mistakes in their set-up. K: real clients.
    private static let counts: [(String, ClosedRange<Int>)] = [
        ("A", 1...14), ("B", 1...8), ("C", 1...10), ("D", 1...6), ("E", 1...12), ("F", 1...9), ("J", 1...19),
        ("K", 1...4), ("hostile ", 1...84),
    ]

    /// Every row. G, H and I have no numbers.
    static let all = counts.flatMap { list, numbers in numbers.map { "\(list)\($0)" } } + ["G", "H", "I"]

    /// Rows about what is not built yet, and what that is.
    static let later: [String: String] = [
        "hostile 67": "scraping: targets that never end, redirect, or are slow",
        "hostile 68": "scraping: text that breaks Prometheus' format",
        "hostile 69": "scraping: targets that lie about time",
        "hostile 81": "web pages: names that are HTML",
        "hostile 82": "an API for queries: limits, windows and steps beyond reason",
    ]

    /// The rows that a name begins with: `A7`, `E3, E5`, `C9, hostile 75`, `hostile 63, 64`; none without a colon.
    static func named(by name: some StringProtocol) -> [String] {
        guard let colon = name.firstIndex(of: ":") else { return [] }
        var rows: [String] = []
        var isHostile = false
        for part in name[..<colon].split(separator: ",") {
            let words = part.split(separator: " ").filter { $0 != "and" }
            for word in words {
                if word == "hostile" {
                    isHostile = true
                } else if word.allSatisfy(\.isNumber), isHostile {
                    rows.append("hostile \(word)")
                } else if let first = word.first, first.isUppercase, word.dropFirst().allSatisfy(\.isNumber) {
                    isHostile = false
                    rows.append(String(word))
                } else {
                    return []
                }
            }
        }
        return rows
    }
}
