/// Collects the rows of one group.
protocol SQLAggregate: AnyObject {
    func step(_ arguments: SQLArguments) throws(StoreError)
    /// Called once, also for a group without rows.
    func finish(_ result: SQLResult) throws(StoreError)
}
