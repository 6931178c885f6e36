#include <sqlite3.h>

/// Stops SQLite from counting its memory, which it does under one lock for all connections of the process. To be called before
/// any other function; `sqlite3_config` itself takes a variable number of arguments, which Swift cannot give.
static inline int csqlite_stop_counting_memory(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
