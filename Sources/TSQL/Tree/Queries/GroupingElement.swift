/// One part of a `GROUP BY`.
package indirect enum GroupingElement: Equatable, Sendable {
    case expression(Expression)
    /// `(a, b)` within one of the others; `()` is the total.
    case composite([Expression])
    /// Also `GROUP BY a, b WITH ROLLUP`.
    case rollup([GroupingElement])
    /// Also `GROUP BY a, b WITH CUBE`.
    case cube([GroupingElement])
    case sets([GroupingElement])
}
