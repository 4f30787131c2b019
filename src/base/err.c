/* The error table and what is said about one error; see err.h. */
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *code;
    int status;
    const char *zh, *en;
} table[ERR_COUNT] = {
    [OK] = { "ok", 200, "成功", "ok" },
#define E(name, code, status, zh, en) [ERR_##name] = { code, status, zh, en },
#include "base/errors.def"
#undef E
};

const char *err_code(enum err e)
{
    return table[e].code;
}

int err_http_status(enum err e)
{
    return table[e].status;
}

const char *err_title_zh(enum err e)
{
    return table[e].zh;
}

const char *err_title_en(enum err e)
{
    return table[e].en;
}

/* Nothing but continuation bytes up to the end: what stands before them was cut off. */
static bool is_cut_tail(const char *rest)
{
    while ((*rest & 0xC0) == 0x80)
        rest++;
    return *rest == 0;
}

/*
 * A message may quote what came from outside before it was checked, and vsnprintf may have cut it
 * inside a code point; whatever is said can be sent. A broken byte becomes "?", a cut one goes.
 */
static void make_utf8(char *text)
{
    str s = str_from(text);
    for (size_t i = 0; i < s.bytes;) {
        size_t from = i;
        if (str_next_code_point(s, &i) != 0xFFFD || i != from + 1)
            continue;
        bool lead = (unsigned char)text[from] >= 0xC2;
        text[from] = lead && is_cut_tail(text + from + 1) ? 0 : '?';
        if (!text[from])
            return;
    }
}

static void place_text(char *out, size_t capacity, str s)
{
    size_t bytes = s.bytes < capacity - 1 ? s.bytes : capacity - 1;
    if (bytes)
        memmove(out, s.data, bytes);
    out[bytes] = 0;
    make_utf8(out);
}

enum err diag_set(struct diag *d, enum err err, const char *zh, const char *en, ...)
{
    ASSERT(err != OK);
    if (d) {
        va_list args, again;
        va_start(args, en);
        va_copy(again, args);
        d->err = err;
        vsnprintf(d->zh, sizeof d->zh, zh, args);
        vsnprintf(d->en, sizeof d->en, en, again);
        make_utf8(d->zh);
        make_utf8(d->en);
        va_end(again);
        va_end(args);
    }
    return err;
}

void diag_at(struct diag *d, const char *file, int line, int column)
{
    if (!d)
        return;
    if (file)
        place_text(d->file, sizeof d->file, str_from(file));
    if (line)
        d->line = line;
    if (column)
        d->column = column;
}

void diag_field(struct diag *d, str field)
{
    if (d)
        place_text(d->field, sizeof d->field, field);
}

enum err diag_arena(struct diag *d, const struct arena *a)
{
    if (!arena_failed(a))
        return OK;
    return diag_set(d, ERR_MEMORY, "内容过多,超出了本次处理的内存上限",
        "too much at once: over the memory limit of this piece of work");
}

str diag_line(struct arena *a, const struct diag *d, const char *lang)
{
    struct buf b;
    buf_init(&b, a, 8 * KIB);
    if (d->file[0]) {
        buf_add(&b, str_from(d->file));
        if (d->line)
            buf_printf(&b, ":%d", d->line);
        if (d->line && d->column)
            buf_printf(&b, ":%d", d->column);
        buf_add(&b, STR(": "));
    }
    if (d->field[0])
        buf_printf(&b, "%s: ", d->field);
    bool zh = lang && strncmp(lang, "zh", 2) == 0;
    const char *message = zh ? d->zh : d->en;
    buf_add(&b, str_from(message[0] ? message : zh ? err_title_zh(d->err) : err_title_en(d->err)));
    return buf_str(&b);
}

void diag_list_init(struct diag_list *l, struct arena *a, size_t limit)
{
    *l = (struct diag_list){ .arena = a, .limit = limit };
}

void diag_list_add(struct diag_list *l, const struct diag *d)
{
    l->total++;
    if (l->count == l->limit)
        return;
    if (l->count == l->capacity) {
        size_t capacity = l->capacity ? l->capacity * 2 : 16;
        struct diag **items = arena_grow(
            l->arena, l->items, l->count * sizeof *items, capacity * sizeof *items);
        if (!items)
            return;
        l->items = items;
        l->capacity = capacity;
    }
    struct diag *copy = ARENA_NEW(l->arena, struct diag);
    if (copy) {
        *copy = *d;
        l->items[l->count++] = copy;
    }
}

void assert_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "junma: broken invariant: %s (%s:%d)\n", what, file, line);
    abort();
}
