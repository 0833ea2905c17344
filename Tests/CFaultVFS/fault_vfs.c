#include "CFaultVFS.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>
#include <sys/stat.h>

// What a disk would have of a file, page by page.
enum { PAGE = 4096 };

typedef struct Image Image;
struct Image {
    Image *next;
    char *path;
    unsigned char *bytes;
    sqlite3_int64 size;
    sqlite3_int64 capacity;
    // One a page: whether it was written since the last sync.
    unsigned char *dirty;
};

typedef struct Plan Plan;
struct Plan {
    Plan *next;
    char *path;
    Image *images;
    int operations;
    long nth;
    long count;
    int manner;
    int code;
    int struck;
    // Open files; the plan lives until the last is closed.
    int files;
    int isForgotten;
};

typedef struct {
    sqlite3_file base;
    Plan *plan;
    Image *image;
    sqlite3_file *real;
} FaultFile;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Plan *plans;
static sqlite3_vfs *original;

// MARK: Plans. All of these run with the lock held.

static Plan *find_exactly(const char *path) {
    for (Plan *plan = plans; plan; plan = plan->next)
        if (strcmp(plan->path, path) == 0) return plan;
    return NULL;
}

static Plan *find_for_file(const char *name) {
    for (Plan *plan = plans; name && plan; plan = plan->next)
        if (strncmp(plan->path, name, strlen(plan->path)) == 0) return plan;
    return NULL;
}

// SQLITE_OK, or what the operation has to return; `half` says whether to do half of it first.
static int verdict(Plan *plan, int operation, int *half) {
    *half = 0;
    if (!plan) return SQLITE_OK;
    if (plan->struck && plan->manner == TRACEQ_FAULT_DEATH) return plan->code;
    if (!(plan->operations & operation)) return SQLITE_OK;
    plan->count++;
    if (plan->count < plan->nth) return SQLITE_OK;
    if (plan->count > plan->nth && plan->manner != TRACEQ_FAULT_FROM_THEN_ON) return SQLITE_OK;
    plan->struck = 1;
    *half = plan->manner == TRACEQ_FAULT_SHORT || plan->manner == TRACEQ_FAULT_DEATH;
    return plan->code;
}

static int decide(Plan *plan, int operation, int *half) {
    pthread_mutex_lock(&lock);
    int code = verdict(plan, operation, half);
    pthread_mutex_unlock(&lock);
    return code;
}

// MARK: Images

static void grow(Image *image, sqlite3_int64 size) {
    if (size <= image->capacity) return;
    sqlite3_int64 capacity = (size * 2 + PAGE - 1) / PAGE * PAGE;
    image->bytes = realloc(image->bytes, (size_t)capacity);
    image->dirty = realloc(image->dirty, (size_t)(capacity / PAGE));
    if (!image->bytes || !image->dirty) abort();
    memset(image->bytes + image->capacity, 0, (size_t)(capacity - image->capacity));
    memset(image->dirty + image->capacity / PAGE, 0, (size_t)((capacity - image->capacity) / PAGE));
    image->capacity = capacity;
}

static Image *image_of(Plan *plan, const char *path) {
    for (Image *image = plan->images; image; image = image->next)
        if (strcmp(image->path, path) == 0) return image;
    Image *image = calloc(1, sizeof *image);
    if (!image) abort();
    image->path = strdup(path);
    image->next = plan->images;
    plan->images = image;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat facts;
    if (file >= 0 && fstat(file, &facts) == 0) {
        grow(image, facts.st_size);
        image->size = read(file, image->bytes, (size_t)facts.st_size);
    }
    if (file >= 0) close(file);
    return image;
}

static void mark(Image *image, sqlite3_int64 offset, int count) {
    grow(image, offset + count);
    for (sqlite3_int64 page = offset / PAGE; page <= (offset + count - 1) / PAGE; page++)
        image->dirty[page] = 1;
}

// What was written since the last sync is on the disk now, or never will be.
static int settle(FaultFile *file, int isWritten) {
    Image *image = file->image;
    sqlite3_int64 size = 0;
    int code = file->real->pMethods->xFileSize(file->real, &size);
    if (code != SQLITE_OK) return code;
    grow(image, size);
    for (sqlite3_int64 page = 0; page * PAGE < image->capacity; page++) {
        if (!image->dirty[page]) continue;
        image->dirty[page] = 0;
        if (!isWritten || page * PAGE >= size) continue;
        sqlite3_int64 rest = size - page * PAGE;
        int count = rest < PAGE ? (int)rest : PAGE;
        code = file->real->pMethods->xRead(file->real, image->bytes + page * PAGE, count, page * PAGE);
        if (code != SQLITE_OK) return code;
    }
    if (isWritten) image->size = size;
    return SQLITE_OK;
}

// MARK: Files

