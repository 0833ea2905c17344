// SQLite for Swift: the header, and functions for what Swift cannot import (destructor constants that
// are casts, and variadic functions).
#ifndef TRACEQ_CSQLITE_SHIM_H
#define TRACEQ_CSQLITE_SHIM_H

#include <sqlite3.h>
#include <stdint.h>

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

/// The name of the file behind a connection's database, or NULL.
static inline const char *traceq_sqlite3_main_path(sqlite3 *connection) {
    return sqlite3_db_filename(connection, "main");
}

/// A virtual table of ours: SQLite's part first, as it demands, then the Swift object behind it.
typedef struct traceq_sqlite3_table {
    sqlite3_vtab base;
    void *table;
} traceq_sqlite3_table;

/// A cursor of ours. Where it stands in the current batch of rows is kept here and not in the Swift object:
/// most steps of a scan touch nothing else.
typedef struct traceq_sqlite3_cursor {
    sqlite3_vtab_cursor base;
    void *cursor;
    int64_t row;
    int64_t rows;
} traceq_sqlite3_cursor;

/// Says why a call on a virtual table failed; the text is copied.
static inline void traceq_sqlite3_set_error(sqlite3_vtab *table, const char *text) {
    sqlite3_free(table->zErrMsg);
    table->zErrMsg = sqlite3_mprintf("%s", text);
}

/// A copy of a text in SQLite's memory, to be freed with `sqlite3_free`.
static inline char *traceq_sqlite3_copy(const char *text) { return sqlite3_mprintf("%s", text); }

/// A function's or a column's result: UTF-8 text of an explicit length, copied.
static inline void traceq_sqlite3_result_text_copy(
    sqlite3_context *context, const char *text, sqlite3_uint64 count) {
    sqlite3_result_text64(context, text, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// A function's or a column's result: bytes, copied.
static inline void traceq_sqlite3_result_blob_copy(
    sqlite3_context *context, const void *bytes, sqlite3_uint64 count) {
    sqlite3_result_blob64(context, bytes, count, SQLITE_TRANSIENT);
}

/// Writes what the write-ahead log holds over itself and syncs it. The log must be open: something was read.
static inline int traceq_sqlite3_rewrite_log(sqlite3 *connection) {
    sqlite3_file *log = (sqlite3_file *)0;
    int code = sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (code != SQLITE_OK || !log || !log->pMethods) return code;
    sqlite3_int64 size = 0;
    code = log->pMethods->xFileSize(log, &size);
    if (code != SQLITE_OK || size == 0) return code;
    // A page at the most: the file system of SQLite writes no more than 128 KiB at once.
    const int step = 1 << 16;
    void *bytes = sqlite3_malloc(step);
    if (!bytes) return SQLITE_NOMEM;
    for (sqlite3_int64 offset = 0; code == SQLITE_OK && offset < size; offset += step) {
        int count = size - offset < step ? (int)(size - offset) : step;
        code = log->pMethods->xRead(log, bytes, count, offset);
        if (code == SQLITE_OK) code = log->pMethods->xWrite(log, bytes, count, offset);
    }
    sqlite3_free(bytes);
    return code == SQLITE_OK ? log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) : code;
}

#endif
