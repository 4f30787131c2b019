/*
 * One process a data folder. SQLite itself would let two processes write in turn, but group
 * commit, the journal's sequencer and the identifiers assume that they are alone; so a file beside
 * the database is locked for as long as the process lives. The kernel drops the lock with the
 * process, however it ends, so nothing is ever left over to be removed by hand. The file holds the
 * process id, for the message only.
 *
 * This is the one place of the room that asks the operating system directly: a lock is neither a
 * read nor a write of a file, and a database file cannot be locked for another without SQLite's
 * losing its own locks on it.
 */
#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static long holder(int fd)
{
    char text[32] = { 0 };
    ssize_t got = pread(fd, text, sizeof text - 1, 0);
    int64_t pid = 0;
    if (got <= 0 || !str_to_int64(str_trim(str_from(text)), &pid))
        return 0;
    return (long)pid;
}

enum err lock_take(const char *database_path, int *fd, struct diag *d)
{
    char path[PATH_BYTES_MAX + 8];
    snprintf(path, sizeof path, "%s.lock", database_path);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0)
        return sys_errno(d, errno, path);
    if (flock(file, LOCK_EX | LOCK_NB) < 0) {
        int number = errno;
        long pid = holder(file);
        close(file);
        if (number != EWOULDBLOCK)
            return sys_errno(d, number, path);
        diag_at(d, database_path, 0, 0);
        return diag_set(d, ERR_BUSY,
            "另一个 junma(进程 %ld)正在使用这个数据目录,请先停止它或换一个目录",
            "another junma (process %ld) is using this folder: stop it or use another folder", pid);
    }
    char text[32];
    int bytes = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    /* Only for the message above, so a full disk does not matter here. */
    if (ftruncate(file, 0) == 0 && pwrite(file, text, (size_t)bytes, 0) < 0)
        errno = 0;
    *fd = file;
    return OK;
}

void lock_give(int fd)
{
    if (fd >= 0)
        close(fd);
}

enum err file_must_exist(const char *path, struct diag *d)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return sys_errno(d, errno, path);
    if (!S_ISREG(st.st_mode)) {
        diag_at(d, path, 0, 0);
        return diag_set(d, ERR_INVALID, "不是文件", "this is not a file");
    }
    return OK;
}
