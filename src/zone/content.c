/* Files by their digest; content.h. */
#include "zone/content.h"

#include <openssl/evp.h>

enum { SHA256_BYTES = 32 };

static str path_of(struct op *op, str sha256, bool folder)
{
    return str_printf(op->arena, folder ? "%s/files/%.*s" : "%s/files/%.*s/%.*s", op->zone->data_dir, 2,
        sha256.data, STR_ARGS(sha256));
}

enum err content_keep(struct op *op, str content, str *sha256)
{
    const struct sys *sys = op->zone->sys;
    unsigned char hash[SHA256_BYTES];
    unsigned bytes = 0;
    if (EVP_Digest(content.data, content.bytes, hash, &bytes, EVP_sha256(), NULL) != 1)
        return diag_set(
            op->diag, ERR_INTERNAL, "无法计算文件摘要", "the file's digest could not be computed");
    *sha256 = str_hex(op->arena, hash, sizeof hash);
    str folder = path_of(op, *sha256, true), path = path_of(op, *sha256, false);
    TRY(diag_arena(op->diag, op->arena));
    TRY(sys->dir_create(sys->ctx, folder.data, op->diag));
    return sys->file_write(sys->ctx, path.data, content, op->diag);
}

enum err content_read(struct op *op, str sha256, str *content)
{
    const struct sys *sys = op->zone->sys;
    str path = path_of(op, sha256, false);
    TRY(diag_arena(op->diag, op->arena));
    return sys->file_read(sys->ctx, op->arena, path.data, CONTENT_BYTES_MAX, content, op->diag);
}

static str small_path(struct op *op, str sha256)
{
    return str_printf(op->arena, "%s/files/%.*s/%.*s.small", op->zone->data_dir,
        STR_ARGS(str_slice(sha256, 0, 2)), STR_ARGS(sha256));
}

enum err content_small_keep(struct op *op, str sha256, str small)
{
    const struct sys *sys = op->zone->sys;
    str path = small_path(op, sha256);
    TRY(diag_arena(op->diag, op->arena));
    return sys->file_write(sys->ctx, path.data, small, op->diag);
}

enum err content_small_read(struct op *op, str sha256, str *small)
{
    const struct sys *sys = op->zone->sys;
    str path = small_path(op, sha256);
    TRY(diag_arena(op->diag, op->arena));
    return sys->file_read(sys->ctx, op->arena, path.data, CONTENT_BYTES_MAX, small, op->diag);
}
