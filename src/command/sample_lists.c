/*
 * The zone's lists for its sample: four JSON files in the folder "sample" beside the pack. What
 * each holds is told by the README there. Here they are read whole; a file that is missing or is
 * not an object is named, and so is a list without which nothing can be made.
 */
#include "command/sample.h"

#include <string.h>

enum { LIST_BYTES_MAX = 4 * 1024 * 1024 };

static const json_t *need(const json_t *o, const char *key, const char *file, struct diag *d)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_array(v) || json_array_size(v) == 0) {
        diag_at(d, file, 0, 0);
        diag_set(
            d, ERR_INVALID, "缺少列表“%s”,或列表为空", "the list \"%s\" is missing or empty", key);
        return NULL;
    }
    return v;
}

static enum err read(const struct sys *sys, struct arena *a, const char *zone_dir, const char *name,
    const json_t **out, struct diag *d)
{
    str text;
    json_t *value;
    str path = str_printf(a, "%s/sample/%s.json", zone_dir, name);
    TRY(diag_arena(d, a));
    enum err e = sys->file_read(sys->ctx, a, path.data, LIST_BYTES_MAX, &text, d);
    if (e == ERR_NOT_FOUND)
        return diag_set(d, e, "配置目录中没有示例数据的词表 %s",
            "the pack's folder has no list for a sample: %s", path.data);
    TRY(e);
    e = json_parse(a, text, &value, d);
    if (e == OK && !json_is_object(value))
        e = diag_set(d, ERR_INVALID, "应为一个 JSON 对象", "it must be a JSON object");
    if (e != OK)
        diag_at(d, path.data, 0, 0);
    else
        *out = value;
    return e;
}

enum err sample_lists_read(const struct sys *sys, struct arena *a, const char *zone_dir,
    struct sample_lists *out, struct diag *d)
{
    TRY(read(sys, a, zone_dir, "names", &out->names, d));
    TRY(read(sys, a, zone_dir, "accounts", &out->accounts, d));
    TRY(read(sys, a, zone_dir, "requests", &out->requests, d));
    TRY(read(sys, a, zone_dir, "behaviour", &out->behaviour, d));
    const struct {
        const json_t *list;
        const char *key, *file;
    } needed[] = { { out->names, "kinds", "names.json" }, { out->names, "patterns", "names.json" },
        { out->names, "words", "names.json" }, { out->names, "parks", "names.json" },
        { out->names, "scales", "names.json" }, { out->names, "surnames", "names.json" },
        { out->names, "given", "names.json" }, { out->names, "phones", "names.json" },
        { out->accounts, "staff", "accounts.json" }, { out->requests, "topics", "requests.json" },
        { out->behaviour, "channels", "behaviour.json" },
        { out->behaviour, "hours", "behaviour.json" } };
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!need(needed[i].list, needed[i].key, needed[i].file, d))
            return ERR_INVALID;
    const json_t *topics = json_object_get(out->requests, "topics");
    for (size_t i = 0; i < json_array_size(topics); i++)
        if (!need(json_array_get(topics, i), "texts", "requests.json", d))
            return ERR_INVALID;
    return OK;
}

double sample_number(const json_t *object, const char *key, double otherwise)
{
    const json_t *v = json_object_get(object, key);
    return json_is_number(v) ? json_number_value(v) : otherwise;
}

const json_t *sample_pick(struct sample_random *r, const json_t *array)
{
    double sum = 0;
    size_t count = json_array_size(array);
    for (size_t i = 0; i < count; i++)
        sum += sample_number(json_array_get(array, i), "weight", 1);
    double at = sample_unit(r) * sum;
    for (size_t i = 0; i < count; i++) {
        at -= sample_number(json_array_get(array, i), "weight", 1);
        if (at < 0)
            return json_array_get(array, i);
    }
    return count ? json_array_get(array, count - 1) : NULL;
}

str sample_pick_text(struct sample_random *r, const json_t *array)
{
    size_t count = json_array_size(array);
    const json_t *v = count ? json_array_get(array, (size_t)sample_below(r, (int64_t)count)) : NULL;
    return json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) } : STR_NONE;
}

size_t sample_pick_weight(struct sample_random *r, const json_t *weights)
{
    double sum = 0;
    size_t count = json_array_size(weights);
    for (size_t i = 0; i < count; i++)
        sum += json_number_value(json_array_get(weights, i));
    double at = sample_unit(r) * sum;
    for (size_t i = 0; i < count; i++) {
        at -= json_number_value(json_array_get(weights, i));
        if (at < 0)
            return i;
    }
    return count ? count - 1 : 0;
}
