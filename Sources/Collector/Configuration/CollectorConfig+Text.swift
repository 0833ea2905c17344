import Configuration

extension CollectorConfig {
    /// The whole configuration as a file of every key, each with where its value comes from. It holds no secret: what
    /// is one is left out, and what comes from the environment or another file is shown by its reference.
    ///
    /// - Parameters:
    ///   - places: where values of the file stand
    ///   - references: by key, values of the file with references, as they stand there
    ///   - options: by key, the option that stands above the file
    func text(
        places: [String: ConfigPosition], references: [String: String], options: [String: String]
    ) -> String {
        var lines: [String] = []
        var section: [Substring] = []
        for key in ConfigSchema.keys {
            let parts = key.path.split(separator: ".")
            let own = parts.dropLast()
            for (depth, name) in own.enumerated() where section.prefix(depth + 1) != own.prefix(depth + 1) {
                lines.append(Self.indent(depth) + name + ":")
            }
            section = Array(own)
            let origin = options[key.path] ?? places[key.path]?.description ?? "default"
            let begin = Self.indent(own.count) + key.name + ":"
            let reference = options[key.path] == nil ? references[key.path] : nil
            switch (reference.map { ConfigText.value(ConfigText.text($0)) }) ?? key.text(self) {
            case .value(let text):
                lines.append(begin + (text.isEmpty ? "" : " " + text) + "  # " + origin)
            case .block(let block):
                lines.append(begin + "  # " + origin)
                lines += block.map { Self.indent(own.count + 1) + $0 }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth) }
}
