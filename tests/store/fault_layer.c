/* See fault_layer.h. A shim over SQLite's own layer for this system. */
#include "fault_layer.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILES_MAX = 16, BLOCK = 512 };

/* A write that is not synced: what stood there before, for going back. */
struct undo {
    struct undo *older;
    long long offset, size_before;
    int bytes, had; /* written; of these there before */
    unsigned char before[];
};

struct tracked {
    char path[256];
    int opened;
    struct undo *newest;
};

static struct {
    pthread_mutex_t mutex;
    enum fault_mode mode;
    int n, count;
    bool reached, crashed;
    unsigned seed;
    struct tracked files[FILES_MAX];
    sqlite3_vfs *real;
} world = { .mutex = PTHREAD_MUTEX_INITIALIZER };

struct fault_file {
    sqlite3_file base;
    struct tracked *tracked; /* NULL: a file that does not count */
    sqlite3_file *real;
};

static sqlite3_file *real_of(sqlite3_file *f)
{
    return ((struct fault_file *)f)->real;
}

/* What this operation is to answer; SQLITE_OK means go on. *half: write half of it first. */
static int verdict(bool *half)
{
    int rc = SQLITE_OK;
    *half = false;
    pthread_mutex_lock(&world.mutex);
    if (world.mode != FAULT_NONE)
        world.count++;
    bool now = world.count == world.n;
    if (world.mode != FAULT_NONE && world.count >= world.n)
        world.reached = true;
    switch (world.mode) {
    case FAULT_NONE:
        break;
    case FAULT_FULL:
        rc = now ? SQLITE_FULL : SQLITE_OK;
        break;
    case FAULT_STAYS_FULL:
        rc = world.count >= world.n ? SQLITE_FULL : SQLITE_OK;
        break;
    case FAULT_IO:
        rc = now ? SQLITE_IOERR_WRITE : SQLITE_OK;
        break;
    case FAULT_SHORT:
        *half = now;
        rc = now ? SQLITE_FULL : SQLITE_OK;
        break;
    case FAULT_CRASH:
        world.crashed = world.crashed || world.count >= world.n;
        *half = now;
        rc = world.crashed ? SQLITE_IOERR : SQLITE_OK;
        break;
    }
    pthread_mutex_unlock(&world.mutex);
    return rc;
}

static void remember(struct fault_file *f, int bytes, sqlite3_int64 offset)
{
    pthread_mutex_lock(&world.mutex);
    if (world.mode == FAULT_CRASH) {
        struct undo *u = calloc(1, sizeof *u + (size_t)bytes);
        sqlite3_int64 size = 0;
        f->real->pMethods->xFileSize(f->real, &size);
        u->offset = offset;
        u->size_before = size;
        u->bytes = bytes;
        u->had = offset >= size ? 0 : size - offset < bytes ? (int)(size - offset) : bytes;
        if (u->had)
            f->real->pMethods->xRead(f->real, u->before, u->had, offset);
        u->older = f->tracked->newest;
        f->tracked->newest = u;
    }
    pthread_mutex_unlock(&world.mutex);
}

static void forget(struct tracked *t)
{
    while (t->newest) {
        struct undo *u = t->newest;
        t->newest = u->older;
        free(u);
    }
}

static int f_write(sqlite3_file *file, const void *data, int bytes, sqlite3_int64 offset)
{
    struct fault_file *f = (struct fault_file *)file;
    if (!f->tracked)
        return f->real->pMethods->xWrite(f->real, data, bytes, offset);
    bool half;
    int rc = verdict(&half);
    if (rc == SQLITE_OK || half) {
        int count = half ? bytes / 2 : bytes;
        remember(f, count, offset);
        int wrote = f->real->pMethods->xWrite(f->real, data, count, offset);
        if (rc == SQLITE_OK)
            rc = wrote;
    }
    return rc;
}

static int f_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct fault_file *f = (struct fault_file *)file;
    bool half;
    int rc = f->tracked ? verdict(&half) : SQLITE_OK;
    return rc == SQLITE_OK ? f->real->pMethods->xTruncate(f->real, size) : rc;
}

static int f_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    struct fault_file *f = (struct fault_file *)file;
    bool half;
    int rc = f->tracked ? verdict(&half) : SQLITE_OK;
    if (rc == SQLITE_OK && f->tracked) {
        pthread_mutex_lock(&world.mutex);
        forget(f->tracked);
        pthread_mutex_unlock(&world.mutex);
    }
    return rc == SQLITE_IOERR_WRITE ? SQLITE_IOERR_FSYNC : rc;
}

