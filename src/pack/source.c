/*
 * Where a pack's files come from, and what may be among them.
 *
 * A folder is walked with an explicit stack of bounded depth; names that begin with '.' (version
 * control, editors) are passed over. Symbolic links are refused before they are followed: a pack
 * must say the same wherever its folder stands, and must not reach out of it.
 *
 * The version is SHA-256 over one line a definition file, sorted by path:
 *
 *     <64 hexadecimal digits of the content's SHA-256> <path>\n
 *
 * so that `sha256sum` of the files, sorted, is enough to count it again by hand.
 */
#include "pack/internal.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* ---- a folder ------------------------------------------------------------------------------- */

struct folder {
    const struct sys *sys;
    const char *path;
};

struct walk {
    const struct folder *from;
    struct arena *arena;
    str *paths;
    size_t count, capacity;
};

static enum err walk_add(struct walk *w, str path, struct diag *d)
{
    if (w->count == PACK_FILES_MAX)
        return diag_set(d, ERR_LIMIT, "配置包文件超过 %d 个", "the pack has more than %d files",
            PACK_FILES_MAX);
    if (w->count == w->capacity) {
        size_t capacity = w->capacity ? w->capacity * 2 : 64;
        w->paths = arena_grow(
            w->arena, w->paths, w->count * sizeof *w->paths, capacity * sizeof *w->paths);
        TRY(diag_arena(d, w->arena));
        w->capacity = capacity;
    }
    w->paths[w->count++] = path;
    return OK;
}

static const char *on_disk(const struct walk *w, str path)
{
    str whole = str_printf(w->arena, "%s%s%.*s", w->from->path, path.bytes ? "/" : "",
        STR_ARGS(path));
    return str_terminated(w->arena, whole);
}

/* below: the folder's path within the pack, "" or ending in '/'. */
static enum err walk_folder(struct walk *w, str below, int depth, struct diag *d)
{
    const struct sys *sys = w->from->sys;
    const char *path = on_disk(w, below);
    str *names;
    size_t count;
    TRY(diag_arena(d, w->arena));
    if (depth > PACK_FOLDER_DEPTH_MAX) {
        diag_at(d, path, 0, 0);
        return diag_set(d, ERR_LIMIT, "文件夹嵌套超过 %d 层", "folders are nested deeper than %d",
            PACK_FOLDER_DEPTH_MAX);
    }
    TRY(sys->dir_list(sys->ctx, w->arena, path, &names, &count, d));
    for (size_t i = 0; i < count; i++) {
        if (!names[i].bytes || names[i].data[0] == '.')
            continue;
        str name = str_concat(w->arena, below, names[i]);
        str bare = str_ends(name, STR("/")) ? str_slice(name, 0, name.bytes - 1) : name;
        path = on_disk(w, bare);
        TRY(diag_arena(d, w->arena));
        if (sys->is_link && sys->is_link(sys->ctx, path)) {
            diag_at(d, path, 0, 0);
            return diag_set(d, ERR_INVALID, "配置包中不能有符号链接,请放入文件本身",
                "a pack may not hold symbolic links; put the file itself here");
        }
        if (bare.bytes == name.bytes)
            TRY(walk_add(w, bare, d));
        else
            TRY(walk_folder(w, name, depth + 1, d));
    }
    return OK;
}

static enum err folder_list(void *ctx, struct arena *a, str **paths, size_t *count, struct diag *d)
{
    struct walk w = { .from = ctx, .arena = a };
    TRY(walk_folder(&w, STR_NONE, 1, d));
    *paths = w.paths;
    *count = w.count;
    return OK;
}

static enum err folder_read(
    void *ctx, struct arena *a, str path, size_t bytes_max, str *out, struct diag *d)
{
    const struct folder *f = ctx;
    str whole = str_printf(a, "%s/%.*s", f->path, STR_ARGS(path));
    const char *name = str_terminated(a, whole);
    TRY(diag_arena(d, a));
    return f->sys->file_read(f->sys->ctx, a, name, bytes_max, out, d);
}

