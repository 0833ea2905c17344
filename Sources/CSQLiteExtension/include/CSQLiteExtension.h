// The loadable extension's way in and out: see entry.c and host.c.
#ifndef TRACEQ_CSQLITE_EXTENSION_H
#define TRACEQ_CSQLITE_EXTENSION_H

// The structure of SQLite's functions, without the macros that would put it before each of their names.
#define SQLITE_CORE 1
#include <sqlite3.h>
#include <sqlite3ext.h>

/// SQLite's functions as the host that loaded the extension has them; set before anything else runs.
extern const sqlite3_api_routines *traceq_host;

/// Registers tables and functions; written in Swift.
/// Returns NULL, or why it cannot be done, to be freed with `free`.
char *traceq_register_tables(sqlite3 *connection);

#endif
