/// Where a recommendation is asked for.
package struct RecommendQuery: Sendable {
    /// By start of the request.
    package var window: TimeWindow
    /// Its region is that of the clients: the nodes that they ask stand there.
    package var filter: FleetFilter
    package var mirrors: MirrorList
    /// Patterns of private modules; nil when nobody asks about these.
    package var privateModules: ModulePatternList?
    /// Which part of its requests the first of the list does not fail, from 0 to 1, where another one does as well.
    package var availabilityMin: Double
    /// Rows at most, at least 1; what is recommended goes by all of them.
    package var limit = 50

    package init(
        window: TimeWindow, filter: FleetFilter = FleetFilter(), mirrors: MirrorList = .builtIn,
        privateModules: ModulePatternList? = nil,
        availabilityMin: Double = ObjectiveList.builtIn.availabilityMin ?? 0
    ) {
        self.window = window
        self.filter = filter
        self.mirrors = mirrors
        self.privateModules = privateModules
        self.availabilityMin = availabilityMin
    }
}

/// Whose times of a proxy are known.
package enum ProxyView: UInt8, Sendable, CaseIterable {
    /// Those of clients, from the logs of their go command: with the way there and back.
    case clients
    /// What the proxy's own servers tell: without the way to the client.
    case servers
    /// Those of other proxies that ask it.
    case proxies

    package var name: String {
        switch self {
        case .clients: "clients"
        case .servers: "servers"
        case .proxies: "proxies"
        }
    }
}

/// A proxy that served clients of a region, or proxies there.
package struct ProxyCandidate: Sendable {
    /// Nil where the nodes do not say.
    package var region: String?
    /// As telemetry has it, with the port where it is not the usual one.
    package var host: String
    /// What is known of it.
    package var mirror: ModuleMirror?
    /// How to write it in a GOPROXY list.
    package var url: String
    package var view: ProxyView
    package var figures: ComparedGroup
    /// Requests of which an outcome is known: what availability is of.
    package var outcomes: Int
    /// Files of private modules that it served.
    package var privateServed: Int
    package var standing = Standing.tooFew

    /// What becomes of a candidate. The raw values are part of the output.
    package enum Standing: String, Sendable {
        case recommended
        /// The first one of the list where none is as available as it should be.
        case leastBad = "least bad"
        /// The second one of the list.
        case fallback
        /// Not in the list: others are better, or as good.
        case other
        /// It fails too often to be the first.
        case belowMinimum = "below minimum"
        /// It failed more often than another one, beyond chance.
        case lessAvailable = "less available"
        case tooFew = "too few"
        /// What telemetry says was asked is no host, and nothing to copy into a shell.
        case notAHost = "not a host"
    }

    /// Whether it may be told of private modules: what is not known to be public is the user's own.
    package var isPublic: Bool { mirror?.visibility == .public }

    /// What a verdict needs at the least.
    package static let requestsMin = ComparisonFigures.unitsMin(.request)

    package var hasEvidence: Bool { isHost && outcomes >= Self.requestsMin }

    /// Whether it can stand in a list: who sends telemetry writes into it whatever he likes.
    var isHost: Bool { mirror != nil || ShellWord.isAddress(url) }
}

/// Which GOPROXY to use in a region.
package struct ProxyRecommendation: Sendable {
    package var region: String?
    /// Nil where there is too little to say.
    package var goproxy: String?
    /// What goes with it for private modules; nil when nobody asked.
    package var goprivate: String?
    package var gonosumdb: String?
    /// Sentences.
    package var reasons: [String]
    /// What `traceq chain lint` finds in it.
    package var findings: [LintFinding]
    /// Whether the first one fails as seldom as it should; nil where none is recommended.
    package var meetsMinimum: Bool?
}

package struct RecommendResult: Sendable {
    /// By region, the recommended first.
    package var candidates: [ProxyCandidate]
    /// One for each region.
    package var recommendations: [ProxyRecommendation]
    /// Requests for files that clients sent, and of these those of which nobody says whom they asked.
    package var requests: Int
    package var withoutHost: Int
    /// Requests that edges passed on whose own spans are not stored; they count for no proxy.
    package var behindLostEdges: Int
    /// Whether hosts were left out, as there are more than a table holds.
    package var isCut: Bool
    package var quality: FleetQuality
    package var notes: [QualityNote]
}
