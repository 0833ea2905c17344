/// Lets people write `--since -5m`, as other tools have it: the parser takes what begins with a dash for an option.
enum NegativeTimes {
    private static let options: Set<String> = [
        "--since", "--until", "--baseline-since", "--baseline-until", "--ended",
    ]

    /// Joins such a time to its option.
    static func joined(_ arguments: [String]) -> [String] {
        var joined: [String] = []
        for argument in arguments {
            let isTime = argument.first == "-" && argument.dropFirst().first?.isNumber == true
            if isTime, let option = joined.last, options.contains(option) {
                joined[joined.count - 1] = option + "=" + argument
            } else {
                joined.append(argument)
            }
        }
        return joined
    }
}