enum err pack_source_folder(struct arena *a, const struct sys *sys, const char *folder,
    struct pack_source *out, struct diag *d)
{
    struct folder *f = ARENA_NEW(a, struct folder);
    str bare = str_from(folder);
    while (bare.bytes > 1 && str_ends(bare, STR("/")))
        bare = str_slice(bare, 0, bare.bytes - 1);
    const char *path = str_terminated(a, bare);
    TRY(diag_arena(d, a));
    *f = (struct folder){ .sys = sys, .path = path };
    *out = (struct pack_source){
        .label = path, .ctx = f, .list = folder_list, .read = folder_read
    };
    return OK;
}

/* ---- files at hand -------------------------------------------------------------------------- */

struct stored {
    const struct pack_file *files;
    size_t count;
};

static enum err stored_list(void *ctx, struct arena *a, str **paths, size_t *count, struct diag *d)
{
    const struct stored *s = ctx;
    str *list = ARENA_ARRAY(a, str, s->count);
    TRY(diag_arena(d, a));
    for (size_t i = 0; i < s->count; i++)
        list[i] = str_copy(a, s->files[i].path); /* the pack outlives the source */
    *paths = list;
    *count = s->count;
    return OK;
}

static enum err stored_read(
    void *ctx, struct arena *a, str path, size_t bytes_max, str *out, struct diag *d)
{
    const struct stored *s = ctx;
    for (size_t i = 0; i < s->count; i++) {
        if (!str_equal(s->files[i].path, path))
            continue;
        if (s->files[i].text.bytes > bytes_max)
            return diag_set(d, ERR_TOO_LARGE, "文件有 %zu 字节,上限 %zu",
                "the file has %zu bytes, the limit is %zu", s->files[i].text.bytes, bytes_max);
        *out = str_copy(a, s->files[i].text);
        return diag_arena(d, a);
    }
    return diag_set(d, ERR_NOT_FOUND, "没有这个文件", "no such file");
}

enum err pack_source_files(struct arena *a, const struct pack_file *files, size_t count,
    const char *label, struct pack_source *out, struct diag *d)
{
    struct stored *s = ARENA_NEW(a, struct stored);
    TRY(diag_arena(d, a));
    *s = (struct stored){ .files = files, .count = count };
    *out = (struct pack_source){
        .label = label ? label : "", .ctx = s, .list = stored_list, .read = stored_read
    };
    return OK;
}

/* ---- reading them all ----------------------------------------------------------------------- */

static bool has_suffix(str path, const char *const *suffixes)
{
    for (size_t i = 0; suffixes[i]; i++)
        if (str_ends(path, str_from(suffixes[i])))
            return true;
    return false;
}

static bool in_sample(str path)
{
    return str_starts(path, STR("sample/")) || str_find(path, STR("/sample/"), 0) >= 0;
}

static bool path_is_for_people(str path)
{
    return in_sample(path) || str_is(path, "README.md") || str_ends(path, STR("/README.md"));
}

bool path_is_definition(str path)
{
    static const char *const suffixes[] = { ".json", ".bpmn", ".dmn", ".sql", ".csv", ".geojson",
        NULL };
    bool bulletin = str_ends(path, STR(".md")) && str_find(path, STR("/bulletins/"), 0) > 0;
    return (has_suffix(path, suffixes) || bulletin) && !path_is_for_people(path);
}

/* Letters, digits, '.', '_', '-' between single '/'; no part begins with '.'. */
static bool path_is_plain(str path)
{
    bool start = true;
    if (!path.bytes || path.bytes > PACK_PATH_BYTES_MAX)
        return false;
    for (size_t i = 0; i < path.bytes; i++) {
        char c = path.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (c == '/' ? start : !(letter || c == '_' || (!start && (c == '.' || c == '-'))))
            return false;
        start = c == '/';
    }
    return !start;
}

bool pack_path_good(str path)
{
    int depth = 1;
    for (size_t i = 0; i < path.bytes; i++)
        depth += path.data[i] == '/';
    return depth <= PACK_FOLDER_DEPTH_MAX && path_is_plain(path) && path_is_definition(path);
}

static int by_path(const void *a, const void *b)
{
    return str_compare(((const struct pack_file *)a)->path, ((const struct pack_file *)b)->path);
}

static void sha256(str text, unsigned char out[32])
{
    unsigned int bytes = 0;
    int done = EVP_Digest(text.data ? text.data : "", text.bytes, out, &bytes, EVP_sha256(), NULL);
    ASSERT(done == 1 && bytes == 32);
}

