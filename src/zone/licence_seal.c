/* The zone's seal on disk, beside the journal's key: read, or made once. */
#include "zone/licence_internal.h"

#include "seal/seal.h"

enum { FILE_BYTES_MAX = 16 * 1024 };

static const struct {
    const char *name;
    bool secret;
} files[] = { { "seal-ca.key", true }, { "seal-ca.pem", false }, { "seal.key", true },
    { "seal.pem", false } };

static enum seal_profile profile_of(const struct zone *z)
{
    return zone_pack(z)->zone.crypto == PACK_CRYPTO_NATIONAL ? SEAL_NATIONAL : SEAL_INTERNATIONAL;
}

static str path_of(struct arena *a, const struct zone *z, size_t i)
{
    return str_printf(a, "%s/%s", z->data_dir, files[i].name);
}

/* The authority's key may have been taken away to a safe place. */
static enum err read_files(
    struct zone *z, struct arena *a, struct seal_files *out, size_t *missing, struct diag *d)
{
    str *into[] = { &out->ca_key, &out->ca_certificate, &out->key, &out->certificate };
    *missing = 0;
    for (size_t i = 0; i < 4; i++) {
        struct diag none = { 0 };
        enum err e = z->sys->file_read(
            z->sys->ctx, a, path_of(a, z, i).data, FILE_BYTES_MAX, into[i], &none);
        *missing += e == ERR_NOT_FOUND && i > 0;
        if (e != OK && e != ERR_NOT_FOUND) {
            *d = none;
            return e;
        }
    }
    return diag_arena(d, a);
}

static enum err any_issued(struct zone *z, bool *any, struct diag *d)
{
    struct store_conn *c;
    struct store_rows rows = { 0 };
    TRY(store_read_begin(z->store, &c, d));
    enum err e =
        STORE_QUERY(c, &rows, d, "SELECT 1 FROM licence WHERE zone = $1 LIMIT 1", S_TEXT(z->code));
    if (e == OK)
        e = store_next(&rows, any, d);
    store_rows_end(&rows);
    store_read_end(c);
    return e;
}

static enum err make(struct zone *z, struct arena *a, struct seal_files *out, struct diag *d)
{
    TRY(seal_make(
        a, z->sys, profile_of(z), zone_pack(z)->zone.name.zh, sys_now_ms(z->sys), out, d));
    const str *from[] = { &out->ca_key, &out->ca_certificate, &out->key, &out->certificate };
    for (size_t i = 0; i < 4; i++) {
        const char *path = path_of(a, z, i).data;
        TRY(files[i].secret ? z->sys->file_write_private(z->sys->ctx, path, *from[i], d)
                            : z->sys->file_write(z->sys->ctx, path, *from[i], d));
    }
    return OK;
}

static enum err open_files(struct zone *z, bool create, struct arena *a, struct diag *d)
{
    struct seal_files f = { 0 };
    size_t missing;
    bool any = false;
    TRY(read_files(z, a, &f, &missing, d));
    if (missing) {
        if (!create)
            return OK;
        TRY(any_issued(z, &any, d));
        if (any || missing < 3)
            return diag_set(d, ERR_INVALID,
                "%s 中缺少印章文件 seal.key、seal.pem、seal-ca.pem,请从备份放回;另造新章会使已签发的证照失效",
                "%s lacks the seal's files seal.key, seal.pem, seal-ca.pem: put them back from a backup; "
                "a new seal would make the licences issued so far foreign",
                z->data_dir);
        TRY(make(z, a, &f, d));
    }
    return seal_open(profile_of(z), &f, &z->seal, d);
}

enum err licence_seal_open(struct zone *z, bool create, struct diag *d)
{
    struct arena a;
    arena_init(&a, NULL, 512 * KIB);
    enum err e = open_files(z, create, &a, d);
    arena_release(&a);
    return e;
}

void licence_seal_close(struct zone *z)
{
    seal_close(z->seal);
    z->seal = NULL;
}
