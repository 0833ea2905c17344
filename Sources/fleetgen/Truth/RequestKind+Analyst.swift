extension RequestKind {
    /// What the analyst calls it.
    var analystName: String {
        switch self {
        case .list, .latest, .info, .query, .mod, .zip: rawValue
        case .sumdbSupported: "sumdb_supported"
        case .sumdbLookup: "sumdb_lookup"
        case .sumdbTile: "sumdb_tile"
        case .health: "ops"
        }
    }
}