str pack_sha256(struct arena *a, str text)
{
    unsigned char hash[32];
    sha256(text, hash);
    return str_hex(a, hash, sizeof hash);
}

/* The first line that is not UTF-8; no sequence of UTF-8 holds a line feed. */
static int broken_line(str text)
{
    int line = 1;
    for (str rest = text, part; str_split(&rest, '\n', &part) && str_is_utf8(part);)
        line++;
    return line;
}

static enum err read_one(struct loader *l, struct pack_file *f, size_t *total, struct diag *d)
{
    TRY(l->source->read(l->source->ctx, l->arena, f->path, PACK_FILE_BYTES_MAX, &f->text, d));
    *total += f->text.bytes;
    if (*total > PACK_BYTES_MAX)
        return diag_set(d, ERR_LIMIT, "配置包文件合计超过 %d 字节",
            "the files of the pack are over %d bytes together", PACK_BYTES_MAX);
    if (!str_is_utf8(f->text)) {
        diag_at(d, NULL, broken_line(f->text), 0);
        return diag_set(d, ERR_UTF8, "文件不是有效的 UTF-8 文字,请另存为 UTF-8",
            "the file is not valid UTF-8; save it as UTF-8");
    }
    f->sha256 = pack_sha256(l->arena, f->text);
    return diag_arena(d, l->arena);
}

static enum err set_version(struct loader *l, struct diag *d)
{
    struct buf b;
    unsigned char hash[32];
    buf_init(&b, l->arena, (size_t)PACK_FILES_MAX * (PACK_PATH_BYTES_MAX + 70));
    for (size_t i = 0; i < l->pack->file_count; i++) {
        buf_add(&b, l->files[i].sha256);
        buf_add_char(&b, ' ');
        buf_add(&b, l->files[i].path);
        buf_add_char(&b, '\n');
    }
    TRY(diag_arena(d, l->arena));
    sha256(buf_str(&b), hash);
    str hex = str_hex(l->arena, hash, sizeof hash);
    TRY(diag_arena(d, l->arena));
    ASSERT(hex.bytes == 64);
    memcpy(l->pack->version, hex.data, 64);
    return OK;
}

/* Keeps the definition files of the list; faults for names that have no place in a pack. */
static void choose(struct loader *l, const str *paths, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const char *name = file_label(l, paths[i]);
        if (!path_is_plain(paths[i]))
            FAULT_LINE(l, name, 0, STR_NONE,
                "文件名只能用英文字母、数字和 . _ -,且不超过 %d 字节",
                "file names may hold letters, digits and . _ - only, at most %d bytes",
                PACK_PATH_BYTES_MAX);
        else if (path_is_definition(paths[i]))
            l->files[kept++].path = paths[i];
        else if (!path_is_for_people(paths[i]))
            FAULT_LINE(l, name, 0, STR_NONE,
                "不认识这种文件;配置包只收 .json .bpmn .dmn .sql .csv .geojson、bulletins 中的 .md 和 README.md",
                "a file of this kind has no place here; a pack holds .json .bpmn .dmn .sql .csv .geojson, "
                ".md in bulletins, and README.md");
    }
    l->pack->file_count = kept;
}

enum err files_read(struct loader *l, struct diag *d)
{
    str *paths = NULL;
    size_t count = 0, total = 0;
    TRY(l->source->list(l->source->ctx, l->arena, &paths, &count, d));
    if (count > PACK_FILES_MAX)
        return diag_set(d, ERR_LIMIT, "配置包文件超过 %d 个", "the pack has more than %d files",
            PACK_FILES_MAX);
    l->files = ARENA_ARRAY(l->arena, struct pack_file, count);
    l->used = ARENA_ARRAY(l->arena, bool, count);
    TRY(diag_arena(d, l->arena));
    choose(l, paths, count);
    if (l->pack->file_count)
        qsort(l->files, l->pack->file_count, sizeof *l->files, by_path);
    for (size_t i = 0; i < l->pack->file_count; i++) {
        enum err e = read_one(l, &l->files[i], &total, d);
        if (e == OK && i && str_equal(l->files[i].path, l->files[i - 1].path))
            e = diag_set(d, ERR_INVALID, "文件重复", "the file is listed twice");
        if (e != OK) {
            diag_at(d, file_label(l, l->files[i].path), 0, 0);
            return e;
        }
    }
    l->pack->files = l->files;
    return set_version(l, d);
}
