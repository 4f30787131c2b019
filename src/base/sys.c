/* The real world's table; see sys.h. */
#include "base/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

enum err sys_errno(struct diag *d, int error_number, const char *path)
{
    diag_at(d, path, 0, 0);
    switch (error_number) {
    case ENOENT:
    case ENOTDIR:
        return diag_set(d, ERR_NOT_FOUND, "没有这个文件", "no such file");
    case ENOSPC:
    case EDQUOT:
        return diag_set(d, ERR_DISK_FULL, "磁盘已满,文件未写入", "the disk is full, the file was not written");
    case EROFS:
    case EACCES:
    case EPERM:
        return diag_set(d, ERR_READ_ONLY, "没有读写权限", "no permission to read or write");
    default:
        return diag_set(d, ERR_IO, "读写失败:%s", "reading or writing failed: %s", strerror(error_number));
    }
}

static int64_t real_now_ms(void *ctx)
{
    (void)ctx;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t real_monotonic_ns(void *ctx)
{
    (void)ctx;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void real_random(void *ctx, void *out, size_t bytes)
{
    (void)ctx;
    unsigned char *at = out;
    while (bytes) {
        ssize_t got = getrandom(at, bytes, 0);
        if (got < 0 && errno == EINTR)
            continue;
        ASSERT(got > 0);
        at += got;
        bytes -= (size_t)got;
    }
}

static enum err read_all(int fd, struct arena *a, const char *path, size_t size, str *out, struct diag *d)
{
    char *data = arena_alloc(a, size + 1);
    TRY(diag_arena(d, a));
    size_t got = 0;
    while (got < size) {
        ssize_t n = read(fd, data + got, size - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return sys_errno(d, errno, path);
        if (n == 0)
            break;
        got += (size_t)n;
    }
    *out = (str){ data, got };
    return OK;
}

static enum err real_file_read(
    void *ctx, struct arena *a, const char *path, size_t bytes_max, str *out, struct diag *d)
{
    (void)ctx;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return sys_errno(d, errno, path);
    struct stat st;
    enum err e = OK;
    if (fstat(fd, &st) < 0)
        e = sys_errno(d, errno, path);
    else if (!S_ISREG(st.st_mode))
        e = sys_errno(d, S_ISDIR(st.st_mode) ? EISDIR : EINVAL, path);
    else if ((uint64_t)st.st_size > bytes_max) {
        diag_at(d, path, 0, 0);
        e = diag_set(d, ERR_TOO_LARGE, "文件有 %lld 字节,上限 %zu", "the file has %lld bytes, the limit is %zu",
            (long long)st.st_size, bytes_max);
    } else
        e = read_all(fd, a, path, (size_t)st.st_size, out, d);
    close(fd);
    return e;
}

static int write_synced(const char *path, str data, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return errno;
    int failed = 0;
    for (size_t done = 0; done < data.bytes && !failed;) {
        ssize_t n = write(fd, data.data + done, data.bytes - done);
        if (n < 0 && errno != EINTR)
            failed = errno;
        else if (n > 0)
            done += (size_t)n;
    }
    if (!failed && fsync(fd) < 0)
        failed = errno;
    if (close(fd) < 0 && !failed)
        failed = errno;
    return failed;
}

/* A rename is on disk only once its directory is. */
static int sync_parent(const char *path)
{
    char parent[PATH_BYTES];
    snprintf(parent, sizeof parent, "%s", path);
    char *slash = strrchr(parent, '/');
    if (slash)
        slash[slash == parent] = 0;
    int fd = open(slash ? parent : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int failed = fsync(fd) < 0 ? errno : 0;
    close(fd);
    return failed;
}

static enum err write_beside(const char *path, str data, mode_t mode, struct diag *d)
{
    char beside[PATH_BYTES];
    unsigned tag;
    real_random(NULL, &tag, sizeof tag);
    int length = snprintf(beside, sizeof beside, "%s.%08x.part", path, tag);
    if (length < 0 || (size_t)length >= sizeof beside)
        return sys_errno(d, ENAMETOOLONG, path);
    int failed = write_synced(beside, data, mode);
    if (!failed && rename(beside, path) < 0)
        failed = errno;
    if (failed) {
        unlink(beside);
        return sys_errno(d, failed, path);
    }
    failed = sync_parent(path);
    return failed ? sys_errno(d, failed, path) : OK;
}

static enum err real_file_write(void *ctx, const char *path, str data, struct diag *d)
{
    (void)ctx;
    return write_beside(path, data, 0644, d);
}

static enum err real_file_write_private(void *ctx, const char *path, str data, struct diag *d)
{
    (void)ctx;
    return write_beside(path, data, 0600, d);
}

static enum err real_dir_create(void *ctx, const char *path, struct diag *d)
{
    (void)ctx;
    char partial[PATH_BYTES];
    size_t bytes = strlen(path);
    if (bytes >= sizeof partial)
        return sys_errno(d, ENAMETOOLONG, path);
    for (size_t i = 1; i <= bytes; i++) {
        if (path[i] != '/' && path[i] != 0)
            continue;
        memcpy(partial, path, i);
        partial[i] = 0;
        if (mkdir(partial, 0755) < 0 && errno != EEXIST)
            return sys_errno(d, errno, partial);
    }
    struct stat st;
    if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
        return sys_errno(d, EEXIST, path); /* something else has the name */
    return OK;
}

static int by_text(const void *a, const void *b)
{
    return str_compare(*(const str *)a, *(const str *)b);
}

static enum err real_dir_list(
    void *ctx, struct arena *a, const char *path, str **names, size_t *count, struct diag *d)
{
    (void)ctx;
    DIR *dir = opendir(path);
    if (!dir)
        return sys_errno(d, errno, path);
    str *list = NULL;
    size_t used = 0, capacity = 0;
    for (struct dirent *entry; (entry = readdir(dir)) && !arena_failed(a);) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (used == capacity) {
            capacity = capacity ? capacity * 2 : 32;
            list = arena_grow(a, list, used * sizeof *list, capacity * sizeof *list);
            if (!list)
                break;
        }
        struct stat st;
        bool is_dir = fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode);
        list[used++] = str_printf(a, "%s%s", entry->d_name, is_dir ? "/" : "");
    }
    closedir(dir);
    TRY(diag_arena(d, a));
    if (used)
        qsort(list, used, sizeof *list, by_text);
    *names = list;
    *count = used;
    return OK;
}

static enum err real_file_remove(void *ctx, const char *path, struct diag *d)
{
    (void)ctx;
    return unlink(path) < 0 ? sys_errno(d, errno, path) : OK;
}

static bool real_is_link(void *ctx, const char *path)
{
    (void)ctx;
    struct stat st;
    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

const struct sys *sys_real(void)
{
    static const struct sys real = {
        .now_ms = real_now_ms,
        .monotonic_ns = real_monotonic_ns,
        .random = real_random,
        .file_read = real_file_read,
        .file_write = real_file_write,
        .file_write_private = real_file_write_private,
        .dir_create = real_dir_create,
        .dir_list = real_dir_list,
        .file_remove = real_file_remove,
        .is_link = real_is_link,
    };
    return &real;
}
