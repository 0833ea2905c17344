/// What a redirect for a file tells of a cache: that depends on who sends it.
extension SegmentExchanges {
    /// - Parameters:
    ///   - mirrors: what is known of the hosts that were asked
    ///   - software: of the node of a row
    mutating func readRedirects(
        _ mirrors: MirrorList, _ software: (_ row: Int) -> ProxySoftware?
    ) throws(StoreError) {
        let places = exchanges.indices.filter { place in
            let exchange = exchanges[place]
            return (300..<400).contains(exchange.httpStatus) && exchange.httpStatus != 304
                && exchange.cacheResult == 0 && exchange.moduleKind?.isImmutable == true
        }
        guard !places.isEmpty else { return }
        let hosts = try hosts(of: places)
        for (place, host) in zip(places, hosts) {
            let exchange = exchanges[place]
            let profile =
                software(Int(exchange.row)) == .athens
                ? MirrorProfile.athens : host.flatMap { mirrors[host: $0] }?.profile
            guard
                let result = profile?.redirectResult(
                    httpStatus: Int(exchange.httpStatus), isZip: exchange.moduleKind == .zip)
            else { continue }
            change(place) { exchange in
                exchange.cacheResult = result.rawValue
                exchange.cacheEvidence = CacheEvidence.redirect.rawValue
            }
        }
    }
}

extension MirrorProfile {
    /// What a redirect in answer to a request for a file says of the cache of a program.
    ///
    /// goproxy.cn sends who asks for a large zip to the stored file (302). Athens sends who asks for what it lacks to
    /// where it would fetch it (301), and for what its filter calls direct elsewhere (303).
    /// - Returns: nil where it says nothing
    func redirectResult(httpStatus: Int, isZip: Bool) -> CacheResult? {
        switch (self, httpStatus) {
        case (.goproxy, 302): isZip ? .redirectHit : nil
        case (.athens, 301): .redirectMiss
        case (.athens, 303): .bypass
        default: nil
        }
    }
}
