/// How a report looks: on screens light and dark, on phones, on paper.
enum HTMLReportStyle {
    static let sheet = """
        :root { color-scheme: light dark; --ink: #1b1f24; --faint: #59636e; --line: #d1d9e0; --paper: #ffffff;
          --panel: #f6f8fa; --accent: #0b57d0; --bad: #b3261e; --shade: #b3261e1f; --s1: #0b57d0; --s2: #9a6700; --s3: #b3261e; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --faint: #9198a1; --line: #3d444d; --paper: #0d1117;
          --panel: #151b23; --accent: #7cb0ff; --bad: #ff8f86; --shade: #ff8f862b; --s1: #7cb0ff; --s2: #e3b341; --s3: #ff8f86; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 62rem; padding: 1.5rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink);
          background: var(--paper); }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .75rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; padding-top: .5rem; border-top: 1px solid var(--line); }
        h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
        nav { display: flex; flex-wrap: wrap; gap: .25rem .9rem; font-size: .85rem; }
        a { color: var(--accent); }
        p, li, dd { overflow-wrap: anywhere; } td { overflow-wrap: break-word; max-width: 34rem; } .whole { white-space: nowrap; }
        .cite { font-size: .7em; vertical-align: super; margin-left: .2em; text-decoration: none; }
        dl { margin: .5rem 0; } dl div { display: grid; grid-template-columns: 14rem 1fr; gap: .5rem; padding: .15rem 0; }
        dt { color: var(--faint); overflow-wrap: anywhere; } dd { margin: 0; }
        .wide { overflow-x: auto; margin: 1rem 0; }
        table { border-collapse: collapse; font-size: .85rem; min-width: 100%; }
        caption { text-align: left; padding: .25rem 0; color: var(--faint); }
        th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
        th { font-weight: 600; white-space: nowrap; } td { min-width: 3rem; }
        .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .alert { color: var(--bad); font-weight: 600; }
        figure { margin: 1rem 0; } figcaption { color: var(--faint); font-size: .85rem; }
        svg { width: 100%; height: auto; display: block; } svg text { fill: var(--faint); font: 11px system-ui, sans-serif; }
        .grid { stroke: var(--line); stroke-width: 1; } .shade { fill: var(--shade); }
        .mark { stroke: var(--bad); stroke-width: 1; stroke-dasharray: 3 3; }
        .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
        .s0 { stroke: var(--s1); } .s1 { stroke: var(--s2); stroke-dasharray: 6 3; } .s2 { stroke: var(--s3); stroke-dasharray: 2 3; }
        .heat { fill: var(--bad); } .none { fill: var(--panel); }
        pre { background: var(--panel); padding: .6rem .8rem; overflow-x: auto; font-size: .8rem; white-space: pre-wrap;
          overflow-wrap: anywhere; margin: .5rem 0; }
        .human { border-left: 3px solid var(--accent); background: var(--panel); padding: .3rem .9rem; margin: 1rem 0;
          overflow-x: auto; }
        .ids { font: .75rem ui-monospace, monospace; }
        .waterfall { table-layout: auto; } .time { min-width: 12rem; width: 30%; position: relative; }
        .bar { position: absolute; top: .4rem; height: .9rem; background: var(--accent); border-radius: 2px; }
        .beside { opacity: .4; } .failed { background: var(--bad); }
        article:target, section:target > h2 { outline: 2px solid var(--accent); outline-offset: 4px; }
        @media (max-width: 40rem) { body { padding: 1rem; } dl div { grid-template-columns: 1fr; gap: 0; } svg text { font-size: 15px; } td { max-width: 16rem; } }
        @media print { :root { --ink: #000000; --faint: #444444; --line: #bbbbbb; --paper: #ffffff; --panel: #f2f2f2; --accent: #0b57d0;
          --bad: #b3261e; --shade: #b3261e1f; } body { max-width: none; padding: 0; font-size: 10pt; } nav { display: none; }
          .wide { overflow: visible; } table { font-size: 8pt; min-width: 0; width: 100%; } th, td { padding: .15rem .3rem; min-width: 0; }
          figure, article, tr, .human { break-inside: avoid; } h2, h3, caption { break-after: avoid; }
          .bar, .heat, .none, .shade { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
        """
}

/// Numbers as text, the same on every machine.
enum DecimalText {
    /// - Parameter digits: behind the point, 0 to 6
    static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite else { return "0" }
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = (min(max(value, -1e12), 1e12) * scale).rounded()
        let magnitude = UInt64(abs(scaled))
        let sign = scaled < 0 ? "-" : ""
        guard digits > 0 else { return sign + String(magnitude) }
        let whole = String(magnitude / UInt64(scale))
        let part = String(magnitude % UInt64(scale))
        let zeros = String(repeating: "0", count: digits - part.count)
        return "\(sign)\(whole).\(zeros)\(part)"
    }
}
