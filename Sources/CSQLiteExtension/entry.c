// Where a host enters: the names that SQLite looks for when it loads libtraceq_sqlite.so.
#include "CSQLiteExtension.h"

#include <stdlib.h>

const sqlite3_api_routines *traceq_host = NULL;

/// SQLite 3.38: the oldest whose table of functions has all that are used here.
enum { oldest_host = 3038000 };

int sqlite3_extension_init(sqlite3 *connection, char **message, const sqlite3_api_routines *host) {
    if (host->libversion_number() < oldest_host) {
        *message = host->mprintf("traceq needs SQLite 3.38 or newer, and this is %s", host->libversion());
        return SQLITE_ERROR;
    }
    if (traceq_host != NULL && traceq_host->libversion_number != host->libversion_number) {
        *message = host->mprintf("another SQLite of this process has loaded traceq; one at a time can");
        return SQLITE_ERROR;
    }
    traceq_host = host;
    char *problem = traceq_register_tables(connection);
    if (problem != NULL) {
        *message = host->mprintf("%s", problem);
        free(problem);
        return SQLITE_ERROR;
    }
    // Swift's runtime cannot be taken out of a process again.
    return SQLITE_OK_LOAD_PERMANENTLY;
}

/// The name that SQLite makes of the file's.
int sqlite3_traceqsqlite_init(sqlite3 *connection, char **message, const sqlite3_api_routines *host) {
    return sqlite3_extension_init(connection, message, host);
}
