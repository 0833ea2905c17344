extension SegmentColumns {
    /// The id of each span's parent; 0 for a root.
    ///
    /// - Precondition: codes that name a span lead into the segment, and there is an external id for each
    ///   `ParentCode.external`
    func parentIDs() -> [UInt64] {
        var ids: [UInt64] = []
        ids.reserveCapacity(parents.count)
        var external = 0
        for (row, code) in parents.enumerated() {
            switch code {
            case ParentCode.root: ids.append(0)
            case ParentCode.external:
                ids.append(externalParents[external])
                external += 1
            default: ids.append(spanIDs[row - (ParentCode.distance(code) ?? 0)])
            }
        }
        return ids
    }
}
