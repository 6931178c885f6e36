import ArgumentParser

/// Which table a command is about.
struct TableOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp("The folder of a Delta table: the one that holds _delta_log.", valueName: "TABLE_PATH"),
        completion: .directory
    )
    var path: String
}
