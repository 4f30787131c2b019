/* JSON of policies and benefits, shared by policies.c, policy_price.c, benefits.c and benefit_notices.c. */
#ifndef JUNMA_API_BENEFITS_H
#define JUNMA_API_BENEFITS_H

#include "api/internal.h"
#include "zone/benefit.h"

/* New references. */
json_t *json_clause_brief(struct call *c, const struct pack_clause *clause);
json_t *json_benefit_list(struct call *c, const struct benefit_list *l, bool is_public);
/* details: facts and trace too, for those who decide. */
json_t *json_benefit_line(struct call *c, const struct benefit_line *l, bool details, bool is_public);
json_t *json_objection(struct call *c, const struct benefit_objection *o, bool is_public);
/* Sets "objectionList" of a list. */
MUST_USE enum err json_objections(struct call *c, int64_t list, bool is_public, json_t *o);
/* In a read: answers with a page of lists, or why not; f->after comes from the query. */
void api_answer_lists(struct call *c, const struct benefit_filter *f);
/* 201: the id of what was made; `more`, which may be NULL, is taken over and stands beside it. */
void api_answer_made(struct call *c, int64_t id, json_t *more);
void json_set_date(json_t *o, const char *key, int64_t days); /* null for INT64_MAX */
/* A text or null. */
/* Answers when the actor may not see lists. */
bool api_benefits_seen(struct call *c);
/* A clause of the path or body; NULL: answered. */
const struct pack_clause *api_clause(struct call *c, str code);
/* The day of the query, today when absent. */
bool api_query_day(struct call *c, const char *name, int64_t *day);

#endif