static FaultFile *of(sqlite3_file *file) { return (FaultFile *)file; }
static sqlite3_file *real_of(sqlite3_file *file) { return of(file)->real; }

static void drop_if_unused(Plan *plan) {
    if (plan->files > 0 || !plan->isForgotten) return;
    while (plan->images) {
        Image *image = plan->images;
        plan->images = image->next;
        free(image->path);
        free(image->bytes);
        free(image->dirty);
        free(image);
    }
    free(plan->path);
    free(plan);
}

static int fault_close(sqlite3_file *file) {
    int code = real_of(file)->pMethods->xClose(real_of(file));
    pthread_mutex_lock(&lock);
    of(file)->plan->files--;
    drop_if_unused(of(file)->plan);
    pthread_mutex_unlock(&lock);
    return code;
}

static int fault_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    int half;
    int code = decide(of(file)->plan, TRACEQ_FAULT_READ, &half);
    if (code != SQLITE_OK) return code;
    return real_of(file)->pMethods->xRead(real_of(file), bytes, count, offset);
}

static int fault_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    int half;
    int code = decide(of(file)->plan, TRACEQ_FAULT_WRITE, &half);
    if (code != SQLITE_OK && !half) return code;
    int written = half ? count / 2 : count;
    int outcome = written == 0 ? SQLITE_OK
                               : real_of(file)->pMethods->xWrite(real_of(file), bytes, written, offset);
    if (outcome == SQLITE_OK && written > 0 && of(file)->image) {
        pthread_mutex_lock(&lock);
        mark(of(file)->image, offset, written);
        pthread_mutex_unlock(&lock);
    }
    return code != SQLITE_OK ? code : outcome;
}

static int fault_truncate(sqlite3_file *file, sqlite3_int64 size) {
    int half;
    int code = decide(of(file)->plan, TRACEQ_FAULT_TRUNCATE, &half);
    if (code != SQLITE_OK) return code;
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int fault_sync(sqlite3_file *file, int flags) {
    int half;
    int code = decide(of(file)->plan, TRACEQ_FAULT_SYNC, &half);
    if (of(file)->image) {
        pthread_mutex_lock(&lock);
        int outcome = settle(of(file), code == SQLITE_OK);
        pthread_mutex_unlock(&lock);
        if (outcome != SQLITE_OK) return outcome;
        // The image is the disk here: waiting for the real one adds nothing.
        return code;
    }
    return code != SQLITE_OK ? code : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int fault_size(sqlite3_file *file, sqlite3_int64 *size) {
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}
static int fault_lock(sqlite3_file *file, int level) {
    return real_of(file)->pMethods->xLock(real_of(file), level);
}
static int fault_unlock(sqlite3_file *file, int level) {
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}
static int fault_check_lock(sqlite3_file *file, int *isReserved) {
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), isReserved);
}
static int fault_control(sqlite3_file *file, int operation, void *argument) {
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}
static int fault_sector(sqlite3_file *file) { return real_of(file)->pMethods->xSectorSize(real_of(file)); }
static int fault_traits(sqlite3_file *file) {
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int fault_shm_map(sqlite3_file *file, int page, int size, int extends, void volatile **memory) {
    int half;
    int code = decide(of(file)->plan, TRACEQ_FAULT_SHARED_MEMORY, &half);
    if (code != SQLITE_OK) return code;
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extends, memory);
}
static int fault_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}
static void fault_shm_barrier(sqlite3_file *file) { real_of(file)->pMethods->xShmBarrier(real_of(file)); }
static int fault_shm_unmap(sqlite3_file *file, int deletes) {
    return real_of(file)->pMethods->xShmUnmap(real_of(file), deletes);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = fault_close,
    .xRead = fault_read,
    .xWrite = fault_write,
    .xTruncate = fault_truncate,
    .xSync = fault_sync,
    .xFileSize = fault_size,
    .xLock = fault_lock,
    .xUnlock = fault_unlock,
    .xCheckReservedLock = fault_check_lock,
    .xFileControl = fault_control,
    .xSectorSize = fault_sector,
    .xDeviceCharacteristics = fault_traits,
    .xShmMap = fault_shm_map,
    .xShmLock = fault_shm_lock,
    .xShmBarrier = fault_shm_barrier,
    .xShmUnmap = fault_shm_unmap,
};

// MARK: The file system

static int fault_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *outFlags) {
    (void)vfs;
    pthread_mutex_lock(&lock);
    Plan *plan = find_for_file(name);
    int half;
    int code = verdict(plan, TRACEQ_FAULT_OPEN, &half);
    pthread_mutex_unlock(&lock);
    file->pMethods = NULL;
    // Files without a plan are opened as they are, without anything of ours around them.
    if (!plan) return original->xOpen(original, name, file, flags, outFlags);
    if (code != SQLITE_OK) return code;
    FaultFile *own = of(file);
    own->plan = plan;
    own->real = (sqlite3_file *)(own + 1);
    own->real->pMethods = NULL;
    pthread_mutex_lock(&lock);
    own->image = image_of(plan, name);
    pthread_mutex_unlock(&lock);
    code = original->xOpen(original, name, own->real, flags, outFlags);
    if (own->real->pMethods) {
        file->pMethods = &methods;
        pthread_mutex_lock(&lock);
        plan->files++;
        pthread_mutex_unlock(&lock);
    }
    return code;
}

