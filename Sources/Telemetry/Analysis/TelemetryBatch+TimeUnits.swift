extension TelemetryBatch {
    /// How many of its items have a time that is surely in another unit than nanoseconds, by unit. All are looked at:
    /// one program among several behind a sender may be the only one that is wrong.
    package var timesInUnit: [OriginInspection.TimeUnit: Int] {
        switch self {
        case .spans(let batch): batch.timesInUnit
        case .logs(let batch): batch.rows.timesInUnit
        case .points(let batch): Self.timesInUnit(batch.rows.times)
        }
    }

    private static func timesInUnit(_ times: [UInt64]) -> [OriginInspection.TimeUnit: Int] {
        var counts: [OriginInspection.TimeUnit: Int] = [:]
        for time in times where time < OriginInspection.TimeUnit.nanosecondsMin {
            if let unit = OriginInspection.TimeUnit(unixTime: time) { counts[unit, default: 0] += 1 }
        }
        return counts
    }
}

extension SpanBatch {
    fileprivate var timesInUnit: [OriginInspection.TimeUnit: Int] {
        var counts: [OriginInspection.TimeUnit: Int] = [:]
        let least = OriginInspection.TimeUnit.nanosecondsMin
        // Nearly all are above: that is all that is asked of them.
        for span in 0..<spanCount where starts[span] < least || ends[span] < least {
            if let unit = OriginInspection.TimeUnit(start: starts[span], end: ends[span]) {
                counts[unit, default: 0] += 1
            }
        }
        return counts
    }
}
