import Telemetry

/// Finds the name that was meant by one that does not exist.
package enum KeySuggestion {
    /// Nil when none is near.
    package static func nearest(to name: String, among names: [String]) -> String? {
        // What is longer than any key is no slip of the pen, and costs time to compare.
        guard name.utf8.count <= 64 else { return nil }
        let written = name.lowercased().replacing("-", with: "_")
        let near = names.map { (name: $0, distance: EditDistance.between($0, written)) }
            .min { $0.distance < $1.distance }
        guard let near, near.distance <= max(1, near.name.count / 3) else { return nil }
        return near.name
    }
}
