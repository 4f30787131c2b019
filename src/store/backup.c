/*
 * A copy of the database taken while it is in use, and a check of its structure.
 *
 * The copy is made from one snapshot, under a name of its own beside the wanted one, checked, and
 * only then given its name: a file with the wanted name is always whole. Writers go on meanwhile,
 * since a snapshot of the log hinders nobody. What the copy holds: everything committed before it
 * began.
 */
#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum err quick_check(sqlite3 *db, struct diag *d)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    enum err e = OK;
    if (rc != SQLITE_ROW)
        e = sqlite_error(db, rc, d);
    else if (strcmp((const char *)sqlite3_column_text(statement, 0), "ok") != 0)
        e = diag_set(d, ERR_STORE, "数据库文件已损坏:%s。请用最近的备份恢复",
            "the database file is damaged: %s; restore the last backup",
            (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return e;
}

enum err store_check(struct store *s, struct diag *d)
{
    struct store_conn *c = NULL;
    TRY(store_read_begin(s, &c, d));
    enum err e = quick_check(c->db, d);
    store_read_end(c);
    return e;
}

static enum err copy(sqlite3 *from, const char *path, struct diag *d)
{
    sqlite3 *to = NULL;
    int rc = sqlite3_open_v2(
        path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    sqlite3_backup *backup = rc == SQLITE_OK ? sqlite3_backup_init(to, "main", from, "main") : NULL;
    if (backup) {
        rc = sqlite3_backup_step(backup, -1);
        int finished = sqlite3_backup_finish(backup);
        rc = rc == SQLITE_DONE ? finished : rc;
    } else if (rc == SQLITE_OK)
        rc = sqlite3_errcode(to);
    enum err e = rc == SQLITE_OK ? quick_check(to, d) : sqlite_error(to, rc, d);
    sqlite3_close(to);
    return e;
}

/* On disk under its name, or an errno. link() refuses a name that is taken. */
static int publish(const char *part, const char *path)
{
    int fd = open(part, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int failed = fsync(fd) < 0 ? errno : 0;
    close(fd);
    if (!failed && link(part, path) < 0)
        failed = errno;
    if (failed)
        return failed;
    unlink(part);
    char folder[PATH_BYTES_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = 0;
    fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    failed = fsync(fd) < 0 ? errno : 0;
    close(fd);
    return failed;
}

/* SQLite leaves these beside a copy that was opened in log mode. */
static void remove_part(const char *part)
{
    static const char *const tails[] = { "", "-wal", "-shm", "-journal" };
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        char path[PATH_BYTES_MAX + 16];
        snprintf(path, sizeof path, "%s%s", part, tails[i]);
        unlink(path);
    }
}

enum err store_backup(struct store *s, const char *path, struct diag *d)
{
    char part[PATH_BYTES_MAX];
    int bytes = snprintf(part, sizeof part, "%s.part", path);
    if (bytes < 0 || (size_t)bytes >= sizeof part)
        return sys_errno(d, ENAMETOOLONG, path);
    diag_at(d, path, 0, 0);
    if (access(path, F_OK) == 0)
        return diag_set(d, ERR_CONFLICT, "备份文件已存在,不会覆盖",
            "the backup file is already there and is not overwritten");
    remove_part(part);
    struct store_conn *c = NULL;
    TRY(store_read_begin(s, &c, d));
    enum err e = copy(c->db, part, d);
    store_read_end(c);
    if (e == OK) {
        int failed = publish(part, path);
        if (failed == EEXIST)
            e = diag_set(d, ERR_CONFLICT, "备份文件已存在,不会覆盖",
                "the backup file is already there and is not overwritten");
        else if (failed)
            e = sys_errno(d, failed, path);
    }
    remove_part(part);
    return e;
}
