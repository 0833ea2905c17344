/// The parts of a segment of points, each a row of the table `chunk`. The numbers are stored.
enum PointChunk: UInt16, CaseIterable, Sendable {
    /// When and from where the points came.
    case arrivals = 0
    /// The rows of the table `series`.
    case series = 1
    case seriesCounts = 2
    case times = 3
    case starts = 4
    case flags = 5
    case kinds = 6
    case values = 7
    case present = 8
    case sums = 9
    case minima = 10
    case maxima = 11
    case detailLengths = 12
    case details = 13
    case arrivalIndexes = 14

    var id: ChunkID { ChunkID(number: rawValue) }

    /// What a person calls the chunk.
    var name: String {
        switch self {
        case .arrivals: "arrivals"
        case .series: "series"
        case .seriesCounts: "series counts"
        case .times: "times"
        case .starts: "starts"
        case .flags: "flags"
        case .kinds: "kinds"
        case .values: "values"
        case .present: "present"
        case .sums: "sums"
        case .minima: "minima"
        case .maxima: "maxima"
        case .detailLengths: "detail lengths"
        case .details: "details"
        case .arrivalIndexes: "arrival indexes"
        }
    }
}
