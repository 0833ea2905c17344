import Telemetry

/// Keeps the parser from naming an option that nobody who typed another one can have meant.
enum OptionSuggestion {
    private static let question = ". Did you mean '"

    /// A message of the parser, without its question where what it asks for is too far from what was typed.
    static func kept(in message: String) -> String {
        let quotes = message.split(separator: "'", omittingEmptySubsequences: false)
        guard let start = message.firstRange(of: question)?.lowerBound, quotes.count == 5,
            !isNear(String(quotes[1]), String(quotes[3]))
        else { return message }
        return String(message[..<start])
    }

    /// A slip of the pen: a letter in four, two in eight, and never as many as there are.
    static func isNear(_ typed: String, _ option: String) -> Bool {
        let (typed, option) = (typed.drop { $0 == "-" }.lowercased(), option.drop { $0 == "-" }.lowercased())
        let letters = min(typed.count, option.count)
        let distance = EditDistance.between(option, typed)
        guard distance < letters else { return false }
        // Who breaks off a name means it.
        if typed.count > 2, option.hasPrefix(typed) { return true }
        return distance <= (letters <= 4 ? 1 : letters <= 8 ? 2 : 3)
    }
}
