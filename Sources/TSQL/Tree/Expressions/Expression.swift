/// An expression or a condition, and where it stands.
///
/// Expressions are equal if they say the same, wherever they stand. Parentheses leave no node; the range includes them.
package struct Expression: Equatable, Sendable {
    package indirect enum Kind: Equatable, Sendable {
        case literal(Literal)
        /// `@a`, with the sign.
        case variable(String)
        /// `@@ROWCOUNT`, with the signs.
        case global(String)
        case column(Name)
        /// `$action`, `$IDENTITY`, `$ROWGUID`: with the sign and in lower case.
        case pseudoColumn(qualifier: Name?, String)
        /// The word `DEFAULT` in place of a value.
        case defaultValue
        case unary(UnaryOperator, Expression)
        case binary(BinaryOperator, Expression, Expression)
        case collate(Expression, collation: String)
        case atTimeZone(Expression, zone: Expression)
        case caseWhen(CaseExpression)
        case iif(condition: Expression, then: Expression, otherwise: Expression)
        case cast(CastExpression)
        case function(FunctionCall)
        /// `x.value('…', 'int')`: a call on a value.
        ///
        /// After a name, `a.b(…)` is a call of a function in a schema unless `b` is a method of a type of SQL Server.
        case method(Expression, name: String, arguments: [Expression])
        /// `@g.STX`: a property of a value. On a column it is a `column` of more parts.
        case property(Expression, name: String)
        /// `geometry::Parse('…')`
        case staticMethod(type: Name, name: String, arguments: [Expression])
        /// `geometry::[Null]`
        case staticProperty(type: Name, name: String)
        case trim(TrimExpression)
        /// The part of a date as the first argument of `DATEADD` and its kin, in lower case.
        case datePart(String)
        case nextValue(sequence: Name, orderBy: [OrderItem])
        /// `{fn UCASE(…)}`: the names are those of ODBC.
        case odbcFunction(FunctionCall)
        /// `{ts '…'}`: kind `d`, `t`, `ts` or `guid`, and the text.
        case odbcLiteral(kind: String, String)
        case subquery(Query)

        // Conditions
        case and([Expression])
        case or([Expression])
        case not(Expression)
        case comparison(ComparisonOperator, Expression, Expression)
        case quantified(ComparisonOperator, Expression, Quantifier, Query)
        case isNull(Expression, isNegated: Bool)
        case isDistinct(Expression, from: Expression, isNegated: Bool)
        case between(Expression, low: Expression, high: Expression, isNegated: Bool)
        case like(Expression, pattern: Expression, escape: Expression?, isNegated: Bool)
        case inList(Expression, [Expression], isNegated: Bool)
        case inQuery(Expression, Query, isNegated: Bool)
        case exists(Query)
        /// `UPDATE(column)` in a trigger.
        case updated(column: String)
        /// `WHERE CURRENT OF cursor`
        case currentOf(NameOrVariable)
    }

    package var kind: Kind
    package var span: SourceSpan

    package init(
        kind: Kind,
        span: SourceSpan
    ) {
        self.kind = kind
        self.span = span
    }

    /// The line in which the expression begins, counted from 1.
    package var line: Int { span.line }

    package static func == (a: Expression, b: Expression) -> Bool { a.kind == b.kind }

    /// Whether this is a condition, which Transact-SQL keeps apart from values.
    package var isCondition: Bool {
        switch kind {
        case .and, .or, .not, .comparison, .quantified, .isNull, .isDistinct, .between, .like, .inList, .inQuery,
            .exists, .updated, .currentOf:
            true
        default: false
        }
    }
}
