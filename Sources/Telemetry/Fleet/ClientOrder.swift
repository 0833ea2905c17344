/// Puts requests into the order of their clients, and those of each client into an order of their own.
///
/// Clients are small numbers, and of millions of requests each has few: requests are laid to their clients by counting,
/// which compares nothing, and what is left are many short lists, of which most are in order.
enum ClientOrder {
    /// The places of some requests, in order.
    /// - Parameters:
    ///   - clients: of each request; of one part of `count`, so that they differ by multiples of it
    ///   - isBefore: the order of two requests of one client, by their places
    static func places(
        ofClients clients: [UInt32], ofPartOf count: Int, _ isBefore: (UInt32, UInt32) -> Bool
    ) -> [UInt32] {
        let numbers = clients.map { Int($0) / count }
        let (least, most) = (numbers.min() ?? 0, numbers.max() ?? 0)
        guard most - least <= 4 * clients.count + 1_024 else {
            return (0..<UInt32(clients.count)).sorted { left, right in
                let (one, other) = (clients[Int(left)], clients[Int(right)])
                return one == other ? isBefore(left, right) : one < other
            }
        }
        // By client: where its requests end, and while they are laid down, where the next one lies.
        var ends = [Int](repeating: 0, count: most - least + 1)
        for number in numbers { ends[number - least] += 1 }
        var sum = 0
        for number in ends.indices {
            let count = ends[number]
            ends[number] = sum
            sum += count
        }
        var places = [UInt32](repeating: 0, count: clients.count)
        for (place, number) in numbers.enumerated() {
            places[ends[number - least]] = UInt32(place)
            ends[number - least] += 1
        }
        var first = 0
        for end in ends {
            order(&places, first..<end, isBefore)
            first = end
        }
        return places
    }

    /// Up to so many are put in order by moving each to where it belongs.
    private static let fewMax = 32

    private static func order(
        _ places: inout [UInt32], _ range: Range<Int>, _ isBefore: (UInt32, UInt32) -> Bool
    ) {
        guard range.count <= fewMax else {
            let sorted = places[range].sorted(by: isBefore)
            places.replaceSubrange(range, with: sorted)
            return
        }
        for next in range.dropFirst() {
            let moved = places[next]
            var place = next
            while place > range.lowerBound, isBefore(moved, places[place - 1]) {
                places[place] = places[place - 1]
                place -= 1
            }
            places[place] = moved
        }
    }
}
