import OTLPModel

/// What was found, in the form that is stored.
extension RequestFinder {
    /// - Parameter paths: what the finder was given
    func requests(_ paths: PathMemory) throws(StoreError) -> SegmentRequests {
        var requests = SegmentRequests()
        requests.mayHaveDetachedFetches = links.roles.contains { $0.beginsDetachedFetch }
        requests.waits = waits
        requests.reserve(found.count)
        for (place, exchange) in found.enumerated() {
            requests.rows.append(exchange.row)
            requests.facts.append(SegmentRequests.Facts(exchange, shape: shapes[place]))
            requests.outers.append(exchange.outer)
            requests.responseBytes.append(exchange.responseBytes)
        }
        addModules(to: &requests, paths)
        requests.clients = try ClientTexts(view).numbers(ofRows: requests.rows)
        return requests
    }

    private func addModules(to requests: inout SegmentRequests, _ paths: PathMemory) {
        // By number in the memory.
        var numbers = [UInt32](repeating: 0, count: paths.moduleCount + 1)
        for exchange in found {
            let module = Int(exchange.module)
            if module > 0, numbers[module] == 0 {
                requests.moduleNames.append(paths.name(ofModule: exchange.module))
                numbers[module] = UInt32(requests.moduleNames.count)
            }
            requests.modules.append(numbers[module])
        }
    }
}
