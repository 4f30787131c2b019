/*
 * RFC 9457 problem details:
 *
 *     {"type": "urn:junma:error:invalid", "title": "…", "status": 422, "detail": "…",
 *      "code": "invalid", "requestId": "…", "field": "…", "line": 3, "column": 7,
 *      "errors": [{"field": "…", "code": "…", "message": "…"}]}
 *
 * title says the kind of trouble, detail the particular one, both in the reader's language.
 */
#include "http/internal.h"

#include <string.h>

static bool english(const struct http_request *req)
{
    return strcmp(req->lang, "en") == 0;
}

str http_text_of(const struct http_request *req, const struct diag *d)
{
    return str_from(english(req) ? d->en : d->zh);
}

static void add_place(json_t *object, const struct diag *d)
{
    if (d->field[0])
        json_set_str(object, "field", str_from(d->field));
    if (d->line)
        json_set_int(object, "line", d->line);
    if (d->column)
        json_set_int(object, "column", d->column);
}

static json_t *faults_array(const struct http_request *req, const struct diag_list *faults)
{
    json_t *list = json_array();
    for (size_t i = 0; i < faults->count; i++) {
        json_t *fault = json_object();
        add_place(fault, faults->items[i]);
        json_set_str(fault, "code", str_from(err_code(faults->items[i]->err)));
        json_set_str(fault, "message", http_text_of(req, faults->items[i]));
        json_array_append_new(list, fault);
    }
    return list;
}

void reply_problem_status(struct http_request *req, int status, const struct diag *d,
    const struct diag_list *faults, const json_t *more)
{
    enum err e = d->err != OK ? d->err : ERR_INTERNAL;
    json_t *problem = json_keep(req->arena, json_object());
    if (!problem)
        return;
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)more, key, value)
        json_object_set(problem, key, value);
    json_set_str(problem, "type", str_printf(req->arena, "urn:junma:error:%s", err_code(e)));
    json_set_str(problem, "title", str_from(english(req) ? err_title_en(e) : err_title_zh(e)));
    json_set_int(problem, "status", status);
    json_set_str(problem, "detail", http_text_of(req, d));
    json_set_str(problem, "code", str_from(err_code(e)));
    json_set_str(problem, "requestId", req->id);
    add_place(problem, d);
    if (faults && faults->count)
        json_object_set_new(problem, "errors", faults_array(req, faults));
    if (faults && faults->total > faults->count)
        json_set_int(problem, "errorsTotal", (int64_t)faults->total);
    http_reply(req, status, "application/problem+json", json_text(req->arena, problem));
    http_reply_header(req, "Content-Language", english(req) ? STR("en") : STR("zh-CN"));
}

void http_reply_problems(struct http_request *req, const struct diag *d,
    const struct diag_list *faults, const json_t *more)
{
    enum err e = d->err != OK ? d->err : ERR_INTERNAL;
    reply_problem_status(req, err_http_status(e), d, faults, more);
}

void http_reply_problem(struct http_request *req, const struct diag *d)
{
    http_reply_problems(req, d, NULL, NULL);
}
