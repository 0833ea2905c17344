import ArgumentParser

/// What is wrong with a command line, in one sentence, and where to read what it may be.
package struct UsageProblem: Hashable, Sendable {
    package let text: String

    /// - Parameters:
    ///   - message: what the parser says
    ///   - arguments: without the program's own name
    package init(message: String, arguments: [String]) {
        let sentence = Self.lowerCased(Self.ownWords(Self.oneLine(message)))
        text = "\(sentence); see '\(Self.command(arguments)) --help'"
    }

    /// Where a value is refused by a function of ours, the parser repeats value and option before what that says.
    private static func ownWords(_ message: String) -> String {
        guard message.hasPrefix("The value '"), let marker = message.firstRange(of: "' is invalid for '"),
            let colon = message[marker.upperBound...].firstRange(of: "': ")
        else { return message }
        return String(message[colon.upperBound...])
    }

    /// The parser lists the values of an option one below the other.
    private static func oneLine(_ message: String) -> String {
        let lines = message.split(separator: "\n").map { line in line.drop { $0 == " " } }
        let values = lines.filter { $0.hasPrefix("- ") }.map { $0.dropFirst(2) }
        var sentence = lines.filter { !$0.hasPrefix("- ") }.joined(separator: " ")
        if !values.isEmpty { sentence += " " + values.joined(separator: ", ") }
        while sentence.hasSuffix(".") { sentence.removeLast() }
        return sentence
    }

    private static func lowerCased(_ sentence: String) -> String {
        sentence.prefix(1).lowercased() + sentence.dropFirst()
    }

    /// The words up to the last command that is named.
    private static func command(_ arguments: [String]) -> String {
        var configuration = CollectorCommand.configuration
        var words = ["traceq-collector"]
        for argument in arguments {
            let known = configuration.subcommands.first { $0.configuration.commandName == argument }
            guard let known else { continue }
            words.append(argument)
            configuration = known.configuration
        }
        return words.joined(separator: " ")
    }
}
