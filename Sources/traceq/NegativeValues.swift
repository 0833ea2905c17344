/// Lets people write `--since -5m`, as other tools have it: the parser takes what begins with a dash for an option.
/// Where nothing may be negative (`--limit -5`), the option itself can say so, then.
enum NegativeValues {
    /// Joins a value that begins with a dash and a digit, as no option does, to the option before it.
    static func joined(_ arguments: [String]) -> [String] {
        var joined: [String] = []
        for (position, argument) in arguments.enumerated() {
            // What follows is for another program, or a name.
            if argument == "--" { return joined + arguments[position...] }
            let isNegative = argument.first == "-" && argument.dropFirst().first?.isNumber == true
            if isNegative, let option = joined.last, option.hasPrefix("--"), !option.contains("=") {
                joined[joined.count - 1] = option + "=" + argument
            } else {
                joined.append(argument)
            }
        }
        return joined
    }
}
