// The functions of SQLite that the Swift code calls, each handed on to the host that loaded the extension.
//
// No SQLite of its own may come into a host's process: a second one on the same file would drop the first
// one's locks, and a host that carries SQLite inside itself would have two. So these names are defined here,
// for the extension alone, and the library is linked against no SQLite. A function that is missing here is an
// "undefined symbol" when the library is linked: add it.
#pragma GCC visibility push(hidden)
#include "CSQLiteExtension.h"

#include <stdarg.h>

void *sqlite3_aggregate_context(sqlite3_context *context, int size) {
    return traceq_host->aggregate_context(context, size);
}

int sqlite3_backup_finish(sqlite3_backup *backup) {
    return traceq_host->backup_finish(backup);
}

sqlite3_backup *sqlite3_backup_init(
    sqlite3 *target, const char *target_name, sqlite3 *source, const char *source_name) {
    return traceq_host->backup_init(target, target_name, source, source_name);
}

int sqlite3_backup_pagecount(sqlite3_backup *backup) {
    return traceq_host->backup_pagecount(backup);
}

int sqlite3_backup_remaining(sqlite3_backup *backup) {
    return traceq_host->backup_remaining(backup);
}

int sqlite3_backup_step(sqlite3_backup *backup, int pages) {
    return traceq_host->backup_step(backup, pages);
}

int sqlite3_bind_blob64(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count,
    void (*release)(void *)) {
    return traceq_host->bind_blob64(statement, index, bytes, count, release);
}

int sqlite3_bind_double(sqlite3_stmt *statement, int index, double value) {
    return traceq_host->bind_double(statement, index, value);
}

int sqlite3_bind_int64(sqlite3_stmt *statement, int index, sqlite3_int64 value) {
    return traceq_host->bind_int64(statement, index, value);
}

int sqlite3_bind_null(sqlite3_stmt *statement, int index) {
    return traceq_host->bind_null(statement, index);
}

int sqlite3_bind_text64(sqlite3_stmt *statement, int index, const char *text, sqlite3_uint64 count,
    void (*release)(void *), unsigned char encoding) {
    return traceq_host->bind_text64(statement, index, text, count, release, encoding);
}

int sqlite3_busy_timeout(sqlite3 *connection, int millis) {
    return traceq_host->busy_timeout(connection, millis);
}

int sqlite3_changes(sqlite3 *connection) {
    return traceq_host->changes(connection);
}

int sqlite3_clear_bindings(sqlite3_stmt *statement) {
    return traceq_host->clear_bindings(statement);
}

int sqlite3_close_v2(sqlite3 *connection) {
    return traceq_host->close_v2(connection);
}

const void *sqlite3_column_blob(sqlite3_stmt *statement, int column) {
    return traceq_host->column_blob(statement, column);
}

int sqlite3_column_bytes(sqlite3_stmt *statement, int column) {
    return traceq_host->column_bytes(statement, column);
}

int sqlite3_column_count(sqlite3_stmt *statement) {
    return traceq_host->column_count(statement);
}

double sqlite3_column_double(sqlite3_stmt *statement, int column) {
    return traceq_host->column_double(statement, column);
}

sqlite3_int64 sqlite3_column_int64(sqlite3_stmt *statement, int column) {
    return traceq_host->column_int64(statement, column);
}

const char *sqlite3_column_name(sqlite3_stmt *statement, int column) {
    return traceq_host->column_name(statement, column);
}

int sqlite3_column_type(sqlite3_stmt *statement, int column) {
    return traceq_host->column_type(statement, column);
}

sqlite3_value *sqlite3_column_value(sqlite3_stmt *statement, int column) {
    return traceq_host->column_value(statement, column);
}

int sqlite3_create_function_v2(sqlite3 *connection, const char *name, int arguments, int flags,
    void *context, void (*call)(sqlite3_context *, int, sqlite3_value **), void (*step)(sqlite3_context *, int,
    sqlite3_value **), void (*finish)(sqlite3_context *), void (*release)(void *)) {
    return traceq_host->create_function_v2(connection, name, arguments, flags, context, call, step, finish,
        release);
}

int sqlite3_create_module_v2(sqlite3 *connection, const char *name, const sqlite3_module *module,
    void *context, void (*release)(void *)) {
    return traceq_host->create_module_v2(connection, name, module, context, release);
}

const char *sqlite3_db_filename(sqlite3 *connection, const char *name) {
    return traceq_host->db_filename(connection, name);
}

sqlite3 *sqlite3_db_handle(sqlite3_stmt *statement) {
    return traceq_host->db_handle(statement);
}

int sqlite3_declare_vtab(sqlite3 *connection, const char *sql) {
    return traceq_host->declare_vtab(connection, sql);
}

const char *sqlite3_errmsg(sqlite3 *connection) {
    return traceq_host->errmsg(connection);
}

int sqlite3_error_offset(sqlite3 *connection) {
    return traceq_host->error_offset(connection);
}

int sqlite3_exec(sqlite3 *connection, const char *sql, int (*row)(void *, int, char **, char **),
    void *context, char **message) {
    return traceq_host->exec(connection, sql, row, context, message);
}

int sqlite3_extended_errcode(sqlite3 *connection) {
    return traceq_host->extended_errcode(connection);
}

int sqlite3_db_status(sqlite3 *connection, int operation, int *current, int *highest, int reset) {
    return traceq_host->db_status(connection, operation, current, highest, reset);
}

