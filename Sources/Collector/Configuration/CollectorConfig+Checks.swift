import Configuration
import Telemetry

extension CollectorConfig {
    /// What is wrong between values that are right each by itself.
    ///
    /// - Parameters:
    ///   - places: where values stand in the file. What comes from the command line alone is checked elsewhere and has
    ///     no place here.
    ///   - told: where something is wrong already
    func problems(places: [String: ConfigPosition], told: Set<ConfigPosition> = []) -> [ConfigProblem] {
        portClashes(places) + limitsOutOfOrder(places) + unknownSources(places) + tlsFiles(places, told)
    }

    private func portClashes(_ places: [String: ConfigPosition]) -> [ConfigProblem] {
        let listeners = listeners
        var problems: [ConfigProblem] = []
        for (index, later) in listeners.enumerated() {
            for earlier in listeners[..<index] where earlier.address.overlaps(later.address) {
                guard let place = Self.later(places[earlier.path], places[later.path]) else { continue }
                problems.append(
                    ConfigProblem(
                        place,
                        "\(earlier.path) and \(later.path) both want port \(later.address.port): give each a port "
                            + "of its own"))
            }
        }
        return problems
    }

    /// All addresses to listen on; not Zipkin's where nobody asked for it.
    private var listeners: [(path: String, address: ListenAddress)] {
        let zipkin = settings.isZipkinOptional ? nil : settings.zipkinAddress
        return [("listen.grpc", settings.grpcAddress), ("listen.http", settings.httpAddress)]
            + (zipkin.map { [("listen.zipkin", $0)] } ?? [])
            + (settings.adminAddress.map { [("listen.admin", $0)] } ?? [])
    }

    private func limitsOutOfOrder(_ places: [String: ConfigPosition]) -> [ConfigProblem] {
        var problems: [ConfigProblem] = []
        func check(_ isRight: Bool, _ paths: (String, String), _ message: String) {
            guard !isRight, let place = Self.later(places[paths.0], places[paths.1]) else { return }
            problems.append(ConfigProblem(place, message))
        }
        let (body, inFlight) = (settings.maxBodyBytes, settings.inFlightBytesMax)
        // Without a word of the user's about it, the budget grows with the requests.
        if places["limits.in_flight_bytes"] != nil {
            check(
                inFlight >= 4 * body, ("limits.in_flight_bytes", "limits.request_bytes"),
                "limits.in_flight_bytes (\(ByteCount(inFlight))) is less than four times limits.request_bytes "
                    + "(\(ByteCount(body))): a request must fit in compressed, decompressed and decoded")
        }
        check(
            settings.connectionsPerPeerMax <= settings.connectionsMax,
            ("limits.connections_per_peer", "limits.connections"),
            "limits.connections_per_peer (\(settings.connectionsPerPeerMax)) is more than limits.connections "
                + "(\(settings.connectionsMax)): it would never be reached")
        check(
            settings.headerSecondsMax <= settings.idleSecondsMax,
            ("limits.header_timeout", "limits.idle_timeout"),
            "limits.header_timeout (\(settings.headerSecondsMax)s) is longer than limits.idle_timeout "
                + "(\(settings.idleSecondsMax)s): a connection would be closed in the middle of a header")
        return problems
    }

    /// Rates of sources that nobody can be. Names in client certificates are known only when somebody comes with one.
    private func unknownSources(_ places: [String: ConfigPosition]) -> [ConfigProblem] {
        guard let place = places[SourceRateReading.path], settings.tls.clientAuthorityPath == nil else {
            return []
        }
        let names = settings.credentials.map(\.name)
        return settings.sourceRates.bySource.keys.sorted().compactMap { source in
            guard !names.contains(source), SourceRateReading.address(source) == nil,
                PeerAddress.network(parsing: source) == nil
            else { return nil }
            let near = KeySuggestion.nearest(to: source, among: names)
            return ConfigProblem(
                place,
                "\(SourceRateReading.path) has a rate for \"\(LogLine.escaped(source))\", which is no token, no user and "
                    + "no address" + (near.map { ": did you mean \"\($0)\"?" } ?? ": no sender could have it")
            )
        }
    }

    /// Certificates and keys that cannot be read, or do not fit together.
    private func tlsFiles(_ places: [String: ConfigPosition], _ told: Set<ConfigPosition>) -> [ConfigProblem]
    {
        let keys = ["tls.certificate", "tls.key", "tls.client_ca"]
        let placesOfKeys = keys.compactMap { places[$0] }
        // What could not be read is missing for that reason alone.
        guard settings.tls.isEnabled, let place = placesOfKeys.first, told.isDisjoint(with: placesOfKeys)
        else { return [] }
        do throws(CollectorError) {
            _ = try TLSFiles(settings.tls).context(settings.tls)
            return []
        } catch {
            return [ConfigProblem(place, error.message)]
        }
    }

    private static func later(_ one: ConfigPosition?, _ other: ConfigPosition?) -> ConfigPosition? {
        guard let one, let other else { return one ?? other }
        return max(one, other)
    }
}
