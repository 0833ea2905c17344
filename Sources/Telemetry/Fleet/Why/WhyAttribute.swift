import OTLPModel

/// An attribute as `why` counts it: one fact has one name, whatever name a node's emitter gives it. Otherwise a name that
/// only some nodes use would stand for these nodes.
struct WhyAttribute: Sendable {
    /// The stable name where there is one.
    let name: String
    /// How well a column of the same fact tells it: the least counts where a span has several.
    let rank: Int
    private let reading: StableAttribute.Reading

    /// By a name that emitters use, what it is of; requests are spans of servers.
    private static let known: [String: WhyAttribute] = {
        var known: [String: WhyAttribute] = [:]
        for attribute in StableAttribute.all {
            known[attribute.name] = WhyAttribute(attribute.name, 0, attribute.reading)
        }
        for attribute in StableAttribute.all {
            for (place, alias) in attribute.aliases.enumerated() where alias.kind != .client {
                guard known[alias.name] == nil, alias.reading.isOfWholeValue else { continue }
                known[alias.name] = WhyAttribute(attribute.name, place + 1, alias.reading)
            }
        }
        return known
    }()

    private init(_ name: String, _ rank: Int, _ reading: StableAttribute.Reading) {
        self.name = name
        self.rank = rank
        self.reading = reading
    }

    /// - Parameter name: of a column
    init(_ name: String) {
        if let known = Self.known[name] {
            self = known
            return
        }
        // Headers were captured with underscores once.
        for prefix in ["http.request.header.", "http.response.header."] where name.hasPrefix(prefix) {
            let header = name.dropFirst(prefix.count)
            guard header.contains("_") else { continue }
            self.init(prefix + header.map { $0 == "_" ? "-" : String($0) }.joined(), 1, .text)
            return
        }
        self.init(name, 0, .asItIs)
    }

    /// Nil where the value stands for none.
    func text(_ value: SpanValue) -> String? {
        let read = reading.value(value)
        if case .missing = read { return nil }
        let text = SegmentExchanges.labelText(read)
        // What nginx says for a variable that is not set; and the route of everything is none.
        return text == "-" || text.isEmpty || name == "http.route" && text == "/" ? nil : text
    }

    /// Whether it says how a request ended, in whatever words: of failures every one has some.
    var tellsOfOutcome: Bool {
        let word = name.lowercased()
        guard !word.hasPrefix("http.request.") else { return false }
        return ["status", "error", "exception", "response_flags"].contains { word.contains($0) }
    }

    /// Whether it is there because a request was not answered by the cache: it tells of the way to where the file came
    /// from, and explains nothing. What a client asked for does, whatever it is called.
    var tellsOfUpstream: Bool {
        let word = name.lowercased()
        guard !word.hasPrefix("http.request.") else { return false }
        return ["upstream", "backend", "origin"].contains { word.contains($0) }
    }
}

extension StableAttribute.Reading {
    /// Whether the value tells this alone: of a URL, several attributes are parts.
    fileprivate var isOfWholeValue: Bool {
        switch self {
        case .part, .port: false
        case .asItIs, .text, .upperCase, .number, .status, .protocolVersion, .address, .host: true
        }
    }
}
