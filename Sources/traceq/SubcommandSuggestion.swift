import ArgumentParser
import Telemetry

/// Answers a command that does not exist with the one that was probably meant.
enum SubcommandSuggestion {
    /// The failure when the first word is no command of `root`, or the second none of that command.
    static func failure(_ arguments: [String], root: CommandConfiguration) -> CommandFailure? {
        var configuration = root
        var path = root.commandName ?? ""
        for word in arguments {
            let choices = configuration.subcommands.map { $0.configuration }
            guard !choices.isEmpty, !word.hasPrefix("-"), word != "help" else { return nil }
            let match = choices.first { $0.commandName == word }
            guard let match else {
                return failure(word, path: path, names: choices.compactMap(\.commandName))
            }
            configuration = match
            path += " " + word
        }
        return nil
    }

    private static func failure(_ word: String, path: String, names: [String]) -> CommandFailure {
        let typed = DisplayText.escaped(DisplayWidth.truncatingEnd(word, to: 40))
        // Who breaks off a name means it, be another one as near: "slow" is "slowest" and not "slo".
        let begun = word.count > 2 ? names.filter { $0.hasPrefix(word) } : []
        let best = (begun.isEmpty ? names : begun).map {
            (name: $0, distance: EditDistance.between($0, word))
        }.min { $0.distance < $1.distance }
        if let best, isNear(word, best.name, distance: best.distance) {
            return CommandFailure(
                .usage, "there is no command '\(typed)'; did you mean '\(path) \(best.name)'?")
        }
        let known = names.joined(separator: ", ")
        return CommandFailure(
            .usage, "there is no command '\(typed)'; '\(path)' has \(known) (see '\(path) --help')")
    }

    /// A letter wrong, in long names two, or the beginning of a name: with more wrong, a guess would be as
    /// likely to mislead.
    private static func isNear(_ word: String, _ name: String, distance: Int) -> Bool {
        distance <= max(1, name.count / 3) || (!word.isEmpty && name.hasPrefix(word))
    }

    /// The command that a command line names, as far as there is one, and the word after it.
    static func command(
        _ arguments: [String], root: CommandConfiguration
    ) -> (path: String, next: String?) {
        var configuration = root
        var path = root.commandName ?? ""
        for word in arguments {
            guard let next = configuration.subcommands.first(where: { $0.configuration.commandName == word })
            else { return (path, word) }
            configuration = next.configuration
            path += " " + word
        }
        return (path, nil)
    }
}
