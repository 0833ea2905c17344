// A file system for SQLite that fails on order: tests arm it for the files of one database, and lift it again.
//
// It becomes SQLite's default and hands everything on to the one that was, for files that are not armed without
// looking at it.
#ifndef TRACEQ_FAULT_VFS_H
#define TRACEQ_FAULT_VFS_H

/// Operations that can fail; combined with |.
enum traceq_fault_operation {
    TRACEQ_FAULT_WRITE = 1,
    TRACEQ_FAULT_SYNC = 2,
    TRACEQ_FAULT_TRUNCATE = 4,
    TRACEQ_FAULT_SHARED_MEMORY = 8,
    TRACEQ_FAULT_OPEN = 16,
    TRACEQ_FAULT_READ = 32,
};

/// How they fail.
enum traceq_fault_manner {
    /// Nothing is done, and an error returned.
    TRACEQ_FAULT_ONCE = 0,
    /// The same, and for all operations of these kinds from then on.
    TRACEQ_FAULT_FROM_THEN_ON = 1,
    /// Half of a write is done, and an error returned.
    TRACEQ_FAULT_SHORT = 2,
    /// Half of a write is done; then nothing at all works any more, as if the process had ended.
    TRACEQ_FAULT_DEATH = 3,
};

/// Makes it SQLite's default file system; the second time it does nothing. Returns SQLite's code.
int traceq_fault_install(void);

/// Watches the files whose names begin with `path` (database, log), which must not be open yet: what a power cut
/// would leave of them is known from now on. Nothing fails yet.
void traceq_fault_watch(const char *path);

/// Lets the n-th (from 1 on) of some operations on watched files fail with a code of SQLite.
void traceq_fault_arm(const char *path, int operations, long nth, int manner, int code);

/// Ends all failures of watched files. Returns whether one had happened since they were armed.
int traceq_fault_lift(const char *path);

/// How many of the armed operations there were since.
long traceq_fault_count(const char *path);

/// Cuts the power: watched files become what a disk would have of them, which is what was synced, and of pages that
/// were written later a random part. A sync that failed counts for nothing, and neither does a later one for what was
/// written before it. The files must be closed. Returns 0, or an `errno`.
int traceq_fault_cut_power(const char *path, unsigned seed);

/// Forgets about files.
void traceq_fault_forget(const char *path);

#endif
