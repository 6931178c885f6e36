extension SystemViews {
    static let indexViews: [SystemView] = []
    static let constraintViews: [SystemView] = []
    static let databaseViews: [SystemView] = []
    static let securityViews: [SystemView] = []
    static let standardViews: [SystemView] = []
}
