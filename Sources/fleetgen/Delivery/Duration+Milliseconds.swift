extension Duration {
    /// The same as a number; fractions are kept.
    var milliseconds: Double {
        Double(components.seconds) * 1_000 + Double(components.attoseconds) / 1e15
    }
}