static int fault_delete(sqlite3_vfs *vfs, const char *name, int syncsFolder) {
    (void)vfs;
    pthread_mutex_lock(&lock);
    Plan *plan = find_for_file(name);
    int code = plan && plan->struck && plan->manner == TRACEQ_FAULT_DEATH ? plan->code : SQLITE_OK;
    if (plan && code == SQLITE_OK) {
        Image *image = image_of(plan, name);
        image->size = 0;
        memset(image->bytes ? image->bytes : (unsigned char *)"", 0, (size_t)image->capacity);
        memset(image->dirty ? image->dirty : (unsigned char *)"", 0, (size_t)(image->capacity / PAGE));
    }
    pthread_mutex_unlock(&lock);
    return code != SQLITE_OK ? code : original->xDelete(original, name, syncsFolder);
}

int traceq_fault_install(void) {
    static sqlite3_vfs wrapper;
    pthread_mutex_lock(&lock);
    int code = SQLITE_OK;
    if (!original) {
        original = sqlite3_vfs_find(NULL);
        wrapper = *original;
        wrapper.zName = "traceq-fault";
        wrapper.szOsFile = original->szOsFile + (int)sizeof(FaultFile);
        wrapper.xOpen = fault_open;
        wrapper.xDelete = fault_delete;
        wrapper.pNext = NULL;
        code = sqlite3_vfs_register(&wrapper, 1);
    }
    pthread_mutex_unlock(&lock);
    return code;
}

void traceq_fault_watch(const char *path) {
    pthread_mutex_lock(&lock);
    if (!find_exactly(path)) {
        Plan *plan = calloc(1, sizeof *plan);
        if (!plan) abort();
        plan->path = strdup(path);
        plan->next = plans;
        plans = plan;
    }
    pthread_mutex_unlock(&lock);
}

void traceq_fault_arm(const char *path, int operations, long nth, int manner, int code) {
    pthread_mutex_lock(&lock);
    Plan *plan = find_exactly(path);
    if (plan) {
        plan->operations = operations;
        plan->nth = nth;
        plan->manner = manner;
        plan->code = code;
        plan->count = 0;
        plan->struck = 0;
    }
    pthread_mutex_unlock(&lock);
}

int traceq_fault_lift(const char *path) {
    pthread_mutex_lock(&lock);
    Plan *plan = find_exactly(path);
    int struck = plan ? plan->struck : 0;
    if (plan) plan->operations = plan->struck = 0;
    pthread_mutex_unlock(&lock);
    return struck;
}

long traceq_fault_count(const char *path) {
    pthread_mutex_lock(&lock);
    Plan *plan = find_exactly(path);
    long count = plan ? plan->count : 0;
    pthread_mutex_unlock(&lock);
    return count;
}

int traceq_fault_cut_power(const char *path, unsigned seed) {
    pthread_mutex_lock(&lock);
    Plan *plan = find_exactly(path);
    int failure = 0;
    for (Image *image = plan ? plan->images : NULL; image; image = image->next) {
        int file = open(image->path, O_RDWR | O_CLOEXEC);
        if (file < 0) continue;
        struct stat facts;
        if (fstat(file, &facts) != 0) failure = errno;
        for (sqlite3_int64 page = 0; page * PAGE < image->capacity; page++) {
            if (!image->dirty[page] || page * PAGE >= facts.st_size) continue;
            image->dirty[page] = 0;
            if (rand_r(&seed) % 2) continue;
            // This one reached the disk in time.
            ssize_t count = pread(file, image->bytes + page * PAGE, PAGE, page * PAGE);
            if (count > 0 && page * PAGE + count > image->size) image->size = page * PAGE + count;
        }
        if (ftruncate(file, image->size) != 0) failure = errno;
        if (pwrite(file, image->bytes, (size_t)image->size, 0) != image->size) failure = errno ? errno : EIO;
        close(file);
    }
    pthread_mutex_unlock(&lock);
    return failure;
}

void traceq_fault_forget(const char *path) {
    pthread_mutex_lock(&lock);
    for (Plan **place = &plans; *place; place = &(*place)->next) {
        Plan *plan = *place;
        if (strcmp(plan->path, path) != 0) continue;
        *place = plan->next;
        plan->isForgotten = 1;
        drop_if_unused(plan);
        break;
    }
    pthread_mutex_unlock(&lock);
}