static int f_close(sqlite3_file *f)
{
    struct tracked *t = ((struct fault_file *)f)->tracked;
    pthread_mutex_lock(&world.mutex);
    if (t && --t->opened == 0 && !t->newest)
        t->path[0] = 0;
    pthread_mutex_unlock(&world.mutex);
    return real_of(f)->pMethods->xClose(real_of(f));
}
static int f_read(sqlite3_file *f, void *out, int bytes, sqlite3_int64 offset)
{
    return real_of(f)->pMethods->xRead(real_of(f), out, bytes, offset);
}
static int f_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return real_of(f)->pMethods->xFileSize(real_of(f), size);
}
static int f_lock(sqlite3_file *f, int kind)
{
    return real_of(f)->pMethods->xLock(real_of(f), kind);
}
static int f_unlock(sqlite3_file *f, int kind)
{
    return real_of(f)->pMethods->xUnlock(real_of(f), kind);
}
static int f_check_lock(sqlite3_file *f, int *out)
{
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}
static int f_control(sqlite3_file *f, int what, void *argument)
{
    return real_of(f)->pMethods->xFileControl(real_of(f), what, argument);
}
static int f_sector(sqlite3_file *f)
{
    return real_of(f)->pMethods->xSectorSize(real_of(f));
}
static int f_traits(sqlite3_file *f)
{
    (void)f;
    return 0; /* promise nothing: no atomic writes, no safe appends, no protected neighbours */
}
static int f_shm_map(sqlite3_file *f, int page, int bytes, int extend, void volatile **out)
{
    return real_of(f)->pMethods->xShmMap(real_of(f), page, bytes, extend, out);
}
static int f_shm_lock(sqlite3_file *f, int offset, int count, int flags)
{
    return real_of(f)->pMethods->xShmLock(real_of(f), offset, count, flags);
}
static void f_shm_barrier(sqlite3_file *f)
{
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}
static int f_shm_unmap(sqlite3_file *f, int delete)
{
    return real_of(f)->pMethods->xShmUnmap(real_of(f), delete);
}

static const sqlite3_io_methods methods = { 2, f_close, f_read, f_write, f_truncate, f_sync, f_size,
    f_lock, f_unlock, f_check_lock, f_control, f_sector, f_traits, f_shm_map, f_shm_lock,
    f_shm_barrier, f_shm_unmap, NULL, NULL };

static struct tracked *track(const char *path)
{
    struct tracked *found = NULL, *empty = NULL;
    pthread_mutex_lock(&world.mutex);
    for (int i = 0; i < FILES_MAX && !found; i++) {
        struct tracked *t = &world.files[i];
        if (strcmp(t->path, path) == 0)
            found = t;
        else if (!t->path[0] && !empty)
            empty = t;
    }
    found = found ? found : empty;
    if (!found)
        abort();
    snprintf(found->path, sizeof found->path, "%s", path);
    found->opened++;
    pthread_mutex_unlock(&world.mutex);
    return found;
}

static int v_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
    (void)vfs;
    struct fault_file *f = (struct fault_file *)file;
    f->base.pMethods = NULL;
    f->real = (sqlite3_file *)(f + 1);
    f->tracked = path
            && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL))
        ? track(path)
        : NULL;
    int rc = world.real->xOpen(world.real, path, f->real, flags, out_flags);
    if (rc == SQLITE_OK)
        f->base.pMethods = &methods;
    else if (f->tracked)
        f->tracked->opened--;
    return rc;
}

static int v_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
    (void)vfs;
    (void)sync;
    pthread_mutex_lock(&world.mutex);
    bool crashed = world.crashed;
    pthread_mutex_unlock(&world.mutex);
    return crashed ? SQLITE_IOERR_DELETE : world.real->xDelete(world.real, path, 0);
}

void fault_register(void)
{
    static sqlite3_vfs layer;
    if (world.real)
        return;
    world.real = sqlite3_vfs_find(NULL);
    layer = *world.real;
    layer.zName = "fault";
    layer.pNext = NULL;
    layer.szOsFile = (int)sizeof(struct fault_file) + world.real->szOsFile;
    layer.xOpen = v_open;
    layer.xDelete = v_delete;
    sqlite3_vfs_register(&layer, 0);
}

void fault_arm(enum fault_mode mode, int n, unsigned seed)
{
    pthread_mutex_lock(&world.mutex);
    world.mode = mode;
    world.n = n;
    world.count = 0;
    world.reached = world.crashed = false;
    world.seed = seed;
    pthread_mutex_unlock(&world.mutex);
}

bool fault_disarm(void)
{
    pthread_mutex_lock(&world.mutex);
    bool reached = world.reached;
    world.mode = FAULT_NONE;
    world.crashed = false;
    pthread_mutex_unlock(&world.mutex);
    return reached;
}

static bool coin(void)
{
    world.seed = world.seed * 1103515245 + 12345;
    return world.seed >> 16 & 1;
}

/* Puts back blocks of one unsynced write by chance; what was beyond the old end becomes zeros. */
static void lose(int fd, const struct undo *u)
{
    static const unsigned char zeros[BLOCK];
    for (int at = 0; at < u->bytes; at += BLOCK) {
        int bytes = u->bytes - at < BLOCK ? u->bytes - at : BLOCK;
        if (!coin())
            continue;
        int kept = u->had - at < 0 ? 0 : u->had - at > bytes ? bytes : u->had - at;
        if (kept && pwrite(fd, u->before + at, (size_t)kept, u->offset + at) < 0)
            abort();
        if (kept < bytes && pwrite(fd, zeros, (size_t)(bytes - kept), u->offset + at + kept) < 0)
            abort();
    }
    if (u->had == 0 && coin() && ftruncate(fd, u->size_before) < 0)
        abort();
}

void fault_crash_end(void)
{
    for (int i = 0; i < FILES_MAX; i++) {
        struct tracked *t = &world.files[i];
        int fd = t->path[0] && t->newest ? open(t->path, O_RDWR) : -1;
        for (const struct undo *u = t->newest; u && fd >= 0; u = u->older)
            lose(fd, u);
        if (fd >= 0)
            close(fd);
        forget(t);
        t->path[0] = 0;
    }
}
