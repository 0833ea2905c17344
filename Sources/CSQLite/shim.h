// SQLite for Swift: the header, and functions for what Swift cannot import (destructor constants that
// are casts, and variadic functions).
#ifndef TRACEQ_CSQLITE_SHIM_H
#define TRACEQ_CSQLITE_SHIM_H

#include <sqlite3.h>

/// Binds bytes that stay where they are until the statement is reset: SQLite does not copy them.
static inline int traceq_sqlite3_bind_blob_static(
    sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_blob64(statement, index, bytes, count, SQLITE_STATIC);
}

/// Binds bytes that SQLite copies.
static inline int traceq_sqlite3_bind_blob_copy(
    sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_blob64(statement, index, bytes, count, SQLITE_TRANSIENT);
}

/// Binds UTF-8 text of an explicit length (it may hold NUL), which SQLite copies.
static inline int traceq_sqlite3_bind_text_copy(
    sqlite3_stmt *statement, int index, const char *text, sqlite3_uint64 count) {
    return sqlite3_bind_text64(statement, index, text, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// Switches a boolean option of a connection on or off (`SQLITE_DBCONFIG_…`).
static inline int traceq_sqlite3_db_config_flag(sqlite3 *connection, int option, int on) {
    return sqlite3_db_config(connection, option, on, (int *)0);
}

#endif