int sqlite3_file_control(sqlite3 *connection, const char *name, int operation, void *argument) {
    return traceq_host->file_control(connection, name, operation, argument);
}

int sqlite3_finalize(sqlite3_stmt *statement) {
    return traceq_host->finalize(statement);
}

void sqlite3_free(void *memory) {
    traceq_host->free(memory);
}

int sqlite3_get_autocommit(sqlite3 *connection) {
    return traceq_host->get_autocommit(connection);
}

sqlite3_int64 sqlite3_last_insert_rowid(sqlite3 *connection) {
    return traceq_host->last_insert_rowid(connection);
}

int sqlite3_limit(sqlite3 *connection, int limit, int value) {
    return traceq_host->limit(connection, limit, value);
}

void *sqlite3_malloc(int count) {
    return traceq_host->malloc(count);
}

void *sqlite3_malloc64(sqlite3_uint64 count) {
    return traceq_host->malloc64(count);
}

int sqlite3_open_v2(const char *name, sqlite3 **connection, int flags, const char *vfs) {
    return traceq_host->open_v2(name, connection, flags, vfs);
}

int sqlite3_prepare_v2(sqlite3 *connection, const char *sql, int count, sqlite3_stmt **statement, const char
    **tail) {
    return traceq_host->prepare_v2(connection, sql, count, statement, tail);
}

int sqlite3_prepare_v3(sqlite3 *connection, const char *sql, int count, unsigned int flags, sqlite3_stmt
    **statement, const char **tail) {
    return traceq_host->prepare_v3(connection, sql, count, flags, statement, tail);
}

void sqlite3_progress_handler(sqlite3 *connection, int steps, int (*call)(void *), void *context) {
    traceq_host->progress_handler(connection, steps, call, context);
}

int sqlite3_reset(sqlite3_stmt *statement) {
    return traceq_host->reset(statement);
}

void sqlite3_result_blob64(sqlite3_context *context, const void *bytes, sqlite3_uint64 count,
    void (*release)(void *)) {
    traceq_host->result_blob64(context, bytes, count, release);
}

void sqlite3_result_double(sqlite3_context *context, double value) {
    traceq_host->result_double(context, value);
}

void sqlite3_result_error(sqlite3_context *context, const char *text, int count) {
    traceq_host->result_error(context, text, count);
}

void sqlite3_result_error_code(sqlite3_context *context, int code) {
    traceq_host->result_error_code(context, code);
}

void sqlite3_result_error_nomem(sqlite3_context *context) {
    traceq_host->result_error_nomem(context);
}

void sqlite3_result_int64(sqlite3_context *context, sqlite3_int64 value) {
    traceq_host->result_int64(context, value);
}

void sqlite3_result_null(sqlite3_context *context) {
    traceq_host->result_null(context);
}

void sqlite3_result_text64(sqlite3_context *context, const char *text, sqlite3_uint64 count,
    void (*release)(void *), unsigned char encoding) {
    traceq_host->result_text64(context, text, count, release, encoding);
}

void sqlite3_result_zeroblob(sqlite3_context *context, int count) {
    traceq_host->result_zeroblob(context, count);
}

int sqlite3_set_authorizer(sqlite3 *connection, int (*call)(void *, int, const char *, const char *, const
    char *, const char *), void *context) {
    return traceq_host->set_authorizer(connection, call, context);
}

int sqlite3_step(sqlite3_stmt *statement) {
    return traceq_host->step(statement);
}

int sqlite3_stmt_readonly(sqlite3_stmt *statement) {
    return traceq_host->stmt_readonly(statement);
}

void *sqlite3_user_data(sqlite3_context *context) {
    return traceq_host->user_data(context);
}

const void *sqlite3_value_blob(sqlite3_value *value) {
    return traceq_host->value_blob(value);
}

int sqlite3_value_bytes(sqlite3_value *value) {
    return traceq_host->value_bytes(value);
}

double sqlite3_value_double(sqlite3_value *value) {
    return traceq_host->value_double(value);
}

sqlite3_int64 sqlite3_value_int64(sqlite3_value *value) {
    return traceq_host->value_int64(value);
}

int sqlite3_value_numeric_type(sqlite3_value *value) {
    return traceq_host->value_numeric_type(value);
}

const unsigned char *sqlite3_value_text(sqlite3_value *value) {
    return traceq_host->value_text(value);
}

int sqlite3_value_type(sqlite3_value *value) {
    return traceq_host->value_type(value);
}

const char *sqlite3_vtab_collation(sqlite3_index_info *info, int constraint) {
    return traceq_host->vtab_collation(info, constraint);
}

int sqlite3_wal_checkpoint_v2(sqlite3 *connection, const char *name, int mode, int *frames, int *moved) {
    return traceq_host->wal_checkpoint_v2(connection, name, mode, frames, moved);
}

/// Options with a number and a place for the old one, which are all that we use.
int sqlite3_db_config(sqlite3 *connection, int option, ...) {
    va_list rest;
    va_start(rest, option);
    int on = va_arg(rest, int);
    int *previous = va_arg(rest, int *);
    va_end(rest);
    return traceq_host->db_config(connection, option, on, previous);
}

char *sqlite3_mprintf(const char *format, ...) {
    va_list rest;
    va_start(rest, format);
    char *text = traceq_host->vmprintf(format, rest);
    va_end(rest);
    return text;
}
