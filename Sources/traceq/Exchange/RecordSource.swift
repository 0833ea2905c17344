/// Gives the requests of a file one after another.
protocol RecordSource: AnyObject {
    /// How requests follow each other; nil before the first was read.
    var framing: RecordFraming? { get }

    /// The next request; nil at the end.
    /// - Throws: `ImportError`; after one that is not local, nothing more can be read
    func next() throws(ImportError) -> ImportRecord?
}
